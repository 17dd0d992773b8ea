//! The operand stack, and what is known of its values.

use super::{Result, Translator, bounds, reserve};
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{InstBuilder, InstructionData, Opcode, Value, types};

impl Translator<'_> {
    /// The number of operands.
    #[inline]
    pub(super) fn height(&self) -> usize {
        self.buffers.stack.len()
    }

    #[inline]
    pub(super) fn push(&mut self, value: Value) -> Result<()> {
        let stack = &mut self.buffers.stack;
        if stack.len() == stack.capacity() {
            reserve(stack, 1)?;
        }
        stack.push(value);
        Ok(())
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Value {
        self.buffers
            .stack
            .pop()
            .expect("the body has been validated")
    }

    /// The topmost operand.
    pub(super) fn peek(&self) -> Value {
        *self
            .buffers
            .stack
            .last()
            .expect("the body has been validated")
    }

    /// The second and the first operand from the top.
    pub(super) fn pop2(&mut self) -> (Value, Value) {
        let b = self.pop();
        (self.pop(), b)
    }

    /// The third, second and first operand from the top.
    pub(super) fn pop3(&mut self) -> (Value, Value, Value) {
        let c = self.pop();
        let (a, b) = self.pop2();
        (a, b, c)
    }

    pub(super) fn truncate(&mut self, height: usize) {
        self.buffers.stack.truncate(height);
    }

    /// Pops an operand that is only compared with zero: when it is a comparison's result, the
    /// comparison itself.
    pub(super) fn pop_condition(&mut self) -> Value {
        let value = self.pop();
        self.comparison(value).unwrap_or(value)
    }

    /// The truth value that `value` is the extension of.
    pub(super) fn comparison(&self, value: Value) -> Option<Value> {
        let dfg = &self.b.func.dfg;
        let inst = dfg.value_def(value).inst()?;
        match dfg.insts[inst] {
            InstructionData::Unary {
                opcode: Opcode::Uextend,
                arg,
            } if dfg.value_type(arg) == types::I8 => Some(arg),
            _ => None,
        }
    }

    /// The constant that an integer is, zero-extended.
    pub(super) fn constant(&self, value: Value) -> Option<u64> {
        bounds::constant(&self.b.func.dfg, value)
    }

    pub(super) fn iconst32(&mut self, value: u32) -> Value {
        self.b.ins().iconst(types::I32, i64::from(value))
    }

    pub(super) fn iconst64(&mut self, value: u64) -> Value {
        self.b.ins().iconst(types::I64, Imm64::new(value as i64))
    }

    /// An index or a length, zero-extended when it has 32 bits.
    pub(super) fn widen(&mut self, value: Value, wide: bool) -> Value {
        if wide {
            value
        } else {
            self.b.ins().uextend(types::I64, value)
        }
    }

    /// An index or a length in the width that the guest has it in.
    pub(super) fn narrow(&mut self, value: Value, wide: bool) -> Value {
        if wide {
            value
        } else {
            self.b.ins().ireduce(types::I32, value)
        }
    }
}
