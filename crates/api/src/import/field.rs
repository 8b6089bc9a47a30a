//! What may stand in a field of a host, whichever file it comes from.
//!
//! The checks are stricter than what follows needs: nothing of this ever reaches a shell, but an address that begins
//! with `-` or holds a `$(` is a mistake or an attack, and both are better found here.

use super::problem::{quoted, wrong};
use super::sheet::ImportDefaults;
use millwright_domain::fleet::Credential;
use millwright_domain::{Fault, window};
use std::net::{IpAddr, Ipv6Addr};

const ADDRESS_LENGTH: usize = 253;
const LABEL_LENGTH: usize = 63;
const USER_LENGTH: usize = 256;
const PATH_LENGTH: usize = 4096;
const TITLE_LENGTH: usize = 200;

/// A DNS name or an IP address, the latter with or without brackets.
pub(crate) fn address(text: &str) -> Result<String, Fault> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if bare.parse::<IpAddr>().is_ok() || is_scoped(bare) {
        return Ok(bare.to_owned());
    }
    match not_a_dns_name(text) {
        None => Ok(text.trim_end_matches('.').to_owned()),
        Some(why) => Err(wrong(
            format!("{} is neither a DNS name nor an IP address: {why}", quoted(text)),
            "Write a name such as web-1.example.com, or an address such as 192.0.2.10 or 2001:db8::10.",
        )),
    }
}

/// An account's name. Names of directory accounts (`user@realm`, `DOMAIN\user`) are names too.
pub(crate) fn user(text: &str) -> Result<String, Fault> {
    let plain = |character: char| character.is_alphanumeric() || "._-+@\\".contains(character);
    let hint = "Write the account that Millwright logs in as, such as admin.";
    if text.is_empty() || text.len() > USER_LENGTH {
        return Err(wrong(format!("a user's name has 1 to {USER_LENGTH} bytes"), hint));
    }
    if text.starts_with('-') || !text.chars().all(plain) {
        return Err(wrong(format!("{} is not a user's name", quoted(text)), hint));
    }
    Ok(text.to_owned())
}

/// A TCP port.
pub(crate) fn port(text: &str) -> Result<u16, Fault> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(port) if digits && port > 0 => Ok(port),
        Ok(_) | Err(_) => Err(wrong(format!("{} is not a port", quoted(text)), "Write a number from 1 to 65535.")),
    }
}

/// The absolute path of a private key; `~/` is the home directory that the caller named.
pub(crate) fn key_path(text: &str, defaults: &ImportDefaults) -> Result<String, Fault> {
    let hint = "Write an absolute path, or one that begins with ~/.";
    let path = match (text.strip_prefix("~/"), &defaults.home) {
        (Some(rest), Some(home)) => format!("{}/{rest}", home.trim_end_matches('/')),
        (Some(_), None) => {
            return Err(wrong("“~” means nothing here: the home directory is not known", "Write an absolute path."));
        }
        (None, _) => text.to_owned(),
    };
    let drive = matches!(path.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    if !path.starts_with('/') && !drive {
        return Err(wrong(format!("{} is not the absolute path of a key file", quoted(text)), hint));
    }
    if path.split(['/', '\\']).any(|part| part == "..") {
        return Err(wrong(format!("{} climbs with “..”", quoted(text)), "Write the path without “..”."));
    }
    if path.len() > PATH_LENGTH || path.chars().any(char::is_control) {
        return Err(wrong(format!("{} cannot be a path", quoted(text)), hint));
    }
    Ok(path)
}

/// Which key of the agent to use, or none if the agent is not to be used.
pub(crate) fn agent(text: &str) -> Result<Option<Credential>, Fault> {
    if let Some(digest) = text.strip_prefix("SHA256:") {
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
        if digest.len() == 43 && digest.bytes().all(base64) {
            return Ok(Some(Credential::Agent { fingerprint: Some(text.to_owned()) }));
        }
    } else if let Ok(used) = yes_or_no(text) {
        return Ok(used.then_some(Credential::Agent { fingerprint: None }));
    }
    Err(wrong(
        format!("{} does not say which key of the agent to use", quoted(text)),
        "Write yes, no, or a fingerprint as `ssh-add -l` shows it (SHA256:…).",
    ))
}

/// Yes or no, in the words of CSV, YAML and INI files.
pub(crate) fn yes_or_no(text: &str) -> Result<bool, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "y" | "1" => Ok(true),
        "no" | "false" | "off" | "n" | "0" => Ok(false),
        _ => Err(wrong(format!("{} is neither yes nor no", quoted(text)), "Write yes or no.")),
    }
}

