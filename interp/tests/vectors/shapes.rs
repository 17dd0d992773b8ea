//! The surroundings that an operator is executed in: where its operands come from, and what
//! becomes of its result.

use crate::reference::{Op, Ty};

/// Where an operand comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A parameter of the function.
    Local,
    /// A constant.
    Const(u128),
    /// An operation.
    Computed,
}

/// What becomes of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sink {
    Result,
    Return,
    SetLocal,
    TeeLocal,
    /// To the local of the first operand of the result's type, while an older value of it is on
    /// the stack.
    SetOperand,
    SetTwice,
    DropThenOther,
    First,
    Second,
    BranchTaken,
    BranchNotTaken,
    BranchDown,
    BranchTable,
    If,
    Loop,
    BlockParam,
    Select,
    SelectNot,
    Global,
    Argument,
    SecondArgument,
    IndirectArgument,
    TailArgument,
    Store,
}

impl Sink {
    pub(crate) const ALL: [Self; 24] = [
        Self::Result,
        Self::Return,
        Self::SetLocal,
        Self::TeeLocal,
        Self::SetOperand,
        Self::SetTwice,
        Self::DropThenOther,
        Self::First,
        Self::Second,
        Self::BranchTaken,
        Self::BranchNotTaken,
        Self::BranchDown,
        Self::BranchTable,
        Self::If,
        Self::Loop,
        Self::BlockParam,
        Self::Select,
        Self::SelectNot,
        Self::Global,
        Self::Argument,
        Self::SecondArgument,
        Self::IndirectArgument,
        Self::TailArgument,
        Self::Store,
    ];
}

/// A constant instruction.
pub(crate) fn constant(ty: Ty, bits: u128) -> String {
    match ty {
        Ty::I32 => format!("i32.const {}", bits as u32),
        Ty::I64 => format!("i64.const {}", bits as u64),
        Ty::F32 => format!("i32.const {} f32.reinterpret_i32", bits as u32),
        Ty::F64 => format!("i64.const {} f64.reinterpret_i64", bits as u64),
        Ty::V128 => format!("v128.const i64x2 {} {}", bits as u64, (bits >> 64) as u64),
    }
}

impl Source {
    fn text(self, ty: Ty, param: usize) -> String {
        let get = format!("local.get {param}");
        match (self, ty) {
            (Self::Local, _) => get,
            (Self::Const(bits), _) => constant(ty, bits),
            (Self::Computed, Ty::I32 | Ty::I64) => format!("{get} {get} {ty}.or"),
            (Self::Computed, Ty::F32) => format!("{get} i32.reinterpret_f32 f32.reinterpret_i32"),
            (Self::Computed, Ty::F64) => format!("{get} i64.reinterpret_f64 f64.reinterpret_i64"),
            (Self::Computed, Ty::V128) => format!("{get} v128.not v128.not"),
        }
    }
}

/// An operator in its surroundings: a function.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) sources: Vec<Source>,
    pub(crate) sink: Sink,
}

impl Shape {
    /// The operands when the function's parameters are `args`.
    pub(crate) fn operands(&self, args: &[u128]) -> Vec<u128> {
        let operand = |(source, &arg): (&Source, &u128)| match *source {
            Source::Const(bits) => bits,
            _ => arg,
        };
        self.sources.iter().zip(args).map(operand).collect()
    }

    /// The types of the function's results.
    pub(crate) fn results(&self, op: &Op) -> Vec<Ty> {
        match self.sink {
            Sink::First | Sink::SetTwice => vec![op.result, Ty::V128],
            Sink::Second | Sink::SetOperand => vec![Ty::V128, op.result],
            Sink::DropThenOther => vec![Ty::V128],
            _ => vec![op.result],
        }
    }

    /// What the function's results are besides that of the operator; that of type `v128` is
    /// [`OTHER`], but for an operand.
    pub(crate) fn other(&self, op: &Op, args: &[u128]) -> u128 {
        match (self.sink, self.own(op)) {
            (Sink::SetOperand, Some(param)) if op.result == Ty::V128 => args[param],
            _ => OTHER,
        }
    }

    /// The first parameter of the result's type.
    fn own(&self, op: &Op) -> Option<usize> {
        op.params.iter().position(|&ty| ty == op.result)
    }

