//! Traps by instructions that the machine refuses: whose they are, and where the guest goes on.

use crate::{registry, stubs};
use core::cell::Cell;
use core::ptr;
use diptych_core::platform::{Fault, Resume};
use diptych_core::vm::VmStore;

std::thread_local! {
    /// The store whose guest runs compiled code in this thread.
    static CURRENT: Cell<*mut VmStore> = const { Cell::new(ptr::null_mut()) };
}

/// Makes a store's guest the one that runs in this thread, and gives the one before.
///
/// Never inlined: a guest may go on in another thread than the one in which its caller began, and
/// the caller must not remember where this thread's variable is.
#[inline(never)]
pub(crate) fn set_current(store: *mut VmStore) -> *mut VmStore {
    CURRENT.replace(store)
}

/// Claims the faults of compiled code. It runs in a handler of signals: it takes no lock and
/// allocates nothing.
pub(crate) fn handler(fault: &Fault) -> Option<Resume> {
    let store = CURRENT.get();
    if store.is_null() {
        return None;
    }
    registry::with_image(fault.pc, |image| image.trap_at(fault.pc))?;
    Some(Resume {
        pc: stubs::faulted as *const () as usize,
        sp: fault.sp,
        fp: fault.fp,
        args: [fault.pc, store.addr()],
    })
}
