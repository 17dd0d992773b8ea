//! The registers of the machine, and how bodies reach operands through them.

use super::vector::V128;
use core::mem::MaybeUninit;
use diptych_core::Trap;
use diptych_core::vm::frame::ReturnRecord;
use diptych_core::vm::{VmCtx, length};

/// The machine: what tail dispatch keeps in registers from handler to handler.
#[derive(Debug)]
pub(crate) struct State {
    /// The operation that runs.
    pub(crate) ip: *const u8,
    /// The frame.
    pub(crate) fp: *mut u64,
    /// The base of memory 0.
    pub(crate) mem: *mut u8,
    /// The integer accumulator.
    pub(crate) acc: u64,
    /// The return record, between a call or return and the operation after it; at other times
    /// nothing.
    pub(crate) record: MaybeUninit<*mut ReturnRecord>,
    /// The instance.
    pub(crate) vm: *mut VmCtx,
    /// The accumulator for 32-bit floats.
    pub(crate) f32acc: f32,
    /// The accumulator for 64-bit floats.
    pub(crate) f64acc: f64,
}

/// How to go on after a body.
#[derive(Debug)]
#[must_use]
pub(crate) enum Flow {
    /// With the operation at `ip`.
    Next,
    /// The same, after a branch that was taken.
    Taken,
    /// Not at all; `ip` is the operation that trapped.
    Trap(Trap),
    /// By leaving for the driver.
    Leave(Exit),
}

/// What a dispatch loop returns: a kind in the low byte and its argument above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Exit(pub(crate) u64);

/// The kinds of [`Exit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitKind {
    /// A trap; the argument is its code.
    Trap,
    /// An operation for the driver; the argument is its number.
    Slow,
    /// The function that the host called has returned.
    HostReturn,
    /// A function without interpreter code: `acc` is its reference, `record` the record.
    HostCall,
    /// A call of a host function, in `acc`, by the operation at `ip`, whose size is the argument:
    /// nothing is laid out for it. The driver does not see it, but for the next one.
    CallHost,
    /// Such a call ended without results; the machine is as for [`Self::HostCall`].
    HostFailed,
    /// A function that is not translated yet: `acc` is its entry cell, `record` the record.
    LazyDirect,
    /// The same, but `acc` is the function's reference.
    LazyRef,
    /// A function in a segment of the value stack of its own has returned.
    SegmentReturn,
    /// A callee's frame does not fit: `ip` is its code, `fp` its frame, `record` the record.
    StackFull,
    /// Fuel is used up before the block that `ip` begins.
    OutOfFuel,
    /// An indirect call of a function of another type, in `acc`, which may be a subtype of the
    /// one that the field at 16 names.
    CheckSubtype,
    /// The end of the self-test; the argument is the stack's depth at that point.
    Probe,
    /// An operation on vectors, for the other loop of loop dispatch. The driver never sees it.
    Vectors,
}

impl Exit {
    pub(crate) const fn new(kind: ExitKind, argument: u64) -> Self {
        Self(kind as u64 | argument << 8)
    }

    pub(crate) const fn of(kind: ExitKind) -> Self {
        Self(kind as u64)
    }

    pub(crate) const fn trap(trap: Trap) -> Self {
        Self::new(ExitKind::Trap, trap as u64)
    }

    pub(crate) const fn slow(number: u64) -> Self {
        Self::new(ExitKind::Slow, number)
    }

    pub(crate) fn kind(self) -> ExitKind {
        const KINDS: [ExitKind; 14] = [
            ExitKind::Trap,
            ExitKind::Slow,
            ExitKind::HostReturn,
            ExitKind::HostCall,
            ExitKind::CallHost,
            ExitKind::HostFailed,
            ExitKind::LazyDirect,
            ExitKind::LazyRef,
            ExitKind::SegmentReturn,
            ExitKind::StackFull,
            ExitKind::OutOfFuel,
            ExitKind::CheckSubtype,
            ExitKind::Probe,
            ExitKind::Vectors,
        ];
        KINDS[(self.0 & 0xff) as usize]
    }

