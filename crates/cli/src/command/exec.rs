//! `millwright exec …`

use super::start;
use crate::arguments::Exec;
use crate::exit::Exit;
use crate::out::Out;
use crate::run_table;
use millwright_api::{ExecMode, ExecWish, Workspace};
use millwright_domain::Fault;
use millwright_domain::run::Privilege;
use serde_json::json;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, wish: Exec) -> Result<Exit, Fault> {
    let Exec { selector, detach, sudo, timeout, going, command } = wish;
    let wish = ExecWish {
        script: script(&command),
        privilege: if sudo { Privilege::Root } else { Privilege::Login },
        mode: if detach { ExecMode::Detached } else { ExecMode::Attached },
        timeout_seconds: timeout,
    };
    let planned = workspace.plan_exec(&selector, wish, &going.how()?).await?;
    let document = start::run(workspace, out, &planned).await?;
    out.answer(&json!({ "run": document }), || run_table::told(workspace, out, &document));
    Ok(Exit::of_run(&document))
}

/// One word is text for `sh`; several are a program and its arguments, each exactly as it was given here.
fn script(command: &[String]) -> String {
    match command {
        [text] => text.clone(),
        words => words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" "),
    }
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | ',' | '+' | '@');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_words_reach_the_program_as_they_are() {
        let cases: [(&[&str], &str); 4] = [
            (&["uptime; id"], "uptime; id"),
            (&["ls", "-l", "/var/log"], "ls -l /var/log"),
            (&["printf", "%s", "a b", "$HOME", "it's", ""], r"printf '%s' 'a b' '$HOME' 'it'\''s' ''"),
            (&["true"], "true"),
        ];
        for (words, expected) in cases {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(script(&words), expected);
        }
    }
}
