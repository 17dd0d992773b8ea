//! Operators whose results depend on the machine, unless they are to be deterministic: then they
//! are what other operators, or fused multiplications, give.

use super::super::{Result, Translator};
use super::arithmetic::Extreme;
use super::{F32X4, F64X2, I8X16, I16X8, I32X4, I64X2};
use cranelift_codegen::ir::{InstBuilder, Type};

impl Translator<'_> {
    /// Whether results may be what this machine's instructions make them.
    fn relaxes(&self) -> bool {
        !self.env.settings.deterministic
    }

    pub(super) fn relaxed_swizzle(&mut self) -> Result<()> {
        if !(self.relaxes() && self.env.isa.has_x86_pshufb_lowering()) {
            return self.swizzle();
        }
        let value = self.binary_lanes(I8X16, |ins, a, indices| ins.x86_pshufb(a, indices));
        self.push_lanes(value)
    }

    pub(super) fn relaxed_truncate(&mut self, signed: bool) -> Result<()> {
        let quick = self.relaxes() && self.env.is_x86();
        let value = self.unary_lanes(F32X4, |ins, a| match signed {
            true if quick => ins.x86_cvtt2dq(I32X4, a),
            true => ins.fcvt_to_sint_sat(I32X4, a),
            false => ins.fcvt_to_uint_sat(I32X4, a),
        });
        self.push_lanes(value)
    }

    pub(super) fn relaxed_truncate_doubles(&mut self, signed: bool) -> Result<()> {
        if !(signed && self.relaxes() && self.env.is_x86()) {
            return self.truncate_doubles(signed);
        }
        let a = self.pop_lanes(F64X2);
        // Cranelift knows it in this form only.
        let wide = self.b.ins().x86_cvtt2dq(I64X2, a);
        let zero = self.zero_vector(I64X2);
        let value = self.b.ins().snarrow(wide, zero);
        self.push_lanes(value)
    }

    /// `a * b + c`, or `c - a * b`.
    pub(super) fn relaxed_multiply_add(&mut self, ty: Type, negate: bool) -> Result<()> {
        let (a, b, c) = self.pop3_lanes(ty);
        let a = if negate { self.b.ins().fneg(a) } else { a };
        let value = if self.relaxes() && !self.env.fuses() {
            let product = self.b.ins().fmul(a, b);
            self.b.ins().fadd(product, c)
        } else {
            self.emit_fused(ty, a, b, c)
        };
        self.push_float_lanes(value)
    }

    pub(super) fn relaxed_select(&mut self, ty: Type) -> Result<()> {
        if !(self.relaxes() && self.env.isa.has_blendv_lowering(ty)) {
            return self.bitselect();
        }
        let (a, b, mask) = self.pop3_lanes(ty);
        let value = self.b.ins().blendv(mask, a, b);
        self.push_lanes(value)
    }

    /// The first vector's lanes where they are beyond the second's, else the second's; or what
    /// treats NaNs and zeros as scalar operators do.
    pub(super) fn relaxed_extreme(&mut self, ty: Type, extreme: Extreme) -> Result<()> {
        let (a, b) = self.pop2_lanes(ty);
        let value = if self.relaxes() && self.env.is_x86() {
            self.emit_choice(ty, extreme, a, b)
        } else {
            match extreme {
                Extreme::Minimum => self.b.ins().fmin(a, b),
                Extreme::Maximum => self.b.ins().fmax(a, b),
            }
        };
        self.push_float_lanes(value)
    }

    pub(super) fn relaxed_multiply_q15(&mut self) -> Result<()> {
        let quick = self.relaxes() && self.env.isa.has_x86_pmulhrsw_lowering();
        let value = self.binary_lanes(I16X8, |ins, a, b| match quick {
            true => ins.x86_pmulhrsw(a, b),
            false => ins.sqmul_round_sat(a, b),
        });
        self.push_lanes(value)
    }

    /// Replaces the topmost vectors of 16 integers, of which the second one's have 7 bits, by the
    /// sums of the products of neighbours.
    pub(super) fn relaxed_dot(&mut self) -> Result<()> {
        let (a, b) = self.pop2_lanes(I8X16);
        let value = if self.relaxes() && self.env.isa.has_x86_pmaddubsw_lowering() {
            // It takes the second vector's integers as unsigned.
            self.b.ins().x86_pmaddubsw(a, b)
        } else {
            self.emit_dot(a, b)
        };
        self.push_lanes(value)
    }

    pub(super) fn relaxed_dot_add(&mut self) -> Result<()> {
        let sum = self.pop_lanes(I32X4);
        self.relaxed_dot()?;
        let dot = self.pop_lanes(I16X8);
        let dot = self.emit_pairwise(true, dot);
        let value = self.b.ins().iadd(dot, sum);
        self.push_lanes(value)
    }
}
