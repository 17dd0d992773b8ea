//! The driver: enters guest code from the host, and does what handlers leave for it: slow
//! operations, host calls, translation, stack growth, traps and suspension.
//!
//! # Safety
//! The driver is what upholds the handlers' assumptions: it enters only translated code or stubs,
//! with a frame that fits the value stack, in an instance of the code's module. Between handlers
//! and driver the machine is a [`State`]; the store is reached by raw pointer only, since host
//! functions borrow it again.

use crate::code::{Callee, CodeHeader, HEADER_BYTES, Reference};
use crate::exec::{
    Exit, ExitKind, Flow, State, call_host, call_subtype, caller_of, return_from_host,
};
use crate::module::{InterpModule, Shared};
use crate::ops::{Op, Slow};
use crate::slow;
use crate::walk;
use core::mem::MaybeUninit;
use diptych_core::backend::{Activation, GoOn, Position, Suspension};
use diptych_core::types::{DefinedFuncIdx, TypeId};
use diptych_core::vm::frame::{RECORD_SLOTS, ReturnRecord};
use diptych_core::vm::{FuncRef, StackMark, Status, VmStore, call_array, heap_calls, libcalls};
use diptych_core::{Error, Trap, backtrace};

/// The slots at the beginning of a stack segment that link it to the one below: the frame and
/// the record of the call there, that segment's number, and the number of exchange slots.
pub(crate) const LINK_SLOTS: usize = 4;

/// The uniform entry of interpreted functions ([`ArrayCall`](diptych_core::vm::ArrayCall)).
///
/// # Safety
/// As `ArrayCall`; the callee is a function of an instance of one of this backend's modules.
pub(crate) unsafe extern "C-unwind" fn array_call(
    callee: *mut FuncRef,
    store: *mut VmStore,
    slots: *mut u64,
) -> Status {
    // SAFETY: by contract.
    unsafe {
        let ctx = (*callee).ctx;
        let module = InterpModule::of((*ctx).interp);
        let code = match module.translated(DefinedFuncIdx((*callee).func)) {
            Ok(code) => code,
            Err(error) => return fail(store, error),
        };
        (*callee).interp_code = code.cast();
        if !VmStore::may_enter(store) {
            return fail(store, Trap::StackOverflow.into());
        }
        let mut activation = Enter::new(store);
        // Arguments and record stay where the activation begins, whatever segment the frame
        // comes to be in: that is where results are looked for.
        let exchange = usize::from((*code).exchange);
        let record = usize::from((*code).record);
        let mut fp = (*store).stack_top;
        let end = fp.wrapping_add(record + RECORD_SLOTS);
        if end as usize > (*store).stack_limit as usize {
            let Some((base, limit)) = (*store).stack.push_segment(record + RECORD_SLOTS) else {
                return fail(store, Trap::StackOverflow.into());
            };
            (*store).stack_limit = limit;
            fp = base;
        }
        if fp != slots {
            core::ptr::copy(slots, fp, exchange);
        }
        let record = fp.add(record).cast::<ReturnRecord>();
        (*record).return_pc = module.shared.host_return;
        (*record).caller_fp = fp;
        let mut st = State {
            ip: code.cast(),
            fp,
            mem: (*ctx).memory0_base,
            acc: 0,
            record: MaybeUninit::new(record),
            vm: ctx,
            f32acc: 0.0,
            f64acc: 0.0,
        };
        if let Err(error) = enter_code(&mut st, store, &module.shared) {
            return fail(store, error);
        }
        let status = activation.run(&mut st, &module.shared);
        if status == Status::Done && fp != slots {
            core::ptr::copy(fp, slots, exchange);
        }
        status
    }
}

/// What is done with a suspended guest, which is all on its value stack.
const GO_ON: GoOn = GoOn {
    resume,
    discard: |_| (),
};

