//! Measuring one process with everything that it starts: time, CPU, memory.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    mem::MaybeUninit,
    process::{Command, Stdio},
    time::Instant,
};

/// What one run cost the client.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Measurement {
    /// From its start to its end.
    pub(crate) wall_seconds: f64,
    /// User and system time of the process and of all that it started and waited for.
    pub(crate) cpu_seconds: f64,
    /// The largest resident memory of any one of these processes.
    pub(crate) peak_megabytes: f64,
    /// What the process itself said about its warm run.
    pub(crate) reported_seconds: Option<f64>,
}

impl Measurement {
    /// The seconds that count: those of the warm run where there is one.
    pub(crate) fn seconds(&self) -> f64 {
        self.reported_seconds.unwrap_or(self.wall_seconds)
    }
}

/// What a contestant prints as its last line after a warm run.
#[derive(Debug, Deserialize)]
struct Reported {
    warm_seconds: f64,
}

/// Runs a command to its end; fails unless it succeeds.
#[allow(clippy::zombie_processes, reason = "`wait_for` waits, and learns what the child used")]
pub(crate) fn measure(command: &mut Command) -> Result<Measurement> {
    // Files and not pipes: nobody waits for us to read.
    let mut stdout = tempfile::tempfile().context("make a temporary file")?;
    let mut stderr = tempfile::tempfile().context("make a temporary file")?;
    command.stdin(Stdio::null());
    command.stdout(stdout.try_clone().context("share a file")?).stderr(stderr.try_clone().context("share a file")?);
    let started = Instant::now();
    let child = command.spawn().with_context(|| format!("start {}", command.get_program().display()))?;
    let pid = libc::pid_t::try_from(child.id()).context("read the process number")?;
    let (status, usage) = wait_for(pid)?;
    let wall_seconds = started.elapsed().as_secs_f64();
    let stdout = text_of(&mut stdout)?;
    if !(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0) {
        let said = format!("{stdout}\n{}", text_of(&mut stderr)?);
        let lines: Vec<_> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        bail!("it failed (wait status {status}):\n{}", lines[lines.len().saturating_sub(15)..].join("\n"));
    }
    let reported = stdout.lines().last().and_then(|line| serde_json::from_str::<Reported>(line).ok());
    Ok(Measurement {
        wall_seconds,
        cpu_seconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        peak_megabytes: usage.ru_maxrss as f64 * 1024.0 / 1e6,
        reported_seconds: reported.map(|reported| reported.warm_seconds),
    })
}

/// The standard library waits, but does not tell what the child used.
fn wait_for(pid: libc::pid_t) -> Result<(libc::c_int, libc::rusage)> {
    let mut status = 0;
    let mut usage = MaybeUninit::zeroed();
    loop {
        // SAFETY: both pointers are to memory of the right type that lives past the call, and the child is ours and
        // has not been waited for.
        let answer = unsafe { libc::wait4(pid, &mut status, 0, usage.as_mut_ptr()) };
        if answer == pid {
            // SAFETY: all zeros is a valid `rusage`, and the kernel has filled it in.
            return Ok((status, unsafe { usage.assume_init() }));
        }
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(error).context("wait for the process");
        }
    }
}

fn seconds(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 / 1e6
}

fn text_of(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).context("read the output")?;
    file.read_to_end(&mut bytes).context("read the output")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_cost_of_what_a_process_starts_is_counted() {
        let busy = measure(&mut shell("sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done'; :")).unwrap();
        let idle = measure(&mut shell(":")).unwrap();
        assert!(busy.cpu_seconds > idle.cpu_seconds, "{busy:?} {idle:?}");
        assert!(idle.peak_megabytes > 0.1, "{idle:?}");
    }

    #[test]
    fn a_warm_run_tells_its_own_time() {
        let script = r#"echo connecting; echo '{"warm_seconds": 0.25}'"#;
        assert_eq!(measure(&mut shell(script)).unwrap().reported_seconds, Some(0.25));
        assert_eq!(measure(&mut shell("echo 0.25")).unwrap().reported_seconds, None);
    }

    #[test]
    fn a_failure_shows_what_was_said() {
        let error = measure(&mut shell("echo three hosts failed >&2; exit 3")).unwrap_err();
        assert!(error.to_string().contains("three hosts failed"), "{error}");
    }
}
