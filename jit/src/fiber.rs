//! Guests that can be suspended: they run on a native stack of their own, which is left as it is
//! until they are resumed or given up.
//!
//! # Safety
//! While a guest is suspended, its stack holds frames of compiled code, an exit trampoline and the
//! runtime's functions that suspended it, and nothing with a destructor: it can be freed at any
//! time.

use crate::stubs;
use core::ptr::NonNull;
use diptych_core::backend::{Activation, GoOn, Position, Suspension};
use diptych_core::vm::{Fibers, FuncRef, NativeStack, Status, VmStore, call_array};
use diptych_core::{Error, ErrorKind, Trap};
use std::alloc::{Layout, alloc, dealloc};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What compiled code and the host's functions that it calls have beside a guest's own frames.
const HOST_BYTES: usize = 1 << 20;
/// More than this a guest cannot use, whatever the configuration allows.
const MAX_BYTES: usize = 256 << 20;
/// A stack's alignment in bytes.
const ALIGN: usize = 64;

/// How the store calls and suspends guests on stacks of their own.
pub(crate) const FIBERS: Fibers = Fibers { call, suspend };

/// A guest on a stack of its own.
#[repr(C)]
pub(crate) struct Fiber {
    /// The stack pointer of whoever does not run: the guest or who resumed it.
    pub(crate) other_sp: usize,
    /// Where its stack begins.
    pub(crate) stack: NonNull<u8>,
    layout: Layout,
    /// What the store has while the guest runs, kept while it does not.
    inside: Context,
    /// The activation outside of the guest's first one, the last time that it was told.
    outer: *const Activation,
}

/// What a store knows of the native stack that its guest runs on.
#[derive(Clone, Copy)]
struct Context {
    activation: *const Activation,
    depth: u32,
    exit: Position,
    stack: NativeStack,
    stack_limit: usize,
    fiber: *mut core::ffi::c_void,
    /// Where the next frames of interpreted functions go.
    stack_top: *mut u64,
    top_limit: *mut u64,
}

impl Context {
    /// # Safety
    /// The store is live.
    unsafe fn of(store: *mut VmStore) -> Self {
        // SAFETY: by contract.
        unsafe {
            Self {
                activation: (*store).activation,
                depth: (*store).activation_depth,
                exit: VmStore::exit(store),
                stack: (*store).native_stack,
                stack_limit: (*store).native_stack_limit,
                fiber: (*store).fiber,
                stack_top: (*store).stack_top,
                top_limit: (*store).stack_limit,
            }
        }
    }

    /// # Safety
    /// The store is live.
    unsafe fn restore(&self, store: *mut VmStore) {
        // SAFETY: by contract.
        unsafe {
            (*store).activation = self.activation;
            (*store).activation_depth = self.depth;
            VmStore::set_exit(store, self.exit);
            (*store).native_stack = self.stack;
            (*store).native_stack_limit = self.stack_limit;
            (*store).fiber = self.fiber;
            (*store).stack_top = self.stack_top;
            (*store).stack_limit = self.top_limit;
        }
    }
}

/// What [`stubs::start_fiber`] calls on the new stack.
#[repr(C)]
pub(crate) struct Start {
    callee: *mut FuncRef,
    store: *mut VmStore,
    slots: *mut u64,
}

/// The status of a fiber that suspended itself; others are 0, and 1 for a failure.
const SUSPENDED: u32 = 2;

impl Fiber {
    /// A fiber whose guest may use `max` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfMemory`].
    fn new(max: usize, outside: &Context) -> Result<Box<Self>, Error> {
        let out_of_memory = || Error::new(ErrorKind::OutOfMemory);
        let size = (max.min(MAX_BYTES) + HOST_BYTES) & !(ALIGN - 1);
        let layout = Layout::from_size_align(size, ALIGN).map_err(|_| out_of_memory())?;
        // SAFETY: the size is not 0.
        let stack = NonNull::new(unsafe { alloc(layout) }).ok_or_else(out_of_memory)?;
        let start = stack.as_ptr().addr();
        let mut fiber = Box::new(Self {
            other_sp: 0,
            stack,
            layout,
            inside: Context {
                stack: NativeStack {
                    start,
                    end: start + size,
                },
                stack_limit: start + HOST_BYTES,
                ..*outside
            },
            outer: outside.activation,
        });
        fiber.inside.fiber = (&raw mut *fiber).cast();
        Ok(fiber)
    }

    fn top(&self) -> usize {
        self.inside.stack.end
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        // SAFETY: it was allocated with this layout.
        unsafe { dealloc(self.stack.as_ptr(), self.layout) };
    }
}

