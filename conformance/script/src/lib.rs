//! What the directives of WebAssembly's specification tests mean, without the text that they are
//! written in: `no_std`, so that a device runs the suite too.
//!
//! * a [`Directive`] is one step of a script, its modules encoded;
//! * a [`World`] executes them, one after the other, and says for each whether the engine did as
//!   it should ([`Problem`]);
//! * [`pack`] writes scripts to a compact binary form and reads them from it.
//!
//! Parsing the text, and reports, are `diptych-conformance`'s, which is built on this.

#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::alloc_instead_of_core,
    reason = "nothing may need more of the host than it must"
)]

extern crate alloc;

mod directive;
mod feature;
pub mod pack;
mod problem;
mod spectest;
mod value;
mod world;

pub use directive::{Action, Binary, Call, Directive};
pub use feature::Features;
pub use problem::Problem;
pub use value::{Argument, Expected, Heap, Object, Pattern};
pub use world::{Shared, World};
