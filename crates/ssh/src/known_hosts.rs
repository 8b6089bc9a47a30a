//! Reading OpenSSH's `known_hosts`, to import pins from it. Pure: the caller reads the file.

use crate::host_key::{HostKey, HostKeyPin, PinStanding};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// What a `known_hosts` file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownHosts {
    /// Every key, in the order of the file.
    pub keys: Vec<KnownKey>,
    /// How many `@cert-authority` lines were left out: Millwright pins keys, not authorities.
    pub authorities_skipped: usize,
    /// The numbers of the lines that could not be read, from 1.
    pub lines_not_understood: Vec<usize>,
}

/// One line: a key and the names it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    names: Vec<NamePattern>,
    /// The key and whether it is trusted.
    pub pin: HostKeyPin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum NamePattern {
    /// A name, perhaps with `*` and `?`; in lower case.
    Plain(String),
    /// The same after `!`.
    Except(String),
    /// HMAC-SHA1 of the name.
    Hashed { salt: Vec<u8>, digest: Vec<u8> },
}

/// Reads a whole file. A line that cannot be read never hides the others.
pub fn parse_known_hosts(text: &str) -> KnownHosts {
    let mut known = KnownHosts::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (marker, rest) = match line.strip_prefix('@') {
            Some(marked) => marked.split_once([' ', '\t']).map_or((marked, ""), |(marker, rest)| (marker, rest.trim())),
            None => ("", line),
        };
        let standing = match marker {
            "cert-authority" => {
                known.authorities_skipped += 1;
                continue;
            }
            "revoked" => Some(PinStanding::Revoked),
            "" => Some(PinStanding::Trusted),
            _ => None,
        };
        match standing.and_then(|standing| known_key(rest, standing)) {
            Some(key) => known.keys.push(key),
            None => known.lines_not_understood.push(index + 1),
        }
    }
    known
}

impl KnownHosts {
    /// The pins of a host, as OpenSSH would look them up.
    pub fn pins_for(&self, address: &str, port: u16) -> Vec<HostKeyPin> {
        let name = lookup_name(address, port);
        let mut pins: Vec<HostKeyPin> = Vec::new();
        for key in self.keys.iter().filter(|key| matches_any(&key.names, &name)) {
            if !pins.contains(&key.pin) {
                pins.push(key.pin.clone());
            }
        }
        pins
    }
}

fn known_key(line: &str, standing: PinStanding) -> Option<KnownKey> {
    let (names, key) = line.split_once([' ', '\t'])?;
    let names: Option<Vec<NamePattern>> = names.split(',').map(name_pattern).collect();
    let key: HostKey = key.trim().parse().ok()?;
    Some(KnownKey { names: names?, pin: HostKeyPin { key, standing } })
}

fn name_pattern(name: &str) -> Option<NamePattern> {
    if let Some(hashed) = name.strip_prefix("|1|") {
        let (salt, digest) = hashed.split_once('|')?;
        let (salt, digest) = (STANDARD.decode(salt).ok()?, STANDARD.decode(digest).ok()?);
        return (digest.len() == 20 && salt.len() <= 64).then_some(NamePattern::Hashed { salt, digest });
    }
    match name.strip_prefix('!') {
        _ if name.is_empty() => None,
        Some(name) => Some(NamePattern::Except(name.to_ascii_lowercase())),
        None => Some(NamePattern::Plain(name.to_ascii_lowercase())),
    }
}

/// `name`, or `[name]:port` for any other port than 22.
fn lookup_name(address: &str, port: u16) -> String {
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    let bare = bare.to_ascii_lowercase();
    if port == 22 { bare } else { format!("[{bare}]:{port}") }
}

fn matches_any(names: &[NamePattern], name: &str) -> bool {
    let mut is_match = false;
    for pattern in names {
        match pattern {
            NamePattern::Except(pattern) if matches_glob(pattern.as_bytes(), name.as_bytes()) => return false,
            NamePattern::Except(_) => {}
            NamePattern::Plain(pattern) => is_match |= matches_glob(pattern.as_bytes(), name.as_bytes()),
            NamePattern::Hashed { salt, digest } => is_match |= hmac_sha1(salt, name.as_bytes()) == digest.as_slice(),
        }
    }
    is_match
}

