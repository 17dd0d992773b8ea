//! The values of constant expressions in an instance.

use super::instance::InstanceObject;
use crate::GC;
use crate::error::{Error, Result};
use crate::gc::{Storage, immediate};
use crate::module::{ConstExpr, ConstOp};
use crate::store::out_of_memory;
use crate::types::GlobalIdx;
use crate::vm::heap_calls;
use alloc::vec::Vec;

/// The slots of the value; `global` gives those of a global.
///
/// # Errors
/// When there is no memory to evaluate it or for an object of the guest's.
///
/// # Safety
/// The instance is live, and its store not otherwise borrowed. Its collector is
/// [paused](crate::gc::Pause): references are in places that it does not know.
pub(super) unsafe fn value(
    expr: &ConstExpr,
    instance: *mut InstanceObject,
    global: impl Fn(GlobalIdx) -> [u64; 2],
) -> Result<[u64; 2]> {
    // SAFETY: by contract.
    let operand = |op| operand(op, unsafe { &*instance }, &global);
    if let [op] = expr.ops()
        && let Some(value) = operand(*op)
    {
        return Ok(value);
    }
    let mut stack: Vec<[u64; 2]> = Vec::new();
    stack
        .try_reserve_exact(expr.ops().len())
        .map_err(out_of_memory)?;
    for op in expr.ops() {
        let value = match operand(*op) {
            Some(value) => value,
            // SAFETY: by contract.
            None => unsafe { apply(*op, &mut stack, instance)? },
        };
        stack.push(value);
    }
    stack.pop().ok_or_else(invalid)
}

/// The slot of an expression that gives a [plain reference](ConstExpr::is_plain_reference).
pub(super) fn reference(expr: &ConstExpr, instance: &InstanceObject) -> u64 {
    let value = expr
        .ops()
        .last()
        .and_then(|op| operand(*op, instance, &|global| global_slots(instance, global)));
    value.unwrap_or([0, 0])[0]
}

/// The slots of an instance's global.
pub(super) fn global_slots(instance: &InstanceObject, global: GlobalIdx) -> [u64; 2] {
    // SAFETY: globals live as long as the store.
    instance
        .global(global)
        .map_or([0, 0], |global| unsafe { (*global.as_ptr()).vm.slots })
}

/// The slots of an instruction that takes no operands.
fn operand(
    op: ConstOp,
    instance: &InstanceObject,
    global: &impl Fn(GlobalIdx) -> [u64; 2],
) -> Option<[u64; 2]> {
    Some(match op {
        ConstOp::GlobalGet(index) => global(index),
        ConstOp::RefFunc(func) => [instance.known_func(func).map_or(0, |func| func as u64), 0],
        ConstOp::RefNull(_) => [0, 0],
        _ => return op.number(),
    })
}

/// An instruction on operands, which it takes from the stack.
///
/// # Safety
/// As [`value`].
unsafe fn apply(
    op: ConstOp,
    stack: &mut Vec<[u64; 2]>,
    instance: *mut InstanceObject,
) -> Result<[u64; 2]> {
    let ctx = instance.cast();
    let mut pop = || stack.pop().ok_or_else(invalid);
    if let Some(arithmetic) = op.arithmetic() {
        let b = pop()?;
        let a = pop()?;
        return Ok([arithmetic(a[0], b[0]), 0]);
    }
    if !GC {
        return Err(invalid());
    }
    // SAFETY: by contract; the module is valid, so operands are of the types that the
    // instructions want.
    let reference = unsafe {
        match op {
            ConstOp::RefI31 => immediate::i31(pop()?[0] as u32),
            ConstOp::AnyConvertExtern | ConstOp::ExternConvertAny => pop()?[0],
            ConstOp::StructNew(ty) => {
                let fields = heap_calls::layout(ctx, ty).fields().iter();
                let values = flat(stack, fields.map(|field| field.storage))?;
                heap_calls::struct_new(ctx, ty, values.as_ptr())?
            }
            ConstOp::StructNewDefault(ty) => heap_calls::struct_new_default(ctx, ty)?,
            ConstOp::ArrayNew(ty) => {
                let len = pop()?[0] as u32;
                let value = pop()?;
                heap_calls::array_new(ctx, ty, value.as_ptr(), len)?
            }
            ConstOp::ArrayNewDefault(ty) => {
                let len = pop()?[0] as u32;
                heap_calls::array_new_default(ctx, ty, len)?
            }
            ConstOp::ArrayNewFixed(ty, len) => {
                let element = heap_calls::layout(ctx, ty).element();
                let values = flat(stack, (0..len).map(|_| element))?;
                heap_calls::array_new_fixed(ctx, ty, values.as_ptr(), len)?
            }
            _ => return Err(invalid()),
        }
    };
    Ok([reference, 0])
}

/// Takes the topmost values, which are to be stored like this, in slots one behind the other.
fn flat(
    stack: &mut Vec<[u64; 2]>,
    storages: impl ExactSizeIterator<Item = Storage>,
) -> Result<Vec<u64>> {
    let count = storages.len();
    let from = stack.len().checked_sub(count).ok_or_else(invalid)?;
    let mut slots = Vec::new();
    slots.try_reserve_exact(count * 2).map_err(out_of_memory)?;
    for (value, storage) in stack[from..].iter().zip(storages) {
        slots.extend_from_slice(&value[..storage.slots()]);
    }
    stack.truncate(from);
    Ok(slots)
}

/// Validation has made sure that this does not happen.
#[cold]
fn invalid() -> Error {
    Error::msg("a constant expression is invalid")
}
