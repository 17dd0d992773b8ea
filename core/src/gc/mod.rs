//! The heap of a store: structures, arrays and exceptions, and the collector of those that nothing
//! leads to ([spec](https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances)).
//!
//! The collector copies: allocation is the addition to a pointer, which both backends do
//! themselves, cycles are no special case, and its time depends on what is alive only. It knows
//! all places that hold references: globals, tables, segments, the embedder's handles, and the
//! frames of both backends, whose translators say which slots hold references at each place where
//! a collection can happen. So it can move every object. Values of the host's that guests hold are
//! in a table beside the heap, and the collector finds out which of them nothing leads to either.

mod access;
mod cast;
mod collect;
mod heap;
mod host;
mod layout;
mod roots;

pub use access::{read_field, write_field};
pub use cast::{CastHeap, CastTarget};
pub use heap::{VmHeap, is_object};
pub use layout::{
    ALIGN, ARRAY_BASE, ARRAY_LEN, DISPLAY, EXCEPTION_TAG, Field, GcKind, GcType, GcTypeRef,
    HEADER_BYTES, Storage, exception_fields, is_traced,
};

/// Whether guests can make objects in this build.
pub const OBJECTS: bool = crate::GC || crate::EXCEPTIONS;

pub(crate) use collect::{
    Gc, Pause, allocate, collect, collect_at_call, drop_lost, new_object, push_host_value,
};
pub(crate) use heap::{array_len, immediate, type_of};
pub(crate) use roots::{Handle, Owned};
