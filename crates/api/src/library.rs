//! Where recipes and runbooks come from: a file that is named, the workspace's own folder, or what comes with Millwright.

use crate::workspace::Workspace;
use millwright_domain::recipe::{Diagnostics, Recipe, Runbook};
use millwright_domain::{Code, Fault, Slug};
use millwright_planner::LocalFile;
use millwright_planner::library::{self, Source, read_recipe, read_runbook};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// A recipe or runbook with where it came from.
pub(crate) struct Found<T> {
    pub(crate) item: T,
    folder: Option<PathBuf>,
}

/// A line of a list of recipes or runbooks.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LibraryEntry {
    /// Its short name.
    pub name: String,
    /// Its title, or what is wrong with it.
    pub title: String,
    /// Where it comes from: `built in`, or the file.
    pub origin: String,
    /// What is wrong with it.
    pub error: Option<Fault>,
}

impl Workspace {
    /// The runbooks that there are.
    pub fn runbook_list(&self) -> Result<Vec<LibraryEntry>, Fault> {
        self.entries("runbooks", library::runbooks(), |file, text| Ok(read_runbook(file, text)?.title))
    }

    /// The recipes that there are.
    pub fn recipe_list(&self) -> Result<Vec<LibraryEntry>, Fault> {
        self.entries("recipes", library::recipes(), |file, text| Ok(read_recipe(file, text)?.title))
    }

    /// One runbook.
    pub fn runbook_show(&self, name: &Slug) -> Result<Runbook, Fault> {
        Ok(self.find_runbook(name)?.item)
    }

    pub(crate) fn find_runbook(&self, name: &Slug) -> Result<Found<Runbook>, Fault> {
        let found = self.find("runbooks", name, library::runbooks(), read_runbook)?;
        found.ok_or_else(|| {
            Fault::new(Code::NotFound, format!("there is no runbook “{name}”"))
                .with_hint("`millwright runbook list` shows them.")
        })
    }

    pub(crate) fn find_recipe(&self, product: &Slug, file: Option<&Path>) -> Result<Found<Recipe>, Fault> {
        let found = match file {
            Some(file) => Some(read_file(file, read_recipe)?),
            None => self.find("recipes", product, library::recipes(), read_recipe)?,
        };
        let found = found.ok_or_else(|| {
            Fault::new(Code::NotFound, format!("there is no recipe for “{product}”"))
                .with_hint("Name one with --recipe FILE, or put it into the workspace's folder `recipes`.")
        })?;
        if found.item.product != *product {
            return Err(Fault::new(
                Code::InvalidRecipe,
                format!("the recipe is for “{}”, not for “{product}”", found.item.product),
            ));
        }
        Ok(found)
    }

    fn find<T>(
        &self,
        folder: &str,
        name: &Slug,
        built_in: &[Source],
        read: impl Fn(&str, &str) -> Result<T, Diagnostics>,
    ) -> Result<Option<Found<T>>, Fault> {
        let own = self.folder().join(folder).join(format!("{name}.toml"));
        if own.exists() {
            return read_file(&own, read).map(Some);
        }
        let Some(source) = built_in.iter().find(|source| source.name == name.as_str()) else { return Ok(None) };
        Ok(Some(Found { item: read(source.file, source.text)?, folder: None }))
    }

    fn entries(
        &self,
        folder: &str,
        built_in: &[Source],
        title: impl Fn(&str, &str) -> Result<String, Fault>,
    ) -> Result<Vec<LibraryEntry>, Fault> {
        let mut entries = BTreeMap::new();
        let entry = |name: &str, origin: &str, titled: Result<String, Fault>| LibraryEntry {
            name: name.to_owned(),
            title: titled.as_ref().map_or_else(|fault| fault.message.clone(), Clone::clone),
            origin: origin.to_owned(),
            error: titled.err(),
        };
        for source in built_in {
            entries.insert(source.name.to_owned(), entry(source.name, "built in", title(source.file, source.text)));
        }
        let folder = self.folder().join(folder);
        let listed = match fs::read_dir(&folder) {
            Ok(listed) => listed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(entries.into_values().collect()),
            Err(error) => return Err(unreadable(&folder, &error)),
        };
        for file in listed {
            let path = file.map_err(|error| unreadable(&folder, &error))?.path();
            let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
            if path.extension().is_some_and(|extension| extension == "toml") {
                let origin = path.display().to_string();
                let titled = text_of(&path).and_then(|text| title(&origin, &text));
                entries.insert(name.to_owned(), entry(name, &origin, titled));
            }
        }
        Ok(entries.into_values().collect())
    }
}

impl<T> Found<T> {
    /// The files that are uploaded, as they are now.
    pub(crate) fn local_files(&self, paths: &[&str]) -> Result<BTreeMap<String, LocalFile>, Fault> {
        let Some(folder) = &self.folder else { return Ok(BTreeMap::new()) };
        paths
            .iter()
            .map(|path| {
                let absolute = folder.join(path);
                let file = local_file(&absolute).map_err(|error| unreadable(&absolute, &error))?;
                Ok(((*path).to_owned(), file))
            })
            .collect()
    }
}

fn read_file<T>(path: &Path, read: impl Fn(&str, &str) -> Result<T, Diagnostics>) -> Result<Found<T>, Fault> {
    let item = read(&path.display().to_string(), &text_of(path)?)?;
    let absolute = std::path::absolute(path).map_err(|error| unreadable(path, &error))?;
    Ok(Found { item, folder: absolute.parent().map(Path::to_owned) })
}

fn text_of(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn local_file(path: &Path) -> std::io::Result<LocalFile> {
    let (mut file, mut hash, mut length, mut piece) = (fs::File::open(path)?, Sha256::new(), 0, vec![0; 256 * 1024]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            let sha256 = hex::encode(hash.finalize());
            return Ok(LocalFile { path: path.display().to_string(), length, sha256 });
        }
        length += read as u64;
        hash.update(&piece[..read]);
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(Code::LocalFile, format!("{} cannot be read: {error}", path.display()))
}
