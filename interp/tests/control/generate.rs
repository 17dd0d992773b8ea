//! Valid programs from a sequence of random choices. An exhausted sequence makes the smallest
//! choice, so a shorter sequence is a smaller program.

use crate::program::{Access, Function, Instr, Kind, Program, Signature};
use crate::support::Ty;
use crate::support::reference::{self, Op};

/// The operators that programs use: those that cannot make the sign and payload of a NaN, which
/// the specification leaves open, visible as something else.
pub(crate) fn operators() -> Vec<Op> {
    let hidden = |op: &Op| {
        op.name.ends_with("copysign")
            || op.name == "i32.reinterpret_f32"
            || op.name == "i64.reinterpret_f64"
    };
    [
        reference::i32_ops(),
        reference::i64_ops(),
        reference::f32_ops(),
        reference::f64_ops(),
        reference::conversions(),
    ]
    .into_iter()
    .flatten()
    .filter(|op| !hidden(op))
    .collect()
}

const fn access(name: &'static str, ty: Ty, width: usize, signed: bool) -> Access {
    Access {
        name,
        ty,
        width,
        signed,
    }
}

static LOADS: [Access; 9] = [
    access("i32.load", Ty::I32, 4, false),
    access("i64.load", Ty::I64, 8, false),
    access("f32.load", Ty::F32, 4, false),
    access("f64.load", Ty::F64, 8, false),
    access("i32.load8_u", Ty::I32, 1, false),
    access("i32.load16_s", Ty::I32, 2, true),
    access("i64.load8_s", Ty::I64, 1, true),
    access("i64.load16_u", Ty::I64, 2, false),
    access("i64.load32_s", Ty::I64, 4, true),
];

/// No floats: they would make NaN bits visible.
static STORES: [Access; 6] = [
    access("i32.store", Ty::I32, 4, false),
    access("i64.store", Ty::I64, 8, false),
    access("i32.store8", Ty::I32, 1, false),
    access("i32.store16", Ty::I32, 2, false),
    access("i64.store8", Ty::I64, 1, false),
    access("i64.store32", Ty::I64, 4, false),
];

/// The deepest nesting of blocks.
const DEPTH: usize = 6;

pub(crate) fn program(choices: &[u16], ops: &[Op]) -> Program {
    let mut choices = Choices { choices, at: 0 };
    let globals = (0..1 + choices.below(3)).map(|_| choices.ty()).collect();
    let signatures: Vec<Signature> = (0..1 + choices.below(4))
        .map(|_| choices.signature())
        .collect();
    let table = (0..1 + choices.below(6))
        .map(|_| choices.below(signatures.len() + 1).checked_sub(1))
        .collect();
    let mut program = Program {
        funcs: Vec::new(),
        globals,
        table,
    };
    for signature in &signatures {
        let mut locals = signature.params.clone();
        locals.push(Ty::I32);
        locals.extend((0..choices.below(5)).map(|_| choices.ty()));
        let mut body = Body {
            choices: &mut choices,
            ops,
            signatures: &signatures,
            globals: &program.globals,
            signature,
            locals: &locals,
            labels: vec![signature.results.clone()],
            stack: Vec::new(),
            out: vec![Instr::Step],
        };
        body.sequence(&signature.results);
        let body = body.out;
        program.funcs.push(Function {
            signature: signature.clone(),
            locals,
            body,
        });
    }
    program
}

struct Choices<'a> {
    choices: &'a [u16],
    at: usize,
}

