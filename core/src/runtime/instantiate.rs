//! Instantiation ([spec](https://webassembly.github.io/spec/core/exec/modules.html#instantiation)).
//!
//! # Safety
//! The instance is built in place, at its final address. It is not used before it is whole, and
//! when building it fails nothing leads to it but its store.

use super::func::call;
use super::instance::{IndexSet, Instance, InstanceObject};
use super::{Extern, GlobalObject, MemoryObject, TableObject, TagObject};
use super::{const_eval, matching};
use crate::error::{Error, ErrorKind, Result};
use crate::gc::Pause;
use crate::module::{ConstExpr, ElementItems, ElementMode, MadeImages, Module, ModuleIr};
use crate::store::{Counted, PinnedSlice, StoreContextMut, StoreOpaque, out_of_memory};
use crate::trap::Trap;
use crate::types::{DataIdx, DefinedFuncIdx, ElemIdx, FuncIdx, MemoryIdx};
use crate::vm::{FuncRef, VmCtx, VmGlobal, libcalls};
use alloc::format;
use alloc::vec::Vec;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicUsize;

/// Instantiates a module and calls its start function.
pub(super) fn instantiate<T: 'static>(
    store: &mut StoreContextMut<'_, T>,
    module: &Module,
    imports: &[Extern],
) -> Result<Instance> {
    let vm = store.vm();
    let opaque = store.opaque_mut();
    check(opaque, module, imports)?;
    opaque.check_room(Counted::Instances)?;
    let ptr = allocate(opaque, module)?;
    let instance = Instance::from_raw(opaque.id(), ptr);
    let images = module.images();
    let images = images.as_deref();
    // SAFETY: the instance belongs to the store, which is lent for everything.
    let start = unsafe {
        link(ptr, module, imports)?;
        let pause = Pause::new((*vm).opaque);
        define(opaque, ptr, module.ir(), imports, images)?;
        make_elements(ptr, module.ir())?;
        drop(pause);
        copy_elements(ptr, module.ir()).inspect_err(|_| clear_images(ptr, module.ir(), images))?;
        copy_data(ptr, module.ir(), images)?;
        match module.ir().start {
            Some(start) => Some(reference(opaque, ptr, module, start)?),
            None => None,
        }
    };
    if let Some(start) = start {
        // SAFETY: the start function of an instance of the store takes and gives nothing.
        unsafe { call(store.vm(), start, 0, |_| (), |_| ())? };
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
    // Guest code uses these addresses long after this borrow of the store: they come from the
    // store's own pointer, not from the borrow.
    let vm_store = store.vm.opaque.cast();
    let mut vm = VmCtx {
        // Never read, because the length is 0; not null, so that it can be offset.
        memory0_base: NonNull::<u8>::dangling().as_ptr(),
        memory0_len: AtomicUsize::new(0),
        store: vm_store,
        globals: ptr::null(),
        tables: ptr::null(),
        memories: ptr::null(),
        tags: ptr::null(),
        imported_funcs: ptr::null(),
        func_refs: ptr::null_mut(),
        types: ir.types.as_ptr(),
        interp: ptr::null(),
        native: ptr::null(),
        instance: store.instance_count() as u32,
    };
    for code in module.codes() {
        code.install(&mut vm);
    }
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
        copied_data: 0,
        dropped_data: IndexSet::with_len(ir.data.len())?,
        dropped_elements: IndexSet::with_len(ir.elements.len())?,
        made_elements: Vec::new(),
    };
    store.instance_arena.push(instance)
}

/// The functions: imported ones, and those of the module whose address can be taken.
///
/// # Safety
/// The instance was just allocated; the imports have been checked.
unsafe fn link(
    instance: NonNull<InstanceObject>,
    module: &Module,
    imports: &[Extern],
) -> Result<()> {
    // SAFETY: by contract.
    unsafe {
        let object = instance.as_ptr();
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
            items.extend(ir.escaping.iter().map(|func| func_ref(module, ctx, *func)));
            Ok(())
        })?;
        (*object).vm.func_refs = (*object).func_refs.as_ptr();
        for i in 0..ir.escaping.len() {
            FuncRef::settle((*object).vm.func_refs.add(i));
        }
        Ok(())
    }
}

/// A reference to a function of the module.
pub(super) fn func_ref(module: &Module, ctx: *mut VmCtx, func: DefinedFuncIdx) -> FuncRef {
    let ir = module.ir();
    // SAFETY: the instance is live.
    let store = unsafe { (*ctx).store };
    let type_id = ir.func_type_id(ir.func_idx(func));
    let mut func_ref = FuncRef::new(type_id, func.0, ctx, store);
    module.init_func_ref(func, &mut func_ref);
    func_ref
}

