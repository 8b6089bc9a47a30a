//! A host for tests: this machine, with a `sh` of our choice, a state directory of its own, and real processes.

#![allow(dead_code)] // each test file uses its part

use millwright_runner::remote::*;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

/// Long enough for a loaded machine; only a hang reaches it.
const DEADLINE: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    Dash,
    Bash,
    Busybox,
}

pub(crate) const SHELLS: [Shell; 3] = [Shell::Dash, Shell::Bash, Shell::Busybox];

/// The state directory and everything else lie below one temporary directory; whatever runs from there ends with it.
pub(crate) struct Host {
    pub(crate) shell: Shell,
    pub(crate) layout: HostLayout,
    pub(crate) directory: TempDir,
    /// What runs the exec request: sshd would be its parent.
    pub(crate) wrapper: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
}

impl Host {
    pub(crate) fn new(shell: Shell) -> Self {
        let directory = tempfile::Builder::new().prefix("millwright-remote-").tempdir().unwrap();
        let tools = directory.path().join("tools");
        std::fs::create_dir(&tools).unwrap();
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, tools.join(name)).unwrap();
        match shell {
            Shell::Dash => link("/bin/dash", "sh"),
            Shell::Bash => link("/bin/bash", "sh"),
            // All of busybox, as on Alpine; what it lacks comes from the machine.
            Shell::Busybox => {
                let applets = Command::new("/bin/busybox").arg("--list").output().unwrap();
                let applets = String::from_utf8(applets.stdout).unwrap();
                // Debian's build has a setpriv that cannot change the user and a date for the system clock.
                applets.lines().filter(|name| *name != "setpriv").for_each(|name| link("/bin/busybox", name));
            }
        }
        std::fs::write(directory.path().join("boot_id"), "first-boot\n").unwrap();
        std::fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let layout = HostLayout {
            state_directory: Some(directory.path().join("state").to_str().unwrap().to_owned()),
            boot_id_file: directory.path().join("boot_id").to_str().unwrap().to_owned(),
        };
        Self { shell, layout, directory, wrapper: vec!["/bin/sh".into(), "-c".into()], environment: Vec::new() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Puts a script in the place of one of the host's programs.
    pub(crate) fn replace_tool(&self, name: &str, script: &str) {
        let path = self.path("tools").join(name);
        // A link to the real one must not be written through.
        let _ = std::fs::remove_file(&path);
        std::fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }

    pub(crate) fn text_path(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn job_directory(&self, id: Uuid) -> PathBuf {
        self.path("state/jobs").join(id.to_string())
    }

    pub(crate) fn reboot(&self) {
        std::fs::write(self.path("boot_id"), "second-boot\n").unwrap();
    }

    /// Starts the exec request and writes nothing.
    pub(crate) fn exec(&self, call: &Call) -> Exec {
        let path = format!("{}:{}", self.path("tools").display(), std::env::var("PATH").unwrap());
        let mut child = Command::new(&self.wrapper[0])
            .args(&self.wrapper[1..])
            .arg(&call.command)
            .env("PATH", path)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let (sender, output) = channel();
        let mut stdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(length @ 1..) = stdout.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        let stdin = child.stdin.take();
        Exec { child, stdin, output, nonces: call.nonces.clone() }
    }

    /// Starts the exec request and writes its input.
    pub(crate) fn start(&self, call: &Call) -> Exec {
        let mut exec = self.exec(call);
        let mut stdin = exec.stdin.take().unwrap();
        for part in &call.input {
            // A script that refused has closed its end.
            let _ = match part {
                InputPart::Bytes(bytes) => stdin.write_all(bytes),
                InputPart::File { path, length_bytes } => {
                    std::io::copy(&mut std::fs::File::open(path).unwrap().take(*length_bytes), &mut stdin).map(drop)
                }
            };
        }
        exec.stdin = Some(stdin);
        exec
    }

    pub(crate) fn launch(&self, job: &JobScript) -> Exec {
        self.start(&self.launch_call(job))
    }

    pub(crate) fn launch_call(&self, job: &JobScript) -> Call {
        launch(job, FollowFrom::default(), &self.layout, Elevation::None, Nonces::random().unwrap()).unwrap()
    }

    pub(crate) fn follow(&self, id: Uuid, from: FollowFrom) -> Exec {
        self.start(&follow(id, from, &self.layout, Elevation::None, Nonces::random().unwrap()))
    }

    /// Launches and reads to the verdict, without an acknowledgement.
    pub(crate) fn run(&self, job: &JobScript) -> Story {
        self.launch(job).story()
    }

    pub(crate) fn status(&self, id: Uuid) -> JobStatus {
        let call = status(&[id], &self.layout, Elevation::None, Nonces::random().unwrap());
        match self.start(&call).story().events[..] {
            [HostEvent::Hello, HostEvent::Status { id: found, status }, HostEvent::EndOfAnswer] if found == id => {
                status
            }
            ref other => panic!("{other:?}"),
        }
    }

    pub(crate) fn cancel(&self, id: Uuid, when: CancelWhen) -> CancelAnswer {
        let call = cancel(id, when, &self.layout, Elevation::None, Nonces::random().unwrap());
        match self.start(&call).story().events[..] {
            [HostEvent::Hello, HostEvent::CancelAnswer { id: found, answer }, HostEvent::EndOfAnswer]
                if found == id =>
            {
                answer
            }
            ref other => panic!("{other:?}"),
        }
    }

    pub(crate) fn acknowledge(&self, id: Uuid) -> JobStatus {
        let call = acknowledge(&[id], &self.layout, Elevation::None, Nonces::random().unwrap());
        match self.start(&call).story().events[..] {
            [HostEvent::Hello, HostEvent::Status { status, .. }, HostEvent::EndOfAnswer] => status,
            ref other => panic!("{other:?}"),
        }
    }

    pub(crate) fn supervisor_pid(&self, id: Uuid) -> i32 {
        let text = std::fs::read_to_string(self.job_directory(id).join("run/pid")).unwrap();
        text.split(' ').next().unwrap().parse().unwrap()
    }

    pub(crate) fn payload_pid(&self, id: Uuid) -> i32 {
        let text = std::fs::read_to_string(self.job_directory(id).join("run/steps")).unwrap();
        let last = text.lines().rfind(|line| line.contains(" started ")).unwrap();
        last.split(' ').nth(4).unwrap().parse().unwrap()
    }

    /// Processes whose arguments or environment name this host's directory.
    pub(crate) fn processes(&self) -> Vec<(i32, String)> {
        let needle = self.directory.path().to_str().unwrap().as_bytes().to_owned();
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
            let read = |file: &str| std::fs::read(entry.path().join(file)).unwrap_or_default();
            let (arguments, environment) = (read("cmdline"), read("environ"));
            if [&arguments, &environment].iter().any(|text| text.windows(needle.len()).any(|part| part == needle)) {
                found.push((pid, String::from_utf8_lossy(&arguments).replace('\0', " ")));
            }
        }
        found
    }

    pub(crate) fn wait_until_no_process_is_left(&self) {
        poll("no process of the test host is left", || self.processes().is_empty());
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.processes().iter().for_each(|(pid, _)| signal("KILL", *pid));
    }
}

/// One running exec request.
pub(crate) struct Exec {
    pub(crate) child: Child,
    pub(crate) stdin: Option<ChildStdin>,
    pub(crate) output: Receiver<Vec<u8>>,
    pub(crate) nonces: Nonces,
}

impl Exec {
    /// The next piece of stdout; `None` at its end.
    pub(crate) fn read(&mut self) -> Option<Vec<u8>> {
        match self.output.recv_timeout(DEADLINE) {
            Ok(bytes) => Some(bytes),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the exec request said nothing for {DEADLINE:?}"),
        }
    }

