//! From a name to a TCP connection.

use crate::error::SshError;
use crate::options::Stage;
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

/// The addresses of a name, as the system orders them. Blocks as long as the system's resolver does.
pub(super) fn resolve(address: &str, port: u16) -> Result<Vec<SocketAddr>, SshError> {
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    let not_found = |detail: String| SshError::NameNotFound { name: address.to_owned(), detail };
    let addresses: Vec<SocketAddr> =
        (bare, port).to_socket_addrs().map_err(|error| not_found(error.to_string()))?.collect();
    if addresses.is_empty() { Err(not_found("it has no address".to_owned())) } else { Ok(addresses) }
}

/// Connects to the first address that answers. Each gets a fair share of the time that is left.
pub(super) fn connect(
    addresses: &[SocketAddr],
    timeout: Duration,
    deadline: Instant,
    silence: Duration,
) -> Result<Socket, (Stage, SshError)> {
    let began = Instant::now();
    let until = deadline.min(began + timeout);
    let mut failure = SshError::TimeoutTcp { after: until.saturating_duration_since(began) };
    for (index, address) in addresses.iter().enumerate() {
        let left = until.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        if share.is_zero() {
            break;
        }
        match connect_one(*address, share, silence) {
            Ok(socket) => return Ok(socket),
            // A refusal says more than a silence of another address of the same name.
            Err(_) if failure == SshError::ConnectionRefused => {}
            Err(error) => failure = explain(&error, timeout),
        }
    }
    Err((Stage::Tcp, failure))
}

fn connect_one(address: SocketAddr, timeout: Duration, silence: Duration) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.connect_timeout(&SockAddr::from(address), timeout)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    // Our own keepalive asks for no answer, so TCP has to notice a dead link, both when idle and when bytes wait.
    let third = (silence / 3).max(Duration::from_secs(1));
    let keepalive = TcpKeepalive::new().with_time(third).with_interval(third);
    #[cfg(not(windows))]
    let keepalive = keepalive.with_retries(2);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_user_timeout(Some(silence))?;
    Ok(socket)
}

fn explain(error: &io::Error, timeout: Duration) -> SshError {
    if error.kind() == io::ErrorKind::ConnectionRefused {
        SshError::ConnectionRefused
    } else if error.kind() == io::ErrorKind::TimedOut {
        SshError::TimeoutTcp { after: timeout }
    } else if error.raw_os_error().is_some_and(is_a_shortage) {
        SshError::Exhausted { detail: error.to_string() }
    } else {
        SshError::NoRoute { detail: error.to_string() }
    }
}

#[cfg(unix)]
fn is_a_shortage(number: i32) -> bool {
    [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM].contains(&number)
}

#[cfg(not(unix))]
fn is_a_shortage(_number: i32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const LIMIT: Duration = Duration::from_secs(10);

    fn connect_to(addresses: &[SocketAddr]) -> Result<SocketAddr, SshError> {
        let socket = connect(addresses, LIMIT, Instant::now() + LIMIT, LIMIT).map_err(|(_, error)| error)?;
        assert!(socket.tcp_nodelay().unwrap() && socket.keepalive().unwrap() && socket.nonblocking().unwrap());
        #[cfg(target_os = "linux")]
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(LIMIT));
        Ok(socket.peer_addr().unwrap().as_socket().unwrap())
    }

    #[test]
    fn the_first_address_that_answers_is_taken_in_either_family() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = listener.local_addr().unwrap();
        let closed = |address: &str| {
            let listener = TcpListener::bind((address, 0)).unwrap();
            listener.local_addr().unwrap()
        };
        assert_eq!(connect_to(&[closed("127.0.0.1"), there]), Ok(there));
        assert_eq!(connect_to(&[closed("127.0.0.1")]), Err(SshError::ConnectionRefused));
        if let Ok(listener) = TcpListener::bind("[::1]:0") {
            let there = listener.local_addr().unwrap();
            assert_eq!(resolve("[::1]", there.port()).unwrap(), [there]);
            assert_eq!(connect_to(&[closed("127.0.0.1"), there]), Ok(there));
        }
    }

    #[test]
    fn names_that_are_options_or_nonsense_are_only_names() {
        for name in ["-oProxyCommand=true", "$(true)", "", "a b", "name\0"] {
            assert!(matches!(resolve(name, 22), Err(SshError::NameNotFound { .. })), "{name}");
        }
    }
}
