//! What both backends call for operations that are not worth code of their own.
//!
//! # Safety
//! Every function wants a `ctx` that is a live instance, whose store is not otherwise borrowed,
//! and indices that are valid ones of its module. Operands are the guest's and may be anything:
//! those of 32-bit memories and tables zero-extended.

use super::atomic::Atomic;
use super::{FuncRef, VmCtx, VmTable};
use crate::error::Error;
use crate::runtime::{InstanceObject, MemoryObject, TableObject};
use crate::store::StoreOpaque;
use crate::trap::Trap;
use crate::types::{
    CompositeType, DataIdx, DefinedFuncIdx, ElemIdx, FuncIdx, FuncType, MemoryIdx, TableIdx, TypeId,
};
use core::ptr;
use core::time::Duration;

unsafe fn memory_at(ctx: *mut VmCtx, memory: MemoryIdx) -> *mut MemoryObject {
    // SAFETY: the module has so many memories; a definition is the first field of its object.
    unsafe { (*(*ctx).memories.add(memory.index())).cast() }
}

unsafe fn table_at(ctx: *mut VmCtx, table: TableIdx) -> *mut VmTable {
    // SAFETY: the module has so many tables.
    unsafe { *(*ctx).tables.add(table.index()) }
}

unsafe fn store_of<'a>(ctx: *mut VmCtx) -> &'a mut StoreOpaque {
    // SAFETY: the store is live and not otherwise borrowed.
    unsafe { &mut *(*(*ctx).store).opaque }
}

unsafe fn instance_of<'a>(ctx: *mut VmCtx) -> &'a mut InstanceObject {
    // SAFETY: the context is the first field of its instance.
    unsafe { &mut *ctx.cast::<InstanceObject>() }
}

/// `start` as an index, when `start + len` is within `bound`.
fn range(start: u64, len: u64, bound: usize) -> Option<(usize, usize)> {
    let end = start.checked_add(len)?;
    // What is within `bound` fits `usize`.
    (end <= bound as u64).then_some((start as usize, len as usize))
}

/// `memory.grow`: the number of pages before, or `u64::MAX` when it cannot grow by `delta` pages.
///
/// # Errors
/// When the store's limiter ends the guest.
///
/// # Safety
/// See the module.
pub unsafe fn memory_grow(ctx: *mut VmCtx, memory: MemoryIdx, delta: u64) -> Result<u64, Error> {
    // SAFETY: by contract.
    unsafe {
        Ok(MemoryObject::grow(memory_at(ctx, memory), store_of(ctx), delta)?.unwrap_or(u64::MAX))
    }
}

/// `memory.size`, in pages.
///
/// # Safety
/// See the module.
pub unsafe fn memory_size(ctx: *mut VmCtx, memory: MemoryIdx) -> u64 {
    // SAFETY: by contract.
    unsafe { (*memory_at(ctx, memory)).pages() }
}

/// `memory.fill`.
///
/// # Errors
/// When the range is out of bounds.
///
/// # Safety
/// See the module.
pub unsafe fn memory_fill(
    ctx: *mut VmCtx,
    memory: MemoryIdx,
    dst: u64,
    value: u8,
    len: u64,
) -> Result<(), Trap> {
    // SAFETY: by contract; the range is within the memory.
    unsafe {
        let memory = &(*memory_at(ctx, memory)).vm;
        let (dst, len) = range(dst, len, memory.byte_len()).ok_or(Trap::MemoryOutOfBounds)?;
        memory.base.add(dst).write_bytes(value, len);
    }
    Ok(())
}

