//! Getting bytes from the server of the releases: bounded in size and time, over HTTPS, by the system's proxy.
//!
//! Nothing here believes anything: what arrives is `verify`'s and `package`'s to judge.

use crate::{
    control::{Control, blocking, on},
    manifest::{Channel, MANIFEST_MAX_BYTES, SIGNATURE_MAX_BYTES},
    package::{KeptPackage, prove},
    release::Release,
    verify::too_large,
};
use millwright_domain::{Code, Fault};
use reqwest::{
    Client, Response, StatusCode,
    header::{CONTENT_RANGE, RANGE},
    redirect,
};
use rustls::{ClientConfig, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;
use std::{
    error::Error,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::io::AsyncWriteExt;
use url::Url;

/// How long a server may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To accept a connection.
    pub connect: Duration,
    /// To send the next piece.
    pub idle: Duration,
    /// For a manifest and its signature, each.
    pub manifest: Duration,
    /// For a package; what arrived by then is gone on with the next time.
    pub package: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            idle: Duration::from_secs(30),
            manifest: Duration::from_secs(60),
            package: Duration::from_secs(60 * 60),
        }
    }
}

/// How far a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// That lie here.
    pub bytes: u64,
    /// Of the whole.
    pub of_bytes: u64,
}

/// The way to the server.
#[derive(Debug, Clone)]
pub(crate) struct Fetcher {
    client: Client,
    release: Release,
    limits: Limits,
}

/// Why a redirect was not followed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct RefusedRedirect(Fault);

const MOST_REDIRECTS: usize = 5;

