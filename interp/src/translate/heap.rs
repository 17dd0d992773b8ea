//! Structures, arrays, `i31` and casts.

use super::emit::{BinOperand, halves, quarters, quarters_half};
use super::stack::{Source, Value};
use super::{Result, Translator, unsupported};
use crate::ops::{
    ARRAY_GET_OPS, ARRAY_SET_OPS, BIN_OPS, Bin, BinMode, ElementMode, Get, Op, STRUCT_GET_OPS,
    STRUCT_SET_OPS, Set, SetElementMode, Slow, Ty, Un, ValueMode,
};
use diptych_core::Trap;
use diptych_core::gc::{CastHeap, CastTarget, DISPLAY, Field, GcType, GcTypeRef, Storage};
use diptych_core::types::{CompositeType, FieldType};

/// How many fields a structure has whose values may be in any slots.
const FEW: usize = 3;

/// The place of an access to a field or an element.
#[derive(Clone, Copy, Debug)]
struct Access {
    storage: Storage,
    /// The class of the value.
    class: Ty,
}

impl Access {
    /// How it is read; `None` for a vector.
    fn get(self, signed: bool) -> Option<Get> {
        Some(match (self.storage, self.class) {
            (Storage::I8, _) if signed => Get::Get8S,
            (Storage::I8, _) => Get::Get8U,
            (Storage::I16, _) if signed => Get::Get16S,
            (Storage::I16, _) => Get::Get16U,
            (Storage::Bits32, Ty::F32) => Get::GetF32,
            (Storage::Bits32 | Storage::Reference, _) => Get::Get32,
            (Storage::Bits64, Ty::F64) => Get::GetF64,
            (Storage::Bits64, _) => Get::Get64,
            (Storage::Bits128, _) => return None,
        })
    }

    /// How it is written; `None` for a vector.
    const fn set(self) -> Option<Set> {
        Some(match self.storage {
            Storage::I8 => Set::Set8,
            Storage::I16 => Set::Set16,
            Storage::Bits32 | Storage::Reference => Set::Set32,
            Storage::Bits64 => Set::Set64,
            Storage::Bits128 => return None,
        })
    }
}

impl Translator<'_, '_> {
    fn layout(&self, ty: u32) -> GcTypeRef {
        self.env.ir.types[ty as usize].gc
    }

    /// A field of a structure, or an array's elements: what it is like, and where it is.
    fn access(&self, ty: u32, field: u32) -> (Access, u32) {
        let layout = self.layout(ty);
        let layout = layout.get().expect("validated as a structure or an array");
        let Field { offset, storage } = layout.fields()[field as usize];
        let composite = &*self.env.ir.types[ty as usize].composite;
        let field: FieldType = match composite {
            CompositeType::Struct(fields) => fields[field as usize],
            CompositeType::Array(element) => *element,
            CompositeType::Func(_) => unreachable!("validated as a structure or an array"),
        };
        let class = self.class(field.storage.unpacked());
        (Access { storage, class }, offset)
    }

    /// How many slots an element of an array takes.
    fn element_slots(&self, ty: u32) -> usize {
        self.access(ty, 0).0.storage.slots()
    }

    /// Emits an operation that can collect and gives a reference, with its type behind the
    /// operands where it has such a field. The operands are still on the stack: they are in use
    /// while it runs. They, `count` slots, are replaced by the result.
    fn collecting(
        &mut self,
        slow: Slow,
        count: usize,
        operands: [u64; 2],
        ty: Option<u32>,
    ) -> Result<()> {
        let at = match ty {
            Some(ty) => {
                let address = self.layout(ty).as_ptr().expose_provenance() as u64;
                let [slots, indices] = operands;
                self.emit(slow.op(), [slots, indices, address])?
            }
            None => self.emit(slow.op(), operands)?,
        };
        self.collects(at)?;
        self.truncate(self.height() - count);
        self.acc.clear();
        self.push_result(Ty::Ref, at, None)
    }

    /// As [`collecting`](Self::collecting), with the operands of the topmost `count` slots in
    /// their places.
    fn collecting_in_place(
        &mut self,
        slow: Slow,
        count: usize,
        i0: u32,
        i1: u32,
        ty: Option<u32>,
    ) -> Result<()> {
        let from = self.height() - count;
        self.materialize(from)?;
        let base = self.temp_slot(from);
        let operands = [quarters(base, base, 0, 0), halves(i0, i1)];
        self.collecting(slow, count, operands, ty)
    }

