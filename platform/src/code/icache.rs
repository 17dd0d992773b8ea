//! What must happen between writing code and running it.
//!
//! x86 keeps instruction caches coherent. Arm does not: data caches are cleaned to the point where
//! instruction fetches see them, the instruction caches forget the addresses, and every core that
//! may have fetched ahead begins anew (Arm Architecture Reference Manual, "Synchronization and
//! coherency issues between data and instruction accesses").
//!
//! # Safety
//! What is called here needs no more than readable addresses, which callers vouch for.

/// Once before the first code is made.
pub(super) fn prepare() {
    #[cfg(all(
        target_arch = "aarch64",
        any(target_os = "linux", target_os = "android")
    ))]
    membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE as i32);
}

/// Makes code that was written to `len` bytes at `base` visible to instruction fetches.
///
/// # Safety
/// The bytes are readable.
pub(super) unsafe fn clean(base: *const u8, len: usize) {
    #[cfg(all(target_arch = "aarch64", unix, not(target_vendor = "apple")))]
    // SAFETY: by contract.
    unsafe {
        clean_lines(base as usize, len);
    }
    #[cfg(target_vendor = "apple")]
    // SAFETY: by contract.
    unsafe {
        sys_icache_invalidate(base.cast_mut().cast(), len);
    }
    #[cfg(windows)]
    // SAFETY: by contract; the handle stands for this process.
    unsafe {
        use windows_sys::Win32::System::Diagnostics::Debug::FlushInstructionCache;
        use windows_sys::Win32::System::Threading::GetCurrentProcess;
        FlushInstructionCache(GetCurrentProcess(), base.cast(), len);
    }
    #[cfg(not(any(windows, target_vendor = "apple", target_arch = "aarch64")))]
    let _ = (base, len);
}

/// Makes every thread that may have fetched ahead fetch again, once its code can be executed.
pub(super) fn synchronize() {
    // Where the kernel has no such call, only a thread that once ran other code at the same
    // addresses could still have it, and no thread gets there but through the kernel.
    #[cfg(all(
        target_arch = "aarch64",
        any(target_os = "linux", target_os = "android")
    ))]
    membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE as i32);
}

#[cfg(target_vendor = "apple")]
unsafe extern "C" {
    fn sys_icache_invalidate(start: *mut core::ffi::c_void, len: usize);
}

#[cfg(all(
    target_arch = "aarch64",
    any(target_os = "linux", target_os = "android")
))]
fn membarrier(command: i32) {
    // SAFETY: the call has no effect on memory.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) };
}

/// # Safety
/// The bytes are readable.
#[cfg(all(target_arch = "aarch64", unix, not(target_vendor = "apple")))]
unsafe fn clean_lines(base: usize, len: usize) {
    use core::arch::asm;
    let ctr: usize;
    // SAFETY: reading the register, which Linux and the BSDs allow, has no effect.
    unsafe { asm!("mrs {}, ctr_el0", out(reg) ctr, options(nomem, nostack, preserves_flags)) };
    // Both are logarithms of a number of 4-byte words.
    let data_line = 4_usize << ((ctr >> 16) & 0xf);
    let code_line = 4_usize << (ctr & 0xf);
    let end = base + len;
    for line in (base & !(data_line - 1)..end).step_by(data_line) {
        // SAFETY: by contract the line is readable.
        unsafe { asm!("dc cvau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: barriers order; they have no other effect.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    for line in (base & !(code_line - 1)..end).step_by(code_line) {
        // SAFETY: by contract the line is readable.
        unsafe { asm!("ic ivau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: as above.
    unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// As long as this lives, this thread can write to memory for code, and execute none of it.
#[cfg(all(target_vendor = "apple", target_arch = "aarch64"))]
pub(super) struct Writable(());

#[cfg(all(target_vendor = "apple", target_arch = "aarch64"))]
impl Writable {
    pub(super) fn begin() -> Self {
        // SAFETY: this thread executes no such code before it is switched back.
        unsafe { libc::pthread_jit_write_protect_np(0) };
        Self(())
    }
}

#[cfg(all(target_vendor = "apple", target_arch = "aarch64"))]
impl Drop for Writable {
    fn drop(&mut self) {
        // SAFETY: code can be executed again; nothing writes any more.
        unsafe { libc::pthread_jit_write_protect_np(1) };
    }
}