    /// The function, exported as `name`.
    pub(crate) fn function(&self, op: &Op, name: &str) -> String {
        let join = |types: &[Ty]| types.iter().map(|ty| format!("{ty} ")).collect::<String>();
        let operands: Vec<String> = (0..op.params.len())
            .map(|i| self.sources[i].text(op.params[i], i))
            .collect();
        let expression = format!("{} {}", operands.join(" "), op.name);
        let ty = op.result;
        format!(
            "(func (export \"{name}\") (param {}) (result {})\n  \
             (local $pad i32) (local $r {ty}) (local $v v128) (local $one i32) (local $zero i32)\n  \
             i32.const 1 local.set $one\n  {})\n",
            join(&op.params),
            join(&self.results(op)),
            self.body(op, &expression)
        )
    }

    fn body(&self, op: &Op, e: &str) -> String {
        let ty = op.result;
        let other = constant(Ty::V128, OTHER);
        let own = constant(ty, 0);
        match self.sink {
            Sink::Result => e.into(),
            Sink::Return => format!("{other} {e} return"),
            Sink::SetLocal => format!("{e} local.set $r local.get $r"),
            Sink::TeeLocal => format!("{e} local.tee $r drop local.get $r"),
            Sink::SetOperand => match self.own(op) {
                // The older value is still wanted.
                Some(param) if ty == Ty::V128 => {
                    format!("local.get {param} {e} local.set {param} local.get {param}")
                }
                _ => format!("{other} {e}"),
            },
            Sink::SetTwice => {
                format!(
                    "{e} local.set $r {other} local.tee $v local.set $v local.get $r local.get $v"
                )
            }
            Sink::DropThenOther => format!("{e} drop {other}"),
            Sink::First => format!("{e} {other}"),
            Sink::Second => format!("{other} {e}"),
            Sink::BranchTaken => {
                format!("(block (result {ty}) {e} local.get $one br_if 0 drop {own})")
            }
            Sink::BranchNotTaken => {
                format!("(block (result {ty}) {e} local.get $zero br_if 0)")
            }
            Sink::BranchDown => {
                format!("(block (result {ty}) i32.const 5 {other} {e} br 0)")
            }
            Sink::BranchTable => format!(
                "(block (result {ty}) (block (result {ty}) i32.const 5 {e} \
                 local.get $one br_table 0 1 0) drop {own})"
            ),
            Sink::If => format!("local.get $one (if (result {ty}) (then {e}) (else {own}))"),
            Sink::Loop => format!(
                "{own} (loop (param {ty}) (result {ty}) drop {e} \
                 local.get $one local.get $zero local.set $one br_if 0)"
            ),
            Sink::BlockParam => format!(
                "i32.const 5 {e} (block (param i32 {ty}) (result {ty}) local.set $r drop local.get $r)"
            ),
            Sink::Select => format!("{e} {own} local.get $one select (result {ty})"),
            Sink::SelectNot => {
                format!("{own} {e} local.get $one i32.eqz select (result {ty})")
            }
            Sink::Global => format!("{e} global.set $g_{ty} global.get $g_{ty}"),
            Sink::Argument => format!("{e} call $identity_{ty}"),
            Sink::SecondArgument => format!("i32.const 5 {other} {e} call $third_{ty}"),
            Sink::IndirectArgument => {
                format!(
                    "{e} i32.const {} call_indirect (param {ty}) (result {ty})",
                    ty as u8
                )
            }
            Sink::TailArgument => format!("i32.const 5 {other} {e} return_call $third_{ty}"),
            Sink::Store => {
                format!("i32.const 8 {e} {ty}.store offset=3 i32.const 8 {ty}.load offset=3")
            }
        }
    }
}

/// A vector that no operator makes by chance.
pub(crate) const OTHER: u128 = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210;

/// What the functions of all shapes need besides.
pub(crate) fn surroundings() -> String {
    let mut wat = String::from(
        "(memory 1)\n(table funcref (elem $identity_i32 $identity_i64 $identity_f32 \
         $identity_f64 $identity_v128))\n",
    );
    for ty in [Ty::I32, Ty::I64, Ty::F32, Ty::F64, Ty::V128] {
        let zero = match ty {
            Ty::V128 => "v128.const i64x2 0 0".into(),
            _ => format!("{ty}.const 0"),
        };
        wat.push_str(&format!(
            "(func $identity_{ty} (param {ty}) (result {ty}) local.get 0)\n\
             (func $third_{ty} (param i32 v128 {ty}) (result {ty}) local.get 2)\n\
             (global $g_{ty} (mut {ty}) ({zero}))\n"
        ));
    }
    wat
}
