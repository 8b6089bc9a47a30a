//! The blocks of a configuration, in the order in which `ssh` reads them, included files in their places.

use super::keyword::{Keyword, SettingKeyword};
use super::pattern::{Pattern, matches_list};
use super::setting::{Setting, Value, keyword_and_arguments, value};
use super::{IncludedFile, Includes};
use crate::import::problem::{FileIndex, Place, quoted, saturated, wrong};
use crate::import::sheet::{Sheet, too_many_hosts};
use crate::import::words::{self, Word};
use crate::import::{MAXIMUM_BYTES, MAXIMUM_HOSTS, text};
use indexmap::IndexMap;
use std::rc::Rc;

const MAXIMUM_DEPTH: usize = 8;
const MAXIMUM_FILES: usize = 64;

const MATCH_LEFT_OUT: &str =
    "this Match block is left out: Millwright understands all, host and originalhost, and runs no command";
const COMMAND_LEFT_OUT: &str = "ProxyCommand is left out: Millwright runs no command to reach a host; ProxyJump names \
    a host to go through";

/// A whole configuration.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) blocks: Vec<Block>,
    /// The names that stand in `Host` lines, each with the first of these lines.
    pub(super) names: IndexMap<String, Named>,
}

/// Where a name stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) place: Place,
    /// The block that the line opens.
    pub(super) block: usize,
}

/// Settings that hold where all conditions do.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) conditions: Vec<Rc<Condition>>,
    pub(super) settings: Vec<Setting>,
}

/// When a block holds.
#[derive(Debug)]
pub(super) enum Condition {
    /// The name that was asked for is one of these.
    Name(Vec<Pattern>),
    /// The name that is connected to, so far as it is known by then, is one of these.
    HostName(Vec<Pattern>),
    /// We cannot or will not tell.
    Never,
}

/// Reads the configuration; what is wrong with it stands in the sheet's findings.
pub(super) fn read(bytes: &[u8], includes: Includes<'_>, sheet: &mut Sheet<'_>) -> Document {
    let mut reader = Reader { sheet, includes, document: Document::default(), ignored: Vec::new(), files: 1, bytes: 0 };
    reader.file(FileIndex::FIRST, bytes, &[], 0);
    reader.document
}

struct Reader<'r, 'd, 'i> {
    sheet: &'r mut Sheet<'d>,
    includes: Includes<'i>,
    document: Document,
    /// What `IgnoreUnknown` named so far.
    ignored: Vec<Pattern>,
    files: usize,
    bytes: usize,
}

