//! What Diptych asks of an operating system, as traits that an embedder can implement, with
//! implementations that need nothing but an allocator.

#![no_std]

extern crate alloc;

mod memory;

pub use memory::{
    AllocMemory, AllocMemoryCreator, LinearMemory, MemoryCreator, MemoryError, MemoryRequest,
};
