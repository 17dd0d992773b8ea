//! The stubs for aarch64.

use super::{ENTRY_STUB_HEADER_BYTES, RAISE_OFFSET};
use crate::abi::offsets;
use crate::fiber::{self, Fiber, Start};
use crate::{builtins, entry, unwind};
use core::arch::{asm, naked_asm};
use diptych_core::vm::{FuncRef, Status, VmCtx, VmStore};

/// What [`enter`] has on the stack below its frame pointer while the guest runs, in bytes.
pub(crate) const ENTRY_BYTES: usize = 208;

/// The end of an entry: puts back what it has changed in the store, and returns. The stack pointer
/// is where it was while the guest ran.
macro_rules! leave {
    () => {
        concat!(
            "ldp x9, x10, [sp, #0]\n",
            "ldp x11, x12, [sp, #16]\n",
            "ldp x1, x13, [sp, #40]\n",
            "str x9, [x1, #{activation}]\n",
            "str x10, [x1, #{exit_pc}]\n",
            "str x11, [x1, #{exit_fp}]\n",
            "str x12, [x1, #{exit_ctx}]\n",
            "str w13, [x1, #{depth}]\n",
            "mov sp, x29\n",
            "ldp x29, x30, [sp], #16\n",
            "ret",
        )
    };
}

/// Puts an address into a register, as the linker of the system knows it.
#[cfg(not(target_vendor = "apple"))]
macro_rules! address_of_walk {
    () => {
        "adrp x14, {walk}\nadd x14, x14, :lo12:{walk}"
    };
}
/// The same.
#[cfg(target_vendor = "apple")]
macro_rules! address_of_walk {
    () => {
        "adrp x14, {walk}@PAGE\nadd x14, x14, {walk}@PAGEOFF"
    };
}

/// Runs compiled code as an activation of its own: the uniform entry
/// ([`ArrayCall`](diptych_core::vm::ArrayCall)) of compiled functions.
///
/// It puts an [`Activation`](diptych_core::backend::Activation) on the stack, which is also where a
/// guest goes that fails. All that a function keeps for its caller is kept here for that case: one
/// that returns has kept it itself.
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
        "ldr w13, [x1, #{depth}]",
        "ldr w9, [x1, #{depth_limit}]",
        "cmp w13, w9",
        "b.hs 2f",
        "mov x9, sp",
        "ldr x10, [x1, #{stack_start}]",
        "ldr x11, [x1, #{stack_end}]",
        "cmp x9, x10",
        "b.lo 2f",
        "cmp x9, x11",
        "b.hs 2f",
        "stp x29, x30, [sp, #-16]!",
        "mov x29, sp",
        "sub sp, sp, #{entry_bytes}",
        "stp x19, x20, [sp, #64]",
        "stp x21, x22, [sp, #80]",
        "stp x23, x24, [sp, #96]",
        "stp x25, x26, [sp, #112]",
        "stp x27, x28, [sp, #128]",
        "stp d8, d9, [sp, #144]",
        "stp d10, d11, [sp, #160]",
        "stp d12, d13, [sp, #176]",
        "stp d14, d15, [sp, #192]",
        "ldr x9, [x1, #{activation}]",
        "ldr x10, [x1, #{exit_pc}]",
        "ldr x11, [x1, #{exit_fp}]",
        "ldr x12, [x1, #{exit_ctx}]",
        address_of_walk!(),
        "stp x9, x10, [sp, #0]",
        "stp x11, x12, [sp, #16]",
        "stp x14, x1, [sp, #32]",
        "str x13, [sp, #48]",
        "add w13, w13, #1",
        "str w13, [x1, #{depth}]",
        "mov x9, sp",
        "str x9, [x1, #{activation}]",
        // Compiled functions have their first argument in x2.
        "mov x4, x2",
        "ldr x9, [x0, #{native_entry}]",
        "ldr x3, [x0, #{native_code}]",
        "ldr x2, [x0, #{native_ctx}]",
        "blr x9",
        "mov w0, wzr",
        leave!(),
        "2:",
        "b {enter_otherwise}",
        enter_otherwise = sym entry::enter_otherwise,
        walk = sym unwind::walk,
        entry_bytes = const ENTRY_BYTES,
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

