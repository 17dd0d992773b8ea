//! The surroundings in which an operator is tried: where its operands come from and where its
//! result goes. Each pair is something that a translator may fold.

use crate::support::reference::{Expect, Op, Outcome};
use crate::support::{Trap, Ty};

/// Where an operand comes from. The value is parameter `i` of the function but for constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    Param,
    Const(u64),
    /// From another local.
    Copied,
    /// From a local that was written on the way.
    Teed,
    /// Just computed.
    Computed,
    /// Loaded from a constant address.
    Loaded,
    /// Loaded from an address in a local.
    LoadedAt,
    Global,
    /// What a call returned.
    Called,
    /// The result of a block.
    Block,
    /// The result of an `if`.
    If,
    Select,
    /// A local that is written after it was read.
    Overwritten,
}

impl Source {
    /// Every source but constants.
    pub(crate) const VARIABLE: [Self; 12] = [
        Self::Param,
        Self::Copied,
        Self::Teed,
        Self::Computed,
        Self::Loaded,
        Self::LoadedAt,
        Self::Global,
        Self::Called,
        Self::Block,
        Self::If,
        Self::Select,
        Self::Overwritten,
    ];

    /// What comes before all operands.
    fn prologue(self, i: usize, ty: Ty) -> String {
        match self {
            Self::Copied => format!("local.get {i} local.set $c{i}"),
            Self::Loaded | Self::LoadedAt => {
                format!("i32.const {} local.get {i} {ty}.store", address(i))
            }
            Self::Global => format!("local.get {i} global.set $g{i}_{ty}"),
            _ => String::new(),
        }
    }

    fn text(self, i: usize, ty: Ty, params: &[Ty]) -> String {
        match self {
            Self::Param => format!("local.get {i}"),
            Self::Const(bits) => ty.constant(bits),
            Self::Copied => format!("local.get $c{i}"),
            Self::Teed => format!("local.get {i} local.tee $c{i}"),
            Self::Computed => match ty {
                Ty::I32 | Ty::I64 => format!("local.get {i} local.get {i} {ty}.or"),
                Ty::F32 | Ty::F64 => format!("local.get {i} local.get {i} {ty}.copysign"),
            },
            Self::Loaded => format!("i32.const {} {ty}.load", address(i)),
            Self::LoadedAt => {
                format!(
                    "local.get $address {ty}.load offset={}",
                    address(i) - ADDRESS
                )
            }
            Self::Global => format!("global.get $g{i}_{ty}"),
            Self::Called => format!("local.get {i} call $identity_{ty}"),
            Self::Block => format!("(block (result {ty}) local.get {i})"),
            Self::If => format!(
                "local.get $one (if (result {ty}) (then local.get {i}) (else {}))",
                ty.constant(77)
            ),
            Self::Select => {
                format!("local.get {i} {} local.get $one select", ty.constant(77))
            }
            Self::Overwritten => {
                // The last operand may overwrite those before it too.
                let last = if i + 1 == params.len() { 0..=i } else { i..=i };
                let writes =
                    last.map(|j| format!(" {} local.set {j}", params[j].constant(77 + j as u64)));
                format!("local.get {i}{}", writes.collect::<String>())
            }
        }
    }
}

/// What `$address` holds, and the least address that functions write at.
const ADDRESS: usize = 16;

/// The end of the part of the memory that functions write to.
pub(crate) const SCRATCH_END: u32 = 64;

fn address(i: usize) -> usize {
    ADDRESS + 8 + 8 * i
}

/// Where the result goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sink {
    Result,
    Return,
    Branch,
    SetLocal,
    TeeLocal,
    /// To the local that an operand came from.
    SetParam,
    /// It waits below other computations.
    Wait,
    /// It is one of several results.
    First,
    Second,
    /// It decides a branch.
    BrIf,
    BrIfBack,
    If,
    NotBrIf,
    NotNotIf,
    /// Its truth, negated, is the result.
    Not,
    /// Its lowest bit decides a branch.
    BitBrIf,
    BrTable,
    /// It chooses between constants, or a constant and a local.
    Condition,
    ConditionOfFirst,
    ConditionOfSecond,
    /// It goes with a branch that is taken, or not.
    WithTaken,
    WithNotTaken,
    Drop,
    /// To memory, at a constant address or one in a local.
    Store,
    StoreAt,
    StoreByte,
    Global,
    Argument,
    SecondArgument,
    TailArgument,
    /// It is an operand of the same operator again.
    ChainLeft,
    ChainRight,
}

