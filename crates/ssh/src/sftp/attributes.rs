//! What a host says of a file: size, owner, mode, time.

use super::error::SftpError;
use super::wire::{Reader, protocol};

const SIZE: u32 = 1;
const OWNER: u32 = 2;
const MODE: u32 = 4;
const TIMES: u32 = 8;
const EXTENDED: u32 = 0x8000_0000;

/// What a host says of a file; each part is missing where it does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Its length in bytes.
    pub size: Option<u64>,
    /// The numbers of its owner and group.
    pub owner: Option<(u32, u32)>,
    /// Its kind and permissions, as Unix writes them.
    pub mode: Option<u32>,
    /// When it was read and when it was changed, in seconds since 1970.
    pub times: Option<(u32, u32)>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// An ordinary file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a pipe, a socket, or something that the host does not name.
    Other,
}

impl Attributes {
    /// Nothing but permissions.
    pub fn permissions(mode: u32) -> Self {
        Self { mode: Some(mode & 0o7777), ..Self::default() }
    }

    /// What it is.
    pub fn kind(&self) -> FileKind {
        match self.mode.map(|mode| mode & 0o170_000) {
            Some(0o100_000) => FileKind::File,
            Some(0o040_000) => FileKind::Folder,
            Some(0o120_000) => FileKind::Link,
            Some(_) | None => FileKind::Other,
        }
    }

    /// When it was changed, in seconds since 1970.
    pub fn modified(&self) -> Option<u32> {
        self.times.map(|(_, modified)| modified)
    }

    pub(super) fn write(&self, packet: &mut Vec<u8>) {
        let mut flags = 0;
        for (flag, present) in [
            (SIZE, self.size.is_some()),
            (OWNER, self.owner.is_some()),
            (MODE, self.mode.is_some()),
            (TIMES, self.times.is_some()),
        ] {
            flags |= if present { flag } else { 0 };
        }
        packet.extend_from_slice(&flags.to_be_bytes());
        if let Some(size) = self.size {
            packet.extend_from_slice(&size.to_be_bytes());
        }
        let numbers = [
            self.owner.map(|(user, _)| user),
            self.owner.map(|(_, group)| group),
            self.mode,
            self.times.map(|(read, _)| read),
            self.modified(),
        ];
        for number in numbers.into_iter().flatten() {
            packet.extend_from_slice(&number.to_be_bytes());
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, SftpError> {
        let flags = reader.number()?;
        let size = if flags & SIZE == 0 { None } else { Some(reader.long()?) };
        let owner = if flags & OWNER == 0 { None } else { Some((reader.number()?, reader.number()?)) };
        let mode = if flags & MODE == 0 { None } else { Some(reader.number()?) };
        let times = if flags & TIMES == 0 { None } else { Some((reader.number()?, reader.number()?)) };
        if flags & EXTENDED != 0 {
            for _ in 0..reader.number()? {
                reader.bytes()?;
                reader.bytes()?;
            }
        }
        if flags & !(SIZE | OWNER | MODE | TIMES | EXTENDED) != 0 {
            return Err(protocol("a file has attributes that version 3 does not know"));
        }
        Ok(Self { size, owner, mode, times })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_of_attributes_reads_back() {
        for choice in 0..16 {
            let attributes = Attributes {
                size: (choice & 1 != 0).then_some(1 << 40),
                owner: (choice & 2 != 0).then_some((1000, 100)),
                mode: (choice & 4 != 0).then_some(0o100_644),
                times: (choice & 8 != 0).then_some((1, 2)),
            };
            let mut packet = Vec::new();
            attributes.write(&mut packet);
            let mut reader = Reader(&packet);
            assert_eq!(Attributes::read(&mut reader).unwrap(), attributes);
            assert!(reader.0.is_empty());
        }
    }
}
