//! Reading, writing, and positions in files.

use crate::WasiCtx;
use crate::errno::{Errno, Failure, Outcome};
use crate::fd_table::{Descriptor, Kind, OpenFile};
use crate::host::{self, Advice};
use crate::memory::{GuestMemory, Iovecs, PIECE, range, zeros};
use crate::stream::{Owned, Readiness};
use crate::types::{FdFlags, FileType, Rights, Version, Whence};
use std::io::{self, IoSlice, Read, Seek, SeekFrom, Write};
use std::sync::MutexGuard;

/// How many buffers go to the host at a time.
const BATCH: usize = 16;

pub(crate) fn fd_read(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    iovecs: u32,
    iovecs_len: u32,
    result: u32,
) -> Outcome<(), Failure> {
    memory.check(result, 4)?;
    let iovecs = Iovecs::new(memory, iovecs, iovecs_len)?;
    let read = ctx.wait.until(|| read_now(ctx, fd, memory, iovecs))?;
    memory.write_u32(result, read)?;
    Ok(())
}

/// Reads, unless that has to be waited for.
fn read_now(
    ctx: &WasiCtx,
    fd: u32,
    memory: &mut GuestMemory<'_>,
    iovecs: Iovecs,
) -> Outcome<Option<u32>> {
    let descriptor = ctx.get(fd)?;
    let readable = require_open_for(&descriptor, Rights::FD_READ);
    let pace = Pace::of(ctx, &descriptor);
    match &descriptor.kind {
        Kind::Dir(_) => Err(Errno::Isdir),
        Kind::Output(_) => Err(Errno::Badf),
        Kind::Input(stream) => {
            readable?;
            let mut stream = pace.stream(&stream.stream)?;
            if pace.must_wait(|| Ok(stream.readiness()?))? {
                return Ok(None);
            }
            fill_one(memory, iovecs, |buffer| stream.read(buffer)).map(Some)
        }
        Kind::File(file) => {
            readable?;
            if file.filetype != FileType::RegularFile
                && pace.must_wait(|| file.readiness(Rights::FD_READ))?
            {
                return Ok(None);
            }
            let mut host = &file.file;
            fill(file, memory, iovecs, |buffer, _| host.read(buffer)).map(Some)
        }
    }
}

/// How a descriptor is waited for.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// The guest does not want to wait.
    nonblock: bool,
    /// The host is asked before it is made to wait.
    asks: bool,
}

impl Pace {
    fn of(ctx: &WasiCtx, descriptor: &Descriptor) -> Self {
        let nonblock = descriptor.flags.contains(FdFlags::NONBLOCK);
        Self {
            nonblock,
            asks: nonblock || ctx.looks_up_from_waits(),
        }
    }

    /// A stream, when it is this thread's turn.
    fn stream<S: ?Sized>(self, stream: &Owned<S>) -> Outcome<MutexGuard<'_, Box<S>>> {
        if self.nonblock {
            stream.try_get().ok_or(Errno::Again)
        } else {
            Ok(stream.get())
        }
    }

    /// Whether it is to be waited until something is ready that the host would wait for.
    fn must_wait(self, readiness: impl FnOnce() -> Outcome<Readiness>) -> Outcome<bool> {
        if !self.asks || readiness()? != Readiness::Pending {
            return Ok(false);
        }
        if self.nonblock {
            return Err(Errno::Again);
        }
        Ok(true)
    }
}

pub(crate) fn fd_pread(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    iovecs: u32,
    iovecs_len: u32,
    offset: u64,
    result: u32,
) -> Outcome {
    memory.check(result, 4)?;
    let iovecs = Iovecs::new(memory, iovecs, iovecs_len)?;
    let descriptor = ctx.get(fd)?;
    let file = descriptor.file(Rights::empty())?;
    require_open_for(&descriptor, Rights::FD_READ)?;
    descriptor.require(Rights::FD_SEEK)?;
    let read = fill(file, memory, iovecs, |buffer, done| {
        host::read_at(&file.file, buffer, offset.saturating_add(done))
    })?;
    memory.write_u32(result, read)
}

pub(crate) fn fd_write(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    iovecs: u32,
    iovecs_len: u32,
    result: u32,
) -> Outcome<(), Failure> {
    memory.check(result, 4)?;
    let iovecs = Iovecs::new(memory, iovecs, iovecs_len)?;
    let written = ctx.wait.until(|| write_now(ctx, fd, memory, iovecs))?;
    memory.write_u32(result, written)?;
    Ok(())
}

