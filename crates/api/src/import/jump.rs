//! A chain of jump hosts as OpenSSH writes it: `[user@]host[:port]` or `ssh://[user@]host[:port]`, joined by commas.

use super::MAXIMUM_JUMPS;
use super::field;
use super::problem::{quoted, wrong};
use millwright_domain::Fault;

/// One jump host, by the name that the file gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Hop {
    pub(crate) user: Option<String>,
    /// A name that the file explains, or an address.
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

/// The hops of a chain, the first one first; none for the word `none`.
pub(crate) fn parse_chain(text: &str) -> Result<Vec<Hop>, Fault> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    let hops = text.split(',').take(MAXIMUM_JUMPS + 1).map(parse_hop).collect::<Result<Vec<_>, _>>()?;
    if hops.len() > MAXIMUM_JUMPS { Err(too_long()) } else { Ok(hops) }
}

/// What is said of a chain with too many hops.
pub(crate) fn too_long() -> Fault {
    wrong(format!("the way there leads through more than {MAXIMUM_JUMPS} hosts"), "Shorten the chain of jump hosts.")
}

fn parse_hop(text: &str) -> Result<Hop, Fault> {
    let text = text.trim();
    let bare = text.strip_prefix("ssh://").unwrap_or(text);
    let bare = bare.strip_suffix('/').unwrap_or(bare);
    // The last “@” separates, as in OpenSSH: an account's name may hold one too.
    let (user, rest) = match bare.rsplit_once('@') {
        Some((user, rest)) => (Some(field::user(user)?), rest),
        None => (None, bare),
    };
    let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, tail)) => (host, Some(tail.strip_prefix(':').unwrap_or(tail))),
        None => match rest.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            Some(_) | None => (rest, None),
        },
    };
    if host.is_empty() || host.starts_with('-') || host.contains(char::is_whitespace) {
        return Err(wrong(
            format!("{} is not a jump host", quoted(text)),
            "Write NAME or USER@NAME:PORT; several are joined by commas.",
        ));
    }
    Ok(Hop { user, host: host.to_owned(), port: port.map(field::port).transpose()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(user: Option<&str>, host: &str, port: Option<u16>) -> Hop {
        Hop { user: user.map(str::to_owned), host: host.to_owned(), port }
    }

    #[test]
    fn chains_are_read() {
        for (text, expected) in [
            ("none", vec![]),
            ("bastion", vec![hop(None, "bastion", None)]),
            ("a@b:22,c", vec![hop(Some("a"), "b", Some(22)), hop(None, "c", None)]),
            ("ssh://a@b:22/", vec![hop(Some("a"), "b", Some(22))]),
            ("[2001:db8::1]:2222", vec![hop(None, "2001:db8::1", Some(2222))]),
            ("2001:db8::1", vec![hop(None, "2001:db8::1", None)]),
            ("a@corp.example@b", vec![hop(Some("a@corp.example"), "b", None)]),
        ] {
            assert_eq!(parse_chain(text).unwrap(), expected, "{text}");
        }
        for text in ["", "a,,b", "-oProxyCommand=id", "a:b", "a b", "@b", "[::1]x", "a,a,a,a,a,a,a,a,a"] {
            assert!(parse_chain(text).is_err(), "{text}");
        }
    }
}
