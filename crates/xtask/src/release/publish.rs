//! `cargo xtask release publish`: the manifest of a release, signed, and believed by the code that will read it.

use super::{
    artifacts::{self, Found},
    sign::KeyOptions,
};
use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Args;
use jiff::{Span, Timestamp, tz::TimeZone};
use millwright_updates::{
    Channel, FORMAT, KeptPackage, MANIFEST_COMMENT, Manifest, Memory, PreviousRelease, Release, Rollout, Situation,
    prove, verify,
};
use semver::Version;
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};
use url::Url;
use uuid::Uuid;

/// A manifest that nobody renews stops being believed; longer than this, a stolen answer could be replayed for too long.
const LONGEST_DAYS: i64 = 90;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Write the files and say what would be uploaded; without it nothing is done, as uploading is the release workflow's
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) key: KeyOptions,
    /// Where the packages lie, each with its .sig beside it
    #[arg(long, value_name = "FOLDER")]
    pub(super) artifacts: PathBuf,
    /// The version of the release
    #[arg(long, default_value = env!("CARGO_PKG_VERSION"))]
    pub(super) version: Version,
    /// For whom it is: stable or beta
    #[arg(long)]
    pub(super) channel: Channel,
    /// Higher than that of every manifest that this key has signed for the channel
    #[arg(long)]
    pub(super) counter: u64,
    /// How long the manifest may be believed, as 30d or 2w
    #[arg(long, default_value = "30d", value_name = "TIME")]
    pub(super) expires_in: Span,
    /// The part of the installations that it is offered to, from 0 (withdrawn) to 1
    #[arg(long)]
    pub(super) rollout: Rollout,
    /// The oldest version that can be updated directly
    #[arg(long, default_value = "0.0.0")]
    pub(super) least_version: Version,
    /// What changed, as text
    #[arg(long, value_name = "FILE")]
    pub(super) notes: PathBuf,
    /// The manifest of the release before, so that installations can keep the package they would go back to
    #[arg(long, value_name = "FILE")]
    pub(super) previous: Option<PathBuf>,
    /// Where the files are written
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: PathBuf,
    /// Where the packages will be fetched from
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Url,
    /// The release folder whose keys must believe the result, instead of the one that this was built with
    #[arg(long, value_name = "FOLDER")]
    pub(super) release: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Result<()> {
    if !options.dry_run {
        bail!("nothing is uploaded from here: `--dry-run` writes the files, and the release workflow uploads them");
    }
    let release = believed_release(options.release.as_deref())?;
    let found = artifacts::collect(&options.artifacts, &options.base_url)?;
    let manifest = describe(options, &found)?;
    let bytes = serde_json::to_vec_pretty(&manifest).context("write the manifest")?;
    let comment =
        format!("{MANIFEST_COMMENT}\ttimestamp:{}\tcounter:{}", manifest.published.as_second(), manifest.counter);
    let signature = options.key.open()?.sign(bytes.as_slice(), &comment)?;
    check(&bytes, &signature, &manifest, &found, &release).context("the result would not be believed")?;

    fs::create_dir_all(&options.out).with_context(|| format!("create {}", options.out.display()))?;
    let latest = serde_json::to_vec_pretty(&latest(&manifest)).context("write latest.json")?;
    let files = [
        ("latest.json", latest.as_slice()),
        ("manifest.json.minisig", signature.as_bytes()),
        ("manifest.json", bytes.as_slice()),
    ];
    for (name, bytes) in files {
        let path = options.out.join(name);
        fs::write(&path, bytes).with_context(|| format!("write {}", path.display()))?;
    }
    report(&manifest, &found, &release, options)
}

fn believed_release(folder: Option<&Path>) -> Result<Release> {
    match folder {
        Some(folder) => Ok(Release::read(folder)?),
        None => {
            Release::built_in()?.context("crates/updates/release has no release.toml yet; name another with --release")
        }
    }
}

