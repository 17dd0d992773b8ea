//! Exceptions: `throw`, and who catches.
//!
//! Nothing is done where a `try_table` begins. The driver finds who catches by the place where the
//! exception comes from, puts the values into the slots of operands, and goes on at a few
//! operations behind the block that branch to the label.

use super::emit::{halves, quarters};
use super::{Result, Translator, reserve};
use crate::code::{CATCH_ALL, Handler};
use crate::ops::{Slow, Ty};
use alloc::vec::Vec;
use diptych_core::types::TagIdx;
use wasmparser::{Catch, TryTable};

impl<'a> Translator<'a, '_> {
    pub(super) fn throw(&mut self, tag: u32) -> Result<()> {
        let params = self.env.ir.tag_params(TagIdx(tag)).iter();
        let count: usize = params.map(|ty| ty.slots()).sum();
        let from = self.height() - count;
        self.materialize(from)?;
        let base = self.temp_slot(from);
        let at = self.emit(Slow::Throw.op(), [quarters(base, 0, 0, 0), halves(tag, 0)])?;
        self.collects(at)?;
        self.stop();
        Ok(())
    }

    pub(super) fn throw_ref(&mut self) -> Result<()> {
        let source = self.pop();
        let slot = self.in_slot(&source)?;
        self.emit(Slow::ThrowRef.op(), [quarters(slot, 0, 0, 0), 0])?;
        self.stop();
        Ok(())
    }

    pub(super) fn try_table(&mut self, table: TryTable) -> Result<()> {
        self.block(table.ty)?;
        // What follows is not united with what comes before: there it begins to be protected.
        self.last = None;
        let start = self.here() as u32;
        reserve(&mut self.scratch.tries, 1)?;
        self.scratch.tries.push((start, table.catches));
        self.now_try();
        Ok(())
    }

    /// At the end of a `try_table`: what the driver goes on with for each of its clauses.
    pub(super) fn end_try(&mut self) -> Result<()> {
        let Some((start, catches)) = self.scratch.tries.pop() else {
            return Ok(());
        };
        let end = self.here() as u32;
        let height = self.leave_try()?;
        for catch in catches {
            let (tag, with_reference, depth) = match catch {
                Catch::One { tag, label } => (tag, false, label),
                Catch::OneRef { tag, label } => (tag, true, label),
                Catch::All { label } => (CATCH_ALL, false, label),
                Catch::AllRef { label } => (CATCH_ALL, true, label),
            };
            reserve(&mut self.scratch.handlers, 1)?;
            let handler = Handler {
                start,
                end,
                tag,
                with_reference,
                slot: self.temp_slot(height),
                target: self.here() as u32,
            };
            self.scratch.handlers.push(handler);
            self.truncate(height);
            self.acc.clear();
            self.last = None;
            self.reachable = true;
            if tag != CATCH_ALL {
                for ty in self.env.ir.tag_params(TagIdx(tag)) {
                    self.push_temps(self.class(*ty))?;
                }
            }
            if with_reference {
                self.push_temp(Ty::Ref)?;
            }
            // Clauses are outside of the block.
            self.br(depth + 1)?;
        }
        Ok(())
    }
}

/// The `try_table`s that are open: where each begins, and its clauses.
pub(super) type Tries = Vec<(u32, Vec<Catch>)>;
