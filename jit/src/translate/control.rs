//! Blocks, branches and returns.

use super::exception::Caught;
use super::{Result, Translator, reserve, wasm_type};
use crate::abi::{self, POINTER, value_type};
use crate::builtins::Builtin;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, Inst, InstBuilder, JumpTableData, Value};
use diptych_core::Trap;
use diptych_core::types::TypeIdx;
use wasmparser::BlockType;

/// A block that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) kind: LabelKind,
    ty: BlockType,
    /// The operands below the block's parameters. Those of an `if` are there twice: the lower
    /// ones are kept for its `else`.
    height: u32,
    params: u32,
    results: u32,
    /// What was checked where it begins.
    checked: u32,
    /// What follows the block, when something branches there.
    follow: Option<Block>,
    /// Whether a clause of a `try_table` names it. Fuel is charged anew where it ends, even when
    /// nothing is thrown inside and so nothing branches there.
    caught: bool,
    /// Where an `if` goes that does not hold.
    otherwise: Option<Block>,
    /// The last branch table that leads here with values, and the block that passes them on.
    edge: Option<(u32, Block)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelKind {
    Function,
    Block,
    Loop(Block),
    If,
    Else,
    /// A `try_table`, or a `try` whose clauses have not begun.
    Try,
    /// A clause of a `try`, with what it has caught.
    Catch(Caught),
}

impl Label {
    /// The number of values that a branch here takes.
    fn branch_arity(&self) -> usize {
        match self.kind {
            LabelKind::Loop(_) => self.params as usize,
            _ => self.results as usize,
        }
    }
}

