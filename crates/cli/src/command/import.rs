//! `millwright import …`

use crate::arguments::{Import, ImportFile};
use crate::exit::Exit;
use crate::out::Out;
use crate::text::visible_line;
use millwright_api::import::ImportDefaults;
use millwright_api::{BadRowPolicy, ImportKind, ImportMode, ImportReport, Workspace};
use millwright_domain::Fault;
use serde_json::json;
use std::path::Path;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Import) -> Result<Exit, Fault> {
    let (kind, ImportFile { file, dry_run, leave_out_bad, env, user, sudo }) = match verb {
        Import::Csv(file) => (ImportKind::Csv, file),
        Import::SshConfig(file) => (ImportKind::SshConfig, file),
        Import::Ansible(file) => (ImportKind::Ansible, file),
        Import::KnownHosts { file, dry_run } => return known_hosts(workspace, out, &file, dry_run).await,
    };
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let user = user.or_else(|| variable("USER")).or_else(|| variable("LOGNAME")).unwrap_or_else(|| "root".into());
    let defaults = ImportDefaults { environment: env, user, sudo, home: variable("HOME") };
    let mode = mode(dry_run);
    let policy = if leave_out_bad { BadRowPolicy::LeaveOut } else { BadRowPolicy::Refuse };
    let report = workspace.import(kind, &file, &defaults, policy, mode).await?;
    out.answer(&json!({ "dry_run": dry_run, "import": report }), || told(&report, &file, dry_run));
    Ok(if report.left_out.is_empty() { Exit::Well } else { Exit::Some })
}

async fn known_hosts(workspace: &Workspace, out: &Out, file: &Path, dry_run: bool) -> Result<Exit, Fault> {
    let report = workspace.import_known_hosts(file, mode(dry_run)).await?;
    out.answer(&json!({ "dry_run": dry_run, "import": report }), || {
        let pinned = if dry_run { "would pin" } else { "pinned" };
        let mut lines: Vec<String> = report.hosts_pinned.iter().map(|host| format!("{pinned} {host}")).collect();
        lines.extend(report.hosts_contradicted.iter().map(|host| {
            format!("left {host} as it is: it is trusted with another key (millwright host trust {host})")
        }));
        lines.push(format!(
            "{} hosts {pinned}, {} as they were, {} contradicted, {} not in the file",
            report.hosts_pinned.len(),
            report.hosts_unchanged.len(),
            report.hosts_contradicted.len(),
            report.hosts_unknown.len()
        ));
        lines.join("\n")
    });
    Ok(Exit::Well)
}

const fn mode(dry_run: bool) -> ImportMode {
    if dry_run { ImportMode::DryRun } else { ImportMode::Apply }
}

fn told(report: &ImportReport, file: &Path, dry_run: bool) -> String {
    let mut lines = Vec::new();
    for note in &report.notes {
        lines.push(format!("note: {}", visible_line(&note.to_string())));
    }
    lines.extend(report.not_done.iter().map(|note| format!("note: {}", visible_line(note))));
    for row in &report.left_out {
        let host = row.host.as_ref().map_or_else(String::new, |host| format!("{host}: "));
        let said = format!("{}:{}: {host}{}", file.display(), row.line, row.message);
        lines.push(format!("left out {}", visible_line(&said)));
    }
    let (added, changed) = if dry_run { ("would add", "would change") } else { ("added", "changed") };
    lines.extend(report.clients_added.iter().map(|client| format!("{added} client {client}")));
    lines.extend(report.environments_added.iter().map(|environment| format!("{added} environment {environment}")));
    lines.extend(report.hosts_added.iter().map(|host| format!("{added} host {host}")));
    lines.extend(report.hosts_changed.iter().map(|host| format!("{changed} host {host}")));
    lines.push(format!(
        "{} hosts {added}, {} {changed}, {} as they were",
        report.hosts_added.len(),
        report.hosts_changed.len(),
        report.hosts_unchanged.len()
    ));
    if !report.left_out.is_empty() {
        lines.push(format!("{} rows left out", report.left_out.len()));
    }
    lines.join("\n")
}
