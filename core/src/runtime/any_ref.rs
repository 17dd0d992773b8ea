//! References to objects of guests, as the embedder holds them.

use super::{ExternRef, Val};
use crate::error::{Error, Result};
use crate::gc::{
    ARRAY_BASE, GcKind, GcType, HEADER_BYTES, Handle, Owned, Storage, array_len, immediate,
    new_object, read_field, type_of, write_field,
};
use crate::store::{AsContext, AsContextMut, StoreContext, StoreContextMut, StoreId, StoreOpaque};
use crate::trap::Trap;
use crate::types::{CompositeType, FieldType, HeapType, Mutability, TypeId};
use alloc::format;
use alloc::sync::Arc;
use core::sync::atomic::Ordering;

/// A reference of the internal hierarchy: a structure, an array, an [`i31`](Self::as_i31), or a
/// reference of the host's that a guest has made one of (`any.convert_extern`).
///
/// It is a handle, which keeps the object alive until the scope ends in which it was made: a call
/// of a host function, a [`RootScope`], or else the store. To keep an object for longer, make an
/// [`OwnedRef`].
///
/// Two handles of one object can differ; [`same`](Self::same) compares what they stand for.
#[derive(Clone, Copy, Debug)]
pub struct AnyRef {
    store: StoreId,
    handle: Handle,
}

/// An exception of a guest's. It is a handle like [`AnyRef`].
#[derive(Clone, Copy, Debug)]
pub struct ExnRef {
    store: StoreId,
    handle: Handle,
}

/// A structure: an [`AnyRef`] that is one.
#[derive(Clone, Copy, Debug)]
pub struct StructRef(AnyRef);

/// An array: an [`AnyRef`] that is one.
#[derive(Clone, Copy, Debug)]
pub struct ArrayRef(AnyRef);

impl AnyRef {
    /// The `i31` of the low 31 bits.
    pub fn from_i31(store: impl AsContext, value: u32) -> Self {
        let handle = Handle::immediate(immediate::i31(value));
        Self::from_parts(store.as_context().opaque().id(), handle)
    }

    /// The 31 bits when it is an `i31`, sign-extended.
    pub fn as_i31(&self) -> Option<i32> {
        let reference = self.handle.as_immediate()?;
        immediate::is_i31(reference).then_some(reference as u32 as i32 >> 1)
    }

    /// The host's reference that it was made of, or that a guest would make of it
    /// (`extern.convert_any`).
    pub const fn to_extern(self) -> ExternRef {
        ExternRef::from_parts(self.store, self.handle)
    }

    /// The structure, when it is one.
    ///
    /// # Errors
    /// When it is of another store or its scope has ended.
    pub fn as_struct(&self, store: impl AsContext) -> Result<Option<StructRef>> {
        let kind = self.kind(store.as_context().opaque())?;
        Ok((kind == Some(GcKind::Struct)).then_some(StructRef(*self)))
    }

    /// The array, when it is one.
    ///
    /// # Errors
    /// When it is of another store or its scope has ended.
    pub fn as_array(&self, store: impl AsContext) -> Result<Option<ArrayRef>> {
        let kind = self.kind(store.as_context().opaque())?;
        Ok((kind == Some(GcKind::Array)).then_some(ArrayRef(*self)))
    }

    /// The most exact type of what it refers to.
    ///
    /// # Errors
    /// When it is of another store or its scope has ended.
    pub fn heap_type(&self, store: impl AsContext) -> Result<HeapType> {
        self.heap_type_in(store.as_context().opaque())
    }

    /// Whether both are the same reference, as `ref.eq` compares them. One of another store is
    /// not, and none whose scope has ended.
    pub fn same(store: impl AsContext, a: &Self, b: &Self) -> bool {
        let store = store.as_context();
        let store = store.opaque();
        match (a.resolve(store), b.resolve(store)) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        }
    }

    pub(crate) const fn from_parts(store: StoreId, handle: Handle) -> Self {
        Self { store, handle }
    }

    /// The reference as guests have it.
    pub(crate) fn resolve(&self, store: &StoreOpaque) -> Result<u64> {
        store.check(self.store)?;
        store.gc.roots.resolve(self.handle)
    }

    pub(crate) fn heap_type_in(&self, store: &StoreOpaque) -> Result<HeapType> {
        let reference = self.resolve(store)?;
        Ok(if immediate::is_i31(reference) {
            HeapType::I31
        } else if immediate::is_object(reference) {
            // SAFETY: the reference is one of this store.
            HeapType::Concrete(unsafe { type_of(store.vm.heap.at(reference)) }.id)
        } else {
            HeapType::Any
        })
    }

    fn kind(&self, store: &StoreOpaque) -> Result<Option<GcKind>> {
        let reference = self.resolve(store)?;
        // SAFETY: the reference is one of this store.
        Ok(immediate::is_object(reference)
            .then(|| unsafe { type_of(store.vm.heap.at(reference)) }.kind))
    }

    /// The object and its type.
    fn object<'a>(&self, store: &'a StoreOpaque) -> Result<(*mut u8, &'a GcType)> {
        let reference = self.resolve(store)?;
        let object = store.vm.heap.at(reference);
        // SAFETY: structures and arrays, of which this is called, are objects of this store.
        Ok((object, unsafe { type_of(object) }))
    }
}