/// `*` is any text and `?` any one byte. Linear in practice and never worse than quadratic.
fn matches_glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut after_star: Option<(usize, usize)> = None;
    while at_text < text.len() {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                at_pattern += 1;
                after_star = Some((at_pattern, at_text));
            }
            Some(&byte) if byte == b'?' || byte == text[at_text] => {
                at_pattern += 1;
                at_text += 1;
            }
            Some(_) | None => match after_star {
                Some((pattern_again, text_taken)) => {
                    (at_pattern, at_text) = (pattern_again, text_taken + 1);
                    after_star = Some((pattern_again, text_taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at_pattern..].iter().all(|byte| *byte == b'*')
}

/// HMAC over SHA-1, which is how OpenSSH hides names in the file; it protects nothing here.
fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha1::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha1::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINuN+dLFV70579hl1p/fkFUdQvVKuzNTrhaIeRLVcVV8";

    #[test]
    fn names_ports_patterns_and_markers_are_looked_up_as_openssh_does() {
        let text = format!(
            "# a comment\n\nweb-1,10.0.0.1 {KEY}\n[web-2]:2222 {KEY} comment with words\n@revoked old {KEY}\n\
             *.example.org,!bad.example.org\t{KEY}\n@cert-authority *.example.org {KEY}\n[fd00::1]:2222 {KEY}\n"
        );
        let known = parse_known_hosts(&text);
        assert_eq!((known.keys.len(), known.authorities_skipped), (5, 1));
        assert_eq!(known.lines_not_understood, Vec::<usize>::new());
        use PinStanding::{Revoked, Trusted};
        let cases = [
            ("web-1", 22, vec![Trusted]),
            ("WEB-1", 22, vec![Trusted]),
            ("10.0.0.1", 22, vec![Trusted]),
            ("web-1", 2222, vec![]),
            ("web-2", 2222, vec![Trusted]),
            ("web-2", 22, vec![]),
            ("old", 22, vec![Revoked]),
            ("a.example.org", 22, vec![Trusted]),
            ("bad.example.org", 22, vec![]),
            ("example.org", 22, vec![]),
            ("fd00::1", 2222, vec![Trusted]),
        ];
        for (address, port, standings) in cases {
            let found: Vec<PinStanding> = known.pins_for(address, port).iter().map(|pin| pin.standing).collect();
            assert_eq!(found, standings, "{address}:{port}");
        }
    }

    #[test]
    fn a_file_that_ssh_keygen_hashed_gives_the_same_pins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        std::fs::write(&file, format!("web-1 {KEY}\n[web-2]:2222 {KEY}\n")).unwrap();
        assert!(Command::new("ssh-keygen").args(["-q", "-H", "-f"]).arg(&file).output().unwrap().status.success());
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("|1|"));
        let known = parse_known_hosts(&text);
        for (address, port, count) in [("web-1", 22, 1), ("web-2", 2222, 1), ("web-2", 22, 0), ("web-3", 22, 0)] {
            assert_eq!(known.pins_for(address, port).len(), count, "{address}:{port}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_hides_no_other() {
        let text =
            format!("web-1 {KEY}\nonly-a-name\n@odd web-1 {KEY}\nweb-1 ssh-rsa {KEY}\n|1|x|y {KEY}\nweb-2 {KEY}\n@");
        let known = parse_known_hosts(&text);
        assert_eq!(known.lines_not_understood, [2, 3, 4, 5, 7]);
        assert_eq!(known.keys.len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn nothing_in_a_file_or_a_name_panics(text in "\\PC{0,200}", name in "\\PC{0,40}", port: u16) {
            parse_known_hosts(&text).pins_for(&name, port);
        }
    }
}
