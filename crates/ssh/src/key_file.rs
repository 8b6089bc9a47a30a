//! Private key files: whether one is there, and whether it wants a passphrase. The key itself stays on the disk until
//! libssh2 reads it.

use crate::error::KeyFileProblem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

/// Far more than any private key has.
const LIMIT_BYTES: u64 = 256 * 1024;

/// What it takes to use a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// Nothing.
    None,
    /// Its passphrase.
    Passphrase,
}

/// Looks at a key file.
pub(crate) fn protection_of(path: &Path) -> Result<Protection, KeyFileProblem> {
    let mut text = Zeroizing::new(String::new());
    let read = File::open(path).and_then(|file| file.take(LIMIT_BYTES).read_to_string(&mut text));
    match read {
        Ok(_) => protection_in(&text).ok_or(KeyFileProblem::NotAKey),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(KeyFileProblem::NotAKey),
        Err(error) => Err(KeyFileProblem::Unreadable(error.to_string())),
    }
}

fn protection_in(text: &str) -> Option<Protection> {
    let mut lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with("-----BEGIN "));
    let kind = lines.next()?.strip_prefix("-----BEGIN ")?.strip_suffix("-----")?;
    let is_encrypted = match kind {
        "OPENSSH PRIVATE KEY" => {
            // The first 32 bytes hold the magic and the name of the cipher.
            const MAGIC: &[u8] = b"openssh-key-v1\0";
            let start = STANDARD.decode(lines.next()?.get(..44)?).ok()?;
            !start.strip_prefix(MAGIC)?.starts_with(b"\0\0\0\x04none")
        }
        "ENCRYPTED PRIVATE KEY" => true,
        "PRIVATE KEY" => false,
        _ if kind.ends_with(" PRIVATE KEY") => lines.next()?.starts_with("Proc-Type: 4,ENCRYPTED"),
        _ => return None,
    };
    Some(if is_encrypted { Protection::Passphrase } else { Protection::None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protection_of_each_format_is_seen() {
        let openssh = |cipher: &str| {
            let mut bytes = b"openssh-key-v1\0".to_vec();
            bytes.extend_from_slice(&u32::try_from(cipher.len()).unwrap().to_be_bytes());
            bytes.extend_from_slice(cipher.as_bytes());
            bytes.resize(64, 0);
            format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n", STANDARD.encode(bytes))
        };
        let cases = [
            (openssh("none"), Some(Protection::None)),
            (openssh("aes256-ctr"), Some(Protection::Passphrase)),
            ("-----BEGIN PRIVATE KEY-----\nMC4=\n".to_owned(), Some(Protection::None)),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4=\n".to_owned(), Some(Protection::Passphrase)),
            ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n".to_owned(), Some(Protection::Passphrase)),
            ("-----BEGIN EC PRIVATE KEY-----\nMHcC\n".to_owned(), Some(Protection::None)),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\né\n".to_owned(), None),
            ("-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(), None),
            ("-----BEGIN CERTIFICATE-----\nMC4=\n".to_owned(), None),
            ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5".to_owned(), None),
            (String::new(), None),
        ];
        for (text, expected) in cases {
            assert_eq!(protection_in(&text), expected, "{text}");
        }
    }
}
