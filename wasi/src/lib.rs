//! WASI preview 1 for Diptych: programs that were compiled for `wasm32-wasip1` get their
//! arguments, their files, their clocks and the rest of what the interface has.
//!
//! ```no_run
//! use diptych::{Engine, Linker, Module, Result, Store};
//! use diptych_wasi::{DirPerms, FilePerms, WasiCtx, WasiCtxBuilder};
//!
//! # fn example(engine: &Engine) -> Result<()> {
//! let module = Module::from_file(engine, "tool.wasm")?;
//! let mut linker = Linker::<WasiCtx>::new(engine);
//! diptych_wasi::add_to_linker(&mut linker, |wasi| wasi)?;
//!
//! let wasi = WasiCtxBuilder::new()
//!     .args(["tool", "input.txt"])
//!     .inherit_stdio()
//!     .preopened_dir("data", ".", DirPerms::READ, FilePerms::READ)
//!     .map_err(diptych::Error::host)?
//!     .build();
//! let mut store = Store::new(engine, wasi);
//! let instance = linker.instantiate(&mut store, &module)?;
//! let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
//! let code = match start.call(&mut store, ()) {
//!     Ok(()) => 0,
//!     Err(error) => error.exit_code().ok_or(error)?,
//! };
//! # Ok(())
//! # }
//! ```
//!
//! # What a guest can do
//!
//! Only what the [`WasiCtxBuilder`] was told. Directories are given with permissions, and no path
//! leads out of them: an absolute path, one with too many `..`, and one through a symbolic link
//! that leads out give `EPERM`. The rights of preview 1 are kept as well: a guest can give up
//! rights of a descriptor and does not get them back.
//!
//! Every pointer of the guest is checked (`EFAULT`), and nothing that a guest does makes the host
//! allocate more than a bounded amount, except a [`WritePipe`] without a bound.
//!
//! # Threads
//!
//! A guest's memory can be one that threads share. Programs for `wasm32-wasip1-threads` start
//! threads by `wasi::thread-spawn`: that, their stores, and their common end are the matter of
//! [`WasiThreads`]. An embedder that starts threads otherwise gives the store of each a clone of one
//! [`WasiCtx`].
//!
//! # What a guest cannot do
//!
//! There are no sockets: preview 1 has no way to open one, and the functions for them say
//! `ENOTSOCK`.
//!
//! # Waiting
//!
//! A guest that reads from a stream or waits for a clock keeps the host's thread. How that is ended
//! from outside is said at [`WasiCtxBuilder::cancel_waits_when`].

#![forbid(unsafe_code)]

extern crate alloc;

mod clock;
mod ctx;
mod errno;
mod fd;
mod fd_table;
mod functions;
mod host;
mod io;
mod linker;
mod memory;
mod observe;
mod open;
mod path;
mod perms;
mod pipe;
mod poll;
mod process;
mod random;
mod readdir;
mod stdio;
mod stream;
mod strings;
// The error codes that they expect are those of Unix.
#[cfg(all(test, unix))]
mod tests;
mod threads;
mod types;
mod wait;

pub use clock::{MonotonicClock, WallClock};
pub use ctx::{WasiCtx, WasiCtxBuilder};
pub use linker::add_to_linker;
pub use observe::{CallEnd, CallSeen};
pub use perms::{DirPerms, FilePerms};
pub use pipe::{ReadPipe, WritePipe};
pub use random::RandomSource;
pub use stream::{InputStream, OutputStream, Readiness};
pub use threads::{WasiThreads, add_threads_to_linker, define_shared_memories, spawns_threads};
