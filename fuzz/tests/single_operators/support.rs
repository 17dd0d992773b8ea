//! What the meanings of numeric operators are written in.

pub(crate) use diptych::Trap;
pub(crate) use types::Ty;

#[path = "../../../interp/tests/support/reference.rs"]
pub(crate) mod reference;
#[path = "../../../interp/tests/support/types.rs"]
mod types;