/// Memories, tables, globals and tags: imported ones first, then the module's own.
///
/// # Safety
/// The functions are there; the imports have been checked.
unsafe fn define(
    store: &mut StoreOpaque,
    instance: NonNull<InstanceObject>,
    ir: &ModuleIr,
    imports: &[Extern],
    images: Option<&MadeImages>,
) -> Result<()> {
    // SAFETY: by contract; objects begin with what guest code knows of them.
    unsafe {
        let object = instance.as_ptr();

        (*object).memories = PinnedSlice::new(ir.memories.len(), |items| {
            for item in imports {
                let memory = match item {
                    Extern::Memory(memory) => memory.as_ptr(),
                    Extern::SharedMemory(shared) => MemoryObject::adopt(store, shared)?,
                    _ => continue,
                };
                items.push(memory.as_ptr().cast());
            }
            let own = ir.memories.iter().enumerate();
            for (i, ty) in own.skip(ir.imported_memories as usize) {
                let image = images.and_then(|images| images.of(MemoryIdx(i as u32)));
                items.push(MemoryObject::create(store, *ty, image)?.as_ptr().cast());
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
                    Some(init) => const_eval::value(init, object, |index| {
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
                let init = match &table.init {
                    Some(init) => value(init, object)?,
                    None => 0,
                };
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
                items.push(TagObject::create(store, ir.types[ty.index()].id)?);
            }
            Ok(())
        })?;
        (*object).vm.tags = (*object).tags.as_ptr().cast();
        Ok(())
    }
}

/// Evaluates the elements of segments that make objects.
///
/// # Safety
/// The instance is whole, and its store's collector paused.
unsafe fn make_elements(instance: NonNull<InstanceObject>, ir: &ModuleIr) -> Result<()> {
    let object = instance.as_ptr();
    for (i, segment) in ir.elements.iter().enumerate() {
        let ElementItems::Exprs(exprs) = &segment.items else {
            continue;
        };
        if exprs.iter().all(ConstExpr::is_plain_reference) {
            continue;
        }
        let mut elements = Vec::new();
        elements
            .try_reserve_exact(exprs.len())
            .map_err(out_of_memory)?;
        for expr in exprs {
            // SAFETY: by contract.
            elements.push(unsafe { value(expr, object)? });
        }
        // SAFETY: by contract.
        let made = unsafe { &mut (*object).made_elements };
        made.try_reserve(1).map_err(out_of_memory)?;
        made.push((ElemIdx(i as u32), elements));
    }
    Ok(())
}

/// Copies active element segments into their tables.
///
/// # Safety
/// The instance is whole.
unsafe fn copy_elements(instance: NonNull<InstanceObject>, ir: &ModuleIr) -> Result<()> {
    // SAFETY: by contract; indices are valid ones of the module.
    unsafe {
        let object = instance.as_ptr();
        for (i, segment) in ir.elements.iter().enumerate() {
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
unsafe fn copy_data(
    instance: NonNull<InstanceObject>,
    ir: &ModuleIr,
    images: Option<&MadeImages>,
) -> Result<()> {
    // SAFETY: by contract; indices are valid ones of the module.
    unsafe {
        let object = instance.as_ptr();
        if !images.is_some_and(MadeImages::is_whole) {
            for (memory, offset, bytes) in ir.certain_data() {
                if images.is_none_or(|images| images.of(memory).is_none()) {
                    let target = certain_range(object, memory, offset, bytes.len());
                    let target = target.ok_or(Trap::MemoryOutOfBounds)?;
                    target.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
                }
            }
        }
        (*object).copied_data = ir.certain_data;
        for (i, segment) in ir.data.iter().enumerate().skip(ir.certain_data) {
            let data = DataIdx(i as u32);
            if let Some((memory, offset)) = &segment.active {
                let offset = value(offset, object)?;
                let len = ir.data_bytes(data).len() as u64;
                libcalls::memory_init(object.cast(), *memory, data, offset, 0, len)?;
            }
            (*object).copied_data = i + 1;
        }
        Ok(())
    }
}

/// Takes back what memories began with before element segments were copied: these come first
/// ([spec](https://webassembly.github.io/spec/core/exec/modules.html#instantiation)), and when one
/// does not fit, functions that are in tables by then can still be called.
///
/// # Safety
/// The instance is whole.
unsafe fn clear_images(
    instance: NonNull<InstanceObject>,
    ir: &ModuleIr,
    images: Option<&MadeImages>,
) {
    let Some(images) = images else { return };
    for (memory, offset, bytes) in ir.certain_data() {
        if images.of(memory).is_some() {
            // SAFETY: by contract.
            let target = unsafe { certain_range(instance.as_ptr(), memory, offset, bytes.len()) };
            if let Some(target) = target {
                // SAFETY: the memory has so many bytes.
                unsafe { target.write_bytes(0, bytes.len()) };
            }
        }
    }
}

/// Where a segment goes: its memory has at least the size that makes the segment a certain one.
///
/// # Safety
/// The instance is whole.
unsafe fn certain_range(
    object: *mut InstanceObject,
    memory: MemoryIdx,
    offset: usize,
    len: usize,
) -> Option<*mut u8> {
    // SAFETY: by contract; memories live as long as the store.
    unsafe {
        let memory = &(*(*object).memory(memory)?.as_ptr()).vm;
        (offset.checked_add(len)? <= memory.byte_len()).then(|| memory.base.add(offset))
    }
}

/// The value of an offset.
///
/// # Safety
/// The instance is whole.
unsafe fn value(expr: &ConstExpr, object: *mut InstanceObject) -> Result<u64> {
    // SAFETY: by contract.
    unsafe {
        let globals = |global| const_eval::global_slots(&*object, global);
        Ok(const_eval::value(expr, object, globals)?[0])
    }
}

/// A reference to any function of an instance.
///
/// # Safety
/// The instance is whole.
unsafe fn reference(
    store: &mut StoreOpaque,
    instance: NonNull<InstanceObject>,
    module: &Module,
    func: FuncIdx,
) -> Result<*mut FuncRef> {
    match module.ir().defined(func) {
        // SAFETY: by contract.
        Some(defined) => unsafe { InstanceObject::defined_func(instance.as_ptr(), store, defined) },
        // SAFETY: by contract.
        None => unsafe { instance.as_ref() }
            .known_func(func)
            .ok_or_else(|| Error::msg("an imported function is missing")),
    }
}
