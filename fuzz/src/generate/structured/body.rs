//! What functions do: statements, control, calls, tables and objects.

use super::Shape;
use super::types::{Signature, Ty, list};
use crate::random::Random;

/// Appends a line of text with values in it.
macro_rules! emit {
    ($body:expr, $($text:tt)*) => {{
        let text = format!($($text)*);
        $body.line(&text);
    }};
}
pub(super) use emit;

/// The body of a function that is being made.
pub(super) struct Body<'a, 'r> {
    pub(super) random: &'r mut Random,
    pub(super) shape: &'a Shape,
    signature: &'a Signature,
    /// The types of parameters and locals.
    locals: Vec<Ty>,
    /// The blocks that are open, from the outermost: their names, and what branches there carry.
    labels: Vec<(String, Vec<Ty>)>,
    /// Those of them that are in a clause of a `try`, whose exception can be thrown once more.
    pub(super) handlers: Vec<String>,
    /// How many blocks there were.
    blocks: usize,
    text: String,
    /// How many lines there may be.
    budget: usize,
    lines: usize,
}

/// How deep values are within values.
const DEPTH: u32 = 4;
/// How deep blocks are within blocks.
const NESTING: usize = 12;

impl<'a, 'r> Body<'a, 'r> {
    /// The locals and instructions of a function.
    pub(super) fn function(random: &'r mut Random, shape: &'a Shape, func: usize) -> String {
        let signature = &shape.funcs[func];
        let mut locals = signature.params.clone();
        for _ in 0..random.between(2, 12) {
            locals.push(shape.features.ty(random));
        }
        let budget = [30, 120, 300, 700][random.below(4)];
        let mut body = Self {
            random,
            shape,
            signature,
            locals,
            labels: Vec::new(),
            handlers: Vec::new(),
            blocks: 0,
            text: String::new(),
            budget,
            lines: 0,
        };
        body.step();
        let most = body.random.between(1, 14);
        body.statements(most);
        body.end_with(&signature.results);
        let locals = &body.locals[signature.params.len()..];
        format!("(local {})\n{}", list(locals), body.text)
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
    }

    /// Whether it is time to come to an end.
    pub(super) const fn is_spent(&self) -> bool {
        self.lines >= self.budget
    }

    pub(super) fn locals_of(&self, ty: Ty) -> Vec<usize> {
        positions(&self.locals, ty, 0)
    }

    /// Not the one that counts steps.
    pub(super) fn globals_of(&self, ty: Ty) -> Vec<usize> {
        positions(&self.shape.globals, ty, 1)
    }

    pub(super) fn new_local(&mut self, ty: Ty) -> usize {
        self.locals.push(ty);
        self.locals.len() - 1
    }

    /// A step of those that all functions count together.
    fn step(&mut self) {
        self.line(
            "(if (i32.eqz (global.get 0)) (then unreachable))
             (global.set 0 (i32.sub (global.get 0) (i32.const 1)))",
        );
    }

    /// Begins a block, and gives its name.
    pub(super) fn open(&mut self, kind: &str, signature: &Signature) -> String {
        self.open_with(kind, signature, "")
    }

    pub(super) fn open_with(&mut self, kind: &str, signature: &Signature, clauses: &str) -> String {
        let name = format!("$l{}", self.blocks);
        self.blocks += 1;
        self.begin(kind, &name, signature, clauses);
        name
    }

    pub(super) fn open_named(&mut self, name: &str, signature: &Signature) {
        self.begin("block", name, signature, "");
    }

    fn begin(&mut self, kind: &str, name: &str, signature: &Signature, clauses: &str) {
        let carried = match kind {
            "loop" => &signature.params,
            _ => &signature.results,
        };
        self.labels.push((name.to_owned(), carried.clone()));
        emit!(self, "{kind} {name}{} {clauses}", signature.text());
    }

    pub(super) fn close(&mut self) {
        self.pop_label();
        self.line("end");
    }

