//! Writing operations, and what is known about the ones just written.

use super::accumulators::{Acc, Mirror};
use super::failure::Failure;
use super::stack::Value;
use super::{MAX_CELLS, Record, Result, Translator, limit, reserve};
use crate::code::{HEADER_CELLS, field, field_shift, op_at};
use crate::ops::{BRANCH_OPS, Bin, BinMode, Branch, BranchMode, Op, Ty};

/// The operation that was emitted last, when something may be fused with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    pub(super) at: u32,
    /// The height of the operand that it writes through the field at 8.
    pub(super) result: Option<u32>,
    /// The integer accumulator before it.
    pub(super) before: Option<Acc>,
    /// The operation right before it, when that computed its accumulator operand.
    pub(super) feed: Option<Feed>,
}

/// An operation whose result only the next one takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Feed {
    pub(super) at: u32,
    /// The integer accumulator before it.
    pub(super) before: Option<Acc>,
}

/// An operand as it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BinOperand {
    Slot(u16),
    Acc,
    Imm(u64),
}

/// The fields at 8, 10, 12 and 14.
#[inline]
pub(super) fn quarters(a: u16, b: u16, c: u16, d: u16) -> u64 {
    halves(half(a, b), half(c, d))
}

/// The fields at 8, 10 and 12, which is twice as wide.
#[inline]
pub(super) fn quarters_half(a: u16, b: u16, c: u32) -> u64 {
    halves(half(a, b), c)
}

/// The fields at 8 and 12.
#[inline]
pub(super) fn halves(a: u32, b: u32) -> u64 {
    if cfg!(target_endian = "big") {
        u64::from(a) << 32 | u64::from(b)
    } else {
        u64::from(b) << 32 | u64::from(a)
    }
}

#[inline]
fn half(a: u16, b: u16) -> u32 {
    if cfg!(target_endian = "big") {
        u32::from(a) << 16 | u32::from(b)
    } else {
        u32::from(b) << 16 | u32::from(a)
    }
}

impl Translator<'_, '_> {
    /// The position of the next operation, in cells.
    #[inline]
    pub(super) fn here(&self) -> usize {
        self.scratch.cells.len()
    }

    /// Emits `op` with these operands.
    #[inline]
    pub(super) fn emit<const N: usize>(&mut self, op: Op, operands: [u64; N]) -> Result<usize> {
        debug_assert_eq!(op.size(), 8 * (N + 1), "{op:?}");
        let at = self.here();
        if self.scratch.cells.capacity() - at <= N {
            self.more_cells(N + 1)?;
        }
        self.scratch.cells.push(op.code());
        self.scratch.cells.extend_from_slice(&operands);
        if matches!(self.record_of, Record::Positions(_)) {
            self.note_position(at)?;
        }
        self.last = None;
        Ok(at)
    }

    /// Makes room for `more` cells.
    #[cold]
    pub(super) fn more_cells(&mut self, more: usize) -> Result<()> {
        if self.here() + more > MAX_CELLS {
            const { assert!(MAX_CELLS == 128 << 17) };
            return Err(limit("a function's code exceeds 128 MiB"));
        }
        reserve(&mut self.scratch.cells, more)
    }

    #[cold]
    fn note_position(&mut self, at: usize) -> Result<()> {
        let offset = self.offset;
        if let Record::Positions(positions) = &mut self.record_of {
            reserve(positions, 1)?;
            positions.push((((at - HEADER_CELLS) * 8) as u32, offset));
        }
        Ok(())
    }

    /// A collection can happen at the operation at `at`: the operands that are on the stack now
    /// are in use then.
    pub(super) fn collects(&mut self, at: usize) -> Result<()> {
        if let Record::References(references) = &mut self.record_of {
            let offset = ((at - HEADER_CELLS) * 8) as u32;
            let entries = self.scratch.stack.iter().enumerate();
            let operands = entries
                .filter(|(_, entry)| entry.ty == Ty::Ref && entry.value == Value::Temp)
                .map(|(height, _)| (self.temps + height) as u16);
            references
                .add_point(offset, operands)
                .ok_or(Failure::OUT_OF_MEMORY)?;
        }
        Ok(())
    }

    /// Takes back everything from the operation at `at` on, which nothing else reads; `acc` is
    /// what was known of the integer accumulator before it.
    pub(super) fn take_back(&mut self, at: u32, acc: Option<Acc>) {
        // A fused operation reads its operands later than what is taken back did; they are off
        // the stack, and what comes to their heights next is not in the accumulator.
        let height = self.height() as u32;
        *self.acc.of(Ty::I32) = acc.filter(|acc| match acc.mirror() {
            Mirror::Temp(at) => at < height,
            Mirror::Local(_) => true,
        });
        self.scratch.cells.truncate(at as usize);
        if let Record::Positions(positions) = &mut self.record_of {
            let code = (at - HEADER_CELLS as u32) * 8;
            while positions.last().is_some_and(|&(offset, _)| offset >= code) {
                positions.pop();
            }
        }
        self.last = None;
    }

    /// Makes the operation at `at` another one of the same layout.
    #[inline]
    pub(super) fn replace(&mut self, at: usize, op: Op) {
        self.scratch.cells[at] = op.code();
    }