fn describe(options: &Options, found: &BTreeMap<millwright_updates::Target, Found>) -> Result<Manifest> {
    let published = Timestamp::from_second(Timestamp::now().as_second()).context("read the clock")?;
    let start = published.to_zoned(TimeZone::UTC);
    let expires = start.checked_add(options.expires_in).context("add the time")?;
    if expires <= start || expires > start.checked_add(Span::new().days(LONGEST_DAYS)).context("add the time")? {
        bail!("a manifest may be believed for up to {LONGEST_DAYS} days");
    }
    if options.least_version >= options.version {
        bail!("{} cannot follow only {} and later", options.version, options.least_version);
    }
    let notes = fs::read_to_string(&options.notes).with_context(|| format!("read {}", options.notes.display()))?;
    Ok(Manifest {
        format: FORMAT,
        version: options.version.clone(),
        counter: options.counter,
        published,
        expires: expires.timestamp(),
        channel: options.channel,
        rollout: options.rollout,
        least_version: options.least_version.clone(),
        notes: notes.trim_end().to_owned(),
        targets: found.iter().map(|(target, found)| (target.clone(), found.artifact.clone())).collect(),
        previous: options.previous.as_deref().map(|path| read_previous(path, options)).transpose()?,
    })
}

fn read_previous(path: &Path, options: &Options) -> Result<PreviousRelease> {
    let bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let Manifest { version, targets, counter, channel, .. } =
        serde_json::from_slice(&bytes).with_context(|| format!("read {}", path.display()))?;
    if version >= options.version {
        bail!("{} describes {version}, which does not come before {}", path.display(), options.version);
    }
    if channel == options.channel && counter >= options.counter {
        bail!("{} has the counter {counter}: take a higher one than {}", path.display(), options.counter);
    }
    Ok(PreviousRelease { version, targets })
}

/// Reads the result as every kind of installation will.
fn check(
    bytes: &[u8],
    signature: &str,
    manifest: &Manifest,
    found: &BTreeMap<millwright_updates::Target, Found>,
    release: &Release,
) -> Result<()> {
    for (target, found) in found {
        let situation = Situation {
            now: manifest.published,
            version: manifest.least_version.clone(),
            channel: manifest.channel,
            target: target.clone(),
            installation: Uuid::nil(),
        };
        verify(bytes, signature, release, &Memory::default(), &situation)?;
        let kept = KeptPackage {
            version: manifest.version.clone(),
            target: target.clone(),
            artifact: found.artifact.clone(),
            notes: String::new(),
            published: manifest.published,
        };
        let file = File::open(&found.path).with_context(|| format!("open {}", found.path.display()))?;
        prove(file, &kept, release).with_context(|| format!("{}", found.path.display()))?;
    }
    Ok(())
}

/// What the updater plugin alone would read. Ours reads the manifest; this is for whoever looks there.
fn latest(manifest: &Manifest) -> serde_json::Value {
    let platforms: BTreeMap<_, _> = manifest
        .targets
        .iter()
        .map(|(target, artifact)| {
            (target.as_str(), json!({ "url": artifact.url, "signature": STANDARD.encode(&artifact.signature) }))
        })
        .collect();
    json!({
        "version": manifest.version,
        "notes": manifest.notes,
        "pub_date": manifest.published,
        "platforms": platforms,
    })
}

fn report(
    manifest: &Manifest,
    found: &BTreeMap<millwright_updates::Target, Found>,
    release: &Release,
    options: &Options,
) -> Result<()> {
    let state = match manifest.rollout {
        Rollout::NONE => "withdrawn".to_owned(),
        rollout => format!("offered to {} of 1", rollout.fraction()),
    };
    println!(
        "{} on {}, counter {}, until {}: {state}",
        manifest.version, manifest.channel, manifest.counter, manifest.expires
    );
    for (target, found) in found {
        println!("  {target}  {}  {} bytes", found.artifact.url, found.artifact.size_bytes);
    }
    println!("To upload, in this order, from {}: the packages, latest.json, then at once", options.out.display());
    println!("  manifest.json.minisig  {}", release.signature_url(manifest.channel)?);
    println!("  manifest.json          {}", release.manifest_url(manifest.channel)?);
    Ok(())
}
