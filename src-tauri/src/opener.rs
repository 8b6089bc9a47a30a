//! Opening something in another application: links on the web, and documents in the workspace's folder. Nothing else, for
//! what the page asks may go back to what a host printed.

use millwright_domain::{Code, Fault};
use std::path::{Path, PathBuf};
use tauri::{AppHandle, Url};
use tauri_plugin_opener::OpenerExt;

/// What a document's name may end with: nothing that a system would run.
const DOCUMENTS: &[&str] = &["csv", "json", "log", "md", "pdf", "toml", "txt"];

/// What may be opened.
#[derive(Debug, PartialEq, Eq)]
enum Openable {
    Link(Url),
    Document(PathBuf),
}

/// Opens a link or a document, if it may be opened.
pub(crate) fn open(app: &AppHandle, target: &str, workspace: &Path) -> Result<(), Fault> {
    let opened = match openable(target, workspace)? {
        Openable::Link(link) => app.opener().open_url(link, None::<&str>),
        Openable::Document(path) => app.opener().open_path(path.to_string_lossy(), None::<&str>),
    };
    opened.map_err(|error| {
        Fault::new(Code::LocalFile, format!("the system does not open it: {error}"))
            .with_hint("Copy it, and open it in the application of your choice.")
    })
}

/// Opens a folder of the application's own.
pub(crate) fn open_folder(app: &AppHandle, folder: &Path) {
    if let Err(error) = app.opener().open_path(folder.to_string_lossy(), None::<&str>) {
        tracing::warn!(%error, folder = %folder.display(), "the system does not open the folder");
    }
}

fn openable(target: &str, workspace: &Path) -> Result<Openable, Fault> {
    if let Ok(link) = target.parse::<Url>()
        && link.has_host()
    {
        let plain = link.scheme() == "https" && link.username().is_empty() && link.password().is_none();
        return if plain {
            Ok(Openable::Link(link))
        } else {
            Err(refused("only links that begin with https:// are opened"))
        };
    }
    let path = workspace.join(target);
    let real = |path: &Path| {
        path.canonicalize()
            .map_err(|error| Fault::new(Code::NotFound, format!("{} cannot be found: {error}", path.display())))
    };
    // Links of the file system are followed first: what counts is where the document really is.
    let (path, workspace) = (real(&path)?, real(workspace)?);
    if !path.starts_with(&workspace) {
        return Err(refused("only files in the workspace's folder are opened"));
    }
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    if !path.is_file() || !DOCUMENTS.contains(&ending.as_str()) {
        return Err(refused("only documents are opened"));
    }
    Ok(Openable::Document(path))
}

fn refused(why: &str) -> Fault {
    Fault::new(Code::InvalidInput, format!("This is not opened from here: {why}."))
        .with_hint("Copy it, and open it in the application of your choice.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn links_and_documents_of_the_workspace_are_opened_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let workspace = place.path().join("workspace");
        fs::create_dir_all(workspace.join("logs")).unwrap();
        for file in ["logs/a.log", "run.sh", "setup.exe", "x.desktop"] {
            fs::write(workspace.join(file), "x").unwrap();
        }
        fs::write(place.path().join("outside.log"), "x").unwrap();
        let outside = place.path().join("outside.log").display().to_string();
        let inside = workspace.join("logs/a.log").display().to_string();
        let opened = ["https://example.com/advisory?id=1", "logs/a.log", &inside];
        for target in opened {
            openable(target, &workspace).unwrap();
        }
        let others = [
            "http://example.com/",
            "https://user:secret@example.com/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ssh://root@example.com",
            "smb://server/share",
            "../outside.log",
            &outside,
            "run.sh",
            "setup.exe",
            "x.desktop",
            "logs",
            "absent.log",
            "",
        ];
        for target in others {
            assert!(openable(target, &workspace).is_err(), "{target}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_of_the_file_system_leads_nowhere_else() {
        let place = tempfile::tempdir().unwrap();
        let workspace = place.path().join("workspace");
        fs::create_dir(&workspace).unwrap();
        fs::write(place.path().join("outside.log"), "x").unwrap();
        std::os::unix::fs::symlink(place.path().join("outside.log"), workspace.join("inside.log")).unwrap();
        assert_eq!(openable("inside.log", &workspace).unwrap_err().code, Code::InvalidInput);
    }
}
