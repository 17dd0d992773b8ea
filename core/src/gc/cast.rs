//! What references are at run time.

use super::heap::{immediate, type_of};
use super::layout::{DISPLAY, GcKind, GcType};
use crate::runtime::types_of;
use crate::store::StoreOpaque;
use crate::types::TypeIdx;
use crate::vm::{FuncRef, VmCtx};

macro_rules! heaps {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What a cast asks for, in terms of a module.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CastHeap {
            $($(#[$doc])* $name,)*
            /// A type that the module defines.
            Concrete(TypeIdx),
        }

        impl CastHeap {
            const fn to_bits(self) -> u32 {
                match self {
                    $(Self::$name => $code,)*
                    Self::Concrete(index) => index.0 << 4 | 15,
                }
            }

            const fn from_bits(bits: u32) -> Self {
                match bits {
                    $($code => Self::$name,)*
                    _ => Self::Concrete(TypeIdx(bits >> 4)),
                }
            }
        }
    };
}

heaps! {
    /// Every internal reference.
    Any = 0,
    /// What `ref.eq` compares.
    Eq = 1,
    /// An unboxed integer.
    I31 = 2,
    /// Any structure.
    Struct = 3,
    /// Any array.
    Array = 4,
    /// Nothing but null.
    Bottom = 5,
    /// Everything of the other hierarchies: functions, exceptions, references of the host's.
    Top = 6,
}

/// The type that a cast asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CastTarget {
    /// Whether null is one.
    pub nullable: bool,
    /// What references that are not null refer to.
    pub heap: CastHeap,
}

impl CastTarget {
    /// What an instruction asks for.
    ///
    /// # Errors
    /// The proposal that a type belongs to which no backend has.
    pub const fn new(nullable: bool, ty: wasmparser::HeapType) -> Result<Self, &'static str> {
        use wasmparser::{AbstractHeapType as Abstract, HeapType, UnpackedIndex};
        let heap = match ty {
            HeapType::Concrete(UnpackedIndex::Module(index)) => CastHeap::Concrete(TypeIdx(index)),
            HeapType::Abstract { ty, .. } => match ty {
                Abstract::Any => CastHeap::Any,
                Abstract::Eq => CastHeap::Eq,
                Abstract::I31 => CastHeap::I31,
                Abstract::Struct => CastHeap::Struct,
                Abstract::Array => CastHeap::Array,
                Abstract::None | Abstract::NoFunc | Abstract::NoExtern | Abstract::NoExn => {
                    CastHeap::Bottom
                }
                Abstract::Func | Abstract::Extern | Abstract::Exn => CastHeap::Top,
                Abstract::Cont | Abstract::NoCont => return Err("stack switching"),
            },
            _ => return Err("custom descriptors"),
        };
        Ok(Self { nullable, heap })
    }

    /// The target in an operand of 32 bits.
    pub const fn to_bits(self) -> u32 {
        self.heap.to_bits() << 1 | self.nullable as u32
    }

    /// The target that [`to_bits`](Self::to_bits) gave.
    pub const fn from_bits(bits: u32) -> Self {
        Self {
            nullable: bits & 1 != 0,
            heap: CastHeap::from_bits(bits >> 1),
        }
    }

    /// Whether a reference is of this type, when that is told by its bits and the header.
    ///
    /// # Safety
    /// As [`matches`](Self::matches).
    #[inline(always)]
    pub unsafe fn matches_quickly(self, ctx: *mut VmCtx, reference: u64) -> Option<bool> {
        if reference == 0 {
            return Some(self.nullable);
        }
        // SAFETY: by contract.
        let kind = |wanted| unsafe {
            immediate::is_object(reference)
                && type_of((*(*ctx).store).heap.at(reference)).kind == wanted
        };
        let CastHeap::Concrete(index) = self.heap else {
            return Some(match self.heap {
                CastHeap::I31 => immediate::is_i31(reference),
                CastHeap::Eq => immediate::is_i31(reference) || immediate::is_object(reference),
                CastHeap::Struct => kind(GcKind::Struct),
                CastHeap::Array => kind(GcKind::Array),
                CastHeap::Bottom => false,
                _ => true,
            });
        };
        // SAFETY: by contract.
        unsafe {
            let sup = (*(*ctx).types.add(index.index())).gc.get()?;
            if !immediate::is_object(reference) {
                return Some(false);
            }
            let sub = type_of((*(*ctx).store).heap.at(reference));
            let found = sub.display.get(sup.depth as usize)?;
            Some(core::ptr::eq(*found, sup))
        }
    }

    /// Whether a reference is of this type.
    ///
    /// # Safety
    /// The instance is live, and the reference is one of the type's hierarchy in its store.
    pub unsafe fn matches(self, ctx: *mut VmCtx, reference: u64) -> bool {
        // SAFETY: by contract.
        unsafe {
            if let Some(matches) = self.matches_quickly(ctx, reference) {
                return matches;
            }
            let CastHeap::Concrete(index) = self.heap else {
                return false;
            };
            let ty = &*(*ctx).types.add(index.index());
            match ty.gc.get() {
                Some(ty) => {
                    let object = (*(*ctx).store).heap.at(reference);
                    object_is((*(*ctx).store).opaque, type_of(object), ty)
                }
                None => {
                    let func = reference as *mut FuncRef;
                    (*func).type_id == ty.id || types_of(func).is_subtype((*func).type_id, ty.id)
                }
            }
        }
    }
}

/// Whether an object of one type is one of the other.
///
/// # Safety
/// The store is live, and both are types of its engine.
#[inline]
pub(crate) unsafe fn object_is(store: *const StoreOpaque, sub: &GcType, sup: &GcType) -> bool {
    if core::ptr::eq(sub, sup) {
        return true;
    }
    let depth = sup.depth as usize;
    if depth < DISPLAY {
        return core::ptr::eq(sub.display[depth], sup);
    }
    // SAFETY: by contract.
    unsafe { StoreOpaque::engine_of(store) }
        .types()
        .is_subtype(sub.id, sup.id)
}
