//! The catalogue: who makes what, in which versions; and what of it is installed where.

use crate::ids::{HostId, InstallationId, ProductId, ReleaseId, VendorId};
use crate::name::Slug;
use crate::version::VersionScheme;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who makes a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Vendor {
    /// Its identifier.
    pub id: VendorId,
    /// Its short name.
    pub slug: Slug,
    /// Its name as people write it.
    pub name: String,
}

/// What a vendor makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Product {
    /// Its identifier.
    pub id: ProductId,
    /// Who makes it.
    pub vendor_id: VendorId,
    /// Its short name, by which `millwright install` knows it.
    pub slug: Slug,
    /// Its name as people write it.
    pub title: String,
    /// How its versions are ordered.
    pub version_scheme: VersionScheme,
}

/// One version of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Release {
    /// Its identifier.
    pub id: ReleaseId,
    /// Which product.
    pub product_id: ProductId,
    /// Which version.
    pub version: String,
}

/// A product on a host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Installation {
    /// Its identifier.
    pub id: InstallationId,
    /// Where.
    pub host_id: HostId,
    /// What.
    pub product_id: ProductId,
    /// The version that was asked for, if one was.
    pub desired_version: Option<String>,
    /// The version that the host showed last.
    pub observed_version: Option<String>,
    /// When the host showed it.
    pub observed_at: Option<Timestamp>,
    /// The values that it was installed with; secrets are not among them.
    pub values: IndexMap<String, serde_json::Value>,
}
