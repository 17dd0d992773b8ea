//! The functions of the runtime that compiled code calls, as one table.
//!
//! # Safety
//! Compiled code calls them with a live instance, whose store no one else uses, and with indices
//! that validation has checked. One that fails leaves its error in the store's `pending`.

use crate::abi::{self, POINTER};
use cranelift_codegen::ir::{Signature, Type, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use diptych_core::gc::CastTarget;
use diptych_core::types::{DataIdx, ElemIdx, FuncIdx, MemoryIdx, TableIdx, TagIdx, TypeIdx};
use diptych_core::vm::{FuncRef, VmCtx, heap_calls, libcalls};
use diptych_core::{Error, Trap};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a builtin returns that failed and otherwise returns nothing.
pub(crate) const FAILED: u32 = 1;
/// What [`Builtin::AtomicWait32`] and [`Builtin::AtomicWait64`] return when they failed.
pub(crate) const WAIT_FAILED: u32 = libcalls::WAIT_INTERRUPTED + 1;
/// What [`Builtin::AtomicNotify`] returns when it failed.
pub(crate) const NOTIFY_FAILED: u64 = u64::MAX;
/// What a growth returns that failed for another reason than that there is no room.
pub(crate) const GROWTH_FAILED: u64 = u64::MAX - 1;

macro_rules! clif_type {
    (u32) => {
        types::I32
    };
    (u64) => {
        types::I64
    };
    (f32) => {
        types::F32
    };
    (f64) => {
        types::F64
    };
    (ctx) => {
        POINTER
    };
    (vectors) => {
        POINTER
    };
}

macro_rules! rust_type {
    (ctx) => {
        *mut VmCtx
    };
    (vectors) => {
        *mut [[u8; 16]; 2]
    };
    ($ty:ident) => {
        $ty
    };
}

macro_rules! builtins {
    ($($(#[$doc:meta])* $name:ident = $func:path, ($($param:ident),*) $(-> $result:ident)?;)*) => {
        /// A function of the runtime.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(usize)]
        pub(crate) enum Builtin {
            $($(#[$doc])* $name,)*
        }

        impl Builtin {
            /// Every builtin, in the order of the table of addresses.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its parameters and results.
            pub(crate) fn types(self) -> (&'static [Type], &'static [Type]) {
                match self {
                    $(Self::$name => (&[$(clif_type!($param)),*], &[$(clif_type!($result))?]),)*
                }
            }
        }

        /// Their addresses.
        static ADDRESSES: Addresses = {
            $(const _: unsafe extern "C" fn($(rust_type!($param)),*) $(-> $result)? = $func;)*
            Addresses([$($func as *const u8),*])
        };
    };
}

/// Addresses of functions.
struct Addresses([*const u8; Builtin::ALL.len()]);

// SAFETY: functions are never written.
unsafe impl Sync for Addresses {}

/// The addresses of the builtins, in the order of [`Builtin::ALL`].
pub(crate) fn addresses() -> *const *const u8 {
    ADDRESSES.0.as_ptr()
}

impl Builtin {
    /// Whether it keeps all registers, so that code which hardly ever calls it has none to give up
    /// for it.
    const fn keeps_registers(self) -> bool {
        matches!(self, Self::OutOfFuel | Self::Interrupt)
    }

    /// Its signature on a machine.
    pub(crate) fn signature(self, isa: &dyn TargetIsa) -> Signature {
        let (params, results) = self.types();
        let mut signature = abi::host_signature(isa, params, results);
        if self.keeps_registers() {
            signature.call_conv = CallConv::PreserveAll;
        }
        signature
    }

    /// Where its address is in the table, in bytes.
    pub(crate) const fn offset(self) -> i32 {
        (self as usize * size_of::<*const u8>()) as i32
    }
}

builtins! {
    /// Ends the guest with the pending error of the builtin that was called last. Never returns.
    RaisePending = crate::stubs::raise_pending, (ctx);
    /// Ends the guest, which has not so much fuel; or suspends it, and returns when it has.
    OutOfFuel = crate::stubs::out_of_fuel, (ctx, u64);
    /// Ends the guest, which another thread interrupts; or returns when it is to go on.
    Interrupt = crate::stubs::interrupt, (ctx);
    /// `memory.grow`: the pages before, `u64::MAX`, or [`GROWTH_FAILED`].
    MemoryGrow = memory_grow, (ctx, u32, u64) -> u64;
    /// `memory.fill`: 0, or [`FAILED`]. The memory, destination, value and length.
    MemoryFill = memory_fill, (ctx, u32, u64, u32, u64) -> u32;
    /// `memory.copy`: 0, or [`FAILED`]. The memories, destination, source and length.
    MemoryCopy = memory_copy, (ctx, u32, u32, u64, u64, u64) -> u32;
    /// `memory.init`: 0, or [`FAILED`]. The memory, segment, destination, source and length.
    MemoryInit = memory_init, (ctx, u32, u32, u64, u64, u64) -> u32;
    /// `memory.atomic.notify`: how many were woken, or [`NOTIFY_FAILED`]. The memory, index, offset
    /// and count.
    AtomicNotify = atomic_notify, (ctx, u32, u64, u64, u32) -> u64;
    /// `memory.atomic.wait32`: its result,
    /// [`WAIT_INTERRUPTED`](diptych_core::vm::libcalls::WAIT_INTERRUPTED), or [`WAIT_FAILED`]. The
    /// memory, index, offset, expected value and timeout.
    AtomicWait32 = atomic_wait32, (ctx, u32, u64, u64, u32, u64) -> u32;
    /// `memory.atomic.wait64`, likewise.
    AtomicWait64 = atomic_wait64, (ctx, u32, u64, u64, u64, u64) -> u32;
    /// `data.drop`.
    DataDrop = data_drop, (ctx, u32);
    /// `table.grow`: the size before, `u64::MAX`, or [`GROWTH_FAILED`]. The table, initial value
    /// and number of elements.
    TableGrow = table_grow, (ctx, u32, u64, u64) -> u64;
    /// `table.fill`: 0, or [`FAILED`]. The table, destination, value and length.
    TableFill = table_fill, (ctx, u32, u64, u64, u64) -> u32;
    /// `table.copy`: 0, or [`FAILED`]. The tables, destination, source and length.
    TableCopy = table_copy, (ctx, u32, u32, u64, u64, u64) -> u32;
    /// `table.init`: 0, or [`FAILED`]. The table, segment, destination, source and length.
    TableInit = table_init, (ctx, u32, u32, u64, u64, u64) -> u32;
    /// `elem.drop`.
    ElemDrop = elem_drop, (ctx, u32);
    /// `ref.func`.
    RefFunc = ref_func, (ctx, u32) -> u64;
    /// Whether a function's type is a subtype of another one: 1 or 0.
    FuncrefIsSubtype = funcref_is_subtype, (ctx, u64, u32) -> u32;
    /// Takes room for an object of this size: the reference, or 0 when it failed.
    Allocate = crate::stubs::allocate, (ctx, u32) -> u64;
    /// `array.new_default`, with the type and the length: the reference, or 0.
    ArrayNewDefault = crate::stubs::array_new_default, (ctx, u32, u32) -> u64;
    /// `array.new_data`, with the type, the segment, the source and the length: the reference, or
    /// 0.
    ArrayNewData = crate::stubs::array_new_data, (ctx, u32, u32, u32, u32) -> u64;
    /// `array.new_elem`, likewise.
    ArrayNewElem = crate::stubs::array_new_elem, (ctx, u32, u32, u32, u32) -> u64;
    /// An exception with this tag and zeroes for values: the reference, or 0.
    ExceptionNew = crate::stubs::exception_new_default, (ctx, u32) -> u64;
    /// Collects at a call of the function that calls this. Gives nothing of use.
    CollectAtCall = crate::stubs::collect_at_call, (ctx) -> u64;
    /// Throws an exception out of the function that calls this. Never returns.
    Throw = crate::stubs::throw, (ctx, u64);
    /// `array.fill`: 0, or [`FAILED`]. The array, index, both halves of the value, and length.
    ArrayFill = array_fill, (ctx, u64, u32, u64, u64, u32) -> u32;
    /// `array.copy`: 0, or [`FAILED`]. The array to write to and an index, the array to read from
    /// and an index, and the length.
    ArrayCopy = array_copy, (ctx, u64, u32, u64, u32, u32) -> u32;
    /// `array.init_data`: 0, or [`FAILED`]. The segment, array, index, source and length.
    ArrayInitData = array_init_data, (ctx, u32, u64, u32, u32, u32) -> u32;
    /// `array.init_elem`: 0, or [`FAILED`]. The segment, array, index, source and length.
    ArrayInitElem = array_init_elem, (ctx, u32, u64, u32, u32, u32) -> u32;
    /// Whether a reference is of the type that the bits say: 1 or 0.
    RefTest = ref_test, (ctx, u64, u32) -> u32;
    /// `f32.ceil`, where the machine has no instruction for it; so the others.
    CeilF32 = ceil_f32, (f32) -> f32;
    /// `f64.ceil`.
    CeilF64 = ceil_f64, (f64) -> f64;
    /// `f32.floor`.
    FloorF32 = floor_f32, (f32) -> f32;
    /// `f64.floor`.
    FloorF64 = floor_f64, (f64) -> f64;
    /// `f32.trunc`.
    TruncF32 = trunc_f32, (f32) -> f32;
    /// `f64.trunc`.
    TruncF64 = trunc_f64, (f64) -> f64;
    /// `f32.nearest`.
    NearestF32 = nearest_f32, (f32) -> f32;
    /// `f64.nearest`.
    NearestF64 = nearest_f64, (f64) -> f64;
    /// A multiplication and an addition that is rounded once, where the machine has no instruction
    /// for it.
    FmaF32 = fma_f32, (f32, f32, f32) -> f32;
    /// The same of 64 bits.
    FmaF64 = fma_f64, (f64, f64, f64) -> f64;
    /// `i8x16.swizzle`, where the machine has no instruction for it: of a vector and the indices
    /// behind it, in the place of the vector.
    Swizzle = swizzle, (vectors);
}

/// Leaves the error of a builtin in the store.
///
/// # Safety
/// See the module.
unsafe fn outcome(ctx: *mut VmCtx, result: Result<(), Trap>) -> u32 {
    match result {
        Ok(()) => 0,
        Err(trap) => {
            // SAFETY: see the module.
            unsafe { (*(*ctx).store).pending = Some(trap.into()) };
            FAILED
        }
    }
}

/// What a builtin returns that calls what the host supplies: `failed` when it left an error or a
/// panic, which ends the guest too.
///
/// # Safety
/// See the module.
unsafe fn with_host<T>(ctx: *mut VmCtx, failed: T, call: impl FnOnce() -> Result<T, Error>) -> T {
    let result = catch_unwind(AssertUnwindSafe(call));
    // SAFETY: see the module.
    unsafe {
        let store = (*ctx).store;
        match result {
            Ok(Ok(result)) => return result,
            Ok(Err(error)) => (*store).pending = Some(error),
            Err(panic) => (*store).panic = Some(panic),
        }
    }
    failed
}

macro_rules! forward {
    ($calls:ident: $(
        $vis:vis $name:ident($($param:ident: $ty:ty as $wrap:expr),*) $(-> $result:ty)?, $finish:ident;
    )*) => {$(
        #[doc = concat!("[`", stringify!($calls), "::", stringify!($name), "`] for compiled code.")]
        ///
        /// # Safety
        /// See the module.
        $vis unsafe extern "C" fn $name(ctx: *mut VmCtx, $($param: $ty),*) $(-> $result)? {
            // SAFETY: see the module.
            unsafe {
                let result = $calls::$name(ctx, $($wrap),*);
                $finish(ctx, result)
            }
        }
    )*};
}

/// # Safety
/// None is needed; it takes the place of [`outcome`].
unsafe fn plain<T>(_: *mut VmCtx, result: T) -> T {
    result
}

forward! { libcalls:
    memory_fill(
        memory: u32 as MemoryIdx(memory),
        dst: u64 as dst,
        value: u32 as value as u8,
        len: u64 as len
    ) -> u32, outcome;
    memory_copy(
        to: u32 as MemoryIdx(to),
        from: u32 as MemoryIdx(from),
        dst: u64 as dst,
        src: u64 as src,
        len: u64 as len
    ) -> u32, outcome;
    memory_init(
        memory: u32 as MemoryIdx(memory),
        data: u32 as DataIdx(data),
        dst: u64 as dst,
        src: u64 as src,
        len: u64 as len
    ) -> u32, outcome;
    data_drop(data: u32 as DataIdx(data)), plain;
    table_fill(
        table: u32 as TableIdx(table),
        dst: u64 as dst,
        value: u64 as value,
        len: u64 as len
    ) -> u32, outcome;
    table_copy(
        to: u32 as TableIdx(to),
        from: u32 as TableIdx(from),
        dst: u64 as dst,
        src: u64 as src,
        len: u64 as len
    ) -> u32, outcome;
    table_init(
        table: u32 as TableIdx(table),
        elem: u32 as ElemIdx(elem),
        dst: u64 as dst,
        src: u64 as src,
        len: u64 as len
    ) -> u32, outcome;
    elem_drop(elem: u32 as ElemIdx(elem)), plain;
}

unsafe extern "C" fn memory_grow(ctx: *mut VmCtx, memory: u32, delta: u64) -> u64 {
    // SAFETY: see the module.
    unsafe {
        with_host(ctx, GROWTH_FAILED, || {
            libcalls::memory_grow(ctx, MemoryIdx(memory), delta)
        })
    }
}

unsafe extern "C" fn atomic_notify(
    ctx: *mut VmCtx,
    memory: u32,
    index: u64,
    offset: u64,
    count: u32,
) -> u64 {
    // SAFETY: see the module.
    unsafe {
        with_host(ctx, NOTIFY_FAILED, || {
            let address = libcalls::atomic_address(index, offset, false)?;
            let woken = libcalls::atomic_notify(ctx, MemoryIdx(memory), address, count)?;
            Ok(woken.into())
        })
    }
}

macro_rules! waits {
    ($($name:ident: $ty:ty;)*) => {$(
        unsafe extern "C" fn $name(
            ctx: *mut VmCtx,
            memory: u32,
            index: u64,
            offset: u64,
            expected: $ty,
            timeout: u64,
        ) -> u32 {
            // SAFETY: see the module.
            unsafe {
                with_host(ctx, WAIT_FAILED, || {
                    let address = libcalls::atomic_address(index, offset, size_of::<$ty>() == 8)?;
                    let memory = MemoryIdx(memory);
                    libcalls::atomic_wait(ctx, memory, address, expected, timeout as i64)
                })
            }
        }
    )*};
}

waits! {
    atomic_wait32: u32;
    atomic_wait64: u64;
}

unsafe extern "C" fn table_grow(ctx: *mut VmCtx, table: u32, init: u64, delta: u64) -> u64 {
    // SAFETY: see the module.
    unsafe {
        with_host(ctx, GROWTH_FAILED, || {
            libcalls::table_grow(ctx, TableIdx(table), init, delta)
        })
    }
}

unsafe extern "C" fn ref_func(ctx: *mut VmCtx, func: u32) -> u64 {
    // SAFETY: see the module.
    unsafe { libcalls::ref_func(ctx, FuncIdx(func)) as u64 }
}

unsafe extern "C" fn funcref_is_subtype(ctx: *mut VmCtx, func: u64, ty: u32) -> u32 {
    // SAFETY: see the module; the module has so many types, and a reference that is not null is
    // the address of a function.
    unsafe {
        let ty = (*(*ctx).types.add(ty as usize)).id;
        u32::from(libcalls::funcref_is_subtype(func as *mut FuncRef, ty))
    }
}

/// Leaves the error of a builtin that makes an object in the store, and gives 0.
///
/// # Safety
/// See the module.
unsafe fn made(ctx: *mut VmCtx, result: Result<u64, Error>) -> u64 {
    result.unwrap_or_else(|error| {
        // SAFETY: see the module.
        unsafe { (*(*ctx).store).pending = Some(error) };
        0
    })
}

// The stubs for these have noted where the guest is.
forward! { heap_calls:
    pub(crate) allocate(size: u32 as size) -> u64, made;
    pub(crate) array_new_default(ty: u32 as TypeIdx(ty), len: u32 as len) -> u64, made;
    pub(crate) array_new_data(
        ty: u32 as TypeIdx(ty),
        data: u32 as DataIdx(data),
        src: u32 as src,
        len: u32 as len
    ) -> u64, made;
    pub(crate) array_new_elem(
        ty: u32 as TypeIdx(ty),
        elem: u32 as ElemIdx(elem),
        src: u32 as src,
        len: u32 as len
    ) -> u64, made;
    pub(crate) exception_new_default(tag: u32 as TagIdx(tag)) -> u64, made;
}

/// [`heap_calls::collect_at_call`] for compiled code.
///
/// # Safety
/// See the module; the store knows where the guest is.
pub(crate) unsafe extern "C" fn collect_at_call(ctx: *mut VmCtx) -> u64 {
    // SAFETY: see the module.
    unsafe { heap_calls::collect_at_call(ctx) };
    0
}

forward! { heap_calls:
    array_copy(
        to: u64 as to,
        to_index: u32 as to_index,
        from: u64 as from,
        from_index: u32 as from_index,
        len: u32 as len
    ) -> u32, outcome;
    array_init_data(
        data: u32 as DataIdx(data),
        array: u64 as array,
        index: u32 as index,
        src: u32 as src,
        len: u32 as len
    ) -> u32, outcome;
    array_init_elem(
        elem: u32 as ElemIdx(elem),
        array: u64 as array,
        index: u32 as index,
        src: u32 as src,
        len: u32 as len
    ) -> u32, outcome;
}

unsafe extern "C" fn array_fill(
    ctx: *mut VmCtx,
    array: u64,
    index: u32,
    low: u64,
    high: u64,
    len: u32,
) -> u32 {
    let value = [low, high];
    // SAFETY: see the module.
    unsafe {
        let result = heap_calls::array_fill(ctx, array, index, value.as_ptr(), len);
        outcome(ctx, result)
    }
}

unsafe extern "C" fn ref_test(ctx: *mut VmCtx, reference: u64, target: u32) -> u32 {
    // SAFETY: see the module.
    unsafe { CastTarget::from_bits(target).matches(ctx, reference).into() }
}

macro_rules! rounding {
    ($($name:ident, $ty:ty, $func:path;)*) => {$(
        unsafe extern "C" fn $name(value: $ty) -> $ty {
            $func(value)
        }
    )*};
}

rounding! {
    ceil_f32, f32, libm::ceilf;
    ceil_f64, f64, libm::ceil;
    floor_f32, f32, libm::floorf;
    floor_f64, f64, libm::floor;
    trunc_f32, f32, libm::truncf;
    trunc_f64, f64, libm::trunc;
    nearest_f32, f32, libm::rintf;
    nearest_f64, f64, libm::rint;
}

unsafe extern "C" fn fma_f32(a: f32, b: f32, c: f32) -> f32 {
    libm::fmaf(a, b, c)
}

unsafe extern "C" fn fma_f64(a: f64, b: f64, c: f64) -> f64 {
    libm::fma(a, b, c)
}

unsafe extern "C" fn swizzle(vectors: *mut [[u8; 16]; 2]) {
    // SAFETY: see the module; compiled code passes what is in its frame.
    let [vector, indices] = unsafe { &mut *vectors };
    let from = *vector;
    *vector = indices.map(|index| from.get(usize::from(index)).copied().unwrap_or(0));
}
