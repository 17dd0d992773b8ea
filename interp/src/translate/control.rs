//! Blocks, branches and returns.

use super::emit::{BinOperand, branch_operands, halves, quarters, quarters_half};
use super::stack::{Source, Value};
use super::{NEAR_RECORD, Result, Translator, reserve};
use crate::code::field;
use crate::ops::{Bin, Branch, Op, Slow, Ty};
use diptych_core::Trap;
use diptych_core::gc::OBJECTS;
use diptych_core::types::TypeIdx;
use wasmparser::BlockType;

/// No fix-up.
const NONE: u32 = u32::MAX;

/// A block that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) kind: LabelKind,
    ty: BlockType,
    /// The operands below the block's parameters, in slots, as are the next two.
    pub(super) height: u32,
    params: u32,
    results: u32,
    /// The branches to its end, as a list in the fix-ups.
    fixups: u32,
    /// The branch of an `if` to its `else`.
    otherwise: u32,
    /// How many locals had been written.
    pub(super) written: u32,
    /// The last branch table with copies for this label, and where they are.
    sequence: (usize, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelKind {
    Function,
    Block,
    /// With the position of its first operation.
    Loop(usize),
    If,
    Else,
    TryTable,
    /// A `try` whose clauses have not begun.
    Try,
    /// A clause of a `try`, with the cells that it is for. The exception is the operand below its
    /// values.
    Catch(u32, u32),
}

/// A branch target to be filled in: the offset of its field in bytes from the start of the code,
/// and the operation it is relative to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fixup {
    at: usize,
    op: usize,
    next: u32,
}

/// How a branch leaves to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Values are in place: a jump is all.
    Direct,
    /// Values must be copied, or the function returns.
    Sequence,
}

impl Translator<'_, '_> {
    pub(super) fn begin_function(&mut self, results: usize) -> Result<()> {
        self.push_label(Label {
            kind: LabelKind::Function,
            ty: BlockType::Empty,
            height: 0,
            params: 0,
            results: results as u32,
            fixups: NONE,
            otherwise: NONE,
            written: 0,
            sequence: (0, 0),
        })?;
        self.check_interrupt()?;
        if OBJECTS && self.env.gc_stress {
            let at = self.emit(Slow::CollectAtCall.op(), [0, 0])?;
            self.collects(at)?;
        }
        Ok(())
    }

    fn check_interrupt(&mut self) -> Result<()> {
        if self.env.interruption {
            self.emit(Op::CheckInterrupt, [])?;
        }
        Ok(())
    }

    fn push_label(&mut self, label: Label) -> Result<()> {
        reserve(&mut self.scratch.labels, 1)?;
        self.scratch.labels.push(label);
        Ok(())
    }

    pub(super) fn label(&self, depth: u32) -> Label {
        self.scratch.labels[self.label_index(depth)]
    }

    /// The label that is `depth` labels out, counted from the outermost.
    pub(super) fn label_index(&self, depth: u32) -> usize {
        self.scratch.labels.len() - 1 - depth as usize
    }

    pub(super) fn label_mut(&mut self, depth: u32) -> &mut Label {
        let index = self.label_index(depth);
        &mut self.scratch.labels[index]
    }

