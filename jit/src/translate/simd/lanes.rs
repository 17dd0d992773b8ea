//! Single lanes, and lanes in another order.

use super::super::{Result, Translator};
use crate::abi::{POINTER, VECTOR};
use crate::builtins::Builtin;
use cranelift_codegen::ir::types::I32;
use cranelift_codegen::ir::{
    ConstantData, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Type, Value,
};

/// An index that is that of no lane, for all swizzles.
const NO_LANE: u8 = 0x80;

impl Translator<'_> {
    pub(super) fn v128_const(&mut self, value: wasmparser::V128) -> Result<()> {
        let value = self.vector_of(*value.bytes());
        self.push(value)
    }

    fn vector_of(&mut self, bytes: [u8; 16]) -> Value {
        let constants = &mut self.b.func.dfg.constants;
        let constant = constants.insert(ConstantData::from(&bytes[..]));
        self.b.ins().vconst(VECTOR, constant)
    }

    /// A vector of zeros.
    pub(in super::super) fn zero_vector(&mut self, ty: Type) -> Value {
        let constants = &mut self.b.func.dfg.constants;
        let constant = constants.insert(ConstantData::from(&[0; 16][..]));
        self.b.ins().vconst(ty, constant)
    }

    /// The lower bits of a scalar operand that make a lane.
    fn lane_of(&mut self, ty: Type, value: Value) -> Value {
        let lane = ty.lane_type();
        if self.b.func.dfg.value_type(value) == lane {
            value
        } else {
            self.b.ins().ireduce(lane, value)
        }
    }

    pub(super) fn splat(&mut self, ty: Type) -> Result<()> {
        let value = self.pop();
        let lane = self.lane_of(ty, value);
        let value = self.b.ins().splat(ty, lane);
        self.push_lanes(value)
    }

    pub(super) fn extract_lane(&mut self, ty: Type, lane: u8) -> Result<()> {
        let a = self.pop_lanes(ty);
        let value = self.b.ins().extractlane(a, lane);
        self.push(value)
    }

    pub(super) fn extract_extended(&mut self, ty: Type, lane: u8, signed: bool) -> Result<()> {
        let a = self.pop_lanes(ty);
        let value = self.b.ins().extractlane(a, lane);
        let value = if signed {
            self.b.ins().sextend(I32, value)
        } else {
            self.b.ins().uextend(I32, value)
        };
        self.push(value)
    }

    pub(super) fn replace_lane(&mut self, ty: Type, lane: u8) -> Result<()> {
        let value = self.pop();
        let value = self.lane_of(ty, value);
        let a = self.pop_lanes(ty);
        let value = self.b.ins().insertlane(a, value, lane);
        self.push_lanes(value)
    }

    pub(super) fn any_true(&mut self) -> Result<()> {
        let a = self.pop();
        let truth = self.b.ins().vany_true(a);
        self.push_truth(truth)
    }

    pub(super) fn all_true(&mut self, ty: Type) -> Result<()> {
        let a = self.pop_lanes(ty);
        let truth = self.b.ins().vall_true(a);
        self.push_truth(truth)
    }

    pub(super) fn bitmask(&mut self, ty: Type) -> Result<()> {
        let a = self.pop_lanes(ty);
        let value = self.b.ins().vhigh_bits(I32, a);
        self.push(value)
    }

    pub(super) fn shuffle(&mut self, lanes: [u8; 16]) -> Result<()> {
        let (a, b) = self.pop2();
        let value = if self.env.swizzles() {
            let immediates = &mut self.b.func.dfg.immediates;
            let lanes = immediates.push(ConstantData::from(&lanes[..]));
            self.b.ins().shuffle(a, b, lanes)
        } else {
            let below = lanes.map(|lane| if lane < 16 { lane } else { NO_LANE });
            let above = lanes.map(|lane| lane.checked_sub(16).unwrap_or(NO_LANE));
            let (below, above) = (self.vector_of(below), self.vector_of(above));
            let (a, b) = (self.call_swizzle(a, below), self.call_swizzle(b, above));
            self.b.ins().bor(a, b)
        };
        self.push(value)
    }

    pub(super) fn swizzle(&mut self) -> Result<()> {
        let (a, indices) = self.pop2();
        let value = if self.env.swizzles() {
            self.b.ins().swizzle(a, indices)
        } else {
            self.call_swizzle(a, indices)
        };
        self.push(value)
    }

    /// What swizzles where the machine has no instruction for it: both vectors are passed, and the
    /// result comes back, in memory, since not every convention has vectors in registers.
    fn call_swizzle(&mut self, a: Value, indices: Value) -> Value {
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, 32, 4);
        let slot = self.b.create_sized_stack_slot(slot);
        let at = self.b.ins().stack_addr(POINTER, slot, 0);
        let flags = MemFlagsData::trusted();
        self.b.ins().store(flags, a, at, 0);
        self.b.ins().store(flags, indices, at, 16);
        self.call_builtin(Builtin::Swizzle, &[at]);
        self.b.ins().load(VECTOR, flags, at, 0)
    }
}
