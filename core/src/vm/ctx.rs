//! What guest code sees of an instance and of its store.

use super::{FuncRef, StackMark, ValueStack};
use crate::backend::Position;
use crate::error::Error;
use crate::gc::VmHeap;
use crate::module::ModuleType;
use crate::store::StoreOpaque;
use alloc::boxed::Box;
use core::any::Any;
use core::ffi::c_void;
use core::sync::atomic::{AtomicU32, AtomicUsize};

/// What guest code sees of its instance. One per instance, at a fixed address.
///
/// `memory0_base` and `memory0_len` are copies of memory 0's definition: whatever changes a
/// memory's base or length refreshes them in every instance that has it as its memory 0
/// (see `runtime/memory.rs`), so that guest code reads them without an indirection.
#[repr(C)]
#[derive(Debug)]
pub struct VmCtx {
    /// The first byte of memory 0; dangling when there is none.
    pub memory0_base: *mut u8,
    /// The length of memory 0 in bytes; 0 when there is none.
    pub memory0_len: AtomicUsize,
    /// The store.
    pub store: *mut VmStore,
    /// One pointer per global, imported ones first.
    pub globals: *const *mut VmGlobal,
    /// One pointer per table, imported ones first.
    pub tables: *const *mut VmTable,
    /// One pointer per memory, imported ones first.
    pub memories: *const *mut VmMemory,
    /// One pointer per tag, imported ones first: what exceptions are told apart by.
    pub tags: *const *const c_void,
    /// One pointer per imported function.
    pub imported_funcs: *const *mut FuncRef,
    /// One function reference per defined function whose address can be taken, in the order of
    /// [`ModuleIr::escaping`](crate::module::ModuleIr::escaping).
    pub func_refs: *mut FuncRef,
    /// The types of this instance's module, by type index.
    pub types: *const ModuleType,
    /// The interpreter's code of this instance's module; null when the engine has no interpreter.
    pub interp: *const c_void,
    /// The compiler's code of this instance's module; null when the engine does not compile it.
    pub native: *const c_void,
    /// The instance's index in its store.
    pub instance: u32,
}

/// The cell of a global: two slots, of which all types but `v128` use the first.
#[repr(C, align(16))]
#[derive(Debug, Default)]
pub struct VmGlobal {
    /// The value.
    pub slots: [u64; 2],
}

/// A table as guest code reads it: elements are one slot each.
#[repr(C)]
#[derive(Debug)]
pub struct VmTable {
    /// The first element.
    pub base: *mut u64,
    /// The number of elements.
    pub len: usize,
}

/// A memory as guest code reads it.
#[repr(C)]
#[derive(Debug)]
pub struct VmMemory {
    /// The first byte.
    pub base: *mut u8,
    /// The length in bytes. Another thread may change it when the memory is shared.
    pub len: AtomicUsize,
}

impl VmMemory {
    /// The length in bytes.
    #[inline(always)]
    pub fn byte_len(&self) -> usize {
        length(&self.len)
    }
}

/// The length in bytes that is at this place.
///
/// It is read by one instruction, which can be that of a comparison: compilers do not yet put
/// atomic loads there.
#[inline(always)]
pub fn length(len: &AtomicUsize) -> usize {
    // SAFETY: it is there. A volatile read of an aligned word is one access, which is never left
    // out nor done twice; who writes it does so atomically.
    unsafe { len.as_ptr().read_volatile() }
}

/// The bounds of a native stack.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeStack {
    /// The lowest address.
    pub start: usize,
    /// One past the highest.
    pub end: usize,
}

impl NativeStack {
    /// The most that is left for the host's functions at the end of the stack, in bytes.
    const MAX_RESERVE: usize = 256 << 10;

    /// The thread's stack, if `here` is on it, and the address that must not be gone below for
    /// guests; `None` where the platform does not know.
    pub fn of_thread(here: usize) -> Option<(Self, usize)> {
        let stack = diptych_platform::thread_stack().filter(|stack| stack.contains(&here))?;
        let reserve = (stack.len() / 4).min(Self::MAX_RESERVE);
        let bound = stack.start.saturating_add(reserve);
        let (start, end) = (stack.start, stack.end);
        Some((Self { start, end }, bound))
    }

