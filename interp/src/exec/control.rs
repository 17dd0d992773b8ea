//! Branches, returns, traps, fuel and interruption.

use super::state::{Exit, ExitKind, Flow, State, keep_flow};
use core::mem::MaybeUninit;
use core::sync::atomic::Ordering;
use diptych_core::Trap;
use diptych_core::vm::frame::{NEAR_RECORD, ReturnRecord};

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident |$st:ident| $body:block)*) => {$(
        $(#[$doc])*
        #[allow(unused_unsafe, reason = "a few bodies need none")]
        #[cfg_attr(not(debug_assertions), inline(always))]
        pub(crate) unsafe fn $name($st: &mut State) -> Flow {
            // SAFETY: the translator emitted this operation with operands of its layout (module
            // docs of `exec`).
            unsafe { $body }
        }
    )*};
}
pub(super) use bodies;

bodies! {
    br |st| {
        st.branch()
    }

    br_table_s |st| {
        let index = st.slot_i32(8);
        br_table(st, index)
    }

    br_table_a |st| {
        let index = st.acc_i32();
        br_table(st, index)
    }

    unreachable |st| {
        let _ = st;
        Flow::Trap(Trap::Unreachable)
    }

    trap_now |st| {
        Flow::Trap(Trap::from_code(st.u16(8) as u8).unwrap_or(Trap::Unreachable))
    }

    /// Pays for the basic block that begins here.
    fuel |st| {
        let store = (*st.vm).store;
        let cost = u64::from(st.u32(12));
        let left = (*store).fuel;
        if left < cost {
            return st.leave(Exit::of(ExitKind::OutOfFuel));
        }
        (*store).fuel = left - cost;
        st.next(16)
    }

    check_interrupt |st| {
        let word = (*(*st.vm).store).interrupt;
        if (*word).load(Ordering::Relaxed) != 0 {
            return Flow::Trap(Trap::Interrupted);
        }
        st.next(8)
    }

    ret |st| {
        let record = near_record(st);
        return_through(st, record)
    }

    ret_s |st| {
        let record = near_record(st);
        let value = st.slot_i64(8);
        st.fp.write(value);
        st.put_accumulators(value);
        return_through(st, record)
    }

    ret_a |st| {
        let record = near_record(st);
        st.fp.write(st.acc);
        return_through(st, record)
    }

    ret_f32 |st| {
        let record = near_record(st);
        st.fp.write(u64::from(st.f32acc.to_bits()));
        return_through(st, record)
    }

    ret_f64 |st| {
        let record = near_record(st);
        st.fp.write(st.f64acc.to_bits());
        return_through(st, record)
    }

    ret_imm32 |st| {
        let record = near_record(st);
        let value = u64::from(st.u32(12));
        st.fp.write(value);
        st.put_accumulators(value);
        return_through(st, record)
    }

    ret_many |st| {
        let record = st.slot_at(8).cast();
        let from = st.slot_at(10);
        move_slots(from, st.fp, st.u32(12) as usize);
        let value = st.fp.read();
        st.put_accumulators(value);
        return_through(st, record)
    }
}

/// The return record of a frame that has it near.
#[inline(always)]
unsafe fn near_record(st: &State) -> *mut ReturnRecord {
    // SAFETY: the frame includes its record.
    unsafe { st.fp.add(NEAR_RECORD).cast() }
}

/// Goes back to the caller. What it wrote to memory 0's length or base is read anew.
#[inline(always)]
pub(super) unsafe fn return_through(st: &mut State, record: *mut ReturnRecord) -> Flow {
    // SAFETY: the caller, or the driver, filled the record in; results do not reach it.
    unsafe {
        st.ip = (*record).return_pc;
        st.fp = (*record).caller_fp;
        st.mem = (*st.vm).memory0_base;
    }
    st.record = MaybeUninit::new(record);
    Flow::Next
}

/// Copies slots to the same or lower addresses, one by one: a call to `memmove` would make the
/// handler save registers.
#[inline(always)]
pub(super) unsafe fn move_slots(from: *const u64, to: *mut u64, count: usize) {
    // SAFETY: both ranges are in the frame. Volatile, so that the loop stays a loop.
    unsafe {
        let (mut from, mut to) = (from, to);
        let end = to.add(count);
        while to != end {
            to.write_volatile(from.read_volatile());
            (from, to) = (from.add(1), to.add(1));
            keep_flow();
        }
    }
}

#[inline(always)]
unsafe fn br_table(st: &mut State, index: u32) -> Flow {
    // SAFETY: `len` targets follow the operation, the default last.
    unsafe {
        let last = st.u32(12) - 1;
        let target = st
            .ip
            .add(16)
            .cast::<i32>()
            .add(index.min(last) as usize)
            .read();
        st.ip = st.ip.offset(target as isize);
    }
    Flow::Next
}
