//! Constant expressions
//! ([spec](https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions)),
//! decoded once.

use crate::types::{FuncIdx, GlobalIdx, HeapType};
use alloc::boxed::Box;

/// A constant expression: instructions for a stack machine that leave one value.
#[derive(Debug)]
pub struct ConstExpr {
    /// The instructions, without the last `end`.
    pub ops: Box<[ConstOp]>,
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