/// Writes, unless that has to be waited for.
fn write_now(
    ctx: &WasiCtx,
    fd: u32,
    memory: &GuestMemory<'_>,
    iovecs: Iovecs,
) -> Outcome<Option<u32>> {
    let descriptor = ctx.get(fd)?;
    let flags = descriptor.flags;
    let writable = require_open_for(&descriptor, Rights::FD_WRITE);
    let pace = Pace::of(ctx, &descriptor);
    let written = match &descriptor.kind {
        Kind::Dir(_) => return Err(Errno::Isdir),
        Kind::Input(_) => return Err(Errno::Badf),
        Kind::Output(stream) => {
            writable?;
            let mut stream = pace.stream(&stream.stream)?;
            if pace.must_wait(|| Ok(stream.readiness()?))? {
                return Ok(None);
            }
            let written = drain_one_by_one(memory, iovecs, |bytes, _| stream.write(bytes))?;
            stream.flush()?;
            written
        }
        Kind::File(file) => {
            writable?;
            if file.filetype != FileType::RegularFile
                && pace.must_wait(|| file.readiness(Rights::FD_WRITE))?
            {
                return Ok(None);
            }
            let mut host = &file.file;
            let append = flags.contains(FdFlags::APPEND);
            let written = drain(memory, iovecs, |buffers| {
                if append {
                    host::append(host, buffers)
                } else {
                    host.write_vectored(buffers)
                }
            })?;
            sync_as_flagged(file, flags)?;
            written
        }
    };
    Ok(Some(written))
}

pub(crate) fn fd_pwrite(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    iovecs: u32,
    iovecs_len: u32,
    offset: u64,
    result: u32,
) -> Outcome {
    memory.check(result, 4)?;
    let iovecs = Iovecs::new(memory, iovecs, iovecs_len)?;
    let descriptor = ctx.get(fd)?;
    let file = descriptor.file(Rights::empty())?;
    require_open_for(&descriptor, Rights::FD_WRITE)?;
    descriptor.require(Rights::FD_SEEK)?;
    let written = drain_one_by_one(memory, iovecs, |bytes, done| {
        host::write_at(&file.file, bytes, offset.saturating_add(done))
    })?;
    sync_as_flagged(file, descriptor.flags)?;
    memory.write_u32(result, written)
}

/// A descriptor that may not be read, or not be written, is for that a bad one: so programs expect
/// it that open files for the one or the other.
fn require_open_for(descriptor: &Descriptor, right: Rights) -> Outcome {
    descriptor.require(right).map_err(|_| Errno::Badf)
}

/// A right that goes with writing. Who was not to write at all has a bad descriptor for it.
fn require_for_change(descriptor: &Descriptor, right: Rights) -> Outcome {
    descriptor
        .require(right)
        .or_else(|errno| require_open_for(descriptor, Rights::FD_WRITE).and(Err(errno)))
}

/// What the descriptor's flags promise of what has been written.
fn sync_as_flagged(file: &OpenFile, flags: FdFlags) -> Outcome {
    if flags.contains(FdFlags::SYNC) {
        file.file.sync_all()?;
    } else if flags.contains(FdFlags::DSYNC) {
        file.file.sync_data()?;
    }
    Ok(())
}

/// Fills the buffers from a file, one after the other, until one is not filled.
///
/// `read` also gets the number of bytes that are read already. Only a regular file is read more
/// than once: elsewhere a second read could wait though there is something to give.
fn fill(
    file: &OpenFile,
    memory: &mut GuestMemory<'_>,
    iovecs: Iovecs,
    mut read: impl FnMut(&mut [u8], u64) -> io::Result<usize>,
) -> Outcome<u32> {
    if file.filetype != FileType::RegularFile {
        return fill_one(memory, iovecs, |buffer| read(buffer, 0));
    }
    let mut total = Total::default();
    for i in 0..iovecs.count() {
        let (mut at, mut left) = iovecs.get(memory, i)?;
        memory.check(at, left)?;
        left = left.min(total.room());
        while left > 0 {
            let len = memory.piece(left);
            let moved = memory.fill(at, len, |buffer| retry(|| read(buffer, total.done())))?;
            if !total.add(len, moved)? {
                return Ok(total.0);
            }
            (at, left) = (at.wrapping_add(len), left - len);
        }
    }
    Ok(total.0)
}

