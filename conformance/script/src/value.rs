//! Literals of scripts as arguments, and results against what a script expects.

use crate::problem::Problem;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use diptych::{AnyRef, ExternRef, Store, V128, Val};

/// The host references of a script, by its numbers: the same number is the same reference.
#[derive(Debug, Default)]
pub(crate) struct Externs(BTreeMap<u32, ExternRef>);

impl Externs {
    fn get(&mut self, store: &mut Store<()>, number: u32) -> Result<ExternRef, Problem> {
        if let Some(known) = self.0.get(&number) {
            return Ok(*known);
        }
        let new = ExternRef::new(store, number).map_err(|error| Problem::unexpected(&error))?;
        self.0.insert(number, new);
        Ok(new)
    }
}

/// A hierarchy of reference types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heap {
    /// Functions.
    Func,
    /// What the host has.
    Extern,
    /// Exceptions.
    Exn,
    /// Everything internal.
    Any,
}

/// An argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// An `f32`, as its bits.
    F32(u32),
    /// An `f64`, as its bits.
    F64(u64),
    /// A `v128`, lane 0 lowest.
    V128(u128),
    /// A null reference.
    Null(Heap),
    /// The host's reference of this number.
    Extern(u32),
    /// The internal reference that is made of the host's of this number.
    Host(u32),
}

impl Argument {
    pub(crate) fn value(
        &self,
        externs: &mut Externs,
        store: &mut Store<()>,
    ) -> Result<Val, Problem> {
        Ok(match *self {
            Self::I32(value) => Val::I32(value),
            Self::I64(value) => Val::I64(value),
            Self::F32(bits) => Val::F32(bits),
            Self::F64(bits) => Val::F64(bits),
            Self::V128(bits) => Val::V128(V128::from(bits)),
            Self::Null(Heap::Func) => Val::FuncRef(None),
            Self::Null(Heap::Extern) => Val::ExternRef(None),
            Self::Null(Heap::Exn) => Val::ExnRef(None),
            Self::Null(Heap::Any) => Val::AnyRef(None),
            Self::Extern(number) => Val::ExternRef(Some(externs.get(store, number)?)),
            Self::Host(number) => Val::AnyRef(Some(externs.get(store, number)?.to_any())),
        })
    }
}

/// What the bits of a float are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern<Bits> {
    /// A NaN whose payload has its highest bit alone set.
    CanonicalNan,
    /// A NaN whose payload has its highest bit set.
    ArithmeticNan,
    /// These.
    Bits(Bits),
}

impl Pattern<u32> {
    fn matches(self, got: u32) -> bool {
        const CANONICAL: u32 = 0x7fc0_0000;
        match self {
            Self::CanonicalNan => got & 0x7fff_ffff == CANONICAL,
            Self::ArithmeticNan => got & CANONICAL == CANONICAL,
            Self::Bits(bits) => got == bits,
        }
    }
}

impl Pattern<u64> {
    fn matches(self, got: u64) -> bool {
        const CANONICAL: u64 = 0x7ff8_0000_0000_0000;
        match self {
            Self::CanonicalNan => got & (u64::MAX >> 1) == CANONICAL,
            Self::ArithmeticNan => got & CANONICAL == CANONICAL,
            Self::Bits(bits) => got == bits,
        }
    }
}

/// What an internal reference that is not null refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// Anything.
    Any,
    /// What can be compared.
    Eq,
    /// An unboxed integer.
    I31,
    /// A structure.
    Struct,
    /// An array.
    Array,
    /// What the host's reference of this number was made to.
    Host(u32),
}

impl Object {
    fn matches(self, store: &Store<()>, got: &AnyRef) -> bool {
        let number = |got: &AnyRef| {
            let data = got.to_extern().data(store);
            data.and_then(|data| data.downcast_ref::<u32>()).copied()
        };
        let is_struct = || matches!(got.as_struct(store), Ok(Some(_)));
        let is_array = || matches!(got.as_array(store), Ok(Some(_)));
        match self {
            Self::Any => true,
            Self::Eq => got.as_i31().is_some() || is_struct() || is_array(),
            Self::I31 => got.as_i31().is_some(),
            Self::Struct => is_struct(),
            Self::Array => is_array(),
            Self::Host(expected) => number(got) == Some(expected),
        }
    }
}

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// An `f32`.
    F32(Pattern<u32>),
    /// An `f64`.
    F64(Pattern<u64>),
    /// A `v128`, lane 0 lowest.
    V128(u128),
    /// A `v128` of floats.
    F32x4([Pattern<u32>; 4]),
    /// A `v128` of floats.
    F64x2([Pattern<u64>; 2]),
    /// A null reference of any type.
    AnyNull,
    /// A null reference of a type that the module defines.
    ConcreteNull,
    /// A null reference of this hierarchy.
    Null(Heap),
    /// A function.
    Func,
    /// A reference of the host's, with this number if one is given.
    Extern(Option<u32>),
    /// An internal reference.
    Object(Object),
    /// One of these.
    Either(Vec<Expected>),
    /// Something that no value of today is.
    Other(String),
}

