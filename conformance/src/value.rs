//! Literals of scripts as arguments, and results against what a script expects.

use crate::features::Feature;
use crate::problem::Problem;
use diptych::{ExternRef, Store, V128, Val};
use std::collections::HashMap;
use wast::core::{AbstractHeapType, HeapType, NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::token::{F32, F64};
use wast::{WastArg, WastRet};

/// The host references of a script, by its numbers: the same number is the same reference.
#[derive(Debug, Default)]
pub(crate) struct Externs(HashMap<u32, ExternRef>);

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

/// The value of an argument.
pub(crate) fn argument(
    externs: &mut Externs,
    store: &mut Store<()>,
    arg: &WastArg<'_>,
) -> Result<Val, Problem> {
    let WastArg::Core(arg) = arg else {
        return Err(Problem::wrong("an argument of the component model"));
    };
    Ok(match arg {
        WastArgCore::I32(value) => Val::I32(*value),
        WastArgCore::I64(value) => Val::I64(*value),
        WastArgCore::F32(value) => Val::F32(value.bits),
        WastArgCore::F64(value) => Val::F64(value.bits),
        WastArgCore::V128(value) => Val::V128(V128::from(u128::from_le_bytes(value.to_le_bytes()))),
        WastArgCore::RefNull(heap) => null(heap)?,
        WastArgCore::RefExtern(number) => Val::ExternRef(Some(externs.get(store, *number)?)),
        WastArgCore::RefHost(_) => {
            return Err(Problem::Needs(
                Feature::Gc,
                "host references as anyref (GC)".into(),
            ));
        }
    })
}

fn null(heap: &HeapType<'_>) -> Result<Val, Problem> {
    use AbstractHeapType as H;
    match heap {
        HeapType::Abstract {
            ty: H::Func | H::NoFunc,
            ..
        }
        | HeapType::Concrete(_) => Ok(Val::FuncRef(None)),
        HeapType::Abstract {
            ty: H::Extern | H::NoExtern,
            ..
        } => Ok(Val::ExternRef(None)),
        HeapType::Abstract {
            ty: H::Exn | H::NoExn,
            ..
        } => Ok(Val::ExnRef(None)),
        HeapType::Abstract {
            ty: H::Cont | H::NoCont,
            ..
        } => Err(Problem::Needs(
            Feature::StackSwitching,
            "null continuations".into(),
        )),
        HeapType::Exact(_) => Err(Problem::Needs(
            Feature::CustomDescriptors,
            "exact types".into(),
        )),
        HeapType::Abstract { .. } => Ok(Val::AnyRef(None)),
    }
}

/// Compares the results of a call with those expected.
pub(crate) fn check_results(
    store: &Store<()>,
    got: &[Val],
    expected: &[WastRet<'_>],
) -> Result<(), Problem> {
    if got.len() != expected.len() {
        return Err(Problem::wrong(format!(
            "{} results instead of {}: {got:?}",
            got.len(),
            expected.len()
        )));
    }
    for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
        let WastRet::Core(expected) = expected else {
            return Err(Problem::wrong("a result of the component model"));
        };
        if !matches(store, got, expected) {
            return Err(Problem::wrong(format!(
                "result {index} is {}, expected {expected:?}",
                show(got)
            )));
        }
    }
    Ok(())
}

fn matches(store: &Store<()>, got: &Val, expected: &WastRetCore<'_>) -> bool {
    match (got, expected) {
        (_, WastRetCore::Either(choices)) => {
            choices.iter().any(|choice| matches(store, got, choice))
        }
        (Val::I32(got), WastRetCore::I32(expected)) => got == expected,
        (Val::I64(got), WastRetCore::I64(expected)) => got == expected,
        (Val::F32(got), WastRetCore::F32(expected)) => f32_matches(*got, expected),
        (Val::F64(got), WastRetCore::F64(expected)) => f64_matches(*got, expected),
        (Val::V128(got), WastRetCore::V128(expected)) => {
            v128_matches(got.as_u128().to_le_bytes(), expected)
        }
        (_, WastRetCore::RefNull(None)) => is_null(got),
        (_, WastRetCore::RefNull(Some(HeapType::Concrete(_)))) => {
            matches!(got, Val::FuncRef(None) | Val::AnyRef(None))
        }
        (_, WastRetCore::RefNull(Some(heap))) => null(heap).is_ok_and(|expected| {
            is_null(got) && core::mem::discriminant(got) == core::mem::discriminant(&expected)
        }),
        (Val::FuncRef(Some(_)), WastRetCore::RefFunc(_)) => true,
        (Val::ExternRef(Some(_)), WastRetCore::RefExtern(None)) => true,
        (Val::ExternRef(Some(got)), WastRetCore::RefExtern(Some(expected))) => {
            got.data(store).and_then(|data| data.downcast_ref::<u32>()) == Some(expected)
        }
        _ => false,
    }
}

fn is_null(value: &Val) -> bool {
    value.as_ref().is_some_and(|value| value.is_null())
}

fn f32_matches(got: u32, expected: &NanPattern<F32>) -> bool {
    const CANONICAL: u32 = 0x7fc0_0000;
    match expected {
        NanPattern::CanonicalNan => got & 0x7fff_ffff == CANONICAL,
        NanPattern::ArithmeticNan => got & CANONICAL == CANONICAL,
        NanPattern::Value(expected) => got == expected.bits,
    }
}

fn f64_matches(got: u64, expected: &NanPattern<F64>) -> bool {
    const CANONICAL: u64 = 0x7ff8_0000_0000_0000;
    match expected {
        NanPattern::CanonicalNan => got & (u64::MAX >> 1) == CANONICAL,
        NanPattern::ArithmeticNan => got & CANONICAL == CANONICAL,
        NanPattern::Value(expected) => got == expected.bits,
    }
}

fn v128_matches(got: [u8; 16], expected: &V128Pattern) -> bool {
    fn lanes<const N: usize>(bytes: [u8; 16]) -> impl Iterator<Item = [u8; N]> {
        (0..16 / N).map(move |lane| core::array::from_fn(|byte| bytes[lane * N + byte]))
    }
    match expected {
        V128Pattern::I8x16(expected) => lanes::<1>(got)
            .map(i8::from_le_bytes)
            .eq(expected.iter().copied()),
        V128Pattern::I16x8(expected) => lanes::<2>(got)
            .map(i16::from_le_bytes)
            .eq(expected.iter().copied()),
        V128Pattern::I32x4(expected) => lanes::<4>(got)
            .map(i32::from_le_bytes)
            .eq(expected.iter().copied()),
        V128Pattern::I64x2(expected) => lanes::<8>(got)
            .map(i64::from_le_bytes)
            .eq(expected.iter().copied()),
        V128Pattern::F32x4(expected) => lanes::<4>(got)
            .zip(expected)
            .all(|(got, expected)| f32_matches(u32::from_le_bytes(got), expected)),
        V128Pattern::F64x2(expected) => lanes::<8>(got)
            .zip(expected)
            .all(|(got, expected)| f64_matches(u64::from_le_bytes(got), expected)),
    }
}

/// A value, floats with their bits.
fn show(value: &Val) -> String {
    match value {
        Val::F32(bits) => format!("F32({} = {bits:#010x})", f32::from_bits(*bits)),
        Val::F64(bits) => format!("F64({} = {bits:#018x})", f64::from_bits(*bits)),
        Val::V128(bits) => format!("V128({:#034x})", bits.as_u128()),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_patterns() {
        let canonical = NanPattern::<F32>::CanonicalNan;
        let arithmetic = NanPattern::<F32>::ArithmeticNan;
        for (bits, is_canonical, is_arithmetic) in [
            (0x7fc0_0000, true, true),
            (0xffc0_0000, true, true),
            (0x7fc0_0001, false, true),
            (0x7fa0_0000, false, false),
            (0x7f80_0000, false, false),
        ] {
            assert_eq!(f32_matches(bits, &canonical), is_canonical, "{bits:#x}");
            assert_eq!(f32_matches(bits, &arithmetic), is_arithmetic, "{bits:#x}");
        }
        let canonical = NanPattern::<F64>::CanonicalNan;
        assert!(f64_matches(0xfff8_0000_0000_0000, &canonical));
        assert!(!f64_matches(0x7ff8_0000_0000_0001, &canonical));
    }

    #[test]
    fn lanes_are_little_endian() {
        let bytes = core::array::from_fn(|byte| byte as u8);
        assert!(v128_matches(
            bytes,
            &V128Pattern::I32x4([0x0302_0100, 0x0706_0504, 0x0b0a_0908, 0x0f0e_0d0c])
        ));
        assert!(!v128_matches(bytes, &V128Pattern::I8x16([0; 16])));
    }
}
