//! The command under test and the developer's commands, each built once in a process.

use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// The path of `millwright`.
///
/// Cargo tells a test only where the programs of its own package are, so this asks cargo to build the command and to
/// say where it lies: it is never an old one. Features are those of the whole workspace, as `cargo xtask test` builds
/// it, so nothing is compiled twice; several test processes wait for each other at cargo's own lock. The profile is the
/// test's own: what measures is run with `--release`.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build("millwright"))
}

/// The path of `cargo xtask`'s program. It is run as it is: `cargo run` would build it anew, with the keys that a test
/// wants in its packages.
pub fn xtask() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build("millwright-xtask"))
}

fn build(name: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--workspace", "--bin", name, "--message-format=json-render-diagnostics"])
        .args((!cfg!(debug_assertions)).then_some("--release"))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the command does not build: see what the compiler said above");
    let messages = String::from_utf8(output.stdout).unwrap();
    let executable = messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        (message["target"]["name"] == name).then(|| message["executable"].as_str().map(PathBuf::from))?
    });
    executable.unwrap_or_else(|| panic!("cargo did not say where the command lies:\n{messages}"))
}