/// Where a guest goes that has failed: back to its entry, whose stack pointer is in `x0`.
///
/// # Safety
/// Only stubs go here.
#[unsafe(naked)]
unsafe extern "C" fn landed() {
    naked_asm!(
        "mov sp, x0",
        "add x29, x0, #{entry_bytes}",
        "ldp x19, x20, [sp, #64]",
        "ldp x21, x22, [sp, #80]",
        "ldp x23, x24, [sp, #96]",
        "ldp x25, x26, [sp, #112]",
        "ldp x27, x28, [sp, #128]",
        "ldp d8, d9, [sp, #144]",
        "ldp d10, d11, [sp, #160]",
        "ldp d12, d13, [sp, #176]",
        "ldp d14, d15, [sp, #192]",
        "ldr x1, [sp, #40]",
        "ldr x9, [x1, #{tail_callee}]",
        "mov w0, #{error}",
        "mov w10, #{tail_call}",
        "cmp x9, #0",
        "csel w0, w10, w0, ne",
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
    // SAFETY: by contract; the store is kept there.
    unsafe { fp.byte_sub(ENTRY_BYTES - 40).read() as *mut VmStore }
}

/// Calls a function of the runtime that says where the guest goes on; the address that this
/// returns to and the caller's frame are its last two arguments.
macro_rules! raise {
    ($pc:literal, $fp:literal, $raise:path) => {
        naked_asm!(
            concat!("mov ", $pc, ", x30"),
            concat!("mov ", $fp, ", x29"),
            "bl {raise}",
            "b {landed}",
            raise = sym $raise,
            landed = sym landed,
        )
    };
}

/// What a function that is called may change, but for `x29` and `x30`; of some vectors that is the
/// upper half.
macro_rules! each_pair {
    ($instruction:literal) => {
        concat!(
            $instruction,
            " x0, x1, [sp, #16]\n",
            $instruction,
            " x2, x3, [sp, #32]\n",
            $instruction,
            " x4, x5, [sp, #48]\n",
            $instruction,
            " x6, x7, [sp, #64]\n",
            $instruction,
            " x8, x9, [sp, #80]\n",
            $instruction,
            " x10, x11, [sp, #96]\n",
            $instruction,
            " x12, x13, [sp, #112]\n",
            $instruction,
            " x14, x15, [sp, #128]\n",
            $instruction,
            " x16, x17, [sp, #144]\n",
            $instruction,
            " q0, q1, [sp, #160]\n",
            $instruction,
            " q2, q3, [sp, #192]\n",
            $instruction,
            " q4, q5, [sp, #224]\n",
            $instruction,
            " q6, q7, [sp, #256]\n",
            $instruction,
            " q8, q9, [sp, #288]\n",
            $instruction,
            " q10, q11, [sp, #320]\n",
            $instruction,
            " q12, q13, [sp, #352]\n",
            $instruction,
            " q14, q15, [sp, #384]\n",
            $instruction,
            " q16, q17, [sp, #416]\n",
            $instruction,
            " q18, q19, [sp, #448]\n",
            $instruction,
            " q20, q21, [sp, #480]\n",
            $instruction,
            " q22, q23, [sp, #512]\n",
            $instruction,
            " q24, q25, [sp, #544]\n",
            $instruction,
            " q26, q27, [sp, #576]\n",
            $instruction,
            " q28, q29, [sp, #608]\n",
            $instruction,
            " q30, q31, [sp, #640]",
        )
    };
}

/// As [`raise`], but the function may give 0: then this returns, and has kept all registers.
macro_rules! ask {
    ($pc:literal, $fp:literal, $raise:path) => {
        naked_asm!(
            "sub sp, sp, #672",
            "stp x29, x30, [sp]",
            each_pair!("stp"),
            concat!("mov ", $pc, ", x30"),
            concat!("mov ", $fp, ", x29"),
            "bl {raise}",
            "cbnz x0, 2f",
            each_pair!("ldp"),
            "ldp x29, x30, [sp]",
            "add sp, sp, #672",
            "ret",
            "2:",
            "b {landed}",
            raise = sym $raise,
            landed = sym landed,
        )
    };
}

/// The size of the instruction that calls [`raise`], in bytes.
pub(crate) const RAISE_CALL_BYTES: usize = 4;

/// Ends the guest with the trap of the place that calls it.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn raise() {
    raise!("x0", "x1", unwind::raised);
}

/// Ends the guest with the store's pending error: the instance.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn raise_pending(_: *mut VmCtx) {
    raise!("x1", "x2", unwind::pending);
}

/// Ends or suspends a guest that has not enough fuel: the instance, how much it needs. Returns
/// when it was resumed, with all registers as they were.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn out_of_fuel(_: *mut VmCtx, _: u64) {
    ask!("x2", "x3", unwind::out_of_fuel);
}

