//! The few instructions that neither Rust nor Cranelift can express: to go where the stack was
//! before, and to look up a callee without losing the arguments it was called with.
//!
//! # Safety
//! Each stub is reached only from compiled code, with the registers that its documentation says.
//! None has a frame that must be unwound, and the Rust functions they call never unwind.

/// The size of what precedes a module's stubs for functions, in bytes.
pub(crate) const ENTRY_STUB_HEADER_BYTES: usize = 32;
/// Where in it the code begins that the traps of functions lead to which must not fault: it goes on
/// to [`raise`].
pub(crate) const RAISE_OFFSET: usize = 16;

cfg_if::cfg_if! {
    if #[cfg(target_arch = "x86_64")] {
        mod x86_64;
        pub(crate) use x86_64::*;
    } else if #[cfg(target_arch = "aarch64")] {
        mod aarch64;
        pub(crate) use aarch64::*;
    } else {
        compile_error!("the compiler is for x86_64 and aarch64");
    }
}