impl Translator<'_> {
    pub(super) fn begin_function(&mut self) -> Result<()> {
        let results = self.ty.results().len() as u32;
        self.push_label(Label {
            kind: LabelKind::Function,
            ty: BlockType::Empty,
            height: 0,
            params: 0,
            results,
            checked: 0,
            follow: None,
            caught: false,
            otherwise: None,
            edge: None,
        })?;
        self.check_interrupt();
        if self.env.settings.gc_stress {
            self.call_builtin(Builtin::CollectAtCall, &[self.ctx]);
        }
        Ok(())
    }

    fn push_label(&mut self, label: Label) -> Result<()> {
        reserve(&mut self.buffers.labels, 1)?;
        self.buffers.labels.push(label);
        Ok(())
    }

    pub(super) fn label_index(&self, depth: u32) -> usize {
        self.buffers.labels.len() - 1 - depth as usize
    }

    pub(super) fn label(&self, depth: u32) -> Label {
        self.buffers.labels[self.label_index(depth)]
    }

    pub(super) fn label_mut(&mut self, depth: u32) -> &mut Label {
        let index = self.label_index(depth);
        &mut self.buffers.labels[index]
    }

    /// The numbers of parameters and results of a block.
    fn arity(&self, ty: BlockType) -> (usize, usize) {
        match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => {
                let ty = self.env.ir.signature(TypeIdx(index));
                (ty.params().len(), ty.results().len())
            }
        }
    }

    fn open(&mut self, kind: LabelKind, ty: BlockType, otherwise: Option<Block>) -> Result<()> {
        let (params, results) = self.arity(ty);
        self.push_label(Label {
            kind,
            ty,
            height: (self.height() - params) as u32,
            params: params as u32,
            results: results as u32,
            checked: self.checked.mark(),
            follow: None,
            caught: false,
            otherwise,
            edge: None,
        })
    }

    /// A block whose parameters are the parameters or results of a block of this type.
    fn block_with(&mut self, ty: BlockType, results: bool) -> Result<Block> {
        let block = self.b.create_block();
        match ty {
            BlockType::Empty => {}
            BlockType::Type(ty) => {
                if results {
                    let param = self.b.append_block_param(block, wasm_type(ty));
                    if self.is_traced_wasm(ty) {
                        self.b.declare_value_needs_stack_map(param);
                    }
                }
            }
            BlockType::FuncType(index) => {
                let ir = self.env.ir;
                let ty = ir.signature(TypeIdx(index));
                for ty in if results { ty.results() } else { ty.params() } {
                    let param = self.b.append_block_param(block, value_type(*ty));
                    self.note_type(param, *ty);
                }
            }
        }
        Ok(block)
    }

    /// The block that a branch to the label goes to.
    fn target(&mut self, depth: u32) -> Result<Block> {
        let label = self.label(depth);
        let block = match (label.kind, label.follow) {
            (LabelKind::Loop(header), _) => return Ok(header),
            (_, Some(block)) => return Ok(block),
            (LabelKind::Function, None) => {
                let block = self.b.create_block();
                for ty in self.ty.results() {
                    let param = self.b.append_block_param(block, value_type(*ty));
                    self.note_type(param, *ty);
                }
                block
            }
            (_, None) => self.block_with(label.ty, true)?,
        };
        self.label_mut(depth).follow = Some(block);
        Ok(block)
    }

    /// Pushes what a block gets.
    fn push_params(&mut self, block: Block) -> Result<()> {
        let params = self.b.block_params(block);
        reserve(&mut self.buffers.stack, params.len())?;
        self.buffers.stack.extend_from_slice(params);
        Ok(())
    }

    /// The operands from `from` on, `count` of them, become the arguments of the next branch.
    fn arguments(&mut self, from: usize, count: usize) -> Result<()> {
        let args = &mut self.buffers.args;
        args.clear();
        reserve(args, count)?;
        let values = &self.buffers.stack[from..from + count];
        args.extend(values.iter().map(|value| BlockArg::Value(*value)));
        Ok(())
    }

    /// Jumps to a block with the topmost `count` operands.
    fn jump(&mut self, block: Block, count: usize) -> Result<Inst> {
        self.arguments(self.height() - count, count)?;
        Ok(self.b.ins().jump(block, &self.buffers.args))
    }

    pub(super) fn block(&mut self, ty: BlockType) -> Result<()> {
        self.open(LabelKind::Block, ty, None)
    }

    /// A clause of a `try_table` names the label at `depth`.
    pub(super) fn now_caught(&mut self, depth: u32) {
        let label = self.label_mut(depth);
        // A branch to a loop is one to its start, which begins anew in any case.
        label.caught |= !matches!(label.kind, LabelKind::Loop(_));
    }

    /// Leaves the block to what follows it; what comes next in it is got to from elsewhere. Gives
    /// how many operands there are below it.
    pub(super) fn leave(&mut self) -> Result<usize> {
        let label = self.label(0);
        if self.reachable {
            let follow = self.target(0)?;
            self.jump(follow, label.results as usize)?;
            self.stop();
        }
        self.checked.forget(label.checked);
        Ok(label.height as usize)
    }

    pub(super) fn loop_(&mut self, ty: BlockType) -> Result<()> {
        let (params, _) = self.arity(ty);
        let header = self.block_with(ty, false)?;
        let jump = self.jump(header, params)?;
        self.begin_loop(jump);
        self.b.switch_to_block(header);
        self.truncate(self.height() - params);
        self.push_params(header)?;
        self.end_fuel();
        self.open(LabelKind::Loop(header), ty, None)?;
        self.check_interrupt();
        Ok(())
    }

    pub(super) fn if_(&mut self, ty: BlockType) -> Result<()> {
        let condition = self.pop_condition();
        let then = self.b.create_block();
        let otherwise = self.b.create_block();
        self.b.ins().brif(condition, then, &[], otherwise, &[]);
        match self.env.ir.branch_hint(self.offset) {
            Some(true) => self.b.set_cold_block(otherwise),
            Some(false) => self.b.set_cold_block(then),
            None => {}
        }
        self.go_on_in(then);
        self.end_fuel();
        let (params, _) = self.arity(ty);
        reserve(&mut self.buffers.stack, params)?;
        let from = self.height() - params;
        self.open(LabelKind::If, ty, Some(otherwise))?;
        self.buffers.stack.extend_from_within(from..);
        Ok(())
    }

    pub(super) fn else_(&mut self) -> Result<()> {
        let label = self.label(0);
        if self.reachable {
            let follow = self.target(0)?;
            self.jump(follow, label.results as usize)?;
        }
        if let Some(otherwise) = label.otherwise {
            self.go_on_in(otherwise);
        }
        self.end_fuel();
        self.checked.forget(label.checked);
        self.reachable = true;
        self.truncate((label.height + label.params) as usize);
        let label = self.label_mut(0);
        label.kind = LabelKind::Else;
        label.otherwise = None;
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<()> {
        match self.label(0).kind {
            LabelKind::Try => self.end_try()?,
            LabelKind::Catch(caught) => self.end_clauses(caught)?,
            _ => return self.close(),
        }
        // Whether anything is thrown does not matter.
        self.end_fuel();
        self.close()
    }

    /// What follows the block is next.
    pub(super) fn close(&mut self) -> Result<()> {
        let label = self.label(0);
        match label.kind {
            LabelKind::Function => return self.end_function(label),
            LabelKind::Loop(header) => self.b.seal_block(header),
            _ => {}
        }
        if label.follow.is_some() || label.otherwise.is_some() {
            let follow = self.join(&label)?;
            self.go_on_in(follow);
            self.end_fuel();
            self.checked.forget(label.checked);
            self.reachable = true;
            self.truncate(label.height as usize);
            self.push_params(follow)?;
        } else if !self.reachable {
            // Nothing comes here; what follows is skipped.
            self.truncate(label.height as usize);
        } else if label.caught {
            self.end_fuel();
        }
        self.buffers.labels.pop();
        self.end_loop();
        Ok(())
    }

    /// Leads all that ends here to one block.
    fn join(&mut self, label: &Label) -> Result<Block> {
        let results = label.results as usize;
        let Some(otherwise) = label.otherwise else {
            let follow = self.target(0)?;
            if self.reachable {
                self.jump(follow, results)?;
            }
            return Ok(follow);
        };
        // An `if` without `else`, whose parameters are its results.
        if label.follow.is_none() && results == 0 {
            if self.reachable {
                self.jump(otherwise, 0)?;
            }
            return Ok(otherwise);
        }
        let follow = self.target(0)?;
        if self.reachable {
            self.jump(follow, results)?;
        }
        self.go_on_in(otherwise);
        self.truncate((label.height + label.params) as usize);
        self.jump(follow, results)?;
        Ok(follow)
    }

    fn end_function(&mut self, label: Label) -> Result<()> {
        if self.reachable {
            self.emit_return();
        }
        if let Some(follow) = label.follow {
            self.go_on_in(follow);
            self.push_params(follow)?;
            self.emit_return();
        }
        self.end_fuel();
        self.reachable = false;
        self.buffers.labels.pop();
        Ok(())
    }

    /// What follows cannot be reached.
    pub(super) fn stop(&mut self) {
        self.end_fuel();
        self.reachable = false;
        self.skipped = 0;
    }

    pub(super) fn br(&mut self, depth: u32) -> Result<()> {
        let label = self.label(depth);
        if label.kind == LabelKind::Function {
            self.emit_return();
        } else {
            let target = self.target(depth)?;
            self.jump(target, label.branch_arity())?;
        }
        self.stop();
        Ok(())
    }

    pub(super) fn br_if(&mut self, depth: u32) -> Result<()> {
        let condition = self.pop_condition();
        self.br_on(condition, depth, true)
    }

    /// Branches to the label when it is `holds` that the condition is not zero.
    pub(super) fn br_on(&mut self, condition: Value, depth: u32, holds: bool) -> Result<()> {
        let arity = self.label(depth).branch_arity();
        let target = self.target(depth)?;
        let next = self.b.create_block();
        self.arguments(self.height() - arity, arity)?;
        let (args, ins) = (&self.buffers.args, self.b.ins());
        if holds {
            ins.brif(condition, target, args, next, &[]);
        } else {
            ins.brif(condition, next, &[], target, args);
        }
        // Other ways may lead to the target, so that only what follows can be put out of the way.
        if self.env.ir.branch_hint(self.offset) == Some(true) {
            self.b.set_cold_block(next);
        }
        self.go_on_in(next);
        self.end_fuel();
        Ok(())
    }

    /// Branches when the reference on the stack is null, which drops it.
    pub(super) fn br_on_null(&mut self, depth: u32) -> Result<()> {
        let reference = self.pop();
        self.br_on(reference, depth, false)?;
        self.push(reference)
    }

    /// Branches, with the reference on the stack, when it is not null; else drops it.
    pub(super) fn br_on_non_null(&mut self, depth: u32) -> Result<()> {
        let reference = self.peek();
        self.br_on(reference, depth, true)?;
        self.pop();
        Ok(())
    }

    /// Traps when the reference on the stack is null.
    pub(super) fn ref_as_non_null(&mut self) {
        let reference = self.peek();
        let null = self.b.ins().icmp_imm_u(IntCC::Equal, reference, 0);
        self.trap_if(null, Trap::NullReference);
    }

    pub(super) fn br_table(&mut self, table: &wasmparser::BrTable<'_>) -> Result<()> {
        let index = self.pop();
        self.tables += 1;
        self.buffers.targets.clear();
        reserve(&mut self.buffers.targets, table.len() as usize)?;
        let default = self.edge(table.default())?;
        let default = self.b.func.dfg.block_call(default, &[]);
        for depth in table.targets() {
            let edge = self.edge(depth.map_err(super::invalid)?)?;
            let call = self.b.func.dfg.block_call(edge, &[]);
            self.buffers.targets.push(call);
        }
        let data = JumpTableData::new(default, &self.buffers.targets);
        let jump_table = self.b.create_jump_table(data);
        self.b.ins().br_table(index, jump_table);

        // The blocks that pass on values to the targets.
        self.pass_on(table.default())?;
        for depth in table.targets() {
            self.pass_on(depth.map_err(super::invalid)?)?;
        }
        self.stop();
        Ok(())
    }

    /// The block to which a branch table goes for a label: the label's own when it takes no
    /// values, else one that passes them on.
    fn edge(&mut self, depth: u32) -> Result<Block> {
        let label = self.label(depth);
        if label.branch_arity() == 0 {
            return self.target(depth);
        }
        if let Some((table, block)) = label.edge
            && table == self.tables
        {
            return Ok(block);
        }
        let block = self.b.create_block();
        self.label_mut(depth).edge = Some((self.tables, block));
        Ok(block)
    }

    /// Fills in the block that passes on values to the label, if there is one.
    fn pass_on(&mut self, depth: u32) -> Result<()> {
        let label = self.label(depth);
        if let Some((table, block)) = label.edge
            && table == self.tables
        {
            self.label_mut(depth).edge = None;
            let target = self.target(depth)?;
            self.go_on_in(block);
            self.jump(target, label.branch_arity())?;
        }
        Ok(())
    }

    pub(super) fn return_(&mut self) {
        self.emit_return();
        self.stop();
    }

    pub(super) fn unreachable(&mut self) {
        self.trap();
        self.stop();
    }

    /// Returns the topmost operands.
    fn emit_return(&mut self) {
        let from = self.height() - self.ty.results().len();
        let results = &self.buffers.stack[from..];
        let Some(ret) = self.ret else {
            self.b.ins().return_(results);
            return;
        };
        for (result, (class, offset)) in results.iter().zip(abi::in_slots(self.ty.results())) {
            let flags = abi::slot_flags(class);
            self.b.ins().store(flags, *result, ret, offset);
        }
        self.b.ins().return_(&[]);
    }

    /// The function's slot for the results of a callee that leaves them in so many slots in memory,
    /// and its address.
    pub(super) fn results_slot(&mut self, count: usize) -> Value {
        use cranelift_codegen::ir::{StackSlotData, StackSlotKind};
        let bytes = count as u32 * 8;
        let slot = match self.results {
            Some(slot) => slot,
            None => {
                let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, 3);
                let slot = self.b.create_sized_stack_slot(slot);
                self.results = Some(slot);
                slot
            }
        };
        let size = &mut self.b.func.sized_stack_slots[slot].size;
        *size = (*size).max(bytes);
        self.b.ins().stack_addr(POINTER, slot, 0)
    }
}
