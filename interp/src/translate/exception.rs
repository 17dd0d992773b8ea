//! Exceptions: `throw`, and who catches.
//!
//! Nothing is done where a `try_table` begins. The driver finds who catches by the place where the
//! exception comes from, puts the values into the slots of operands, and goes on at a few
//! operations behind the block that branch to the label.
//!
//! It is the same for a `try` as first proposed, where it goes on at the code of the clause. While
//! that is running, the exception is an operand below its values.

use super::control::LabelKind;
use super::emit::{halves, quarters};
use super::{Result, Translator, reserve};
use crate::code::{Clause, Handler, Handling, Reference};
use crate::ops::{Slow, Ty};
use alloc::vec::Vec;
use diptych_core::types::TagIdx;
use wasmparser::{BlockType, Catch, TryTable};

/// A `try_table`, or a `try` whose clauses have not begun.
#[derive(Debug)]
pub(super) struct Try {
    /// Its label, counted from the outermost.
    label: usize,
    /// The cell at which it begins.
    start: u32,
    catches: Vec<Catch>,
    /// The last handler that goes on with this block's, which names the one before it.
    delegates: u32,
}

/// No handler.
const NONE: u32 = u32::MAX;

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
        self.open_try(table.ty, LabelKind::TryTable, table.catches)
    }

    pub(super) fn try_(&mut self, ty: BlockType) -> Result<()> {
        self.open_try(ty, LabelKind::Try, Vec::new())
    }

    fn open_try(&mut self, ty: BlockType, kind: LabelKind, catches: Vec<Catch>) -> Result<()> {
        self.block(ty)?;
        self.label_mut(0).kind = kind;
        // What follows is not united with what comes before: there it begins to be protected.
        self.last = None;
        reserve(&mut self.scratch.tries, 1)?;
        self.scratch.tries.push(Try {
            label: self.label_index(0),
            start: self.here() as u32,
            catches,
            delegates: NONE,
        });
        Ok(())
    }

    /// What is protected ends here: handlers of more follow. Gives which cells it is.
    fn end_protected(&mut self) -> Option<(u32, u32, Vec<Catch>)> {
        let ended = self.scratch.tries.pop()?;
        // Nor is what follows united with it.
        self.last = None;
        let first = self.scratch.handlers.len() as u32;
        let mut delegate = ended.delegates;
        while let Some(handler) = self.scratch.handlers.get_mut(delegate as usize) {
            let handling = core::mem::replace(&mut handler.handling, Handling::Delegate(first));
            delegate = match handling {
                Handling::Delegate(before) => before,
                Handling::Catch(_) => NONE,
            };
        }
        Some((ended.start, self.here() as u32, ended.catches))
    }

    /// At the end of a `try_table`, or of a `try` that has no clauses: what the driver goes on with
    /// for each clause.
    pub(super) fn end_try(&mut self) -> Result<()> {
        let Some((start, end, catches)) = self.end_protected() else {
            return Ok(());
        };
        if catches.is_empty() {
            if self.label(0).kind == LabelKind::Try {
                self.end_fuel();
            }
            return Ok(());
        }
        let height = self.leave()?;
        for catch in catches {
            let (tag, reference, depth) = match catch {
                Catch::One { tag, label } => (Some(tag), Reference::Nowhere, label),
                Catch::OneRef { tag, label } => (Some(tag), Reference::Behind, label),
                Catch::All { label } => (None, Reference::Nowhere, label),
                Catch::AllRef { label } => (None, Reference::Behind, label),
            };
            self.truncate(height);
            self.begin_handler((start, end), tag.map(TagIdx), reference)?;
            // Clauses are outside of the block.
            self.br(depth + 1)?;
        }
        Ok(())
    }

    /// A clause of a `try` begins: for exceptions of the tag, or for all.
    pub(super) fn begin_clause(&mut self, tag: Option<u32>) -> Result<()> {
        let (start, end) = match self.label(0).kind {
            LabelKind::Catch(start, end) => (start, end),
            _ => match self.end_protected() {
                Some((start, end, _)) => (start, end),
                None => return Ok(()),
            },
        };
        let height = self.leave()?;
        self.forget_written(self.label(0).written);
        self.truncate(height);
        self.label_mut(0).kind = LabelKind::Catch(start, end);
        self.begin_handler((start, end), tag.map(TagIdx), Reference::Before)
    }

    /// Goes on where the driver does with an exception from these cells, whose values are the next
    /// operands.
    fn begin_handler(
        &mut self,
        (start, end): (u32, u32),
        tag: Option<TagIdx>,
        reference: Reference,
    ) -> Result<()> {
        let clause = Clause {
            tag,
            reference,
            slot: self.next_slot(),
            target: self.here() as u32,
        };
        self.add_handler(start, end, Handling::Catch(clause))?;
        self.acc.clear();
        self.last = None;
        self.reachable = true;
        if reference == Reference::Before {
            self.push_temp(Ty::Ref)?;
        }
        if let Some(tag) = tag {
            for ty in self.env.ir.tag_params(tag) {
                self.push_temps(self.class(*ty))?;
            }
        }
        if reference == Reference::Behind {
            self.push_temp(Ty::Ref)?;
        }
        Ok(())
    }

    fn add_handler(&mut self, start: u32, end: u32, handling: Handling) -> Result<()> {
        reserve(&mut self.scratch.handlers, 1)?;
        self.scratch.handlers.push(Handler {
            start,
            end,
            handling,
        });
        Ok(())
    }

    /// The end of a `try` whose exceptions are caught by who catches those from around another
    /// block.
    pub(super) fn delegate(&mut self, depth: u32) -> Result<()> {
        if let Some((start, end, _)) = self.end_protected() {
            // The label of the `try` itself does not count.
            let to = self.label_index(depth + 1);
            let this = self.scratch.handlers.len() as u32;
            let tries = &mut self.scratch.tries;
            let around = tries.partition_point(|outer| outer.label <= to);
            // Which handlers those are is known when their block ends.
            let next = match around.checked_sub(1) {
                Some(which) => core::mem::replace(&mut tries[which].delegates, this),
                None => NONE,
            };
            self.add_handler(start, end, Handling::Delegate(next))?;
        }
        self.end_fuel();
        self.close()
    }

    pub(super) fn rethrow(&mut self, depth: u32) -> Result<()> {
        let slot = self.temp_slot(self.label(depth).height as usize);
        self.emit(Slow::ThrowRef.op(), [quarters(slot, 0, 0, 0), 0])?;
        self.stop();
        Ok(())
    }
}
