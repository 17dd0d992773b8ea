//! The guest's memory, as the only place that its pointers can lead to.

use crate::errno::{Errno, Outcome};
use crate::observe::Accesses;
use alloc::borrow::Cow;
use core::ops::Range;
use diptych::SharedMemory;

/// The longest path that is looked at, in bytes: that of Linux.
const PATH_MAX: u32 = 4096;

/// How many bytes of a shared memory are moved at a time: as many are allocated for it.
pub(crate) const PIECE: u32 = 64 << 10;

/// The memory that a guest exports. Every access is checked; one that leaves it is `EFAULT`.
///
/// What is read of a memory that threads share can be something else the next time. So a number
/// is used as it was when it was checked, and what the host works on are copies.
pub(crate) enum GuestMemory<'a> {
    /// One that nobody else uses while the host does.
    Own(&'a mut [u8]),
    /// The same, for an observer of calls, who is told which bytes were looked at and which written.
    Observed(&'a mut [u8], &'a Accesses),
    /// One that other threads use meanwhile. It can only grow: what was inside remains so.
    Shared(&'a SharedMemory),
}

impl GuestMemory<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Own(bytes) | Self::Observed(bytes, _) => bytes.len(),
            Self::Shared(memory) => memory.data_size(),
        }
    }

    /// Whether a result of `len` bytes will fit at `at`: looked at before anything is done that
    /// the guest would have to be told of.
    pub(crate) fn check(&self, at: u32, len: u32) -> Outcome {
        let inside = range(at, len)?.end <= self.len();
        if inside { Ok(()) } else { Err(Errno::Fault) }
    }

    /// [`check`](Self::check) for an array.
    pub(crate) fn check_array(&self, at: u32, count: u32, size: u32) -> Outcome {
        let len = count.checked_mul(size).ok_or(Errno::Fault)?;
        self.check(at, len)
    }

    pub(crate) fn write(&mut self, at: u32, bytes: &[u8]) -> Outcome {
        let len = u32::try_from(bytes.len()).map_err(|_| Errno::Overflow)?;
        let range = range(at, len)?;
        match self {
            Self::Own(own) => own
                .get_mut(range)
                .ok_or(Errno::Fault)?
                .copy_from_slice(bytes),
            Self::Observed(own, accesses) => {
                own.get_mut(range.clone())
                    .ok_or(Errno::Fault)?
                    .copy_from_slice(bytes);
                accesses.write(range);
            }
            Self::Shared(memory) => memory.write(range.start, bytes).map_err(|_| Errno::Fault)?,
        }
        Ok(())
    }

    pub(crate) fn write_u32(&mut self, at: u32, value: u32) -> Outcome {
        self.write(at, &value.to_le_bytes())
    }

    pub(crate) fn write_u64(&mut self, at: u32, value: u64) -> Outcome {
        self.write(at, &value.to_le_bytes())
    }

    /// Copies bytes out of the memory, to all of `buffer`.
    pub(crate) fn read(&self, at: u32, buffer: &mut [u8]) -> Outcome {
        let len = u32::try_from(buffer.len()).map_err(|_| Errno::Overflow)?;
        let range = range(at, len)?;
        match self {
            Self::Own(own) => buffer.copy_from_slice(own.get(range).ok_or(Errno::Fault)?),
            Self::Observed(own, accesses) => {
                buffer.copy_from_slice(own.get(range.clone()).ok_or(Errno::Fault)?);
                accesses.read(range);
            }
            Self::Shared(memory) => memory.read(range.start, buffer).map_err(|_| Errno::Fault)?,
        }
        Ok(())
    }

    /// The bytes of a range, or a copy of them; the range should be no longer than
    /// [`piece`](Self::piece) says.
    pub(crate) fn bytes(&self, at: u32, len: u32) -> Outcome<Cow<'_, [u8]>> {
        match self {
            Self::Own(own) => {
                let bytes = own.get(range(at, len)?).ok_or(Errno::Fault)?;
                Ok(Cow::Borrowed(bytes))
            }
            Self::Observed(own, accesses) => {
                let range = range(at, len)?;
                let bytes = own.get(range.clone()).ok_or(Errno::Fault)?;
                accesses.read(range);
                Ok(Cow::Borrowed(bytes))
            }
            Self::Shared(_) => {
                self.check(at, len)?;
                let mut copy = zeros(len)?;
                self.read(at, &mut copy)?;
                Ok(Cow::Owned(copy))
            }
        }
    }

    /// Has `fill` write to the start of a range and say how many bytes it wrote. The range should
    /// be no longer than [`piece`](Self::piece) says.
    pub(crate) fn fill<E>(
        &mut self,
        at: u32,
        len: u32,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Outcome<Result<usize, E>> {
        match self {
            Self::Own(own) => Ok(fill(own.get_mut(range(at, len)?).ok_or(Errno::Fault)?)),
            Self::Observed(own, accesses) => {
                let range = range(at, len)?;
                let bytes = own.get_mut(range.clone()).ok_or(Errno::Fault)?;
                let filled = fill(bytes);
                // A source that failed may have written before, and one that did not may have
                // written more than it says.
                accesses.write(range);
                Ok(filled)
            }
            Self::Shared(_) => {
                self.check(at, len)?;
                let mut copy = zeros(len)?;
                let filled = fill(&mut copy);
                if let Ok(filled) = filled {
                    // A stream of the embedder's could claim more than there was.
                    self.write(at, &copy[..filled.min(copy.len())])?;
                }
                Ok(filled)
            }
        }
    }

    /// How much of `len` bytes is moved at a time.
    pub(crate) fn piece(&self, len: u32) -> u32 {
        match self {
            Self::Own(_) | Self::Observed(..) => len,
            Self::Shared(_) => len.min(PIECE),
        }
    }

    /// A path. It must be UTF-8 without a NUL, and not longer than any path can be.
    pub(crate) fn path(&self, at: u32, len: u32) -> Outcome<Cow<'_, str>> {
        self.check(at, len)?;
        if len > PATH_MAX {
            return Err(Errno::Nametoolong);
        }
        let path = match self.bytes(at, len)? {
            Cow::Borrowed(bytes) => core::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        };
        let path = path.ok_or(Errno::Ilseq)?;
        if path.is_empty() {
            return Err(Errno::Noent);
        }
        if path.as_bytes().contains(&0) {
            return Err(Errno::Inval);
        }
        Ok(path)
    }
}

