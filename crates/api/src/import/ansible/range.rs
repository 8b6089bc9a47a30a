//! Names of hosts in an inventory: ranges (`web[01:20].example.com`, `db-[a:f]`) and ports (`web-1:2222`).

use crate::import::MAXIMUM_HOSTS;
use crate::import::problem::{quoted, wrong};
use millwright_domain::Fault;
use std::net::Ipv6Addr;

/// The longest name, in bytes; a DNS name has at most 253.
const NAME_LENGTH: usize = 300;

/// The names that a pattern stands for, and the port that it gives them.
pub(super) fn expand(pattern: &str) -> Result<(Vec<String>, Option<String>), Fault> {
    if pattern.is_empty() || pattern.len() > NAME_LENGTH {
        return Err(wrong(
            format!("{} is no host's name: it must have 1 to {NAME_LENGTH} bytes", quoted(pattern)),
            "Write a short name, and the address as ansible_host.",
        ));
    }
    let (pattern, port) = split_port(pattern);
    let mut names = vec![String::new()];
    let mut rest = pattern;
    while let Some((literal, after)) = rest.split_once('[') {
        let Some((inside, after)) = after.split_once(']') else {
            return Err(not_a_range(pattern, "“[” is never closed"));
        };
        rest = after;
        let values =
            if inside.parse::<Ipv6Addr>().is_ok() { vec![inside.to_owned()] } else { values(pattern, inside)? };
        if names.len().saturating_mul(values.len()) > MAXIMUM_HOSTS {
            return Err(not_a_range(pattern, &format!("it stands for more than {MAXIMUM_HOSTS} names")));
        }
        names =
            names.iter().flat_map(|name| values.iter().map(move |value| format!("{name}{literal}{value}"))).collect();
    }
    for name in &mut names {
        name.push_str(rest);
    }
    Ok((names, port.map(str::to_owned)))
}

/// A number behind the last colon is a port, unless the whole is an IPv6 address.
fn split_port(pattern: &str) -> (&str, Option<&str>) {
    let Some((name, port)) = pattern.rsplit_once(':') else { return (pattern, None) };
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || pattern.parse::<Ipv6Addr>().is_ok() || name.matches('[').count() != name.matches(']').count() {
        return (pattern, None);
    }
    (name, Some(port))
}

/// The values of `first:last` or `first:last:step`: numbers, padded as the first is, or letters.
fn values(pattern: &str, inside: &str) -> Result<Vec<String>, Fault> {
    let parts: Vec<&str> = inside.split(':').collect();
    let (first, last, step) = match parts[..] {
        [first, last] => (first, last, "1"),
        [first, last, step] => (first, last, step),
        [..] => return Err(not_a_range(pattern, "it needs a first and a last value")),
    };
    let Some(step) = step.parse::<usize>().ok().filter(|step| *step > 0) else {
        return Err(not_a_range(pattern, "its step is not a number above 0"));
    };
    let first = if first.is_empty() { "0" } else { first };
    let is_number = |text: &str| !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(first) && is_number(last) {
        let padded = first.len() > 1 && first.starts_with('0');
        if padded && first.len() != last.len() {
            return Err(not_a_range(pattern, "its first and last value have different lengths"));
        }
        let width = if padded { first.len() } else { 0 };
        let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse::<usize>()) else {
            return Err(not_a_range(pattern, "its values are not numbers"));
        };
        if first > last {
            return Err(not_a_range(pattern, "its first value is above its last"));
        }
        if (last - first) / step >= MAXIMUM_HOSTS {
            return Err(not_a_range(pattern, &format!("it stands for more than {MAXIMUM_HOSTS} names")));
        }
        return Ok((first..=last).step_by(step).map(|value| format!("{value:0width$}")).collect());
    }
    match (first.as_bytes(), last.as_bytes()) {
        ([first], [last])
            if first <= last
                && ((first.is_ascii_lowercase() && last.is_ascii_lowercase())
                    || (first.is_ascii_uppercase() && last.is_ascii_uppercase())) =>
        {
            Ok((*first..=*last).step_by(step).map(|letter| char::from(letter).to_string()).collect())
        }
        (_, _) => Err(not_a_range(pattern, "its values are neither two numbers nor two letters in their order")),
    }
}

fn not_a_range(pattern: &str, why: &str) -> Fault {
    wrong(format!("{} is not a range of names: {why}", quoted(pattern)), "Ranges are such as web[01:20] and db-[a:f].")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_ports() {
        for (pattern, expected, port) in [
            ("web", "web", None),
            ("web[1:3]", "web1 web2 web3", None),
            ("web[08:10].example:2222", "web08.example web09.example web10.example", Some("2222")),
            ("[a:c]-[1:2]", "a-1 a-2 b-1 b-2 c-1 c-2", None),
            ("n[0:6:3]", "n0 n3 n6", None),
            ("n[:2]", "n0 n1 n2", None),
            ("2001:db8::1", "2001:db8::1", None),
            ("[2001:db8::1]:22", "2001:db8::1", Some("22")),
        ] {
            let (names, found) = expand(pattern).unwrap();
            assert_eq!((names.join(" ").as_str(), found.as_deref()), (expected, port), "{pattern}");
        }
    }

    #[test]
    fn ranges_that_are_none_and_bombs() {
        for pattern in [
            "",
            "a[1:",
            "a[1]",
            "a[3:1]",
            "a[01:100]",
            "a[a:5]",
            "a[a:C]",
            "a[1:9:0]",
            "a[0:999999999]",
            "a[x:y:z:1]",
            "a[1:1000][1:1000]",
            "a[1:10][1:10][1:10][1:10][1:10][1:10]",
        ] {
            assert!(expand(pattern).is_err(), "{pattern}");
        }
    }
}
