//! What can be asked of a descriptor and set on it, whatever it stands for.

use crate::WasiCtx;
use crate::clock::Clocks;
use crate::errno::{Errno, Outcome};
use crate::fd_table::{Kind, OpenDir};
use crate::memory::GuestMemory;
use crate::perms::{DirPerms, FilePerms};
use crate::types::{FDSTAT_SIZE, FdFlags, FileType, Filestat, FstFlags, Rights, Version};
use alloc::sync::Arc;
use cap_fs_ext::{DirExt, FileTypeExt, MetadataExt, SystemTimeSpec};
use cap_std::fs::Metadata;
use cap_std::time::SystemTime;
use core::time::Duration;
use std::time::UNIX_EPOCH;

pub(crate) fn fd_close(ctx: &WasiCtx, _: &mut GuestMemory<'_>, fd: u32) -> Outcome {
    // What it takes to close it is not for other threads to wait for.
    let closed = ctx.table().remove(fd)?;
    drop(closed);
    Ok(())
}

pub(crate) fn fd_renumber(ctx: &WasiCtx, _: &mut GuestMemory<'_>, from: u32, to: u32) -> Outcome {
    let closed = ctx.table().renumber(from, to)?;
    drop(closed);
    Ok(())
}

pub(crate) fn fd_fdstat_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Outcome {
    memory.check(result, FDSTAT_SIZE)?;
    ctx.get(fd)?.fdstat().write(memory, result)
}

/// All the flags are kept here, none by the host: descriptors of the host's that others use as
/// well, such as a terminal, are not changed by a guest.
pub(crate) fn fd_fdstat_set_flags(
    ctx: &WasiCtx,
    _: &mut GuestMemory<'_>,
    fd: u32,
    flags: u32,
) -> Outcome {
    let flags = FdFlags::from_guest(flags)?;
    let mut table = ctx.table();
    let descriptor = table.get_mut(fd)?;
    descriptor.require(Rights::FD_FDSTAT_SET_FLAGS)?;
    descriptor.flags = flags;
    Ok(())
}

pub(crate) fn fd_fdstat_set_rights(
    ctx: &WasiCtx,
    _: &mut GuestMemory<'_>,
    fd: u32,
    rights: u64,
    inheriting: u64,
) -> Outcome {
    let mut table = ctx.table();
    let descriptor = table.get_mut(fd)?;
    // A right that does not exist is one that the descriptor has not got.
    let rights = Rights::from_bits(rights).ok_or(Errno::Notcapable)?;
    let inheriting = Rights::from_bits(inheriting).ok_or(Errno::Notcapable)?;
    if !descriptor.rights.contains(rights) || !descriptor.inheriting.contains(inheriting) {
        return Err(Errno::Notcapable);
    }
    descriptor.rights = rights;
    descriptor.inheriting = inheriting;
    Ok(())
}

/// The size of a `prestat`, in bytes.
const PRESTAT_SIZE: u32 = 8;

pub(crate) fn fd_prestat_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Outcome {
    let dir = preopen(ctx, fd)?;
    let name = dir.name()?;
    let len = u32::try_from(name.len()).map_err(|_| Errno::Overflow)?;
    let mut bytes = [0; PRESTAT_SIZE as usize];
    bytes[4..8].copy_from_slice(&len.to_le_bytes());
    memory.write(result, &bytes)
}

pub(crate) fn fd_prestat_dir_name(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    buffer: u32,
    len: u32,
) -> Outcome {
    let dir = preopen(ctx, fd)?;
    let name = dir.name()?.as_bytes();
    memory.check(buffer, len)?;
    if u32::try_from(name.len()).is_ok_and(|needed| needed <= len) {
        memory.write(buffer, name)
    } else {
        Err(Errno::Nametoolong)
    }
}

/// A directory that has a name of the guest's. Programs look for the end of these by asking until
/// there is a bad descriptor.
fn preopen(ctx: &WasiCtx, fd: u32) -> Outcome<Arc<OpenDir>> {
    match ctx.get(fd)?.kind {
        Kind::Dir(dir) => Ok(dir),
        _ => Err(Errno::Badf),
    }
}

impl OpenDir {
    fn name(&self) -> Outcome<&str> {
        self.preopen.as_deref().ok_or(Errno::Badf)
    }
}

pub(crate) fn fd_sync(ctx: &WasiCtx, _: &mut GuestMemory<'_>, fd: u32) -> Outcome {
    sync(ctx, fd, Rights::FD_SYNC)
}

pub(crate) fn fd_datasync(ctx: &WasiCtx, _: &mut GuestMemory<'_>, fd: u32) -> Outcome {
    sync(ctx, fd, Rights::FD_DATASYNC)
}

fn sync(ctx: &WasiCtx, fd: u32, right: Rights) -> Outcome {
    let descriptor = ctx.get(fd)?;
    descriptor.require(right)?;
    match &descriptor.kind {
        Kind::Input(_) => {}
        Kind::Output(stream) => stream.stream.get().flush()?,
        Kind::File(file) if right == Rights::FD_DATASYNC => file.file.sync_data()?,
        Kind::File(file) => file.file.sync_all()?,
        // The descriptor of a directory may be one that only names it.
        #[cfg(unix)]
        Kind::Dir(dir) => dir.dir.open(".")?.sync_all()?,
        #[cfg(not(unix))]
        Kind::Dir(_) => {}
    }
    Ok(())
}

