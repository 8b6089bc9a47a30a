//! SSH keys of hosts and of clients, made by `ssh-keygen`.

use crate::{
    error::{Doing, LabError},
    process::run,
    requirements::find_program,
};
use base64::{Engine, engine::general_purpose};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The kinds of keys that the lab makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// `ssh-ed25519`.
    Ed25519,
    /// `ecdsa-sha2-nistp256`.
    Ecdsa,
    /// `ssh-rsa` with 3072 bits.
    Rsa,
}

impl KeyAlgorithm {
    /// The word that `ssh-keygen -t` and the names of key files use.
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Ecdsa => "ecdsa",
            Self::Rsa => "rsa",
        }
    }
}

/// The public half of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The key's type as SSH names it, such as `ssh-ed25519`.
    pub algorithm: String,
    /// The key itself, as it stands in `known_hosts` and `authorized_keys`.
    pub base64: String,
}

impl PublicKey {
    /// Reads a `.pub` file.
    pub fn read(path: &Path) -> Result<Self, LabError> {
        let text = fs::read_to_string(path).doing(|| format!("read {path:?}"))?;
        let mut words = text.split_whitespace().map(str::to_owned);
        match (words.next(), words.next()) {
            (Some(algorithm), Some(base64)) => Ok(Self { algorithm, base64 }),
            _ => Err(LabError::DamagedCache(path.to_owned())),
        }
    }

    /// `SHA256:…`, as OpenSSH shows it.
    pub fn fingerprint(&self) -> String {
        let blob = general_purpose::STANDARD.decode(&self.base64).unwrap_or_default();
        format!("SHA256:{}", general_purpose::STANDARD_NO_PAD.encode(Sha256::digest(blob)))
    }

    /// A line of `known_hosts` for a host at `address` and `port`.
    pub fn known_hosts_line(&self, address: &str, port: u16) -> String {
        let name = if port == 22 { address.to_owned() } else { format!("[{address}]:{port}") };
        format!("{name} {} {}", self.algorithm, self.base64)
    }
}

/// Makes a key pair without a passphrase: `path` and `path.pub`. An older pair there is replaced.
pub fn generate_key(path: &Path, algorithm: KeyAlgorithm) -> Result<PublicKey, LabError> {
    generate(path, algorithm, "")
}

/// Makes a key pair whose private half is encrypted with `passphrase`.
pub fn generate_key_with_passphrase(
    path: &Path,
    algorithm: KeyAlgorithm,
    passphrase: &str,
) -> Result<PublicKey, LabError> {
    generate(path, algorithm, passphrase)
}

fn generate(path: &Path, algorithm: KeyAlgorithm, passphrase: &str) -> Result<PublicKey, LabError> {
    let public = public_half(path);
    for file in [path, &public] {
        match fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).doing(|| format!("replace {file:?}"));
            }
            Ok(()) | Err(_) => {}
        }
    }
    let program = find_program("ssh-keygen").unwrap_or_else(|| "ssh-keygen".into());
    let mut command = Command::new(program);
    command.args(["-q", "-t", algorithm.short_name(), "-C", "millwright-lab", "-N", passphrase, "-f"]).arg(path);
    run(&mut command)?;
    PublicKey::read(&public)
}

fn public_half(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}
