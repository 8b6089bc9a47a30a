//! What hosts printed, as the bytes came.

use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Journal;
use millwright_domain::ids::JobId;
use millwright_domain::{Code, Fault};
use rusqlite::params;

pub(crate) const SCHEMA: &str = "
CREATE TABLE output (
    sequence INTEGER PRIMARY KEY,
    job_id   BLOB NOT NULL REFERENCES job (id),
    start    INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    UNIQUE (job_id, start)
) STRICT;
";

/// Adds the bytes that follow what is there. `start` counts from the beginning of the job's output; bytes that are there
/// already are refused, and so is a gap.
pub fn append(journal: &Journal<'_>, job: JobId, start: u64, bytes: &[u8]) -> Result<u64, StoreError> {
    let end = start + bytes.len() as u64;
    let moved = journal
        .connection
        .prepare_cached("UPDATE job SET output_length = ?3 WHERE id = ?1 AND output_length = ?2")?
        .execute(params![job.0, start, end])?;
    if moved != 1 {
        return Err(Fault::new(Code::Internal, format!("output of job {job} does not go on at byte {start}")).into());
    }
    journal
        .connection
        .prepare_cached("INSERT INTO output (job_id, start, bytes) VALUES (?1, ?2, ?3)")?
        .execute(params![job.0, start, bytes])?;
    Ok(end)
}

/// Up to `length` bytes of a job's output from a place in it.
pub fn read(reader: &Reader<'_>, job: JobId, from: u64, length: u64) -> Result<Vec<u8>, StoreError> {
    let until = from.saturating_add(length);
    let mut found = Vec::new();
    let mut statement = reader.connection.prepare_cached(
        "SELECT start, bytes FROM output
         WHERE job_id = ?1 AND start < ?3
           AND start >= coalesce((SELECT max(start) FROM output WHERE job_id = ?1 AND start <= ?2), 0)
         ORDER BY start",
    )?;
    // SQLite's integers are signed; no output is that long.
    let signed = |place: u64| i64::try_from(place).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![job.0, signed(from), signed(until)])?;
    while let Some(row) = rows.next()? {
        let (start, bytes) = (row.get::<_, u64>(0)?, row.get_ref(1)?.as_blob().unwrap_or_default());
        let end = start + bytes.len() as u64;
        let (first, last) = (from.max(start), until.min(end));
        if first < last {
            // Both differences are within `bytes`, whose length is a usize.
            #[allow(clippy::cast_possible_truncation)]
            found.extend_from_slice(&bytes[(first - start) as usize..(last - start) as usize]);
        }
    }
    Ok(found)
}
