//! Exceptions: `throw`, and who catches.
//!
//! A call inside of a `try_table` is one that may go on in another block, which costs nothing while
//! it does not. In that block the exception is the store's; the clauses are tried in order, those
//! of outer blocks of the function afterwards, and when none catches it is thrown again, out of the
//! function.
//!
//! A `try` as first proposed is the same, but the code of its clauses is inside of it: each begins
//! where the tag is the clause's, and what the others go on in is made when the next one begins. A
//! `delegate` goes on where exceptions from around the block that it names would.

use super::control::LabelKind;
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
use wasmparser::{BlockType, Catch, TryTable};

/// A `try_table`, or a `try` whose clauses have not begun.
#[derive(Debug)]
pub(super) struct Try {
    /// Its label, counted from the outermost.
    label: usize,
    /// Where exceptions go on that come from inside, when some may.
    handler: Option<Block>,
    catches: Vec<Catch>,
}

/// The exception for which a clause of a `try` is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caught {
    exception: Value,
    /// Where exceptions go on that have other tags.
    otherwise: Option<Block>,
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

    pub(super) fn rethrow(&mut self, depth: u32) -> Result<()> {
        if let LabelKind::Catch(caught) = self.label(depth).kind {
            self.raise_exception(caught.exception);
        }
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
            None => self.raise_in_caller(exception),
        }
    }

    fn raise_in_caller(&mut self, exception: Value) {
        self.call_builtin(Builtin::Throw, &[self.ctx, exception]);
        self.never();
    }

    /// Where exceptions go on that come from here, when it is in this function.
    fn handler(&mut self) -> Option<Block> {
        let count = self.buffers.tries.len();
        self.handler_of(count.checked_sub(1)?)
    }

    /// Where exceptions go on that come from inside of an open block.
    fn handler_of(&mut self, which: usize) -> Option<Block> {
        let found = self.buffers.tries.get_mut(which)?;
        let b = &mut self.b;
        Some(*found.handler.get_or_insert_with(|| {
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
        if table.catches.is_empty() {
            return Ok(());
        }
        self.open_try(table.catches)
    }

    pub(super) fn try_(&mut self, ty: BlockType) -> Result<()> {
        self.block(ty)?;
        self.open_try(Vec::new())
    }

    /// The block that was opened last is one from which exceptions may be caught.
    fn open_try(&mut self, catches: Vec<Catch>) -> Result<()> {
        reserve(&mut self.buffers.tries, 1)?;
        self.buffers.tries.push(Try {
            label: self.buffers.labels.len() - 1,
            handler: None,
            catches,
        });
        self.label_mut(0).kind = LabelKind::Try;
        Ok(())
    }

    /// Goes on in the block for exceptions. Gives the one that there is.
    fn begin_handler(&mut self, handler: Block) -> Value {
        self.go_on_in(handler);
        self.reload_fuel();
        let (flags, store) = (self.flags.vm, self.store);
        let offset = offsets::STORE_EXCEPTION;
        let exception = self.b.ins().load(types::I64, flags, store, offset);
        self.b.declare_value_needs_stack_map(exception);
        exception
    }

    /// The exception is on its way no more.
    fn take_exception(&mut self) {
        let (flags, store) = (self.flags.vm, self.store);
        let none = self.iconst64(0);
        let offset = offsets::STORE_EXCEPTION;
        self.b.ins().store(flags, none, store, offset);
    }

    /// At the end of a `try_table`, or of a `try` that has no clauses: where exceptions go on that
    /// come from inside.
    pub(super) fn end_try(&mut self) -> Result<()> {
        let Some(Try {
            handler, catches, ..
        }) = self.buffers.tries.pop()
        else {
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
        let height = self.leave()?;
        let exception = self.begin_handler(handler);
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
            self.take_exception();
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

    /// A clause of a `try` begins: for exceptions of the tag, or for all.
    pub(super) fn begin_clause(&mut self, tag: Option<u32>) -> Result<()> {
        let height = self.leave()?;
        let (handler, known) = match self.label(0).kind {
            LabelKind::Catch(Caught {
                exception,
                otherwise,
            }) => (otherwise, Some(exception)),
            _ => {
                let begun = self.buffers.tries.pop();
                (begun.and_then(|begun| begun.handler), None)
            }
        };
        let exception = match (handler, known) {
            (Some(otherwise), Some(exception)) => {
                self.go_on_in(otherwise);
                exception
            }
            // Where nothing throws, no one comes here. What the code costs, and what it branches to,
            // is the same.
            (handler, _) => {
                let handler = handler.unwrap_or_else(|| self.b.create_block());
                self.begin_handler(handler)
            }
        };
        self.truncate(height);
        self.reachable = true;
        let otherwise = match tag {
            Some(tag) => Some(self.catch(exception, tag)?),
            None => None,
        };
        self.take_exception();
        self.label_mut(0).kind = LabelKind::Catch(Caught {
            exception,
            otherwise,
        });
        Ok(())
    }

    /// At the end of a `try` with clauses: those that none is for are thrown again.
    pub(super) fn end_clauses(&mut self, caught: Caught) -> Result<()> {
        if let Some(otherwise) = caught.otherwise {
            self.leave()?;
            self.go_on_in(otherwise);
            self.raise_exception(caught.exception);
            self.stop();
        }
        Ok(())
    }

    /// The end of a `try` whose exceptions are caught by who catches those from around another
    /// block.
    pub(super) fn delegate(&mut self, depth: u32) -> Result<()> {
        let begun = self.buffers.tries.pop();
        if let Some(handler) = begun.and_then(|begun| begun.handler) {
            self.leave()?;
            // The label of the `try` itself does not count.
            let to = self.label_index(depth + 1);
            let tries = &self.buffers.tries;
            let around = tries.partition_point(|outer| outer.label <= to);
            match around.checked_sub(1) {
                Some(which) => {
                    self.go_on_in(handler);
                    if let Some(outer) = self.handler_of(which) {
                        self.b.ins().jump(outer, &[]);
                    }
                }
                None => {
                    let exception = self.begin_handler(handler);
                    self.raise_in_caller(exception);
                }
            }
            self.stop();
        }
        self.end_fuel();
        self.close()
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
