//! The standard streams of the host's own process.

use crate::stream::{InputStream, OutputStream};
use std::io::{self, IsTerminal, Write};

/// The standard input of the host's process.
///
/// On Unix it is read without the buffer of [`std::io::stdin`], so that what is left there is
/// known to the system, and a guest can wait for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stdin;

/// The standard output of the host's process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stdout;

/// The standard error of the host's process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stderr;

impl InputStream for Stdin {
    #[cfg(unix)]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(rustix::stdio::stdin(), buffer)?)
    }

    #[cfg(not(unix))]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::Read::read(&mut io::stdin(), buffer)
    }

    #[cfg(unix)]
    fn readiness(&mut self) -> io::Result<crate::Readiness> {
        crate::host::readiness(rustix::stdio::stdin(), crate::host::Direction::Read)
    }

    fn is_terminal(&self) -> bool {
        io::stdin().is_terminal()
    }

    #[cfg(unix)]
    fn host_fd(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        Some(rustix::stdio::stdin())
    }
}

impl OutputStream for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }

    #[cfg(unix)]
    fn readiness(&mut self) -> io::Result<crate::Readiness> {
        crate::host::readiness(rustix::stdio::stdout(), crate::host::Direction::Write)
    }

    fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    #[cfg(unix)]
    fn host_fd(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        Some(rustix::stdio::stdout())
    }
}

impl OutputStream for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().write(bytes)
    }

    #[cfg(unix)]
    fn readiness(&mut self) -> io::Result<crate::Readiness> {
        crate::host::readiness(rustix::stdio::stderr(), crate::host::Direction::Write)
    }

    fn is_terminal(&self) -> bool {
        io::stderr().is_terminal()
    }

    #[cfg(unix)]
    fn host_fd(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        Some(rustix::stdio::stderr())
    }
}
