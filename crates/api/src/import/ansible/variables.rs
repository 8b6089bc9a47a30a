//! The variables that say how a host is reached, and what becomes of all others.

use crate::import::draft::ImportDefaults;
use crate::import::jump::{self, Hop};
use crate::import::problem::{Place, quoted, wrong};
use crate::import::{field, words};
use millwright_domain::Fault;

/// What the variables of a host or group say of reaching it.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    pub(super) address: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) user: Option<String>,
    pub(super) key_path: Option<String>,
    pub(super) becomes_root: Option<bool>,
    pub(super) connection: Option<String>,
    pub(super) jumps: Option<(Vec<Hop>, Place)>,
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
    pub(super) fn set(
        &mut self,
        name: &str,
        given: Given<'_>,
        place: Place,
        defaults: &ImportDefaults,
    ) -> Result<Outcome, Fault> {
        match name {
            "ansible_host" | "ansible_ssh_host" => self.address = read(name, given, field::address)?,
            "ansible_port" | "ansible_ssh_port" => self.port = read(name, given, field::port)?,
            "ansible_user" | "ansible_ssh_user" => self.user = read(name, given, field::user)?,
            "ansible_ssh_private_key_file" | "ansible_private_key_file" => {
                self.key_path = read(name, given, |text| field::key_path(text, defaults))?;
            }
            "ansible_become" | "ansible_sudo" => self.becomes_root = read(name, given, field::yes_or_no)?,
            "ansible_connection" => self.connection = read(name, given, |text| Ok(text.to_owned()))?,
            "ansible_ssh_common_args" => match given {
                Given::Text(text) => match proxy_jump(text) {
                    Some(chain) => {
                        self.jumps = read(name, Given::Text(&chain), jump::parse_chain)?.map(|hops| (hops, place));
                    }
                    None => return Ok(Outcome::Arguments),
                },
                Given::Null => self.jumps = Some((Vec::new(), place)),
                Given::Encrypted | Given::Structure => return Ok(Outcome::Arguments),
            },
            "ansible_password" | "ansible_ssh_pass" | "ansible_ssh_password" => {
                self.has_login_password = Some(true);
                return Ok(Outcome::Secret);
            }
            "ansible_become_password" | "ansible_become_pass" | "ansible_sudo_pass" => {
                self.has_sudo_password = Some(true);
                return Ok(Outcome::Secret);
            }
            _ if matches!(given, Given::Encrypted) || sounds_secret(name) => return Ok(Outcome::Secret),
            _ => return Ok(Outcome::Unknown),
        }
        Ok(Outcome::Kept)
    }
}

fn read<T>(name: &str, given: Given<'_>, check: impl FnOnce(&str) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
    let text = match given {
        Given::Text(text) => text.trim(),
        Given::Null => return Ok(None),
        Given::Encrypted => {
            let message = format!("{name} is encrypted, and Millwright does not open Ansible's vault");
            return Err(wrong(message, "Write the value as it is; it is no secret."));
        }
        Given::Structure => return Err(wrong(format!("{name} is not a text"), "Write one value.")),
    };
    if text.contains("{{") || text.contains("{%") {
        let message = format!("{name} is the template {}, and importing evaluates nothing", quoted(text));
        return Err(wrong(message, "Write the value that it stands for."));
    }
    check(text).map(Some).map_err(|mut fault| {
        fault.message = format!("{name}: {}", fault.message);
        fault
    })
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
