//! Calls.

use super::emit::{Acc, LastKind, Mirror};
use super::{RECORD_SLOTS, Translator, class};
use crate::ops::{Op, Slow, Ty};
use diptych_core::Result;
use diptych_core::types::{FuncIdx, FuncType, TypeIdx};

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
        let ir = self.env.ir;
        let ty = self.callee_type(callee);
        let selector = match callee {
            Callee::Func(_) => None,
            _ => Some(self.pop()?),
        };
        let index = match (&selector, callee) {
            (Some(source), Callee::Table(..)) if source.acc.is_some() => {
                self.take_acc(source);
                None
            }
            (Some(source), _) => Some(self.in_slot(source)?),
            (None, _) => None,
        };
        let from = self.height() - ty.params().len();
        self.materialize(from)?;
        let frame = self.temp_slot(from)?;
        let record = ty.exchange_slots();
        self.need_record(usize::from(frame), record);

        let at = match callee {
            Callee::Func(func) => match ir.defined(FuncIdx(func)) {
                Some(defined) => {
                    let at = self.emit(Op::CallDirect)?;
                    self.u32(at, 12, func);
                    let cell = self.env.entries.wrapping_add(defined.index());
                    self.u64(at, 16, cell as u64);
                    at
                }
                None => {
                    let at = self.emit(Op::CallImport)?;
                    self.u32(at, 12, func);
                    at
                }
            },
            Callee::Table(table, ty) => {
                let at = match index {
                    Some(slot) => {
                        let at = self.emit(Op::CallIndirectS)?;
                        self.u16(at, 12, slot);
                        at
                    }
                    None => self.emit(Op::CallIndirectA)?,
                };
                self.u32(at, 16, ir.types[ty as usize].id.0);
                self.u32(at, 20, table);
                at
            }
            Callee::Ref(_) => {
                let at = self.emit(Op::CallRef)?;
                self.u16(at, 12, index.unwrap_or_default());
                at
            }
        };
        self.u16(at, 8, frame);
        self.u16(at, 10, record as u16);

        self.truncate(from);
        self.acc.clear();
        for &result in ty.results() {
            self.push_temp(class(result)?)?;
        }
        if let [only] = ty.results() {
            // A return leaves a single result in its accumulator too.
            let mirror = Mirror::Temp(from as u32);
            *self.acc.of(class(*only)?) = Some(Acc {
                mirror,
                droppable: None,
            });
        }
        Ok(())
    }

    pub(super) fn return_call(&mut self, callee: Callee) -> Result<()> {
        let ir = self.env.ir;
        let ty = self.callee_type(callee);
        let index = match callee {
            Callee::Func(_) => None,
            _ => {
                let source = self.pop()?;
                Some(self.in_slot(&source)?)
            }
        };
        let from = self.height() - ty.params().len();
        self.materialize(from)?;
        let args = self.temp_slot(from)?;
        let record = ty.exchange_slots();
        self.need_record(0, record);

        let at = match callee {
            Callee::Func(func) => match ir.defined(FuncIdx(func)) {
                Some(defined) => {
                    let at = self.emit(Op::TailCallDirect)?;
                    self.u32(at, 16, func);
                    let cell = self.env.entries.wrapping_add(defined.index());
                    self.u64(at, 24, cell as u64);
                    at
                }
                None => {
                    let at = self.emit(Op::TailCallImport)?;
                    self.u32(at, 16, func);
                    at
                }
            },
            Callee::Table(table, ty) => {
                let at = self.emit(Op::TailCallIndirect)?;
                self.u32(at, 16, ir.types[ty as usize].id.0);
                self.u32(at, 20, table);
                self.u16(at, 24, index.unwrap_or_default());
                at
            }
            Callee::Ref(_) => {
                let at = self.emit(Op::TailCallRef)?;
                self.u16(at, 16, index.unwrap_or_default());
                at
            }
        };
        self.u16(at, 8, args);
        self.u16(at, 10, record as u16);
        let own = self.record;
        self.u16(at, 12, own);
        self.u16(at, 14, ty.param_slots() as u16);
        self.stop();
        Ok(())
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
        use super::emit::BinOperand;
        let condition = self.pop()?;
        let b = self.pop()?;
        let a = self.pop()?;
        let condition = self.operand(&condition, true, false)?;
        let (a_slot, b_slot) = (self.in_slot(&a)?, self.in_slot(&b)?);
        let at = match condition {
            BinOperand::Slot(slot) => {
                let at = self.emit(Op::SelectS)?;
                self.u16(at, 14, slot);
                at
            }
            _ => self.emit(Op::SelectA)?,
        };
        self.u16(at, 10, a_slot);
        self.u16(at, 12, b_slot);
        self.push_result(a.ty, at, None, LastKind::Other)?;
        if matches!(a.ty, Ty::F32 | Ty::F64) {
            // The value went through the integer accumulator.
            *self.acc.of(a.ty) = None;
            *self.acc.of(Ty::I64) = None;
        }
        Ok(())
    }
}
