//! The operations on vectors whose bodies are written by hand.

use super::value::V128;
use super::{shuffle_at, swizzle_at};
use crate::exec::control::{bodies, return_through};
use crate::exec::state::{Flow, State};
use diptych_core::vm::frame::ReturnRecord;

impl State {
    /// The vector in the slots that the field at `offset` names.
    #[inline(always)]
    pub(crate) unsafe fn vector_at(&self, offset: usize) -> *mut V128 {
        // SAFETY: the field names two slots of the frame.
        unsafe { self.slot_at(offset).cast() }
    }

    #[inline(always)]
    pub(crate) unsafe fn slot_v128(&self, offset: usize) -> V128 {
        // SAFETY: as `vector_at`.
        unsafe { self.vector_at(offset).read() }
    }

    #[inline(always)]
    pub(crate) unsafe fn put_v128(&mut self, offset: usize, value: V128) {
        // SAFETY: as `vector_at`.
        unsafe { self.vector_at(offset).write(value) }
    }
}

bodies! {
    copy_v128 |st| {
        let value = st.slot_v128(10);
        st.put_v128(8, value);
        st.next(16)
    }

    copy_imm_v128 |st| {
        let value = st.ip.add(16).cast::<V128>().read();
        st.put_v128(8, value);
        st.next(32)
    }

    global_get_v128 |st| {
        let value = global(st).read();
        st.put_v128(8, value);
        st.next(16)
    }

    global_set_v128 |st| {
        let value = st.slot_v128(8);
        global(st).write(value);
        st.next(16)
    }

    select_v128_s |st| {
        let condition = st.slot_i32(14);
        select(st, condition)
    }

    select_v128_a |st| {
        let condition = st.acc_i32();
        select(st, condition)
    }

    ret_v128 |st| {
        let record = st.slot_at(8).cast::<ReturnRecord>();
        let value = st.slot_v128(10);
        st.fp.cast::<V128>().write(value);
        return_through(st, record)
    }

    i8x16_swizzle |st| {
        let value = swizzle_at(st.vector_at(10), st.vector_at(12));
        st.put_v128(8, value);
        st.next(16)
    }

    i8x16_shuffle |st| {
        let value = shuffle_at(st.fp, st.ip.add(10).cast(), st.ip.add(16));
        st.put_v128(8, value);
        st.next(32)
    }

    i32x4_shuffle |st| {
        let low = u64::from(word(st, 10)) | u64::from(word(st, 14)) << 32;
        let high = u64::from(word(st, 18)) | u64::from(word(st, 22)) << 32;
        st.put_v128(8, V128([low, high]));
        st.next(32)
    }
}

/// The 32-bit lane whose slot the field at `offset` names; the next field says where in it the lane
/// is.
#[inline(always)]
unsafe fn word(st: &State, offset: usize) -> u32 {
    // SAFETY: both are in the slots of an operand.
    unsafe {
        let slot = st.slot_at(offset).cast::<u8>();
        slot.add(usize::from(st.u16(offset + 2)))
            .cast::<u32>()
            .read()
    }
}

/// The global that the field at 12 names.
#[inline(always)]
unsafe fn global(st: &State) -> *mut V128 {
    // SAFETY: the global exists by validation, and its cell is two slots.
    unsafe { (*(*st.vm).globals.add(st.u32(12) as usize)).cast() }
}

#[inline(always)]
unsafe fn select(st: &mut State, condition: u32) -> Flow {
    // SAFETY: the operation has vectors at 10 and 12 and a destination at 8.
    unsafe {
        let (a, b) = (st.vector_at(10), st.vector_at(12));
        let value = if condition != 0 { a } else { b }.read();
        st.put_v128(8, value);
        st.next(16)
    }
}

/// `f64x2.relaxed_madd` where the processor certainly has an instruction for it.
#[inline(always)]
pub(crate) unsafe fn f64x2_relaxed_madd(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout.
    unsafe { fused(st, |a| a) }
}

/// `f64x2.relaxed_nmadd` where the processor certainly has an instruction for it.
#[inline(always)]
pub(crate) unsafe fn f64x2_relaxed_nmadd(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout.
    unsafe { fused(st, super::f64x2_neg) }
}

/// The sum of the product and a third vector, when there is an instruction for it. `factor` makes
/// the first factor of the first operand.
#[inline(always)]
unsafe fn fused(st: &mut State, factor: impl Fn(V128) -> V128) -> bool {
    cfg_if::cfg_if! {
        if #[cfg(all(target_arch = "x86_64", target_feature = "fma"))] {
            use core::arch::x86_64::{__m128d, _mm_fmadd_pd};
            // SAFETY: by contract of the callers; the processor has these instructions.
            unsafe {
                let (a, b, c) = (factor(st.slot_v128(10)), st.slot_v128(12), st.slot_v128(14));
                let [a, b, c] = [a, b, c].map(|v| core::mem::transmute::<V128, __m128d>(v));
                st.put_v128(8, core::mem::transmute::<__m128d, V128>(_mm_fmadd_pd(a, b, c)));
            }
            true
        } else if #[cfg(all(
            target_arch = "aarch64",
            target_feature = "neon",
            target_endian = "little"
        ))] {
            use core::arch::aarch64::{float64x2_t, vfmaq_f64};
            // SAFETY: by contract of the callers; the processor has these instructions.
            unsafe {
                let (a, b, c) = (factor(st.slot_v128(10)), st.slot_v128(12), st.slot_v128(14));
                let [a, b, c] = [a, b, c].map(|v| core::mem::transmute::<V128, float64x2_t>(v));
                st.put_v128(8, core::mem::transmute::<float64x2_t, V128>(vfmaq_f64(c, a, b)));
            }
            true
        } else {
            let _ = (st, factor);
            false
        }
    }
}