    /// The slots of the parameters and results of a block.
    fn arity(&self, ty: BlockType) -> (usize, usize) {
        match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(wasmparser::ValType::V128) => (0, 2),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => {
                let ty = self.env.ir.signature(TypeIdx(index));
                (ty.param_slots(), ty.result_slots())
            }
        }
    }

    /// Pushes the values of a block's parameters or results, which are in their slots.
    fn push_block_values(&mut self, ty: BlockType, results: bool) -> Result<()> {
        match ty {
            BlockType::Empty => {}
            BlockType::Type(ty) => {
                if results {
                    self.push_temps(self.class_of(ty))?;
                }
            }
            BlockType::FuncType(index) => {
                let ir = self.env.ir;
                let ty = ir.signature(TypeIdx(index));
                for &ty in if results { ty.results() } else { ty.params() } {
                    self.push_temps(self.class(ty))?;
                }
            }
        }
        Ok(())
    }

    fn open(&mut self, kind: LabelKind, ty: BlockType, otherwise: u32) -> Result<()> {
        let (params, results) = self.arity(ty);
        self.push_label(Label {
            kind,
            ty,
            height: (self.height() - params) as u32,
            params: params as u32,
            results: results as u32,
            fixups: NONE,
            otherwise,
            written: self.scratch.written.len() as u32,
            sequence: (0, 0),
        })
    }

    /// What every block entry does: operands that name locals go to their slots, so that code
    /// inside may write the locals on one path and not on another.
    fn settle(&mut self, ty: BlockType) -> Result<()> {
        let (params, _) = self.arity(ty);
        self.spill_locals()?;
        self.materialize(self.height() - params)
    }

    pub(super) fn block(&mut self, ty: BlockType) -> Result<()> {
        self.settle(ty)?;
        self.acc.keep_stores();
        self.open(LabelKind::Block, ty, NONE)
    }

    /// Leaves the block to what follows it; what comes next in it is got to from elsewhere. Gives
    /// how many operands there are below it.
    pub(super) fn leave(&mut self) -> Result<usize> {
        if self.reachable {
            self.br(0)?;
        }
        Ok(self.label(0).height as usize)
    }

    pub(super) fn loop_(&mut self, ty: BlockType) -> Result<()> {
        self.settle(ty)?;
        self.block_boundary();
        let here = self.here();
        self.open(LabelKind::Loop(here), ty, NONE)?;
        self.check_interrupt()
    }

    pub(super) fn if_(&mut self, ty: BlockType) -> Result<()> {
        let condition = self.pop_condition()?;
        self.settle(ty)?;
        let fixup = self.branch_unless(condition)?;
        self.end_fuel();
        self.open(LabelKind::If, ty, fixup)
    }

    pub(super) fn else_(&mut self) -> Result<()> {
        let label = self.label(0);
        if self.reachable {
            self.materialize(label.height as usize)?;
            self.jump_to_end(0)?;
        }
        self.bind(label.otherwise);
        self.block_boundary();
        self.forget_written(label.written);
        self.reachable = true;
        self.truncate(label.height as usize);
        self.push_block_values(label.ty, false)?;
        let label = self.label_mut(0);
        label.kind = LabelKind::Else;
        label.otherwise = NONE;
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<()> {
        match self.label(0).kind {
            LabelKind::TryTable | LabelKind::Try => self.end_try()?,
            LabelKind::Catch(..) => _ = self.leave()?,
            _ => {}
        }
        self.close()
    }

    /// What follows the block is next.
    pub(super) fn close(&mut self) -> Result<()> {
        let label = self.label(0);
        if label.kind == LabelKind::Function {
            if self.reachable {
                self.emit_return(true)?;
            }
            self.end_fuel();
            self.reachable = false;
            self.scratch.labels.pop();
            return Ok(());
        }
        let joined = label.fixups != NONE || label.otherwise != NONE;
        if joined {
            if self.reachable {
                self.materialize(label.height as usize)?;
            }
            self.bind(label.fixups);
            self.bind(label.otherwise);
            self.block_boundary();
            self.forget_written(label.written);
            self.reachable = true;
            self.truncate(label.height as usize);
            self.push_block_values(label.ty, true)?;
        } else if !self.reachable {
            // Nothing comes here; what follows is skipped.
            self.truncate(label.height as usize);
        }
        self.scratch.labels.pop();
        Ok(())
    }

    /// Fills in the targets on a list: they are here.
    fn bind(&mut self, mut list: u32) {
        let here = self.here();
        while list != NONE {
            let Fixup { at, op, next } = self.scratch.fixups[list as usize];
            let cell = at / 8 + op;
            self.target_at(cell, at % 8, op, here);
            list = next;
        }
    }

    fn target_at(&mut self, cell: usize, within: usize, op: usize, target: usize) {
        let bytes = (target as i64 - op as i64) * 8;
        self.u32(cell, within, bytes as i32 as u32);
    }

    /// Remembers that the target field at byte `at` of the operation `op` is to be filled in.
    fn fixup(&mut self, op: usize, at: usize, next: u32) -> Result<u32> {
        reserve(&mut self.scratch.fixups, 1)?;
        self.scratch.fixups.push(Fixup { at, op, next });
        Ok(self.scratch.fixups.len() as u32 - 1)
    }

    /// Points the target field at byte `at` of `op` to the label at `depth`.
    fn point(&mut self, op: usize, at: usize, depth: u32) -> Result<()> {
        let label = self.label(depth);
        if let LabelKind::Loop(start) = label.kind {
            self.target_at(op + at / 8, at % 8, op, start);
        } else {
            let fixup = self.fixup(op, at, label.fixups)?;
            self.label_mut(depth).fixups = fixup;
        }
        Ok(())
    }

    fn jump_to_end(&mut self, depth: u32) -> Result<()> {
        let at = self.emit(Op::Br, [0])?;
        let label = self.label(depth);
        let fixup = self.fixup(at, 8, label.fixups)?;
        self.label_mut(depth).fixups = fixup;
        Ok(())
    }

    /// The slots of the values that a branch to the label takes.
    fn branch_arity(label: &Label) -> usize {
        match label.kind {
            LabelKind::Loop(_) => label.params as usize,
            _ => label.results as usize,
        }
    }

    fn exit(&self, depth: u32) -> Exit {
        let label = self.label(depth);
        let arity = Self::branch_arity(&label);
        let from = self.height() - arity;
        if label.kind == LabelKind::Function {
            Exit::Sequence
        } else if arity == 0 || (from == label.height as usize && self.in_place(from)) {
            Exit::Direct
        } else {
            Exit::Sequence
        }
    }

    /// Emits what a branch to the label does, as the last thing of its path.
    fn emit_exit(&mut self, depth: u32, last_use: bool) -> Result<()> {
        let label = self.label(depth);
        if label.kind == LabelKind::Function {
            return self.emit_return(last_use);
        }
        let from = self.height() - Self::branch_arity(&label);
        self.copy_operands(from, label.height as usize)?;
        let at = self.emit(Op::Br, [0])?;
        self.point(at, 8, depth)
    }

    /// What follows cannot be reached.
    pub(super) fn stop(&mut self) {
        self.end_fuel();
        self.reachable = false;
    }

    pub(super) fn br(&mut self, depth: u32) -> Result<()> {
        self.emit_exit(depth, true)?;
        self.stop();
        Ok(())
    }

    pub(super) fn br_if(&mut self, depth: u32) -> Result<()> {
        let condition = self.pop_condition()?;
        self.br_on(condition, depth)
    }

    /// Branches to the label when the condition holds.
    fn br_on(&mut self, condition: Condition, depth: u32) -> Result<()> {
        let label = self.label(depth);
        let arity = Self::branch_arity(&label);
        let from = self.height() - arity;
        let in_place = label.kind != LabelKind::Function && from == label.height as usize;
        // Many values that are not in their slots would be copied there by every branch.
        if in_place || arity > 4 {
            self.materialize(from)?;
        }
        match self.exit(depth) {
            Exit::Direct => {
                let at = self.emit_condition(condition, false)?;
                self.point(at, 8, depth)?;
            }
            Exit::Sequence => {
                let over = self.emit_condition(condition, true)?;
                let acc = self.acc;
                self.emit_exit(depth, false)?;
                let here = self.here();
                self.target(over, 8, here);
                // The only way here is the branch over the exit.
                self.acc = acc;
                self.last = None;
            }
        }
        self.end_fuel();
        Ok(())
    }

    /// Branches when the reference on the stack is null, which drops it.
    pub(super) fn br_on_null(&mut self, depth: u32) -> Result<()> {
        let reference = self.pop();
        let condition = self.against_zero(&reference, Branch::I64Eq)?;
        self.br_on(condition, depth)?;
        self.push_again(&reference)
    }

    /// Branches, with the reference on the stack, when it is not null; else drops it.
    pub(super) fn br_on_non_null(&mut self, depth: u32) -> Result<()> {
        let reference = self.source(self.height() - 1);
        let condition = self.against_zero(&reference, Branch::I64Ne)?;
        self.br_on(condition, depth)?;
        self.pop();
        Ok(())
    }

    /// Traps when the reference on the stack is null.
    pub(super) fn trap_on_null(&mut self, trap: Trap) -> Result<()> {
        let reference = self.source(self.height() - 1);
        let condition = self.against_zero(&reference, Branch::I64Ne)?;
        let over = self.emit_condition(condition, false)?;
        self.emit(Op::TrapNow, [quarters(trap as u16, 0, 0, 0)])?;
        let here = self.here();
        self.target(over, 8, here);
        Ok(())
    }

    pub(super) fn br_table(&mut self, table: &wasmparser::BrTable<'_>) -> Result<()> {
        let index = self.pop();
        let default = table.default();
        let arity = Self::branch_arity(&self.label(default));
        self.materialize(self.height() - arity)?;
        let len = table.len() as usize + 1;

        let at = match self.operand(&index, true, false)? {
            BinOperand::Acc => self.emit(Op::BrTableA, [halves(0, len as u32)])?,
            BinOperand::Slot(slot) => {
                self.emit(Op::BrTableS, [quarters_half(slot, 0, len as u32)])?
            }
            BinOperand::Imm(_) => unreachable!("immediates were not allowed"),
        };
        let cells = len.div_ceil(2);
        self.more_cells(cells)?;
        let end = self.here() + cells;
        self.scratch.cells.resize(end, 0);
        self.acc.keep_stores();

        for (i, depth) in table.targets().chain([Ok(default)]).enumerate() {
            let depth = depth.map_err(super::invalid)?;
            let field = 16 + i * 4;
            if self.exit(depth) == Exit::Direct {
                self.point(at, field, depth)?;
                continue;
            }
            // Targets that need copies share them.
            let start = match self.label(depth).sequence {
                (table, start) if table == at => start,
                _ => {
                    let start = self.here();
                    self.label_mut(depth).sequence = (at, start);
                    self.emit_exit(depth, false)?;
                    start
                }
            };
            self.target_at(at + field / 8, field % 8, at, start);
        }
        self.stop();
        Ok(())
    }

    pub(super) fn return_(&mut self) -> Result<()> {
        self.emit_return(true)?;
        self.stop();
        Ok(())
    }

    pub(super) fn unreachable(&mut self) -> Result<()> {
        self.emit(Op::Unreachable, [0])?;
        self.stop();
        Ok(())
    }

    /// Emits the return of the topmost operands; `last_use` when they are not needed any more.
    fn emit_return(&mut self, last_use: bool) -> Result<()> {
        let results = self.scratch.labels[0].results as usize;
        let is_near = usize::from(self.record) == NEAR_RECORD;
        let from = self.height() - results;
        match results {
            0 if is_near => self.emit(Op::Ret, [])?,
            1 if is_near => {
                let source = self.source(from);
                match (source.value, source.acc) {
                    (_, Some(_)) => {
                        if last_use {
                            self.take_acc(&source);
                        }
                        let op = match source.ty {
                            Ty::I32 | Ty::I64 | Ty::Ref => Op::RetA,
                            Ty::F32 => Op::RetF32,
                            Ty::F64 => Op::RetF64,
                            Ty::V128 | Ty::V128High => unreachable!("a vector is two slots"),
                        };
                        self.emit(op, [])?
                    }
                    (Value::Const(bits), _) if u32::try_from(bits).is_ok() => {
                        self.emit(Op::RetImm32, [quarters_half(0, 0, bits as u32)])?
                    }
                    _ => {
                        let slot = self.in_slot(&source)?;
                        self.emit(Op::RetS, [quarters(slot, 0, 0, 0)])?
                    }
                }
            }
            2 if self.scratch.stack[from].ty == Ty::V128 => return self.return_vector(from),
            _ => {
                self.copy_operands(from, from)?;
                let base = self.temp_slot(from);
                let operands = quarters_half(self.record, base, results as u32);
                self.emit(Op::RetMany, [operands])?
            }
        };
        Ok(())
    }
}

