//! A `millwright` at a terminal: what it shows, and what is typed.

use crate::wait::{DEADLINE, eventually};
use std::{
    io::{Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// A pseudo-terminal, by the system's own `script`. It ends when it is dropped.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    keyboard: Option<ChildStdin>,
    shown: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    pub(crate) fn start(command: Command) -> Self {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let quoted = |word: &std::ffi::OsStr| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''"));
        let line = words.map(quoted).collect::<Vec<_>>().join(" ");
        // One that stands behind a pipe has no size of its own.
        let line = format!("stty cols 100 rows 40; exec {line}");
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).env("TERM", "xterm");
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            script.current_dir(folder);
        }
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let (keyboard, mut screen) = (child.stdin.take(), child.stdout.take().unwrap());
        let shown = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&shown);
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = screen.read(&mut piece) {
                seen.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&piece[..length]);
            }
        });
        Self { child, keyboard, shown }
    }

    /// Everything that was shown until now.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Waits until something is shown.
    pub fn wait_for(&self, text: &str) {
        eventually(&format!("“{text}” on the terminal"), || self.shown().contains(text).then_some(()));
    }

    /// Types a line.
    pub fn type_line(&mut self, text: &str) {
        self.keyboard.as_mut().unwrap().write_all(format!("{text}\n").as_bytes()).unwrap();
    }

    /// Waits for the end: the exit code, and everything that was shown.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), self.shown());
            }
            assert!(Instant::now() < deadline, "it did not end: {}", self.shown());
            thread::park_timeout(Duration::from_millis(20));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
