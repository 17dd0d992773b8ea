//! What leaves a value on the stack.

use super::body::{Body, emit};
use super::operators::{OPERATORS, Operator};
use super::types::{Signature, Ty};
use super::{constant, types};

impl Body<'_, '_> {
    /// A value of this type, whatever it takes.
    pub(super) fn value(&mut self, ty: Ty, depth: u32) {
        if depth == 0 || self.is_spent() {
            return self.leaf(ty);
        }
        let depth = depth - 1;
        match self.random.below(24) {
            0..=3 => self.leaf(ty),
            4..=10 => self.operator(ty, depth),
            11 => self.select(ty, depth),
            12..=13 => self.block_value(ty),
            14 => self.if_value(ty, depth),
            15 => self.call_value(ty),
            16 => self.tee(ty, depth),
            17 => self.branch_with_value(ty, depth),
            18 => self.table_of_values(ty, depth),
            19 if self.shape.features.legacy_exceptions && self.random.once_in(2) => {
                self.legacy_try(&[ty]);
            }
            19 if self.shape.features.exceptions => self.try_value(ty),
            20 => self.clutter(ty, depth),
            _ => self.special(ty, depth),
        }
    }

    /// A value that takes no other.
    fn leaf(&mut self, ty: Ty) {
        let locals = self.locals_of(ty);
        match self.random.below(5) {
            0..=2 if !locals.is_empty() => {
                let local = *self.random.pick(&locals);
                emit!(self, "local.get {local}");
            }
            3 => {
                let globals = self.globals_of(ty);
                if globals.is_empty() {
                    return self.fresh(ty);
                }
                let global = *self.random.pick(&globals);
                emit!(self, "global.get {global}");
            }
            _ => self.fresh(ty),
        }
    }

    /// A constant or a new object.
    fn fresh(&mut self, ty: Ty) {
        let text = match ty {
            Ty::Func if !self.random.once_in(4) => {
                format!("ref.func {}", self.random.below(self.shape.funcs.len()))
            }
            Ty::I31 if !self.random.once_in(4) => {
                format!("(ref.i31 (i32.const {}))", self.random.edge() as i32)
            }
            Ty::Any if self.random.once_in(2) => {
                format!("(ref.i31 (i32.const {}))", self.random.below(100))
            }
            Ty::Node if self.random.once_in(2) => "struct.new_default $node".to_owned(),
            Ty::Leaf if !self.random.once_in(4) => "struct.new_default $leaf".to_owned(),
            Ty::Nodes | Ty::Bytes | Ty::Vectors if !self.random.once_in(4) => format!(
                "(array.new_default {} (i32.const {}))",
                ty.heap(),
                self.random.below(9)
            ),
            Ty::Words if !self.random.once_in(4) => format!(
                "(array.new $words (i64.const {}) (i32.const {}))",
                self.random.edge() as i64,
                self.random.below(5)
            ),
            ty => constant(self.random, ty),
        };
        self.line(&text);
    }

    fn operator(&mut self, ty: Ty, depth: u32) {
        let features = self.shape.features;
        let fits = |op: &&Operator| {
            op.results.last() == Some(&ty)
                && (features.floats || !op.is_float)
                && (features.vectors || !op.is_vector)
                && (features.atomics || !op.is_atomic)
                && (features.relaxed_vectors || !op.is_relaxed)
                && (features.wide || op.results.len() == 1)
        };
        let all: Vec<_> = OPERATORS.iter().filter(fits).collect();
        if all.is_empty() {
            return self.special(ty, depth);
        }
        let op = *self.random.pick(&all);
        if op.is_access {
            self.access(op, depth, |body| body.operands(op, 1, depth));
        } else {
            self.operands(op, 0, depth);
            self.line(&op.text);
        }
        self.sink_below(ty, &op.results[..op.results.len() - 1]);
    }

    /// The operands of an operator from the one at this place on.
    fn operands(&mut self, op: &Operator, first: usize, depth: u32) {
        for (place, param) in op.params.iter().enumerate().skip(first) {
            if op.waits() && place + 1 == op.params.len() {
                // Nobody would come.
                emit!(self, "i64.const {}", self.random.below(2) * 500);
            } else if self.random.once_in(3) {
                self.leaf(*param);
            } else {
                self.value(*param, depth);
            }
        }
    }

    /// What lies below a value on the stack goes elsewhere.
    fn sink_below(&mut self, ty: Ty, below: &[Ty]) {
        if below.is_empty() {
            return;
        }
        let local = self.new_local(ty);
        emit!(self, "local.set {local}");
        for ty in below.iter().rev() {
            self.sink(*ty);
        }
        emit!(self, "local.get {local}");
    }

