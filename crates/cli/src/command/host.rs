//! `millwright host …`

use crate::arguments::{Credentials, Host};
use crate::exit::Exit;
use crate::out::Out;
use crate::people::ask_openly;
use crate::text::{ago, visible, visible_line};
use jiff::Timestamp;
use millwright_api::{CheckResult, HostCheck, HostDraft, HostEdit, HostView, Workspace};
use millwright_domain::fleet::{Credential, PinState};
use millwright_domain::{Code, Fault, HostPath};
use serde_json::json;
use std::collections::BTreeSet;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Host) -> Result<Exit, Fault> {
    match verb {
        Host::Add { path, address, port, user, credentials, jump, sudo, tag } => {
            let credential = credential(credentials)?.unwrap_or(Credential::Agent { fingerprint: None });
            let tags = tag.into_iter().collect();
            let draft = HostDraft { path, address, port, user, credential, jumps: jump, sudo, tags };
            let host = workspace.host_add(draft).await?.item;
            out.answer(&json!({ "host": host }), || {
                format!("Added host {}.\nNext: millwright host trust {}", host.path, host.path)
            });
        }
        Host::List { selector } => {
            let hosts = workspace.host_list(selector.as_ref())?;
            out.answer(&json!({ "hosts": hosts }), || {
                if hosts.is_empty() {
                    return "No host yet. Add one: millwright host add CLIENT/ENV/NAME --address A".into();
                }
                let mut table = out.table(&["HOST", "ADDRESS", "USER", "SUDO", "TAGS"]);
                for host in &hosts {
                    let tags: Vec<&str> = host.tags.iter().map(|tag| tag.as_str()).collect();
                    table.add_row([
                        host.path.to_string(),
                        format!("{}:{}", host.address, host.port),
                        host.user.clone(),
                        host.sudo.to_string(),
                        tags.join(" "),
                    ]);
                }
                table.to_string()
            });
        }
        Host::Show { host } => {
            let view = workspace.host_show(&host)?;
            out.answer(&json!({ "host": view }), || shown(&view));
        }
        Host::Edit { host, name, address, port, user, credentials, jump, no_jump, sudo, tag, untag } => {
            let edit = HostEdit {
                name,
                address,
                port,
                user,
                credential: credential(credentials)?,
                jumps: (no_jump || !jump.is_empty()).then_some(jump),
                sudo,
                add_tags: tag.into_iter().collect(),
                remove_tags: untag.into_iter().collect::<BTreeSet<_>>(),
            };
            let edited = workspace.host_edit(host, edit).await?.item;
            out.answer(&json!({ "host": edited }), || format!("Changed host {}.", edited.path));
        }
        Host::Remove { host } => {
            workspace.host_remove(host.clone()).await?;
            out.answer(&json!({ "removed": host }), || format!("Removed host {host}."));
        }
        Host::Trust { host, fingerprint } => return trust(workspace, out, &host, fingerprint).await,
        Host::Revoke { host, fingerprint } => {
            workspace.host_key_revoke(host.clone(), fingerprint.clone()).await?;
            out.answer(&json!({ "revoked": fingerprint, "host": host }), || {
                format!("{host} is refused from now on if it shows {fingerprint}.\nNext: millwright host trust {host}")
            });
        }
        Host::Check { selector, parallel } => {
            let checks = workspace.host_check(&selector, parallel.or_setting(workspace)?).await?;
            out.answer(&json!({ "checks": checks }), || checked(out, &checks));
            let faults = checks.iter().map(|check| {
                check.steps.iter().find_map(|step| match &step.result {
                    CheckResult::Failed { error } => Some(error),
                    CheckResult::Passed { .. } | CheckResult::NotTried => None,
                })
            });
            return Ok(Exit::of_hosts(faults));
        }
    }
    Ok(Exit::Well)
}

