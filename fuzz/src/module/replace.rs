//! What can stand in the place of instructions.

use super::code::Point;
use core::ops::Range;
use wasmparser::{HeapType, ValType};

const UNREACHABLE: u8 = 0x00;
const DROP: u8 = 0x1a;

/// What can stand in the place of some instructions, if anything.
pub(crate) fn replacements(points: &[Point], ops: Range<usize>) -> Vec<Vec<u8>> {
    let (before, after) = (&points[ops.start], &points[ops.end]);
    if before.depth != after.depth || points[ops.clone()].iter().any(|it| it.depth < before.depth) {
        return Vec::new();
    }
    let mut all = vec![Vec::new()];
    let lowest = points[ops.start..=ops.end]
        .iter()
        .map(|point| point.operands.len())
        .min()
        .unwrap_or(0);
    let mut plain = vec![DROP; before.operands.len() - lowest];
    let constants = after.operands[lowest..]
        .iter()
        .map(|ty| ty.and_then(constant))
        .collect::<Option<Vec<_>>>();
    if let Some(constants) = constants {
        plain.extend(constants.concat());
        // No more instructions than before, or this would go on for ever.
        if before.operands.len() + after.operands.len() - 2 * lowest < ops.len() {
            all.push(plain);
        }
    }
    if ops.len() > 1 {
        all.push(vec![UNREACHABLE]);
    }
    all
}

/// The shortest instruction that gives a value of this type.
fn constant(ty: ValType) -> Option<Vec<u8>> {
    Some(match ty {
        ValType::I32 => vec![0x41, 0],
        ValType::I64 => vec![0x42, 0],
        ValType::F32 => vec![0x43, 0, 0, 0, 0],
        ValType::F64 => [vec![0x44], vec![0; 8]].concat(),
        ValType::V128 => [vec![0xfd, 12], vec![0; 16]].concat(),
        ty => return null(ty),
    })
}

/// The instruction that gives the null reference of a type, if it is one of those without an index.
pub(crate) fn null(ty: ValType) -> Option<Vec<u8>> {
    use wasm_encoder::Encode as _;
    let ValType::Ref(ty) = ty else {
        return None;
    };
    let HeapType::Abstract {
        shared: false,
        ty: heap,
    } = ty.heap_type()
    else {
        return None;
    };
    let heap: wasm_encoder::HeapType = wasm_encoder::HeapType::Abstract {
        shared: false,
        ty: heap.into(),
    };
    let mut bytes = vec![0xd0];
    heap.encode(&mut bytes);
    ty.is_nullable().then_some(bytes)
}
