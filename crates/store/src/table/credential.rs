//! Credentials by reference: which agent key, which file, which prompt. No secret is here.

use crate::error::StoreError;
use crate::write::Writer;
use millwright_domain::fleet::Credential;
use millwright_domain::ids::CredentialId;
use millwright_domain::{Code, Fault};
use rusqlite::{OptionalExtension, params};
use serde_json::json;

// `reference` is the agent key's fingerprint or the file's path; empty where there is none, so that UNIQUE sees it.
pub(crate) const SCHEMA: &str = "
CREATE TABLE credential (
    id        BLOB PRIMARY KEY,
    kind      TEXT NOT NULL CHECK (kind IN ('agent', 'key_file', 'ask_password')),
    reference TEXT NOT NULL,
    UNIQUE (kind, reference)
) STRICT;
";

/// The row for a credential; equal ones share it.
pub(crate) fn ensure(writer: &Writer<'_>, credential: &Credential) -> Result<CredentialId, StoreError> {
    let (kind, reference) = (credential.kind(), reference(credential));
    let found = writer
        .connection
        .prepare_cached("SELECT id FROM credential WHERE kind = ?1 AND reference = ?2")?
        .query_row([kind, reference], |row| row.get(0).map(CredentialId))
        .optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    let id: CredentialId = writer.new_id();
    writer
        .connection
        .prepare_cached("INSERT INTO credential (id, kind, reference) VALUES (?1, ?2, ?3)")?
        .execute(params![id.0, kind, reference])?;
    writer.audit(
        "credential.add",
        "credential",
        id,
        json!({ "kind": [null, kind], "reference": [null, reference] }),
    )?;
    Ok(id)
}

pub(crate) fn read(kind: &str, reference: String) -> Result<Credential, StoreError> {
    Ok(match kind {
        "agent" => Credential::Agent { fingerprint: (!reference.is_empty()).then_some(reference) },
        "key_file" => Credential::KeyFile { path: reference },
        "ask_password" => Credential::AskPassword,
        other => return Err(Fault::new(Code::WorkspaceCorrupt, format!("“{other}” is no kind of credential")).into()),
    })
}

fn reference(credential: &Credential) -> &str {
    match credential {
        Credential::Agent { fingerprint } => fingerprint.as_deref().unwrap_or_default(),
        Credential::KeyFile { path } => path,
        Credential::AskPassword => "",
    }
}
