//! Numeric operators.

use super::accumulators::Acc;
use super::emit::{BinOperand, Feed, Last, quarters, quarters_half};
use super::stack::{Source, Value};
use super::{Result, Translator};
use crate::ops::{BIN_OPS, Bin, BinMode, Slow, Ty, UN_OPS, Un};

/// Whether a constant of this class can be the immediate of a binary operation: 64-bit integers
/// are encoded in 32 bits.
fn imm_fits(ty: Ty, bits: u64) -> bool {
    !matches!(ty, Ty::I64 | Ty::Ref) || i32::try_from(bits as i64).is_ok()
}

fn source_fits(source: &Source) -> bool {
    matches!(source.value, Value::Const(bits) if imm_fits(source.ty, bits))
}

impl Translator<'_, '_> {
    pub(super) fn bin(&mut self, bin: Bin) -> Result<()> {
        let last = self.last;
        let b = self.pop();
        let a = self.pop();
        if let Some(folded) = fold(bin, a.value, b.value) {
            return self.push_const(folded, bin.info().result);
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
        if self.env.canonicalize_nans {
            match bin {
                Bin::F32Add
                | Bin::F32Sub
                | Bin::F32Mul
                | Bin::F32Div
                | Bin::F32Min
                | Bin::F32Max => {
                    self.un(Un::F32Canonicalize)?;
                }
                Bin::F64Add
                | Bin::F64Sub
                | Bin::F64Mul
                | Bin::F64Div
                | Bin::F64Min
                | Bin::F64Max => {
                    self.un(Un::F64Canonicalize)?;
                }
                _ => {}
            }
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
        let forms = &BIN_OPS[bin as usize];
        let form =
            |mode: BinMode| forms[mode as usize * 2 + 1].expect("every operation has this mode");
        let dst = self.next_slot();
        let double = info.operand == Ty::F64;
        let (mode, slot, imm) = match (lhs, rhs) {
            (Slot(a), Slot(b)) => {
                let at = self.emit(form(BinMode::SS), [quarters(dst, a, b, 0)])?;
                return self.push_result(info.result, at, forms[BinMode::SS as usize * 2]);
            }
            (Slot(a), Imm(imm)) => (BinMode::SI, a, imm),
            (Acc, Slot(b)) => (BinMode::AS, b, 0),
            (Acc, Imm(imm)) => (BinMode::AI, 0, imm),
            (Slot(a), Acc) => (BinMode::SA, a, 0),
            (Imm(imm), Slot(b)) => (BinMode::IS, b, imm),
            (Imm(imm), Acc) => (BinMode::IA, 0, imm),
            (Acc, Acc) | (Imm(_), Imm(_)) => unreachable!("{bin:?} of {lhs:?} and {rhs:?}"),
        };
        let with_imm = !matches!(mode, BinMode::AS | BinMode::SA);
        let at = if double && with_imm {
            self.emit(form(mode), [quarters(dst, slot, 0, 0), imm])?
        } else {
            self.emit(form(mode), [quarters_half(dst, slot, imm as u32)])?
        };
        self.push_result(info.result, at, forms[mode as usize * 2])
    }

    /// Notes that the operation just emitted took the operand of `height` from the accumulator,
    /// when `before`, the last operation before its operands were popped, computed it there and
    /// nothing was emitted in between.
    #[inline(always)]
    fn fed_by(&mut self, before: Option<Last>, height: u32) {
        if let Some(before) = before
            && before.result == Some(height)
        {
            let end = before.at + (self.op(before.at).size() / 8) as u32;
            if let Some(last) = &mut self.last
                && last.at == end
            {
                last.feed = Some(Feed {
                    at: before.at,
                    before: before.before,
                });
            }
        }
    }

    pub(super) fn un(&mut self, un: Un) -> Result<()> {
        if un == Un::I32Eqz && self.negate_comparison() {
            return Ok(());
        }
        let (_, result) = un.info();
        let last = self.last;
        let a = self.pop();
        let operand = self.operand(&a, true, false)?;
        let forms = &UN_OPS[un as usize];
        let (mode, slot) = match operand {
            BinOperand::Slot(slot) => (0, slot),
            _ => (2, 0),
        };
        let form = forms[mode + 1].expect("every operation has this mode");
        let at = self.emit(form, [quarters(self.next_slot(), slot, 0, 0)])?;
        self.push_result(result, at, forms[mode])?;
        if operand == BinOperand::Acc {
            self.fed_by(last, self.height() as u32 - 1);
        }
        if self.env.canonicalize_nans {
            match un {
                Un::F32Ceil
                | Un::F32Floor
                | Un::F32Trunc
                | Un::F32Nearest
                | Un::F32Sqrt
                | Un::F32DemoteF64 => return self.un(Un::F32Canonicalize),
                Un::F64Ceil
                | Un::F64Floor
                | Un::F64Trunc
                | Un::F64Nearest
                | Un::F64Sqrt
                | Un::F64PromoteF32 => return self.un(Un::F64Canonicalize),
                _ => {}
            }
        }
        Ok(())
    }

    /// `i32.eqz` of the integer comparison that was just emitted is the opposite comparison.
    fn negate_comparison(&mut self) -> bool {
        let Some(last) = self.last else {
            return false;
        };
        if last.result.map(|height| height as usize + 1) != Some(self.height()) {
            return false;
        }
        let Some((bin, mode)) = self.op(last.at).bin() else {
            return false;
        };
        let Some(opposite) = opposite(bin) else {
            return false;
        };
        let forms = &BIN_OPS[opposite as usize];
        let mode = mode as usize * 2;
        let (Some(form), Some(store)) = (forms[mode], forms[mode + 1]) else {
            return false;
        };
        self.replace(last.at as usize, store);
        if let Some(acc) = self.acc.of(Ty::I32)
            && acc.droppable().is_some_and(|it| it.at == last.at)
        {
            *acc = Acc::stored_by(acc.mirror(), last.at, form);
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

impl Translator<'_, '_> {
    /// Arithmetic on numbers of 128 bits: of so many operands of 64 bits two results.
    pub(super) fn wide(&mut self, slow: Slow, operands: usize) -> Result<()> {
        let from = self.height() - operands;
        self.materialize(from)?;
        let base = self.temp_slot(from);
        self.truncate(from);
        self.push_temp(Ty::I64)?;
        self.push_temp(Ty::I64)?;
        self.emit(slow.op(), [quarters(base, 0, 0, 0), 0])?;
        self.acc.clear();
        Ok(())
    }
}
