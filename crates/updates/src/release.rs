//! What a build believes: where releases are announced, and whose signatures count.

use crate::{
    control::{Control, on},
    key::{KeyId, TrustedKey},
    manifest::Channel,
};
use millwright_domain::{Code, Fault};
use serde::Deserialize;
use std::{collections::BTreeSet, fs, net::IpAddr, path::Path};
use url::{Host, Url};

/// `release/release.toml` and the texts of the `.pub` files beside it, as `build.rs` found them.
const BUILT_IN: Option<(&str, &[(&str, &str)])> = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// The endpoint and the keys that a build believes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    endpoint: String,
    keys: Vec<TrustedKey>,
    retired: BTreeSet<KeyId>,
    allow_insecure_transport: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    endpoint: String,
    keys: Vec<String>,
    #[serde(default)]
    retired: BTreeSet<KeyId>,
    #[serde(default)]
    allow_insecure_transport: bool,
}

impl Release {
    /// What this build was made with; none if updates are off in it.
    pub fn built_in() -> Result<Option<Self>, Fault> {
        BUILT_IN.map(|(settings, keys)| Self::parse(settings, keys)).transpose()
    }

    /// Reads a folder as `build.rs` would.
    pub fn read(folder: &Path) -> Result<Self, Fault> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|error| crate::file_fault(&path, &error))
        };
        let settings = read("release.toml")?;
        let names = parse_settings(&settings)?.keys;
        let keys = names.iter().map(|name| Ok((name.clone(), read(&format!("{name}.pub"))?)));
        let keys = keys.collect::<Result<Vec<_>, Fault>>()?;
        let keys: Vec<_> = keys.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Self::parse(&settings, &keys)
    }

    /// Reads the text of `release.toml`, with the names and texts of the keys that it may speak of.
    pub fn parse(settings: &str, keys: &[(&str, &str)]) -> Result<Self, Fault> {
        let settings = parse_settings(settings)?;
        if settings.keys.is_empty() {
            return Err(invalid("it names no key"));
        }
        let trusted = settings.keys.iter().map(|name| {
            let found = keys.iter().find(|(known, _)| known == name);
            let (_, text) = found.ok_or_else(|| invalid(&format!("there is no {name}.pub")))?;
            TrustedKey::parse(name, text)
        });
        let release = Self {
            keys: trusted.collect::<Result<_, _>>()?,
            endpoint: settings.endpoint,
            retired: settings.retired,
            allow_insecure_transport: settings.allow_insecure_transport,
        };
        for channel in [Channel::Stable, Channel::Beta] {
            release.permit(&release.manifest_url(channel)?)?;
        }
        Ok(release)
    }

    /// Where a channel's manifest is.
    pub fn manifest_url(&self, channel: Channel) -> Result<Url, Fault> {
        let text = self.endpoint.replace("{channel}", channel.as_str());
        text.parse().map_err(|error| invalid(&format!("the endpoint “{text}” is not an address: {error}")))
    }

    /// Where the manifest's signature is.
    pub fn signature_url(&self, channel: Channel) -> Result<Url, Fault> {
        let mut url = self.manifest_url(channel)?;
        url.set_path(&format!("{}.minisig", url.path()));
        Ok(url)
    }

    /// The keys that are listed, retired or not.
    pub fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }

    /// How a key is called where a person reads it.
    pub(crate) fn name_of(&self, id: KeyId) -> String {
        self.keys.iter().find(|key| key.id == id).map_or_else(|| id.to_string(), |key| format!("{}, {id}", key.name))
    }

    /// The key with that id, if a signature of it counts. `what` names what it signed.
    pub(crate) fn key(&self, id: KeyId, what: &str) -> Result<Option<&TrustedKey>, Fault> {
        if self.retired.contains(&id) && on(Control::KeyRetired) {
            let message = format!("{what} is signed with the key {id}, which is not in use any more.");
            return Err(Fault::new(Code::UpdateKeyRetired, message).with_hint(
                "Nothing was installed. Whoever has the old key may be imitating us: report it, and wait for a new release.",
            ));
        }
        let known = self.keys.iter().find(|key| key.id == id);
        if known.is_none() && on(Control::KeyKnown) {
            let message = format!("{what} is signed with the key {id}, which this Millwright does not know.");
            return Err(Fault::new(Code::UpdateKeyUnknown, message).with_hint(
                "Nothing was installed. If the keys were changed, install the newest version by hand, from where you got this one.",
            ));
        }
        Ok(known)
    }

    /// Whether something may be fetched from there: HTTPS only, but for a test's build on its own network.
    pub(crate) fn permit(&self, url: &Url) -> Result<(), Fault> {
        let is_own = url.scheme() == "http" && self.allow_insecure_transport && is_private(url);
        if url.scheme() == "https" || is_own || !on(Control::Transport) {
            return Ok(());
        }
        let host = url.host_str().unwrap_or("nowhere");
        let message =
            format!("The update would come from {host} over {}, which anybody on the way can change.", url.scheme());
        Err(Fault::new(Code::UpdateInsecureTransport, message)
            .with_hint("Nothing was fetched. Report it: every address of a release begins with https."))
    }

    /// Whether this is a test's build.
    pub(crate) fn allows_insecure_transport(&self) -> bool {
        self.allow_insecure_transport
    }
}

fn parse_settings(text: &str) -> Result<Settings, Fault> {
    toml::from_str(text).map_err(|error| invalid(error.message()))
}

fn is_private(url: &Url) -> bool {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) | None => return false,
    };
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

fn invalid(why: &str) -> Fault {
    Fault::new(Code::InvalidInput, format!("release.toml cannot be used: {why}"))
}
