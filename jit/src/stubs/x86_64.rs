//! The stubs for x86_64, in the calling convention of Unix systems and in that of Windows.

use crate::abi::offsets;
use crate::fiber::{self, Fiber, Start};
use crate::{entry, unwind};
use core::arch::{asm, naked_asm};
use diptych_core::vm::{FuncRef, VmCtx, VmStore};

/// Goes to the landing pad that `rax` points to.
macro_rules! land {
    () => {
        concat!(
            "mov rcx, [rax + {pc}]\n",
            "mov rbp, [rax + {fp}]\n",
            "mov rsp, [rax + {sp}]\n",
            "jmp rcx",
        )
    };
}

/// Ends the guest with a trap: the instance, the trap's code, the offset in the module.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn raise_trap(_: *mut VmCtx, _: u32, _: u32) {
    #[cfg(not(windows))]
    naked_asm!(
        "mov rcx, [rsp]",
        "mov r8, rbp",
        "sub rsp, 8",
        "call {raise}",
        land!(),
        raise = sym unwind::trap,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
    #[cfg(windows)]
    naked_asm!(
        "mov r9, [rsp]",
        "sub rsp, 56",
        "mov [rsp + 32], rbp",
        "call {raise}",
        land!(),
        raise = sym unwind::trap,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
}

/// Calls a function of the runtime that gives where to go on, or null to return; the address that
/// this returns to and the caller's frame are its last two arguments.
#[cfg(not(windows))]
macro_rules! ask {
    ($pc:literal, $fp:literal, $raise:path) => {
        naked_asm!(
            concat!("mov ", $pc, ", [rsp]"),
            concat!("mov ", $fp, ", rbp"),
            "sub rsp, 8",
            "call {raise}",
            "test rax, rax",
            "jnz 2f",
            "add rsp, 8",
            "ret",
            "2:",
            land!(),
            raise = sym $raise,
            pc = const offsets::LANDING_PC,
            fp = const offsets::LANDING_FP,
            sp = const offsets::LANDING_SP,
        )
    };
}

/// As [`ask`], on Windows.
#[cfg(windows)]
macro_rules! ask_windows {
    ($pc:literal, $fp:literal, $raise:path) => {
        naked_asm!(
            concat!("mov ", $pc, ", [rsp]"),
            "sub rsp, 56",
            concat!("mov ", $fp, ", rbp"),
            "call {raise}",
            "test rax, rax",
            "jnz 2f",
            "add rsp, 56",
            "ret",
            "2:",
            land!(),
            raise = sym $raise,
            pc = const offsets::LANDING_PC,
            fp = const offsets::LANDING_FP,
            sp = const offsets::LANDING_SP,
        )
    };
}

/// Ends or suspends a guest that has not enough fuel: the instance, how much it needs, the offset
/// in the module. Returns when it was resumed.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn out_of_fuel(_: *mut VmCtx, _: u64, _: u32) {
    #[cfg(not(windows))]
    ask!("rcx", "r8", unwind::out_of_fuel);
    #[cfg(windows)]
    ask_windows!("r9", "[rsp + 32]", unwind::out_of_fuel);
}

/// Ends a guest that another thread interrupts: the instance, the offset in the module. Returns
/// when it is to go on.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn interrupt(_: *mut VmCtx, _: u32) {
    #[cfg(not(windows))]
    ask!("rdx", "rcx", unwind::interrupt);
    #[cfg(windows)]
    ask_windows!("r8", "r9", unwind::interrupt);
}

/// Starts a fiber, on the stack that ends at the second argument; gives the status with which it
/// ends or suspends itself.
///
/// # Safety
/// The fiber does not run; the third argument is what it starts with.
#[cfg(not(windows))]
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn start_fiber(_: *mut Fiber, _: usize, _: *const Start) -> u32 {
    naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rdi",
        "mov [rdi + {other_sp}], rsp",
        "mov rbx, rdi",
        "mov rsp, rsi",
        "mov rdi, rdx",
        "call {start}",
        "mov rsp, [rbx + {other_sp}]",
        "pop rdi",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        start = sym fiber::start,
        other_sp = const core::mem::offset_of!(Fiber, other_sp),
    );
}

/// Goes to whoever does not run, the fiber or who resumed it, and tells it the second argument;
/// gives what is told when someone comes back.
///
/// # Safety
/// The fiber was started and has not ended.
#[cfg(not(windows))]
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn switch_fiber(_: *mut Fiber, _: u32) -> u32 {
    naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rdi",
        "mov eax, esi",
        "mov rdx, rsp",
        "mov rsp, [rdi + {other_sp}]",
        "mov [rdi + {other_sp}], rdx",
        "pop rdi",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        other_sp = const core::mem::offset_of!(Fiber, other_sp),
    );
}

