//! Objects: what is little, does not trap, and collects nothing.

use super::state::State;
use crate::translate::heap::SIGNED;
use diptych_core::gc::{
    ARRAY_BASE, ARRAY_LEN, CastTarget, GcType, HEADER_BYTES, Storage, write_field,
};
use diptych_core::types::TypeIdx;
use diptych_core::vm::heap_calls;

/// Reads a field of the kind that is at 20 into the slot at 8.
#[inline(always)]
unsafe fn get(st: &mut State, field: *const u8) -> bool {
    const I8: u32 = Storage::I8 as u32;
    const I8_S: u32 = Storage::I8 as u32 | SIGNED;
    const I16: u32 = Storage::I16 as u32;
    const I16_S: u32 = Storage::I16 as u32 | SIGNED;
    const BITS64: u32 = Storage::Bits64 as u32;
    const BITS128: u32 = Storage::Bits128 as u32;
    // SAFETY: there is such a field.
    unsafe {
        let value = match st.u32(20) & 15 {
            I8 => field.read().into(),
            I8_S => u64::from(field.cast::<i8>().read() as i32 as u32),
            I16 => field.cast::<u16>().read().into(),
            I16_S => u64::from(field.cast::<i16>().read() as i32 as u32),
            BITS64 => field.cast::<u64>().read(),
            BITS128 => {
                let high = field.cast::<u64>().add(1).read();
                st.slot_at(8).add(1).write(high);
                field.cast::<u64>().read()
            }
            _ => field.cast::<u32>().read().into(),
        };
        st.put_i64(8, value);
    }
    true
}

/// Sets a field of the kind that is at 20 to the value in the slot that the field at `value` names.
#[inline(always)]
unsafe fn set(st: &State, field: *mut u8, value: usize) -> bool {
    const I8: u32 = Storage::I8 as u32;
    const I16: u32 = Storage::I16 as u32;
    const BITS64: u32 = Storage::Bits64 as u32;
    const BITS128: u32 = Storage::Bits128 as u32;
    // SAFETY: there is such a field.
    unsafe {
        let low = st.slot_i64(value);
        match st.u32(20) & 15 {
            I8 => field.write(low as u8),
            I16 => field.cast::<u16>().write(low as u16),
            BITS64 => field.cast::<u64>().write(low),
            BITS128 => {
                let high = st.slot_at(value).add(1).read();
                field.cast::<u64>().write(low);
                field.cast::<u64>().add(1).write(high);
            }
            _ => field.cast::<u32>().write(low as u32),
        }
    }
    true
}

#[inline(always)]
unsafe fn object(st: &State, reference: u64) -> *mut u8 {
    // SAFETY: the store is live.
    unsafe { (*(*st.vm).store).heap.base.wrapping_add(reference as usize) }
}

#[inline(always)]
pub(crate) unsafe fn struct_get(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; a structure of the type is in the slot, or null.
    unsafe {
        let structure = st.slot_i64(10);
        if structure == 0 {
            return false;
        }
        let field = object(st, structure).wrapping_add(st.u32(16) as usize);
        get(st, field)
    }
}

#[inline(always)]
pub(crate) unsafe fn struct_set(st: &mut State) -> bool {
    // SAFETY: as `struct_get`.
    unsafe {
        let structure = st.slot_i64(8);
        if structure == 0 {
            return false;
        }
        let field = object(st, structure).wrapping_add(st.u32(16) as usize);
        set(st, field, 10)
    }
}

/// The element with the index in the slot that the field at `index` names; `None` when there is
/// none.
#[inline(always)]
unsafe fn element(st: &State, array: u64, index: usize) -> Option<*mut u8> {
    // SAFETY: an array of elements of the kind at 20, or null.
    unsafe {
        if array == 0 {
            return None;
        }
        let array = object(st, array);
        let index = st.slot_i32(index);
        if index >= array.add(ARRAY_LEN as usize).cast::<u32>().read() {
            return None;
        }
        // The sizes by kind, as binary logarithms: four bits each.
        const SIZES: u64 = {
            let kinds = [
                Storage::I8,
                Storage::I16,
                Storage::Bits32,
                Storage::Bits64,
                Storage::Bits128,
                Storage::Reference,
            ];
            let mut sizes = 0;
            let mut i = 0;
            while i < kinds.len() {
                sizes |= (kinds[i].size_log2() as u64) << (kinds[i] as u32 * 4);
                i += 1;
            }
            sizes
        };
        let size = SIZES >> ((st.u32(20) & 7) * 4) & 15;
        let offset = u64::from(index) << size;
        Some(array.wrapping_add(ARRAY_BASE as usize + offset as usize))
    }
}

#[inline(always)]
pub(crate) unsafe fn array_get(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; an array is in the slot, or null.
    unsafe {
        match element(st, st.slot_i64(10), 12) {
            Some(element) => get(st, element),
            None => false,
        }
    }
}

