//! Files, console and end of the program through a debugger, as Arm's "Semihosting for AArch32
//! and AArch64" and RISC-V's "Semihosting" define it. QEMU plays the debugger.

use super::processor::call;

const OPEN: usize = 0x01;
const WRITE: usize = 0x05;
const READ: usize = 0x06;
const EXIT: usize = 0x18;
const EXIT_EXTENDED: usize = 0x20;

/// `fopen`'s "rb".
const MODE_READ: usize = 1;
/// `fopen`'s "w", which with the name `:tt` is the console.
const MODE_WRITE: usize = 4;
/// The reason of an end that the program wants.
const APPLICATION_EXIT: usize = 0x2_0026;

/// An open file.
pub(crate) struct File(usize);

/// Opens a file of the debugger's.
pub(crate) fn open(path: &str) -> Option<File> {
    open_as(path, MODE_READ)
}

fn open_as(path: &str, mode: usize) -> Option<File> {
    let name = super::c_name(path)?;
    let block = [name.as_ptr() as usize, mode, path.len()];
    // SAFETY: the block names a string that ends in a zero byte, and its length.
    let handle = unsafe { call(OPEN, block.as_ptr() as usize) };
    (handle != usize::MAX).then_some(File(handle))
}

impl File {
    /// Reads until the buffer is full or the file ends; gives the number of bytes.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> usize {
        let block = [self.0, buffer.as_mut_ptr() as usize, buffer.len()];
        // SAFETY: the block names memory that is the buffer's.
        let missing = unsafe { call(READ, block.as_ptr() as usize) };
        buffer.len().saturating_sub(missing)
    }
}

/// Prints.
pub(crate) fn print(text: &str) {
    static CONSOLE: core::sync::atomic::AtomicUsize =
        core::sync::atomic::AtomicUsize::new(usize::MAX);
    let relaxed = core::sync::atomic::Ordering::Relaxed;
    if CONSOLE.load(relaxed) == usize::MAX {
        let Some(File(handle)) = open_as(":tt", MODE_WRITE) else {
            return;
        };
        CONSOLE.store(handle, relaxed);
    }
    let block = [CONSOLE.load(relaxed), text.as_ptr() as usize, text.len()];
    // SAFETY: the block names memory that is the text's.
    unsafe { call(WRITE, block.as_ptr() as usize) };
}

/// Ends the program.
pub(crate) fn exit(success: bool) -> ! {
    let block = [APPLICATION_EXIT, usize::from(!success)];
    // SAFETY: the block is what the operation wants.
    unsafe { call(EXIT_EXTENDED, block.as_ptr() as usize) };
    // A debugger that does not know the operation knows this one, whose 32-bit form tells only
    // success from failure.
    let reason = if success { APPLICATION_EXIT } else { 0x2_0023 };
    loop {
        // SAFETY: the operation takes its argument itself on 32-bit machines.
        unsafe { call(EXIT, reason) };
    }
}
