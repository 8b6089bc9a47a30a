//! Grants: what a page holds instead of a path of this machine. Only Rust makes one, for a file that a person chose.

use millwright_domain::{Code, Fault};
use std::collections::VecDeque;
use std::path::PathBuf;
use uuid::Uuid;

/// As many grants are kept; the oldest is forgotten first.
const KEPT: usize = 1024;

/// The files and places that a person chose.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    kept: VecDeque<(Uuid, PathBuf)>,
}

impl Grants {
    pub(crate) fn add(&mut self, path: PathBuf) -> Uuid {
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        let id = Uuid::now_v7();
        self.kept.push_back((id, path));
        id
    }

    pub(crate) fn find(&self, id: Uuid) -> Result<PathBuf, Fault> {
        let found = self.kept.iter().find(|(grant, _)| *grant == id).map(|(_, path)| path.clone());
        found.ok_or_else(|| {
            Fault::new(Code::NotFound, "this file is not chosen any more").with_hint("Choose the file again.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_first() {
        let mut grants = Grants::default();
        let ids: Vec<Uuid> = (0..=KEPT).map(|number| grants.add(PathBuf::from(number.to_string()))).collect();
        assert_eq!(grants.find(ids[0]).unwrap_err().code, Code::NotFound);
        assert_eq!(grants.find(ids[1]).unwrap(), PathBuf::from("1"));
        assert_eq!(grants.find(ids[KEPT]).unwrap(), PathBuf::from(KEPT.to_string()));
    }
}
