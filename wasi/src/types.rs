//! The specification's types: flags, enumerations, and the layouts of records in guest memory.
//!
//! <https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md>

use crate::errno::{Errno, Outcome};
use crate::memory::GuestMemory;
use bitflags::bitflags;

bitflags! {
    /// What may be done with a descriptor.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Rights: u64 {
        const FD_DATASYNC = 1 << 0;
        const FD_READ = 1 << 1;
        const FD_SEEK = 1 << 2;
        const FD_FDSTAT_SET_FLAGS = 1 << 3;
        const FD_SYNC = 1 << 4;
        const FD_TELL = 1 << 5;
        const FD_WRITE = 1 << 6;
        const FD_ADVISE = 1 << 7;
        const FD_ALLOCATE = 1 << 8;
        const PATH_CREATE_DIRECTORY = 1 << 9;
        const PATH_CREATE_FILE = 1 << 10;
        const PATH_LINK_SOURCE = 1 << 11;
        const PATH_LINK_TARGET = 1 << 12;
        const PATH_OPEN = 1 << 13;
        const FD_READDIR = 1 << 14;
        const PATH_READLINK = 1 << 15;
        const PATH_RENAME_SOURCE = 1 << 16;
        const PATH_RENAME_TARGET = 1 << 17;
        const PATH_FILESTAT_GET = 1 << 18;
        const PATH_FILESTAT_SET_SIZE = 1 << 19;
        const PATH_FILESTAT_SET_TIMES = 1 << 20;
        const FD_FILESTAT_GET = 1 << 21;
        const FD_FILESTAT_SET_SIZE = 1 << 22;
        const FD_FILESTAT_SET_TIMES = 1 << 23;
        const PATH_SYMLINK = 1 << 24;
        const PATH_REMOVE_DIRECTORY = 1 << 25;
        const PATH_UNLINK_FILE = 1 << 26;
        const POLL_FD_READWRITE = 1 << 27;
        const SOCK_SHUTDOWN = 1 << 28;
        const SOCK_ACCEPT = 1 << 29;

        /// What means something for an input of the embedder's.
        const INPUT = Self::FD_READ.bits()
            | Self::FD_FDSTAT_SET_FLAGS.bits()
            | Self::FD_FILESTAT_GET.bits()
            | Self::POLL_FD_READWRITE.bits();

        /// What means something for an output of the embedder's.
        const OUTPUT = Self::FD_WRITE.bits()
            | Self::FD_DATASYNC.bits()
            | Self::FD_SYNC.bits()
            | Self::FD_FDSTAT_SET_FLAGS.bits()
            | Self::FD_FILESTAT_GET.bits()
            | Self::POLL_FD_READWRITE.bits();

        /// What means something only for a file that is open for writing.
        const FILE_WRITE = Self::FD_WRITE.bits()
            | Self::FD_ALLOCATE.bits()
            | Self::FD_FILESTAT_SET_SIZE.bits();

        /// What means something for a file.
        const FILE = Self::FILE_WRITE.bits()
            | Self::FD_DATASYNC.bits()
            | Self::FD_READ.bits()
            | Self::FD_SEEK.bits()
            | Self::FD_FDSTAT_SET_FLAGS.bits()
            | Self::FD_SYNC.bits()
            | Self::FD_TELL.bits()
            | Self::FD_ADVISE.bits()
            | Self::FD_FILESTAT_GET.bits()
            | Self::FD_FILESTAT_SET_TIMES.bits()
            | Self::POLL_FD_READWRITE.bits();

        /// What means something for a directory.
        const DIRECTORY = Self::FD_DATASYNC.bits()
            | Self::FD_SYNC.bits()
            | Self::FD_FDSTAT_SET_FLAGS.bits()
            | Self::FD_READDIR.bits()
            | Self::FD_FILESTAT_GET.bits()
            | Self::FD_FILESTAT_SET_TIMES.bits()
            | Self::PATH_CREATE_DIRECTORY.bits()
            | Self::PATH_CREATE_FILE.bits()
            | Self::PATH_LINK_SOURCE.bits()
            | Self::PATH_LINK_TARGET.bits()
            | Self::PATH_OPEN.bits()
            | Self::PATH_READLINK.bits()
            | Self::PATH_RENAME_SOURCE.bits()
            | Self::PATH_RENAME_TARGET.bits()
            | Self::PATH_FILESTAT_GET.bits()
            | Self::PATH_FILESTAT_SET_SIZE.bits()
            | Self::PATH_FILESTAT_SET_TIMES.bits()
            | Self::PATH_SYMLINK.bits()
            | Self::PATH_REMOVE_DIRECTORY.bits()
            | Self::PATH_UNLINK_FILE.bits();

        /// What a preopened directory hands down.
        const INHERITING = Self::FILE.bits() | Self::DIRECTORY.bits();
    }
}

