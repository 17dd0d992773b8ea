//! What is asked of the operating system beyond the standard library and `cap-std`.

use cap_std::fs::File;
use std::io::{self, IoSlice, Seek, SeekFrom, Write};

#[cfg(unix)]
pub(crate) use self::unix::{Direction, readiness, wait};

/// How a file will be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    Normal,
    Sequential,
    Random,
    WillNeed,
    DontNeed,
    NoReuse,
}

/// Tells the system how a part of a file will be used. A system that does not want to know is
/// told nothing.
pub(crate) fn advise(file: &File, offset: u64, len: u64, advice: Advice) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    {
        let advice = match advice {
            Advice::Normal => rustix::fs::Advice::Normal,
            Advice::Sequential => rustix::fs::Advice::Sequential,
            Advice::Random => rustix::fs::Advice::Random,
            Advice::WillNeed => rustix::fs::Advice::WillNeed,
            Advice::DontNeed => rustix::fs::Advice::DontNeed,
            Advice::NoReuse => rustix::fs::Advice::NoReuse,
        };
        rustix::fs::fadvise(file, offset, core::num::NonZeroU64::new(len), advice)?;
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    let _ = (file, offset, len, advice);
    Ok(())
}

/// Makes sure that a part of a file has its place on the disk.
///
/// Apple's systems are left out: their call shortens a file that is longer already.
pub(crate) fn allocate(file: &File, offset: u64, len: u64) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    {
        rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), offset, len)?;
        Ok(())
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    {
        let _ = (file, offset, len);
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Writes at the end of a file, wherever its position is, and leaves the position behind what was
/// written. On Linux no other writer can come in between.
pub(crate) fn append(file: &File, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
    #[cfg(target_os = "linux")]
    {
        use rustix::io::{Errno, ReadWriteFlags, pwritev2};
        /// "Use and update the position."
        const AT_POSITION: u64 = u64::MAX;
        match pwritev2(file, buffers, AT_POSITION, ReadWriteFlags::APPEND) {
            // A file system, or a sandbox around this process, that does not know the flag.
            Err(Errno::NOTSUP | Errno::NOSYS | Errno::INVAL) => {}
            written => return Ok(written?),
        }
    }
    let mut file = file;
    file.seek(SeekFrom::End(0))?;
    file.write_vectored(buffers)
}

/// Reads from a place in a file, and leaves its position alone.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return cap_std::fs::FileExt::read_at(file, buffer, offset);
    #[cfg(not(unix))]
    return in_place(file, |mut file| {
        file.seek(SeekFrom::Start(offset))?;
        io::Read::read(&mut file, buffer)
    });
}

/// Writes to a place in a file, and leaves its position alone.
pub(crate) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return cap_std::fs::FileExt::write_at(file, bytes, offset);
    #[cfg(not(unix))]
    return in_place(file, |mut file| {
        file.seek(SeekFrom::Start(offset))?;
        file.write(bytes)
    });
}

/// Does something that moves the position, and puts it back.
#[cfg(not(unix))]
fn in_place<R>(mut file: &File, action: impl FnOnce(&File) -> io::Result<R>) -> io::Result<R> {
    let position = file.stream_position()?;
    let result = action(file);
    file.seek(SeekFrom::Start(position))?;
    result
}

#[cfg(unix)]
mod unix {
    use crate::stream::Readiness;
    use core::time::Duration;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use std::io;
    use std::os::fd::BorrowedFd;

    /// What a descriptor is waited for with.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Direction {
        Read,
        Write,
    }

    impl Direction {
        const fn flags(self) -> PollFlags {
            match self {
                Self::Read => PollFlags::IN,
                Self::Write => PollFlags::OUT,
            }
        }
    }

    /// What a read or a write would do now.
    pub(crate) fn readiness(fd: BorrowedFd<'_>, direction: Direction) -> io::Result<Readiness> {
        let mut fds = [PollFd::from_borrowed_fd(fd, direction.flags())];
        poll(&mut fds, Some(&Timespec::default()))?;
        let events = fds[0].revents();
        if events.contains(PollFlags::NVAL) {
            return Err(rustix::io::Errno::BADF.into());
        }
        let ready = events.contains(direction.flags());
        if !ready {
            let gone = events.intersects(PollFlags::HUP | PollFlags::ERR);
            return Ok(if gone {
                Readiness::Closed
            } else {
                Readiness::Pending
            });
        }
        Ok(match direction {
            Direction::Write => Readiness::Ready(1),
            Direction::Read => match rustix::io::ioctl_fionread(fd) {
                Ok(0) => Readiness::Closed,
                Ok(bytes) => Readiness::Ready(bytes),
                // The number is not known.
                Err(_) => Readiness::Ready(1),
            },
        })
    }

    /// Waits until one of the descriptors is ready, or the time has passed, or a signal came.
    pub(crate) fn wait(
        fds: &[(BorrowedFd<'_>, Direction)],
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        let mut fds: Vec<PollFd<'_>> = fds
            .iter()
            .map(|&(fd, direction)| PollFd::from_borrowed_fd(fd, direction.flags()))
            .collect();
        // A time too long for the system's type is for ever.
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
