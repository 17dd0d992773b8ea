//! What both backends call for objects of the heap, beside [`libcalls`](super::libcalls).
//!
//! # Safety
//! Every function wants a `ctx` that is a live instance, whose store is not otherwise borrowed and
//! whose `exit_*` fields say where the guest is, indices that are valid ones of its module, and
//! references of the types that the instructions want. Values are in consecutive slots, one or, for
//! vectors, two each. Whatever allocates can move all objects: references among its values are read
//! afterwards, from slots that the collector knows.

use super::VmCtx;
use crate::error::Error;
use crate::gc::{
    ARRAY_BASE, ARRAY_LEN, EXCEPTION_TAG, GcType, Storage, array_len, new_object, read_field,
    type_of, write_field,
};
use crate::runtime::{InstanceObject, TagObject};
use crate::trap::Trap;
use crate::types::{DataIdx, ElemIdx, TagIdx, TypeIdx};
use core::ptr;

/// The layout of a structure or an array.
///
/// # Safety
/// See the module; the type is one or the other.
#[inline]
pub unsafe fn layout<'a>(ctx: *mut VmCtx, ty: TypeIdx) -> &'a GcType {
    // SAFETY: by contract: only functions have none.
    unsafe { &*(*(*ctx).types.add(ty.index())).gc.as_ptr() }
}

/// Collects at a call of the function that calls this, under stress.
///
/// # Safety
/// See the module.
pub unsafe fn collect_at_call(ctx: *mut VmCtx) {
    // SAFETY: by contract.
    unsafe { crate::gc::collect_at_call((*ctx).store) }
}

/// The object of a reference.
///
/// # Safety
/// See the module; it is an object.
#[inline]
unsafe fn object(ctx: *mut VmCtx, reference: u64) -> *mut u8 {
    // SAFETY: by contract.
    unsafe { (*(*ctx).store).heap.at(reference) }
}

/// How many slots an element of an array takes.
///
/// # Safety
/// See the module; the type is an array.
pub unsafe fn value_slots(ctx: *mut VmCtx, ty: TypeIdx) -> usize {
    // SAFETY: by contract.
    unsafe { layout(ctx, ty) }.element().slots()
}

/// Takes room for an object of this size, for code that fills it in itself.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module; the size is a multiple of [`ALIGN`](crate::gc::ALIGN). The object is filled in
/// before anything else happens in the store.
pub unsafe fn allocate(ctx: *mut VmCtx, size: u32) -> Result<u64, Error> {
    // SAFETY: by contract.
    unsafe { Ok(crate::gc::allocate((*ctx).store, size)?.into()) }
}

/// `struct.new`, with the values of all fields.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module.
pub unsafe fn struct_new(ctx: *mut VmCtx, ty: TypeIdx, values: *const u64) -> Result<u64, Error> {
    // SAFETY: by contract.
    unsafe {
        let fields = layout(ctx, ty).fields().iter();
        let places = fields.scan(values, |next, field| {
            let place = *next;
            *next = place.add(field.storage.slots());
            Some(place)
        });
        struct_new_of(ctx, ty, places)
    }
}

/// `struct.new`, with the values of all fields in slots that need not be consecutive.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module; there are as many slots as fields, or more.
pub unsafe fn struct_new_of(
    ctx: *mut VmCtx,
    ty: TypeIdx,
    slots: impl Iterator<Item = *const u64>,
) -> Result<u64, Error> {
    // SAFETY: by contract.
    unsafe {
        let ty = layout(ctx, ty);
        let (reference, object) = new_object((*ctx).store, ty, ty.size)?;
        for (field, slot) in ty.fields().iter().zip(slots) {
            write_field(object.add(field.offset as usize), field.storage, slot);
        }
        Ok(reference)
    }
}

/// `struct.new_default`.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module.
pub unsafe fn struct_new_default(ctx: *mut VmCtx, ty: TypeIdx) -> Result<u64, Error> {
    // SAFETY: by contract; all defaults are zeroes.
    unsafe {
        let ty = layout(ctx, ty);
        let (reference, object) = new_object((*ctx).store, ty, ty.size)?;
        object.add(8).write_bytes(0, ty.size as usize - 8);
        Ok(reference)
    }
}

