//! A shell on a terminal, as a person has it.

use millwright_ssh::{Ending, Exchange, ExchangeInput, Piece, PtySize, Session, ShellWindow};
use std::time::{Duration, Instant};

pub(crate) const SMALL: PtySize = PtySize { columns: 80, rows: 24 };

/// A shell as a person has it: keys go in, a screen comes out.
pub(crate) struct Screen {
    pub(crate) exchange: Exchange,
    pub(crate) keys: ExchangeInput,
    pub(crate) window: ShellWindow,
    pub(crate) shown: Vec<u8>,
}

impl Screen {
    pub(crate) fn open(session: &Session) -> Self {
        let (mut exchange, window) = session.shell(SMALL, "xterm-256color");
        let keys = exchange.take_input().unwrap();
        Self { exchange, keys, window, shown: Vec::new() }
    }

    pub(crate) async fn type_in(&self, text: impl AsRef<[u8]>) {
        self.keys.send(text.as_ref().to_vec()).await.unwrap();
    }

    /// Waits until this is on the screen, and forgets everything up to its end.
    pub(crate) async fn wait_for(&mut self, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(place) = self.shown.windows(text.len()).position(|seen| seen == text) {
                self.shown.drain(..place + text.len());
                return;
            }
            let piece = tokio::time::timeout_at(deadline.into(), self.exchange.next()).await;
            match piece {
                Ok(Some(Piece::Stdout(bytes))) => self.shown.extend(bytes),
                other => panic!("{other:?} instead of “{}” after {}", text.escape_ascii(), self.shown.escape_ascii()),
            }
        }
    }

    /// What is on the screen before this byte.
    pub(crate) async fn read_until(&mut self, byte: u8) -> String {
        while !self.shown.contains(&byte) {
            match self.exchange.next().await {
                Some(Piece::Stdout(bytes)) => self.shown.extend(bytes),
                other => panic!("{other:?}"),
            }
        }
        let place = self.shown.iter().position(|shown| *shown == byte).unwrap();
        String::from_utf8(self.shown.drain(..place).collect()).unwrap()
    }

    pub(crate) async fn ending(&mut self) -> Ending {
        loop {
            match self.exchange.next().await.unwrap() {
                Piece::Stdout(_) => {}
                Piece::Stderr(bytes) => panic!("a terminal has one output, not {}", bytes.escape_ascii()),
                Piece::End(ending) => return ending,
            }
        }
    }
}
