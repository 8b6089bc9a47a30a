//! Reads steps.

use super::document::{Document, Fields, text_of, wrong_type};
use super::step::{
    Action, Condition, HttpExpectation, PackageAction, PackageStep, ServiceAction, ServiceStep, Step, Upload,
    UploadSource, WaitFor,
};
use super::template::Template;
use crate::run::{OnFailure, Privilege};

/// More steps than a person reads.
const COUNT_LIMIT: usize = 200;

/// A day: whoever needs more has something else in mind.
pub(super) const TIMEOUT_LIMIT_SECONDS: i64 = 86_400;

const DEFAULT_TIMEOUT_SECONDS: i64 = 300;
const PACKAGE_TIMEOUT_SECONDS: i64 = 3600;
const REBOOT_TIMEOUT_SECONDS: i64 = 900;
const WAIT_TIMEOUT_SECONDS: i64 = 60;
/// What a wait needs beyond its own time: its last attempt.
const WAIT_GRACE_SECONDS: u32 = 30;

/// The fields that say what a step does; each step has exactly one of them.
const ACTIONS: &[&str] = &["run", "upload", "package", "service", "wait_for", "reboot"];

const ON_FAILURE: &[(&str, OnFailure)] = &[("stop", OnFailure::Stop), ("continue", OnFailure::Continue)];

/// Reads the steps under `section`.
pub(super) fn steps(document: &mut Document<'_>, root: &mut Fields<'_>, section: &'static str) -> Vec<Step> {
    let tables = root.tables(document, section, "a step");
    if tables.len() > COUNT_LIMIT {
        let message = format!("there are {} steps; at most {COUNT_LIMIT} are read", tables.len());
        document.report(root.at_field(section), message, None);
    }
    let mut read = Vec::new();
    for mut fields in tables.into_iter().take(COUNT_LIMIT) {
        read.extend(step(document, &mut fields));
        fields.finish(document);
    }
    read
}

fn step(document: &mut Document<'_>, fields: &mut Fields<'_>) -> Option<Step> {
    let name = name(document, fields);
    let action = action(document, fields);
    let sudo = fields.boolean(document, "sudo");
    let timeout_seconds = fields.integer(document, "timeout_seconds", 1..=TIMEOUT_LIMIT_SECONDS).and_then(seconds);
    let only_if = fields.template(document, "only_if");
    let on_failure = fields.choice(document, "on_failure", ON_FAILURE).unwrap_or(OnFailure::Stop);
    let action = action?;
    let (default_privilege, default_timeout_seconds) = defaults(&action);
    let privilege = match sudo {
        Some(true) => Privilege::Root,
        Some(false) => Privilege::Login,
        None => default_privilege,
    };
    Some(Step {
        name: name?,
        privilege,
        timeout_seconds: timeout_seconds.unwrap_or(default_timeout_seconds),
        only_if,
        on_failure,
        place: document.place(fields.at()),
        action,
    })
}

fn name(document: &mut Document<'_>, fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.filled(document, "name")?;
    if text.value.chars().count() > 120 || text.value.contains(char::is_control) {
        let hint = "Say in a few words what it does: it is shown while it runs.";
        document.report(text.span.start, "the name of a step is one line of at most 120 characters", Some(hint.into()));
        return None;
    }
    Some(text.value.to_owned())
}

fn defaults(action: &Action) -> (Privilege, u32) {
    let seconds = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    match action {
        Action::Run(_) | Action::Upload(_) => (Privilege::Login, seconds(DEFAULT_TIMEOUT_SECONDS)),
        Action::Package(_) => (Privilege::Root, seconds(PACKAGE_TIMEOUT_SECONDS)),
        Action::Service(_) => (Privilege::Root, seconds(DEFAULT_TIMEOUT_SECONDS)),
        Action::WaitFor(wait) => (Privilege::Login, wait.timeout_seconds.saturating_add(WAIT_GRACE_SECONDS)),
        Action::Reboot => (Privilege::Root, seconds(REBOOT_TIMEOUT_SECONDS)),
    }
}

fn action(document: &mut Document<'_>, fields: &mut Fields<'_>) -> Option<Action> {
    let run = fields.template(document, "run");
    let upload = fields.table(document, "upload", "an upload");
    let package = fields.table(document, "package", "a package step");
    let service = fields.table(document, "service", "a service step");
    let wait_for = fields.table(document, "wait_for", "a wait");
    let reboot = fields.boolean(document, "reboot");
    let named: Vec<&str> = ACTIONS.iter().copied().filter(|action| fields.has(action)).collect();
    match named.as_slice() {
        [_] => {}
        [] => {
            let hint = format!("Add one of: {}.", ACTIONS.join(", "));
            document.report(fields.at(), "a step must do something", Some(hint));
            return None;
        }
        [first, second, ..] => {
            let message = format!("a step does one thing, and this one has `{first}` and `{second}`");
            document.report(fields.at_field(second), message, Some("Make two steps of it.".into()));
            return None;
        }
    }
    if let Some(text) = run {
        if text.text().trim().is_empty() {
            document.report(fields.at_field("run"), "`run` is empty", None);
            return None;
        }
        return Some(Action::Run(text));
    }
    if let Some(upload_fields) = upload {
        return upload_step(document, upload_fields).map(Action::Upload);
    }
    if let Some(package_fields) = package {
        return package_step(document, package_fields).map(Action::Package);
    }
    if let Some(service_fields) = service {
        return service_step(document, service_fields).map(Action::Service);
    }
    if let Some(wait_fields) = wait_for {
        return wait_step(document, wait_fields).map(Action::WaitFor);
    }
    match reboot? {
        true => Some(Action::Reboot),
        false => {
            document.report(
                fields.at_field("reboot"),
                "`reboot = false` does nothing",
                Some("Leave the step out.".into()),
            );
            None
        }
    }
}

