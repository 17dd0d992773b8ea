//! The backend-agnostic core of Diptych: what a module is, what runs, and the trait through which
//! a backend executes it.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod backend;
mod backtrace;
mod config;
mod engine;
mod error;
pub mod module;
pub mod runtime;
pub mod store;
mod trap;
pub mod types;
pub mod vm;
