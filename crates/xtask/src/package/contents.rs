//! The files of a package, for both formats.

use super::{Release, build::Built, changelog, package_version, said};
use crate::{licences::licences, workspace};
use anyhow::{Context, Result, bail};
use flate2::{Compression, GzBuilder};
use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// Which family of systems a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Deb,
    Rpm,
}

/// One file: where it goes, below `/`, and what it is.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) path: String,
    bytes: Vec<u8>,
    mode: u32,
}

/// What an icon is called in the desktop's theme; the desktop entry and notifications ask for it by this name.
const ICON: &str = "millwright-desktop";
/// Sizes in the theme, and the files that have them.
const ICONS: &[(&str, &str)] = &[
    ("32x32/apps", "32x32.png"),
    ("128x128/apps", "128x128.png"),
    ("256x256/apps", "128x128@2x.png"),
    ("512x512/apps", "icon.png"),
    ("scalable/apps", "millwright.svg"),
];
/// What tauri's updater reads to learn how it was installed: a bundler is to put its format in the place of `UNK`.
const BUNDLE_TYPE: &[u8] = b"__TAURI_BUNDLE_TYPE_VAR_UNK";

/// All files, sorted by their paths.
pub(super) fn contents(release: &Release, built: &Built, format: Format) -> Result<Vec<Content>> {
    let mut contents = programs(built, format)?;
    contents.extend(documents(release, format)?);
    contents.extend(manual(release, &built.command)?);
    contents.extend(completions(&built.command, format)?);
    contents.extend(desktop(release)?);
    contents.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(contents)
}

/// Writes the files below a folder, which must be new.
pub(super) fn stage(contents: &[Content], folder: &Path) -> Result<()> {
    for Content { path, bytes, mode } in contents {
        let file = folder.join(path);
        let parent = file.parent().context("each file has a folder")?;
        fs::create_dir_all(parent).with_context(|| format!("make {}", parent.display()))?;
        fs::write(&file, bytes).with_context(|| format!("write {}", file.display()))?;
        set_mode(&file, *mode)?;
    }
    // Whatever this process would rather forbid others: these folders become the system's.
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        set_mode(&folder, 0o755)?;
        for entry in fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))? {
            let path = entry.with_context(|| format!("list {}", folder.display()))?.path();
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    Ok(())
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).with_context(|| format!("set {}", path.display()))
}

impl Content {
    fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), mode: 0o644 }
    }

    /// Its size on a disk, in KiB.
    pub(super) fn kibibytes(&self) -> usize {
        self.bytes.len().div_ceil(1024)
    }

    fn compressed(path: &str, bytes: &[u8]) -> Result<Self> {
        // Without a name and a time, which would differ from build to build.
        let mut gzip = GzBuilder::new().write(Vec::new(), Compression::best());
        gzip.write_all(bytes).and_then(|()| gzip.try_finish()).context("compress a file")?;
        Ok(Self::new(format!("{path}.gz"), gzip.finish().context("compress a file")?))
    }
}

fn programs(built: &Built, format: Format) -> Result<Vec<Content>> {
    let folder = tempfile::tempdir().context("make a folder")?;
    let program = |from: &PathBuf, name: &str| -> Result<Vec<u8>> {
        // Released ones are stripped already; of the others the debug information is most.
        let stripped = folder.path().join(name);
        said(Command::new("strip").arg("-o").arg(&stripped).arg(from))?;
        fs::read(&stripped).with_context(|| format!("read {}", stripped.display()))
    };
    let window = with_bundle_type(program(&built.window, "millwright-desktop")?, format)?;
    let command = program(&built.command, "millwright")?;
    let content = |name: &str, bytes| Content { mode: 0o755, ..Content::new(format!("usr/bin/{name}"), bytes) };
    Ok(vec![content("millwright-desktop", window), content("millwright", command)])
}

/// The program with the format written into it.
fn with_bundle_type(mut program: Vec<u8>, format: Format) -> Result<Vec<u8>> {
    let places: Vec<usize> = memchr::memmem::find_iter(&program, BUNDLE_TYPE).collect();
    let [place] = places[..] else {
        bail!("the window holds {} places for its bundle type instead of one: the updater would be lost", places.len())
    };
    let name = match format {
        Format::Deb => b"DEB",
        Format::Rpm => b"RPM",
    };
    let end = place + BUNDLE_TYPE.len();
    program[end - name.len()..end].copy_from_slice(name);
    Ok(program)
}

