//! The random word that delimits our own lines in a host's output.

use std::str::FromStr;

/// Between 16 and 64 lower-case hexadecimal digits, new for every exchange. What a host prints cannot contain it unless
/// it runs our script, so it cannot forge a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(String);

/// Text that is not a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a nonce has 16 to 64 lower-case hexadecimal digits")]
pub struct NonceError;

impl Nonce {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Nonce {
    type Err = NonceError;

    fn from_str(text: &str) -> Result<Self, NonceError> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if digits && (16..=64).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(NonceError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hexadecimal_digits_of_a_safe_length_are_a_nonce() {
        for bad in
            ["", "0123456789abcde", "0123456789abcdeF", "0123456789abcde'", "0123456789abcdef\n", &"a".repeat(65)]
        {
            assert_eq!(bad.parse::<Nonce>(), Err(NonceError), "{bad:?}");
        }
        assert_eq!("0123456789abcdef".parse::<Nonce>().unwrap().as_str(), "0123456789abcdef");
    }
}
