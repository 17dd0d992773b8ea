//! Loops in which nothing can move or lengthen a memory.
//!
//! The base and the length of a memory without a guard are loaded again after whatever can change
//! them. A loop that nothing of the kind is in needs them once: they are loaded before it, when the
//! first access in it is met.

use super::Translator;
use super::memory::Heap;
use crate::abi::{POINTER, offsets};
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::{Inst, InstBuilder, Value};
use wasmparser::{Operator, OperatorsReader};

/// How many lengths of accesses have a limit of their own in a loop: each takes a register, or a
/// place in the frame.
const MAX_LIMITS: usize = 4;

/// What is done before the outermost loop that is still.
#[derive(Debug)]
pub(super) struct Before {
    /// The jump into the loop.
    jump: Inst,
    /// How many labels there are outside of the loop.
    depth: usize,
    memories: Vec<Known>,
}

/// What is known in the loop of a memory.
#[derive(Debug)]
struct Known {
    memory: u32,
    base: Option<Value>,
    len: Option<Value>,
    /// The highest indices of accesses that end so many bytes from the index.
    limits: [Option<(u64, Value)>; MAX_LIMITS],
}

/// Finds the loops that are still, as offsets in the module, in order. The body is valid.
pub(super) fn still_loops(mut operators: OperatorsReader<'_>, still: &mut Vec<u32>) -> Option<()> {
    // For every open block: where it is when it is a loop, and whether it is still so far.
    let mut open: Vec<(Option<u32>, bool)> = Vec::new();
    while !operators.eof() {
        let at = operators.original_position() as u32;
        match operators.read().ok()? {
            Operator::Loop { .. } => {
                open.try_reserve(1).ok()?;
                open.push((Some(at), true));
            }
            Operator::Block { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. }
            | Operator::Try { .. } => {
                open.try_reserve(1).ok()?;
                open.push((None, true));
            }
            Operator::End | Operator::Delegate { .. } => {
                let Some((at, is_still)) = open.pop() else {
                    break;
                };
                if let Some(at) = at.filter(|_| is_still) {
                    still.try_reserve(1).ok()?;
                    still.push(at);
                }
                if let Some((_, outer)) = open.last_mut() {
                    *outer &= is_still;
                }
            }
            // Whatever runs code that is not the function's own.
            Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::CallRef { .. }
            | Operator::MemoryGrow { .. }
            | Operator::TableGrow { .. } => {
                if let Some((_, is_still)) = open.last_mut() {
                    *is_still = false;
                }
            }
            _ => {}
        }
    }
    still.sort_unstable();
    Some(())
}

impl Translator<'_> {
    /// A loop begins to which `jump` leads.
    pub(super) fn begin_loop(&mut self, jump: Inst) {
        if self.before.is_none() && self.buffers.still.binary_search(&self.offset).is_ok() {
            self.before = Some(Before {
                jump,
                depth: self.buffers.labels.len(),
                memories: Vec::new(),
            });
        }
    }

    /// The innermost block has ended, and its label is gone.
    pub(super) fn end_loop(&mut self) {
        let depth = self.buffers.labels.len();
        self.before = self.before.take().filter(|before| before.depth < depth);
    }

    /// The base of a memory, when it is known in the loop.
    pub(super) fn base_before(&mut self, heap: Heap) -> Option<Value> {
        self.field_before(
            heap,
            (offsets::CTX_MEMORY0_BASE, offsets::MEMORY_BASE),
            |known| &mut known.base,
        )
    }

    /// The length of a memory, when it is known in the loop.
    pub(super) fn len_before(&mut self, heap: Heap) -> Option<Value> {
        self.field_before(
            heap,
            (offsets::CTX_MEMORY0_LEN, offsets::MEMORY_LEN),
            |known| &mut known.len,
        )
    }

    /// The highest index of accesses that end `end` bytes from it, when it is known in the loop.
    /// The memory has that many bytes.
    pub(super) fn limit_before(&mut self, heap: Heap, end: u64) -> Option<Value> {
        let len = self.len_before(heap)?;
        let before = self.before.as_mut()?;
        let known = before
            .memories
            .iter_mut()
            .find(|it| it.memory == heap.memory)?;
        let mut limits = known.limits.iter().flatten();
        if let Some((_, limit)) = limits.find(|(of, _)| *of == end) {
            return Some(*limit);
        }
        let free = known.limits.iter_mut().find(|limit| limit.is_none())?;
        let mut cursor = FuncCursor::new(self.b.func).at_inst(before.jump);
        let end_value = cursor.ins().iconst(POINTER, end as i64);
        // Cranelift would repeat a plain subtraction of a constant wherever it is used.
        let (limit, _) = cursor.ins().usub_overflow(len, end_value);
        *free = Some((end, limit));
        Some(limit)
    }

    /// A field that is at `own` in the instance for memory 0 and at `other` in a definition.
    fn field_before(
        &mut self,
        heap: Heap,
        (own, other): (i32, i32),
        field: fn(&mut Known) -> &mut Option<Value>,
    ) -> Option<Value> {
        if !heap.changes_by_calls {
            return None;
        }
        let before = self.before.as_mut()?;
        let memories = &mut before.memories;
        let at = match memories.iter().position(|it| it.memory == heap.memory) {
            Some(at) => at,
            None => {
                memories.try_reserve(1).ok()?;
                memories.push(Known {
                    memory: heap.memory,
                    base: None,
                    len: None,
                    limits: [None; MAX_LIMITS],
                });
                memories.len() - 1
            }
        };
        let known = field(&mut memories[at]);
        if let Some(value) = *known {
            return Some(value);
        }
        let mut cursor = FuncCursor::new(self.b.func).at_inst(before.jump);
        let fixed = self.flags.fixed;
        let (from, offset) = match heap.memory {
            0 => (self.ctx, own),
            memory => {
                let entry = i32::try_from(memory).ok()?.checked_mul(8)?;
                let ins = cursor.ins();
                let all = ins.load(POINTER, fixed, self.ctx, offsets::CTX_MEMORIES);
                (cursor.ins().load(POINTER, fixed, all, entry), other)
            }
        };
        let value = cursor.ins().load(POINTER, self.flags.vm, from, offset);
        *known = Some(value);
        Some(value)
    }
}