    /// The size of the operation, when this is a call of a host function.
    #[inline(always)]
    pub(crate) const fn host_call(self) -> Option<usize> {
        if self.0 as u8 == ExitKind::CallHost as u8 {
            Some(self.argument() as usize)
        } else {
            None
        }
    }

    pub(crate) const fn argument(self) -> u64 {
        self.0 >> 8
    }
}

macro_rules! fields {
    ($($name:ident: $ty:ty;)*) => {$(
        #[inline(always)]
        pub(crate) unsafe fn $name(&self, offset: usize) -> $ty {
            // SAFETY: the operation at `ip` has such a field there, aligned to its size.
            unsafe { self.ip.add(offset).cast::<$ty>().read() }
        }
    )*};
}

/// Linear memory is little-endian on every host.
macro_rules! memory_access {
    ($($ty:ident, $load:ident, $load_any:ident, $store:ident, $store_any:ident;)*) => {$(
        #[inline(always)]
        pub(crate) unsafe fn $load(&self, end: u64) -> Option<$ty> {
            // SAFETY: the translator's ends are not less than the width.
            let at = unsafe { self.plain_address(end, size_of::<$ty>())? };
            // SAFETY: `plain_address` checked the bounds.
            Some($ty::from_le(unsafe { at.cast::<$ty>().read_unaligned() }))
        }

        #[inline(always)]
        pub(crate) unsafe fn $store(&mut self, end: u64, value: $ty) -> bool {
            // SAFETY: the translator's ends are not less than the width.
            match unsafe { self.plain_address(end, size_of::<$ty>()) } {
                // SAFETY: `plain_address` checked the bounds.
                Some(at) => unsafe { at.cast::<$ty>().write_unaligned(value.to_le()) },
                None => return false,
            }
            true
        }

        #[inline(always)]
        pub(crate) unsafe fn $load_any(&self, slot: usize) -> Option<$ty> {
            // SAFETY: the operation has the general layout.
            let at = unsafe { self.any_address(slot, size_of::<$ty>() as u64)? };
            // SAFETY: `any_address` checked the bounds.
            Some($ty::from_le(unsafe { at.cast::<$ty>().read_unaligned() }))
        }

        #[inline(always)]
        pub(crate) unsafe fn $store_any(&mut self, slot: usize, value: $ty) -> bool {
            // SAFETY: the operation has the general layout.
            match unsafe { self.any_address(slot, size_of::<$ty>() as u64) } {
                // SAFETY: `any_address` checked the bounds.
                Some(at) => unsafe { at.cast::<$ty>().write_unaligned(value.to_le()) },
                None => return false,
            }
            true
        }
    )*};
}

/// Operands and results, by class.
impl State {
    fields! {
        u16: u16;
        u32: u32;
        u64: u64;
    }

    /// The frame slot that the field at `offset` names.
    #[inline(always)]
    pub(crate) unsafe fn slot_at(&self, offset: usize) -> *mut u64 {
        // SAFETY: the field names a slot of the frame.
        unsafe { self.fp.add(usize::from(self.u16(offset))) }
    }

    #[inline(always)]
    pub(crate) unsafe fn slot_i64(&self, offset: usize) -> u64 {
        // SAFETY: as `slot_at`.
        unsafe { self.slot_at(offset).read() }
    }

    /// Puts the bits of a result, of whatever class it is, where the next reader may look for it.
    #[inline(always)]
    pub(crate) const fn put_accumulators(&mut self, bits: u64) {
        self.acc = bits;
        self.f32acc = f32::from_bits(bits as u32);
        self.f64acc = f64::from_bits(bits);
    }

    #[inline(always)]
    pub(crate) unsafe fn slot_i32(&self, offset: usize) -> u32 {
        // SAFETY: as `slot_at`.
        unsafe { self.slot_i64(offset) as u32 }
    }

    #[inline(always)]
    pub(crate) unsafe fn slot_f32(&self, offset: usize) -> f32 {
        // SAFETY: as `slot_at`.
        f32::from_bits(unsafe { self.slot_i32(offset) })
    }

