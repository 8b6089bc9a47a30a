//! Own recipes and runbooks: reading, checking, keeping and removing their texts in the workspace's folder.
//!
//! Owns the files there. Does not own what the texts mean (that is `domain`'s and the planner's), nor their use in a plan.

use crate::workspace::Workspace;
use millwright_domain::recipe::{Diagnostics, Parameters, Recipe, Runbook};
use millwright_domain::{Code, Fault, Slug};
use millwright_planner::library::{self, Source, read_recipe, read_runbook};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// A text that is longer is no recipe.
const LONGEST_TEXT: usize = 1 << 20;

/// Which of the two shelves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// Support procedures.
    Runbooks,
    /// How products are installed.
    Recipes,
}

/// A recipe or runbook as it was written.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LibraryText {
    /// Its short name.
    pub name: Slug,
    /// The TOML.
    pub text: String,
    /// Its file; none when it comes with Millwright.
    pub file: Option<String>,
    /// Names this text: what is kept next says that it follows it.
    pub revision: String,
    /// Whether another text of that name comes with Millwright, and is used again when this one is removed.
    pub built_in: bool,
}

/// What a sound text says of itself.
#[derive(Debug, Clone)]
pub struct Sound {
    /// Its short name.
    pub name: Slug,
    /// Its title.
    pub title: String,
    /// What a technician may set.
    pub parameters: Parameters,
}

impl Shelf {
    /// The folder in the workspace.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Shelf::Runbooks => "runbooks",
            Shelf::Recipes => "recipes",
        }
    }

    pub(crate) const fn built_in(self) -> &'static [Source] {
        match self {
            Shelf::Runbooks => library::runbooks(),
            Shelf::Recipes => library::recipes(),
        }
    }

    const fn entity(self) -> &'static str {
        match self {
            Shelf::Runbooks => "runbook",
            Shelf::Recipes => "recipe",
        }
    }

    /// Reads a text, or says everything that is wrong with it. Nothing is kept.
    pub fn read(self, file: &str, text: &str) -> Result<Sound, Diagnostics> {
        match self {
            Shelf::Runbooks => {
                let Runbook { name, title, parameters, .. } = read_runbook(file, text)?;
                Ok(Sound { name, title, parameters })
            }
            Shelf::Recipes => {
                let Recipe { product: name, title, parameters, .. } = read_recipe(file, text)?;
                Ok(Sound { name, title, parameters })
            }
        }
    }
}

impl Workspace {
    /// A recipe or runbook as it was written, whatever is wrong with it.
    pub fn library_read(&self, shelf: Shelf, name: &Slug) -> Result<LibraryText, Fault> {
        let built_in = shelf.built_in().iter().find(|source| source.name == name.as_str());
        let path = self.own_text(shelf, name);
        let (text, file) = match (text_of(&path)?, built_in) {
            (Some(text), _) => (text, Some(path.display().to_string())),
            (None, Some(source)) => (source.text.to_owned(), None),
            (None, None) => return Err(Fault::new(Code::NotFound, format!("there is no {} “{name}”", shelf.entity()))),
        };
        Ok(LibraryText { name: name.clone(), revision: revision(&text), text, file, built_in: built_in.is_some() })
    }

    /// Keeps a text in the workspace, if nothing is wrong with it and nobody else has changed it since `follows`.
    ///
    /// `follows` is the revision that the text was written from; none says that there is no text of that name yet.
    pub async fn library_save(
        &self,
        shelf: Shelf,
        text: String,
        follows: Option<String>,
    ) -> Result<LibraryText, Fault> {
        if text.len() > LONGEST_TEXT {
            return Err(Fault::new(Code::InvalidInput, format!("the text has {} bytes: that is too long", text.len())));
        }
        let name = shelf.read(shelf.entity(), &text)?.name;
        let path = self.own_text(shelf, &name);
        let before = match self.library_read(shelf, &name) {
            Ok(before) => Some(before),
            Err(fault) if fault.code == Code::NotFound => None,
            // What cannot be read must not be replaced: somebody's text may be in it.
            Err(fault) => return Err(fault),
        };
        if before.as_ref().map(|before| &before.revision) != follows.as_ref() {
            let what = shelf.entity();
            let fault = match follows {
                Some(_) => Fault::new(Code::Conflict, format!("somebody has changed the {what} “{name}” meanwhile")),
                None => Fault::new(Code::AlreadyExists, format!("there is a {what} “{name}” already")),
            };
            return Err(fault.with_hint("Open it again and carry your changes over, or give yours another name."));
        }
        let was = before.filter(|before| before.file.is_some()).map(|before| before.text);
        // The intent is in the audit before the file is: a text that nobody vouches for must not be there.
        let (action, entity) = (format!("{}.save", shelf.entity()), shelf.entity());
        let (id, after) = (name.clone(), text.clone());
        self.write(move |writer| writer.audit(&action, entity, &id, json!({ "text": [was, after] }))).await?;
        keep(&path, &text)?;
        self.library_read(shelf, &name)
    }

    /// Removes an own text. One that comes with Millwright under that name is used again.
    pub async fn library_remove(&self, shelf: Shelf, name: Slug, revision: String) -> Result<(), Fault> {
        let found = self.library_read(shelf, &name)?;
        if found.file.is_none() {
            return Err(Fault::new(
                Code::InvalidInput,
                format!("“{name}” comes with Millwright and cannot be removed"),
            ));
        }
        if found.revision != revision {
            return Err(Fault::new(Code::Conflict, format!("somebody has changed “{name}” in the meantime"))
                .with_hint("Open it again and look at what would be lost."));
        }
        let path = self.own_text(shelf, &name);
        let (action, entity) = (format!("{}.remove", shelf.entity()), shelf.entity());
        self.write(move |writer| writer.audit(&action, entity, &name, json!({ "text": [found.text, null] }))).await?;
        fs::remove_file(&path)
            .map_err(|error| Fault::new(Code::LocalFile, format!("{} cannot be removed: {error}", path.display())))
    }

    pub(crate) fn own_text(&self, shelf: Shelf, name: &Slug) -> PathBuf {
        self.folder().join(shelf.folder()).join(format!("{name}.toml"))
    }
}

/// A text that is there whole or not at all, whenever the machine stops.
pub(crate) fn keep(path: &Path, text: &str) -> Result<(), Fault> {
    let written = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        fs::File::open(folder)?.sync_all()
    };
    written().map_err(|error| {
        Fault::new(Code::LocalFile, format!("{} cannot be written: {error}", path.display()))
            .with_hint("Check its permissions and the room on its disk.")
    })
}

fn text_of(path: &Path) -> Result<Option<String>, Fault> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::new(Code::LocalFile, format!("{} cannot be read: {error}", path.display()))),
    }
}

fn revision(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