/// Continues a suspended guest.
///
/// # Safety
/// As [`Resume`](diptych_core::backend::Resume).
pub(crate) unsafe fn resume(store: *mut VmStore, suspension: Suspension) -> Status {
    // SAFETY: by contract.
    unsafe {
        let Suspension { at, value, by_host } = suspension;
        if !VmStore::may_enter(store) {
            return fail(store, Trap::StackOverflow.into());
        }
        let mut activation = Enter::new(store);
        let module = InterpModule::of((*at.ctx).interp);
        let mut st = State {
            ip: at.pc,
            fp: at.fp,
            mem: (*at.ctx).memory0_base,
            acc: 0,
            record: MaybeUninit::uninit(),
            vm: at.ctx,
            f32acc: 0.0,
            f64acc: 0.0,
        };
        if by_host {
            return_from_host(&mut st, value as *mut ReturnRecord);
        }
        activation.run(&mut st, &module.shared)
    }
}

/// Leaves `error` for the caller.
unsafe fn fail(store: *mut VmStore, error: Error) -> Status {
    // SAFETY: the store is valid.
    unsafe { (*store).pending = Some(error) };
    Status::Error
}

/// What entering guest code changes in the store. It is put back when this is dropped, also by a
/// panic.
struct Enter {
    store: *mut VmStore,
    activation: Activation,
    resumable: bool,
    /// Whether the guest's stack and position are the embedder's now.
    suspended: bool,
    stack: StackMark,
}

impl Enter {
    /// Where another activation [may come](VmStore::may_enter).
    #[inline(always)]
    unsafe fn new(store: *mut VmStore) -> Self {
        // SAFETY: the store is valid.
        unsafe {
            (*store).activation_depth += 1;
            Self {
                store,
                activation: Activation {
                    outer: (*store).activation,
                    outer_exit: VmStore::exit(store),
                    walk: walk::walk,
                },
                resumable: core::mem::take(&mut (*store).resumable),
                suspended: false,
                stack: VmStore::stack_mark(store),
            }
        }
    }

    /// Runs the machine until the activation ends. Not by value, which would be a copy.
    #[inline(always)]
    unsafe fn run(&mut self, st: &mut State, shared: &Shared) -> Status {
        // SAFETY: the list holds this activation only while it is on the native stack.
        unsafe {
            (*self.store).activation = &raw const self.activation;
            // Mostly this is all, and then without what the driver saves.
            let exit = shared.run(st);
            let status = match exit.kind() {
                ExitKind::HostReturn => Status::Done,
                _ => drive(st, self.store, shared, self.resumable, exit),
            };
            self.suspended = status == Status::Suspended;
            status
        }
    }
}

impl Drop for Enter {
    fn drop(&mut self) {
        // SAFETY: the store is valid; frames above this activation's are dead.
        unsafe {
            (*self.store).activation_depth -= 1;
            (*self.store).activation = self.activation.outer;
            if !self.suspended {
                VmStore::cut_stack(self.store, self.stack);
                VmStore::set_exit(self.store, self.activation.outer_exit);
            }
        }
    }
}

