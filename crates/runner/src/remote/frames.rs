//! Reads the frames in which the host's scripts speak.
//!
//! A line is `<nonce> <letter> <words>`; `D <offset> <length>` is followed by that many raw bytes. What comes before our
//! first line is noise of the login shell. What comes after it must be ours, or nothing can be believed.

use super::attached::find_or_partial;
use super::{Integrity, Nonce, ProtocolFault, Verdict};
use uuid::Uuid;

const NOISE_LIMIT_BYTES: usize = 1 << 20;
const LINE_LIMIT_BYTES: usize = 4096;
const FRAME_LIMIT_BYTES: u64 = 1 << 20;

/// Something the host said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEvent {
    /// The script runs.
    Hello,
    /// The job runs: this launch started it, or an earlier one had.
    Started {
        /// Whether it had been started before.
        already: bool,
    },
    /// Something happened to a step.
    Step(StepEvent),
    /// The next bytes of output.
    Output {
        /// The offset of the first.
        offset: u64,
        /// The bytes as the payload wrote them.
        bytes: Vec<u8>,
    },
    /// The job is quiet and the link is alive.
    Heartbeat,
    /// The job has ended. Store this, then acknowledge.
    Finished {
        /// The length of the output.
        offset: u64,
        /// Whether the output is all there is.
        integrity: Integrity,
        /// How it ended.
        verdict: Verdict,
    },
    /// The acknowledgement arrived: the host has forgotten the job.
    Forgotten,
    /// What has become of a job.
    Status {
        /// Which job.
        id: Uuid,
        /// What has become of it.
        status: JobStatus,
    },
    /// The answer to a cancel.
    CancelAnswer {
        /// Which job.
        id: Uuid,
        /// What will become of it.
        answer: CancelAnswer,
    },
    /// Nothing was started, or the mark could not be made.
    Refused(Refusal),
    /// The answer is complete.
    EndOfAnswer,
}

/// Something that happened to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepEvent {
    /// Counts the job's step events from 1.
    pub index: u64,
    /// Which step.
    pub step: u32,
    /// When, by the host's clock.
    pub epoch_seconds: u64,
    /// How long the output was then.
    pub output_offset: u64,
    /// What happened.
    pub kind: StepEventKind,
}

/// What happened to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepEventKind {
    /// Its condition is being evaluated.
    Checking,
    /// Its condition said that it is not wanted.
    Skipped,
    /// It runs.
    Started,
    /// It ended.
    Finished {
        /// With this code.
        code: i32,
        /// By itself or not.
        outcome: StepOutcome,
    },
}

/// Why a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// By itself.
    Exited,
    /// It took longer than it may.
    OverranStep,
    /// The job took longer than it may.
    OverranJob,
    /// Somebody asked for it.
    Cancelled,
}

/// What a host knows about a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobStatus {
    /// Nothing: the launch never arrived. It may be sent.
    Absent,
    /// An upload arrived and nothing was started. It may be sent again.
    Staged,
    /// It runs.
    Running {
        /// The output so far.
        output_size: u64,
    },
    /// It has ended.
    Finished {
        /// The length of the output.
        output_size: u64,
        /// Whether the output is all there is.
        integrity: Integrity,
        /// How it ended.
        verdict: Verdict,
    },
    /// It ended, and the host was told to forget it.
    Acknowledged,
}

/// What a cancel achieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelAnswer {
    /// The job will stop; its verdict says whether it did.
    Stopping,
    /// There was nothing left to stop.
    Ended,
    /// It does not run here.
    Absent,
}

/// Why the host did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The upload ended too early.
    Truncated,
    /// No room, or no inode.
    DiskFull,
    /// The file system is mounted read-only.
    ReadOnly,
    /// The account may not write there.
    Denied,
    /// The supervisor did not come up in half a minute.
    NotStarted,
}

impl From<Refusal> for millwright_domain::Fault {
    fn from(refusal: Refusal) -> Self {
        use millwright_domain::{Code, Fault};
        match refusal {
            Refusal::Truncated => Fault::new(Code::LinkLost, "The upload ended too early; nothing was started.")
                .with_hint("Launching it again is safe."),
            Refusal::DiskFull => Fault::new(Code::HostDiskFull, "The host's disk is full; nothing was started.")
                .with_hint(
                    "Make room where Millwright keeps its jobs: /var/lib/millwright, or ~/.local/state/millwright.",
                ),
            Refusal::ReadOnly => {
                Fault::new(Code::HostReadOnly, "The host's file system is read-only; nothing was started.")
                    .with_hint("Look for disk errors in `dmesg`, then mount it writable.")
            }
            Refusal::Denied => {
                Fault::new(Code::Unsupported, "The account cannot write where jobs are kept; nothing was started.")
                    .with_hint("Check who owns ~/.local/state/millwright, or use sudo.")
            }
            Refusal::NotStarted => Fault::new(
                Code::Unsupported,
                "The host did not start the supervisor in half a minute; nothing was run.",
            )
            .with_hint("Check that `setsid` and, for root under systemd, `systemd-run` work there."),
        }
    }
}

