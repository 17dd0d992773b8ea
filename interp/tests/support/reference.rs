//! What each operator means, written directly in Rust.

use super::{Trap, Ty};

/// An operator and its meaning.
pub(crate) struct Op {
    pub(crate) name: String,
    pub(crate) params: Vec<Ty>,
    pub(crate) result: Ty,
    meaning: Box<Meaning>,
}

/// What an operator does with its operands.
type Meaning = dyn Fn(&[u64]) -> Outcome;

/// What an operator gives.
pub(crate) type Outcome = Result<Expect, Trap>;

/// The value that is expected of an operator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Expect {
    /// Exactly these bits.
    Bits(u64),
    /// Some quiet NaN.
    Nan {
        /// One whose payload has only its highest bit.
        canonical: bool,
    },
}

impl Op {
    pub(crate) fn eval(&self, args: &[u64]) -> Outcome {
        (self.meaning)(args).map(|expect| match expect {
            Expect::Nan { .. } => {
                let tame =
                    |(&ty, &bits): (&Ty, &u64)| !ty.is_nan(bits) || ty.is_canonical_nan(bits);
                Expect::Nan {
                    canonical: self.params.iter().zip(args).all(tame),
                }
            }
            bits @ Expect::Bits(_) => bits,
        })
    }

    /// An operator of a meaning that is not a plain function of numbers.
    pub(crate) fn special(
        name: String,
        params: Vec<Ty>,
        result: Ty,
        meaning: impl Fn(&[u64]) -> Outcome + 'static,
    ) -> Self {
        Self {
            name,
            params,
            result,
            meaning: Box::new(meaning),
        }
    }
}

/// A Rust type that stands for a numeric type of the guest.
trait Number: Copy + 'static {
    const TY: Ty;
    fn of(bits: u64) -> Self;
}

/// What a meaning may give.
trait Answer {
    const TY: Ty;
    fn outcome(self) -> Outcome;
}

/// A float as its bits, for operators that are exact on NaN.
#[derive(Clone, Copy)]
struct Bits32(u32);
#[derive(Clone, Copy)]
struct Bits64(u64);

macro_rules! numbers {
    ($($rust:ty: $ty:ident, $bits:ident => $of:expr, $value:ident => $expect:expr;)*) => {$(
        impl Number for $rust {
            const TY: Ty = Ty::$ty;
            fn of($bits: u64) -> Self {
                $of
            }
        }
        impl Answer for $rust {
            const TY: Ty = Ty::$ty;
            fn outcome(self) -> Outcome {
                let $value = self;
                Ok($expect)
            }
        }
    )*};
}

numbers! {
    u32: I32, bits => bits as u32, v => Expect::Bits(u64::from(v));
    i32: I32, bits => bits as i32, v => Expect::Bits(u64::from(v as u32));
    u64: I64, bits => bits, v => Expect::Bits(v);
    i64: I64, bits => bits as i64, v => Expect::Bits(v as u64);
    f32: F32, bits => f32::from_bits(bits as u32), v => {
        if v.is_nan() { ANY_NAN } else { Expect::Bits(u64::from(v.to_bits())) }
    };
    f64: F64, bits => f64::from_bits(bits), v => {
        if v.is_nan() { ANY_NAN } else { Expect::Bits(v.to_bits()) }
    };
    Bits32: F32, bits => Bits32(bits as u32), v => Expect::Bits(u64::from(v.0));
    Bits64: F64, bits => Bits64(bits), v => Expect::Bits(v.0);
}

const ANY_NAN: Expect = Expect::Nan { canonical: false };

impl Answer for bool {
    const TY: Ty = Ty::I32;
    fn outcome(self) -> Outcome {
        Ok(Expect::Bits(u64::from(self)))
    }
}

impl<A: Answer> Answer for Result<A, Trap> {
    const TY: Ty = A::TY;
    fn outcome(self) -> Outcome {
        self.and_then(A::outcome)
    }
}

fn unary<A: Number, R: Answer>(name: &str, f: impl Fn(A) -> R + 'static) -> Op {
    Op::special(name.into(), vec![A::TY], R::TY, move |args| {
        f(A::of(args[0])).outcome()
    })
}

fn binary<A: Number, R: Answer>(name: &str, f: impl Fn(A, A) -> R + 'static) -> Op {
    Op::special(name.into(), vec![A::TY; 2], R::TY, move |args| {
        f(A::of(args[0]), A::of(args[1])).outcome()
    })
}

