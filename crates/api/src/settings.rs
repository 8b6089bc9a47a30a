//! Settings: what somebody chose, at which level, and which choice counts.
//!
//! The environment goes before the workspace, the workspace before the user, the user before the default; a flag of the
//! command line goes before all of them and is its own business. Owns the names, the bounds and the two files.

use crate::shelf::keep;
use crate::workspace::Workspace;
use directories::ProjectDirs;
use millwright_domain::{Code, Fault};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, value};
use ts_rs::TS;

const FILE: &str = "settings.toml";

/// A setting that there is.
struct Key {
    name: &'static str,
    about: &'static str,
    default: u32,
    minimum: u32,
    maximum: u32,
}

/// How many hosts are asked or worked on at once.
const PARALLEL: Key = Key {
    name: "parallel",
    about: "How many hosts are asked or worked on at once",
    default: 32,
    minimum: 1,
    maximum: 4096,
};
/// How long a lost host is looked for.
const RECONNECT_MINUTES: Key = Key {
    name: "reconnect_minutes",
    about: "How long a host that was lost in a run is looked for before its job is called unknown, in minutes",
    default: 15,
    minimum: 1,
    maximum: 24 * 60,
};
const KEYS: [&Key; 2] = [&PARALLEL, &RECONNECT_MINUTES];

/// Where a setting can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SettingLevel {
    /// In the workspace: for everybody who works with it.
    Workspace,
    /// For this person, in every workspace.
    User,
}

/// Where the value that counts comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SettingOrigin {
    /// A variable of the environment.
    Environment,
    /// The workspace.
    Workspace,
    /// This person.
    User,
    /// Nobody chose one.
    Default,
}

/// A setting with the value that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SettingView {
    /// Its name.
    pub key: String,
    /// What it means.
    pub about: String,
    /// The value that counts.
    pub value: u32,
    /// Where it comes from.
    pub origin: SettingOrigin,
    /// The variable or the file that has it.
    pub place: Option<String>,
    /// The value when nobody chose one.
    pub default: u32,
    /// The smallest one.
    pub minimum: u32,
    /// The largest one.
    pub maximum: u32,
}

impl Workspace {
    /// Every setting, with where its value comes from.
    pub fn settings(&self) -> Result<Vec<SettingView>, Fault> {
        KEYS.iter().map(|key| self.setting(key)).collect()
    }

    /// How many hosts at once, when nobody says otherwise.
    pub fn parallel(&self) -> Result<u32, Fault> {
        Ok(self.setting(&PARALLEL)?.value)
    }

    /// How long a host that was lost is looked for.
    pub(crate) fn reconnect_minutes(&self) -> Result<u32, Fault> {
        Ok(self.setting(&RECONNECT_MINUTES)?.value)
    }

    /// Keeps a value at a level, or none.
    pub async fn setting_keep(&self, name: &str, level: SettingLevel, chosen: Option<u32>) -> Result<(), Fault> {
        let key = KEYS.into_iter().find(|key| key.name == name).ok_or_else(|| unknown(name))?;
        if let Some(chosen) = chosen {
            key.check(i64::from(chosen), "this value")?;
        }
        let path = match level {
            SettingLevel::Workspace => self.folder().join(FILE),
            SettingLevel::User => user_file().ok_or_else(|| {
                Fault::new(Code::LocalFile, "this account has no folder for its settings")
                    .with_hint("Keep the setting in the workspace.")
            })?,
        };
        let mut document = read(&path)?.unwrap_or_default();
        let before = in_file(key, &path)?;
        match chosen {
            Some(chosen) => drop(document.insert(key.name, value(i64::from(chosen)))),
            None => take_out(&mut document, key.name),
        }
        let (id, change) = (key.name, json!({ "value": [before, chosen], "level": [level, level] }));
        self.write(move |writer| writer.audit("setting.keep", "setting", id, change)).await?;
        keep(&path, &document.to_string())
    }