bitflags! {
    /// How a descriptor behaves.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct FdFlags: u16 {
        const APPEND = 1 << 0;
        const DSYNC = 1 << 1;
        const NONBLOCK = 1 << 2;
        const RSYNC = 1 << 3;
        const SYNC = 1 << 4;
    }
}

bitflags! {
    /// How a path is opened.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct OpenFlags: u16 {
        const CREAT = 1 << 0;
        const DIRECTORY = 1 << 1;
        const EXCL = 1 << 2;
        const TRUNC = 1 << 3;
    }
}

bitflags! {
    /// How a path is resolved.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct LookupFlags: u32 {
        const SYMLINK_FOLLOW = 1 << 0;
    }
}

bitflags! {
    /// Which times are set, and to what.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct FstFlags: u16 {
        const ATIM = 1 << 0;
        const ATIM_NOW = 1 << 1;
        const MTIM = 1 << 2;
        const MTIM_NOW = 1 << 3;
    }
}

/// Flags as the guest gives them: bits without a meaning are an invalid argument.
macro_rules! flags_from_guest {
    ($($name:ident: $bits:ty;)*) => {$(
        impl $name {
            pub(crate) fn from_guest(value: u32) -> Outcome<Self> {
                <$bits>::try_from(value)
                    .ok()
                    .and_then(Self::from_bits)
                    .ok_or(Errno::Inval)
            }
        }
    )*};
}

flags_from_guest! {
    FdFlags: u16;
    OpenFlags: u16;
    LookupFlags: u32;
    FstFlags: u16;
}

/// What kind of thing a descriptor or a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum FileType {
    Unknown = 0,
    BlockDevice = 1,
    CharacterDevice = 2,
    Directory = 3,
    RegularFile = 4,
    SocketStream = 6,
    SymbolicLink = 7,
}

/// What an offset of `fd_seek` is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whence {
    Set,
    Cur,
    End,
}

/// The version of the interface: the same functions, but not all of the same layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// `wasi_unstable`.
    Unstable,
    /// `wasi_snapshot_preview1`.
    Preview1,
}

impl Version {
    pub(crate) fn whence(self, value: u32) -> Outcome<Whence> {
        match (self, value) {
            (Self::Preview1, 0) | (Self::Unstable, 2) => Ok(Whence::Set),
            (Self::Preview1, 1) | (Self::Unstable, 0) => Ok(Whence::Cur),
            (Self::Preview1, 2) | (Self::Unstable, 1) => Ok(Whence::End),
            _ => Err(Errno::Inval),
        }
    }

    /// The size of a `filestat`, in bytes.
    pub(crate) const fn filestat_size(self) -> u32 {
        match self {
            Self::Unstable => 56,
            Self::Preview1 => 64,
        }
    }

    /// The size of a `subscription`, in bytes.
    pub(crate) const fn subscription_size(self) -> u32 {
        match self {
            Self::Unstable => 56,
            Self::Preview1 => 48,
        }
    }

    /// Where a `subscription_clock` begins to be the same in both versions: the older one has an
    /// identifier of the user's before.
    const fn clock_offset(self) -> usize {
        match self {
            Self::Unstable => 24,
            Self::Preview1 => 16,
        }
    }
}

/// The size of an `fdstat`, in bytes.
pub(crate) const FDSTAT_SIZE: u32 = 24;

/// What a descriptor is and permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fdstat {
    pub(crate) filetype: FileType,
    pub(crate) flags: FdFlags,
    pub(crate) rights: Rights,
    pub(crate) inheriting: Rights,
}

