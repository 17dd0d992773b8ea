//! How the objects of the heap are laid out.
//!
//! An object begins with a header of 8 bytes: the address of its [`GcType`], which is even. A
//! structure's fields follow in order, each aligned to its size (vectors to 8 bytes), so that a
//! type's fields are where its supertype has them. An array has its length (32 bits) next and its
//! elements from [`ARRAY_BASE`] on. Sizes are multiples of [`ALIGN`].

use crate::types::{CompositeType, FieldType, HeapType, RefType, StorageType, TypeId, ValType};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::ptr;

/// The alignment of objects, in bytes.
pub const ALIGN: u32 = 8;
/// The size of an object's header in bytes.
pub const HEADER_BYTES: u32 = 8;
/// Where the length of an array is.
pub const ARRAY_LEN: u32 = 8;
/// Where the elements of an array begin.
pub const ARRAY_BASE: u32 = 16;
/// Where an exception has the address of its tag.
pub const EXCEPTION_TAG: u32 = 8;
/// How many supertypes are in [`GcType::display`]; casts to deeper types take longer.
pub const DISPLAY: usize = 8;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum GcKind {
    /// A structure.
    Struct = 0,
    /// An array.
    Array = 1,
    /// An exception: [`EXCEPTION_TAG`] and the values of its tag's parameters.
    Exception = 2,
}

/// How a field is stored, little- or big-endian as the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// 8 bits of an `i32`.
    I8,
    /// 16 bits of an `i32`.
    I16,
    /// An `i32` or an `f32`.
    Bits32,
    /// An `i64`, an `f64`, or the address of a function.
    Bits64,
    /// A `v128`, the low half first.
    Bits128,
    /// A reference that the collector follows: 32 bits.
    Reference,
}

impl Storage {
    /// How a field of this type is stored; `is_func` says whether a defined type is a function.
    pub fn of(storage: StorageType, is_func: impl Fn(TypeId) -> bool) -> Self {
        match storage {
            StorageType::I8 => Self::I8,
            StorageType::I16 => Self::I16,
            StorageType::Val(ValType::I32 | ValType::F32) => Self::Bits32,
            StorageType::Val(ValType::I64 | ValType::F64) => Self::Bits64,
            StorageType::Val(ValType::V128) => Self::Bits128,
            StorageType::Val(ValType::Ref(ty)) if is_traced(ty, is_func) => Self::Reference,
            StorageType::Val(ValType::Ref(_)) => Self::Bits64,
        }
    }

    /// The binary logarithm of its size in bytes.
    pub const fn size_log2(self) -> u32 {
        match self {
            Self::I8 => 0,
            Self::I16 => 1,
            Self::Bits32 | Self::Reference => 2,
            Self::Bits64 => 3,
            Self::Bits128 => 4,
        }
    }

    /// Its size in bytes.
    pub const fn size(self) -> u32 {
        1 << self.size_log2()
    }

    /// How many slots the value takes on the operand stack.
    pub const fn slots(self) -> usize {
        match self {
            Self::Bits128 => 2,
            _ => 1,
        }
    }
}

/// Whether the collector follows references of this type: all but those to functions.
pub fn is_traced(ty: RefType, is_func: impl Fn(TypeId) -> bool) -> bool {
    match ty.heap {
        HeapType::Func | HeapType::NoFunc => false,
        HeapType::Concrete(id) => !is_func(id),
        _ => true,
    }
}

/// A field of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it is, in bytes from the start of the object.
    pub offset: u32,
    /// How it is stored.
    pub storage: Storage,
}

/// What an object is, as its header says. It is at one address as long as its engine.
#[repr(C)]
pub struct GcType {
    /// The supertypes, the root first, and the type itself behind them; null after that. Deeper
    /// types have only the first ones here.
    pub display: [*const Self; DISPLAY],
    /// What it is.
    pub kind: GcKind,
    /// The size of a structure in bytes; of an array's elements as its binary logarithm.
    pub size: u32,
    /// The canonical identity.
    pub id: TypeId,
    /// How many supertypes it has.
    pub depth: u32,
    /// A structure's fields; of an array, how its elements are stored, in one field.
    fields: Box<[Field]>,
    /// Where the collector finds references: of an array, one entry when its elements are.
    references: Box<[u32]>,
}

// SAFETY: it is never changed, and what `display` points to lives as long.
unsafe impl Send for GcType {}
// SAFETY: as above.
unsafe impl Sync for GcType {}

