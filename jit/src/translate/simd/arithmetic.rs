//! Arithmetic in lanes.

use super::super::numeric::Rounding;
use super::super::{Result, Translator};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::types::{F32X4, F64X2, I16X8, I32, I32X4, I64X2};
use cranelift_codegen::ir::{InstBuilder, Type, Value};
use cranelift_frontend::FuncInstBuilder;

/// Half of a vector's lanes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Half {
    Low,
    High,
}

/// The lesser or the greater of two floats.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extreme {
    Minimum,
    Maximum,
}

impl Translator<'_> {
    /// What is made of the topmost vector.
    pub(super) fn unary_lanes(
        &mut self,
        ty: Type,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value,
    ) -> Value {
        let a = self.pop_lanes(ty);
        emit(self.b.ins(), a)
    }

    /// What is made of the second and the first vector from the top.
    pub(super) fn binary_lanes(
        &mut self,
        ty: Type,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) -> Value {
        let (a, b) = self.pop2_lanes(ty);
        emit(self.b.ins(), a, b)
    }

    /// Pushes floats that were computed.
    pub(super) fn push_float_lanes(&mut self, lanes: Value) -> Result<()> {
        let lanes = self.computed_float(lanes);
        self.push_lanes(lanes)
    }

    /// Shifts lanes by the topmost operand, of which Cranelift looks at as many bits as lanes have
    /// numbers of bits.
    pub(super) fn shift_lanes(
        &mut self,
        ty: Type,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) -> Result<()> {
        let by = self.pop();
        let a = self.pop_lanes(ty);
        let value = emit(self.b.ins(), a, by);
        self.push_lanes(value)
    }

    pub(super) fn and_not(&mut self) -> Result<()> {
        let (a, b) = self.pop2();
        let not = self.b.ins().bnot(b);
        let value = self.b.ins().band(a, not);
        self.push(value)
    }

    pub(super) fn bitselect(&mut self) -> Result<()> {
        let (a, b, mask) = self.pop3();
        let value = self.b.ins().bitselect(mask, a, b);
        self.push(value)
    }

    pub(super) fn round_lanes(&mut self, ty: Type, rounding: Rounding) -> Result<()> {
        let a = self.pop_lanes(ty);
        let value = if self.env.isa.has_round() {
            self.emit_round(rounding, a)
        } else {
            self.lane_by_lane(ty, |this, lane| {
                let a = this.b.ins().extractlane(a, lane);
                this.emit_round(rounding, a)
            })
        };
        self.push_float_lanes(value)
    }

    /// A vector of floats, each of them made on its own.
    pub(super) fn lane_by_lane(
        &mut self,
        ty: Type,
        mut make: impl FnMut(&mut Self, u8) -> Value,
    ) -> Value {
        let first = make(self, 0);
        let mut vector = self.b.ins().scalar_to_vector(ty, first);
        for lane in 1..ty.lane_count() as u8 {
            let value = make(self, lane);
            vector = self.b.ins().insertlane(vector, value, lane);
        }
        vector
    }

    /// The second vector's lanes where they are beyond the first's, else the first's.
    pub(super) fn choose_lanes(&mut self, ty: Type, extreme: Extreme) -> Result<()> {
        let (a, b) = self.pop2_lanes(ty);
        let value = self.emit_choice(ty, extreme, b, a);
        self.push_lanes(value)
    }

    /// The lanes of `a` where they are beyond those of `b`, else the latter. In this form it is one
    /// instruction on x86_64.
    pub(super) fn emit_choice(&mut self, ty: Type, extreme: Extreme, a: Value, b: Value) -> Value {
        let (below, above) = match extreme {
            Extreme::Minimum => (a, b),
            Extreme::Maximum => (b, a),
        };
        let mask = self.b.ins().fcmp(FloatCC::LessThan, below, above);
        let mask = self.lanes(ty, mask);
        self.b.ins().bitselect(mask, a, b)
    }

    /// Lanes of one half, each in twice the bits.
    pub(super) fn widen_lanes(&mut self, half: Half, signed: bool, lanes: Value) -> Value {
        let ins = self.b.ins();
        match (half, signed) {
            (Half::Low, true) => ins.swiden_low(lanes),
            (Half::Low, false) => ins.uwiden_low(lanes),
            (Half::High, true) => ins.swiden_high(lanes),
            (Half::High, false) => ins.uwiden_high(lanes),
        }
    }

    /// The products of the lanes of one half, in twice the bits.
    fn emit_product(&mut self, half: Half, signed: bool, a: Value, b: Value) -> Value {
        let a = self.widen_lanes(half, signed, a);
        let b = self.widen_lanes(half, signed, b);
        self.b.ins().imul(a, b)
    }

    pub(super) fn multiply_extended(&mut self, ty: Type, half: Half, signed: bool) -> Result<()> {
        let (a, b) = self.pop2_lanes(ty);
        let value = self.emit_product(half, signed, a, b);
        self.push_lanes(value)
    }

    /// The sums of neighbours, in twice the bits.
    pub(super) fn emit_pairwise(&mut self, signed: bool, lanes: Value) -> Value {
        let low = self.widen_lanes(Half::Low, signed, lanes);
        let high = self.widen_lanes(Half::High, signed, lanes);
        self.b.ins().iadd_pairwise(low, high)
    }

    pub(super) fn add_pairwise(&mut self, ty: Type, signed: bool) -> Result<()> {
        let a = self.pop_lanes(ty);
        let value = self.emit_pairwise(signed, a);
        self.push_lanes(value)
    }

    /// The sums of the products of neighbours, in twice the bits.
    pub(super) fn emit_dot(&mut self, a: Value, b: Value) -> Value {
        let low = self.emit_product(Half::Low, true, a, b);
        let high = self.emit_product(Half::High, true, a, b);
        self.b.ins().iadd_pairwise(low, high)
    }

    pub(super) fn dot(&mut self) -> Result<()> {
        let (a, b) = self.pop2_lanes(I16X8);
        let value = self.emit_dot(a, b);
        self.push_lanes(value)
    }

    /// Two floats as integers of 32 bits, and two zeros.
    pub(super) fn truncate_doubles(&mut self, signed: bool) -> Result<()> {
        let a = self.pop_lanes(F64X2);
        if !signed && !self.env.isa.has_round() {
            // What Cranelift makes of it rounds.
            let mut value = self.zero_vector(I32X4);
            for lane in 0..2 {
                let float = self.b.ins().extractlane(a, lane);
                let int = self.b.ins().fcvt_to_uint_sat(I32, float);
                value = self.b.ins().insertlane(value, int, lane);
            }
            return self.push_lanes(value);
        }
        let zero = self.zero_vector(I64X2);
        let value = if signed {
            let wide = self.b.ins().fcvt_to_sint_sat(I64X2, a);
            self.b.ins().snarrow(wide, zero)
        } else {
            let wide = self.b.ins().fcvt_to_uint_sat(I64X2, a);
            self.b.ins().uunarrow(wide, zero)
        };
        self.push_lanes(value)
    }

    /// The lower two of four integers as floats.
    pub(super) fn convert_low(&mut self, signed: bool) -> Result<()> {
        let a = self.pop_lanes(I32X4);
        let wide = self.widen_lanes(Half::Low, signed, a);
        let value = if signed {
            self.b.ins().fcvt_from_sint(F64X2, wide)
        } else {
            self.b.ins().fcvt_from_uint(F64X2, wide)
        };
        self.push_lanes(value)
    }

    /// `a * b + c`, rounded once.
    pub(super) fn emit_fused(&mut self, ty: Type, a: Value, b: Value, c: Value) -> Value {
        use crate::builtins::Builtin;
        if self.env.fuses() {
            return self.b.ins().fma(a, b, c);
        }
        let builtin = match ty {
            F32X4 => Builtin::FmaF32,
            _ => Builtin::FmaF64,
        };
        self.lane_by_lane(ty, |this, lane| {
            let args = [a, b, c].map(|vector| this.b.ins().extractlane(vector, lane));
            this.builtin_result(builtin, &args)
        })
    }
}
