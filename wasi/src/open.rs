//! `path_open`.

use crate::WasiCtx;
use crate::errno::{Errno, Outcome};
use crate::fd::filetype;
use crate::fd_table::{Descriptor, Kind, OpenDir, OpenFile};
use crate::memory::GuestMemory;
use crate::perms::{DirPerms, FilePerms};
use crate::types::{FdFlags, LookupFlags, OpenFlags, Rights};
use alloc::sync::Arc;
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt};
use cap_std::fs::{Dir, OpenOptions};
use std::sync::Mutex;

#[expect(clippy::too_many_arguments, reason = "they are the specification's")]
pub(crate) fn path_open(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    dirflags: u32,
    path: u32,
    path_len: u32,
    oflags: u32,
    rights: u64,
    inheriting: u64,
    fdflags: u32,
    result: u32,
) -> Outcome {
    memory.check(result, 4)?;
    let path = memory.path(path, path_len)?;
    let request = Request {
        lookup: LookupFlags::from_guest(dirflags)?,
        open: OpenFlags::from_guest(oflags)?,
        flags: FdFlags::from_guest(fdflags)?,
        // Programs ask for all rights that there can be, and those of later versions too.
        rights: Rights::from_bits_truncate(rights),
        inheriting: Rights::from_bits_truncate(inheriting),
    };
    let from = ctx.get(fd)?;
    let dir = from.dir(Rights::PATH_OPEN, DirPerms::READ)?;
    request.check(&from, dir)?;
    ctx.table().check_room()?;
    let descriptor = request.open(&from, dir, &path)?;
    drop(path);
    // Another thread may have taken the room.
    let opened = ctx.table().insert(descriptor)?;
    memory.write_u32(result, opened)
}

/// What the guest wants.
#[derive(Clone, Copy, Debug)]
struct Request {
    lookup: LookupFlags,
    open: OpenFlags,
    flags: FdFlags,
    rights: Rights,
    inheriting: Rights,
}

impl Request {
    fn write(self) -> bool {
        self.rights.contains(Rights::FD_WRITE)
    }

    fn read(self) -> bool {
        self.rights.contains(Rights::FD_READ)
    }

    /// That the embedder permits it, and that the guest has not given up the right to it.
    ///
    /// Only what the guest will certainly use is looked at: to read, to write, and what its flags
    /// do. Programs ask for more than that as a matter of habit; of the rest they get what there
    /// is.
    fn check(self, from: &Descriptor, dir: &OpenDir) -> Outcome {
        let directory = self.open.contains(OpenFlags::DIRECTORY);
        if directory && self.open.intersects(OpenFlags::CREAT | OpenFlags::TRUNC) {
            return Err(Errno::Inval);
        }
        if self.open.contains(OpenFlags::CREAT) {
            dir.require(DirPerms::MUTATE)?;
            from.require(Rights::PATH_CREATE_FILE)?;
        }
        if self.open.contains(OpenFlags::TRUNC) {
            dir.require_file(FilePerms::WRITE)?;
            from.require(Rights::PATH_FILESTAT_SET_SIZE)?;
        }
        let inherited = |rights| {
            if from.inheriting.contains(rights) {
                Ok(())
            } else {
                Err(Errno::Notcapable)
            }
        };
        if self.read() && !directory {
            dir.require_file(FilePerms::READ)?;
            inherited(Rights::FD_READ)?;
        }
        if self.write() {
            dir.require_file(FilePerms::WRITE)?;
            inherited(Rights::FD_WRITE)?;
        }
        if self.flags.intersects(FdFlags::SYNC | FdFlags::RSYNC) {
            inherited(Rights::FD_SYNC)?;
        }
        if self.flags.contains(FdFlags::DSYNC) {
            inherited(Rights::FD_DATASYNC).or_else(|_| inherited(Rights::FD_SYNC))?;
        }
        Ok(())
    }

    fn open(self, from: &Descriptor, dir: &OpenDir, path: &str) -> Outcome<Descriptor> {
        let file = dir.dir.open_with(path, &self.options())?;
        let metadata = file.metadata()?;
        let rights = self.rights & from.inheriting;
        if metadata.is_dir() {
            if self.write() {
                return Err(Errno::Isdir);
            }
            let dir = OpenDir {
                dir: Dir::from_std_file(file.into_std()),
                dir_perms: dir.dir_perms,
                file_perms: dir.file_perms,
                preopen: None,
                cursor: Mutex::new(None),
            };
            return Ok(Descriptor {
                kind: Kind::Dir(Arc::new(dir)),
                rights: rights & Rights::DIRECTORY,
                inheriting: self.inheriting & from.inheriting,
                flags: self.flags,
            });
        }
        if self.open.contains(OpenFlags::DIRECTORY) {
            return Err(Errno::Notdir);
        }
        let mut applicable = Rights::FILE;
        if !self.write() {
            applicable -= Rights::FILE_WRITE;
        }
        let filetype = filetype(metadata.file_type());
        let file = OpenFile {
            file,
            filetype,
            perms: dir.file_perms,
        };
        Ok(Descriptor {
            kind: Kind::File(Arc::new(file)),
            rights: rights & applicable,
            inheriting: Rights::empty(),
            flags: self.flags,
        })
    }

    fn options(self) -> OpenOptions {
        let mut options = OpenOptions::new();
        let create = self.open.contains(OpenFlags::CREAT);
        let truncate = self.open.contains(OpenFlags::TRUNC);
        // The host creates and truncates only what it opens for writing, and opens nothing
        // without a purpose; what the guest may do is in its rights.
        let write = self.write() || create || truncate;
        options
            .read(self.read() || !write)
            .write(write)
            .truncate(truncate)
            .maybe_dir(true);
        if create && self.open.contains(OpenFlags::EXCL) {
            options.create_new(true);
        } else {
            options.create(create);
        }
        if !self.lookup.contains(LookupFlags::SYMLINK_FOLLOW) {
            options.follow(FollowSymlinks::No);
        }
        #[cfg(unix)]
        if self.open.contains(OpenFlags::DIRECTORY) {
            use cap_fs_ext::OpenOptionsExt;
            options.custom_flags(rustix::fs::OFlags::DIRECTORY.bits().cast_signed());
        }
        options
    }
}
