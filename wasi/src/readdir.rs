//! Reading directories.

use crate::WasiCtx;
use crate::errno::{Errno, Outcome};
use crate::fd::filetype;
use crate::memory::GuestMemory;
use crate::perms::DirPerms;
use crate::stream::lock;
use crate::types::{Dirent, FileType, Rights};
use cap_fs_ext::MetadataExt;
use cap_std::fs::{Dir, DirEntry, ReadDir};

/// The number of entries before those of the host: `.` and `..`, which `cap-std` leaves out.
const DOTS: u64 = 2;

/// Fills the guest's buffer with entries, the last of which can be cut off.
///
/// A cookie is the number of the entry that comes next. A guest that reads on gets each entry
/// once, also when it removes those that it has got; one that goes back to an earlier cookie has
/// the directory read anew.
pub(crate) fn fd_readdir(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    buffer: u32,
    len: u32,
    cookie: u64,
    result: u32,
) -> Outcome {
    memory.check(result, 4)?;
    memory.check(buffer, len)?;
    let open = ctx.dir(fd, Rights::FD_READDIR, DirPerms::READ)?;
    let dir = &open.dir;
    let cursor = &mut *lock(&open.cursor);
    if cookie == 0 {
        *cursor = None;
    }
    let mut rest = Rest {
        memory,
        at: buffer,
        left: len,
    };
    let mut index = cookie;
    while rest.left > 0 {
        let next = index.checked_add(1).ok_or(Errno::Inval)?;
        let dot;
        let entry = if index < DOTS {
            dot = Entry::dot(dir, index)?;
            &dot
        } else {
            match Cursor::entry(cursor, dir, index) {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                // What was read before comes first; the error comes with the next call.
                Err(_) if index > cookie => break,
                Err(error) => return Err(error),
            }
        };
        if !entry.write(next, &mut rest)? {
            break;
        }
        index = next;
    }
    let used = len - rest.left;
    memory.write_u32(result, used)
}

/// A place in the host's list of entries.
pub(crate) struct Cursor {
    entries: ReadDir,
    /// The number of the entry that comes next.
    next: u64,
    /// That entry, if it was taken from the list already. It stays until the guest has it whole.
    pending: Option<Entry>,
}

impl Cursor {
    /// The entry with this number, if there are so many.
    fn entry<'c>(
        cursor: &'c mut Option<Self>,
        dir: &Dir,
        index: u64,
    ) -> Outcome<Option<&'c Entry>> {
        let here = match cursor.take() {
            Some(cursor) if cursor.next <= index => cursor,
            _ => Self {
                entries: dir.entries()?,
                next: DOTS,
                pending: None,
            },
        };
        // An error leaves no cursor: the list is then read anew.
        let here = here.advance(index)?;
        Ok(cursor.insert(here).pending.as_ref())
    }

    fn advance(mut self, index: u64) -> Outcome<Self> {
        while self.next < index || self.pending.is_none() {
            if self.pending.take().is_some() {
                self.next += 1;
                continue;
            }
            let Some(entry) = self.entries.next() else {
                break;
            };
            self.pending = Some(Entry::of_host(&entry?)?);
        }
        if self.next != index {
            self.pending = None;
        }
        Ok(self)
    }
}

/// An entry as the guest gets it.
struct Entry {
    name: String,
    ino: u64,
    filetype: FileType,
}

impl Entry {
    /// `.` or `..`. The parent of a directory can be outside of what the guest may know of, so it
    /// has the number of the directory itself.
    fn dot(dir: &Dir, index: u64) -> Outcome<Self> {
        Ok(Self {
            name: if index == 0 { "." } else { ".." }.to_owned(),
            ino: dir.dir_metadata()?.ino(),
            filetype: FileType::Directory,
        })
    }

    fn of_host(entry: &DirEntry) -> Outcome<Self> {
        Ok(Self {
            // Paths are UTF-8 in this interface, and there is no other way to say a name.
            name: entry.file_name().into_string().map_err(|_| Errno::Ilseq)?,
            ino: ino(entry)?,
            filetype: filetype(entry.file_type()?),
        })
    }

    /// Writes the entry, or as much of it as fits; says whether it is whole.
    fn write(&self, next: u64, rest: &mut Rest<'_, '_>) -> Outcome<bool> {
        let head = Dirent {
            next,
            ino: self.ino,
            name_len: u32::try_from(self.name.len()).unwrap_or(u32::MAX),
            filetype: self.filetype,
        };
        Ok(rest.put(&head.to_bytes())? && rest.put(self.name.as_bytes())?)
    }
}

/// What is left of the guest's buffer.
struct Rest<'m, 'a> {
    memory: &'m mut GuestMemory<'a>,
    at: u32,
    left: u32,
}

impl Rest<'_, '_> {
    /// Writes as much as fits, and says whether that is all.
    fn put(&mut self, bytes: &[u8]) -> Outcome<bool> {
        let len = u32::try_from(bytes.len())
            .unwrap_or(u32::MAX)
            .min(self.left);
        let bytes_that_fit = &bytes[..len as usize];
        self.memory.write(self.at, bytes_that_fit)?;
        // The buffer may end where addresses do.
        self.at = self.at.wrapping_add(len);
        self.left -= len;
        Ok(bytes_that_fit.len() == bytes.len())
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have to ask for it")]
fn ino(entry: &DirEntry) -> Outcome<u64> {
    Ok(std::os::unix::fs::DirEntryExt::ino(entry))
}

#[cfg(not(unix))]
fn ino(entry: &DirEntry) -> Outcome<u64> {
    Ok(cap_fs_ext::DirEntryExt::full_metadata(entry)?.ino())
}
