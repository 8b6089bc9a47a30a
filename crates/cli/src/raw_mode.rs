//! This terminal, handed over to a shell elsewhere: every key goes there, and its ways come back however that ends.

use millwright_api::PtySize;
use millwright_domain::{Code, Fault};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io::{stdin, stdout};

/// While this lives, keys are bytes and nothing is echoed here.
pub(crate) struct RawMode {
    before: Termios,
}

impl RawMode {
    pub(crate) fn enter() -> Result<Self, Fault> {
        let before = tcgetattr(stdin()).map_err(not_a_terminal)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Now, &raw).map_err(not_a_terminal)?;
        Ok(Self { before })
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // A terminal that has gone needs no ways any more.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

/// How large this terminal is; the classic size when it does not know.
pub(crate) fn window_size() -> PtySize {
    let known = tcgetwinsize(stdout()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
    known.map_or(PtySize { columns: 80, rows: 24 }, |size| PtySize {
        columns: size.ws_col.min(1000),
        rows: size.ws_row.min(1000),
    })
}

fn not_a_terminal(error: rustix::io::Errno) -> Fault {
    Fault::new(Code::LocalFile, format!("this terminal cannot be handed over: {error}"))
}
