//! Calls.

use super::accumulators::{Acc, Mirror};
use super::emit::{BinOperand, halves, quarters, quarters_half};
use super::stack::{Source, Value};
use super::{NEAR_RECORD, RECORD_SLOTS, Result, Translator, record_slot};
use crate::ops::{Op, Slow, Ty};
use diptych_core::types::{FuncIdx, FuncType, TypeIdx, ValType};

/// Whom a call calls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Callee {
    Func(u32),
    /// The element of the table, with this type.
    Table(u32, u32),
    /// The reference on the stack, with this type.
    Ref(u32),
}

impl<'a> Translator<'a, '_> {
    pub(super) fn call(&mut self, callee: Callee) -> Result<()> {
        let ty = self.callee_type(callee);
        let selector = self.selector(callee);
        let selector = match selector {
            Some(source) => {
                let acc = matches!(callee, Callee::Table(..));
                self.operand(&source, acc, false)?
            }
            None => BinOperand::Slot(0),
        };
        let from = self.height() - ty.param_slots();
        self.materialize(from)?;
        let frame = self.temp_slot(from);
        let record = record_slot(ty);
        self.need_record(usize::from(frame), record);
        let record = record as u16;

        let at = match (callee, selector) {
            (Callee::Func(func), _) => {
                let operands = quarters_half(frame, record, func);
                match self.env.ir.defined(FuncIdx(func)) {
                    Some(defined) => {
                        let op = match usize::from(record) {
                            NEAR_RECORD => Op::CallDirect,
                            _ => Op::CallDirectFar,
                        };
                        self.emit(op, [operands, self.env.entry(defined)])?
                    }
                    None => self.emit(Op::CallImport, [operands])?,
                }
            }
            (Callee::Table(table, ty), selector) => {
                let id = self.env.ir.types[ty as usize].id.0;
                match selector {
                    BinOperand::Slot(index) => {
                        let first = quarters(frame, record, index, 0);
                        self.emit(Op::CallIndirectS, [first, halves(id, table)])?
                    }
                    _ => {
                        let first = quarters(frame, record, 0, 0);
                        self.emit(Op::CallIndirectA, [first, halves(id, table)])?
                    }
                }
            }
            (Callee::Ref(_), BinOperand::Slot(func)) => {
                self.emit(Op::CallRef, [quarters(frame, record, func, 0)])?
            }
            (Callee::Ref(_), _) => unreachable!("references are taken from slots"),
        };

        self.truncate(from);
        self.collects(at)?;
        self.acc.clear();
        for &result in ty.results() {
            self.push_temps(self.class(result))?;
        }
        if let [only] = ty.results()
            && *only != ValType::V128
        {
            // A return leaves a single result in its accumulator too.
            *self.acc.of(self.class(*only)) = Some(Acc::of(Mirror::Temp(from as u32)));
        }
        Ok(())
    }

    pub(super) fn return_call(&mut self, callee: Callee) -> Result<()> {
        let ty = self.callee_type(callee);
        let index = match self.selector(callee) {
            Some(source) => self.in_slot(&source)?,
            None => 0,
        };
        let from = self.height() - ty.param_slots();
        self.materialize(from)?;
        let args = self.temp_slot(from);
        let record = record_slot(ty);
        self.need_record(0, record);
        let count = ty.param_slots() as u16;
        let first = quarters(args, record as u16, self.record, count);

        match callee {
            Callee::Func(func) => match self.env.ir.defined(FuncIdx(func)) {
                Some(defined) => {
                    let operands = [first, halves(0, func), self.env.entry(defined)];
                    self.emit(Op::TailCallDirect, operands)?
                }
                None => self.emit(Op::TailCallImport, [first, halves(func, 0)])?,
            },
            Callee::Table(table, ty) => {
                let id = self.env.ir.types[ty as usize].id.0;
                let operands = [first, halves(id, table), quarters(index, 0, 0, 0)];
                self.emit(Op::TailCallIndirect, operands)?
            }
            Callee::Ref(_) => self.emit(Op::TailCallRef, [first, quarters(index, 0, 0, 0)])?,
        };
        self.stop();
        Ok(())
    }

    /// The operand that says who is called.
    fn selector(&mut self, callee: Callee) -> Option<Source> {
        match callee {
            Callee::Func(_) => None,
            Callee::Table(..) | Callee::Ref(_) => Some(self.pop()),
        }
    }

    fn callee_type(&self, callee: Callee) -> &'a FuncType {
        let ir = self.env.ir;
        match callee {
            Callee::Func(func) => ir.func_type(FuncIdx(func)),
            Callee::Table(_, ty) | Callee::Ref(ty) => ir.signature(TypeIdx(ty)),
        }
    }

    /// The frame includes the return record of a callee whose frame is at `frame`.
    fn need_record(&mut self, frame: usize, record: usize) {
        self.frame_slots = self.frame_slots.max(frame + record + RECORD_SLOTS);
    }

    pub(super) fn ref_func(&mut self, func: u32) -> Result<()> {
        self.slow(Slow::RefFunc, 0, Some(Ty::I64), func, 0)
    }

    pub(super) fn select(&mut self) -> Result<()> {
        let condition = self.pop();
        if self.top_is_vector() {
            let condition = self.operand(&condition, true, false)?;
            return self.select_vector(condition);
        }
        let b = self.pop();
        let a = self.pop();
        let condition = self.operand(&condition, true, false)?;
        let dst = self.next_slot();
        let in_acc = condition == BinOperand::Acc;
        let at = match (constant(&a), constant(&b)) {
            (Some(a), Some(b)) if in_acc => {
                let operands = [quarters_half(dst, 0, a), halves(b, 0)];
                self.emit(Op::SelectImm, operands)?
            }
            (Some(a), None) if in_acc => {
                let b = self.in_slot(&b)?;
                self.emit(Op::SelectImmA, [quarters_half(dst, b, a)])?
            }
            (None, Some(b)) if in_acc => {
                let a = self.in_slot(&a)?;
                self.emit(Op::SelectImmB, [quarters_half(dst, a, b)])?
            }
            _ => {
                let (a, b) = (self.in_slot(&a)?, self.in_slot(&b)?);
                match condition {
                    BinOperand::Slot(slot) => {
                        self.emit(Op::SelectS, [quarters(dst, a, b, slot)])?
                    }
                    _ => self.emit(Op::SelectA, [quarters(dst, a, b, 0)])?,
                }
            }
        };
        self.push_result(a.ty, at, None)?;
        self.through_int(a.ty);
        Ok(())
    }
}

/// The constant that `source` is, when it has no more than 32 bits.
fn constant(source: &Source) -> Option<u32> {
    match source.value {
        Value::Const(bits) => u32::try_from(bits).ok(),
        _ => None,
    }
}