    #[inline(always)]
    pub(crate) unsafe fn slot_f64(&self, offset: usize) -> f64 {
        // SAFETY: as `slot_at`.
        f64::from_bits(unsafe { self.slot_i64(offset) })
    }

    #[inline(always)]
    pub(crate) fn acc_i32(&self) -> u32 {
        self.acc as u32
    }

    #[inline(always)]
    pub(crate) fn acc_i64(&self) -> u64 {
        self.acc
    }

    #[inline(always)]
    pub(crate) fn acc_f32(&self) -> f32 {
        self.f32acc
    }

    #[inline(always)]
    pub(crate) fn acc_f64(&self) -> f64 {
        self.f64acc
    }

    #[inline(always)]
    pub(crate) unsafe fn imm_i32(&self, offset: usize) -> u32 {
        // SAFETY: as `u32`.
        unsafe { self.u32(offset) }
    }

    #[inline(always)]
    pub(crate) unsafe fn imm_i64(&self, offset: usize) -> u64 {
        // SAFETY: as `u32`.
        unsafe { self.u32(offset) as i32 as i64 as u64 }
    }

    #[inline(always)]
    pub(crate) unsafe fn imm_f32(&self, offset: usize) -> f32 {
        // SAFETY: as `u32`.
        f32::from_bits(unsafe { self.u32(offset) })
    }

    #[inline(always)]
    pub(crate) unsafe fn imm_f64(&self, offset: usize) -> f64 {
        // SAFETY: as `u64`.
        f64::from_bits(unsafe { self.u64(offset) })
    }

    #[inline(always)]
    pub(crate) fn set_i32(&mut self, value: u32) {
        self.acc = u64::from(value);
    }

    #[inline(always)]
    pub(crate) fn set_i64(&mut self, value: u64) {
        self.acc = value;
    }

    #[inline(always)]
    pub(crate) fn set_f32(&mut self, value: f32) {
        self.f32acc = value;
    }

    #[inline(always)]
    pub(crate) fn set_f64(&mut self, value: f64) {
        self.f64acc = value;
    }

    #[inline(always)]
    pub(crate) unsafe fn put_i64(&mut self, offset: usize, value: u64) {
        // SAFETY: as `slot_at`.
        unsafe { self.slot_at(offset).write(value) }
    }

    #[inline(always)]
    pub(crate) unsafe fn put_i32(&mut self, offset: usize, value: u32) {
        // SAFETY: as `slot_at`.
        unsafe { self.put_i64(offset, u64::from(value)) }
    }

    #[inline(always)]
    pub(crate) unsafe fn put_f32(&mut self, offset: usize, value: f32) {
        // SAFETY: as `slot_at`.
        unsafe { self.put_i32(offset, value.to_bits()) }
    }

    #[inline(always)]
    pub(crate) unsafe fn put_f64(&mut self, offset: usize, value: f64) {
        // SAFETY: as `slot_at`.
        unsafe { self.put_i64(offset, value.to_bits()) }
    }
}

/// Where to go next.
impl State {
    /// On to the operation `size` bytes ahead.
    #[inline(always)]
    pub(crate) unsafe fn next(&mut self, size: usize) -> Flow {
        // SAFETY: another operation follows this one of `size` bytes.
        self.ip = unsafe { self.ip.add(size) };
        Flow::Next
    }

    /// To the target that the field at 8 names.
    #[inline(always)]
    pub(crate) unsafe fn branch(&mut self) -> Flow {
        // SAFETY: the target is the start of an operation of this function.
        self.ip = unsafe { self.ip.offset(self.u32(8) as i32 as isize) };
        Flow::Next
    }

    /// To the target at 8 when `taken`, else on.
    #[inline(always)]
    pub(crate) unsafe fn branch_if(&mut self, taken: bool, size: usize) -> Flow {
        if taken {
            // SAFETY: as `branch`.
            let _ = unsafe { self.branch() };
            Flow::Taken
        } else {
            // SAFETY: as `next`.
            unsafe { self.next(size) }
        }
    }

