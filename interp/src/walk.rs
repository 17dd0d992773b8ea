//! Walks the frames of interpreted functions, for backtraces and for the collector.

use crate::exec::caller_of;
use crate::module::InterpModule;
use alloc::vec::Vec;
use diptych_core::Result;
use diptych_core::backend::{Frame, FrameOwner, Position, Visit, WalkControl};
use diptych_core::types::DefinedFuncIdx;
use diptych_core::vm::frame::ReturnRecord;

/// Visits the frames of one activation, innermost first.
///
/// # Errors
/// As [`Walk`](diptych_core::backend::Walk).
///
/// # Safety
/// As [`Walk`](diptych_core::backend::Walk).
pub(crate) unsafe fn walk(from: Position, mut visit: Visit<'_>) -> Result<()> {
    let mut at = Some(from);
    let mut positions = Positions::default();
    while let Some(Position { pc, fp, ctx }) = at {
        if pc.is_null() || ctx.is_null() {
            return Ok(());
        }
        // SAFETY: `ctx` is a live instance with code of this backend.
        let module = unsafe { InterpModule::of((*ctx).interp) };
        if pc == module.shared.cross_return {
            // SAFETY: the driver left the record of a tail call to the host in the frame's place.
            at = unsafe { caller_of(fp.cast(), ctx, &module.shared) };
            continue;
        }
        let Some((func, header)) = module.function_at(pc) else {
            return Ok(());
        };
        match &mut visit {
            Visit::Frames(visit) => {
                let frame = Frame {
                    owner: FrameOwner::Instance(ctx),
                    func,
                    offset: positions.wasm_offset(module, func, pc),
                };
                if visit(frame) == WalkControl::Stop {
                    return Ok(());
                }
            }
            Visit::References(places) => {
                places.frame();
                module.references(func, pc, |slot| places.push(fp.wrapping_add(slot.into())))?;
            }
        }
        // SAFETY: the frame is live, so its record is, at the function's place for it.
        at = unsafe {
            let record = fp.add((*header).record.into()).cast::<ReturnRecord>();
            caller_of(record, ctx, &module.shared)
        };
    }
    Ok(())
}

/// The positions of the function that was visited last: recursion asks for them again and again.
#[derive(Default)]
struct Positions {
    of: Option<(*const InterpModule, DefinedFuncIdx)>,
    list: Vec<(u32, u32)>,
}

impl Positions {
    fn wasm_offset(&mut self, module: &InterpModule, func: DefinedFuncIdx, pc: *const u8) -> u32 {
        if self.of != Some((module, func)) {
            self.of = Some((module, func));
            // Without memory for them, the function's start has to do.
            self.list = module.positions(func).unwrap_or_default();
        }
        module.wasm_offset(func, pc, &self.list)
    }
}
