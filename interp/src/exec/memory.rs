//! What memory operations do beyond loads and stores.

use super::control::bodies;
use super::state::{Flow, State, keep_flow};
use core::sync::atomic::{Ordering, fence};
use diptych_core::vm::length;

bodies! {
    memory_size |st| {
        let memory = *(*st.vm).memories.add(st.u32(12) as usize);
        let pages = (*memory).byte_len() as u64 >> st.u16(10);
        st.acc = pages;
        st.put_i64(8, pages);
        st.next(16)
    }

    atomic_fence |st| {
        fence(Ordering::SeqCst);
        st.next(8)
    }
}

cfg_if::cfg_if! {
    if #[cfg(target_arch = "x86_64")] {
        type Chunk = core::arch::x86_64::__m128i;
    } else if #[cfg(target_arch = "aarch64")] {
        type Chunk = core::arch::aarch64::uint8x16_t;
    } else {
        type Chunk = [u64; 2];
    }
}

/// Copies at most 64 bytes inside memory 0: all that is read is in registers before anything is
/// written, so that it does not matter whether the ranges overlap.
#[inline(always)]
pub(crate) unsafe fn memory_copy(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the ranges are compared with the length of
    // memory 0, whose base `mem` is.
    unsafe {
        let (to, from, len) = (st.slot_i64(8), st.slot_i64(10), st.slot_i64(12));
        // Nothing is in the accumulator behind this operation: its register is free.
        st.acc = to;
        let size = length(&(*st.vm).memory0_len) as u64;
        if st.u32(16) | st.u32(20) != 0 || len > 64 || size < 64 {
            return false;
        }
        let limit = size - len;
        if to > limit || from > limit {
            return false;
        }
        let (to, from) = (
            st.mem.add(to as usize),
            st.mem.add(from as usize).cast_const(),
        );
        copy_small(to, from, len as usize);
    }
    true
}

#[inline(always)]
unsafe fn copy_small(to: *mut u8, from: *const u8, len: usize) {
    /// The first and the last `T` of the range, which overlap unless it has twice their size.
    #[inline(always)]
    unsafe fn ends<T>(to: *mut u8, from: *const u8, len: usize) {
        // SAFETY: the range has at least the size of a `T`.
        unsafe {
            let last = len - size_of::<T>();
            let a = from.cast::<T>().read_unaligned();
            let b = from.add(last).cast::<T>().read_unaligned();
            to.cast::<T>().write_unaligned(a);
            to.add(last).cast::<T>().write_unaligned(b);
        }
    }
    // SAFETY: by contract of the caller; each arm has enough bytes.
    unsafe {
        match len {
            0 => {}
            1 => to.write(from.read()),
            2..4 => ends::<u16>(to, from, len),
            4..8 => ends::<u32>(to, from, len),
            8..16 => ends::<u64>(to, from, len),
            16..=32 => ends::<Chunk>(to, from, len),
            _ => {
                let last = len - 16;
                let from = |offset| from.add(offset).cast::<Chunk>();
                let to = |offset| to.add(offset).cast::<Chunk>();
                let (a, b) = (from(0).read_unaligned(), from(16).read_unaligned());
                let (c, d) = (
                    from(last - 16).read_unaligned(),
                    from(last).read_unaligned(),
                );
                to(0).write_unaligned(a);
                to(16).write_unaligned(b);
                to(last - 16).write_unaligned(c);
                to(last).write_unaligned(d);
            }
        }
    }
}

/// Fills at most 64 bytes of memory 0.
#[inline(always)]
pub(crate) unsafe fn memory_fill(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the range is compared with the length of memory
    // 0, whose base `mem` is.
    unsafe {
        let (to, byte, len) = (st.slot_i64(8), st.slot_i64(10) as u8, st.slot_i64(12));
        st.acc = to;
        let size = length(&(*st.vm).memory0_len) as u64;
        if st.u32(16) != 0 || len > 64 || size < 64 || to > size - len {
            return false;
        }
        let word = u64::from(byte) * 0x0101_0101_0101_0101;
        let mut to = st.mem.add(to as usize);
        let end = to.add(len as usize);
        match len {
            0 => {}
            1 => to.write(byte),
            2..4 => {
                to.cast::<u16>().write_unaligned(word as u16);
                end.cast::<u16>().sub(1).write_unaligned(word as u16);
            }
            4..8 => {
                to.cast::<u32>().write_unaligned(word as u32);
                end.cast::<u32>().sub(1).write_unaligned(word as u32);
            }
            _ => {
                // Eight bytes at a time, the last ones once more where they do not fit.
                let last = end.cast::<u64>().sub(1);
                while to < last.cast() {
                    to.cast::<u64>().write_unaligned(word);
                    to = to.add(8);
                    keep_flow();
                }
                last.write_unaligned(word);
            }
        }
    }
    true
}

/// Reads an element.
#[inline(always)]
pub(crate) unsafe fn table_get(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout, and the table exists by validation.
    unsafe {
        let table = *(*st.vm).tables.add(st.u32(16) as usize);
        let index = st.slot_i64(10);
        if index >= (*table).len as u64 {
            return false;
        }
        let value = (*table).base.add(index as usize).read();
        st.put_i64(8, value);
    }
    true
}

/// Writes an element.
#[inline(always)]
pub(crate) unsafe fn table_set(st: &mut State) -> bool {
    // SAFETY: as `table_get`.
    unsafe {
        let table = *(*st.vm).tables.add(st.u32(16) as usize);
        let index = st.slot_i64(8);
        if index >= (*table).len as u64 {
            return false;
        }
        let value = st.slot_i64(10);
        (*table).base.add(index as usize).write(value);
    }
    true
}

/// The number of elements.
#[inline(always)]
pub(crate) unsafe fn table_size(st: &mut State) -> bool {
    // SAFETY: as `table_get`.
    unsafe {
        let table = *(*st.vm).tables.add(st.u32(16) as usize);
        st.put_i64(8, (*table).len as u64);
    }
    true
}
