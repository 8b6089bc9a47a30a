//! Updates of Millwright itself.

use super::Nothing;
use crate::desk::Desk;
use crate::updating::{UpdateWhen, UpdatesView, updates_view};
use millwright_domain::Fault;
use millwright_updates::Channel;
use serde::Deserialize;
use ts_rs::TS;

/// Which releases to follow.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseChannel {
    /// `stable` or `beta`.
    #[ts(type = "\"stable\" | \"beta\"")]
    channel: Channel,
}

/// What to install, as it was shown, and when.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct InstallUpdate {
    /// The version that was shown.
    version: String,
    /// When.
    when: UpdateWhen,
}

pub(super) fn updates_show(desk: &Desk, Nothing {}: Nothing) -> Result<UpdatesView, Fault> {
    Ok(updates_view(desk))
}

pub(super) async fn updates_check(desk: &Desk, Nothing {}: Nothing) -> Result<UpdatesView, Fault> {
    desk.may_update()?.updates().check().await?;
    Ok(updates_view(desk))
}

pub(super) async fn updates_choose(
    desk: &Desk,
    ChooseChannel { channel }: ChooseChannel,
) -> Result<UpdatesView, Fault> {
    desk.may_update()?.updates().choose_channel(channel).await?;
    Ok(updates_view(desk))
}

pub(super) fn updates_install(
    desk: &Desk,
    InstallUpdate { version, when }: InstallUpdate,
) -> Result<UpdatesView, Fault> {
    desk.begin_update(&version, when)?;
    Ok(updates_view(desk))
}

pub(super) fn updates_leave(desk: &Desk, Nothing {}: Nothing) -> Result<UpdatesView, Fault> {
    desk.leave_update()?;
    Ok(updates_view(desk))
}

pub(super) fn updates_seen(desk: &Desk, Nothing {}: Nothing) -> Result<UpdatesView, Fault> {
    desk.updates_seen();
    Ok(updates_view(desk))
}
