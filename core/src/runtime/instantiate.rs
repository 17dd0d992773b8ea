//! Instantiation ([spec](https://webassembly.github.io/spec/core/exec/modules.html#instantiation)).
//!
//! # Safety
//! The instance is built in place, at its final address. It is not used before it is whole, and
//! when building it fails nothing leads to it but its store.

use super::func::Call;
use super::instance::{IndexSet, Instance, InstanceObject};
use super::{Extern, GlobalObject, MemoryObject, TableObject, TagObject};
use super::{const_eval, matching};
use crate::error::{Error, ErrorKind, Result};
use crate::module::{ConstExpr, ElementMode, Module};
use crate::store::{Counted, PinnedSlice, StoreContextMut, StoreOpaque};
use crate::types::{DataIdx, DefinedFuncIdx, ElemIdx, FuncIdx, FuncType, MemoryIdx, TagType};
use crate::vm::{FuncRef, Status, VmCtx, VmGlobal, VmStore, libcalls};
use alloc::format;
use alloc::vec::Vec;
use core::ptr::{self, NonNull};

/// Instantiates a module and calls its start function.
pub(super) fn instantiate<T: 'static>(
    store: &mut StoreContextMut<'_, T>,
    module: &Module,
    imports: &[Extern],
) -> Result<Instance> {
    let opaque = store.opaque_mut();
    check(opaque, module, imports)?;
    opaque.count(Counted::Instances)?;
    let ptr = allocate(opaque, module)?;
    let instance = Instance::from_raw(opaque.id(), ptr);
    // SAFETY: the instance belongs to the store, which is lent for everything.
    let start = unsafe {
        link(ptr, imports)?;
        define(opaque, ptr, imports)?;
        copy_elements(ptr)?;
        copy_data(ptr)?;
        start_function(opaque, ptr)?
    };
    if let Some(start) = start {
        // SAFETY: the start function of an instance of the store takes and gives nothing.
        unsafe { Call::enter(store.vm(), start, 0)?.run()? };
    }
    Ok(instance)
}

fn check(store: &StoreOpaque, module: &Module, imports: &[Extern]) -> Result<()> {
    store.engine().check(module.engine(), "module")?;
    let ir = module.ir();
    if imports.len() != ir.imports.len() {
        return Err(Error::new(ErrorKind::Link(
            format!(
                "{} imports are wanted, {} were given",
                ir.imports.len(),
                imports.len()
            )
            .into(),
        )));
    }
    for (import, item) in ir.imports.iter().zip(imports) {
        matching::check(store, ir, import, item)?;
    }
    Ok(())
}

/// An instance with nothing in it.
fn allocate(store: &mut StoreOpaque, module: &Module) -> Result<NonNull<InstanceObject>> {
    let ir = module.ir();
    let vm = VmCtx {
        // Never read, because the length is 0; not null, so that it can be offset.
        memory0_base: NonNull::<u8>::dangling().as_ptr(),
        memory0_len: 0,
        store: &raw mut store.vm,
        globals: ptr::null(),
        tables: ptr::null(),
        memories: ptr::null(),
        imported_funcs: ptr::null(),
        func_refs: ptr::null_mut(),
        code: module.code().handle(),
        instance: store.instance_count() as u32,
    };
    let instance = InstanceObject {
        vm,
        store: store.id(),
        module: module.clone(),
        globals: PinnedSlice::empty(),
        tables: PinnedSlice::empty(),
        memories: PinnedSlice::empty(),
        imported_funcs: PinnedSlice::empty(),
        tags: PinnedSlice::empty(),
        func_refs: PinnedSlice::empty(),
        dropped_data: IndexSet::with_len(ir.data.len())?,
        dropped_elements: IndexSet::with_len(ir.elements.len())?,
    };
    store.instance_arena.push(instance)
}