/// `memory.copy`.
///
/// # Errors
/// When a range is out of bounds.
///
/// # Safety
/// See the module.
pub unsafe fn memory_copy(
    ctx: *mut VmCtx,
    dst_memory: MemoryIdx,
    src_memory: MemoryIdx,
    dst: u64,
    src: u64,
    len: u64,
) -> Result<(), Trap> {
    // SAFETY: by contract; the ranges are within the memories.
    unsafe {
        let to = &(*memory_at(ctx, dst_memory)).vm;
        let from = &(*memory_at(ctx, src_memory)).vm;
        let (src, _) = range(src, len, from.byte_len()).ok_or(Trap::MemoryOutOfBounds)?;
        let (dst, len) = range(dst, len, to.byte_len()).ok_or(Trap::MemoryOutOfBounds)?;
        ptr::copy(from.base.add(src), to.base.add(dst), len);
    }
    Ok(())
}

/// `memory.init`.
///
/// # Errors
/// When a range is out of bounds.
///
/// # Safety
/// See the module.
pub unsafe fn memory_init(
    ctx: *mut VmCtx,
    memory: MemoryIdx,
    data: DataIdx,
    dst: u64,
    src: u64,
    len: u64,
) -> Result<(), Trap> {
    // SAFETY: by contract; the ranges are within the segment and the memory.
    unsafe {
        let to = &(*memory_at(ctx, memory)).vm;
        let from = instance_of(ctx).data(data);
        let (src, _) = range(src, len, from.len()).ok_or(Trap::MemoryOutOfBounds)?;
        let (dst, len) = range(dst, len, to.byte_len()).ok_or(Trap::MemoryOutOfBounds)?;
        ptr::copy_nonoverlapping(from.as_ptr().add(src), to.base.add(dst), len);
    }
    Ok(())
}

/// The address of the number of type `T` that an atomic operation is on: aligned, and in the
/// memory.
///
/// # Safety
/// See the module.
unsafe fn atomic_at<T>(memory: *const MemoryObject, address: u64) -> Result<*mut u8, Trap> {
    let size = size_of::<T>() as u64;
    if address & (size - 1) != 0 {
        return Err(Trap::UnalignedAtomic);
    }
    // SAFETY: by contract; the number is within the memory.
    unsafe {
        let memory = &(*memory).vm;
        let (at, _) = range(address, size, memory.byte_len()).ok_or(Trap::MemoryOutOfBounds)?;
        Ok(memory.base.add(at))
    }
}

/// The sum of the index and the offset of an atomic access to 8 bytes, or to 4.
///
/// # Errors
/// When it exceeds every memory; first of all, when the address is not aligned.
pub const fn atomic_address(index: u64, offset: u64, wide: bool) -> Result<u64, Trap> {
    let mask = if wide { 7 } else { 3 };
    match index.checked_add(offset) {
        _ if index.wrapping_add(offset) & mask != 0 => Err(Trap::UnalignedAtomic),
        Some(sum) => Ok(sum),
        None => Err(Trap::MemoryOutOfBounds),
    }
}

/// What [`atomic_wait`] gives when the guest was interrupted: the backend serves that, and calls it
/// again if the guest goes on.
pub const WAIT_INTERRUPTED: u32 = 3;

/// `memory.atomic.wait32` and `memory.atomic.wait64`, at the sum of index and offset: 0 when the
/// guest was woken, 1 when the number is another one, 2 when it is late, or [`WAIT_INTERRUPTED`].
/// The timeout is in nanoseconds; a negative one is none.
///
/// # Errors
/// When the address is not aligned or out of bounds, the memory is not shared, or waiting is not
/// possible.
///
/// # Safety
/// See the module.
pub unsafe fn atomic_wait<T: Atomic + PartialEq>(
    ctx: *mut VmCtx,
    memory: MemoryIdx,
    address: u64,
    expected: T,
    timeout: i64,
) -> Result<u32, Error> {
    // SAFETY: by contract.
    unsafe {
        let memory = memory_at(ctx, memory);
        atomic_at::<T>(memory, address)?;
        let shared = (*memory).shared().ok_or(Trap::ExpectedSharedMemory)?;
        let timeout = u64::try_from(timeout).ok().map(Duration::from_nanos);
        let result = store_of(ctx).wait(shared, address, expected, timeout)?;
        Ok(result.map_or(WAIT_INTERRUPTED, |result| result as u32))
    }
}

