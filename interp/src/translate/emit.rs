//! Writing operations, and what is known about the ones just written.

use super::{MAX_CELLS, Translator, reserve};
use crate::code::{HEADER_CELLS, field_shift};
use crate::ops::{BRANCH_OPS, Bin, Branch, BranchMode, Op, Ty};
use alloc::format;
use diptych_core::{Error, ErrorKind, Result};

/// Whose value an accumulator holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mirror {
    /// The operand at this height, which is in its own slot.
    Temp(u32),
    /// A local.
    Local(u32),
}

/// What an accumulator holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acc {
    pub(super) mirror: Mirror,
    /// The operation that computed it and the form of it that stores no slot, as long as nothing
    /// else can read that slot.
    pub(super) droppable: Option<(usize, Op)>,
}

/// The three accumulators, by class.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accumulators {
    int: Option<Acc>,
    f32: Option<Acc>,
    f64: Option<Acc>,
}

impl Accumulators {
    pub(super) fn of(&mut self, ty: Ty) -> &mut Option<Acc> {
        match ty {
            Ty::I32 | Ty::I64 => &mut self.int,
            Ty::F32 => &mut self.f32,
            Ty::F64 => &mut self.f64,
        }
    }

    /// Nothing is known any more.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Slots may be read from elsewhere: every store must stay.
    pub(super) fn keep_stores(&mut self) {
        for acc in [&mut self.int, &mut self.f32, &mut self.f64]
            .into_iter()
            .flatten()
        {
            acc.droppable = None;
        }
    }

    /// The value that `mirror` names changes or dies.
    pub(super) fn forget(&mut self, mirror: Mirror) {
        for acc in [&mut self.int, &mut self.f32, &mut self.f64] {
            if acc.is_some_and(|acc| acc.mirror == mirror) {
                *acc = None;
            }
        }
    }
}

/// The operation that was emitted last, when something may be fused with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    pub(super) at: usize,
    /// The height of the operand that it writes through the field at 8.
    pub(super) result: Option<u32>,
    pub(super) kind: LastKind,
    /// The integer accumulator before it.
    pub(super) before: Option<Acc>,
    /// The operation right before it, when that computed its accumulator operand.
    pub(super) feed: Option<Feed>,
}

/// What kind of operation the last one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastKind {
    /// One with nothing to fuse but its destination.
    Other,
    /// A copy between slots.
    Copy,
    /// A binary operation on integers or a comparison, with these operands.
    Bin(Bin, BinOperand, BinOperand),
    /// `i32.eqz` or `i64.eqz` of an operand.
    Eqz(Ty, BinOperand),
}

/// An operand as it was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BinOperand {
    Slot(u16),
    Acc,
    Imm(u64),
}

/// An operation whose result only the next one takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Feed {
    pub(super) at: usize,
    pub(super) kind: LastKind,
    /// The integer accumulator before it.
    pub(super) before: Option<Acc>,
}

impl Translator<'_, '_> {
    /// The position of the next operation, in cells.
    #[inline]
    pub(super) fn here(&self) -> usize {
        self.scratch.cells.len()
    }

    /// Emits `op` with all operands zero.
    pub(super) fn emit(&mut self, op: Op) -> Result<usize> {
        let at = self.here();
        let size = op.size() / 8;
        if at + size > MAX_CELLS {
            return Err(Error::new(ErrorKind::Limit(
                format!("a function's code exceeds {} MiB", MAX_CELLS >> 17).into(),
            )));
        }
        if self.scratch.cells.capacity() < at + size {
            reserve(&mut self.scratch.cells, size)?;
        }
        self.scratch.cells.push(op as u64);
        self.scratch.cells.resize(at + size, 0);
        if let Some(positions) = &mut self.positions {
            reserve(positions, 1)?;
            positions.push((((at - HEADER_CELLS) * 8) as u32, self.offset));
        }
        self.last = None;
        Ok(at)
    }

    /// Takes back everything from the operation at `at` on, which nothing else reads; `acc` is
    /// what was known of the integer accumulator before it.
    pub(super) fn take_back(&mut self, at: usize, acc: Option<Acc>) {
        // A fused operation reads its operands later than what is taken back did; they are off
        // the stack, and what comes to their heights next is not in the accumulator.
        let height = self.height() as u32;
        *self.acc.of(Ty::I32) = acc.filter(|acc| match acc.mirror {
            Mirror::Temp(at) => at < height,
            Mirror::Local(_) => true,
        });
        self.scratch.cells.truncate(at);
        if let Some(positions) = &mut self.positions {
            let code = ((at - HEADER_CELLS) * 8) as u32;
            while positions.last().is_some_and(|&(offset, _)| offset >= code) {
                positions.pop();
            }
        }
        self.last = None;
    }

