//! What a person chose, and whom the workspace trusts.

use super::Nothing;
use crate::desk::Desk;
use crate::{SettingLevel, SettingView};
use millwright_domain::fleet::PinState;
use millwright_domain::{Fault, HostPath};
use millwright_store::table::{host, host_key_pin};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use ts_rs::TS;

pub(super) fn settings_show(desk: &Desk, Nothing {}: Nothing) -> Result<Vec<SettingView>, Fault> {
    desk.workspace().settings()
}

/// A choice.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeepSetting {
    /// Of which setting.
    pub key: String,
    /// For whom.
    pub level: SettingLevel,
    /// The value; none takes the choice back.
    pub value: Option<u32>,
}

pub(super) async fn setting_keep(desk: &Desk, KeepSetting { key, level, value }: KeepSetting) -> Result<(), Fault> {
    desk.workspace().setting_keep(&key, level, value).await
}

/// A pinned key.
#[derive(Debug, Serialize, TS)]
pub(crate) struct PinOfHost {
    /// Whose it is.
    pub host: HostPath,
    /// Its type.
    pub algorithm: String,
    /// `SHA256:…`.
    pub fingerprint: String,
    /// Whether it is trusted or must never be accepted.
    pub state: PinState,
    /// How many hosts show this same key; more than one are clones, or one machine under several names.
    pub hosts_with_it: u32,
}

pub(super) fn pins_list(desk: &Desk, Nothing {}: Nothing) -> Result<Vec<PinOfHost>, Fault> {
    Ok(desk.workspace().store.read(|reader| {
        let hosts: HashMap<_, _> = host::list(reader)?.into_iter().map(|host| (host.id, host.path)).collect();
        let pins: Vec<_> =
            host_key_pin::list(reader)?.into_iter().filter(|pin| hosts.contains_key(&pin.host_id)).collect();
        let mut shared: HashMap<String, u32> = HashMap::new();
        for pin in &pins {
            *shared.entry(pin.key.clone()).or_default() += 1;
        }
        let mut listed: Vec<PinOfHost> = pins
            .into_iter()
            .map(|pin| PinOfHost {
                host: hosts[&pin.host_id].clone(),
                hosts_with_it: shared[&pin.key],
                algorithm: pin.algorithm,
                fingerprint: pin.fingerprint,
                state: pin.state,
            })
            .collect();
        listed.sort_by(|a, b| a.host.cmp(&b.host).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
        Ok(listed)
    })?)
}
