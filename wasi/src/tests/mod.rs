//! What guests can do, function by function, without an engine: a guest here is a context and
//! some memory.

mod dirs;
mod files;
mod hostile;
mod poll;
mod sandbox;
mod shared;
mod streams;
mod together;

use crate::errno::{Errno, Failure, Outcome};
use crate::memory::GuestMemory;
use crate::types::{FdFlags, Filestat, LookupFlags, OpenFlags, Rights};
use crate::{DirPerms, FilePerms, WasiCtx, WasiCtxBuilder, fd, io, open, path, readdir};
use core::sync::atomic::{AtomicU32, Ordering};
use diptych::{Config, Engine, MemoryType, SharedMemory};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Where the guest has its things.
const PATH: u32 = 0;
const OTHER_PATH: u32 = 0x2000;
const IOVEC: u32 = 0x4000;
const RESULT: u32 = 0x4100;
const BUFFER: u32 = 0x5000;
const MEMORY: usize = 0x10000;

/// The first directory that a guest is given.
const ROOT: u32 = 3;

/// A folder of a test's own, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("diptych-wasi-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A guest, with its calls as its C library would make them.
struct Guest {
    ctx: WasiCtx,
    memory: Vec<u8>,
    /// Whether its memory is one that threads share.
    shared: bool,
}

/// A memory that threads share, with these bytes.
fn shared_memory(bytes: &[u8]) -> SharedMemory {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let mut config = Config::new();
        config.wasm_custom_page_sizes(true);
        Engine::with_backends(&config, &[diptych_interp::backend()]).unwrap()
    });
    let len = bytes.len() as u64;
    let ty = MemoryType {
        minimum: len,
        maximum: Some(len),
        page_size_log2: 0,
        ..MemoryType::new(0, Some(0)).shared(true)
    };
    let memory = SharedMemory::new(&ENGINE, ty).unwrap();
    memory.write(0, bytes).unwrap();
    memory
}

impl Guest {
    fn new(builder: &mut WasiCtxBuilder) -> Self {
        Self {
            ctx: builder.build(),
            memory: vec![0; MEMORY],
            shared: false,
        }
    }

    /// Another thread of the guest, with a memory that the first does not see.
    fn thread(&self) -> Self {
        Self {
            ctx: self.ctx.clone(),
            memory: self.memory.clone(),
            shared: self.shared,
        }
    }

    /// The guest with its memory shared.
    fn shared(self) -> Self {
        Self {
            shared: true,
            ..self
        }
    }

