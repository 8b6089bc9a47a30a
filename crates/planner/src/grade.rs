//! How well a job can be taken back, said before anybody approves it.
//!
//! Owns: the grade and the sentence that says why it is not better. Does not own: taking anything back (`undo` does).

use crate::packages::Packages;
use millwright_domain::recipe::UndoRule;
use millwright_domain::run::{PlannedPackage, Undo, UndoGrade};
use std::fmt::Display;

/// More names than this nobody reads in a sentence.
const NAME_LIMIT: usize = 5;

/// A grade, and all that makes it no better.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grading {
    grade: UndoGrade,
    whys: Vec<String>,
}

impl Grading {
    /// Nothing is in the way so far.
    pub(crate) fn exact() -> Self {
        Self { grade: UndoGrade::Exact, whys: Vec::new() }
    }

    /// Not at all.
    pub(crate) fn one_way(why: impl Into<String>) -> Self {
        Self { grade: UndoGrade::OneWay, whys: vec![why.into()] }
    }

    /// Not everything.
    #[must_use]
    pub(crate) fn but(mut self, why: impl Into<String>) -> Self {
        self.grade = self.grade.max(UndoGrade::BestEffort);
        self.whys.push(why.into());
        self
    }

    /// Both together are as good as the worse of them.
    #[must_use]
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.grade = self.grade.max(other.grade);
        self.whys.extend(other.whys);
        self
    }

    /// As the author of a recipe or runbook says.
    #[must_use]
    pub(crate) fn with_rule(self, rule: &UndoRule) -> Self {
        match rule.grade {
            UndoGrade::Exact => self,
            UndoGrade::BestEffort | UndoGrade::OneWay => {
                self.but("its own steps take back what they can, not everything")
            }
        }
    }

    /// As plans have it.
    pub(crate) fn into_undo(self) -> Undo {
        Undo { grade: self.grade, why: (!self.whys.is_empty()).then(|| self.whys.join("; ")) }
    }
}

/// How well updates can be taken back.
pub(crate) fn of_updates(changed: &[PlannedPackage], packages: &Packages<'_>) -> Grading {
    let stays: Vec<&str> =
        changed.iter().filter(|package| package.from.is_none()).map(|package| package.name.as_str()).collect();
    let grading = of_versions(changed, packages);
    if stays.is_empty() { grading } else { grading.but(format!("new packages stay: {}", listed(&stays))) }
}

/// How well packages can go back to the versions that they have. A package that has none is not looked at.
pub(crate) fn of_versions(changed: &[PlannedPackage], packages: &Packages<'_>) -> Grading {
    let (mut gone, mut unknown, mut possible) = (Vec::new(), Vec::new(), false);
    for package in changed {
        let Some(from) = &package.from else { continue };
        if is_kernel(&package.name) {
            return Grading::one_way(format!(
                "{} replaces a kernel in its place: the one that runs now may not come back",
                package.name
            ));
        }
        let can_be_had = package.name.parse().ok().and_then(|name| packages.can_be_had(&name, from));
        match can_be_had {
            Some(true) => possible = true,
            Some(false) => gone.push(format!("{} {from}", package.name)),
            None => unknown.push(format!("{} {from}", package.name)),
        }
    }
    if !gone.is_empty() && !possible && unknown.is_empty() {
        return Grading::one_way(format!("the host's sources do not offer any more: {}", listed(&gone)));
    }
    let mut grading = Grading::exact();
    if !gone.is_empty() {
        grading = grading.but(format!("the host's sources do not offer any more: {}", listed(&gone)));
    }
    if !unknown.is_empty() {
        grading = grading.but(format!("whether it can still be had is not known: {}", listed(&unknown)));
    }
    grading
}

/// Whether it is a kernel of its own version, such as `linux-image-6.1.0-35-amd64`. What only points at the newest
/// is none.
pub(crate) fn is_kernel(name: &str) -> bool {
    let Some(version) = name.strip_prefix("linux-image-") else { return false };
    version.strip_prefix("unsigned-").unwrap_or(version).starts_with(|first: char| first.is_ascii_digit())
}

/// The first few, and how many more there are.
pub(crate) fn listed(things: &[impl Display]) -> String {
    let mut words: Vec<String> = things.iter().take(NAME_LIMIT).map(ToString::to_string).collect();
    let more = things.len().saturating_sub(NAME_LIMIT);
    if more > 0 {
        words.push(format!("and {more} more"));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests;