/// The name of a time zone, as its database spells it.
pub(crate) fn time_zone(text: &str) -> Result<String, Fault> {
    Ok(window::zone(text)?.iana_name().unwrap_or(text).to_owned())
}

/// A name as people write it: any text of one line. It is only ever shown.
pub(crate) fn title(text: &str) -> Result<String, Fault> {
    if text.chars().count() > TITLE_LENGTH || text.chars().any(char::is_control) {
        return Err(wrong(
            format!("{} is not a name", quoted(text)),
            format!("Write one line of at most {TITLE_LENGTH} characters."),
        ));
    }
    Ok(text.to_owned())
}

/// An IPv6 address with the interface that it belongs to: `fe80::1%eth0`.
fn is_scoped(text: &str) -> bool {
    let Some((address, interface)) = text.split_once('%') else { return false };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    address.parse::<Ipv6Addr>().is_ok() && (1..=15).contains(&interface.len()) && interface.bytes().all(plain)
}

fn not_a_dns_name(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.is_empty() {
        return Some("it is empty".into());
    }
    if name.len() > ADDRESS_LENGTH {
        return Some(format!("it is longer than {ADDRESS_LENGTH} characters"));
    }
    if name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some("it ends with a number, and is no IP address".into());
    }
    name.split('.').find_map(|label| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if label.is_empty() {
            Some("there is nothing between two of its dots".into())
        } else if label.len() > LABEL_LENGTH {
            Some(format!("a part of it is longer than {LABEL_LENGTH} characters"))
        } else if label.starts_with('-') || label.ends_with('-') {
            Some("a part of it begins or ends with “-”".into())
        } else if !label.bytes().all(plain) {
            Some("only letters, digits, “-”, “_” and “.” may stand in a name".into())
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::tests::defaults;
    use rstest::rstest;

    #[rstest]
    #[case("web-1.example.com", Some("web-1.example.com"))]
    #[case("web_1", Some("web_1"))]
    #[case("example.com.", Some("example.com"))]
    #[case("192.0.2.10", Some("192.0.2.10"))]
    #[case("[2001:db8::1]", Some("2001:db8::1"))]
    #[case("fe80::1%eth0", Some("fe80::1%eth0"))]
    #[case("999.1.1.1", None)]
    #[case("", None)]
    #[case(".", None)]
    #[case("a..b", None)]
    #[case("-oProxyCommand=id", None)]
    #[case("web-.example", None)]
    #[case("$(id)", None)]
    #[case("=cmd()", None)]
    #[case("../etc", None)]
    #[case("a b", None)]
    #[case("müller.example", None)]
    #[case("fe80::1%$(id)", None)]
    fn addresses(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(address(text).ok().as_deref(), expected);
    }

    #[rstest]
    #[case("~/.ssh/id", Some("/home/tech/.ssh/id"))]
    #[case("/keys/a b", Some("/keys/a b"))]
    #[case(r"C:\keys\id", Some(r"C:\keys\id"))]
    #[case("id_ed25519", None)]
    #[case("../id", None)]
    #[case("/keys/../id", None)]
    #[case("~root/.ssh/id", None)]
    #[case("~/../x", None)]
    #[case("$(id)", None)]
    fn key_paths(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(key_path(text, &defaults()).ok().as_deref(), expected);
    }

    #[test]
    fn the_other_fields() {
        for name in ["root", "admin@corp.example", r"CORP\admin", "müller"] {
            assert!(user(name).is_ok(), "{name}");
        }
        for name in ["", "-l", "a b", "$(id)", "a;b", "`id`"] {
            assert!(user(name).is_err(), "{name}");
        }
        for text in ["0", "65536", "-1", "+22", "22 ", "", "ssh"] {
            assert!(port(text).is_err(), "{text}");
        }
        assert_eq!(port("2222").ok(), Some(2222));
        for text in ["Mars/Olympus", "../../etc/passwd", "", "Europe/Berlin\0"] {
            assert!(time_zone(text).is_err(), "{text}");
        }
        assert_eq!(time_zone("UTC").ok().as_deref(), Some("UTC"));
        assert_eq!(agent("no").ok(), Some(None));
        assert!(agent("SHA256:short").is_err());
    }
}