    pub(super) fn pop_label(&mut self) {
        self.labels.pop();
    }

    /// In how many blocks this is.
    pub(super) const fn depth(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are enough of them.
    pub(super) const fn is_deep(&self) -> bool {
        self.depth() >= NESTING
    }

    /// A block with these results.
    pub(super) fn block(&mut self, results: &[Ty]) {
        let is_deep = self.labels.len() >= NESTING;
        let signature = Signature {
            params: vec![],
            results: results.to_vec(),
        };
        if !is_deep && self.random.once_in(3) {
            return self.counted_loop(results);
        }
        self.open("block", &signature);
        if !is_deep {
            let most = self.random.below(4);
            self.statements(most);
        }
        self.end_with(results);
        self.close();
    }

    /// An `if` with an `else`, whose condition is on the stack.
    pub(super) fn if_(&mut self, results: &[Ty]) {
        let signature = Signature {
            params: vec![],
            results: results.to_vec(),
        };
        let is_deep = self.labels.len() >= NESTING;
        self.open("if", &signature);
        if !is_deep {
            self.statements(2);
        }
        self.end_with(results);
        self.line("else");
        if !is_deep {
            self.statements(2);
        }
        self.end_with(results);
        self.close();
    }

    /// A loop with parameters that goes round a few times.
    fn counted_loop(&mut self, results: &[Ty]) {
        let counter = self.new_local(Ty::I32);
        let rounds = self.random.between(1, 5);
        emit!(self, "(local.set {counter} (i32.const {rounds}))");
        let carried = self.shape.features.types(self.random, 3);
        self.arguments(&carried);
        let label = self.open(
            "loop",
            &Signature {
                params: carried.clone(),
                results: results.to_vec(),
            },
        );
        self.step();
        // Others may write the counter: it only has to stop some time, and steps do.
        for ty in carried.iter().rev() {
            self.sink(*ty);
        }
        let most = self.random.below(4);
        self.statements(most);
        emit!(
            self,
            "(local.set {counter} (i32.sub (local.get {counter}) (i32.const 1)))"
        );
        self.arguments(&carried);
        emit!(
            self,
            "(br_if {label} (i32.gt_s (local.get {counter}) (i32.const 0)))"
        );
        for ty in carried.iter().rev() {
            self.sink(*ty);
        }
        self.end_with(results);
        self.close();
    }

    /// Leaves exactly these.
    pub(super) fn end_with(&mut self, types: &[Ty]) {
        for ty in types {
            let depth = self.random.below(DEPTH as usize) as u32;
            self.value(*ty, depth);
        }
    }

    pub(super) fn statements(&mut self, most: usize) {
        for _ in 0..most {
            if self.is_spent() {
                return;
            }
            self.statement(DEPTH);
        }
    }

    /// Something that leaves the stack as it was.
    pub(super) fn statement(&mut self, depth: u32) {
        let depth = depth.min(DEPTH);
        let features = self.shape.features;
        match self.random.below(38) {
            0..=5 => {
                let ty = features.ty(self.random);
                self.value(ty, depth);
                self.sink(ty);
            }
            6..=11 => self.store(depth),
            12 | 13 => {
                self.value(Ty::I32, depth);
                self.if_(&[]);
            }
            14 | 15 => self.block(&[]),
            16 => self.counted_loop(&[]),
            17 | 18 => {
                let func = self.random.below(self.shape.funcs.len());
                self.call(func, false);
                for ty in self.shape.funcs[func].results.iter().rev() {
                    self.sink(*ty);
                }
            }
            19 => self.branch_if(depth),
            20 => self.rare(|body| body.leave(depth)),
            21 => self.bulk(depth),
            22 => self.table(depth),
            23 | 24 if features.objects => self.write_object(depth),
            25 if !self.shape.tags.is_empty() => self.rare(Self::throw),
            26 => {
                self.line("(drop (memory.grow (i32.const 1)))");
                self.store(depth.min(1));
            }
            27 if features.typed_funcs => self.null_branches(depth),
            28 if features.second_memory => self.second_memory(depth),
            29 => self.line("nop"),
            30 | 31 if features.legacy_exceptions => self.legacy_try(&[]),
            32 | 33 if features.atomics => self.atomic(depth),
            _ => {
                let ty = features.ty(self.random);
                self.value(ty, depth.min(2));
                self.sink(ty);
            }
        }
    }

    /// Something that goes elsewhere, on a condition that seldom holds.
    pub(super) fn rare(&mut self, what: impl FnOnce(&mut Self)) {
        self.value(Ty::I32, 1);
        let mask = [1, 3, 7][self.random.below(3)];
        emit!(self, "i32.const {mask} i32.and i32.eqz");
        self.open("if", &Signature::default());
        what(self);
        self.close();
    }

    /// A branch out of some block, with its values.
    fn branch_if(&mut self, depth: u32) {
        if self.labels.is_empty() {
            return;
        }
        let (label, carried) = self.random.pick(&self.labels).clone();
        self.arguments(&carried);
        self.value(Ty::I32, depth);
        emit!(self, "br_if {label}");
        for ty in carried.iter().rev() {
            self.sink(*ty);
        }
    }

    /// A branch, a return, or a call in its place.
    fn leave(&mut self, depth: u32) {
        let signature = self.signature;
        match self.random.below(6) {
            0 => {
                self.arguments(&signature.results);
                self.line("return");
            }
            1..=2 if self.shape.features.tail_calls => {
                let funcs: Vec<usize> = (0..self.shape.funcs.len())
                    .filter(|&func| self.shape.funcs[func].results == signature.results)
                    .collect();
                match funcs.as_slice() {
                    [] => self.line("unreachable"),
                    funcs => {
                        let func = *self.random.pick(funcs);
                        self.call(func, true);
                    }
                }
            }
            3 if self.random.once_in(3) => self.line("unreachable"),
            4 => self.web(depth),
            _ if self.labels.is_empty() => {
                self.arguments(&signature.results);
                self.line("return");
            }
            _ => {
                let (label, carried) = self.random.pick(&self.labels).clone();
                self.arguments(&carried);
                emit!(self, "br {label}");
            }
        }
    }

    /// A table of branches to blocks that take the same values.
    fn web(&mut self, depth: u32) {
        let Some((_, carried)) = self.labels.last().cloned() else {
            return self.line("unreachable");
        };
        let same: Vec<String> = self
            .labels
            .iter()
            .filter(|(_, it)| *it == carried)
            .map(|(name, _)| name.clone())
            .collect();
        self.arguments(&carried);
        self.value(Ty::I32, depth.min(2));
        let targets: Vec<String> = (0..self.random.between(1, 12))
            .map(|_| self.random.pick(&same).clone())
            .collect();
        emit!(self, "br_table {}", targets.join(" "));
    }

    /// A call, directly, through the table or by a reference.
    pub(super) fn call(&mut self, func: usize, tail: bool) {
        let signature = &self.shape.funcs[func];
        self.arguments(&signature.params);
        let tail = if tail { "return_" } else { "" };
        match self.random.below(5) {
            0 => {
                // Any function, which is mostly of another type: so only sometimes.
                emit!(self, "i32.const {}", self.random.below(8));
                emit!(self, "{tail}call_indirect 0{}", signature.text());
            }
            1 if self.shape.features.typed_funcs => {
                emit!(self, "ref.func {func}");
                emit!(self, "{tail}call_ref $of{func}");
            }
            _ => emit!(self, "{tail}call {func}"),
        }
    }

    pub(super) fn throw(&mut self) {
        let tag = self.random.below(self.shape.tags.len().max(1));
        match self.shape.tags.get(tag) {
            None => self.line("unreachable"),
            Some(_) if self.shape.features.exceptions && self.random.once_in(4) => {
                self.value(Ty::Exn, 1);
                self.line("throw_ref");
            }
            Some(_) => self.throw_with(tag),
        }
    }

    /// A new exception with this tag.
    pub(super) fn throw_with(&mut self, tag: usize) {
        self.arguments(&self.shape.tags[tag]);
        emit!(self, "throw {tag}");
    }

    /// Branches that depend on whether a reference is null.
    fn null_branches(&mut self, depth: u32) {
        let ty = [Ty::Func, Ty::Extern][self.random.below(2)];
        let label = self.open("block", &Signature::default());
        self.value(ty, depth);
        if self.random.once_in(2) {
            emit!(self, "br_on_null {label}");
            self.line("drop");
            self.statement(1);
        } else {
            let result = Signature {
                params: vec![],
                results: vec![ty],
            };
            // The operand is below the block that it would leave with it.
            let local = self.new_local(ty);
            emit!(self, "local.set {local}");
            let other = self.open("block", &result);
            emit!(self, "local.get {local} br_on_non_null {other}");
            self.value(ty, 1);
            self.close();
            self.sink(ty);
        }
        self.close();
    }

    /// A number that is mostly a valid place in a table or an array.
    pub(super) fn small(&mut self, depth: u32) {
        if self.random.once_in(3) {
            self.value(Ty::I32, depth.min(2));
            emit!(
                self,
                "i32.const {} i32.and",
                [1, 3, 7][self.random.below(3)]
            );
        } else {
            let most = if self.random.once_in(8) { 50 } else { 4 };
            emit!(self, "i32.const {}", self.random.below(most));
        }
    }

    fn table(&mut self, depth: u32) {
        let objects = self.shape.features.objects;
        match self.random.below(7) {
            0 => {
                self.small(depth);
                self.value(Ty::Func, depth);
                self.line("table.set 0");
            }
            1 => {
                self.small(depth);
                self.value(Ty::Func, depth);
                emit!(self, "i32.const {}", self.random.below(3));
                self.line("table.fill 0");
            }
            2 => {
                self.small(depth);
                self.small(depth);
                emit!(self, "i32.const {}", self.random.below(4));
                self.line("table.copy 0 0");
            }
            3 => {
                self.small(depth);
                self.small(depth);
                emit!(self, "i32.const {}", self.random.below(3));
                self.line("table.init 0 $passive");
            }
            4 if self.random.once_in(4) => self.line("elem.drop $passive"),
            _ if objects => {
                self.small(depth);
                self.value(Ty::Any, depth);
                self.line("table.set $objects");
            }
            _ => {}
        }
    }

    fn write_object(&mut self, depth: u32) {
        match self.random.below(7) {
            0..=2 => {
                let (field, ty) = *self.random.pick(&[
                    (0, Ty::I32),
                    (1, Ty::Node),
                    (2, Ty::I64),
                    (3, Ty::Any),
                    (4, Ty::I32),
                    (5, Ty::I32),
                ]);
                self.value(Ty::Node, depth);
                self.value(ty, depth);
                emit!(self, "struct.set $node {field}");
            }
            3 => {
                self.value(Ty::Nodes, depth);
                self.small(depth);
                self.value(Ty::Node, depth);
                self.line("array.set $nodes");
            }
            4 => {
                self.value(Ty::Bytes, depth);
                self.small(depth);
                self.value(Ty::I32, depth);
                self.line("array.set $bytes");
            }
            5 => {
                self.value(Ty::Nodes, depth);
                self.small(depth);
                self.value(Ty::Node, depth);
                self.line("i32.const 2");
                self.line("array.fill $nodes");
            }
            _ => {
                self.value(Ty::Bytes, depth);
                self.small(depth);
                self.value(Ty::Bytes, depth);
                self.small(depth);
                self.line("i32.const 2");
                self.line("array.copy $bytes $bytes");
            }
        }
    }
}

fn positions(types: &[Ty], ty: Ty, first: usize) -> Vec<usize> {
    (first..types.len()).filter(|&at| types[at] == ty).collect()
}