impl Sink {
    pub(crate) const ALL: [Self; 32] = [
        Self::Result,
        Self::Return,
        Self::Branch,
        Self::SetLocal,
        Self::TeeLocal,
        Self::SetParam,
        Self::Wait,
        Self::First,
        Self::Second,
        Self::BrIf,
        Self::BrIfBack,
        Self::If,
        Self::NotBrIf,
        Self::NotNotIf,
        Self::Not,
        Self::BitBrIf,
        Self::BrTable,
        Self::Condition,
        Self::ConditionOfFirst,
        Self::ConditionOfSecond,
        Self::WithTaken,
        Self::WithNotTaken,
        Self::Drop,
        Self::Store,
        Self::StoreAt,
        Self::StoreByte,
        Self::Global,
        Self::Argument,
        Self::SecondArgument,
        Self::TailArgument,
        Self::ChainLeft,
        Self::ChainRight,
    ];

    /// Whether the operator's types allow it.
    pub(crate) fn fits(self, op: &Op) -> bool {
        let integer = matches!(op.result, Ty::I32 | Ty::I64);
        match self {
            Self::SetParam => op.params[0] == op.result,
            Self::BrTable => op.result == Ty::I32,
            Self::StoreByte | Self::BitBrIf => integer,
            Self::ChainLeft => op.params[0] == op.result,
            Self::ChainRight => op.params.len() == 2 && op.params[1] == op.result,
            _ => true,
        }
    }

    pub(crate) fn results(self, op: &Op) -> Vec<Ty> {
        let ty = op.result;
        match self {
            Self::TeeLocal => vec![ty, ty],
            Self::First => vec![ty, Ty::I32],
            Self::Second => vec![Ty::I32, ty],
            Self::BrIf
            | Self::BrIfBack
            | Self::If
            | Self::NotBrIf
            | Self::NotNotIf
            | Self::Not
            | Self::BitBrIf
            | Self::BrTable
            | Self::Condition
            | Self::ConditionOfFirst
            | Self::ConditionOfSecond
            | Self::Drop
            | Self::StoreByte => vec![Ty::I32],
            _ => vec![ty],
        }
    }

    /// What the function gives when the operator gives `outcome`.
    pub(crate) fn expect(
        self,
        op: &Op,
        outcome: Outcome,
        args: &[u64],
    ) -> Result<Vec<Expect>, Trap> {
        let value = outcome?;
        let truth = |truth: bool| vec![Expect::Bits(u64::from(truth))];
        Ok(match self {
            Self::TeeLocal => vec![value, value],
            Self::First => vec![value, Expect::Bits(7)],
            Self::Second => vec![Expect::Bits(7), value],
            Self::BrIf | Self::BrIfBack | Self::If | Self::NotNotIf | Self::BrTable => {
                truth(is_true(op.result, value))
            }
            Self::NotBrIf | Self::Not => truth(!is_true(op.result, value)),
            Self::BitBrIf => truth(matches!(value, Expect::Bits(bits) if bits & 1 == 1)),
            Self::Condition | Self::ConditionOfFirst | Self::ConditionOfSecond => {
                let first = if self == Self::ConditionOfSecond {
                    1
                } else {
                    11
                };
                let second = if self == Self::ConditionOfFirst {
                    1
                } else {
                    22
                };
                let holds = is_true(op.result, value);
                vec![Expect::Bits(if holds { first } else { second })]
            }
            Self::Drop => vec![Expect::Bits(5)],
            Self::StoreByte => match value {
                Expect::Bits(bits) => vec![Expect::Bits(bits & 0xff)],
                nan @ Expect::Nan { .. } => vec![nan],
            },
            Self::ChainLeft => vec![again(op, value, args, 0)?],
            Self::ChainRight => vec![again(op, value, args, 1)?],
            _ => vec![value],
        })
    }
}

