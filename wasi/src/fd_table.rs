//! The descriptors of a guest.

use crate::errno::{Errno, Outcome};
use crate::perms::{DirPerms, FilePerms};
use crate::readdir::Cursor;
use crate::stream::{InputStream, OutputStream, Owned, filetype};
use crate::types::{FdFlags, Fdstat, FileType, Rights};
use alloc::sync::Arc;
use cap_std::fs::{Dir, File};
use std::sync::Mutex;

/// What a number stands for. A clone is the same thing, as it could be used when it was made: so a
/// thread goes on with what another one closes.
#[derive(Clone)]
pub(crate) struct Descriptor {
    pub(crate) kind: Kind,
    /// What the guest may do with it: it can only become less.
    pub(crate) rights: Rights,
    /// What it may do with what it opens through this.
    pub(crate) inheriting: Rights,
    pub(crate) flags: FdFlags,
}

/// The things that can be open.
#[derive(Clone)]
pub(crate) enum Kind {
    Input(Stream<dyn InputStream>),
    Output(Stream<dyn OutputStream>),
    File(Arc<OpenFile>),
    Dir(Arc<OpenDir>),
}

/// A stream of the embedder's.
pub(crate) struct Stream<S: ?Sized> {
    pub(crate) stream: Owned<S>,
    is_terminal: bool,
}

impl<S: ?Sized> Clone for Stream<S> {
    fn clone(&self) -> Self {
        Self {
            stream: self.stream.clone(),
            is_terminal: self.is_terminal,
        }
    }
}

/// An open file, or something else with a path that is no directory.
pub(crate) struct OpenFile {
    pub(crate) file: File,
    pub(crate) filetype: FileType,
    pub(crate) perms: FilePerms,
}

/// An open directory.
pub(crate) struct OpenDir {
    pub(crate) dir: Dir,
    pub(crate) dir_perms: DirPerms,
    pub(crate) file_perms: FilePerms,
    /// The guest's name for it, if it was there from the start.
    pub(crate) preopen: Option<String>,
    /// Where the guest is in reading it.
    pub(crate) cursor: Mutex<Option<Cursor>>,
}

impl Descriptor {
    pub(crate) fn input(stream: impl InputStream + 'static) -> Self {
        let is_terminal = stream.is_terminal();
        let stream = Owned::<dyn InputStream>::new(Box::new(stream));
        Self {
            kind: Kind::Input(Stream {
                stream,
                is_terminal,
            }),
            rights: Rights::INPUT,
            inheriting: Rights::empty(),
            flags: FdFlags::empty(),
        }
    }

    pub(crate) fn output(stream: impl OutputStream + 'static) -> Self {
        let is_terminal = stream.is_terminal();
        let stream = Owned::<dyn OutputStream>::new(Box::new(stream));
        Self {
            kind: Kind::Output(Stream {
                stream,
                is_terminal,
            }),
            rights: Rights::OUTPUT,
            inheriting: Rights::empty(),
            flags: FdFlags::empty(),
        }
    }

    pub(crate) fn preopen(dir: OpenDir) -> Self {
        Self {
            kind: Kind::Dir(Arc::new(dir)),
            rights: Rights::DIRECTORY,
            inheriting: Rights::INHERITING,
            flags: FdFlags::empty(),
        }
    }

    pub(crate) fn filetype(&self) -> FileType {
        match &self.kind {
            Kind::Input(stream) => filetype(stream.is_terminal),
            Kind::Output(stream) => filetype(stream.is_terminal),
            Kind::File(file) => file.filetype,
            Kind::Dir(_) => FileType::Directory,
        }
    }

    pub(crate) fn fdstat(&self) -> Fdstat {
        Fdstat {
            filetype: self.filetype(),
            flags: self.flags,
            rights: self.rights,
            inheriting: self.inheriting,
        }
    }

    /// That the guest has these rights.
    pub(crate) fn require(&self, rights: Rights) -> Outcome {
        if self.rights.contains(rights) {
            Ok(())
        } else {
            Err(Errno::Notcapable)
        }
    }

    /// The directory, if it is one and the guest has these rights and permissions.
    pub(crate) fn dir(&self, rights: Rights, perms: DirPerms) -> Outcome<&Arc<OpenDir>> {
        let Kind::Dir(dir) = &self.kind else {
            return Err(Errno::Notdir);
        };
        dir.require(perms)?;
        self.require(rights)?;
        Ok(dir)
    }

    /// The file, if it is one and the guest has these rights. What else it can be is not a file
    /// in which there are positions.
    pub(crate) fn file(&self, rights: Rights) -> Outcome<&OpenFile> {
        match &self.kind {
            Kind::File(file) => {
                self.require(rights)?;
                Ok(file)
            }
            Kind::Dir(_) => Err(Errno::Isdir),
            Kind::Input(_) | Kind::Output(_) => Err(Errno::Spipe),
        }
    }
}

impl OpenDir {
    pub(crate) fn require(&self, perms: DirPerms) -> Outcome {
        if self.dir_perms.contains(perms) {
            Ok(())
        } else {
            Err(Errno::Perm)
        }
    }