impl Choices<'_> {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        let choice = self.choices.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(choice) % end
    }

    fn exhausted(&self) -> bool {
        self.at >= self.choices.len()
    }

    fn ty(&mut self) -> Ty {
        // Mostly integers of the usual width.
        [Ty::I32, Ty::I32, Ty::I64, Ty::F64, Ty::F32][self.below(5)]
    }

    fn types(&mut self) -> Vec<Ty> {
        let count = [0, 1, 1, 2, 3][self.below(5)];
        (0..count).map(|_| self.ty()).collect()
    }

    fn signature(&mut self) -> Signature {
        Signature {
            params: self.types(),
            results: self.types(),
        }
    }

    fn constant(&mut self, ty: Ty) -> u64 {
        let small = self.below(20) as i64 - 4;
        match ty {
            Ty::I32 | Ty::I64 => {
                const LARGE: [i64; 4] = [i64::MIN, i32::MIN as i64, 0xffff_ffff, i64::MAX];
                let value = if self.below(5) == 4 {
                    LARGE[self.below(4)]
                } else {
                    small
                };
                ty.truncate(value as u64)
            }
            Ty::F32 => u64::from((small as f32 / 2.0).to_bits()),
            Ty::F64 => (small as f64 / 2.0).to_bits(),
        }
    }
}

/// A sequence that is being made.
struct Body<'a, 'c> {
    choices: &'a mut Choices<'c>,
    ops: &'a [Op],
    signatures: &'a [Signature],
    globals: &'a [Ty],
    signature: &'a Signature,
    locals: &'a [Ty],
    /// What branches to the labels carry, the outermost first.
    labels: Vec<Vec<Ty>>,
    /// The types on the stack, from the innermost label's height.
    stack: Vec<Ty>,
    out: Vec<Instr>,
}

impl Body<'_, '_> {
    /// Makes instructions until the choices say so, and then what leaves `results`.
    fn sequence(&mut self, results: &[Ty]) {
        while !self.choices.exhausted() {
            match self.choices.below(60) {
                0 => break,
                1..=8 => {
                    let ty = self.choices.ty();
                    self.operand(ty);
                }
                9..=18 => self.operator(),
                19..=28 => self.assignment(),
                29 | 30 => self.global_assignment(),
                31 => {
                    if self.stack.pop().is_some() {
                        self.out.push(Instr::Drop);
                    }
                }
                32 | 33 => self.select(),
                34..=36 => self.load(),
                37..=39 => self.store(),
                40..=47 => self.block(),
                48..=53 => self.branch_if(),
                54..=57 => self.call(),
                _ => return self.leave(),
            }
        }
        self.finish(results);
    }

    /// Leaves exactly `results` on the stack.
    fn finish(&mut self, results: &[Ty]) {
        while !results.starts_with(&self.stack) {
            self.stack.pop();
            self.out.push(Instr::Drop);
        }
        for &ty in &results[self.stack.len()..] {
            self.operand(ty);
        }
    }

    /// Puts `types` on the top of the stack, unless they happen to be there.
    fn arrange(&mut self, types: &[Ty]) {
        if self.stack.ends_with(types) && self.choices.below(4) != 0 {
            return;
        }
        for &ty in types {
            self.operand(ty);
        }
    }

    fn push(&mut self, instr: Instr, ty: Ty) {
        self.out.push(instr);
        self.stack.push(ty);
    }

    /// A value of this type from somewhere.
    fn operand(&mut self, ty: Ty) {
        let locals = positions(self.locals, ty);
        let globals = positions(self.globals, ty);
        match self.choices.below(8) {
            0..=4 if !locals.is_empty() => {
                let local = locals[self.choices.below(locals.len())];
                self.push(Instr::LocalGet(local), ty);
            }
            5 if !globals.is_empty() => {
                let global = globals[self.choices.below(globals.len())];
                self.push(Instr::GlobalGet(global), ty);
            }
            6 if !self.choices.exhausted() => {
                let ops: Vec<usize> = (0..self.ops.len())
                    .filter(|&i| self.ops[i].result == ty)
                    .collect();
                let op = ops[self.choices.below(ops.len())];
                self.apply(op, 0);
            }
            _ => {
                let bits = self.choices.constant(ty);
                self.push(Instr::Const(ty, bits), ty);
            }
        }
    }

    /// An operator on what is on the stack, as far as it is there.
    fn operator(&mut self) {
        let op = self.choices.below(self.ops.len());
        let params = &self.ops[op].params;
        let there = (0..=params.len())
            .rev()
            .find(|&n| self.stack.ends_with(&params[..n]));
        self.apply(op, there.unwrap_or(0));
    }

