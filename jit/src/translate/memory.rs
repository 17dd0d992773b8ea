//! Memory operators.

use super::trap::access_code;
use super::{Result, Translator, reserve, unsupported};
use crate::abi::offsets;
use crate::builtins::Builtin;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use diptych_core::Trap;
use diptych_core::types::MemoryIdx;
use wasmparser::{MemArg, MemArgTarget};

/// A memory as its accesses see it.
#[derive(Clone, Copy)]
pub(super) struct Heap {
    pub(super) memory: u32,
    /// Whether indices have 64 bits.
    pub(super) wide: bool,
    /// Whether every access beyond its end faults, wherever 32-bit index and offset lead.
    guarded: bool,
    /// Whether it never moves.
    is_fixed: bool,
    /// Whether its base and its length are what they were until other code is called.
    pub(super) changes_by_calls: bool,
    /// The length in bytes that it has at least.
    pub(super) minimum: u64,
}

/// Where an access goes.
pub(super) struct Address {
    pub(super) base: Value,
    pub(super) offset: i32,
    pub(super) flags: MemFlagsData,
}

impl Translator<'_> {
    fn heap(&self, memory: u32) -> Heap {
        let ty = self.env.ir.memory(MemoryIdx(memory));
        let guarded = self.env.settings.guarded;
        let guarded = guarded && !ty.memory64 && ty.page_size_log2 == 16;
        Heap {
            memory,
            wide: ty.memory64,
            guarded,
            is_fixed: guarded || ty.shared,
            changes_by_calls: !guarded && !ty.shared,
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
        if let Some(base) = self.base_before(heap) {
            return base;
        }
        let (from, offset) = self.heap_field(heap, offsets::CTX_MEMORY0_BASE, offsets::MEMORY_BASE);
        if heap.is_fixed {
            self.fixed(from, offset)
        } else {
            self.cell(from, offset)
        }
    }

    pub(super) fn heap_len(&mut self, heap: Heap) -> Value {
        if let Some(len) = self.len_before(heap) {
            return len;
        }
        let (from, offset) = self.heap_field(heap, offsets::CTX_MEMORY0_LEN, offsets::MEMORY_LEN);
        self.cell(from, offset)
    }

    /// Pops the index of an access to `size` bytes, and gives its address, where the access may
    /// be made.
    pub(super) fn address(&mut self, arg: &MemArg, size: u64) -> Result<Address> {
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
        let wide_index = self.widen(index, heap.wide);
        let is_known = constant.is_some() || !heap.guarded;
        let flags = if is_known && self.is_inside(heap, index, end) {
            checked
        } else if heap.guarded {
            let accesses = &mut self.buffers.accesses;
            reserve(accesses, 1)?;
            let code = access_code(accesses.len());
            accesses.push(self.offset);
            self.flags.heap.with_trap_code(Some(code))
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
