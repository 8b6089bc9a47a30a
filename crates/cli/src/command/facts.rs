//! `millwright facts …`

use crate::arguments::Facts;
use crate::exit::Exit;
use crate::out::Out;
use crate::text::{ago, visible, visible_line};
use jiff::Timestamp;
use millwright_api::{FactsResult, IndexRefresh, Workspace};
use millwright_domain::Fault;
use millwright_domain::facts::{Facts as Said, RebootRequired, ServicesToRestart, UpdatePurpose, UpdateStanding};
use serde_json::json;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Facts) -> Result<Exit, Fault> {
    match verb {
        Facts::Refresh { selector, keep_index, parallel } => {
            let refresh = if keep_index { IndexRefresh::Leave } else { IndexRefresh::Refresh };
            let results = workspace.facts_refresh(&selector, refresh, parallel.or_setting(workspace)?).await?;
            out.answer(&json!({ "facts": results }), || refreshed(out, &results));
            Ok(Exit::of_hosts(results.iter().map(|result| result.error.as_ref())))
        }
        Facts::Show { host } => {
            let facts = workspace.facts_show(&host)?;
            out.answer(&json!({ "facts": facts }), || shown(&facts));
            Ok(Exit::Well)
        }
    }
}

fn refreshed(out: &Out, results: &[FactsResult]) -> String {
    let mut table = out.table(&["HOST", "SYSTEM", "PENDING", "SECURITY", "REBOOT"]);
    for result in results {
        let host = result.host.to_string();
        match (&result.summary, &result.error) {
            (Some(summary), _) => {
                let count = |count: Option<usize>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
                table.add_row([
                    host,
                    visible_line(summary.os.as_deref().unwrap_or("?")),
                    count(summary.pending),
                    count(summary.pending_security),
                    yes_no(summary.reboot_required).to_owned(),
                ])
            }
            (None, Some(error)) => table.add_row([host, format!("✕ {}", visible_line(&error.message))]),
            (None, None) => table.add_row([host]),
        };
    }
    table.to_string()
}

fn shown(facts: &Said) -> String {
    let mut lines = vec![format!("said {}", ago(Timestamp::now(), Some(facts.observed_at)))];
    let unknown = || "unknown".to_owned();
    let mut line = |name: &str, value: String| lines.push(format!("{name:<14} {}", visible_line(&value)));
    let os = facts.os.as_ref().map(|os| os.pretty_name.clone().unwrap_or_else(|| os.id.clone()));
    line("system", os.unwrap_or_else(unknown));
    line("kernel", facts.kernel.as_ref().map_or_else(unknown, |kernel| kernel.running.clone()));
    line("up", facts.uptime_seconds.map_or_else(unknown, |up| format!("{} h", up / 3600)));
    line(
        "load",
        facts
            .load
            .map_or_else(unknown, |load| format!("{} {} {}", load.one_minute, load.five_minutes, load.fifteen_minutes)),
    );
    line(
        "memory",
        facts.memory.map_or_else(unknown, |memory| {
            let free = memory.available_bytes.map_or_else(unknown, |bytes| format!("{} MiB", bytes >> 20));
            format!("{} MiB, {free} available", memory.total_bytes >> 20)
        }),
    );
    for filesystem in facts.filesystems.iter().flatten() {
        let used = format!("{} of {} MiB used", filesystem.used_bytes >> 20, filesystem.size_bytes >> 20);
        line("disk", format!("{} {used}", filesystem.mount));
    }
    line("packages", facts.packages.as_ref().map_or_else(unknown, |packages| packages.len().to_string()));
    match &facts.pending {
        None => line("pending", unknown()),
        Some(pending) => {
            for update in &pending.updates {
                let from = update.from.as_deref().unwrap_or("new");
                let security = if update.purpose == UpdatePurpose::Security { " (security)" } else { "" };
                let standing = match update.standing {
                    UpdateStanding::Ready => "",
                    UpdateStanding::BlockedByRemoval => " (would remove other packages)",
                    UpdateStanding::Held => " (held)",
                    UpdateStanding::KeptBack => " (kept back)",
                };
                line("pending", format!("{} {from} → {}{security}{standing}", update.name, update.to));
            }
            if pending.updates.is_empty() {
                line("pending", "none".into());
            }
        }
    }
    let index = facts.package_index.as_ref().and_then(|index| index.updated_at);
    line("index", ago(Timestamp::now(), index));
    line(
        "reboot",
        match &facts.reboot_required {
            RebootRequired::Unknown => unknown(),
            RebootRequired::No => "not required".into(),
            RebootRequired::Yes { packages } => format!("required {}", packages.join(" ")),
        },
    );
    line(
        "restart",
        match &facts.services_to_restart {
            ServicesToRestart::NotChecked { .. } => "not checked".into(),
            ServicesToRestart::Checked { services } if services.is_empty() => "nothing".into(),
            ServicesToRestart::Checked { services } => services.join(" "),
        },
    );
    let failed = facts.failed_units.as_ref();
    line("failed units", failed.map_or_else(unknown, |units| units.len().to_string() + " " + &units.join(" ")));
    visible(&lines.join("\n"))
}

/// An answer that may be missing.
pub(crate) fn yes_no(answer: Option<bool>) -> &'static str {
    match answer {
        Some(true) => "yes",
        Some(false) => "no",
        None => "?",
    }
}
