//! Identifiers: one type for each kind of thing, so that a host's id can never be taken for a job's.
//!
//! They are UUIDs of version 7 (sorted by the time of their making), minted by whoever owns a clock.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A vendor.
    VendorId;
    /// A product.
    ProductId;
    /// A release of a product.
    ReleaseId;
    /// A client.
    ClientId;
    /// An environment of a client.
    EnvironmentId;
    /// A host.
    HostId;
    /// A product on a host.
    InstallationId;
    /// A credential by reference.
    CredentialId;
    /// A pinned host key.
    PinId;
    /// A plan.
    PlanId;
    /// The execution of a plan.
    RunId;
    /// A run's work on one host.
    JobId;
    /// One detached script on a host: the name of its directory there.
    TaskId;
    /// An entry of the audit.
    AuditId;
}