/// A new array whose elements are not set, and where they are.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module. The elements are set before anything else happens in the store.
unsafe fn new_array(ctx: *mut VmCtx, ty: &GcType, len: u32) -> Result<(u64, *mut u8), Error> {
    // SAFETY: by contract.
    unsafe {
        let size = ty.array_size(len).ok_or(Trap::AllocationTooLarge)?;
        let (reference, object) = new_object((*ctx).store, ty, size)?;
        object.add(ARRAY_LEN as usize).cast::<u32>().write(len);
        Ok((reference, object.add(ARRAY_BASE as usize)))
    }
}

/// `array.new`: all elements are the value.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module.
pub unsafe fn array_new(
    ctx: *mut VmCtx,
    ty: TypeIdx,
    value: *const u64,
    len: u32,
) -> Result<u64, Error> {
    // SAFETY: by contract; so many elements are there.
    unsafe {
        let ty = layout(ctx, ty);
        let (reference, elements) = new_array(ctx, ty, len)?;
        fill(elements, ty.element(), value, len as usize);
        Ok(reference)
    }
}

/// Sets `len` elements to one value.
///
/// # Safety
/// They are there.
unsafe fn fill(elements: *mut u8, storage: Storage, value: *const u64, len: usize) {
    // SAFETY: by contract.
    unsafe {
        let low = value.read();
        match storage {
            Storage::I8 => elements.write_bytes(low as u8, len),
            Storage::I16 => {
                core::slice::from_raw_parts_mut(elements.cast::<u16>(), len).fill(low as u16);
            }
            Storage::Bits32 | Storage::Reference => {
                core::slice::from_raw_parts_mut(elements.cast::<u32>(), len).fill(low as u32);
            }
            Storage::Bits64 => {
                core::slice::from_raw_parts_mut(elements.cast::<u64>(), len).fill(low);
            }
            Storage::Bits128 => {
                let value = [low, value.add(1).read()];
                core::slice::from_raw_parts_mut(elements.cast::<[u64; 2]>(), len).fill(value);
            }
        }
    }
}

/// `array.new_default`.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module.
pub unsafe fn array_new_default(ctx: *mut VmCtx, ty: TypeIdx, len: u32) -> Result<u64, Error> {
    // SAFETY: by contract; all defaults are zeroes.
    unsafe {
        let ty = layout(ctx, ty);
        let (reference, elements) = new_array(ctx, ty, len)?;
        elements.write_bytes(0, (len as usize) << ty.size);
        Ok(reference)
    }
}

/// `array.new_fixed`, with the values of all elements.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module.
pub unsafe fn array_new_fixed(
    ctx: *mut VmCtx,
    ty: TypeIdx,
    mut values: *const u64,
    len: u32,
) -> Result<u64, Error> {
    // SAFETY: by contract; so many elements are there.
    unsafe {
        let ty = layout(ctx, ty);
        let (reference, mut element) = new_array(ctx, ty, len)?;
        let storage = ty.element();
        for _ in 0..len {
            write_field(element, storage, values);
            element = element.add(storage.size() as usize);
            values = values.add(storage.slots());
        }
        Ok(reference)
    }
}

/// The bytes of a data segment that `len` elements of this size are read from.
///
/// # Safety
/// See the module.
unsafe fn data_range<'a>(
    ctx: *mut VmCtx,
    data: DataIdx,
    src: u32,
    len: u32,
    size_log2: u32,
) -> Result<&'a [u8], Trap> {
    // SAFETY: by contract; the context is the first field of its instance.
    let bytes = unsafe { (*ctx.cast::<InstanceObject>()).data(data) };
    let end = u64::from(src) + (u64::from(len) << size_log2);
    if end > bytes.len() as u64 {
        return Err(Trap::MemoryOutOfBounds);
    }
    Ok(&bytes[src as usize..end as usize])
}

/// Sets elements to numbers that are little-endian in memory.
///
/// # Safety
/// There are so many of this size.
unsafe fn copy_numbers(elements: *mut u8, bytes: &[u8], size_log2: u32) {
    // SAFETY: by contract.
    unsafe {
        elements.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        if cfg!(target_endian = "big") {
            // Vectors are two halves, the low one first.
            let size = 1 << size_log2.min(3);
            let elements = core::slice::from_raw_parts_mut(elements, bytes.len());
            elements.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        }
    }
}

