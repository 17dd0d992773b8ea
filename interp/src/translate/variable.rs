//! Locals and globals.

use super::emit::{Acc, BinOperand, LastKind, Mirror};
use super::stack::{Source, Value};
use super::{Translator, class, reserve};
use crate::ops::{Op, Ty};
use diptych_core::Result;
use diptych_core::types::GlobalIdx;

impl Translator<'_, '_> {
    pub(super) fn local_get(&mut self, local: u32) -> Result<()> {
        let found = &mut self.scratch.locals[local as usize];
        if !found.set {
            found.set = true;
            let slot = found.slot;
            self.zero(slot);
        }
        self.push_local(local)
    }

    pub(super) fn local_set(&mut self, local: u32) -> Result<()> {
        let found = &mut self.scratch.locals[local as usize];
        if !found.set {
            found.set = true;
            reserve(&mut self.scratch.written, 1)?;
            self.scratch.written.push(local);
        }
        let last = self.last;
        let source = self.pop()?;
        if source.value
            == (Value::Local {
                local,
                below: self.scratch.locals[local as usize].head,
            })
        {
            // The local is set to itself.
            return Ok(());
        }
        let slot = self.scratch.locals[local as usize].slot;
        let named = self.scratch.locals[local as usize].head != 0;
        let written_by_last = match last {
            Some(last) if source.value == Value::Temp => {
                (last.result == Some(self.height() as u32)).then_some(last)
            }
            _ => None,
        };
        let mut acc = source.acc;
        if let (Some(last), false) = (written_by_last, named) {
            self.u16(last.at, 8, slot);
            // Its destination is no operand any more.
            self.last = None;
        } else {
            self.spill_local(local)?;
            self.write_local(&source, slot)?;
        }
        if let Some(acc) = &mut acc {
            acc.droppable = None;
        }
        self.acc.forget(Mirror::Local(local));
        if let Some(acc) = acc {
            *self.acc.of(source.ty) = Some(Acc {
                mirror: Mirror::Local(local),
                ..acc
            });
        }
        Ok(())
    }

    /// Forgets which locals were written since there were `count` of them: another way leads here
    /// on which they were not.
    pub(super) fn forget_written(&mut self, count: u32) {
        for local in self.scratch.written.drain(count as usize..) {
            self.scratch.locals[local as usize].set = false;
        }
    }

    fn write_local(&mut self, source: &Source, slot: u16) -> Result<()> {
        if source.acc.is_some() {
            self.take_acc(source);
            let at = self.emit(match source.ty {
                Ty::I32 | Ty::I64 => Op::SpillAcc,
                Ty::F32 => Op::SpillF32,
                Ty::F64 => Op::SpillF64,
            })?;
            self.u16(at, 8, slot);
            return Ok(());
        }
        match source.value {
            Value::Const(bits) => self.copy_imm(slot, bits),
            _ => self.copy(slot, source.slot),
        }
    }

    pub(super) fn local_tee(&mut self, local: u32) -> Result<()> {
        self.local_set(local)?;
        self.push_local(local)
    }

    pub(super) fn global_get(&mut self, global: u32) -> Result<()> {
        let ty = class(self.env.ir.global(GlobalIdx(global)).content())?;
        let at = self.emit(Op::GlobalGetS)?;
        self.u32(at, 12, global);
        self.push_result(ty, at, Some(Op::GlobalGetA), LastKind::Other)?;
        if matches!(ty, Ty::F32 | Ty::F64) {
            // The value went through the integer accumulator.
            *self.acc.of(ty) = None;
            *self.acc.of(Ty::I64) = None;
        }
        Ok(())
    }

    pub(super) fn global_set(&mut self, global: u32) -> Result<()> {
        let source = self.pop()?;
        let integer = matches!(source.ty, Ty::I32 | Ty::I64);
        let at = match self.operand(&source, integer, true)? {
            BinOperand::Acc => self.emit(Op::GlobalSetA)?,
            BinOperand::Slot(slot) => {
                let at = self.emit(Op::GlobalSetS)?;
                self.u16(at, 8, slot);
                at
            }
            BinOperand::Imm(imm) => {
                let at = self.emit(Op::GlobalSetImm)?;
                self.u64(at, 16, imm);
                at
            }
        };
        self.u32(at, 12, global);
        Ok(())
    }
}