/// The operators of both integer types, which differ only in width.
macro_rules! integer_ops {
    ($prefix:literal, $s:ident, $u:ident) => {
        vec![
            binary(concat!($prefix, ".add"), |a: $u, b: $u| a.wrapping_add(b)),
            binary(concat!($prefix, ".sub"), |a: $u, b: $u| a.wrapping_sub(b)),
            binary(concat!($prefix, ".mul"), |a: $u, b: $u| a.wrapping_mul(b)),
            binary(concat!($prefix, ".div_s"), |a: $s, b: $s| match b {
                0 => Err(Trap::IntegerDivideByZero),
                _ => a.checked_div(b).ok_or(Trap::IntegerOverflow),
            }),
            binary(concat!($prefix, ".div_u"), |a: $u, b: $u| {
                a.checked_div(b).ok_or(Trap::IntegerDivideByZero)
            }),
            binary(concat!($prefix, ".rem_s"), |a: $s, b: $s| match b {
                0 => Err(Trap::IntegerDivideByZero),
                _ => Ok(a.wrapping_rem(b)),
            }),
            binary(concat!($prefix, ".rem_u"), |a: $u, b: $u| {
                a.checked_rem(b).ok_or(Trap::IntegerDivideByZero)
            }),
            binary(concat!($prefix, ".and"), |a: $u, b: $u| a & b),
            binary(concat!($prefix, ".or"), |a: $u, b: $u| a | b),
            binary(concat!($prefix, ".xor"), |a: $u, b: $u| a ^ b),
            binary(concat!($prefix, ".shl"), |a: $u, b: $u| {
                a << (b % $u::BITS as $u)
            }),
            binary(concat!($prefix, ".shr_s"), |a: $s, b: $s| {
                a >> (b as $u % $u::BITS as $u)
            }),
            binary(concat!($prefix, ".shr_u"), |a: $u, b: $u| {
                a >> (b % $u::BITS as $u)
            }),
            binary(concat!($prefix, ".rotl"), |a: $u, b: $u| {
                a.rotate_left((b % $u::BITS as $u) as u32)
            }),
            binary(concat!($prefix, ".rotr"), |a: $u, b: $u| {
                a.rotate_right((b % $u::BITS as $u) as u32)
            }),
            binary(concat!($prefix, ".eq"), |a: $u, b: $u| a == b),
            binary(concat!($prefix, ".ne"), |a: $u, b: $u| a != b),
            binary(concat!($prefix, ".lt_s"), |a: $s, b: $s| a < b),
            binary(concat!($prefix, ".lt_u"), |a: $u, b: $u| a < b),
            binary(concat!($prefix, ".gt_s"), |a: $s, b: $s| a > b),
            binary(concat!($prefix, ".gt_u"), |a: $u, b: $u| a > b),
            binary(concat!($prefix, ".le_s"), |a: $s, b: $s| a <= b),
            binary(concat!($prefix, ".le_u"), |a: $u, b: $u| a <= b),
            binary(concat!($prefix, ".ge_s"), |a: $s, b: $s| a >= b),
            binary(concat!($prefix, ".ge_u"), |a: $u, b: $u| a >= b),
            unary(concat!($prefix, ".clz"), |a: $u| a.leading_zeros() as $u),
            unary(concat!($prefix, ".ctz"), |a: $u| a.trailing_zeros() as $u),
            unary(concat!($prefix, ".popcnt"), |a: $u| a.count_ones() as $u),
            unary(concat!($prefix, ".eqz"), |a: $u| a == 0),
            unary(concat!($prefix, ".extend8_s"), |a: $u| a as i8 as $s),
            unary(concat!($prefix, ".extend16_s"), |a: $u| a as i16 as $s),
        ]
    };
}

pub(crate) fn i32_ops() -> Vec<Op> {
    integer_ops!("i32", i32, u32)
}

pub(crate) fn i64_ops() -> Vec<Op> {
    let mut ops = integer_ops!("i64", i64, u64);
    ops.push(unary("i64.extend32_s", |a: u64| a as i32 as i64));
    ops
}

