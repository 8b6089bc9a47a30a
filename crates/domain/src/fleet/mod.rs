//! The fleet: clients, their environments, the hosts in them, and what is installed there.

mod catalog;
mod host;

pub use catalog::{Installation, Product, Release, Vendor};
pub use host::{Credential, Host, HostKeyPin, PinState, SudoMode};

use crate::ids::{ClientId, EnvironmentId};
use crate::name::Slug;
use crate::window::Windows;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A customer of the MSP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// Its short name.
    pub slug: Slug,
    /// Its name as people write it.
    pub name: String,
}

/// One infrastructure of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Environment {
    /// Its identifier.
    pub id: EnvironmentId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Its short name.
    pub slug: Slug,
    /// The IANA time zone that its people live in.
    pub time_zone: String,
    /// Whether a mistake here hurts.
    pub kind: EnvironmentKind,
    /// When changes may start.
    #[serde(default)]
    pub windows: Windows,
}

/// Whether an environment is the one that the client lives on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentKind {
    /// The client lives on it.
    Production,
    /// Testing, staging, development.
    Other,
}