    /// Whether guests may come at `here`, as far as the platform knows.
    #[cold]
    fn has_room(here: usize) -> bool {
        Self::of_thread(here).is_none_or(|(_, bound)| here >= bound)
    }

    /// Whether an address is in it.
    pub const fn contains(&self, address: usize) -> bool {
        self.start <= address && address < self.end
    }
}

/// How guests run on native stacks of their own, which stay as they are while these are suspended.
#[derive(Clone, Copy, Debug)]
pub struct Fibers {
    /// Calls a function on a stack of its own.
    pub call: super::ArrayCall,
    /// Suspends the guest that runs on [`VmStore::fiber`], which is not null: the activations
    /// inside of it end with [`Status::Suspended`](super::Status::Suspended), and this returns when
    /// it is resumed. What it waits for is at the slots then.
    ///
    /// Nothing on the native stack may have a destructor: the guest may never be resumed.
    pub suspend: unsafe fn(store: *mut VmStore, slots: *mut u64),
}

/// What guest code and backends see of a store. It is the first field of the store, at one
/// address for the store's life.
#[repr(C)]
pub struct VmStore {
    /// The fuel that is left, in units of one instruction.
    pub fuel: u64,
    /// One past the last slot of the value stack's current segment that a frame may use.
    pub stack_limit: *mut u64,
    /// The first free slot of the value stack: where a new activation begins.
    pub stack_top: *mut u64,
    /// The heap.
    pub heap: VmHeap,
    /// The exception that is on its way to who catches it: why a call ended with
    /// [`Status::Error`](super::Status::Error); 0 when there is none.
    pub exception: u64,
    /// Not 0 when another thread asked the guest to stop. Read at loop headers and function
    /// entries of code that was compiled with interruption on.
    pub interrupt: *const AtomicU32,
    // The order of the exit fields keeps apart those that the interpreter has side by side: the
    // compiler would load such a pair at once, and a load of what two stores have just written
    // has to wait for them.
    /// The guest's position when it last left for the host or for the runtime: the instruction,
    /// in the backend's terms. What a backtrace starts from.
    pub exit_pc: *const u8,
    /// The return record that a handler leaves for its driver.
    pub exit_record: *mut super::frame::ReturnRecord,
    /// The frame at that point.
    pub exit_fp: *mut u64,
    /// The instance at that point.
    pub exit_ctx: *mut VmCtx,
    /// Scratch word that a handler leaves for its driver.
    pub exit_value: u64,
    /// How to go on with the guest that was suspended last.
    pub exit_resume: Option<crate::backend::GoOn>,
    /// How a guest runs on a native stack of its own; none when no code needs it to be suspended.
    pub fibers: Option<Fibers>,
    /// The native stack that can be suspended now: null when the guest does not run on one, or is
    /// inside a call of the host's. Host functions see to that.
    pub fiber: *mut c_void,
    /// Compiled code traps with [`Trap::StackOverflow`](crate::Trap::StackOverflow) when its
    /// native stack would reach below this address.
    pub native_stack_limit: usize,
    /// The native stack that the limit is for.
    pub native_stack: NativeStack,
    /// The size in bytes that the frames of one guest may take together.
    pub max_stack_bytes: usize,
    /// What the compiler keeps for all modules of the engine; null when there is none.
    pub native_shared: *const c_void,
    /// The innermost activation of guest code on the native stack.
    pub activation: *const crate::backend::Activation,
    /// How many activations are on the native stack.
    pub activation_depth: u32,
    /// How many may be.
    pub activation_limit: u32,
    /// The value stack that is in use.
    pub stack: ValueStack,
    /// The error that [`Status::Error`](super::Status::Error) announces.
    pub pending: Option<Error>,
    /// The function that [`Status::TailCall`](super::Status::TailCall) announces.
    pub tail_callee: *mut FuncRef,
    /// Its exchange slots.
    pub tail_slots: *mut u64,
    /// Where the value stack ended before these were put on it, when it had to grow.
    pub tail_moved: Option<StackMark>,
    /// The panic of a host function, or of another of the host's callbacks, on its way to the host
    /// that called the guest: what [`Status::Error`](super::Status::Error) announces when there is
    /// no error.
    pub panic: Option<Box<dyn Any + Send>>,
    /// The store around this structure.
    pub opaque: *mut StoreOpaque,
    /// Whether the next activation may end with [`Status::Suspended`](super::Status::Suspended):
    /// read and cleared by the backend when it enters guest code.
    pub resumable: bool,
    /// Whether the host called the host function that runs, if one does, and no guest.
    pub called_by_host: bool,
    /// What a guest that is suspended waits for: the host function that failed, or fuel when this
    /// is null.
    pub failed_host: *mut FuncRef,
}

