//! The command table over loopback HTTP, with the window's files: for development and browser tests. As an example it is in
//! no released binary. `cargo xtask serve` runs it.
//!
//! `serve WORKSPACE FILES [PORT]` prints one line, the address with a token that it made; only who knows that is answered.
#![allow(clippy::print_stdout)] // the address is its answer

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::Stream;
use futures_util::stream::unfold;
use millwright_api::{Desk, EngineEvent, Workspace};
use serde::Deserialize;
use serde_json::Value;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::path::Path;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// As the window's, but for where commands go.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Clone)]
struct Door {
    desk: Desk,
    token: String,
    address: String,
}

#[derive(Deserialize)]
struct Call {
    command: String,
    arguments: Value,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (Some(workspace), Some(files)) = (words.first(), words.get(1)) else {
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
    let door = Door { desk: Desk::open(workspace.as_ref())?, token: hex::encode(bits), address };
    println!("http://{}/#token={}", door.address, door.token);
    let api = Router::new()
        .route("/rpc", post(call))
        .route("/events", get(events))
        .layer(from_fn_with_state(door.clone(), only_with_the_token))
        .with_state(door.clone());
    let policy = SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    let app =
        api.fallback_service(ServeDir::new(files)).layer(policy).layer(from_fn_with_state(door, only_by_this_name));
    axum::serve(listener, app).await?;
    Ok(())
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

async fn call(State(door): State<Door>, Json(Call { command, arguments }): Json<Call>) -> Response {
    match door.desk.call(&command, arguments).await {
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