    #[inline(always)]
    pub(crate) fn leave(&self, exit: Exit) -> Flow {
        Flow::Leave(exit)
    }

    #[inline(always)]
    pub(crate) fn out_of_bounds(&self) -> Flow {
        Flow::Trap(Trap::MemoryOutOfBounds)
    }
}

/// Linear memory.
impl State {
    memory_access! {
        u8, load_u8, load_any_u8, store_u8, store_any_u8;
        u16, load_u16, load_any_u16, store_u16, store_any_u16;
        u32, load_u32, load_any_u32, store_u32, store_any_u32;
        u64, load_u64, load_any_u64, store_u64, store_any_u64;
        V128, load_v128, load_any_v128, store_v128, store_any_v128;
    }

    /// The host address of the access to memory 0 that ends at `end`, a sum of 32-bit numbers
    /// that is not less than `width`.
    #[inline(always)]
    unsafe fn plain_address(&self, end: u64, width: usize) -> Option<*mut u8> {
        // SAFETY: `vm` is the live instance, whose copy of memory 0's length is current and goes
        // with `mem`.
        unsafe {
            let len = length(&(*self.vm).memory0_len) as u64;
            (end <= len).then(|| self.mem.add(end as usize).sub(width))
        }
    }

    /// The address `base + (index << shift)` of an indexed access, from the fields that name
    /// them.
    #[inline(always)]
    pub(crate) unsafe fn indexed(&self, base: usize, index: usize, shift: usize) -> u32 {
        // SAFETY: the operation has these fields.
        unsafe {
            let scaled = self
                .slot_i32(index)
                .wrapping_shl(u32::from(self.u16(shift)));
            self.slot_i32(base).wrapping_add(scaled)
        }
    }

    /// The host address of an access in the general layout: address slot at `slot`, memory at
    /// 12, offset at 16.
    #[inline(always)]
    pub(crate) unsafe fn any_address(&self, slot: usize, size: u64) -> Option<*mut u8> {
        // SAFETY: the operation has these fields, and the memory exists by validation.
        let (address, memory) = unsafe {
            let memory = *(*self.vm).memories.add(self.u32(12) as usize);
            (self.slot_i64(slot).checked_add(self.u64(16))?, memory)
        };
        let end = address.checked_add(size)?;
        // SAFETY: memory definitions live as long as the store; the sum stays inside.
        unsafe {
            let len = (*memory).byte_len() as u64;
            (end <= len).then(|| (*memory).base.add(address as usize))
        }
    }

    /// The host address of the atomic access to `size` bytes, in the layout of atomic operations:
    /// address slot at 10, memory at 16, offset at 24.
    #[inline(always)]
    pub(crate) unsafe fn atomic_address(&self, size: u64) -> Result<*mut u8, Trap> {
        // SAFETY: the operation has these fields, and the memory exists by validation; the sum
        // stays inside of it.
        unsafe {
            let memory = *(*self.vm).memories.add(self.u32(16) as usize);
            let (index, offset) = (self.slot_i64(10), self.u64(24));
            // Also when the sum is too large: its lowest bits are right.
            if index.wrapping_add(offset) & (size - 1) != 0 {
                return Err(Trap::UnalignedAtomic);
            }
            let sum = index.checked_add(offset);
            let end = sum.and_then(|sum| sum.checked_add(size));
            let (Some(sum), Some(end)) = (sum, end) else {
                return Err(Trap::MemoryOutOfBounds);
            };
            if end > (*memory).byte_len() as u64 {
                return Err(Trap::MemoryOutOfBounds);
            }
            Ok((*memory).base.add(sum as usize))
        }
    }
}

/// Keeps the control flow around it as it is written: loops are not unrolled, which would need
/// registers that a handler has to save, and branches do not become conditional moves, which would
/// let the next operation's address wait for the operands of a comparison.
#[inline(always)]
pub(in crate::exec) fn keep_flow() {
    #[cfg(all(tail_dispatch, not(debug_assertions)))]
    // SAFETY: no instruction at all.
    unsafe {
        core::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}
