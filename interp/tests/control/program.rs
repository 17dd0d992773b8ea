//! Programs as trees, and their text.

use crate::support::Ty;
use core::fmt::Write as _;

/// A program: its first function is the one that is called.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) funcs: Vec<Function>,
    pub(crate) globals: Vec<Ty>,
    /// The functions in the table.
    pub(crate) table: Vec<Option<usize>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Signature {
    pub(crate) params: Vec<Ty>,
    pub(crate) results: Vec<Ty>,
}

#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) signature: Signature,
    /// All of them, parameters first.
    pub(crate) locals: Vec<Ty>,
    pub(crate) body: Vec<Instr>,
}

#[derive(Clone, Debug)]
pub(crate) enum Instr {
    /// One step of the program is used up; it traps when there are none left. This is how
    /// every program ends.
    Step,
    Const(Ty, u64),
    LocalGet(usize),
    LocalSet(usize),
    LocalTee(usize),
    GlobalGet(usize),
    GlobalSet(usize),
    /// An operator of [`operators`](crate::generate::operators).
    Op(usize),
    Load(&'static Access, u32),
    Store(&'static Access, u32),
    Drop,
    Select,
    Block(Kind, Signature, Vec<Self>),
    If(Signature, Vec<Self>, Vec<Self>),
    Br(usize),
    BrIf(usize),
    /// The last is the default.
    BrTable(Vec<usize>),
    Return,
    Unreachable,
    Call(usize),
    CallIndirect(Signature),
    ReturnCall(usize),
    ReturnCallIndirect(Signature),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Block,
    Loop,
}

#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) name: &'static str,
    pub(crate) ty: Ty,
    pub(crate) width: usize,
    pub(crate) signed: bool,
}

/// The steps that a call of the program may take.
pub(crate) const STEPS: u32 = 300;

impl Program {
    pub(crate) fn text(&self, ops: &[String]) -> String {
        let mut wat = String::from("(module (memory (export \"memory\") 1)\n");
        let _ = writeln!(wat, "(global $steps (mut i32) (i32.const 0))");
        for (i, ty) in self.globals.iter().enumerate() {
            let _ = writeln!(wat, "(global $g{i} (mut {ty}) ({}))", ty.constant(0));
        }
        let _ = write!(
            wat,
            "(table {} funcref)\n(elem (i32.const 0) funcref",
            self.table.len()
        );
        for element in &self.table {
            let _ = match element {
                Some(func) => write!(wat, " (ref.func $f{func})"),
                None => write!(wat, " (ref.null func)"),
            };
        }
        wat.push_str(")\n");
        let _ = writeln!(
            wat,
            "(func (export \"reset\") i32.const {STEPS} global.set $steps)\n\
             (func (export \"globals\") (result {})",
            list(&self.globals)
        );
        for i in 0..self.globals.len() {
            let _ = write!(wat, " global.get $g{i}");
        }
        wat.push_str(")\n");
        for (i, func) in self.funcs.iter().enumerate() {
            let export = if i == 0 { " (export \"run\")" } else { "" };
            let locals = &func.locals[func.signature.params.len()..];
            let _ = writeln!(
                wat,
                "(func $f{i}{export}{} (local {})",
                func.signature.text(),
                list(locals)
            );
            sequence(&mut wat, &func.body, ops, 1);
            wat.push_str(")\n");
        }
        wat.push(')');
        wat
    }
}

impl Signature {
    fn text(&self) -> String {
        let mut text = String::new();
        if !self.params.is_empty() {
            let _ = write!(text, " (param {})", list(&self.params));
        }
        if !self.results.is_empty() {
            let _ = write!(text, " (result {})", list(&self.results));
        }
        text
    }
}

fn list(types: &[Ty]) -> String {
    types.iter().map(|ty| format!("{ty} ")).collect()
}

fn sequence(wat: &mut String, instrs: &[Instr], ops: &[String], depth: usize) {
    for instr in instrs {
        wat.push_str(&"  ".repeat(depth));
        let _ = match instr {
            Instr::Step => write!(
                wat,
                "global.get $steps i32.const 1 i32.sub global.set $steps \
                 global.get $steps i32.eqz (if (then unreachable))"
            ),
            Instr::Const(ty, bits) => write!(wat, "{}", ty.constant(*bits)),
            Instr::LocalGet(i) => write!(wat, "local.get {i}"),
            Instr::LocalSet(i) => write!(wat, "local.set {i}"),
            Instr::LocalTee(i) => write!(wat, "local.tee {i}"),
            Instr::GlobalGet(i) => write!(wat, "global.get $g{i}"),
            Instr::GlobalSet(i) => write!(wat, "global.set $g{i}"),
            Instr::Op(i) => write!(wat, "{}", ops[*i]),
            Instr::Load(access, offset) | Instr::Store(access, offset) => {
                write!(wat, "{} offset={offset}", access.name)
            }
            Instr::Drop => write!(wat, "drop"),
            Instr::Select => write!(wat, "select"),
            Instr::Block(kind, signature, body) => {
                let name = if *kind == Kind::Loop { "loop" } else { "block" };
                let _ = writeln!(wat, "{name}{}", signature.text());
                sequence(wat, body, ops, depth + 1);
                write!(wat, "{}end", "  ".repeat(depth))
            }
            Instr::If(signature, then, otherwise) => {
                let _ = writeln!(wat, "if{}", signature.text());
                sequence(wat, then, ops, depth + 1);
                let _ = writeln!(wat, "{}else", "  ".repeat(depth));
                sequence(wat, otherwise, ops, depth + 1);
                write!(wat, "{}end", "  ".repeat(depth))
            }
            Instr::Br(label) => write!(wat, "br {label}"),
            Instr::BrIf(label) => write!(wat, "br_if {label}"),
            Instr::BrTable(labels) => {
                let labels: String = labels.iter().map(|label| format!(" {label}")).collect();
                write!(wat, "br_table{labels}")
            }
            Instr::Return => write!(wat, "return"),
            Instr::Unreachable => write!(wat, "unreachable"),
            Instr::Call(func) => write!(wat, "call $f{func}"),
            Instr::CallIndirect(signature) => write!(wat, "call_indirect{}", signature.text()),
            Instr::ReturnCall(func) => write!(wat, "return_call $f{func}"),
            Instr::ReturnCallIndirect(signature) => {
                write!(wat, "return_call_indirect{}", signature.text())
            }
        };
        wat.push('\n');
    }
}
