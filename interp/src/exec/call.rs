//! Calls, of every kind, and the stubs that stand where a function has no code.
//!
//! A call lays nothing out: the arguments already are where the callee's frame begins. It writes
//! the return record, leaves the record's address in `record` and the callee's identity in `acc`
//! (the operation's [`Callee`] of a direct call, the function's reference otherwise: stubs find the
//! callee by it), and enters the code that the one or the other holds, whatever it is.
//!
//! What a processor waits for between two operations is the address of the next one. That is why
//! direct calls hold the callee's code themselves, and why the record of most functions is at one
//! slot: each load on the way from one instruction pointer to the next costs more than the rest of
//! an operation.

use super::control::{bodies, move_slots, return_through};
use super::state::{Exit, ExitKind, Flow, State};
use crate::code::{Callee, CodeHeader, HEADER_BYTES};
use crate::driver::LINK_SLOTS;
use crate::module::Shared;
use core::mem::MaybeUninit;
use diptych_core::Trap;
use diptych_core::backend::Position;
use diptych_core::types::TypeId;
use diptych_core::vm::frame::{NEAR_RECORD, ReturnRecord};
use diptych_core::vm::{FuncRef, Status, VmCtx};

bodies! {
    call_direct |st| {
        let fp = st.slot_at(8);
        call_direct_with(st, fp, fp.add(NEAR_RECORD).cast())
    }

    call_direct_far |st| {
        let fp = st.slot_at(8);
        call_direct_with(st, fp, fp.add(usize::from(st.u16(10))).cast())
    }

    call_import |st| {
        let callee = *(*st.vm).imported_funcs.add(st.u32(12) as usize);
        call(st, callee, 16)
    }

    call_indirect_s |st| {
        let index = st.slot_i64(12);
        match table_element(st, index, CALL) {
            Ok(callee) => call(st, callee, 24),
            Err(flow) => flow,
        }
    }

    call_indirect_a |st| {
        let index = st.acc;
        match table_element(st, index, CALL) {
            Ok(callee) => call(st, callee, 24),
            Err(flow) => flow,
        }
    }

    call_ref |st| {
        let callee = st.slot_i64(12) as *mut FuncRef;
        if callee.is_null() {
            return Flow::Trap(Trap::NullFunctionReference);
        }
        call(st, callee, 16)
    }

    tail_call_direct |st| {
        let callee = st.ip.add(16).cast::<Callee>();
        let record = move_frame(st);
        st.acc = callee as u64;
        let fp = st.fp;
        enter(st, (*callee).entry(), fp, record)
    }

    tail_call_import |st| {
        let callee = *(*st.vm).imported_funcs.add(st.u32(16) as usize);
        tail_call(st, callee)
    }

    tail_call_indirect |st| {
        let index = st.slot_i64(24);
        match table_element(st, index, TAIL_CALL) {
            Ok(callee) => tail_call(st, callee),
            Err(flow) => flow,
        }
    }

    tail_call_ref |st| {
        let callee = st.slot_i64(16) as *mut FuncRef;
        if callee.is_null() {
            return Flow::Trap(Trap::NullFunctionReference);
        }
        tail_call(st, callee)
    }

    stub_host_return |st| {
        st.leave(Exit::of(ExitKind::HostReturn))
    }

    /// The callee was of another instance.
    stub_cross_return |st| {
        let record = st.record.assume_init();
        st.vm = (*record).caller_ctx;
        st.mem = (*st.vm).memory0_base;
        st.ip = (*record).resume_pc;
        Flow::Next
    }

    stub_segment_return |st| {
        st.leave(Exit::of(ExitKind::SegmentReturn))
    }

    stub_host_call |st| {
        st.leave(Exit::of(ExitKind::HostCall))
    }

    stub_lazy_direct |st| {
        st.leave(Exit::of(ExitKind::LazyDirect))
    }

    stub_lazy_ref |st| {
        st.leave(Exit::of(ExitKind::LazyRef))
    }

    /// The self-test's end: tells how deep the native stack is.
    stub_probe |st| {
        let here = 0u8;
        let depth = core::ptr::from_ref(&here) as u64;
        st.acc = depth;
        st.leave(Exit::of(ExitKind::Probe))
    }
}

/// Writes the record of a call inside the instance, whose operation is `size` bytes long.
#[inline(always)]
unsafe fn write_record(st: &State, record: *mut ReturnRecord, size: usize) {
    // SAFETY: the caller's frame includes the callee's record.
    unsafe {
        (*record).return_pc = st.ip.add(size);
        (*record).caller_fp = st.fp;
    }
}

