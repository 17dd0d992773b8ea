//! Address space that is used again.

use super::image::Image;
use crate::os::Mapping;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Reservations of memories that were longer than this are not kept: clearing them costs more than
/// a new reservation, and the kernel's tables for them stay.
pub(super) const KEPT_LEN: usize = 64 << 20;

/// Memories up to this length are cleared by writing zeros when their reservation was used before,
/// and so is likely to be used again.
pub(super) const RESIDENT: usize = 64 << 10;

/// How the bytes of a memory become what they were at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clear {
    /// Its pages go back to the system.
    GiveBack,
    /// Zeros are written, and the pages stay: for a few it takes less time than to get others.
    Write,
}

/// The reservations that wait to be used again, in the order in which they came.
pub(super) struct Pool {
    bound: usize,
    kept: Mutex<Vec<Kept>>,
}

/// A reservation that waits to be used again.
pub(super) struct Kept {
    pub(super) mapping: Mapping,
    /// The number of bytes that can still be read and written. They are those of the image, and
    /// zeros elsewhere.
    pub(super) accessible: usize,
    /// What is mapped into it.
    pub(super) image: Option<Weak<Image>>,
}

impl Pool {
    pub(super) fn new(bound: usize) -> Self {
        Self {
            bound,
            kept: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last reservation of so many bytes that was put here with the same image, or with none.
    pub(super) fn take(&self, reserved: usize, image: Option<&Arc<Image>>) -> Option<Kept> {
        let mut kept = self.lock();
        let fits = |kept: &Kept| kept.mapping.len() == reserved && kept.has(image);
        let at = kept.iter().rposition(fits)?;
        Some(kept.remove(at))
    }

    /// Keeps a reservation that nothing uses, whose first `accessible` bytes can be anything, and
    /// into which the image is mapped.
    pub(super) fn put(
        &self,
        mapping: Mapping,
        accessible: usize,
        image: Option<&Arc<Image>>,
        clear: Clear,
    ) {
        if accessible > KEPT_LEN || !self.has_room_for(image) {
            return;
        }
        let accessible = match clear {
            Clear::Write if image.is_none() => {
                // SAFETY: nothing uses the mapping, whose first bytes can be written.
                unsafe { mapping.base().write_bytes(0, accessible) };
                accessible
            }
            // SAFETY: nothing uses the mapping.
            _ => match unsafe { mapping.clear(accessible) } {
                Ok(accessible) => accessible,
                Err(_) => return,
            },
        };
        let new = Kept {
            mapping,
            accessible,
            image: image.map(Arc::downgrade),
        };
        let mut kept = self.lock();
        let mut old = None;
        if kept.len() >= self.bound {
            old = kept.iter().position(|kept| !kept.has(image));
            if old.is_none() {
                return;
            }
        }
        let old = old.map(|at| kept.remove(at));
        if kept.try_reserve(1).is_ok() {
            kept.push(new);
        }
        // What is given back to the system, nobody has to wait for.
        drop(kept);
        drop(old);
    }

    /// Whether one more is kept: there is room, or one with another image that makes room.
    fn has_room_for(&self, image: Option<&Arc<Image>>) -> bool {
        let kept = self.lock();
        kept.len() < self.bound || kept.iter().any(|kept| !kept.has(image))
    }

    /// Gives up the reservations with an image that is no more.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn forget(&self, image: *const Image) {
        let is_other = |kept: &Kept| {
            let own = kept.image.as_ref();
            own.is_none_or(|own| own.as_ptr() != image)
        };
        let mut gone = Vec::new();
        let mut kept = self.lock();
        while let Some(at) = kept.iter().position(|kept| !is_other(kept)) {
            // Without memory for a list they are given back while others wait.
            if gone.try_reserve(1).is_ok() {
                gone.push(kept.remove(at));
            } else {
                kept.remove(at);
            }
        }
        drop(kept);
    }
}

impl Kept {
    /// Whether this image is mapped into it, or none.
    fn has(&self, image: Option<&Arc<Image>>) -> bool {
        match (&self.image, image) {
            (None, None) => true,
            // The address of an image is not used for another while there is a weak reference.
            (Some(own), Some(image)) => own.as_ptr() == Arc::as_ptr(image),
            _ => false,
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("bound", &self.bound)
            .finish_non_exhaustive()
    }
}
