//! Making and opening a workspace.

use crate::backup;
use crate::error::StoreError;
use crate::read::Readers;
use crate::table::{self, Schema};
use crate::write::WriterThread;
use millwright_domain::{Code, Fault};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The database's name in the workspace's folder.
pub const DATABASE_FILE: &str = "millwright.sqlite";
/// `MILL`: tells our files from other applications' databases.
const APPLICATION_ID: i32 = 0x4d49_4c4c;
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// An open workspace. Clones share it.
#[derive(Clone)]
pub struct Store {
    pub(crate) folder: Arc<PathBuf>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Arc<WriterThread>,
}

impl Store {
    /// Makes the workspace in a folder, which may exist but must not hold one.
    pub fn init(folder: &Path) -> Result<Self, StoreError> {
        make_private_folder(folder)?;
        refuse_network_file_system(folder)?;
        let database = folder.join(DATABASE_FILE);
        if database.exists() {
            return Err(Fault::new(Code::AlreadyExists, format!("{} is a workspace already", folder.display())).into());
        }
        let _opening = opening_lock(folder)?;
        let mut connection = connect(&database, OpenFlags::SQLITE_OPEN_CREATE)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        table::schema().migrations.to_latest(&mut connection)?;
        Self::start(folder, connection)
    }

    /// Opens the workspace in a folder. A file that is not ours, or that a newer Millwright wrote, is left untouched.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_as(folder, &table::schema())
    }

    /// As a Millwright that knows this schema.
    pub(crate) fn open_as(folder: &Path, schema: &Schema) -> Result<Self, StoreError> {
        let database = folder.join(DATABASE_FILE);
        if !database.exists() {
            return Err(Fault::new(Code::WorkspaceMissing, format!("{} is not a workspace", folder.display()))
                .with_hint("`millwright init` makes one; --workspace DIR or MILLWRIGHT_WORKSPACE names another folder.")
                .into());
        }
        refuse_network_file_system(folder)?;
        let opening = opening_lock(folder)?;
        inspect(&database, schema)?;
        let mut connection = connect(&database, OpenFlags::empty())?;
        if schema.migrations.pending_migrations(&connection)? > 0 {
            backup::make(&connection, folder, "before-migration")?;
            schema.migrations.to_latest(&mut connection)?;
        }
        backup::daily(&connection, folder)?;
        drop(opening);
        Self::start(folder, connection)
    }

    /// The workspace's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn start(folder: &Path, connection: Connection) -> Result<Self, StoreError> {
        Ok(Self {
            folder: Arc::new(folder.to_owned()),
            readers: Arc::new(Readers::new(folder.join(DATABASE_FILE))),
            writer: Arc::new(WriterThread::start(connection)?),
        })
    }
}

/// Refuses what must not be opened for writing, by looking at it read-only.
fn inspect(database: &Path, schema: &Schema) -> Result<(), StoreError> {
    let connection = connect_read_only(database)?;
    application_id_is_ours(&connection, database)?;
    let known = schema.version;
    let found = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0))?;
    if found > known {
        return Err(Fault::new(
            Code::WorkspaceNewer,
            format!("this workspace was written by a newer Millwright (schema {found}, this one knows {known})"),
        )
        .with_hint("Update Millwright. The workspace was not touched.")
        .into());
    }
    Ok(())
}

pub(crate) fn application_id_is_ours(connection: &Connection, database: &Path) -> Result<(), StoreError> {
    if connection.pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0))? == APPLICATION_ID {
        return Ok(());
    }
    Err(Fault::new(Code::WorkspaceForeign, format!("{} is some other application's database", database.display()))
        .with_hint("Name the folder of a Millwright workspace.")
        .into())
}

pub(crate) fn connect_read_only(database: &Path) -> Result<Connection, StoreError> {
    let connection =
        Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    harden(&connection)?;
    Ok(connection)
}

pub(crate) fn connect(database: &Path, also: OpenFlags) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | also;
    let connection = Connection::open_with_flags(database, flags)?;
    harden(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    if cfg!(target_os = "macos") {
        connection.pragma_update(None, "fullfsync", true)?;
    }
    Ok(connection)
}

fn harden(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Two processes must not migrate, back up or make one workspace at the same time. Held while opening only.
pub(crate) fn opening_lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join("opening.lock");
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(StoreError::file(&path))?;
    file.lock().map_err(StoreError::file(&path))?;
    Ok(file)
}

fn make_private_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(StoreError::file(folder))
}

#[cfg(target_os = "linux")]
fn refuse_network_file_system(folder: &Path) -> Result<(), StoreError> {
    // From linux/magic.h: NFS, SMB, CIFS, SMB2, AFS, Coda, Ceph, 9P.
    const NETWORK: [u32; 8] =
        [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x5346_414f, 0x7375_7245, 0x00c3_6400, 0x0102_1997];
    let about = rustix::fs::statfs(folder).map_err(|error| StoreError::file(folder)(error.into()))?;
    // The kernel's field is a word whose upper half means nothing here.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    if NETWORK.contains(&(about.f_type as u32)) {
        return Err(Fault::new(
            Code::WorkspaceOnNetwork,
            format!("{} lies on a network file system, where locks do not hold", folder.display()),
        )
        .with_hint("Put the workspace on a disk of this machine.")
        .into());
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn refuse_network_file_system(_folder: &Path) -> Result<(), StoreError> {
    Ok(())
}
