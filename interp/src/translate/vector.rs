//! Vectors: where they are on the operand stack.
//!
//! A vector is two entries of the operand stack, one for each slot, and both of one kind: both
//! temps, both constants or both a local. So heights count slots, and whatever moves operands by
//! height moves vectors too.

use super::emit::{BinOperand, Last, quarters, quarters_half};
use super::stack::Value;
use super::{Result, Translator};
use crate::ops::{Op, Ty};
use diptych_core::SIMD;

/// A vector that has been popped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vector {
    /// What its low half is.
    value: Value,
    /// Its halves, when it is a constant.
    constant: Option<[u64; 2]>,
    /// Where it is when it is no constant, and where it can be put when it is.
    slot: u16,
}

impl Translator<'_, '_> {
    /// Pushes a value of this class that is in its slot or slots, or will be.
    pub(super) fn push_temps(&mut self, ty: Ty) -> Result<()> {
        self.push_temp(ty)?;
        if ty == Ty::V128 {
            self.push_temp(Ty::V128High)?;
        }
        Ok(())
    }

    /// Pushes the vector that the operation at `at` writes to the slots in its field at 8, those
    /// of the next operand.
    pub(super) fn push_vector(&mut self, at: usize) -> Result<()> {
        let height = self.height() as u32;
        self.push_temps(Ty::V128)?;
        self.last = Some(Last {
            at: at as u32,
            result: Some(height),
            before: None,
            feed: None,
        });
        Ok(())
    }

    /// Whether the topmost operand is a vector.
    pub(super) fn top_is_vector(&self) -> bool {
        let top = self.scratch.stack.last().filter(|_| SIMD);
        top.is_some_and(|entry| entry.ty == Ty::V128High)
    }

    pub(super) fn pop_vector(&mut self) -> Vector {
        let high = self.pop();
        let low = self.pop();
        let constant = match (low.value, high.value) {
            (Value::Const(low), Value::Const(high)) => Some([low, high]),
            _ => None,
        };
        Vector {
            value: low.value,
            constant,
            slot: low.slot,
        }
    }

    /// The first slot of a vector; a constant is put into its own slots first.
    pub(super) fn vector_slot(&mut self, vector: &Vector) -> Result<u16> {
        if let Some(halves) = vector.constant {
            self.vector_imm(vector.slot, halves)?;
        }
        Ok(vector.slot)
    }

    pub(super) fn pop_vector_slot(&mut self) -> Result<u16> {
        let vector = self.pop_vector();
        self.vector_slot(&vector)
    }

    pub(super) fn vector_imm(&mut self, dst: u16, [low, high]: [u64; 2]) -> Result<()> {
        self.emit(Op::CopyImmV128, [quarters(dst, 0, 0, 0), low, high])?;
        Ok(())
    }

    pub(super) fn copy_vector(&mut self, dst: u16, src: u16) -> Result<()> {
        self.emit(Op::CopyV128, [quarters(dst, src, 0, 0)])?;
        Ok(())
    }

    /// Copies the vector whose low half is at `height` to the slots from `dst` on.
    pub(super) fn copy_vector_operand(&mut self, height: usize, dst: u16) -> Result<()> {
        let low = self.source(height);
        let high = self.source(height + 1);
        match (low.value, high.value) {
            (Value::Const(low), Value::Const(high)) => self.vector_imm(dst, [low, high]),
            (Value::Temp, _) if low.slot == dst => Ok(()),
            _ => self.copy_vector(dst, low.slot),
        }
    }

    pub(super) fn set_vector(&mut self, local: u32) -> Result<()> {
        let last = self.last;
        let vector = self.pop_vector();
        let (slot, head) = self.local_written(local)?;
        if vector.value == (Value::Local { local, below: head }) {
            // The local is set to itself.
            return Ok(());
        }
        let height = self.height() as u32;
        match last {
            Some(last)
                if last.result == Some(height) && vector.value == Value::Temp && head == 0 =>
            {
                self.u16(last.at as usize, 8, slot);
                // Its destination is no operand any more.
                self.last = None;
                Ok(())
            }
            _ => {
                self.spill_local(local)?;
                match vector.constant {
                    Some(halves) => self.vector_imm(slot, halves),
                    None => self.copy_vector(slot, vector.slot),
                }
            }
        }
    }

    pub(super) fn get_vector_global(&mut self, global: u32) -> Result<()> {
        let operands = quarters_half(self.next_slot(), 0, global);
        let at = self.emit(Op::GlobalGetV128, [operands])?;
        self.push_vector(at)
    }

    pub(super) fn set_vector_global(&mut self, global: u32) -> Result<()> {
        let slot = self.pop_vector_slot()?;
        self.emit(Op::GlobalSetV128, [quarters_half(slot, 0, global)])?;
        Ok(())
    }

    /// `select` of two vectors by the condition, which has been popped.
    pub(super) fn select_vector(&mut self, condition: BinOperand) -> Result<()> {
        let b = self.pop_vector_slot()?;
        let a = self.pop_vector_slot()?;
        let dst = self.next_slot();
        let at = match condition {
            BinOperand::Slot(slot) => self.emit(Op::SelectV128S, [quarters(dst, a, b, slot)])?,
            _ => self.emit(Op::SelectV128A, [quarters(dst, a, b, 0)])?,
        };
        self.push_vector(at)
    }

    /// Emits the return of the one vector at `height`.
    pub(super) fn return_vector(&mut self, height: usize) -> Result<()> {
        let mut slot = self.source(height).slot;
        if let Value::Const(_) = self.scratch.stack[height].value {
            slot = self.temp_slot(height);
            self.copy_vector_operand(height, slot)?;
        }
        self.emit(Op::RetV128, [quarters(self.record, slot, 0, 0)])?;
        Ok(())
    }
}
