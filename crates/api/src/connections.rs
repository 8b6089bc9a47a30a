//! Connections to the inventory's hosts: from a host's row to an SSH session, and the runner's transport over it.

use crate::people::People;
use millwright_domain::fleet::{Credential, Host, HostKeyPin, PinState, SudoMode};
use millwright_domain::ids::HostId;
use millwright_domain::run::Privilege;
use millwright_domain::{Code, Fault, HostPath};
use millwright_runner::SpareShell;
use millwright_runner::ports::{Channel, Link, Piece, Transport};
use millwright_runner::remote::Elevation;
use millwright_ssh::{
    ConnectError, ConnectOptions, Ending, Endpoint, Exchange, HostKey, Identity, PinStanding, Prompts, Route, Session,
    SessionKeeper, WeakSession, connect,
};
use millwright_store::Store;
use millwright_store::table::{host, host_key_pin};
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// How many pieces of a channel may wait.
const WAITING_PIECES: usize = 4;

/// The way to every host of a workspace.
pub(crate) struct Connections {
    store: Store,
    people: People,
    sessions: OnceLock<SessionKeeper>,
    prompts: OnceLock<Prompts>,
    /// The inventory as it was when it was last asked about; a run asks about each of its hosts once.
    known: RwLock<Arc<Inventory>>,
    /// Each session's spare shell.
    shells: Mutex<HashMap<HostId, (WeakSession, SpareShell)>>,
}

#[derive(Default)]
struct Inventory {
    hosts: HashMap<HostId, Host>,
    pins: HashMap<HostId, Vec<HostKeyPin>>,
}

impl Connections {
    pub(crate) fn new(store: Store, people: People) -> Self {
        let (sessions, prompts) = (OnceLock::new(), OnceLock::new());
        Self { store, people, sessions, prompts, known: RwLock::default(), shells: Mutex::default() }
    }

    /// Reads the inventory anew.
    pub(crate) fn refresh(&self) -> Result<(), Fault> {
        let inventory = self.store.read(|reader| {
            let mut pins: HashMap<HostId, Vec<HostKeyPin>> = HashMap::new();
            for pin in host_key_pin::list(reader)? {
                pins.entry(pin.host_id).or_default().push(pin);
            }
            let hosts = host::list(reader)?.into_iter().map(|host| (host.id, host)).collect();
            Ok(Inventory { hosts, pins })
        })?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(inventory);
        Ok(())
    }

