//! Memory operators.

use super::trap::trap_code;
use super::{Result, Translator, unsupported};
use crate::abi::offsets;
use crate::builtins::Builtin;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use diptych_core::Trap;
use diptych_core::types::MemoryIdx;
use wasmparser::{MemArg, MemArgTarget};

/// What is known about the bounds of a memory: such facts hold for ever, since a memory never
/// gets shorter, but only where the check was made before.
#[derive(Default)]
pub(super) struct Checked {
    facts: [Option<Fact>; 8],
    next: usize,
}

/// The memory has `end` bytes from the index on.
#[derive(Clone, Copy)]
struct Fact {
    memory: u32,
    index: Value,
    end: u64,
}

impl Checked {
    /// Control comes from elsewhere, too, where nothing may have been checked.
    pub(super) fn forget(&mut self) {
        self.facts = [None; 8];
    }

    fn knows(&self, memory: u32, index: Value, end: u64) -> bool {
        let known = |fact: &Fact| fact.memory == memory && fact.index == index && fact.end >= end;
        self.facts.iter().flatten().any(known)
    }

    fn add(&mut self, fact: Fact) {
        self.facts[self.next] = Some(fact);
        self.next = (self.next + 1) % self.facts.len();
    }
}

/// A memory as its accesses see it.
#[derive(Clone, Copy)]
struct Heap {
    memory: u32,
    /// Whether indices have 64 bits.
    wide: bool,
    /// Whether every access beyond its end faults, wherever 32-bit index and offset lead.
    guarded: bool,
    /// The length in bytes that it has at least.
    minimum: u64,
}

/// Where an access goes.
struct Address {
    base: Value,
    offset: i32,
    flags: MemFlagsData,
}

