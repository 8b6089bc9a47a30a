//! The lifeline between this process and everything that it started.
//!
//! A keeper is a shell script that reads its standard input. The other end of that pipe is held by this process alone,
//! so the kernel closes it when the process ends in whatever way, `SIGKILL` included. The script then ends, and with
//! it what it keeps: for machines it is process 1 of its own process and mount namespaces, so the kernel ends all
//! their processes and mounts; for a loopback sshd it ends every process that carries the host's mark. A
//! parent-death signal would not do: it fires when the *thread* that started the child ends, and sudo drops it.

use crate::{
    error::{Doing, LabError},
    process::last_lines,
};
use std::{
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

/// A started script, and the pipe whose end is its end.
#[derive(Debug)]
pub(crate) struct Keeper {
    child: Child,
    orders: Option<ChildStdin>,
    // Only so that a shared keeper can be looked at from other threads; it is read through `&mut`.
    lines: Mutex<Receiver<String>>,
    what: String,
}

impl Keeper {
    /// Starts `command`, which must run a script that ends when its input does.
    pub(crate) fn start(what: impl Into<String>, mut command: Command) -> Result<Self, LabError> {
        let what = what.into();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // An interrupt typed at the terminal must reach the owner first, or nobody tidies up.
            .process_group(0)
            .spawn()
            .doing(|| format!("start {what}"))?;
        let orders = child.stdin.take();
        let (sender, lines) = channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                    if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self { child, orders, lines: Mutex::new(lines), what })
    }

    /// The process that was started: the root of everything that the keeper keeps.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The rest of the first line that begins with `word`; `each` sees every other line.
    pub(crate) fn wait_for_line(
        &mut self,
        word: &str,
        timeout: Duration,
        mut each: impl FnMut(&str),
    ) -> Result<String, LabError> {
        let deadline = Instant::now() + timeout;
        let mut seen = String::new();
        let lines = self.lines.get_mut().unwrap_or_else(PoisonError::into_inner);
        loop {
            match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(rest) = line.strip_prefix(word) {
                        return Ok(rest.trim().to_owned());
                    }
                    each(&line);
                    seen.push_str(&line);
                    seen.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => {
                    let log = last_lines(&seen, 20);
                    return Err(LabError::TimedOut { what: format!("the start of {}", self.what), timeout, log });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait().map_or_else(|e| e.to_string(), |status| status.to_string());
                    let output = last_lines(&seen, 20);
                    return Err(LabError::Program { program: self.what.clone(), status, output });
                }
            }
        }
    }

    /// Sends the script one line.
    pub(crate) fn order(&mut self, line: &str) -> Result<(), LabError> {
        let what = self.what.clone();
        match self.orders.as_mut() {
            Some(orders) => orders.write_all(format!("{line}\n").as_bytes()).doing(|| format!("tell {what} `{line}`")),
            None => Ok(()),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.orders.take());
        // The script ends by itself; waiting makes the end visible to whoever looks next.
        let _ = self.child.wait();
    }
}