    /// The top of the stack goes to a local, a global, or nowhere.
    pub(super) fn sink(&mut self, ty: Ty) {
        let locals = self.locals_of(ty);
        let globals = self.globals_of(ty);
        match self.random.below(4) {
            0 | 1 if !locals.is_empty() => {
                let local = *self.random.pick(&locals);
                emit!(self, "local.set {local}");
            }
            2 if !globals.is_empty() => {
                let global = *self.random.pick(&globals);
                emit!(self, "global.set {global}");
            }
            _ => self.line("drop"),
        }
    }

    fn select(&mut self, ty: Ty, depth: u32) {
        self.value(ty, depth);
        self.value(ty, depth);
        self.value(Ty::I32, depth);
        if ty.is_ref() || self.random.once_in(3) {
            emit!(self, "select (result {})", ty.text());
        } else {
            self.line("select");
        }
    }

    fn tee(&mut self, ty: Ty, depth: u32) {
        self.value(ty, depth);
        let locals = self.locals_of(ty);
        if !locals.is_empty() {
            let local = *self.random.pick(&locals);
            emit!(self, "local.tee {local}");
        }
    }

    /// Many values that live across whatever comes next.
    fn clutter(&mut self, ty: Ty, depth: u32) {
        let count = self.random.between(3, 24);
        let mut types = Vec::new();
        for _ in 0..count {
            let ty = self.shape.features.ty(self.random);
            self.leaf(ty);
            types.push(ty);
        }
        self.statement(depth);
        self.value(ty, depth);
        self.sink_below(ty, &types);
    }

    /// A block that gives the value, and perhaps others below it.
    fn block_value(&mut self, ty: Ty) {
        let mut results = self.shape.features.types(self.random, 3);
        results.push(ty);
        self.block(&results);
        self.sink_below(ty, &results[..results.len() - 1]);
    }

    fn if_value(&mut self, ty: Ty, depth: u32) {
        let mut results = self.shape.features.types(self.random, 2);
        results.push(ty);
        self.value(Ty::I32, depth);
        self.if_(&results);
        self.sink_below(ty, &results[..results.len() - 1]);
    }

    /// A call of a function with a result of this type.
    fn call_value(&mut self, ty: Ty) {
        let funcs: Vec<usize> = (0..self.shape.funcs.len())
            .filter(|&func| self.shape.funcs[func].results.contains(&ty))
            .collect();
        if funcs.is_empty() {
            return self.leaf(ty);
        }
        let func = *self.random.pick(&funcs);
        let results = self.shape.funcs[func].results.clone();
        self.call(func, false);
        let at = results.iter().position(|it| *it == ty).unwrap_or(0);
        for ty in results[at + 1..].iter().rev() {
            self.sink(*ty);
        }
        self.sink_below(ty, &results[..at]);
    }

    /// A block that a branch leaves with the value.
    fn branch_with_value(&mut self, ty: Ty, depth: u32) {
        let label = self.open(
            "block",
            &Signature {
                params: vec![],
                results: vec![ty],
            },
        );
        self.statement(depth);
        self.value(ty, depth);
        self.value(Ty::I32, depth);
        emit!(self, "br_if {label}");
        if self.random.once_in(2) {
            self.sink(ty);
            self.statement(depth);
            self.value(ty, depth);
        }
        self.close();
    }

    /// Several blocks, each left by a table of branches with the value.
    fn table_of_values(&mut self, ty: Ty, depth: u32) {
        let count = self.random.between(1, 6);
        let signature = Signature {
            params: vec![],
            results: vec![ty],
        };
        let labels: Vec<_> = (0..count).map(|_| self.open("block", &signature)).collect();
        self.value(ty, depth);
        self.value(Ty::I32, depth);
        if self.random.once_in(2) {
            self.line("i32.const 7 i32.and");
        }
        let targets: Vec<String> = (0..self.random.between(1, 9))
            .map(|_| self.random.pick(&labels).clone())
            .collect();
        emit!(self, "br_table {}", targets.join(" "));
        for _ in 0..count {
            self.close();
            // What a block gives is changed on the way out of the next.
            if self.random.once_in(2) {
                self.sink(ty);
                self.value(ty, depth.min(1));
            }
        }
    }

