//! Packets of SFTP version 3 as bytes: what is asked, and what answers, read without trusting a single length.

use super::attributes::Attributes;
use super::error::SftpError;

/// The longest packet that is taken from a host. OpenSSH sends and takes no longer ones.
pub(super) const LONGEST_PACKET: usize = 256 * 1024;
/// The longest name of a file; the longest that any system makes is a tenth of it.
const LONGEST_NAME: usize = 4096;

/// The kinds of packets that are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Ask {
    Init = 1,
    Open = 3,
    Close = 4,
    Read = 5,
    Write = 6,
    LookAtLink = 7,
    LookAtHandle = 8,
    SetOfHandle = 10,
    OpenFolder = 11,
    ReadFolder = 12,
    Remove = 13,
    MakeFolder = 14,
    RemoveFolder = 15,
    Resolve = 16,
    Look = 17,
    Rename = 18,
    ReadLink = 19,
    Extended = 200,
}

/// A packet in the making. The first four bytes wait for its length.
pub(super) struct Packet(Vec<u8>);

impl Packet {
    pub(super) fn new(ask: Ask, id: u32) -> Self {
        Self(vec![0, 0, 0, 0, ask as u8]).number(id)
    }

    pub(super) fn number(mut self, number: u32) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    pub(super) fn long(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// Bytes with their length. What we send is never near 4 GiB: a piece of a file, a path, a handle of the host's.
    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.reserve(4 + bytes.len());
        let mut packet = self.number(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        packet.0.extend_from_slice(bytes);
        packet
    }

    pub(super) fn attributes(mut self, attributes: &Attributes) -> Self {
        attributes.write(&mut self.0);
        self
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        let length = u32::try_from(self.0.len() - 4).unwrap_or(u32::MAX);
        self.0[..4].copy_from_slice(&length.to_be_bytes());
        self.0
    }
}

/// An answer of the host.
#[derive(Debug, PartialEq)]
pub(super) enum Reply {
    Status { code: u32, said: String },
    Handle(Vec<u8>),
    Data(Data),
    Names(Vec<Name>),
    Attributes(Attributes),
    Extended(Vec<u8>),
}

/// A piece of a file, still in the packet that brought it, so that it is not copied.
#[derive(Debug, PartialEq)]
pub struct Data {
    packet: Vec<u8>,
    start: usize,
    end: usize,
}

impl Data {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.packet[self.start..self.end]
    }
}

/// A name in a folder, as the host said it.
#[derive(Debug, PartialEq)]
pub(super) struct Name {
    pub(super) name: Vec<u8>,
    /// A line like that of `ls -l`. Its form is nobody's promise.
    pub(super) line: Vec<u8>,
    pub(super) attributes: Attributes,
}

/// What the host offers besides version 3, from its greeting.
pub(super) fn read_version(packet: &[u8]) -> Result<Vec<String>, SftpError> {
    const VERSION: u8 = 2;
    let mut reader = Reader(packet);
    let (kind, version) = (reader.byte()?, reader.number()?);
    if kind != VERSION || version < 3 {
        return Err(protocol("it did not introduce itself as SFTP version 3"));
    }
    let mut offers = Vec::new();
    while !reader.0.is_empty() {
        let name = reader.bytes()?;
        reader.bytes()?;
        offers.push(String::from_utf8_lossy(name).into_owned());
    }
    Ok(offers)
}

/// Reads an answer: the number of its question, and what it says.
pub(super) fn read_reply(packet: Vec<u8>) -> Result<(u32, Reply), SftpError> {
    let mut reader = Reader(&packet);
    let (kind, id) = (reader.byte()?, reader.number()?);
    let reply = match kind {
        101 => {
            let code = reader.number()?;
            // Version 3 has a message; some servers leave it out.
            let said = reader.bytes().map(text_of).unwrap_or_default();
            Reply::Status { code, said }
        }
        102 => {
            let handle = reader.bytes()?;
            // The protocol's own limit.
            if handle.len() > 256 {
                return Err(protocol("a handle is too long"));
            }
            Reply::Handle(handle.to_vec())
        }
        103 => {
            let length = reader.bytes()?.len();
            let end = packet.len() - reader.0.len();
            return Ok((id, Reply::Data(Data { start: end - length, end, packet })));
        }
        104 => Reply::Names(read_names(&mut reader)?),
        105 => Reply::Attributes(Attributes::read(&mut reader)?),
        201 => Reply::Extended(reader.0.to_vec()),
        _ => return Err(protocol("it sent a packet of an unknown kind")),
    };
    Ok((id, reply))
}

fn read_names(reader: &mut Reader<'_>) -> Result<Vec<Name>, SftpError> {
    let count = reader.number()?;
    // Grows with what is really there: the count is only a claim.
    let mut names = Vec::new();
    for _ in 0..count {
        let (name, line) = (reader.bytes()?, reader.bytes()?);
        if name.len() > LONGEST_NAME {
            return Err(protocol("a file's name is too long"));
        }
        let line = line[..line.len().min(2 * LONGEST_NAME)].to_vec();
        names.push(Name { name: name.to_vec(), line, attributes: Attributes::read(reader)? });
    }
    Ok(names)
}

/// The rest of a packet.
pub(super) struct Reader<'p>(pub(super) &'p [u8]);

impl<'p> Reader<'p> {
    pub(super) fn byte(&mut self) -> Result<u8, SftpError> {
        let (byte, rest) = self.0.split_first().ok_or_else(cut)?;
        self.0 = rest;
        Ok(*byte)
    }

    pub(super) fn number(&mut self) -> Result<u32, SftpError> {
        let (number, rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*number))
    }

    pub(super) fn long(&mut self) -> Result<u64, SftpError> {
        let (number, rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        self.0 = rest;
        Ok(u64::from_be_bytes(*number))
    }

    pub(super) fn bytes(&mut self) -> Result<&'p [u8], SftpError> {
        let length = self.number()? as usize;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or_else(cut)?;
        self.0 = rest;
        Ok(bytes)
    }
}

pub(super) fn protocol(detail: &str) -> SftpError {
    SftpError::Protocol { detail: detail.to_owned() }
}

fn cut() -> SftpError {
    protocol("a packet ends too early")
}

/// What a host said, short and escaped.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(200)];
    String::from_utf8_lossy(shown).escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_packet_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), kind in 99u8..=106) {
            let _ = read_version(&bytes);
            let _ = read_reply(bytes.clone());
            let mut likely = vec![kind, 0, 0, 0, 1];
            likely.extend(bytes);
            if let Ok((id, Reply::Data(data))) = read_reply(likely) {
                prop_assert_eq!(id, 1);
                prop_assert!(data.bytes().len() <= 400);
            }
        }
    }

    #[test]
    fn a_claimed_length_is_not_believed() {
        let claims: [&[u8]; 4] = [
            // Four thousand million names; a status, a handle and data that are longer than their packets.
            &[104, 0, 0, 0, 1, 255, 255, 255, 255],
            &[102, 0, 0, 0, 1, 255, 255, 255, 255, 1],
            &[103, 0, 0, 0, 1, 0, 0, 0, 2, 1],
            &[105, 0, 0, 0, 1, 255, 255, 255, 255],
        ];
        for claim in claims {
            assert!(matches!(read_reply(claim.to_vec()), Err(SftpError::Protocol { .. })), "{claim:?}");
        }
    }
}
