//! Constant expressions
//! ([spec](https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions)),
//! decoded once.

use super::sections::invalid;
use super::types::{Scope, unsupported};
use crate::error::Result;
use crate::store::out_of_memory;
use crate::types::{FuncIdx, GlobalIdx, HeapType, TypeIdx};
use alloc::boxed::Box;
use alloc::vec::Vec;
use wasmparser::{Operator, OperatorsReader, OperatorsReaderAllocations};

/// A constant expression: instructions for a stack machine that leave one value.
#[derive(Debug)]
pub struct ConstExpr {
    /// The instructions, without the last `end`.
    pub ops: Box<[ConstOp]>,
}

impl ConstExpr {
    /// The slots of its value, when `operand` knows those of the instructions that are no numbers
    /// and no arithmetic; `None` when not, or when there is no memory to evaluate it.
    pub(crate) fn evaluate(
        &self,
        operand: impl Fn(ConstOp) -> Option<[u64; 2]>,
    ) -> Option<[u64; 2]> {
        let operand = |op: ConstOp| op.number().or_else(|| operand(op));
        if let [op] = &*self.ops {
            return operand(*op);
        }
        let mut stack: Vec<[u64; 2]> = Vec::new();
        for op in &self.ops {
            let result = match op.arithmetic() {
                Some(apply) => {
                    // Validation has made sure of two operands.
                    let b = stack.pop()?;
                    let a = stack.pop()?;
                    [apply(a[0], b[0]), 0]
                }
                None => operand(*op)?,
            };
            stack.try_reserve(1).ok()?;
            stack.push(result);
        }
        stack.pop()
    }

    /// Whether it is one instruction that gives the same reference whenever it is evaluated in an
    /// instance.
    pub(crate) fn is_plain_reference(&self) -> bool {
        matches!(
            *self.ops,
            [ConstOp::RefFunc(_) | ConstOp::RefNull(_) | ConstOp::GlobalGet(_)]
        )
    }

    /// The slot of its value, when that is the same in every instance.
    pub(crate) fn number(&self) -> Option<u64> {
        Some(self.evaluate(|_| None)?[0])
    }
}

/// An instruction of a constant expression.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConstOp {
    /// `i32.const`.
    I32Const(i32),
    /// `i64.const`.
    I64Const(i64),
    /// `f32.const`, as bits.
    F32Const(u32),
    /// `f64.const`, as bits.
    F64Const(u64),
    /// `v128.const`.
    V128Const(u128),
    /// `global.get`.
    GlobalGet(GlobalIdx),
    /// `ref.null`.
    RefNull(HeapType),
    /// `ref.func`.
    RefFunc(FuncIdx),
    /// `ref.i31`.
    RefI31,
    /// `any.convert_extern`.
    AnyConvertExtern,
    /// `extern.convert_any`.
    ExternConvertAny,
    /// `struct.new`.
    StructNew(TypeIdx),
    /// `struct.new_default`.
    StructNewDefault(TypeIdx),
    /// `array.new`.
    ArrayNew(TypeIdx),
    /// `array.new_default`.
    ArrayNewDefault(TypeIdx),
    /// `array.new_fixed`, with the number of elements.
    ArrayNewFixed(TypeIdx, u32),
    /// `i32.add`.
    I32Add,
    /// `i32.sub`.
    I32Sub,
    /// `i32.mul`.
    I32Mul,
    /// `i64.add`.
    I64Add,
    /// `i64.sub`.
    I64Sub,
    /// `i64.mul`.
    I64Mul,
}

impl ConstOp {
    /// The slots of a number.
    pub(crate) fn number(self) -> Option<[u64; 2]> {
        let low = match self {
            Self::I32Const(value) => u64::from(value as u32),
            Self::I64Const(value) => value as u64,
            Self::F32Const(bits) => u64::from(bits),
            Self::F64Const(bits) => bits,
            Self::V128Const(bits) => return Some([bits as u64, (bits >> 64) as u64]),
            _ => return None,
        };
        Some([low, 0])
    }

