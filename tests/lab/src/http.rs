//! A web server for the files of one folder: `GET` and `HEAD`, nothing else. It exists for the lab's apt repository.

use crate::error::{Doing, LabError};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves until it is dropped.
#[derive(Debug)]
pub(crate) struct FileServer {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl FileServer {
    pub(crate) fn start(address: Ipv4Addr, port: u16, folder: &Path) -> Result<Self, LabError> {
        let listener = TcpListener::bind((address, port)).doing(|| format!("serve packages on {address}:{port}"))?;
        let address = listener.local_addr().doing(|| "read the server's address".to_owned())?;
        let ended = Arc::new(AtomicBool::new(false));
        let folder: Arc<Path> = folder.into();
        let seen = Arc::clone(&ended);
        let listening = thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if seen.load(Ordering::SeqCst) {
                    break;
                }
                let folder = Arc::clone(&folder);
                // A client that breaks off is its own affair.
                thread::spawn(move || answer_all(&client, &folder));
            }
        });
        Ok(Self { address, ended, listening: Some(listening) })
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the listener, which sees that it is over.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

fn answer_all(client: &TcpStream, folder: &Path) -> io::Result<()> {
    client.set_read_timeout(Some(IDLE_TIMEOUT))?;
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client);
    loop {
        let Some(request) = read_request(&mut reader)? else { return Ok(()) };
        answer(client, folder, &request)?;
    }
}

/// The request's first line; the headers change nothing here.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    loop {
        let before = head.len();
        reader.by_ref().take(16 * 1024).read_until(b'\n', &mut head)?;
        match &head[before..] {
            [] => return Ok(None),
            b"\r\n" | b"\n" => break,
            _ if head.len() > 64 * 1024 => return Ok(None),
            _ => {}
        }
    }
    Ok(String::from_utf8_lossy(&head).lines().next().map(str::to_owned))
}

fn answer(mut client: &TcpStream, folder: &Path, request: &str) -> io::Result<()> {
    let mut words = request.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let file = match method {
        "GET" | "HEAD" => resolve(folder, path).and_then(|path| File::open(path).ok()).filter(is_plain),
        _ => return write!(client, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"),
    };
    let Some(mut file) = file else {
        return write!(client, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    };
    write!(client, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", file.metadata()?.len())?;
    if method == "GET" {
        io::copy(&mut file, &mut client)?;
    }
    Ok(())
}

fn is_plain(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file())
}

/// The file below `folder` that a URL's path names; `None` for one that would leave it.
fn resolve(folder: &Path, path: &str) -> Option<PathBuf> {
    let decoded = decode(path.trim_start_matches('/'))?;
    let relative = Path::new(&decoded);
    relative.components().all(|part| matches!(part, Component::Normal(_))).then(|| folder.join(relative))
}

fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
                after
            }
            _ => {
                bytes.push(*first);
                tail
            }
        };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_the_folder() {
        let folder = Path::new("/srv");
        for (path, expected) in [
            ("/pool/a%2bb.deb", Some("/srv/pool/a+b.deb")),
            ("/pool/a+b.deb", Some("/srv/pool/a+b.deb")),
            ("/../etc/passwd", None),
            ("/pool/%2e%2e/%2e%2e/etc/passwd", None),
            ("//etc/passwd", Some("/srv/etc/passwd")),
            ("/%2fetc/passwd", None),
            ("/%zz", None),
        ] {
            assert_eq!(resolve(folder, path), expected.map(PathBuf::from), "{path}");
        }
    }
}