/// Reads one channel's frames, in whatever pieces they arrive.
#[derive(Debug)]
pub struct FrameParser {
    hello: Vec<u8>,
    prefix: Vec<u8>,
    held: Vec<u8>,
    noise_bytes: usize,
    next_offset: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    Noise,
    Line,
    Data { length: usize },
    Broken(ProtocolFault),
}

impl FrameParser {
    /// A parser for the call that was built with these frames and followed from this offset.
    pub fn new(frames: &Nonce, offset: u64) -> Self {
        Self {
            hello: format!("\n{frames} HELLO ").into_bytes(),
            prefix: format!("{frames} ").into_bytes(),
            held: Vec::new(),
            noise_bytes: 0,
            next_offset: offset,
            state: State::Noise,
        }
    }

    /// Takes what was read from stdout. After a fault every call gives the same fault.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<HostEvent>, ProtocolFault> {
        self.held.extend_from_slice(bytes);
        let mut events = Vec::new();
        loop {
            match self.take_event() {
                Ok(Some(event)) => events.push(event),
                Ok(None) => return Ok(events),
                Err(fault) => {
                    self.held = Vec::new();
                    self.state = State::Broken(fault.clone());
                    // What came before the fault was said properly; the fault is told by the next call.
                    return if events.is_empty() { Err(fault) } else { Ok(events) };
                }
            }
        }
    }

    /// The first byte of output that has not arrived.
    pub fn next_offset(&self) -> u64 {
        self.next_offset
    }

    fn take_event(&mut self) -> Result<Option<HostEvent>, ProtocolFault> {
        match &self.state {
            State::Broken(fault) => Err(fault.clone()),
            State::Noise => self.skip_noise(),
            State::Line => match take_line(&mut self.held)? {
                Some(line) => self.read_frame(&line),
                None => Ok(None),
            },
            State::Data { length } => {
                let length = *length;
                if self.held.len() < length {
                    return Ok(None);
                }
                let bytes: Vec<u8> = self.held.drain(..length).collect();
                let offset = self.next_offset;
                self.next_offset += length as u64;
                self.state = State::Line;
                Ok(Some(HostEvent::Output { offset, bytes }))
            }
        }
    }

    fn skip_noise(&mut self) -> Result<Option<HostEvent>, ProtocolFault> {
        let (keep_from, found) = find_or_partial(&self.held, &self.hello);
        self.noise_bytes += keep_from;
        self.held.drain(..keep_from);
        if self.noise_bytes > NOISE_LIMIT_BYTES {
            return Err(ProtocolFault::NoBeginning { limit_bytes: NOISE_LIMIT_BYTES });
        }
        if !found {
            return Ok(None);
        }
        // The version is on the rest of the line.
        let mut rest = self.held.split_off(self.hello.len());
        let Some(version) = take_line(&mut rest)? else { return Ok(None).inspect(|_| self.held.append(&mut rest)) };
        if version != b"1" {
            return Err(ProtocolFault::Version { version: String::from_utf8_lossy(&version).into_owned() });
        }
        self.held = rest;
        self.state = State::Line;
        Ok(Some(HostEvent::Hello))
    }

    fn read_frame(&mut self, line: &[u8]) -> Result<Option<HostEvent>, ProtocolFault> {
        let words = line.strip_prefix(self.prefix.as_slice()).ok_or(ProtocolFault::Stray)?;
        let text = String::from_utf8_lossy(words);
        let malformed = || ProtocolFault::Malformed { line: text.chars().take(200).collect() };
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        if let ["D", offset, length] = words[..] {
            let (offset, length) = (number(offset).ok_or_else(malformed)?, number(length).ok_or_else(malformed)?);
            self.check_offset(offset)?;
            if length == 0 || length > FRAME_LIMIT_BYTES {
                return Err(ProtocolFault::FrameTooLarge { length });
            }
            self.state = State::Data { length: usize::try_from(length).map_err(|_| malformed())? };
            return self.take_event();
        }
        let event = read_event(&words).ok_or_else(malformed)?;
        if let HostEvent::Finished { offset, .. } = event {
            self.check_offset(offset)?;
        }
        Ok(Some(event))
    }

    fn check_offset(&self, found: u64) -> Result<(), ProtocolFault> {
        let expected = self.next_offset;
        if found == expected { Ok(()) } else { Err(ProtocolFault::Gap { expected, found }) }
    }
}