    /// Reads events until one is wanted or stdout ends.
    pub(crate) fn events_until(
        &mut self,
        parser: &mut FrameParser,
        wanted: impl Fn(&HostEvent) -> bool,
    ) -> Vec<HostEvent> {
        let mut events = Vec::new();
        while let Some(bytes) = self.read() {
            let new = parser.feed(&bytes).unwrap_or_else(|fault| panic!("{fault} after {events:?}"));
            let found = new.iter().any(&wanted);
            events.extend(new);
            if found {
                break;
            }
        }
        events
    }

    /// Reads to the verdict and closes without an acknowledgement.
    pub(crate) fn story(self) -> Story {
        self.story_from(0)
    }

    pub(crate) fn story_from(mut self, offset: u64) -> Story {
        let mut parser = FrameParser::new(&self.nonces.frames, offset);
        let mut events = self
            .events_until(&mut parser, |event| matches!(event, HostEvent::Finished { .. } | HostEvent::EndOfAnswer));
        drop(self.stdin.take());
        events.extend(self.events_until(&mut parser, |_| false));
        self.child.wait().unwrap();
        Story { events }
    }

    /// Reads to the verdict, acknowledges, and reads to the end.
    pub(crate) fn story_acknowledged(mut self) -> Story {
        let mut parser = FrameParser::new(&self.nonces.frames, 0);
        let mut events = self.events_until(&mut parser, |event| matches!(event, HostEvent::Finished { .. }));
        self.stdin.as_mut().unwrap().write_all(&acknowledgement(&self.nonces.frames)).unwrap();
        events.extend(self.events_until(&mut parser, |event| matches!(event, HostEvent::Forgotten)));
        self.child.wait().unwrap();
        Story { events }
    }