    pub(super) fn struct_new(&mut self, ty: u32) -> Result<()> {
        let layout = self.layout(ty);
        let layout = layout.get().expect("validated as a structure");
        let fields = layout.fields();
        let count = fields.iter().map(|field| field.storage.slots()).sum();
        let narrow = count == fields.len();
        if narrow && let 1..=FEW = count {
            return self.struct_new_little(ty, layout);
        }
        let narrow_count = if narrow { count as u32 } else { 0 };
        self.collecting_in_place(Slow::StructNew, count, ty, narrow_count, Some(ty))
    }

    /// A structure of few fields, with the values wherever they are.
    fn struct_new_little(&mut self, ty: u32, layout: &GcType) -> Result<()> {
        let fields = layout.fields();
        let from = self.height() - fields.len();
        let mut slots = [0; FEW];
        let mut places = layout.size;
        for (i, field) in fields.iter().enumerate() {
            let source = self.source(from + i);
            slots[i] = self.in_slot(&source)?;
            places |= field.offset << (8 + 8 * i);
        }
        let slow = [Slow::StructNew1, Slow::StructNew2, Slow::StructNew3][fields.len() - 1];
        let [s1, s2, s3] = slots;
        let dst = self.temp_slot(from);
        let operands = [quarters(dst, s1, s2, s3), halves(ty, places)];
        self.collecting(slow, fields.len(), operands, Some(ty))
    }

    pub(super) fn struct_new_default(&mut self, ty: u32) -> Result<()> {
        let operands = [quarters(self.next_slot(), 0, 0, 0), halves(ty, 0)];
        self.collecting(Slow::StructNewDefault, 0, operands, Some(ty))
    }

    pub(super) fn struct_get(&mut self, ty: u32, field: u32, signed: bool) -> Result<()> {
        let (access, offset) = self.access(ty, field);
        let source = self.pop();
        let Some(get) = access.get(signed) else {
            let slot = self.in_slot(&source)?;
            let operands = quarters_half(self.next_slot(), slot, offset);
            self.emit(Op::StructGetV128, [operands])?;
            self.push_temps(Ty::V128)?;
            return Ok(());
        };
        let (mode, slot) = match self.operand(&source, true, false)? {
            BinOperand::Slot(slot) => (0, slot),
            _ => (2, 0),
        };
        let forms = &STRUCT_GET_OPS[get as usize];
        let form = forms[mode + 1].expect("every read has this mode");
        let at = self.emit(form, [quarters_half(self.next_slot(), slot, offset)])?;
        self.push_result(access.class, at, forms[mode])
    }

    pub(super) fn struct_set(&mut self, ty: u32, field: u32) -> Result<()> {
        let (access, offset) = self.access(ty, field);
        let Some(set) = access.set() else {
            let value = self.pop_vector_in_place()?;
            let structure = self.pop();
            let structure = self.in_slot(&structure)?;
            let operands = quarters_half(structure, value, offset);
            self.emit(Op::StructSetV128, [operands])?;
            return Ok(());
        };
        let value = self.pop();
        let structure = self.pop();
        let structure = self.in_slot(&structure)?;
        let (mode, slot, imm) = self.value_to_set(&value, set)?;
        let form = STRUCT_SET_OPS[set as usize][mode as usize].expect("the class has this mode");
        let operands = quarters_half(structure, slot, offset);
        match imm {
            Some(imm) => self.emit(form, [operands, halves(imm, 0)])?,
            None => self.emit(form, [operands])?,
        };
        Ok(())
    }

    /// Pops a vector. Gives its first slot.
    fn pop_vector_in_place(&mut self) -> Result<u16> {
        let height = self.height() - 2;
        self.materialize(height)?;
        self.truncate(height);
        Ok(self.temp_slot(height))
    }

    /// Where a value is that a field is set to, its slot, and the immediate that it is.
    fn value_to_set(&mut self, value: &Source, set: Set) -> Result<(ValueMode, u16, Option<u32>)> {
        let fits = match value.value {
            Value::Const(bits) => set != Set::Set64 || i32::try_from(bits as i64).is_ok(),
            _ => false,
        };
        Ok(match self.operand(value, true, fits)? {
            BinOperand::Acc if matches!(value.ty, Ty::F32 | Ty::F64) => (ValueMode::F, 0, None),
            BinOperand::Acc => (ValueMode::A, 0, None),
            BinOperand::Slot(slot) => (ValueMode::S, slot, None),
            BinOperand::Imm(imm) => (ValueMode::I, 0, Some(imm as u32)),
        })
    }

    pub(super) fn array_new(&mut self, ty: u32) -> Result<()> {
        let count = 1 + self.element_slots(ty);
        self.collecting_in_place(Slow::ArrayNew, count, ty, 0, Some(ty))
    }