/// The operators of both float types.
macro_rules! float_ops {
    ($prefix:literal, $f:ident, $bits:ident, $sign:expr) => {
        vec![
            binary(concat!($prefix, ".add"), |a: $f, b: $f| a + b),
            binary(concat!($prefix, ".sub"), |a: $f, b: $f| a - b),
            binary(concat!($prefix, ".mul"), |a: $f, b: $f| a * b),
            binary(concat!($prefix, ".div"), |a: $f, b: $f| a / b),
            binary(concat!($prefix, ".min"), |a: $f, b: $f| {
                if a.is_nan() || b.is_nan() {
                    $f::NAN
                } else if a < b || (a == b && a.is_sign_negative()) {
                    a
                } else {
                    b
                }
            }),
            binary(concat!($prefix, ".max"), |a: $f, b: $f| {
                if a.is_nan() || b.is_nan() {
                    $f::NAN
                } else if a > b || (a == b && a.is_sign_positive()) {
                    a
                } else {
                    b
                }
            }),
            binary(concat!($prefix, ".copysign"), |a: $bits, b: $bits| {
                $bits(a.0 & !$sign | b.0 & $sign)
            }),
            binary(concat!($prefix, ".eq"), |a: $f, b: $f| a == b),
            binary(concat!($prefix, ".ne"), |a: $f, b: $f| a != b),
            binary(concat!($prefix, ".lt"), |a: $f, b: $f| a < b),
            binary(concat!($prefix, ".gt"), |a: $f, b: $f| a > b),
            binary(concat!($prefix, ".le"), |a: $f, b: $f| a <= b),
            binary(concat!($prefix, ".ge"), |a: $f, b: $f| a >= b),
            unary(concat!($prefix, ".abs"), |a: $bits| $bits(a.0 & !$sign)),
            unary(concat!($prefix, ".neg"), |a: $bits| $bits(a.0 ^ $sign)),
            unary(concat!($prefix, ".ceil"), |a: $f| a.ceil()),
            unary(concat!($prefix, ".floor"), |a: $f| a.floor()),
            unary(concat!($prefix, ".trunc"), |a: $f| a.trunc()),
            unary(concat!($prefix, ".nearest"), |a: $f| a.round_ties_even()),
            unary(concat!($prefix, ".sqrt"), |a: $f| a.sqrt()),
        ]
    };
}

pub(crate) fn f32_ops() -> Vec<Op> {
    float_ops!("f32", f32, Bits32, (1u32 << 31))
}

pub(crate) fn f64_ops() -> Vec<Op> {
    float_ops!("f64", f64, Bits64, (1u64 << 63))
}

/// The integer that a float is cut to, unless it is outside `low..=high`.
fn truncated(value: f64, low: i128, high: i128) -> Result<i128, Trap> {
    if value.is_nan() {
        return Err(Trap::InvalidConversionToInteger);
    }
    // The cast saturates, far outside every range that is asked for.
    let integer = value as i128;
    if (low..=high).contains(&integer) {
        Ok(integer)
    } else {
        Err(Trap::IntegerOverflow)
    }
}

macro_rules! truncations {
    ($($name:literal, $saturating:literal: $from:ident => $to:ident;)*) => {
        [$(
            // Every `f32` is an `f64`.
            unary($name, |a: $from| {
                truncated(f64::from(a), $to::MIN as i128, $to::MAX as i128).map(|i| i as $to)
            }),
            unary($saturating, |a: $from| {
                truncated(f64::from(a), i128::MIN, i128::MAX)
                    .map_or(0, |i| i.clamp($to::MIN as i128, $to::MAX as i128) as $to)
            }),
        )*]
    };
}

pub(crate) fn conversions() -> Vec<Op> {
    let mut ops = vec![
        unary("i32.wrap_i64", |a: u64| a as u32),
        unary("i64.extend_i32_s", |a: i32| i64::from(a)),
        unary("i64.extend_i32_u", |a: u32| u64::from(a)),
        unary("f32.convert_i32_s", |a: i32| a as f32),
        unary("f32.convert_i32_u", |a: u32| a as f32),
        unary("f32.convert_i64_s", |a: i64| a as f32),
        unary("f32.convert_i64_u", |a: u64| a as f32),
        unary("f64.convert_i32_s", |a: i32| f64::from(a)),
        unary("f64.convert_i32_u", |a: u32| f64::from(a)),
        unary("f64.convert_i64_s", |a: i64| a as f64),
        unary("f64.convert_i64_u", |a: u64| a as f64),
        unary("f32.demote_f64", |a: f64| a as f32),
        unary("f64.promote_f32", |a: f32| f64::from(a)),
        unary("i32.reinterpret_f32", |a: Bits32| a.0),
        unary("i64.reinterpret_f64", |a: Bits64| a.0),
        unary("f32.reinterpret_i32", Bits32),
        unary("f64.reinterpret_i64", Bits64),
    ];
    ops.extend(truncations! {
        "i32.trunc_f32_s", "i32.trunc_sat_f32_s": f32 => i32;
        "i32.trunc_f32_u", "i32.trunc_sat_f32_u": f32 => u32;
        "i32.trunc_f64_s", "i32.trunc_sat_f64_s": f64 => i32;
        "i32.trunc_f64_u", "i32.trunc_sat_f64_u": f64 => u32;
        "i64.trunc_f32_s", "i64.trunc_sat_f32_s": f32 => i64;
        "i64.trunc_f32_u", "i64.trunc_sat_f32_u": f32 => u64;
        "i64.trunc_f64_s", "i64.trunc_sat_f64_s": f64 => i64;
        "i64.trunc_f64_u", "i64.trunc_sat_f64_u": f64 => u64;
    });
    ops
}
