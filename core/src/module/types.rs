//! From types as the binary format has them to types of the engine.

use super::ir::ModuleType;
use crate::error::{Error, ErrorKind, Result};
use crate::store::out_of_memory;
use crate::types::{
    CompositeType, FieldType, FuncType, GlobalType, HeapType, MemoryType, Mutability, RefType,
    StorageType, SubType, TableType, TypeId, TypeIdx, ValType,
};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use wasmparser::{AbstractHeapType, CompositeInnerType, PackedIndex, UnpackedIndex};

/// Where the type indices of a valid module lead.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    known: &'a [ModuleType],
    /// How many types follow them in the group that is being defined.
    group: u32,
}

/// The module needs something that is valid but not implemented. The words are those by which
/// users know the feature.
#[cold]
pub(super) fn unsupported(what: &str) -> Error {
    let message = format!("the module uses {what}, which is not supported");
    Error::new(ErrorKind::Unsupported(message.into()))
}

impl<'a> Scope<'a> {
    /// After the type section.
    pub(super) const fn module(known: &'a [ModuleType]) -> Self {
        Self { known, group: 0 }
    }

    /// Inside a group of so many types.
    pub(super) const fn group(known: &'a [ModuleType], group: u32) -> Self {
        Self { known, group }
    }

    fn type_id(self, index: UnpackedIndex) -> Result<TypeId> {
        let id = match index {
            UnpackedIndex::Module(index) => match self.known.get(index as usize) {
                Some(ty) => Some(ty.id),
                None => {
                    let index = index - self.known.len() as u32;
                    (index < self.group).then_some(TypeId::in_group(index))
                }
            },
            _ => None,
        };
        id.ok_or_else(|| {
            Error::new(ErrorKind::InvalidModule {
                message: "unknown type".into(),
                offset: 0,
            })
        })
    }

    /// Whether the function type at this index has results.
    pub(super) fn has_results(self, ty: TypeIdx) -> bool {
        let func = self
            .known
            .get(ty.index())
            .and_then(|ty| ty.composite.as_func());
        func.is_some_and(|ty| !ty.results().is_empty())
    }

    pub(super) fn sub_type(self, ty: &wasmparser::SubType) -> Result<SubType> {
        let id = |index: &PackedIndex| self.type_id(index.unpack());
        let supertype = ty.supertype_idxs.first().map(id).transpose()?;
        let composite = self.composite_type(&ty.composite_type)?;
        Ok(SubType {
            is_final: ty.is_final,
            supertype,
            composite,
        })
    }

    fn composite_type(self, ty: &wasmparser::CompositeType) -> Result<CompositeType> {
        if ty.shared {
            return Err(unsupported("shared-everything-threads (a shared type)"));
        }
        if ty.descriptor_idx.is_some() || ty.describes_idx.is_some() {
            return Err(unsupported("custom descriptors"));
        }
        Ok(match &ty.inner {
            CompositeInnerType::Func(ty) => CompositeType::Func(FuncType::from_parts(
                convert(ty.params(), |ty| self.val_type(*ty))?,
                convert(ty.results(), |ty| self.val_type(*ty))?,
            )),
            CompositeInnerType::Struct(ty) => {
                CompositeType::Struct(convert(&ty.fields, |field| self.field_type(*field))?)
            }
            CompositeInnerType::Array(ty) => CompositeType::Array(self.field_type(ty.0)?),
            CompositeInnerType::Cont(_) => return Err(unsupported("stack switching")),
        })
    }

    fn field_type(self, ty: wasmparser::FieldType) -> Result<FieldType> {
        let storage = match ty.element_type {
            wasmparser::StorageType::I8 => StorageType::I8,
            wasmparser::StorageType::I16 => StorageType::I16,
            wasmparser::StorageType::Val(ty) => StorageType::Val(self.val_type(ty)?),
        };
        Ok(FieldType {
            storage,
            mutability: mutability(ty.mutable),
        })
    }

