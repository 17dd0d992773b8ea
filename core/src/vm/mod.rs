//! The data layout that interpreted and generated code read: the contract of both backends.
//!
//! Everything here is `#[repr(C)]` and reached through raw pointers, because guest code runs on
//! it between two Rust calls. The owner is always the store: a [`VmCtx`] lives as long as the
//! store of its instance, at one address.
//!
//! # Values
//! A WebAssembly value takes one 64-bit slot (`v128`: two, low half first). `i32` and `f32` are
//! stored zero-extended. A `funcref` is the address of a [`FuncRef`] or 0; every other reference is
//! one of the [heap](crate::gc), 32 bits zero-extended, or 0 for null.

pub mod atomic;
mod ctx;
pub mod frame;
mod func_ref;
pub mod heap_calls;
pub mod libcalls;
mod stack;

pub use ctx::{Fibers, NativeStack, VmCtx, VmGlobal, VmMemory, VmStore, VmTable, length};
pub use func_ref::{ArrayCall, FuncRef, Status, call_array};
pub use stack::{StackMark, StackSegment, ValueStack};
