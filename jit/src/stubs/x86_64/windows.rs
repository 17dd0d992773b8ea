//! Switches between native stacks on Windows.
//!
//! A thread's description (`TEB`) says where its stack is, and the system asks it: to commit pages,
//! to dispatch exceptions, to unwind. So it is changed with the stack pointer, as the system's own
//! fibers do: each side keeps what it was, beside the registers that a call keeps, on its own
//! stack.

use super::{Fiber, Start, fiber};
use core::arch::naked_asm;
use core::mem::offset_of;

/// Where a thread's description has the innermost frame that wants to hear of exceptions. Only
/// 32-bit code has such frames, and Wine, which knows by their addresses which are inner.
const EXCEPTION_LIST: u32 = 0x0;
/// Where it has the end of its stack, ...
const STACK_BASE: u32 = 0x8;
/// ... the lowest address of it that is committed, ...
const STACK_LIMIT: u32 = 0x10;
/// ... and where it was allocated.
const DEALLOCATION_STACK: u32 = 0x1478;

/// Keeps what a call keeps, and takes arguments to where they are on Unix.
macro_rules! save_for_switch {
    () => {
        concat!(
            "push rbp\n",
            "mov rbp, rsp\n",
            "push rbx\n",
            "push r12\n",
            "push r13\n",
            "push r14\n",
            "push r15\n",
            "push qword ptr gs:[{exception_list}]\n",
            "push qword ptr gs:[{stack_base}]\n",
            "push qword ptr gs:[{stack_limit}]\n",
            "push qword ptr gs:[{deallocation_stack}]\n",
            save_for_windows!(),
        )
    };
}

/// Undoes [`save_for_switch`].
macro_rules! restore_from_switch {
    () => {
        concat!(
            restore_for_windows!(),
            "\n",
            "add rsp, 176\n",
            "pop qword ptr gs:[{deallocation_stack}]\n",
            "pop qword ptr gs:[{stack_limit}]\n",
            "pop qword ptr gs:[{stack_base}]\n",
            "pop qword ptr gs:[{exception_list}]\n",
            "pop r15\n",
            "pop r14\n",
            "pop r13\n",
            "pop r12\n",
            "pop rbx\n",
            "pop rbp",
        )
    };
}

/// As on other systems.
///
/// # Safety
/// As on other systems.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn start_fiber(_: *mut Fiber, _: usize, _: *const Start) -> u32 {
    naked_asm!(
        save_for_switch!(),
        "mov [rdi + {other_sp}], rsp",
        "mov rbx, rdi",
        "mov rax, [rdi + {stack}]",
        // There is none on the new stack.
        "mov qword ptr gs:[{exception_list}], -1",
        "mov gs:[{stack_base}], rsi",
        "mov gs:[{stack_limit}], rax",
        "mov gs:[{deallocation_stack}], rax",
        // The room for arguments.
        "lea rsp, [rsi - 32]",
        "mov rcx, rdx",
        "call {start}",
        "mov rsp, [rbx + {other_sp}]",
        restore_from_switch!(),
        "ret",
        start = sym fiber::start,
        other_sp = const offset_of!(Fiber, other_sp),
        stack = const offset_of!(Fiber, stack),
        exception_list = const EXCEPTION_LIST,
        stack_base = const STACK_BASE,
        stack_limit = const STACK_LIMIT,
        deallocation_stack = const DEALLOCATION_STACK,
    );
}

/// As on other systems.
///
/// # Safety
/// As on other systems.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn switch_fiber(_: *mut Fiber, _: u32) -> u32 {
    naked_asm!(
        save_for_switch!(),
        "mov eax, esi",
        "mov rdx, rsp",
        "mov rsp, [rdi + {other_sp}]",
        "mov [rdi + {other_sp}], rdx",
        restore_from_switch!(),
        "ret",
        other_sp = const offset_of!(Fiber, other_sp),
        exception_list = const EXCEPTION_LIST,
        stack_base = const STACK_BASE,
        stack_limit = const STACK_LIMIT,
        deallocation_stack = const DEALLOCATION_STACK,
    );
}
