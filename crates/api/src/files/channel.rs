//! The way to a host's SFTP server: one channel for questions, kept for a minute, and one for each file on its way.

use crate::workspace::Workspace;
use millwright_domain::Fault;
use millwright_domain::fleet::Host;
use millwright_domain::ids::HostId;
use millwright_ssh::sftp::{Sftp, SftpError};
use millwright_ssh::{Session, WeakSession};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a channel waits for the next question.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// How long a session may take to show that it is alive.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// The channels that wait for the next question.
#[derive(Default)]
pub(crate) struct SftpChannels {
    by_host: Mutex<HashMap<HostId, Waiting>>,
}

struct Waiting {
    of: WeakSession,
    sftp: Sftp,
    uses: u64,
}

impl SftpChannels {
    fn lock(&self) -> MutexGuard<'_, HashMap<HostId, Waiting>> {
        self.by_host.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, host: HostId, session: &Session) -> Option<(Sftp, u64)> {
        let mut channels = self.lock();
        let waiting = channels.get_mut(&host).filter(|waiting| waiting.of.is(session) && waiting.sftp.is_alive())?;
        waiting.uses += 1;
        Some((waiting.sftp.clone(), waiting.uses))
    }

    /// Closes the channel, if nobody has used it since.
    fn forget_unused(&self, host: HostId, uses: u64) {
        let mut channels = self.lock();
        if channels.get(&host).is_some_and(|waiting| waiting.uses == uses) {
            channels.remove(&host);
        }
    }
}

impl Workspace {
    /// A channel for questions to a host.
    pub(crate) async fn sftp(&self, host: &Host) -> Result<Sftp, Fault> {
        let session = self.session_of_files(host).await?;
        let (sftp, uses) = match self.sftp_channels.take(host.id, &session) {
            Some(waiting) => waiting,
            None => {
                let sftp = start(&session).await?;
                let waiting = Waiting { of: session.downgrade(), sftp: sftp.clone(), uses: 0 };
                self.sftp_channels.lock().insert(host.id, waiting);
                (sftp, 0)
            }
        };
        let (channels, id) = (Arc::downgrade(&self.sftp_channels), host.id);
        tokio::spawn(async move {
            tokio::time::sleep(KEPT_FOR).await;
            if let Some(channels) = channels.upgrade() {
                channels.forget_unused(id, uses);
            }
        });
        Ok(sftp)
    }

    /// A channel for one file on its way: what it sends must not stand before anybody's question.
    pub(crate) async fn sftp_of_its_own(&self, host: &Host) -> Result<(Sftp, Session), Fault> {
        let session = self.session_of_files(host).await?;
        Ok((start(&session).await?, session))
    }

    async fn session_of_files(&self, host: &Host) -> Result<Session, Fault> {
        self.connections.session(host.id).await.map_err(|failure| self.connections.named(host.id, failure))
    }
}

async fn start(session: &Session) -> Result<Sftp, Fault> {
    match Sftp::start(session.subsystem("sftp").into_stream()).await {
        Ok(sftp) => Ok(sftp),
        Err(error) => {
            if matches!(error, SftpError::Silent { .. }) {
                give_up_if_dead(session).await;
            }
            Err(error.about_the_server())
        }
    }
}

/// A host that owed an answer for too long: is it the file system there that hangs, or the whole link? A dead link is given
/// up, so that the next attempt makes a new one; a living one may carry somebody's terminal.
pub(crate) async fn give_up_if_dead(session: &Session) {
    if tokio::time::timeout(SIGN_OF_LIFE, session.exec("true").collect(0)).await.is_err() {
        session.abandon();
    }
}
