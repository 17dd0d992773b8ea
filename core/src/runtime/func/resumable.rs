//! Calls that can be suspended and resumed.
//!
//! A resumable call runs on a value stack of its own, which outlives the native call.

use super::{Func, FuncObject, Signature};
use super::{check_values, make_room, pending, read_slots, write_slots};
use crate::backend::{GoOn, Resume, Suspension};
use crate::error::{Error, Result};
use crate::runtime::Val;
use crate::store::{AsContextMut, CallGuard, StoreId};
use crate::trap::Trap;
use crate::vm::{FuncRef, Status, ValueStack, VmStore, call_array};
use alloc::sync::Arc;
use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr;

/// How a resumable call ended, for now.
#[derive(Debug)]
#[must_use]
pub enum ResumableCall {
    /// The function returned; its results are where the caller wanted them.
    Finished,
    /// The guest is suspended.
    Suspended(SuspendedCall),
}

/// A guest that is suspended in the middle of a call. As long as there is one in a store, nothing is
/// collected there: the heap for objects of guests can only grow.
///
/// It can be kept as long as wanted, moved to another thread, and dropped. The store can be used
/// for other calls in the meantime.
pub struct SuspendedCall {
    store: StoreId,
    func: Func,
    signature: Signature,
    stack: ValueStack,
    /// The segment of the stack that is in use.
    segment: usize,
    /// Where the results of the whole call will be.
    results: *mut u64,
    guest: Guest,
    /// Keeps the collector from the references that the guest holds.
    pause: Option<Arc<()>>,
    /// The host function that failed; null when fuel is used up.
    host: *mut FuncRef,
    error: Error,
}

/// A guest that waits to be resumed; it is given up when this is dropped.
struct Guest {
    suspension: Suspension,
    go_on: GoOn,
}

impl Guest {
    /// What resumes it, which is to be done.
    fn into_parts(self) -> (Suspension, Resume) {
        let this = ManuallyDrop::new(self);
        (this.suspension, this.go_on.resume)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // SAFETY: it is suspended: when it is resumed, this is not run.
        unsafe { (self.go_on.discard)(&self.suspension) };
    }
}

// SAFETY: the stack is its own, and the addresses in it are used only together with the store.
unsafe impl Send for SuspendedCall {}
// SAFETY: a shared reference gives nothing but copies.
unsafe impl Sync for SuspendedCall {}

impl SuspendedCall {
    /// Why the guest is suspended: what the host function returned, or
    /// [`Trap::OutOfFuel`]. No backtrace is made of where that was.
    pub const fn error(&self) -> &Error {
        &self.error
    }

    /// Gives up the guest and keeps why it was suspended.
    pub fn into_error(self) -> Error {
        self.error
    }

    /// The host function whose error suspended the guest; `None` when fuel is used up.
    ///
    /// To resume, its results are needed.
    pub fn host_func(&self) -> Option<Func> {
        // SAFETY: the function belongs to the store.
        ptr::NonNull::new(self.host).map(|host| unsafe { Func::from_raw(self.store, host) })
    }

    /// The function that was called.
    pub const fn func(&self) -> Func {
        self.func
    }

    /// Resumes the guest: behind the call of the host function, whose results are `values`, or
    /// where fuel was used up, when there are none. `results` gets the results of the whole call.
    ///
    /// Fuel is paid for some instructions at a time. A guest that had not enough is suspended
    /// before them, and what was left is left: add to it.
    ///
    /// An error is the end of the guest, also when it is only that arguments are bad.
    ///
    /// # Errors
    /// [`ErrorKind::BadArgument`](crate::ErrorKind::BadArgument) when it is another store, or
    /// counts or types do not fit; else whatever ends the guest.
    pub fn resume(
        mut self,
        mut store: impl AsContextMut,
        values: &[Val],
        results: &mut [Val],
    ) -> Result<ResumableCall> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        opaque.check(self.store)?;
        let expected = self.signature.results().len();
        if results.len() != expected {
            return Err(Error::bad_argument(alloc::format!(
                "the function has {expected} results, room was given for {}",
                results.len()
            )));
        }
        let types = if self.host.is_null() {
            &[]
        } else {
            // SAFETY: only host functions, which are first in their objects, are kept here.
            unsafe { (*self.host.cast::<FuncObject>()).ty() }.results()
        };
        check_values(opaque, values, types, "result of the host function")?;
        let vm = store.vm();
        // SAFETY: the store is lent for everything and is the guest's; the values fit.
        unsafe {
            self.pause = None;
            write_slots((*vm).opaque, self.guest.suspension.at.fp, values);
            let (_, limit) = self.stack.restore(self.segment);
            let swap = OwnStack::enter(vm, self.stack);
            // Where a call from the host may begin is known again when the guest leaves for it.
            (*vm).stack_top = limit;
            (*vm).stack_limit = limit;
            let guard = CallGuard::new(vm);
            (*vm).called_by_host = false;
            (*vm).failed_host = ptr::null_mut();
            (*vm).resumable = (*vm).fibers.is_none();
            let (suspension, resume) = self.guest.into_parts();
            let status = resume(vm, suspension);
            finish(
                status,
                self.func,
                self.signature,
                self.results,
                guard,
                swap,
                results,
            )
        }
    }
}