impl Reader<'_, '_, '_> {
    fn file(&mut self, file: FileIndex, bytes: &[u8], outer: &[Rc<Condition>], depth: usize) {
        self.bytes += bytes.len();
        if self.bytes > MAXIMUM_BYTES {
            let message =
                format!("the configuration and the files that it includes are larger than {MAXIMUM_BYTES} bytes");
            self.sheet.findings.exhausted(file.at(1, 1), wrong(message, "Include less."));
            return;
        }
        let Some(text) = text::decode(bytes, file, &mut self.sheet.findings) else { return };
        let mut conditions = outer.to_vec();
        self.open_block(&conditions);
        for (index, line) in text.lines().enumerate() {
            let start = file.at(saturated(index + 1), 1);
            let Some((word, arguments)) = keyword_and_arguments(line) else { continue };
            let place = start.within(line, line.len() - line.trim_start().len());
            let keyword = match Keyword::parse(word) {
                Ok(keyword) => keyword,
                Err(_) if matches_list(&self.ignored, &word.to_ascii_lowercase()) => continue,
                Err(fault) => {
                    self.sheet.findings.problem(place, fault);
                    continue;
                }
            };
            // Values that are command lines have quotes that are not for us to read.
            match keyword {
                Keyword::ProxyCommand => {
                    self.proxy_command(place, arguments);
                    continue;
                }
                Keyword::LeftOut => {
                    let message = format!("{} is left out: Millwright has no such setting", quoted(word));
                    self.sheet.findings.note(place, message);
                    continue;
                }
                Keyword::WithoutEffect => continue,
                Keyword::Host | Keyword::Match | Keyword::Include | Keyword::IgnoreUnknown | Keyword::Setting(_) => {}
            }
            let words = match words::split(arguments) {
                Ok(words) => words,
                // A cell shows it as it is, for a person to put right.
                Err(_) if matches!(keyword, Keyword::Setting(_)) => {
                    vec![Word { text: arguments.to_owned(), offset: 0 }]
                }
                Err(unclosed) => {
                    let place = start.within(line, line.trim_end().len() - arguments.len() + unclosed.offset);
                    self.sheet.findings.problem(place, wrong(unclosed.to_string(), "Close it on the same line."));
                    continue;
                }
            };
            if words.is_empty() {
                let message = format!("{} has no value", quoted(word));
                self.sheet.findings.problem(place, wrong(message, "Write one, or remove the line."));
                if keyword == Keyword::Setting(SettingKeyword::HostName) {
                    // Whatever the host's name is, its address is another.
                    self.push(Setting { place, value: Value::HostName(String::new()) });
                }
                continue;
            }
            match keyword {
                Keyword::Host => {
                    conditions = outer.to_vec();
                    conditions.push(Rc::new(Condition::Name(patterns(&words))));
                    self.open_block(&conditions);
                    self.names(place, &words, &conditions);
                }
                Keyword::Match => {
                    conditions = outer.to_vec();
                    conditions.extend(self.match_conditions(place, &words).into_iter().map(Rc::new));
                    self.open_block(&conditions);
                }
                Keyword::Include => {
                    for word in &words {
                        self.include(place, &word.text, &conditions, depth);
                    }
                    self.open_block(&conditions);
                }
                Keyword::IgnoreUnknown => {
                    let names = words.iter().flat_map(|word| word.text.split(','));
                    self.ignored.extend(names.map(|name| Pattern::new(&name.to_ascii_lowercase())));
                }
                Keyword::Setting(setting) => match value(setting, word, &words) {
                    Ok(value) => self.push(Setting { place, value }),
                    Err(fault) => self.sheet.findings.problem(place, fault),
                },
                Keyword::ProxyCommand | Keyword::LeftOut | Keyword::WithoutEffect => {}
            }
        }
    }

    fn open_block(&mut self, conditions: &[Rc<Condition>]) {
        self.document.blocks.push(Block { conditions: conditions.to_vec(), settings: Vec::new() });
    }

    fn push(&mut self, setting: Setting) {
        if let Some(block) = self.document.blocks.last_mut() {
            block.settings.push(setting);
        }
    }

    /// Takes up the names of a `Host` line; its patterns are defaults for others.
    fn names(&mut self, place: Place, words: &[Word], conditions: &[Rc<Condition>]) {
        if conditions.iter().any(|condition| matches!(**condition, Condition::Never)) {
            return;
        }
        let block = self.document.blocks.len().saturating_sub(1);
        for word in words {
            let pattern = Pattern::new(&word.text);
            if pattern.is_name() {
                if self.document.names.len() == MAXIMUM_HOSTS && !self.document.names.contains_key(&pattern.text) {
                    self.sheet.findings.exhausted(place, too_many_hosts());
                    return;
                }
                self.document.names.entry(pattern.text).or_insert(Named { place, block });
            } else if !pattern.excludes {
                let shown = quoted(&word.text);
                let message = format!("{shown} is a pattern: what follows holds for the hosts that it matches");
                self.sheet.findings.note(place, message);
            }
        }
    }

    /// `all`, `host` and `originalhost` are understood; what else `Match` can ask is about the machine that ssh runs on.
    fn match_conditions(&mut self, place: Place, words: &[Word]) -> Vec<Condition> {
        let criteria: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        if let [all] = criteria[..]
            && all.eq_ignore_ascii_case("all")
        {
            return Vec::new();
        }
        let mut conditions = Vec::new();
        for pair in criteria.chunks(2) {
            let (criterion, list) = match pair {
                [criterion, list] => (criterion.to_ascii_lowercase(), list.split(',').map(Pattern::new).collect()),
                [..] => (String::new(), Vec::new()),
            };
            match criterion.as_str() {
                "host" => conditions.push(Condition::HostName(list)),
                "originalhost" => conditions.push(Condition::Name(list)),
                _ => {
                    self.sheet.findings.note(place, MATCH_LEFT_OUT);
                    return vec![Condition::Never];
                }
            }
        }
        conditions
    }

    fn proxy_command(&mut self, place: Place, command: &str) {
        if command.trim().eq_ignore_ascii_case("none") {
            self.push(Setting { place, value: Value::ProxyJump(Vec::new()) });
            return;
        }
        self.sheet.findings.note(place, COMMAND_LEFT_OUT);
        self.push(Setting { place, value: Value::ProxyCommand });
    }

    fn include(&mut self, place: Place, argument: &str, conditions: &[Rc<Condition>], depth: usize) {
        if conditions.iter().any(|condition| matches!(**condition, Condition::Never)) {
            return;
        }
        let read = match &mut self.includes {
            Includes::LeftOut => {
                self.sheet.findings.note(place, format!("Include {} is left out", quoted(argument)));
                return;
            }
            Includes::Read(_) if depth == MAXIMUM_DEPTH => {
                let message = format!("files include each other more than {MAXIMUM_DEPTH} deep");
                self.sheet.findings.problem(place, wrong(message, "Does a file include itself?"));
                return;
            }
            Includes::Read(read) => (*read)(argument),
        };
        let files: Vec<IncludedFile> = match read {
            Ok(files) => files,
            Err(fault) => {
                self.sheet.findings.problem(place, fault);
                return;
            }
        };
        for included in files {
            self.files += 1;
            if self.files > MAXIMUM_FILES {
                // One file that includes itself twice would otherwise say this thousands of times.
                if self.files == MAXIMUM_FILES + 1 {
                    let message = format!("more than {MAXIMUM_FILES} files are included");
                    self.sheet.findings.problem(place, wrong(message, "Does a file include itself?"));
                }
                return;
            }
            let file = self.sheet.findings.add_file(included.name);
            self.file(file, &included.bytes, conditions, depth + 1);
        }
    }
}

fn patterns(words: &[Word]) -> Vec<Pattern> {
    words.iter().map(|word| Pattern::new(&word.text)).collect()
}
