//! What Diptych asks of an operating system, as traits that an embedder can implement, with
//! implementations for common systems and one that needs nothing but an allocator.
//!
//! | what | trait or function | needs | implementation |
//! |---|---|---|---|
//! | linear memories | [`MemoryCreator`] | nothing | [`AllocMemoryCreator`] |
//! | linear memories with guards, which never move | [`MemoryCreator`] | `mmap`, 64-bit addresses | `MmapMemoryCreator` |
//! | executable memory | [`CodeMemory`] | `mmap` | `MmapCodeMemory` |
//! | faults of compiled code | [`TrapCatcher`] | `signals` | `SignalTrapCatcher` |
//! | files that are mapped | [`StoredBytes`] | `mmap` | |
//! | the bounds of a thread's stack | [`thread_stack`] | `mmap` or `signals` | |
//! | threads to share work with | [`Workers`] | `threads` | `ThreadWorkers` |
//! | threads that sleep until they are woken | [`Parking`] | `threads` | `ThreadParking` |
//!
//! The features `mmap` and `signals` need the standard library and a Unix or Windows. Faults are
//! caught on Linux, macOS and Windows, on x86_64 and aarch64; elsewhere their installation fails.
//! With `tls` a thread remembers the bounds of its stack. `std` alone changes nothing yet but what
//! the features need; without any of them the crate is `no_std`.

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

mod bytes;
mod code;
mod memory;
#[cfg(all(feature = "mmap", any(unix, windows)))]
mod os;
mod parking;
mod stack;
mod trap;
mod workers;

pub use bytes::{SharedBytes, StoredBytes};
#[cfg(all(feature = "mmap", any(unix, windows)))]
pub use code::MmapCodeMemory;
pub use code::{CodeMemory, CodeRegion};
#[cfg(all(feature = "mmap", any(unix, windows)))]
pub use memory::MmapMemoryCreator;
pub use memory::{
    AllocMemory, AllocMemoryCreator, GUARDED_RESERVATION, ImagePart, LINEAR_MEMORY_ALIGN,
    LinearMemory, MemoryCreator, MemoryError, MemoryImage, MemoryRequest,
};
pub use parking::Parking;
#[cfg(feature = "threads")]
pub use parking::ThreadParking;
pub use stack::thread_stack;
pub use trap::{Fault, FaultHandler, FaultKind, Resume, TrapCatcher, TrapCatcherError};
#[cfg(feature = "signals")]
pub use trap::{SignalTrapCatcher, fault_handler_is_installed, install_fault_handler};
#[cfg(feature = "threads")]
pub use workers::ThreadWorkers;
pub use workers::{WORKER_STACK, Workers};