/// Serves handlers, which left with `exit`, and runs them, until the function that the host called
/// returns or fails.
#[inline(never)]
unsafe fn drive(
    st: &mut State,
    store: *mut VmStore,
    shared: &Shared,
    resumable: bool,
    exit: Exit,
) -> Status {
    // SAFETY: each arm serves the exit as its kind documents; see the module docs.
    unsafe {
        let mut next = Some(exit);
        loop {
            let exit = match next.take() {
                Some(exit) => exit,
                None => shared.run(st),
            };
            let result = match exit.kind() {
                ExitKind::HostReturn => return Status::Done,
                ExitKind::Slow => slow::execute(st, Slow::ALL[exit.argument() as usize]),
                ExitKind::HostCall => {
                    let record = st.record.assume_init();
                    leave_for_host(st, store, shared, record);
                    let callee = st.acc as *mut FuncRef;
                    if !(*callee).ctx.is_null() && caller_of(record, st.vm, shared).is_none() {
                        // Only a tail call leaves no one to return to: the callee takes the place
                        // of this activation, and takes no more stack than it.
                        (*store).tail_callee = callee;
                        (*store).tail_slots = st.fp;
                        return Status::TailCall;
                    }
                    if call_array(callee, store, st.fp) == Status::Done {
                        return_from_host(st, record);
                    } else if let Some(status) = without_results(st, store, shared, resumable) {
                        return status;
                    }
                    Ok(())
                }
                ExitKind::CallHost => {
                    save_position(st, store);
                    next = call_host(st, exit.argument() as usize);
                    Ok(())
                }
                ExitKind::HostFailed => match without_results(st, store, shared, resumable) {
                    Some(status) => return status,
                    None => Ok(()),
                },
                ExitKind::LazyDirect | ExitKind::LazyRef => match translate_callee(st, exit.kind())
                {
                    Ok(code) => {
                        st.ip = code.cast();
                        enter_code(st, store, shared)
                    }
                    Err(error) => Err(error),
                }
                .map_err(|error| at_caller(st, shared, error)),
                ExitKind::StackFull => {
                    enter_code(st, store, shared).map_err(|error| at_caller(st, shared, error))
                }
                ExitKind::SegmentReturn => {
                    leave_segment(st, store);
                    Ok(())
                }
                ExitKind::CheckSubtype => {
                    let callee = st.acc as *mut FuncRef;
                    if libcalls::funcref_is_subtype(callee, TypeId(st.u32(16))) {
                        next = match call_subtype(st, exit.argument()) {
                            Flow::Next | Flow::Taken => None,
                            Flow::Leave(exit) => Some(exit),
                            Flow::Trap(trap) => Some(Exit::trap(trap)),
                        };
                        Ok(())
                    } else {
                        Err(Trap::IndirectCallTypeMismatch.into())
                    }
                }
                ExitKind::OutOfFuel if !(*store).fiber.is_null() => {
                    (*store).pending = Some(Trap::OutOfFuel.into());
                    (*store).failed_host = core::ptr::null_mut();
                    suspend(store, core::ptr::null_mut());
                    Ok(())
                }
                ExitKind::OutOfFuel if resumable => {
                    save_position(st, store);
                    (*store).pending = Some(Trap::OutOfFuel.into());
                    (*store).failed_host = core::ptr::null_mut();
                    (*store).exit_resume = Some(GO_ON);
                    return Status::Suspended;
                }
                ExitKind::OutOfFuel => Err(Trap::OutOfFuel.into()),
                ExitKind::Trap if exit.argument() == Trap::Interrupted as u64 => {
                    let at = Position {
                        pc: st.ip,
                        fp: st.fp,
                        ctx: st.vm,
                    };
                    let go_on = backtrace::interrupted(store, None, at);
                    // Behind the operation that looks for interruption.
                    let _ = st.next(Op::CheckInterrupt.size());
                    go_on
                }
                ExitKind::Trap => Err(Trap::from_code(exit.argument() as u8)
                    .unwrap_or(Trap::Unreachable)
                    .into()),
                ExitKind::Probe | ExitKind::Vectors => {
                    Err(Error::msg("the interpreter left for no reason"))
                }
            };
            if let Err(mut error) = result {
                if (*store).exception != 0 {
                    if unwind(st, store, shared) {
                        continue;
                    }
                    return Status::Error;
                }
                save_position(st, store);
                backtrace::attach(store, &mut error);
                return fail(store, error);
            }
        }
    }
}

/// What comes after a call by [`ExitKind::HostCall`] that did not end with results. Gives how the
/// activation ends, if it does.
///
/// # Safety
/// `st` is as it left for the call.
#[cold]
unsafe fn without_results(
    st: &mut State,
    store: *mut VmStore,
    shared: &Shared,
    resumable: bool,
) -> Option<Status> {
    // SAFETY: by contract.
    unsafe {
        let record = st.record.assume_init();
        let is_host = (*(st.acc as *mut FuncRef)).ctx.is_null();
        if is_host && !(*store).fiber.is_null() && (*store).can_wait() {
            suspend(store, st.fp);
            return_from_host(st, record);
            return None;
        }
        if is_host && resumable && (*store).can_wait() {
            (*store).exit_fp = st.fp;
            (*store).exit_ctx = st.vm;
            (*store).exit_value = record as u64;
            (*store).exit_resume = Some(GO_ON);
            return Some(Status::Suspended);
        }
        if (*store).exception != 0 {
            let caught = to_caller(st, store, shared, record) && unwind(st, store, shared);
            return (!caught).then_some(Status::Error);
        }
        if let Some(error) = &mut (*store).pending {
            leave_for_host(st, store, shared, record);
            backtrace::attach(store, error);
        }
        Some(Status::Error)
    }
}

