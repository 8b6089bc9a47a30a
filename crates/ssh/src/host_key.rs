//! Host keys, their fingerprints, and the pins they are compared with. Pure: it reads no file and asks nobody.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A host's public key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostKey {
    algorithm: String,
    blob: Vec<u8>,
}

/// Text that is not a public key as OpenSSH writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a public key as OpenSSH writes it (`ssh-ed25519 AAAA…`)")]
pub struct NotAPublicKey;

/// A key that was written down for a host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostKeyPin {
    /// The key, whole.
    pub key: HostKey,
    /// Whether the host is to be believed when it shows the key.
    pub standing: PinStanding,
}

/// What a pin says about its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PinStanding {
    /// It is the host's.
    Trusted,
    /// Whoever shows it is not the host.
    Revoked,
}

/// What the pins say about the key that a host showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinVerdict {
    /// It is one of the trusted keys.
    Trusted,
    /// No trusted key is known for this host.
    Unknown,
    /// Other keys are known for this host, not this one.
    Changed,
    /// It is one of the revoked keys.
    Revoked,
}

impl HostKey {
    /// A key as it goes over the wire; its first field names its algorithm.
    pub fn from_blob(blob: Vec<u8>) -> Result<Self, NotAPublicKey> {
        let (length, rest) = blob.split_first_chunk::<4>().ok_or(NotAPublicKey)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| NotAPublicKey)?;
        let name = rest.get(..length).filter(|_| rest.len() > length).ok_or(NotAPublicKey)?;
        let is_a_name = !name.is_empty() && name.len() <= 64 && name.iter().all(u8::is_ascii_graphic);
        let algorithm = std::str::from_utf8(name).ok().filter(|_| is_a_name).ok_or(NotAPublicKey)?.to_owned();
        Ok(Self { algorithm, blob })
    }

    /// The key's algorithm, such as `ssh-ed25519`.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The key as it goes over the wire.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// `SHA256:…`, as OpenSSH prints it.
    pub fn fingerprint(&self) -> String {
        fingerprint_of(&self.blob)
    }
}

/// `SHA256:…` of any public key as it goes over the wire.
pub(crate) fn fingerprint_of(blob: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(blob)))
}

/// Prints `algorithm base64`, the first two fields of an OpenSSH public-key line.
impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm, STANDARD.encode(&self.blob))
    }
}

/// Reads `algorithm base64 [comment]`.
impl FromStr for HostKey {
    type Err = NotAPublicKey;

    fn from_str(line: &str) -> Result<Self, NotAPublicKey> {
        let mut fields = line.split_ascii_whitespace();
        let algorithm = fields.next().ok_or(NotAPublicKey)?;
        let blob = STANDARD.decode(fields.next().ok_or(NotAPublicKey)?).map_err(|_| NotAPublicKey)?;
        let key = Self::from_blob(blob)?;
        if key.algorithm == algorithm { Ok(key) } else { Err(NotAPublicKey) }
    }
}

/// Compares a whole key with the whole set of pins.
pub fn judge(offered: &HostKey, pins: &[HostKeyPin]) -> PinVerdict {
    let holds = |standing| pins.iter().any(|pin| pin.standing == standing && pin.key == *offered);
    if holds(PinStanding::Revoked) {
        PinVerdict::Revoked
    } else if holds(PinStanding::Trusted) {
        PinVerdict::Trusted
    } else if pins.iter().any(|pin| pin.standing == PinStanding::Trusted) {
        PinVerdict::Changed
    } else {
        PinVerdict::Unknown
    }
}

