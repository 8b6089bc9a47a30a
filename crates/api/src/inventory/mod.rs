//! The inventory: clients, environments, hosts.

mod client;
mod environment;
mod host;

pub use client::ClientView;
pub use environment::{EnvironmentEdit, EnvironmentView};
pub use host::{HostDraft, HostEdit, HostView};

use millwright_domain::{Code, Fault, window};

pub(crate) fn check_time_zone(name: &str) -> Result<(), Fault> {
    window::zone(name).map(drop)
}

/// Refuses what cannot be the name or the address of a machine, and what a shell or ssh would take for something else.
pub(crate) fn check_address(address: &str) -> Result<(), Fault> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let name = address.strip_suffix('.').unwrap_or(address);
    let plain = address.split('%').next().unwrap_or_default();
    if plain.parse::<std::net::IpAddr>().is_ok() && address.len() <= 64 {
        return Ok(());
    }
    if name.len() <= 253 && name.split('.').all(is_label) {
        return Ok(());
    }
    Err(Fault::new(Code::InvalidInput, format!("“{}” is neither a DNS name nor an IP address", address.escape_debug()))
        .with_hint("Write web-1.example.net, 192.0.2.7 or 2001:db8::7."))
}

pub(crate) fn check_user(user: &str) -> Result<(), Fault> {
    let fits = (1..=64).contains(&user.len())
        && !user.starts_with('-')
        && !user.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, ':' | '/' | '"' | '\''));
    if fits {
        return Ok(());
    }
    Err(Fault::new(Code::InvalidInput, format!("“{}” is not the name of an account", user.escape_debug())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_something_else_are_refused() {
        for address in ["web-1.example.net", "127.1.2.3", "::1", "fe80::1%eth0", "localhost.", "xn--mller-kva.de"] {
            check_address(address).unwrap();
        }
        for address in ["", "-oProxyCommand=id", "a b", "$(id)", "../x", "a..b", "web;id", "ü.de", "=cmd()", "a\nb"] {
            assert_eq!(check_address(address).unwrap_err().code, Code::InvalidInput, "{address:?}");
        }
    }

    #[test]
    fn time_zones_and_accounts() {
        for zone in ["Europe/Berlin", "UTC"] {
            check_time_zone(zone).unwrap();
        }
        for zone in ["Mars/Olympus", "", "+02:00"] {
            assert_eq!(check_time_zone(zone).unwrap_err().code, Code::InvalidInput, "{zone:?}");
        }
        for user in ["", "-x", "a b", "a:b", "$\u{7}"] {
            assert_eq!(check_user(user).unwrap_err().code, Code::InvalidInput, "{user:?}");
        }
    }
}
