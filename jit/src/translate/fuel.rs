//! Fuel: what a basic block costs is taken at its first instruction that costs something.

use super::Translator;
use crate::abi::{POINTER, offsets};
use crate::builtins::Builtin;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{InstBuilder, InstructionData, Value, types};
use diptych_core::fuel::fuel_cost;
use wasmparser::Operator;

/// The length in bytes of a body whose fuel is no variable: where control joins, a variable is a
/// value of its own, and in the frames of very large functions each has its place.
const LONG_BODY: usize = 64 << 10;

impl Translator<'_> {
    /// What is left is in a variable from here on, as well as in the store.
    pub(super) fn begin_fuel(&mut self, body_len: usize) {
        if self.env.settings.fuel && body_len < LONG_BODY {
            self.fuel = Some(self.b.declare_var(types::I64));
            self.reload_fuel();
        }
    }

    /// Something else may have changed what is left.
    pub(super) fn reload_fuel(&mut self) {
        if let Some(fuel) = self.fuel {
            let left = self.load_fuel();
            self.b.def_var(fuel, left);
        }
    }

    fn load_fuel(&mut self) -> Value {
        let flags = self.flags.fuel;
        self.b
            .ins()
            .load(POINTER, flags, self.store, offsets::STORE_FUEL)
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
        if !self.meter.is_open() {
            let cost = self.iconst64(0);
            if let Some(inst) = self.b.func.dfg.value_def(cost).inst() {
                self.meter.begin(inst);
            }
            let left = match self.fuel {
                Some(fuel) => self.b.use_var(fuel),
                None => self.load_fuel(),
            };
            let short = self.b.ins().icmp(IntCC::UnsignedLessThan, left, cost);
            let more = self.b.create_block();
            let paid = self.b.create_block();
            self.b.set_cold_block(more);
            self.b.ins().brif(short, more, &[], paid, &[]);
            self.go_on_in(more);
            self.call_builtin(Builtin::OutOfFuel, &[self.ctx, cost]);
            self.reload_fuel();
            self.b.ins().jump(paid, &[]);
            self.go_on_in(paid);
            let left = match self.fuel {
                Some(fuel) => self.b.use_var(fuel),
                None => self.load_fuel(),
            };
            let left = self.b.ins().isub(left, cost);
            let flags = self.flags.fuel;
            self.b
                .ins()
                .store(flags, left, self.store, offsets::STORE_FUEL);
            if let Some(fuel) = self.fuel {
                self.b.def_var(fuel, left);
            }
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