/// The functions: imported ones, and those of the module whose address can be taken.
///
/// # Safety
/// The instance was just allocated; the imports have been checked.
unsafe fn link(instance: NonNull<InstanceObject>, imports: &[Extern]) -> Result<()> {
    // SAFETY: by contract.
    unsafe {
        let object = instance.as_ptr();
        let module = (*object).module.clone();
        let ir = module.ir();
        (*object).imported_funcs = PinnedSlice::new(ir.imported_funcs as usize, |items| {
            items.extend(imports.iter().filter_map(|item| match item {
                Extern::Func(func) => Some(func.as_ptr()),
                _ => None,
            }));
            Ok(())
        })?;
        (*object).vm.imported_funcs = (*object).imported_funcs.as_ptr();
        (*object).func_refs = PinnedSlice::new(ir.escaping.len(), |items| {
            let ctx = object.cast();
            items.extend(ir.escaping.iter().map(|func| func_ref(&module, ctx, *func)));
            Ok(())
        })?;
        (*object).vm.func_refs = (*object).func_refs.as_ptr();
        Ok(())
    }
}

/// A reference to a function of the module.
fn func_ref(module: &Module, ctx: *mut VmCtx, func: DefinedFuncIdx) -> FuncRef {
    let ir = module.ir();
    let mut func_ref = FuncRef {
        type_id: ir.func_type_id(ir.func_idx(func)),
        func: func.0,
        ctx,
        interp_code: ptr::null(),
        native_code: ptr::null(),
        array_call: without_code,
        host: ptr::null(),
    };
    module.code().init_func_ref(func, &mut func_ref);
    func_ref
}

/// What a function is called through that its backend has not filled in.
///
/// # Safety
/// As [`ArrayCall`](crate::vm::ArrayCall).
unsafe fn without_code(_: *mut FuncRef, store: *mut VmStore, _: *mut u64) -> Status {
    // SAFETY: by contract.
    unsafe { (*store).pending = Some(Error::msg("the function has no code")) };
    Status::Error
}