    pub(super) fn array_new_default(&mut self, ty: u32) -> Result<()> {
        let source = self.source(self.height() - 1);
        let len = self.in_slot(&source)?;
        let dst = self.temp_slot(self.height() - 1);
        let operands = [quarters(dst, len, 0, 0), halves(ty, 0)];
        self.collecting(Slow::ArrayNewDefault, 1, operands, Some(ty))
    }

    pub(super) fn array_new_fixed(&mut self, ty: u32, len: u32) -> Result<()> {
        let count = len as usize * self.element_slots(ty);
        self.collecting_in_place(Slow::ArrayNewFixed, count, ty, len, Some(ty))
    }

    pub(super) fn array_new_data(&mut self, ty: u32, data: u32) -> Result<()> {
        self.collecting_in_place(Slow::ArrayNewData, 2, ty, data, None)
    }

    pub(super) fn array_new_elem(&mut self, ty: u32, elem: u32) -> Result<()> {
        self.collecting_in_place(Slow::ArrayNewElem, 2, ty, elem, None)
    }

    pub(super) fn array_get(&mut self, ty: u32, signed: bool) -> Result<()> {
        let (access, _) = self.access(ty, 0);
        let index = self.pop();
        let array = self.pop();
        let Some(get) = access.get(signed) else {
            let (array, index) = (self.in_slot(&array)?, self.in_slot(&index)?);
            let operands = quarters(self.next_slot(), array, index, 0);
            self.emit(Op::ArrayGetV128, [operands])?;
            self.push_temps(Ty::V128)?;
            return Ok(());
        };
        use BinOperand::{Acc, Imm, Slot};
        let array = self.operand(&array, true, false)?;
        let index = self.operand(&index, array != Acc, true)?;
        let dst = self.next_slot();
        let (mode, operands) = match (array, index) {
            (Slot(array), Slot(index)) => (ElementMode::SS, quarters(dst, array, index, 0)),
            (Slot(array), Imm(index)) => (ElementMode::SI, quarters_half(dst, array, index as u32)),
            (Slot(array), Acc) => (ElementMode::SA, quarters(dst, array, 0, 0)),
            (_, Imm(index)) => (ElementMode::AI, quarters_half(dst, 0, index as u32)),
            (_, Slot(index)) => (ElementMode::AS, quarters(dst, 0, index, 0)),
            (_, Acc) => unreachable!("one operand is the accumulator"),
        };
        let forms = &ARRAY_GET_OPS[get as usize];
        let form = forms[mode as usize * 2 + 1].expect("every read has this mode");
        let at = self.emit(form, [operands])?;
        self.push_result(access.class, at, forms[mode as usize * 2])
    }

    pub(super) fn array_set(&mut self, ty: u32) -> Result<()> {
        let (access, _) = self.access(ty, 0);
        let Some(set) = access.set() else {
            let value = self.pop_vector_in_place()?;
            let (index, array) = (self.pop(), self.pop());
            let (array, index) = (self.in_slot(&array)?, self.in_slot(&index)?);
            self.emit(Op::ArraySetV128, [quarters(array, value, index, 0)])?;
            return Ok(());
        };
        let value = self.pop();
        let index = self.pop();
        let array = self.pop();
        let array = self.in_slot(&array)?;
        let (value_mode, value, imm) = self.value_to_set(&value, set)?;
        let index = self.operand(&index, value_mode != ValueMode::A, true)?;
        use SetElementMode as Mode;
        let mode = match (index, value_mode) {
            (BinOperand::Slot(_), ValueMode::S) => Mode::SS,
            (BinOperand::Slot(_), ValueMode::A) => Mode::SA,
            (BinOperand::Slot(_), ValueMode::I) => Mode::SI,
            (BinOperand::Slot(_), ValueMode::F) => Mode::SF,
            (BinOperand::Acc, ValueMode::S) => Mode::AS,
            (BinOperand::Acc, ValueMode::I) => Mode::AI,
            (BinOperand::Acc, ValueMode::F) => Mode::AF,
            (BinOperand::Acc, ValueMode::A) => unreachable!("one operand is the accumulator"),
            (BinOperand::Imm(_), ValueMode::S) => Mode::IS,
            (BinOperand::Imm(_), ValueMode::A) => Mode::IA,
            (BinOperand::Imm(_), ValueMode::I) => Mode::II,
            (BinOperand::Imm(_), ValueMode::F) => Mode::IF,
        };
        let form = ARRAY_SET_OPS[set as usize][mode as usize].expect("the class has this mode");
        let operands = match index {
            BinOperand::Slot(index) => quarters(array, value, index, 0),
            BinOperand::Acc => quarters(array, value, 0, 0),
            BinOperand::Imm(index) => quarters_half(array, value, index as u32),
        };
        match imm {
            Some(imm) => self.emit(form, [operands, halves(imm, 0)])?,
            None => self.emit(form, [operands])?,
        };
        Ok(())
    }