/// `array.new_data`.
///
/// # Errors
/// When the segment has not so many bytes, or the heap is full.
///
/// # Safety
/// See the module.
pub unsafe fn array_new_data(
    ctx: *mut VmCtx,
    ty: TypeIdx,
    data: DataIdx,
    src: u32,
    len: u32,
) -> Result<u64, Error> {
    // SAFETY: by contract.
    unsafe {
        let ty = layout(ctx, ty);
        let bytes = data_range(ctx, data, src, len, ty.size)?;
        let (reference, elements) = new_array(ctx, ty, len)?;
        copy_numbers(elements, bytes, ty.size);
        Ok(reference)
    }
}

/// `array.new_elem`.
///
/// # Errors
/// When the segment has not so many elements, or the heap is full.
///
/// # Safety
/// See the module.
pub unsafe fn array_new_elem(
    ctx: *mut VmCtx,
    ty: TypeIdx,
    elem: ElemIdx,
    src: u32,
    len: u32,
) -> Result<u64, Error> {
    // SAFETY: by contract.
    unsafe {
        let ty = layout(ctx, ty);
        check_elements(ctx, elem, src, len)?;
        let (reference, elements) = new_array(ctx, ty, len)?;
        copy_elements(ctx, elem, src, len, elements, ty.element());
        Ok(reference)
    }
}

/// # Safety
/// See the module.
unsafe fn check_elements(ctx: *mut VmCtx, elem: ElemIdx, src: u32, len: u32) -> Result<(), Trap> {
    // SAFETY: by contract; the context is the first field of its instance.
    let count = unsafe { (*ctx.cast::<InstanceObject>()).elem_len(elem) };
    if u64::from(src) + u64::from(len) > count as u64 {
        return Err(Trap::TableOutOfBounds);
    }
    Ok(())
}

/// # Safety
/// See the module; the elements are there, of the segment and of the array.
unsafe fn copy_elements(
    ctx: *mut VmCtx,
    elem: ElemIdx,
    src: u32,
    len: u32,
    to: *mut u8,
    storage: Storage,
) {
    // SAFETY: by contract.
    unsafe {
        for i in 0..len as usize {
            let mut value = 0;
            InstanceObject::copy_elem(ctx.cast(), elem, src as usize + i, &raw mut value, 1);
            let place = to.add(i << storage.size_log2());
            write_field(place, storage, &raw const value);
        }
    }
}

/// The elements from `index` on of an array of which `len` are wanted, and how they are stored.
///
/// # Safety
/// See the module.
unsafe fn elements(
    ctx: *mut VmCtx,
    array: u64,
    index: u32,
    len: u32,
) -> Result<(*mut u8, Storage), Trap> {
    if array == 0 {
        return Err(Trap::NullArrayReference);
    }
    // SAFETY: by contract; the elements are in the array.
    unsafe {
        let array = object(ctx, array);
        if u64::from(index) + u64::from(len) > array_len(array).into() {
            return Err(Trap::ArrayOutOfBounds);
        }
        let storage = type_of(array).element();
        let offset = ARRAY_BASE as usize + ((index as usize) << storage.size_log2());
        Ok((array.add(offset), storage))
    }
}

/// A new exception whose values are not set, and the object.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module. The values are set before anything else happens in the store.
unsafe fn new_exception(ctx: *mut VmCtx, tag: TagIdx) -> Result<(u64, *mut u8), Error> {
    // SAFETY: by contract.
    unsafe {
        let tag = (*(*ctx).tags.add(tag.index())).cast::<TagObject>();
        let layout = &*(*tag).layout;
        let (reference, object) = new_object((*ctx).store, layout, layout.size)?;
        let place = object.add(EXCEPTION_TAG as usize).cast::<u64>();
        place.write(tag.expose_provenance() as u64);
        Ok((reference, object))
    }
}

/// The exception that `throw` throws, with these values.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module.
pub unsafe fn exception_new(
    ctx: *mut VmCtx,
    tag: TagIdx,
    mut values: *const u64,
) -> Result<u64, Error> {
    // SAFETY: by contract.
    unsafe {
        let (reference, object) = new_exception(ctx, tag)?;
        for field in type_of(object).fields() {
            write_field(object.add(field.offset as usize), field.storage, values);
            values = values.add(field.storage.slots());
        }
        Ok(reference)
    }
}

