//! The symbolic operand stack.

use super::accumulators::{Acc, Droppable, Mirror};
use super::emit::{BinOperand, Last, quarters, quarters_half};
use super::{MAX_FRAME_SLOTS, Result, Translator, frame_too_large, reserve};
use crate::ops::{Op, Ty};

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
    /// The number of operands, in slots: a vector counts as two.
    #[inline]
    pub(super) fn height(&self) -> usize {
        self.scratch.stack.len()
    }

    /// The slot of the operand at `height`, which is or was on the stack.
    #[inline]
    pub(super) fn temp_slot(&self, height: usize) -> u16 {
        (self.temps + height) as u16
    }

    #[inline]
    fn push(&mut self, value: Value, ty: Ty) -> Result<()> {
        let height = self.height();
        if height == self.max_height {
            self.deepen()?;
        }
        // What the last operation computed was dropped, if this comes in its place.
        if self
            .last
            .is_some_and(|last| last.result == Some(height as u32))
        {
            self.last = None;
        }
        self.scratch.stack.push(Entry { value, ty });
        Ok(())
    }

    /// Makes room for one operand more than there ever were.
    #[cold]
    fn deepen(&mut self) -> Result<()> {
        if self.temps + self.max_height >= MAX_FRAME_SLOTS {
            return Err(frame_too_large());
        }
        reserve(&mut self.scratch.stack, 1)?;
        self.max_height += 1;
        Ok(())
    }

    pub(super) fn push_const(&mut self, bits: u64, ty: Ty) -> Result<()> {
        self.push(Value::Const(bits), ty)
    }

    pub(super) fn push_local(&mut self, local: u32) -> Result<()> {
        let ty = self.scratch.locals[local as usize].ty;
        self.push_local_entry(local, ty)?;
        if ty == Ty::V128 {
            self.push_local_entry(local, Ty::V128High)?;
        }
        Ok(())
    }

    #[inline]
    fn push_local_entry(&mut self, local: u32, ty: Ty) -> Result<()> {
        let top = self.height() as u32 + 1;
        let entry = &mut self.scratch.locals[local as usize];
        let below = entry.head;
        entry.head = top;
        self.local_entries += 1;
        self.push(Value::Local { local, below }, ty)
    }

    /// Pushes a value that is in its slot, or will be. Gives the slot.
    #[inline]
    pub(super) fn push_temp(&mut self, ty: Ty) -> Result<u16> {
        let slot = self.temp_slot(self.height());
        self.push(Value::Temp, ty)?;
        Ok(slot)
    }

    /// The slot that the next operand will have.
    #[inline]
    pub(super) fn next_slot(&self) -> u16 {
        self.temp_slot(self.height())
    }

    /// Pushes the result of the operation at `at`, which goes to the slot in its field at 8, that
    /// of the next operand, and to the accumulator of its class; `accumulator_only` is the form
    /// that does only the latter.
    #[inline]
    pub(super) fn push_result(
        &mut self,
        ty: Ty,
        at: usize,
        accumulator_only: Option<Op>,
    ) -> Result<()> {
        let height = self.height() as u32;
        self.push(Value::Temp, ty)?;
        let at = at as u32;
        let before = *self.acc.of(Ty::I32);
        let mirror = Mirror::Temp(height);
        *self.acc.of(ty) = Some(match accumulator_only {
            Some(form) => Acc::stored_by(mirror, at, form),
            None => Acc::of(mirror),
        });
        self.last = Some(Last {
            at,
            result: Some(height),
            before,
            feed: None,
        });
        Ok(())
    }

    /// The source that the entry at `height` is.
    #[inline]
    pub(super) fn source(&mut self, height: usize) -> Source {
        let Entry { value, ty } = self.scratch.stack[height];
        let temp = self.temp_slot(height);
        let (slot, mirror) = match value {
            Value::Local { local, .. } => (
                self.scratch.locals[local as usize].slot + u16::from(ty == Ty::V128High),
                Mirror::Local(local),
            ),
            Value::Const(_) => {
                return Source {
                    value,
                    ty,
                    slot: temp,
                    acc: None,
                };
            }
            Value::Temp => (temp, Mirror::Temp(height as u32)),
        };
        let acc = self.acc.of(ty).filter(|acc| acc.is(mirror));
        Source {
            value,
            ty,
            slot,
            acc,
        }
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Source {
        let source = self.source(self.height() - 1);
        self.drop_top();
        source
    }

    /// Pushes an operand that was just popped; its slot was not written since.
    pub(super) fn push_again(&mut self, source: &Source) -> Result<()> {
        match source.value {
            Value::Local { local, .. } => self.push_local(local),
            value => self.push(value, source.ty),
        }
    }

    /// Removes the topmost operand.
    #[inline]
    pub(super) fn drop_top(&mut self) {
        let Some(Entry { value, ty }) = self.scratch.stack.pop() else {
            return;
        };
        match value {
            Value::Local { local, below } => {
                self.scratch.locals[local as usize].head = below;
                self.local_entries -= 1;
            }
            Value::Temp => {
                let height = self.height() as u32;
                self.acc.forget(ty, Mirror::Temp(height));
            }
            Value::Const(_) => {}
        }
    }

    /// Removes all operands from `height` on.
    pub(super) fn truncate(&mut self, height: usize) {
        while self.height() > height {
            self.drop_top();
        }
    }

    /// Marks the entry at `height`, which is in its slot now and names no local any more.
    fn now_temp(&mut self, height: usize) {
        self.scratch.stack[height].value = Value::Temp;
    }

    /// The consumer takes the accumulator: its slot store goes, when nothing else needs it.
    #[inline]
    pub(super) fn take_acc(&mut self, source: &Source) {
        // What a local holds was stored to it, and stays.
        if let Some(Droppable { at, form }) = source.acc.and_then(Acc::droppable) {
            self.replace(at as usize, form);
        }
    }

    /// The slot that holds `source`; a constant is put into its own first.
    #[inline]
    pub(super) fn in_slot(&mut self, source: &Source) -> Result<u16> {
        if let Value::Const(bits) = source.value {
            self.copy_imm(source.slot, bits)?;
        }
        Ok(source.slot)
    }

    /// The operand as the accumulator, a slot or an immediate, whichever comes first.
    /// `imm_fits` says whether a constant can be an immediate.
    #[inline]
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
        match self.last.map(|last| self.op(last.at)) {
            Some(Op::Copy) => self.second_copy(Op::Copy2, dst, src),
            _ => self.first_copy(Op::Copy, dst, src),
        }
    }

    /// Emits a copy that leaves the value in the integer accumulator, if that holds nothing else.
    /// Says whether it does.
    pub(super) fn copy_through(&mut self, dst: u16, src: u16) -> Result<bool> {
        let free = self.acc.of(Ty::I64).is_none();
        match self.last.map(|last| self.op(last.at)) {
            // What the first one left in the accumulator is a copy as well.
            Some(Op::CopyAcc) => self.second_copy(Op::Copy2Acc, dst, src)?,
            Some(Op::Copy) if free => self.second_copy(Op::Copy2Acc, dst, src)?,
            _ if free => self.first_copy(Op::CopyAcc, dst, src)?,
            _ => {
                self.copy(dst, src)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn second_copy(&mut self, op: Op, dst: u16, src: u16) -> Result<()> {
        if let Some(last) = self.last.take() {
            let at = last.at as usize;
            self.replace(at, op);
            self.u16(at, 12, dst);
            self.u16(at, 14, src);
        }
        Ok(())
    }

    fn first_copy(&mut self, op: Op, dst: u16, src: u16) -> Result<()> {
        let at = self.emit(op, [quarters(dst, src, 0, 0)])? as u32;
        self.last = Some(Last {
            at,
            result: None,
            before: None,
            feed: None,
        });
        Ok(())
    }

    pub(super) fn copy_imm(&mut self, dst: u16, bits: u64) -> Result<()> {
        if let Ok(imm) = u32::try_from(bits) {
            self.emit(Op::CopyImm32, [quarters_half(dst, 0, imm)])?;
        } else {
            self.emit(Op::CopyImm64, [quarters(dst, 0, 0, 0), bits])?;
        }
        Ok(())
    }

    /// Copies the operands from height `from` on to the slots from `dst` on. A destination may be
    /// the slot of a source, or below it.
    pub(super) fn copy_operands(&mut self, from: usize, dst: usize) -> Result<()> {
        let mut height = from;
        while height < self.height() {
            let source = self.source(height);
            let dst = self.temp_slot(dst + (height - from));
            match source.value {
                Value::Const(_) | Value::Local { .. } if source.ty == Ty::V128 => {
                    self.copy_vector_operand(height, dst)?;
                    height += 1;
                }
                Value::Const(bits) => self.copy_imm(dst, bits)?,
                Value::Temp if source.slot == dst => {}
                Value::Temp => {
                    let rest = &self.scratch.stack[height..];
                    let temps = rest.iter().take_while(|entry| entry.value == Value::Temp);
                    let run = temps.count();
                    if run > 2 {
                        let slots = quarters_half(dst, source.slot, run as u32);
                        self.emit(Op::CopyMany, [slots])?;
                        height += run;
                        continue;
                    }
                    if source.ty == Ty::V128 {
                        self.copy_vector(dst, source.slot)?;
                        height += 2;
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

    /// The topmost operand, which was made of an integer, is a reference.
    pub(super) fn now_reference(&mut self) {
        if let Some(entry) = self.scratch.stack.last_mut() {
            entry.ty = Ty::Ref;
        }
    }

    /// Whether the operands from height `from` on are in their own slots.
    pub(super) fn in_place(&self, from: usize) -> bool {
        let entries = &self.scratch.stack[from..];
        entries.iter().all(|entry| entry.value == Value::Temp)
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
            let head = &mut self.scratch.locals[local as usize].head;
            debug_assert_eq!(*head, height as u32 + 1);
            *head = below;
            self.local_entries -= 1;
        }
    }

    /// Puts every operand that names `local` into its own slot, since the local is about to
    /// change.
    pub(super) fn spill_local(&mut self, local: u32) -> Result<()> {
        let src = self.scratch.locals[local as usize].slot;
        while let Some(height) = self.scratch.locals[local as usize].head.checked_sub(1) {
            self.spill_entry(height as usize, src)?;
        }
        Ok(())
    }

    /// Puts the entry at `height`, the topmost one that names its local, whose slot is `src`,
    /// into its own slot; of a vector, whose high half it is, the other half too.
    #[inline]
    fn spill_entry(&mut self, height: usize, src: u16) -> Result<()> {
        if self.scratch.stack[height].ty == Ty::V128High {
            self.copy_vector(self.temp_slot(height - 1), src)?;
            self.unlink(height);
            self.now_temp(height);
            self.unlink(height - 1);
            self.now_temp(height - 1);
            return Ok(());
        }
        self.copy(self.temp_slot(height), src)?;
        self.unlink(height);
        self.now_temp(height);
        Ok(())
    }

    /// Puts every operand that names a local into its own slot, as block boundaries want it.
    pub(super) fn spill_locals(&mut self) -> Result<()> {
        let mut height = self.height();
        while self.local_entries > 0 {
            height -= 1;
            if let Value::Local { local, .. } = self.scratch.stack[height].value {
                let src = self.scratch.locals[local as usize].slot;
                self.spill_entry(height, src)?;
            }
        }
        Ok(())
    }
}
