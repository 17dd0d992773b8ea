//! A RISC-V machine that is entered in machine mode.

use core::arch::{asm, global_asm};

global_asm!(
    ".section .text.reset, \"ax\"",
    ".global reset",
    "reset:",
    // The first hart goes on, any other waits.
    "csrr t0, mhartid",
    "bnez t0, 3f",
    "la sp, stack_end",
    "la t0, bss_begin",
    "la t1, bss_end",
    "1: bgeu t0, t1, 2f",
    "sw zero, 0(t0)",
    "addi t0, t0, 4",
    "j 1b",
    "2: call {main}",
    "3: wfi",
    "j 3b",
    main = sym crate::main,
);

/// Calls the debugger.
///
/// # Safety
/// `argument` is what the operation wants.
pub(super) unsafe fn call(operation: usize, argument: usize) -> usize {
    let result;
    // SAFETY: the debugger knows the call by these three instructions, which must lie in one
    // page; it changes a0 and what the operation says, which the caller allows.
    unsafe {
        asm!(
            ".balign 16",
            ".option push",
            ".option norvc",
            "slli x0, x0, 0x1f",
            "ebreak",
            "srai x0, x0, 7",
            ".option pop",
            inlateout("a0") operation => result, in("a1") argument,
            options(nostack),
        );
    }
    result
}