#[inline(always)]
unsafe fn call_direct_with(st: &mut State, fp: *mut u64, record: *mut ReturnRecord) -> Flow {
    // SAFETY: the operation has a `Callee` at 8.
    unsafe {
        let callee = st.ip.add(8).cast::<Callee>();
        write_record(st, record, 24);
        st.acc = callee as u64;
        enter(st, (*callee).entry(), fp, record)
    }
}

/// The frame and the record of the callee, from an operation with `frame` at 8 and `record` at 10.
#[inline(always)]
unsafe fn callee_frame(st: &State) -> (*mut u64, *mut ReturnRecord) {
    // SAFETY: the caller's frame includes the callee's record.
    unsafe {
        let fp = st.slot_at(8);
        (fp, fp.add(usize::from(st.u16(10))).cast())
    }
}

/// Calls a function by reference, from an operation with `frame` at 8 and `record` at 10. What is
/// left for a host function [`call_host`] does.
#[inline(always)]
unsafe fn call(st: &mut State, callee: *mut FuncRef, size: usize) -> Flow {
    // SAFETY: function references live as long as the store.
    unsafe {
        st.acc = callee as u64;
        let ctx = (*callee).ctx;
        let (fp, record) = callee_frame(st);
        if ctx == st.vm {
            write_record(st, record, size);
        } else if ctx.is_null() {
            return st.leave(Exit::new(ExitKind::CallHost, size as u64));
        } else {
            write_record(st, record, size);
            cross(st, record, ctx);
        }
        enter(st, (*callee).interp_code.cast(), fp, record)
    }
}

/// Goes over to another instance: the return will pass through the stub that comes back.
#[inline(always)]
unsafe fn cross(st: &mut State, record: *mut ReturnRecord, ctx: *mut VmCtx) {
    // SAFETY: a record has room for it; `code` is the handle of this backend's module.
    unsafe {
        (*record).caller_ctx = st.vm;
        (*record).resume_pc = (*record).return_pc;
        (*record).return_pc = Shared::of((*st.vm).interp).cross_return;
        st.vm = ctx;
        st.mem = (*ctx).memory0_base;
    }
}

/// Enters `code` with a frame at `fp`.
#[inline(always)]
unsafe fn enter(
    st: &mut State,
    code: *const CodeHeader,
    fp: *mut u64,
    record: *mut ReturnRecord,
) -> Flow {
    st.record = MaybeUninit::new(record);
    st.fp = fp;
    // SAFETY: `code` is a function or a stub; the frame is checked against the stack's limit.
    unsafe {
        let end = (fp as usize).wrapping_add((*code).frame_bytes as usize);
        if end > (*(*st.vm).store).stack_limit as usize {
            st.ip = code.cast();
            return st.leave(Exit::of(ExitKind::StackFull));
        }
        st.ip = code.cast::<u8>().add(HEADER_BYTES);
    }
    Flow::Next
}

/// Calls the host function in `acc` for the operation at `ip`, of `size` bytes, and goes on behind
/// it. The record, by which callees are returned from, is not needed for it: it runs in its
/// caller's instance, and the machine stays where it is.
///
/// Gives how to go on when the function has not returned.
///
/// # Safety
/// `st` is as it left with [`ExitKind::CallHost`], and the store's exit position is that.
#[inline(always)]
pub(crate) unsafe fn call_host(st: &mut State, size: usize) -> Option<Exit> {
    // SAFETY: by contract; arguments are where the callee's frame would begin, and what is beyond
    // its record is free.
    unsafe {
        let store = (*st.vm).store;
        let callee = st.acc as *mut FuncRef;
        let (frame, record) = callee_frame(st);
        (*store).stack_top = record.add(1).cast();
        // No tail call has to be followed, as `call_array` does: host functions make none.
        if ((*callee).array_call)(callee, store, frame) == Status::Done {
            st.put_accumulators(frame.read());
            st.mem = (*st.vm).memory0_base;
            let _ = st.next(size);
            return None;
        }
        write_record(st, record, size);
        st.fp = frame;
        st.record = MaybeUninit::new(record);
        Some(Exit::of(ExitKind::HostFailed))
    }
}

/// The argument of [`ExitKind::CheckSubtype`] for a call.
const CALL: u64 = 0;
/// The argument of [`ExitKind::CheckSubtype`] for a tail call.
const TAIL_CALL: u64 = 1;

