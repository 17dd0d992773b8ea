//! Functions as guest code and the host call them.

use super::{StackMark, VmCtx, VmStore};
use crate::error::Error;
use crate::types::TypeId;
use core::ffi::c_void;
use core::ptr;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[must_use]
pub enum Status {
    /// The results are in the exchange slots.
    Done = 0,
    /// [`VmStore::pending`] says why it failed.
    Error = 1,
    /// The guest is suspended on its value stack and can be resumed; [`VmStore::pending`] says
    /// why: the host function's own error, or
    /// [`Trap::OutOfFuel`](crate::Trap::OutOfFuel).
    Suspended = 2,
    /// The function has left, and [`VmStore::tail_callee`] is to be called in its place, with
    /// arguments at [`VmStore::tail_slots`], where its results will be.
    TailCall = 3,
}

/// The uniform entry of a function: `(callee, store, exchange slots)`.
///
/// Callers use [`call_array`], which follows tail calls.
///
/// Arguments are read from the exchange slots and results written over them; there are
/// [`FuncType::exchange_slots`](crate::FuncType::exchange_slots) of them.
///
/// Unless a guest's call ends with [`Status::Suspended`], it leaves the activations, the `exit_*`
/// position, [`VmStore::stack_top`] and the segment in use as they were, and so it does when it
/// panics.
///
/// The convention is one that generated code knows. A panic of a host function does not unwind
/// into generated code: where panics can be caught, a host function catches its own and leaves it
/// in [`VmStore::panic`].
///
/// # Safety
/// The pointers are valid and the store is not otherwise borrowed; `slots` holds arguments of
/// the callee's type and lies outside what the callee's frames will use: at or below
/// [`VmStore::stack_top`] or off the value stack.
pub type ArrayCall = unsafe extern "C-unwind" fn(*mut FuncRef, *mut VmStore, *mut u64) -> Status;

/// A function as a value: what a non-null `funcref` points to. It lives at one address as long
/// as its store.
///
/// Whichever representation is missing is a stub that converts or compiles, so a call site never
/// asks which backend a callee is in, and replacing a representation is one pointer store.
#[repr(C)]
#[derive(Debug)]
pub struct FuncRef {
    /// The canonical type of the function.
    pub type_id: TypeId,
    /// The index among the functions that its module defines; 0 for a host function.
    pub func: u32,
    /// The instance of a WebAssembly function; null for a host function.
    pub ctx: *mut VmCtx,
    /// The interpreter's code object for it, or a stub of the interpreter that leaves for
    /// `array_call`. What it points to is the interpreter's business.
    pub interp_code: *const c_void,
    /// The compiled function in the native calling convention of the JIT, or a stub.
    pub native_code: *const c_void,
    /// The first argument of `native_code`: the instance for a compiled function, this reference
    /// for a stub.
    pub native_ctx: *mut c_void,
    /// What calls `native_code` with arguments from exchange slots; null until it is needed.
    pub native_entry: *const c_void,
    /// The store that it lives in.
    pub store: *mut VmStore,
    /// The uniform entry.
    pub array_call: ArrayCall,
    /// The host function's closure; null for a WebAssembly function.
    pub host: *const c_void,
}

/// Calls a function by its uniform entry, and what it tail-calls in another backend's code: these
/// return to here first, so that they take no stack. The results are at `slots` in any case.
///
/// # Safety
/// As [`ArrayCall`].
#[inline]
pub unsafe fn call_array(callee: *mut FuncRef, store: *mut VmStore, slots: *mut u64) -> Status {
    // SAFETY: by contract.
    unsafe {
        let status = ((*callee).array_call)(callee, store, slots);
        if status == Status::TailCall {
            return call_tail(callee, store, slots);
        }
        status
    }
}

/// # Safety
/// As [`call_array`]; `first` has tail-called.
#[cold]
unsafe fn call_tail(first: *mut FuncRef, store: *mut VmStore, slots: *mut u64) -> Status {
    // SAFETY: by contract; whoever tail-calls leaves arguments where there is room for results.
    unsafe {
        let mut moved = Moved(store, None);
        loop {
            let callee = core::mem::replace(&mut (*store).tail_callee, ptr::null_mut());
            let at = (*store).tail_slots;
            let last = (*store).tail_moved.take();
            moved.1 = moved.1.or(last);
            let status = ((*callee).array_call)(callee, store, at);
            if status == Status::TailCall {
                continue;
            }
            if status == Status::Done && at != slots {
                let count = super::libcalls::func_type(first).map_or(0, |ty| ty.result_slots());
                ptr::copy(at, slots, count);
            }
            if status == Status::Suspended {
                moved.1 = None;
            }
            return status;
        }
    }
}

/// Puts the top of the value stack back when this is dropped, if a tail call has moved it.
struct Moved(*mut VmStore, Option<StackMark>);

impl Drop for Moved {
    fn drop(&mut self) {
        if let Some(mark) = self.1 {
            // SAFETY: the store outlives the call.
            unsafe { VmStore::cut_stack(self.0, mark) };
        }
    }
}

impl FuncRef {
    /// A reference that no backend has filled in.
    pub(crate) fn new(type_id: TypeId, func: u32, ctx: *mut VmCtx, store: *mut VmStore) -> Self {
        Self {
            type_id,
            func,
            ctx,
            interp_code: ptr::null(),
            native_code: ptr::null(),
            native_ctx: ptr::null_mut(),
            native_entry: ptr::null(),
            store,
            array_call: without_code,
            host: ptr::null(),
        }
    }

    /// What is done when the reference is at the address where it stays.
    ///
    /// # Safety
    /// The reference is live.
    pub(crate) unsafe fn settle(this: *mut Self) {
        // SAFETY: by contract.
        unsafe {
            if (*this).native_ctx.is_null() {
                (*this).native_ctx = this.cast();
            }
        }
    }
}

/// What a function is called through that its backend has not filled in.
///
/// # Safety
/// As [`ArrayCall`].
unsafe extern "C-unwind" fn without_code(
    _: *mut FuncRef,
    store: *mut VmStore,
    _: *mut u64,
) -> Status {
    // SAFETY: by contract.
    unsafe { (*store).pending = Some(Error::msg("the function has no code")) };
    Status::Error
}