/// `memory.atomic.notify`, at the sum of index and offset: how many threads were woken.
///
/// # Errors
/// When the address is not aligned or out of bounds.
///
/// # Safety
/// See the module.
pub unsafe fn atomic_notify(
    ctx: *mut VmCtx,
    memory: MemoryIdx,
    address: u64,
    count: u32,
) -> Result<u32, Trap> {
    // SAFETY: by contract.
    unsafe {
        let memory = memory_at(ctx, memory);
        atomic_at::<u32>(memory, address)?;
        match (*memory).shared() {
            Some(shared) => shared.atomic_notify(address, count),
            // Nobody can wait.
            None => Ok(0),
        }
    }
}

/// `data.drop`.
///
/// # Safety
/// See the module.
pub unsafe fn data_drop(ctx: *mut VmCtx, data: DataIdx) {
    // SAFETY: by contract.
    unsafe { instance_of(ctx).drop_data(data) }
}

/// `table.get`.
///
/// # Errors
/// When the index is out of bounds.
///
/// # Safety
/// See the module.
pub unsafe fn table_get(ctx: *mut VmCtx, table: TableIdx, index: u64) -> Result<u64, Trap> {
    // SAFETY: by contract; the index is within the table.
    unsafe {
        let table = &*table_at(ctx, table);
        let (index, _) = range(index, 1, table.len).ok_or(Trap::TableOutOfBounds)?;
        Ok(table.base.add(index).read())
    }
}

/// `table.set`.
///
/// # Errors
/// When the index is out of bounds.
///
/// # Safety
/// See the module.
pub unsafe fn table_set(
    ctx: *mut VmCtx,
    table: TableIdx,
    index: u64,
    value: u64,
) -> Result<(), Trap> {
    // SAFETY: by contract; the index is within the table.
    unsafe {
        let table = &*table_at(ctx, table);
        let (index, _) = range(index, 1, table.len).ok_or(Trap::TableOutOfBounds)?;
        table.base.add(index).write(value);
    }
    Ok(())
}

/// `table.size`.
///
/// # Safety
/// See the module.
pub unsafe fn table_size(ctx: *mut VmCtx, table: TableIdx) -> u64 {
    // SAFETY: by contract.
    unsafe { (*table_at(ctx, table)).len as u64 }
}

/// `table.grow`: the number of elements before, or `u64::MAX` when it cannot grow by `delta`.
///
/// # Errors
/// When the store's limiter ends the guest.
///
/// # Safety
/// See the module.
pub unsafe fn table_grow(
    ctx: *mut VmCtx,
    table: TableIdx,
    init: u64,
    delta: u64,
) -> Result<u64, Error> {
    // SAFETY: by contract; a table is the first field of its object.
    unsafe {
        let table = &mut *table_at(ctx, table).cast::<TableObject>();
        Ok(table.grow(store_of(ctx), init, delta)?.unwrap_or(u64::MAX))
    }
}

/// `table.fill`.
///
/// # Errors
/// When the range is out of bounds.
///
/// # Safety
/// See the module.
pub unsafe fn table_fill(
    ctx: *mut VmCtx,
    table: TableIdx,
    dst: u64,
    value: u64,
    len: u64,
) -> Result<(), Trap> {
    // SAFETY: by contract; the range is within the table.
    unsafe {
        let table = &*table_at(ctx, table);
        let (dst, len) = range(dst, len, table.len).ok_or(Trap::TableOutOfBounds)?;
        core::slice::from_raw_parts_mut(table.base.add(dst), len).fill(value);
    }
    Ok(())
}

