//! One running `millwright`, watched until it ends or its time is up.

use crate::wait::DEADLINE;
use serde_json::Value;
use std::{
    fs,
    io::Read,
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// A `millwright` that runs. It is killed when it is dropped.
#[derive(Debug)]
pub struct Running {
    words: String,
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    peak_kib: u64,
}

/// How a `millwright` ended.
#[derive(Debug)]
pub struct Ran {
    /// The command line.
    pub words: String,
    /// Its exit code; none when a signal ended it.
    pub exit_code: Option<i32>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: String,
    /// The most memory that it held, in KiB, as it was last seen: a look is taken every few milliseconds.
    pub peak_kib: u64,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().map(read_all);
        let stderr = child.stderr.take().map(read_all);
        Self { words: format!("millwright {}", words.join(" ")), child, stdout, stderr, peak_kib: 0 }
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ends it as a crash does: with SIGKILL.
    pub fn kill(mut self) -> Ran {
        // One that has ended meanwhile is as dead.
        let _ = self.child.kill();
        self.finish()
    }

    /// Waits for its end.
    pub fn wait(self) -> Ran {
        self.wait_for(DEADLINE)
    }

    /// Waits for its end, at most so long.
    pub fn wait_for(mut self, limit: Duration) -> Ran {
        let deadline = Instant::now() + limit;
        while self.is_running() {
            self.peak_kib = self.peak_kib.max(peak_kib(self.pid()));
            if Instant::now() >= deadline {
                let words = self.words.clone();
                panic!("`{words}` did not end in {} s: {}", limit.as_secs(), self.kill().told());
            }
            thread::park_timeout(Duration::from_millis(10));
        }
        self.finish()
    }

    fn finish(mut self) -> Ran {
        let status = self.child.wait().unwrap();
        let all_of = |pipe: Option<JoinHandle<Vec<u8>>>| pipe.map(|pipe| pipe.join().unwrap()).unwrap_or_default();
        let (stdout, stderr) = (all_of(self.stdout.take()), all_of(self.stderr.take()));
        Ran {
            words: self.words.clone(),
            exit_code: status.code(),
            stdout,
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            peak_kib: self.peak_kib,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ran {
    /// The one document on its standard output.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.told()))
    }

    /// The run in its document.
    pub fn run(&self) -> Value {
        let run = self.json()["run"].take();
        assert!(run.is_object(), "there is no run: {}", self.told());
        run
    }

    /// A host's job in its document.
    pub fn job(&self, host: &str) -> Value {
        let mut run = self.run();
        let jobs = run["jobs"].as_array_mut().unwrap();
        let job = jobs.iter_mut().find(|job| job["host"] == host);
        job.unwrap_or_else(|| panic!("no job of {host}: {}", self.told())).take()
    }

    /// The code, the message and the hint of its fault.
    pub fn fault(&self) -> (String, String, String) {
        fault_of(&self.json()["error"])
    }

    /// Checks the exit code.
    #[track_caller]
    pub fn ends(self, exit_code: i32) -> Self {
        assert_eq!(self.exit_code, Some(exit_code), "{}", self.told());
        self
    }

    /// Everything, for the message of a test that failed.
    pub fn told(&self) -> String {
        let cut = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(8000)]).into_owned();
        format!("`{}` → {:?}\n{}\n{}", self.words, self.exit_code, cut(&self.stdout), cut(self.stderr.as_bytes()))
    }
}

/// The code, the message and the hint of a fault in JSON.
pub fn fault_of(error: &Value) -> (String, String, String) {
    let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
    (text("code"), text("message"), text("hint"))
}

fn read_all(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// The most memory that a process ever held; the kernel counts since its `exec`.
fn peak_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
