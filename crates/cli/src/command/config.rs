//! `millwright config …`

use crate::arguments::Config;
use crate::exit::Exit;
use crate::out::Out;
use crate::text::visible_line;
use millwright_api::{SettingLevel, SettingOrigin, SettingView, Workspace};
use millwright_domain::Fault;
use serde_json::json;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Config) -> Result<Exit, Fault> {
    match verb {
        Config::Show { origin } => {
            let settings = workspace.settings()?;
            out.answer(&json!({ "settings": settings }), || shown(out, &settings, origin));
        }
        Config::Set { key, value, user } => {
            workspace.setting_keep(&key, level(user), Some(value)).await?;
            out.answer(&json!({ "kept": key, "value": value }), || format!("{key} is {value} now."));
        }
        Config::Unset { key, user } => {
            workspace.setting_keep(&key, level(user), None).await?;
            out.answer(&json!({ "unset": key }), || format!("{key} is not set there any more."));
        }
    }
    Ok(Exit::Well)
}

const fn level(user: bool) -> SettingLevel {
    if user { SettingLevel::User } else { SettingLevel::Workspace }
}

fn shown(out: &Out, settings: &[SettingView], with_origin: bool) -> String {
    let columns: &[&str] =
        if with_origin { &["SETTING", "VALUE", "FROM", "WHAT"] } else { &["SETTING", "VALUE", "WHAT"] };
    let mut table = out.table(columns);
    for setting in settings {
        let from = match (setting.origin, &setting.place) {
            (SettingOrigin::Default, _) | (_, None) => "default".to_owned(),
            (_, Some(place)) => visible_line(place),
        };
        let row = [setting.key.clone(), setting.value.to_string()].into_iter();
        table.add_row(row.chain(with_origin.then_some(from)).chain([setting.about.clone()]));
    }
    table.to_string()
}
