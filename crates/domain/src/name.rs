//! Names: slugs, and the paths made of them (`acme`, `acme/prod`, `acme/prod/web-1`).

use crate::fault::{Code, Fault};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// The longest slug, in bytes; also the longest label of a DNS name.
pub const SLUG_LENGTH: usize = 63;

/// A short name that is safe in a path, an address and a command line: lower-case letters, digits, `-`, `_` and `.`,
/// beginning with a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct Slug(String);

impl Slug {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slug that a title suggests (`Müller & Co.` gives `m-ller-co`), or none if nothing is left of it.
    pub fn suggested_by(title: &str) -> Option<Slug> {
        let mut text = String::new();
        for character in title.trim().chars().flat_map(char::to_lowercase) {
            let kept = matches!(character, 'a'..='z' | '0'..='9' | '_' | '.');
            if kept && text.len() < SLUG_LENGTH {
                text.push(character);
            } else if !kept && !text.is_empty() && !text.ends_with('-') && text.len() < SLUG_LENGTH {
                text.push('-');
            }
        }
        let text = text.trim_matches(['-', '_', '.']);
        not_a_slug(text).is_none().then(|| Slug(text.to_owned()))
    }
}

impl FromStr for Slug {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let Some(why) = not_a_slug(text) else { return Ok(Slug(text.to_owned())) };
        Err(Fault::new(Code::InvalidInput, format!("“{}” is not a name: {why}", text.escape_debug())).with_hint(
            match Slug::suggested_by(text) {
                Some(slug) => format!("Write “{slug}”, for example."),
                None => "Use lower-case letters, digits, “-”, “_” and “.”.".to_owned(),
            },
        ))
    }
}

fn not_a_slug(text: &str) -> Option<String> {
    let first_is_plain = text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
    if text.is_empty() {
        Some("it is empty".into())
    } else if text.len() > SLUG_LENGTH {
        Some(format!("it is longer than {SLUG_LENGTH} characters"))
    } else if text == "all" {
        Some("“all” means every host in a selector".into())
    } else if !first_is_plain {
        Some("it must begin with a lower-case letter or a digit".into())
    } else if !text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.')) {
        Some("only lower-case letters, digits, “-”, “_” and “.” may stand in it".into())
    } else {
        None
    }
}

impl TryFrom<String> for Slug {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `client/environment`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct EnvironmentPath {
    /// The client.
    pub client: Slug,
    /// The environment.
    pub environment: Slug,
}

/// `client/environment/host`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct HostPath {
    /// The client.
    pub client: Slug,
    /// The environment.
    pub environment: Slug,
    /// The host.
    pub host: Slug,
}

impl HostPath {
    /// The environment that the host is in.
    pub fn environment_path(&self) -> EnvironmentPath {
        EnvironmentPath { client: self.client.clone(), environment: self.environment.clone() }
    }
}

impl FromStr for EnvironmentPath {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text.split('/').collect::<Vec<_>>()[..] {
            [client, environment] => Ok(Self { client: client.parse()?, environment: environment.parse()? }),
            [..] => Err(wrong_shape(text, "an environment", "CLIENT/ENVIRONMENT, such as acme/prod")),
        }
    }
}

impl FromStr for HostPath {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text.split('/').collect::<Vec<_>>()[..] {
            [client, environment, host] => {
                Ok(Self { client: client.parse()?, environment: environment.parse()?, host: host.parse()? })
            }
            [..] => Err(wrong_shape(text, "a host", "CLIENT/ENVIRONMENT/HOST, such as acme/prod/web-1")),
        }
    }
}

fn wrong_shape(text: &str, what: &str, shape: &str) -> Fault {
    Fault::new(Code::InvalidInput, format!("“{}” does not name {what}", text.escape_debug()))
        .with_hint(format!("Write {shape}."))
}

macro_rules! path_text {
    ($name:ident, $($part:ident),+) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&[$(self.$part.as_str()),+].join("/"))
            }
        }

        impl TryFrom<String> for $name {
            type Error = Fault;

            fn try_from(text: String) -> Result<Self, Fault> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(path: $name) -> String {
                path.to_string()
            }
        }
    };
}

path_text!(EnvironmentPath, client, environment);
path_text!(HostPath, client, environment, host);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_are_not_slugs_are_refused_with_a_suggestion() {
        let mut told = String::new();
        for text in ["", "Acme", "-x", "a b", "all", "ü", "a/b", "$(id)", "-oProxyCommand=id", &"a".repeat(64)] {
            let fault = text.parse::<Slug>().unwrap_err();
            told.push_str(&format!("{text:.12}\n  {fault}\n  {}\n", fault.hint.as_deref().unwrap_or("-")));
        }
        insta::assert_snapshot!(told);
    }

    #[test]
    fn paths_read_back() {
        for text in ["acme/prod/web-1", "a/b/c.example_1"] {
            assert_eq!(text.parse::<HostPath>().unwrap().to_string(), text);
        }
        for text in ["acme", "acme/prod", "acme/prod/web/1", "acme//web", "../prod/web"] {
            assert_eq!(text.parse::<HostPath>().unwrap_err().code, Code::InvalidInput);
        }
    }

    proptest! {
        #[test]
        fn a_suggestion_is_always_a_slug(title in ".{0,100}") {
            if let Some(slug) = Slug::suggested_by(&title) {
                prop_assert_eq!(slug.as_str().parse::<Slug>().unwrap(), slug);
            }
        }
    }
}
