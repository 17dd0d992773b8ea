//! A panic ends the program: there is nothing to unwind to.

use crate::machine::{self, println};
use core::panic::PanicInfo;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    println!("{info}");
    machine::exit(false)
}