    pub(super) fn val_type(self, ty: wasmparser::ValType) -> Result<ValType> {
        Ok(match ty {
            wasmparser::ValType::I32 => ValType::I32,
            wasmparser::ValType::I64 => ValType::I64,
            wasmparser::ValType::F32 => ValType::F32,
            wasmparser::ValType::F64 => ValType::F64,
            wasmparser::ValType::V128 => ValType::V128,
            wasmparser::ValType::Ref(ty) => ValType::Ref(self.ref_type(ty)?),
        })
    }

    pub(super) fn ref_type(self, ty: wasmparser::RefType) -> Result<RefType> {
        Ok(RefType {
            nullable: ty.is_nullable(),
            heap: self.heap_type(ty.heap_type())?,
        })
    }

    pub(super) fn heap_type(self, ty: wasmparser::HeapType) -> Result<HeapType> {
        match ty {
            wasmparser::HeapType::Concrete(index) => self.type_id(index).map(HeapType::Concrete),
            wasmparser::HeapType::Exact(_) => Err(unsupported("custom descriptors")),
            wasmparser::HeapType::Abstract { shared: true, .. } => Err(unsupported(
                "shared-everything-threads (a shared reference)",
            )),
            wasmparser::HeapType::Abstract { shared: false, ty } => abstract_heap_type(ty),
        }
    }

    pub(super) fn table_type(self, ty: wasmparser::TableType) -> Result<TableType> {
        if ty.shared {
            return Err(unsupported("shared-everything-threads (a shared table)"));
        }
        Ok(TableType {
            element: self.ref_type(ty.element_type)?,
            minimum: ty.initial,
            maximum: ty.maximum,
            table64: ty.table64,
        })
    }

    pub(super) fn global_type(self, ty: wasmparser::GlobalType) -> Result<GlobalType> {
        if ty.shared {
            return Err(unsupported("shared-everything-threads (a shared global)"));
        }
        Ok(GlobalType::new(
            self.val_type(ty.content_type)?,
            mutability(ty.mutable),
        ))
    }
}

pub(super) fn memory_type(ty: wasmparser::MemoryType) -> Result<MemoryType> {
    Ok(MemoryType {
        minimum: ty.initial,
        maximum: ty.maximum,
        memory64: ty.memory64,
        shared: ty.shared,
        page_size_log2: ty.page_size_log2() as u8,
    })
}

fn abstract_heap_type(ty: AbstractHeapType) -> Result<HeapType> {
    Ok(match ty {
        AbstractHeapType::Func => HeapType::Func,
        AbstractHeapType::Extern => HeapType::Extern,
        AbstractHeapType::Any => HeapType::Any,
        AbstractHeapType::None => HeapType::None,
        AbstractHeapType::NoExtern => HeapType::NoExtern,
        AbstractHeapType::NoFunc => HeapType::NoFunc,
        AbstractHeapType::Eq => HeapType::Eq,
        AbstractHeapType::Struct => HeapType::Struct,
        AbstractHeapType::Array => HeapType::Array,
        AbstractHeapType::I31 => HeapType::I31,
        AbstractHeapType::Exn => HeapType::Exn,
        AbstractHeapType::NoExn => HeapType::NoExn,
        AbstractHeapType::Cont | AbstractHeapType::NoCont => {
            return Err(unsupported("stack switching"));
        }
    })
}

const fn mutability(mutable: bool) -> Mutability {
    if mutable {
        Mutability::Var
    } else {
        Mutability::Const
    }
}

fn convert<T, U>(from: &[T], convert: impl Fn(&T) -> Result<U>) -> Result<Box<[U]>> {
    let mut list = Vec::new();
    list.try_reserve_exact(from.len()).map_err(out_of_memory)?;
    for item in from {
        list.push(convert(item)?);
    }
    Ok(list.into_boxed_slice())
}
