//! `cargo xtask icons`: draws `icons/millwright.svg` in every size and format that the bundles need. The files are
//! committed, so that a build needs no drawing program.

use crate::{process, workspace};
use anyhow::{Context, Result};
use std::{
    fs::File,
    io::{BufReader, BufWriter},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// The pictures that stand alone: name, pixels on a side.
const PICTURES: &[(&str, u32)] = &[("32x32.png", 32), ("128x128.png", 128), ("128x128@2x.png", 256), ("icon.png", 512)];
/// What Windows shows, from its title bar to its largest tiles.
const ICO: &[u32] = &[16, 24, 32, 48, 64, 256];
/// What macOS shows; the doubled ones are for its finer screens.
const ICNS: &[u32] = &[16, 32, 64, 128, 256, 512, 1024];

/// Draws them all.
pub(crate) fn run() -> Result<ExitCode> {
    let icons = workspace::root().join("icons");
    let drawing = Drawing { svg: icons.join("millwright.svg"), folder: tempfile::tempdir().context("make a folder")? };
    for (name, size) in PICTURES {
        let (from, to) = (drawing.picture(*size)?, icons.join(name));
        std::fs::copy(&from, &to).with_context(|| format!("write {}", to.display()))?;
    }
    write_ico(&drawing, &icons.join("icon.ico"))?;
    write_icns(&drawing, &icons.join("icon.icns"))?;
    Ok(ExitCode::SUCCESS)
}

/// The mark, drawn in one size after the other.
struct Drawing {
    svg: PathBuf,
    folder: tempfile::TempDir,
}

impl Drawing {
    /// The PNG file of one size.
    fn picture(&self, size: u32) -> Result<PathBuf> {
        let path = self.folder.path().join(format!("{size}.png"));
        if !path.exists() {
            let side = size.to_string();
            let mut command = Command::new("rsvg-convert");
            command.args(["--width", &side, "--height", &side, "--output"]).arg(&path).arg(&self.svg);
            process::run(&mut command).context("Debian's package librsvg2-bin has rsvg-convert")?;
        }
        Ok(path)
    }
}

fn write_ico(drawing: &Drawing, path: &Path) -> Result<()> {
    let mut folder = ico::IconDir::new(ico::ResourceType::Icon);
    for size in ICO {
        let image = ico::IconImage::read_png(open(&drawing.picture(*size)?)?)?;
        folder.add_entry(ico::IconDirEntry::encode(&image)?);
    }
    folder.write(create(path)?).with_context(|| format!("write {}", path.display()))
}

fn write_icns(drawing: &Drawing, path: &Path) -> Result<()> {
    let mut family = icns::IconFamily::new();
    for size in ICNS {
        let image = icns::Image::read_png(open(&drawing.picture(*size)?)?)?;
        family.add_icon(&image)?;
    }
    family.write(create(path)?).with_context(|| format!("write {}", path.display()))
}

fn open(path: &Path) -> Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path).with_context(|| format!("read {}", path.display()))?))
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(path).with_context(|| format!("write {}", path.display()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_icons_have_every_size() {
        let icons = workspace::root().join("icons");
        for (name, size) in PICTURES {
            let image = icns::Image::read_png(open(&icons.join(name)).unwrap()).unwrap();
            assert_eq!((image.width(), image.height()), (*size, *size), "{name}");
        }
        let folder = ico::IconDir::read(open(&icons.join("icon.ico")).unwrap()).unwrap();
        assert_eq!(folder.entries().iter().map(|entry| entry.width()).collect::<Vec<_>>(), ICO);
        let family = icns::IconFamily::read(open(&icons.join("icon.icns")).unwrap()).unwrap();
        assert!(family.available_icons().len() >= ICNS.len(), "{:?}", family.available_icons());
    }
}
