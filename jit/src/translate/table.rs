//! Table operators.

use super::{Result, Translator};
use crate::abi::{POINTER, offsets};
use crate::builtins::{Builtin, GROWTH_FAILED};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use diptych_core::Trap;
use diptych_core::types::{TableIdx, ValType};

impl Translator<'_> {
    fn wide_table(&self, table: u32) -> bool {
        self.env.ir.table(TableIdx(table)).table64
    }

    /// The address of an element of a table, whose index is popped from the stack or was.
    fn element_address(&mut self, table: TableIdx, index: Value, trap: Trap) -> Value {
        let index = self.widen(index, self.wide_table(table.0));
        let table = self.fixed_entry(offsets::CTX_TABLES, table.0);
        let len = self.cell(table, offsets::TABLE_LEN);
        let outside = self
            .b
            .ins()
            .icmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
        self.trap_if(outside, trap);
        let base = self.cell(table, offsets::TABLE_BASE);
        let offset = self.b.ins().ishl_imm_u(index, 3);
        self.b.ins().iadd(base, offset)
    }

    /// An element of a table; traps when there is none at the index.
    pub(super) fn element(&mut self, table: TableIdx, index: Value, trap: Trap) -> Value {
        let address = self.element_address(table, index, trap);
        let flags = self.flags.elements;
        self.b.ins().load(POINTER, flags, address, 0)
    }

    pub(super) fn table_get(&mut self, table: u32) -> Result<()> {
        let index = self.pop();
        let element = self.element(TableIdx(table), index, Trap::TableOutOfBounds);
        let ty = self.env.ir.table(TableIdx(table)).element;
        self.push_typed(element, ValType::Ref(ty))
    }

    pub(super) fn table_set(&mut self, table: u32) -> Result<()> {
        let (index, value) = self.pop2();
        let address = self.element_address(TableIdx(table), index, Trap::TableOutOfBounds);
        let flags = self.flags.elements;
        self.b.ins().store(flags, value, address, 0);
        Ok(())
    }

    pub(super) fn table_size(&mut self, table: u32) -> Result<()> {
        let wide = self.wide_table(table);
        let table = self.fixed_entry(offsets::CTX_TABLES, table);
        let len = self.cell(table, offsets::TABLE_LEN);
        let len = self.narrow(len, wide);
        self.push(len)
    }

    pub(super) fn table_grow(&mut self, table: u32) -> Result<()> {
        let wide = self.wide_table(table);
        let (init, delta) = self.pop2();
        let delta = self.widen(delta, wide);
        let table = self.iconst32(table);
        let before = self.builtin_result(Builtin::TableGrow, &[self.ctx, table, init, delta]);
        self.grown(before, wide)
    }

    /// Pushes the result of a growth that did not fail.
    pub(super) fn grown(&mut self, before: Value, wide: bool) -> Result<()> {
        let failed = self.iconst64(GROWTH_FAILED);
        let failed = self.b.ins().icmp(IntCC::Equal, before, failed);
        self.pending_if(failed);
        self.reload_fuel();
        let before = self.narrow(before, wide);
        self.push(before)
    }

    pub(super) fn table_fill(&mut self, table: u32) -> Result<()> {
        let wide = self.wide_table(table);
        let (dst, value, len) = self.pop3();
        let (dst, len) = (self.widen(dst, wide), self.widen(len, wide));
        let table = self.iconst32(table);
        self.bulk(Builtin::TableFill, &[self.ctx, table, dst, value, len]);
        Ok(())
    }

    pub(super) fn table_copy(&mut self, to: u32, from: u32) -> Result<()> {
        let (wide_to, wide_from) = (self.wide_table(to), self.wide_table(from));
        let (dst, src, len) = self.pop3();
        let dst = self.widen(dst, wide_to);
        let src = self.widen(src, wide_from);
        let len = self.widen(len, wide_to && wide_from);
        let (to, from) = (self.iconst32(to), self.iconst32(from));
        self.bulk(Builtin::TableCopy, &[self.ctx, to, from, dst, src, len]);
        Ok(())
    }

    pub(super) fn table_init(&mut self, elem: u32, table: u32) -> Result<()> {
        let wide = self.wide_table(table);
        let (dst, src, len) = self.pop3();
        let dst = self.widen(dst, wide);
        let (src, len) = (self.widen(src, false), self.widen(len, false));
        let (table, elem) = (self.iconst32(table), self.iconst32(elem));
        self.bulk(Builtin::TableInit, &[self.ctx, table, elem, dst, src, len]);
        Ok(())
    }

    pub(super) fn elem_drop(&mut self, elem: u32) -> Result<()> {
        let elem = self.iconst32(elem);
        self.call_builtin(Builtin::ElemDrop, &[self.ctx, elem]);
        Ok(())
    }

    /// Calls a bulk operation, and ends the guest when it fails.
    pub(super) fn bulk(&mut self, builtin: Builtin, args: &[Value]) {
        let failed = self.builtin_result(builtin, args);
        self.pending_if(failed);
    }
}