    /// The machines to go through to a host, the host last.
    pub(crate) fn route(&self, id: HostId) -> Result<Route, Fault> {
        let known = Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner));
        let mut machines = Vec::new();
        let host = known.hosts.get(&id).ok_or_else(|| gone(id))?;
        collect(&known, host, &mut machines, 0)?;
        machines.into_iter().map(|host| endpoint(&known, host)).collect()
    }

    /// An open session with a host.
    pub(crate) async fn session(&self, id: HostId) -> Result<Session, ConnectFailure> {
        let route = self.route(id).map_err(ConnectFailure::Inventory)?;
        let keeper =
            self.sessions.get_or_init(|| SessionKeeper::new(ConnectOptions::default(), self.prompts().clone()));
        let session = keeper.session_for(&route).await;
        session.map_err(|failure| ConnectFailure::Connection(Box::new(failure)))
    }

    /// A session of its own: one that is open already would tell nothing of the way to the host.
    pub(crate) async fn fresh_session(&self, id: HostId) -> Result<Session, ConnectFailure> {
        let route = self.route(id).map_err(ConnectFailure::Inventory)?;
        let connected = connect(&route, &ConnectOptions::default(), self.prompts()).await;
        connected.map_err(|failure| ConnectFailure::Connection(Box::new(failure)))
    }

    /// Where questions of connections go. Made once, so that each is asked once.
    pub(crate) fn prompts(&self) -> &Prompts {
        self.prompts.get_or_init(|| self.people.for_connections())
    }

    /// A failed connection as a fault, with what only the inventory knows: which host it was, and what was pinned for it.
    pub(crate) fn named(&self, id: HostId, failure: ConnectFailure) -> Fault {
        let hop = match &failure {
            ConnectFailure::Connection(failure) => failure.hop,
            ConnectFailure::Inventory(_) => return failure.into(),
        };
        let fault = Fault::from(failure);
        let known = Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner));
        let mut machines = Vec::new();
        let found = known.hosts.get(&id).is_some_and(|host| collect(&known, host, &mut machines, 0).is_ok());
        let Some(host) = machines.get(hop).filter(|_| found) else { return fault };
        if fault.code == Code::HostKeyUnknown {
            let trust = format!("millwright host trust {}", host.path);
            return fault.with_hint(format!("Compare the fingerprint with the host's own, then: {trust}"));
        }
        if fault.code == Code::HostKeyChanged {
            let pins = known.pins.get(&host.id).into_iter().flatten();
            let pinned: Vec<&str> = pins.map(|pin| pin.fingerprint.as_str()).collect();
            let message = format!("{}; “{}” is trusted with {}", fault.message, host.path, pinned.join(", "));
            return Fault { message, ..fault };
        }
        fault
    }

    fn spare_shell(&self, id: HostId, session: &Session) -> SpareShell {
        let mut shells = self.shells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, shell)) = shells.get(&id)
            && of.is(session)
        {
            return shell.clone();
        }
        let shell = SpareShell::default();
        shells.insert(id, (session.downgrade(), shell.clone()));
        shell
    }

    fn host(&self, id: HostId) -> Result<Host, Fault> {
        let known = Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner));
        known.hosts.get(&id).cloned().ok_or_else(|| gone(id))
    }
}

/// Why there is no session.
pub(crate) enum ConnectFailure {
    /// The inventory does not say how.
    Inventory(Fault),
    /// It was tried.
    Connection(Box<ConnectError>),
}

impl From<ConnectFailure> for Fault {
    fn from(failure: ConnectFailure) -> Fault {
        match failure {
            ConnectFailure::Inventory(fault) => fault,
            ConnectFailure::Connection(failure) => (*failure).into(),
        }
    }
}

impl Transport for Connections {
    type Link = HostLink;

    async fn connect(&self, id: HostId) -> Result<HostLink, Fault> {
        let host = self.host(id)?;
        let session = self.session(id).await.map_err(|failure| self.named(id, failure))?;
        let shell = self.spare_shell(id, &session);
        Ok(HostLink { session, host, people: self.people.clone(), shell })
    }
}

/// A session with a host of the inventory.
pub(crate) struct HostLink {
    session: Session,
    host: Host,
    people: People,
    shell: SpareShell,
}

impl Link for HostLink {
    fn elevation(&self, privilege: Privilege) -> Result<Elevation, Fault> {
        if privilege == Privilege::Login || self.host.user == "root" {
            return Ok(Elevation::None);
        }
        match self.host.sudo {
            SudoMode::Nopasswd => Ok(Elevation::SudoNoPassword),
            SudoMode::Ask => Ok(Elevation::SudoAsk),
            SudoMode::None => Err(Fault::new(
                Code::SudoRefused,
                format!("this needs root, and “{}” logs in as {} without sudo", self.host.path, self.host.user),
            )
            .with_hint("Set the way with `millwright host edit HOST --sudo nopasswd` (or ask).")),
        }
    }

    async fn start(&self, command: &str) -> Result<Channel, Fault> {
        let mut exchange = self.session.exec(command);
        let (sender, output) = mpsc::channel(WAITING_PIECES);
        let (input, mut typed) = mpsc::channel::<Vec<u8>>(WAITING_PIECES);
        if let Some(stdin) = exchange.take_input() {
            tokio::spawn(async move {
                while let Some(bytes) = typed.recv().await {
                    if stdin.send(bytes).await.is_err() {
                        return;
                    }
                }
            });
        }
        tokio::spawn(relay(exchange, sender));
        Ok(Channel { output, input })
    }