    /// The operation on two operands, when it is one.
    pub(crate) fn arithmetic(self) -> Option<fn(u64, u64) -> u64> {
        Some(match self {
            Self::I32Add => |a, b| u64::from((a as u32).wrapping_add(b as u32)),
            Self::I32Sub => |a, b| u64::from((a as u32).wrapping_sub(b as u32)),
            Self::I32Mul => |a, b| u64::from((a as u32).wrapping_mul(b as u32)),
            Self::I64Add => u64::wrapping_add,
            Self::I64Sub => u64::wrapping_sub,
            Self::I64Mul => u64::wrapping_mul,
            _ => return None,
        })
    }
}

/// Decodes constant expressions one after the other.
#[derive(Default)]
pub(super) struct Decoder {
    ops: Vec<ConstOp>,
    allocations: OperatorsReaderAllocations,
}

impl Decoder {
    /// Decodes a valid expression.
    pub(super) fn decode(
        &mut self,
        expr: &wasmparser::ConstExpr<'_>,
        types: Scope<'_>,
    ) -> Result<ConstExpr> {
        self.ops.clear();
        let allocations = core::mem::take(&mut self.allocations);
        let mut reader = OperatorsReader::new_with_allocs(expr.get_binary_reader(), allocations);
        while !reader.eof() {
            if let Some(op) = const_op(&reader.read().map_err(invalid)?, types)? {
                self.ops.try_reserve(1).map_err(out_of_memory)?;
                self.ops.push(op);
            }
        }
        self.allocations = reader.into_allocations();
        let mut ops = Vec::new();
        ops.try_reserve_exact(self.ops.len())
            .map_err(out_of_memory)?;
        ops.extend_from_slice(&self.ops);
        Ok(ConstExpr {
            ops: ops.into_boxed_slice(),
        })
    }
}

/// The instruction; `None` for the `end`.
fn const_op(operator: &Operator<'_>, types: Scope<'_>) -> Result<Option<ConstOp>> {
    Ok(Some(match *operator {
        Operator::I32Const { value } => ConstOp::I32Const(value),
        Operator::I64Const { value } => ConstOp::I64Const(value),
        Operator::F32Const { value } => ConstOp::F32Const(value.bits()),
        Operator::F64Const { value } => ConstOp::F64Const(value.bits()),
        Operator::V128Const { value } => ConstOp::V128Const(u128::from_le_bytes(*value.bytes())),
        Operator::GlobalGet { global_index } => ConstOp::GlobalGet(GlobalIdx(global_index)),
        Operator::RefNull { hty } => ConstOp::RefNull(types.heap_type(hty)?),
        Operator::RefFunc { function_index } => ConstOp::RefFunc(FuncIdx(function_index)),
        Operator::I32Add => ConstOp::I32Add,
        Operator::I32Sub => ConstOp::I32Sub,
        Operator::I32Mul => ConstOp::I32Mul,
        Operator::I64Add => ConstOp::I64Add,
        Operator::I64Sub => ConstOp::I64Sub,
        Operator::I64Mul => ConstOp::I64Mul,
        Operator::RefI31 => ConstOp::RefI31,
        Operator::AnyConvertExtern => ConstOp::AnyConvertExtern,
        Operator::ExternConvertAny => ConstOp::ExternConvertAny,
        Operator::StructNew { struct_type_index } => ConstOp::StructNew(TypeIdx(struct_type_index)),
        Operator::StructNewDefault { struct_type_index } => {
            ConstOp::StructNewDefault(TypeIdx(struct_type_index))
        }
        Operator::ArrayNew { array_type_index } => ConstOp::ArrayNew(TypeIdx(array_type_index)),
        Operator::ArrayNewDefault { array_type_index } => {
            ConstOp::ArrayNewDefault(TypeIdx(array_type_index))
        }
        Operator::ArrayNewFixed {
            array_type_index,
            array_size,
        } => ConstOp::ArrayNewFixed(TypeIdx(array_type_index), array_size),
        Operator::End => return Ok(None),
        Operator::StructNewDesc { .. } | Operator::StructNewDefaultDesc { .. } => {
            return Err(unsupported("custom descriptors in a constant expression"));
        }
        Operator::RefI31Shared => {
            return Err(unsupported(
                "shared-everything-threads in a constant expression",
            ));
        }
        _ => {
            return Err(unsupported(
                "an unknown instruction in a constant expression",
            ));
        }
    }))
}
