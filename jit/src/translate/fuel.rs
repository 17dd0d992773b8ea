//! Fuel: what a basic block costs is taken at its first instruction that costs something.

use super::Translator;
use crate::abi::{POINTER, offsets};
use crate::builtins::Builtin;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{InstBuilder, InstructionData, types};
use diptych_core::fuel::fuel_cost;
use wasmparser::Operator;

impl Translator<'_> {
    /// What is left is in a variable from here on, as well as in the store.
    pub(super) fn begin_fuel(&mut self) {
        if self.env.settings.fuel {
            let fuel = self.b.declare_var(types::I64);
            self.fuel = Some(fuel);
            self.reload_fuel();
        }
    }

    /// Something else may have changed what is left.
    pub(super) fn reload_fuel(&mut self) {
        if let Some(fuel) = self.fuel {
            let flags = self.flags.fuel;
            let left = self
                .b
                .ins()
                .load(POINTER, flags, self.store, offsets::STORE_FUEL);
            self.b.def_var(fuel, left);
        }
    }

    #[inline]
    pub(super) fn pay_for(&mut self, operator: &Operator<'_>) {
        match fuel_cost(operator) {
            0 => {}
            cost => self.charge(cost),
        }
    }

    /// Charges `cost` to the basic block, which gets the code that pays for it if it has none.
    fn charge(&mut self, cost: u32) {
        if !self.meter.is_open()
            && let Some(fuel) = self.fuel
        {
            let cost = self.iconst64(0);
            if let Some(inst) = self.b.func.dfg.value_def(cost).inst() {
                self.meter.begin(inst);
            }
            let left = self.b.use_var(fuel);
            let short = self.b.ins().icmp(IntCC::UnsignedLessThan, left, cost);
            let more = self.b.create_block();
            let paid = self.b.create_block();
            let left_then = self.b.append_block_param(paid, types::I64);
            self.b.set_cold_block(more);
            self.b.ins().brif(short, more, &[], paid, &[left.into()]);
            self.go_on_in(more);
            let offset = self.iconst32(self.offset);
            self.call_builtin(Builtin::OutOfFuel, &[self.ctx, cost, offset]);
            let flags = self.flags.fuel;
            let refilled = self
                .b
                .ins()
                .load(types::I64, flags, self.store, offsets::STORE_FUEL);
            self.b.ins().jump(paid, &[refilled.into()]);
            self.go_on_in(paid);
            let left = self.b.ins().isub(left_then, cost);
            self.b
                .ins()
                .store(flags, left, self.store, offsets::STORE_FUEL);
            self.b.def_var(fuel, left);
        }
        self.meter.add(cost);
    }

    /// The cost of the basic block that ends here is known.
    pub(super) fn end_fuel(&mut self) {
        if let Some((at, cost)) = self.meter.end()
            && let InstructionData::UnaryImm { imm, .. } = &mut self.b.func.dfg.insts[at]
        {
            *imm = Imm64::new(cost.into());
        }
    }
}
