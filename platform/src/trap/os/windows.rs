//! Faults as structured exceptions.
//!
//! Vectored handlers come before those of frames. When this one does not claim a fault, the system
//! asks the next.
//!
//! # Safety
//! The system calls [`on_exception`] with the exception and the registers of the thread that
//! faulted, which it restores afterwards.

use super::super::{Fault, FaultKind, Resume, TrapCatcherError};
use super::ask;
use core::sync::atomic::{AtomicBool, Ordering};
use windows_sys::Win32::Foundation::{
    EXCEPTION_ACCESS_VIOLATION, EXCEPTION_ILLEGAL_INSTRUCTION, EXCEPTION_IN_PAGE_ERROR,
    EXCEPTION_INT_DIVIDE_BY_ZERO, EXCEPTION_INT_OVERFLOW,
};
use windows_sys::Win32::System::Diagnostics::Debug::{
    AddVectoredExceptionHandler, CONTEXT, EXCEPTION_POINTERS, EXCEPTION_RECORD,
};

static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Only one thread at a time calls this.
pub(super) fn install() -> Result<(), TrapCatcherError> {
    if is_installed() {
        return Ok(());
    }
    // SAFETY: the handler can be called at any time.
    if unsafe { AddVectoredExceptionHandler(1, Some(on_exception)) }.is_null() {
        return Err(TrapCatcherError::Refused);
    }
    INSTALLED.store(true, Ordering::Release);
    Ok(())
}

/// Others may have been put before this one, but nobody removes it.
pub(super) fn is_installed() -> bool {
    INSTALLED.load(Ordering::Acquire)
}

/// # Safety
/// The system calls it.
unsafe extern "system" fn on_exception(exception: *mut EXCEPTION_POINTERS) -> i32 {
    const CONTINUE_EXECUTION: i32 = -1;
    const CONTINUE_SEARCH: i32 = 0;
    // SAFETY: by contract all pointers are valid, and nothing else uses what they lead to.
    let (record, context) = unsafe {
        let exception = &*exception;
        (&*exception.ExceptionRecord, &mut *exception.ContextRecord)
    };
    let Some(fault) = describe(record, context) else {
        return CONTINUE_SEARCH;
    };
    match ask(&fault) {
        Some(resume) => {
            set(context, &resume);
            CONTINUE_EXECUTION
        }
        None => CONTINUE_SEARCH,
    }
}

fn describe(record: &EXCEPTION_RECORD, context: &CONTEXT) -> Option<Fault> {
    let kind = match record.ExceptionCode {
        EXCEPTION_ACCESS_VIOLATION | EXCEPTION_IN_PAGE_ERROR => FaultKind::Memory,
        EXCEPTION_ILLEGAL_INSTRUCTION => FaultKind::IllegalInstruction,
        EXCEPTION_INT_DIVIDE_BY_ZERO | EXCEPTION_INT_OVERFLOW => FaultKind::Arithmetic,
        _ => return None,
    };
    // The first parameter of a memory fault says whether it was read, written or executed, the
    // second where. x86 does not know where when the address is not canonical: then it is -1.
    let address = record.ExceptionInformation[1];
    let known = kind == FaultKind::Memory && record.NumberParameters >= 2 && address != usize::MAX;
    let (pc, sp, fp) = place(context);
    Some(Fault {
        pc,
        sp,
        fp,
        address: known.then_some(address),
        kind,
    })
}

#[cfg(target_arch = "x86_64")]
fn place(context: &CONTEXT) -> (usize, usize, usize) {
    (
        context.Rip as usize,
        context.Rsp as usize,
        context.Rbp as usize,
    )
}

#[cfg(target_arch = "x86_64")]
fn set(context: &mut CONTEXT, resume: &Resume) {
    context.Rip = resume.pc as u64;
    context.Rsp = resume.sp as u64;
    context.Rbp = resume.fp as u64;
    context.Rax = resume.args[0] as u64;
    context.Rdx = resume.args[1] as u64;
}

#[cfg(target_arch = "aarch64")]
fn place(context: &CONTEXT) -> (usize, usize, usize) {
    // SAFETY: both members of the union are the same registers.
    let fp = unsafe { context.Anonymous.X[29] };
    (context.Pc as usize, context.Sp as usize, fp as usize)
}

#[cfg(target_arch = "aarch64")]
fn set(context: &mut CONTEXT, resume: &Resume) {
    context.Pc = resume.pc as u64;
    context.Sp = resume.sp as u64;
    // SAFETY: both members of the union are the same registers.
    let registers = unsafe { &mut context.Anonymous.X };
    registers[29] = resume.fp as u64;
    registers[0] = resume.args[0] as u64;
    registers[1] = resume.args[1] as u64;
}
