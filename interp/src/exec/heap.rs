//! Objects: fields and elements, casts, and little objects. What collects is the driver's.

use super::control::bodies;
use super::state::{Flow, State, keep_flow};
use diptych_core::Trap;
use diptych_core::gc::{ARRAY_BASE, ARRAY_LEN, CastTarget, GcType, HEADER_BYTES, is_object};

/// The object of a reference; `None` when that is null.
#[inline(always)]
pub(crate) unsafe fn object(st: &State, reference: u64) -> Option<*mut u8> {
    if reference == 0 {
        return None;
    }
    // SAFETY: the store is live.
    let base = unsafe { (*(*st.vm).store).heap.base };
    Some(base.wrapping_add(reference as usize))
}

#[inline(always)]
pub(crate) unsafe fn array_len(array: *const u8) -> u32 {
    // SAFETY: there is an array.
    unsafe { array.wrapping_add(ARRAY_LEN as usize).cast::<u32>().read() }
}

/// The element with this index; `None` when there is none.
#[inline(always)]
pub(crate) unsafe fn element<T>(array: *mut u8, index: u32) -> Option<*mut T> {
    // SAFETY: there is an array.
    if index >= unsafe { array_len(array) } {
        return None;
    }
    let elements = array.wrapping_add(ARRAY_BASE as usize).cast::<T>();
    Some(elements.wrapping_add(index as usize))
}

/// Whether the reference is to an object of the type whose address is at 16, which is at the place
/// at 12 among the supertypes of all of its subtypes; or null, where the field at 14 allows it.
#[inline(always)]
pub(crate) unsafe fn is_of_type(st: &State, reference: u64) -> bool {
    // SAFETY: the operation has these fields; headers are addresses of types.
    unsafe {
        let Some(object) = object(st, reference) else {
            return st.u16(14) != 0;
        };
        if !is_object(reference) {
            return false;
        }
        let header = object.cast::<u64>().read() as usize;
        let ty = core::ptr::with_exposed_provenance::<GcType>(header);
        let supertypes = (&raw const (*ty).display).cast::<*const GcType>();
        let supertype = supertypes.add(st.u16(12).into()).read();
        supertype.addr() as u64 == st.u64(16)
    }
}

bodies! {
    struct_get_v128 |st| {
        let Some(object) = object(st, st.slot_i64(10)) else {
            return Flow::Trap(Trap::NullStructReference);
        };
        let field = object.wrapping_add(st.u32(12) as usize).cast::<[u64; 2]>();
        st.slot_at(8).cast::<[u64; 2]>().write(field.read());
        st.next(16)
    }

    struct_set_v128 |st| {
        let Some(object) = object(st, st.slot_i64(8)) else {
            return Flow::Trap(Trap::NullStructReference);
        };
        let field = object.wrapping_add(st.u32(12) as usize).cast::<[u64; 2]>();
        field.write(st.slot_at(10).cast::<[u64; 2]>().read());
        st.next(16)
    }

    array_get_v128 |st| {
        let Some(array) = object(st, st.slot_i64(10)) else {
            return Flow::Trap(Trap::NullArrayReference);
        };
        let Some(element) = element::<[u64; 2]>(array, st.slot_i32(12)) else {
            return Flow::Trap(Trap::ArrayOutOfBounds);
        };
        st.slot_at(8).cast::<[u64; 2]>().write(element.read());
        st.next(16)
    }

    array_set_v128 |st| {
        let Some(array) = object(st, st.slot_i64(8)) else {
            return Flow::Trap(Trap::NullArrayReference);
        };
        let Some(element) = element::<[u64; 2]>(array, st.slot_i32(12)) else {
            return Flow::Trap(Trap::ArrayOutOfBounds);
        };
        element.write(st.slot_at(10).cast::<[u64; 2]>().read());
        st.next(16)
    }
}

/// The size of the largest array that a handler fills.
const LITTLE: u32 = 256;
/// How many bytes behind an object its handler may write: each field is written as wide as a slot,
/// over what the one before it had too much.
const BEHIND: u32 = 8;
/// Whether a field has the first bytes of a slot. If not, the driver makes the objects.
const FIRST_BYTES: bool = cfg!(target_endian = "little");

/// The type whose address is at 24.
#[inline(always)]
unsafe fn type_of_new<'a>(st: &State) -> &'a GcType {
    // SAFETY: the operation has this field; types live as long as the engine.
    unsafe { &*core::ptr::with_exposed_provenance(st.u64(24) as usize) }
}

/// Takes room for an object of this size and of the type whose address is at 24. `None` when that
/// is not there.
#[inline(always)]
unsafe fn new_object(st: &State, size: u32) -> Option<(u64, *mut u8)> {
    // SAFETY: the store is live; what the guest sees of the heap is in its space.
    unsafe {
        let heap = &raw mut (*(*st.vm).store).heap;
        let at = (*heap).next;
        if size.wrapping_add(BEHIND) as usize > (*heap).end.wrapping_sub(at) {
            return None;
        }
        (*heap).next = at.wrapping_add(size as usize);
        let object = (*heap).base.wrapping_add(at);
        object.cast::<u64>().write(st.u64(24));
        Some((at as u64, object))
    }
}

/// Delivers the new object.
#[inline(always)]
unsafe fn deliver(st: &mut State, reference: u64) {
    st.acc = reference;
    // SAFETY: the operation has a destination at 8.
    unsafe { st.put_i64(8, reference) };
}

