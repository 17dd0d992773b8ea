//! Walks the frames of interpreted functions, for backtraces.

use crate::exec::caller_of;
use crate::module::InterpModule;
use diptych_core::backend::{Frame, Position, WalkControl};
use diptych_core::vm::frame::ReturnRecord;

/// Visits the frames of one activation, innermost first.
///
/// # Safety
/// As [`Backend::walk`](diptych_core::backend::Backend::walk).
pub(crate) unsafe fn walk(from: Position, visit: &mut dyn FnMut(Frame) -> WalkControl) {
    let mut at = Some(from);
    while let Some(Position { pc, fp, ctx }) = at {
        if pc.is_null() || ctx.is_null() {
            return;
        }
        // SAFETY: `ctx` is a live instance with code of this backend.
        let module = unsafe { InterpModule::of((*ctx).code) };
        let Some((func, header)) = module.function_at(pc) else { return };
        let offset = module.wasm_offset(func, pc);
        if visit(Frame { ctx, func, offset }) == WalkControl::Stop {
            return;
        }
        // SAFETY: the frame is live, so its record is, at the function's place for it.
        at = unsafe {
            let record = fp.add((*header).record as usize).cast::<ReturnRecord>();
            caller_of(record, ctx, &module.shared)
        };
    }
}
