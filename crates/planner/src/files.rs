//! Files that a plan would write: what is in them now, and what would change.
//!
//! Owns: the question, the reading of its answer, and the difference. Does not own: asking. A secret never comes in: an
//! upload that holds one is not asked for, and neither is a file that not everybody on its host may read.

use crate::product::{ProductRequest, rendered_product};
use crate::render::{RenderedAction, RenderedStep, quoted};
use crate::runbook::{RunbookRequest, rendered_runbook};
use crate::snapshot::Candidate;
use millwright_domain::run::FileDifference;
use millwright_packages::Nonce;
use similar::TextDiff;
use std::collections::BTreeMap;

/// The longest file that is read.
const FILE_LIMIT_BYTES: usize = 64 * 1024;
/// The most files of one host that are read.
const FILE_LIMIT: usize = 32;
/// A longer difference is cut: nobody reads it in a plan.
const LINE_LIMIT: usize = 200;
/// A longer line of it is cut.
const LINE_LIMIT_CHARACTERS: usize = 500;

const QUESTION: &str = include_str!("files/question.sh");

/// What is in a file on a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileText {
    /// This.
    Text(String),
    /// There is no such file.
    Absent,
    /// That cannot be shown.
    NotShown {
        /// Why not, in a few words.
        why: String,
    },
}

/// The files on the host whose content a plan for the product would like to know.
pub fn product_files(request: &ProductRequest<'_>, candidate: &Candidate) -> Vec<String> {
    rendered_product(request, candidate).map_or_else(|_| Vec::new(), |steps| wanted(&steps))
}

/// The files on the host whose content a plan for the runbook would like to know.
pub fn runbook_files(request: &RunbookRequest<'_>, candidate: &Candidate) -> Vec<String> {
    rendered_runbook(request, candidate).map_or_else(|_| Vec::new(), |steps| wanted(&steps))
}

/// The text for `sh` that asks a host for the content of these files, as root where that can be had. It only reads.
pub fn files_script(nonce: &Nonce, paths: &[String]) -> String {
    let mut script = format!("nonce={} limit={FILE_LIMIT_BYTES}\n{QUESTION}", nonce.as_str());
    for (number, path) in paths.iter().take(FILE_LIMIT).enumerate() {
        script.push_str(&format!("file {number} {}\n", quoted(path)));
    }
    script
}

/// What is in these files, from what [`files_script`] printed. A file that the answer does not tell whole is not in it.
pub fn parse_files(nonce: &Nonce, paths: &[String], output: &[u8]) -> BTreeMap<String, FileText> {
    let mut rest = output;
    let mut files = BTreeMap::new();
    for (number, path) in paths.iter().take(FILE_LIMIT).enumerate() {
        let begin = format!("\n@{} begin {number}\n", nonce.as_str());
        let end = format!("\n@{} end {number} ", nonce.as_str());
        let Some((_, after)) = split(rest, begin.as_bytes()) else { break };
        let Some((content, after)) = split(after, end.as_bytes()) else { break };
        let Some((how, after)) = split(after, b"\n") else { break };
        rest = after;
        let not_shown = |why: &str| FileText::NotShown { why: why.to_owned() };
        let text = match how {
            b"text" => match std::str::from_utf8(content) {
                Ok(text) if !text.contains('\0') => FileText::Text(text.to_owned()),
                Ok(_) | Err(_) => not_shown("what is there is not text"),
            },
            b"absent" => FileText::Absent,
            b"hidden" => not_shown("not everybody on the host may read what is there"),
            b"long" => not_shown("what is there is longer than 64 KiB"),
            _ => not_shown("what is there cannot be read as a file"),
        };
        files.insert(path.clone(), text);
    }
    files
}

/// What the steps would change in files that were looked at.
pub(crate) fn differences(steps: &[RenderedStep], files: &BTreeMap<String, FileText>) -> Vec<FileDifference> {
    let mut now: BTreeMap<&str, &str> = BTreeMap::new();
    let mut differences = Vec::new();
    for (path, content) in uploads(steps) {
        let before = match (now.get(path), files.get(path)) {
            (Some(text), _) => text,
            (None, Some(FileText::Text(text))) => text.as_str(),
            (None, Some(FileText::Absent)) => "",
            (None, Some(FileText::NotShown { why })) => {
                differences.push(FileDifference { path: path.to_owned(), diff: format!("not shown: {why}") });
                continue;
            }
            (None, None) => continue,
        };
        if before != content {
            differences.push(FileDifference { path: path.to_owned(), diff: unified(path, before, content) });
        }
        now.insert(path, content);
    }
    differences
}

fn wanted(steps: &[RenderedStep]) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for (path, _) in uploads(steps) {
        if paths.len() < FILE_LIMIT && !paths.iter().any(|wanted| wanted == path) {
            paths.push(path.to_owned());
        }
    }
    paths
}

/// The files whose new content is known and holds no secret.
fn uploads(steps: &[RenderedStep]) -> impl Iterator<Item = (&str, &str)> {
    steps.iter().filter_map(|step| match &step.action {
        RenderedAction::Upload { to, content: Some(content), .. } => Some((to.as_str(), content.as_str())),
        RenderedAction::Upload { content: None, .. }
        | RenderedAction::Shell { .. }
        | RenderedAction::Package { .. }
        | RenderedAction::Reboot => None,
    })
}

fn unified(path: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(path, path).to_string();
    let mut lines: Vec<String> = diff.lines().take(LINE_LIMIT).map(shown).collect();
    let more = diff.lines().count().saturating_sub(LINE_LIMIT);
    if more > 0 {
        lines.push(format!("… {more} more lines"));
    }
    lines.join("\n")
}

/// A line of a host's file as text: nothing in it may steer a terminal.
fn shown(line: &str) -> String {
    let plain = |character: char| if character.is_control() && character != '\t' { '\u{fffd}' } else { character };
    let mut shown: String = line.chars().take(LINE_LIMIT_CHARACTERS).map(plain).collect();
    if line.chars().nth(LINE_LIMIT_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

fn split<'o>(bytes: &'o [u8], at: &[u8]) -> Option<(&'o [u8], &'o [u8])> {
    let found = bytes.windows(at.len()).position(|window| window == at)?;
    Some((bytes.get(..found)?, bytes.get(found + at.len()..)?))
}

#[cfg(test)]
mod tests;
