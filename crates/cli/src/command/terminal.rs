//! `millwright terminal`: a shell on a host, in this terminal.
//!
//! What the host prints reaches the terminal as it comes, as with `ssh`: that is what a terminal is for.

use crate::exit::Exit;
use crate::out::Out;
use crate::raw_mode::{RawMode, window_size};
use millwright_api::{ExchangeInput, OpenShell, Shell, ShellPiece, ShellWindow, TerminalEnd, Workspace};
use millwright_domain::{Code, Fault, HostPath};
use std::io::{IsTerminal, Read, Write, stdin, stdout};
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// As much is read from the keyboard, or from what is pasted, at once.
const KEYS_BYTES: usize = 16 * 1024;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, host: &HostPath) -> Result<Exit, Fault> {
    if !out.has_person() || !stdout().is_terminal() {
        return Err(Fault::new(Code::InvalidInput, "a shell needs a terminal here: input and output must both be one")
            .with_hint(format!("For one command without a terminal: millwright exec {host} -- COMMAND")));
    }
    let OpenShell { shell, keys, window } = workspace.shell_open(host, window_size()).await?;
    if shell.is_production() {
        out.note(&format!("{} {host}", out.paint(" PRODUCTION ", "1;97;41")));
    }
    let raw = RawMode::enter()?;
    let end = converse(shell, keys, &window).await;
    drop(raw);
    match end? {
        TerminalEnd { error: Some(fault), .. } => Err(fault),
        TerminalEnd { exit_code: Some(code), .. } => Ok(Exit::Shell(u8::try_from(code).unwrap_or(u8::MAX))),
        TerminalEnd { signal: Some(signal), .. } => {
            out.note(&format!("The signal {signal} ended the shell."));
            Ok(Exit::Failed)
        }
        TerminalEnd { .. } => {
            out.note("The terminal was closed.");
            Ok(Exit::Interrupted)
        }
    }
}

async fn converse(mut shell: Shell, keys: ExchangeInput, window: &ShellWindow) -> Result<TerminalEnd, Fault> {
    let mut resized = listen(SignalKind::window_change())?;
    let (mut hangup, mut terminate) = (listen(SignalKind::hangup())?, listen(SignalKind::terminate())?);
    let runtime = Handle::current();
    std::thread::Builder::new()
        .name("keyboard".to_owned())
        .spawn(move || pass_on_keys(&runtime, &keys))
        .map_err(|error| Fault::new(Code::Internal, format!("no thread can be started: {error}")))?;
    // It may have changed while the connection was made.
    window.resize(window_size());
    loop {
        let piece = tokio::select! {
            piece = shell.next() => piece,
            _ = resized.recv() => {
                window.resize(window_size());
                continue;
            }
            _ = hangup.recv() => return Ok(shell.close().await),
            _ = terminate.recv() => return Ok(shell.close().await),
        };
        match piece {
            ShellPiece::Output(bytes) => {
                let mut screen = stdout().lock();
                if screen.write_all(&bytes).and_then(|()| screen.flush()).is_err() {
                    drop(screen);
                    return Ok(shell.close().await);
                }
            }
            ShellPiece::End(end) => return Ok(end),
        }
    }
}

/// Until the shell takes no more, or this terminal has gone. It may wait for a key for ever: nobody waits for it.
fn pass_on_keys(runtime: &Handle, keys: &ExchangeInput) {
    let mut typed = [0; KEYS_BYTES];
    while let Ok(count @ 1..) = stdin().lock().read(&mut typed) {
        if runtime.block_on(keys.send(typed[..count].to_vec())).is_err() {
            return;
        }
    }
}

fn listen(kind: SignalKind) -> Result<Signal, Fault> {
    signal(kind).map_err(|error| Fault::new(Code::Internal, format!("a signal cannot be listened to: {error}")))
}
