//! Calls into compiled code and out of it.
//!
//! # Safety
//! A call into compiled code is an activation on the native stack. Whatever it changes in the
//! store is put back when it ends, however it ends: compiled code that fails goes back to its
//! entry, and a panic of the host travels past compiled code as a value.

use crate::module::JitModule;
use crate::shared::Shared;
use crate::{fiber, stack, stubs, unwind};
use core::ffi::c_void;
use core::ptr;
use diptych_core::backend::Position;
use diptych_core::types::DefinedFuncIdx;
use diptych_core::vm::{FuncRef, Status, VmCtx, VmStore, call_array, libcalls};
use diptych_core::{Error, ErrorKind, Trap, backtrace};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The uniform entry of compiled functions ([`ArrayCall`](diptych_core::vm::ArrayCall)) until they
/// are called by it: makes what [`stubs::enter`] wants.
///
/// # Safety
/// As `ArrayCall`; the callee is a function of an instance whose module this backend compiles.
#[cold]
pub(crate) unsafe extern "C-unwind" fn array_call(
    callee: *mut FuncRef,
    store: *mut VmStore,
    slots: *mut u64,
) -> Status {
    // SAFETY: by contract.
    unsafe {
        let module = JitModule::of((*callee).ctx);
        let entry = match make_native(callee, module) {
            Ok(Native::Compiled(_)) => {
                signature(callee).and_then(|ty| module.shared().trampolines.entry(&ty))
            }
            Ok(Native::Exit(_)) => return ((*callee).array_call)(callee, store, slots),
            Err(error) => Err(error),
        };
        match entry {
            Ok(entry) => {
                (*callee).native_entry = entry;
                (*callee).array_call = stubs::enter;
                stubs::enter(callee, store, slots)
            }
            Err(error) => fail(store, error),
        }
    }
}

/// What [`stubs::enter`] does when there are too many activations, or the store was last entered on
/// another native stack.
///
/// # Safety
/// As [`stubs::enter`].
#[cold]
pub(crate) unsafe extern "C-unwind" fn enter_otherwise(
    callee: *mut FuncRef,
    store: *mut VmStore,
    slots: *mut u64,
) -> Status {
    // SAFETY: by contract.
    unsafe {
        if (*store).activation_depth >= (*store).activation_limit {
            return fail(store, Trap::StackOverflow.into());
        }
        let before = ((*store).native_stack, (*store).native_stack_limit);
        ((*store).native_stack, (*store).native_stack_limit) =
            stack::limit(stack::here(), (*store).max_stack_bytes);
        let status = stubs::enter(callee, store, slots);
        ((*store).native_stack, (*store).native_stack_limit) = before;
        status
    }
}

/// Leaves `error` for the caller.
///
/// # Safety
/// The store is live.
#[cold]
unsafe fn fail(store: *mut VmStore, error: Error) -> Status {
    // SAFETY: by contract.
    unsafe { (*store).pending = Some(error) };
    Status::Error
}

/// What is done when a host function failed that compiled code called. Gives 0 when the guest was
/// suspended and is resumed, and the results are at `slots`; else 1: the caller then goes back to
/// its entry.
///
/// # Safety
/// Called by an exit trampoline, which has noted where the guest is.
#[cold]
pub(crate) unsafe extern "C" fn host_failed(store: *mut VmStore, slots: *mut u64) -> u32 {
    // SAFETY: by contract.
    unsafe {
        if !(*store).fiber.is_null() && (*store).can_wait() {
            fiber::suspend(store, slots);
            return 0;
        }
        if let Some(error) = &mut (*store).pending {
            backtrace::attach(store, error);
        }
    }
    1
}

/// Calls a function of another instance or backend, with arguments in slots, for compiled code.
/// Gives 0, or 1 when it failed: the caller then goes back to its entry.
///
/// # Safety
/// Called by an exit trampoline, which has noted where the guest is; the callee is no function of
/// the host's.
pub(crate) unsafe extern "C" fn call_out(
    callee: *mut FuncRef,
    store: *mut VmStore,
    slots: *mut u64,
) -> u32 {
    // SAFETY: by contract.
    unsafe {
        if unwind::is_first(store, (*store).exit_fp) {
            if let Err(error) = tail_call(callee, store, slots) {
                (*store).pending = Some(error);
            }
            return 1;
        }
    }
    // SAFETY: by contract. The host may be called back by another backend; what a panic leaves
    // behind is put in order by those that it passes.
    let outcome = catch_unwind(AssertUnwindSafe(|| unsafe {
        call_array(callee, store, slots)
    }));
    match outcome {
        Ok(Status::Done) => 0,
        // SAFETY: by contract.
        Ok(_) => unsafe {
            if let Some(error) = &mut (*store).pending {
                backtrace::attach(store, error);
            }
            1
        },
        Err(panic) => {
            // SAFETY: by contract.
            unsafe { (*store).panic = Some(panic) };
            1
        }
    }
}