/// The signature algorithms to offer, those of the pinned keys first, so that a host with several keys shows the pinned
/// one. The others follow: a host that no longer has the pinned type then shows what it has, and that is a *changed*
/// key. Certificates are never offered: a correct plain key would read as a mismatch.
pub(crate) fn algorithms_to_offer(pins: &[HostKeyPin]) -> String {
    const ALL: [(&str, &[&str]); 5] = [
        ("ssh-ed25519", &["ssh-ed25519"]),
        ("ecdsa-sha2-nistp256", &["ecdsa-sha2-nistp256"]),
        ("ecdsa-sha2-nistp384", &["ecdsa-sha2-nistp384"]),
        ("ecdsa-sha2-nistp521", &["ecdsa-sha2-nistp521"]),
        ("ssh-rsa", &["rsa-sha2-512", "rsa-sha2-256"]),
    ];
    let is_pinned =
        |key_type: &str| pins.iter().any(|pin| pin.standing == PinStanding::Trusted && pin.key.algorithm == key_type);
    let (pinned, others): (Vec<_>, Vec<_>) = ALL.iter().partition(|(key_type, _)| is_pinned(key_type));
    let names: Vec<&str> = pinned.iter().chain(&others).flat_map(|(_, names)| names.iter().copied()).collect();
    names.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and the fingerprint that `ssh-keygen -l` printed for it.
    const LINE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINuN+dLFV70579hl1p/fkFUdQvVKuzNTrhaIeRLVcVV8";
    const FINGERPRINT: &str = "SHA256:NDk/zVo8AmIOyB5LDK98ZNJI58c1DirMIWdBH0qg8g0";

    fn key(algorithm: &str, last: u8) -> HostKey {
        let mut blob = u32::try_from(algorithm.len()).unwrap().to_be_bytes().to_vec();
        blob.extend_from_slice(algorithm.as_bytes());
        blob.extend_from_slice(&[0, 0, 0, 1, last]);
        HostKey::from_blob(blob).unwrap()
    }

    fn pin(key: HostKey, standing: PinStanding) -> HostKeyPin {
        HostKeyPin { key, standing }
    }

    #[test]
    fn a_public_key_line_reads_prints_and_has_the_fingerprint_of_openssh() {
        let key: HostKey = format!("{LINE} root@host with words").parse().unwrap();
        assert_eq!(key.to_string(), LINE);
        assert_eq!(key.fingerprint(), FINGERPRINT);
        assert_eq!(key.algorithm(), "ssh-ed25519");
    }

    #[test]
    fn what_is_not_a_public_key_is_refused() {
        let other_name = LINE.replacen("ssh-ed25519", "ssh-rsa", 1);
        for line in ["", "ssh-ed25519", "ssh-ed25519 !!!", "ssh-ed25519 AAAA", "ssh-ed25519 AAAAC3Nz", &other_name] {
            assert_eq!(line.parse::<HostKey>(), Err(NotAPublicKey), "{line}");
        }
    }

    #[test]
    fn pins_are_judged_as_a_whole() {
        use PinStanding::{Revoked, Trusted};
        let (first, second, other_type) = (key("ssh-ed25519", 1), key("ssh-ed25519", 2), key("ssh-rsa", 1));
        let cases = [
            (vec![], PinVerdict::Unknown),
            (vec![pin(first.clone(), Trusted)], PinVerdict::Trusted),
            (vec![pin(second.clone(), Trusted)], PinVerdict::Changed),
            (vec![pin(other_type.clone(), Trusted)], PinVerdict::Changed),
            (vec![pin(second.clone(), Trusted), pin(first.clone(), Trusted)], PinVerdict::Trusted),
            (vec![pin(first.clone(), Trusted), pin(first.clone(), Revoked)], PinVerdict::Revoked),
            (vec![pin(second, Revoked)], PinVerdict::Unknown),
        ];
        for (pins, verdict) in cases {
            assert_eq!(judge(&first, &pins), verdict, "{pins:?}");
        }
    }

    #[test]
    fn the_pinned_types_are_offered_first_and_certificates_never() {
        let pins = [pin(key("ssh-rsa", 1), PinStanding::Trusted), pin(key("ssh-ed25519", 1), PinStanding::Revoked)];
        assert!(algorithms_to_offer(&pins).starts_with("rsa-sha2-512,rsa-sha2-256,ssh-ed25519,"));
        assert!(algorithms_to_offer(&[]).starts_with("ssh-ed25519,"));
        assert!(!algorithms_to_offer(&pins).contains("cert"));
    }
}