    async fn sudo_password(&self) -> Option<Zeroizing<Vec<u8>>> {
        let password = self.people.sudo_password(&self.host.path, &self.host.user).await?;
        Some(Zeroizing::new(password.expose_secret().as_bytes().to_vec()))
    }

    fn spare_shell(&self) -> &SpareShell {
        &self.shell
    }

    fn abandon(&self) {
        self.session.abandon();
    }
}

/// Passes on what the host says; ends, and closes the channel, as soon as nobody listens.
async fn relay(mut exchange: Exchange, sender: mpsc::Sender<Piece>) {
    loop {
        let piece = tokio::select! {
            piece = exchange.next() => piece,
            () = sender.closed() => return,
        };
        let piece = match piece {
            Some(millwright_ssh::Piece::Stdout(bytes)) => Piece::Stdout(bytes),
            Some(millwright_ssh::Piece::Stderr(bytes)) => Piece::Stderr(bytes),
            Some(millwright_ssh::Piece::End(ending)) => match ending {
                Ending::Exited { code } => Piece::Closed { exit_status: Some(code) },
                Ending::Killed { .. } | Ending::WithoutStatus => Piece::Closed { exit_status: None },
                Ending::Lost(error) => Piece::Lost(error.into()),
            },
            None => return,
        };
        if sender.send(piece).await.is_err() {
            return;
        }
    }
}

/// The hosts to go through, each with the hosts that it is itself reached through, then the host.
fn collect<'i>(known: &'i Inventory, host: &'i Host, machines: &mut Vec<&'i Host>, depth: usize) -> Result<(), Fault> {
    /// Longer chains are circles.
    const DEEPEST: usize = 8;
    if depth > DEEPEST {
        return Err(Fault::new(Code::InvalidInput, format!("“{}” is reached through too many hosts", host.path))
            .with_hint("Look for a circle in the jump hosts."));
    }
    for (position, jump) in host.jumps.iter().enumerate() {
        let jump = known.hosts.get(jump).ok_or_else(|| gone(*jump))?;
        // Only the first one is reached from here; the others are reached from the one before them.
        if position == 0 {
            collect(known, jump, machines, depth + 1)?;
        } else {
            machines.push(jump);
        }
    }
    machines.push(host);
    Ok(())
}

fn endpoint(known: &Inventory, host: &Host) -> Result<Endpoint, Fault> {
    let pins = known.pins.get(&host.id).map(Vec::as_slice).unwrap_or_default();
    Ok(Endpoint {
        address: host.address.clone(),
        port: host.port,
        user: host.user.clone(),
        identities: identities(&host.credential),
        pins: pins.iter().map(|pin| ssh_pin(&host.path, pin)).collect::<Result<_, _>>()?,
    })
}

fn identities(credential: &Credential) -> Vec<Identity> {
    match credential {
        Credential::Agent { fingerprint } => vec![Identity::Agent { fingerprint: fingerprint.clone() }],
        Credential::KeyFile { path } => vec![Identity::KeyFile { path: PathBuf::from(path) }],
        Credential::AskPassword => vec![Identity::Password, Identity::KeyboardInteractive],
    }
}

fn ssh_pin(path: &HostPath, pin: &HostKeyPin) -> Result<millwright_ssh::HostKeyPin, Fault> {
    let key: HostKey = format!("{} {}", pin.algorithm, pin.key).parse().map_err(|error| {
        Fault::new(Code::WorkspaceCorrupt, format!("the pinned key of “{path}” cannot be read: {error}"))
            .with_hint(format!("Pin it anew: millwright host trust {path}"))
    })?;
    let standing = match pin.state {
        PinState::Trusted => PinStanding::Trusted,
        PinState::Revoked => PinStanding::Revoked,
    };
    Ok(millwright_ssh::HostKeyPin { key, standing })
}

fn gone(id: HostId) -> Fault {
    Fault::new(Code::NotFound, format!("host {id} is not in the inventory any more"))
}