    /// An operator whose first operands are on the stack.
    fn apply(&mut self, op: usize, there: usize) {
        let Op {
            ref params, result, ..
        } = self.ops[op];
        for &ty in &params[there..] {
            self.operand(ty);
        }
        self.stack.truncate(self.stack.len() - params.len());
        self.push(Instr::Op(op), result);
    }

    fn assignment(&mut self) {
        let local = self.choices.below(self.locals.len());
        let ty = self.locals[local];
        if self.stack.last() != Some(&ty) || self.choices.below(3) == 0 {
            self.operand(ty);
        }
        if self.choices.below(3) == 0 {
            self.out.push(Instr::LocalTee(local));
        } else {
            self.stack.pop();
            self.out.push(Instr::LocalSet(local));
        }
    }

    fn global_assignment(&mut self) {
        let global = self.choices.below(self.globals.len());
        self.arrange(&[self.globals[global]]);
        self.stack.pop();
        self.out.push(Instr::GlobalSet(global));
    }

    fn select(&mut self) {
        let ty = self.choices.ty();
        self.arrange(&[ty, ty]);
        self.operand(Ty::I32);
        self.stack.truncate(self.stack.len() - 2);
        self.out.push(Instr::Select);
    }

    fn load(&mut self) {
        let access = &LOADS[self.choices.below(LOADS.len())];
        self.address();
        self.stack.pop();
        let offset = self.choices.below(3) as u32;
        self.push(Instr::Load(access, offset), access.ty);
    }

    fn store(&mut self) {
        let access = &STORES[self.choices.below(STORES.len())];
        self.address();
        self.operand(access.ty);
        self.stack.truncate(self.stack.len() - 2);
        let offset = self.choices.below(3) as u32;
        self.out.push(Instr::Store(access, offset));
    }

    /// An address that is mostly within the memory.
    fn address(&mut self) {
        let op = |name: &str| {
            self.ops
                .iter()
                .position(|op| op.name == name)
                .expect("the operator exists")
        };
        let (and, add, shl) = (op("i32.and"), op("i32.add"), op("i32.shl"));
        let masked = |body: &mut Self| {
            body.operand(Ty::I32);
            body.out.extend([Instr::Const(Ty::I32, 15), Instr::Op(and)]);
        };
        match self.choices.below(5) {
            0 => self.operand(Ty::I32),
            1 => {
                let bits = self.choices.below(20) as u64;
                self.push(Instr::Const(Ty::I32, bits), Ty::I32);
            }
            2 => masked(self),
            choice => {
                masked(self);
                masked(self);
                if choice == 4 {
                    let shift = self.choices.below(4) as u64;
                    self.out
                        .extend([Instr::Const(Ty::I32, shift), Instr::Op(shl)]);
                }
                self.out.push(Instr::Op(add));
                self.stack.pop();
            }
        }
    }

    fn block(&mut self) {
        if self.labels.len() > DEPTH {
            return;
        }
        // Parameters are what is on the stack.
        let count = self.choices.below(3).min(self.stack.len());
        let conditional = self.choices.below(3) == 0;
        if conditional {
            self.operand(Ty::I32);
            self.stack.pop();
        }
        let params = self.stack.split_off(self.stack.len() - count);
        let signature = Signature {
            params,
            results: self.choices.types(),
        };
        if conditional {
            let then = self.nested(&signature, &signature.results, &[]);
            let otherwise = self.nested(&signature, &signature.results, &[]);
            self.stack.extend(&signature.results);
            self.out.push(Instr::If(signature, then, otherwise));
            return;
        }
        let (kind, label, start) = if self.choices.below(2) == 0 {
            (Kind::Block, &signature.results, &[][..])
        } else {
            (Kind::Loop, &signature.params, &[Instr::Step][..])
        };
        let body = self.nested(&signature, label, start);
        self.stack.extend(&signature.results);
        self.out.push(Instr::Block(kind, signature, body));
    }

