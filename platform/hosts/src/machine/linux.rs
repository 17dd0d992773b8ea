//! Linux on x86_64 without a C library: three system calls and an entry of its own.

use core::arch::{asm, global_asm};

const READ: usize = 0;
const WRITE: usize = 1;
const OPEN: usize = 2;
const EXIT_GROUP: usize = 231;

global_asm!(
    ".global _start",
    "_start:",
    "xor ebp, ebp",
    "and rsp, -16",
    "call {main}",
    main = sym crate::main,
);

/// # Safety
/// The arguments are what the system call wants.
unsafe fn call(number: usize, [a, b, c]: [usize; 3]) -> isize {
    let result;
    // SAFETY: the kernel changes rax, rcx, r11 and what the call says, which the caller allows.
    unsafe {
        asm!("syscall", inlateout("rax") number => result, in("rdi") a, in("rsi") b, in("rdx") c,
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    result
}

/// An open file.
pub(crate) struct File(usize);

/// Opens a file to read.
pub(crate) fn open(path: &str) -> Option<File> {
    let name = super::c_name(path)?;
    // SAFETY: the name ends in a zero byte; without flags the file is opened to read.
    let file = unsafe { call(OPEN, [name.as_ptr() as usize, 0, 0]) };
    usize::try_from(file).ok().map(File)
}

impl File {
    /// Reads until the buffer is full or the file ends; gives the number of bytes.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> usize {
        let mut done = 0;
        while done < buffer.len() {
            let rest = &mut buffer[done..];
            // SAFETY: the memory is the buffer's.
            let read = unsafe { call(READ, [self.0, rest.as_mut_ptr() as usize, rest.len()]) };
            match usize::try_from(read) {
                Ok(read) if read > 0 => done += read,
                _ => break,
            }
        }
        done
    }
}

/// Prints.
pub(crate) fn print(text: &str) {
    // SAFETY: the memory is the text's.
    unsafe { call(WRITE, [1, text.as_ptr() as usize, text.len()]) };
}

/// Ends the program.
pub(crate) fn exit(success: bool) -> ! {
    loop {
        // SAFETY: the call ends the process.
        unsafe { call(EXIT_GROUP, [usize::from(!success), 0, 0]) };
    }
}
