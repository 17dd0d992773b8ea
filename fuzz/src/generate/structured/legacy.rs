//! Exceptions as first proposed: `try` with the clauses' code inside.

use super::body::{Body, emit};
use super::types::{Signature, Ty};

impl Body<'_, '_> {
    /// A `try` with these results.
    pub(super) fn legacy_try(&mut self, results: &[Ty]) {
        let signature = Signature {
            params: vec![],
            results: results.to_vec(),
        };
        let is_deep = self.is_deep();
        let label = self.open("try", &signature);
        let thrown = self.random.below(self.shape.tags.len());
        if !is_deep {
            self.statements(2);
            if self.random.once_in(2) {
                self.throw_with(thrown);
            }
        }
        self.end_with(results);
        // Without clauses it is only a block.
        match self.random.below(6) {
            0 => self.delegate(),
            1 => self.close(),
            clauses => {
                self.handlers.push(label);
                for _ in 0..clauses / 2 {
                    let any = self.random.below(self.shape.tags.len());
                    let tag = if self.random.once_in(2) { any } else { thrown };
                    let values = self.shape.tags[tag].clone();
                    emit!(self, "catch {tag}");
                    for ty in values.iter().rev() {
                        self.sink(*ty);
                    }
                    self.clause(results, is_deep);
                }
                if self.random.once_in(2) {
                    self.line("catch_all");
                    self.clause(results, is_deep);
                }
                self.handlers.pop();
                self.close();
            }
        }
    }

    /// What is done with an exception, after its values are gone.
    fn clause(&mut self, results: &[Ty], is_deep: bool) {
        if !is_deep {
            self.statements(2);
        }
        if self.random.once_in(3) {
            let label = self.random.pick(&self.handlers).clone();
            self.rare(|body| emit!(body, "rethrow {label}"));
        }
        self.end_with(results);
    }

    /// The end of a `try` whose exceptions go to a block around it, to one of the tries there
    /// rather, or out of the function.
    fn delegate(&mut self) {
        self.pop_label();
        let target = self.random.below(self.depth() + 1);
        emit!(self, "delegate {target}");
    }
}
