//! Who did it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Who asks for a change, as it stands in the audit: `alice@laptop`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(pub String);

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