/// A condition that has been popped.
#[derive(Clone, Copy, Debug)]
struct Condition {
    branch: Branch,
    a: BinOperand,
    b: BinOperand,
}

impl Translator<'_, '_> {
    /// Pops the condition of a branch: the comparison that was just emitted, which is taken back,
    /// or that the operand is not zero.
    fn pop_condition(&mut self) -> Result<Condition> {
        let last = self.last;
        let condition = self.pop();
        if let (Some(last), Value::Temp) = (last, condition.value)
            && last.result == Some(self.height() as u32)
        {
            // A comparison of floats and its negation, which is no comparison: together they are
            // a condition.
            if matches!(self.op(last.at), Op::I32Eqz_A_S | Op::I32Eqz_A_A)
                && let Some(feed) = last.feed
                && let Some(fused) = self.fused(feed.at)
            {
                self.take_back(feed.at, feed.before);
                return Ok(Condition {
                    branch: fused.branch.info().2,
                    ..fused
                });
            }
            if let Some(fused) = self.fused(last.at) {
                self.take_back(last.at, last.before);
                return Ok(fused);
            }
        }
        self.test(Branch::I32Ne, &condition)
    }

    /// The condition that the operation at `at` computes, as a branch.
    fn fused(&self, at: u32) -> Option<Condition> {
        let zero = BinOperand::Imm(0);
        let operand = || {
            let slot = field(&self.scratch.cells, at as usize, 10, 16);
            BinOperand::Slot(slot as u16)
        };
        let (branch, a, b) = match self.op(at) {
            Op::I32Eqz_S_S => (Branch::I32Eq, operand(), zero),
            Op::I32Eqz_A_S => (Branch::I32Eq, BinOperand::Acc, zero),
            Op::I64Eqz_S_S => (Branch::I64Eq, operand(), zero),
            Op::I64Eqz_A_S => (Branch::I64Eq, BinOperand::Acc, zero),
            _ => match self.bin_at(at)? {
                (Bin::I32And, a, b) => (Branch::I32Test, a, b),
                (bin, a, b) => (bin.info().branch?, a, b),
            },
        };
        let (branch, a, b) = branch_operands(branch, a, b)?;
        Some(Condition { branch, a, b })
    }

