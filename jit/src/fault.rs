//! Traps by instructions that the machine refuses: whose they are, and where the guest goes on.

use crate::{registry, stubs, unwind};
use diptych_core::platform::{Fault, Resume};

/// Claims the faults of compiled code. It runs in a handler of signals: it takes no lock and
/// allocates nothing.
pub(crate) fn handler(fault: &Fault) -> Option<Resume> {
    registry::with_image(fault.pc, |image| image.trap_at(fault.pc))?;
    // SAFETY: what traps in compiled code has a frame.
    let store = unsafe { unwind::store_of(fault.fp as *const u64) };
    Some(Resume {
        pc: stubs::faulted as *const () as usize,
        sp: fault.sp,
        fp: fault.fp,
        args: [fault.pc, store.addr()],
    })
}