    /// Calls what a guest calls.
    fn run<R>(&mut self, body: impl FnOnce(&mut WasiCtx, &mut GuestMemory<'_>) -> R) -> R {
        if !self.shared {
            return body(&mut self.ctx, &mut GuestMemory::Own(&mut self.memory));
        }
        let memory = shared_memory(&self.memory);
        let result = body(&mut self.ctx, &mut GuestMemory::Shared(&memory));
        memory.read(0, &mut self.memory).unwrap();
        result
    }

    /// A guest with all permissions in a folder.
    fn in_folder(folder: &Folder) -> Self {
        Self::with_perms(folder, DirPerms::all(), FilePerms::all())
    }

    fn with_perms(folder: &Folder, dirs: DirPerms, files: FilePerms) -> Self {
        let mut builder = WasiCtxBuilder::new();
        builder.preopened_dir(&folder.0, "/", dirs, files).unwrap();
        Self::new(&mut builder)
    }

    fn call<E>(
        &mut self,
        body: impl FnOnce(&mut WasiCtx, &mut GuestMemory<'_>) -> Outcome<(), E>,
    ) -> Outcome
    where
        Failure: From<E>,
    {
        match self.run(body).map_err(Failure::from) {
            Ok(()) => Ok(()),
            Err(Failure::Errno(errno)) => Err(errno),
            Err(failure) => panic!("{failure:?}"),
        }
    }

    /// Puts a string into the memory, and gives its length.
    fn put(&mut self, at: u32, bytes: impl AsRef<[u8]>) -> u32 {
        let bytes = bytes.as_ref();
        self.memory[at as usize..][..bytes.len()].copy_from_slice(bytes);
        bytes.len() as u32
    }

    fn u32(&self, at: u32) -> u32 {
        u32::from_le_bytes(self.memory[at as usize..][..4].try_into().unwrap())
    }

    fn u64(&self, at: u32) -> u64 {
        u64::from_le_bytes(self.memory[at as usize..][..8].try_into().unwrap())
    }

    fn iovec(&mut self, len: u32) {
        self.put(IOVEC, BUFFER.to_le_bytes());
        self.put(IOVEC + 4, len.to_le_bytes());
    }

    fn open(&mut self, dir: u32, path: &str, how: Open) -> Outcome<u32> {
        let len = self.put(PATH, path);
        self.call(|ctx, memory| {
            open::path_open(
                ctx,
                memory,
                dir,
                how.lookup.bits(),
                PATH,
                len,
                how.open.bits().into(),
                how.rights.bits(),
                how.inheriting.bits(),
                how.flags.bits().into(),
                RESULT,
            )
        })?;
        Ok(self.u32(RESULT))
    }

    fn close(&mut self, fd: u32) -> Outcome {
        self.call(|ctx, memory| fd::fd_close(ctx, memory, fd))
    }

    fn read(&mut self, fd: u32, len: u32) -> Outcome<Vec<u8>> {
        self.iovec(len);
        self.call(|ctx, memory| io::fd_read(ctx, memory, fd, IOVEC, 1, RESULT))?;
        Ok(self.memory[BUFFER as usize..][..self.u32(RESULT) as usize].to_vec())
    }

    fn pread(&mut self, fd: u32, len: u32, offset: u64) -> Outcome<Vec<u8>> {
        self.iovec(len);
        self.call(|ctx, memory| io::fd_pread(ctx, memory, fd, IOVEC, 1, offset, RESULT))?;
        Ok(self.memory[BUFFER as usize..][..self.u32(RESULT) as usize].to_vec())
    }

    fn write(&mut self, fd: u32, bytes: impl AsRef<[u8]>) -> Outcome<u32> {
        let len = self.put(BUFFER, bytes);
        self.iovec(len);
        self.call(|ctx, memory| io::fd_write(ctx, memory, fd, IOVEC, 1, RESULT))?;
        Ok(self.u32(RESULT))
    }

    fn pwrite(&mut self, fd: u32, bytes: impl AsRef<[u8]>, offset: u64) -> Outcome<u32> {
        let len = self.put(BUFFER, bytes);
        self.iovec(len);
        self.call(|ctx, memory| io::fd_pwrite(ctx, memory, fd, IOVEC, 1, offset, RESULT))?;
        Ok(self.u32(RESULT))
    }

    fn seek(&mut self, fd: u32, offset: i64, whence: u32) -> Outcome<u64> {
        self.call(|ctx, memory| io::fd_seek(ctx, memory, fd, offset, whence, RESULT))?;
        Ok(self.u64(RESULT))
    }

    fn tell(&mut self, fd: u32) -> Outcome<u64> {
        self.call(|ctx, memory| io::fd_tell(ctx, memory, fd, RESULT))?;
        Ok(self.u64(RESULT))
    }

    fn set_flags(&mut self, fd: u32, flags: FdFlags) -> Outcome {
        let flags = flags.bits().into();
        self.call(|ctx, memory| fd::fd_fdstat_set_flags(ctx, memory, fd, flags))
    }

    fn set_rights(&mut self, fd: u32, rights: Rights, inheriting: Rights) -> Outcome {
        let (rights, inheriting) = (rights.bits(), inheriting.bits());
        self.call(|ctx, memory| fd::fd_fdstat_set_rights(ctx, memory, fd, rights, inheriting))
    }

    fn rights(&mut self, fd: u32) -> Outcome<(Rights, Rights)> {
        self.call(|ctx, memory| fd::fd_fdstat_get(ctx, memory, fd, RESULT))?;
        let rights = |bits| Rights::from_bits(bits).unwrap();
        Ok((rights(self.u64(RESULT + 8)), rights(self.u64(RESULT + 16))))
    }

    fn stat_fd(&mut self, fd: u32) -> Outcome<Stat> {
        self.call(|ctx, memory| fd::fd_filestat_get(ctx, memory, fd, RESULT))?;
        Ok(self.stat_result())
    }

    fn stat(&mut self, dir: u32, path: &str, lookup: LookupFlags) -> Outcome<Stat> {
        let len = self.put(PATH, path);
        let flags = lookup.bits();
        self.call(|ctx, memory| {
            path::path_filestat_get(ctx, memory, dir, flags, PATH, len, RESULT)
        })?;
        Ok(self.stat_result())
    }

    fn stat_result(&self) -> Stat {
        Stat {
            ino: self.u64(RESULT + 8),
            filetype: self.memory[RESULT as usize + 16],
            nlink: self.u64(RESULT + 24),
            size: self.u64(RESULT + 32),
            atim: self.u64(RESULT + 40),
            mtim: self.u64(RESULT + 48),
        }
    }

    fn create_dir(&mut self, dir: u32, path: &str) -> Outcome {
        let len = self.put(PATH, path);
        self.call(|ctx, memory| path::path_create_directory(ctx, memory, dir, PATH, len))
    }

    fn remove_dir(&mut self, dir: u32, path: &str) -> Outcome {
        let len = self.put(PATH, path);
        self.call(|ctx, memory| path::path_remove_directory(ctx, memory, dir, PATH, len))
    }

    fn unlink(&mut self, dir: u32, path: &str) -> Outcome {
        let len = self.put(PATH, path);
        self.call(|ctx, memory| path::path_unlink_file(ctx, memory, dir, PATH, len))
    }

    fn rename(&mut self, from_dir: u32, from: &str, to_dir: u32, to: &str) -> Outcome {
        let from_len = self.put(PATH, from);
        let to_len = self.put(OTHER_PATH, to);
        self.call(|ctx, memory| {
            path::path_rename(
                ctx, memory, from_dir, PATH, from_len, to_dir, OTHER_PATH, to_len,
            )
        })
    }

    fn link(&mut self, from_dir: u32, from: &str, to_dir: u32, to: &str) -> Outcome {
        let from_len = self.put(PATH, from);
        let to_len = self.put(OTHER_PATH, to);
        self.call(|ctx, memory| {
            path::path_link(
                ctx, memory, from_dir, 0, PATH, from_len, to_dir, OTHER_PATH, to_len,
            )
        })
    }

    fn symlink(&mut self, target: &str, dir: u32, path: &str) -> Outcome {
        let target_len = self.put(PATH, target);
        let len = self.put(OTHER_PATH, path);
        self.call(|ctx, memory| {
            path::path_symlink(ctx, memory, PATH, target_len, dir, OTHER_PATH, len)
        })
    }

    fn readlink(&mut self, dir: u32, path: &str, buffer_len: u32) -> Outcome<String> {
        let len = self.put(PATH, path);
        self.call(|ctx, memory| {
            path::path_readlink(ctx, memory, dir, PATH, len, BUFFER, buffer_len, RESULT)
        })?;
        let bytes = &self.memory[BUFFER as usize..][..self.u32(RESULT) as usize];
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    }

    fn set_times(
        &mut self,
        dir: u32,
        path: &str,
        lookup: LookupFlags,
        times: (u64, u64),
        flags: u32,
    ) -> Outcome {
        let len = self.put(PATH, path);
        let lookup = lookup.bits();
        let (atim, mtim) = times;
        self.call(|ctx, memory| {
            path::path_filestat_set_times(ctx, memory, dir, lookup, PATH, len, atim, mtim, flags)
        })
    }

    /// One call, and the entries that are whole: their names, with the cookies after them. And
    /// how many bytes of the buffer were used.
    fn readdir(&mut self, dir: u32, len: u32, cookie: u64) -> Outcome<(Vec<Listed>, u32)> {
        self.call(|ctx, memory| {
            readdir::fd_readdir(ctx, memory, dir, BUFFER, len, cookie, RESULT)
        })?;
        let used = self.u32(RESULT);
        let mut entries = Vec::new();
        let (mut at, end) = (BUFFER, BUFFER + used);
        while at + 24 <= end {
            let name_len = self.u32(at + 16);
            let name_at = at + 24;
            if name_at + name_len > end {
                break;
            }
            let name = &self.memory[name_at as usize..][..name_len as usize];
            entries.push(Listed {
                name: String::from_utf8(name.to_vec()).unwrap(),
                next: self.u64(at),
                ino: self.u64(at + 8),
                filetype: self.memory[at as usize + 20],
            });
            at = name_at + name_len;
        }
        Ok((entries, used))
    }

    /// All names in a directory, read with a buffer of this size.
    fn list(&mut self, dir: u32, len: u32) -> Outcome<Vec<String>> {
        let mut names = Vec::new();
        let mut cookie = 0;
        loop {
            let (entries, used) = self.readdir(dir, len, cookie)?;
            let Some(last) = entries.last() else {
                return Ok(names);
            };
            cookie = last.next;
            names.extend(entries.into_iter().map(|entry| entry.name));
            if used < len {
                return Ok(names);
            }
        }
    }
}

/// An entry of a directory, as the guest sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    name: String,
    next: u64,
    ino: u64,
    filetype: u8,
}

/// Attributes, as the guest sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    ino: u64,
    filetype: u8,
    nlink: u64,
    size: u64,
    atim: u64,
    mtim: u64,
}

