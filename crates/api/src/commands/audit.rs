//! The audit: who did what, and whether the chain adds up.

use super::Nothing;
use crate::desk::Desk;
use millwright_domain::Fault;
use millwright_domain::audit::{AuditEntry, AuditHead};
use serde::Deserialize;
use ts_rs::TS;

/// The newest entries.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// How many at most.
    pub limit: u32,
}

pub(super) fn audit_list(desk: &Desk, query: AuditQuery) -> Result<Vec<AuditEntry>, Fault> {
    desk.workspace().audit_list(query.limit)
}

pub(super) fn audit_verify(desk: &Desk, Nothing {}: Nothing) -> Result<AuditHead, Fault> {
    desk.workspace().audit_verify(None)
}