fn upload_step(document: &mut Document<'_>, mut fields: Fields<'_>) -> Option<Upload> {
    let content = fields.template(document, "content");
    let from = fields.string(document, "from");
    let to = fields.template(document, "to");
    let to = fields.required(document, "to", to);
    let owner = fields.template(document, "owner");
    let group = fields.template(document, "group");
    let mode_text = fields.string(document, "mode");
    let mode = mode_text.as_ref().and_then(|text| {
        let octal = text.value.bytes().all(|byte| byte.is_ascii_digit());
        let mode = u32::from_str_radix(text.value, 8).ok().filter(|mode| octal && *mode <= 0o7777);
        if mode.is_none() {
            let message = format!("`mode` cannot be “{}”", text.value.escape_debug());
            document.report(text.span.start, message, Some("Write it in octal, such as \"0644\".".into()));
        }
        mode
    });
    let source = match (content, from) {
        (Some(_), Some(_)) => {
            document.report(fields.at_field("from"), "an upload has either `content` or `from`", None);
            None
        }
        (Some(content), None) => Some(UploadSource::Content(content)),
        (None, Some(from)) if is_beside(from.value) => Some(UploadSource::File(from.value.to_owned())),
        (None, Some(from)) => {
            let hint =
                "Write a path that is relative to the recipe's folder and stays in it, such as “files/app.conf”.";
            document.report(from.span.start, "`from` must name a file beside the recipe", Some(hint.into()));
            None
        }
        (None, None) => {
            if !fields.has("content") && !fields.has("from") {
                document.report(fields.at(), "an upload needs `content` or `from`", None);
            }
            None
        }
    };
    fields.finish(document);
    Some(Upload { source: source?, to: to?, owner, group, mode })
}

fn is_beside(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with('/')
        && !path.contains(['\\', '\0', ':'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn package_step(document: &mut Document<'_>, mut fields: Fields<'_>) -> Option<PackageStep> {
    let action = fields.choice(document, "action", PackageAction::ALL);
    let action = fields.required(document, "action", action);
    let names: Vec<Template> = fields.strings(document, "names").iter().map(|text| document.template(text)).collect();
    if names.is_empty() {
        let hint = "Write names = [\"nginx\"], for example.";
        document.report(fields.at_field("names"), "a package step needs `names`", Some(hint.into()));
    }
    let version = fields.template(document, "version");
    let takes_version = matches!(action, None | Some(PackageAction::Install | PackageAction::Upgrade));
    if version.is_some() && (names.len() > 1 || !takes_version) {
        let hint = "`version` goes with `install` or `upgrade` and a single name.";
        document.report(fields.at_field("version"), "`version` has no meaning here", Some(hint.into()));
    }
    fields.finish(document);
    Some(PackageStep { action: action?, names, version })
}

fn service_step(document: &mut Document<'_>, mut fields: Fields<'_>) -> Option<ServiceStep> {
    let name = fields.template(document, "name");
    let name = fields.required(document, "name", name);
    let action = fields.choice(document, "action", ServiceAction::ALL);
    let action = fields.required(document, "action", action);
    fields.finish(document);
    Some(ServiceStep { name: name?, action: action? })
}

fn wait_step(document: &mut Document<'_>, mut fields: Fields<'_>) -> Option<WaitFor> {
    let port = port(document, &mut fields);
    let http = fields.table(document, "http", "an HTTP condition");
    let http = http.and_then(|http_fields| http_condition(document, http_fields));
    let command = fields.template(document, "command");
    let timeout_seconds = fields
        .integer(document, "timeout_seconds", 1..=TIMEOUT_LIMIT_SECONDS)
        .or(Some(WAIT_TIMEOUT_SECONDS))
        .and_then(seconds);
    let interval_seconds = fields.integer(document, "interval_seconds", 1..=3600).or(Some(2)).and_then(seconds);
    let named = ["port", "http", "command"].into_iter().filter(|condition| fields.has(condition)).count();
    if named != 1 {
        let hint = "Write exactly one of: port, http, command.";
        document.report(fields.at(), "a wait has one condition", Some(hint.into()));
    }
    fields.finish(document);
    let condition = port
        .map(Condition::Port)
        .or(http.map(Condition::Http))
        .or(command.map(Condition::Command))
        .filter(|_| named == 1);
    Some(WaitFor { condition: condition?, timeout_seconds: timeout_seconds?, interval_seconds: interval_seconds? })
}

/// A port is a number or a template that becomes one.
fn port(document: &mut Document<'_>, fields: &mut Fields<'_>) -> Option<Template> {
    let value = fields.any("port")?;
    if let Some(text) = text_of(value) {
        return Some(document.template(&text));
    }
    if value.get_ref().is_integer() {
        let number = fields.integer(document, "port", 1..=65_535)?;
        return Some(Template::new(number.to_string(), document.place(value.span().start), None));
    }
    wrong_type(document, "port", value, "a number or a template")
}

fn http_condition(document: &mut Document<'_>, mut fields: Fields<'_>) -> Option<HttpExpectation> {
    let url = fields.template(document, "url");
    let url = fields.required(document, "url", url);
    let status = fields.integer(document, "status", 100..=599).unwrap_or(200);
    let contains = fields.template(document, "contains");
    fields.finish(document);
    Some(HttpExpectation { url: url?, status: u16::try_from(status).unwrap_or(200), contains })
}

/// Whole seconds that are known to be in range.
pub(super) fn seconds(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}
