//! The directives of a parsed script as `diptych_script` executes them.

use diptych_script::{
    Action, Argument, Binary, Call, Directive, Expected, Heap, Object, Pattern, Problem,
};
use std::borrow::Cow;
use wast::core::{AbstractHeapType, HeapType, NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::token::Id;
use wast::{QuoteWat, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

/// The directive, with its modules encoded.
pub(crate) fn directive(directive: WastDirective<'_>) -> Directive<'_> {
    match directive {
        WastDirective::Module(module) => Directive::Module {
            name: name(module.name()),
            module: binary(module),
        },
        WastDirective::ModuleDefinition(module) => Directive::Definition {
            name: name(module.name()),
            module: binary(module),
        },
        WastDirective::ModuleInstance {
            instance, module, ..
        } => Directive::Instance {
            name: name(instance),
            definition: name(module),
        },
        WastDirective::Register {
            name: registered,
            module,
            ..
        } => Directive::Register {
            name: registered,
            module: name(module),
        },
        WastDirective::Invoke(invoke) => or_problem(call(invoke).map(Directive::Invoke)),
        WastDirective::AssertReturn { exec, results, .. } => {
            or_problem(action(exec).and_then(|action| {
                let results = results.into_iter().map(result).collect::<Result<_, _>>()?;
                Ok(Directive::AssertReturn { action, results })
            }))
        }
        WastDirective::AssertTrap { exec, message, .. } => {
            or_problem(action(exec).map(|action| Directive::AssertTrap { action, message }))
        }
        WastDirective::AssertExhaustion {
            call: invoke,
            message,
            ..
        } => or_problem(call(invoke).map(|call| Directive::AssertTrap {
            action: Action::Invoke(call),
            message,
        })),
        WastDirective::AssertException { exec, .. } => {
            or_problem(action(exec).map(Directive::AssertException))
        }
        WastDirective::AssertInvalid { module, .. }
        | WastDirective::AssertMalformed { module, .. }
        | WastDirective::AssertInvalidCustom { module, .. }
        | WastDirective::AssertMalformedCustom { module, .. } => {
            Directive::AssertRefused(binary(module))
        }
        WastDirective::AssertUnlinkable {
            module, message, ..
        } => Directive::AssertUnlinkable {
            module: binary(QuoteWat::Wat(module)),
            message,
        },
        WastDirective::AssertSuspension { .. } => not_implemented("stack switching"),
        WastDirective::Thread(_) | WastDirective::Wait { .. } => {
            not_implemented("threads within a thread of a script")
        }
    }
}

fn not_implemented<'a>(what: &str) -> Directive<'a> {
    Directive::Other(Problem::Wrong(format!("{what}: not implemented")))
}

fn or_problem<'a>(lowered: Result<Directive<'a>, Problem>) -> Directive<'a> {
    lowered.unwrap_or_else(Directive::Other)
}

fn name<'a>(id: Option<Id<'a>>) -> Option<&'a str> {
    id.map(|id| id.name())
}

fn binary<'a>(mut module: QuoteWat<'_>) -> Binary<'a> {
    if matches!(
        module,
        QuoteWat::Wat(Wat::Component(_)) | QuoteWat::QuoteComponent(..)
    ) {
        return Binary::Malformed("components are not supported".to_owned());
    }
    match module.encode() {
        Ok(bytes) => Binary::Encoded(Cow::Owned(bytes)),
        Err(error) => Binary::Malformed(error.message()),
    }
}

