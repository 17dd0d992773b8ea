//! Operators on vectors.

use super::emit::{BinOperand, halves, quarters, quarters_half};
use super::memory::{Address, memory_of};
use super::{Result, Translator};
use crate::ops::vector::{
    EXTRACT_OPS, Extract, LOAD_LANE_OPS, REPLACE_OPS, SHIFT_OPS, SPLAT_OPS, STORE_LANE_OPS, Shift,
    VECTOR_LOAD_OPS, VECTOR_STORE_OPS, VECTOR_TEST_OPS, VectorLoad, VectorMode, VectorTest, Width,
};
use crate::ops::{Op, Slow, Ty};
use diptych_core::fuel::WORK;
use wasmparser::MemArg;

/// Operators without immediates.
impl Translator<'_, '_> {
    /// Translates an operator that is reached.
    #[inline(never)]
    pub(super) fn visit_as<T>(
        &mut self,
        translate: fn(&mut Self, T) -> Result<()>,
        operator: T,
    ) -> Result<()> {
        if self.begins(WORK)? {
            translate(self, operator)?;
        }
        Ok(())
    }

    pub(super) fn push_vector_const(&mut self, bits: u128) -> Result<()> {
        self.push_const(bits as u64, Ty::V128)?;
        self.push_const((bits >> 64) as u64, Ty::V128High)
    }

    pub(super) fn vector_un(&mut self, op: Op) -> Result<()> {
        let a = self.pop_vector_slot()?;
        let at = self.emit(op, [quarters(self.next_slot(), a, 0, 0)])?;
        self.push_vector(at)?;
        self.vector_nans(op)
    }

    pub(super) fn vector_bin(&mut self, op: Op) -> Result<()> {
        let b = self.pop_vector_slot()?;
        let a = self.pop_vector_slot()?;
        self.vector_pair(op, a, b)
    }

    /// The operator that is `op` with its operands exchanged.
    pub(super) fn vector_bin_swapped(&mut self, op: Op) -> Result<()> {
        let b = self.pop_vector_slot()?;
        let a = self.pop_vector_slot()?;
        self.vector_pair(op, b, a)
    }

    fn vector_pair(&mut self, op: Op, a: u16, b: u16) -> Result<()> {
        let at = self.emit(op, [quarters(self.next_slot(), a, b, 0)])?;
        self.push_vector(at)?;
        self.vector_nans(op)
    }

    pub(super) fn vector_tern(&mut self, op: Op) -> Result<()> {
        let c = self.pop_vector_slot()?;
        let b = self.pop_vector_slot()?;
        let a = self.pop_vector_slot()?;
        let at = self.emit(op, [quarters(self.next_slot(), a, b, c)])?;
        self.push_vector(at)?;
        self.vector_nans(op)
    }

    /// The same by the driver, where the processor may have no instruction for it.
    pub(super) fn vector_slow(&mut self, slow: Slow) -> Result<()> {
        let c = self.pop_vector_slot()?;
        let b = self.pop_vector_slot()?;
        let a = self.pop_vector_slot()?;
        let at = self.emit(slow.op(), [quarters(self.next_slot(), a, b, c), 0])?;
        self.acc.clear();
        self.push_vector(at)?;
        self.vector_nans(slow.op())
    }

    pub(super) fn vector_test(&mut self, test: VectorTest) -> Result<()> {
        let a = self.pop_vector_slot()?;
        let [accumulator, slot] = VECTOR_TEST_OPS[test as usize];
        let form = slot.expect("every test has it");
        let at = self.emit(form, [quarters(self.next_slot(), a, 0, 0)])?;
        self.push_result(Ty::I32, at, accumulator)
    }

    pub(super) fn shift(&mut self, shift: Shift) -> Result<()> {
        let by = self.pop();
        let a = self.pop_vector();
        let by = self.operand(&by, true, true)?;
        let a = self.vector_slot(&a)?;
        let [slots, acc, imm] = SHIFT_OPS[shift as usize].map(|op| op.expect("every shift has it"));
        let dst = self.next_slot();
        let at = match by {
            BinOperand::Slot(by) => self.emit(slots, [quarters(dst, a, by, 0)])?,
            BinOperand::Acc => self.emit(acc, [quarters(dst, a, 0, 0)])?,
            BinOperand::Imm(by) => self.emit(imm, [quarters_half(dst, a, by as u32)])?,
        };
        self.push_vector(at)
    }

