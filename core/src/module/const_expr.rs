//! Constant expressions
//! ([spec](https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions)),
//! decoded once.

use super::sections::invalid;
use super::types::{Scope, unsupported};
use crate::error::Result;
use crate::store::out_of_memory;
use crate::types::{FuncIdx, GlobalIdx, HeapType, TypeIdx};
use crate::{GC, SIMD};
use alloc::boxed::Box;
use alloc::vec::Vec;
use wasmparser::BinaryReader;

/// A constant expression: instructions for a stack machine that leave one value.
#[derive(Debug)]
pub struct ConstExpr {
    ops: Ops,
}

/// There can be a hundred thousand data segments, each with an expression of one instruction: that
/// is no reason for as many allocations.
#[derive(Debug)]
enum Ops {
    One(ConstOp),
    More(Box<[ConstOp]>),
}

impl ConstExpr {
    /// The instructions, without the last `end`.
    pub fn ops(&self) -> &[ConstOp] {
        match &self.ops {
            Ops::One(op) => core::slice::from_ref(op),
            Ops::More(ops) => ops,
        }
    }

    /// The slots of its value, when `operand` knows those of the instructions that are no numbers
    /// and no arithmetic; `None` when not, or when there is no memory to evaluate it.
    pub(crate) fn evaluate(
        &self,
        operand: impl Fn(ConstOp) -> Option<[u64; 2]>,
    ) -> Option<[u64; 2]> {
        let operand = |op: ConstOp| op.number().or_else(|| operand(op));
        if let [op] = self.ops() {
            return operand(*op);
        }
        let mut stack: Vec<[u64; 2]> = Vec::new();
        for op in self.ops() {
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
            self.ops(),
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
}

impl Decoder {
    /// Decodes a valid expression.
    pub(super) fn decode(
        &mut self,
        expr: &wasmparser::ConstExpr<'_>,
        types: Scope<'_>,
    ) -> Result<ConstExpr> {
        self.ops.clear();
        let mut reader = expr.get_binary_reader();
        while let Some(op) = const_op(&mut reader, types)? {
            self.ops.try_reserve(1).map_err(out_of_memory)?;
            self.ops.push(op);
        }
        if let [op] = *self.ops {
            return Ok(ConstExpr { ops: Ops::One(op) });
        }
        let mut ops = Vec::new();
        ops.try_reserve_exact(self.ops.len())
            .map_err(out_of_memory)?;
        ops.extend_from_slice(&self.ops);
        Ok(ConstExpr {
            ops: Ops::More(ops.into_boxed_slice()),
        })
    }
}

/// Reads an instruction; `None` for the `end`. The expression is valid, so there are few that it can
/// be: for these a decoder of all instructions would be large.
fn const_op(reader: &mut BinaryReader<'_>, types: Scope<'_>) -> Result<Option<ConstOp>> {
    Ok(Some(match reader.read_u8().map_err(invalid)? {
        0x0b => return Ok(None),
        0x23 => ConstOp::GlobalGet(GlobalIdx(reader.read_var_u32().map_err(invalid)?)),
        0x41 => ConstOp::I32Const(reader.read_var_i32().map_err(invalid)?),
        0x42 => ConstOp::I64Const(reader.read_var_i64().map_err(invalid)?),
        0x43 => ConstOp::F32Const(reader.read_f32().map_err(invalid)?.bits()),
        0x44 => ConstOp::F64Const(reader.read_f64().map_err(invalid)?.bits()),
        0x6a => ConstOp::I32Add,
        0x6b => ConstOp::I32Sub,
        0x6c => ConstOp::I32Mul,
        0x7c => ConstOp::I64Add,
        0x7d => ConstOp::I64Sub,
        0x7e => ConstOp::I64Mul,
        0xd0 => ConstOp::RefNull(types.heap_type(reader.read().map_err(invalid)?)?),
        0xd2 => ConstOp::RefFunc(FuncIdx(reader.read_var_u32().map_err(invalid)?)),
        0xfb if GC => on_objects(reader)?,
        0xfd if SIMD => vector(reader)?,
        _ => {
            return Err(unsupported(
                "shared-everything-threads in a constant expression",
            ));
        }
    }))
}

/// What follows the prefix of vector instructions, of which `v128.const` is constant.
fn vector(reader: &mut BinaryReader<'_>) -> Result<ConstOp> {
    reader.read_var_u32().map_err(invalid)?;
    let low = reader.read_u64().map_err(invalid)?;
    let high = reader.read_u64().map_err(invalid)?;
    Ok(ConstOp::V128Const(u128::from(high) << 64 | u128::from(low)))
}

/// What follows the prefix of instructions on objects.
fn on_objects(reader: &mut BinaryReader<'_>) -> Result<ConstOp> {
    let code = reader.read_var_u32().map_err(invalid)?;
    let mut index = || reader.read_var_u32().map_err(invalid);
    Ok(match code {
        0x00 => ConstOp::StructNew(TypeIdx(index()?)),
        0x01 => ConstOp::StructNewDefault(TypeIdx(index()?)),
        0x06 => ConstOp::ArrayNew(TypeIdx(index()?)),
        0x07 => ConstOp::ArrayNewDefault(TypeIdx(index()?)),
        0x08 => ConstOp::ArrayNewFixed(TypeIdx(index()?), index()?),
        0x1a => ConstOp::AnyConvertExtern,
        0x1b => ConstOp::ExternConvertAny,
        0x1c => ConstOp::RefI31,
        0x20 | 0x21 => {
            return Err(unsupported("custom descriptors in a constant expression"));
        }
        _ => {
            return Err(unsupported(
                "an unknown instruction in a constant expression",
            ));
        }
    })
}
