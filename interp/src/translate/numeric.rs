//! Numeric operators.

use super::Translator;
use super::emit::{BinOperand, Feed, Last, LastKind};
use super::stack::{Source, Value};
use crate::code::op_at;
use crate::ops::{BIN_OPS, Bin, BinMode, Ty, UN_OPS, Un};
use diptych_core::Result;

/// Whether a constant of this class can be the immediate of a binary operation: 64-bit integers
/// are encoded in 32 bits.
pub(super) fn imm_fits(ty: Ty, bits: u64) -> bool {
    ty != Ty::I64 || i32::try_from(bits as i64).is_ok()
}

fn source_fits(source: &Source) -> bool {
    matches!(source.value, Value::Const(bits) if imm_fits(source.ty, bits))
}

impl Translator<'_, '_> {
    pub(super) fn bin(&mut self, bin: Bin) -> Result<()> {
        let info = bin.info();
        let last = self.last;
        let b = self.pop()?;
        let a = self.pop()?;
        if let Some(folded) = fold(bin, a.value, b.value) {
            return self.push_const(folded, info.result);
        }
        // What the accumulator holds goes first; one of the operands only can be it, and one
        // only an immediate.
        let a_acc = a.acc.is_some();
        let b_imm = source_fits(&b);
        let lhs = self.operand(&a, true, !b_imm && source_fits(&a))?;
        let rhs = self.operand(&b, !a_acc, b_imm)?;
        self.bin_operands(bin, lhs, rhs)?;
        let height = self.height() as u32 - 1;
        if lhs == BinOperand::Acc {
            self.fed_by(last, height);
        } else if rhs == BinOperand::Acc {
            self.fed_by(last, height + 1);
        }
        Ok(())
    }

    fn bin_operands(&mut self, bin: Bin, lhs: BinOperand, rhs: BinOperand) -> Result<()> {
        use BinOperand::{Acc, Imm, Slot};
        let info = bin.info();
        let (mut bin, mut lhs, mut rhs) = (bin, lhs, rhs);
        let backwards = matches!((lhs, rhs), (Slot(_), Acc) | (Imm(_), Slot(_) | Acc));
        if let (true, Some(swapped)) = (backwards, info.swapped) {
            (bin, lhs, rhs) = (swapped, rhs, lhs);
        }
        let mode = match (lhs, rhs) {
            (Slot(_), Slot(_)) => BinMode::SS,
            (Slot(_), Imm(_)) => BinMode::SI,
            (Acc, Slot(_)) => BinMode::AS,
            (Acc, Imm(_)) => BinMode::AI,
            (Slot(_), Acc) => BinMode::SA,
            (Imm(_), Slot(_)) => BinMode::IS,
            (Imm(_), Acc) => BinMode::IA,
            (Acc, Acc) | (Imm(_), Imm(_)) => unreachable!("{bin:?} of {lhs:?} and {rhs:?}"),
        };
        let forms = &BIN_OPS[bin as usize];
        let at = self.emit(forms[mode as usize * 2 + 1].expect("every operation has this mode"))?;
        let mut offset = 10;
        for operand in [lhs, rhs] {
            match operand {
                Slot(slot) => {
                    self.u16(at, offset, slot);
                    offset += 2;
                }
                Imm(imm) if info.operand == Ty::F64 => self.u64(at, 16, imm),
                Imm(imm) => self.u32(at, 12, imm as u32),
                Acc => {}
            }
        }
        let kind = LastKind::Bin(bin, lhs, rhs);
        self.push_result(info.result, at, forms[mode as usize * 2], kind)
    }

    /// Notes that the operation just emitted took the operand of `height` from the accumulator,
    /// when `before`, the last operation before its operands were popped, computed it there and
    /// nothing was emitted in between.
    fn fed_by(&mut self, before: Option<Last>, height: u32) {
        if let (Some(before), Some(last)) = (before, &mut self.last)
            && before.result == Some(height)
            && before.at + op_at(&self.scratch.cells, before.at).size() / 8 == last.at
        {
            last.feed = Some(Feed {
                at: before.at,
                kind: before.kind,
                before: before.before,
            });
        }
    }

