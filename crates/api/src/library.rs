//! Where recipes and runbooks come from: a file that is named, the workspace's own folder, or what comes with Millwright.

use crate::shelf::Shelf;
use crate::workspace::Workspace;
use millwright_domain::recipe::{Diagnostics, Recipe, Runbook};
use millwright_domain::{Code, Fault, Slug};
use millwright_planner::LocalFile;
use millwright_planner::library::{read_recipe, read_runbook};
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

/// Which runbook is meant.
#[derive(Debug, Clone)]
pub enum RunbookSource {
    /// The one of that name.
    Named(Slug),
    /// A text that is not kept: one tries it before one keeps it.
    Draft(String),
}

/// Which recipe is meant.
#[derive(Debug, Clone)]
pub enum RecipeSource {
    /// The one that is known for the product.
    Known,
    /// A file's.
    File(PathBuf),
    /// A text that is not kept: one tries it before one keeps it.
    Draft(String),
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
    /// What one sees when it helps, in the words of whoever calls.
    pub symptoms: Vec<String>,
    /// What is wrong with it.
    pub error: Option<Fault>,
}

/// What a list says of a sound text.
struct Headline {
    title: String,
    symptoms: Vec<String>,
}

impl Workspace {
    /// The runbooks that there are.
    pub fn runbook_list(&self) -> Result<Vec<LibraryEntry>, Fault> {
        self.entries(Shelf::Runbooks, |file, text| {
            let Runbook { title, symptoms, .. } = read_runbook(file, text)?;
            Ok(Headline { title, symptoms })
        })
    }

    /// The recipes that there are.
    pub fn recipe_list(&self) -> Result<Vec<LibraryEntry>, Fault> {
        self.entries(Shelf::Recipes, |file, text| {
            Ok(Headline { title: read_recipe(file, text)?.title, symptoms: Vec::new() })
        })
    }

    /// One runbook.
    pub fn runbook_show(&self, name: &Slug) -> Result<Runbook, Fault> {
        Ok(self.find_runbook(&RunbookSource::Named(name.clone()))?.item)
    }

    pub(crate) fn find_runbook(&self, source: &RunbookSource) -> Result<Found<Runbook>, Fault> {
        let name = match source {
            RunbookSource::Named(name) => name,
            RunbookSource::Draft(text) => return self.draft(Shelf::Runbooks, text, read_runbook),
        };
        let found = self.find(Shelf::Runbooks, name, read_runbook)?;
        found.ok_or_else(|| {
            Fault::new(Code::NotFound, format!("there is no runbook “{name}”"))
                .with_hint("`millwright runbook list` shows them.")
        })
    }

    pub(crate) fn find_recipe(&self, product: &Slug, source: &RecipeSource) -> Result<Found<Recipe>, Fault> {
        let found = match source {
            RecipeSource::File(file) => Some(read_file(file, read_recipe)?),
            RecipeSource::Draft(text) => Some(self.draft(Shelf::Recipes, text, read_recipe)?),
            RecipeSource::Known => self.find(Shelf::Recipes, product, read_recipe)?,
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
        shelf: Shelf,
        name: &Slug,
        read: impl Fn(&str, &str) -> Result<T, Diagnostics>,
    ) -> Result<Option<Found<T>>, Fault> {
        let own = self.own_text(shelf, name);
        if own.exists() {
            return read_file(&own, read).map(Some);
        }
        let Some(source) = shelf.built_in().iter().find(|source| source.name == name.as_str()) else { return Ok(None) };
        Ok(Some(Found { item: read(source.file, source.text)?, folder: None }))
    }

    /// What a draft uploads is looked for where its file would be.
    fn draft<T>(
        &self,
        shelf: Shelf,
        text: &str,
        read: impl Fn(&str, &str) -> Result<T, Diagnostics>,
    ) -> Result<Found<T>, Fault> {
        Ok(Found { item: read("draft", text)?, folder: Some(self.folder().join(shelf.folder())) })
    }

    fn entries(
        &self,
        shelf: Shelf,
        headline: impl Fn(&str, &str) -> Result<Headline, Fault>,
    ) -> Result<Vec<LibraryEntry>, Fault> {
        let mut entries = BTreeMap::new();
        let entry = |name: &str, origin: &str, headline: Result<Headline, Fault>| {
            let (title, symptoms, error) = match headline {
                Ok(Headline { title, symptoms }) => (title, symptoms, None),
                Err(fault) => (fault.message.clone(), Vec::new(), Some(fault)),
            };
            LibraryEntry { name: name.to_owned(), title, origin: origin.to_owned(), symptoms, error }
        };
        for source in shelf.built_in() {
            entries.insert(source.name.to_owned(), entry(source.name, "built in", headline(source.file, source.text)));
        }
        let folder = self.folder().join(shelf.folder());
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
                let titled = text_of(&path).and_then(|text| headline(&origin, &text));
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
