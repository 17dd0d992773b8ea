//! The values of constant expressions in an instance.

use super::instance::InstanceObject;
use crate::error::{Error, ErrorKind, Result};
use crate::module::{ConstExpr, ConstOp};
use crate::types::GlobalIdx;

/// The slots of the value; `global` gives those of a global.
///
/// # Errors
/// When there is no memory to evaluate it.
pub(super) fn value(
    expr: &ConstExpr,
    instance: &InstanceObject,
    global: impl Fn(GlobalIdx) -> [u64; 2],
) -> Result<[u64; 2]> {
    expr.evaluate(|op| Some(operand(op, instance, &global)))
        .ok_or_else(|| Error::new(ErrorKind::OutOfMemory))
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

/// The slots of what depends on the instance.
fn operand(
    op: ConstOp,
    instance: &InstanceObject,
    global: &impl Fn(GlobalIdx) -> [u64; 2],
) -> [u64; 2] {
    match op {
        ConstOp::GlobalGet(index) => global(index),
        ConstOp::RefFunc(func) => [instance.known_func(func).map_or(0, |func| func as u64), 0],
        // A null reference; the rest are numbers and arithmetic.
        _ => [0, 0],
    }
}