impl AnyRef {
    /// The same reference as one to an exception, which it is.
    pub(super) const fn as_exception(self) -> ExnRef {
        ExnRef::from_parts(self.store, self.handle)
    }
}

impl ExnRef {
    /// The same reference as one of the hierarchy that handles are kept for.
    pub(super) const fn to_any(self) -> AnyRef {
        AnyRef::from_parts(self.store, self.handle)
    }

    pub(crate) const fn from_parts(store: StoreId, handle: Handle) -> Self {
        Self { store, handle }
    }

    /// The reference as guests have it.
    pub(crate) fn resolve(&self, store: &StoreOpaque) -> Result<u64> {
        store.check(self.store)?;
        store.gc.roots.resolve(self.handle)
    }
}

/// A type that was defined, when it is of the kind that `as_kind` takes.
fn defined(
    store: &StoreOpaque,
    ty: TypeId,
    kind: &str,
) -> Result<(Arc<CompositeType>, *const GcType)> {
    let types = store.engine().types();
    let composite = types.get(ty);
    let gc = types.gc_type(ty);
    match composite {
        Some(composite) if !gc.as_ptr().is_null() => Ok((composite, gc.as_ptr())),
        _ => Err(Error::bad_argument(format!("{ty} is no type of {kind}"))),
    }
}

/// Fails when a value is not one that a field of this type can hold.
fn check_field(store: &StoreOpaque, value: &Val, ty: FieldType) -> Result<()> {
    value.check(store, ty.storage.unpacked(), "the field")
}

/// The value of a field.
///
/// # Safety
/// It is a field of this type, in an object of this store.
unsafe fn field_value(
    store: *mut StoreOpaque,
    field: *const u8,
    storage: Storage,
    ty: FieldType,
) -> Result<Val> {
    // SAFETY: by contract.
    unsafe {
        (*store).gc.roots.reserve(1)?;
        let slots = read_field(field, storage, false);
        Ok(Val::from_slots(
            slots.as_ptr(),
            ty.storage.unpacked(),
            store,
        ))
    }
}

impl StructRef {
    /// A structure of a type that is among the engine's
    /// ([`TypeRegistry::rec_group`](crate::types::TypeRegistry::rec_group)), with these fields.
    ///
    /// # Errors
    /// When the type is no structure, the values do not fit, or the heap is full.
    pub fn new(mut store: impl AsContextMut, ty: TypeId, fields: &[Val]) -> Result<Self> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        let (composite, gc) = defined(opaque, ty, "structures")?;
        let CompositeType::Struct(types) = &*composite else {
            return Err(Error::bad_argument(format!("{ty} is no structure")));
        };
        if types.len() != fields.len() {
            return Err(Error::bad_argument(format!(
                "the structure has {} fields, {} values were given",
                types.len(),
                fields.len()
            )));
        }
        for (value, ty) in fields.iter().zip(types) {
            check_field(opaque, value, *ty)?;
        }
        let vm = store.vm();
        // SAFETY: the store is lent for everything; the values fit.
        unsafe {
            let opaque = (*vm).opaque;
            (*opaque).gc.roots.reserve(1)?;
            let (reference, object) = new_object(vm, gc, (*gc).size)?;
            for (value, field) in fields.iter().zip((*gc).fields()) {
                let slots = value.to_slots(&*opaque);
                let place = object.add(field.offset as usize);
                write_field(place, field.storage, slots.as_ptr());
            }
            let handle = (*opaque).gc.roots.push(reference);
            Ok(Self(AnyRef::from_parts((*opaque).id(), handle)))
        }
    }

    /// The structure as a reference of any kind.
    pub const fn to_any(self) -> AnyRef {
        self.0
    }

    /// The object, how it is laid out, and the types of its fields.
    fn parts<'a>(
        &self,
        store: &'a StoreOpaque,
    ) -> Result<(*mut u8, &'a GcType, Arc<CompositeType>)> {
        let (object, gc) = self.0.object(store)?;
        let (composite, _) = defined(store, gc.id, "structures")?;
        Ok((object, gc, composite))
    }

    /// The number of its fields.
    ///
    /// # Errors
    /// When it is of another store or its scope has ended.
    pub fn len(&self, store: impl AsContext) -> Result<usize> {
        Ok(self.0.object(store.as_context().opaque())?.1.fields().len())
    }

    /// The value of a field; 8 and 16 bits are zero-extended.
    ///
    /// # Errors
    /// When there is no such field, it is of another store, or its scope has ended.
    pub fn field(&self, mut store: impl AsContextMut, index: usize) -> Result<Val> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let (object, gc, composite) = self.parts(store)?;
        match (&*composite, gc.fields().get(index).copied()) {
            (CompositeType::Struct(types), Some(field)) => {
                // SAFETY: it is a field of the object.
                unsafe {
                    let place = object.add(field.offset as usize);
                    field_value(store, place, field.storage, types[index])
                }
            }
            _ => Err(no_field(index)),
        }
    }

    /// Sets a field.
    ///
    /// # Errors
    /// When there is no such field, it is constant, the value does not fit, it is of another
    /// store, or its scope has ended.
    pub fn set_field(&self, mut store: impl AsContextMut, index: usize, value: Val) -> Result<()> {
        let store = store.as_context_mut();
        let store = store.opaque();
        let (object, gc, composite) = self.parts(store)?;
        let (CompositeType::Struct(types), Some(field)) = (&*composite, gc.fields().get(index))
        else {
            return Err(no_field(index));
        };
        check_mutable(types[index])?;
        check_field(store, &value, types[index])?;
        let slots = value.to_slots(store);
        // SAFETY: it is a field of the object, and the store is lent for everything.
        unsafe {
            write_field(
                object.add(field.offset as usize),
                field.storage,
                slots.as_ptr(),
            )
        };
        Ok(())
    }
}