/// Calls a function on a stack of its own, so that it can be suspended wherever its guest, and
/// guests that this calls, wait for the host.
///
/// # Safety
/// As [`ArrayCall`](diptych_core::vm::ArrayCall).
unsafe extern "C-unwind" fn call(
    callee: *mut FuncRef,
    store: *mut VmStore,
    slots: *mut u64,
) -> Status {
    // SAFETY: by contract.
    unsafe {
        let outside = Context::of(store);
        let fiber = match Fiber::new((*store).max_stack_bytes, &outside) {
            Ok(fiber) => Box::into_raw(fiber),
            Err(error) => {
                (*store).pending = Some(error);
                return Status::Error;
            }
        };
        let start = Start {
            callee,
            store,
            slots,
        };
        run(fiber, store, &outside, || {
            stubs::start_fiber(fiber, (*fiber).top(), &raw const start)
        })
    }
}

/// What runs first on a fiber's stack.
///
/// # Safety
/// Called by [`stubs::start_fiber`].
pub(crate) unsafe extern "C" fn start(start: *const Start) -> u32 {
    // SAFETY: by contract. A panic of one of the host's callbacks ends where the stack does.
    unsafe {
        let Start {
            callee,
            store,
            slots,
        } = start.read();
        match catch_unwind(AssertUnwindSafe(|| call_array(callee, store, slots))) {
            Ok(Status::Done) => 0,
            Ok(_) => 1,
            Err(panic) => {
                (*store).panic = Some(panic);
                1
            }
        }
    }
}

/// What is done in the place of [`start`] where guests cannot have stacks of their own.
///
/// # Safety
/// As `start`.
#[cfg(all(windows, target_arch = "aarch64"))]
pub(crate) unsafe extern "C" fn refuse(start: *const Start) -> u32 {
    // SAFETY: by contract.
    unsafe {
        (*(*start).store).pending = Some(Error::new(ErrorKind::Unsupported(
            "guests cannot be suspended on this platform when there is a compiler".into(),
        )));
    }
    1
}

/// Runs a fiber until it ends or suspends itself.
///
/// # Safety
/// The fiber is not running; `switch` goes to it; `outside` is the store's context.
unsafe fn run(
    fiber: *mut Fiber,
    store: *mut VmStore,
    outside: &Context,
    switch: impl FnOnce() -> u32,
) -> Status {
    // SAFETY: by contract; only who ends the fiber frees it.
    unsafe {
        (*fiber).inside.restore(store);
        let status = switch();
        if status == SUSPENDED {
            (*fiber).inside = Context::of(store);
            // How deep the guest itself is.
            (*fiber).inside.depth -= outside.depth;
            let slots = (*store).exit_fp;
            outside.restore(store);
            (*store).exit_fp = slots;
            (*store).exit_value = fiber.addr() as u64;
            (*store).exit_resume = Some(GoOn { resume, discard });
            return Status::Suspended;
        }
        outside.restore(store);
        drop(Box::from_raw(fiber));
        if status == 0 {
            return Status::Done;
        }
        Status::Error
    }
}

/// Suspends the guest that runs ([`Fibers::suspend`]).
///
/// # Safety
/// As there.
pub(crate) unsafe fn suspend(store: *mut VmStore, slots: *mut u64) {
    // SAFETY: by contract; a fiber is there as long as its guest runs.
    unsafe {
        let fiber = (*store).fiber.cast::<Fiber>();
        let exit_fp = core::mem::replace(&mut (*store).exit_fp, slots);
        stubs::switch_fiber(fiber, SUSPENDED);
        (*store).exit_fp = exit_fp;
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
        let outside = Context::of(store);
        let depth = (*fiber).inside.depth.saturating_add(outside.depth);
        if depth > (*store).activation_limit {
            drop(Box::from_raw(fiber));
            (*store).pending = Some(Trap::StackOverflow.into());
            return Status::Error;
        }
        (*fiber).inside.depth = depth;
        adopt(fiber, &outside);
        run(fiber, store, &outside, || stubs::switch_fiber(fiber, 0))
    }
}

/// Puts a fiber's activations inside those of who resumes it.
///
/// # Safety
/// The fiber is suspended, so its activations are as it left them.
unsafe fn adopt(fiber: *mut Fiber, outside: &Context) {
    // SAFETY: by contract; activations are on the fiber's stack, and no one else looks at them.
    unsafe {
        let mut at = (*fiber).inside.activation.cast_mut();
        while !at.is_null() && (*at).outer != (*fiber).outer {
            at = (*at).outer.cast_mut();
        }
        if !at.is_null() {
            (*at).outer = outside.activation;
            (*at).outer_exit = outside.exit;
        }
        (*fiber).outer = outside.activation;
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