    pub(super) fn un(&mut self, un: Un) -> Result<()> {
        let (_, result) = un.info();
        if un == Un::I32Eqz && self.negate_comparison() {
            return Ok(());
        }
        let last = self.last;
        let a = self.pop()?;
        let operand = self.operand(&a, true, false)?;
        let mode = if operand == BinOperand::Acc { 2 } else { 0 };
        let forms = &UN_OPS[un as usize];
        let at = self.emit(forms[mode + 1].expect("every operation has this mode"))?;
        if let BinOperand::Slot(slot) = operand {
            self.u16(at, 10, slot);
        }
        let kind = match un {
            Un::I32Eqz => LastKind::Eqz(Ty::I32, operand),
            Un::I64Eqz => LastKind::Eqz(Ty::I64, operand),
            _ => LastKind::Other,
        };
        self.push_result(result, at, forms[mode], kind)?;
        if operand == BinOperand::Acc {
            self.fed_by(last, self.height() as u32 - 1);
        }
        Ok(())
    }

    /// `i32.eqz` of the integer comparison that was just emitted is the opposite comparison.
    fn negate_comparison(&mut self) -> bool {
        let Some(Last {
            at,
            result: Some(height),
            kind: LastKind::Bin(bin, a, b),
            ..
        }) = self.last
        else {
            return false;
        };
        let Some(opposite) = opposite(bin) else {
            return false;
        };
        if height as usize + 1 != self.height() {
            return false;
        }
        let op = op_at(&self.scratch.cells, at);
        let mut forms = BIN_OPS[bin as usize].iter();
        let new = &BIN_OPS[opposite as usize];
        let Some(i) = forms.position(|form| *form == Some(op)) else {
            return false;
        };
        let (Some(op), Some(a_form)) = (new[i | 1], new[i & !1]) else {
            return false;
        };
        self.replace(at, op);
        if let Some(acc) = self.acc.of(Ty::I32)
            && let Some(droppable) = &mut acc.droppable
            && droppable.0 == at
        {
            droppable.1 = a_form;
        }
        if let Some(last) = &mut self.last {
            last.kind = LastKind::Bin(opposite, a, b);
        }
        true
    }
}

/// The integer comparison that holds when `bin` does not.
fn opposite(bin: Bin) -> Option<Bin> {
    Some(match bin {
        Bin::I32Eq => Bin::I32Ne,
        Bin::I32Ne => Bin::I32Eq,
        Bin::I32LtS => Bin::I32GeS,
        Bin::I32LtU => Bin::I32GeU,
        Bin::I32GtS => Bin::I32LeS,
        Bin::I32GtU => Bin::I32LeU,
        Bin::I32LeS => Bin::I32GtS,
        Bin::I32LeU => Bin::I32GtU,
        Bin::I32GeS => Bin::I32LtS,
        Bin::I32GeU => Bin::I32LtU,
        Bin::I64Eq => Bin::I64Ne,
        Bin::I64Ne => Bin::I64Eq,
        Bin::I64LtS => Bin::I64GeS,
        Bin::I64LtU => Bin::I64GeU,
        Bin::I64GtS => Bin::I64LeS,
        Bin::I64GtU => Bin::I64LeU,
        Bin::I64LeS => Bin::I64GtS,
        Bin::I64LeU => Bin::I64GtU,
        Bin::I64GeS => Bin::I64LtS,
        Bin::I64GeU => Bin::I64LtU,
        _ => return None,
    })
}

/// The result of simple integer operations on two constants.
fn fold(bin: Bin, a: Value, b: Value) -> Option<u64> {
    use crate::exec::kernel as k;
    let (Value::Const(a), Value::Const(b)) = (a, b) else {
        return None;
    };
    let (a32, b32) = (a as u32, b as u32);
    Some(match bin {
        Bin::I32Add => k::i32_add(a32, b32).into(),
        Bin::I32Sub => k::i32_sub(a32, b32).into(),
        Bin::I32Mul => k::i32_mul(a32, b32).into(),
        Bin::I32And => k::i32_and(a32, b32).into(),
        Bin::I32Or => k::i32_or(a32, b32).into(),
        Bin::I32Xor => k::i32_xor(a32, b32).into(),
        Bin::I32Shl => k::i32_shl(a32, b32).into(),
        Bin::I64Add => k::i64_add(a, b),
        Bin::I64Sub => k::i64_sub(a, b),
        Bin::I64Mul => k::i64_mul(a, b),
        Bin::I64And => k::i64_and(a, b),
        Bin::I64Or => k::i64_or(a, b),
        Bin::I64Xor => k::i64_xor(a, b),
        Bin::I64Shl => k::i64_shl(a, b),
        _ => return None,
    })
}