/// As [`exception_new`], with zeroes, for code that sets the values itself.
///
/// # Errors
/// When the heap is full.
///
/// # Safety
/// See the module.
pub unsafe fn exception_new_default(ctx: *mut VmCtx, tag: TagIdx) -> Result<u64, Error> {
    // SAFETY: by contract.
    unsafe {
        let (reference, object) = new_exception(ctx, tag)?;
        let size = type_of(object).size as usize;
        let values = EXCEPTION_TAG as usize + 8;
        object.add(values).write_bytes(0, size - values);
        Ok(reference)
    }
}

/// Whether an exception has this tag.
///
/// # Safety
/// See the module; it is an exception.
pub unsafe fn exception_has_tag(ctx: *mut VmCtx, exception: u64, tag: TagIdx) -> bool {
    // SAFETY: by contract.
    unsafe {
        let place = object(ctx, exception).add(EXCEPTION_TAG as usize);
        place.cast::<u64>().read() == (*(*ctx).tags.add(tag.index())).expose_provenance() as u64
    }
}

/// Writes an exception's values to consecutive slots, and gives the slot behind them.
///
/// # Safety
/// See the module; it is an exception, and there is room.
pub unsafe fn exception_values(ctx: *mut VmCtx, exception: u64, mut to: *mut u64) -> *mut u64 {
    // SAFETY: by contract.
    unsafe {
        let object = object(ctx, exception);
        for field in type_of(object).fields() {
            let place = object.add(field.offset as usize);
            let value = read_field(place, field.storage, false);
            let count = field.storage.slots();
            to.copy_from_nonoverlapping(value.as_ptr(), count);
            to = to.add(count);
        }
        to
    }
}

/// `array.fill`.
///
/// # Errors
/// When it is null or has not so many elements.
///
/// # Safety
/// See the module.
pub unsafe fn array_fill(
    ctx: *mut VmCtx,
    array: u64,
    index: u32,
    value: *const u64,
    len: u32,
) -> Result<(), Trap> {
    // SAFETY: by contract.
    unsafe {
        let (place, storage) = elements(ctx, array, index, len)?;
        fill(place, storage, value, len as usize);
        Ok(())
    }
}

/// `array.copy`.
///
/// # Errors
/// When one is null or has not so many elements.
///
/// # Safety
/// See the module.
pub unsafe fn array_copy(
    ctx: *mut VmCtx,
    to: u64,
    to_index: u32,
    from: u64,
    from_index: u32,
    len: u32,
) -> Result<(), Trap> {
    // SAFETY: by contract; both have elements of one size.
    unsafe {
        let (dst, storage) = elements(ctx, to, to_index, len)?;
        let (src, _) = elements(ctx, from, from_index, len)?;
        ptr::copy(src, dst, (len as usize) << storage.size_log2());
        Ok(())
    }
}

/// `array.init_data`.
///
/// # Errors
/// When the array is null or has not so many elements, or the segment has not so many bytes.
///
/// # Safety
/// See the module.
pub unsafe fn array_init_data(
    ctx: *mut VmCtx,
    data: DataIdx,
    array: u64,
    index: u32,
    src: u32,
    len: u32,
) -> Result<(), Trap> {
    // SAFETY: by contract.
    unsafe {
        let (place, storage) = elements(ctx, array, index, len)?;
        let size_log2 = storage.size_log2();
        let bytes = data_range(ctx, data, src, len, size_log2)?;
        copy_numbers(place, bytes, size_log2);
        Ok(())
    }
}

/// `array.init_elem`.
///
/// # Errors
/// When the array or the segment has not so many elements, or the array is null.
///
/// # Safety
/// See the module.
pub unsafe fn array_init_elem(
    ctx: *mut VmCtx,
    elem: ElemIdx,
    array: u64,
    index: u32,
    src: u32,
    len: u32,
) -> Result<(), Trap> {
    // SAFETY: by contract.
    unsafe {
        let (place, storage) = elements(ctx, array, index, len)?;
        check_elements(ctx, elem, src, len)?;
        copy_elements(ctx, elem, src, len, place, storage);
        Ok(())
    }
}
