//! Selectors: the text that names hosts.
//!
//! `all`, `acme`, `acme/prod`, `acme/prod/web-1`, `tag:db`, joined by commas; `!` excludes. A selector is never wider
//! than what it says: a part that names nothing is an error, and so is one that only excludes.

use crate::fault::{Code, Fault};
use crate::name::{EnvironmentPath, HostPath, Slug};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A parsed selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Selector {
    included: Vec<Term>,
    excluded: Vec<Term>,
}

/// One part of a selector.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    All,
    Client(Slug),
    Environment(EnvironmentPath),
    Host(HostPath),
    Tag(Slug),
}

/// What a selector looks at.
pub trait Selectable {
    /// The host's full name.
    fn path(&self) -> &HostPath;
    /// The host's tags.
    fn tags(&self) -> &BTreeSet<Slug>;
}

impl Selector {
    /// The hosts that are named, in the order in which they were given.
    pub fn select<'h, H: Selectable>(&self, hosts: &'h [H]) -> Result<Vec<&'h H>, Fault> {
        for term in self.included.iter().chain(&self.excluded) {
            if !hosts.iter().any(|host| term.names(host)) {
                return Err(nothing(format!("“{term}” names no host in this workspace")));
            }
        }
        let chosen: Vec<&H> = hosts
            .iter()
            .filter(|host| self.included.iter().any(|term| term.names(*host)))
            .filter(|host| !self.excluded.iter().any(|term| term.names(*host)))
            .collect();
        if chosen.is_empty() {
            return Err(nothing(format!("“{self}” leaves no host: all that it names are excluded again")));
        }
        Ok(chosen)
    }
}

impl Term {
    fn names(&self, host: &impl Selectable) -> bool {
        let path = host.path();
        match self {
            Term::All => true,
            Term::Client(client) => path.client == *client,
            Term::Environment(environment) => {
                path.client == environment.client && path.environment == environment.environment
            }
            Term::Host(named) => path == named,
            Term::Tag(tag) => host.tags().contains(tag),
        }
    }
}

impl Selector {
    /// One that names exactly these hosts.
    pub fn of_hosts<'h>(hosts: impl IntoIterator<Item = &'h HostPath>) -> Result<Self, Fault> {
        let names: Vec<String> = hosts.into_iter().map(ToString::to_string).collect();
        names.join(",").parse()
    }
}

impl FromStr for Selector {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let mut selector = Selector { included: Vec::new(), excluded: Vec::new() };
        for part in text.split(',').map(str::trim) {
            match part.strip_prefix('!') {
                Some(part) => selector.excluded.push(part.trim().parse()?),
                None => selector.included.push(part.parse()?),
            }
        }
        if selector.included.is_empty() {
            return Err(nothing(format!("“{text}” only excludes: it names no host"))
                .with_hint(format!("Write “all,{text}” to mean every other host.")));
        }
        Ok(selector)
    }
}

impl FromStr for Term {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let shapes = "Selectors are all, CLIENT, CLIENT/ENVIRONMENT, CLIENT/ENVIRONMENT/HOST and tag:TAG, joined by \
                      commas; ! excludes.";
        if text.is_empty() {
            return Err(Fault::new(Code::InvalidInput, "a selector, or a part of it, is empty").with_hint(shapes));
        }
        if text == "all" {
            return Ok(Term::All);
        }
        if let Some(tag) = text.strip_prefix("tag:") {
            return Ok(Term::Tag(tag.parse()?));
        }
        match text.matches('/').count() {
            0 => Ok(Term::Client(text.parse()?)),
            1 => Ok(Term::Environment(text.parse()?)),
            2 => Ok(Term::Host(text.parse()?)),
            _ => Err(Fault::new(Code::InvalidInput, format!("“{}” is not a selector", text.escape_debug()))
                .with_hint(shapes)),
        }
    }
}

fn nothing(message: String) -> Fault {
    Fault::new(Code::SelectorMatchedNothing, message).with_hint("`millwright host list` shows every host and its tags.")
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::All => f.write_str("all"),
            Term::Client(client) => client.fmt(f),
            Term::Environment(environment) => environment.fmt(f),
            Term::Host(host) => host.fmt(f),
            Term::Tag(tag) => write!(f, "tag:{tag}"),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let included = self.included.iter().map(ToString::to_string);
        let excluded = self.excluded.iter().map(|term| format!("!{term}"));
        f.write_str(&included.chain(excluded).collect::<Vec<_>>().join(","))
    }
}

impl TryFrom<String> for Selector {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> String {
        selector.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Named(HostPath, BTreeSet<Slug>);

    impl Selectable for Named {
        fn path(&self) -> &HostPath {
            &self.0
        }
        fn tags(&self) -> &BTreeSet<Slug> {
            &self.1
        }
    }

    fn fleet() -> Vec<Named> {
        [("acme/prod/web-1", "web"), ("acme/prod/db-1", "db"), ("acme/test/web-1", "web"), ("bolt/prod/db-1", "db")]
            .map(|(path, tag)| Named(path.parse().unwrap(), BTreeSet::from([tag.parse().unwrap()])))
            .into()
    }

    #[test]
    fn selects_what_it_says_and_never_more() {
        let cases = [
            ("all", "acme/prod/web-1 acme/prod/db-1 acme/test/web-1 bolt/prod/db-1"),
            ("acme", "acme/prod/web-1 acme/prod/db-1 acme/test/web-1"),
            ("acme/prod", "acme/prod/web-1 acme/prod/db-1"),
            ("bolt/prod/db-1", "bolt/prod/db-1"),
            ("tag:db", "acme/prod/db-1 bolt/prod/db-1"),
            ("acme,!tag:db", "acme/prod/web-1 acme/test/web-1"),
            ("tag:db, acme/test", "acme/prod/db-1 acme/test/web-1 bolt/prod/db-1"),
            ("all,!acme,!bolt", "selector_matched_nothing"),
            ("!acme", "selector_matched_nothing"),
            ("nobody", "selector_matched_nothing"),
            ("acme,nobody", "selector_matched_nothing"),
            ("all,!tag:typo", "selector_matched_nothing"),
            ("", "invalid_input"),
            ("acme,,bolt", "invalid_input"),
            ("a/b/c/d", "invalid_input"),
            ("tag:", "invalid_input"),
            ("ACME", "invalid_input"),
        ];
        let fleet = fleet();
        for (text, expected) in cases {
            let chosen = text.parse::<Selector>().and_then(|selector| selector.select(&fleet));
            let told = match chosen {
                Ok(hosts) => hosts.iter().map(|host| host.0.to_string()).collect::<Vec<_>>().join(" "),
                Err(fault) => fault.code.to_string(),
            };
            assert_eq!(told, expected, "for {text:?}");
        }
    }

    #[test]
    fn reads_back_as_it_was_written() {
        let selector: Selector = "acme/prod, tag:db ,!acme/prod/web-1".parse().unwrap();
        assert_eq!(selector.to_string(), "acme/prod,tag:db,!acme/prod/web-1");
        assert_eq!(selector.to_string().parse::<Selector>().unwrap(), selector);
    }
}
