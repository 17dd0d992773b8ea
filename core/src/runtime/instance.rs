//! Instances.
//!
//! # Safety
//! An [`InstanceObject`] is reached through its address only, and never moves: its first field is
//! what guest code knows of it. `instantiate` fills it in before any guest code runs in it;
//! afterwards only the sets of dropped segments change.

use super::const_eval;
use super::func::TypedFunc;
use super::instantiate;
use super::{
    Export, Extern, Func, Global, GlobalObject, Memory, MemoryObject, SharedMemory, Table,
    TableObject, Tag, TagObject, WasmParams, WasmResults,
};
use crate::error::{Error, Result};
use crate::module::{ElementItems, EntityIdx, Module, ModuleIr};
use crate::store::{
    AsContext, AsContextMut, PinnedSlice, StoreContextMut, StoreId, StoreOpaque, out_of_memory,
};
use crate::types::{DataIdx, DefinedFuncIdx, ElemIdx, FuncIdx, GlobalIdx, MemoryIdx, TableIdx};
use crate::vm::{FuncRef, VmCtx, VmGlobal, VmMemory, VmTable};
use alloc::format;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// An instance in its store.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct InstanceObject {
    pub(super) vm: VmCtx,
    pub(super) store: StoreId,
    pub(super) module: Module,
    pub(super) globals: PinnedSlice<*mut VmGlobal>,
    pub(super) tables: PinnedSlice<*mut VmTable>,
    pub(super) memories: PinnedSlice<*mut VmMemory>,
    pub(super) imported_funcs: PinnedSlice<*mut FuncRef>,
    pub(super) tags: PinnedSlice<NonNull<TagObject>>,
    pub(super) func_refs: PinnedSlice<FuncRef>,
    /// Active data segments below this index were copied, and so are dropped.
    pub(super) copied_data: usize,
    /// The other segments that are dropped.
    pub(super) dropped_data: IndexSet,
    pub(super) dropped_elements: IndexSet,
    /// The elements of those segments whose expressions make objects: each is evaluated once.
    pub(super) made_elements: Vec<(ElemIdx, Vec<u64>)>,
}

impl InstanceObject {
    pub(crate) const fn module(&self) -> &Module {
        &self.module
    }

    fn ir(&self) -> &ModuleIr {
        self.module.ir()
    }

    /// The reference to a function; `None` when it is one whose address nothing takes.
    pub(crate) fn known_func(&self, func: FuncIdx) -> Option<*mut FuncRef> {
        match self.ir().defined(func) {
            None => {
                let place = self.imported_funcs.get(func.index())?;
                // SAFETY: the slice is this instance's.
                Some(unsafe { place.read() })
            }
            Some(defined) => {
                let index = self.ir().escaping_index(defined)?;
                self.func_refs.get(index).map(NonNull::as_ptr)
            }
        }
    }

