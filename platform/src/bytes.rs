//! Bytes that do not change and have several owners, in memory or in a file.
//!
//! # Safety
//! The invariant of [`SharedBytes`]: `bytes` lies in what `owner` owns, or lives as long as the
//! program when there is none; it stays where it is and never changes.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::{Deref, Range};
use core::ptr::NonNull;

#[cfg(all(feature = "mmap", unix))]
use crate::os::{Access, Mapping};
#[cfg(feature = "std")]
use std::{fs::File, io, path::Path};

/// Bytes that do not change, or a part of them. Cloning it is cheap, and the clone has the same.
///
/// ```
/// use diptych_platform::SharedBytes;
///
/// let all = SharedBytes::from(b"a file".to_vec());
/// let part = all.slice(2..6).expect("it has six");
/// drop(all);
/// assert_eq!(*part, *b"file");
/// ```
#[derive(Clone)]
pub struct SharedBytes {
    bytes: NonNull<[u8]>,
    /// `None` when they are the program's own.
    owner: Option<Arc<dyn Send + Sync>>,
}

// SAFETY: the owner may be dropped by any thread, and the bytes are only read.
unsafe impl Send for SharedBytes {}
// SAFETY: as above.
unsafe impl Sync for SharedBytes {}

impl SharedBytes {
    /// Those in a range, when all of it is there.
    pub fn slice(&self, range: Range<usize>) -> Option<Self> {
        let bytes = NonNull::from(self.get(range)?);
        Some(Self {
            bytes,
            owner: self.owner.clone(),
        })
    }

    /// The bytes of a mapping that can be read, and that no one writes.
    #[cfg(all(feature = "mmap", unix))]
    fn of_mapping(mapping: Mapping, len: usize) -> Self {
        let base = mapping.base();
        let owner: Arc<dyn Send + Sync> = Arc::new(mapping);
        let bytes = core::ptr::slice_from_raw_parts_mut(base, len);
        Self {
            // SAFETY: mappings are not at address 0.
            bytes: unsafe { NonNull::new_unchecked(bytes) },
            owner: Some(owner),
        }
    }
}

impl Default for SharedBytes {
    fn default() -> Self {
        Self::from(&[][..])
    }
}

/// Of bytes that are the program's own, which takes no memory.
impl From<&'static [u8]> for SharedBytes {
    fn from(bytes: &'static [u8]) -> Self {
        Self {
            bytes: NonNull::from(bytes),
            owner: None,
        }
    }
}

impl From<Vec<u8>> for SharedBytes {
    fn from(bytes: Vec<u8>) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        // What a vector points to stays where it is when the vector is moved.
        let owner = Arc::new(bytes);
        Self {
            bytes: NonNull::from(&**owner),
            owner: Some(owner),
        }
    }
}

impl From<Box<[u8]>> for SharedBytes {
    fn from(bytes: Box<[u8]>) -> Self {
        bytes.into_vec().into()
    }
}

impl Deref for SharedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the owner, if there is one, is alive and keeps them as they are.
        unsafe { self.bytes.as_ref() }
    }
}

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl fmt::Debug for SharedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedBytes")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// What was stored and is loaded again: bytes in memory, or a file.
#[derive(Debug, Default)]
pub struct StoredBytes {
    bytes: SharedBytes,
    /// What they are mapped from.
    #[cfg(all(feature = "mmap", unix))]
    file: Option<File>,
}

impl StoredBytes {
    /// The bytes of a file. With the feature `mmap`, on Unix, they are mapped: what is not looked at
    /// is not read, and takes no memory of this process. Otherwise they are read.
    ///
    /// # Errors
    /// When the file cannot be read, or there is no memory.
    ///
    /// # Safety
    /// No one changes the bytes of the file, or makes it shorter, as long as there is something
    /// that was made of this or of its [`bytes`](Self::bytes). To delete it, or to put another one
    /// in its place, is no change of the file.
    #[cfg(feature = "std")]
    pub unsafe fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        use std::io::Read as _;
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let len = usize::try_from(metadata.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        #[cfg(all(feature = "mmap", unix))]
        if metadata.is_file()
            && len > 0
            && let Ok(mapping) = Mapping::of_file(&file, len)
        {
            return Ok(Self {
                bytes: SharedBytes::of_mapping(mapping, len),
                file: Some(file),
            });
        }
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(len)
            .map_err(|_| io::ErrorKind::OutOfMemory)?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }

    /// The bytes.
    pub const fn bytes(&self) -> &SharedBytes {
        &self.bytes
    }

    /// Maps a range of the file over pages of a mapping; whether that was possible. If not, the
    /// pages may have lost what they had.
    ///
    /// # Safety
    /// Nothing uses the pages.
    #[cfg(all(feature = "mmap", unix))]
    #[cfg_attr(
        all(target_vendor = "apple", target_arch = "aarch64"),
        expect(dead_code, reason = "code is always written there")
    )]
    pub(crate) unsafe fn map_over(
        &self,
        range: Range<usize>,
        mapping: &Mapping,
        offset: usize,
        access: Access,
    ) -> bool {
        let Some(file) = &self.file else { return false };
        if range.end > self.bytes.len() {
            return false;
        }
        // SAFETY: by contract; the file is as long.
        unsafe { mapping.map_file(offset, range.len(), file, range.start, access) }.is_ok()
    }
}

impl From<Vec<u8>> for StoredBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes: bytes.into(),
            #[cfg(all(feature = "mmap", unix))]
            file: None,
        }
    }
}

impl Deref for StoredBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_outlive_the_whole() {
        let all = SharedBytes::from(b"0123456789".to_vec());
        let part = all.slice(2..8).expect("it is inside");
        let inner = part.slice(1..3).expect("it is inside");
        let none = part.slice(6..6).expect("it is inside");
        assert!(part.slice(0..7).is_none() && all.slice(11..11).is_none());
        let (from, to) = (5, 4);
        assert!(all.slice(from..to).is_none());
        drop((all, part));
        assert_eq!((&*inner, &*none), (&b"34"[..], &b""[..]));
        let own = SharedBytes::from(&b"own"[..]);
        assert_eq!(
            (&*own, &*own.slice(1..2).unwrap()),
            (&b"own"[..], &b"w"[..])
        );
        let boxed = SharedBytes::from(Box::from(*b"boxed"));
        assert_eq!(*boxed.clone(), *b"boxed");
        assert!(SharedBytes::from(Vec::new()).is_empty() && SharedBytes::default().is_empty());
    }

    #[test]
    #[cfg(feature = "std")]
    fn a_file_is_as_it_was_written_and_can_be_deleted() {
        let directory = std::env::temp_dir();
        let path = directory.join(std::format!("diptych-bytes-{}", std::process::id()));
        for len in [0, 1, 4096, 100_000] {
            let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            std::fs::write(&path, &bytes).expect("there is room");
            // SAFETY: the file is this test's, which only deletes it.
            let file = unsafe { StoredBytes::open(&path) }.expect("it is there");
            std::fs::remove_file(&path).expect("it is there");
            assert!(*file == *bytes && *file.bytes().clone() == *bytes);
            let half = file.bytes().slice(len / 2..len).expect("it is inside");
            drop(file);
            assert!(*half == bytes[len / 2..]);
        }
        // SAFETY: nothing is there.
        unsafe {
            assert!(StoredBytes::open(&path).is_err());
            assert!(StoredBytes::open(&directory).is_err());
        }
    }
}
