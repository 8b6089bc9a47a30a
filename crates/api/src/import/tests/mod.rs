//! What files become, and what is said of files that cannot be read.

mod ansible;
mod csv;
mod hostile;
mod ssh_config;

use super::{ImportDefaults, ImportDraft, ImportProblems, JumpReference};
use millwright_domain::fleet::{Credential, EnvironmentKind, SudoMode};
use std::fmt::Write;

pub(crate) fn defaults() -> ImportDefaults {
    ImportDefaults {
        environment: "imported/default".parse().unwrap(),
        user: "tech".to_owned(),
        sudo: SudoMode::None,
        home: Some("/home/tech".to_owned()),
    }
}

/// A draft or its problems, as short as a person can still read them.
fn told(result: Result<ImportDraft, ImportProblems>) -> String {
    let draft = match result {
        Ok(draft) => draft,
        Err(problems) => return problems.to_string(),
    };
    let mut told = String::new();
    for row in &draft.rows {
        write!(told, "{}: {} {}@{} {}", row.line, row.path, row.user, row.address, row.port).unwrap();
        match &row.credential {
            Credential::Agent { fingerprint: None } => {}
            Credential::Agent { fingerprint: Some(fingerprint) } => write!(told, " agent={fingerprint}").unwrap(),
            Credential::KeyFile { path } => write!(told, " key={path}").unwrap(),
            Credential::AskPassword => told.push_str(" ask-password"),
        }
        for jump in &row.jumps {
            let found_in = match jump {
                JumpReference::Draft(_) => "draft",
                JumpReference::Workspace(_) => "workspace",
            };
            write!(told, " via={}({found_in})", jump.path()).unwrap();
        }
        if row.sudo != SudoMode::None {
            write!(told, " sudo={}", row.sudo).unwrap();
        }
        for tag in &row.tags {
            write!(told, " tag:{tag}").unwrap();
        }
        if let Some(zone) = &row.time_zone {
            write!(told, " zone={zone}").unwrap();
        }
        match row.environment_kind {
            Some(EnvironmentKind::Production) => told.push_str(" production"),
            Some(EnvironmentKind::Other) => told.push_str(" other"),
            None => {}
        }
        if let Some(name) = &row.client_name {
            write!(told, " client_name={name:?}").unwrap();
        }
        told.push('\n');
    }
    for note in &draft.notes {
        writeln!(told, "note {note}").unwrap();
    }
    told
}

/// Many small files in one snapshot.
fn told_all(files: &[&str], read: impl Fn(&str) -> Result<ImportDraft, ImportProblems>) -> String {
    files.iter().map(|file| format!("{}\n=>\n{}\n\n", file.trim_end(), told(read(file)))).collect()
}