#[cold]
fn no_field(index: usize) -> Error {
    Error::bad_argument(format!("the structure has no field {index}"))
}

fn check_mutable(ty: FieldType) -> Result<()> {
    if ty.mutability == Mutability::Var {
        Ok(())
    } else {
        Err(Error::bad_argument("the field is constant"))
    }
}

impl ArrayRef {
    /// An array of a type that is among the engine's, of `len` elements that are all `value`.
    ///
    /// # Errors
    /// When the type is no array, the value does not fit, or the heap is full.
    pub fn new(mut store: impl AsContextMut, ty: TypeId, value: Val, len: u32) -> Result<Self> {
        Self::with(store.as_context_mut(), ty, len, &[value], |_| &value)
    }

    /// An array of a type that is among the engine's, of these elements.
    ///
    /// # Errors
    /// When the type is no array, a value does not fit, or the heap is full.
    pub fn new_fixed(mut store: impl AsContextMut, ty: TypeId, values: &[Val]) -> Result<Self> {
        let len = u32::try_from(values.len()).map_err(|_| Trap::AllocationTooLarge)?;
        Self::with(store.as_context_mut(), ty, len, values, |i| &values[i])
    }

    fn with<'v, T: 'static>(
        store: StoreContextMut<'_, T>,
        ty: TypeId,
        len: u32,
        values: &[Val],
        value: impl Fn(usize) -> &'v Val,
    ) -> Result<Self> {
        let opaque = store.opaque();
        let (composite, gc) = defined(opaque, ty, "arrays")?;
        let CompositeType::Array(element) = &*composite else {
            return Err(Error::bad_argument(format!("{ty} is no array")));
        };
        for value in values {
            check_field(opaque, value, *element)?;
        }
        let vm = store.vm();
        // SAFETY: the store is lent for everything; the values fit.
        unsafe {
            let opaque = (*vm).opaque;
            (*opaque).gc.roots.reserve(1)?;
            let size = (*gc).array_size(len).ok_or(Trap::AllocationTooLarge)?;
            let (reference, object) = new_object(vm, gc, size)?;
            object.add(HEADER_BYTES as usize).cast::<u32>().write(len);
            let storage = (*gc).element();
            let mut place = object.add(ARRAY_BASE as usize);
            for i in 0..len as usize {
                let slots = value(i).to_slots(&*opaque);
                write_field(place, storage, slots.as_ptr());
                place = place.add(storage.size() as usize);
            }
            let handle = (*opaque).gc.roots.push(reference);
            Ok(Self(AnyRef::from_parts((*opaque).id(), handle)))
        }
    }

    /// The array as a reference of any kind.
    pub const fn to_any(self) -> AnyRef {
        self.0
    }

    /// The number of its elements.
    ///
    /// # Errors
    /// When it is of another store or its scope has ended.
    pub fn len(&self, store: impl AsContext) -> Result<u32> {
        let (object, _) = self.0.object(store.as_context().opaque())?;
        // SAFETY: it is an array.
        Ok(unsafe { array_len(object) })
    }

