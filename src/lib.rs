//! Diptych: a WebAssembly runtime to embed, with two interchangeable backends.
//!
//! This package is the facade: everything that `diptych-core` offers, flat, and a [`Config`] that
//! knows the backends which the Cargo features `interp` and `jit` compiled in.
//!
//! ```
//! # #[cfg(all(feature = "interp", feature = "wat"))]
//! # fn main() -> diptych::Result<()> {
//! use diptych::{Caller, Config, Engine, Linker, Module, Store};
//!
//! let engine = Engine::new(&Config::new())?;
//! let module = Module::new(
//!     &engine,
//!     r#"(module
//!         (import "host" "count" (func $count (param i32)))
//!         (func (export "double") (param i32) (result i32)
//!             (call $count (local.get 0))
//!             (i32.shl (local.get 0) (i32.const 1))))"#,
//! )?;
//!
//! let mut linker = Linker::<i32>::new(&engine);
//! linker.func_wrap("host", "count", |mut caller: Caller<'_, i32>, n: i32| {
//!     *caller.data_mut() += n;
//! })?;
//!
//! let mut store = Store::new(&engine, 0);
//! let instance = linker.instantiate(&mut store, &module)?;
//! let double = instance.get_typed_func::<i32, i32>(&mut store, "double")?;
//! assert_eq!(double.call(&mut store, 21)?, 42);
//! assert_eq!(*store.data(), 21);
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "interp", feature = "wat")))]
//! # fn main() {}
//! ```
//!
//! # How the parts fit
//!
//! * An [`Engine`] holds the configuration, the backends and the types; one per process is usual,
//!   and it is cheap to clone.
//! * A [`Module`] is validated code, shared by any number of instances and threads.
//! * A [`Store`] owns everything that runs: instances, memories, tables, globals, and the host's
//!   own state `T`. Dropping it frees them all. One guest, or one group of guests that share
//!   objects, has one store.
//! * A [`Linker`] names what the host offers, and makes [`Instance`]s.
//!
//! Names and signatures are those of wasmtime and wasmi wherever the meaning is the same.
//!
//! # Backends
//!
//! The interpreter runs everywhere and starts at once; the compiler, of the feature `jit`, makes
//! machine code for x86_64 and aarch64. Guests cannot tell them apart: results, traps, backtraces
//! and the use of fuel are the same. `Config::backend` says which of them executes; where nothing
//! is said, it is the interpreter if it is compiled in. Functions that the compiler cannot compile
//! are interpreted when both are there.
//!
//! Compiled guests use the stack of the thread that calls them, as far as `Config::max_wasm_stack`
//! and the thread's own size allow; the interpreter has a stack of its own.
//!
//! ```
//! # #[cfg(all(feature = "jit", feature = "interp"))]
//! # fn main() -> diptych::Result<()> {
//! use diptych::{BackendKind, Config, Engine};
//!
//! let mut config = Config::new();
//! config.backend(BackendKind::Jit);
//! assert_eq!(Engine::new(&config)?.backend().name(), "jit");
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "jit", feature = "interp")))]
//! # fn main() {}
//! ```
//!
//! # Hostile guests
//!
//! Nothing that a module's bytes or a guest's calls can do panics or harms the host, but a guest
//! may well run for ever or ask for all the memory. Set limits: [`Store::limiter`] for memory and
//! tables, fuel or an [`InterruptHandle`] for time, `Config::max_wasm_stack` for recursion. The
//! guide in `docs/guide.md` goes through them.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `interp` | yes | the portable interpreter |
//! | `interp-loop` | yes | the same, smaller and slower: dispatch by a loop only, and modules take longer to open; `interp` includes it |
//! | `proposals` | yes | the next four, which `jit` has always; modules that use what is left out are invalid |
//! | `simd` | yes | vectors of 128 bits |
//! | `gc` | yes | structures, arrays and casts |
//! | `exceptions` | yes | exceptions, also as first proposed |
//! | `atomics` | yes | shared memories and atomic operators |
//! | `jit` | no | the Cranelift JIT |
//! | `std` | yes | files, threads' locks, stacks that the operating system backs |
//! | `threads` | yes | worker threads for validation and compilation |
//! | `mmap` | yes | for the JIT: executable memory and guarded linear memories from the system |
//! | `signals` | yes | for the JIT: faults of compiled code caught as signals or exceptions |
//! | `tls` | yes | for the JIT: a thread remembers where its stack is |
//! | `disasm` | yes | the interpreter's code of a function as text |
//! | `wat` | yes | modules from WebAssembly text |
//! | `cache` | no | compiled code kept on disk |
//! | `cli` | no | the program `diptych` |
//!
//! Without `std` the library needs only `alloc`. What a feature takes from the system an embedder
//! can supply at run time instead: `Config::memory_creator`, [`Config::code_memory`],
//! `Config::trap_catcher`, `Config::workers`.

#![no_std]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::alloc_instead_of_core,
    reason = "nothing may need more of the host than it must"
)]
#![deny(unsafe_code)]

#[cfg(feature = "jit")]
extern crate alloc;

use core::ops::{Deref, DerefMut};

pub use diptych_core::*;
#[cfg(feature = "cache")]
pub use diptych_jit::Cache;

/// How an [`Engine`] behaves: `diptych_core`'s configuration, with the compiled-in backends in it.
///
/// It dereferences to the core's, where the settings are documented:
///
/// ```
/// # use diptych::Config;
/// let mut config = Config::new();
/// config.consume_fuel(true).interruption(true);
/// ```
#[derive(Clone, Debug)]
pub struct Config(diptych_core::Config);

impl Config {
    /// The defaults, with every backend that is compiled in.
    #[cfg_attr(
        not(any(feature = "interp-loop", feature = "jit")),
        expect(unused_mut, reason = "backends are what changes the configuration")
    )]
    pub fn new() -> Self {
        let mut config = diptych_core::Config::new();
        #[cfg(feature = "interp-loop")]
        config.add_backend(diptych_interp::backend());
        #[cfg(feature = "jit")]
        config.add_backend(diptych_jit::backend());
        Self(config)
    }

    /// What gives the compiler memory for code, in the place of the operating system.
    ///
    /// ```
    /// # #[cfg(feature = "mmap")]
    /// # fn main() -> diptych::Result<()> {
    /// use diptych::platform::{CodeMemory, CodeRegion, MemoryError, MmapCodeMemory};
    /// use diptych::{BackendKind, Config, Engine};
    /// use std::sync::Arc;
    ///
    /// /// The operating system's, a few regions of it.
    /// #[derive(Debug)]
    /// struct Small;
    ///
    /// impl CodeMemory for Small {
    ///     fn reserve(&self, len: usize) -> Result<Box<dyn CodeRegion>, MemoryError> {
    ///         if len > 64 << 20 {
    ///             return Err(MemoryError);
    ///         }
    ///         MmapCodeMemory.reserve(len)
    ///     }
    /// }
    ///
    /// let mut config = Config::new();
    /// config.code_memory(Arc::new(Small)).backend(BackendKind::Jit);
    /// let engine = Engine::new(&config)?;
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "mmap"))]
    /// # fn main() {}
    /// ```
    #[cfg(feature = "jit")]
    pub fn code_memory(&mut self, memory: alloc::sync::Arc<dyn platform::CodeMemory>) -> &mut Self {
        let jit = diptych_jit::Jit::with_code_memory(memory);
        self.0.add_backend(alloc::sync::Arc::new(jit));
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for Config {
    type Target = diptych_core::Config;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Config {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}
