//! Runs specification tests, and programs written as such, on machines without an operating
//! system.
//!
//! What a port of Diptych to a new machine takes is here: a heap ([`heap`]) and an entry
//! ([`machine`]); the rest is an ordinary embedding. `docs/porting.md` follows it step by step.
//!
//! The file `scripts.pack`, which `diptych-wast --pack` writes, is read through the machine's
//! debugger or kernel, script by script.

#![no_std]
#![no_main]

extern crate alloc;

mod heap;
mod machine;
mod panic;
mod suite;

use machine::println;

/// What every machine calls once it can run Rust, from its reset or entry.
pub(crate) extern "C" fn main() -> ! {
    heap::init();
    match suite::run("scripts.pack") {
        Ok(counts) => {
            println!("heap: {} KiB at most", heap::peak() >> 10);
            println!("{counts}");
            machine::exit(counts.failed == 0 && counts.passed > 0)
        }
        Err(error) => {
            println!("{error}");
            machine::exit(false)
        }
    }
}