/// `table.copy`.
///
/// # Errors
/// When a range is out of bounds.
///
/// # Safety
/// See the module.
pub unsafe fn table_copy(
    ctx: *mut VmCtx,
    dst_table: TableIdx,
    src_table: TableIdx,
    dst: u64,
    src: u64,
    len: u64,
) -> Result<(), Trap> {
    // SAFETY: by contract.
    unsafe {
        copy_elements(
            table_at(ctx, dst_table),
            table_at(ctx, src_table),
            dst,
            src,
            len,
        )
    }
}

/// Copies elements between tables, or inside one.
///
/// # Safety
/// The tables are live.
pub(crate) unsafe fn copy_elements(
    to: *mut VmTable,
    from: *mut VmTable,
    dst: u64,
    src: u64,
    len: u64,
) -> Result<(), Trap> {
    // SAFETY: the ranges are within the tables.
    unsafe {
        let (src, _) = range(src, len, (*from).len).ok_or(Trap::TableOutOfBounds)?;
        let (dst, len) = range(dst, len, (*to).len).ok_or(Trap::TableOutOfBounds)?;
        ptr::copy((*from).base.add(src), (*to).base.add(dst), len);
    }
    Ok(())
}

/// `table.init`.
///
/// # Errors
/// When a range is out of bounds.
///
/// # Safety
/// See the module.
pub unsafe fn table_init(
    ctx: *mut VmCtx,
    table: TableIdx,
    elem: ElemIdx,
    dst: u64,
    src: u64,
    len: u64,
) -> Result<(), Trap> {
    // SAFETY: by contract; the ranges are within the segment and the table.
    unsafe {
        let to = table_at(ctx, table);
        let from_len = instance_of(ctx).elem_len(elem);
        let (src, _) = range(src, len, from_len).ok_or(Trap::TableOutOfBounds)?;
        let (dst, len) = range(dst, len, (*to).len).ok_or(Trap::TableOutOfBounds)?;
        InstanceObject::copy_elem(ctx.cast(), elem, src, (*to).base.add(dst), len);
    }
    Ok(())
}

/// `elem.drop`.
///
/// # Safety
/// See the module.
pub unsafe fn elem_drop(ctx: *mut VmCtx, elem: ElemIdx) {
    // SAFETY: by contract.
    unsafe { instance_of(ctx).drop_elem(elem) }
}

/// `ref.func`.
///
/// # Safety
/// See the module; the function is an imported one or among
/// [`ModuleIr::escaping`](crate::module::ModuleIr::escaping).
pub unsafe fn ref_func(ctx: *mut VmCtx, func: FuncIdx) -> *mut FuncRef {
    // SAFETY: by contract.
    unsafe { instance_of(ctx).known_func(func).unwrap_or(ptr::null_mut()) }
}

/// Whether a function's type is a subtype of `ty`, for `call_indirect` when they are not equal.
///
/// # Safety
/// The function is not null and its store is live.
pub unsafe fn funcref_is_subtype(func: *mut FuncRef, ty: TypeId) -> bool {
    // SAFETY: by contract; a function with no instance is a host function, which keeps the
    // registry's engine.
    unsafe { crate::runtime::types_of(func).is_subtype((*func).type_id, ty) }
}

/// The signature of a function; `None` when there is no memory for it.
///
/// # Safety
/// The function is not null and its store is live.
pub unsafe fn func_type(func: *mut FuncRef) -> Option<FuncType> {
    // SAFETY: as [`funcref_is_subtype`].
    let ty = unsafe { crate::runtime::types_of(func).get((*func).type_id)? };
    match &*ty {
        CompositeType::Func(ty) => Some(ty.clone()),
        _ => None,
    }
}

/// A reference to any function that the module defines, the same one every time.
///
/// # Errors
/// When there is no memory for it.
///
/// # Safety
/// See the module.
pub unsafe fn defined_func(ctx: *mut VmCtx, func: DefinedFuncIdx) -> Result<*mut FuncRef, Error> {
    // SAFETY: by contract.
    unsafe { InstanceObject::defined_func(ctx.cast(), store_of(ctx), func) }
}
