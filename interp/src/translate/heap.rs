//! Structures, arrays, `i31` and casts.

use super::emit::{halves, quarters};
use super::{Result, Translator, unsupported};
use crate::ops::{Bin, Slow, Ty, Un};
use diptych_core::Trap;
use diptych_core::gc::{CastTarget, Field, Storage};
use diptych_core::types::{CompositeType, FieldType};

/// Set in the kind of a field whose 8 or 16 bits are sign-extended.
pub(crate) const SIGNED: u32 = 8;

/// How a field is read and written, as operations have it.
const fn field_kind(storage: Storage, signed: bool) -> u32 {
    storage as u32 | if signed { SIGNED } else { 0 }
}

impl Translator<'_, '_> {
    fn field(&self, ty: u32, field: u32) -> Field {
        let layout = self.env.ir.types[ty as usize].gc;
        let layout = layout.get().expect("validated as a structure");
        layout.fields()[field as usize]
    }

    /// The class of a field's value.
    fn class_of_field(&self, ty: u32, field: u32) -> Ty {
        let composite = &*self.env.ir.types[ty as usize].composite;
        let field: FieldType = match composite {
            CompositeType::Struct(fields) => fields[field as usize],
            CompositeType::Array(element) => *element,
            CompositeType::Func(_) => unreachable!("validated as a structure or an array"),
        };
        self.class(field.storage.unpacked())
    }

    /// Emits an operation for the driver, or one that its handler does when it is quick, that takes
    /// operands of so many slots each, the topmost ones; they are fields `s1`… when there is a
    /// result, which is `s0`, else `s0`….
    fn on_object(
        &mut self,
        slow: Slow,
        operands: &[usize],
        result: Option<Ty>,
        i0: u32,
        i1: u32,
    ) -> Result<()> {
        let from = self.height() - operands.iter().sum::<usize>();
        if operands.contains(&2) {
            self.materialize(from)?;
        }
        let mut slots = [0; 4];
        let mut height = from;
        let first = usize::from(result.is_some());
        for (slot, count) in slots[first..].iter_mut().zip(operands) {
            let source = self.source(height);
            *slot = self.in_slot(&source)?;
            height += count;
        }
        self.truncate(from);
        if let Some(ty) = result {
            slots[0] = self.next_slot();
            self.push_temps(ty)?;
        }
        let [s0, s1, s2, s3] = slots;
        self.emit(slow.op(), [quarters(s0, s1, s2, s3), halves(i0, i1)])?;
        self.acc.clear();
        Ok(())
    }

    /// Emits an operation that can collect and gives a reference: the operands of the topmost
    /// `count` slots, which it takes from there, are in use then.
    fn collecting(&mut self, slow: Slow, count: usize, i0: u32, i1: u32) -> Result<()> {
        let from = self.height() - count;
        self.materialize(from)?;
        let base = self.temp_slot(from);
        let at = self.emit(slow.op(), [quarters(base, base, 0, 0), halves(i0, i1)])?;
        self.collects(at)?;
        self.truncate(from);
        self.push_temp(Ty::Ref)?;
        self.acc.clear();
        Ok(())
    }

    pub(super) fn struct_new(&mut self, ty: u32) -> Result<()> {
        let layout = self.env.ir.types[ty as usize].gc;
        let layout = layout.get().expect("validated as a structure");
        let fields = layout.fields().iter();
        let count = fields.map(|field| field.storage.slots()).sum();
        self.collecting(Slow::StructNew, count, ty, 0)
    }

    pub(super) fn struct_new_default(&mut self, ty: u32) -> Result<()> {
        self.collecting(Slow::StructNewDefault, 0, ty, 0)
    }

    pub(super) fn struct_get(&mut self, ty: u32, field: u32, signed: bool) -> Result<()> {
        let class = self.class_of_field(ty, field);
        let Field { offset, storage } = self.field(ty, field);
        let kind = field_kind(storage, signed);
        self.on_object(Slow::StructGet, &[1], Some(class), offset, kind)
    }

    pub(super) fn struct_set(&mut self, ty: u32, field: u32) -> Result<()> {
        let Field { offset, storage } = self.field(ty, field);
        let operands = [1, storage.slots()];
        let kind = field_kind(storage, false);
        self.on_object(Slow::StructSet, &operands, None, offset, kind)
    }

    pub(super) fn array_new(&mut self, ty: u32) -> Result<()> {
        let count = 1 + self.field(ty, 0).storage.slots();
        self.collecting(Slow::ArrayNew, count, ty, 0)
    }

