//! Pipes in memory, from the embedder to a guest and back.

use crate::stream::{InputStream, OutputStream, Readiness, lock};
use alloc::sync::Arc;
use std::io;
use std::sync::Mutex;

/// Bytes that a guest reads, and then the end.
///
/// Clones share their position: what one has read the others do not get.
///
/// ```
/// use diptych_wasi::{ReadPipe, WasiCtxBuilder};
///
/// let wasi = WasiCtxBuilder::new().stdin(ReadPipe::from("a line\n")).build();
/// ```
#[derive(Clone, Debug)]
pub struct ReadPipe(Arc<Mutex<io::Cursor<Vec<u8>>>>);

impl ReadPipe {
    /// A pipe with these bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(io::Cursor::new(bytes))))
    }

    /// How many bytes nobody has read yet.
    pub fn remaining(&self) -> usize {
        rest(&lock(&self.0)).len()
    }
}

impl<B: Into<Vec<u8>>> From<B> for ReadPipe {
    fn from(bytes: B) -> Self {
        Self::new(bytes.into())
    }
}

impl InputStream for ReadPipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::Read::read(&mut *lock(&self.0), buffer)
    }

    fn readiness(&mut self) -> io::Result<Readiness> {
        Ok(match self.remaining() {
            0 => Readiness::Closed,
            bytes => Readiness::Ready(bytes as u64),
        })
    }
}

fn rest(cursor: &io::Cursor<Vec<u8>>) -> &[u8] {
    let from = usize::try_from(cursor.position()).unwrap_or(usize::MAX);
    cursor.get_ref().get(from..).unwrap_or_default()
}

/// What a guest writes, kept for the embedder.
///
/// Clones share their bytes: one is given to the guest, another is kept.
///
/// ```
/// use diptych_wasi::{WasiCtxBuilder, WritePipe};
///
/// let output = WritePipe::bounded(1 << 20);
/// let wasi = WasiCtxBuilder::new().stdout(output.clone()).build();
/// // The guest runs here.
/// assert_eq!(output.contents(), b"");
/// ```
#[derive(Clone, Debug)]
pub struct WritePipe {
    bytes: Arc<Mutex<Vec<u8>>>,
    capacity: usize,
}

impl WritePipe {
    /// A pipe that takes as much as the host has memory for. A guest that is not trusted should
    /// have a [`bounded`](Self::bounded) one.
    pub fn new() -> Self {
        Self::bounded(usize::MAX)
    }

    /// A pipe that holds at most this many bytes; the guest gets `ENOSPC` for more.
    pub fn bounded(capacity: usize) -> Self {
        Self {
            bytes: Arc::default(),
            capacity,
        }
    }

    /// All that was written and not [taken](Self::take), copied.
    pub fn contents(&self) -> Vec<u8> {
        lock(&self.bytes).clone()
    }

    /// All that was written since the last time, out of the pipe.
    pub fn take(&self) -> Vec<u8> {
        core::mem::take(&mut *lock(&self.bytes))
    }
}

impl Default for WritePipe {
    fn default() -> Self {
        Self::new()
    }
}

impl OutputStream for WritePipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut held = lock(&self.bytes);
        let room = self.capacity.saturating_sub(held.len());
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = &bytes[..bytes.len().min(room)];
        held.try_reserve(taken.len())
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        held.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn readiness(&mut self) -> io::Result<Readiness> {
        let room = self.capacity.saturating_sub(lock(&self.bytes).len());
        // A full pipe is ready as well: a write fails at once.
        Ok(Readiness::Ready(room as u64))
    }
}

/// The lock, also after a panic of another holder: every state in between is whole.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_read_to_its_end() {
        let mut pipe = ReadPipe::from("abc");
        let mut buffer = [0; 2];
        assert_eq!(pipe.readiness().unwrap(), Readiness::Ready(3));
        assert_eq!(pipe.read(&mut buffer).unwrap(), 2);
        assert_eq!(pipe.clone().read(&mut buffer).unwrap(), 1);
        assert_eq!((pipe.read(&mut buffer).unwrap(), buffer[0]), (0, b'c'));
        assert_eq!(pipe.readiness().unwrap(), Readiness::Closed);
    }

    #[test]
    fn a_bounded_pipe_takes_what_fits_and_then_fails() {
        let pipe = WritePipe::bounded(4);
        let mut writer = pipe.clone();
        assert_eq!(writer.write(b"abc").unwrap(), 3);
        assert_eq!(writer.write(b"def").unwrap(), 1);
        assert_eq!(writer.write(b"").unwrap(), 0);
        assert_eq!(
            writer.write(b"ef").unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
        assert_eq!(pipe.contents(), b"abcd");
        assert_eq!(pipe.take(), b"abcd");
        assert_eq!(writer.write(b"ef").unwrap(), 2);
    }
}
