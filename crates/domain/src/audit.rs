//! The audit: a chain in which every entry carries the hash of the one before it.
//!
//! Owns the entry, its hash and the check of a chain. Where entries are kept, and the clock, are the store's.

use crate::actor::Actor;
use crate::fault::{Code, Fault};
use crate::ids::AuditId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use ts_rs::TS;

/// What the first entry names as the one before it.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuditEntry {
    /// Its place in the chain, from 1.
    pub sequence: u64,
    /// Its identifier, for merging with a colleague's workspace.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was done: `host.add`, `run.start`.
    pub action: String,
    /// The kind of thing that changed: the table's name.
    pub entity: String,
    /// Which one.
    pub entity_id: String,
    /// The fields that changed, `{"field": [before, after]}`; secrets are left out.
    pub change: Value,
    /// The hash of the entry before.
    pub previous_hash: String,
    /// The hash of this entry.
    pub hash: String,
}

impl AuditEntry {
    /// The hash that this entry should have.
    pub fn expected_hash(&self) -> String {
        // An array in a fixed order has one spelling; `change` keeps the key order that it was written with.
        let content = serde_json::json!([
            self.sequence,
            self.id,
            self.at,
            self.actor,
            self.action,
            self.entity,
            self.entity_id,
            self.change.to_string(),
            self.previous_hash
        ]);
        hex::encode(Sha256::digest(content.to_string()))
    }

    /// The entry with its hash in place.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.hash = self.expected_hash();
        self
    }
}

/// The last entry of a chain: export it, and a cut tail shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuditHead {
    /// How many entries there are.
    pub sequence: u64,
    /// The last one's hash.
    pub hash: String,
}

/// Walks a chain from its first entry; feed it every entry in order.
#[derive(Debug, Clone)]
pub struct AuditCheck {
    head: AuditHead,
}

impl Default for AuditCheck {
    fn default() -> Self {
        Self { head: AuditHead { sequence: 0, hash: GENESIS.to_owned() } }
    }
}

impl AuditCheck {
    /// Takes the next entry, or names what is wrong with it.
    pub fn next(&mut self, entry: &AuditEntry) -> Result<(), Fault> {
        let expected = self.head.sequence + 1;
        let broken = |why: String| {
            Err(Fault::new(Code::AuditBroken, why).with_hint(
                "Compare with a backup or with a head that was exported earlier; what was changed cannot be told from here.",
            ))
        };
        if entry.sequence != expected {
            return broken(format!("audit entry {expected} is missing: the next one is {}", entry.sequence));
        }
        if entry.previous_hash != self.head.hash {
            return broken(format!("audit entry {expected} does not follow the one before it"));
        }
        if entry.hash != entry.expected_hash() {
            return broken(format!("audit entry {expected} ({}) was edited after it was written", entry.action));
        }
        self.head = AuditHead { sequence: entry.sequence, hash: entry.hash.clone() };
        Ok(())
    }

    /// Ends the walk; a head that was exported earlier must stand in the chain's past.
    pub fn finish(self) -> AuditHead {
        self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: u64) -> Vec<AuditEntry> {
        let mut previous_hash = GENESIS.to_owned();
        (1..=length)
            .map(|sequence| {
                let entry = AuditEntry {
                    sequence,
                    id: AuditId(uuid::Uuid::from_u128(u128::from(sequence))),
                    at: Timestamp::UNIX_EPOCH,
                    actor: Actor("alice@laptop".into()),
                    action: "host.add".into(),
                    entity: "host".into(),
                    entity_id: sequence.to_string(),
                    change: serde_json::json!({ "name": [null, "web"] }),
                    previous_hash: previous_hash.clone(),
                    hash: String::new(),
                }
                .sealed();
                previous_hash.clone_from(&entry.hash);
                entry
            })
            .collect()
    }

    fn check(chain: &[AuditEntry]) -> Result<AuditHead, Fault> {
        let mut check = AuditCheck::default();
        chain.iter().try_for_each(|entry| check.next(entry))?;
        Ok(check.finish())
    }

    /// Fails in a build whose JSON sorts keys: such a build would call another's entries edited.
    #[test]
    fn a_change_keeps_the_order_that_it_was_written_with() {
        let written = r#"{"time_zone":["UTC","Europe/Berlin"],"kind":["other","production"]}"#;
        let read: Value = serde_json::from_str(written).unwrap();
        assert_eq!(read.to_string(), written);
    }

    #[test]
    fn a_whole_chain_adds_up() {
        assert_eq!(check(&chain(5)).unwrap().sequence, 5);
    }

    #[test]
    fn the_first_bad_entry_is_named() {
        type Harm = fn(&mut Vec<AuditEntry>);
        let cases: [(Harm, &str); 5] = [
            (|c| c[2].actor = Actor("mallory".into()), "entry 3 (host.add) was edited"),
            (|c| c[1].change = serde_json::json!({ "name": [null, "wEb"] }), "entry 2 (host.add) was edited"),
            (|c| drop(c.remove(1)), "entry 2 is missing"),
            (|c| c.swap(1, 2), "entry 2 is missing"),
            (
                |c| {
                    c[1].actor = Actor("mallory".into());
                    c[1] = c[1].clone().sealed();
                },
                "entry 3 does not follow",
            ),
        ];
        for (harm, expected) in cases {
            let mut chain = chain(5);
            harm(&mut chain);
            let fault = check(&chain).unwrap_err();
            assert_eq!(fault.code, Code::AuditBroken);
            assert!(fault.message.contains(expected), "{fault} should say {expected}");
        }
    }
}