impl VmStore {
    /// Where the guest was when it last left for the host or for the runtime.
    ///
    /// # Safety
    /// The store is live. Other fields may be borrowed.
    #[inline]
    pub const unsafe fn exit(this: *const Self) -> Position {
        // SAFETY: by contract.
        unsafe {
            Position {
                pc: (*this).exit_pc,
                fp: (*this).exit_fp,
                ctx: (*this).exit_ctx,
            }
        }
    }

    /// Makes this the position at which the guest last left.
    ///
    /// # Safety
    /// As [`exit`](Self::exit).
    #[inline]
    pub const unsafe fn set_exit(this: *mut Self, at: Position) {
        // SAFETY: by contract.
        unsafe {
            (*this).exit_pc = at.pc;
            (*this).exit_fp = at.fp;
            (*this).exit_ctx = at.ctx;
        }
    }

    /// Whether another activation of guest code, or of a host function that the host calls, may
    /// come on the native stack.
    ///
    /// # Safety
    /// The store is live. Other fields may be borrowed.
    #[inline]
    pub unsafe fn may_enter(this: *const Self) -> bool {
        // How much of the stack there is can be costly to ask, and a few activations take little.
        const BETWEEN_CHECKS: u32 = 4;
        // SAFETY: by contract.
        let (depth, most, limit, stack) = unsafe {
            (
                (*this).activation_depth,
                (*this).activation_limit,
                (*this).native_stack_limit,
                (*this).native_stack,
            )
        };
        if depth >= most {
            return false;
        }
        let here = 0u8;
        let here = (&raw const here).addr();
        // Compiled code further out may have left little, or activations have.
        if here < limit && stack.contains(here) {
            return false;
        }
        depth == 0 || !depth.is_multiple_of(BETWEEN_CHECKS) || NativeStack::has_room(here)
    }

    /// Where the part of the value stack that is in use ends.
    ///
    /// # Safety
    /// The store is live. Other fields may be borrowed.
    #[inline]
    pub const unsafe fn stack_mark(this: *const Self) -> StackMark {
        // SAFETY: by contract.
        unsafe {
            StackMark {
                top: (*this).stack_top,
                segment: (*this).stack.current(),
            }
        }
    }

    /// Makes the part of the value stack that is in use end where it did before.
    ///
    /// # Safety
    /// As [`stack_mark`](Self::stack_mark); what is above the mark is dead.
    #[inline]
    pub unsafe fn cut_stack(this: *mut Self, mark: StackMark) {
        // SAFETY: by contract.
        unsafe {
            (*this).stack_top = mark.top;
            if (*this).stack.current() != mark.segment {
                let (_, limit) = (*this).stack.restore(mark.segment);
                (*this).stack_limit = limit;
            }
        }
    }

    /// Whether the error that is pending is one that a guest can wait for. The request to exit is
    /// not.
    pub fn can_wait(&self) -> bool {
        self.pending
            .as_ref()
            .is_some_and(|error| error.exit_code().is_none())
    }
}
