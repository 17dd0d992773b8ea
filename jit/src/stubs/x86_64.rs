//! The stubs for x86_64, in the calling convention of Unix systems and in that of Windows.
//!
//! Compiled functions have the same convention on all systems: that of Unix but for results.

use super::ENTRY_STUB_HEADER_BYTES;
use crate::abi::offsets;
use crate::fiber::{self, Fiber, Start};
use crate::{builtins, entry, unwind};
use core::arch::{asm, naked_asm};
use diptych_core::vm::{FuncRef, Status, VmCtx, VmStore};

/// Where functions of the runtime have an argument: a register, or memory for the fifth on
/// Windows, once there is [`HOST_FRAME`].
#[cfg(not(windows))]
macro_rules! arg {
    (0) => {
        "rdi"
    };
    (1) => {
        "rsi"
    };
    (1 as u32) => {
        "esi"
    };
    (2) => {
        "rdx"
    };
    (3) => {
        "rcx"
    };
    (4) => {
        "r8"
    };
}
/// The same, on Windows.
#[cfg(windows)]
macro_rules! arg {
    (0) => {
        "rcx"
    };
    (1) => {
        "rdx"
    };
    (1 as u32) => {
        "edx"
    };
    (2) => {
        "r8"
    };
    (3) => {
        "r9"
    };
    (4) => {
        "[rsp + 32]"
    };
}

/// What a stub that was called by compiled code takes of the stack before it calls a function of
/// the runtime, in bytes: what aligns the stack, and on Windows the room for arguments.
const HOST_FRAME: usize = if cfg!(windows) { 40 } else { 8 };

/// What [`enter`] has on the stack below its frame pointer while the guest runs, in bytes.
pub(crate) const ENTRY_BYTES: usize = if cfg!(windows) { 272 } else { 96 };

/// Keeps what functions keep for their callers on Windows only, and takes arguments to where they
/// are on Unix.
#[cfg(windows)]
macro_rules! save_for_windows {
    () => {
        concat!(
            "push rdi\n",
            "push rsi\n",
            "sub rsp, 160\n",
            "movups [rsp], xmm6\n",
            "movups [rsp + 16], xmm7\n",
            "movups [rsp + 32], xmm8\n",
            "movups [rsp + 48], xmm9\n",
            "movups [rsp + 64], xmm10\n",
            "movups [rsp + 80], xmm11\n",
            "movups [rsp + 96], xmm12\n",
            "movups [rsp + 112], xmm13\n",
            "movups [rsp + 128], xmm14\n",
            "movups [rsp + 144], xmm15\n",
            "mov rdi, rcx\n",
            "mov rsi, rdx\n",
            "mov rdx, r8\n",
            "mov rcx, r9",
        )
    };
}
/// There is nothing to do.
#[cfg(not(windows))]
macro_rules! save_for_windows {
    () => {
        ""
    };
}

/// Undoes [`save_for_windows`], with the stack pointer where it was left.
#[cfg(windows)]
macro_rules! restore_for_windows {
    () => {
        concat!(
            "movups xmm6, [rsp]\n",
            "movups xmm7, [rsp + 16]\n",
            "movups xmm8, [rsp + 32]\n",
            "movups xmm9, [rsp + 48]\n",
            "movups xmm10, [rsp + 64]\n",
            "movups xmm11, [rsp + 80]\n",
            "movups xmm12, [rsp + 96]\n",
            "movups xmm13, [rsp + 112]\n",
            "movups xmm14, [rsp + 128]\n",
            "movups xmm15, [rsp + 144]\n",
            "mov rsi, [rsp + 160]\n",
            "mov rdi, [rsp + 168]",
        )
    };
}
/// Undoes [`save_for_windows`] in an entry, wherever the stack pointer is.
#[cfg(windows)]
macro_rules! restore_from_entry {
    () => {
        concat!("lea rsp, [rbp - 224]\n", restore_for_windows!())
    };
}
/// There is nothing to do.
#[cfg(not(windows))]
macro_rules! restore_from_entry {
    () => {
        ""
    };
}

