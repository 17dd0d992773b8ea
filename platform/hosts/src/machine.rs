//! The machines: how each is entered, and how it reads a file, prints and ends.

use core::fmt;

#[cfg(target_arch = "x86_64")]
#[path = "machine/linux.rs"]
mod system;

#[cfg(not(target_arch = "x86_64"))]
#[path = "machine/semihosting.rs"]
mod system;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[path = "machine/memory_functions.rs"]
mod memory_functions;
#[cfg(target_arch = "aarch64")]
#[path = "machine/aarch64.rs"]
mod processor;
#[cfg(target_arch = "arm")]
#[path = "machine/arm.rs"]
mod processor;
#[cfg(target_arch = "riscv32")]
#[path = "machine/riscv32.rs"]
mod processor;

pub(crate) use system::{File, exit, open};

/// The path as C has it, with a zero byte at its end; none if it is too long for the machines.
fn c_name(path: &str) -> Option<[u8; 64]> {
    let mut name = [0; 64];
    let (_end, room) = name.split_last_mut()?;
    room.get_mut(..path.len())?.copy_from_slice(path.as_bytes());
    Some(name)
}

/// Prints, where the machine prints to.
struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        system::print(text);
        Ok(())
    }
}

/// Prints a line.
pub(crate) fn print_line(line: fmt::Arguments<'_>) {
    // The console does not fail, and what a value's own formatting fails at is only not printed.
    let _ = fmt::Write::write_fmt(&mut Console, format_args!("{line}\n"));
}

macro_rules! println {
    ($($arg:tt)*) => {
        $crate::machine::print_line(format_args!($($arg)*))
    };
}
pub(crate) use println;
