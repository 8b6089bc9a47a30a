//! Checks the templates of a recipe or runbook before anybody gives a value.

use super::context::FACTS;
use super::engine::{FILTERS, environment, reason};
use super::scan::{Segment, SegmentKind, names, scan};
use super::shell_text::{CLOSE, OPEN, mark, misplaced};
use millwright_domain::recipe::{
    Action, Condition, Diagnostic, Diagnostics, Parameters, Recipe, Runbook, Step, Template, UploadSource, nearest,
};

/// Refuses a recipe with a template that cannot be rendered, whatever the values.
pub fn check_recipe(file: &str, recipe: &Recipe) -> Result<(), Diagnostics> {
    let probe = std::iter::once((&recipe.version.probe, TextKind::Shell));
    let configuration = recipe.undo.configuration.iter().map(|path| (path, TextKind::Plain));
    check(file, &recipe.parameters, probe.chain(configuration).chain(recipe.steps().flat_map(templates)))
}

/// Refuses a runbook with a template that cannot be rendered, whatever the values.
pub fn check_runbook(file: &str, runbook: &Runbook) -> Result<(), Diagnostics> {
    let configuration = runbook.undo.configuration.iter().map(|path| (path, TextKind::Plain));
    let steps = runbook.steps.iter().chain(&runbook.undo.steps).flat_map(templates);
    check(file, &runbook.parameters, configuration.chain(steps))
}

/// What a text is, and so what its values become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// Text for sh: quoted words.
    Shell,
    /// Any other: text.
    Plain,
}

/// The names that templates may use.
pub(super) struct Names<'p> {
    parameters: Vec<&'p str>,
    secrets: Vec<&'p str>,
}