/// The operator applied again, with its own result as operand `at`.
fn again(op: &Op, value: Expect, args: &[u64], at: usize) -> Outcome {
    let mut args = args.to_vec();
    if op.params.len() == 2 {
        args = vec![args[1]; 2];
    }
    match value {
        Expect::Bits(bits) => {
            args[at] = bits;
            op.eval(&args)
        }
        Expect::Nan { .. } => {
            args[at] = match op.result {
                Ty::F32 => u64::from(f32::NAN.to_bits()),
                _ => f64::NAN.to_bits(),
            };
            // Which NaN it was is not known, so neither is whether the next one is canonical.
            op.eval(&args).map(|expect| match expect {
                Expect::Nan { .. } => Expect::Nan { canonical: false },
                bits @ Expect::Bits(_) => bits,
            })
        }
    }
}

/// Whether the condition of [`condition`] holds.
fn is_true(ty: Ty, value: Expect) -> bool {
    match (value, ty) {
        (Expect::Nan { .. }, _) => false,
        (Expect::Bits(bits), Ty::I32 | Ty::I64) => bits != 0,
        (Expect::Bits(bits), Ty::F32) => f32::from_bits(bits as u32) < 0.5,
        (Expect::Bits(bits), Ty::F64) => f64::from_bits(bits) < 0.5,
    }
}

