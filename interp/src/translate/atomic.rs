//! Atomic operators on memory.

use super::emit::{halves, quarters};
use super::memory::memory_of;
use super::stack::Source;
use super::{Result, Translator};
use crate::ops::{ATOMIC_OPS, Op, Slow, Ty};
use diptych_core::module::{AtomicAction, AtomicOp};
use wasmparser::MemArg;

/// The rows of [`ATOMIC_OPS`].
const LOAD: usize = 0;
const STORE: usize = 1;
const RMW: usize = 2;
const CMPXCHG: usize = 8;

impl Translator<'_, '_> {
    pub(super) fn atomic(&mut self, operator: AtomicOp, arg: &MemArg) -> Result<()> {
        let width = operator.bytes().ilog2() as usize;
        let ty = self.class(operator.ty());
        let (op, operands, result) = match operator.action() {
            AtomicAction::Load => (ATOMIC_OPS[LOAD][width], 1, Some(ty)),
            AtomicAction::Store => (ATOMIC_OPS[STORE][width], 2, None),
            AtomicAction::Rmw(kind) => (ATOMIC_OPS[RMW + kind as usize][width], 2, Some(ty)),
            AtomicAction::Cmpxchg => (ATOMIC_OPS[CMPXCHG][width], 3, Some(ty)),
            AtomicAction::Notify => (Slow::AtomicNotify.op(), 2, Some(Ty::I32)),
            AtomicAction::Wait if operator.bytes() == 4 => {
                (Slow::AtomicWait32.op(), 3, Some(Ty::I32))
            }
            AtomicAction::Wait => (Slow::AtomicWait64.op(), 3, Some(Ty::I32)),
        };
        let memory = memory_of(arg)?;
        let mut slots = [0; 3];
        let from = self.height() - operands;
        for (slot, height) in slots.iter_mut().zip(from..from + operands) {
            let source: Source = self.source(height);
            *slot = self.in_slot(&source)?;
        }
        self.truncate(from);
        let dst = if result.is_some() {
            self.next_slot()
        } else {
            0
        };
        let [s1, s2, s3] = slots;
        let fields = [quarters(dst, s1, s2, s3), halves(memory, 0), arg.offset];
        let at = self.emit(op, fields)?;
        match result {
            Some(ty) => self.push_result(ty, at, None),
            None => Ok(()),
        }
    }

    pub(super) fn atomic_fence(&mut self) -> Result<()> {
        self.emit(Op::AtomicFence, [])?;
        Ok(())
    }
}
