//! Memories, shared ones too: no other thread has those of a case.

use super::world::{World, digest};
use core::sync::atomic::Ordering;
use diptych::{AsContext, AsContextMut, Extern, Memory, SharedMemory};

/// A memory of the store's, or one that threads can share.
pub(super) enum AnyMemory {
    Own(Memory),
    Shared(SharedMemory),
}

impl AnyMemory {
    /// The memory that is exported, if it is one.
    pub(super) fn of(export: &Extern) -> Option<Self> {
        match export {
            Extern::Memory(memory) => Some(Self::Own(*memory)),
            Extern::SharedMemory(memory) => Some(Self::Shared(memory.clone())),
            _ => None,
        }
    }

    /// Its size in pages.
    pub(super) fn pages(&self, store: impl AsContext) -> u64 {
        match self {
            Self::Own(memory) => memory.size(store),
            Self::Shared(memory) => memory.size(),
        }
    }

    /// A digest of its bytes.
    pub(super) fn digest(&self, store: impl AsContext<Data = World>) -> u64 {
        match self {
            Self::Own(memory) => digest(memory.data(&store)),
            Self::Shared(memory) => {
                let len = memory.data_size();
                // SAFETY: so many bytes are there as long as the memory lives. No one writes to
                // them meanwhile: the host and the guests of a case have this thread alone.
                digest(unsafe { core::slice::from_raw_parts(memory.data_ptr(), len) })
            }
        }
    }

    /// Has it grow by a page. A refusal is the same everywhere.
    pub(super) fn grow(&self, store: impl AsContextMut<Data = World>) {
        let _ = match self {
            Self::Own(memory) => memory.grow(store, 1),
            Self::Shared(memory) => memory.grow(1),
        };
    }

    /// Changes a byte: the one at a place that `place` gives for the number of them.
    pub(super) fn change(
        &self,
        mut store: impl AsContextMut<Data = World>,
        place: impl FnOnce(usize) -> usize,
        bits: u8,
    ) {
        match self {
            Self::Own(memory) => {
                let data = memory.data_mut(&mut store);
                if !data.is_empty() {
                    data[place(data.len())] ^= bits;
                }
            }
            Self::Shared(memory) => {
                let data = memory.data();
                if !data.is_empty() {
                    data[place(data.len())].fetch_xor(bits, Ordering::Relaxed);
                }
            }
        }
    }
}
