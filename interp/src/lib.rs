//! The portable interpreter of Diptych: folded register code, executed by threaded or loop
//! dispatch from one table of operations.

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

mod code;
#[cfg(feature = "disasm")]
mod disasm;
mod driver;
mod exec;
mod module;
mod ops;
#[cfg(all(tail_dispatch, not(debug_assertions)))]
mod probe;
mod references;
#[cfg(feature = "count-sequences")]
mod sequences;
mod slow;
mod translate;
mod walk;

pub use module::{Interp, backend};