/// A structure of few fields. The number at 20 is its size, and 8 bits further up each the offsets
/// of the fields.
#[inline(always)]
unsafe fn struct_new_little<const N: usize>(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout, with the values in the slots that the fields from
    // 10 on name.
    unsafe {
        let places = st.u32(20);
        if !FIRST_BYTES {
            return false;
        }
        let Some((reference, object)) = new_object(st, places & 0xff) else {
            return false;
        };
        let mut field = 0;
        while field < N {
            let offset = places >> (8 + 8 * field) & 0xff;
            let value = st.slot_i64(10 + 2 * field);
            let place = object.wrapping_add(offset as usize).cast::<u64>();
            place.write_unaligned(value);
            field += 1;
        }
        deliver(st, reference);
    }
    true
}

#[inline(always)]
pub(crate) unsafe fn struct_new1(st: &mut State) -> bool {
    // SAFETY: by contract.
    unsafe { struct_new_little::<1>(st) }
}

#[inline(always)]
pub(crate) unsafe fn struct_new2(st: &mut State) -> bool {
    // SAFETY: by contract.
    unsafe { struct_new_little::<2>(st) }
}

#[inline(always)]
pub(crate) unsafe fn struct_new3(st: &mut State) -> bool {
    // SAFETY: by contract.
    unsafe { struct_new_little::<3>(st) }
}

#[inline(always)]
pub(crate) unsafe fn struct_new(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the type is a structure, whose values are in the
    // slots from 10 on.
    unsafe {
        let count = st.u32(20);
        if count == 0 || !FIRST_BYTES {
            return false;
        }
        let ty = type_of_new(st);
        let Some((reference, object)) = new_object(st, ty.size) else {
            return false;
        };
        let (mut value, mut field) = (st.slot_at(10), ty.fields().as_ptr());
        let end = value.wrapping_add(count as usize);
        while value != end {
            let place = object.wrapping_add((*field).offset as usize);
            place.cast::<u64>().write_unaligned(value.read());
            (value, field) = (value.wrapping_add(1), field.wrapping_add(1));
            keep_flow();
        }
        deliver(st, reference);
    }
    true
}

#[inline(always)]
pub(crate) unsafe fn struct_new_default(st: &mut State) -> bool {
    // SAFETY: as `struct_new`.
    unsafe {
        let size = type_of_new(st).size;
        let Some((reference, object)) = new_object(st, size) else {
            return false;
        };
        zero(object, HEADER_BYTES, size);
        deliver(st, reference);
    }
    true
}

/// Takes room for a little array of the type whose address is at 24.
#[inline(always)]
unsafe fn new_array(st: &State, ty: &GcType, len: u32) -> Option<(u64, *mut u8, u32)> {
    // SAFETY: as `new_object`.
    unsafe {
        let size = ty.array_size(len).filter(|size| *size <= LITTLE)?;
        let (reference, array) = new_object(st, size)?;
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

/// Sets the elements of a new array, each to the value that is `step` slots behind that of the one
/// before it. Their size is that of no vectors.
#[inline(always)]
unsafe fn fill(array: *mut u8, size_log2: u32, len: u32, mut value: *const u64, step: usize) {
    let mut at = array.wrapping_add(ARRAY_BASE as usize);
    let end = at.wrapping_add((len << size_log2) as usize);
    while at != end {
        // SAFETY: the array is as long, and there is room behind it.
        unsafe { at.cast::<u64>().write_unaligned(value.read()) };
        (at, value) = (at.wrapping_add(1 << size_log2), value.wrapping_add(step));
        keep_flow();
    }
}

#[inline(always)]
pub(crate) unsafe fn array_new_default(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the type is an array.
    unsafe {
        let Some((reference, array, size)) = new_array(st, type_of_new(st), st.slot_i32(10)) else {
            return false;
        };
        zero(array, ARRAY_BASE, size);
        deliver(st, reference);
    }
    true
}

#[inline(always)]
pub(crate) unsafe fn array_new(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the type is an array, and the length is behind
    // the value, which has one slot unless it is a vector.
    unsafe {
        let ty = type_of_new(st);
        if ty.size > 3 || !FIRST_BYTES {
            return false;
        }
        let value = st.slot_at(10);
        let len = value.add(1).read() as u32;
        let Some((reference, array, _)) = new_array(st, ty, len) else {
            return false;
        };
        fill(array, ty.size, len, value, 0);
        deliver(st, reference);
    }
    true
}

#[inline(always)]
pub(crate) unsafe fn array_new_fixed(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the type is an array, whose values are in the
    // slots from 10 on.
    unsafe {
        let (ty, len) = (type_of_new(st), st.u32(20));
        if ty.size > 3 || !FIRST_BYTES {
            return false;
        }
        let Some((reference, array, _)) = new_array(st, ty, len) else {
            return false;
        };
        fill(array, ty.size, len, st.slot_at(10), 1);
        deliver(st, reference);
    }
    true
}

#[inline(always)]
pub(crate) unsafe fn ref_test(st: &mut State) -> bool {
    // SAFETY: the operation has the slow layout; the reference is one of the target's hierarchy.
    unsafe {
        let target = CastTarget::from_bits(st.u32(16));
        match target.matches_quickly(st.vm, st.slot_i64(10)) {
            Some(matches) => deliver(st, matches.into()),
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
