//! Guests that can be suspended: they run on a native stack of their own, which is left as it is
//! until they are resumed or given up.
//!
//! # Safety
//! While a guest is suspended, its stack holds frames of compiled code, an exit trampoline and the
//! runtime's functions that suspended it, and nothing with a destructor: it can be freed at any
//! time.

use crate::stubs;
use crate::trampoline::Entry;
use core::ffi::c_void;
use core::ptr::NonNull;
use diptych_core::backend::{GoOn, Suspension};
use diptych_core::vm::{FuncRef, Landing, Status, VmStore};
use diptych_core::{Error, ErrorKind};
use std::alloc::{Layout, alloc, dealloc};

/// What compiled code and the host's functions that it calls have beside a guest's own frames.
const HOST_BYTES: usize = 1 << 20;
/// A stack's alignment in bytes.
const ALIGN: usize = 64;

/// A guest on a stack of its own.
#[repr(C)]
pub(crate) struct Fiber {
    /// The stack pointer of whoever does not run: the guest or who resumed it.
    pub(crate) other_sp: usize,
    stack: NonNull<u8>,
    layout: Layout,
    /// The landing pad of the guest's entry, which is on the stack.
    landing: Landing,
}

/// What [`stubs::start_fiber`] calls on the new stack.
#[repr(C)]
pub(crate) struct Start {
    entry: Entry,
    code: *const c_void,
    ctx: *mut c_void,
    slots: *mut u64,
    store: *mut VmStore,
}

/// The status of a fiber that suspended itself; others are those of an [`Entry`].
const SUSPENDED: u32 = 2;

impl Fiber {
    /// A fiber whose guest may use `max` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfMemory`].
    fn new(max: usize) -> Result<Box<Self>, Error> {
        let out_of_memory = || Error::new(ErrorKind::OutOfMemory);
        let size = max
            .checked_add(HOST_BYTES)
            .map(|size| size & !(ALIGN - 1))
            .ok_or_else(out_of_memory)?;
        let layout = Layout::from_size_align(size, ALIGN).map_err(|_| out_of_memory())?;
        // SAFETY: the size is not 0.
        let stack = NonNull::new(unsafe { alloc(layout) }).ok_or_else(out_of_memory)?;
        Ok(Box::new(Self {
            other_sp: 0,
            stack,
            layout,
            landing: Landing::NONE,
        }))
    }

    /// The address that guests' frames must not go below.
    fn limit(&self) -> usize {
        self.stack.as_ptr().addr() + HOST_BYTES
    }

    fn top(&self) -> usize {
        self.stack.as_ptr().addr() + self.layout.size()
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        // SAFETY: it was allocated with this layout.
        unsafe { dealloc(self.stack.as_ptr(), self.layout) };
    }
}

/// Calls a compiled function in a way that it can be suspended. The store is as for a call that
/// cannot: the activation is noted, and what changes is put back by the caller.
///
/// # Safety
/// As for an [`Entry`]; the function has native code.
pub(crate) unsafe fn enter(
    callee: *mut FuncRef,
    entry: Entry,
    slots: *mut u64,
    store: *mut VmStore,
) -> Status {
    // SAFETY: by contract.
    unsafe {
        let fiber = match Fiber::new((*store).max_stack_bytes) {
            Ok(fiber) => Box::into_raw(fiber),
            Err(error) => {
                (*store).pending = Some(error);
                return Status::Error;
            }
        };
        let start = Start {
            entry,
            code: (*callee).native_code,
            ctx: (*callee).native_ctx,
            slots,
            store,
        };
        run(fiber, store, || {
            stubs::start_fiber(fiber, (*fiber).top(), &raw const start)
        })
    }
}

/// What runs first on a fiber's stack.
///
/// # Safety
/// Called by [`stubs::start_fiber`].
pub(crate) unsafe extern "C" fn start(start: *const Start) -> u32 {
    // SAFETY: by contract.
    unsafe {
        let Start {
            entry,
            code,
            ctx,
            slots,
            store,
        } = start.read();
        entry(code, ctx, slots, store)
    }
}

/// What is done in the place of [`start`] where guests cannot have stacks of their own.
///
/// # Safety
/// As `start`.
#[cfg(windows)]
pub(crate) unsafe extern "C" fn refuse(start: *const Start) -> u32 {
    // SAFETY: by contract.
    unsafe {
        (*(*start).store).pending = Some(Error::new(ErrorKind::Unsupported(
            "compiled code cannot be suspended on this platform".into(),
        )));
    }
    1
}

/// Runs a fiber until it ends or suspends itself.
///
/// # Safety
/// The fiber is not running; `switch` goes to it.
unsafe fn run(fiber: *mut Fiber, store: *mut VmStore, switch: impl FnOnce() -> u32) -> Status {
    // SAFETY: by contract; only who ends the fiber frees it.
    unsafe {
        let outer = core::mem::replace(&mut (*store).fiber, fiber.cast());
        (*store).native_stack_limit = (*fiber).limit();
        let status = switch();
        (*store).fiber = outer;
        if status == SUSPENDED {
            (*fiber).landing = (*store).landing;
            (*store).exit_value = fiber.addr() as u64;
            (*store).exit_resume = Some(GoOn { resume, discard });
            return Status::Suspended;
        }
        drop(Box::from_raw(fiber));
        if status == 0 {
            Status::Done
        } else {
            Status::Error
        }
    }
}

/// Suspends the guest that runs, when it can be; `slots` is where what it waits for goes. Returns
/// when the guest is resumed.
///
/// # Safety
/// Called by the runtime on behalf of compiled code, with nothing alive that has a destructor.
pub(crate) unsafe fn suspend(store: *mut VmStore, slots: *mut u64) {
    // SAFETY: by contract; a fiber is there as long as its guest runs.
    unsafe {
        let fiber = (*store).fiber.cast::<Fiber>();
        (*store).exit_fp = slots;
        stubs::switch_fiber(fiber, SUSPENDED);
    }
}

/// Whether the guest that runs compiled code can be suspended for the error that is pending. The
/// request to exit does not suspend it.
///
/// # Safety
/// The store is live.
pub(crate) unsafe fn can_suspend(store: *mut VmStore) -> bool {
    // SAFETY: by contract.
    unsafe {
        !(*store).fiber.is_null()
            && (*store)
                .pending
                .as_ref()
                .is_some_and(|error| error.exit_code().is_none())
    }
}

/// Continues a suspended guest ([`Resume`](diptych_core::backend::Resume)).
///
/// # Safety
/// As `Resume`.
unsafe fn resume(store: *mut VmStore, suspension: Suspension) -> Status {
    // SAFETY: by contract.
    unsafe {
        let fiber = fiber_of(&suspension);
        crate::entry::activate(store, |store| {
            (*store).landing = (*fiber).landing;
            run(fiber, store, || stubs::switch_fiber(fiber, 0))
        })
        .unwrap_or_else(|| {
            drop(Box::from_raw(fiber));
            Status::Error
        })
    }
}

/// Gives up a suspended guest ([`Discard`](diptych_core::backend::Discard)).
///
/// # Safety
/// As `Discard`.
unsafe fn discard(suspension: &Suspension) {
    // SAFETY: by contract.
    drop(unsafe { Box::from_raw(fiber_of(suspension)) });
}

fn fiber_of(suspension: &Suspension) -> *mut Fiber {
    suspension.value as usize as *mut Fiber
}