impl Fdstat {
    pub(crate) fn write(&self, memory: &mut GuestMemory<'_>, at: u32) -> Outcome {
        let mut bytes = [0; FDSTAT_SIZE as usize];
        bytes[0] = self.filetype as u8;
        bytes[2..4].copy_from_slice(&self.flags.bits().to_le_bytes());
        bytes[8..16].copy_from_slice(&self.rights.bits().to_le_bytes());
        bytes[16..24].copy_from_slice(&self.inheriting.bits().to_le_bytes());
        memory.write(at, &bytes)
    }
}

/// What is known of a file. Times are nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filestat {
    pub(crate) dev: u64,
    pub(crate) ino: u64,
    pub(crate) filetype: FileType,
    pub(crate) nlink: u64,
    pub(crate) size: u64,
    pub(crate) atim: u64,
    pub(crate) mtim: u64,
    pub(crate) ctim: u64,
}

impl Filestat {
    /// What is known of a stream: only that it is there.
    pub(crate) const fn of_stream(filetype: FileType) -> Self {
        Self {
            dev: 0,
            ino: 0,
            filetype,
            nlink: 0,
            size: 0,
            atim: 0,
            mtim: 0,
            ctim: 0,
        }
    }

    pub(crate) fn write(&self, version: Version, memory: &mut GuestMemory<'_>, at: u32) -> Outcome {
        let mut bytes = [0; 64];
        bytes[0..8].copy_from_slice(&self.dev.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.ino.to_le_bytes());
        bytes[16] = self.filetype as u8;
        let rest = match version {
            Version::Unstable => {
                let nlink = u32::try_from(self.nlink).unwrap_or(u32::MAX);
                bytes[20..24].copy_from_slice(&nlink.to_le_bytes());
                24
            }
            Version::Preview1 => {
                bytes[24..32].copy_from_slice(&self.nlink.to_le_bytes());
                32
            }
        };
        for (i, value) in [self.size, self.atim, self.mtim, self.ctim]
            .into_iter()
            .enumerate()
        {
            let from = rest + 8 * i;
            bytes[from..from + 8].copy_from_slice(&value.to_le_bytes());
        }
        memory.write(at, &bytes[..version.filestat_size() as usize])
    }
}

/// The size of a `dirent` without its name, in bytes.
pub(crate) const DIRENT_SIZE: usize = 24;

/// The head of an entry of a directory; the name follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dirent {
    pub(crate) next: u64,
    pub(crate) ino: u64,
    pub(crate) name_len: u32,
    pub(crate) filetype: FileType,
}

impl Dirent {
    pub(crate) fn to_bytes(self) -> [u8; DIRENT_SIZE] {
        let mut bytes = [0; DIRENT_SIZE];
        bytes[0..8].copy_from_slice(&self.next.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.ino.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.name_len.to_le_bytes());
        bytes[20] = self.filetype as u8;
        bytes
    }
}

/// What a guest waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) userdata: u64,
    pub(crate) event: EventType,
}

/// A kind of event, with what it is waited for with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventType {
    /// A clock reaches a time, in nanoseconds: relative to the call unless `absolute`.
    Clock {
        id: u32,
        timeout: u64,
        absolute: bool,
    },
    FdRead(u32),
    FdWrite(u32),
}

impl EventType {
    const fn tag(self) -> u8 {
        match self {
            Self::Clock { .. } => 0,
            Self::FdRead(_) => 1,
            Self::FdWrite(_) => 2,
        }
    }
}

impl Subscription {
    pub(crate) fn read(version: Version, memory: &GuestMemory<'_>, at: u32) -> Outcome<Self> {
        let mut bytes = [0; 56];
        let bytes = &mut bytes[..version.subscription_size() as usize];
        memory.read(at, bytes)?;
        let u32_at = |offset| u32::from_le_bytes(array(bytes, offset));
        let u64_at = |offset| u64::from_le_bytes(array(bytes, offset));
        let event = match bytes[8] {
            0 => {
                let clock = version.clock_offset();
                EventType::Clock {
                    id: u32_at(clock),
                    timeout: u64_at(clock + 8),
                    absolute: bytes[clock + 24] & 1 != 0,
                }
            }
            1 => EventType::FdRead(u32_at(16)),
            2 => EventType::FdWrite(u32_at(16)),
            _ => return Err(Errno::Inval),
        };
        Ok(Self {
            userdata: u64_at(0),
            event,
        })
    }
}

