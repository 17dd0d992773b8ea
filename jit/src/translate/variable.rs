//! Locals and globals.

use super::{Result, Translator, reserve};
use crate::abi::{POINTER, VECTOR, offsets, value_type};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{
    InstBuilder, MemFlagsData, StackSlot, StackSlotData, StackSlotKind, Type, Value, types,
};
use cranelift_frontend::Variable;
use diptych_core::types::{GlobalIdx, Mutability};
use diptych_core::{Error, ErrorKind};

/// How many entries Cranelift's table of the variables' values by block may come to have. It
/// grows with the product of variables and blocks, which a guest could make as large as it likes.
const MAX_VARIABLE_VALUES: usize = 1 << 25;
/// How many bytes of a body make one block, roughly.
const BYTES_PER_BLOCK: usize = 8;

/// A local variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Local {
    ty: Type,
    /// Whether it is a reference that the collector follows.
    traced: bool,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Variable(Variable),
    /// So many bytes into the function's slot for locals.
    Stack(StackSlot, i32),
}

impl Translator<'_> {
    /// Declares the function's parameters as locals.
    pub(super) fn declare_params(&mut self) -> Result<()> {
        let ty = self.ty;
        reserve(&mut self.buffers.locals, ty.params().len())?;
        let entry = self.b.current_block().expect("the function has begun");
        let before = 1 + usize::from(self.ret.is_some());
        for (i, param) in ty.params().iter().enumerate() {
            let ty = value_type(*param);
            let variable = self.b.declare_var(ty);
            let value = self.b.block_params(entry)[before + i];
            let traced = self.is_traced(*param);
            if traced {
                self.b.declare_var_needs_stack_map(variable);
            }
            self.b.def_var(variable, value);
            let place = Place::Variable(variable);
            self.buffers.locals.push(Local { ty, traced, place });
        }
        Ok(())
    }

    /// Declares locals that are no parameters.
    pub(super) fn declare_locals(&mut self, count: u32, ty: Type, traced: bool) -> Result<()> {
        reserve(&mut self.buffers.locals, count as usize)?;
        for _ in 0..count {
            // Which are variables is decided when their number is known.
            let place = Place::Variable(Variable::from_u32(0));
            self.buffers.locals.push(Local { ty, traced, place });
        }
        Ok(())
    }

    /// Gives the locals that are no parameters a place and the value zero.
    pub(super) fn begin_locals(&mut self, body_len: usize) -> Result<()> {
        let params = self.ty.params().len();
        let locals = self.buffers.locals.len();
        let blocks = body_len / BYTES_PER_BLOCK + 1;
        let variables = (MAX_VARIABLE_VALUES / blocks).saturating_sub(params);
        // Cranelift knows of references in variables only: they have precedence.
        let traced = self.buffers.locals[params..].iter();
        let traced = traced.filter(|local| local.traced).count();
        let Some(mut left) = variables.checked_sub(traced) else {
            return Err(Box::new(Error::new(ErrorKind::Limit(
                "a function has too many references among its locals for its size".into(),
            ))));
        };
        let mut in_memory = None;
        let mut zero: Option<(Type, Value)> = None;
        for i in params..locals {
            let Local { ty, traced, .. } = self.buffers.locals[i];
            if !traced && left == 0 {
                self.buffers.locals[i].place = self.stack_place(&mut in_memory, ty);
                continue;
            }
            left -= usize::from(!traced);
            let variable = self.b.declare_var(ty);
            if traced {
                self.b.declare_var_needs_stack_map(variable);
            }
            let value = match zero {
                Some((of, value)) if of == ty => value,
                _ => self.zero(ty),
            };
            zero = Some((ty, value));
            self.b.def_var(variable, value);
            self.buffers.locals[i].place = Place::Variable(variable);
        }
        if let Some(slot) = in_memory {
            self.zero_stack_locals(slot);
        }
        Ok(())
    }

    /// A place in the function's slot for locals, which is made when it is not there yet.
    fn stack_place(&mut self, slot: &mut Option<StackSlot>, ty: Type) -> Place {
        let slot = *slot.get_or_insert_with(|| {
            let data = StackSlotData::new(StackSlotKind::ExplicitSlot, 0, 4);
            self.b.create_sized_stack_slot(data)
        });
        let bytes = &mut self.b.func.sized_stack_slots[slot].size;
        let size = ty.bytes().max(8);
        let offset = u32::next_multiple_of(*bytes, size);
        *bytes = offset + size;
        Place::Stack(slot, offset as i32)
    }

    /// Zeroes the function's slot for locals.
    fn zero_stack_locals(&mut self, slot: StackSlot) {
        let bytes = self.b.func.sized_stack_slots[slot].size;
        let start = self.b.ins().stack_addr(POINTER, slot, 0);
        let end = self.b.ins().iadd_imm_s(start, i64::from(bytes));
        let header = self.b.create_block();
        let next = self.b.create_block();
        let at = self.b.append_block_param(header, POINTER);
        self.b.ins().jump(header, &[start.into()]);
        self.b.switch_to_block(header);
        let zero = self.iconst64(0);
        let flags = self.flags.locals;
        self.b.ins().store(flags, zero, at, 0);
        let after = self.b.ins().iadd_imm_s(at, 8);
        let more = self.b.ins().icmp(IntCC::NotEqual, after, end);
        self.b.ins().brif(more, header, &[after.into()], next, &[]);
        self.b.seal_block(header);
        self.go_on_in(next);
    }

    fn zero(&mut self, ty: Type) -> Value {
        match ty {
            types::F32 => self.b.ins().f32const(Ieee32::with_bits(0)),
            types::F64 => self.b.ins().f64const(Ieee64::with_bits(0)),
            VECTOR => self.zero_vector(ty),
            _ => self.b.ins().iconst(ty, 0),
        }
    }

    fn local(&self, local: u32) -> Local {
        self.buffers.locals[local as usize]
    }

    fn write_local(&mut self, local: u32, value: Value) {
        match self.local(local).place {
            Place::Variable(variable) => self.b.def_var(variable, value),
            Place::Stack(slot, offset) => {
                let address = self.b.ins().stack_addr(POINTER, slot, offset);
                let flags = self.flags.locals;
                self.b.ins().store(flags, value, address, 0);
            }
        }
    }

    pub(super) fn local_get(&mut self, local: u32) -> Result<()> {
        let Local { ty, place, .. } = self.local(local);
        let value = match place {
            Place::Variable(variable) => self.b.use_var(variable),
            Place::Stack(slot, offset) => {
                let address = self.b.ins().stack_addr(POINTER, slot, offset);
                let flags = self.flags.locals;
                self.b.ins().load(ty, flags, address, 0)
            }
        };
        self.push(value)
    }

    pub(super) fn local_set(&mut self, local: u32) -> Result<()> {
        let value = self.pop();
        self.write_local(local, value);
        Ok(())
    }

    pub(super) fn local_tee(&mut self, local: u32) -> Result<()> {
        let value = self.peek();
        self.write_local(local, value);
        Ok(())
    }

    /// The address of a global's value, and the flags for it.
    fn global(&mut self, global: u32) -> (Value, MemFlagsData) {
        let ir = self.env.ir;
        let address = self.fixed_entry(offsets::CTX_GLOBALS, global);
        let ty = ir.global(GlobalIdx(global));
        // What it refers to may be moved.
        let fixed = ty.mutability() == Mutability::Const && !self.is_traced(ty.content());
        let flags = if fixed {
            self.flags.fixed
        } else {
            // Two imports can be the same global; the module's own are not imported, too.
            let own = global.checked_sub(ir.imported_globals);
            own.and_then(|own| self.flags.own_globals.get(own as usize))
                .copied()
                .unwrap_or(self.flags.globals)
        };
        (address, flags)
    }

    pub(super) fn global_get(&mut self, global: u32) -> Result<()> {
        let content = self.env.ir.global(GlobalIdx(global)).content();
        let ty = value_type(content);
        let (address, flags) = self.global(global);
        let value = match ty {
            // As wide as it is stored, so that Cranelift knows the value that was.
            types::I32 => {
                let slot = self.b.ins().load(types::I64, flags, address, 0);
                self.b.ins().ireduce(types::I32, slot)
            }
            _ => self.b.ins().load(ty, flags, address, 0),
        };
        self.push_typed(value, content)
    }

    pub(super) fn global_set(&mut self, global: u32) -> Result<()> {
        let value = self.pop();
        let (address, flags) = self.global(global);
        // The slot's other bits are zero.
        let slot = match self.b.func.dfg.value_type(value) {
            types::I32 => self.b.ins().uextend(types::I64, value),
            types::F32 => {
                let bits = self.b.ins().bitcast(types::I32, MemFlagsData::new(), value);
                self.b.ins().uextend(types::I64, bits)
            }
            _ => value,
        };
        self.b.ins().store(flags, slot, address, 0);
        Ok(())
    }
}
