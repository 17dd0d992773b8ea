//! What is done with paths, except opening them.
//!
//! `cap-std` sees to it that no path leaves the directory that it is relative to, whatever is
//! in the path and wherever symbolic links lead.

use crate::WasiCtx;
use crate::errno::{Errno, Outcome};
use crate::fd::{Times, filestat};
use crate::memory::GuestMemory;
use crate::perms::DirPerms;
use crate::types::{LookupFlags, Rights, Version};
use cap_fs_ext::DirExt;

pub(crate) fn path_create_directory(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    path: u32,
    path_len: u32,
) -> Outcome {
    let path = memory.path(path, path_len)?;
    let dir = ctx.dir(fd, Rights::PATH_CREATE_DIRECTORY, DirPerms::MUTATE)?;
    dir.dir.create_dir(&*path)?;
    Ok(())
}

pub(crate) fn path_filestat_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    flags: u32,
    path: u32,
    path_len: u32,
    result: u32,
) -> Outcome {
    filestat_get(
        Version::Preview1,
        ctx,
        memory,
        fd,
        flags,
        (path, path_len),
        result,
    )
}

pub(crate) fn path_filestat_get_unstable(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    flags: u32,
    path: u32,
    path_len: u32,
    result: u32,
) -> Outcome {
    filestat_get(
        Version::Unstable,
        ctx,
        memory,
        fd,
        flags,
        (path, path_len),
        result,
    )
}

fn filestat_get(
    version: Version,
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    flags: u32,
    (path, path_len): (u32, u32),
    result: u32,
) -> Outcome {
    memory.check(result, version.filestat_size())?;
    let path = memory.path(path, path_len)?;
    let flags = LookupFlags::from_guest(flags)?;
    let dir = ctx.dir(fd, Rights::PATH_FILESTAT_GET, DirPerms::READ)?;
    let metadata = if flags.contains(LookupFlags::SYMLINK_FOLLOW) {
        dir.dir.metadata(&*path)?
    } else {
        dir.dir.symlink_metadata(&*path)?
    };
    drop(path);
    filestat(&metadata).write(version, memory, result)
}

#[expect(clippy::too_many_arguments, reason = "they are the specification's")]
pub(crate) fn path_filestat_set_times(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    flags: u32,
    path: u32,
    path_len: u32,
    atim: u64,
    mtim: u64,
    fst_flags: u32,
) -> Outcome {
    let path = memory.path(path, path_len)?;
    let flags = LookupFlags::from_guest(flags)?;
    let times = Times::new(&ctx.world.clocks, atim, mtim, fst_flags)?;
    let dir = ctx.dir(fd, Rights::PATH_FILESTAT_SET_TIMES, DirPerms::MUTATE)?;
    let [accessed, modified] = times.specs();
    if flags.contains(LookupFlags::SYMLINK_FOLLOW) {
        dir.dir.set_times(&*path, accessed, modified)?;
    } else {
        dir.dir.set_symlink_times(&*path, accessed, modified)?;
    }
    Ok(())
}

/// Makes a hard link. The last part of the old path is not followed, as POSIX lets the system
/// choose; a guest that insists on it gets an error.
#[expect(clippy::too_many_arguments, reason = "they are the specification's")]
pub(crate) fn path_link(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    old_fd: u32,
    old_flags: u32,
    old_path: u32,
    old_path_len: u32,
    new_fd: u32,
    new_path: u32,
    new_path_len: u32,
) -> Outcome {
    let old_path = memory.path(old_path, old_path_len)?;
    let new_path = memory.path(new_path, new_path_len)?;
    let flags = LookupFlags::from_guest(old_flags)?;
    let perms = DirPerms::READ | DirPerms::MUTATE;
    let old = ctx.dir(old_fd, Rights::PATH_LINK_SOURCE, perms)?;
    let new = ctx.dir(new_fd, Rights::PATH_LINK_TARGET, perms)?;
    old.require_no_wider(&new)?;
    if flags.contains(LookupFlags::SYMLINK_FOLLOW) {
        return Err(Errno::Inval);
    }
    old.dir.hard_link(&*old_path, &new.dir, &*new_path)?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "they are the specification's")]
pub(crate) fn path_readlink(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    path: u32,
    path_len: u32,
    buffer: u32,
    buffer_len: u32,
    result: u32,
) -> Outcome {
    let path = memory.path(path, path_len)?;
    memory.check(buffer, buffer_len)?;
    memory.check(result, 4)?;
    let dir = ctx.dir(fd, Rights::PATH_READLINK, DirPerms::READ)?;
    // A link to an absolute path is one that leads out, and what it says is the host's business.
    let target = dir.dir.read_link(&*path)?.into_os_string();
    drop(path);
    let target = target.into_string().map_err(|_| Errno::Ilseq)?;
    #[cfg(windows)]
    let target = target.replace('\\', "/");
    // What does not fit is cut off.
    let len = u32::try_from(target.len())
        .unwrap_or(u32::MAX)
        .min(buffer_len);
    memory.write(buffer, &target.as_bytes()[..len as usize])?;
    memory.write_u32(result, len)
}

pub(crate) fn path_remove_directory(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    path: u32,
    path_len: u32,
) -> Outcome {
    let path = memory.path(path, path_len)?;
    let dir = ctx.dir(fd, Rights::PATH_REMOVE_DIRECTORY, DirPerms::MUTATE)?;
    // `cap-std` takes a slash at the end for `/.`, which POSIX does not here.
    let stripped = path.trim_end_matches('/');
    dir.dir
        .remove_dir(if stripped.is_empty() { &path } else { stripped })?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "they are the specification's")]
pub(crate) fn path_rename(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    old_fd: u32,
    old_path: u32,
    old_path_len: u32,
    new_fd: u32,
    new_path: u32,
    new_path_len: u32,
) -> Outcome {
    let old_path = memory.path(old_path, old_path_len)?;
    let new_path = memory.path(new_path, new_path_len)?;
    let perms = DirPerms::MUTATE;
    let old = ctx.dir(old_fd, Rights::PATH_RENAME_SOURCE, perms)?;
    let new = ctx.dir(new_fd, Rights::PATH_RENAME_TARGET, perms)?;
    old.require_no_wider(&new)?;
    old.dir.rename(&*old_path, &new.dir, &*new_path)?;
    Ok(())
}

/// Makes a symbolic link. One to an absolute path would lead out, and is refused at once; one
/// that leads out by `..` can be made but not followed.
pub(crate) fn path_symlink(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    old_path: u32,
    old_path_len: u32,
    fd: u32,
    new_path: u32,
    new_path_len: u32,
) -> Outcome {
    let old_path = memory.path(old_path, old_path_len)?;
    let new_path = memory.path(new_path, new_path_len)?;
    let dir = ctx.dir(fd, Rights::PATH_SYMLINK, DirPerms::MUTATE)?;
    DirExt::symlink(&dir.dir, &*old_path, &*new_path)?;
    Ok(())
}

pub(crate) fn path_unlink_file(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    path: u32,
    path_len: u32,
) -> Outcome {
    let path = memory.path(path, path_len)?;
    let dir = ctx.dir(fd, Rights::PATH_UNLINK_FILE, DirPerms::MUTATE)?;
    dir.dir.remove_file_or_symlink(&*path)?;
    Ok(())
}