/// The element `index` of the table that the field at 20 names, when it is a function of exactly
/// the type that the field at 16 names. Whether another type is a subtype the driver finds out.
#[inline(always)]
unsafe fn table_element(st: &mut State, index: u64, kind: u64) -> Result<*mut FuncRef, Flow> {
    // SAFETY: the table exists by validation; its elements are null or function references.
    unsafe {
        let table = *(*st.vm).tables.add(st.u32(20) as usize);
        if index >= (*table).len as u64 {
            return Err(Flow::Trap(Trap::UndefinedElement));
        }
        let callee = (*table).base.add(index as usize).read() as *mut FuncRef;
        if callee.is_null() {
            return Err(Flow::Trap(Trap::UninitializedElement));
        }
        if (*callee).type_id != TypeId(st.u32(16)) {
            st.acc = callee as u64;
            return Err(st.leave(Exit::new(ExitKind::CheckSubtype, kind)));
        }
        Ok(callee)
    }
}

/// Goes on with an indirect call whose callee, in `acc`, turned out to be of a subtype.
///
/// # Safety
/// `st` is as it left with [`ExitKind::CheckSubtype`] and this argument.
pub(crate) unsafe fn call_subtype(st: &mut State, kind: u64) -> Flow {
    let callee = st.acc as *mut FuncRef;
    // SAFETY: by contract.
    unsafe {
        if kind == TAIL_CALL {
            tail_call(st, callee)
        } else {
            call(st, callee, 24)
        }
    }
}

/// Moves the arguments of a tail call to the frame's beginning and the record behind them.
#[inline(always)]
unsafe fn move_frame(st: &mut State) -> *mut ReturnRecord {
    // SAFETY: the frame includes the record at its new place.
    unsafe {
        let old = st
            .fp
            .add(usize::from(st.u16(12)))
            .cast::<ReturnRecord>()
            .read();
        move_slots(st.slot_at(8), st.fp, usize::from(st.u16(14)));
        let record = st.fp.add(usize::from(st.u16(10))).cast::<ReturnRecord>();
        record.write(old);
        record
    }
}

#[inline(always)]
unsafe fn tail_call(st: &mut State, callee: *mut FuncRef) -> Flow {
    // SAFETY: as `call`.
    unsafe {
        let record = move_frame(st);
        st.acc = callee as u64;
        let ctx = (*callee).ctx;
        if ctx != st.vm && !ctx.is_null() {
            if (*record).return_pc == Shared::of((*st.vm).interp).cross_return {
                // The return already restores the instance of the first caller.
                st.vm = ctx;
                st.mem = (*ctx).memory0_base;
            } else {
                cross(st, record, ctx);
            }
        }
        let fp = st.fp;
        enter(st, (*callee).interp_code.cast(), fp, record)
    }
}

/// Where the function with this record returns to; `None` when the host called it.
///
/// The position is one byte before the instruction that runs next, inside the call.
///
/// # Safety
/// The record is live, and `ctx` is the instance of its function.
pub(crate) unsafe fn caller_of(
    mut record: *const ReturnRecord,
    mut ctx: *mut VmCtx,
    shared: &Shared,
) -> Option<Position> {
    // SAFETY: by contract; the last two fields are there when `return_pc` is the stub that wants
    // them.
    unsafe {
        loop {
            let mut pc = (*record).return_pc;
            let fp = (*record).caller_fp;
            if pc == shared.cross_return {
                ctx = (*record).caller_ctx;
                pc = (*record).resume_pc;
            }
            if pc == shared.host_return {
                return None;
            }
            if pc != shared.segment_return {
                return Some(Position {
                    pc: pc.wrapping_sub(1),
                    fp,
                    ctx,
                });
            }
            // The frame begins a segment, and what the driver left before it is the record in
            // the segment below.
            record = fp.sub(LINK_SLOTS).add(1).read() as *const ReturnRecord;
        }
    }
}

/// Returns through a record on behalf of a host function, whose first result, if any, is in the
/// frame's first slot.
///
/// # Safety
/// The frame at `st.fp` and its record are live.
pub(crate) unsafe fn return_from_host(st: &mut State, record: *mut ReturnRecord) {
    // SAFETY: by contract.
    unsafe {
        let value = st.fp.read();
        st.put_accumulators(value);
        let _ = return_through(st, record);
    }
}
