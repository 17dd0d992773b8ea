//! What the tests of guest behaviour share: types and values, and the engine in every mode.

pub(crate) mod machine;
pub(crate) mod reference;
mod types;

pub(crate) use machine::{Guest, Trap, modes};
pub(crate) use types::Ty;
