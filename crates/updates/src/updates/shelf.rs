//! The folder of packages: the one that is offered or installed, and the one before it.

use crate::{memory::private_folder, package::KeptPackage};
use millwright_domain::{Code, Fault};
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

pub(super) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.join("packages") }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Held while packages are fetched: two downloads of one file would mix.
    pub(super) fn lock(&self) -> Result<File, Fault> {
        let path = self.folder.join("lock");
        let open = private_folder(&self.folder).and_then(|()| File::create(&path));
        let file = open.map_err(|error| crate::file_fault(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                Err(Fault::new(Code::UpdateBusy, "An update is being fetched already.")
                    .with_hint("Wait for it to end."))
            }
            Err(TryLockError::Error(error)) => Err(crate::file_fault(&path, &error)),
        }
    }

    /// Removes every other package, and what is left of downloads of them.
    pub(super) fn sweep(&self, keep: &[KeptPackage]) -> Result<(), Fault> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Ok(()) };
        let keep: Vec<_> = keep.iter().map(KeptPackage::file_name).collect();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| name.starts_with("millwright-")) else { continue };
            if keep.iter().any(|kept| kept == name) {
                continue;
            }
            fs::remove_file(entry.path()).map_err(|error| crate::file_fault(&entry.path(), &error))?;
        }
        Ok(())
    }
}