fn documents(release: &Release, format: Format) -> Result<Vec<Content>> {
    let third_party = licences(workspace::root())?;
    let read = |name: &str| fs::read(workspace::root().join(name)).with_context(|| format!("read {name}"));
    match format {
        Format::Deb => {
            let folder = "usr/share/doc/millwright";
            let changes = changelog::debian(&release.changes, package_version);
            Ok(vec![
                Content::new("usr/share/lintian/overrides/millwright", read("src-tauri/linux/lintian-overrides")?),
                Content::new(format!("{folder}/copyright"), read("src-tauri/linux/copyright")?),
                Content::compressed(&format!("{folder}/changelog"), changes.as_bytes())?,
                Content::compressed(&format!("{folder}/third-party-licences.txt"), third_party.as_bytes())?,
            ])
        }
        Format::Rpm => {
            let folder = "usr/share/licenses/millwright";
            Ok(vec![
                Content::new(format!("{folder}/LICENSE-APACHE"), read("LICENSE-APACHE")?),
                Content::new(format!("{folder}/LICENSE-MIT"), read("LICENSE-MIT")?),
                Content::new(format!("{folder}/third-party-licences.txt"), third_party),
            ])
        }
    }
}

/// A page for each command, as the command itself writes them, and the window's.
fn manual(release: &Release, command: &Path) -> Result<Vec<Content>> {
    let folder = tempfile::tempdir().context("make a folder")?;
    said(Command::new(command).arg("manual").arg("--folder").arg(folder.path()))?;
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder.path()).context("list the manual pages")? {
        let path = entry.context("list the manual pages")?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let page = fs::read(&path).with_context(|| format!("read {name}"))?;
        pages.push(Content::compressed(&format!("usr/share/man/man1/{name}"), &page)?);
    }
    if pages.is_empty() {
        bail!("{} wrote no manual page", command.display());
    }
    let window = asset("millwright-desktop.1")?.replace("@VERSION@", &release.version.to_string());
    pages.push(Content::compressed("usr/share/man/man1/millwright-desktop.1", window.as_bytes())?);
    Ok(pages)
}

fn completions(command: &Path, format: Format) -> Result<Vec<Content>> {
    let zsh = match format {
        Format::Deb => "usr/share/zsh/vendor-completions/_millwright",
        Format::Rpm => "usr/share/zsh/site-functions/_millwright",
    };
    let shells = [
        ("bash", "usr/share/bash-completion/completions/millwright"),
        ("fish", "usr/share/fish/vendor_completions.d/millwright.fish"),
        ("zsh", zsh),
    ];
    let content = |(shell, path)| {
        let text = said(Command::new(command).args(["completions", shell]))?;
        Ok(Content::new(path, text))
    };
    shells.into_iter().map(content).collect()
}

/// What a desktop shows of the application.
fn desktop(release: &Release) -> Result<Vec<Content>> {
    let entry = "dev.millwright.desktop.desktop";
    let metainfo = "dev.millwright.desktop.metainfo.xml";
    let releases = changelog::appstream(&release.changes, "    ");
    let mut contents = vec![
        Content::new(format!("usr/share/applications/{entry}"), asset(entry)?),
        Content::new(format!("usr/share/metainfo/{metainfo}"), asset(metainfo)?.replace("@RELEASES@", &releases)),
    ];
    for (folder, name) in ICONS {
        let file = workspace::root().join("icons").join(name);
        let bytes = fs::read(&file).with_context(|| format!("read {}", file.display()))?;
        let ending = Path::new(name).extension().unwrap_or_default().to_string_lossy();
        contents.push(Content::new(format!("usr/share/icons/hicolor/{folder}/{ICON}.{ending}"), bytes));
    }
    Ok(contents)
}

/// A file that only Linux needs.
fn asset(name: &str) -> Result<String> {
    let file = workspace::root().join("src-tauri/linux").join(name);
    fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_written_into_the_one_place_for_it() {
        let program = |places: usize| [b"code".as_slice(), &BUNDLE_TYPE.repeat(places), b"more"].concat();
        let patched = with_bundle_type(program(1), Format::Deb).unwrap();
        assert_eq!(patched, b"code__TAURI_BUNDLE_TYPE_VAR_DEBmore");
        let patched = with_bundle_type(program(1), Format::Rpm).unwrap();
        assert_eq!(patched, b"code__TAURI_BUNDLE_TYPE_VAR_RPMmore");
        assert!(
            with_bundle_type(program(0), Format::Deb).is_err() && with_bundle_type(program(2), Format::Deb).is_err()
        );
    }

    #[test]
    fn the_desktop_finds_what_it_is_told_of() {
        let entry = asset("dev.millwright.desktop.desktop").unwrap();
        for line in [&format!("Icon={ICON}"), "Exec=millwright-desktop %u", "MimeType=x-scheme-handler/millwright;"] {
            assert!(entry.lines().any(|own| own == line), "{line}");
        }
    }

    #[test]
    fn one_content_has_one_compressed_form() {
        let twice = [(); 2].map(|()| Content::compressed("page", b"words").unwrap());
        assert_eq!(twice[0].bytes, twice[1].bytes);
        assert_eq!((twice[0].path.as_str(), &twice[0].bytes[4..8]), ("page.gz", &[0; 4][..]), "no time is in it");
    }
}