    /// Where an element is, how it is stored, and its type.
    fn element(&self, store: &StoreOpaque, index: u32) -> Result<(*mut u8, Storage, FieldType)> {
        let (object, gc) = self.0.object(store)?;
        // SAFETY: it is an array.
        if index >= unsafe { array_len(object) } {
            return Err(Trap::ArrayOutOfBounds.into());
        }
        let (composite, _) = defined(store, gc.id, "arrays")?;
        let CompositeType::Array(element) = &*composite else {
            return Err(Error::bad_argument("it is no array"));
        };
        let storage = gc.element();
        let offset = ARRAY_BASE as usize + ((index as usize) << storage.size_log2());
        Ok((object.wrapping_add(offset), storage, *element))
    }

    /// An element; 8 and 16 bits are zero-extended.
    ///
    /// # Errors
    /// When there is none, it is of another store, or its scope has ended.
    pub fn get(&self, mut store: impl AsContextMut, index: u32) -> Result<Val> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let (place, storage, ty) = self.element(store, index)?;
        // SAFETY: it is an element of the array.
        unsafe { field_value(store, place, storage, ty) }
    }

    /// Sets an element.
    ///
    /// # Errors
    /// When there is none, elements are constant, the value does not fit, it is of another store,
    /// or its scope has ended.
    pub fn set(&self, mut store: impl AsContextMut, index: u32, value: Val) -> Result<()> {
        let store = store.as_context_mut();
        let store = store.opaque();
        let (place, storage, ty) = self.element(store, index)?;
        check_mutable(ty)?;
        check_field(store, &value, ty)?;
        let slots = value.to_slots(store);
        // SAFETY: it is an element of the array, and the store is lent for everything.
        unsafe { write_field(place, storage, slots.as_ptr()) };
        Ok(())
    }
}

/// A reference that is kept until it is dropped, whatever scope it was made in.
///
/// ```
/// # use diptych_core::{AnyRef, OwnedRef, Result, RootScope, Store};
/// # fn example(store: &mut Store<()>, make: impl Fn(&mut Store<()>) -> AnyRef) -> Result<()> {
/// let object = make(store);
/// let kept = OwnedRef::new(&mut *store, object)?;
/// // … in another scope, or much later:
/// let object = kept.get(&mut *store)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OwnedRef {
    store: StoreId,
    owned: Owned,
}

impl OwnedRef {
    /// Keeps a reference.
    ///
    /// # Errors
    /// When it is of another store, its scope has ended, or there is no memory.
    pub fn new(mut store: impl AsContextMut, reference: AnyRef) -> Result<Self> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let reference = reference.resolve(store)?;
        Self::of(store, reference)
    }

    /// Keeps a reference of the store's.
    pub(super) fn of(store: &mut StoreOpaque, reference: u64) -> Result<Self> {
        Ok(Self {
            store: store.id(),
            owned: store.gc.roots.own(reference)?,
        })
    }

    /// The reference as guests have it; `None` when it is of another store.
    pub(super) fn reference(&self, store: &StoreOpaque) -> Option<u64> {
        (store.id() == self.store).then(|| self.owned.load(Ordering::Relaxed).into())
    }

    /// A handle for it in the present scope.
    ///
    /// # Errors
    /// When it is of another store, or there is no memory.
    pub fn get(&self, mut store: impl AsContextMut) -> Result<AnyRef> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        store.check(self.store)?;
        store.gc.roots.reserve(1)?;
        let reference = self.owned.load(Ordering::Relaxed).into();
        let handle = store.gc.roots.push(reference);
        Ok(AnyRef::from_parts(self.store, handle))
    }
}

/// A part of a program whose handles ([`AnyRef`] and its like) are given up at its end, so that
/// the objects can be freed.
///
/// ```
/// # use diptych_core::{AsContextMut, Result, RootScope, Store, TypedFunc, AnyRef};
/// # fn example(store: &mut Store<()>, make: TypedFunc<(), AnyRef>) -> Result<()> {
/// for _ in 0..1_000_000 {
///     let mut scope = RootScope::new(&mut *store);
///     let object = make.call(&mut scope, ())?;
///     // …
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RootScope<C: AsContextMut> {
    store: C,
    len: usize,
}

impl<C: AsContextMut> RootScope<C> {
    /// Begins a scope.
    pub fn new(mut store: C) -> Self {
        let len = store.as_context_mut().opaque().gc.roots.len();
        Self { store, len }
    }
}

impl<C: AsContextMut> AsContext for RootScope<C> {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        self.store.as_context()
    }
}

impl<C: AsContextMut> AsContextMut for RootScope<C> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        self.store.as_context_mut()
    }
}

impl<C: AsContextMut> Drop for RootScope<C> {
    fn drop(&mut self) {
        let mut store = self.store.as_context_mut();
        store.opaque_mut().gc.roots.truncate(self.len);
    }
}