/// The end of an entry: puts back what it has changed in the store, and returns. The stack pointer
/// is where it was while the guest ran. Positions have a meaning only when there is an activation
/// outside.
macro_rules! leave {
    () => {
        concat!(
            "mov rcx, [rbp - 8]\n",
            "pop rdx\n",
            "mov r8d, [rsp + 32]\n",
            "mov [rcx + {activation}], rdx\n",
            "mov [rcx + {depth}], r8d\n",
            "test rdx, rdx\n",
            "jz 4f\n",
            "pop qword ptr [rcx + {exit_pc}]\n",
            "pop qword ptr [rcx + {exit_fp}]\n",
            "pop qword ptr [rcx + {exit_ctx}]\n",
            "4:\n",
            restore_from_entry!(),
            "\n",
            "leave\n",
            "ret",
        )
    };
}

/// Runs compiled code as an activation of its own: the uniform entry
/// ([`ArrayCall`](diptych_core::vm::ArrayCall)) of compiled functions.
///
/// It puts an [`Activation`](diptych_core::backend::Activation) on the stack, which is also where a
/// guest goes that fails. All that a function keeps for its caller is kept here for that case: one
/// that returns has kept it itself, but for what only Windows wants.
///
/// # Safety
/// As `ArrayCall`; the function has native code and an entry.
#[unsafe(naked)]
pub(crate) unsafe extern "C-unwind" fn enter(
    _: *mut FuncRef,
    _: *mut VmStore,
    _: *mut u64,
) -> Status {
    naked_asm!(
        concat!("mov eax, [", arg!(1), " + {depth}]"),
        concat!("cmp eax, [", arg!(1), " + {depth_limit}]"),
        "jae 3f",
        concat!("cmp rsp, [", arg!(1), " + {stack_start}]"),
        "jb 3f",
        concat!("cmp rsp, [", arg!(1), " + {stack_end}]"),
        "jae 3f",
        "push rbp",
        "mov rbp, rsp",
        concat!("push ", arg!(1)),
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        save_for_windows!(),
        "push rax",
        "inc eax",
        "mov [rsi + {depth}], eax",
        "lea rax, [rip + {walk}]",
        "push rax",
        "mov rax, [rsi + {activation}]",
        "test rax, rax",
        "jz 5f",
        "push qword ptr [rsi + {exit_ctx}]",
        "push qword ptr [rsi + {exit_fp}]",
        "push qword ptr [rsi + {exit_pc}]",
        "2:",
        "push rax",
        "mov [rsi + {activation}], rsp",
        "mov rax, [rdi + {native_entry}]",
        "mov rsi, [rdi + {native_code}]",
        "mov rdi, [rdi + {native_ctx}]",
        "call rax",
        "xor eax, eax",
        leave!(),
        "3:",
        "jmp {enter_otherwise}",
        "5:",
        "sub rsp, 24",
        "jmp 2b",
        enter_otherwise = sym entry::enter_otherwise,
        walk = sym unwind::walk,
        activation = const offsets::STORE_ACTIVATION,
        depth = const offsets::STORE_ACTIVATION_DEPTH,
        depth_limit = const offsets::STORE_ACTIVATION_LIMIT,
        stack_start = const offsets::STORE_NATIVE_STACK_START,
        stack_end = const offsets::STORE_NATIVE_STACK_END,
        exit_pc = const offsets::STORE_EXIT_PC,
        exit_fp = const offsets::STORE_EXIT_FP,
        exit_ctx = const offsets::STORE_EXIT_CTX,
        native_entry = const offsets::FUNC_NATIVE_ENTRY,
        native_code = const offsets::FUNC_NATIVE_CODE,
        native_ctx = const offsets::FUNC_NATIVE_CTX,
    );
}