/// Finds who catches the store's exception in this activation, from the frame on in which the
/// machine is, and goes on there. Says whether there is someone.
///
/// # Safety
/// The machine is at an operation of a live frame.
unsafe fn unwind(st: &mut State, store: *mut VmStore, shared: &Shared) -> bool {
    // SAFETY: by contract; a handler's target and slots are those of its function, whose frame
    // this is. Frames further in are dead.
    unsafe {
        let exception = (*store).exception;
        loop {
            let ctx = st.vm;
            let has_tag = |tag| heap_calls::exception_has_tag(ctx, exception, tag);
            let module = InterpModule::of((*ctx).interp);
            let Some((header, handler)) = module.handler_at(st.ip, has_tag) else {
                return false;
            };
            let Some(clause) = handler else {
                let record = st.fp.add((*header).record.into());
                if to_caller(st, store, shared, record.cast()) {
                    continue;
                }
                return false;
            };
            let mut slot = st.fp.add(clause.slot.into());
            if clause.reference == Reference::Before {
                slot.write(exception);
                slot = slot.add(1);
            }
            if clause.tag.is_some() {
                slot = heap_calls::exception_values(ctx, exception, slot);
            }
            if clause.reference == Reference::Behind {
                slot.write(exception);
            }
            (*store).exception = 0;
            st.ip = header
                .cast::<u8>()
                .add(HEADER_BYTES + clause.target as usize);
            st.mem = (*ctx).memory0_base;
            return true;
        }
    }
}

/// Goes to the operation that called the function with this return record. Says whether it is one
/// of this activation.
///
/// # Safety
/// The record is live.
unsafe fn to_caller(
    st: &mut State,
    store: *mut VmStore,
    shared: &Shared,
    mut record: *const ReturnRecord,
) -> bool {
    // SAFETY: by contract; the records of callers are live, and what the driver left at the
    // beginning of a segment leads to the one in the segment below.
    unsafe {
        loop {
            let mut pc = (*record).return_pc;
            let fp = (*record).caller_fp;
            if pc == shared.cross_return {
                st.vm = (*record).caller_ctx;
                pc = (*record).resume_pc;
            }
            if pc == shared.host_return {
                return false;
            }
            if pc != shared.segment_return {
                st.ip = pc.wrapping_sub(1);
                st.fp = fp;
                return true;
            }
            let link = fp.sub(LINK_SLOTS);
            record = link.add(1).read() as *const ReturnRecord;
            let (_, limit) = (*store).stack.restore(link.add(2).read() as usize);
            (*store).stack_limit = limit;
        }
    }
}

/// Notes where the guest is.
pub(crate) unsafe fn save_position(st: &State, store: *mut VmStore) {
    // SAFETY: the store is valid.
    unsafe {
        (*store).exit_pc = st.ip;
        (*store).exit_fp = st.fp;
        (*store).exit_ctx = st.vm;
    }
}

/// Notes where the guest is when a host function runs, and where a guest that it calls may put
/// its frames.
unsafe fn leave_for_host(
    st: &State,
    store: *mut VmStore,
    shared: &Shared,
    record: *mut ReturnRecord,
) {
    // SAFETY: the record is live.
    unsafe {
        let (pc, fp) = match caller_of(record, st.vm, shared) {
            None => (core::ptr::null(), st.fp),
            Some(caller) if caller.ctx == st.vm => (caller.pc, caller.fp),
            // The host function took the place of a function of this instance that was called
            // from another one. The host is to see this instance; `walk` goes on from the record.
            Some(_) => (shared.cross_return, record.cast()),
        };
        (*store).exit_pc = pc;
        (*store).exit_fp = fp;
        (*store).exit_ctx = st.vm;
        (*store).stack_top = record.add(1).cast();
    }
}