    pub(super) fn array_new_default(&mut self, ty: u32) -> Result<()> {
        self.collecting(Slow::ArrayNewDefault, 1, ty, 0)
    }

    pub(super) fn array_new_fixed(&mut self, ty: u32, len: u32) -> Result<()> {
        let count = len as usize * self.field(ty, 0).storage.slots();
        self.collecting(Slow::ArrayNewFixed, count, ty, len)
    }

    pub(super) fn array_new_data(&mut self, ty: u32, data: u32) -> Result<()> {
        self.collecting(Slow::ArrayNewData, 2, ty, data)
    }

    pub(super) fn array_new_elem(&mut self, ty: u32, elem: u32) -> Result<()> {
        self.collecting(Slow::ArrayNewElem, 2, ty, elem)
    }

    pub(super) fn array_get(&mut self, ty: u32, signed: bool) -> Result<()> {
        let class = self.class_of_field(ty, 0);
        let kind = field_kind(self.field(ty, 0).storage, signed);
        self.on_object(Slow::ArrayGet, &[1, 1], Some(class), 0, kind)
    }

    pub(super) fn array_set(&mut self, ty: u32) -> Result<()> {
        let storage = self.field(ty, 0).storage;
        let operands = [1, 1, storage.slots()];
        self.on_object(
            Slow::ArraySet,
            &operands,
            None,
            0,
            field_kind(storage, false),
        )
    }

    pub(super) fn array_fill(&mut self, ty: u32) -> Result<()> {
        let operands = [1, 1, self.field(ty, 0).storage.slots(), 1];
        self.on_object(Slow::ArrayFill, &operands, None, 0, 0)
    }

    pub(super) fn array_copy(&mut self) -> Result<()> {
        let from = self.height() - 5;
        self.materialize(from)?;
        let base = self.temp_slot(from);
        self.emit(Slow::ArrayCopy.op(), [quarters(base, 0, 0, 0), 0])?;
        self.truncate(from);
        self.acc.clear();
        Ok(())
    }

    pub(super) fn ref_null(&mut self, ty: wasmparser::HeapType) -> Result<()> {
        let class = wasmparser::RefType::new(true, ty).map_or(Ty::Ref, |ty| self.class_of_ref(ty));
        self.push_const(0, class)
    }

    pub(super) fn ref_i31(&mut self) -> Result<()> {
        self.push_const(1, Ty::I32)?;
        self.bin(Bin::I32Shl)?;
        self.push_const(1, Ty::I32)?;
        self.bin(Bin::I32Or)?;
        self.now_reference();
        Ok(())
    }

    pub(super) fn i31_get(&mut self, shift: Bin) -> Result<()> {
        self.trap_on_null(Trap::NullI31Reference)?;
        self.push_const(1, Ty::I32)?;
        self.bin(shift)
    }

    fn cast_target(nullable: bool, ty: wasmparser::HeapType) -> Result<u32> {
        let target = CastTarget::new(nullable, ty).map_err(unsupported)?;
        Ok(target.to_bits())
    }

    pub(super) fn ref_test(&mut self, nullable: bool, ty: wasmparser::HeapType) -> Result<()> {
        let target = Self::cast_target(nullable, ty)?;
        self.slow(Slow::RefTest, 1, Some(Ty::I32), target, 0)
    }

    pub(super) fn ref_cast(&mut self, nullable: bool, ty: wasmparser::HeapType) -> Result<()> {
        let target = Self::cast_target(nullable, ty)?;
        let source = self.source(self.height() - 1);
        let slot = self.in_slot(&source)?;
        self.emit(
            Slow::RefCast.op(),
            [quarters(slot, 0, 0, 0), halves(target, 0)],
        )?;
        // The driver was there.
        self.acc.clear();
        Ok(())
    }

    /// Branches, with the reference on the stack, when it is of the type, or when it is not.
    pub(super) fn br_on_cast(
        &mut self,
        depth: u32,
        ty: wasmparser::RefType,
        on_success: bool,
    ) -> Result<()> {
        let target = Self::cast_target(ty.is_nullable(), ty.heap_type())?;
        let source = self.source(self.height() - 1);
        let slot = self.in_slot(&source)?;
        let result = self.push_temp(Ty::I32)?;
        let operands = [quarters(result, slot, 0, 0), halves(target, 0)];
        self.emit(Slow::RefTest.op(), operands)?;
        self.acc.clear();
        if !on_success {
            self.un(Un::I32Eqz)?;
        }
        self.br_if(depth)
    }
}
