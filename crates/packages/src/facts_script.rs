//! The one script that asks a host for its facts.

use crate::nonce::Nonce;

/// Whether the package index is refreshed before the facts are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexRefresh {
    /// Take it as it is: reads only, for any account.
    Leave,
    /// Refresh it first, which needs root and the network. A failure becomes part of the facts.
    Refresh,
}

/// POSIX shell text to be run by `sh` on the host, as root where that can be had. It reads nothing from its standard
/// input, and changes nothing but the package index, when it is told to refresh it.
pub fn facts_script(nonce: &Nonce, refresh: IndexRefresh) -> String {
    let refresh = match refresh {
        IndexRefresh::Leave => "no",
        IndexRefresh::Refresh => "yes",
    };
    format!("nonce={} refresh={refresh}\n{}", nonce.as_str(), include_str!("facts.sh"))
}
