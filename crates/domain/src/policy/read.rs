//! Reads whole policies.

use super::{GateRule, HOSTS_LIMIT, HostOrder, PersonRule, Policy, RestartRule, WaveSize};
use crate::fault::Fault;
use crate::recipe::Diagnostics;
use crate::recipe::document::{self, Document, Fields};
use crate::run::RebootWish;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Seven days.
const MINUTES_LIMIT: u32 = 7 * 24 * 60;

const SCRIPT_LIMIT_BYTES: usize = 16 * 1024;

const LIST_LIMIT: usize = 100;

const ORDERS: &[(&str, HostOrder)] =
    &[("staging-first", HostOrder::StagingFirst), ("as-selected", HostOrder::AsSelected)];

const PERSONS: &[(&str, PersonRule)] = &[
    ("never", PersonRule::Never),
    ("after-canary", PersonRule::AfterCanary),
    ("after-every-wave", PersonRule::AfterEveryWave),
];

/// Reads a policy.
pub(super) fn policy(file: &str, text: &str) -> Result<Policy, Diagnostics> {
    let too_long = "Keep long scripts on the hosts, and call them.";
    document::read(file, text, "a policy", too_long, |document, root| {
        let canary = whole(document, root, "canary", 0..=HOSTS_LIMIT);
        Some(Policy {
            canary: canary.unwrap_or(0),
            waves: list::<WaveSize>(document, root, "waves", Repeats::Allowed),
            order: root.choice(document, "order", ORDERS).unwrap_or(HostOrder::StagingFirst),
            tiers: list(document, root, "tiers", Repeats::Refused),
            at_once_per_client: whole(document, root, "at_once_per_client", 1..=HOSTS_LIMIT),
            at_once_per_environment: whole(document, root, "at_once_per_environment", 1..=HOSTS_LIMIT),
            quorum_tags: list(document, root, "quorum_tags", Repeats::Refused),
            gate: gate(document, root, canary),
            restart: restart(document, root),
        })
    })
}

fn gate(document: &mut Document<'_>, root: &mut Fields<'_>, canary: Option<u32>) -> GateRule {
    let Some(mut fields) = root.table(document, "gate", "the gate") else { return GateRule::default() };
    let gate = GateRule {
        most_failures: whole(document, &mut fields, "most_failures", 0..=HOSTS_LIMIT),
        least_success_percent: whole(document, &mut fields, "least_success_percent", 1..=100),
        soak_minutes: whole(document, &mut fields, "soak_minutes", 0..=MINUTES_LIMIT).unwrap_or(0),
        probe: script(document, &mut fields, "probe"),
        person: fields.choice(document, "person", PERSONS).unwrap_or_default(),
    };
    // One that could not be read was meant to be there.
    let no_canary = canary == Some(0) || !root.has("canary");
    if gate.person == PersonRule::AfterCanary && no_canary {
        let hint = "Write canary = 1, or person = \"after-every-wave\".";
        document.report(fields.at_field("person"), "there is no canary to wait behind", Some(hint.into()));
    }
    fields.finish(document);
    gate
}

fn restart(document: &mut Document<'_>, root: &mut Fields<'_>) -> RestartRule {
    let default = RestartRule::default();
    let Some(mut fields) = root.table(document, "restart", "the restart rule") else { return default };
    let wishes = RebootWish::ALL.map(|wish| (wish.as_str(), wish));
    let restart = RestartRule {
        when: fields.choice(document, "when", &wishes).unwrap_or(default.when),
        exempt_tags: list(document, &mut fields, "exempt_tags", Repeats::Refused),
        refuse_when_logged_in: fields
            .boolean(document, "refuse_when_logged_in")
            .unwrap_or(default.refuse_when_logged_in),
        drain: script(document, &mut fields, "drain"),
        probe: script(document, &mut fields, "probe"),
        undrain: script(document, &mut fields, "undrain"),
        back_within_minutes: whole(document, &mut fields, "back_within_minutes", 1..=MINUTES_LIMIT)
            .unwrap_or(default.back_within_minutes),
    };
    fields.finish(document);
    restart
}

fn whole<T: TryFrom<i64>>(
    document: &mut Document<'_>,
    fields: &mut Fields<'_>,
    name: &'static str,
    bounds: RangeInclusive<u32>,
) -> Option<T> {
    let bounds = i64::from(*bounds.start())..=i64::from(*bounds.end());
    fields.integer(document, name, bounds).and_then(|number| T::try_from(number).ok())
}

/// Whether a list may say the same twice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeats {
    Allowed,
    Refused,
}

fn list<T: FromStr<Err = Fault> + PartialEq>(
    document: &mut Document<'_>,
    fields: &mut Fields<'_>,
    name: &'static str,
    repeats: Repeats,
) -> Vec<T> {
    let texts = fields.strings(document, name);
    if texts.len() > LIST_LIMIT {
        document.report(fields.at_field(name), format!("`{name}` may have {LIST_LIMIT} entries at most"), None);
        return Vec::new();
    }
    let mut entries = Vec::new();
    for text in texts {
        match text.value.parse::<T>() {
            Ok(entry) if repeats == Repeats::Refused && entries.contains(&entry) => {
                document.report(text.span.start, format!("“{}” stands twice in `{name}`", text.value), None);
            }
            Ok(entry) => entries.push(entry),
            Err(fault) => document.report(text.span.start, fault.message, fault.hint),
        }
    }
    entries
}

fn script(document: &mut Document<'_>, fields: &mut Fields<'_>, name: &'static str) -> Option<String> {
    let text = fields.string(document, name)?;
    let wrong = if text.value.trim().is_empty() {
        format!("`{name}` is empty")
    } else if text.value.contains('\0') {
        format!("`{name}` has a null character in it")
    } else if text.value.len() > SCRIPT_LIMIT_BYTES {
        format!("`{name}` has {} bytes; at most {SCRIPT_LIMIT_BYTES} are read", text.value.len())
    } else {
        return Some(text.value.to_owned());
    };
    document.report(text.span.start, wrong, None);
    None
}