    /// A reference to a function that the module defines, whether its address is taken or not.
    ///
    /// # Errors
    /// When there is no memory for it.
    ///
    /// # Safety
    /// The instance is whole, and belongs to the store.
    pub(crate) unsafe fn defined_func(
        this: *mut Self,
        store: &mut StoreOpaque,
        func: DefinedFuncIdx,
    ) -> Result<*mut FuncRef> {
        // SAFETY: by contract.
        let (module, known) = unsafe {
            let module = &(*this).module;
            (module, (*this).known_func(module.ir().func_idx(func)))
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let key = (this.addr(), func);
        if let Some(made) = store.defined_funcs.get(&key) {
            return Ok(made.as_ptr());
        }
        store.defined_funcs.try_reserve(1).map_err(out_of_memory)?;
        let func_ref = instantiate::func_ref(module, this.cast(), func);
        let made = store.func_ref_arena.push(func_ref)?;
        // SAFETY: it is in the store.
        unsafe { FuncRef::settle(made.as_ptr()) };
        store.defined_funcs.insert(key, made);
        Ok(made.as_ptr())
    }

    /// The global with this index.
    pub(super) fn global(&self, global: GlobalIdx) -> Option<NonNull<GlobalObject>> {
        // SAFETY: the slice is this instance's; its items are the first fields of objects.
        let item = unsafe { self.globals.get(global.index())?.read() };
        NonNull::new(item.cast())
    }

    pub(super) fn memory(&self, memory: MemoryIdx) -> Option<NonNull<MemoryObject>> {
        // SAFETY: as `global`.
        let item = unsafe { self.memories.get(memory.index())?.read() };
        NonNull::new(item.cast())
    }

    pub(super) fn table(&self, table: TableIdx) -> Option<NonNull<TableObject>> {
        // SAFETY: as `global`.
        let item = unsafe { self.tables.get(table.index())?.read() };
        NonNull::new(item.cast())
    }

    /// The bytes of a data segment: none when it was dropped.
    pub(crate) fn data(&self, data: DataIdx) -> &[u8] {
        let was_copied =
            || data.index() < self.copied_data && self.ir().data[data.index()].active.is_some();
        if self.dropped_data.contains(data.index()) || was_copied() {
            &[]
        } else {
            self.ir().data_bytes(data)
        }
    }

    pub(crate) fn drop_data(&mut self, data: DataIdx) {
        self.dropped_data.insert(data.index());
    }

    /// The number of elements of a segment: 0 when it was dropped.
    pub(crate) fn elem_len(&self, elem: ElemIdx) -> usize {
        if self.dropped_elements.contains(elem.index()) {
            return 0;
        }
        match &self.ir().element(elem).items {
            ElementItems::Funcs(funcs) => funcs.len(),
            ElementItems::Exprs(exprs) => exprs.len(),
        }
    }

    pub(crate) fn drop_elem(&mut self, elem: ElemIdx) {
        self.dropped_elements.insert(elem.index());
        self.made_elements.retain(|made| made.0 != elem);
    }

    /// Copies `len` elements of a segment, from `src` on, to `dst`.
    ///
    /// # Safety
    /// `this` is live; the segment has so many elements, and there is room for them.
    pub(crate) unsafe fn copy_elem(
        this: *const Self,
        elem: ElemIdx,
        src: usize,
        dst: *mut u64,
        len: usize,
    ) {
        if len == 0 {
            return;
        }
        // SAFETY: by contract.
        unsafe {
            let this = &*this;
            match &this.ir().element(elem).items {
                ElementItems::Funcs(funcs) => {
                    for (i, func) in funcs[src..src + len].iter().enumerate() {
                        dst.add(i)
                            .write(this.known_func(*func).map_or(0, |func| func as u64));
                    }
                }
                ElementItems::Exprs(exprs) => {
                    let made = this.made_elements.iter().find(|made| made.0 == elem);
                    if let Some((_, made)) = made {
                        dst.copy_from_nonoverlapping(made[src..src + len].as_ptr(), len);
                        return;
                    }
                    for (i, expr) in exprs[src..src + len].iter().enumerate() {
                        dst.add(i).write(const_eval::reference(expr, this));
                    }
                }
            }
        }
    }

    /// Calls `visit` for each element that was made by an expression.
    ///
    /// # Safety
    /// `this` is live and not otherwise borrowed.
    pub(crate) unsafe fn visit_elements(this: *mut Self, visit: &mut dyn FnMut(*mut u64)) {
        // SAFETY: by contract.
        let made = unsafe { &mut (*this).made_elements };
        for element in made.iter_mut().flat_map(|(_, elements)| elements) {
            visit(element);
        }
    }

    /// What an index of the module names.
    pub(super) fn item(&self, entity: EntityIdx) -> Option<Extern> {
        let store = self.store;
        Some(match entity {
            EntityIdx::Func(func) => {
                let func = NonNull::new(self.known_func(func)?)?;
                // SAFETY: the function belongs to the store.
                unsafe { Func::from_raw(store, func) }.into()
            }
            EntityIdx::Table(table) => Table::from_raw(store, self.table(table)?).into(),
            EntityIdx::Memory(memory) => {
                let memory = self.memory(memory)?;
                // SAFETY: memories live as long as the store.
                match unsafe { memory.as_ref() }.shared() {
                    Some(shared) => shared.clone().into(),
                    None => Memory::from_raw(store, memory).into(),
                }
            }
            EntityIdx::Global(global) => Global::from_raw(store, self.global(global)?).into(),
            EntityIdx::Tag(tag) => {
                // SAFETY: the slice is this instance's.
                Tag::from_raw(store, unsafe { self.tags.get(tag.index())?.read() }).into()
            }
        })
    }
}

/// A set of small indices, for which there is room from the start.
#[derive(Debug, Default)]
pub(super) struct IndexSet {
    words: Vec<u64>,
}

impl IndexSet {
    /// An empty set of indices below `len`.
    pub(super) fn with_len(len: usize) -> Result<Self> {
        let count = len.div_ceil(64);
        let mut words = Vec::new();
        words.try_reserve_exact(count).map_err(out_of_memory)?;
        words.resize(count, 0);
        Ok(Self { words })
    }

