//! A TCP proxy that makes a connection slow, silent or broken, and counts its round trips.
//!
//! It works above TCP: bytes are delayed or held, never lost from the middle of a stream. The TCP handshake itself is
//! with the proxy, so it is neither delayed nor counted. For a link whose packets really vanish use
//! [`crate::Machine::link_down`].

use crate::error::{Doing, LabError};
use socket2::SockRef;
use std::{
    future::pending,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep, sleep_until},
};

/// How bytes go through, in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// As they come.
    Free,
    /// Not at all, until it is changed: nobody is told.
    Held,
    /// One byte, then a pause.
    OneByteEvery(Duration),
}

/// A proxy on loopback in front of one address. It ends when it is dropped, with its connections.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    counters: Arc<Counters>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    to_server: Flow,
    to_client: Flow,
    /// Connections that were opened under a smaller number are reset.
    generation: u64,
}

#[derive(Debug, Default)]
struct Counters {
    round_trips: AtomicU64,
    connections: AtomicU64,
}

impl Proxy {
    /// Starts one in front of `target` that holds every byte back for `one_way_delay`, in each direction.
    ///
    /// A delay of some milliseconds makes the count of round trips steady: without one, the two sides' greetings may
    /// cross in either order.
    pub fn start(target: SocketAddr, one_way_delay: Duration) -> Result<Self, LabError> {
        let doing = || format!("start a proxy for {target}");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().doing(doing)?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).doing(doing)?;
        let address = listener.local_addr().doing(doing)?;
        let (state, watched) = watch::channel(State { to_server: Flow::Free, to_client: Flow::Free, generation: 0 });
        let (end, ended) = oneshot::channel::<()>();
        let counters = Arc::new(Counters::default());
        let connection =
            Connection { target, one_way_delay, state: watched, counters: Arc::clone(&counters), generation: 0 };
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept_all(listener, connection) => {}
                    _ = ended => {}
                }
            });
        });
        Ok(Self { address, state, counters, end: Some(end), thread: Some(thread) })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often a client has sent something and then got something back, over all connections: each is one wait of a
    /// round trip.
    pub fn round_trips(&self) -> u64 {
        self.counters.round_trips.load(Ordering::SeqCst)
    }

    /// How many connections there have been.
    pub fn connections(&self) -> u64 {
        self.counters.connections.load(Ordering::SeqCst)
    }

    /// Changes how bytes go from server to client.
    pub fn flow_to_client(&self, flow: Flow) {
        self.state.send_modify(|state| state.to_client = flow);
    }

    /// Changes how bytes go from client to server.
    pub fn flow_to_server(&self, flow: Flow) {
        self.state.send_modify(|state| state.to_server = flow);
    }

    /// Holds everything in both directions, ends of connections too.
    pub fn link_down(&self) {
        self.state.send_modify(|state| (state.to_client, state.to_server) = (Flow::Held, Flow::Held));
    }

    /// Lets everything through again; what was held arrives.
    pub fn link_up(&self) {
        self.state.send_modify(|state| (state.to_client, state.to_server) = (Flow::Free, Flow::Free));
    }

    /// Resets all open connections, on both sides.
    pub fn sever(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[derive(Debug, Clone)]
struct Connection {
    target: SocketAddr,
    one_way_delay: Duration,
    state: watch::Receiver<State>,
    counters: Arc<Counters>,
    generation: u64,
}

#[derive(Debug, Clone, Copy)]
enum Direction {
    ToServer,
    ToClient,
}

async fn accept_all(listener: TcpListener, connection: Connection) {
    loop {
        let Ok((client, _)) = listener.accept().await else { return pending().await };
        let mut connection = connection.clone();
        connection.generation = connection.state.borrow().generation;
        connection.counters.connections.fetch_add(1, Ordering::SeqCst);
        // A connection that breaks is what the proxy is for.
        tokio::spawn(async move { carry(client, connection).await });
    }
}

async fn carry(mut client: TcpStream, connection: Connection) -> io::Result<()> {
    let mut server = TcpStream::connect(connection.target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let client_spoke = AtomicBool::new(false);
    {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let both = async {
            tokio::join!(
                connection.pump(from_client, to_server, Direction::ToServer, &client_spoke),
                connection.pump(from_server, to_client, Direction::ToClient, &client_spoke),
            )
        };
        tokio::select! {
            _ = both => return Ok(()),
            () = connection.severed() => {}
        }
    }
    for stream in [&client, &server] {
        // Closing with nothing to wait for is a reset.
        SockRef::from(stream).set_linger(Some(Duration::ZERO))?;
    }
    Ok(())
}

impl Connection {
    async fn pump(
        &self,
        reader: impl AsyncReadExt + Unpin,
        writer: impl AsyncWriteExt + Unpin,
        direction: Direction,
        client_spoke: &AtomicBool,
    ) {
        let (queue, queued) = mpsc::channel(64);
        let ahead = self.read_ahead(reader, queue, direction, client_spoke);
        let deliver = self.deliver(writer, queued, direction, client_spoke);
        let _ = tokio::join!(ahead, deliver);
    }

    /// Reads and stamps each piece with the time at which it may arrive. Dropping the queue is the end of the stream.
    async fn read_ahead(
        &self,
        mut reader: impl AsyncReadExt + Unpin,
        queue: mpsc::Sender<(Instant, Vec<u8>)>,
        direction: Direction,
        client_spoke: &AtomicBool,
    ) {
        let mut buffer = vec![0; 32 * 1024];
        loop {
            let Ok(length @ 1..) = reader.read(&mut buffer).await else { return };
            if matches!(direction, Direction::ToServer) {
                client_spoke.store(true, Ordering::SeqCst);
            }
            if queue.send((Instant::now() + self.one_way_delay, buffer[..length].to_vec())).await.is_err() {
                return;
            }
        }
    }

    async fn deliver(
        &self,
        mut writer: impl AsyncWriteExt + Unpin,
        mut queued: mpsc::Receiver<(Instant, Vec<u8>)>,
        direction: Direction,
        client_spoke: &AtomicBool,
    ) -> io::Result<()> {
        while let Some((due, bytes)) = queued.recv().await {
            sleep_until(due).await;
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let (now, pause) = match self.flow(direction).await {
                    None => (rest.len(), Duration::ZERO),
                    Some(pause) => (1, pause),
                };
                if matches!(direction, Direction::ToClient) && client_spoke.swap(false, Ordering::SeqCst) {
                    self.counters.round_trips.fetch_add(1, Ordering::SeqCst);
                }
                writer.write_all(&rest[..now]).await?;
                rest = &rest[now..];
                sleep(pause).await;
            }
        }
        self.flow(direction).await;
        writer.shutdown().await
    }

    /// Waits while the direction is held; then the pause after each byte, or `None` when bytes go freely.
    async fn flow(&self, direction: Direction) -> Option<Duration> {
        let mut state = self.state.clone();
        loop {
            let flow = match direction {
                Direction::ToServer => state.borrow_and_update().to_server,
                Direction::ToClient => state.borrow_and_update().to_client,
            };
            match flow {
                Flow::Free => return None,
                Flow::OneByteEvery(pause) => return Some(pause),
                Flow::Held => {
                    if state.changed().await.is_err() {
                        return pending().await;
                    }
                }
            }
        }
    }

    async fn severed(&self) {
        let mut state = self.state.clone();
        let ours = self.generation;
        if state.wait_for(|state| state.generation > ours).await.is_err() {
            pending::<()>().await;
        }
    }
}
