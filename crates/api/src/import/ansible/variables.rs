//! The variables that say how a host is reached, and what becomes of all others.

use crate::import::problem::Place;
use crate::import::row::{ENCRYPTED, STRUCTURE};
use crate::import::sheet::Said;
use crate::import::words;
use std::sync::Arc;

/// What the variables of a host or group say of reaching it, as the file has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    pub(super) address: Option<Said>,
    pub(super) port: Option<Said>,
    pub(super) user: Option<Said>,
    pub(super) key_path: Option<Said>,
    pub(super) becomes_root: Option<Said>,
    pub(super) connection: Option<Said>,
    /// A chain of jump hosts; an empty one means directly.
    pub(super) jumps: Option<Said>,
    /// That there is a password to log in with; the password itself is not kept.
    pub(super) has_login_password: Option<bool>,
    /// That there is a password for sudo; the password itself is not kept.
    pub(super) has_sudo_password: Option<bool>,
}

/// A variable's value as the file has it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Given<'v> {
    Text(&'v str),
    /// There is none.
    Null,
    /// `!vault`.
    Encrypted,
    /// A list or a mapping.
    Structure,
}

/// What became of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    Kept,
    /// Nothing of it is kept, or no more than that it is there.
    Secret,
    /// It means nothing to Millwright.
    Unknown,
    /// Its value is more than a chain of jump hosts.
    Arguments,
}

impl Variables {
    /// What the other one says wins.
    pub(super) fn overlay(&mut self, other: &Variables) {
        fn take<T: Clone>(mine: &mut Option<T>, other: &Option<T>) {
            if other.is_some() {
                mine.clone_from(other);
            }
        }
        take(&mut self.address, &other.address);
        take(&mut self.port, &other.port);
        take(&mut self.user, &other.user);
        take(&mut self.key_path, &other.key_path);
        take(&mut self.becomes_root, &other.becomes_root);
        take(&mut self.connection, &other.connection);
        take(&mut self.jumps, &other.jumps);
        take(&mut self.has_login_password, &other.has_login_password);
        take(&mut self.has_sudo_password, &other.has_sudo_password);
    }

    /// Takes a variable up. The names are Ansible's, the older spellings included.
    pub(super) fn set(&mut self, name: &str, given: Given<'_>, place: Place) -> Outcome {
        match name {
            "ansible_host" | "ansible_ssh_host" => self.address = said(name, given, place),
            "ansible_port" | "ansible_ssh_port" => self.port = said(name, given, place),
            "ansible_user" | "ansible_ssh_user" => self.user = said(name, given, place),
            "ansible_ssh_private_key_file" | "ansible_private_key_file" => self.key_path = said(name, given, place),
            "ansible_become" | "ansible_sudo" => self.becomes_root = said(name, given, place),
            "ansible_connection" => self.connection = said(name, given, place),
            "ansible_ssh_common_args" => match given {
                Given::Text(text) => match proxy_jump(text) {
                    Some(chain) => self.jumps = said(name, Given::Text(&chain), place),
                    None => return Outcome::Arguments,
                },
                Given::Null => self.jumps = said(name, Given::Text(""), place),
                Given::Encrypted | Given::Structure => return Outcome::Arguments,
            },
            "ansible_password" | "ansible_ssh_pass" | "ansible_ssh_password" => {
                self.has_login_password = Some(true);
                return Outcome::Secret;
            }
            "ansible_become_password" | "ansible_become_pass" | "ansible_sudo_pass" => {
                self.has_sudo_password = Some(true);
                return Outcome::Secret;
            }
            _ if matches!(given, Given::Encrypted) || sounds_secret(name) => return Outcome::Secret,
            _ => return Outcome::Unknown,
        }
        Outcome::Kept
    }
}

fn said(name: &str, given: Given<'_>, place: Place) -> Option<Said> {
    let text = match given {
        Given::Text(text) => text.trim(),
        Given::Null => return None,
        Given::Encrypted => ENCRYPTED,
        Given::Structure => STRUCTURE,
    };
    Some(Said { text: text.to_owned(), place, called: Some(Arc::from(name)) })
}

/// The chain of jump hosts, if the arguments are that and nothing else.
fn proxy_jump(arguments: &str) -> Option<String> {
    let words = words::split(arguments).ok()?;
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let option = |text: &str| {
        let (keyword, value) = text.split_once('=')?;
        keyword.trim().eq_ignore_ascii_case("proxyjump").then(|| value.trim().to_owned())
    };
    match words[..] {
        ["-J", chain] => Some(chain.to_owned()),
        ["-o", text] => option(text),
        [word] => match word.strip_prefix("-J") {
            Some(chain) => Some(chain.to_owned()),
            None => option(word.strip_prefix("-o")?),
        },
        [..] => None,
    }
}

fn sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pass", "secret", "token", "credential", "private_key", "api_key", "vault"].iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_only_if_they_are_a_jump() {
        for (arguments, expected) in [
            ("-J bastion", Some("bastion")),
            ("-Jbastion", Some("bastion")),
            ("-o ProxyJump=a,b", Some("a,b")),
            ("-oProxyJump=a", Some("a")),
            ("-o \"proxyjump = a\"", Some("a")),
            ("-o ProxyCommand=\"ssh -W %h:%p a\"", None),
            ("-J a -o StrictHostKeyChecking=no", None),
            ("-o", None),
            ("'-J a", None),
            ("", None),
        ] {
            assert_eq!(proxy_jump(arguments).as_deref(), expected, "{arguments}");
        }
    }
}