/// Ends a guest that another thread interrupts: the instance. Returns when it is to go on, with all
/// registers as they were.
///
/// # Safety
/// Called by compiled code, which has a frame.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn interrupt(_: *mut VmCtx) {
    ask!("x1", "x2", unwind::interrupt);
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
                "ldr x9, [x0, #{store}]",
                "str x30, [x9, #{exit_pc}]",
                "str x29, [x9, #{exit_fp}]",
                "str x0, [x9, #{exit_ctx}]",
                "b {function}",
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
        "mov x19, x0",
        "sub sp, sp, #32",
        "mov x1, sp",
        "bl {catcher_of}",
        "cbz w0, 2f",
        "ldp x9, x10, [sp]",
        "ldr x11, [sp, #16]",
        "mov x29, x10",
        "mov sp, x11",
        "br x9",
        "2:",
        "ldr x0, [x19, #{activation}]",
        "b {landed}",
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
        "ldr x9, [x0, #{store}]",
        "str x1, [x9, #{exception}]",
        "str x30, [x9, #{exit_pc}]",
        "str x29, [x9, #{exit_fp}]",
        "str x0, [x9, #{exit_ctx}]",
        "mov x0, x9",
        "b {land}",
        store = const offsets::CTX_STORE,
        exception = const offsets::STORE_EXCEPTION,
        exit_pc = const offsets::STORE_EXIT_PC,
        exit_fp = const offsets::STORE_EXIT_FP,
        exit_ctx = const offsets::STORE_EXIT_CTX,
        land = sym land,
    );
}

/// Where the handler of faults goes on with a guest that trapped: the store in `x1`, the
/// instruction in `x0`, the frame where it was.
///
/// # Safety
/// Only the handler of faults goes here.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn faulted() {
    naked_asm!(
        "mov x2, x0",
        "mov x0, x1",
        "mov x1, x2",
        "mov x2, x29",
        "bl {raise}",
        "b {landed}",
        raise = sym unwind::fault,
        landed = sym landed,
    );
}

/// Keeps the registers that a call keeps.
#[cfg(not(windows))]
macro_rules! save_for_switch {
    () => {
        concat!(
            "sub sp, sp, #160\n",
            "stp x29, x30, [sp, #0]\n",
            "stp x19, x20, [sp, #16]\n",
            "stp x21, x22, [sp, #32]\n",
            "stp x23, x24, [sp, #48]\n",
            "stp x25, x26, [sp, #64]\n",
            "stp x27, x28, [sp, #80]\n",
            "stp d8, d9, [sp, #96]\n",
            "stp d10, d11, [sp, #112]\n",
            "stp d12, d13, [sp, #128]\n",
            "stp d14, d15, [sp, #144]",
        )
    };
}