impl Fetcher {
    pub(crate) fn new(release: Release, limits: Limits) -> Result<Self, Fault> {
        let no_tls = |error: &dyn Error| {
            Fault::new(Code::UpdateServer, format!("Encrypted connections cannot be made: {}", causes(error)))
                .with_hint("Install the system's certificates (package ca-certificates), then check again.")
        };
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(|error| no_tls(&error))?
            .with_no_client_auth();
        let judge = release.clone();
        let redirects = redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > MOST_REDIRECTS {
                return attempt.error("it redirects without an end");
            }
            match judge.permit(attempt.url()) {
                Ok(()) => attempt.follow(),
                Err(fault) => attempt.error(RefusedRedirect(fault)),
            }
        });
        let mut builder = Client::builder()
            .user_agent(concat!("millwright/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls)
            .redirect(redirects)
            .referer(false)
            .connect_timeout(limits.connect)
            .read_timeout(limits.idle);
        if release.allows_insecure_transport() {
            // A test's server is on this machine or beside it; no proxy knows it.
            builder = builder.no_proxy();
        } else {
            builder = builder.https_only(on(Control::Transport));
        }
        let client = builder.build().map_err(|error| no_tls(&error))?;
        Ok(Self { client, release, limits })
    }

    /// The bytes of a channel's manifest, and its signature.
    pub(crate) async fn manifest(&self, channel: Channel) -> Result<(Vec<u8>, String), Fault> {
        let manifest = self.small(&self.release.manifest_url(channel)?, MANIFEST_MAX_BYTES).await?;
        let signature = self.small(&self.release.signature_url(channel)?, SIGNATURE_MAX_BYTES).await?;
        let signature = String::from_utf8(signature).map_err(|_| {
            Fault::new(Code::UpdateSignatureInvalid, "The signature of the release is not text.")
                .with_hint(crate::key::SIGNATURE_HINT)
        })?;
        Ok((manifest, signature))
    }

    async fn small(&self, url: &Url, most: usize) -> Result<Vec<u8>, Fault> {
        let mut response = self.get(url, 0, self.limits.manifest).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| server_fault(url, &error))? {
            if bytes.len() + piece.len() > most && on(Control::ManifestSize) {
                return Err(too_large(&format!("What {} sends", host(url)), most as u64));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// Fetches a package into a folder, or goes on with what lies there of it, and proves it. It has its name only
    /// then.
    pub(crate) async fn package(
        &self,
        kept: &KeptPackage,
        folder: &Path,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<PathBuf, Fault> {
        let path = folder.join(kept.file_name());
        let part = folder.join(format!("{}.part", kept.file_name()));
        let had_part = self.fill(kept, &part, progress).await?;
        let mut proof = self.prove(kept, &part).await;
        if proof.is_err() && had_part {
            // What lay here may have been the wrong half: a whole new one decides.
            remove(&part)?;
            self.fill(kept, &part, progress).await?;
            proof = self.prove(kept, &part).await;
        }
        if let Err(fault) = proof {
            remove(&part)?;
            return Err(fault);
        }
        fs::rename(&part, &path)
            .and_then(|()| crate::memory::sync_folder(folder))
            .map_err(|error| crate::file_fault(&path, &error))?;
        Ok(path)
    }

    async fn prove(&self, kept: &KeptPackage, part: &Path) -> Result<(), Fault> {
        let (kept, part, release) = (kept.clone(), part.to_owned(), self.release.clone());
        blocking(move || {
            let file = File::open(&part).map_err(|error| crate::file_fault(&part, &error))?;
            prove(file, &kept, &release)
        })
        .await
    }

    /// Writes what is missing of a package; says whether there was something of it.
    async fn fill(
        &self,
        kept: &KeptPackage,
        part: &Path,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<bool, Fault> {
        let local = |error: io::Error| crate::file_fault(part, &error);
        let (url, of_bytes) = (&kept.artifact.url, kept.artifact.size_bytes);
        let mut file = open_part(part).await.map_err(local)?;
        let mut length = file.metadata().await.map_err(local)?.len();
        if length > of_bytes {
            file.set_len(0).await.map_err(local)?;
            length = 0;
        }
        let had_part = length > 0;
        progress(Progress { bytes: length, of_bytes });
        if had_part && length == of_bytes {
            return Ok(true);
        }
        let mut response = self.get(url, length, self.limits.package).await?;
        if had_part && !continues(&response, length, of_bytes) {
            // The server sends all of it again.
            if response.status() != StatusCode::OK {
                response = self.get(url, 0, self.limits.package).await?;
            }
            file.set_len(0).await.map_err(local)?;
            length = 0;
        }
        let ended = loop {
            let piece = match response.chunk().await {
                Ok(Some(piece)) => piece,
                Ok(None) => break None,
                Err(error) => break Some(error),
            };
            length += piece.len() as u64;
            if length > of_bytes && on(Control::ArtifactSize) {
                drop(file);
                remove(part)?;
                return Err(too_large(&format!("The package that {} sends", host(url)), of_bytes));
            }
            file.write_all(&piece).await.map_err(local)?;
            progress(Progress { bytes: length, of_bytes });
        };
        file.flush().await.map_err(local)?;
        file.sync_all().await.map_err(local)?;
        if let Some(error) = ended.as_ref().filter(|error| length == 0 || error.is_timeout()) {
            return Err(server_fault(url, error));
        }
        if length < of_bytes && on(Control::Truncation) {
            let message = format!("{} sent {length} of the {of_bytes} bytes of the package, then stopped.", host(url));
            return Err(
                Fault::new(Code::UpdateTruncated, message).with_hint("Fetch it again: it goes on where it stopped.")
            );
        }
        Ok(had_part)
    }

    /// Asks for something, from an offset on.
    async fn get(&self, url: &Url, from: u64, total: Duration) -> Result<Response, Fault> {
        self.release.permit(url)?;
        let mut request = self.client.get(url.clone()).timeout(total);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let response = request.send().await.map_err(|error| server_fault(url, &error))?;
        let status = response.status();
        if status.is_success() || (from > 0 && status == StatusCode::RANGE_NOT_SATISFIABLE) {
            return Ok(response);
        }
        Err(Fault::new(Code::UpdateServer, format!("{} answered “{status}”.", host(url))).with_hint(SERVER_HINT))
    }
}

const SERVER_HINT: &str = "Check the network and the proxy; Millwright asks again by itself.";

/// Whether an answer is the rest of the very package from that offset on.
fn continues(response: &Response, from: u64, of_bytes: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    let expected = format!("bytes {from}-{}/{of_bytes}", of_bytes.saturating_sub(1));
    response.status() == StatusCode::PARTIAL_CONTENT && range == Some(expected.as_str())
}

/// A file that is nobody else's, to write at its end; never through a link.
async fn open_part(path: &Path) -> io::Result<tokio::fs::File> {
    let mut options = tokio::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    options.mode(0o600);
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something else than a file is there"));
    }
    options.open(path).await
}

fn remove(path: &Path) -> Result<(), Fault> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(crate::file_fault(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}

/// A failed exchange as a fault that names the host and the cause, and no part of the address that could be a secret.
fn server_fault(url: &Url, error: &reqwest::Error) -> Fault {
    if let Some(fault) = refused_redirect(error) {
        return fault;
    }
    let message = if error.is_timeout() {
        format!("{} took too long to answer.", host(url))
    } else {
        format!("{} cannot be asked: {}.", host(url), causes_below(error))
    };
    Fault::new(Code::UpdateServer, message).with_hint(SERVER_HINT)
}

fn refused_redirect(error: &reqwest::Error) -> Option<Fault> {
    let mut cause = error.source();
    while let Some(current) = cause {
        if let Some(RefusedRedirect(fault)) = current.downcast_ref() {
            return Some(fault.clone());
        }
        cause = current.source();
    }
    None
}

/// reqwest's own words hold the address; what is below them is the cause.
fn causes_below(error: &reqwest::Error) -> String {
    error.source().map_or_else(|| "it does not speak HTTP".to_owned(), causes)
}

fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        let more = current.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = current.source();
    }
    text
}