    /// After an operation on floats, where NaNs are to be canonical.
    fn vector_nans(&mut self, op: Op) -> Result<()> {
        if !self.env.canonicalize_nans {
            return Ok(());
        }
        let canonicalize = match op {
            Op::F32x4Ceil
            | Op::F32x4Floor
            | Op::F32x4Trunc
            | Op::F32x4Nearest
            | Op::F32x4Sqrt
            | Op::F32x4Add
            | Op::F32x4Sub
            | Op::F32x4Mul
            | Op::F32x4Div
            | Op::F32x4Min
            | Op::F32x4Max
            | Op::F32x4RelaxedMadd
            | Op::F32x4RelaxedNmadd
            | Op::F32x4DemoteF64x2Zero => Op::F32x4Canonicalize,
            Op::F64x2Ceil
            | Op::F64x2Floor
            | Op::F64x2Trunc
            | Op::F64x2Nearest
            | Op::F64x2Sqrt
            | Op::F64x2Add
            | Op::F64x2Sub
            | Op::F64x2Mul
            | Op::F64x2Div
            | Op::F64x2Min
            | Op::F64x2Max
            | Op::F64x2RelaxedMadd
            | Op::F64x2RelaxedNmadd
            | Op::F64x2PromoteLowF32x4 => Op::F64x2Canonicalize,
            _ => return Ok(()),
        };
        self.vector_un(canonicalize)
    }
}

/// Lanes.
impl Translator<'_, '_> {
    pub(super) fn splat(&mut self, width: Width) -> Result<()> {
        let number = self.pop();
        let form = SPLAT_OPS[width as usize].map(|op| op.expect("every splat has it"));
        let dst = self.next_slot();
        let at = match self.number(&number)? {
            Some(slot) => self.emit(form[0], [quarters(dst, slot, 0, 0)])?,
            None => self.emit(form[1], [quarters(dst, 0, 0, 0)])?,
        };
        self.push_vector(at)
    }

    pub(super) fn replace_lane(&mut self, width: Width, lane: u8) -> Result<()> {
        let number = self.pop();
        let vector = self.pop_vector();
        let number = self.number(&number)?;
        let vector = self.vector_slot(&vector)?;
        let form = REPLACE_OPS[width as usize].map(|op| op.expect("every replacement has it"));
        let dst = self.next_slot();
        let lane = lane.into();
        let at = match number {
            Some(slot) => self.emit(form[0], [quarters(dst, vector, slot, lane)])?,
            None => self.emit(form[1], [quarters(dst, vector, 0, lane)])?,
        };
        self.push_vector(at)
    }

    /// The slot that a number of any class is in; `None` for the integer accumulator.
    fn number(&mut self, source: &super::stack::Source) -> Result<Option<u16>> {
        let integer = matches!(source.ty, Ty::I32 | Ty::I64);
        Ok(match self.operand(source, integer, false)? {
            BinOperand::Slot(slot) => Some(slot),
            _ => None,
        })
    }

    pub(super) fn extract_lane(&mut self, extract: Extract, lane: u8) -> Result<()> {
        let (bits, ty) = extract.info();
        let vector = self.pop_vector_slot()?;
        let (half, shift) = half_of(vector, bits, lane);
        let [accumulator, slot] = EXTRACT_OPS[extract as usize];
        let form = slot.expect("every extraction has it");
        let at = self.emit(form, [quarters(self.next_slot(), half, shift, 0)])?;
        self.push_result(ty, at, accumulator)
    }

    pub(super) fn shuffle(&mut self, lanes: [u8; 16]) -> Result<()> {
        let b = self.pop_vector_slot()?;
        let a = self.pop_vector_slot()?;
        let dst = self.next_slot();
        let words: [Option<u8>; 4] = core::array::from_fn(|i| {
            let [first, rest @ ..] = [0, 1, 2, 3].map(|byte| lanes[4 * i + byte]);
            let whole = first % 4 == 0 && rest == [first + 1, first + 2, first + 3];
            whole.then_some(first / 4)
        });
        let at = if let [Some(k), Some(l), Some(m), Some(n)] = words {
            // The slot of a word of both vectors, and where in it the word begins.
            let place = |word: u8| {
                let slot = if word < 4 { a } else { b } + u16::from(word % 4 / 2);
                let high = cfg!(target_endian = "big") != (word % 2 == 1);
                (slot, if high { 4 } else { 0 })
            };
            let [k, l, m, n] = [k, l, m, n].map(place);
            let operands = [
                quarters(dst, k.0, k.1, l.0),
                quarters(l.1, m.0, m.1, n.0),
                quarters(n.1, 0, 0, 0),
            ];
            self.emit(Op::I32x4Shuffle, operands)?
        } else {
            // In the order of the bytes, whatever the host's is.
            let [low, high] = [0, 8].map(|from| {
                let bytes: [u8; 8] = core::array::from_fn(|i| lanes[from + i]);
                u64::from_ne_bytes(bytes)
            });
            self.emit(Op::I8x16Shuffle, [quarters(dst, a, b, 0), low, high])?
        };
        self.push_vector(at)
    }
}