    /// Makes the operation at `at` another one of the same layout.
    pub(super) fn replace(&mut self, at: usize, op: Op) {
        self.scratch.cells[at] = op as u64;
    }

    #[inline]
    fn field(&mut self, at: usize, offset: usize, value: u64, bits: u32) {
        let shift = field_shift(offset, bits);
        let mask = (1 << bits) - 1;
        let cell = &mut self.scratch.cells[at + offset / 8];
        *cell = *cell & !(mask << shift) | (value & mask) << shift;
    }

    #[inline]
    pub(super) fn u16(&mut self, at: usize, offset: usize, value: u16) {
        self.field(at, offset, u64::from(value), 16);
    }

    #[inline]
    pub(super) fn u32(&mut self, at: usize, offset: usize, value: u32) {
        self.field(at, offset, u64::from(value), 32);
    }

    #[inline]
    pub(super) fn u64(&mut self, at: usize, offset: usize, value: u64) {
        self.scratch.cells[at + offset / 8] = value;
    }

    /// Writes the target at byte `offset` of the operation at `at`.
    pub(super) fn target(&mut self, at: usize, offset: usize, target: usize) {
        let bytes = (target as i64 - at as i64) * 8;
        self.u32(at, offset, bytes as i32 as u32);
    }

    /// Emits a branch on the comparison of `a` and `b`, whose target is to be filled in. Its
    /// operands are in a form that the operation has: see [`Self::branch_operands`].
    pub(super) fn emit_branch(
        &mut self,
        branch: Branch,
        a: BinOperand,
        b: BinOperand,
    ) -> Result<usize> {
        let mode = match (a, b) {
            (BinOperand::Slot(_), BinOperand::Slot(_)) => BranchMode::SS,
            (BinOperand::Acc, BinOperand::Slot(_)) => BranchMode::AS,
            (BinOperand::Slot(_), BinOperand::Imm(_)) => BranchMode::SI,
            (BinOperand::Acc, BinOperand::Imm(_)) => BranchMode::AI,
            _ => unreachable!("{branch:?} of {a:?} and {b:?}"),
        };
        let op = BRANCH_OPS[branch as usize][mode as usize].expect("operands were checked");
        let at = self.emit(op)?;
        if let BinOperand::Slot(slot) = a {
            self.u16(at, 12, slot);
        }
        match b {
            BinOperand::Slot(slot) => {
                self.u16(at, if mode == BranchMode::SS { 14 } else { 12 }, slot);
            }
            BinOperand::Imm(imm) if branch.info().0 == Ty::F64 => self.u64(at, 16, imm),
            BinOperand::Imm(imm) => {
                let offset = if mode == BranchMode::SI { 16 } else { 12 };
                self.u32(at, offset, imm as u32);
            }
            BinOperand::Acc => unreachable!("the mode was chosen above"),
        }
        self.acc.keep_stores();
        Ok(at)
    }

    /// `branch` of `a` and `b` in a form that exists, exchanging the operands where that helps.
    pub(super) fn branch_operands(
        branch: Branch,
        a: BinOperand,
        b: BinOperand,
    ) -> Option<(Branch, BinOperand, BinOperand)> {
        let (_, swapped, _) = branch.info();
        let fits =
            |a: BinOperand, b: BinOperand| !matches!(a, BinOperand::Imm(_)) && b != BinOperand::Acc;
        if fits(a, b) {
            Some((branch, a, b))
        } else if fits(b, a) {
            Some((swapped, b, a))
        } else {
            None
        }
    }

    /// Begins a basic block that can be reached from elsewhere.
    pub(super) fn block_boundary(&mut self) {
        self.acc.clear();
        self.last = None;
        self.end_fuel();
    }

    /// The cost of the basic block that ends here is known.
    pub(super) fn end_fuel(&mut self) {
        if let Some(at) = self.fuel.take() {
            let cost = self.cost;
            self.u32(at, 12, cost);
        }
        self.cost = 0;
    }

    /// Charges `cost` to the basic block, which gets an operation that pays for it if it has none.
    pub(super) fn charge(&mut self, cost: u32) -> Result<()> {
        if self.fuel.is_none() {
            // A guest that ran out of fuel goes on without its accumulators.
            self.acc.clear();
            self.fuel = Some(self.emit(Op::Fuel)?);
        }
        self.cost = self.cost.saturating_add(cost);
        Ok(())
    }
}