    /// The link is gone: the process group of the exec request dies as under sshd, without a word.
    pub(crate) fn cut(mut self) {
        signal("KILL", -(self.child.id() as i32));
        self.child.wait().unwrap();
    }
}

/// All that was heard.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) events: Vec<HostEvent>,
}

impl Story {
    pub(crate) fn output(&self) -> Vec<u8> {
        let parts = self.events.iter().filter_map(|event| {
            if let HostEvent::Output { bytes, .. } = event { Some(bytes.as_slice()) } else { None }
        });
        parts.collect::<Vec<_>>().concat()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.output()).unwrap()
    }

    pub(crate) fn end(&self) -> Option<(u64, Integrity, Verdict)> {
        self.events.iter().find_map(|event| {
            if let HostEvent::Finished { offset, integrity, verdict } = event {
                Some((*offset, *integrity, *verdict))
            } else {
                None
            }
        })
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.end().unwrap_or_else(|| panic!("no verdict in {:?}", self.events)).2
    }

    pub(crate) fn steps(&self) -> Vec<StepEvent> {
        self.events
            .iter()
            .filter_map(|event| if let HostEvent::Step(step) = event { Some(*step) } else { None })
            .collect()
    }

    /// Step numbers and what happened to them, without times.
    pub(crate) fn step_kinds(&self) -> Vec<(u32, StepEventKind)> {
        self.steps().iter().map(|event| (event.step, event.kind)).collect()
    }

    pub(crate) fn started_already(&self) -> Option<bool> {
        self.events
            .iter()
            .find_map(|event| if let HostEvent::Started { already } = event { Some(*already) } else { None })
    }
}

pub(crate) fn job(scripts: &[&str]) -> JobScript {
    let steps = scripts.iter().zip(1..).map(|(script, number)| step(number, script)).collect();
    JobScript {
        id: Uuid::now_v7(),
        steps,
        attachments: Vec::new(),
        secrets: Vec::new(),
        timeout_seconds: 100,
        grace_seconds: 1,
        output_limit_kib: 65536,
        lock: HostLock::None,
    }
}

pub(crate) fn step(number: u32, script: &str) -> StepScript {
    StepScript {
        number,
        script: script.to_owned(),
        user: StepUser::Root,
        timeout_seconds: 100,
        only_if: None,
        on_failure: OnFailure::Stop,
    }
}

pub(crate) fn signal(name: &str, pid: i32) {
    let status = Command::new("/bin/kill").args(["-s", name, "--", &pid.to_string()]).stderr(Stdio::null()).status();
    status.unwrap();
}

pub(crate) fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

/// Looks again and again until it holds.
pub(crate) fn poll(what: &str, mut holds: impl FnMut() -> bool) {
    let (_keep, never) = channel::<()>();
    let end = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < end, "not in {DEADLINE:?}: {what}");
        let _ = never.recv_timeout(Duration::from_millis(20));
    }
}

pub(crate) fn wait_for_file(path: &Path) {
    poll(&format!("{} exists", path.display()), || path.exists());
}

pub(crate) fn wait_for_text(path: &Path, text: &str) {
    poll(&format!("{} contains {text:?}", path.display()), || {
        std::fs::read_to_string(path).is_ok_and(|found| found.contains(text))
    });
}