/// Reads once, into the first buffer that has room.
fn fill_one(
    memory: &mut GuestMemory<'_>,
    iovecs: Iovecs,
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
) -> Outcome<u32> {
    for i in 0..iovecs.count() {
        let (at, len) = iovecs.get(memory, i)?;
        if len > 0 {
            memory.check(at, len)?;
            let len = memory.piece(len);
            let moved = memory.fill(at, len, |buffer| retry(|| read(buffer)))?;
            let mut total = Total::default();
            total.add(len, moved)?;
            return Ok(total.0);
        }
    }
    Ok(0)
}

/// Writes the buffers, many at a time, until not all of them are taken.
fn drain(
    memory: &GuestMemory<'_>,
    iovecs: Iovecs,
    mut write: impl FnMut(&[IoSlice<'_>]) -> io::Result<usize>,
) -> Outcome<u32> {
    let GuestMemory::Own(bytes) = memory else {
        // An observer learns of reads by the copies.
        return drain_copies(memory, iovecs, |bytes| write(&[IoSlice::new(bytes)]));
    };
    let mut total = Total::default();
    let mut next = 0;
    while next < iovecs.count() {
        let mut batch = [IoSlice::new(&[]); BATCH];
        let mut held = 0;
        let mut len_of_batch = 0_u32;
        while held < BATCH && next < iovecs.count() {
            let (at, len) = iovecs.get(memory, next)?;
            next += 1;
            if len > 0 {
                batch[held] = IoSlice::new(bytes.get(range(at, len)?).ok_or(Errno::Fault)?);
                held += 1;
                len_of_batch = len_of_batch.checked_add(len).ok_or(Errno::Inval)?;
            }
        }
        let written = if held == 0 {
            Ok(0)
        } else {
            retry(|| write(&batch[..held]))
        };
        if !total.add(len_of_batch, written)? {
            break;
        }
    }
    Ok(total.0)
}

/// Writes copies of the buffers, as many at a time as a piece has room for, until not all of a
/// piece is taken.
fn drain_copies(
    memory: &GuestMemory<'_>,
    iovecs: Iovecs,
    mut write: impl FnMut(&[u8]) -> io::Result<usize>,
) -> Outcome<u32> {
    let mut total = Total::default();
    let size = iovecs.total().min(PIECE);
    if size == 0 {
        return Ok(0);
    }
    let mut copy = zeros(size)?;
    let mut held = 0_u32;
    let mut flush = |total: &mut Total, bytes: &[u8], len| total.add(len, retry(|| write(bytes)));
    for i in 0..iovecs.count() {
        let (mut at, mut left) = iovecs.get(memory, i)?;
        memory.check(at, left)?;
        left = left.min(total.room().saturating_sub(held));
        while left > 0 {
            let len = left.min(size - held);
            memory.read(at, &mut copy[held as usize..][..len as usize])?;
            (at, left, held) = (at.wrapping_add(len), left - len, held + len);
            if held == size {
                if !flush(&mut total, &copy, held)? {
                    return Ok(total.0);
                }
                held = 0;
            }
        }
    }
    if held > 0 {
        flush(&mut total, &copy[..held as usize], held)?;
    }
    Ok(total.0)
}

/// Writes the buffers, each for itself, until one is not taken whole. `write` also gets the
/// number of bytes that are written already.
fn drain_one_by_one(
    memory: &GuestMemory<'_>,
    iovecs: Iovecs,
    mut write: impl FnMut(&[u8], u64) -> io::Result<usize>,
) -> Outcome<u32> {
    let mut total = Total::default();
    for i in 0..iovecs.count() {
        let (mut at, mut left) = iovecs.get(memory, i)?;
        memory.check(at, left)?;
        left = left.min(total.room());
        while left > 0 {
            let len = memory.piece(left);
            let bytes = memory.bytes(at, len)?;
            if !total.add(len, retry(|| write(&bytes, total.done())))? {
                return Ok(total.0);
            }
            (at, left) = (at.wrapping_add(len), left - len);
        }
    }
    Ok(total.0)
}

/// How many bytes have been moved. What was moved before an error counts: the error comes again
/// with the next call.
///
/// A guest can change its list of buffers after that was found to be a good one: by letting the
/// buffers overlap it, or from another thread. It gets no more than what it can be told of.
#[derive(Clone, Copy, Debug, Default)]
struct Total(u32);

impl Total {
    /// Adds what was moved of `wanted` bytes, and says whether to go on.
    fn add(&mut self, wanted: u32, moved: io::Result<usize>) -> Outcome<bool> {
        match moved {
            Ok(moved) => {
                // A stream of the embedder's could claim more than there was.
                let moved = u32::try_from(moved).unwrap_or(u32::MAX).min(wanted);
                self.0 = self.0.saturating_add(moved);
                Ok(moved == wanted)
            }
            Err(_) if self.0 > 0 => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn done(self) -> u64 {
        self.0.into()
    }

    /// How many more there can be.
    const fn room(self) -> u32 {
        u32::MAX - self.0
    }
}

/// Does again what a signal of the host's has interrupted: it is not meant for the guest.
fn retry(mut action: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match action() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

pub(crate) fn fd_seek(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    offset: i64,
    whence: u32,
    result: u32,
) -> Outcome {
    seek(Version::Preview1, ctx, memory, fd, offset, whence, result)
}

pub(crate) fn fd_seek_unstable(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    offset: i64,
    whence: u32,
    result: u32,
) -> Outcome {
    seek(Version::Unstable, ctx, memory, fd, offset, whence, result)
}

fn seek(
    version: Version,
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    offset: i64,
    whence: u32,
    result: u32,
) -> Outcome {
    memory.check(result, 8)?;
    let whence = version.whence(whence)?;
    let descriptor = ctx.get(fd)?;
    let mut file = &descriptor.file(Rights::empty())?.file;
    if whence == Whence::Cur && offset == 0 {
        require_tell(&descriptor)?;
    } else {
        descriptor.require(Rights::FD_SEEK)?;
    }
    let position = file.seek(match whence {
        Whence::Set => SeekFrom::Start(u64::try_from(offset).map_err(|_| Errno::Inval)?),
        Whence::Cur => SeekFrom::Current(offset),
        Whence::End => SeekFrom::End(offset),
    })?;
    memory.write_u64(result, position)
}

pub(crate) fn fd_tell(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Outcome {
    memory.check(result, 8)?;
    let descriptor = ctx.get(fd)?;
    let mut file = &descriptor.file(Rights::empty())?.file;
    require_tell(&descriptor)?;
    let position = file.stream_position()?;
    memory.write_u64(result, position)
}

/// Who may seek may also ask where the position is.
fn require_tell(descriptor: &Descriptor) -> Outcome {
    descriptor
        .require(Rights::FD_TELL)
        .or_else(|_| descriptor.require(Rights::FD_SEEK))
}

pub(crate) fn fd_advise(
    ctx: &WasiCtx,
    _: &mut GuestMemory<'_>,
    fd: u32,
    offset: u64,
    len: u64,
    advice: u32,
) -> Outcome {
    let advice = match advice {
        0 => Advice::Normal,
        1 => Advice::Sequential,
        2 => Advice::Random,
        3 => Advice::WillNeed,
        4 => Advice::DontNeed,
        5 => Advice::NoReuse,
        _ => return Err(Errno::Inval),
    };
    let descriptor = ctx.get(fd)?;
    let file = descriptor.file(Rights::FD_ADVISE)?;
    check_range(offset, len, Errno::Inval)?;
    host::advise(&file.file, offset, len, advice)?;
    Ok(())
}

pub(crate) fn fd_allocate(
    ctx: &WasiCtx,
    _: &mut GuestMemory<'_>,
    fd: u32,
    offset: u64,
    len: u64,
) -> Outcome {
    let descriptor = ctx.get(fd)?;
    let file = descriptor.file(Rights::empty())?;
    require_for_change(&descriptor, Rights::FD_ALLOCATE)?;
    if len == 0 {
        return Err(Errno::Inval);
    }
    check_range(offset, len, Errno::Fbig)?;
    host::allocate(&file.file, offset, len)?;
    Ok(())
}

/// That a range is one that a file can have: the host's offsets are signed.
fn check_range(offset: u64, len: u64, otherwise: Errno) -> Outcome {
    let end = offset.checked_add(len).ok_or(otherwise)?;
    i64::try_from(end).map(drop).map_err(|_| otherwise)
}

pub(crate) fn fd_filestat_set_size(
    ctx: &WasiCtx,
    _: &mut GuestMemory<'_>,
    fd: u32,
    size: u64,
) -> Outcome {
    let descriptor = ctx.get(fd)?;
    if let Kind::Input(_) | Kind::Output(_) = descriptor.kind {
        return Err(Errno::Inval);
    }
    let file = descriptor.file(Rights::empty())?;
    require_for_change(&descriptor, Rights::FD_FILESTAT_SET_SIZE)?;
    check_range(size, 0, Errno::Fbig)?;
    file.file.set_len(size)?;
    Ok(())
}
