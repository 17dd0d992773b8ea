//! Which types match others
//! ([spec: matching](https://webassembly.github.io/spec/core/valid/matching.html)).

use super::{CompositeType, FieldType, StorageType, TypeId, Types};
use crate::types::{HeapType, Mutability, RefType, ValType};

impl Types {
    pub(super) fn is_subtype(&self, sub: TypeId, sup: TypeId) -> bool {
        let (Some(sub_entry), Some(sup_entry)) =
            (self.entries.get(sub.index()), self.entries.get(sup.index()))
        else {
            return false;
        };
        sub == sup || sub_entry.supertypes.get(sup_entry.supertypes.len()) == Some(&sup)
    }

    pub(super) fn is_heap_subtype(&self, sub: HeapType, sup: HeapType) -> bool {
        use HeapType::{
            Any, Array, Concrete, Eq, Exn, Extern, Func, I31, NoExn, NoExtern, NoFunc, None, Struct,
        };
        let composite = |id: TypeId| self.entries.get(id.index()).map(|entry| &*entry.composite);
        match (sub, sup) {
            (Concrete(sub), Concrete(sup)) => self.is_subtype(sub, sup),
            (Concrete(sub), sup) => match composite(sub) {
                Some(CompositeType::Func(_)) => sup == Func,
                Some(CompositeType::Struct(_)) => matches!(sup, Any | Eq | Struct),
                Some(CompositeType::Array(_)) => matches!(sup, Any | Eq | Array),
                Option::None => false,
            },
            (sub, Concrete(sup)) => match composite(sup) {
                Some(CompositeType::Func(_)) => sub == NoFunc,
                Some(CompositeType::Struct(_) | CompositeType::Array(_)) => sub == None,
                Option::None => false,
            },
            (sub, sup) if sub == sup => true,
            (Eq | I31 | Struct | Array | None, Any)
            | (I31 | Struct | Array | None, Eq)
            | (None, I31 | Struct | Array)
            | (NoFunc, Func)
            | (NoExtern, Extern)
            | (NoExn, Exn) => true,
            _ => false,
        }
    }

    pub(super) fn is_ref_subtype(&self, sub: RefType, sup: RefType) -> bool {
        (sup.nullable || !sub.nullable) && self.is_heap_subtype(sub.heap, sup.heap)
    }

    pub(super) fn is_val_subtype(&self, sub: ValType, sup: ValType) -> bool {
        match (sub, sup) {
            (ValType::Ref(sub), ValType::Ref(sup)) => self.is_ref_subtype(sub, sup),
            (sub, sup) => sub == sup,
        }
    }

    /// [Spec](https://webassembly.github.io/spec/core/valid/matching.html#composite-types).
    pub(super) fn is_composite_subtype(&self, sub: &CompositeType, sup: &CompositeType) -> bool {
        let all = |sub: &[ValType], sup: &[ValType]| {
            sub.len() == sup.len()
                && sub
                    .iter()
                    .zip(sup)
                    .all(|(sub, sup)| self.is_val_subtype(*sub, *sup))
        };
        match (sub, sup) {
            (CompositeType::Func(sub), CompositeType::Func(sup)) => {
                all(&sup.params, &sub.params) && all(&sub.results, &sup.results)
            }
            (CompositeType::Struct(sub), CompositeType::Struct(sup)) => {
                sub.len() >= sup.len()
                    && sub
                        .iter()
                        .zip(sup)
                        .all(|(sub, sup)| self.is_field_subtype(*sub, *sup))
            }
            (CompositeType::Array(sub), CompositeType::Array(sup)) => {
                self.is_field_subtype(*sub, *sup)
            }
            _ => false,
        }
    }

    fn is_field_subtype(&self, sub: FieldType, sup: FieldType) -> bool {
        sub.mutability == sup.mutability
            && match (sub.storage, sup.storage) {
                (StorageType::Val(a), StorageType::Val(b))
                    if sub.mutability == Mutability::Const =>
                {
                    self.is_val_subtype(a, b)
                }
                (a, b) => a == b,
            }
    }
}