const DIRECTORY: u8 = crate::types::FileType::Directory as u8;
const REGULAR_FILE: u8 = crate::types::FileType::RegularFile as u8;
const SYMBOLIC_LINK: u8 = crate::types::FileType::SymbolicLink as u8;

const FOLLOW: LookupFlags = LookupFlags::SYMLINK_FOLLOW;
const NO_FOLLOW: LookupFlags = LookupFlags::empty();

/// How a path is opened.
#[derive(Clone, Copy)]
struct Open {
    lookup: LookupFlags,
    open: OpenFlags,
    flags: FdFlags,
    rights: Rights,
    inheriting: Rights,
}

impl Open {
    /// For reading.
    const READ: Self = Self {
        lookup: FOLLOW,
        open: OpenFlags::empty(),
        flags: FdFlags::empty(),
        rights: Rights::all().difference(Rights::FILE_WRITE),
        inheriting: Rights::all(),
    };

    /// For reading and writing.
    const WRITE: Self = Self {
        rights: Rights::all(),
        ..Self::READ
    };

    /// For reading and writing, and made if it is not there.
    const CREATE: Self = Self {
        open: OpenFlags::CREAT,
        ..Self::WRITE
    };

    /// A directory.
    const DIRECTORY: Self = Self {
        open: OpenFlags::DIRECTORY,
        ..Self::READ
    };

    const fn no_follow(self) -> Self {
        Self {
            lookup: NO_FOLLOW,
            ..self
        }
    }

    const fn open(self, open: OpenFlags) -> Self {
        Self { open, ..self }
    }

    const fn flags(self, flags: FdFlags) -> Self {
        Self { flags, ..self }
    }

    const fn rights(self, rights: Rights) -> Self {
        Self { rights, ..self }
    }
}

#[test]
fn contexts_can_be_sent_and_shared() {
    fn check<T: Send + Sync>() {}
    check::<WasiCtx>();
}

#[test]
fn attributes_of_streams_say_only_that_they_are_there() {
    let stat = Filestat::of_stream(crate::types::FileType::Unknown);
    assert_eq!((stat.ino, stat.size, stat.nlink), (0, 0, 0));
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    assert_eq!(
        guest.stat_fd(0).map(|stat| (stat.filetype, stat.size)),
        Ok((0, 0))
    );
    assert_eq!(guest.stat_fd(3), Err(Errno::Badf));
}
