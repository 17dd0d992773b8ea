//! Streams: what standard input, output and error are.

use crate::types::FileType;
use alloc::sync::Arc;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// What can be said of a stream without waiting for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// A read or a write would wait.
    Pending,
    /// A read or a write of this many bytes would not wait; 1 where the number is not known.
    Ready(u64),
    /// The other side is gone: reads give no more bytes, or writes fail.
    Closed,
}

/// A source of bytes that a guest reads as its standard input.
///
/// The embedder's own sources implement this:
///
/// ```
/// use diptych_wasi::{InputStream, WasiCtxBuilder};
///
/// /// The digits, for ever.
/// struct Digits(u8);
///
/// impl InputStream for Digits {
///     fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
///         for byte in &mut *buffer {
///             *byte = b'0' + self.0;
///             self.0 = (self.0 + 1) % 10;
///         }
///         Ok(buffer.len())
///     }
/// }
///
/// let wasi = WasiCtxBuilder::new().stdin(Digits(0)).build();
/// ```
pub trait InputStream: Send {
    /// Reads bytes to the start of `buffer`, waits if there are none yet, and gives their number:
    /// 0 when there will be no more.
    ///
    /// # Errors
    /// Whatever the guest is to get as an error code.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// What a read would do. A guest that waits for the stream asks this again and again, unless
    /// the stream is one of the host's own.
    ///
    /// # Errors
    /// Whatever the guest is to get as an error code.
    fn readiness(&mut self) -> io::Result<Readiness> {
        Ok(Readiness::Ready(1))
    }

    /// Whether the stream is a terminal, and the guest is to treat it so. This is asked once.
    fn is_terminal(&self) -> bool {
        false
    }

    /// The host's descriptor, by whose readiness the host can wait for this stream.
    #[cfg(unix)]
    fn host_fd(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        None
    }
}

/// A sink of bytes that a guest writes as its standard output or error.
///
/// The embedder's own sinks implement this:
///
/// ```
/// use diptych_wasi::{OutputStream, WasiCtxBuilder};
/// use std::sync::mpsc::{Sender, channel};
///
/// struct Chunks(Sender<Vec<u8>>);
///
/// impl OutputStream for Chunks {
///     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
///         self.0
///             .send(bytes.to_vec())
///             .map_err(|_| std::io::ErrorKind::BrokenPipe)?;
///         Ok(bytes.len())
///     }
/// }
///
/// let (sender, chunks) = channel();
/// let wasi = WasiCtxBuilder::new().stdout(Chunks(sender)).build();
/// ```
pub trait OutputStream: Send {
    /// Writes bytes from the start of `bytes`, and gives their number.
    ///
    /// # Errors
    /// Whatever the guest is to get as an error code.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Hands on what is buffered. This is called after every write of the guest's.
    ///
    /// # Errors
    /// Whatever the guest is to get as an error code.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// What a write would do. See [`InputStream::readiness`].
    ///
    /// # Errors
    /// Whatever the guest is to get as an error code.
    fn readiness(&mut self) -> io::Result<Readiness> {
        Ok(Readiness::Ready(1))
    }

    /// Whether the stream is a terminal, and the guest is to treat it so. This is asked once.
    fn is_terminal(&self) -> bool {
        false
    }

    /// The host's descriptor, by whose readiness the host can wait for this stream.
    #[cfg(unix)]
    fn host_fd(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        None
    }
}

/// A file is read from where it is.
impl InputStream for std::fs::File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::Read::read(self, buffer)
    }

    #[cfg(unix)]
    fn readiness(&mut self) -> io::Result<Readiness> {
        crate::host::readiness(std::os::fd::AsFd::as_fd(self), crate::host::Direction::Read)
    }

    fn is_terminal(&self) -> bool {
        IsTerminal::is_terminal(self)
    }

    #[cfg(unix)]
    fn host_fd(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        Some(std::os::fd::AsFd::as_fd(self))
    }
}

/// A file is written from where it is.
impl OutputStream for std::fs::File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(self, bytes)
    }

    #[cfg(unix)]
    fn readiness(&mut self) -> io::Result<Readiness> {
        crate::host::readiness(
            std::os::fd::AsFd::as_fd(self),
            crate::host::Direction::Write,
        )
    }

    fn is_terminal(&self) -> bool {
        IsTerminal::is_terminal(self)
    }

    #[cfg(unix)]
    fn host_fd(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        Some(std::os::fd::AsFd::as_fd(self))
    }
}

/// Nothing to read: the standard input of a guest that is given none.
impl InputStream for io::Empty {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }

    fn readiness(&mut self) -> io::Result<Readiness> {
        Ok(Readiness::Closed)
    }
}

/// What is written is dropped: the standard output of a guest that is given none.
impl OutputStream for io::Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }
}

/// What the embedder has given to a context. Clones are the same.
pub(crate) struct Owned<S: ?Sized>(Arc<Mutex<Box<S>>>);

impl<S: ?Sized> Owned<S> {
    pub(crate) fn new(object: Box<S>) -> Self {
        Self(Arc::new(Mutex::new(object)))
    }

    pub(crate) fn get(&self) -> MutexGuard<'_, Box<S>> {
        lock(&self.0)
    }

    /// It, if no other thread is using it.
    pub(crate) fn try_get(&self) -> Option<MutexGuard<'_, Box<S>>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl<S: ?Sized> Clone for Owned<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A lock that is taken even after a thread has panicked with it: the embedder's own functions
/// may, and what they leave behind is theirs.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a guest is told that a stream is: terminals are recognized by this.
pub(crate) fn filetype(is_terminal: bool) -> FileType {
    if is_terminal {
        FileType::CharacterDevice
    } else {
        FileType::Unknown
    }
}