/// Where a guest goes that has failed: back to its entry, whose stack pointer is in `rax`.
///
/// # Safety
/// Only stubs go here.
#[unsafe(naked)]
unsafe extern "C" fn landed() {
    naked_asm!(
        "mov rsp, rax",
        "lea rbp, [rax + {entry_bytes}]",
        "mov rbx, [rbp - 16]",
        "mov r12, [rbp - 24]",
        "mov r13, [rbp - 32]",
        "mov r14, [rbp - 40]",
        "mov r15, [rbp - 48]",
        "mov rcx, [rbp - 8]",
        "mov eax, {error}",
        "mov edx, {tail_call}",
        "cmp qword ptr [rcx + {tail_callee}], 0",
        "cmovne eax, edx",
        leave!(),
        entry_bytes = const ENTRY_BYTES,
        error = const Status::Error as u32,
        tail_call = const Status::TailCall as u32,
        tail_callee = const offsets::STORE_TAIL_CALLEE,
        activation = const offsets::STORE_ACTIVATION,
        depth = const offsets::STORE_ACTIVATION_DEPTH,
        exit_pc = const offsets::STORE_EXIT_PC,
        exit_fp = const offsets::STORE_EXIT_FP,
        exit_ctx = const offsets::STORE_EXIT_CTX,
    );
}

/// The store that a guest was entered with.
///
/// # Safety
/// The frame is that of an [`enter`] whose guest runs.
pub(crate) unsafe fn store_of_entry(fp: *const u64) -> *mut VmStore {
    // SAFETY: by contract; it is the first thing that is kept there.
    unsafe { fp.sub(1).read() as *mut VmStore }
}

/// Calls a function of the runtime that says where the guest goes on; the address that this
/// returns to and the caller's frame are its last two arguments.
macro_rules! raise {
    ($pc:tt, $fp:tt, $raise:path) => {
        naked_asm!(
            concat!("mov ", arg!($pc), ", [rsp]"),
            "sub rsp, {frame}",
            concat!("mov ", arg!($fp), ", rbp"),
            "call {raise}",
            "jmp {landed}",
            frame = const HOST_FRAME,
            raise = sym $raise,
            landed = sym landed,
        )
    };
}

/// Takes two arguments from where they are on Unix to where functions of the runtime have them.
#[cfg(windows)]
macro_rules! pass_on {
    () => {
        "mov rcx, rdi\nmov rdx, rsi"
    };
}
/// They are there.
#[cfg(not(windows))]
macro_rules! pass_on {
    () => {
        ""
    };
}

/// What a stub takes of the stack that keeps all registers, beside the [`KEPT`] that it pushes:
/// vectors, below them the room that a function of the runtime has on Windows.
const KEPT_VECTORS: usize = 16 * 16 + if cfg!(windows) { 32 } else { 0 };
/// The bytes of the integer registers that such a stub pushes. With the return address they leave the
/// stack aligned.
const KEPT: usize = 9 * 8;

/// Stores a vector register above the room for arguments.
macro_rules! save_vector {
    ($number:literal) => {
        concat!(
            "movaps [rsp + {vectors} - 16 - 16 * ",
            $number,
            "], xmm",
            $number,
            "\n"
        )
    };
}
/// Undoes [`save_vector`].
macro_rules! restore_vector {
    ($number:literal) => {
        concat!(
            "movaps xmm",
            $number,
            ", [rsp + {vectors} - 16 - 16 * ",
            $number,
            "]\n"
        )
    };
}
/// A line for each vector register.
macro_rules! each_vector {
    ($line:ident) => {
        concat!(
            $line!(0),
            $line!(1),
            $line!(2),
            $line!(3),
            $line!(4),
            $line!(5),
            $line!(6),
            $line!(7),
            $line!(8),
            $line!(9),
            $line!(10),
            $line!(11),
            $line!(12),
            $line!(13),
            $line!(14),
            $line!(15),
        )
    };
}

