//! The registers of an interrupted thread.
//!
//! # Safety
//! A [`Context`] holds what the kernel gave a signal handler that has not returned.

use super::super::super::Resume;
use core::ffi::c_void;
use core::ptr::NonNull;

/// The registers that the thread goes on with when the handler returns.
pub(super) struct Context(NonNull<Registers>);

impl Context {
    /// # Safety
    /// The kernel gave it to a signal handler, which has not returned.
    pub(super) unsafe fn new(context: *mut c_void) -> Option<Self> {
        let context = NonNull::new(context.cast::<libc::ucontext_t>())?;
        #[cfg(target_os = "linux")]
        // SAFETY: by contract.
        let registers = unsafe { &raw mut (*context.as_ptr()).uc_mcontext };
        #[cfg(target_os = "macos")]
        // SAFETY: by contract.
        let registers = unsafe { (*context.as_ptr()).uc_mcontext };
        NonNull::new(registers).map(Self)
    }

    pub(super) fn pc(&self) -> usize {
        // SAFETY: the registers are valid as long as the handler runs.
        unsafe { self.0.as_ref() }.pc()
    }

    pub(super) fn sp(&self) -> usize {
        // SAFETY: as above.
        unsafe { self.0.as_ref() }.sp()
    }

    pub(super) fn fp(&self) -> usize {
        // SAFETY: as above.
        unsafe { self.0.as_ref() }.fp()
    }

    /// Makes the thread go on elsewhere.
    pub(super) fn set(&self, resume: &Resume) {
        // SAFETY: as above; the kernel reads them back.
        unsafe { (*self.0.as_ptr()).set(resume) }
    }
}

#[cfg(target_os = "linux")]
type Registers = libc::mcontext_t;
#[cfg(target_os = "macos")]
type Registers = libc::__darwin_mcontext64;

trait Access {
    fn pc(&self) -> usize;
    fn sp(&self) -> usize;
    fn fp(&self) -> usize;
    fn set(&mut self, resume: &Resume);
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
impl Access for Registers {
    fn pc(&self) -> usize {
        self.gregs[libc::REG_RIP as usize] as usize
    }

    fn sp(&self) -> usize {
        self.gregs[libc::REG_RSP as usize] as usize
    }

    fn fp(&self) -> usize {
        self.gregs[libc::REG_RBP as usize] as usize
    }

    fn set(&mut self, resume: &Resume) {
        for (register, value) in [
            (libc::REG_RIP, resume.pc),
            (libc::REG_RSP, resume.sp),
            (libc::REG_RBP, resume.fp),
            (libc::REG_RAX, resume.args[0]),
            (libc::REG_RDX, resume.args[1]),
        ] {
            self.gregs[register as usize] = value as libc::greg_t;
        }
    }
}

/// The bits of the processor's state that say how an indirect branch came to the instruction that
/// faulted. The one where it goes on was reached by none.
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
const BRANCH_TYPE: u64 = 0b11 << 10;

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
impl Access for Registers {
    fn pc(&self) -> usize {
        self.pc as usize
    }

    fn sp(&self) -> usize {
        self.sp as usize
    }

    fn fp(&self) -> usize {
        self.regs[29] as usize
    }

    fn set(&mut self, resume: &Resume) {
        self.pc = resume.pc as u64;
        self.sp = resume.sp as u64;
        self.regs[29] = resume.fp as u64;
        self.regs[0] = resume.args[0] as u64;
        self.regs[1] = resume.args[1] as u64;
        self.pstate &= !BRANCH_TYPE;
    }
}

#[cfg(all(target_os = "macos", target_arch = "x86_64"))]
impl Access for Registers {
    fn pc(&self) -> usize {
        self.__ss.__rip as usize
    }

    fn sp(&self) -> usize {
        self.__ss.__rsp as usize
    }

    fn fp(&self) -> usize {
        self.__ss.__rbp as usize
    }

    fn set(&mut self, resume: &Resume) {
        self.__ss.__rip = resume.pc as u64;
        self.__ss.__rsp = resume.sp as u64;
        self.__ss.__rbp = resume.fp as u64;
        self.__ss.__rax = resume.args[0] as u64;
        self.__ss.__rdx = resume.args[1] as u64;
    }
}

#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
impl Access for Registers {
    fn pc(&self) -> usize {
        self.__ss.__pc as usize
    }

    fn sp(&self) -> usize {
        self.__ss.__sp as usize
    }

    fn fp(&self) -> usize {
        self.__ss.__fp as usize
    }

    fn set(&mut self, resume: &Resume) {
        self.__ss.__pc = resume.pc as u64;
        self.__ss.__sp = resume.sp as u64;
        self.__ss.__fp = resume.fp as u64;
        self.__ss.__x[0] = resume.args[0] as u64;
        self.__ss.__x[1] = resume.args[1] as u64;
    }
}
