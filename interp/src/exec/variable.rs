//! Moves, globals and `select`.

use super::control::{bodies, move_slots};
use super::state::{Flow, State, keep_flow};

bodies! {
    copy |st| {
        let value = st.slot_i64(10);
        st.put_i64(8, value);
        st.next(16)
    }

    /// Two copies, one after the other: the second sees the first's effect.
    copy2 |st| {
        let value = st.slot_i64(10);
        st.put_i64(8, value);
        let value = st.slot_i64(14);
        st.put_i64(12, value);
        st.next(16)
    }

    copy_acc |st| {
        st.acc = st.slot_i64(10);
        let value = st.acc;
        st.put_i64(8, value);
        st.next(16)
    }

    copy2_acc |st| {
        let value = st.slot_i64(10);
        st.put_i64(8, value);
        st.acc = st.slot_i64(14);
        let value = st.acc;
        st.put_i64(12, value);
        st.next(16)
    }

    /// Copies to lower slots, the lowest first.
    copy_many |st| {
        move_slots(st.slot_at(10), st.slot_at(8), st.u32(12) as usize);
        st.next(16)
    }

    copy_imm32 |st| {
        let value = st.u32(12);
        st.put_i32(8, value);
        st.next(16)
    }

    copy_imm64 |st| {
        let value = st.u64(16);
        st.put_i64(8, value);
        st.next(24)
    }

    spill_acc |st| {
        let value = st.acc;
        st.put_i64(8, value);
        st.next(16)
    }

    spill_f32 |st| {
        let value = st.f32acc;
        st.put_f32(8, value);
        st.next(16)
    }

    spill_f64 |st| {
        let value = st.f64acc;
        st.put_f64(8, value);
        st.next(16)
    }

    zero_locals |st| {
        let mut slot = st.slot_at(8);
        let end = slot.add(st.u32(12) as usize);
        while slot != end {
            // Volatile, so that no `memset` is called.
            slot.write_volatile(0);
            slot.add(1).write_volatile(0);
            slot = slot.add(2);
            keep_flow();
        }
        st.next(16)
    }

    global_get_a |st| {
        st.acc = global(st, 12).read();
        st.next(16)
    }

    global_get_s |st| {
        st.acc = global(st, 12).read();
        let value = st.acc;
        st.put_i64(8, value);
        st.next(16)
    }

    global_set_s |st| {
        global(st, 12).write(st.slot_i64(8));
        st.next(16)
    }

    global_set_a |st| {
        global(st, 12).write(st.acc);
        st.next(16)
    }

    global_set_imm |st| {
        global(st, 12).write(st.u64(16));
        st.next(24)
    }

    select_s |st| {
        let cond = st.slot_i32(14);
        select(st, cond)
    }

    select_a |st| {
        let cond = st.acc_i32();
        select(st, cond)
    }

    select_imm_b |st| {
        let (a, b) = (st.slot_i64(10), st.u32(12).into());
        selected(st, a, b, 16)
    }

    select_imm_a |st| {
        let (a, b) = (st.u32(12).into(), st.slot_i64(10));
        selected(st, a, b, 16)
    }

    select_imm |st| {
        let (a, b) = (st.u32(12).into(), st.u32(16).into());
        selected(st, a, b, 24)
    }
}

/// The first slot of the global that the field at `offset` names.
#[inline(always)]
unsafe fn global(st: &State, offset: usize) -> *mut u64 {
    // SAFETY: the global exists by validation.
    unsafe { (*(*st.vm).globals.add(st.u32(offset) as usize)).cast() }
}

#[inline(always)]
unsafe fn select(st: &mut State, cond: u32) -> Flow {
    // SAFETY: the operation has slots at 10 and 12 and a destination at 8.
    unsafe {
        let (a, b) = (st.slot_i64(10), st.slot_i64(12));
        let value = if cond != 0 { a } else { b };
        st.acc = value;
        st.put_i64(8, value);
        st.next(16)
    }
}

/// The result is `a` when the accumulator is not zero, else `b`.
#[inline(always)]
unsafe fn selected(st: &mut State, a: u64, b: u64, size: usize) -> Flow {
    // No branch: nobody knows which.
    let value = core::hint::select_unpredictable(st.acc_i32() != 0, a, b);
    st.acc = value;
    // SAFETY: the operation has a destination at 8.
    unsafe {
        st.put_i64(8, value);
        st.next(size)
    }
}