/// Makes a condition of a value.
fn condition(ty: Ty) -> &'static str {
    match ty {
        Ty::I32 => "",
        Ty::I64 => "i64.const 0 i64.ne",
        Ty::F32 => "f32.const 0.5 f32.lt",
        Ty::F64 => "f64.const 0.5 f64.lt",
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
    pub(crate) fn operands(&self, args: &[u64]) -> Vec<u64> {
        let operand = |(source, &arg): (&Source, &u64)| match *source {
            Source::Const(bits) => bits,
            _ => arg,
        };
        self.sources.iter().zip(args).map(operand).collect()
    }

    /// The function, exported as `name`.
    pub(crate) fn function(&self, op: &Op, name: &str) -> String {
        let (ty, params) = (op.result, &*op.params);
        let joined = |parts: Vec<String>| parts.join(" ");
        let each = |f: &dyn Fn(usize) -> String| joined((0..params.len()).map(f).collect());
        let prologue = each(&|i| self.sources[i].prologue(i, params[i]));
        let operands = each(&|i| self.sources[i].text(i, params[i], params));
        let param_text = each(&|i| params[i].to_string());
        let result_text = joined(self.sink.results(op).iter().map(Ty::to_string).collect());
        // Copies of the operands for a second application of the operator.
        let chained = matches!(self.sink, Sink::ChainLeft | Sink::ChainRight);
        let saved = params.len() - 1;
        let save = if !chained {
            String::new()
        } else {
            match self.sources[saved] {
                Source::Const(bits) => format!("{} local.set $saved", params[saved].constant(bits)),
                _ => format!("local.get {saved} local.set $saved"),
            }
        };
        let locals = each(&|i| format!("(local $c{i} {})", params[i]));
        let expression = format!("{operands} {}", op.name);
        let body = self.body(op, &expression);
        format!(
            "(func (export \"{name}\") (param {param_text}) (result {result_text})\n  \
             {locals} (local $r {ty}) (local $saved {}) (local $one i32) (local $zero i32)\n  \
             (local $address i32) (local $again i32)\n  \
             i32.const 1 local.set $one i32.const {ADDRESS} local.set $address\n  \
             {save} {prologue}\n  {body})\n",
            params[saved]
        )
    }

    fn body(&self, op: &Op, expression: &str) -> String {
        let e = expression;
        let ty = op.result;
        let test = condition(ty);
        let name = &op.name;
        match self.sink {
            Sink::Result => e.into(),
            Sink::Return => format!("{e} return"),
            Sink::Branch => format!("{e} br 0"),
            Sink::SetLocal => format!("{e} local.set $r local.get $r"),
            Sink::TeeLocal => format!("{e} local.tee $r local.get $r"),
            Sink::SetParam => format!("{e} local.set 0 local.get 0"),
            Sink::Wait => format!(
                "{e} local.get $one local.get $one i32.add drop \
                 local.get $one f32.convert_i32_s local.get $one f64.convert_i32_s drop drop"
            ),
            Sink::First => format!("{e} i32.const 7"),
            Sink::Second => format!("i32.const 7 {e}"),
            Sink::BrIf => {
                format!("(block {e} {test} br_if 0 i32.const 0 return) i32.const 1")
            }
            Sink::BrIfBack => format!(
                "(loop local.get $again (if (then i32.const 1 return)) \
                 i32.const 1 local.set $again {e} {test} br_if 0) i32.const 0"
            ),
            Sink::If => {
                format!("{e} {test} (if (result i32) (then i32.const 1) (else i32.const 0))")
            }
            Sink::NotBrIf => {
                format!("(block {e} {test} i32.eqz br_if 0 i32.const 0 return) i32.const 1")
            }
            Sink::NotNotIf => format!(
                "{e} {test} i32.eqz i32.eqz \
                 (if (result i32) (then i32.const 1) (else i32.const 0))"
            ),
            Sink::Not => format!("{e} {test} i32.eqz"),
            Sink::BitBrIf => {
                let narrow = if ty == Ty::I64 { "i32.wrap_i64" } else { "" };
                format!(
                    "(block {e} {narrow} i32.const 1 i32.and br_if 0 i32.const 0 return) \
                     i32.const 1"
                )
            }
            Sink::BrTable => {
                format!("(block (block {e} br_table 0 1) i32.const 0 return) i32.const 1")
            }
            Sink::Condition => format!("i32.const 11 i32.const 22 {e} {test} select"),
            Sink::ConditionOfFirst => {
                format!("i32.const 11 local.get $one {e} {test} select")
            }
            Sink::ConditionOfSecond => {
                format!("local.get $one i32.const 22 {e} {test} select")
            }
            Sink::WithTaken => {
                let other = ty.constant(99);
                format!("(block (result {ty}) {e} local.get $one br_if 0 drop {other})")
            }
            Sink::WithNotTaken => format!("(block (result {ty}) {e} local.get $zero br_if 0)"),
            Sink::Drop => format!("{e} drop i32.const 5"),
            Sink::Store => format!("i32.const 8 {e} {ty}.store i32.const 8 {ty}.load"),
            Sink::StoreAt => format!(
                "local.get $address {e} {ty}.store offset=24 \
                 local.get $address {ty}.load offset=24"
            ),
            Sink::StoreByte => {
                format!("local.get $address {e} {ty}.store8 local.get $address i32.load8_u")
            }
            Sink::Global => format!("{e} global.set $g0_{ty} global.get $g0_{ty}"),
            Sink::Argument => format!("{e} call $identity_{ty}"),
            Sink::SecondArgument => format!("local.get $one {e} call $second_{ty}"),
            Sink::TailArgument => format!("{e} return_call $identity_{ty}"),
            Sink::ChainLeft => {
                let rest = if op.params.len() == 2 {
                    "local.get $saved"
                } else {
                    ""
                };
                format!("{e} {rest} {name}")
            }
            Sink::ChainRight => {
                format!("{e} local.set $r local.get $saved local.get $r {name}")
            }
        }
    }
}

/// The number of functions that [`surroundings`] defines.
pub(crate) const SURROUNDING_FUNCS: usize = 8;

/// What the functions of all shapes need besides.
pub(crate) fn surroundings() -> String {
    let mut wat = String::new();
    for ty in [Ty::I32, Ty::I64, Ty::F32, Ty::F64] {
        let zero = ty.constant(0);
        wat.push_str(&format!(
            "(func $identity_{ty} (param {ty}) (result {ty}) local.get 0)\n\
             (func $second_{ty} (param i32 {ty}) (result {ty}) local.get 1)\n\
             (global $g0_{ty} (mut {ty}) ({zero}))\n\
             (global $g1_{ty} (mut {ty}) ({zero}))\n"
        ));
    }
    wat
}
