//! Structures, `i31` and casts, and what arrays have in common with structures.
//!
//! A reference is 64 bits wide in code, of which the upper half is zero. What the collector follows
//! is declared to Cranelift, which keeps it in the frame over every call and loads it again
//! afterwards, since the object may have moved. Addresses of objects are never kept over a call:
//! the heap's base is loaded for each access, and Cranelift unites those between two calls.

use super::{Result, Translator, unsupported};
use crate::abi::{POINTER, offsets, value_type};
use crate::builtins::Builtin;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};
use diptych_core::Trap;
use diptych_core::gc::{
    CastHeap, CastTarget, DISPLAY, Field, GcKind, GcType, HEADER_BYTES, Storage, is_traced,
};
use diptych_core::types::{CompositeType, RefType, ValType};

/// The bits of a reference that are 0 in one to an object.
const OBJECT_TAG_BITS: i64 = 7;

/// Room for an object in the heap, if it fits.
pub(super) struct Room {
    /// The reference of the object.
    pub(super) next: Value,
    /// The offset behind it.
    after: Value,
    /// Whether there is so much.
    pub(super) fits: Value,
}

impl Translator<'_> {
    /// Whether values of this type are references that the collector follows.
    pub(super) fn is_traced(&self, ty: ValType) -> bool {
        match ty {
            ValType::Ref(ty) => self.is_traced_ref(ty),
            _ => false,
        }
    }

    fn is_traced_ref(&self, ty: RefType) -> bool {
        is_traced(ty, |id| self.env.ir.is_func_type(id))
    }

    /// As [`is_traced`](Self::is_traced), of a type as operators have it.
    pub(super) fn is_traced_wasm(&self, ty: wasmparser::ValType) -> bool {
        match ty {
            wasmparser::ValType::Ref(ty) => self.env.ir.is_traced(ty),
            _ => false,
        }
    }

    /// Pushes a value of this type.
    pub(super) fn push_typed(&mut self, value: Value, ty: ValType) -> Result<()> {
        self.note_type(value, ty);
        self.push(value)
    }

    /// A value of this type may be one that the collector has to know of.
    pub(super) fn note_type(&mut self, value: Value, ty: ValType) {
        if self.is_traced(ty) {
            self.b.declare_value_needs_stack_map(value);
        }
    }

    /// Pushes a reference that the collector follows.
    pub(super) fn push_reference(&mut self, reference: Value) -> Result<()> {
        self.b.declare_value_needs_stack_map(reference);
        self.push(reference)
    }

    pub(super) fn layout(&self, ty: u32) -> &GcType {
        let layout = &self.env.ir.types[ty as usize].gc;
        layout.get().expect("validated as a structure or an array")
    }

    /// The type of a field's value.
    pub(super) fn field_type(&self, ty: u32, field: u32) -> ValType {
        let composite = &*self.env.ir.types[ty as usize].composite;
        let field = match composite {
            CompositeType::Struct(fields) => fields[field as usize],
            CompositeType::Array(element) => *element,
            CompositeType::Func(_) => unreachable!("validated as a structure or an array"),
        };
        field.storage.unpacked()
    }

    /// The address of the layout of a type, as headers hold it.
    pub(super) fn header_of(&mut self, ty: u32) -> Value {
        let all = self.fixed(self.ctx, offsets::CTX_TYPES);
        let at = ty as usize * offsets::TYPE_BYTES + offsets::TYPE_GC as usize;
        let (base, offset) = self.far(all, at as u64);
        self.fixed(base, offset)
    }

    /// The address of an object.
    pub(super) fn object(&mut self, reference: Value) -> Value {
        let flags = self.flags.vm;
        let store = self.store;
        let base = self
            .b
            .ins()
            .load(POINTER, flags, store, offsets::STORE_HEAP_BASE);
        self.b.ins().iadd(base, reference)
    }

    pub(super) fn trap_if_null(&mut self, reference: Value, trap: Trap) {
        self.trap_unless(reference, trap);
    }

    /// The flags of accesses to fields that are stored so.
    pub(super) const fn field_flags(&self, storage: Storage) -> MemFlagsData {
        match storage {
            Storage::Bits128 => self.flags.object_vectors,
            _ => self.flags.objects,
        }
    }

    /// The value of a field, extended as `signed` says.
    pub(super) fn load_field(
        &mut self,
        ty: ValType,
        storage: Storage,
        signed: bool,
        at: Value,
        offset: i32,
    ) -> Result<()> {
        let flags = self.field_flags(storage);
        let ins = self.b.ins();
        let value = match storage {
            Storage::I8 if signed => ins.sload8(types::I32, flags, at, offset),
            Storage::I8 => ins.uload8(types::I32, flags, at, offset),
            Storage::I16 if signed => ins.sload16(types::I32, flags, at, offset),
            Storage::I16 => ins.uload16(types::I32, flags, at, offset),
            Storage::Reference => ins.uload32(flags, at, offset),
            Storage::Bits32 | Storage::Bits64 | Storage::Bits128 => {
                let ty = value_type(ty);
                ins.load(ty, flags, at, offset)
            }
        };
        self.push_typed(value, ty)
    }

    pub(super) fn store_field(&mut self, storage: Storage, value: Value, at: Value, offset: i32) {
        let flags = self.field_flags(storage);
        let ins = self.b.ins();
        match storage {
            Storage::I8 => ins.istore8(flags, value, at, offset),
            Storage::I16 => ins.istore16(flags, value, at, offset),
            Storage::Reference => ins.istore32(flags, value, at, offset),
            Storage::Bits32 | Storage::Bits64 | Storage::Bits128 => {
                ins.store(flags, value, at, offset)
            }
        };
    }

    pub(super) fn struct_get(&mut self, ty: u32, field: u32, signed: bool) -> Result<()> {
        let structure = self.pop();
        self.trap_if_null(structure, Trap::NullStructReference);
        let Field { offset, storage } = self.layout(ty).fields()[field as usize];
        let object = self.object(structure);
        let ty = self.field_type(ty, field);
        self.load_field(ty, storage, signed, object, offset as i32)
    }

    pub(super) fn struct_set(&mut self, ty: u32, field: u32) -> Result<()> {
        let (structure, value) = self.pop2();
        self.trap_if_null(structure, Trap::NullStructReference);
        let Field { offset, storage } = self.layout(ty).fields()[field as usize];
        let object = self.object(structure);
        self.store_field(storage, value, object, offset as i32);
        Ok(())
    }

    /// Takes room for an object of a fixed size, and gives the reference.
    pub(super) fn allocate(&mut self, size: u32) -> Value {
        let bytes = self.iconst64(size.into());
        let room = self.room_for(bytes, 0);
        let b = &mut self.b;
        let (quick, slow, done) = (b.create_block(), b.create_block(), b.create_block());
        b.set_cold_block(slow);
        let reference = b.append_block_param(done, POINTER);
        b.ins().brif(room.fits, quick, &[], slow, &[]);

        self.go_on_in(quick);
        self.take(&room);
        self.b.ins().jump(done, &[room.next.into()]);

        self.go_on_in(slow);
        let size = self.iconst32(size);
        let made = self.builtin_result(Builtin::Allocate, &[self.ctx, size]);
        self.pending_unless(made);
        self.b.ins().jump(done, &[made.into()]);

        self.go_on_in(done);
        reference
    }

    /// Looks whether an object of this size fits the heap as it is, with so many bytes that may be
    /// written behind it.
    pub(super) fn room_for(&mut self, size: Value, behind: u32) -> Room {
        let next = self.cell(self.store, offsets::STORE_HEAP_NEXT);
        let end = self.cell(self.store, offsets::STORE_HEAP_END);
        let after = self.b.ins().iadd(next, size);
        let last = match behind {
            0 => after,
            behind => self.b.ins().iadd_imm_u(after, i64::from(behind)),
        };
        let fits = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, last, end);
        Room { next, after, fits }
    }

    /// Takes room that fits.
    pub(super) fn take(&mut self, room: &Room) {
        let (flags, store) = (self.flags.vm, self.store);
        self.b
            .ins()
            .store(flags, room.after, store, offsets::STORE_HEAP_NEXT);
    }

    /// Ends the guest with the pending error when the value is zero.
    fn pending_unless(&mut self, made: Value) {
        let failed = self.b.ins().icmp_imm_u(IntCC::Equal, made, 0);
        self.pending_if(failed);
    }

    /// Allocates a structure whose fields are not set, and gives the reference and the object.
    fn new_struct(&mut self, ty: u32) -> (Value, Value) {
        let reference = self.allocate(self.layout(ty).size);
        let header = self.header_of(ty);
        let object = self.object(reference);
        let flags = self.flags.objects;
        self.b.ins().store(flags, header, object, 0);
        (reference, object)
    }

    pub(super) fn struct_new(&mut self, ty: u32) -> Result<()> {
        let (reference, object) = self.new_struct(ty);
        let count = self.layout(ty).fields().len();
        let from = self.height() - count;
        for i in 0..count {
            let Field { offset, storage } = self.layout(ty).fields()[i];
            let value = self.buffers.stack[from + i];
            self.store_field(storage, value, object, offset as i32);
        }
        self.truncate(from);
        self.push_reference(reference)
    }

    pub(super) fn struct_new_default(&mut self, ty: u32) -> Result<()> {
        let (reference, object) = self.new_struct(ty);
        let zero = self.iconst64(0);
        let flags = self.flags.objects;
        for offset in (HEADER_BYTES..self.layout(ty).size).step_by(8) {
            self.b.ins().store(flags, zero, object, offset as i32);
        }
        self.push_reference(reference)
    }

    /// The reference that a builtin has made, which is 0 when it has failed.
    pub(super) fn made(&mut self, builtin: Builtin, args: &[Value]) -> Value {
        let made = self.builtin_result(builtin, args);
        self.pending_unless(made);
        made
    }

    pub(super) fn ref_i31(&mut self) -> Result<()> {
        let value = self.pop();
        let value = self.b.ins().ishl_imm_u(value, 1);
        let value = self.b.ins().bor_imm_u(value, 1);
        let reference = self.b.ins().uextend(types::I64, value);
        self.push_reference(reference)
    }

    pub(super) fn i31_get(&mut self, signed: bool) -> Result<()> {
        let reference = self.pop();
        self.trap_if_null(reference, Trap::NullI31Reference);
        let value = self.b.ins().ireduce(types::I32, reference);
        let value = if signed {
            self.b.ins().sshr_imm_u(value, 1)
        } else {
            self.b.ins().ushr_imm_u(value, 1)
        };
        self.push(value)
    }

    pub(super) fn ref_eq(&mut self) -> Result<()> {
        let (a, b) = self.pop2();
        let same = self.b.ins().icmp(IntCC::Equal, a, b);
        let same = self.b.ins().uextend(types::I32, same);
        self.push(same)
    }

    /// Whether a reference is of a type, as a truth value of 8 bits.
    fn is_of(&mut self, reference: Value, target: CastTarget) -> Value {
        let constant =
            |this: &mut Self, value: bool| this.b.ins().iconst(types::I8, i64::from(value));
        match target.heap {
            CastHeap::Any | CastHeap::Top if target.nullable => constant(self, true),
            CastHeap::Any | CastHeap::Top => self.b.ins().icmp_imm_u(IntCC::NotEqual, reference, 0),
            CastHeap::Bottom if !target.nullable => constant(self, false),
            CastHeap::Bottom => self.b.ins().icmp_imm_u(IntCC::Equal, reference, 0),
            _ => self.is_of_in_blocks(reference, target),
        }
    }

    /// As [`is_of`](Self::is_of), where it takes more than one comparison.
    fn is_of_in_blocks(&mut self, reference: Value, target: CastTarget) -> Value {
        let done = self.b.create_block();
        let answer = self.b.append_block_param(done, types::I8);
        let not_null = self.b.create_block();
        let null = self.b.ins().iconst(types::I8, i64::from(target.nullable));
        self.b
            .ins()
            .brif(reference, not_null, &[], done, &[null.into()]);
        self.go_on_in(not_null);

        let concrete = match target.heap {
            CastHeap::Concrete(ty) => self.env.ir.types[ty.index()].gc.get().map(|gc| (ty, gc)),
            _ => None,
        };
        match (target.heap, concrete) {
            (CastHeap::I31, _) => {
                let bit = self.b.ins().band_imm_u(reference, 1);
                let bit = self.b.ins().ireduce(types::I8, bit);
                self.b.ins().jump(done, &[bit.into()]);
            }
            // Anything but a reference of the host's, which has bit 1 set and bit 0 not.
            (CastHeap::Eq, _) => {
                let bits = self.b.ins().band_imm_u(reference, 3);
                let is = self.b.ins().icmp_imm_u(IntCC::NotEqual, bits, 2);
                self.b.ins().jump(done, &[is.into()]);
            }
            (CastHeap::Struct | CastHeap::Array, _) => {
                let header = self.header_if_object(reference, done);
                let kind = match target.heap {
                    CastHeap::Struct => GcKind::Struct,
                    _ => GcKind::Array,
                };
                let flags = self.flags.fixed;
                let found = self
                    .b
                    .ins()
                    .load(types::I32, flags, header, offsets::GC_KIND);
                let is = self.b.ins().icmp_imm_u(IntCC::Equal, found, kind as i64);
                self.b.ins().jump(done, &[is.into()]);
            }
            (CastHeap::Concrete(_), Some((ty, gc))) if (gc.depth as usize) < DISPLAY => {
                let offset = offsets::GC_DISPLAY + gc.depth as i32 * 8;
                let header = self.header_if_object(reference, done);
                let wanted = self.header_of(ty.0);
                let flags = self.flags.fixed;
                let found = self.b.ins().load(POINTER, flags, header, offset);
                let is = self.b.ins().icmp(IntCC::Equal, found, wanted);
                self.b.ins().jump(done, &[is.into()]);
            }
            _ => {
                let bits = self.iconst32(target.to_bits());
                let args = [self.ctx, reference, bits];
                let is = self.builtin_result(Builtin::RefTest, &args);
                let is = self.b.ins().ireduce(types::I8, is);
                self.b.ins().jump(done, &[is.into()]);
            }
        }
        self.go_on_in(done);
        answer
    }

    /// The header of what a reference that is not null refers to; goes to `otherwise` with zero
    /// when it is no object.
    fn header_if_object(&mut self, reference: Value, otherwise: Block) -> Value {
        let is_object = self.b.create_block();
        let bits = self.b.ins().band_imm_u(reference, OBJECT_TAG_BITS);
        let zero = self.b.ins().iconst(types::I8, 0);
        self.b
            .ins()
            .brif(bits, otherwise, &[zero.into()], is_object, &[]);
        self.go_on_in(is_object);
        let object = self.object(reference);
        let flags = self.flags.objects;
        self.b.ins().load(POINTER, flags, object, 0)
    }

    pub(super) fn ref_test(&mut self, nullable: bool, ty: wasmparser::HeapType) -> Result<()> {
        let target = CastTarget::new(nullable, ty).map_err(unsupported)?;
        let reference = self.pop();
        let is = self.is_of(reference, target);
        let is = self.b.ins().uextend(types::I32, is);
        self.push(is)
    }

    pub(super) fn ref_cast(&mut self, nullable: bool, ty: wasmparser::HeapType) -> Result<()> {
        let target = CastTarget::new(nullable, ty).map_err(unsupported)?;
        let reference = self.peek();
        let is = self.is_of(reference, target);
        self.trap_unless(is, Trap::CastFailure);
        Ok(())
    }

    /// Branches, with the reference on the stack, when it is `holds` that it is of the type.
    pub(super) fn br_on_cast(
        &mut self,
        depth: u32,
        ty: wasmparser::RefType,
        holds: bool,
    ) -> Result<()> {
        let target = CastTarget::new(ty.is_nullable(), ty.heap_type()).map_err(unsupported)?;
        let reference = self.peek();
        let is = self.is_of(reference, target);
        self.br_on(is, depth, holds)
    }
}