/// The places of so many bytes at an address, wherever the memory ends.
pub(crate) fn range(at: u32, len: u32) -> Outcome<Range<usize>> {
    let at = usize::try_from(at).map_err(|_| Errno::Fault)?;
    let len = usize::try_from(len).map_err(|_| Errno::Fault)?;
    Ok(at..at.checked_add(len).ok_or(Errno::Fault)?)
}

/// Room for a copy.
pub(crate) fn zeros(len: u32) -> Outcome<Vec<u8>> {
    let len = usize::try_from(len).map_err(|_| Errno::Nomem)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).map_err(|_| Errno::Nomem)?;
    bytes.resize(len, 0);
    Ok(bytes)
}

/// A guest's list of buffers. It stays in the guest's memory, however long it is; so it is looked
/// at anew, and checked anew, whenever a buffer is used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Iovecs {
    at: u32,
    count: u32,
    total: u32,
}

impl Iovecs {
    const SIZE: u32 = 8;

    /// The list at `at`, if it and all of its buffers are in the memory and their lengths can be
    /// summed.
    pub(crate) fn new(memory: &GuestMemory<'_>, at: u32, count: u32) -> Outcome<Self> {
        memory.check_array(at, count, Self::SIZE)?;
        let mut iovecs = Self {
            at,
            count,
            total: 0,
        };
        for i in 0..count {
            let (buffer, len) = iovecs.get(memory, i)?;
            memory.check(buffer, len)?;
            iovecs.total = iovecs.total.checked_add(len).ok_or(Errno::Inval)?;
        }
        Ok(iovecs)
    }

    pub(crate) const fn count(self) -> u32 {
        self.count
    }

    /// How many bytes the buffers have together, when the list is still what it was.
    pub(crate) const fn total(self) -> u32 {
        self.total
    }

    /// The address and the length of a buffer.
    pub(crate) fn get(self, memory: &GuestMemory<'_>, i: u32) -> Outcome<(u32, u32)> {
        let at = i
            .checked_mul(Self::SIZE)
            .and_then(|offset| self.at.checked_add(offset))
            .ok_or(Errno::Fault)?;
        let mut iovec = [0; Self::SIZE as usize];
        memory.read(at, &mut iovec)?;
        let [a, b, c, d, e, f, g, h] = iovec;
        let (buffer, len) = ([a, b, c, d], [e, f, g, h]);
        Ok((u32::from_le_bytes(buffer), u32::from_le_bytes(len)))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked_without_overflow() {
        let mut bytes = vec![0; 64];
        let mut memory = GuestMemory::Own(&mut bytes);
        assert!(memory.check(0, 64).is_ok());
        assert!(memory.check(64, 0).is_ok());
        assert_eq!(memory.check(65, 0), Err(Errno::Fault));
        assert_eq!(memory.check(1, 64), Err(Errno::Fault));
        assert_eq!(memory.check(u32::MAX, u32::MAX), Err(Errno::Fault));
        assert_eq!(memory.write_u64(57, 1), Err(Errno::Fault));
        assert_eq!(memory.check_array(0, u32::MAX, 8), Err(Errno::Fault));
    }

    /// Bytes for [`refuses_what_is_no_path`].
    pub(crate) fn bytes_of_paths() -> Vec<u8> {
        let mut bytes = vec![b'a'; 8192];
        bytes[0] = 0xff;
        bytes[2] = 0;
        bytes
    }

    pub(crate) fn refuses_what_is_no_path(memory: &GuestMemory<'_>) {
        assert_eq!(memory.path(0, 1), Err(Errno::Ilseq));
        assert_eq!(memory.path(1, 0), Err(Errno::Noent));
        assert_eq!(memory.path(1, 2), Err(Errno::Inval));
        assert_eq!(memory.path(3, 4097), Err(Errno::Nametoolong));
        assert_eq!(memory.path(3, 8192), Err(Errno::Fault));
        assert_eq!(memory.path(3, 2), Ok("aa".into()));
    }

    #[test]
    fn paths_that_cannot_be_are_refused() {
        refuses_what_is_no_path(&GuestMemory::Own(&mut bytes_of_paths()));
    }

    #[test]
    fn lists_of_buffers_are_checked_whole() {
        let mut bytes = vec![0; 64];
        bytes[4] = 8;
        bytes[12] = 65;
        let memory = GuestMemory::Own(&mut bytes);
        assert!(Iovecs::new(&memory, 0, 1).is_ok());
        assert_eq!(Iovecs::new(&memory, 0, 2).map(drop), Err(Errno::Fault));
        assert_eq!(Iovecs::new(&memory, 60, 1).map(drop), Err(Errno::Fault));
        assert_eq!(
            Iovecs::new(&memory, 0, u32::MAX).map(drop),
            Err(Errno::Fault)
        );
    }
}
