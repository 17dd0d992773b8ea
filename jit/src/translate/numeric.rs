//! Numeric operators.

use super::{Result, Translator};
use crate::builtins::Builtin;
use crate::settings::Traps;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::FuncInstBuilder;
use diptych_core::Trap;

/// A division.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Division {
    DivS,
    DivU,
    RemS,
    RemU,
}

/// A rounding to an integer that is a float.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rounding {
    Ceil,
    Floor,
    Trunc,
    Nearest,
}

impl Translator<'_> {
    pub(super) fn i32_const(&mut self, value: i32) -> Result<()> {
        let value = self.iconst32(value as u32);
        self.push(value)
    }

    pub(super) fn i64_const(&mut self, value: i64) -> Result<()> {
        let value = self.iconst64(value as u64);
        self.push(value)
    }

    pub(super) fn f32_const(&mut self, bits: u32) -> Result<()> {
        let value = self.b.ins().f32const(Ieee32::with_bits(bits));
        self.push(value)
    }

    pub(super) fn f64_const(&mut self, bits: u64) -> Result<()> {
        let value = self.b.ins().f64const(Ieee64::with_bits(bits));
        self.push(value)
    }

    #[inline]
    pub(super) fn unary(
        &mut self,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value,
    ) -> Result<()> {
        let a = self.pop();
        let value = emit(self.b.ins(), a);
        self.push(value)
    }

    #[inline]
    pub(super) fn binary(
        &mut self,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) -> Result<()> {
        let (a, b) = self.pop2();
        let value = emit(self.b.ins(), a, b);
        self.push(value)
    }

    /// As [`unary`](Self::unary), of what computes a float.
    pub(super) fn unary_float(
        &mut self,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value,
    ) -> Result<()> {
        let a = self.pop();
        let value = emit(self.b.ins(), a);
        self.push_float(value)
    }

    /// As [`binary`](Self::binary), of what computes a float.
    #[inline]
    pub(super) fn binary_float(
        &mut self,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) -> Result<()> {
        let (a, b) = self.pop2();
        let value = emit(self.b.ins(), a, b);
        self.push_float(value)
    }

    /// Pushes a float that was computed.
    fn push_float(&mut self, value: Value) -> Result<()> {
        let value = self.computed_float(value);
        self.push(value)
    }

    /// A float, or a vector of floats, that was computed: where NaNs are to be canonical, with such
    /// ones.
    #[inline]
    pub(super) fn computed_float(&mut self, value: Value) -> Value {
        if self.env.settings.canonical_nans {
            self.canonical_nan(value)
        } else {
            value
        }
    }

    /// The value, or the canonical NaN where it is a NaN.
    fn canonical_nan(&mut self, value: Value) -> Value {
        let ty = self.b.func.dfg.value_type(value);
        let is_nan = self.b.ins().fcmp(FloatCC::Unordered, value, value);
        let nan = match ty.lane_type() {
            types::F32 => self.b.ins().f32const(Ieee32::with_bits(0x7fc0_0000)),
            _ => self
                .b
                .ins()
                .f64const(Ieee64::with_bits(0x7ff8_0000_0000_0000)),
        };
        if !ty.is_vector() {
            return self.b.ins().select(is_nan, nan, value);
        }
        let nans = self.b.ins().splat(ty, nan);
        let is_nan = self.b.ins().bitcast(ty, MemFlagsData::new(), is_nan);
        self.b.ins().bitselect(is_nan, nans, value)
    }

    pub(super) fn compare(&mut self, condition: IntCC) -> Result<()> {
        let (a, b) = self.pop2();
        let truth = self.b.ins().icmp(condition, a, b);
        self.push_truth(truth)
    }

    pub(super) fn compare_floats(&mut self, condition: FloatCC) -> Result<()> {
        let (a, b) = self.pop2();
        let truth = self.b.ins().fcmp(condition, a, b);
        self.push_truth(truth)
    }

    /// Whether the topmost operand is zero, or is null.
    pub(super) fn eqz(&mut self) -> Result<()> {
        let value = self.pop_condition();
        let truth = self.b.ins().icmp_imm_u(IntCC::Equal, value, 0);
        self.push_truth(truth)
    }

    /// Pushes the result of a comparison, which whoever branches on it finds again.
    pub(super) fn push_truth(&mut self, truth: Value) -> Result<()> {
        let value = self.b.ins().uextend(types::I32, truth);
        self.push(value)
    }

    /// Sign-extends the lower part, a `part`, of the topmost operand.
    pub(super) fn extend(&mut self, part: Type, ty: Type) -> Result<()> {
        let value = self.pop();
        let value = self.b.ins().ireduce(part, value);
        let value = self.b.ins().sextend(ty, value);
        self.push(value)
    }

    pub(super) fn reinterpret(&mut self, ty: Type) -> Result<()> {
        let value = self.pop();
        let value = self.b.ins().bitcast(ty, MemFlagsData::new(), value);
        self.push(value)
    }

    pub(super) fn divide(&mut self, division: Division) -> Result<()> {
        let (a, b) = self.pop2();
        if self.env.settings.traps == Traps::Explicit && self.env.division_faults() {
            self.check_division(division, a, b);
        }
        let ins = self.b.ins();
        let value = match division {
            Division::DivS => ins.sdiv(a, b),
            Division::DivU => ins.udiv(a, b),
            Division::RemS => ins.srem(a, b),
            Division::RemU => ins.urem(a, b),
        };
        self.push(value)
    }

    /// Traps where the machine's instruction would fault. Where it would because the divisor of a
    /// signed division is zero, Cranelift has a check anyway, to tell it from an overflow.
    fn check_division(&mut self, division: Division, a: Value, b: Value) {
        let ty = self.b.func.dfg.value_type(a);
        let minus_one = if ty == types::I32 {
            u64::from(u32::MAX)
        } else {
            u64::MAX
        };
        let divisor = self.constant(b);
        if division != Division::DivS && divisor.is_none_or(|divisor| divisor == 0) {
            let zero = self.b.ins().icmp_imm_u(IntCC::Equal, b, 0);
            self.trap_if(zero, Trap::IntegerDivideByZero);
        }
        if division == Division::DivS && divisor.is_none_or(|divisor| divisor == minus_one) {
            let lowest = i64::MIN >> (64 - ty.bits());
            let lowest = self.b.ins().icmp_imm_s(IntCC::Equal, a, lowest);
            let negated = self.b.ins().icmp_imm_s(IntCC::Equal, b, -1);
            let overflow = self.b.ins().band(lowest, negated);
            self.trap_if(overflow, Trap::IntegerOverflow);
        }
    }

    /// A conversion of a float to an integer that traps when it does not fit.
    pub(super) fn truncate_float(&mut self, ty: Type, signed: bool) -> Result<()> {
        let value = self.pop();
        let value = match (signed, ty) {
            (true, _) => self.b.ins().fcvt_to_sint(ty, value),
            (false, types::I32) if !self.env.truncates_unsigned() => {
                let wide = self.b.ins().fcvt_to_sint(types::I64, value);
                let high = self.b.ins().ushr_imm_u(wide, 32);
                self.trap_if(high, Trap::IntegerOverflow);
                self.b.ins().ireduce(types::I32, wide)
            }
            (false, _)
                if self.env.settings.traps == Traps::Explicit && !self.env.truncates_unsigned() =>
            {
                // What Cranelift makes of the conversion that traps has more in it than checks.
                self.check_truncation(value);
                self.b.ins().fcvt_to_uint_sat(ty, value)
            }
            (false, _) => self.b.ins().fcvt_to_uint(ty, value),
        };
        self.push(value)
    }

    /// Traps where the conversion to an unsigned integer of 64 bits would.
    fn check_truncation(&mut self, value: Value) {
        let nan = self.b.ins().fcmp(FloatCC::Unordered, value, value);
        self.trap_if(nan, Trap::InvalidConversionToInteger);
        let (low, high) = (-1.0, 2f64.powi(64));
        let (low, high) = if self.b.func.dfg.value_type(value) == types::F32 {
            let low = self.b.ins().f32const(low as f32);
            (low, self.b.ins().f32const(high as f32))
        } else {
            let low = self.b.ins().f64const(low);
            (low, self.b.ins().f64const(high))
        };
        let below = self.b.ins().fcmp(FloatCC::LessThanOrEqual, value, low);
        let above = self.b.ins().fcmp(FloatCC::GreaterThanOrEqual, value, high);
        let outside = self.b.ins().bor(below, above);
        self.trap_if(outside, Trap::IntegerOverflow);
    }

    pub(super) fn round(&mut self, rounding: Rounding) -> Result<()> {
        let value = self.pop();
        let value = self.emit_round(rounding, value);
        self.push_float(value)
    }

    /// A float rounded, or a vector of floats where the machine has an instruction for it.
    pub(super) fn emit_round(&mut self, rounding: Rounding, value: Value) -> Value {
        if self.env.isa.has_round() {
            let ins = self.b.ins();
            match rounding {
                Rounding::Ceil => ins.ceil(value),
                Rounding::Floor => ins.floor(value),
                Rounding::Trunc => ins.trunc(value),
                Rounding::Nearest => ins.nearest(value),
            }
        } else {
            let double = self.b.func.dfg.value_type(value) == types::F64;
            let builtin = match (rounding, double) {
                (Rounding::Ceil, false) => Builtin::CeilF32,
                (Rounding::Ceil, true) => Builtin::CeilF64,
                (Rounding::Floor, false) => Builtin::FloorF32,
                (Rounding::Floor, true) => Builtin::FloorF64,
                (Rounding::Trunc, false) => Builtin::TruncF32,
                (Rounding::Trunc, true) => Builtin::TruncF64,
                (Rounding::Nearest, false) => Builtin::NearestF32,
                (Rounding::Nearest, true) => Builtin::NearestF64,
            };
            self.builtin_result(builtin, &[value])
        }
    }

    /// Adds or subtracts numbers of 128 bits, whose halves are operands, the lower ones first.
    pub(super) fn wide_sum(&mut self, subtract: bool) -> Result<()> {
        let (b_low, b_high) = self.pop2();
        let (a_low, a_high) = self.pop2();
        let a = self.b.ins().iconcat(a_low, a_high);
        let b = self.b.ins().iconcat(b_low, b_high);
        let sum = if subtract {
            self.b.ins().isub(a, b)
        } else {
            self.b.ins().iadd(a, b)
        };
        let (low, high) = self.b.ins().isplit(sum);
        self.push(low)?;
        self.push(high)
    }

    /// Multiplies to 128 bits.
    pub(super) fn wide_product(&mut self, signed: bool) -> Result<()> {
        let (a, b) = self.pop2();
        let low = self.b.ins().imul(a, b);
        let high = if signed {
            self.b.ins().smulhi(a, b)
        } else {
            self.b.ins().umulhi(a, b)
        };
        self.push(low)?;
        self.push(high)
    }
}
