//! Policies and maintenance windows.

use super::Nothing;
use crate::desk::Desk;
use crate::{PolicyView, WindowsView};
use millwright_domain::policy::Policy;
use millwright_domain::recipe::Diagnostic;
use millwright_domain::{EnvironmentPath, Fault, Slug};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(super) fn policy_list(desk: &Desk, Nothing {}: Nothing) -> Result<Vec<PolicyView>, Fault> {
    desk.workspace().policy_list()
}

/// A policy to keep, or none.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetPolicy {
    /// Whose; none: the workspace's.
    pub client: Option<Slug>,
    /// The text; none: it goes.
    pub text: Option<String>,
}

pub(super) async fn policy_set(desk: &Desk, SetPolicy { client, text }: SetPolicy) -> Result<(), Fault> {
    desk.workspace().policy_set(client, text).await
}

/// A policy's text, to be looked through.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckPolicy {
    /// The text.
    pub text: String,
}

/// What a policy's text says, or what is wrong with it.
#[derive(Debug, Serialize, TS)]
pub(crate) struct CheckedPolicy {
    /// What it says; none when something is wrong.
    pub policy: Option<Policy>,
    /// What is wrong, by line.
    pub diagnostics: Vec<Diagnostic>,
}

#[allow(clippy::unnecessary_wraps, reason = "the table's form")]
pub(super) fn policy_check(_: &Desk, CheckPolicy { text }: CheckPolicy) -> Result<CheckedPolicy, Fault> {
    Ok(match Policy::parse("policy.toml", &text) {
        Ok(policy) => CheckedPolicy { policy: Some(policy), diagnostics: Vec::new() },
        Err(found) => CheckedPolicy { policy: None, diagnostics: found.iter().cloned().collect() },
    })
}

/// An environment's windows.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowsOf {
    /// Its name.
    pub environment: EnvironmentPath,
    /// Rules, a line each, that are tried instead of those that are kept.
    #[ts(optional)]
    pub draft: Option<String>,
    /// How many of the next windows are shown.
    pub count: u32,
}

pub(super) fn windows_show(desk: &Desk, of: WindowsOf) -> Result<WindowsView, Fault> {
    desk.workspace().windows_show(&of.environment, of.draft.as_deref(), of.count as usize)
}
