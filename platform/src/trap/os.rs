//! Faults as the operating system reports them: signals or exceptions.
//!
//! # Safety
//! [`HANDLER`] is 0 or the address of a [`FaultHandler`].

use super::{Fault, FaultHandler, Resume, TrapCatcher, TrapCatcherError};
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

#[cfg(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
#[path = "os/unix.rs"]
mod system;
#[cfg(all(windows, any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = "os/windows.rs"]
mod system;
#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
#[path = "os/unsupported.rs"]
mod system;

/// Catches faults with the operating system's means: signals on Linux and macOS, vectored
/// exception handlers on Windows, each on x86_64 and aarch64. Needs the feature `signals`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignalTrapCatcher;

impl TrapCatcher for SignalTrapCatcher {
    fn install(&self, handler: FaultHandler) -> Result<(), TrapCatcherError> {
        install_fault_handler(handler)
    }
}

/// Shows every fault in this process to `handler` first, as [`TrapCatcher::install`] says.
///
/// A fault that it does not claim goes to what was there before: another handler, or the default
/// action, which ends the process. Handlers that the host program installs later, and that call
/// what they replaced, work too. When one does not, another call of this function puts this
/// handler before it.
///
/// # Errors
/// When there is another handler already, or faults cannot be caught here. After
/// [`TrapCatcherError::Refused`] some kinds of faults may be caught and others not.
pub fn install_fault_handler(handler: FaultHandler) -> Result<(), TrapCatcherError> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let new = handler as usize;
    match HANDLER.compare_exchange(0, new, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {}
        Err(old) if old == new => {}
        Err(_) => return Err(TrapCatcherError::OtherHandler),
    }
    system::install()
}

/// Whether the handler of [`install_fault_handler`] is what the operating system calls for every
/// kind of fault. It is not when the host program has installed one later, even if that calls this
/// one.
pub fn fault_handler_is_installed() -> bool {
    HANDLER.load(Ordering::Acquire) != 0 && system::is_installed()
}

static HANDLER: AtomicUsize = AtomicUsize::new(0);

/// What the handler says about a fault.
fn ask(fault: &Fault) -> Option<Resume> {
    let handler = HANDLER.load(Ordering::Acquire);
    if handler == 0 {
        return None;
    }
    // SAFETY: only handlers are stored there.
    let handler: FaultHandler = unsafe { core::mem::transmute(handler) };
    handler(fault)
}
