//! A server on loopback that answers as it is told to: whole, cut, endless, slow, redirecting.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, StatusCode, Uri, header},
};
use futures_util::{StreamExt, stream};
use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;

const PIECE: usize = 64 * 1024;

/// How a path answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// With everything, or the part that was asked for.
    Whole,
    /// With everything, whatever part was asked for.
    WholeAlways,
    /// With so many bytes of what it announces, then the connection is closed.
    CutAfter(usize),
    /// With the bytes, then with others without an end.
    Endless,
    /// With one byte, then nothing more.
    Stalls,
    /// With an error.
    Refused,
    /// With the way to the same path by this machine's name, over HTTP.
    RedirectToName,
    /// With the way to itself.
    RedirectToItself,
}

/// A path, and the range of it.
pub(super) type Question = (String, Option<String>);

#[derive(Clone, Default)]
struct Shelf {
    paths: Arc<Mutex<HashMap<String, (Bytes, Answer)>>>,
    asked: Arc<Mutex<Vec<Question>>>,
    sent: Arc<AtomicU64>,
}

pub(super) struct Server {
    address: SocketAddr,
    shelf: Shelf,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shelf = Shelf::default();
        let router = Router::new().fallback(answer).with_state((shelf.clone(), address));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shelf, task }
    }

    pub(super) fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn serve(&self, path: &str, bytes: Vec<u8>, answer: Answer) {
        self.shelf.paths.lock().unwrap().insert(path.to_owned(), (bytes.into(), answer));
    }

    /// What was asked for, with the range.
    pub(super) fn asked(&self) -> Vec<Question> {
        self.shelf.asked.lock().unwrap().clone()
    }

    /// How many bytes of bodies were handed to connections.
    pub(super) fn sent(&self) -> u64 {
        self.shelf.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State((shelf, address)): State<(Shelf, SocketAddr)>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let range = headers.get(header::RANGE).map(|range| range.to_str().unwrap().to_owned());
    shelf.asked.lock().unwrap().push((uri.path().to_owned(), range.clone()));
    let found = shelf.paths.lock().unwrap().get(uri.path()).cloned();
    let Some((bytes, answer)) = found else { return status(StatusCode::NOT_FOUND) };
    let total = bytes.len();
    let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let sent = shelf.sent.clone();
    match answer {
        Answer::Whole => match from {
            Some(from) if from < total => {
                let part = format!("bytes {from}-{}/{total}", total - 1);
                let response =
                    Response::builder().status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, part);
                response.body(pieces(bytes.slice(from..), sent)).unwrap()
            }
            Some(_) => status(StatusCode::RANGE_NOT_SATISFIABLE),
            None => announced(total, pieces(bytes, sent)),
        },
        Answer::WholeAlways => announced(total, pieces(bytes, sent)),
        Answer::CutAfter(length) => {
            // What was sent has to be on its way before the connection ends.
            let end = stream::once(tokio::time::sleep(Duration::from_millis(100))).filter_map(async |()| None);
            let body = pieces(bytes.slice(..length), sent).into_data_stream();
            announced(total, Body::from_stream(body.chain(end)))
        }
        Answer::Endless => {
            let more = stream::repeat_with(move || {
                sent.fetch_add(PIECE as u64, Ordering::Relaxed);
                Ok::<_, Infallible>(Bytes::from_static(&[b' '; PIECE]))
            });
            Response::new(Body::from_stream(stream::once(async { Ok(bytes) }).chain(more)))
        }
        Answer::Stalls => {
            let first = stream::once(async move { Ok::<_, Infallible>(bytes.slice(..1)) });
            announced(total, Body::from_stream(first.chain(stream::pending())))
        }
        Answer::Refused => status(StatusCode::INTERNAL_SERVER_ERROR),
        Answer::RedirectToName => {
            let is_here = headers.get(header::HOST).is_some_and(|host| host.to_str().unwrap().starts_with("localhost"));
            if is_here {
                return announced(total, pieces(bytes, sent));
            }
            redirect(&format!("http://localhost:{}{}", address.port(), uri.path()))
        }
        Answer::RedirectToItself => redirect(&format!("http://{address}{}", uri.path())),
    }
}

fn announced(length: usize, body: Body) -> Response<Body> {
    Response::builder().header(header::CONTENT_LENGTH, length).body(body).unwrap()
}

fn status(status: StatusCode) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).unwrap()
}

fn redirect(to: &str) -> Response<Body> {
    Response::builder().status(StatusCode::FOUND).header(header::LOCATION, to).body(Body::empty()).unwrap()
}

fn pieces(bytes: Bytes, sent: Arc<AtomicU64>) -> Body {
    let starts = (0..bytes.len()).step_by(PIECE);
    Body::from_stream(stream::iter(starts).map(move |start| {
        let piece = bytes.slice(start..bytes.len().min(start + PIECE));
        sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Ok::<_, Infallible>(piece)
    }))
}