/// As [`raise`], but the function may give 0: then this returns, and has kept all registers. The
/// arguments are where they are on Unix, on all systems.
macro_rules! ask {
    ($pc:tt, $fp:tt, $raise:path) => {
        naked_asm!(
            "push rax",
            "push rcx",
            "push rdx",
            "push rsi",
            "push rdi",
            "push r8",
            "push r9",
            "push r10",
            "push r11",
            "sub rsp, {vectors}",
            each_vector!(save_vector),
            pass_on!(),
            concat!("mov ", arg!($pc), ", [rsp + {vectors} + {kept}]"),
            concat!("mov ", arg!($fp), ", rbp"),
            "call {raise}",
            "test rax, rax",
            "jnz {landed}",
            each_vector!(restore_vector),
            "add rsp, {vectors}",
            "pop r11",
            "pop r10",
            "pop r9",
            "pop r8",
            "pop rdi",
            "pop rsi",
            "pop rdx",
            "pop rcx",
            "pop rax",
            "ret",
            vectors = const KEPT_VECTORS,
            kept = const KEPT,
            raise = sym $raise,
            landed = sym landed,
        )
    };
}

/// The size of the instruction that calls [`raise`], in bytes.
pub(crate) const RAISE_CALL_BYTES: usize = 5;

/// Ends the guest with the trap of the place that calls it.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn raise() {
    raise!(0, 1, unwind::raised);
}

/// Ends the guest with the store's pending error: the instance.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn raise_pending(_: *mut VmCtx) {
    raise!(1, 2, unwind::pending);
}

/// Ends or suspends a guest that has not enough fuel: the instance, how much it needs. Returns
/// when it was resumed, with all registers as they were.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn out_of_fuel(_: *mut VmCtx, _: u64) {
    ask!(2, 3, unwind::out_of_fuel);
}

/// Ends a guest that another thread interrupts: the instance. Returns when it is to go on, with all
/// registers as they were.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn interrupt(_: *mut VmCtx) {
    ask!(1, 2, unwind::interrupt);
}

/// Functions of the runtime that look at the frames of guests: the store gets to know where the
/// guest is, which calls with the instance before the arguments, and is to return to.
macro_rules! leaving {
    ($($name:ident($($param:ty),*);)*) => {$(
        #[doc = concat!("[`builtins::", stringify!($name), "`].")]
        ///
        /// # Safety
        /// Called by compiled code, which has a frame.
        #[unsafe(naked)]
        pub(crate) unsafe extern "C" fn $name(_: *mut VmCtx, $(_: $param),*) -> u64 {
            naked_asm!(
                concat!("mov rax, [", arg!(0), " + {store}]"),
                "mov r10, [rsp]",
                "mov [rax + {exit_pc}], r10",
                "mov [rax + {exit_fp}], rbp",
                concat!("mov [rax + {exit_ctx}], ", arg!(0)),
                "jmp {function}",
                store = const offsets::CTX_STORE,
                exit_pc = const offsets::STORE_EXIT_PC,
                exit_fp = const offsets::STORE_EXIT_FP,
                exit_ctx = const offsets::STORE_EXIT_CTX,
                function = sym builtins::$name,
            );
        }
    )*};
}

leaving! {
    allocate(u32);
    array_new_default(u32, u32);
    array_new_data(u32, u32, u32, u32);
    array_new_elem(u32, u32, u32, u32);
    exception_new_default(u32);
    collect_at_call();
}

/// Goes back to the entry of a store's guest, which has failed and says why already; or to where
/// the exception is caught that is on its way.
///
/// # Safety
/// Called by compiled code; the store knows where the guest is.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn land(_: *mut VmStore) {
    naked_asm!(
        // Compiled functions keep no register for their callers.
        concat!("mov rbx, ", arg!(0)),
        "sub rsp, {frame}",
        concat!("lea ", arg!(1), ", [rsp + {catcher}]"),
        "call {catcher_of}",
        "test eax, eax",
        "jz 2f",
        "mov rax, [rsp + {catcher}]",
        "mov rbp, [rsp + {catcher} + 8]",
        "mov rsp, [rsp + {catcher} + 16]",
        "jmp rax",
        "2:",
        "mov rax, [rbx + {activation}]",
        "jmp {landed}",
        // It was called, so the stack is aligned but for the return address.
        frame = const HOST_FRAME + 32,
        catcher = const HOST_FRAME - 8,
        catcher_of = sym unwind::catcher,
        activation = const offsets::STORE_ACTIVATION,
        landed = sym landed,
    );
}