async fn trust(workspace: &Workspace, out: &Out, host: &HostPath, fingerprint: Option<String>) -> Result<Exit, Fault> {
    let offered = workspace.host_key_offered(host).await?;
    match &fingerprint {
        Some(fingerprint) => Workspace::check_fingerprint(&offered, fingerprint)?,
        None if offered.is_trusted() => {}
        None => {
            let others: Vec<&str> = offered
                .pinned
                .iter()
                .filter(|pin| pin.state == PinState::Trusted)
                .map(|pin| pin.fingerprint.as_str())
                .collect();
            out.note(&format!("{host} shows this key:\n\n    {} {}\n", offered.algorithm, offered.fingerprint));
            if !others.is_empty() {
                out.note(&format!("Until now it was trusted with {}.", others.join(", ")));
            }
            let refuse = || {
                Fault::new(
                    Code::HostKeyUnknown,
                    format!("the key of “{host}” ({}) was not trusted", offered.fingerprint),
                )
                .with_hint(format!(
                    "Compare it with the host's own, then: millwright host trust {host} --fingerprint {}",
                    offered.fingerprint
                ))
            };
            if !out.has_person() {
                return Err(refuse());
            }
            let answer = ask_openly("Is it the host's own? Type yes to trust it: ".into()).await;
            if answer.as_deref() != Some("yes") {
                return Err(refuse());
            }
        }
    }
    let pin = workspace.host_key_trust(offered).await?;
    out.answer(&json!({ "pin": pin }), || format!("Trusting {host} with {} {}.", pin.algorithm, pin.fingerprint));
    Ok(Exit::Well)
}

fn credential(given: Credentials) -> Result<Option<Credential>, Fault> {
    if let Some(key) = given.key {
        let path = std::path::absolute(&key)
            .map_err(|error| Fault::new(Code::LocalFile, format!("{}: {error}", key.display())))?;
        return Ok(Some(Credential::KeyFile { path: path.display().to_string() }));
    }
    if let Some(fingerprint) = given.agent {
        return Ok(Some(Credential::Agent { fingerprint: (!fingerprint.is_empty()).then_some(fingerprint) }));
    }
    Ok(given.ask_password.then_some(Credential::AskPassword))
}

fn shown(view: &HostView) -> String {
    let host = &view.host;
    let tags: Vec<&str> = host.tags.iter().map(|tag| tag.as_str()).collect();
    let jumps: Vec<String> = view.jump_names.iter().map(ToString::to_string).collect();
    let keys: Vec<String> = view.pins.iter().map(|pin| format!("{} {}", pin.algorithm, pin.fingerprint)).collect();
    let credential = match &host.credential {
        Credential::Agent { fingerprint: None } => "SSH agent".to_owned(),
        Credential::Agent { fingerprint: Some(fingerprint) } => format!("SSH agent, key {fingerprint}"),
        Credential::KeyFile { path } => format!("key file {path}"),
        Credential::AskPassword => "password, asked for".to_owned(),
    };
    let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    let mut lines = vec![
        host.path.to_string(),
        format!("address:  {}@{}:{}", host.user, host.address, host.port),
        format!("login:    {credential}"),
        format!("sudo:     {}", host.sudo),
        format!("through:  {}", or_none(jumps.join(" → "))),
        format!("tags:     {}", or_none(tags.join(" "))),
        format!("keys:     {}", or_none(keys.join(", "))),
        format!("seen:     {}", ago(Timestamp::now(), view.seen_at)),
    ];
    if let Some(failure) = &view.failure {
        lines.push(format!("last try: {} [{}]", visible(&failure.message), failure.code));
    }
    for (product, installation) in &view.installations {
        let version = installation.observed_version.as_deref().unwrap_or("version unknown");
        lines.push(format!("product:  {product} {}", visible_line(version)));
    }
    lines.join("\n")
}

fn checked(out: &Out, checks: &[HostCheck]) -> String {
    let mut lines = Vec::new();
    for check in checks {
        lines.push(out.paint(&check.host.to_string(), "1"));
        for step in &check.steps {
            let name = step.name.as_str();
            match &step.result {
                CheckResult::Passed { milliseconds } => lines.push(format!("  ✓ {name:<15} {milliseconds} ms")),
                CheckResult::NotTried => lines.push(format!("  – {name:<15} not tried")),
                CheckResult::Failed { error } => {
                    lines.push(format!("  ✕ {name:<15} {} [{}]", visible(&error.message), error.code));
                    if let Some(hint) = &error.hint {
                        lines.push(format!("    {:<15} {}", "", visible(hint)));
                    }
                }
            }
        }
    }
    lines.join("\n")
}
