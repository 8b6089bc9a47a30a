//! Takes the release folder in: the endpoint and the public keys that this build believes.
//!
//! `MILLWRIGHT_RELEASE=FOLDER` takes another folder, for packages that tests build. A folder without `release.toml` makes
//! a build whose updates are off.

use std::{
    env, fs,
    io::Error,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Error> {
    println!("cargo::rerun-if-env-changed=MILLWRIGHT_RELEASE");
    let own = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("release");
    let folder = env::var_os("MILLWRIGHT_RELEASE").map_or(own, PathBuf::from);
    println!("cargo::rerun-if-changed={}", folder.display());
    let source = match fs::read_to_string(folder.join("release.toml")) {
        Ok(toml) => format!("Some((\n{toml:?},\n&{:?},\n))", public_keys(&folder)?),
        // An own folder that is named and is not there is a mistake, not a wish for a build without updates.
        Err(error) if env::var_os("MILLWRIGHT_RELEASE").is_some() => return Err(error),
        Err(_) => "None".to_owned(),
    };
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("built_in.rs"), source)
}

/// Names and texts of the folder's `.pub` files.
fn public_keys(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let mut keys = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "pub")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            keys.push((name.to_owned(), fs::read_to_string(&path)?));
        }
    }
    keys.sort();
    Ok(keys)
}

fn variable(name: &str) -> Result<String, Error> {
    env::var(name).map_err(Error::other)
}
