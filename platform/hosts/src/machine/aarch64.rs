//! An AArch64 machine that is entered at EL1, its MMU off.

use core::arch::{asm, global_asm};

global_asm!(
    ".section .text.reset, \"ax\"",
    ".global reset",
    "reset:",
    "adrp x0, stack_end",
    "add x0, x0, :lo12:stack_end",
    "mov sp, x0",
    // Floats are on before Rust uses them, which it does where the target has them.
    "mov x0, #0x300000",
    "msr cpacr_el1, x0",
    "isb",
    "adrp x0, bss_begin",
    "add x0, x0, :lo12:bss_begin",
    "adrp x1, bss_end",
    "add x1, x1, :lo12:bss_end",
    "1: cmp x0, x1",
    "b.hs 2f",
    "stp xzr, xzr, [x0], #16",
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
    // SAFETY: the debugger changes x0 and what the operation says, which the caller allows.
    unsafe {
        asm!("hlt #0xf000", inlateout("x0") operation => result, in("x1") argument,
            options(nostack));
    }
    result
}
