//! How compiled code ends when it fails, and how its frames are walked.
//!
//! Nothing unwinds. What failed is noted, then the thread goes on in the guest's entry from the
//! host, which returns; between the two there are frames of compiled code only, and none of the
//! host's. Functions that the stubs call give the stack pointer of that entry.
//!
//! # Safety
//! What is here is called by the stubs with a store whose guest is running, and a frame of
//! compiled code. Frames of compiled code are linked by their frame pointers up to the entry's
//! trampoline, which is in no image, and behind it the frame of [`stubs::enter`].

use crate::image::Place;
use crate::{fiber, registry, stubs};
use diptych_core::backend::{Frame, FrameOwner, Position, Visit, WalkControl};
use diptych_core::vm::{VmCtx, VmStore};
use diptych_core::{Error, Result, Trap, backtrace};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Notes that a guest traps: called through the stub for it from the place that `pc` returns to,
/// which says how, in the frame at `fp`.
///
/// # Safety
/// See the module.
pub(crate) unsafe extern "C" fn raised(pc: *const u8, fp: *mut u64) -> usize {
    // SAFETY: see the module.
    unsafe { fault(store_of(fp), pc.wrapping_sub(stubs::RAISE_CALL_BYTES), fp) }
}

/// Suspends a guest that has less fuel than it needs, when it can be; 0 when it was resumed and has
/// enough. Else notes that it traps.
///
/// # Safety
/// See the module.
pub(crate) unsafe extern "C" fn out_of_fuel(
    ctx: *mut VmCtx,
    cost: u64,
    pc: *const u8,
    fp: *mut u64,
) -> usize {
    // SAFETY: see the module.
    unsafe {
        let store = (*ctx).store;
        if (*store).fiber.is_null() {
            return fail(store, Trap::OutOfFuel, registry::call_before(pc), fp);
        }
        while (*store).fuel < cost {
            (*store).pending = Some(Trap::OutOfFuel.into());
            (*store).failed_host = core::ptr::null_mut();
            fiber::suspend(store, core::ptr::null_mut());
        }
        0
    }
}

/// Asks the host what becomes of a guest that another thread interrupts; 0 when it goes on.
///
/// # Safety
/// See the module.
pub(crate) unsafe extern "C" fn interrupt(ctx: *mut VmCtx, pc: *const u8, fp: *mut u64) -> usize {
    // SAFETY: see the module.
    unsafe {
        let store = (*ctx).store;
        let innermost = registry::call_before(pc).map(frame);
        let (pc, fp) = stubs::caller(fp);
        let at = Position { pc, fp, ctx };
        let asked = catch_unwind(AssertUnwindSafe(|| {
            backtrace::interrupted(store, innermost, at)
        }));
        match asked {
            Ok(Ok(())) => return 0,
            Ok(Err(error)) => (*store).pending = Some(error),
            Err(panic) => (*store).panic = Some(panic),
        }
        landing(store)
    }
}

/// Notes where a guest was whose pending error is in the store already.
///
/// # Safety
/// See the module.
pub(crate) unsafe extern "C" fn pending(ctx: *mut VmCtx, pc: *const u8, fp: *mut u64) -> usize {
    // SAFETY: see the module.
    unsafe {
        let store = (*ctx).store;
        if let Some(error) = &mut (*store).pending {
            backtrace::attach_at(store, error, None, Position { pc, fp, ctx });
        }
        landing(store)
    }
}

/// Notes that the instruction at `pc` trapped, in the frame at `fp`.
///
/// # Safety
/// See the module.
pub(crate) unsafe extern "C" fn fault(store: *mut VmStore, pc: *const u8, fp: *mut u64) -> usize {
    let found = registry::with_image(pc.addr(), |image| image.trap_at(pc.addr()));
    let (place, code) = found.map_or((None, 0), |(place, code)| (Some(place), code));
    let trap = Trap::from_code(code).unwrap_or(Trap::Unreachable);
    // SAFETY: see the module.
    unsafe { fail(store, trap, place, fp) }
}

