//! The command table over loopback HTTP, with the window's files: for development and browser tests. As an example it is in
//! no released binary. `cargo xtask serve` runs it.
//!
//! A browser's files lie in a temporary folder of the server while it runs: what a person picked to send, and what came.
//!
//! `serve WORKSPACE FILES [PORT]` prints one line, the address with a token that it made; only who knows that is answered.
#![allow(clippy::print_stdout)] // the address is its answer

use axum::body::Body;
use axum::extract::{Path as InPath, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt};
use millwright_api::{Desk, EngineEvent, Workspace};
use millwright_domain::{Code, Fault};
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use uuid::Uuid;

/// As the window's, but for where commands go.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Clone)]
struct Door {
    desk: Desk,
    token: String,
    address: String,
    /// A folder for each file, because names repeat.
    files: Arc<TempDir>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Call {
    command: String,
    arguments: Value,
    task: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (Some(workspace), Some(page)) = (words.first(), words.get(1)) else {
        return Err("usage: serve WORKSPACE FILES [PORT]".into());
    };
    let port = words.get(2).map_or(Ok(0), |port| port.parse())?;
    if !Path::new(workspace).exists() {
        Workspace::init(workspace.as_ref())?;
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?.to_string();
    let mut bits = [0; 16];
    getrandom::fill(&mut bits)?;
    let files = Arc::new(tempfile::tempdir()?);
    let door = Door { desk: Desk::open(workspace.as_ref())?, token: hex::encode(bits), address, files };
    door.desk.keep_going()?;
    println!("http://{}/#token={}", door.address, door.token);
    let api = Router::new()
        .route("/rpc", post(call))
        .route("/events", get(events))
        .route("/uploads", post(take_upload))
        .route("/downloads", post(make_place))
        .route("/downloads/{grant}", get(hand_over))
        .layer(from_fn_with_state(door.clone(), only_with_the_token))
        .with_state(door.clone());
    let policy = SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    let desk = door.desk.clone();
    let app =
        api.fallback_service(ServeDir::new(page)).layer(policy).layer(from_fn_with_state(door, only_by_this_name));
    tokio::select! {
        served = axum::serve(listener, app).into_future() => served?,
        () = told_to_end() => desk.close_terminals().await,
    }
    Ok(())
}

/// Somebody wants this to end; in order, so that the terminals and the temporary files go with it.
async fn told_to_end() {
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => drop(signals.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending();
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// A page of another site that had its name point here is not answered.
async fn only_by_this_name(State(door): State<Door>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if host == Some(door.address.as_str()) {
        return next.run(request).await;
    }
    StatusCode::MISDIRECTED_REQUEST.into_response()
}

async fn only_with_the_token(State(door): State<Door>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
    if given.and_then(|given| given.strip_prefix("Bearer ")) == Some(door.token.as_str()) {
        return next.run(request).await;
    }
    StatusCode::UNAUTHORIZED.into_response()
}

async fn call(State(door): State<Door>, Json(Call { command, arguments, task }): Json<Call>) -> Response {
    match door.desk.call_as(task, &command, arguments).await {
        Ok(answer) => Json(answer).into_response(),
        Err(fault) => (StatusCode::UNPROCESSABLE_ENTITY, Json(fault)).into_response(),
    }
}

async fn events(State(door): State<Door>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = unfold(door.desk.events(), |mut events| async move {
        let event = match events.recv().await {
            Ok(event) => event,
            // Too slow: it looks at everything again.
            Err(RecvError::Lagged(_)) => EngineEvent::Changed { version: 0 },
            Err(RecvError::Closed) => return None,
        };
        let text = serde_json::to_string(&event).unwrap_or_default();
        Some((Ok(Event::default().data(text)), events))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// A person picked this file to send.
async fn take_upload(State(door): State<Door>, Query(Named { name }): Query<Named>, body: Body) -> Response {
    answer(async {
        let path = new_place(&door, &name)?;
        let size = store(&path, body).await.map_err(|error| not_stored(&name, &error))?;
        Ok(json!({ "grant": door.desk.grant(path), "name": name, "size": size }))
    })
    .await
}

/// A person wants a file of a host: where it comes to lie.
async fn make_place(State(door): State<Door>, Query(Named { name }): Query<Named>) -> Response {
    answer(async {
        let path = new_place(&door, &name)?;
        Ok(json!({ "grant": door.desk.grant(path), "name": name, "size": null }))
    })
    .await
}

/// The file that has come. Until all of it is there it has another name.
async fn hand_over(State(door): State<Door>, InPath(grant): InPath<Uuid>) -> Response {
    let Ok(path) = door.desk.granted(grant) else { return StatusCode::NOT_FOUND.into_response() };
    match tokio::task::spawn_blocking(move || std::fs::read(path)).await {
        Ok(Ok(bytes)) => ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response(),
        Ok(Err(_)) | Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn answer(work: impl Future<Output = Result<Value, Fault>>) -> Response {
    match work.await {
        Ok(answer) => Json(answer).into_response(),
        Err(fault) => (StatusCode::UNPROCESSABLE_ENTITY, Json(fault)).into_response(),
    }
}

fn new_place(door: &Door, name: &str) -> Result<PathBuf, Fault> {
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', '\0']) {
        return Err(Fault::new(Code::InvalidInput, format!("{name:?} is not the name of a file")));
    }
    let folder = door.files.path().join(Uuid::now_v7().to_string());
    std::fs::create_dir(&folder).map_err(|error| not_stored(name, &error))?;
    Ok(folder.join(name))
}

async fn store(path: &Path, body: Body) -> std::io::Result<u64> {
    let mut file = tokio::fs::File::create(path).await?;
    let mut pieces = body.into_data_stream();
    let mut size = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(std::io::Error::other)?;
        file.write_all(&piece).await?;
        size += piece.len() as u64;
    }
    file.flush().await?;
    Ok(size)
}

fn not_stored(name: &str, error: &std::io::Error) -> Fault {
    Fault::new(Code::LocalFile, format!("{name} cannot be kept: {error}"))
}