    fn contains(&self, index: usize) -> bool {
        self.words
            .get(index / 64)
            .is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    pub(super) fn insert(&mut self, index: usize) {
        if let Some(word) = self.words.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }
}

/// A module with its imports resolved, in a store.
///
/// It is a small copy that names the instance; the store owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instance {
    store: StoreId,
    ptr: NonNull<InstanceObject>,
}

// SAFETY: the address is used only together with the store.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    /// Instantiates a module whose imports are `imports`, in order, and calls its start function.
    ///
    /// A [`Linker`](crate::Linker) finds imports by their names instead.
    ///
    /// # Errors
    /// [`ErrorKind::Link`](crate::ErrorKind::Link) when imports do not fit, [`ErrorKind::Limit`]
    /// when the store's limits refuse the instance, a trap when an active segment does not fit or
    /// the start function traps.
    ///
    /// [`ErrorKind::Limit`]: crate::ErrorKind::Limit
    pub fn new(mut store: impl AsContextMut, module: &Module, imports: &[Extern]) -> Result<Self> {
        instantiate::instantiate(&mut store.as_context_mut(), module, imports)
    }

    pub(crate) const fn from_raw(store: StoreId, ptr: NonNull<InstanceObject>) -> Self {
        Self { store, ptr }
    }

    pub(crate) const fn store_id(&self) -> StoreId {
        self.store
    }

    #[track_caller]
    fn object<'a>(&self, store: &'a StoreOpaque) -> &'a InstanceObject {
        store.assert(self.store);
        // SAFETY: the instance belongs to the store, which is borrowed.
        unsafe { self.ptr.as_ref() }
    }

    /// The module.
    ///
    /// # Panics
    /// When it is an instance of another store.
    pub fn module(&self, store: impl AsContext) -> Module {
        self.object(store.as_context().opaque()).module.clone()
    }

    /// The export with this name.
    ///
    /// # Panics
    /// When it is an instance of another store.
    pub fn get_export(&self, mut store: impl AsContextMut, name: &str) -> Option<Extern> {
        let store = store.as_context_mut();
        let object = self.object(store.opaque());
        object.item(object.module.export(name)?)
    }

    /// The exports, in order.
    ///
    /// # Panics
    /// When it is an instance of another store.
    pub fn exports<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> impl Iterator<Item = Export<'a>> {
        let object = self.object(store.into().into_opaque_mut());
        object
            .ir()
            .exports
            .iter()
            .filter_map(|export| Some(Export::new(&export.name, object.item(export.entity)?)))
    }

    /// The exported function with this name.
    ///
    /// # Panics
    /// When it is an instance of another store.
    pub fn get_func(&self, store: impl AsContextMut, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }

    /// The exported function with this name, when it has this type.
    ///
    /// # Errors
    /// [`ErrorKind::BadArgument`](crate::ErrorKind::BadArgument) when there is no such function,
    /// its type is another one, or it is an instance of another store.
    pub fn get_typed_func<Params: WasmParams, Results: WasmResults>(
        &self,
        mut store: impl AsContextMut,
        name: &str,
    ) -> Result<TypedFunc<Params, Results>> {
        let mut store = store.as_context_mut();
        store.opaque().check(self.store)?;
        self.get_func(&mut store, name)
            .ok_or_else(|| Error::bad_argument(format!("no function is exported as `{name}`")))?
            .typed(&store)
    }

    /// The exported memory with this name that threads share.
    ///
    /// # Panics
    /// When it is an instance of another store.
    pub fn get_shared_memory(&self, store: impl AsContextMut, name: &str) -> Option<SharedMemory> {
        self.get_export(store, name)?.into_shared_memory()
    }

    /// The exported memory with this name, when it is one of the store's own.
    ///
    /// # Panics
    /// When it is an instance of another store.
    pub fn get_memory(&self, store: impl AsContextMut, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }

    /// The exported table with this name.
    ///
    /// # Panics
    /// When it is an instance of another store.
    pub fn get_table(&self, store: impl AsContextMut, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }

    /// The exported global with this name.
    ///
    /// # Panics
    /// When it is an instance of another store.
    pub fn get_global(&self, store: impl AsContextMut, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }

    /// The exported tag with this name.
    ///
    /// # Panics
    /// When it is an instance of another store.
    pub fn get_tag(&self, store: impl AsContextMut, name: &str) -> Option<Tag> {
        self.get_export(store, name)?.into_tag()
    }
}