fn action(action: WastExecute<'_>) -> Result<Action<'_>, Problem> {
    Ok(match action {
        WastExecute::Invoke(invoke) => Action::Invoke(call(invoke)?),
        WastExecute::Wat(module) => Action::Instantiate(binary(QuoteWat::Wat(module))),
        WastExecute::Get { module, global, .. } => Action::Get {
            module: name(module),
            global,
        },
    })
}

fn call(call: WastInvoke<'_>) -> Result<Call<'_>, Problem> {
    Ok(Call {
        module: name(call.module),
        name: call.name,
        args: call.args.iter().map(argument).collect::<Result<_, _>>()?,
    })
}

fn argument(arg: &WastArg<'_>) -> Result<Argument, Problem> {
    let WastArg::Core(arg) = arg else {
        return Err(Problem::Wrong("an argument of the component model".into()));
    };
    Ok(match arg {
        WastArgCore::I32(value) => Argument::I32(*value),
        WastArgCore::I64(value) => Argument::I64(*value),
        WastArgCore::F32(value) => Argument::F32(value.bits),
        WastArgCore::F64(value) => Argument::F64(value.bits),
        WastArgCore::V128(value) => Argument::V128(u128::from_le_bytes(value.to_le_bytes())),
        WastArgCore::RefNull(ty) => match heap(ty) {
            Ok(heap) => Argument::Null(heap),
            Err(of) => return Err(Problem::Wrong(format!("a null reference of {of}"))),
        },
        WastArgCore::RefExtern(number) => Argument::Extern(*number),
        WastArgCore::RefHost(number) => Argument::Host(*number),
    })
}

/// The hierarchy of a type, or the proposal whose it is.
fn heap(ty: &HeapType<'_>) -> Result<Heap, &'static str> {
    use AbstractHeapType as H;
    match ty {
        HeapType::Concrete(_) => Ok(Heap::Func),
        HeapType::Exact(_) => Err("custom descriptors"),
        HeapType::Abstract { ty, .. } => match ty {
            H::Func | H::NoFunc => Ok(Heap::Func),
            H::Extern | H::NoExtern => Ok(Heap::Extern),
            H::Exn | H::NoExn => Ok(Heap::Exn),
            H::Cont | H::NoCont => Err("stack switching"),
            _ => Ok(Heap::Any),
        },
    }
}

fn result(result: WastRet<'_>) -> Result<Expected, Problem> {
    match result {
        WastRet::Core(result) => Ok(expected(result)),
        _ => Err(Problem::Wrong("a result of the component model".into())),
    }
}

fn expected(result: WastRetCore<'_>) -> Expected {
    match result {
        WastRetCore::I32(value) => Expected::I32(value),
        WastRetCore::I64(value) => Expected::I64(value),
        WastRetCore::F32(value) => Expected::F32(float(&value, |it| it.bits)),
        WastRetCore::F64(value) => Expected::F64(float(&value, |it| it.bits)),
        WastRetCore::V128(value) => vector(&value),
        WastRetCore::RefNull(None) => Expected::AnyNull,
        WastRetCore::RefNull(Some(HeapType::Concrete(_))) => Expected::ConcreteNull,
        WastRetCore::RefNull(Some(ty)) => match heap(&ty) {
            Ok(heap) => Expected::Null(heap),
            Err(of) => Expected::Other(format!("a null reference of {of}")),
        },
        WastRetCore::RefFunc(_) => Expected::Func,
        WastRetCore::RefExtern(number) => Expected::Extern(number),
        WastRetCore::RefAny => Expected::Object(Object::Any),
        WastRetCore::RefEq => Expected::Object(Object::Eq),
        WastRetCore::RefI31 => Expected::Object(Object::I31),
        WastRetCore::RefStruct => Expected::Object(Object::Struct),
        WastRetCore::RefArray => Expected::Object(Object::Array),
        WastRetCore::RefHost(number) => Expected::Object(Object::Host(number)),
        WastRetCore::Either(choices) => {
            Expected::Either(choices.into_iter().map(expected).collect())
        }
        other => Expected::Other(format!("{other:?}")),
    }
}

/// What a float is to be, by its bits.
fn float<F, Bits>(value: &NanPattern<F>, bits: impl Fn(&F) -> Bits) -> Pattern<Bits> {
    match value {
        NanPattern::CanonicalNan => Pattern::CanonicalNan,
        NanPattern::ArithmeticNan => Pattern::ArithmeticNan,
        NanPattern::Value(value) => Pattern::Bits(bits(value)),
    }
}

fn vector(pattern: &V128Pattern) -> Expected {
    /// The lanes, the first of them lowest.
    fn lanes<const N: usize>(lanes: impl DoubleEndedIterator<Item = [u8; N]>) -> Expected {
        let bits = lanes.rev().fold(0, |bits, lane| {
            let lane = lane
                .iter()
                .rev()
                .fold(0, |lane, byte| lane << 8 | u128::from(*byte));
            bits << (N * 8) | lane
        });
        Expected::V128(bits)
    }
    match pattern {
        V128Pattern::I8x16(it) => lanes(it.iter().map(|lane| lane.to_le_bytes())),
        V128Pattern::I16x8(it) => lanes(it.iter().map(|lane| lane.to_le_bytes())),
        V128Pattern::I32x4(it) => lanes(it.iter().map(|lane| lane.to_le_bytes())),
        V128Pattern::I64x2(it) => lanes(it.iter().map(|lane| lane.to_le_bytes())),
        V128Pattern::F32x4(it) => {
            Expected::F32x4(it.each_ref().map(|lane| float(lane, |it| it.bits)))
        }
        V128Pattern::F64x2(it) => {
            Expected::F64x2(it.each_ref().map(|lane| float(lane, |it| it.bits)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_little_endian() {
        let bits = u128::from_le_bytes(core::array::from_fn(|byte| byte as u8));
        assert_eq!(
            vector(&V128Pattern::I32x4([
                0x0302_0100,
                0x0706_0504,
                0x0b0a_0908,
                0x0f0e_0d0c
            ])),
            Expected::V128(bits)
        );
        assert_eq!(
            vector(&V128Pattern::I8x16(core::array::from_fn(|byte| byte as i8))),
            Expected::V128(bits)
        );
        assert_eq!(
            vector(&V128Pattern::I64x2([-1, 0])),
            Expected::V128(u64::MAX.into())
        );
    }
}
