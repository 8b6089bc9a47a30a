//! minisign keys and signatures, as far as whose they are; the mathematics is `minisign-verify`'s.

use base64::{Engine, engine::general_purpose::STANDARD};
use millwright_domain::{Code, Fault};
use minisign_verify::{PublicKey, Signature};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A key's own number, written as minisign writes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(u64);

impl KeyId {
    /// Of a key or a signature whose second line this is: two bytes of algorithm, then the id.
    fn of_line(line: &str) -> Option<Self> {
        let bytes = STANDARD.decode(line.trim()).ok()?;
        let id: [u8; 8] = bytes.get(2..10)?.try_into().ok()?;
        Some(Self(u64::from_le_bytes(id)))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let is_hex = text.len() == 16 && text.chars().all(|c| c.is_ascii_hexdigit());
        let id = u64::from_str_radix(text, 16).ok().filter(|_| is_hex);
        id.map(Self).ok_or_else(|| Fault::new(Code::InvalidInput, format!("“{text}” is not the id of a key")))
    }
}

impl TryFrom<String> for KeyId {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.to_string()
    }
}

/// A public key that releases may be signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// What we call it: `primary`, `offline`.
    pub name: String,
    /// Its own number.
    pub id: KeyId,
    /// The two lines of its `.pub` file.
    text: String,
    key: PublicKey,
}

impl TrustedKey {
    /// Reads the text of a `.pub` file.
    pub fn parse(name: &str, text: &str) -> Result<Self, Fault> {
        let fault = || Fault::new(Code::InvalidInput, format!("the key “{name}” is not a minisign public key"));
        let key = PublicKey::decode(text).map_err(|_| fault())?;
        let id = text.lines().nth(1).and_then(KeyId::of_line).ok_or_else(fault)?;
        Ok(Self { name: name.to_owned(), id, text: text.to_owned(), key })
    }

    /// As the updater plugin wants it: the whole file, in base64.
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.text)
    }

    pub(crate) fn public_key(&self) -> &PublicKey {
        &self.key
    }
}

/// A signature that is well-formed. Nothing of it is believed yet.
pub(crate) struct ReadSignature {
    pub(crate) key: KeyId,
    pub(crate) signature: Signature,
}

impl ReadSignature {
    /// Reads the text of a `.minisig` or `.sig` file. `what` names what it belongs to.
    pub(crate) fn parse(text: &str, what: &str) -> Result<Self, Fault> {
        let fault = || {
            Fault::new(Code::UpdateSignatureInvalid, format!("The signature of {what} is not a minisign signature."))
                .with_hint(SIGNATURE_HINT)
        };
        let signature = Signature::decode(text).map_err(|_| fault())?;
        let key = text.lines().nth(1).and_then(KeyId::of_line).ok_or_else(fault)?;
        Ok(Self { key, signature })
    }
}

pub(crate) const SIGNATURE_HINT: &str =
    "Nothing was installed. Try again later; if it stays, somebody may be changing what you download: report it.";

/// The text of a signature, as the updater plugin wants it.
pub(crate) fn signature_base64(text: &str) -> String {
    STANDARD.encode(text)
}