    /// What is particular to a type.
    fn special(&mut self, ty: Ty, depth: u32) {
        match ty {
            Ty::I32 => self.special_i32(depth),
            Ty::I64 => match self.random.below(5) {
                0..=2 => self.load(ty, depth),
                3 if self.shape.features.objects => {
                    self.field(Ty::Node, "$node 2", "struct.get", depth)
                }
                4 if self.shape.features.objects => {
                    self.value(Ty::Words, depth);
                    self.small(depth);
                    self.line("array.get $words");
                }
                _ => self.load(ty, depth),
            },
            Ty::F32 => self.load(ty, depth),
            Ty::F64 if self.shape.features.objects && self.random.once_in(3) => {
                self.field(Ty::Leaf, "$leaf 7", "struct.get", depth);
            }
            Ty::F64 => self.load(ty, depth),
            Ty::V128 if self.shape.features.objects && self.random.once_in(2) => {
                self.value(Ty::Vectors, depth);
                self.small(depth);
                self.line("array.get $vectors");
            }
            Ty::V128 => self.operator(ty, depth),
            Ty::Func => {
                if self.shape.features.objects && self.random.once_in(3) {
                    return self.field(Ty::Leaf, "$leaf 8", "struct.get", depth);
                }
                self.small(depth);
                self.line("table.get 0");
            }
            Ty::Extern if self.shape.features.objects => {
                self.value(Ty::Any, depth);
                self.line("extern.convert_any");
            }
            Ty::Any => self.any(depth),
            Ty::I31 | Ty::Leaf | Ty::Words | Ty::Bytes | Ty::Vectors | Ty::Nodes => {
                self.object(ty, depth);
            }
            Ty::Node => self.node(depth),
            Ty::Extern | Ty::Exn => self.leaf(ty),
        }
    }

    fn special_i32(&mut self, depth: u32) {
        let objects = self.shape.features.objects;
        match self.random.below(16) {
            0 => self.line("memory.size"),
            1 => {
                emit!(self, "i32.const {}", self.random.below(3));
                self.line("memory.grow");
            }
            2 => self.line("table.size 0"),
            3 => {
                self.value(Ty::Func, depth);
                emit!(self, "i32.const {}", self.random.below(3));
                self.line("table.grow 0");
            }
            4 => {
                let ty = [Ty::Func, Ty::Extern][self.random.below(2)];
                self.value(ty, depth);
                self.line("ref.is_null");
            }
            5 if objects => {
                self.value(Ty::Any, depth);
                self.value(Ty::Any, depth);
                // Only what can be compared is.
                self.line("ref.test eqref i32.eqz");
                self.line("i32.const 1 i32.and");
                let local = self.new_local(Ty::I32);
                emit!(
                    self,
                    "local.set {local} ref.is_null local.get {local} i32.add"
                );
            }
            6 if objects => {
                self.value(Ty::Node, depth);
                self.value(Ty::Node, depth);
                self.line("ref.eq");
            }
            7 if objects => {
                self.value(Ty::Any, depth);
                let ty = self.tested();
                emit!(self, "ref.test {ty}");
            }
            8 if objects => {
                self.value(Ty::I31, depth);
                let sign = ["s", "u"][self.random.below(2)];
                emit!(self, "i31.get_{sign}");
            }
            9 if objects => {
                let ty = [Ty::Nodes, Ty::Bytes, Ty::Vectors, Ty::Words][self.random.below(4)];
                self.value(ty, depth);
                self.line("array.len");
            }
            10 if objects => {
                self.value(Ty::Bytes, depth);
                self.small(depth);
                let sign = ["s", "u"][self.random.below(2)];
                emit!(self, "array.get_{sign} $bytes");
            }
            11 if objects => {
                let (get, field) = *self.random.pick(&[
                    ("struct.get", 0),
                    ("struct.get_s", 4),
                    ("struct.get_u", 4),
                    ("struct.get_s", 5),
                    ("struct.get_u", 5),
                ]);
                self.field(Ty::Node, &format!("$node {field}"), get, depth);
            }
            _ => self.load(Ty::I32, depth),
        }
    }

    /// A field of a structure.
    fn field(&mut self, of: Ty, field: &str, get: &str, depth: u32) {
        self.value(of, depth);
        emit!(self, "{get} {field}");
    }