impl<'p> Names<'p> {
    /// Those of these parameters, and the facts.
    pub(super) fn of(parameters: &'p Parameters) -> Self {
        Self {
            parameters: parameters.iter().map(|parameter| parameter.name.as_str()).collect(),
            secrets: parameters.secrets().map(|parameter| parameter.name.as_str()).collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().copied().chain(FACTS.iter().copied())
    }

    fn know(&self, name: &str) -> bool {
        self.all().any(|known| known == name)
    }
}

/// Something that is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// Everything that is wrong with a template.
pub(super) fn problems(template: &str, names: &Names<'_>, kind: TextKind) -> Vec<Problem> {
    let problem = |offset: usize, message: String, hint: &str| Problem { offset, message, hint: Some(hint.to_owned()) };
    if let Some(offset) = template.find([OPEN, CLOSE, '\0']) {
        return vec![problem(offset, "there is a character that no text may have".into(), "Remove it.")];
    }
    let segments = match scan(template) {
        Ok(segments) => segments,
        Err(unclosed) => {
            let (open, close, hint) = match unclosed.kind {
                SegmentKind::Expression | SegmentKind::Text => {
                    ("{{", "}}", "Close it, or write {{ '{{' }} for the braces.")
                }
                SegmentKind::Tag => ("{%", "%}", "Close it, or write {{ '{%' }} for these characters."),
                SegmentKind::Comment => ("{#", "#}", "It opens a comment. For a length in sh, use ${x} and wc -c."),
            };
            return vec![problem(unclosed.offset, format!("“{open}” is never closed by “{close}”"), hint)];
        }
    };
    let mut found = Vec::new();
    for segment in &segments {
        let inner = &template[segment.inner.clone()];
        match segment.kind {
            SegmentKind::Text | SegmentKind::Comment => {}
            SegmentKind::Tag => check_tag(segment, inner, names, &mut found),
            SegmentKind::Expression => check_expression(segment, inner, names, kind, &mut found),
        }
    }
    if found.is_empty() {
        check_names(template, &segments, names, &mut found);
    }
    if found.is_empty() && kind == TextKind::Shell {
        check_places(template, &segments, &mut found);
    }
    found
}

/// The names that are put in raw.
pub(super) fn raw_names(template: &str) -> Vec<&str> {
    let segments = scan(template).unwrap_or_default();
    let mut names: Vec<&str> = Vec::new();
    for segment in segments.iter().filter(|segment| segment.kind == SegmentKind::Expression) {
        if let Some((name, "raw")) = name_and_filter(&template[segment.inner.clone()])
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

fn check<'t>(
    file: &str,
    parameters: &Parameters,
    templates: impl Iterator<Item = (&'t Template, TextKind)>,
) -> Result<(), Diagnostics> {
    let names = Names::of(parameters);
    let mut found = Vec::new();
    for (template, kind) in templates {
        for problem in problems(template.text(), &names, kind) {
            let place = template.place(problem.offset);
            found.push(Diagnostic {
                file: file.to_owned(),
                line: place.line,
                column: place.column,
                message: problem.message,
                hint: problem.hint,
            });
        }
    }
    Diagnostics::collect(found).map_or(Ok(()), Err)
}

fn templates(step: &Step) -> Vec<(&Template, TextKind)> {
    let mut found: Vec<(&Template, TextKind)> = step.only_if.iter().map(|text| (text, TextKind::Shell)).collect();
    match &step.action {
        Action::Run(text) => found.push((text, TextKind::Shell)),
        Action::Upload(upload) => {
            if let UploadSource::Content(content) = &upload.source {
                found.push((content, TextKind::Plain));
            }
            let others = std::iter::once(&upload.to).chain(&upload.owner).chain(&upload.group);
            found.extend(others.map(|text| (text, TextKind::Plain)));
        }
        Action::Package(package) => {
            found.extend(package.names.iter().chain(&package.version).map(|text| (text, TextKind::Plain)));
        }
        Action::Service(service) => found.push((&service.name, TextKind::Plain)),
        Action::WaitFor(wait) => match &wait.condition {
            Condition::Port(port) => found.push((port, TextKind::Plain)),
            Condition::Http(http) => {
                found.extend(std::iter::once(&http.url).chain(&http.contains).map(|text| (text, TextKind::Plain)));
            }
            Condition::Command(command) => found.push((command, TextKind::Shell)),
        },
        Action::Reboot => {}
    }
    found
}

/// Only `if`, `elif`, `else` and `endif`: they make rendering end, and keep values from being put together unseen.
fn check_tag(segment: &Segment, inner: &str, names: &Names<'_>, found: &mut Vec<Problem>) {
    let text = inner.trim_matches(['-', '+']).trim();
    let (word, condition) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if !matches!(word, "if" | "elif" | "else" | "endif") {
        found.push(Problem {
            offset: segment.range.start,
            message: format!("there is no tag “{}” here", word.escape_debug()),
            hint: Some("A template has {% if … %}, {% elif … %}, {% else %} and {% endif %}.".into()),
        });
        return;
    }
    let asked = condition.trim();
    let asked = asked.strip_prefix("not ").unwrap_or(asked).trim();
    if names.secrets.contains(&asked) {
        return;
    }
    check_secrets(segment, inner, names, found);
    check_filters(segment, inner, found);
}

fn check_expression(segment: &Segment, inner: &str, names: &Names<'_>, kind: TextKind, found: &mut Vec<Problem>) {
    let offset = segment.range.start;
    let mut report = |message: String, hint: &str| {
        found.push(Problem { offset, message, hint: Some(hint.to_owned()) });
    };
    let bare = inner.trim_matches(['-', '+']).trim();
    if bare.is_empty() {
        report("there is nothing between the braces".into(), "Write the name of a parameter.");
        return;
    }
    if names.secrets.contains(&bare) {
        return;
    }
    match name_and_filter(inner) {
        Some((name, "file")) if names.secrets.contains(&name) => {
            if kind == TextKind::Plain {
                report(
                    format!("“{name} | file” is for sh text"),
                    "Write the secret itself: the host puts it into the file.",
                );
            }
            return;
        }
        Some((name, "file")) => {
            report(format!("“{name}” is not a secret, so it has no file"), "Leave “| file” out.");
            return;
        }
        Some((name, "raw")) if names.secrets.contains(&name) => {
            report(format!("the secret “{name}” cannot be put in raw"), "Leave “| raw” out.");
            return;
        }
        Some((_, "raw")) if kind == TextKind::Plain => {
            report("“raw” is for sh text; here values are not quoted anyway".into(), "Leave “| raw” out.");
            return;
        }
        Some(_) => {}
        None => {
            let words = self::names(inner);
            if words
                .iter()
                .any(|range| matches!(&inner[range.clone()], "raw" | "file") && follows_bar(inner, range.start))
            {
                report(
                    "“raw” and “file” stand alone behind the name of a parameter".into(),
                    "Write {{ name | raw }} or {{ password | file }}.",
                );
                return;
            }
        }
    }
    check_secrets(segment, inner, names, found);
    check_filters(segment, inner, found);
}

/// In anything but the plain forms, a secret could become part of a text that enters the plan.
fn check_secrets(segment: &Segment, inner: &str, names: &Names<'_>, found: &mut Vec<Problem>) {
    for range in self::names(inner) {
        let name = &inner[range.clone()];
        if names.secrets.contains(&name) {
            found.push(Problem {
                offset: segment.inner.start + range.start,
                message: format!("the secret “{name}” can only stand alone"),
                hint: Some(format!("Write {{{{ {name} }}}}, {{{{ {name} | file }}}} or {{% if {name} %}}.")),
            });
        }
    }
}

fn check_filters(segment: &Segment, inner: &str, found: &mut Vec<Problem>) {
    for range in self::names(inner) {
        let name = &inner[range.clone()];
        let (message, hint) = if follows_bar(inner, range.start) && !FILTERS.contains(&name) {
            let hint = match nearest(name, FILTERS.iter().copied()) {
                Some(near) => format!("Did you mean “{near}”?"),
                None => format!("There are: {}.", FILTERS.join(", ")),
            };
            (format!("there is no filter “{name}”"), hint)
        } else if name == "is" {
            ("there are no tests here".to_owned(), "Compare with ==, or ask {% if name %}.".to_owned())
        } else {
            continue;
        };
        found.push(Problem { offset: segment.inner.start + range.start, message, hint: Some(hint) });
    }
}

/// Lets the engine itself say which names it would look up.
fn check_names(template: &str, segments: &[Segment], names: &Names<'_>, found: &mut Vec<Problem>) {
    let environment = environment();
    let parsed = match environment.template_from_str(template) {
        Ok(parsed) => parsed,
        Err(error) => {
            let offset = error.range().map_or(0, |range| range.start);
            found.push(Problem { offset, message: reason(&error), hint: None });
            return;
        }
    };
    let mut unknown: Vec<String> =
        parsed.undeclared_variables(true).into_iter().filter(|name| !names.know(name)).collect();
    unknown.sort();
    for name in unknown {
        let hint = match nearest(&name, names.all()) {
            Some(near) => format!("Did you mean “{near}”?"),
            None => format!("There are: {}.", names.all().collect::<Vec<_>>().join(", ")),
        };
        found.push(Problem {
            offset: offset_of_name(template, segments, &name),
            message: format!("no parameter has the name “{}”", name.escape_debug()),
            hint: Some(hint),
        });
    }
}

fn offset_of_name(template: &str, segments: &[Segment], name: &str) -> usize {
    let first = name.split('.').next().unwrap_or(name);
    let in_braces = || segments.iter().filter(|segment| segment.kind != SegmentKind::Text);
    let find = |exact: bool| {
        in_braces().find_map(|segment| {
            let inner = &template[segment.inner.clone()];
            let range = names(inner)
                .into_iter()
                .find(|range| &inner[range.clone()] == first && (!exact || inner[range.start..].starts_with(name)))?;
            Some(segment.inner.start + range.start)
        })
    };
    find(true).or_else(|| find(false)).unwrap_or(0)
}

/// Reads the text with every branch in it. The branches that are taken are read again when it is rendered.
fn check_places(template: &str, segments: &[Segment], found: &mut Vec<Problem>) {
    let mut text = String::new();
    let mut offsets = Vec::new();
    for segment in segments {
        match segment.kind {
            SegmentKind::Text => text.push_str(&template[segment.range.clone()]),
            SegmentKind::Expression => {
                if !matches!(name_and_filter(&template[segment.inner.clone()]), Some((_, "raw"))) {
                    text.push_str(&mark(offsets.len()));
                    offsets.push(segment.range.start);
                }
            }
            SegmentKind::Tag | SegmentKind::Comment => {}
        }
    }
    for place in misplaced(&text) {
        found.push(Problem {
            offset: offsets.get(place.index).copied().unwrap_or(0),
            message: format!("a value stands {}", place.why),
            hint: Some(place.why.hint().to_owned()),
        });
    }
}

/// The two words of `name | filter`, when that is all.
fn name_and_filter(inner: &str) -> Option<(&str, &str)> {
    let (name, filter) = inner.trim_matches(['-', '+']).split_once('|')?;
    let (name, filter) = (name.trim(), filter.trim());
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
    };
    (is_word(name) && is_word(filter)).then_some((name, filter))
}

fn follows_bar(inner: &str, at: usize) -> bool {
    inner[..at].trim_end().ends_with('|')
}
