//! Who did it.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// Who asks for a change, as it stands in the audit: `alice@laptop`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Actor(pub String);

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
