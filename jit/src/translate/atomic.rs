//! Atomic operators on memory.

use super::{Result, Translator};
use crate::builtins::{Builtin, NOTIFY_FAILED, WAIT_FAILED};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AtomicRmwOp, InstBuilder, MemFlagsData, Type, Value, types};
use diptych_core::Trap;
use diptych_core::module::{AtomicAction, AtomicOp};
use diptych_core::types::{MemoryIdx, ValType};
use diptych_core::vm::atomic::Rmw;
use diptych_core::vm::libcalls::WAIT_INTERRUPTED;
use wasmparser::{MemArg, MemArgTarget};

/// An operator's types.
#[derive(Clone, Copy)]
struct Access {
    /// Of what is accessed.
    memory: Type,
    /// Of its values.
    value: Type,
}

impl Translator<'_> {
    pub(super) fn atomic(&mut self, operator: AtomicOp, arg: &MemArg) -> Result<()> {
        let access = Access {
            memory: match operator.bytes() {
                1 => types::I8,
                2 => types::I16,
                4 => types::I32,
                _ => types::I64,
            },
            value: match operator.ty() {
                ValType::I64 => types::I64,
                _ => types::I32,
            },
        };
        match operator.action() {
            AtomicAction::Load => {
                let (at, flags) = self.atomic_address(access, arg)?;
                let value = self.b.ins().atomic_load(access.memory, flags, at);
                self.push_accessed(access, value)
            }
            AtomicAction::Store => {
                let value = self.pop_accessed(access);
                let (at, flags) = self.atomic_address(access, arg)?;
                self.b.ins().atomic_store(flags, value, at);
                Ok(())
            }
            AtomicAction::Rmw(kind) => {
                let value = self.pop_accessed(access);
                let (at, flags) = self.atomic_address(access, arg)?;
                let ins = self.b.ins();
                let before = ins.atomic_rmw(access.memory, flags, rmw_op(kind), at, value);
                self.push_accessed(access, before)
            }
            AtomicAction::Cmpxchg => {
                let new = self.pop_accessed(access);
                let expected = self.pop_accessed(access);
                let (at, flags) = self.atomic_address(access, arg)?;
                let before = self.b.ins().atomic_cas(flags, at, expected, new);
                self.push_accessed(access, before)
            }
            AtomicAction::Notify => self.notify(arg),
            AtomicAction::Wait => self.wait(access, arg),
        }
    }

    pub(super) fn atomic_fence(&mut self) -> Result<()> {
        self.b.ins().fence();
        Ok(())
    }

    /// Pops a value, and gives the part of it that is accessed.
    fn pop_accessed(&mut self, access: Access) -> Value {
        let value = self.pop();
        if access.memory == access.value {
            value
        } else {
            self.b.ins().ireduce(access.memory, value)
        }
    }

    /// Pushes what was accessed, zero-extended.
    fn push_accessed(&mut self, access: Access, value: Value) -> Result<()> {
        let value = if access.memory == access.value {
            value
        } else {
            self.b.ins().uextend(access.value, value)
        };
        self.push(value)
    }

    /// Pops an index, and gives the address of the access, which is aligned.
    fn atomic_address(&mut self, access: Access, arg: &MemArg) -> Result<(Value, MemFlagsData)> {
        let mask = i64::from(access.memory.bytes()) - 1;
        if mask != 0 {
            let mut index = self.peek();
            let offset = arg.offset as i64 & mask;
            if offset != 0 {
                index = self.b.ins().iadd_imm_s(index, offset);
            }
            let rest = self.b.ins().band_imm_s(index, mask);
            self.trap_if(rest, Trap::UnalignedAtomic);
        }
        let at = self.address(arg, access.memory.bytes().into())?;
        let base = match at.offset {
            0 => at.base,
            offset => self.b.ins().iadd_imm_s(at.base, i64::from(offset)),
        };
        Ok((base, at.flags))
    }

    /// The operands of a function of the runtime that say where the access is.
    fn place(&mut self, arg: &MemArg) -> Result<[Value; 4]> {
        let MemArgTarget::Memory(memory) = arg.target else {
            return Err(super::unsupported("accesses to arrays (GC)"));
        };
        let index = self.pop();
        let index = self.widen(index, self.env.ir.memory(MemoryIdx(memory)).memory64);
        let memory = self.iconst32(memory);
        Ok([self.ctx, memory, index, self.iconst64(arg.offset)])
    }

    fn notify(&mut self, arg: &MemArg) -> Result<()> {
        let count = self.pop();
        let [ctx, memory, index, offset] = self.place(arg)?;
        let args = [ctx, memory, index, offset, count];
        let woken = self.builtin_result(Builtin::AtomicNotify, &args);
        let failed = self.iconst64(NOTIFY_FAILED);
        let failed = self.b.ins().icmp(IntCC::Equal, woken, failed);
        self.pending_if(failed);
        let woken = self.narrow(woken, false);
        self.push(woken)
    }

    /// Waits, and waits on when the guest was interrupted and goes on.
    fn wait(&mut self, access: Access, arg: &MemArg) -> Result<()> {
        let (expected, timeout) = self.pop2();
        let [ctx, memory, index, offset] = self.place(arg)?;
        let builtin = match access.memory {
            types::I32 => Builtin::AtomicWait32,
            _ => Builtin::AtomicWait64,
        };
        let again = self.b.create_block();
        let interrupted = self.b.create_block();
        let next = self.b.create_block();
        self.b.set_cold_block(interrupted);
        self.b.ins().jump(again, &[]);
        self.b.switch_to_block(again);
        let args = [ctx, memory, index, offset, expected, timeout];
        let result = self.builtin_result(builtin, &args);
        let asked = self.iconst32(WAIT_INTERRUPTED);
        let asked = self.b.ins().icmp(IntCC::Equal, result, asked);
        self.b.ins().brif(asked, interrupted, &[], next, &[]);
        self.go_on_in(interrupted);
        self.call_builtin(Builtin::Interrupt, &[self.ctx]);
        self.b.ins().jump(again, &[]);
        self.b.seal_block(again);
        self.go_on_in(next);
        let failed = self.iconst32(WAIT_FAILED);
        let failed = self.b.ins().icmp(IntCC::Equal, result, failed);
        self.pending_if(failed);
        self.push(result)
    }
}

const fn rmw_op(kind: Rmw) -> AtomicRmwOp {
    match kind {
        Rmw::Add => AtomicRmwOp::Add,
        Rmw::Sub => AtomicRmwOp::Sub,
        Rmw::And => AtomicRmwOp::And,
        Rmw::Or => AtomicRmwOp::Or,
        Rmw::Xor => AtomicRmwOp::Xor,
        Rmw::Xchg => AtomicRmwOp::Xchg,
    }
}