/// Leaves a call to whoever called the activation that ends here. Only a tail call is the first
/// in an activation; its arguments go where they outlive it.
///
/// # Errors
/// When there is no room for them.
///
/// # Safety
/// As [`call_out`].
unsafe fn tail_call(
    callee: *mut FuncRef,
    store: *mut VmStore,
    slots: *const u64,
) -> Result<(), Error> {
    // SAFETY: by contract.
    unsafe {
        let count = signature(callee)?.exchange_slots();
        if (*store).stack_top.is_null() {
            let (base, limit) = (*store).stack.first()?;
            (*store).stack_top = base;
            (*store).stack_limit = limit;
        }
        let mut at = (*store).stack_top;
        let left = ((*store).stack_limit.addr() - at.addr()) / size_of::<u64>();
        if left < count {
            let mark = VmStore::stack_mark(store);
            let (base, limit) = (*store)
                .stack
                .push_segment(count)
                .ok_or(Trap::StackOverflow)?;
            (*store).stack_limit = limit;
            (*store).stack_top = base;
            (*store).tail_moved = Some(mark);
            at = base;
        }
        ptr::copy_nonoverlapping(slots, at, count);
        (*store).tail_callee = callee;
        (*store).tail_slots = at;
        Ok(())
    }
}

/// As [`call_out`], for a function that the instance defines and another backend executes.
///
/// # Safety
/// As [`call_out`].
pub(crate) unsafe extern "C" fn call_out_defined(
    ctx: *mut VmCtx,
    func: u32,
    slots: *mut u64,
) -> u32 {
    // SAFETY: by contract.
    unsafe {
        let store = (*ctx).store;
        match libcalls::defined_func(ctx, DefinedFuncIdx(func)) {
            Ok(callee) => call_out(callee, store, slots),
            Err(mut error) => {
                backtrace::attach(store, &mut error);
                (*store).pending = Some(error);
                1
            }
        }
    }
}

/// Finds native code for a function reference that has none, and leaves it there; null when that
/// fails. `pc` and `fp` are where the caller is.
///
/// # Safety
/// Called by [`lazy_func_ref`](crate::stubs::lazy_func_ref).
pub(crate) unsafe extern "C" fn resolve_func_ref(
    callee: *mut FuncRef,
    pc: *const u8,
    fp: *mut u64,
) -> *const c_void {
    // SAFETY: by contract.
    unsafe {
        let ctx = (*callee).ctx;
        let is_own = !ctx.is_null() && !(*ctx).native.is_null();
        let made = if is_own {
            make_native(callee, JitModule::of(ctx))
        } else {
            make_exit(callee)
        };
        match made {
            Ok(Native::Compiled(code) | Native::Exit(code)) => code,
            Err(error) => {
                resolve_failed((*callee).store, error, pc, fp);
                ptr::null()
            }
        }
    }
}

/// Finds the code of a function that compiled code of its own instance calls; null when that
/// fails. `pc` and `fp` are where the caller is.
///
/// # Safety
/// Called by [`lazy_entry`](crate::stubs::lazy_entry).
pub(crate) unsafe extern "C" fn resolve_entry(
    ctx: *mut VmCtx,
    func: u32,
    pc: *const u8,
    fp: *mut u64,
) -> *const c_void {
    // SAFETY: by contract.
    unsafe {
        match JitModule::of(ctx).entry(DefinedFuncIdx(func)) {
            Ok(code) => code.cast(),
            Err(error) => {
                resolve_failed((*ctx).store, error, pc, fp);
                ptr::null()
            }
        }
    }
}

/// # Safety
/// The store's guest runs compiled code.
#[cold]
unsafe fn resolve_failed(store: *mut VmStore, mut error: Error, pc: *const u8, fp: *mut u64) {
    let ctx = ptr::null_mut();
    // SAFETY: by contract.
    unsafe {
        backtrace::attach_at(store, &mut error, None, Position { pc, fp, ctx });
        (*store).pending = Some(error);
    }
}

/// The native code of a function.
enum Native {
    /// Its own.
    Compiled(*const c_void),
    /// What calls it with arguments in slots.
    Exit(*const c_void),
}

/// Gives a function of this backend's native code: its own, or when it is one that another
/// backend has to execute, an exit.
///
/// # Safety
/// The reference is live, and the function one of the module's.
unsafe fn make_native(callee: *mut FuncRef, module: &JitModule) -> Result<Native, Error> {
    // SAFETY: by contract.
    unsafe {
        let func = DefinedFuncIdx((*callee).func);
        match module.compiled(func)? {
            Some(code) => {
                (*callee).native_code = code.cast();
                (*callee).native_ctx = (*callee).ctx.cast();
                Ok(Native::Compiled(code.cast()))
            }
            None => {
                module.give_to_fallback(func, &mut *callee);
                make_exit(callee)
            }
        }
    }
}

/// Gives a function that is called with arguments in slots the native code that does so.
///
/// # Safety
/// The reference is live.
unsafe fn make_exit(callee: *mut FuncRef) -> Result<Native, Error> {
    // SAFETY: by contract; the store keeps the backend, and with it what they share.
    unsafe {
        let shared = &*(*(*callee).store).native_shared.cast::<Shared>();
        let ty = signature(callee)?;
        let code = if (*callee).ctx.is_null() {
            shared.trampolines.host_exit(&ty)?
        } else {
            shared.trampolines.exit(&ty)?
        };
        (*callee).native_code = code;
        (*callee).native_ctx = callee.cast();
        Ok(Native::Exit(code))
    }
}

/// # Safety
/// The reference is live.
unsafe fn signature(callee: *mut FuncRef) -> Result<diptych_core::types::FuncType, Error> {
    // SAFETY: by contract.
    unsafe { libcalls::func_type(callee) }.ok_or_else(|| Error::new(ErrorKind::OutOfMemory))
}
