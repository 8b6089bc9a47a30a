//! What can go wrong in building a call and in understanding the answer.

use millwright_domain::{Code, Fault};

/// A call that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallFault {
    /// A shell cannot hold a NUL byte.
    #[error("{what} contains a NUL byte, which no shell can hold")]
    Nul {
        /// Which text it is.
        what: String,
    },
    /// The name would leave the job's directory, or hide in it.
    #[error(
        "“{name}” cannot be the name of a file on the host: letters, digits, “.”, “_” and “-” only, not starting with “.” or “-”"
    )]
    FileName {
        /// The name as it was given.
        name: String,
    },
    /// Two files would be written to one place.
    #[error("two files of one job are named “{name}”")]
    DuplicateFile {
        /// Their name.
        name: String,
    },
    /// Step events could not be told apart.
    #[error("two steps of one job have the number {number}")]
    DuplicateStep {
        /// Their number.
        number: u32,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}

impl From<CallFault> for Fault {
    fn from(fault: CallFault) -> Self {
        let code = match &fault {
            CallFault::Nul { .. } | CallFault::FileName { .. } | CallFault::DuplicateFile { .. } => Code::InvalidInput,
            CallFault::DuplicateStep { .. } | CallFault::NoRandomness => Code::Internal,
        };
        Fault::new(code, fault.to_string())
    }
}

/// The host said something that is not our protocol. Nothing that follows can be believed: close and follow again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolFault {
    /// Our first line did not come.
    #[error("the host printed more than {limit_bytes} bytes before our script began")]
    NoBeginning {
        /// How much noise is accepted.
        limit_bytes: usize,
    },
    /// The script on the host speaks another version.
    #[error("the host speaks version {version} of the job protocol, which this Millwright does not")]
    Version {
        /// What it said.
        version: String,
    },
    /// A line without an end.
    #[error("the host sent a line of more than {limit_bytes} bytes in the job protocol")]
    LineTooLong {
        /// The longest line that is accepted.
        limit_bytes: usize,
    },
    /// A line without our nonce where a frame should start.
    #[error("the host sent something between two frames of the job protocol")]
    Stray,
    /// A frame that cannot be read.
    #[error("the host sent a frame of the job protocol that cannot be read: {line}")]
    Malformed {
        /// The line, without the nonce.
        line: String,
    },
    /// A frame larger than our scripts ever send.
    #[error("the host announced {length} bytes in one frame")]
    FrameTooLarge {
        /// Its announced length.
        length: u64,
    },
    /// Output is missing or repeated.
    #[error("the host sent output from byte {found} where byte {expected} comes next")]
    Gap {
        /// The next byte that is missing here.
        expected: u64,
        /// The offset in the frame.
        found: u64,
    },
}

impl From<ProtocolFault> for Fault {
    fn from(fault: ProtocolFault) -> Self {
        Fault::new(Code::Protocol, fault.to_string()).with_hint(
            "The task on the host is not affected; follow it again. `millwright host check` looks at the host.",
        )
    }
}