    fn nested(&mut self, signature: &Signature, label: &[Ty], start: &[Instr]) -> Vec<Instr> {
        self.labels.push(label.to_vec());
        let stack = core::mem::replace(&mut self.stack, signature.params.clone());
        let out = core::mem::replace(&mut self.out, start.to_vec());
        self.sequence(&signature.results);
        self.labels.pop();
        self.stack = stack;
        core::mem::replace(&mut self.out, out)
    }

    /// A label, as an index from the innermost, and what it takes.
    fn label(&mut self) -> (usize, Vec<Ty>) {
        let label = self.choices.below(self.labels.len());
        (label, self.labels[self.labels.len() - 1 - label].clone())
    }

    fn branch_if(&mut self) {
        let (label, types) = self.label();
        self.arrange(&types);
        self.operand(Ty::I32);
        self.stack.pop();
        self.out.push(Instr::BrIf(label));
    }

    fn call(&mut self) {
        let callee = self.choices.below(self.signatures.len());
        let signature = self.signatures[callee].clone();
        self.arrange(&signature.params);
        let indirect = self.choices.below(3) == 0;
        if indirect {
            self.table_index();
        }
        self.stack
            .truncate(self.stack.len() - signature.params.len());
        self.stack.extend(&signature.results);
        self.out.push(if indirect {
            Instr::CallIndirect(signature)
        } else {
            Instr::Call(callee)
        });
    }

    /// The index of an indirect call, which does not stay on the stack.
    fn table_index(&mut self) {
        if self.choices.below(4) == 0 {
            self.operand(Ty::I32);
            self.stack.pop();
        } else {
            let index = self.choices.below(7) as u64;
            self.out.push(Instr::Const(Ty::I32, index));
        }
    }

    /// Something after which nothing is reached, and a few instructions that are not.
    fn leave(&mut self) {
        match self.choices.below(12) {
            0..=2 => {
                let (label, types) = self.label();
                self.arrange(&types);
                self.out.push(Instr::Br(label));
            }
            3..=5 => {
                let (label, types) = self.label();
                // All labels that take the same.
                let same: Vec<usize> = (0..self.labels.len())
                    .filter(|i| self.labels[self.labels.len() - 1 - i] == types)
                    .collect();
                let mut labels: Vec<usize> = (0..self.choices.below(4))
                    .map(|_| same[self.choices.below(same.len())])
                    .collect();
                labels.push(label);
                self.arrange(&types);
                self.operand(Ty::I32);
                self.out.push(Instr::BrTable(labels));
            }
            6 | 7 => {
                let types = self.signature.results.clone();
                self.arrange(&types);
                self.out.push(Instr::Return);
            }
            8 => self.out.push(Instr::Unreachable),
            _ => {
                let same: Vec<usize> = (0..self.signatures.len())
                    .filter(|&i| self.signatures[i].results == self.signature.results)
                    .collect();
                // The function itself is among them.
                let callee = same[self.choices.below(same.len())];
                let signature = self.signatures[callee].clone();
                self.arrange(&signature.params);
                if self.choices.below(3) == 0 {
                    self.table_index();
                    self.out.push(Instr::ReturnCallIndirect(signature));
                } else {
                    self.out.push(Instr::ReturnCall(callee));
                }
            }
        }
        // The stack is polymorphic now: what follows may take anything from it.
        match self.choices.below(4) {
            0 => self.out.extend([Instr::Drop, Instr::Drop]),
            1 => self.out.push(Instr::Select),
            2 => {
                let signature = Signature::default();
                let body = vec![Instr::Unreachable, Instr::Br(1)];
                self.out.push(Instr::Block(Kind::Block, signature, body));
            }
            _ => {}
        }
        self.out.push(Instr::Unreachable);
    }
}

fn positions(types: &[Ty], ty: Ty) -> Vec<usize> {
    (0..types.len()).filter(|&i| types[i] == ty).collect()
}
