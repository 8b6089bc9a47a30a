//! Finding and running the programs that the window stands on.

use std::{
    env,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Longer than a program takes to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A program that runs beside a test. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Beside(Child);

impl Beside {
    pub(crate) fn start(command: &mut Command) -> Self {
        // A group of its own: what it starts in turn ends with it, also when a test fails in the middle.
        let started = command.stdin(Stdio::null()).process_group(0).spawn();
        Self(started.unwrap_or_else(|error| panic!("{:?} does not start: {error}", command.get_program())))
    }

    /// Starts a program that says in its first line how it is reached.
    pub(crate) fn start_and_listen(command: &mut Command) -> (Self, String) {
        let mut program = Self::start(command.stdout(Stdio::piped()));
        let mut line = String::new();
        BufReader::new(program.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.trim().is_empty(), "{:?} ended without a word", command.get_program());
        (program, line.trim().to_owned())
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Asks it to end, as `kill` does, and waits: it ends what it started as well.
    pub(crate) fn end(&mut self) {
        // One that has ended meanwhile is as well; one that does not listen is killed when it is dropped.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let deadline = Instant::now() + PATIENCE;
        while self.is_running() && Instant::now() < deadline {
            thread::park_timeout(Duration::from_millis(10));
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // The group has the name of its first process, which nobody has waited for yet.
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.0.id())]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

/// A program by its name, or a panic that says where one gets it.
pub(crate) fn find(name: &str, origin: &str) -> PathBuf {
    let folders = env::var_os("PATH").unwrap_or_default();
    let tools = build_folder().parent().unwrap().join("tools/bin");
    let found = env::split_paths(&folders).chain([tools]).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is not here: {origin}"))
}

/// The built application.
pub(crate) fn application() -> PathBuf {
    let path = env::var_os("MILLWRIGHT_DESKTOP_BINARY")
        .map_or_else(|| build_folder().join("millwright-desktop"), PathBuf::from);
    assert!(
        path.is_file(),
        "{} is not built: `cargo xtask window` builds it, or name one in MILLWRIGHT_DESKTOP_BINARY",
        path.display()
    );
    path
}

/// Where cargo put this test's own profile: its program lies in `deps` there.
fn build_folder() -> PathBuf {
    let program = env::current_exe().unwrap();
    program.ancestors().nth(2).unwrap_or(Path::new("/")).to_owned()
}