/// As on other systems, but that a thread's description would have to know the stack: there is
/// none.
///
/// # Safety
/// As on other systems.
#[cfg(windows)]
pub(crate) unsafe extern "C" fn start_fiber(_: *mut Fiber, _: usize, start: *const Start) -> u32 {
    // SAFETY: by contract.
    unsafe { fiber::refuse(start) }
}

/// As on other systems; there is no fiber to go to.
///
/// # Safety
/// As on other systems.
#[cfg(windows)]
pub(crate) unsafe extern "C" fn switch_fiber(_: *mut Fiber, _: u32) -> u32 {
    1
}

/// Ends the guest with the store's pending error: the instance.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn raise_pending(_: *mut VmCtx) {
    #[cfg(not(windows))]
    naked_asm!(
        "mov rsi, [rsp]",
        "mov rdx, rbp",
        "sub rsp, 8",
        "call {raise}",
        land!(),
        raise = sym unwind::pending,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
    #[cfg(windows)]
    naked_asm!(
        "mov rdx, [rsp]",
        "mov r8, rbp",
        "sub rsp, 40",
        "call {raise}",
        land!(),
        raise = sym unwind::pending,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
}

/// Goes to the landing pad of a store, whose guest has failed and says why already.
///
/// # Safety
/// Called by compiled code.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn land(_: *mut VmStore) {
    #[cfg(not(windows))]
    naked_asm!(
        "lea rax, [rdi + {landing}]",
        land!(),
        landing = const offsets::STORE_LANDING,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
    #[cfg(windows)]
    naked_asm!(
        "lea rax, [rcx + {landing}]",
        land!(),
        landing = const offsets::STORE_LANDING,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
}

/// Where the handler of faults goes on with a guest that trapped: the store in `rdx`, the
/// instruction in `rax`, the frame where it was.
///
/// # Safety
/// Only the handler of faults goes here.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn faulted() {
    #[cfg(not(windows))]
    naked_asm!(
        "and rsp, -16",
        "mov rdi, rdx",
        "mov rsi, rax",
        "mov rdx, rbp",
        "call {raise}",
        land!(),
        raise = sym unwind::fault,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
    #[cfg(windows)]
    naked_asm!(
        "and rsp, -16",
        "sub rsp, 32",
        "mov rcx, rdx",
        "mov rdx, rax",
        "mov r8, rbp",
        "call {raise}",
        land!(),
        raise = sym unwind::fault,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
}

/// Makes a frame and keeps all registers that can hold arguments of compiled functions.
macro_rules! save {
    () => {
        concat!(
            "push rbp\n",
            "mov rbp, rsp\n",
            "sub rsp, 208\n",
            "mov [rsp + 32], rdi\n",
            "mov [rsp + 40], rsi\n",
            "mov [rsp + 48], rdx\n",
            "mov [rsp + 56], rcx\n",
            "mov [rsp + 64], r8\n",
            "mov [rsp + 72], r9\n",
            "movups [rsp + 80], xmm0\n",
            "movups [rsp + 96], xmm1\n",
            "movups [rsp + 112], xmm2\n",
            "movups [rsp + 128], xmm3\n",
            "movups [rsp + 144], xmm4\n",
            "movups [rsp + 160], xmm5\n",
            "movups [rsp + 176], xmm6\n",
            "movups [rsp + 192], xmm7",
        )
    };
}

/// Undoes [`save`].
macro_rules! restore {
    () => {
        concat!(
            "mov rdi, [rsp + 32]\n",
            "mov rsi, [rsp + 40]\n",
            "mov rdx, [rsp + 48]\n",
            "mov rcx, [rsp + 56]\n",
            "mov r8, [rsp + 64]\n",
            "mov r9, [rsp + 72]\n",
            "movups xmm0, [rsp + 80]\n",
            "movups xmm1, [rsp + 96]\n",
            "movups xmm2, [rsp + 112]\n",
            "movups xmm3, [rsp + 128]\n",
            "movups xmm4, [rsp + 144]\n",
            "movups xmm5, [rsp + 160]\n",
            "movups xmm6, [rsp + 176]\n",
            "movups xmm7, [rsp + 192]\n",
            "leave",
        )
    };
}

/// The native code of a function reference that has none yet: finds some and goes there.
///
/// # Safety
/// Called as compiled functions are, with the reference as the first argument.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn lazy_func_ref(_: *mut FuncRef) {
    #[cfg(not(windows))]
    naked_asm!(
        save!(),
        "mov rsi, [rbp + 8]",
        "mov rdx, [rbp]",
        "call {resolve}",
        "test rax, rax",
        "jz 2f",
        "mov r11, rax",
        restore!(),
        "mov rdi, [rdi + {native_ctx}]",
        "jmp r11",
        "2:",
        "mov rdi, [rsp + 32]",
        "mov rax, [rdi + {store}]",
        "lea rax, [rax + {landing}]",
        land!(),
        resolve = sym entry::resolve_func_ref,
        native_ctx = const offsets::FUNC_NATIVE_CTX,
        store = const offsets::FUNC_STORE,
        landing = const offsets::STORE_LANDING,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
    #[cfg(windows)]
    naked_asm!(
        save!(),
        "mov rcx, rdi",
        "mov rdx, [rbp + 8]",
        "mov r8, [rbp]",
        "call {resolve}",
        "test rax, rax",
        "jz 2f",
        "mov r11, rax",
        restore!(),
        "mov rdi, [rdi + {native_ctx}]",
        "jmp r11",
        "2:",
        "mov rdi, [rsp + 32]",
        "mov rax, [rdi + {store}]",
        "lea rax, [rax + {landing}]",
        land!(),
        resolve = sym entry::resolve_func_ref,
        native_ctx = const offsets::FUNC_NATIVE_CTX,
        store = const offsets::FUNC_STORE,
        landing = const offsets::STORE_LANDING,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
}

/// What a module's own stubs go to, the function's index in `eax`: has the function compiled and
/// goes there.
///
/// # Safety
/// Called as compiled functions are, with the instance as the first argument.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn lazy_entry(_: *mut VmCtx) {
    #[cfg(not(windows))]
    naked_asm!(
        save!(),
        "mov esi, eax",
        "mov rdx, [rbp + 8]",
        "mov rcx, [rbp]",
        "call {resolve}",
        "test rax, rax",
        "jz 2f",
        "mov r11, rax",
        restore!(),
        "jmp r11",
        "2:",
        "mov rdi, [rsp + 32]",
        "mov rax, [rdi + {store}]",
        "lea rax, [rax + {landing}]",
        land!(),
        resolve = sym entry::resolve_entry,
        store = const offsets::CTX_STORE,
        landing = const offsets::STORE_LANDING,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
    #[cfg(windows)]
    naked_asm!(
        save!(),
        "mov rcx, rdi",
        "mov edx, eax",
        "mov r8, [rbp + 8]",
        "mov r9, [rbp]",
        "call {resolve}",
        "test rax, rax",
        "jz 2f",
        "mov r11, rax",
        restore!(),
        "jmp r11",
        "2:",
        "mov rdi, [rsp + 32]",
        "mov rax, [rdi + {store}]",
        "lea rax, [rax + {landing}]",
        land!(),
        resolve = sym entry::resolve_entry,
        store = const offsets::CTX_STORE,
        landing = const offsets::STORE_LANDING,
        pc = const offsets::LANDING_PC,
        fp = const offsets::LANDING_FP,
        sp = const offsets::LANDING_SP,
    );
}

/// The size of a module's stub for one function, in bytes.
pub(crate) const ENTRY_STUB_BYTES: usize = 16;
/// The size of what precedes a module's stubs, in bytes.
pub(crate) const ENTRY_STUB_HEADER_BYTES: usize = 16;

/// Stubs for functions of a module: each brings the function's index to [`lazy_entry`].
pub(crate) fn entry_stubs(funcs: impl ExactSizeIterator<Item = u32>) -> Vec<u8> {
    let mut code = Vec::with_capacity(ENTRY_STUB_HEADER_BYTES + funcs.len() * ENTRY_STUB_BYTES);
    code.extend_from_slice(&(lazy_entry as *const () as u64).to_le_bytes());
    code.resize(ENTRY_STUB_HEADER_BYTES, 0xcc);
    for func in funcs {
        let start = code.len();
        // mov eax, func
        code.push(0xb8);
        code.extend_from_slice(&func.to_le_bytes());
        // jmp [rip + address]
        code.extend_from_slice(&[0xff, 0x25]);
        let next = code.len() as i64 + 4;
        code.extend_from_slice(&((-next) as i32).to_le_bytes());
        code.resize(start + ENTRY_STUB_BYTES, 0xcc);
    }
    code
}

/// The stack pointer.
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    let sp;
    // SAFETY: the register is only read.
    unsafe { asm!("mov {}, rsp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
    sp
}

/// The address that a frame returns to, and the frame of its caller.
///
/// # Safety
/// The frame is one of compiled code, and live.
pub(crate) unsafe fn caller(fp: *const u64) -> (*const u8, *mut u64) {
    // SAFETY: by contract; a frame begins with the caller's, then the address.
    unsafe { (fp.add(1).read() as *const u8, fp.read() as *mut u64) }
}
