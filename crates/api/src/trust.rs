//! Trusting a host's key: shown with its fingerprint, then pinned.

use crate::workspace::Workspace;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use millwright_domain::fleet::{HostKeyPin, PinState};
use millwright_domain::ids::HostId;
use millwright_domain::{Code, Fault, HostPath};
use millwright_ssh::{ConnectOptions, HostKey, scan_host_key};
use millwright_store::table::{host, host_key_pin};
use serde::Serialize;
use ts_rs::TS;

/// The key that a host shows now, beside the keys that are pinned.
#[derive(Debug, Clone, Serialize, TS)]
pub struct OfferedKey {
    /// The host.
    pub host: HostPath,
    #[serde(skip)]
    host_id: HostId,
    /// The key's type.
    pub algorithm: String,
    /// `SHA256:…`.
    pub fingerprint: String,
    #[serde(skip)]
    key: String,
    /// What is pinned already.
    pub pinned: Vec<HostKeyPin>,
}

impl OfferedKey {
    /// Whether this very key is trusted already.
    pub fn is_trusted(&self) -> bool {
        self.pinned.iter().any(|pin| pin.state == PinState::Trusted && pin.key == self.key)
    }
}

impl Workspace {
    /// Asks a host for its key; nobody logs in. The hosts on the way must be trusted.
    pub async fn host_key_offered(&self, path: &HostPath) -> Result<OfferedKey, Fault> {
        let (found, pinned) = self.store.read(|reader| {
            let found = host::find(reader, path)?;
            let pinned = host_key_pin::of_host(reader, found.id)?;
            Ok((found, pinned))
        })?;
        self.connections.refresh()?;
        let mut route = self.connections.route(found.id)?;
        // Whatever is pinned, the host shall show the key that it would show to a stranger.
        if let Some(target) = route.last_mut() {
            target.pins.clear();
        }
        let offered: HostKey = scan_host_key(&route, &ConnectOptions::default(), self.connections.prompts()).await?;
        Ok(OfferedKey {
            host: path.clone(),
            host_id: found.id,
            algorithm: offered.algorithm().to_owned(),
            fingerprint: offered.fingerprint(),
            key: STANDARD.encode(offered.blob()),
            pinned,
        })
    }

    /// Pins a key that a person, or a fingerprint from elsewhere, has vouched for.
    pub async fn host_key_trust(&self, offered: OfferedKey) -> Result<HostKeyPin, Fault> {
        let OfferedKey { host_id, algorithm, fingerprint, key, .. } = offered;
        let pin =
            self.write(move |writer| host_key_pin::trust(writer, host_id, &algorithm, &key, &fingerprint)).await?;
        Ok(pin)
    }

    /// Never again accepts a key of a host: whoever shows it is refused before any authentication.
    pub async fn host_key_revoke(&self, path: HostPath, fingerprint: String) -> Result<(), Fault> {
        self.write(move |writer| {
            let found = host::find(&writer.reader(), &path)?;
            host_key_pin::revoke(writer, found.id, &fingerprint)
        })
        .await
    }

    /// Refuses a key that is not the one with this fingerprint.
    pub fn check_fingerprint(offered: &OfferedKey, expected: &str) -> Result<(), Fault> {
        if offered.fingerprint == expected {
            return Ok(());
        }
        Err(Fault::new(
            Code::HostKeyChanged,
            format!("“{}” shows a key with the fingerprint {}, not {expected}", offered.host, offered.fingerprint),
        )
        .with_hint("Somebody may be in between. Ask whoever runs the host for its fingerprint."))
    }
}
