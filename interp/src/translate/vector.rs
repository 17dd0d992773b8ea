//! Vectors: where they are on the operand stack, and the operators on them.
//!
//! A vector is two entries of the operand stack, one for each slot, and both of one kind: both
//! temps, both constants or both a local. So heights count slots, and whatever moves operands by
//! height moves vectors too.

use super::emit::{BinOperand, Last, halves, quarters, quarters_half};
use super::memory::{Address, memory_of};
use super::stack::Value;
use super::{Result, Translator};
use crate::ops::{
    EXTRACT_OPS, Extract, LOAD_LANE_OPS, Op, REPLACE_OPS, SHIFT_OPS, SPLAT_OPS, STORE_LANE_OPS,
    Shift, Slow, Ty, VECTOR_LOAD_OPS, VECTOR_STORE_OPS, VECTOR_TEST_OPS, VectorLoad, VectorMode,
    VectorTest, Width,
};
use wasmparser::MemArg;

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

    pub(super) fn push_vector_const(&mut self, bits: u128) -> Result<()> {
        self.push_const(bits as u64, Ty::V128)?;
        self.push_const((bits >> 64) as u64, Ty::V128High)
    }

    /// Pushes the vector that the operation at `at` writes to the slots in its field at 8, those
    /// of the next operand.
    fn push_vector(&mut self, at: usize) -> Result<()> {
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
        let top = self.scratch.stack.last();
        top.is_some_and(|entry| entry.ty == Ty::V128High)
    }

    fn pop_vector(&mut self) -> Vector {
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
    fn vector_slot(&mut self, vector: &Vector) -> Result<u16> {
        if let Some(halves) = vector.constant {
            self.vector_imm(vector.slot, halves)?;
        }
        Ok(vector.slot)
    }

    fn pop_vector_slot(&mut self) -> Result<u16> {
        let vector = self.pop_vector();
        self.vector_slot(&vector)
    }

    fn vector_imm(&mut self, dst: u16, [low, high]: [u64; 2]) -> Result<()> {
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

/// Operators without immediates.
impl Translator<'_, '_> {
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
