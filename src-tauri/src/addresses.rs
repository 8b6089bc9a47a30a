//! Where the page is told to go: by the menu, and by links such as `millwright://open/runs`.
//!
//! An address only shows something. No link and no menu item makes anything happen on a host.

use crate::window;
use std::sync::Arc;
use tauri::{AppHandle, Manager, Url};
use tauri_plugin_deep_link::DeepLinkExt;
use tokio::sync::{Mutex, mpsc};

/// Longer than any address of the page.
const LONGEST: usize = 2000;

/// Addresses that wait for the page; those that come before it listens are kept. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    sender: mpsc::UnboundedSender<String>,
    receiver: Arc<Mutex<mpsc::UnboundedReceiver<String>>>,
}

impl Addresses {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender, receiver: Arc::new(Mutex::new(receiver)) }
    }

    /// Sends the page to an address.
    pub(crate) fn open(&self, address: impl Into<String>) {
        // The other end lives as long as this one.
        let _ = self.sender.send(address.into());
    }

    /// Passes addresses on until nobody takes them.
    pub(crate) async fn forward(&self, mut take: impl FnMut(String) -> bool) {
        let mut receiver = self.receiver.lock().await;
        while let Some(address) = receiver.recv().await {
            if !take(address) {
                return;
            }
        }
    }
}

/// Takes links from now on, and the one that the application was started with.
pub(crate) fn listen(app: &AppHandle, first: Option<&str>) {
    if let Some(link) = first.and_then(|link| link.parse().ok()) {
        follow(app, &link);
    }
    let following = app.clone();
    app.deep_link().on_open_url(move |event| {
        window::focus(&following);
        for link in event.urls() {
            follow(&following, &link);
        }
    });
}

fn follow(app: &AppHandle, link: &Url) {
    match address_of(link) {
        Some(address) => app.state::<Addresses>().open(address),
        None => tracing::warn!("a link that means nothing was not followed"),
    }
}

/// `millwright://open/fleet?scope=acme` → `/fleet?scope=acme`. Anybody can write a link: only plain addresses pass.
fn address_of(link: &Url) -> Option<String> {
    if link.scheme() != "millwright" || link.host_str() != Some("open") {
        return None;
    }
    let address = match link.query() {
        Some(query) => format!("{}?{query}", link.path()),
        None => link.path().to_owned(),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~?&=%:,+!".contains(c);
    let begins_well = address.starts_with('/') && !address.starts_with("//");
    (begins_well && address.len() <= LONGEST && address.chars().all(plain)).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_followed() {
        let cases = [
            ("millwright://open/fleet", Some("/fleet")),
            ("millwright://open/fleet?scope=acme/prod&sort=-seen", Some("/fleet?scope=acme/prod&sort=-seen")),
            ("millwright://open/runs/0193#x", Some("/runs/0193")),
            ("millwright://open", None),
            ("millwright://open//evil.example", None),
            ("millwright://run/fleet", None),
            ("https://open/fleet", None),
            ("millwright://open/a'b", None),
        ];
        for (link, address) in cases {
            assert_eq!(address_of(&link.parse().unwrap()).as_deref(), address, "{link}");
        }
    }

    #[tokio::test]
    async fn an_address_waits_until_the_page_listens() {
        let addresses = Addresses::new();
        addresses.open("/fleet");
        let mut taken = Vec::new();
        addresses
            .forward(|address| {
                taken.push(address);
                false
            })
            .await;
        assert_eq!(taken, ["/fleet"]);
    }
}