pub(crate) fn fd_filestat_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Outcome {
    filestat_get(Version::Preview1, ctx, memory, fd, result)
}

pub(crate) fn fd_filestat_get_unstable(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Outcome {
    filestat_get(Version::Unstable, ctx, memory, fd, result)
}

fn filestat_get(
    version: Version,
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Outcome {
    let descriptor = ctx.get(fd)?;
    descriptor.require(Rights::FD_FILESTAT_GET)?;
    let stat = match &descriptor.kind {
        Kind::Input(_) | Kind::Output(_) => Filestat::of_stream(descriptor.filetype()),
        Kind::File(file) => filestat(&file.file.metadata()?),
        Kind::Dir(dir) => filestat(&dir.dir.dir_metadata()?),
    };
    stat.write(version, memory, result)
}

/// What the host knows of a file.
pub(crate) fn filestat(metadata: &Metadata) -> Filestat {
    let time = |time: std::io::Result<SystemTime>| {
        // A time that is not known, or that the type does not hold, is 0.
        time.ok()
            .and_then(|time| time.into_std().duration_since(UNIX_EPOCH).ok())
            .and_then(|time| u64::try_from(time.as_nanos()).ok())
            .unwrap_or(0)
    };
    Filestat {
        dev: metadata.dev(),
        ino: metadata.ino(),
        filetype: filetype(metadata.file_type()),
        nlink: metadata.nlink(),
        size: metadata.len(),
        atim: time(metadata.accessed()),
        mtim: time(metadata.modified()),
        ctim: change_time(metadata),
    }
}

#[cfg(unix)]
fn change_time(metadata: &Metadata) -> u64 {
    use cap_fs_ext::OsMetadataExt;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
    let nanoseconds = u64::try_from(metadata.ctime_nsec()).unwrap_or(0);
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds)
}

/// Not known; the specification's number for that.
#[cfg(not(unix))]
fn change_time(_: &Metadata) -> u64 {
    0
}

pub(crate) fn filetype(filetype: cap_std::fs::FileType) -> FileType {
    if filetype.is_dir() {
        FileType::Directory
    } else if filetype.is_symlink() {
        FileType::SymbolicLink
    } else if filetype.is_block_device() {
        FileType::BlockDevice
    } else if filetype.is_char_device() {
        FileType::CharacterDevice
    } else if filetype.is_socket() {
        FileType::SocketStream
    } else if filetype.is_file() {
        FileType::RegularFile
    } else {
        FileType::Unknown
    }
}

pub(crate) fn fd_filestat_set_times(
    ctx: &WasiCtx,
    _: &mut GuestMemory<'_>,
    fd: u32,
    atim: u64,
    mtim: u64,
    flags: u32,
) -> Outcome {
    let times = Times::new(&ctx.world.clocks, atim, mtim, flags)?;
    let descriptor = ctx.get(fd)?;
    let right = Rights::FD_FILESTAT_SET_TIMES;
    match &descriptor.kind {
        Kind::Dir(_) => {
            let dir = descriptor.dir(right, DirPerms::MUTATE)?;
            let [accessed, modified] = times.specs();
            dir.dir.set_times(".", accessed, modified)?;
        }
        Kind::File(file) => {
            descriptor.require(right)?;
            if !file.perms.contains(FilePerms::WRITE) {
                return Err(Errno::Perm);
            }
            file.file
                .try_clone()?
                .into_std()
                .set_times(times.of_file())?;
        }
        Kind::Input(_) | Kind::Output(_) => return Err(Errno::Inval),
    }
    Ok(())
}

/// The times that are to be set, of access and of modification.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times([Option<std::time::SystemTime>; 2]);

impl Times {
    pub(crate) fn new(clocks: &Clocks, atim: u64, mtim: u64, flags: u32) -> Outcome<Self> {
        let flags = FstFlags::from_guest(flags)?;
        let one = |set: FstFlags, now: FstFlags, time: u64| {
            let since_epoch = match (flags.contains(set), flags.contains(now)) {
                (true, true) => return Err(Errno::Inval),
                (true, false) => Duration::from_nanos(time),
                (false, true) => clocks.wall.now(),
                (false, false) => return Ok(None),
            };
            UNIX_EPOCH
                .checked_add(since_epoch)
                .map(Some)
                .ok_or(Errno::Overflow)
        };
        Ok(Self([
            one(FstFlags::ATIM, FstFlags::ATIM_NOW, atim)?,
            one(FstFlags::MTIM, FstFlags::MTIM_NOW, mtim)?,
        ]))
    }

    /// For a path.
    pub(crate) fn specs(self) -> [Option<SystemTimeSpec>; 2] {
        self.0
            .map(|time| time.map(|time| SystemTimeSpec::Absolute(SystemTime::from_std(time))))
    }

    fn of_file(self) -> std::fs::FileTimes {
        let mut times = std::fs::FileTimes::new();
        if let Some(time) = self.0[0] {
            times = times.set_accessed(time);
        }
        if let Some(time) = self.0[1] {
            times = times.set_modified(time);
        }
        times
    }
}
