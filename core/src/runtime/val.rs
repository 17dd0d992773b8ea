//! Values as the embedder sees them.

use super::{AnyRef, ArrayRef, ExnRef, ExternRef, Func, StructRef};
use crate::error::{Error, Result};
use crate::store::StoreOpaque;
use crate::types::{CompositeType, HeapType, RefType, TypeRegistry, ValType};
use alloc::format;
use core::fmt;
use core::ptr::NonNull;

/// A WebAssembly value.
///
/// Floats are kept as bits, so that every NaN survives.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Val {
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// The bits of a 32-bit float.
    F32(u32),
    /// The bits of a 64-bit float.
    F64(u64),
    /// A 128-bit vector.
    V128(V128),
    /// A function, or null.
    FuncRef(Option<Func>),
    /// A value of the host's, or null.
    ExternRef(Option<ExternRef>),
    /// A reference of the internal hierarchy (a structure, an array, an `i31`), or null.
    AnyRef(Option<AnyRef>),
    /// An exception, or null.
    ExnRef(Option<ExnRef>),
}

/// A reference: what the elements of tables are.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Ref {
    /// A function, or null.
    Func(Option<Func>),
    /// A value of the host's, or null.
    Extern(Option<ExternRef>),
    /// A reference of the internal hierarchy (a structure, an array, an `i31`), or null.
    Any(Option<AnyRef>),
    /// An exception, or null.
    Exn(Option<ExnRef>),
}

/// A 128-bit vector.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct V128(u128);

impl V128 {
    /// The bits: lane 0 in the lowest ones.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

impl From<u128> for V128 {
    fn from(bits: u128) -> Self {
        Self(bits)
    }
}

impl From<V128> for u128 {
    fn from(vector: V128) -> Self {
        vector.0
    }
}

impl fmt::Debug for V128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#034x}", self.0)
    }
}