#[inline(always)]
pub(crate) unsafe fn array_set(st: &mut State) -> bool {
    // SAFETY: as `array_get`.
    unsafe {
        match element(st, st.slot_i64(8), 10) {
            Some(element) => set(st, element, 12),
            None => false,
        }
    }
}

#[inline(always)]
pub(crate) unsafe fn array_len(st: &mut State) -> bool {
    // SAFETY: as `array_get`.
    unsafe {
        let array = st.slot_i64(10);
        if array == 0 {
            return false;
        }
        let len = object(st, array)
            .add(ARRAY_LEN as usize)
            .cast::<u32>()
            .read();
        st.put_i64(8, len.into());
    }
    true
}

/// The size of the largest array that a handler fills with zeroes.
const LITTLE: u32 = 256;

/// Takes room for an object of this size and type. `None` when that is not there.
#[inline(always)]
unsafe fn new_object(st: &State, ty: &GcType, size: u32) -> Option<(u64, *mut u8)> {
    // SAFETY: the store is live; what the guest sees of the heap is in its space.
    unsafe {
        let heap = &raw mut (*(*st.vm).store).heap;
        let at = (*heap).next;
        if size as usize > (*heap).end.wrapping_sub(at) {
            return None;
        }
        (*heap).next = at.wrapping_add(size as usize);
        let object = (*heap).base.wrapping_add(at);
        let header = core::ptr::from_ref(ty).expose_provenance() as u64;
        object.cast::<u64>().write(header);
        Some((at as u64, object))
    }
}

/// Takes room for a little array.
#[inline(always)]
unsafe fn new_array(st: &State, ty: &GcType, len: u32) -> Option<(u64, *mut u8, u32)> {
    // SAFETY: as `new_object`.
    unsafe {
        let size = ty.array_size(len).filter(|size| *size <= LITTLE)?;
        let (reference, array) = new_object(st, ty, size)?;
        array.add(ARRAY_LEN as usize).cast::<u32>().write(len);
        Some((reference, array, size))
    }
}

/// Zeroes what is between these offsets, multiples of 8. A call for it would cost the handler its
/// registers, so the compiler must not make one of the loop.
#[inline(always)]
unsafe fn zero(object: *mut u8, from: u32, to: u32) {
    let mut at = from;
    while at < to {
        // SAFETY: the object is as large.
        unsafe {
            object
                .wrapping_add(at as usize)
                .cast::<u64>()
                .write_volatile(0);
        }
        at = at.wrapping_add(8);
    }
}

#[inline(always)]
pub(crate) unsafe fn struct_new(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the type is a structure, whose values are in the
    // slots from 10 on.
    unsafe {
        let ty = heap_calls::layout(st.vm, TypeIdx(st.u32(16)));
        let Some((reference, object)) = new_object(st, ty, ty.size) else {
            return false;
        };
        let mut value = st.slot_at(10).cast_const();
        for field in ty.fields() {
            let place = object.wrapping_add(field.offset as usize);
            write_field(place, field.storage, value);
            value = value.wrapping_add(field.storage.slots());
        }
        st.put_i64(8, reference);
    }
    true
}

#[inline(always)]
pub(crate) unsafe fn struct_new_default(st: &mut State) -> bool {
    // SAFETY: as `struct_new`.
    unsafe {
        let ty = heap_calls::layout(st.vm, TypeIdx(st.u32(16)));
        let Some((reference, object)) = new_object(st, ty, ty.size) else {
            return false;
        };
        zero(object, HEADER_BYTES, ty.size);
        st.put_i64(8, reference);
    }
    true
}

#[inline(always)]
pub(crate) unsafe fn array_new_default(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the type is an array.
    unsafe {
        let ty = heap_calls::layout(st.vm, TypeIdx(st.u32(16)));
        let Some((reference, array, size)) = new_array(st, ty, st.slot_i32(10)) else {
            return false;
        };
        zero(array, ARRAY_BASE, size);
        st.put_i64(8, reference);
    }
    true
}

#[inline(always)]
pub(crate) unsafe fn ref_test(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the reference is one of the target's hierarchy.
    unsafe {
        let target = CastTarget::from_bits(st.u32(16));
        match target.matches_quickly(st.vm, st.slot_i64(10)) {
            Some(matches) => st.put_i64(8, matches.into()),
            None => return false,
        }
    }
    true
}

#[inline(always)]
pub(crate) unsafe fn ref_cast(st: &mut State) -> bool {
    // SAFETY: as `ref_test`.
    unsafe {
        let target = CastTarget::from_bits(st.u32(16));
        target.matches_quickly(st.vm, st.slot_i64(8)) == Some(true)
    }
}
