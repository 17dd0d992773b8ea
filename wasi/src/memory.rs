//! The guest's memory, as the only place that its pointers can lead to.

use crate::errno::{Errno, Outcome};
use core::ops::Range;

/// The longest path that is looked at, in bytes: that of Linux.
const PATH_MAX: u32 = 4096;

/// The memory that a guest exports. Every access is checked; one that leaves it is `EFAULT`.
pub(crate) struct GuestMemory<'a> {
    bytes: &'a mut [u8],
}

impl<'a> GuestMemory<'a> {
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn bytes(&self, at: u32, len: u32) -> Outcome<&[u8]> {
        self.bytes.get(range(at, len)?).ok_or(Errno::Fault)
    }

    pub(crate) fn bytes_mut(&mut self, at: u32, len: u32) -> Outcome<&mut [u8]> {
        self.bytes.get_mut(range(at, len)?).ok_or(Errno::Fault)
    }

    /// Whether a result of `len` bytes will fit at `at`: looked at before anything is done that
    /// the guest would have to be told of.
    pub(crate) fn check(&self, at: u32, len: u32) -> Outcome {
        self.bytes(at, len).map(drop)
    }

    /// [`check`](Self::check) for an array.
    pub(crate) fn check_array(&self, at: u32, count: u32, size: u32) -> Outcome {
        let len = count.checked_mul(size).ok_or(Errno::Fault)?;
        self.check(at, len)
    }

    pub(crate) fn write(&mut self, at: u32, bytes: &[u8]) -> Outcome {
        let len = u32::try_from(bytes.len()).map_err(|_| Errno::Overflow)?;
        self.bytes_mut(at, len)?.copy_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn write_u32(&mut self, at: u32, value: u32) -> Outcome {
        self.write(at, &value.to_le_bytes())
    }

    pub(crate) fn write_u64(&mut self, at: u32, value: u64) -> Outcome {
        self.write(at, &value.to_le_bytes())
    }

    /// A path. It must be UTF-8 without a NUL, and not longer than any path can be.
    pub(crate) fn path(&self, at: u32, len: u32) -> Outcome<&str> {
        let bytes = self.bytes(at, len)?;
        if len > PATH_MAX {
            return Err(Errno::Nametoolong);
        }
        let path = core::str::from_utf8(bytes).map_err(|_| Errno::Ilseq)?;
        if path.is_empty() {
            return Err(Errno::Noent);
        }
        if bytes.contains(&0) {
            return Err(Errno::Inval);
        }
        Ok(path)
    }

    fn u32(&self, at: u32) -> Outcome<u32> {
        let mut value = [0; 4];
        value.copy_from_slice(self.bytes(at, 4)?);
        Ok(u32::from_le_bytes(value))
    }
}

fn range(at: u32, len: u32) -> Outcome<Range<usize>> {
    let at = usize::try_from(at).map_err(|_| Errno::Fault)?;
    let len = usize::try_from(len).map_err(|_| Errno::Fault)?;
    Ok(at..at.checked_add(len).ok_or(Errno::Fault)?)
}

/// A guest's list of buffers. It stays in the guest's memory, however long it is; so it is looked
/// at anew, and checked anew, whenever a buffer is used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Iovecs {
    at: u32,
    count: u32,
}

impl Iovecs {
    const SIZE: u32 = 8;

    /// The list at `at`, if it and all of its buffers are in the memory and their lengths can be
    /// summed.
    pub(crate) fn new(memory: &GuestMemory<'_>, at: u32, count: u32) -> Outcome<Self> {
        memory.check_array(at, count, Self::SIZE)?;
        let iovecs = Self { at, count };
        let mut total = 0_u32;
        for i in 0..count {
            let (buffer, len) = iovecs.get(memory, i)?;
            memory.check(buffer, len)?;
            total = total.checked_add(len).ok_or(Errno::Inval)?;
        }
        Ok(iovecs)
    }

    pub(crate) const fn count(self) -> u32 {
        self.count
    }

    /// The address and the length of a buffer.
    pub(crate) fn get(self, memory: &GuestMemory<'_>, i: u32) -> Outcome<(u32, u32)> {
        let at = i
            .checked_mul(Self::SIZE)
            .and_then(|offset| self.at.checked_add(offset))
            .ok_or(Errno::Fault)?;
        let len_at = at.checked_add(4).ok_or(Errno::Fault)?;
        Ok((memory.u32(at)?, memory.u32(len_at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked_without_overflow() {
        let mut bytes = vec![0; 64];
        let mut memory = GuestMemory::new(&mut bytes);
        assert!(memory.check(0, 64).is_ok());
        assert!(memory.check(64, 0).is_ok());
        assert_eq!(memory.check(65, 0), Err(Errno::Fault));
        assert_eq!(memory.check(1, 64), Err(Errno::Fault));
        assert_eq!(memory.check(u32::MAX, u32::MAX), Err(Errno::Fault));
        assert_eq!(memory.write_u64(57, 1), Err(Errno::Fault));
        assert_eq!(memory.check_array(0, u32::MAX, 8), Err(Errno::Fault));
    }

    #[test]
    fn paths_that_cannot_be_are_refused() {
        let mut bytes = vec![b'a'; 8192];
        bytes[0] = 0xff;
        bytes[2] = 0;
        let memory = GuestMemory::new(&mut bytes);
        assert_eq!(memory.path(0, 1), Err(Errno::Ilseq));
        assert_eq!(memory.path(1, 0), Err(Errno::Noent));
        assert_eq!(memory.path(1, 2), Err(Errno::Inval));
        assert_eq!(memory.path(3, 4097), Err(Errno::Nametoolong));
        assert_eq!(memory.path(3, 8192), Err(Errno::Fault));
        assert_eq!(memory.path(3, 2), Ok("aa"));
    }

    #[test]
    fn lists_of_buffers_are_checked_whole() {
        let mut bytes = vec![0; 64];
        bytes[4] = 8;
        bytes[12] = 65;
        let memory = GuestMemory::new(&mut bytes);
        assert!(Iovecs::new(&memory, 0, 1).is_ok());
        assert_eq!(Iovecs::new(&memory, 0, 2).map(drop), Err(Errno::Fault));
        assert_eq!(Iovecs::new(&memory, 60, 1).map(drop), Err(Errno::Fault));
        assert_eq!(
            Iovecs::new(&memory, 0, u32::MAX).map(drop),
            Err(Errno::Fault)
        );
    }
}