impl Translator<'_> {
    fn heap(&self, memory: u32) -> Heap {
        let ty = self.env.ir.memory(MemoryIdx(memory));
        let guarded = self.env.settings.guarded;
        Heap {
            memory,
            wide: ty.memory64,
            guarded: guarded && !ty.memory64 && !ty.shared && ty.page_size_log2 == 16,
            minimum: ty.minimum.saturating_mul(ty.page_size()),
        }
    }

    /// Where a memory's definition is, and the offset in it of the field that is at `own` in the
    /// instance for memory 0 and at `other` in a definition.
    fn heap_field(&mut self, heap: Heap, own: i32, other: i32) -> (Value, i32) {
        match heap.memory {
            0 => (self.ctx, own),
            memory => (self.fixed_entry(offsets::CTX_MEMORIES, memory), other),
        }
    }

    fn heap_base(&mut self, heap: Heap) -> Value {
        let (from, offset) = self.heap_field(heap, offsets::CTX_MEMORY0_BASE, offsets::MEMORY_BASE);
        if heap.guarded {
            // The memory never moves.
            self.fixed(from, offset)
        } else {
            self.cell(from, offset)
        }
    }

    fn heap_len(&mut self, heap: Heap) -> Value {
        let (from, offset) = self.heap_field(heap, offsets::CTX_MEMORY0_LEN, offsets::MEMORY_LEN);
        self.cell(from, offset)
    }

    /// Pops the index of an access to `size` bytes, and gives its address, where the access may
    /// be made.
    fn address(&mut self, arg: &MemArg, size: u64) -> Result<Address> {
        let MemArgTarget::Memory(memory) = arg.target else {
            return Err(unsupported("accesses to arrays (GC)"));
        };
        let heap = self.heap(memory);
        let index = self.pop();
        let checked = self.flags.heap.with_notrap();
        let Some(end) = arg.offset.checked_add(size) else {
            // It is beyond every memory. What follows is never executed.
            let always = self.b.ins().iconst(types::I8, 1);
            self.trap_if(always, Trap::MemoryOutOfBounds);
            return Ok(Address {
                base: self.heap_base(heap),
                offset: 0,
                flags: checked,
            });
        };

        let constant = self.constant(index);
        let inside = constant
            .and_then(|index| index.checked_add(end))
            .is_some_and(|end| end <= heap.minimum);
        let wide_index = self.widen(index, heap.wide);
        let flags = if inside {
            checked
        } else if heap.guarded {
            let trap = trap_code(Trap::MemoryOutOfBounds);
            self.flags.heap.with_trap_code(Some(trap))
        } else {
            self.check_bounds(heap, index, wide_index, end);
            checked
        };
        let base = self.heap_base(heap);
        let sum = constant.and_then(|index| index.checked_add(arg.offset));
        let (base, offset) = match sum {
            Some(sum) => self.far(base, sum),
            None => {
                let base = self.b.ins().iadd(base, wide_index);
                self.far(base, arg.offset)
            }
        };
        Ok(Address {
            base,
            offset,
            flags,
        })
    }

    /// Traps unless the memory has `end` bytes from the index on.
    fn check_bounds(&mut self, heap: Heap, index: Value, wide_index: Value, end: u64) {
        if self.checked.knows(heap.memory, index, end) {
            return;
        }
        let len = self.heap_len(heap);
        let size = self.iconst64(end);
        let outside = if !heap.wide {
            // The sum of two numbers below 2^33.
            let sum = self.b.ins().iadd(wide_index, size);
            self.b.ins().icmp(IntCC::UnsignedGreaterThan, sum, len)
        } else if end <= heap.minimum {
            let last = self.b.ins().isub(len, size);
            self.b
                .ins()
                .icmp(IntCC::UnsignedGreaterThan, wide_index, last)
        } else {
            let (sum, wrapped) = self.b.ins().uadd_overflow(wide_index, size);
            let beyond = self.b.ins().icmp(IntCC::UnsignedGreaterThan, sum, len);
            self.b.ins().bor(wrapped, beyond)
        };
        self.trap_if(outside, Trap::MemoryOutOfBounds);
        self.checked.add(Fact {
            memory: heap.memory,
            index,
            end,
        });
    }

    /// A load of a whole value.
    pub(super) fn load(&mut self, ty: Type, arg: &MemArg) -> Result<()> {
        let at = self.address(arg, ty.bytes().into())?;
        let value = self.b.ins().load(ty, at.flags, at.base, at.offset);
        self.push(value)
    }

    /// A load of `memory`, extended to `ty`.
    pub(super) fn load_extend(
        &mut self,
        memory: Type,
        signed: bool,
        ty: Type,
        arg: &MemArg,
    ) -> Result<()> {
        let at = self.address(arg, memory.bytes().into())?;
        let Address {
            base,
            offset,
            flags,
        } = at;
        let ins = self.b.ins();
        let value = match (memory, signed) {
            (types::I8, false) => ins.uload8(ty, flags, base, offset),
            (types::I8, true) => ins.sload8(ty, flags, base, offset),
            (types::I16, false) => ins.uload16(ty, flags, base, offset),
            (types::I16, true) => ins.sload16(ty, flags, base, offset),
            (_, false) => ins.uload32(flags, base, offset),
            (_, true) => ins.sload32(flags, base, offset),
        };
        self.push(value)
    }

    /// A store of the lower part, a `memory`, of a value, or of the whole.
    pub(super) fn store(&mut self, memory: Type, arg: &MemArg) -> Result<()> {
        let value = self.pop();
        let Address {
            base,
            offset,
            flags,
        } = self.address(arg, memory.bytes().into())?;
        let narrow = self.b.func.dfg.value_type(value) != memory;
        let ins = self.b.ins();
        match memory {
            types::I8 => ins.istore8(flags, value, base, offset),
            types::I16 => ins.istore16(flags, value, base, offset),
            types::I32 if narrow => ins.istore32(flags, value, base, offset),
            _ => ins.store(flags, value, base, offset),
        };
        Ok(())
    }

    pub(super) fn memory_size(&mut self, memory: u32) -> Result<()> {
        let heap = self.heap(memory);
        let log2 = self.env.ir.memory(MemoryIdx(memory)).page_size_log2;
        let len = self.heap_len(heap);
        let pages = match log2 {
            0 => len,
            log2 => self.b.ins().ushr_imm_u(len, i64::from(log2)),
        };
        let pages = self.narrow(pages, heap.wide);
        self.push(pages)
    }

    pub(super) fn memory_grow(&mut self, memory: u32) -> Result<()> {
        let wide = self.heap(memory).wide;
        let delta = self.pop();
        let delta = self.widen(delta, wide);
        let memory = self.iconst32(memory);
        let before = self.builtin_result(Builtin::MemoryGrow, &[self.ctx, memory, delta]);
        self.grown(before, wide)
    }

    pub(super) fn memory_fill(&mut self, memory: u32) -> Result<()> {
        let wide = self.heap(memory).wide;
        let (dst, value, len) = self.pop3();
        let (dst, len) = (self.widen(dst, wide), self.widen(len, wide));
        let memory = self.iconst32(memory);
        self.bulk(Builtin::MemoryFill, &[self.ctx, memory, dst, value, len]);
        Ok(())
    }

    pub(super) fn memory_copy(&mut self, to: u32, from: u32) -> Result<()> {
        let (wide_to, wide_from) = (self.heap(to).wide, self.heap(from).wide);
        let (dst, src, len) = self.pop3();
        let dst = self.widen(dst, wide_to);
        let src = self.widen(src, wide_from);
        let len = self.widen(len, wide_to && wide_from);
        let (to, from) = (self.iconst32(to), self.iconst32(from));
        self.bulk(Builtin::MemoryCopy, &[self.ctx, to, from, dst, src, len]);
        Ok(())
    }

    pub(super) fn memory_init(&mut self, data: u32, memory: u32) -> Result<()> {
        let wide = self.heap(memory).wide;
        let (dst, src, len) = self.pop3();
        let dst = self.widen(dst, wide);
        let (src, len) = (self.widen(src, false), self.widen(len, false));
        let (memory, data) = (self.iconst32(memory), self.iconst32(data));
        self.bulk(
            Builtin::MemoryInit,
            &[self.ctx, memory, data, dst, src, len],
        );
        Ok(())
    }

    pub(super) fn data_drop(&mut self, data: u32) -> Result<()> {
        let data = self.iconst32(data);
        self.call_builtin(Builtin::DataDrop, &[self.ctx, data]);
        Ok(())
    }
}