fn take_line(held: &mut Vec<u8>) -> Result<Option<Vec<u8>>, ProtocolFault> {
    match held.iter().take(LINE_LIMIT_BYTES).position(|byte| *byte == b'\n') {
        Some(end) => {
            let mut line: Vec<u8> = held.drain(..=end).collect();
            line.pop();
            Ok(Some(line))
        }
        None if held.len() >= LINE_LIMIT_BYTES => Err(ProtocolFault::LineTooLong { limit_bytes: LINE_LIMIT_BYTES }),
        None => Ok(None),
    }
}

fn read_event(words: &[&str]) -> Option<HostEvent> {
    Some(match words {
        ["B", "started"] => HostEvent::Started { already: false },
        ["B", "already"] => HostEvent::Started { already: true },
        ["H"] => HostEvent::Heartbeat,
        ["A"] => HostEvent::Forgotten,
        ["Z"] => HostEvent::EndOfAnswer,
        ["E", refusal] => HostEvent::Refused(read_refusal(refusal)?),
        ["F", offset, integrity, verdict @ ..] => HostEvent::Finished {
            offset: number(offset)?,
            integrity: read_integrity(integrity)?,
            verdict: read_verdict(verdict)?,
        },
        ["S", index, step, kind, epoch, offset, details @ ..] => HostEvent::Step(StepEvent {
            index: number(index)?,
            step: step.parse().ok()?,
            epoch_seconds: number(epoch)?,
            output_offset: number(offset)?,
            kind: read_step_kind(kind, details)?,
        }),
        ["J", id, status @ ..] => HostEvent::Status { id: id.parse().ok()?, status: read_status(status)? },
        ["C", id, answer] => HostEvent::CancelAnswer { id: id.parse().ok()?, answer: read_cancel_answer(answer)? },
        _ => return None,
    })
}

fn read_step_kind(kind: &str, details: &[&str]) -> Option<StepEventKind> {
    Some(match (kind, details) {
        ("checking", []) => StepEventKind::Checking,
        ("started", []) => StepEventKind::Started,
        ("skipped", []) => StepEventKind::Skipped,
        ("finished", [code, outcome]) => StepEventKind::Finished {
            code: code.parse().ok()?,
            outcome: match *outcome {
                "exited" => StepOutcome::Exited,
                "overran-step" => StepOutcome::OverranStep,
                "overran-job" => StepOutcome::OverranJob,
                "cancelled" => StepOutcome::Cancelled,
                _ => return None,
            },
        },
        _ => return None,
    })
}

fn read_status(words: &[&str]) -> Option<JobStatus> {
    Some(match words {
        ["absent"] => JobStatus::Absent,
        ["staged"] => JobStatus::Staged,
        ["acknowledged"] => JobStatus::Acknowledged,
        ["running"] => JobStatus::Running { output_size: 0 },
        ["running", size] => JobStatus::Running { output_size: number(size)? },
        ["finished", size, integrity, verdict @ ..] => JobStatus::Finished {
            output_size: number(size)?,
            integrity: read_integrity(integrity)?,
            verdict: read_verdict(verdict)?,
        },
        [state @ ("killed" | "interrupted"), size, integrity] => JobStatus::Finished {
            output_size: number(size)?,
            integrity: read_integrity(integrity)?,
            verdict: read_verdict(&[state])?,
        },
        _ => return None,
    })
}

fn read_verdict(words: &[&str]) -> Option<Verdict> {
    Some(match words {
        ["exited", code] => Verdict::Exited { code: code.parse().ok()? },
        ["cancelled", code] => Verdict::Cancelled { code: code.parse().ok()? },
        ["timed-out", code] => Verdict::TimedOut { code: code.parse().ok()? },
        ["killed"] => Verdict::Killed,
        ["interrupted"] => Verdict::InterruptedByReboot,
        ["locked", id] => Verdict::Locked { by: id.parse().ok()? },
        _ => return None,
    })
}

fn read_integrity(word: &str) -> Option<Integrity> {
    Some(match word {
        "whole" => Integrity::Whole,
        "cut" => Integrity::Cut,
        "altered" => Integrity::Altered,
        _ => return None,
    })
}

fn read_refusal(word: &str) -> Option<Refusal> {
    Some(match word {
        "truncated" => Refusal::Truncated,
        "full" => Refusal::DiskFull,
        "read-only" => Refusal::ReadOnly,
        "denied" => Refusal::Denied,
        "not-started" => Refusal::NotStarted,
        _ => return None,
    })
}

fn read_cancel_answer(word: &str) -> Option<CancelAnswer> {
    Some(match word {
        "stopping" => CancelAnswer::Stopping,
        "finished" | "killed" | "interrupted" | "acknowledged" => CancelAnswer::Ended,
        "absent" | "staged" => CancelAnswer::Absent,
        _ => return None,
    })
}

/// Digits only: `parse` alone would accept a sign.
fn number(word: &str) -> Option<u64> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok())?
}
