//! A panic ends the program: there is nothing to unwind to.

use crate::machine::{self, println};
use core::panic::PanicInfo;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    println!("{info}");
    machine::exit(false)
}

/// What compiled code with tables for unwinding names; nothing unwinds.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// What precompiled `core` names; nothing unwinds.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    machine::exit(false)
}