    fn setting(&self, key: &Key) -> Result<SettingView, Fault> {
        let files = [(SettingOrigin::Workspace, Some(self.folder().join(FILE))), (SettingOrigin::User, user_file())];
        key.resolve(|name| std::env::var(name).ok(), &files)
    }
}

impl Key {
    fn resolve(
        &self,
        environment: impl Fn(&str) -> Option<String>,
        files: &[(SettingOrigin, Option<PathBuf>)],
    ) -> Result<SettingView, Fault> {
        let variable = format!("MILLWRIGHT_{}", self.name.to_uppercase());
        if let Some(text) = environment(&variable) {
            let number = text.trim().parse().map_err(|_| {
                Fault::new(Code::InvalidInput, format!("{variable} is “{}”, no number", text.escape_debug()))
            })?;
            return Ok(self.view(self.check(number, &variable)?, SettingOrigin::Environment, Some(variable)));
        }
        for (origin, path) in files {
            let Some(path) = path else { continue };
            if let Some(found) = in_file(self, path)? {
                return Ok(self.view(found, *origin, Some(path.display().to_string())));
            }
        }
        Ok(self.view(self.default, SettingOrigin::Default, None))
    }

    fn view(&self, value: u32, origin: SettingOrigin, place: Option<String>) -> SettingView {
        let Key { name, about, default, minimum, maximum } = *self;
        SettingView { key: name.into(), about: about.into(), value, origin, place, default, minimum, maximum }
    }

    fn check(&self, number: i64, place: &str) -> Result<u32, Fault> {
        let Key { name, minimum, maximum, .. } = self;
        let fitting = u32::try_from(number).ok().filter(|number| (minimum..=maximum).contains(&number));
        fitting.ok_or_else(|| {
            let message = format!("{place} sets `{name}` to {number}; it goes from {minimum} to {maximum}");
            Fault::new(Code::InvalidInput, message)
        })
    }
}

/// Removes a key's line. What somebody wrote above it stays, at the end.
fn take_out(document: &mut DocumentMut, name: &str) {
    let above = document.key(name).and_then(|key| key.leaf_decor().prefix()?.as_str().map(str::to_owned));
    document.remove(name);
    if let Some(above) = above.filter(|above| !above.trim().is_empty()) {
        let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing(above + &trailing);
    }
}

/// A key's value in a file.
fn in_file(key: &Key, path: &Path) -> Result<Option<u32>, Fault> {
    let Some(document) = read(path)? else { return Ok(None) };
    let place = path.display().to_string();
    if let Some((name, _)) = document.iter().find(|(name, _)| KEYS.iter().all(|key| key.name != *name)) {
        return Err(Fault::new(Code::InvalidInput, format!("{place}: {}", unknown(name).message))
            .with_hint("Correct the name, or remove its line."));
    }
    let Some(item) = document.get(key.name) else { return Ok(None) };
    let number = item.as_integer().ok_or_else(|| {
        Fault::new(Code::InvalidInput, format!("{place} sets `{}` to something that is no whole number", key.name))
    })?;
    key.check(number, &place).map(Some)
}

fn read(path: &Path) -> Result<Option<DocumentMut>, Fault> {
    match fs::read_to_string(path) {
        Ok(text) => text.parse().map(Some).map_err(|error| {
            Fault::new(Code::InvalidInput, format!("{}: {error}", path.display())).with_hint("Correct that line.")
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::new(Code::LocalFile, format!("{} cannot be read: {error}", path.display()))),
    }
}

fn user_file() -> Option<PathBuf> {
    Some(ProjectDirs::from("", "", "millwright")?.config_dir().join(FILE))
}

fn unknown(name: &str) -> Fault {
    let known: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    Fault::new(Code::NotFound, format!("there is no setting “{}”", name.escape_debug()))
        .with_hint(format!("There are: {}.", known.join(", ")))
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
