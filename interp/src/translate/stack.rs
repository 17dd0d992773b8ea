//! The symbolic operand stack.

use super::emit::{Acc, BinOperand, Last, LastKind, Mirror};
use super::{Translator, reserve};
use crate::ops::{Op, Ty};
use diptych_core::Result;

/// An operand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) ty: Ty,
}

/// Where an operand's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// In a local. `below` is the next lower entry that names it, as its index plus one.
    Local { local: u32, below: u32 },
    /// In the code.
    Const(u64),
    /// In the slot of its height.
    Temp,
}

/// An operand that has been popped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) value: Value,
    pub(super) ty: Ty,
    /// Where it is when it is no constant, and where it can be put when it is.
    pub(super) slot: u16,
    /// Whether the accumulator of its class holds it too, and what can be dropped then.
    pub(super) acc: Option<Acc>,
}

impl Translator<'_, '_> {
    /// The number of operands.
    pub(super) fn height(&self) -> usize {
        self.scratch.stack.len()
    }

    /// The slot of the operand at `height`.
    pub(super) fn temp_slot(&self, height: usize) -> Result<u16> {
        self.slot_number(self.temps + height)
    }

    fn push(&mut self, value: Value, ty: Ty) -> Result<()> {
        if self.scratch.stack.len() == self.scratch.stack.capacity() {
            reserve(&mut self.scratch.stack, 1)?;
        }
        self.scratch.stack.push(Entry { value, ty });
        // The slot may be needed at any time.
        self.frame_slots = self.frame_slots.max(self.temps + self.scratch.stack.len());
        Ok(())
    }

    pub(super) fn push_const(&mut self, bits: u64, ty: Ty) -> Result<()> {
        self.push(Value::Const(bits), ty)
    }

    pub(super) fn push_local(&mut self, local: u32) -> Result<()> {
        let top = self.height() as u32 + 1;
        let entry = &mut self.scratch.locals[local as usize];
        let (ty, below) = (entry.ty, entry.head);
        entry.head = top;
        self.local_entries += 1;
        self.push(Value::Local { local, below }, ty)
    }

    /// Pushes a value that is in its slot, or will be. Gives the slot.
    pub(super) fn push_temp(&mut self, ty: Ty) -> Result<u16> {
        let slot = self.temp_slot(self.height())?;
        self.push(Value::Temp, ty)?;
        Ok(slot)
    }

    /// Pushes the result of the operation at `at`, which goes to the field at 8 and to the
    /// accumulator of its class; `accumulator_only` is the form that does only the latter.
    pub(super) fn push_result(
        &mut self,
        ty: Ty,
        at: usize,
        accumulator_only: Option<Op>,
        kind: LastKind,
    ) -> Result<()> {
        let height = self.height() as u32;
        let slot = self.push_temp(ty)?;
        self.u16(at, 8, slot);
        let before = *self.acc.of(Ty::I32);
        let droppable = accumulator_only.map(|op| (at, op));
        *self.acc.of(ty) = Some(Acc {
            mirror: Mirror::Temp(height),
            droppable,
        });
        self.last = Some(Last {
            at,
            result: Some(height),
            kind,
            before,
            feed: None,
        });
        Ok(())
    }

    /// The source that the entry at `height` is.
    pub(super) fn source(&mut self, height: usize) -> Result<Source> {
        let Entry { value, ty } = self.scratch.stack[height];
        let temp = self.temp_slot(height)?;
        let (slot, mirror) = match value {
            Value::Local { local, .. } => (
                self.scratch.locals[local as usize].slot,
                Some(Mirror::Local(local)),
            ),
            Value::Const(_) => (temp, None),
            Value::Temp => (temp, Some(Mirror::Temp(height as u32))),
        };
        let acc = self.acc.of(ty).filter(|acc| Some(acc.mirror) == mirror);
        Ok(Source {
            value,
            ty,
            slot,
            acc,
        })
    }

    pub(super) fn pop(&mut self) -> Result<Source> {
        let height = self.height() - 1;
        let source = self.source(height)?;
        self.discard_top();
        Ok(source)
    }

    /// Pushes an operand that was just popped; its slot was not written since.
    pub(super) fn push_again(&mut self, source: &Source) -> Result<()> {
        match source.value {
            Value::Local { local, .. } => self.push_local(local),
            value => self.push(value, source.ty),
        }
    }

    /// Removes the topmost operand.
    fn discard_top(&mut self) {
        let height = self.height() - 1;
        match self.scratch.stack.pop().map(|entry| entry.value) {
            Some(Value::Local { local, below }) => {
                self.scratch.locals[local as usize].head = below;
                self.local_entries -= 1;
            }
            Some(Value::Temp) => self.acc.forget(Mirror::Temp(height as u32)),
            _ => {}
        }
    }

    /// Removes all operands from `height` on.
    pub(super) fn truncate(&mut self, height: usize) {
        while self.height() > height {
            self.discard_top();
        }
    }

    /// Marks the entry at `height`, which is in its slot now and names no local any more.
    fn now_temp(&mut self, height: usize) {
        self.scratch.stack[height].value = Value::Temp;
    }

    /// The consumer takes the accumulator: its slot store goes, when nothing else needs it.
    pub(super) fn take_acc(&mut self, source: &Source) {
        if let (
            Value::Temp,
            Some(Acc {
                droppable: Some((at, op)),
                ..
            }),
        ) = (source.value, source.acc)
        {
            self.replace(at, op);
        }
    }