impl fmt::Debug for SuspendedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuspendedCall")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// Begins a resumable call.
///
/// # Safety
/// The store is live and not otherwise borrowed, the function is one of it, of this type, and the
/// arguments fit.
pub(super) unsafe fn start(
    vm: *mut VmStore,
    func: Func,
    signature: Signature,
    params: &[Val],
    results: &mut [Val],
) -> Result<ResumableCall> {
    // SAFETY: by contract.
    unsafe {
        let mut stack = (*(*vm).opaque).new_value_stack();
        let (base, limit) = stack.first()?;
        let swap = OwnStack::enter(vm, stack);
        (*vm).stack_top = base;
        (*vm).stack_limit = limit;
        let guard = CallGuard::new(vm);
        let exchange = signature.exchange_slots();
        let slots = make_room(vm, func.as_ptr(), exchange).ok_or(Trap::StackOverflow)?;
        write_slots((*vm).opaque, slots, params);
        (*vm).failed_host = ptr::null_mut();
        // A host function has no frames that could be kept.
        let is_guest = !(*func.as_ptr()).ctx.is_null();
        let status = match (*vm).fibers {
            Some(fibers) if is_guest => (fibers.call)(func.as_ptr(), vm, slots),
            _ => {
                (*vm).resumable = is_guest;
                call_array(func.as_ptr(), vm, slots)
            }
        };
        finish(status, func, signature, slots, guard, swap, results)
    }
}

/// What a resumable call comes to.
///
/// # Safety
/// As [`start`]; `slots` is where the results of the whole call are.
unsafe fn finish(
    status: Status,
    func: Func,
    signature: Signature,
    slots: *mut u64,
    guard: CallGuard,
    swap: OwnStack,
    results: &mut [Val],
) -> Result<ResumableCall> {
    // SAFETY: by contract.
    unsafe {
        let vm = swap.vm;
        if status == Status::Done {
            read_slots((*vm).opaque, slots, signature.results(), results)?;
        }
        let host = (*vm).failed_host;
        let suspension = Suspension {
            at: VmStore::exit(vm),
            value: (*vm).exit_value,
            by_host: !host.is_null(),
        };
        let segment = (*vm).stack.current();
        // The guard is for the stack that is in use: it goes before that does.
        drop(guard);
        match status {
            Status::Done => Ok(ResumableCall::Finished),
            Status::Error | Status::TailCall => Err(pending(vm)),
            Status::Suspended => {
                let Some(go_on) = (*vm).exit_resume.take() else {
                    return Err(pending(vm));
                };
                Ok(ResumableCall::Suspended(SuspendedCall {
                    store: func.store_id(),
                    func,
                    signature,
                    stack: swap.leave(),
                    segment,
                    results: slots,
                    guest: Guest { suspension, go_on },
                    pause: Some((*(*vm).opaque).gc.suspended()),
                    host,
                    error: pending(vm),
                }))
            }
        }
    }
}

/// The value stack of a resumable call in the place of the store's, until this is dropped.
struct OwnStack {
    vm: *mut VmStore,
    outer: ValueStack,
    stack_top: *mut u64,
    stack_limit: *mut u64,
}

impl OwnStack {
    /// # Safety
    /// The store outlives this.
    unsafe fn enter(vm: *mut VmStore, stack: ValueStack) -> Self {
        // SAFETY: by contract.
        unsafe {
            Self {
                vm,
                outer: core::mem::replace(&mut (*vm).stack, stack),
                stack_top: (*vm).stack_top,
                stack_limit: (*vm).stack_limit,
            }
        }
    }

    /// The stack, when the guest is suspended on it.
    fn leave(self) -> ValueStack {
        // SAFETY: as in `enter`. What is put back here is put back again when `self` is dropped.
        unsafe { core::mem::take(&mut (*self.vm).stack) }
    }
}

impl Drop for OwnStack {
    fn drop(&mut self) {
        // SAFETY: as in `enter`.
        unsafe {
            (*self.vm).stack = core::mem::take(&mut self.outer);
            (*self.vm).stack_top = self.stack_top;
            (*self.vm).stack_limit = self.stack_limit;
        }
    }
}
