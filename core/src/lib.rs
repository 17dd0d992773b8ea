//! The backend-agnostic core of Diptych: what a module is, what runs, and the trait through which
//! a backend executes it.
//!
//! Embedders use the facade `diptych`, which re-exports all of this and knows the backends.

#![no_std]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::alloc_instead_of_core,
    reason = "nothing may need more of the host than it must"
)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod backend;
pub mod backtrace;
mod config;
mod engine;
mod error;
pub mod fuel;
pub mod gc;
pub mod module;
pub mod runtime;
pub mod sort;
pub mod store;
pub mod sync;
mod trap;
pub mod types;
pub mod vm;

pub use backtrace::{Backtrace, BacktraceFrame};
pub use config::{
    BackendKind, CompilationMode, CompileProgress, Config, Dispatch, OptLevel, ProfilerKind,
};
pub use engine::Engine;
pub use error::{Error, ErrorKind, Result};
pub use module::{CacheKey, CodeCache, Module};
pub use runtime::{
    AnyRef, ArrayRef, Exception, ExnRef, Export, Extern, ExternRef, Func, Global, Instance,
    InstancePre, IntoFunc, Linker, Memory, MemoryAccessError, OwnedRef, Ref, ResumableCall,
    RootScope, SharedMemory, StructRef, SuspendedCall, Table, Tag, TypedFunc, V128, Val,
    WaitResult, WasmParams, WasmResults, WasmRet, WasmTy,
};
pub use store::{
    AsContext, AsContextMut, Caller, InterruptHandle, ResourceLimiter, Store, StoreContext,
    StoreContextMut, StoreLimits, StoreLimitsBuilder,
};
pub use trap::Trap;
pub use types::{
    ExternType, FuncType, GlobalType, HeapType, MemoryType, Mutability, RefType, TableType,
    TagType, ValType,
};

pub use diptych_platform as platform;

/// Whether vectors of 128 bits are compiled in, by the feature `simd`.
pub const SIMD: bool = cfg!(feature = "simd");
/// Whether structures, arrays and casts are compiled in, by the feature `gc`.
pub const GC: bool = cfg!(feature = "gc");
/// Whether exceptions are compiled in, by the feature `exceptions`.
pub const EXCEPTIONS: bool = cfg!(feature = "exceptions");
/// Whether shared memories and atomic operators are compiled in, by the feature `atomics`.
pub const ATOMICS: bool = cfg!(feature = "atomics");

/// The items, when vectors are compiled in ([`SIMD`]): a backend has no feature of its own, since
/// it must execute what modules are validated by.
#[cfg(feature = "simd")]
#[macro_export]
macro_rules! if_simd {
    ($($item:item)*) => { $($item)* };
}

/// The items, when vectors are compiled in ([`SIMD`]): a backend has no feature of its own, since
/// it must execute what modules are validated by.
#[cfg(not(feature = "simd"))]
#[macro_export]
macro_rules! if_simd {
    ($($item:item)*) => {};
}
