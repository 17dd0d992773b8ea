//! Modules: what they are and how they are opened.
//!
//! The way of a module's bytes: `sections` validates all but the function bodies and notes where
//! everything is, `validate` validates the bodies, and `build` makes [`ModuleIr`] of what is now
//! known to be valid. A backend makes code of that, and [`Module`] holds both.

mod atomic_op;
mod branch_hints;
mod build;
mod const_expr;
mod data;
mod handle;
mod ir;
mod names;
mod operators;
mod parallel;
mod proposal;
mod sections;
mod serialize;
#[cfg(test)]
mod tests;
mod types;
mod validate;

pub use atomic_op::{AtomicAction, AtomicOp};
pub use const_expr::{ConstExpr, ConstOp};
pub use handle::{ExportType, ImportType, Module};
pub use ir::{
    CustomSection, DataSegment, ElementItems, ElementMode, ElementSegment, EntityIdx, Export,
    Global, Import, ModuleIr, ModuleType, Table,
};
pub use operators::Operators;
pub use parallel::each_body;
pub use proposal::proposal_name;
pub use serialize::{CacheKey, CodeCache};

pub(crate) use data::Made as MadeImages;
