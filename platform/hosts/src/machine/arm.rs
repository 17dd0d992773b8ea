//! A Cortex-M: it begins with the stack and the address that the vector table names.

use core::arch::{asm, global_asm};

global_asm!(
    ".global reset",
    ".type reset, %function",
    ".thumb_func",
    "reset:",
    // Faults that no handler takes would stop the machine without a word; so they do.
    "ldr r0, =bss_begin",
    "ldr r1, =bss_end",
    "movs r2, #0",
    "1: cmp r0, r1",
    "bhs 2f",
    "str r2, [r0], #4",
    "b 1b",
    "2: bl {main}",
    main = sym crate::main,
);

/// Calls the debugger.
///
/// # Safety
/// `argument` is what the operation wants.
pub(super) unsafe fn call(operation: usize, argument: usize) -> usize {
    let result;
    // SAFETY: the debugger changes r0 and what the operation says, which the caller allows.
    unsafe {
        asm!("bkpt #0xab", inlateout("r0") operation => result, in("r1") argument,
            options(nostack));
    }
    result
}
