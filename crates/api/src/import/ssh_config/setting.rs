//! One setting: how its line is written, and what it says.

use super::keyword::SettingKeyword;
use crate::import::jump::{self, Hop};
use crate::import::problem::{Place, quoted, wrong};
use crate::import::words::Word;
use millwright_domain::Fault;

/// A setting, as the file has it.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What a setting says.
#[derive(Debug)]
pub(super) enum Value {
    HostName(String),
    Port(String),
    User(String),
    IdentityFile(String),
    /// The way there; empty means directly.
    ProxyJump(Vec<Hop>),
    /// A way there that cannot be read.
    UnreadableJump(String),
    ProxyCommand,
}

/// `Keyword value`, `Keyword=value` and `Keyword = value` are one. None for a line without a setting.
pub(super) fn keyword_and_arguments(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find([' ', '\t', '=']).unwrap_or(line.len());
    let (keyword, rest) = line.split_at(end);
    let rest = rest.trim_start();
    Some((keyword, rest.strip_prefix('=').unwrap_or(rest).trim_start()))
}

pub(super) fn value(keyword: SettingKeyword, name: &str, words: &[Word]) -> Result<Value, Fault> {
    let several = words.len() > 1;
    let takes_lists = matches!(keyword, SettingKeyword::IdentityFile | SettingKeyword::ProxyJump);
    if several && takes_lists {
        return Err(wrong(format!("{} has more than one value", quoted(name)), "Quote a value that holds spaces."));
    }
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    Ok(match keyword {
        SettingKeyword::HostName => Value::HostName(text),
        SettingKeyword::Port => Value::Port(text),
        SettingKeyword::User => Value::User(text),
        SettingKeyword::IdentityFile => Value::IdentityFile(text),
        SettingKeyword::ProxyJump => jump::parse_chain(&text).map_or(Value::UnreadableJump(text), Value::ProxyJump),
    })
}

/// Whether a `%` introduces anything but `%%` and the tokens named.
pub(super) fn has_other_token(text: &str, tokens: &[char]) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '%' && !characters.next().is_some_and(|token| token == '%' || tokens.contains(&token)) {
            return true;
        }
    }
    false
}
