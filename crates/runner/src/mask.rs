//! Masks known secrets in what a host prints, before anything is stored.
//!
//! A secret becomes asterisks of its own length, so that every offset stays what the host says it is. The bytes that may
//! be the beginning of a secret are held back until it is clear.

use zeroize::Zeroizing;

/// Shorter secrets would blacken half of every log and hide nothing.
const SHORTEST_BYTES: usize = 4;

/// The secrets of one job, for as long as it runs here.
#[derive(Clone, Default)]
pub(crate) struct Mask {
    secrets: Vec<Zeroizing<Vec<u8>>>,
    held: Vec<u8>,
}

impl Mask {
    /// A mask for these secrets.
    pub(crate) fn new<'s>(secrets: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let secrets = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST_BYTES);
        Self { secrets: secrets.map(|secret| Zeroizing::new(secret.to_vec())).collect(), held: Vec::new() }
    }

    /// Takes what was printed, gives what may be stored.
    pub(crate) fn feed(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        if self.secrets.is_empty() {
            return bytes;
        }
        self.held.extend_from_slice(&bytes);
        for secret in &self.secrets {
            let mut from = 0;
            while let Some(found) = find(&self.held[from..], secret) {
                let start = from + found;
                self.held[start..start + secret.len()].fill(b'*');
                from = start + secret.len();
            }
        }
        let undecided = self.secrets.iter().map(|secret| longest_beginning_at_end(&self.held, secret)).max();
        let rest = self.held.split_off(self.held.len() - undecided.unwrap_or(0));
        std::mem::replace(&mut self.held, rest)
    }

    /// What was held back: nothing follows it.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }
}

fn find(bytes: &[u8], secret: &[u8]) -> Option<usize> {
    bytes.windows(secret.len()).position(|window| window == secret)
}

fn longest_beginning_at_end(bytes: &[u8], secret: &[u8]) -> usize {
    (1..secret.len().min(bytes.len() + 1)).rev().find(|length| bytes.ends_with(&secret[..*length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_cut_of_the_stream_lets_a_secret_through(cuts in proptest::collection::vec(1..12usize, 1..20)) {
            let text = b"a hunter22 and hunter2hunter22, huntehunter22 correct-horse end hunter".to_vec();
            let mut mask = Mask::new([b"hunter22".as_slice(), b"correct-horse", b"abc"]);
            let (mut rest, mut stored) = (text.as_slice(), Vec::new());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*cut).min(rest.len()));
                stored.extend(mask.feed(piece.to_vec()));
                rest = after;
            }
            stored.extend(mask.finish());
            prop_assert_eq!(
                String::from_utf8(stored).unwrap(),
                "a ******** and hunter2********, hunte******** ************* end hunter"
            );
        }
    }
}
