//! Where the guest ends.
//!
//! A check is the same however code traps: where nothing may fault, what it branches to is made a
//! call once there is machine code ([`raise`](crate::raise)).

use super::Translator;
use crate::abi::offsets;
use crate::builtins::Builtin;
use crate::compile::RAISE;
use crate::settings::Traps;
use cranelift_codegen::ir::{
    Block, ExtFuncData, ExternalName, InstBuilder, Signature, TrapCode, UserExternalName, Value,
    types,
};
use cranelift_codegen::isa::CallConv;
use diptych_core::Trap;

/// A trap as Cranelift knows it.
pub(crate) const fn trap_code(trap: Trap) -> TrapCode {
    TrapCode::unwrap_user(trap as u8)
}

/// The code of the accesses to memory that the machine checks, each of them the next of these
/// codes: an access can become part of the instruction that uses what it loads, and would then be
/// taken for something at the place of that one, which may have none. See [`place_of_access`].
pub(super) const fn access_code(number: usize) -> TrapCode {
    TrapCode::unwrap_user(FIRST_ACCESS + (number % ACCESSES) as u8)
}

/// Whether it is the code of an access that the machine checks.
pub(crate) fn is_access(code: TrapCode) -> bool {
    (FIRST_ACCESS..FIRST_ACCESS + ACCESSES as u8).contains(&code.as_raw().get())
}

/// Where an access with this code is, which is, or has become part of, an instruction at `near` or
/// not far from there. `accesses` are the places of all that the machine checks, in order.
pub(crate) fn place_of_access(accesses: &[u32], code: TrapCode, near: u32) -> u32 {
    let first = usize::from(code.as_raw().get() - FIRST_ACCESS);
    // Those with this code, in order: the first that is not before, or the one before that.
    let with_code = |i: usize| accesses.get(first + i * ACCESSES).copied();
    let (mut low, mut high) = (0, accesses.len().div_ceil(ACCESSES));
    while low < high {
        let middle = low.midpoint(high);
        if with_code(middle).is_some_and(|at| at < near) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let candidates = [low.checked_sub(1).and_then(with_code), with_code(low)];
    let candidates = candidates.into_iter().flatten();
    candidates
        .min_by_key(|at| at.abs_diff(near))
        .unwrap_or(near)
}

/// Behind the codes of traps.
const FIRST_ACCESS: u8 = 50;
const ACCESSES: usize = 200;

/// What follows a call that never returns.
pub(crate) const NEVER: TrapCode = TrapCode::unwrap_user(250);

impl Translator<'_> {
    /// Traps when the condition is not zero.
    pub(super) fn trap_if(&mut self, condition: Value, trap: Trap) {
        self.b.ins().trapnz(condition, trap_code(trap));
    }

    /// Traps when the condition is zero.
    pub(super) fn trap_unless(&mut self, condition: Value, trap: Trap) {
        self.b.ins().trapz(condition, trap_code(trap));
    }

    /// Traps because of an `unreachable`.
    pub(super) fn trap(&mut self) {
        match self.env.settings.traps {
            Traps::Signals => {
                // Cranelift makes one trapping instruction of a branch and a block that does
                // nothing but trap; it would report the branch.
                self.b.ins().sequence_point();
                self.b.ins().trap(trap_code(Trap::Unreachable));
            }
            Traps::Explicit => {
                let b = &mut self.b;
                let raise = *self.buffers.raise.get_or_insert_with(|| {
                    let name = UserExternalName::new(RAISE, 0);
                    let name = b.func.declare_imported_user_function(name);
                    let signature = b.import_signature(Signature::new(CallConv::Tail));
                    b.import_function(ExtFuncData {
                        name: ExternalName::user(name),
                        signature,
                        colocated: true,
                        patchable: false,
                    })
                });
                self.b.ins().call(raise, &[]);
                self.never();
            }
        }
    }

    /// Ends the guest with the pending error when the condition is not zero.
    pub(super) fn pending_if(&mut self, condition: Value) {
        let failed = self.b.create_block();
        let next = self.b.create_block();
        self.b.set_cold_block(failed);
        self.b.ins().brif(condition, failed, &[], next, &[]);
        self.go_on_in(failed);
        self.call_builtin(Builtin::RaisePending, &[self.ctx]);
        self.never();
        self.go_on_in(next);
    }

    /// Goes on in a block that only the last one leads to.
    pub(super) fn go_on_in(&mut self, block: Block) {
        self.b.seal_block(block);
        self.b.switch_to_block(block);
    }

    /// Asks the host whether to go on when another thread wants so.
    pub(super) fn check_interrupt(&mut self) {
        if !self.env.settings.interruption {
            return;
        }
        let flag = self.fixed(self.store, offsets::STORE_INTERRUPT);
        // An ordinary load that nothing in a loop stores to would be done once.
        let flags = self.flags.vm;
        let asked = self.b.ins().atomic_load(types::I32, flags, flag);
        let interrupted = self.b.create_block();
        let next = self.b.create_block();
        self.b.set_cold_block(interrupted);
        self.b.ins().brif(asked, interrupted, &[], next, &[]);
        self.go_on_in(interrupted);
        self.call_builtin(Builtin::Interrupt, &[self.ctx]);
        self.b.ins().jump(next, &[]);
        self.go_on_in(next);
    }

    /// What follows a call that never returns.
    pub(super) fn never(&mut self) {
        self.b.ins().trap(NEVER);
    }
}
