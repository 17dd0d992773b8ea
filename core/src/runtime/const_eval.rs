//! The values of constant expressions.

use super::instance::InstanceObject;
use crate::error::Result;
use crate::module::{ConstExpr, ConstOp};
use crate::store::out_of_memory;
use crate::types::GlobalIdx;
use alloc::vec::Vec;

/// The slots of the value; `global` gives those of a global.
///
/// # Errors
/// When there is no memory to evaluate it.
pub(super) fn value(
    expr: &ConstExpr,
    instance: &InstanceObject,
    global: impl Fn(GlobalIdx) -> [u64; 2],
) -> Result<[u64; 2]> {
    if let [op] = &*expr.ops {
        return Ok(operand(*op, instance, &global));
    }
    let mut stack: Vec<[u64; 2]> = Vec::new();
    for op in &expr.ops {
        let result = match arithmetic(*op) {
            Some(apply) => {
                // Validation has made sure of two operands.
                let b = stack.pop().unwrap_or_default();
                let a = stack.pop().unwrap_or_default();
                [apply(a[0], b[0]), 0]
            }
            None => operand(*op, instance, &global),
        };
        stack.try_reserve(1).map_err(out_of_memory)?;
        stack.push(result);
    }
    Ok(stack.pop().unwrap_or_default())
}

/// The slot of an expression that gives a reference: such expressions are one instruction.
pub(super) fn reference(expr: &ConstExpr, instance: &InstanceObject) -> u64 {
    expr.ops.last().map_or(0, |op| {
        operand(*op, instance, &|global| global_slots(instance, global))[0]
    })
}

/// The slots of an instance's global.
pub(super) fn global_slots(instance: &InstanceObject, global: GlobalIdx) -> [u64; 2] {
    // SAFETY: globals live as long as the store.
    instance
        .global(global)
        .map_or([0, 0], |global| unsafe { (*global.as_ptr()).vm.slots })
}

fn operand(
    op: ConstOp,
    instance: &InstanceObject,
    global: &impl Fn(GlobalIdx) -> [u64; 2],
) -> [u64; 2] {
    let low = match op {
        ConstOp::I32Const(value) => u64::from(value as u32),
        ConstOp::I64Const(value) => value as u64,
        ConstOp::F32Const(bits) => u64::from(bits),
        ConstOp::F64Const(bits) => bits,
        ConstOp::V128Const(bits) => return [bits as u64, (bits >> 64) as u64],
        ConstOp::GlobalGet(index) => return global(index),
        ConstOp::RefNull(_) => 0,
        ConstOp::RefFunc(func) => instance.known_func(func).map_or(0, |func| func as u64),
        ConstOp::I32Add
        | ConstOp::I32Sub
        | ConstOp::I32Mul
        | ConstOp::I64Add
        | ConstOp::I64Sub
        | ConstOp::I64Mul => 0,
    };
    [low, 0]
}

/// The operation on two operands, when it is one.
fn arithmetic(op: ConstOp) -> Option<fn(u64, u64) -> u64> {
    Some(match op {
        ConstOp::I32Add => |a, b| u64::from((a as u32).wrapping_add(b as u32)),
        ConstOp::I32Sub => |a, b| u64::from((a as u32).wrapping_sub(b as u32)),
        ConstOp::I32Mul => |a, b| u64::from((a as u32).wrapping_mul(b as u32)),
        ConstOp::I64Add => u64::wrapping_add,
        ConstOp::I64Sub => u64::wrapping_sub,
        ConstOp::I64Mul => u64::wrapping_mul,
        _ => return None,
    })
}