/// The size of an `event`, in bytes.
pub(crate) const EVENT_SIZE: u32 = 32;

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) subscription: Subscription,
    pub(crate) error: Option<Errno>,
    pub(crate) nbytes: u64,
    pub(crate) hangup: bool,
}

impl Event {
    pub(crate) fn write(&self, memory: &mut GuestMemory<'_>, at: u32) -> Outcome {
        let mut bytes = [0; EVENT_SIZE as usize];
        bytes[0..8].copy_from_slice(&self.subscription.userdata.to_le_bytes());
        let error = self.error.map_or(0, Errno::code);
        bytes[8..10].copy_from_slice(&error.to_le_bytes());
        bytes[10] = self.subscription.event.tag();
        bytes[16..24].copy_from_slice(&self.nbytes.to_le_bytes());
        bytes[24] = u8::from(self.hangup);
        memory.write(at, &bytes)
    }
}

/// `N` bytes of a record, which the record's size has been checked to hold.
fn array<const N: usize>(bytes: &[u8], offset: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[offset..offset + N]);
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_those_of_the_specification() {
        assert_eq!(Rights::FD_READ.bits(), 2);
        assert_eq!(Rights::PATH_OPEN.bits(), 1 << 13);
        assert_eq!(Rights::SOCK_ACCEPT.bits(), 1 << 29);
        assert!(
            !Rights::DIRECTORY.intersects(Rights::FD_READ | Rights::FD_WRITE | Rights::FD_SEEK)
        );
    }

    #[test]
    fn the_older_version_orders_whence_otherwise() {
        let all = |version: Version| [0, 1, 2].map(|value| version.whence(value).unwrap());
        assert_eq!(
            all(Version::Preview1),
            [Whence::Set, Whence::Cur, Whence::End]
        );
        assert_eq!(
            all(Version::Unstable),
            [Whence::Cur, Whence::End, Whence::Set]
        );
        assert_eq!(Version::Preview1.whence(3), Err(Errno::Inval));
        assert_eq!(Version::Unstable.whence(u32::MAX), Err(Errno::Inval));
    }

    #[test]
    fn filestats_have_the_layout_of_their_version() {
        let stat = Filestat {
            dev: 1,
            ino: 2,
            filetype: FileType::RegularFile,
            nlink: 3,
            size: 4,
            atim: 5,
            mtim: 6,
            ctim: 7,
        };
        let mut bytes = vec![0xff; 64];
        stat.write(Version::Preview1, &mut GuestMemory::Own(&mut bytes), 0)
            .unwrap();
        assert_eq!(
            (bytes[0], bytes[8], bytes[16], bytes[24], bytes[32]),
            (1, 2, 4, 3, 4)
        );
        assert_eq!((bytes[40], bytes[48], bytes[56]), (5, 6, 7));

        let mut bytes = vec![0xff; 64];
        stat.write(Version::Unstable, &mut GuestMemory::Own(&mut bytes), 0)
            .unwrap();
        assert_eq!((bytes[16], bytes[20], bytes[24]), (4, 3, 4));
        assert_eq!(
            (bytes[32], bytes[40], bytes[48], bytes[56]),
            (5, 6, 7, 0xff)
        );
    }

    #[test]
    fn clock_subscriptions_have_the_layout_of_their_version() {
        let clock = |id| EventType::Clock {
            id,
            timeout: 9,
            absolute: true,
        };
        for (version, offset) in [(Version::Preview1, 16), (Version::Unstable, 24)] {
            let mut bytes = vec![0; 56];
            bytes[0] = 42;
            bytes[offset] = 1;
            bytes[offset + 8] = 9;
            bytes[offset + 24] = 1;
            let memory = GuestMemory::Own(&mut bytes);
            let read = Subscription::read(version, &memory, 0).unwrap();
            assert_eq!(
                read,
                Subscription {
                    userdata: 42,
                    event: clock(1)
                }
            );
        }
    }

    #[test]
    fn flags_without_a_meaning_are_refused() {
        assert_eq!(FdFlags::from_guest(1), Ok(FdFlags::APPEND));
        assert_eq!(FdFlags::from_guest(1 << 5), Err(Errno::Inval));
        assert_eq!(FdFlags::from_guest(1 << 16), Err(Errno::Inval));
        assert_eq!(OpenFlags::from_guest(u32::MAX), Err(Errno::Inval));
    }
}
