//! From a route to a session: hop by hop, each behind the gate, each host's key compared before any login.

use crate::endpoint::Endpoint;
use crate::error::{ConnectError, SshError};
use crate::host_key::{HostKey, PinVerdict, algorithms_to_offer, judge};
use crate::keeper::SessionKeeper;
use crate::login::authenticate;
use crate::options::{ConnectOptions, ConnectSteps, Stage};
use crate::prompt::Prompts;
use crate::session::{Session, Stranger};
use crate::worker::Leg;
use std::time::{Duration, Instant};

/// Connects to the last endpoint of a route through all those before it.
pub async fn connect(route: &[Endpoint], options: &ConnectOptions, prompts: &Prompts) -> Result<Session, ConnectError> {
    let mut reached = None;
    for hop in 0..route.len() {
        let through = reached.map_or(Through::Network, Through::Session);
        reached = Some(connect_hop(route, hop, &through, options, prompts).await?);
    }
    reached.ok_or_else(empty_route)
}

/// Asks the last endpoint of a route for its key and hangs up. Nothing is sent that concerns a login there; the machines
/// before it are logged in to as [`connect`] does.
pub async fn scan_host_key(
    route: &[Endpoint],
    options: &ConnectOptions,
    prompts: &Prompts,
) -> Result<HostKey, ConnectError> {
    let (_, before) = route.split_last().ok_or_else(empty_route)?;
    let through = match before {
        [] => Through::Network,
        [..] => Through::Session(connect(before, options, prompts).await?),
    };
    let hop = before.len();
    retrying(hop, options, || async {
        meet(route, hop, &through, options).await.map(|(stranger, _)| stranger.host_key)
    })
    .await
}

/// How to get to the next machine.
pub(crate) enum Through<'a> {
    /// By a TCP connection from here.
    Network,
    /// Through a session with the machine before.
    Session(Session),
    /// Through whichever session with the machine before a keeper has free.
    Kept(&'a SessionKeeper),
}

/// Connects to one endpoint of a route, the machine before it being connected.
pub(crate) async fn connect_hop(
    route: &[Endpoint],
    hop: usize,
    through: &Through<'_>,
    options: &ConnectOptions,
    prompts: &Prompts,
) -> Result<Session, ConnectError> {
    let endpoint = &route[hop];
    retrying(hop, options, || async {
        let (mut stranger, session) = meet(route, hop, through, options).await?;
        let at =
            |stage, stranger: &Stranger, error| ConnectError::at(hop, endpoint, stage, stranger.steps.clone(), error);
        let began = Instant::now();
        let offered = stranger.host_key.clone();
        match judge(&offered, &endpoint.pins) {
            PinVerdict::Trusted => {}
            PinVerdict::Unknown => return Err(at(Stage::HostKey, &stranger, SshError::HostKeyUnknown { offered })),
            PinVerdict::Changed => return Err(at(Stage::HostKey, &stranger, SshError::HostKeyChanged { offered })),
            PinVerdict::Revoked => return Err(at(Stage::HostKey, &stranger, SshError::HostKeyRevoked { offered })),
        }
        stranger.steps.pass(Stage::HostKey, began.elapsed());
        let began = Instant::now();
        let outcome = authenticate(&stranger, endpoint, options, prompts).await;
        outcome.map_err(|error| at(Stage::Authentication, &stranger, error))?;
        stranger.steps.pass(Stage::Authentication, began.elapsed());
        Ok(stranger.into_session(session))
    })
    .await
}

/// A chain of machines in words, the same for the same chain.
pub(crate) fn name_of(chain: &[Endpoint]) -> String {
    let names: Vec<String> =
        chain.iter().map(|endpoint| format!("{}@{}:{}", endpoint.user, endpoint.address, endpoint.port)).collect();
    names.join(" ")
}

/// Gets as far as the host's key, and says through which session.
async fn meet(
    route: &[Endpoint],
    hop: usize,
    through: &Through<'_>,
    options: &ConnectOptions,
) -> Result<(Stranger, Option<Session>), ConnectError> {
    let endpoint = &route[hop];
    let place = options.gate.admit(&name_of(&route[..hop]), &endpoint.address, endpoint.port).await;
    let mut steps = ConnectSteps::default();
    let (leg, session) = match through {
        Through::Network => (Leg::Direct { address: endpoint.address.clone(), port: endpoint.port }, None),
        Through::Session(_) | Through::Kept(_) => {
            let (session, turn) = match through {
                Through::Kept(keeper) => keeper.session_with_turn(&route[..hop]).await?,
                Through::Session(session) => (session.clone(), session.tunnel_turn().await),
                Through::Network => return Err(empty_route()),
            };
            let began = Instant::now();
            let after = options.tcp_timeout;
            let opened = session.open_tunnel(&endpoint.address, endpoint.port, turn);
            let opened = tokio::time::timeout(after, opened).await.unwrap_or(Err(SshError::TimeoutTcp { after }));
            let socket = opened.map_err(|error| ConnectError::at(hop, endpoint, Stage::Tcp, steps.clone(), error))?;
            steps.pass(Stage::Tcp, began.elapsed());
            (Leg::Tunnel(socket), Some(session))
        }
    };
    let met = Stranger::meet(leg, algorithms_to_offer(&endpoint.pins), options, place, steps).await;
    met.map(|stranger| (stranger, session))
        .map_err(|(stage, steps, error)| ConnectError::at(hop, endpoint, stage, steps, error))
}

async fn retrying<T, F>(hop: usize, options: &ConnectOptions, mut attempt: impl FnMut() -> F) -> Result<T, ConnectError>
where
    F: Future<Output = Result<T, ConnectError>>,
{
    let mut pause = options.retry_pause;
    for _ in 0..options.retries {
        match attempt().await {
            Err(failure) if failure.hop == hop && failure.error.is_worth_a_retry() => {
                tracing::debug!(%failure, "the host did not want us just now; trying again");
                tokio::time::sleep(jittered(pause)).await;
                pause *= 2;
            }
            outcome => return outcome,
        }
    }
    attempt().await
}

/// Between half and all of a pause, so that many do not come back at once.
fn jittered(pause: Duration) -> Duration {
    // Without randomness everybody waits the whole pause.
    let random = getrandom::u32().unwrap_or(u32::MAX);
    pause.mul_f64(0.5 + f64::from(random) / f64::from(u32::MAX) / 2.0)
}

pub(crate) fn empty_route() -> ConnectError {
    ConnectError {
        hop: 0,
        user: String::new(),
        address: String::new(),
        port: 0,
        stage: Stage::Name,
        steps: ConnectSteps::default(),
        error: Box::new(SshError::EmptyRoute),
    }
}
