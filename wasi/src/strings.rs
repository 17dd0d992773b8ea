//! Arguments and environment variables: lists of strings that a guest gets in one piece.

use crate::WasiCtx;
use crate::errno::{Errno, Outcome};
use crate::memory::GuestMemory;

/// Strings, one after the other, each with a NUL behind it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strings {
    bytes: Vec<u8>,
    /// Where each string begins.
    starts: Vec<usize>,
}

impl Strings {
    /// Adds a string that is these parts together.
    pub(crate) fn push(&mut self, parts: &[&str]) {
        self.starts.push(self.bytes.len());
        for part in parts {
            self.bytes.extend_from_slice(part.as_bytes());
        }
        self.bytes.push(0);
    }

    /// Writes the number of strings, and the number of their bytes.
    fn sizes(&self, memory: &mut GuestMemory<'_>, count_at: u32, size_at: u32) -> Outcome {
        let (count, size) = self.lens()?;
        memory.check(size_at, 4)?;
        memory.write_u32(count_at, count)?;
        memory.write_u32(size_at, size)
    }

    /// Writes the addresses of the strings, and the strings.
    fn get(&self, memory: &mut GuestMemory<'_>, pointers: u32, buffer: u32) -> Outcome {
        let (count, size) = self.lens()?;
        memory.check_array(pointers, count, 4)?;
        memory.check(buffer, size)?;
        memory.write(buffer, &self.bytes)?;
        for (at, &start) in (pointers..).step_by(4).zip(&self.starts) {
            let start = u32::try_from(start).map_err(|_| Errno::Overflow)?;
            memory.write_u32(at, buffer.checked_add(start).ok_or(Errno::Fault)?)?;
        }
        Ok(())
    }

    fn lens(&self) -> Outcome<(u32, u32)> {
        let len = |len| u32::try_from(len).map_err(|_| Errno::Overflow);
        Ok((len(self.starts.len())?, len(self.bytes.len())?))
    }
}

pub(crate) fn args_sizes_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    count_at: u32,
    size_at: u32,
) -> Outcome {
    ctx.world.args.sizes(memory, count_at, size_at)
}

pub(crate) fn args_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    pointers: u32,
    buffer: u32,
) -> Outcome {
    ctx.world.args.get(memory, pointers, buffer)
}

pub(crate) fn environ_sizes_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    count_at: u32,
    size_at: u32,
) -> Outcome {
    ctx.world.env.sizes(memory, count_at, size_at)
}

pub(crate) fn environ_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    pointers: u32,
    buffer: u32,
) -> Outcome {
    ctx.world.env.get(memory, pointers, buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_laid_out_with_a_nul_behind_each() {
        let mut strings = Strings::default();
        strings.push(&["tool"]);
        strings.push(&["A", "=", "b"]);
        let mut bytes = vec![0xff; 64];
        let mut memory = GuestMemory::Own(&mut bytes);
        strings.sizes(&mut memory, 0, 4).unwrap();
        strings.get(&mut memory, 8, 32).unwrap();
        assert_eq!(
            bytes[0..16],
            [2, 0, 0, 0, 9, 0, 0, 0, 32, 0, 0, 0, 37, 0, 0, 0]
        );
        assert_eq!(&bytes[32..42], b"tool\0A=b\0\xff");
    }

    #[test]
    fn strings_that_do_not_fit_are_not_written_at_all() {
        let mut strings = Strings::default();
        strings.push(&["tool"]);
        let mut bytes = vec![0xff; 8];
        let mut memory = GuestMemory::Own(&mut bytes);
        assert_eq!(strings.get(&mut memory, 0, 4), Err(Errno::Fault));
        assert_eq!(strings.get(&mut memory, 5, 0), Err(Errno::Fault));
        assert_eq!(strings.sizes(&mut memory, 0, u32::MAX), Err(Errno::Fault));
        assert_eq!(bytes, [0xff; 8]);
    }
}