/// Suspends the guest, which runs on a native stack of its own; returns when it is resumed.
unsafe fn suspend(store: *mut VmStore, slots: *mut u64) {
    // SAFETY: the driver has nothing on its stack that has a destructor.
    unsafe {
        if let Some(fibers) = (*store).fibers {
            (fibers.suspend)(store, slots);
        }
    }
}

/// Goes back to the caller of a function that could not be entered, so that the error is
/// reported where the call is.
unsafe fn at_caller(st: &mut State, shared: &Shared, error: Error) -> Error {
    // SAFETY: the record of the call is live.
    unsafe {
        let caller = caller_of(st.record.assume_init(), st.vm, shared);
        match caller {
            Some(Position { pc, fp, ctx }) => {
                st.ip = pc;
                st.fp = fp;
                st.vm = ctx;
            }
            None => st.ip = core::ptr::null(),
        }
    }
    error
}

/// Translates the function that a stub stood for.
unsafe fn translate_callee(st: &State, kind: ExitKind) -> Result<*const CodeHeader, Error> {
    // SAFETY: `acc` identifies the callee as the kind documents, and `vm` is its instance.
    unsafe {
        let module = InterpModule::of((*st.vm).interp);
        if kind == ExitKind::LazyDirect {
            module.link(&*(st.acc as *const Callee))
        } else {
            let callee = st.acc as *mut FuncRef;
            let code = module.translated(DefinedFuncIdx((*callee).func))?;
            (*callee).interp_code = code.cast();
            Ok(code)
        }
    }
}

/// Enters the code at `st.ip` with the frame at `st.fp`, in a further segment of the value stack
/// when it does not fit the current one.
unsafe fn enter_code(st: &mut State, store: *mut VmStore, shared: &Shared) -> Result<(), Error> {
    // SAFETY: `st` is as a call left it: `ip` the code, `fp` the frame, `record` the record.
    unsafe {
        let code = st.ip.cast::<CodeHeader>();
        let frame = (*code).frame_bytes as usize;
        if (st.fp as usize).wrapping_add(frame) > (*store).stack_limit as usize {
            let below = (*store).stack.current();
            let Some((base, limit)) = (*store).stack.push_segment(frame / 8 + LINK_SLOTS) else {
                return Err(Trap::StackOverflow.into());
            };
            (*store).stack_limit = limit;
            let exchange = usize::from((*code).exchange);
            base.write(st.fp as u64);
            base.add(1).write(st.record.assume_init() as u64);
            base.add(2).write(below as u64);
            base.add(3).write(exchange as u64);
            let fp = base.add(LINK_SLOTS);
            core::ptr::copy_nonoverlapping(st.fp, fp, exchange);
            let record = fp.add((*code).record.into()).cast::<ReturnRecord>();
            (*record).return_pc = shared.segment_return;
            (*record).caller_fp = fp;
            st.fp = fp;
            st.record = MaybeUninit::new(record);
        }
        st.ip = code.cast::<u8>().add(HEADER_BYTES);
        st.mem = (*st.vm).memory0_base;
        Ok(())
    }
}

/// Returns from a function whose frame began a segment to the segment below.
unsafe fn leave_segment(st: &mut State, store: *mut VmStore) {
    // SAFETY: `fp` is the first frame of its segment, and `enter_code` wrote the link.
    unsafe {
        let link = st.fp.sub(LINK_SLOTS);
        let below = link.read() as *mut u64;
        let record = link.add(1).read() as *mut ReturnRecord;
        let segment = link.add(2).read() as usize;
        let exchange = link.add(3).read() as usize;
        core::ptr::copy_nonoverlapping(st.fp, below, exchange);
        let (_, limit) = (*store).stack.restore(segment);
        (*store).stack_limit = limit;
        st.fp = below;
        return_from_host(st, record);
    }
}

const _: () = assert!(size_of::<ReturnRecord>() <= RECORD_SLOTS * 8);