/// Memories, tables, globals and tags: imported ones first, then the module's own.
///
/// # Safety
/// The functions are there; the imports have been checked.
unsafe fn define(
    store: &mut StoreOpaque,
    instance: NonNull<InstanceObject>,
    imports: &[Extern],
) -> Result<()> {
    // SAFETY: by contract; objects begin with what guest code knows of them.
    unsafe {
        let object = instance.as_ptr();
        let module = (*object).module.clone();
        let ir = module.ir();

        (*object).memories = PinnedSlice::new(ir.memories.len(), |items| {
            items.extend(imports.iter().filter_map(|item| match item {
                Extern::Memory(memory) => Some(memory.as_ptr().as_ptr().cast()),
                _ => None,
            }));
            for ty in &ir.memories[ir.imported_memories as usize..] {
                items.push(MemoryObject::create(store, *ty)?.as_ptr().cast());
            }
            Ok(())
        })?;
        (*object).vm.memories = (*object).memories.as_ptr();
        if let Some(memory) = (*object).memory(MemoryIdx(0)) {
            MemoryObject::add_user(memory, instance.cast())?;
        }

        (*object).globals = PinnedSlice::new(ir.globals.len(), |items: &mut Vec<_>| {
            items.extend(imports.iter().filter_map(|item| match item {
                Extern::Global(global) => Some(global.as_ptr().as_ptr().cast()),
                _ => None,
            }));
            for global in &ir.globals[ir.imported_globals as usize..] {
                let value = match &global.init {
                    Some(init) => const_eval::value(init, &*object, |index| {
                        // An initial value refers to globals before its own.
                        let known: Option<&*mut VmGlobal> = items.get(index.index());
                        known.map_or([0, 0], |global| (**global).slots)
                    })?,
                    None => [0, 0],
                };
                items.push(
                    GlobalObject::create(store, global.ty, value)?
                        .as_ptr()
                        .cast(),
                );
            }
            Ok(())
        })?;
        (*object).vm.globals = (*object).globals.as_ptr();

        (*object).tables = PinnedSlice::new(ir.tables.len(), |items| {
            items.extend(imports.iter().filter_map(|item| match item {
                Extern::Table(table) => Some(table.as_ptr().as_ptr().cast()),
                _ => None,
            }));
            for table in &ir.tables[ir.imported_tables as usize..] {
                let init = table
                    .init
                    .as_ref()
                    .map_or(0, |init| const_eval::reference(init, &*object));
                items.push(TableObject::create(store, table.ty, init)?.as_ptr().cast());
            }
            Ok(())
        })?;
        (*object).vm.tables = (*object).tables.as_ptr();

        (*object).tags = PinnedSlice::new(ir.tags.len(), |items| {
            items.extend(imports.iter().filter_map(|item| match item {
                Extern::Tag(tag) => Some(tag.as_ptr()),
                _ => None,
            }));
            for ty in &ir.tags[ir.imported_tags as usize..] {
                let tag = TagObject {
                    ty: TagType::new(FuncType::clone(ir.signature(*ty))),
                    type_id: ir.types[ty.index()].id,
                };
                items.push(store.tag_arena.push(tag)?);
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// Copies active element segments into their tables.
///
/// # Safety
/// The instance is whole.
unsafe fn copy_elements(instance: NonNull<InstanceObject>) -> Result<()> {
    // SAFETY: by contract; indices are valid ones of the module.
    unsafe {
        let object = instance.as_ptr();
        let module = (*object).module.clone();
        for (i, segment) in module.ir().elements.iter().enumerate() {
            let elem = ElemIdx(i as u32);
            match &segment.mode {
                ElementMode::Passive => continue,
                ElementMode::Active { table, offset } => {
                    let offset = value(offset, object)?;
                    let len = (*object).elem_len(elem) as u64;
                    libcalls::table_init(object.cast(), *table, elem, offset, 0, len)?;
                }
                ElementMode::Declared => {}
            }
            (*object).drop_elem(elem);
        }
        Ok(())
    }
}

/// Copies active data segments into their memories.
///
/// # Safety
/// The instance is whole.
unsafe fn copy_data(instance: NonNull<InstanceObject>) -> Result<()> {
    // SAFETY: by contract; indices are valid ones of the module.
    unsafe {
        let object = instance.as_ptr();
        let module = (*object).module.clone();
        let ir = module.ir();
        for (i, segment) in ir.data.iter().enumerate() {
            let data = DataIdx(i as u32);
            let Some((memory, offset)) = &segment.active else {
                continue;
            };
            let offset = value(offset, object)?;
            let len = ir.data_bytes(data).len() as u64;
            libcalls::memory_init(object.cast(), *memory, data, offset, 0, len)?;
            (*object).drop_data(data);
        }
        Ok(())
    }
}

/// The value of an offset.
///
/// # Safety
/// The instance is whole.
unsafe fn value(expr: &ConstExpr, object: *mut InstanceObject) -> Result<u64> {
    // SAFETY: by contract.
    let object = unsafe { &*object };
    Ok(const_eval::value(expr, object, |global| {
        const_eval::global_slots(object, global)
    })?[0])
}

/// The start function, when there is one.
///
/// # Safety
/// The instance is whole.
unsafe fn start_function(
    store: &mut StoreOpaque,
    instance: NonNull<InstanceObject>,
) -> Result<Option<*mut FuncRef>> {
    // SAFETY: by contract.
    let object = unsafe { instance.as_ref() };
    let module = object.module.clone();
    let Some(start) = module.ir().start else {
        return Ok(None);
    };
    reference(store, object, &module, start).map(Some)
}

/// A reference to any function of an instance.
fn reference(
    store: &mut StoreOpaque,
    object: &InstanceObject,
    module: &Module,
    func: FuncIdx,
) -> Result<*mut FuncRef> {
    match (object.known_func(func), module.ir().defined(func)) {
        (Some(known), _) => Ok(known),
        (None, Some(defined)) => {
            let ctx = ptr::from_ref(object).cast_mut().cast();
            Ok(store
                .func_ref_arena
                .push(func_ref(module, ctx, defined))?
                .as_ptr())
        }
        (None, None) => Err(Error::msg("an imported function is missing")),
    }
}
