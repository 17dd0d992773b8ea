//! What runs: instances and what they are made of, and the embedder's handles to them.
//!
//! Each kind of thing is an object, which its store owns, and a handle, which names it.

mod any_ref;
mod const_eval;
mod exception;
mod extern_ref;
mod externs;
mod func;
mod global;
mod instance;
mod instantiate;
mod linker;
mod matching;
mod memory;
mod shared_memory;
mod table;
mod val;
mod wait;

pub use any_ref::{AnyRef, ArrayRef, ExnRef, OwnedRef, RootScope, StructRef};
pub use exception::Exception;
pub use extern_ref::ExternRef;
pub use externs::{Export, Extern};
pub use func::{
    Func, IntoFunc, ResumableCall, SuspendedCall, TypedFunc, WasmParams, WasmResults, WasmRet,
    WasmTy,
};
pub use global::{Global, Tag};
pub use instance::Instance;
pub use linker::{InstancePre, Linker};
pub use memory::{Memory, MemoryAccessError};
pub use shared_memory::SharedMemory;
pub use table::Table;
pub use val::{Ref, V128, Val};
pub use wait::WaitResult;

pub(crate) use func::{FuncObject, HostFunc, types_of};
pub(crate) use global::{GlobalObject, TagObject};
pub(crate) use instance::InstanceObject;
pub(crate) use memory::MemoryObject;
pub(crate) use table::TableObject;
pub(crate) use wait::{Signal, Wait, Wakeup};
