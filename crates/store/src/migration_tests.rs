//! From one version's file to the next one's.
//!
//! There is one schema so far: the next is a test's own, put through the same door.

use crate::table::{Schema, client, first, host};
use crate::tests::{add_host, fault, workspace};
use crate::{Store, restore_if_changed};
use millwright_domain::Code;
use rusqlite_migration::{M, Migrations};
use std::path::{Path, PathBuf};

fn next(step: &'static str) -> Schema {
    Schema { migrations: Migrations::new(vec![first(), M::up(step).foreign_key_check()]), version: 2 }
}

fn backups(folder: &Path, why: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("backups")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(why)).collect()
}

fn number(folder: &Path, sql: &str) -> i64 {
    let connection = rusqlite::Connection::open(folder.join(crate::DATABASE_FILE)).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn the_previous_versions_file_is_taken_along_and_there_is_a_way_back() {
    let (folder, store) = workspace();
    add_host(&store, "acme/prod/web-1");
    drop(store);

    let schema = next("ALTER TABLE client ADD COLUMN motto TEXT NOT NULL DEFAULT 'none'");
    let store = Store::open_as(folder.path(), &schema).unwrap();
    assert_eq!(store.read(host::list).unwrap().len(), 1);
    assert_eq!(store.read(client::list).unwrap().len(), 1);
    drop(store);
    assert_eq!(number(folder.path(), "SELECT count(*) FROM client WHERE motto = 'none'"), 1);
    assert_eq!(number(folder.path(), "SELECT user_version FROM pragma_user_version"), 2);
    let copies = backups(folder.path(), "before-migration-");
    assert_eq!(copies.len(), 1);
    // The second time there is nothing to do.
    drop(Store::open_as(folder.path(), &schema).unwrap());
    assert_eq!(backups(folder.path(), "before-migration-").len(), 1);

    // The version before refuses it untouched, and reads the copy.
    let bytes = std::fs::read(folder.path().join(crate::DATABASE_FILE)).unwrap();
    assert_eq!(fault(Store::open(folder.path())).code, Code::WorkspaceNewer);
    assert_eq!(std::fs::read(folder.path().join(crate::DATABASE_FILE)).unwrap(), bytes);
    restore_if_changed(folder.path(), &copies[0]).unwrap().unwrap();
    assert_eq!(Store::open(folder.path()).unwrap().read(host::list).unwrap().len(), 1);
}

#[tokio::test]
async fn a_step_that_fails_leaves_the_file_as_it_was() {
    for step in [
        "ALTER TABLE client ADD COLUMN motto TEXT; SELECT no_such_function();",
        // Rows that point nowhere are found before anything is kept.
        "PRAGMA defer_foreign_keys = ON; UPDATE environment SET client_id = x'00';",
    ] {
        let (folder, store) = workspace();
        add_host(&store, "acme/prod/web-1");
        drop(store);
        assert!(Store::open_as(folder.path(), &next(step)).is_err(), "{step}");
        assert_eq!(number(folder.path(), "SELECT user_version FROM pragma_user_version"), 1, "{step}");
        assert_eq!(backups(folder.path(), "before-migration-").len(), 1);
        assert_eq!(Store::open(folder.path()).unwrap().read(host::list).unwrap().len(), 1);
    }
}

/// A workspace that a release wrote is out there: its schema must stay what it was, byte for byte.
#[test]
fn what_was_released_is_not_edited() {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    Migrations::new(vec![first()]).to_latest(&mut connection).unwrap();
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    let schema: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    insta::assert_snapshot!(schema.join(";\n"));
}