/// Undoes [`save_for_switch`].
#[cfg(not(windows))]
macro_rules! restore_from_switch {
    () => {
        concat!(
            "ldp x29, x30, [sp, #0]\n",
            "ldp x19, x20, [sp, #16]\n",
            "ldp x21, x22, [sp, #32]\n",
            "ldp x23, x24, [sp, #48]\n",
            "ldp x25, x26, [sp, #64]\n",
            "ldp x27, x28, [sp, #80]\n",
            "ldp d8, d9, [sp, #96]\n",
            "ldp d10, d11, [sp, #112]\n",
            "ldp d12, d13, [sp, #128]\n",
            "ldp d14, d15, [sp, #144]\n",
            "add sp, sp, #160",
        )
    };
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
        save_for_switch!(),
        "mov x9, sp",
        "str x9, [x0, #{other_sp}]",
        "mov x19, x0",
        "mov sp, x1",
        "mov x0, x2",
        "bl {start}",
        "ldr x9, [x19, #{other_sp}]",
        "mov sp, x9",
        restore_from_switch!(),
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
        save_for_switch!(),
        "mov x9, sp",
        "ldr x10, [x0, #{other_sp}]",
        "str x9, [x0, #{other_sp}]",
        "mov w0, w1",
        "mov sp, x10",
        restore_from_switch!(),
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

/// Makes a frame and keeps all registers that can hold arguments of compiled functions.
macro_rules! save {
    () => {
        concat!(
            "stp x29, x30, [sp, #-16]!\n",
            "mov x29, sp\n",
            "sub sp, sp, #208\n",
            "stp x0, x1, [sp, #0]\n",
            "stp x2, x3, [sp, #16]\n",
            "stp x4, x5, [sp, #32]\n",
            "stp x6, x7, [sp, #48]\n",
            "str x8, [sp, #64]\n",
            "stp q0, q1, [sp, #80]\n",
            "stp q2, q3, [sp, #112]\n",
            "stp q4, q5, [sp, #144]\n",
            "stp q6, q7, [sp, #176]",
        )
    };
}

/// Undoes [`save`].
macro_rules! restore {
    () => {
        concat!(
            "ldp x0, x1, [sp, #0]\n",
            "ldp x2, x3, [sp, #16]\n",
            "ldp x4, x5, [sp, #32]\n",
            "ldp x6, x7, [sp, #48]\n",
            "ldr x8, [sp, #64]\n",
            "ldp q0, q1, [sp, #80]\n",
            "ldp q2, q3, [sp, #112]\n",
            "ldp q4, q5, [sp, #144]\n",
            "ldp q6, q7, [sp, #176]\n",
            "mov sp, x29\n",
            "ldp x29, x30, [sp], #16",
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
        // Compiled functions have their first argument in x2.
        "mov x0, x2",
        "mov x1, x30",
        "ldr x2, [x29]",
        "bl {resolve}",
        "cbz x0, 2f",
        "mov x16, x0",
        restore!(),
        "ldr x2, [x2, #{native_ctx}]",
        "br x16",
        "2:",
        "ldr x0, [sp, #16]",
        "ldr x0, [x0, #{store}]",
        "ldr x0, [x0, #{activation}]",
        "b {landed}",
        resolve = sym entry::resolve_func_ref,
        native_ctx = const offsets::FUNC_NATIVE_CTX,
        store = const offsets::FUNC_STORE,
        activation = const offsets::STORE_ACTIVATION,
        landed = sym landed,
    );
}

/// What a module's own stubs go to, the function's index in `w16`: has the function compiled and
/// goes there.
///
/// # Safety
/// Called as compiled functions are, with the instance as the first argument.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn lazy_entry(_: *mut VmCtx) {
    naked_asm!(
        save!(),
        "mov x0, x2",
        "mov w1, w16",
        "mov x2, x30",
        "ldr x3, [x29]",
        "bl {resolve}",
        "cbz x0, 2f",
        "mov x16, x0",
        restore!(),
        "br x16",
        "2:",
        "ldr x0, [sp, #16]",
        "ldr x0, [x0, #{store}]",
        "ldr x0, [x0, #{activation}]",
        "b {landed}",
        resolve = sym entry::resolve_entry,
        store = const offsets::CTX_STORE,
        activation = const offsets::STORE_ACTIVATION,
        landed = sym landed,
    );
}

/// The size of a module's stub for one function, in bytes.
pub(crate) const ENTRY_STUB_BYTES: usize = 24;

/// The stubs of a module: the one for traps, and one for each of these functions, which brings the
/// function's index to [`lazy_entry`].
pub(crate) fn entry_stubs(funcs: impl ExactSizeIterator<Item = u32>) -> Vec<u8> {
    let mut code = Vec::with_capacity(ENTRY_STUB_HEADER_BYTES + funcs.len() * ENTRY_STUB_BYTES);
    code.resize(RAISE_OFFSET - size_of::<u64>(), 0);
    code.extend_from_slice(&(raise as *const () as u64).to_le_bytes());
    // ldr x16, the address before it
    code.extend_from_slice(&0x58ff_ffd0_u32.to_le_bytes());
    // br x16
    code.extend_from_slice(&0xd61f_0200_u32.to_le_bytes());
    code.resize(ENTRY_STUB_HEADER_BYTES, 0);
    for func in funcs {
        let instructions = [
            // movz w16, low
            0x5280_0010 | (func & 0xffff) << 5,
            // movk w16, high, lsl 16
            0x72a0_0010 | (func >> 16) << 5,
            // ldr x17, the address behind the jump
            0x5800_0051,
            // br x17
            0xd61f_0220,
        ];
        for instruction in instructions {
            code.extend_from_slice(&u32::to_le_bytes(instruction));
        }
        code.extend_from_slice(&(lazy_entry as *const () as u64).to_le_bytes());
    }
    code
}

/// The stack pointer.
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    let sp;
    // SAFETY: the register is only read.
    unsafe { asm!("mov {}, sp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
    sp
}

/// The address that a frame returns to, and the frame of its caller.
///
/// # Safety
/// The frame is one of compiled code, and live.
pub(crate) unsafe fn caller(fp: *const u64) -> (*const u8, *mut u64) {
    // SAFETY: by contract; a frame begins with the caller's, then the address.
    let (pc, fp) = unsafe { (fp.add(1).read() as *const u8, fp.read() as *mut u64) };
    (without_signature(pc), fp)
}

/// A return address as it was before it was signed, which compiled code does on macOS.
fn without_signature(mut pc: *const u8) -> *const u8 {
    // SAFETY: `xpaclri` changes `x30` alone, and nothing in an address that is not signed. By this
    // name machines that cannot sign take it for no operation.
    unsafe {
        asm!(
            "hint #7",
            inout("x30") pc,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    pc
}
