//! Exceptions: `throw`, and who catches.
//!
//! A call inside of a `try_table` is one that may go on in another block, which costs nothing while
//! it does not. In that block the exception is the store's; the clauses are tried in order, those
//! of outer blocks of the function afterwards, and when none catches it is thrown again, out of the
//! function.

use super::{Result, Translator, reserve};
use crate::abi::{offsets, results_in_memory, value_type};
use crate::builtins::Builtin;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Block, BlockArg, ExceptionTable, ExceptionTableData, ExceptionTableItem, InstBuilder, SigRef,
    Value, types,
};
use diptych_core::Trap;
use diptych_core::gc::{EXCEPTION_TAG, exception_fields};
use diptych_core::types::{FuncType, TagIdx};
use wasmparser::{Catch, TryTable};

/// A `try_table` that is open.
#[derive(Debug)]
pub(super) struct Try {
    /// Where exceptions go on that come from inside, when some may.
    handler: Option<Block>,
    catches: Vec<Catch>,
}

impl<'a> Translator<'a> {
    pub(super) fn throw(&mut self, tag: u32) -> Result<()> {
        let params = self.env.ir.tag_params(TagIdx(tag));
        let index = self.iconst32(tag);
        let exception = self.made(Builtin::ExceptionNew, &[self.ctx, index]);
        self.b.declare_value_needs_stack_map(exception);
        let object = self.object(exception);
        let from = self.height() - params.len();
        let fields = exception_fields(params, |id| self.env.ir.is_func_type(id));
        for (i, field) in fields.iter().enumerate() {
            let value = self.buffers.stack[from + i];
            self.store_field(field.storage, value, object, field.offset as i32);
        }
        self.raise_exception(exception);
        self.stop();
        Ok(())
    }

    pub(super) fn throw_ref(&mut self) -> Result<()> {
        let exception = self.pop();
        self.trap_unless(exception, Trap::NullExceptionReference);
        self.raise_exception(exception);
        self.stop();
        Ok(())
    }

    /// Goes on where the exception is caught.
    fn raise_exception(&mut self, exception: Value) {
        match self.handler() {
            Some(handler) => {
                let (flags, store) = (self.flags.vm, self.store);
                let offset = offsets::STORE_EXCEPTION;
                self.b.ins().store(flags, exception, store, offset);
                self.b.ins().jump(handler, &[]);
            }
            None => {
                self.call_builtin(Builtin::Throw, &[self.ctx, exception]);
                self.never();
            }
        }
    }

    /// Where exceptions go on that come from here, when it is in this function.
    fn handler(&mut self) -> Option<Block> {
        let innermost = self.buffers.tries.last_mut()?;
        let b = &mut self.b;
        Some(*innermost.handler.get_or_insert_with(|| {
            let block = b.create_block();
            b.set_cold_block(block);
            block
        }))
    }

    /// What a call that may throw goes on with, when that is in this function: the table of the
    /// call, and the block behind it, whose parameters are the results.
    pub(super) fn exception_table(
        &mut self,
        ty: &FuncType,
        signature: SigRef,
    ) -> Option<(ExceptionTable, Block)> {
        let handler = self.handler()?;
        let next = self.b.create_block();
        let mut args = Vec::new();
        if !results_in_memory(ty) {
            for (i, result) in ty.results().iter().enumerate() {
                self.b.append_block_param(next, value_type(*result));
                args.push(BlockArg::TryCallRet(i as u32));
            }
        }
        let dfg = &mut self.b.func.dfg;
        let returned = dfg.block_call(next, &args);
        let thrown = ExceptionTableItem::Default(dfg.block_call(handler, &[]));
        let table = ExceptionTableData::new(signature, returned, [thrown]);
        Some((dfg.exception_tables.push(table), next))
    }

    pub(super) fn try_table(&mut self, table: TryTable) -> Result<()> {
        self.block(table.ty)?;
        self.now_caught(0);
        if table.catches.is_empty() {
            return Ok(());
        }
        reserve(&mut self.buffers.tries, 1)?;
        self.buffers.tries.push(Try {
            handler: None,
            catches: table.catches,
        });
        self.now_try();
        Ok(())
    }

    /// At the end of a `try_table`: where exceptions go on that come from inside.
    pub(super) fn end_try(&mut self) -> Result<()> {
        let Some(Try { handler, catches }) = self.buffers.tries.pop() else {
            return Ok(());
        };
        for catch in &catches {
            let (Catch::One { label, .. }
            | Catch::OneRef { label, .. }
            | Catch::All { label }
            | Catch::AllRef { label }) = *catch;
            // Clauses are outside of the block.
            self.now_caught(label + 1);
        }
        let Some(handler) = handler else {
            return Ok(());
        };
        let height = self.leave_try()?;
        self.go_on_in(handler);
        self.reload_fuel();
        let (flags, store) = (self.flags.vm, self.store);
        let offset = offsets::STORE_EXCEPTION;
        let exception = self.b.ins().load(types::I64, flags, store, offset);
        self.b.declare_value_needs_stack_map(exception);
        for catch in catches {
            let (tag, with_reference, depth) = match catch {
                Catch::One { tag, label } => (Some(tag), false, label),
                Catch::OneRef { tag, label } => (Some(tag), true, label),
                Catch::All { label } => (None, false, label),
                Catch::AllRef { label } => (None, true, label),
            };
            self.truncate(height);
            self.reachable = true;
            let otherwise = match tag {
                Some(tag) => Some(self.catch(exception, tag)?),
                None => None,
            };
            let none = self.iconst64(0);
            self.b.ins().store(flags, none, store, offset);
            if with_reference {
                self.push(exception)?;
            }
            // Clauses are outside of the block.
            self.br(depth + 1)?;
            match otherwise {
                Some(block) => self.go_on_in(block),
                // Nothing gets past this.
                None => return Ok(()),
            }
        }
        self.raise_exception(exception);
        self.stop();
        Ok(())
    }

    /// Goes on when the exception has the tag, with its values on the stack. Gives where else it
    /// goes on.
    fn catch(&mut self, exception: Value, tag: u32) -> Result<Block> {
        let object = self.object(exception);
        let flags = self.flags.objects;
        let found = self
            .b
            .ins()
            .load(types::I64, flags, object, EXCEPTION_TAG as i32);
        let wanted = self.fixed_entry(offsets::CTX_TAGS, tag);
        let same = self.b.ins().icmp(IntCC::Equal, found, wanted);
        let (caught, otherwise) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(same, caught, &[], otherwise, &[]);
        self.go_on_in(caught);
        let params = self.env.ir.tag_params(TagIdx(tag));
        let fields = exception_fields(params, |id| self.env.ir.is_func_type(id));
        for (ty, field) in params.iter().zip(fields) {
            self.load_field(*ty, field.storage, false, object, field.offset as i32)?;
        }
        Ok(otherwise)
    }
}
