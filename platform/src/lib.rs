//! What Diptych asks of an operating system, as traits that an embedder can implement, with
//! implementations that need nothing but an allocator.

#![no_std]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::alloc_instead_of_core,
    reason = "nothing may need more of the host than it must"
)]

extern crate alloc;

mod memory;

pub use memory::{
    AllocMemory, AllocMemoryCreator, LinearMemory, MemoryCreator, MemoryError, MemoryRequest,
};
