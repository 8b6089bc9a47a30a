//! Files and places of this machine that a person chose. The page gets what stands for them and never a path.

use millwright_api::Desk;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What stands for a file or a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct GrantedFile {
    /// Names it to the engine.
    grant: String,
    /// Its name, for people.
    name: String,
    /// How many bytes it has, where it is a file that is there.
    size: Option<u64>,
}

/// Lets the page name these.
pub(crate) fn granted(desk: &Desk, paths: Vec<PathBuf>) -> Vec<GrantedFile> {
    paths.into_iter().map(|path| grant(path, |path| desk.grant(path).to_string())).collect()
}

fn grant(path: PathBuf, keep: impl FnOnce(PathBuf) -> String) -> GrantedFile {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let size = size_of(&path);
    GrantedFile { grant: keep(path), name, size }
}

fn size_of(path: &Path) -> Option<u64> {
    path.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_learns_a_name_and_a_size_and_no_path() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("site.tar");
        std::fs::write(&file, [0; 5]).unwrap();
        let cases = [(file, "site.tar", Some(5)), (folder.path().join("new"), "new", None)];
        for (path, name, size) in cases {
            let mut kept = None;
            let granted = grant(path.clone(), |path| {
                kept = Some(path);
                "g".to_owned()
            });
            assert_eq!(granted, GrantedFile { grant: "g".into(), name: name.into(), size });
            assert_eq!(kept, Some(path));
        }
        let name = folder.path().file_name().unwrap().to_string_lossy().into_owned();
        let granted = grant(folder.path().to_owned(), |_| "g".to_owned());
        assert_eq!((granted.name, granted.size), (name, None));
    }
}