    /// The operation at `at`.
    #[inline]
    pub(super) fn op(&self, at: u32) -> Op {
        op_at(&self.scratch.cells, at as usize)
    }

    /// The binary operation at `at`, when it is one, and its operands.
    pub(super) fn bin_at(&self, at: u32) -> Option<(Bin, BinOperand, BinOperand)> {
        use BinOperand::{Acc, Imm, Slot};
        let (bin, mode) = self.op(at).bin()?;
        let cells = &self.scratch.cells;
        let slot = |offset| Slot(field(cells, at as usize, offset, 16) as u16);
        let imm = || match bin.info().operand {
            Ty::F64 => Imm(field(cells, at as usize, 16, 64)),
            Ty::I64 | Ty::Ref => Imm(field(cells, at as usize, 12, 32) as i32 as u64),
            _ => Imm(field(cells, at as usize, 12, 32)),
        };
        let (a, b) = match mode {
            BinMode::SS => (slot(10), slot(12)),
            BinMode::SI => (slot(10), imm()),
            BinMode::AS => (Acc, slot(10)),
            BinMode::AI => (Acc, imm()),
            BinMode::SA => (slot(10), Acc),
            BinMode::IS => (imm(), slot(10)),
            BinMode::IA => (imm(), Acc),
        };
        Some((bin, a, b))
    }

    /// Writes the 16-bit field at byte `offset` of the operation at `at`.
    #[inline]
    pub(super) fn u16(&mut self, at: usize, offset: usize, value: u16) {
        self.write(at, offset, value.into(), 16);
    }

    /// Writes the 32-bit field at byte `offset` of the operation at `at`.
    #[inline]
    pub(super) fn u32(&mut self, at: usize, offset: usize, value: u32) {
        self.write(at, offset, value.into(), 32);
    }

    #[inline]
    fn write(&mut self, at: usize, offset: usize, value: u64, bits: u32) {
        let shift = field_shift(offset, bits);
        let mask = (1 << bits) - 1;
        let cell = &mut self.scratch.cells[at + offset / 8];
        *cell = *cell & !(mask << shift) | (value & mask) << shift;
    }

    /// Writes the target at byte `offset` of the operation at `at`.
    pub(super) fn target(&mut self, at: usize, offset: usize, target: usize) {
        let bytes = (target as i64 - at as i64) * 8;
        self.u32(at, offset, bytes as i32 as u32);
    }

    /// Emits a branch on the comparison of `a` and `b`, whose target is to be filled in. Its
    /// operands are in a form that the operation has: see [`branch_operands`].
    pub(super) fn emit_branch(
        &mut self,
        branch: Branch,
        a: BinOperand,
        b: BinOperand,
    ) -> Result<usize> {
        use BinOperand::{Acc, Imm, Slot};
        let double = branch.info().0 == Ty::F64;
        let form = |mode: BranchMode| {
            BRANCH_OPS[branch as usize][mode as usize].expect("every branch has this mode")
        };
        let at = match (a, b) {
            (Slot(a), Slot(b)) => self.emit(form(BranchMode::SS), [halves(0, half(a, b))])?,
            (Acc, Slot(b)) => self.emit(form(BranchMode::AS), [halves(0, half(b, 0))])?,
            (Slot(a), Imm(imm)) => {
                let imm = if double { imm } else { halves(imm as u32, 0) };
                self.emit(form(BranchMode::SI), [halves(0, half(a, 0)), imm])?
            }
            (Acc, Imm(imm)) if double => self.emit(form(BranchMode::AI), [0, imm])?,
            (Acc, Imm(imm)) => self.emit(form(BranchMode::AI), [halves(0, imm as u32)])?,
            _ => unreachable!("{branch:?} of {a:?} and {b:?}"),
        };
        self.acc.keep_stores();
        Ok(at)
    }

    /// Begins a basic block that can be reached from elsewhere.
    pub(super) fn block_boundary(&mut self) {
        self.acc.clear();
        self.last = None;
        self.end_fuel();
    }

    /// The cost of the basic block that ends here is known.
    pub(super) fn end_fuel(&mut self) {
        if let Some((at, cost)) = self.fuel.end() {
            self.u32(at, 12, cost);
        }
    }

    /// Charges `cost` to the basic block, which gets an operation that pays for it if it has none.
    pub(super) fn charge(&mut self, cost: u32) -> Result<()> {
        if !self.fuel.is_open() {
            // A guest that ran out of fuel goes on without its accumulators.
            self.acc.clear();
            let at = self.emit(Op::Fuel, [0])?;
            self.fuel.begin(at);
        }
        self.fuel.add(cost);
        Ok(())
    }
}

/// `branch` of `a` and `b` in a form that exists, exchanging the operands where that helps.
pub(super) fn branch_operands(
    branch: Branch,
    a: BinOperand,
    b: BinOperand,
) -> Option<(Branch, BinOperand, BinOperand)> {
    let fits = |a, b| !matches!(a, BinOperand::Imm(_)) && b != BinOperand::Acc;
    if fits(a, b) {
        Some((branch, a, b))
    } else if fits(b, a) {
        Some((branch.info().1, b, a))
    } else {
        None
    }
}
