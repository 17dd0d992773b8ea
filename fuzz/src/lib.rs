//! Differential fuzzing: random modules, executed in every configuration, compared in all that can
//! be seen.
//!
//! * [`configurations`] is the table of what has to agree;
//! * [`generate`] makes cases from seeds;
//! * [`oracle`] executes a case everywhere and compares;
//! * [`session`] does so for one seed after the other, and counts;
//! * [`coverage`] counts which operators are executed;
//! * [`faults`] plants known faults, which all this has to find;
//! * [`reduce`] makes a case small on which they differ.
//!
//! The program `diptych-fuzz` does this for as long as it is told; `docs/testing.md` says how.

pub mod case;
mod clock;
pub mod configurations;
pub mod coverage;
pub mod faults;
pub mod generate;
mod module;
pub mod oracle;
pub mod random;
pub mod reduce;
pub mod session;

pub use module::FEATURES;

/// Modules with more in some of their sections, for whoever has to have other functions in them.
pub mod binary {
    pub use crate::module::{Section, code_with, extend, spaces};
}