    pub(super) fn array_len(&mut self) -> Result<()> {
        let source = self.pop();
        let (form, quick, slot) = match self.operand(&source, true, false)? {
            BinOperand::Slot(slot) => (Op::ArrayLen_S_S, Op::ArrayLen_S_A, slot),
            _ => (Op::ArrayLen_A_S, Op::ArrayLen_A_A, 0),
        };
        let at = self.emit(form, [quarters(self.next_slot(), slot, 0, 0)])?;
        self.push_result(Ty::I32, at, Some(quick))
    }

    pub(super) fn array_fill(&mut self, ty: u32) -> Result<()> {
        let count = 3 + self.element_slots(ty);
        let from = self.height() - count;
        if count > 4 {
            self.materialize(from)?;
        }
        let mut slots = [0; 4];
        let heights = [from, from + 1, from + 2, self.height() - 1];
        for (slot, height) in slots.iter_mut().zip(heights) {
            let source = self.source(height);
            *slot = self.in_slot(&source)?;
        }
        self.truncate(from);
        let [s0, s1, s2, s3] = slots;
        self.emit(Slow::ArrayFill.op(), [quarters(s0, s1, s2, s3), 0])?;
        self.acc.clear();
        Ok(())
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

    fn cast_target(nullable: bool, ty: wasmparser::HeapType) -> Result<CastTarget> {
        CastTarget::new(nullable, ty).map_err(unsupported)
    }

    /// The fields from 12 on of the operations that compare a header with the type of a target;
    /// `None` when more is to be done than that.
    fn header_test(&self, target: CastTarget) -> Option<(u16, u16, u64)> {
        let CastHeap::Concrete(ty) = target.heap else {
            return None;
        };
        let layout = self.layout(ty.0);
        let depth = layout.get()?.depth;
        let address = layout.as_ptr().expose_provenance() as u64;
        ((depth as usize) < DISPLAY).then_some((depth as u16, target.nullable.into(), address))
    }

    /// Emits a test of a reference, which gives an `i32` in the next slot.
    fn emit_test(&mut self, reference: &Source, target: CastTarget) -> Result<()> {
        let dst = self.next_slot();
        let in_acc = reference.acc.is_some();
        let slot = self.in_slot(reference)?;
        if let Some((place, nullable, address)) = self.header_test(target) {
            let (form, quick) = if in_acc {
                (Op::RefTestType_A_S, Op::RefTestType_A_A)
            } else {
                (Op::RefTestType_S_S, Op::RefTestType_S_A)
            };
            let at = self.emit(form, [quarters(dst, slot, place, nullable), address])?;
            return self.push_result(Ty::I32, at, Some(quick));
        }
        if target.heap == CastHeap::I31 && !target.nullable {
            // It is told by the lowest bit.
            let mode = if in_acc { BinMode::AI } else { BinMode::SI };
            let forms = &BIN_OPS[Bin::I32And as usize][mode as usize * 2..];
            let form = forms[1].expect("every operation has this mode");
            let at = self.emit(form, [quarters_half(dst, slot, 1)])?;
            return self.push_result(Ty::I32, at, forms[0]);
        }
        let operands = [quarters(dst, slot, 0, 0), halves(target.to_bits(), 0)];
        let at = self.emit(Slow::RefTest.op(), operands)?;
        self.acc.clear();
        self.push_result(Ty::I32, at, None)
    }

    pub(super) fn ref_test(&mut self, nullable: bool, ty: wasmparser::HeapType) -> Result<()> {
        let target = Self::cast_target(nullable, ty)?;
        let reference = self.pop();
        if self.header_test(target).is_some() {
            self.take_acc(&reference);
        }
        self.emit_test(&reference, target)
    }

    pub(super) fn ref_cast(&mut self, nullable: bool, ty: wasmparser::HeapType) -> Result<()> {
        let target = Self::cast_target(nullable, ty)?;
        let source = self.source(self.height() - 1);
        let slot = self.in_slot(&source)?;
        if let Some((place, nullable, address)) = self.header_test(target) {
            let op = match source.acc {
                Some(_) => Op::RefCastType_A,
                None => Op::RefCastType_S,
            };
            self.emit(op, [quarters(0, slot, place, nullable), address])?;
            return Ok(());
        }
        let operands = [quarters(slot, 0, 0, 0), halves(target.to_bits(), 0)];
        self.emit(Slow::RefCast.op(), operands)?;
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
        self.emit_test(&source, target)?;
        if !on_success {
            self.un(Un::I32Eqz)?;
        }
        self.br_if(depth)
    }
}
