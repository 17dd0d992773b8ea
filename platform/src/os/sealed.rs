//! Files in memory that no one can change any more.

use super::page_size;
use alloc::vec::Vec;
use core::fmt;
use std::fs::File;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::fs::FileExt as _;

/// How many bytes are written at a time.
const PIECE: usize = 256 << 10;

/// A file without a name that lives in memory, of fixed contents.
pub(crate) struct SealedFile(File);

impl SealedFile {
    /// A file of `len` bytes: those of `parts`, which are in order and apart from each other, and
    /// zeros elsewhere. `None` when the system refuses.
    pub(crate) fn new<'a>(
        len: usize,
        parts: impl Iterator<Item = (usize, &'a [u8])>,
    ) -> Option<Self> {
        let file = unnamed()?;
        file.set_len(len as u64).ok()?;
        let mut writer = Writer::new(&file)?;
        for (offset, bytes) in parts {
            writer.write(offset, bytes)?;
        }
        writer.flush()?;
        let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE;
        // SAFETY: the descriptor is open; sealing changes no memory.
        let sealed = unsafe {
            libc::fcntl(
                file.as_raw_fd(),
                libc::F_ADD_SEALS,
                seals | libc::F_SEAL_SEAL,
            )
        };
        (sealed == 0).then_some(Self(file))
    }

    pub(crate) const fn as_file(&self) -> &File {
        &self.0
    }
}

impl fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SealedFile").field(&self.0).finish()
    }
}

/// An empty file in memory.
fn unnamed() -> Option<File> {
    let create = |flags| {
        let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING | flags;
        // SAFETY: the name ends in a zero.
        unsafe { libc::memfd_create(c"diptych-image".as_ptr(), flags) }
    };
    // Systems that are strict want to hear that it is never executed; those before Linux 6.3 do
    // not know the word.
    let descriptor = match create(libc::MFD_NOEXEC_SEAL) {
        -1 => create(0),
        descriptor => descriptor,
    };
    if descriptor == -1 {
        return None;
    }
    // SAFETY: the descriptor is new, and nothing else owns it.
    Some(unsafe { OwnedFd::from_raw_fd(descriptor) }.into())
}

/// Writes many small parts in few calls.
struct Writer<'a> {
    file: &'a File,
    piece: Vec<u8>,
    /// Where the piece belongs.
    at: usize,
}

impl<'a> Writer<'a> {
    fn new(file: &'a File) -> Option<Self> {
        let mut piece = Vec::new();
        piece.try_reserve_exact(PIECE).ok()?;
        Some(Self { file, piece, at: 0 })
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Option<()> {
        let end = self.at + self.piece.len();
        // Fewer zeros than a page are as good as a hole.
        if offset - end < page_size() && offset - self.at < PIECE {
            self.piece.resize(offset - self.at, 0);
        } else {
            self.flush()?;
            self.at = offset;
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = PIECE - self.piece.len();
            let (now, later) = rest.split_at(rest.len().min(room));
            self.piece.extend_from_slice(now);
            rest = later;
            if self.piece.len() == PIECE {
                self.flush()?;
            }
        }
        Some(())
    }

    fn flush(&mut self) -> Option<()> {
        self.file.write_all_at(&self.piece, self.at as u64).ok()?;
        self.at += self.piece.len();
        self.piece.clear();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn contents_are_those_of_the_parts_and_stay() {
        let long: Vec<u8> = (0..2 * PIECE + 100).map(|i| (i % 251) as u8).collect();
        let parts: [(usize, &[u8]); 6] = [
            (3, b"first"),
            (8, b"next"),
            (100, b""),
            (PIECE - 2, b"across"),
            (PIECE + 70_000, &long),
            (4 * PIECE - 1, b"!"),
        ];
        let len = 4 * PIECE;
        let file = SealedFile::new(len, parts.into_iter()).expect("the system has such files");
        let mut expected = std::vec![0; len];
        for (offset, bytes) in parts {
            expected[offset..offset + bytes.len()].copy_from_slice(bytes);
        }
        let mut read = std::vec![1; len];
        file.0.read_exact_at(&mut read, 0).expect("it is as long");
        assert!(read == expected);
        assert!(file.0.write_at(b"x", 0).is_err());
        assert!((&file.0).write(b"x").is_err());
        assert!(file.0.set_len(len as u64 + 1).is_err());
        assert!(file.0.set_len(0).is_err());
    }

    /// Files are larger than what 32 bits address.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn impossible_sizes_are_refused() {
        assert!(SealedFile::new(usize::MAX, core::iter::empty()).is_none());
    }
}
