//! What is known of the indices of accesses, and the checks of what is not.

use super::Translator;
use super::memory::Heap;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{DataFlowGraph, InstBuilder, InstructionData, Opcode, Type, Value};
use diptych_core::Trap;

/// What is known about the bounds of memories: such facts hold for ever, since a memory never gets
/// shorter, but only where the check was made before.
#[derive(Default)]
pub(super) struct Checked {
    facts: Vec<Fact>,
}

/// The memory has `end` bytes from the index on.
#[derive(Clone, Copy)]
struct Fact {
    memory: u32,
    index: Value,
    end: u64,
}

/// How many facts are looked at, the last first.
const LAST: usize = 16;
/// How many instructions are looked at for the bound of a value, one inside of the other.
const DEPTH: u32 = 5;

impl Checked {
    /// How many facts there are now.
    pub(super) fn mark(&self) -> u32 {
        self.facts.len() as u32
    }

    /// Control comes from elsewhere, too, where nothing may have been checked since there were so
    /// many facts.
    pub(super) fn forget(&mut self, mark: u32) {
        self.facts.truncate(mark as usize);
    }

    fn knows(&self, memory: u32, index: Value, end: u64) -> bool {
        let known = |fact: &Fact| fact.memory == memory && fact.index == index && fact.end >= end;
        self.facts.iter().rev().take(LAST).any(known)
    }

    fn add(&mut self, fact: Fact) {
        // Without room it is checked again.
        if self.facts.try_reserve(1).is_ok() {
            self.facts.push(fact);
        }
    }
}

impl Translator<'_> {
    /// Whether the memory always has `end` bytes from the index on.
    pub(super) fn is_inside(&self, heap: Heap, index: Value, end: u64) -> bool {
        end <= heap.minimum && highest(&self.b.func.dfg, index, DEPTH) <= heap.minimum - end
    }

    /// Traps unless the memory has `end` bytes from the index on.
    pub(super) fn check_bounds(&mut self, heap: Heap, index: Value, wide_index: Value, end: u64) {
        if self.checked.knows(heap.memory, index, end) {
            return;
        }
        let outside = if let Some(limit) = self.limit(heap, end) {
            let ins = self.b.ins();
            ins.icmp(IntCC::UnsignedGreaterThan, wide_index, limit)
        } else {
            let len = self.heap_len(heap);
            if end == 1 {
                let ins = self.b.ins();
                ins.icmp(IntCC::UnsignedGreaterThanOrEqual, wide_index, len)
            } else if !heap.wide {
                // The sum of two numbers below 2^33.
                let size = self.iconst64(end);
                let sum = self.b.ins().iadd(wide_index, size);
                self.b.ins().icmp(IntCC::UnsignedGreaterThan, sum, len)
            } else if end <= heap.minimum {
                let size = self.iconst64(end);
                let last = self.b.ins().isub(len, size);
                let ins = self.b.ins();
                ins.icmp(IntCC::UnsignedGreaterThan, wide_index, last)
            } else {
                let size = self.iconst64(end);
                let (sum, wrapped) = self.b.ins().uadd_overflow(wide_index, size);
                let beyond = self.b.ins().icmp(IntCC::UnsignedGreaterThan, sum, len);
                self.b.ins().bor(wrapped, beyond)
            }
        };
        self.trap_if(outside, Trap::MemoryOutOfBounds);
        self.checked.add(Fact {
            memory: heap.memory,
            index,
            end,
        });
    }

    /// The highest index of accesses that end `end` bytes from it, when it is there already.
    fn limit(&mut self, heap: Heap, end: u64) -> Option<Value> {
        // One that ends at the next byte is as quickly compared with the length.
        if end == 1 || end > heap.minimum {
            return None;
        }
        self.limit_before(heap, end)
    }
}

/// What an integer, zero-extended, is not above. Looks at so many instructions one inside of the
/// other.
fn highest(dfg: &DataFlowGraph, value: Value, depth: u32) -> u64 {
    let all = ones(dfg.value_type(value));
    let Some(inst) = dfg.value_def(value).inst().filter(|_| depth > 0) else {
        return all;
    };
    let of = |value| highest(dfg, value, depth - 1);
    let shift = |value| {
        constant(dfg, value).map(|by| (by % u64::from(dfg.value_type(value).bits())) as u32)
    };
    let bound = match dfg.insts[inst] {
        InstructionData::UnaryImm {
            opcode: Opcode::Iconst,
            imm,
        } => Some(imm.bits() as u64 & all),
        InstructionData::Unary { opcode, arg } => match opcode {
            Opcode::Uextend => Some(of(arg)),
            Opcode::Ireduce => Some(of(arg)),
            Opcode::Clz | Opcode::Ctz | Opcode::Popcnt => Some(dfg.value_type(arg).bits().into()),
            _ => None,
        },
        InstructionData::Load { opcode, .. } => match opcode {
            Opcode::Uload8 => Some(0xff),
            Opcode::Uload16 => Some(0xffff),
            Opcode::Uload32 => Some(0xffff_ffff),
            _ => None,
        },
        InstructionData::Binary {
            opcode,
            args: [a, b],
        } => match opcode {
            Opcode::Band => Some(of(a).min(of(b))),
            Opcode::Bor | Opcode::Bxor => {
                Some(of(a).max(of(b)).checked_add(1).map_or(u64::MAX, |above| {
                    above
                        .checked_next_power_of_two()
                        .map_or(u64::MAX, |above| above - 1)
                }))
            }
            Opcode::Ushr => shift(b).map(|by| of(a) >> by),
            Opcode::Ishl => shift(b).and_then(|by| of(a).checked_mul(1 << by)),
            Opcode::Iadd => of(a).checked_add(of(b)),
            Opcode::Imul => of(a).checked_mul(of(b)),
            Opcode::Urem => constant(dfg, b).and_then(|by| by.checked_sub(1)),
            _ => None,
        },
        InstructionData::Ternary {
            opcode: Opcode::Select,
            args: [_, a, b],
        } => Some(of(a).max(of(b))),
        _ => None,
    };
    // What does not fit has wrapped around.
    bound.filter(|bound| *bound <= all).unwrap_or(all)
}

/// The constant that an integer is, zero-extended.
pub(super) fn constant(dfg: &DataFlowGraph, value: Value) -> Option<u64> {
    let inst = dfg.value_def(value).inst()?;
    match dfg.insts[inst] {
        InstructionData::UnaryImm {
            opcode: Opcode::Iconst,
            imm,
        } => Some(imm.bits() as u64 & ones(dfg.value_type(value))),
        _ => None,
    }
}

fn ones(ty: Type) -> u64 {
    u64::MAX >> (64 - ty.bits().min(64))
}