    /// A type to test references for.
    pub(super) fn tested(&mut self) -> &'static str {
        self.random.pick::<&str>(&[
            "(ref $node)",
            "(ref null $node)",
            "(ref $leaf)",
            "(ref $nodes)",
            "(ref null $bytes)",
            "i31ref",
            "(ref i31)",
            "structref",
            "(ref array)",
            "eqref",
            "nullref",
        ])
    }

    fn any(&mut self, depth: u32) {
        match self.random.below(6) {
            0 => {
                self.value(Ty::Extern, depth);
                self.line("any.convert_extern");
            }
            1 => {
                self.small(depth);
                self.line("table.get $objects");
            }
            2 => self.field(Ty::Node, "$node 3", "struct.get", depth),
            _ => {
                let ty = *self.random.pick(&[
                    Ty::Node,
                    Ty::Leaf,
                    Ty::Nodes,
                    Ty::Bytes,
                    Ty::I31,
                    Ty::Words,
                ]);
                self.value(ty, depth);
            }
        }
    }

    fn node(&mut self, depth: u32) {
        match self.random.below(7) {
            0 | 1 => {
                for ty in [Ty::I32, Ty::Node, Ty::I64, Ty::Any, Ty::I32, Ty::I32] {
                    self.value(ty, depth.min(1));
                }
                self.line("struct.new $node");
            }
            2 => self.field(Ty::Node, "$node 1", "struct.get", depth),
            3 => {
                self.value(Ty::Nodes, depth);
                self.small(depth);
                self.line("array.get $nodes");
            }
            4 => self.value(Ty::Leaf, depth),
            _ => self.cast(Ty::Node, depth),
        }
    }

    /// A reference cast to a type, which traps when it is of another.
    fn cast(&mut self, ty: Ty, depth: u32) {
        // Where it branches instead, it does not trap.
        let label = self.open(
            "block",
            &Signature {
                params: vec![],
                results: vec![ty],
            },
        );
        self.value(Ty::Any, depth);
        if self.random.once_in(8) {
            emit!(self, "ref.cast {}", ty.text());
        } else {
            emit!(self, "br_on_cast {label} anyref {}", ty.text());
            self.sink(Ty::Any);
            self.leaf(ty);
        }
        self.close();
    }

    fn object(&mut self, ty: Ty, depth: u32) {
        match (ty, self.random.below(5)) {
            (_, 0) => self.cast(ty, depth),
            (Ty::I31, _) => {
                self.value(Ty::I32, depth);
                self.line("ref.i31");
            }
            (Ty::Leaf, 1 | 2) if self.shape.features.has(Ty::F64) => {
                for ty in [
                    Ty::I32,
                    Ty::Node,
                    Ty::I64,
                    Ty::Any,
                    Ty::I32,
                    Ty::I32,
                    Ty::Nodes,
                    Ty::F64,
                    Ty::Func,
                ] {
                    self.value(ty, depth.min(1));
                }
                self.line("struct.new $leaf");
            }
            (Ty::Nodes, 1 | 2) => {
                let count = self.random.below(5);
                for _ in 0..count {
                    self.value(Ty::Node, depth.min(1));
                }
                emit!(self, "array.new_fixed $nodes {count}");
            }
            (Ty::Nodes, 3) => self.field(Ty::Leaf, "$leaf 6", "struct.get", depth),
            (Ty::Bytes, 1) => {
                emit!(
                    self,
                    "(array.new_data $bytes $passive (i32.const {}) (i32.const {}))",
                    self.random.below(30),
                    self.random.below(12)
                );
            }
            (Ty::Vectors, 1) if self.shape.features.vectors => {
                self.value(Ty::V128, depth);
                self.small(depth);
                self.line("array.new $vectors");
            }
            (Ty::Words, 1) => {
                emit!(
                    self,
                    "(array.new_data $words $passive (i32.const {}) (i32.const {}))",
                    self.random.below(20),
                    self.random.below(4)
                );
            }
            _ => self.fresh(ty),
        }
    }

    /// A block whose exceptions give the value.
    fn try_value(&mut self, ty: Ty) {
        let caught = Signature {
            params: vec![],
            results: vec![ty],
        };
        let out = self.open("block", &caught);
        let tag = self.random.below(self.shape.tags.len());
        let mut values = self.shape.tags[tag].clone();
        let with_reference = self.random.once_in(2);
        if with_reference {
            values.push(Ty::Exn);
        }
        let handler = self.open(
            "block",
            &Signature {
                params: vec![],
                results: values.clone(),
            },
        );
        let reference = if with_reference { "_ref" } else { "" };
        let clause = match self.random.below(4) {
            0 => String::new(),
            1 => format!("(catch_all {handler}_all)"),
            _ => format!("(catch{reference} {tag} {handler})"),
        };
        // A clause for everything takes no values.
        let all = clause.contains("catch_all").then(|| {
            self.open_named(&format!("{handler}_all"), &Signature::default());
        });
        let inner = self.open_with(
            "try_table",
            &Signature {
                params: vec![],
                results: vec![ty],
            },
            &clause,
        );
        let _ = inner;
        self.statements(2);
        if self.random.once_in(3) {
            self.throw();
        }
        self.value(ty, 2);
        self.close();
        emit!(self, "br {out}");
        if all.is_some() {
            self.close();
            for ty in &values {
                self.leaf(*ty);
            }
        }
        self.close();
        for ty in values.iter().rev() {
            self.sink(*ty);
        }
        self.value(ty, 1);
        self.close();
    }

    /// Arguments for these types.
    pub(super) fn arguments(&mut self, types: &[types::Ty]) {
        for ty in types {
            let depth = self.random.below(3) as u32;
            self.value(*ty, depth);
        }
    }
}
