//! Globals and tags.

use super::Val;
use super::func::Signature;
use crate::error::{Error, ErrorKind, Result};
use crate::gc::GcType;
use crate::store::{AsContext, AsContextMut, StoreId, StoreOpaque};
use crate::types::{FuncType, GlobalType, Mutability, TagType, TypeId};
use crate::vm::VmGlobal;
use alloc::boxed::Box;
use core::ptr::NonNull;

/// A global in its store.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct GlobalObject {
    /// What guest code reads and writes.
    pub(crate) vm: VmGlobal,
    pub(crate) ty: GlobalType,
}

impl GlobalObject {
    pub(crate) fn create(
        store: &mut StoreOpaque,
        ty: GlobalType,
        slots: [u64; 2],
    ) -> Result<NonNull<Self>> {
        store.global_arena.push(Self {
            vm: VmGlobal { slots },
            ty,
        })
    }
}

/// A global in a store.
///
/// It is a small copy that names the global; the store owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Global {
    store: StoreId,
    ptr: NonNull<GlobalObject>,
}

// SAFETY: the address is used only together with the store.
unsafe impl Send for Global {}
// SAFETY: as above.
unsafe impl Sync for Global {}

impl Global {
    /// A global with this value.
    ///
    /// # Errors
    /// When the value is not of the type, or there is no memory.
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, value: Val) -> Result<Self> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        value.check(store, ty.content(), "the value of the global")?;
        let slots = value.to_slots(store);
        let ptr = GlobalObject::create(store, ty, slots)?;
        Ok(Self {
            store: store.id(),
            ptr,
        })
    }

    pub(crate) const fn from_raw(store: StoreId, ptr: NonNull<GlobalObject>) -> Self {
        Self { store, ptr }
    }

    pub(crate) const fn store_id(&self) -> StoreId {
        self.store
    }

    pub(crate) const fn as_ptr(&self) -> NonNull<GlobalObject> {
        self.ptr
    }

    /// The type.
    ///
    /// # Panics
    /// When it is a global of another store.
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        store.as_context().opaque().assert(self.store);
        // SAFETY: the global belongs to the store, which is borrowed.
        unsafe { (*self.ptr.as_ptr()).ty }
    }

    /// The value.
    ///
    /// # Panics
    /// When it is a global of another store.
    pub fn get(&self, mut store: impl AsContextMut) -> Val {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        store.assert(self.store);
        // SAFETY: the global belongs to the store, which is lent for everything, and holds a value
        // of its type.
        unsafe {
            let object = self.ptr.as_ref();
            let slots = object.vm.slots.as_ptr();
            Val::from_slots(slots, object.ty.content(), store)
        }
    }

    /// Sets the value.
    ///
    /// # Errors
    /// [`ErrorKind::BadArgument`](crate::ErrorKind::BadArgument) when the global is constant or of
    /// another store, or the value is not of its type.
    pub fn set(&self, mut store: impl AsContextMut, value: Val) -> Result<()> {
        let store = store.as_context_mut();
        let store = store.opaque();
        store.check(self.store)?;
        // SAFETY: the global belongs to the store, which is lent for everything.
        let object = unsafe { &mut *self.ptr.as_ptr() };
        if object.ty.mutability() == Mutability::Const {
            return Err(Error::bad_argument("the global is constant"));
        }
        value.check(store, object.ty.content(), "the value of the global")?;
        object.vm.slots = value.to_slots(store);
        Ok(())
    }
}

/// A tag in its store.
#[derive(Debug)]
pub(crate) struct TagObject {
    pub(crate) type_id: TypeId,
    /// How exceptions with this tag are laid out.
    pub(crate) layout: Box<GcType>,
}

impl TagObject {
    pub(crate) fn create(store: &mut StoreOpaque, type_id: TypeId) -> Result<NonNull<Self>> {
        let types = store.engine().types();
        let ty = Signature::of(types, type_id)?;
        let layout = GcType::exception(type_id, ty.params(), |id| types.is_func(id));
        let layout = layout.ok_or_else(|| Error::new(ErrorKind::OutOfMemory))?;
        store.tag_arena.push(Self { type_id, layout })
    }
}

/// The tag of exceptions, in a store.
///
/// It is a small copy that names the tag; the store owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    store: StoreId,
    ptr: NonNull<TagObject>,
}

// SAFETY: the address is used only together with the store.
unsafe impl Send for Tag {}
// SAFETY: as above.
unsafe impl Sync for Tag {}

impl Tag {
    /// A tag.
    ///
    /// # Errors
    /// When the type has results, the engine has no such type, or there is no memory.
    pub fn new(mut store: impl AsContextMut, ty: TagType) -> Result<Self> {
        if !ty.ty().results().is_empty() {
            return Err(Error::bad_argument("the type of a tag has no results"));
        }
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let type_id = store.engine().types().func_type(ty.ty().clone())?;
        let ptr = TagObject::create(store, type_id)?;
        Ok(Self {
            store: store.id(),
            ptr,
        })
    }

    pub(crate) const fn from_raw(store: StoreId, ptr: NonNull<TagObject>) -> Self {
        Self { store, ptr }
    }

    pub(crate) const fn store_id(&self) -> StoreId {
        self.store
    }

    pub(crate) const fn as_ptr(&self) -> NonNull<TagObject> {
        self.ptr
    }

    /// The type.
    ///
    /// # Panics
    /// When it is a tag of another store.
    pub fn ty(&self, store: impl AsContext) -> TagType {
        let store = store.as_context();
        let store = store.opaque();
        store.assert(self.store);
        // SAFETY: the tag belongs to the store, which is borrowed.
        let id = unsafe { (*self.ptr.as_ptr()).type_id };
        match FuncType::of(store.engine().types(), id) {
            Some(ty) => TagType::new(ty),
            None => unreachable!("its engine has its type"),
        }
    }
}