/// Where a lane of the vector at `slot` begins: the slot, and how many bits from its lowest.
fn half_of(slot: u16, bits: u32, lane: u8) -> (u16, u16) {
    let start = bits as u16 * u16::from(lane);
    (slot + start / 64, start % 64)
}

/// Memory.
impl Translator<'_, '_> {
    pub(super) fn vector_load(&mut self, load: VectorLoad, arg: &MemArg) -> Result<()> {
        let source = self.pop();
        let forms = &VECTOR_LOAD_OPS[load as usize];
        let form = |mode: VectorMode| forms[mode as usize].expect("every load has it");
        let dst = self.next_slot();
        let Some(end) = self.plain_end(arg, load.width()) else {
            let slot = self.in_slot(&source)?;
            let operands = quarters_half(dst, slot, memory_of(arg)?);
            let at = self.emit(form(VectorMode::G), [operands, arg.offset])?;
            return self.push_vector(at);
        };
        let at = match self.address(&source, end, true)? {
            Address::Slot(slot) => {
                self.emit(form(VectorMode::S), [quarters_half(dst, slot, end)])?
            }
            Address::Acc => self.emit(form(VectorMode::A), [quarters_half(dst, 0, end)])?,
            Address::Absolute(end) => {
                self.emit(form(VectorMode::I), [quarters_half(dst, 0, end)])?
            }
            Address::Indexed { base, index, shift } => {
                let operands = [quarters(dst, base, index, shift), halves(end, 0)];
                self.emit(form(VectorMode::X), operands)?
            }
        };
        self.push_vector(at)
    }

    pub(super) fn vector_store(&mut self, arg: &MemArg) -> Result<()> {
        // A constant is put into its slots before the address is looked at, since the address may
        // be what was just computed.
        let value = self.pop_vector_slot()?;
        let source = self.pop();
        let form = |mode: VectorMode| VECTOR_STORE_OPS[mode as usize];
        let Some(end) = self.plain_end(arg, 16) else {
            let address = self.in_slot(&source)?;
            let operands = quarters_half(address, value, memory_of(arg)?);
            self.emit(form(VectorMode::G), [operands, arg.offset])?;
            return Ok(());
        };
        match self.address(&source, end, true)? {
            Address::Slot(slot) => {
                self.emit(form(VectorMode::S), [quarters_half(slot, value, end)])?
            }
            Address::Acc => self.emit(form(VectorMode::A), [quarters_half(0, value, end)])?,
            Address::Absolute(end) => {
                self.emit(form(VectorMode::I), [quarters_half(0, value, end)])?
            }
            Address::Indexed { base, index, shift } => {
                let operands = [quarters(base, value, index, shift), halves(end, 0)];
                self.emit(form(VectorMode::X), operands)?
            }
        };
        Ok(())
    }

    pub(super) fn load_lane(&mut self, width: Width, arg: &MemArg, lane: u8) -> Result<()> {
        let vector = self.pop_vector_slot()?;
        let source = self.pop();
        let address = self.in_slot(&source)?;
        let [plain, general] =
            LOAD_LANE_OPS[width as usize].map(|op| op.expect("every load has it"));
        let dst = self.next_slot();
        let lane = lane.into();
        let at = match self.plain_end(arg, u64::from(width.bits() / 8)) {
            Some(end) => {
                let operands = quarters(dst, address, vector, lane);
                self.emit(plain, [operands, halves(end, 0)])?
            }
            None => {
                let first = quarters_half(dst, address, memory_of(arg)?);
                let last = quarters(vector, lane, 0, 0);
                self.emit(general, [first, arg.offset, last])?
            }
        };
        self.push_vector(at)
    }

    pub(super) fn store_lane(&mut self, width: Width, arg: &MemArg, lane: u8) -> Result<()> {
        let vector = self.pop_vector_slot()?;
        let source = self.pop();
        let address = self.in_slot(&source)?;
        let [plain, general] =
            STORE_LANE_OPS[width as usize].map(|op| op.expect("every store has it"));
        let (half, shift) = half_of(vector, width.bits(), lane);
        match self.plain_end(arg, u64::from(width.bits() / 8)) {
            Some(end) => {
                let operands = quarters_half(address, half, end);
                self.emit(plain, [operands, quarters(shift, 0, 0, 0)])?
            }
            None => {
                let first = quarters_half(address, half, memory_of(arg)?);
                self.emit(general, [first, arg.offset, quarters(shift, 0, 0, 0)])?
            }
        };
        Ok(())
    }
}
