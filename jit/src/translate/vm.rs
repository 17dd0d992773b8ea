//! How code reaches the runtime's structures, and what Cranelift may assume of the accesses.

use super::Translator;
use crate::abi::{POINTER, offsets};
use crate::builtins::Builtin;
use cranelift_codegen::ir::{
    AliasRegion, AliasRegionData, DataFlowGraph, Endianness, Inst, InstBuilder, MemFlagsData, Value,
};
use cranelift_frontend::FunctionBuilder;
use std::borrow::Cow;

/// How many of a module's own globals have an alias region to themselves. Regions cost something
/// at every instruction that can trap, so only the first few have: a compiler's stack pointer is
/// one of them.
const GLOBAL_REGIONS: usize = 4;

/// The flags of each kind of access.
pub(super) struct Flags {
    /// What never changes while the function runs, in memory that is always there.
    pub(super) fixed: MemFlagsData,
    /// As `fixed`, of what is wanted only where it is used: a call's own operand.
    pub(super) local: MemFlagsData,
    /// Cells of the runtime that calls change.
    pub(super) vm: MemFlagsData,
    /// The fuel that is left.
    pub(super) fuel: MemFlagsData,
    /// Linear memory, with no word on traps.
    pub(super) heap: MemFlagsData,
    /// Objects of the garbage-collected heap, but for vectors in them.
    pub(super) objects: MemFlagsData,
    /// Vectors in objects, which are where 64 bits are aligned.
    pub(super) object_vectors: MemFlagsData,
    /// Elements of tables.
    pub(super) elements: MemFlagsData,
    /// Locals in memory.
    pub(super) locals: MemFlagsData,
    /// Globals, imported ones and those without a region of their own.
    pub(super) globals: MemFlagsData,
    /// The first globals that the module defines.
    pub(super) own_globals: [MemFlagsData; GLOBAL_REGIONS],
}

impl Flags {
    pub(super) fn new(dfg: &mut DataFlowGraph) -> Self {
        let mut regions = 0;
        let mut region = |description| -> AliasRegion {
            regions += 1;
            dfg.alias_regions.insert(AliasRegionData {
                user_id: regions,
                description: Cow::Borrowed(description),
            })
        };
        let trusted = MemFlagsData::trusted();
        let fixed = trusted.with_readonly();
        let cell = |region| trusted.with_alias_region(Some(region));
        let objects = region("objects");
        Self {
            fixed: fixed.with_can_move(),
            local: fixed,
            vm: cell(region("runtime")),
            fuel: cell(region("fuel")),
            heap: MemFlagsData::new()
                .with_endianness(Endianness::Little)
                .with_alias_region(Some(region("memory"))),
            objects: cell(objects),
            object_vectors: MemFlagsData::new()
                .with_notrap()
                .with_alias_region(Some(objects)),
            elements: cell(region("table elements")),
            locals: cell(region("locals")),
            globals: cell(region("globals")),
            own_globals: core::array::from_fn(|_| cell(region("global"))),
        }
    }
}

/// Loads a pointer that never changes.
pub(super) fn fixed_load(
    b: &mut FunctionBuilder<'_>,
    flags: &Flags,
    base: Value,
    offset: i32,
) -> Value {
    b.ins().load(POINTER, flags.fixed, base, offset)
}

impl Translator<'_> {
    /// Loads a pointer that never changes.
    pub(super) fn fixed(&mut self, base: Value, offset: i32) -> Value {
        fixed_load(&mut self.b, &self.flags, base, offset)
    }

    /// Loads an entry of an array of pointers that never change, whose address is in the instance.
    pub(super) fn fixed_entry(&mut self, array: i32, index: u32) -> Value {
        let array = self.fixed(self.ctx, array);
        let (base, offset) = self.far(array, u64::from(index) * 8);
        self.fixed(base, offset)
    }

    /// Loads a word that calls change.
    pub(super) fn cell(&mut self, base: Value, offset: i32) -> Value {
        self.b.ins().load(POINTER, self.flags.vm, base, offset)
    }

    /// `base + offset` as a base and an offset that an access can have.
    pub(super) fn far(&mut self, base: Value, offset: u64) -> (Value, i32) {
        match i32::try_from(offset) {
            Ok(offset) => (base, offset),
            Err(_) => {
                let offset = self.iconst64(offset);
                (self.b.ins().iadd(base, offset), 0)
            }
        }
    }

    /// Calls a function of the runtime.
    pub(super) fn call_builtin(&mut self, builtin: Builtin, args: &[Value]) -> Inst {
        let (isa, b) = (self.env.isa, &mut self.b);
        let signature = *self
            .buffers
            .builtins
            .entry(builtin)
            .or_insert_with(|| b.import_signature(builtin.signature(isa)));
        let local = self.flags.local;
        let table = b
            .ins()
            .load(POINTER, local, self.native, offsets::HEADER_BUILTINS);
        let code = b.ins().load(POINTER, local, table, builtin.offset());
        b.ins().call_indirect(signature, code, args)
    }

    /// As [`call_builtin`](Self::call_builtin), of one that has a result.
    pub(super) fn builtin_result(&mut self, builtin: Builtin, args: &[Value]) -> Value {
        let call = self.call_builtin(builtin, args);
        self.b.inst_results(call)[0]
    }
}