    /// The slot that holds `source`; a constant is put into its own first.
    pub(super) fn in_slot(&mut self, source: &Source) -> Result<u16> {
        if let Value::Const(bits) = source.value {
            self.copy_imm(source.slot, bits)?;
        }
        Ok(source.slot)
    }

    /// The operand as the accumulator, a slot or an immediate, whichever comes first.
    /// `imm_fits` says whether a constant can be an immediate.
    pub(super) fn operand(
        &mut self,
        source: &Source,
        allow_acc: bool,
        imm_fits: bool,
    ) -> Result<BinOperand> {
        if allow_acc && source.acc.is_some() {
            self.take_acc(source);
            return Ok(BinOperand::Acc);
        }
        match source.value {
            Value::Const(bits) if imm_fits => Ok(BinOperand::Imm(bits)),
            _ => Ok(BinOperand::Slot(self.in_slot(source)?)),
        }
    }

    /// Emits a copy, together with the one before it when that was the last operation.
    pub(super) fn copy(&mut self, dst: u16, src: u16) -> Result<()> {
        if let Some(Last {
            at,
            kind: LastKind::Copy,
            ..
        }) = self.last
        {
            self.replace(at, Op::Copy2);
            self.u16(at, 12, dst);
            self.u16(at, 14, src);
            self.last = None;
            return Ok(());
        }
        let at = self.emit(Op::Copy)?;
        self.u16(at, 8, dst);
        self.u16(at, 10, src);
        self.last = Some(Last {
            at,
            result: None,
            kind: LastKind::Copy,
            before: None,
            feed: None,
        });
        Ok(())
    }

    pub(super) fn copy_imm(&mut self, dst: u16, bits: u64) -> Result<()> {
        if let Ok(imm) = u32::try_from(bits) {
            let at = self.emit(Op::CopyImm32)?;
            self.u16(at, 8, dst);
            self.u32(at, 12, imm);
        } else {
            let at = self.emit(Op::CopyImm64)?;
            self.u16(at, 8, dst);
            self.u64(at, 16, bits);
        }
        Ok(())
    }

    /// Copies the operands from height `from` on to the slots from `dst` on. A destination may be
    /// the slot of a source, or below it.
    pub(super) fn copy_operands(&mut self, from: usize, dst: usize) -> Result<()> {
        let mut height = from;
        while height < self.height() {
            let source = self.source(height)?;
            let dst = self.slot_number(self.temps + dst + (height - from))?;
            match source.value {
                Value::Const(bits) => self.copy_imm(dst, bits)?,
                Value::Temp if source.slot == dst => {}
                Value::Temp => {
                    let rest = &self.scratch.stack[height..];
                    let run = rest
                        .iter()
                        .take_while(|entry| entry.value == Value::Temp)
                        .count();
                    if run > 2 {
                        let at = self.emit(Op::CopyMany)?;
                        self.u16(at, 8, dst);
                        self.u16(at, 10, source.slot);
                        self.u32(at, 12, run as u32);
                        height += run;
                        continue;
                    }
                    self.copy(dst, source.slot)?;
                }
                Value::Local { .. } => self.copy(dst, source.slot)?,
            }
            height += 1;
        }
        Ok(())
    }

    /// Whether the operands from height `from` on are in their own slots.
    pub(super) fn in_place(&self, from: usize) -> bool {
        self.scratch.stack[from..]
            .iter()
            .all(|entry| entry.value == Value::Temp)
    }

    /// Puts the operands from height `from` on into their own slots.
    pub(super) fn materialize(&mut self, from: usize) -> Result<()> {
        if self.in_place(from) {
            return Ok(());
        }
        self.copy_operands(from, from)?;
        for height in (from..self.height()).rev() {
            self.unlink(height);
            self.now_temp(height);
        }
        Ok(())
    }

    /// Takes the entry at `height`, the topmost one that names its local, off the local's list.
    fn unlink(&mut self, height: usize) {
        if let Value::Local { local, below } = self.scratch.stack[height].value {
            debug_assert_eq!(self.scratch.locals[local as usize].head, height as u32 + 1);
            self.scratch.locals[local as usize].head = below;
            self.local_entries -= 1;
        }
    }

    /// Puts every operand that names `local` into its own slot, since the local is about to
    /// change.
    pub(super) fn spill_local(&mut self, local: u32) -> Result<()> {
        let src = self.scratch.locals[local as usize].slot;
        while let Some(height) = self.scratch.locals[local as usize].head.checked_sub(1) {
            let height = height as usize;
            let dst = self.temp_slot(height)?;
            self.copy(dst, src)?;
            self.unlink(height);
            self.now_temp(height);
        }
        Ok(())
    }

    /// Puts every operand that names a local into its own slot, as block boundaries want it.
    pub(super) fn spill_locals(&mut self) -> Result<()> {
        let mut height = self.height();
        while self.local_entries > 0 {
            height -= 1;
            if let Value::Local { local, .. } = self.scratch.stack[height].value {
                let dst = self.temp_slot(height)?;
                let src = self.scratch.locals[local as usize].slot;
                self.copy(dst, src)?;
                self.unlink(height);
                self.now_temp(height);
            }
        }
        Ok(())
    }
}