/// Throws an exception out of the function that calls this: the instance, the exception.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn throw(_: *mut VmCtx, _: u64) {
    naked_asm!(
        concat!("mov rax, [", arg!(0), " + {store}]"),
        concat!("mov [rax + {exception}], ", arg!(1)),
        "mov r10, [rsp]",
        "mov [rax + {exit_pc}], r10",
        "mov [rax + {exit_fp}], rbp",
        concat!("mov [rax + {exit_ctx}], ", arg!(0)),
        concat!("mov ", arg!(0), ", rax"),
        "jmp {land}",
        store = const offsets::CTX_STORE,
        exception = const offsets::STORE_EXCEPTION,
        exit_pc = const offsets::STORE_EXIT_PC,
        exit_fp = const offsets::STORE_EXIT_FP,
        exit_ctx = const offsets::STORE_EXIT_CTX,
        land = sym land,
    );
}

/// Where the handler of faults goes on with a guest that trapped: the store in `rdx`, the
/// instruction in `rax`, the frame where it was.
///
/// # Safety
/// Only the handler of faults goes here.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn faulted() {
    naked_asm!(
        "and rsp, -16",
        // The room for arguments that Windows wants.
        "sub rsp, 32",
        concat!("mov ", arg!(0), ", rdx"),
        concat!("mov ", arg!(1), ", rax"),
        concat!("mov ", arg!(2), ", rbp"),
        "call {raise}",
        "jmp {landed}",
        raise = sym unwind::fault,
        landed = sym landed,
    );
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

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{start_fiber, switch_fiber};

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
    naked_asm!(
        save!(),
        concat!("mov ", arg!(0), ", rdi"),
        concat!("mov ", arg!(1), ", [rbp + 8]"),
        concat!("mov ", arg!(2), ", [rbp]"),
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
        "mov rax, [rax + {activation}]",
        "jmp {landed}",
        resolve = sym entry::resolve_func_ref,
        native_ctx = const offsets::FUNC_NATIVE_CTX,
        store = const offsets::FUNC_STORE,
        activation = const offsets::STORE_ACTIVATION,
        landed = sym landed,
    );
}

/// What a module's own stubs go to, the function's index in `eax`: has the function compiled and
/// goes there.
///
/// # Safety
/// Called as compiled functions are, with the instance as the first argument.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn lazy_entry(_: *mut VmCtx) {
    naked_asm!(
        save!(),
        concat!("mov ", arg!(0), ", rdi"),
        concat!("mov ", arg!(1 as u32), ", eax"),
        concat!("mov ", arg!(2), ", [rbp + 8]"),
        concat!("mov ", arg!(3), ", [rbp]"),
        "call {resolve}",
        "test rax, rax",
        "jz 2f",
        "mov r11, rax",
        restore!(),
        "jmp r11",
        "2:",
        "mov rdi, [rsp + 32]",
        "mov rax, [rdi + {store}]",
        "mov rax, [rax + {activation}]",
        "jmp {landed}",
        resolve = sym entry::resolve_entry,
        store = const offsets::CTX_STORE,
        activation = const offsets::STORE_ACTIVATION,
        landed = sym landed,
    );
}

/// The size of a module's stub for one function, in bytes.
pub(crate) const ENTRY_STUB_BYTES: usize = 16;

/// The stubs of a module: the one for traps, and one for each of these functions, which brings the
/// function's index to [`lazy_entry`].
pub(crate) fn entry_stubs(funcs: impl ExactSizeIterator<Item = u32>) -> Vec<u8> {
    let mut code = Vec::with_capacity(ENTRY_STUB_HEADER_BYTES + funcs.len() * ENTRY_STUB_BYTES);
    code.extend_from_slice(&(lazy_entry as *const () as u64).to_le_bytes());
    code.extend_from_slice(&(raise as *const () as u64).to_le_bytes());
    // jmp [rip - 14]
    code.extend_from_slice(&[0xff, 0x25, 0xf2, 0xff, 0xff, 0xff]);
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