macro_rules! accessors {
    ($($(#[$doc:meta])* $get:ident, $unwrap:ident: $ty:ty = $pattern:pat => $value:expr;)*) => {$(
        $(#[$doc])*
        pub fn $get(&self) -> Option<$ty> {
            match *self {
                $pattern => Some($value),
                _ => None,
            }
        }

        $(#[$doc])*
        ///
        /// # Panics
        /// When it is a value of another type.
        #[track_caller]
        pub fn $unwrap(&self) -> $ty {
            match self.$get() {
                Some(value) => value,
                None => panic!("{self:?} is not what `{}` expects", stringify!($unwrap)),
            }
        }
    )*};
}

impl Val {
    accessors! {
        /// The 32-bit integer.
        i32, unwrap_i32: i32 = Self::I32(value) => value;
        /// The 64-bit integer.
        i64, unwrap_i64: i64 = Self::I64(value) => value;
        /// The 32-bit float.
        f32, unwrap_f32: f32 = Self::F32(bits) => f32::from_bits(bits);
        /// The 64-bit float.
        f64, unwrap_f64: f64 = Self::F64(bits) => f64::from_bits(bits);
        /// The vector.
        v128, unwrap_v128: V128 = Self::V128(value) => value;
        /// The function, or null.
        func_ref, unwrap_func_ref: Option<Func> = Self::FuncRef(value) => value;
        /// The value of the host's, or null.
        extern_ref, unwrap_extern_ref: Option<ExternRef> = Self::ExternRef(value) => value;
        /// The reference of the internal hierarchy, or null.
        any_ref, unwrap_any_ref: Option<AnyRef> = Self::AnyRef(value) => value;
        /// The exception, or null.
        exn_ref, unwrap_exn_ref: Option<ExnRef> = Self::ExnRef(value) => value;
    }

    /// Zero, or null; `None` for references that cannot be null.
    pub fn default_for_ty(ty: ValType) -> Option<Self> {
        Some(match ty {
            ValType::I32 => Self::I32(0),
            ValType::I64 => Self::I64(0),
            ValType::F32 => Self::F32(0),
            ValType::F64 => Self::F64(0),
            ValType::V128 => Self::V128(V128(0)),
            ValType::Ref(ty) => Ref::null(ty)?.into(),
        })
    }

    /// Whether it is a value of this type in this store. A null is one of every reference type
    /// that has a null.
    pub(crate) fn matches(&self, store: &StoreOpaque, ty: ValType) -> Result<bool> {
        Ok(match (self, ty) {
            (Self::I32(_), ValType::I32)
            | (Self::I64(_), ValType::I64)
            | (Self::F32(_), ValType::F32)
            | (Self::F64(_), ValType::F64)
            | (Self::V128(_), ValType::V128) => true,
            (_, ValType::Ref(ty)) => match self.as_ref() {
                Some(reference) => reference.matches(store, ty)?,
                None => false,
            },
            _ => false,
        })
    }

    /// Fails when it is no value of this type in this store.
    pub(crate) fn check(&self, store: &StoreOpaque, ty: ValType, what: &str) -> Result<()> {
        if self.matches(store, ty)? {
            Ok(())
        } else {
            Err(Error::bad_argument(format!(
                "{what} is {self:?}, which is no {ty}"
            )))
        }
    }

    /// The reference, when it is one.
    pub fn as_ref(&self) -> Option<Ref> {
        Some(match *self {
            Self::FuncRef(value) => Ref::Func(value),
            Self::ExternRef(value) => Ref::Extern(value),
            Self::AnyRef(value) => Ref::Any(value),
            Self::ExnRef(value) => Ref::Exn(value),
            _ => return None,
        })
    }

    /// The value as two slots, of which all types but `v128` use the first. It was
    /// [checked](Self::check) for this store.
    pub(crate) fn to_slots(self, store: &StoreOpaque) -> [u64; 2] {
        match self {
            Self::I32(value) => [u64::from(value as u32), 0],
            Self::I64(value) => [value as u64, 0],
            Self::F32(bits) => [u64::from(bits), 0],
            Self::F64(bits) => [bits, 0],
            Self::V128(V128(bits)) => [bits as u64, (bits >> 64) as u64],
            Self::FuncRef(value) => [Ref::Func(value).to_slot(store), 0],
            Self::ExternRef(value) => [Ref::Extern(value).to_slot(store), 0],
            Self::AnyRef(value) => [Ref::Any(value).to_slot(store), 0],
            Self::ExnRef(value) => [Ref::Exn(value).to_slot(store), 0],
        }
    }

    /// The value of type `ty` in a slot, or in two. There is room for a handle.
    ///
    /// # Safety
    /// `slot` points to a value of this type in the store, which is live.
    pub(crate) unsafe fn from_slots(
        slot: *const u64,
        ty: ValType,
        store: *mut StoreOpaque,
    ) -> Self {
        // SAFETY: by contract.
        let low = unsafe { slot.read() };
        match ty {
            ValType::I32 => Self::I32(low as i32),
            ValType::I64 => Self::I64(low as i64),
            ValType::F32 => Self::F32(low as u32),
            ValType::F64 => Self::F64(low),
            ValType::V128 => {
                // SAFETY: by contract; a vector has two slots.
                let high = unsafe { slot.add(1).read() };
                Self::V128(V128(u128::from(low) | u128::from(high) << 64))
            }
            // SAFETY: by contract.
            ValType::Ref(ty) => unsafe { Ref::from_slot(low, ty, store) }.into(),
        }
    }
}

impl Ref {
    /// The null of this type; `None` when it has none.
    pub fn null(ty: RefType) -> Option<Self> {
        if !ty.nullable {
            return None;
        }
        Some(match ty.heap {
            // A null is the same whatever it does not refer to.
            HeapType::Func | HeapType::NoFunc | HeapType::Concrete(_) => Self::Func(None),
            HeapType::Extern | HeapType::NoExtern => Self::Extern(None),
            HeapType::Exn | HeapType::NoExn => Self::Exn(None),
            _ => Self::Any(None),
        })
    }

    /// Whether it is null.
    pub const fn is_null(&self) -> bool {
        matches!(
            self,
            Self::Func(None) | Self::Extern(None) | Self::Any(None) | Self::Exn(None)
        )
    }

    /// Whether it is a value of this type in this store.
    pub(crate) fn matches(&self, store: &StoreOpaque, ty: RefType) -> Result<bool> {
        Ok(match *self {
            _ if self.is_null() => ty.nullable,
            Self::Func(Some(func)) => {
                store.check(func.store_id())?;
                let heap = HeapType::Concrete(func.type_id());
                store.engine().types().is_heap_subtype(heap, ty.heap)
            }
            Self::Extern(Some(value)) => {
                value.to_any().resolve(store)?;
                ty.heap == HeapType::Extern
            }
            Self::Any(Some(value)) => {
                let heap = value.heap_type_in(store)?;
                store.engine().types().is_heap_subtype(heap, ty.heap)
            }
            Self::Exn(Some(value)) => {
                value.resolve(store)?;
                ty.heap == HeapType::Exn
            }
            _ => false,
        })
    }

    /// The reference as guests have it. It was checked for this store.
    pub(crate) fn to_slot(self, store: &StoreOpaque) -> u64 {
        let found = match self {
            Self::Func(Some(func)) => return func.as_ptr() as u64,
            Self::Extern(Some(value)) => value.to_any().resolve(store),
            Self::Any(Some(value)) => value.resolve(store),
            Self::Exn(Some(value)) => value.resolve(store),
            _ => return 0,
        };
        found.unwrap_or(0)
    }

    /// The reference of type `ty` in a slot. There is room for a handle.
    ///
    /// # Safety
    /// It is a value of this type in the store, which is live.
    pub(crate) unsafe fn from_slot(slot: u64, ty: RefType, store: *mut StoreOpaque) -> Self {
        // SAFETY: by contract.
        let (id, hierarchy) = unsafe {
            let types = StoreOpaque::engine_of(store).types();
            ((*store).id(), Hierarchy::of(ty.heap, types))
        };
        let handle = || {
            // SAFETY: by contract.
            (slot != 0).then(|| unsafe { (*store).gc.roots.push(slot) })
        };
        match hierarchy {
            Hierarchy::Func => {
                // SAFETY: by contract.
                Self::Func(
                    NonNull::new(slot as *mut _).map(|func| unsafe { Func::from_raw(id, func) }),
                )
            }
            Hierarchy::Extern => {
                Self::Extern(handle().map(|handle| ExternRef::from_parts(id, handle)))
            }
            Hierarchy::Any => Self::Any(handle().map(|handle| AnyRef::from_parts(id, handle))),
            Hierarchy::Exn => Self::Exn(handle().map(|handle| ExnRef::from_parts(id, handle))),
        }
    }
}

/// The hierarchies of reference types, which have nothing in common.
#[derive(Clone, Copy)]
enum Hierarchy {
    Func,
    Extern,
    Any,
    Exn,
}

impl Hierarchy {
    fn of(heap: HeapType, types: &TypeRegistry) -> Self {
        match heap {
            HeapType::Func | HeapType::NoFunc => Self::Func,
            HeapType::Extern | HeapType::NoExtern => Self::Extern,
            HeapType::Exn | HeapType::NoExn => Self::Exn,
            HeapType::Concrete(id) => match types.get(id).as_deref() {
                Some(CompositeType::Func(_)) => Self::Func,
                _ => Self::Any,
            },
            HeapType::Any
            | HeapType::Eq
            | HeapType::I31
            | HeapType::Struct
            | HeapType::Array
            | HeapType::None => Self::Any,
        }
    }
}

impl From<Ref> for Val {
    fn from(reference: Ref) -> Self {
        match reference {
            Ref::Func(value) => Self::FuncRef(value),
            Ref::Extern(value) => Self::ExternRef(value),
            Ref::Any(value) => Self::AnyRef(value),
            Ref::Exn(value) => Self::ExnRef(value),
        }
    }
}

macro_rules! conversions {
    ($($ty:ty, $value:ident => $val:expr;)*) => {$(
        impl From<$ty> for Val {
            fn from($value: $ty) -> Self {
                $val
            }
        }
    )*};
}

conversions! {
    i32, value => Self::I32(value);
    u32, value => Self::I32(value as i32);
    i64, value => Self::I64(value);
    u64, value => Self::I64(value as i64);
    f32, value => Self::F32(value.to_bits());
    f64, value => Self::F64(value.to_bits());
    V128, value => Self::V128(value);
    Func, value => Self::FuncRef(Some(value));
    Option<Func>, value => Self::FuncRef(value);
    ExternRef, value => Self::ExternRef(Some(value));
    Option<ExternRef>, value => Self::ExternRef(value);
    AnyRef, value => Self::AnyRef(Some(value));
    Option<AnyRef>, value => Self::AnyRef(value);
    StructRef, value => Self::AnyRef(Some(value.to_any()));
    ArrayRef, value => Self::AnyRef(Some(value.to_any()));
}

impl From<Func> for Ref {
    fn from(func: Func) -> Self {
        Self::Func(Some(func))
    }
}

impl From<ExternRef> for Ref {
    fn from(value: ExternRef) -> Self {
        Self::Extern(Some(value))
    }
}

impl From<AnyRef> for Ref {
    fn from(value: AnyRef) -> Self {
        Self::Any(Some(value))
    }
}