impl GcType {
    /// The layout of a structure or an array; `None` for a function, or without memory.
    /// `supertype` is that of the type it was declared to be a subtype of.
    pub(crate) fn new(
        id: TypeId,
        composite: &CompositeType,
        supertype: Option<&Self>,
        is_func: impl Fn(TypeId) -> bool + Copy,
    ) -> Option<Box<Self>> {
        let storage = |field: &FieldType| Storage::of(field.storage, is_func);
        let (kind, size, fields) = match composite {
            CompositeType::Func(_) => return None,
            CompositeType::Struct(fields) => {
                let (size, list) = sequence(HEADER_BYTES, fields.iter().map(storage))?;
                (GcKind::Struct, size, list)
            }
            CompositeType::Array(element) => {
                let storage = storage(element);
                let mut list = Vec::new();
                list.try_reserve_exact(1).ok()?;
                list.push(Field {
                    offset: ARRAY_BASE,
                    storage,
                });
                (GcKind::Array, storage.size_log2(), list)
            }
        };
        Self::with_fields(id, kind, size, fields, supertype)
    }

    /// The layout of exceptions whose tag has these parameters; `None` without memory.
    pub(crate) fn exception(
        id: TypeId,
        params: &[ValType],
        is_func: impl Fn(TypeId) -> bool + Copy,
    ) -> Option<Box<Self>> {
        let storages = params
            .iter()
            .map(|ty| Storage::of(StorageType::Val(*ty), is_func));
        let (size, fields) = sequence(EXCEPTION_TAG + 8, storages)?;
        Self::with_fields(id, GcKind::Exception, size, fields, None)
    }

    fn with_fields(
        id: TypeId,
        kind: GcKind,
        size: u32,
        fields: Vec<Field>,
        supertype: Option<&Self>,
    ) -> Option<Box<Self>> {
        let is_reference = |field: &&Field| field.storage == Storage::Reference;
        let mut references = Vec::new();
        let count = fields.iter().filter(is_reference).count();
        references.try_reserve_exact(count).ok()?;
        references.extend(fields.iter().filter(is_reference).map(|field| field.offset));
        let mut ty = crate::store::try_box(Self {
            display: supertype.map_or([ptr::null(); DISPLAY], |ty| ty.display),
            kind,
            size,
            id,
            depth: supertype.map_or(0, |ty| ty.depth + 1),
            fields: fields.into_boxed_slice(),
            references: references.into_boxed_slice(),
        })
        .ok()?;
        let own: *const Self = &raw const *ty;
        let depth = ty.depth as usize;
        if let Some(place) = ty.display.get_mut(depth) {
            *place = own;
        }
        Some(ty)
    }

    /// A structure's fields; of an array, how its elements are stored, in one field.
    #[inline]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// How the elements of an array are stored.
    #[inline]
    pub fn element(&self) -> Storage {
        self.fields[0].storage
    }

    /// Where the references of a structure are; for an array, whether its elements are ones.
    #[inline]
    pub(super) fn references(&self) -> &[u32] {
        &self.references
    }

    /// The size of an array of so many elements; `None` when it is more than any heap has.
    #[inline]
    pub fn array_size(&self, len: u32) -> Option<u32> {
        let elements = u64::from(len) << self.size;
        let size = (u64::from(ARRAY_BASE) + elements).next_multiple_of(ALIGN.into());
        u32::try_from(size).ok()
    }
}

/// The fields of exceptions whose tag has these parameters; none without memory.
pub fn exception_fields(
    params: &[ValType],
    is_func: impl Fn(TypeId) -> bool + Copy,
) -> Box<[Field]> {
    let storages = params
        .iter()
        .map(|ty| Storage::of(StorageType::Val(*ty), is_func));
    let fields = sequence(EXCEPTION_TAG + 8, storages);
    fields.map_or_else(Box::default, |(_, fields)| fields.into_boxed_slice())
}

/// The size of an object with fields of these kinds behind its first `start` bytes, and the fields.
fn sequence(
    start: u32,
    storages: impl ExactSizeIterator<Item = Storage>,
) -> Option<(u32, Vec<Field>)> {
    let mut list = Vec::new();
    list.try_reserve_exact(storages.len()).ok()?;
    let mut end = start;
    for storage in storages {
        let offset = end.next_multiple_of(storage.size().min(ALIGN));
        list.push(Field { offset, storage });
        end = offset + storage.size();
    }
    Some((end.next_multiple_of(ALIGN), list))
}

impl fmt::Debug for GcType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GcType")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("size", &self.size)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

/// The layout of a type, whose engine outlives this; none for a function.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct GcTypeRef(*const GcType);

// SAFETY: what it points to is never changed.
unsafe impl Send for GcTypeRef {}
// SAFETY: as above.
unsafe impl Sync for GcTypeRef {}

impl GcTypeRef {
    pub(crate) const fn new(ty: Option<&GcType>) -> Self {
        match ty {
            Some(ty) => Self(ty),
            None => Self(ptr::null()),
        }
    }

    /// The address, as headers hold it; null for a function.
    #[inline]
    pub const fn as_ptr(self) -> *const GcType {
        self.0
    }

    /// The layout.
    #[inline]
    pub const fn get(&self) -> Option<&GcType> {
        // SAFETY: the engine, which owns it, outlives this.
        unsafe { self.0.as_ref() }
    }
}

impl fmt::Debug for GcTypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
