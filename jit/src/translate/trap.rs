//! Where the guest ends.

use super::Translator;
use crate::abi::{POINTER, offsets};
use crate::builtins::Builtin;
use crate::settings::Traps;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, TrapCode, Value, types};
use diptych_core::Trap;

/// How many branches lead to one block that raises a trap. The register allocator's work grows
/// with the square of their number.
const MAX_BRANCHES: u32 = 64;

/// The blocks that raise a trap by a call; each gets the offset of the instruction as its
/// parameter.
#[derive(Default)]
pub(super) struct TrapBlocks {
    all: Vec<(Trap, Block)>,
    /// The last block for each code of a trap, and how many branches more it may get.
    open: [Option<(Block, u32)>; 32],
}

/// A trap as Cranelift knows it.
pub(super) const fn trap_code(trap: Trap) -> TrapCode {
    TrapCode::unwrap_user(trap as u8)
}

impl Translator<'_> {
    /// Traps when the condition is not zero.
    pub(super) fn trap_if(&mut self, condition: Value, trap: Trap) {
        match self.env.settings.traps {
            Traps::Signals => {
                self.b.ins().trapnz(condition, trap_code(trap));
            }
            Traps::Explicit => {
                let (block, offset) = self.trap_block(trap);
                let next = self.b.create_block();
                self.b.ins().brif(condition, block, &[offset], next, &[]);
                self.go_on_in(next);
            }
        }
    }

    /// Traps when the condition is zero.
    pub(super) fn trap_unless(&mut self, condition: Value, trap: Trap) {
        match self.env.settings.traps {
            Traps::Signals => {
                self.b.ins().trapz(condition, trap_code(trap));
            }
            Traps::Explicit => {
                let (block, offset) = self.trap_block(trap);
                let next = self.b.create_block();
                self.b.ins().brif(condition, next, &[], block, &[offset]);
                self.go_on_in(next);
            }
        }
    }

    /// Traps.
    pub(super) fn trap(&mut self, trap: Trap) {
        match self.env.settings.traps {
            Traps::Signals => {
                // Cranelift makes one trapping instruction of a branch and a block that does
                // nothing but trap; it would report the branch.
                self.b.ins().sequence_point();
                self.b.ins().trap(trap_code(trap));
            }
            Traps::Explicit => {
                let (block, offset) = self.trap_block(trap);
                self.b.ins().jump(block, &[offset]);
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

    /// Traps when the native stack is too short for this function.
    pub(super) fn check_stack(&mut self, extra_frame: u32) {
        let pointer = self.b.ins().get_stack_pointer(POINTER);
        let lowest = match extra_frame {
            0 => pointer,
            bytes => {
                let bytes = self.iconst64(bytes.into());
                self.b.ins().isub(pointer, bytes)
            }
        };
        let limit = self.cell(self.store, offsets::STORE_STACK_LIMIT);
        let short = self.b.ins().icmp(IntCC::UnsignedLessThan, lowest, limit);
        self.trap_if(short, Trap::StackOverflow);
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
        let offset = self.iconst32(self.offset);
        self.call_builtin(Builtin::Interrupt, &[self.ctx, offset]);
        self.b.ins().jump(next, &[]);
        self.go_on_in(next);
    }

    /// Emits the blocks that traps branch to.
    pub(super) fn fill_trap_blocks(&mut self) {
        for (trap, block) in core::mem::take(&mut self.traps.all) {
            self.go_on_in(block);
            let offset = self.b.block_params(block)[0];
            let code = self.iconst32(trap as u32);
            self.call_builtin(Builtin::RaiseTrap, &[self.ctx, code, offset]);
            self.never();
        }
    }

    /// The block that raises a trap, and its argument for the current instruction.
    fn trap_block(&mut self, trap: Trap) -> (Block, BlockArg) {
        let offset = self.iconst32(self.offset);
        let block = match &mut self.traps.open[trap as usize] {
            Some((block, more @ 1..)) => {
                *more -= 1;
                *block
            }
            open => {
                let block = self.b.create_block();
                self.b.append_block_param(block, types::I32);
                self.b.set_cold_block(block);
                *open = Some((block, MAX_BRANCHES - 1));
                self.traps.all.push((trap, block));
                block
            }
        };
        (block, offset.into())
    }

    /// What follows a call that never returns.
    fn never(&mut self) {
        self.b.ins().trap(trap_code(Trap::Unreachable));
    }
}