impl Expected {
    fn matches(&self, store: &Store<()>, got: &Val) -> bool {
        match (got, self) {
            (_, Self::Either(choices)) => choices.iter().any(|choice| choice.matches(store, got)),
            (Val::I32(got), Self::I32(expected)) => got == expected,
            (Val::I64(got), Self::I64(expected)) => got == expected,
            (Val::F32(got), Self::F32(expected)) => expected.matches(*got),
            (Val::F64(got), Self::F64(expected)) => expected.matches(*got),
            (Val::V128(got), Self::V128(expected)) => got.as_u128() == *expected,
            (Val::V128(got), Self::F32x4(expected)) => {
                let lane = |lane: usize| (got.as_u128() >> (lane * 32)) as u32;
                (0..4).all(|at| expected[at].matches(lane(at)))
            }
            (Val::V128(got), Self::F64x2(expected)) => {
                let lane = |lane: usize| (got.as_u128() >> (lane * 64)) as u64;
                (0..2).all(|at| expected[at].matches(lane(at)))
            }
            (_, Self::AnyNull) => got.as_ref().is_some_and(|value| value.is_null()),
            (Val::FuncRef(None) | Val::AnyRef(None), Self::ConcreteNull)
            | (Val::FuncRef(None), Self::Null(Heap::Func))
            | (Val::ExternRef(None), Self::Null(Heap::Extern))
            | (Val::ExnRef(None), Self::Null(Heap::Exn))
            | (Val::AnyRef(None), Self::Null(Heap::Any))
            | (Val::FuncRef(Some(_)), Self::Func)
            | (Val::ExternRef(Some(_)), Self::Extern(None)) => true,
            (Val::AnyRef(Some(got)), Self::Object(object)) => object.matches(store, got),
            (Val::ExternRef(Some(got)), Self::Extern(Some(expected))) => {
                got.data(store).and_then(|data| data.downcast_ref::<u32>()) == Some(expected)
            }
            _ => false,
        }
    }
}

/// Compares the results of a call with those expected.
pub(crate) fn check_results(
    store: &Store<()>,
    got: &[Val],
    expected: &[Expected],
) -> Result<(), Problem> {
    if got.len() != expected.len() {
        return Err(Problem::wrong(format!(
            "{} results instead of {}: {got:?}",
            got.len(),
            expected.len()
        )));
    }
    for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
        if !expected.matches(store, got) {
            return Err(Problem::wrong(format!(
                "result {index} is {}, expected {expected:x?}",
                show(got)
            )));
        }
    }
    Ok(())
}

/// A value, floats with their bits.
fn show(value: &Val) -> String {
    match value {
        Val::F32(bits) => format!("F32({} = {bits:#010x})", f32::from_bits(*bits)),
        Val::F64(bits) => format!("F64({} = {bits:#018x})", f64::from_bits(*bits)),
        Val::V128(bits) => format!("V128({:#034x})", bits.as_u128()),
        other => format!("{other:x?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_patterns() {
        let canonical = Pattern::<u32>::CanonicalNan;
        let arithmetic = Pattern::<u32>::ArithmeticNan;
        for (bits, is_canonical, is_arithmetic) in [
            (0x7fc0_0000, true, true),
            (0xffc0_0000, true, true),
            (0x7fc0_0001, false, true),
            (0x7fa0_0000, false, false),
            (0x7f80_0000, false, false),
        ] {
            assert_eq!(canonical.matches(bits), is_canonical, "{bits:#x}");
            assert_eq!(arithmetic.matches(bits), is_arithmetic, "{bits:#x}");
        }
        let canonical = Pattern::<u64>::CanonicalNan;
        assert!(canonical.matches(0xfff8_0000_0000_0000));
        assert!(!canonical.matches(0x7ff8_0000_0000_0001));
    }
}
