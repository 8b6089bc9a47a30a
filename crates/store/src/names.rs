//! The names of everything that has one, for a search that ranks them: read whole, since ten thousand are read sooner than
//! an index of parts of words is asked, and only the whole can be matched by letters that are left out.

use crate::error::StoreError;
use crate::read::Reader;
use rusqlite::Row;
use uuid::Uuid;

/// Something that has a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// What names it: a slug, a host's name, a run's identifier.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// What tells it from others, and is looked at too.
    pub detail: String,
}

/// Every client.
pub fn clients(reader: &Reader<'_>) -> Result<Vec<Named>, StoreError> {
    all(reader, "SELECT slug, name, slug FROM client ORDER BY slug", named)
}

/// Every host, with its address, system and tags.
pub fn hosts(reader: &Reader<'_>) -> Result<Vec<Named>, StoreError> {
    let sql = "SELECT c.slug || '/' || e.slug || '/' || h.slug AS path, c.name,
            concat_ws(' · ', h.address, f.os, (SELECT group_concat(tag, ' ') FROM host_tag WHERE host_id = h.id))
        FROM host h
        JOIN environment e ON e.id = h.environment_id
        JOIN client c ON c.id = e.client_id
        LEFT JOIN facts f ON f.host_id = h.id
        WHERE h.removed_at IS NULL ORDER BY path";
    all(reader, sql, named)
}

/// The newest runs, the newest first.
pub fn runs(reader: &Reader<'_>, limit: u32) -> Result<Vec<Named>, StoreError> {
    let sql = format!("SELECT id, title, selector FROM run ORDER BY id DESC LIMIT {limit}");
    all(reader, &sql, |row| {
        let id: Uuid = row.get(0)?;
        Ok(Named { key: id.to_string(), title: row.get(1)?, detail: row.get(2)? })
    })
}

fn all(
    reader: &Reader<'_>,
    sql: &str,
    read: fn(&Row<'_>) -> rusqlite::Result<Named>,
) -> Result<Vec<Named>, StoreError> {
    let mut statement = reader.connection.prepare_cached(sql)?;
    Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
}

fn named(row: &Row<'_>) -> rusqlite::Result<Named> {
    Ok(Named { key: row.get(0)?, title: row.get(1)?, detail: row.get(2)? })
}