    /// The condition that `branch` holds between the operand, which is used up, and zero.
    fn test(&mut self, branch: Branch, operand: &Source) -> Result<Condition> {
        let a = self.operand(operand, true, false)?;
        Ok(Condition {
            branch,
            a,
            b: BinOperand::Imm(0),
        })
    }

    /// The condition that `branch` holds between the operand, which is needed again, and zero.
    fn against_zero(&mut self, operand: &Source, branch: Branch) -> Result<Condition> {
        let a = match operand.acc {
            Some(_) => BinOperand::Acc,
            None => BinOperand::Slot(self.in_slot(operand)?),
        };
        Ok(Condition {
            branch,
            a,
            b: BinOperand::Imm(0),
        })
    }

    /// Emits a branch on the condition, or on its opposite, with its target to be filled in.
    fn emit_condition(&mut self, condition: Condition, negate: bool) -> Result<usize> {
        let Condition { branch, a, b } = condition;
        let branch = if negate { branch.info().2 } else { branch };
        self.emit_branch(branch, a, b)
    }

    /// Branches somewhere, to be filled in, when the condition does not hold.
    fn branch_unless(&mut self, condition: Condition) -> Result<u32> {
        let at = self.emit_condition(condition, true)?;
        self.fixup(at, 8, NONE)
    }
}