/// # Safety
/// See the module.
unsafe fn fail(store: *mut VmStore, trap: Trap, place: Option<Place>, fp: *mut u64) -> usize {
    // SAFETY: see the module.
    unsafe {
        let mut error = Error::from(trap);
        // A function for which there is no stack has not begun.
        let innermost = place.filter(|_| trap != Trap::StackOverflow).map(frame);
        let (pc, fp) = stubs::caller(fp);
        let ctx = core::ptr::null_mut();
        backtrace::attach_at(store, &mut error, innermost, Position { pc, fp, ctx });
        (*store).pending = Some(error);
        landing(store)
    }
}

/// The stack pointer of the innermost entry into compiled code, which is where its activation is.
///
/// # Safety
/// See the module.
unsafe fn landing(store: *const VmStore) -> usize {
    // SAFETY: by contract.
    unsafe { (*store).activation.addr() }
}

fn frame(place: Place) -> Frame {
    Frame {
        owner: FrameOwner::Code(place.owner),
        func: place.func,
        offset: place.offset,
    }
}

/// Visits the frames of one activation, innermost first.
///
/// # Errors
/// As [`Walk`](diptych_core::backend::Walk).
///
/// # Safety
/// As [`Walk`](diptych_core::backend::Walk).
pub(crate) unsafe fn walk(from: Position, mut visit: Visit<'_>) -> Result<()> {
    let (mut pc, mut fp) = (from.pc, from.fp);
    while let Some(place) = registry::call_before(pc) {
        match &mut visit {
            Visit::Frames(visit) => {
                if visit(frame(place)) == WalkControl::Stop {
                    return Ok(());
                }
            }
            Visit::References(places) => {
                places.frame();
                registry::references(pc, |words| places.push(fp.wrapping_sub(words)))?;
            }
        }
        // SAFETY: the frame is one of compiled code, since the address in it is.
        (pc, fp) = unsafe { stubs::caller(fp) };
    }
    Ok(())
}

/// Where a guest goes on whose exception is caught.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Catcher {
    pc: *const u8,
    fp: *mut u64,
    sp: *mut u64,
}

/// Finds who catches the exception that is on its way, if one is, among the compiled functions of
/// the innermost activation: 1 when there is someone.
///
/// # Safety
/// See the module; the store knows where the guest is.
pub(crate) unsafe extern "C" fn catcher(store: *mut VmStore, to: *mut Catcher) -> u32 {
    // SAFETY: see the module.
    unsafe {
        if (*store).exception == 0 {
            return 0;
        }
        let (mut pc, mut fp) = ((*store).exit_pc, (*store).exit_fp);
        loop {
            let image = |image: &crate::image::Image| Some(image.handler(pc.addr()));
            match registry::with_image(pc.addr(), image) {
                // A trampoline, or code of the host's.
                None => return 0,
                Some(None) => (pc, fp) = stubs::caller(fp),
                Some(Some((handler, frame))) => {
                    let sp = fp.wrapping_sub(frame);
                    to.write(Catcher {
                        pc: handler,
                        fp,
                        sp,
                    });
                    return 1;
                }
            }
        }
    }
}

/// The store whose guest has this frame of compiled code.
///
/// # Safety
/// The frame is live. It is read only, so that the handler of faults can ask.
pub(crate) unsafe fn store_of(fp: *const u64) -> *mut VmStore {
    // SAFETY: by contract; see the module.
    unsafe {
        let trampoline = registry::with_codes(|codes| {
            let (mut pc, mut fp) = stubs::caller(fp);
            while codes.contains(pc.addr()) {
                (pc, fp) = stubs::caller(fp);
            }
            fp
        });
        let (_, entry) = stubs::caller(trampoline);
        stubs::store_of_entry(entry)
    }
}

/// Whether a frame is that of the trampoline through which a guest was entered: whoever has it for
/// a caller is the first function of the guest.
///
/// # Safety
/// The frame is live and one of the store's guest, which runs compiled code.
pub(crate) unsafe fn is_first(store: *const VmStore, fp: *const u64) -> bool {
    // SAFETY: by contract; see the module.
    unsafe {
        let (_, outer) = stubs::caller(fp);
        outer.addr() == landing(store) + stubs::ENTRY_BYTES
    }
}
