//! Both ends of what is said over one exec channel to a host.
//!
//! Owns: the shell scripts that run on the host, the [`Call`]s that start them, and the parsers of what comes back. All of
//! it is free of I/O: a caller writes the input, feeds what it reads, and acts on the events. Does not own: the
//! transport, the journal, deadlines, or the masking of secrets in output.
//!
//! One call, in order: send [`Call::command`] as the exec request; feed stdout and stderr to [`SudoGate`] and write the
//! password when it says so; when the gate is open write [`Call::input`]; feed stdout to a [`FrameParser`] or an
//! [`AttachedParser`]. Leave stdin open until the verdict is stored; then write [`acknowledgement`] and close.

mod attached;
mod call;
mod fault;
mod frames;
mod job;
mod nonce;
mod shell;
mod sudo;
mod verdict;

pub use attached::{AttachedEnd, AttachedParser, attached, attached_again};
pub use call::{Call, Elevation, HostLayout, InputPart};
pub use fault::{CallFault, ProtocolFault};
pub use frames::{CancelAnswer, FrameParser, HostEvent, JobStatus, Refusal, StepEvent, StepEventKind, StepOutcome};
pub use job::{
    Attachment, CancelWhen, Content, FollowFrom, HostLock, JobScript, OnFailure, SecretFile, StepScript, StepUser,
    acknowledge, acknowledgement, cancel, follow, launch, status,
};
pub use nonce::{Nonce, Nonces};
pub use shell::quote;
pub use sudo::{SudoGate, SudoStep};
pub use verdict::{Integrity, Verdict};
