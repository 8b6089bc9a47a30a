//! `cargo xtask release keygen`: a key pair, and what to do with each half.

use super::password::PasswordOptions;
use crate::workspace;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use millwright_updates::TrustedKey;
use minisign::KeyPair;
use std::{
    fmt,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Which key it will be
    #[arg(long)]
    pub(super) name: KeyName,
    /// Where the two halves are written: outside of any checkout
    #[arg(long, value_name = "FOLDER")]
    pub(super) folder: PathBuf,
    #[command(flatten)]
    pub(super) password: PasswordOptions,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum KeyName {
    /// Signs each release
    Primary,
    /// Lies in a safe, for the day that the primary is lost or stolen
    Offline,
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Primary => "primary",
            Self::Offline => "offline",
        })
    }
}

pub(super) fn run(options: &Options) -> Result<()> {
    let name = options.name;
    fs::create_dir_all(&options.folder).with_context(|| format!("create {}", options.folder.display()))?;
    let folder = options.folder.canonicalize().with_context(|| format!("look at {}", options.folder.display()))?;
    if folder.starts_with(workspace::root()) {
        bail!("{} lies in this checkout, where a secret key must never be; name a folder elsewhere", folder.display());
    }
    let (secret, public) = (folder.join(format!("{name}.key")), folder.join(format!("{name}.pub")));
    for path in [&secret, &public] {
        if path.exists() {
            bail!("{} exists already; a key is never overwritten", path.display());
        }
    }
    let password = options.password.choose()?;
    eprintln!("Encrypting the secret key; this takes some seconds.");
    let pair = KeyPair::generate_encrypted_keypair(Some(password.as_str().to_owned())).context("make the key pair")?;
    let comment = format!("millwright {name} secret key");
    let secret_text = pair.sk.to_box(Some(&comment)).context("write the secret key")?.to_string();
    let public_text = pair.pk.to_box().context("write the public key")?.to_string();
    let key = TrustedKey::parse(&name.to_string(), &public_text).context("read the key back")?;
    write_new(&secret, &secret_text, Secrecy::Secret)?;
    write_new(&public, &public_text, Secrecy::Public)?;
    println!("key {} ({name})\nsecret  {}\npublic  {}\n", key.id, secret.display(), public.display());
    println!("{}", next_steps(name));
    Ok(())
}

fn next_steps(name: KeyName) -> &'static str {
    match name {
        KeyName::Primary => {
            "The secret half goes where releases are signed, and a copy into the safe; its password goes elsewhere.\n\
             The public half goes to crates/updates/release/primary.pub, and “primary” into release.toml."
        }
        KeyName::Offline => {
            "The secret half goes onto two media that are never connected to a network, in two places, and is removed \
             from here.\n\
             The public half goes to crates/updates/release/offline.pub, and “offline” into release.toml: each build has \
             to know it before it is needed."
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Secrecy {
    Secret,
    Public,
}

fn write_new(path: &Path, text: &str, secrecy: Secrecy) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secrecy == Secrecy::Secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let write =
        || options.open(path).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    write().with_context(|| format!("write {}", path.display()))
}
