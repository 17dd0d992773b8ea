//! Locals and globals.

use super::accumulators::{Acc, Mirror};
use super::emit::{BinOperand, halves, quarters, quarters_half};
use super::stack::{Source, Value};
use super::{Result, Translator, reserve};
use crate::ops::{Op, Ty};
use diptych_core::types::GlobalIdx;

impl Translator<'_, '_> {
    pub(super) fn local_get(&mut self, local: u32) -> Result<()> {
        let found = &mut self.scratch.locals[local as usize];
        if !found.set {
            found.set = true;
            let (slot, ty) = (found.slot, found.ty);
            self.zero(slot);
            if ty == Ty::V128 {
                self.zero(slot + 1);
            }
        }
        self.push_local(local)
    }

    pub(super) fn local_set(&mut self, local: u32) -> Result<()> {
        if self.top_is_vector() {
            return self.set_vector(local);
        }
        let last = self.last;
        let source = self.pop();
        let (slot, head) = self.local_written(local)?;
        if source.value == (Value::Local { local, below: head }) {
            // The local is set to itself.
            return Ok(());
        }
        let height = self.height() as u32;
        let mut is_held = source.acc.is_some();
        match last {
            // What the last operation computed goes to the local right away, unless the local's
            // value is still wanted.
            Some(last)
                if last.result == Some(height) && source.value == Value::Temp && head == 0 =>
            {
                self.u16(last.at as usize, 8, slot);
                // Its destination is no operand any more.
                self.last = None;
            }
            _ => {
                self.spill_local(local)?;
                is_held |= self.write_local(&source, slot)?;
            }
        }
        let mirror = Mirror::Local(local);
        if is_held {
            *self.acc.of(source.ty) = Some(Acc::of(mirror));
        } else {
            self.acc.forget(source.ty, mirror);
        }
        Ok(())
    }

    /// Notes that the local has a value from here on. Gives its slot, and the topmost entry of the
    /// operand stack that names it, as its index plus one.
    #[inline]
    pub(super) fn local_written(&mut self, local: u32) -> Result<(u16, u32)> {
        let found = &mut self.scratch.locals[local as usize];
        let place = (found.slot, found.head);
        if !found.set {
            found.set = true;
            reserve(&mut self.scratch.written, 1)?;
            self.scratch.written.push(local);
        }
        Ok(place)
    }

    /// Forgets which locals were written since there were `count` of them: another way leads here
    /// on which they were not.
    pub(super) fn forget_written(&mut self, count: u32) {
        for local in self.scratch.written.drain(count as usize..) {
            self.scratch.locals[local as usize].set = false;
        }
    }

    /// Writes the value to the local's slot. Says whether the accumulator holds it then, which it
    /// did not before.
    fn write_local(&mut self, source: &Source, slot: u16) -> Result<bool> {
        if source.acc.is_some() {
            self.take_acc(source);
            let op = match source.ty {
                Ty::I32 | Ty::I64 | Ty::Ref => Op::SpillAcc,
                Ty::F32 => Op::SpillF32,
                Ty::F64 => Op::SpillF64,
                Ty::V128 | Ty::V128High => unreachable!("no accumulator holds vectors"),
            };
            self.emit(op, [quarters(slot, 0, 0, 0)])?;
            return Ok(false);
        }
        match source.value {
            Value::Const(bits) => self.copy_imm(slot, bits)?,
            _ if matches!(source.ty, Ty::I32 | Ty::I64 | Ty::Ref) => {
                return self.copy_through(slot, source.slot);
            }
            _ => self.copy(slot, source.slot)?,
        }
        Ok(false)
    }

    pub(super) fn local_tee(&mut self, local: u32) -> Result<()> {
        self.local_set(local)?;
        self.push_local(local)
    }

    pub(super) fn global_get(&mut self, global: u32) -> Result<()> {
        let ty = self.class(self.env.ir.global(GlobalIdx(global)).content());
        if ty == Ty::V128 {
            return self.get_vector_global(global);
        }
        let operands = quarters_half(self.next_slot(), 0, global);
        let at = self.emit(Op::GlobalGetS, [operands])?;
        self.push_result(ty, at, Some(Op::GlobalGetA))?;
        self.through_int(ty);
        Ok(())
    }

    pub(super) fn global_set(&mut self, global: u32) -> Result<()> {
        if self.top_is_vector() {
            return self.set_vector_global(global);
        }
        let source = self.pop();
        let integer = matches!(source.ty, Ty::I32 | Ty::I64 | Ty::Ref);
        match self.operand(&source, integer, true)? {
            BinOperand::Acc => self.emit(Op::GlobalSetA, [halves(0, global)])?,
            BinOperand::Slot(slot) => {
                self.emit(Op::GlobalSetS, [quarters_half(slot, 0, global)])?
            }
            BinOperand::Imm(imm) => self.emit(Op::GlobalSetImm, [halves(0, global), imm])?,
        };
        Ok(())
    }

    /// The result just pushed went through the integer accumulator, whatever its class.
    pub(super) fn through_int(&mut self, ty: Ty) {
        if matches!(ty, Ty::F32 | Ty::F64) {
            *self.acc.of(ty) = None;
            *self.acc.of(Ty::I64) = None;
        }
    }
}
