//! Loads and stores of vectors and of parts of them.

use super::super::memory::Address;
use super::super::{Result, Translator};
use cranelift_codegen::ir::immediates::Offset32;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value};
use cranelift_frontend::FuncInstBuilder;
use wasmparser::MemArg;

impl Translator<'_> {
    /// A load of 64 bits as lanes of twice their size.
    pub(super) fn load_extended(
        &mut self,
        arg: &MemArg,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, MemFlagsData, Value, Offset32) -> Value,
    ) -> Result<()> {
        let at = self.address(arg, 8)?;
        let value = emit(self.b.ins(), at.flags, at.base, at.offset.into());
        self.push_lanes(value)
    }

    /// A load of one lane of a vector of this type.
    fn lane_from(&mut self, ty: Type, arg: &MemArg) -> Result<Value> {
        let lane = ty.lane_type();
        let at = self.address(arg, lane.bytes().into())?;
        Ok(self.b.ins().load(lane, at.flags, at.base, at.offset))
    }

    /// A load of a lane that all lanes become.
    pub(super) fn load_splat(&mut self, ty: Type, arg: &MemArg) -> Result<()> {
        let lane = self.lane_from(ty, arg)?;
        let value = self.b.ins().splat(ty, lane);
        self.push_lanes(value)
    }

    /// A load of the lowest lane; the others are zero.
    pub(super) fn load_zero(&mut self, ty: Type, arg: &MemArg) -> Result<()> {
        let lane = self.lane_from(ty, arg)?;
        let value = self.b.ins().scalar_to_vector(ty, lane);
        self.push_lanes(value)
    }

    /// A load of one lane into a vector.
    pub(super) fn load_lane(&mut self, ty: Type, arg: &MemArg, lane: u8) -> Result<()> {
        let vector = self.pop_lanes(ty);
        let value = self.lane_from(ty, arg)?;
        let value = self.b.ins().insertlane(vector, value, lane);
        self.push_lanes(value)
    }

    /// A store of one lane of a vector.
    pub(super) fn store_lane(&mut self, ty: Type, arg: &MemArg, lane: u8) -> Result<()> {
        let vector = self.pop_lanes(ty);
        let Address {
            base,
            offset,
            flags,
        } = self.address(arg, ty.lane_type().bytes().into())?;
        let value = self.b.ins().extractlane(vector, lane);
        self.b.ins().store(flags, value, base, offset);
        Ok(())
    }
}
