//! `cargo xtask release sign`: the signature that the updater plugin wants of a package: minisign's, with the version in
//! the part that is signed.

use super::password::PasswordOptions;
use anyhow::{Context, Result, bail};
use clap::Args;
use jiff::Timestamp;
use minisign::{PublicKey, SecretKey, SecretKeyBox};
use semver::Version;
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(super) key: KeyOptions,
    /// The version that the packages are of
    #[arg(long, default_value = env!("CARGO_PKG_VERSION"))]
    pub(super) version: Version,
    /// The packages
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}

/// Which secret key signs.
#[derive(Debug, Args)]
pub(super) struct KeyOptions {
    /// The secret key's file, as `keygen` wrote it
    #[arg(long, value_name = "FILE")]
    pub(super) key: PathBuf,
    #[command(flatten)]
    pub(super) password: PasswordOptions,
}

/// A secret key that was opened.
pub(super) struct SigningKey {
    secret: SecretKey,
    public: PublicKey,
}

impl KeyOptions {
    pub(super) fn open(&self) -> Result<SigningKey> {
        let text = fs::read_to_string(&self.key).with_context(|| format!("read {}", self.key.display()))?;
        let sealed = SecretKeyBox::from_string(&text).with_context(|| format!("read {}", self.key.display()))?;
        let password = self.password.ask()?;
        let secret = sealed
            .into_secret_key(Some(password.as_str().to_owned()))
            .with_context(|| format!("open {}", self.key.display()))?;
        let public = PublicKey::from_secret_key(&secret).context("derive the public key")?;
        Ok(SigningKey { secret, public })
    }
}

impl SigningKey {
    /// The four lines of a signature.
    pub(super) fn sign(&self, bytes: impl Read, trusted_comment: &str) -> Result<String> {
        let comment = Some("signature of a Millwright release");
        let signature = minisign::sign(Some(&self.public), &self.secret, bytes, Some(trusted_comment), comment);
        Ok(signature.context("sign")?.to_string())
    }
}

pub(super) fn run(options: &Options) -> Result<()> {
    let key = options.key.open()?;
    for file in &options.files {
        let path = signature_path(file);
        let signature = sign_package(&key, file, &options.version)?;
        fs::write(&path, signature).with_context(|| format!("write {}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

fn sign_package(key: &SigningKey, file: &Path, version: &Version) -> Result<String> {
    let Some(name) = file.file_name().and_then(|name| name.to_str()).filter(|name| !name.contains(['\t', '\n'])) else {
        bail!("{} cannot be named in a signature", file.display());
    };
    let bytes = File::open(file).with_context(|| format!("open {}", file.display()))?;
    key.sign(bytes, &format!("timestamp:{}\tfile:{name}\tversion:{version}", Timestamp::now().as_second()))
}

/// Where the signature of a package lies: beside it.
pub(super) fn signature_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}
