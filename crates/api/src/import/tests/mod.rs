//! What files become, and what is said of files that cannot be read.

mod ansible;
mod bad_rows;
mod csv;
mod hostile;
mod ssh_config;

use super::{ImportDefaults, ImportProblems, ImportRow, ReadSheet, check, in_order};
use millwright_domain::HostPath;
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

/// The inventory that these files meet.
fn is_known(path: &HostPath) -> bool {
    path.to_string() == "core/net/gate"
}

/// The rows of a file as they would be taken up, with their lines, and its notes.
type Taken = (Vec<(u32, ImportRow)>, Vec<String>);

/// What is taken of a file; or everything that is wrong.
fn taken(mut sheet: ReadSheet) -> Result<Taken, ImportProblems> {
    let rows = std::mem::take(&mut sheet.rows);
    let checked = check(&rows, &defaults(), is_known);
    let problems: Vec<_> =
        checked.iter().enumerate().flat_map(|(index, row)| row.problems.iter().map(move |one| (index, one))).collect();
    let sheet = sheet.problems(problems)?;
    let hosts = in_order(checked).into_iter().map(|(index, host)| (rows[index].line, host)).collect();
    Ok((hosts, sheet.findings.into_notes().iter().map(ToString::to_string).collect()))
}

/// What is taken or wrong, as short as a person can still read it.
fn told(sheet: ReadSheet) -> String {
    let (hosts, notes) = match taken(sheet) {
        Ok(taken) => taken,
        Err(problems) => return problems.to_string(),
    };
    let mut told = String::new();
    for (line, row) in &hosts {
        write!(told, "{line}: {} {}@{} {}", row.path, row.user, row.address, row.port).unwrap();
        match &row.credential {
            Credential::Agent { fingerprint: None } => {}
            Credential::Agent { fingerprint: Some(fingerprint) } => write!(told, " agent={fingerprint}").unwrap(),
            Credential::KeyFile { path } => write!(told, " key={path}").unwrap(),
            Credential::AskPassword => told.push_str(" ask-password"),
        }
        for jump in &row.jumps {
            write!(told, " via={jump}").unwrap();
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
    for note in &notes {
        writeln!(told, "note {note}").unwrap();
    }
    told
}

/// Many small files in one snapshot.
fn told_all(files: &[&str], read: impl Fn(&str) -> ReadSheet) -> String {
    files.iter().map(|file| format!("{}\n=>\n{}\n\n", file.trim_end(), told(read(file)))).collect()
}