    pub(crate) fn require_file(&self, perms: FilePerms) -> Outcome {
        if self.file_perms.contains(perms) {
            Ok(())
        } else {
            Err(Errno::Perm)
        }
    }

    /// That what is moved or linked from here to `target` can be used there no more freely than
    /// here.
    pub(crate) fn require_no_wider(&self, target: &Self) -> Outcome {
        self.require(target.dir_perms)?;
        self.require_file(target.file_perms)
    }
}

/// The descriptors by their numbers.
pub(crate) struct FdTable {
    entries: Vec<Option<Descriptor>>,
    /// No number below this one is free.
    lowest_free: usize,
    /// How many numbers there can be.
    limit: usize,
}

impl FdTable {
    /// A table with these descriptors, from 0, in which the guest can have `limit` at a time.
    pub(crate) fn new(descriptors: Vec<Descriptor>, limit: usize) -> Self {
        Self {
            lowest_free: descriptors.len(),
            limit: limit.max(descriptors.len()),
            entries: descriptors.into_iter().map(Some).collect(),
        }
    }

    pub(crate) fn get(&self, fd: u32) -> Outcome<&Descriptor> {
        usize::try_from(fd)
            .ok()
            .and_then(|fd| self.entries.get(fd)?.as_ref())
            .ok_or(Errno::Badf)
    }

    pub(crate) fn get_mut(&mut self, fd: u32) -> Outcome<&mut Descriptor> {
        self.slot(fd)?.as_mut().ok_or(Errno::Badf)
    }

    /// That there is room for one more. It is looked at before something is opened, so that
    /// nothing is made in vain.
    pub(crate) fn check_room(&self) -> Outcome {
        let full = self.lowest_free >= self.limit;
        if full { Err(Errno::Mfile) } else { Ok(()) }
    }

    /// Gives a descriptor the lowest number that is free.
    pub(crate) fn insert(&mut self, descriptor: Descriptor) -> Outcome<u32> {
        self.check_room()?;
        let index = self.lowest_free;
        let fd = u32::try_from(index).map_err(|_| Errno::Mfile)?;
        if let Some(slot) = self.entries.get_mut(index) {
            *slot = Some(descriptor);
        } else {
            self.entries.try_reserve(1).map_err(|_| Errno::Nomem)?;
            self.entries.push(Some(descriptor));
        }
        self.lowest_free = self.entries[index..]
            .iter()
            .position(Option::is_none)
            .map_or(self.entries.len(), |further| index + further);
        Ok(fd)
    }

    pub(crate) fn remove(&mut self, fd: u32) -> Outcome<Descriptor> {
        let descriptor = self.slot(fd)?.take().ok_or(Errno::Badf)?;
        if let Ok(fd) = usize::try_from(fd) {
            self.lowest_free = self.lowest_free.min(fd);
        }
        Ok(descriptor)
    }

    /// Gives what `from` names the number `to`, and gives back what that named. Both must be open.
    pub(crate) fn renumber(&mut self, from: u32, to: u32) -> Outcome<Option<Descriptor>> {
        self.get(from)?;
        self.get(to)?;
        if from == to {
            return Ok(None);
        }
        let descriptor = self.remove(from)?;
        Ok(self.slot(to)?.replace(descriptor))
    }

    fn slot(&mut self, fd: u32) -> Outcome<&mut Option<Descriptor>> {
        usize::try_from(fd)
            .ok()
            .and_then(|fd| self.entries.get_mut(fd))
            .ok_or(Errno::Badf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> Descriptor {
        Descriptor::input(std::io::empty())
    }

    #[test]
    fn the_lowest_free_number_is_used_first() {
        let mut table = FdTable::new(vec![stream(), stream(), stream()], 5);
        assert_eq!(table.insert(stream()), Ok(3));
        assert_eq!(table.insert(stream()), Ok(4));
        assert_eq!(table.insert(stream()), Err(Errno::Mfile));
        table.remove(3).map(drop).unwrap();
        table.remove(1).map(drop).unwrap();
        assert_eq!(table.remove(1).map(drop), Err(Errno::Badf));
        assert_eq!(table.insert(stream()), Ok(1));
        assert_eq!(table.insert(stream()), Ok(3));
        assert_eq!(table.insert(stream()), Err(Errno::Mfile));
        assert_eq!(table.get(u32::MAX).map(drop), Err(Errno::Badf));
    }

    #[test]
    fn renumbering_needs_both_and_frees_the_first() {
        let mut table = FdTable::new(vec![stream(), Descriptor::output(std::io::sink())], 5);
        let mut renumber = |from, to| table.renumber(from, to).map(drop);
        assert_eq!(renumber(1, 2), Err(Errno::Badf));
        assert_eq!(renumber(2, 1), Err(Errno::Badf));
        assert_eq!(renumber(1, 1), Ok(()));
        assert_eq!(renumber(1, 0), Ok(()));
        assert!(matches!(table.get(0).unwrap().kind, Kind::Output(_)));
        assert_eq!(table.get(1).map(drop), Err(Errno::Badf));
        assert_eq!(table.insert(stream()), Ok(1));
    }
}
