//! The password of a secret key: asked on the terminal or read from a file, never an argument or a variable.

use anyhow::{Context, Result, bail};
use clap::Args;
use std::{fs, path::PathBuf};
use zeroize::Zeroizing;

#[derive(Debug, Args)]
pub(super) struct PasswordOptions {
    /// Read the password from the first line of this file instead of asking for it; /dev/fd/3 reads a file descriptor
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PasswordOptions {
    /// A password that exists.
    pub(super) fn ask(&self) -> Result<Zeroizing<String>> {
        let Some(path) = &self.password_file else {
            let typed = rpassword::prompt_password("Password of the secret key: ").context("read the password")?;
            return Ok(Zeroizing::new(typed));
        };
        let text = Zeroizing::new(fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?);
        Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
    }

    /// A new password: typed twice, and not a short one.
    pub(super) fn choose(&self) -> Result<Zeroizing<String>> {
        const LEAST: usize = 12;
        let password = self.ask()?;
        if password.chars().count() < LEAST {
            bail!("this password is too short: take at least {LEAST} characters, for example five random words");
        }
        if self.password_file.is_none() {
            let again = Zeroizing::new(rpassword::prompt_password("The same again: ").context("read the password")?);
            if again != password {
                bail!("these were two different passwords; nothing was written");
            }
        }
        Ok(password)
    }
}
