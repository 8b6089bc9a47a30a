//! What the audit keeps of a transfer's beginning, and what is read back from it to go on.

use super::TransferOrder;
use crate::files::Change;
use crate::workspace::Workspace;
use millwright_domain::Fault;
use millwright_domain::ids::HostId;
use millwright_store::table::audit;
use serde_json::{Value, json};

/// How far back the beginning of a transfer is looked for among a host's entries.
const LOOKED_AT: u32 = 2000;

/// What a source was when it was begun with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Its length.
    pub(super) size: Option<u64>,
    /// When it was changed, in whatever units its side has; only compared.
    pub(super) modified: Option<i64>,
}

impl Source {
    /// Whether another look could tell that it is another file.
    pub(super) const fn is_known(&self) -> bool {
        self.size.is_some() && self.modified.is_some()
    }
}

/// What is put down.
pub(super) fn written(order: &TransferOrder, from: u64, source: &Source) -> Value {
    json!({
        "path": [null, order.host_path],
        "local_path": [null, order.local_path.to_string_lossy()],
        "from": [null, from],
        "size": [null, source.size],
        "modified": [null, source.modified],
    })
}

/// The source that the last transfer to the same place began with; none if it came from elsewhere.
pub(super) fn begun_with(
    workspace: &Workspace,
    host: HostId,
    change: Change,
    order: &TransferOrder,
) -> Result<Option<Source>, Fault> {
    let entries = workspace.store.read(|reader| audit::of_entity(reader, "host", &host.to_string(), LOOKED_AT))?;
    let local_path = order.local_path.to_string_lossy();
    let of = |entry: &Value, field: &str| entry[field][1].clone();
    // The place is what the partial file belongs to; the other end must be the same as well.
    let (place, other) = match change {
        Change::Upload => (("path", order.host_path.as_str()), ("local_path", &*local_path)),
        Change::Download | Change::MakeFolder | Change::Rename | Change::Delete => {
            (("local_path", &*local_path), ("path", order.host_path.as_str()))
        }
    };
    let last = entries.iter().find(|entry| entry.action == change.begun() && of(&entry.change, place.0) == place.1);
    Ok(last.filter(|entry| of(&entry.change, other.0) == other.1).map(|entry| Source {
        size: of(&entry.change, "size").as_u64(),
        modified: of(&entry.change, "modified").as_i64(),
    }))
}
