//! The types that modules define, canonical for a whole engine.
//!
//! The unit is the recursion group. Two groups are the same when they have the same shape, with
//! references inside the group counted from its start
//! ([spec: type equivalence](https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling));
//! so each group is kept once, and two types are equal when their [`TypeId`]s are. A type knows
//! all its supertypes from the root down: one lookup at the supertype's own depth decides whether
//! it is one (the display of N. Cohen, "Type-extension type tests can be performed in constant
//! time", 1991).

mod matching;
#[cfg(test)]
mod tests;

use super::{FuncType, HeapType, Mutability, RefType, ValType};
use crate::error::{Error, ErrorKind, Result};
use crate::gc::{GcType, GcTypeRef};
use crate::store::out_of_memory;
use crate::sync::RwLock;
use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::hash::BuildHasher as _;
use hashbrown::{DefaultHashBuilder, HashTable};

/// How many types an engine keeps. No module can define as many.
const MAX_TYPES: usize = 1 << 21;
/// How many supertypes a type may have, as in other engines.
const MAX_DEPTH: usize = 63;
/// Marks a [`TypeId`] that counts from the start of the group it is used in.
const IN_GROUP: u32 = 1 << 31;

/// The identity of a type in its engine. Two types are equal exactly when their identities are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct TypeId(pub u32);

impl TypeId {
    /// The type at this place of the recursion group that is being defined: for the references
    /// inside of what [`TypeRegistry::rec_group`] is given.
    pub const fn in_group(index: u32) -> Self {
        Self(index | IN_GROUP)
    }

    /// The position in an array that holds one entry per type of the engine.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The place in the group that is being defined, when it is a reference to that.
    const fn group_index(self) -> Option<usize> {
        if self.0 & IN_GROUP == 0 {
            None
        } else {
            Some((self.0 & !IN_GROUP) as usize)
        }
    }
}

impl fmt::Display for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "type#{}", self.0)
    }
}

/// A type as a module defines it
/// ([spec](https://webassembly.github.io/spec/core/syntax/types.html#recursive-types)).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SubType {
    /// Whether it can have no subtypes.
    pub is_final: bool,
    /// The type that it is declared to be a subtype of.
    pub supertype: Option<TypeId>,
    /// What it is.
    pub composite: CompositeType,
}

/// What a defined type is
/// ([spec](https://webassembly.github.io/spec/core/syntax/types.html#composite-types)).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CompositeType {
    /// A function, by its parameters and results. [`FuncType::type_id`] says nothing here.
    Func(FuncType),
    /// A structure, by its fields.
    Struct(Box<[FieldType]>),
    /// An array, by its elements.
    Array(FieldType),
}

/// The type of a field of a structure or of an element of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FieldType {
    /// What it holds.
    pub storage: StorageType,
    /// Whether it can be written.
    pub mutability: Mutability,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StorageType {
    /// An 8-bit integer; an `i32` on the operand stack.
    I8,
    /// A 16-bit integer; an `i32` on the operand stack.
    I16,
    /// A value.
    Val(ValType),
}

impl StorageType {
    /// The type of its values on the operand stack.
    pub const fn unpacked(self) -> ValType {
        match self {
            Self::I8 | Self::I16 => ValType::I32,
            Self::Val(ty) => ty,
        }
    }
}

/// The types of all modules of an engine.
///
/// It can be used from several threads. A type stays as long as the engine.
pub struct TypeRegistry {
    types: RwLock<Types>,
}

impl Default for TypeRegistry {
    fn default() -> Self {
        Self::new()
    }
}

impl TypeRegistry {
    /// A registry without types.
    pub fn new() -> Self {
        Self {
            types: RwLock::new(Types::default()),
        }
    }

    /// The identity of a function type. For a plain one it is that which a module gets that
    /// defines the type by itself.
    ///
    /// # Errors
    /// [`ErrorKind::BadArgument`] when it has an identity that stands for something else here,
    /// since it is that of another engine; else as [`rec_group`](Self::rec_group).
    pub fn func_type(&self, ty: FuncType) -> Result<TypeId> {
        if let Some(id) = ty.id {
            // Nothing but the parameters and results tells a type of another engine, so that one
            // with the same may pass for the type that has the number here. That does no harm:
            // values fit it.
            let known = self.func(id);
            return if known.is_some_and(|known| known == ty) {
                Ok(id)
            } else {
                Err(Error::bad_argument(
                    "the function type belongs to another engine",
                ))
            };
        }
        let mut group = Vec::new();
        group.try_reserve_exact(1).map_err(out_of_memory)?;
        group.push(SubType {
            is_final: true,
            supertype: None,
            composite: CompositeType::Func(ty),
        });
        self.intern(group)
    }

    /// The identities of the types of a recursion group, in order. Inside of it they refer to
    /// each other by [`TypeId::in_group`].
    ///
    /// # Errors
    /// [`ErrorKind::BadArgument`] when a reference leads nowhere or a type does not match its
    /// supertype; [`ErrorKind::Limit`] when the engine has too many types or a type too many
    /// supertypes; [`ErrorKind::OutOfMemory`].
    pub fn rec_group(
        &self,
        group: Vec<SubType>,
    ) -> Result<impl ExactSizeIterator<Item = TypeId> + use<>> {
        let len = group.len() as u32;
        let start = if len == 0 { 0 } else { self.intern(group)?.0 };
        Ok((start..start + len).map(TypeId))
    }

    fn intern(&self, mut group: Vec<SubType>) -> Result<TypeId> {
        for ty in &mut group {
            if let CompositeType::Func(ty) = &mut ty.composite {
                // What it is here is decided by the group.
                ty.id = None;
            }
        }
        let known = {
            let types = self.types.read();
            types.check_references(&group)?;
            let hash = types.hasher.hash_one(&*group);
            types.find(hash, &group)
        };
        match known {
            Some(start) => Ok(start),
            None => self.types.write().insert(group),
        }
    }

    /// What a type is; `None` when the engine has no such type.
    pub fn get(&self, ty: TypeId) -> Option<Arc<CompositeType>> {
        self.types
            .read()
            .entries
            .get(ty.index())
            .map(|entry| Arc::clone(&entry.composite))
    }

    /// The function type of an identity, as [`FuncType::of`].
    pub(super) fn func(&self, id: TypeId) -> Option<FuncType> {
        let types = self.types.read();
        let entry = types.entries.get(id.index())?;
        let mut ty = entry.composite.as_func()?.clone();
        ty.id = (!entry.is_plain).then_some(id);
        Some(ty)
    }

    /// How the objects of a type are laid out; none for a function.
    pub(crate) fn gc_type(&self, ty: TypeId) -> GcTypeRef {
        let types = self.types.read();
        let entry = types.entries.get(ty.index());
        GcTypeRef::new(entry.and_then(|entry| entry.gc.as_deref()))
    }

    /// Whether a type is one of functions.
    pub(crate) fn is_func(&self, ty: TypeId) -> bool {
        self.types.read().is_func(ty)
    }

    /// Whether a type can have no subtypes; `None` when the engine has no such type.
    pub fn is_final(&self, ty: TypeId) -> Option<bool> {
        self.types
            .read()
            .entries
            .get(ty.index())
            .map(|entry| entry.is_final)
    }

    /// The type that a type is declared to be a subtype of.
    pub fn supertype(&self, ty: TypeId) -> Option<TypeId> {
        self.types
            .read()
            .entries
            .get(ty.index())?
            .supertypes
            .last()
            .copied()
    }

    /// Whether a type is another one or was declared to be a subtype of it, directly or through
    /// others. False for types that the engine does not have.
    pub fn is_subtype(&self, sub: TypeId, sup: TypeId) -> bool {
        sub == sup || self.types.read().is_subtype(sub, sup)
    }

    /// Whether a heap type matches another
    /// ([spec](https://webassembly.github.io/spec/core/valid/matching.html#heap-types)).
    pub fn is_heap_subtype(&self, sub: HeapType, sup: HeapType) -> bool {
        sub == sup || self.types.read().is_heap_subtype(sub, sup)
    }

    /// Whether a reference type matches another
    /// ([spec](https://webassembly.github.io/spec/core/valid/matching.html#reference-types)).
    pub fn is_ref_subtype(&self, sub: RefType, sup: RefType) -> bool {
        sub == sup || self.types.read().is_ref_subtype(sub, sup)
    }

    /// Whether a value type matches another
    /// ([spec](https://webassembly.github.io/spec/core/valid/matching.html#value-types)).
    pub fn is_val_subtype(&self, sub: ValType, sup: ValType) -> bool {
        sub == sup || self.types.read().is_val_subtype(sub, sup)
    }
}

impl fmt::Debug for TypeRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypeRegistry")
            .field("types", &self.types.read().entries.len())
            .finish_non_exhaustive()
    }
}

/// What the lock guards.
#[derive(Default)]
struct Types {
    /// By [`TypeId`]. The types of a group follow each other.
    entries: Vec<Entry>,
    groups: HashTable<Group>,
    hasher: DefaultHashBuilder,
}

struct Entry {
    composite: Arc<CompositeType>,
    /// How its objects are laid out, unless it is a function.
    gc: Option<Box<GcType>>,
    is_final: bool,
    /// Whether it is what [`SubType::is_plain`] says.
    is_plain: bool,
    /// All supertypes, the root first and the declared one last.
    supertypes: Box<[TypeId]>,
}

/// A group, by the place of its types.
#[derive(Clone, Copy)]
struct Group {
    /// Of its types with references inside the group counted from its start.
    hash: u64,
    start: u32,
    len: u32,
}

impl Types {
    /// Fails unless every reference leads to a type, and one to a supertype to an earlier one.
    fn check_references(&self, group: &[SubType]) -> Result<()> {
        let known = |id: TypeId, group_len: usize| match id.group_index() {
            Some(index) => index < group_len,
            None => id.index() < self.entries.len(),
        };
        for (index, ty) in group.iter().enumerate() {
            let mut good = ty.supertype.is_none_or(|id| known(id, index));
            ty.composite
                .each_val(&mut |ty| good &= ty.concrete().is_none_or(|id| known(id, group.len())));
            if !good {
                return Err(Error::bad_argument(
                    "a type refers to one that does not exist",
                ));
            }
        }
        Ok(())
    }

    /// The first type of a group like this.
    fn find(&self, hash: u64, group: &[SubType]) -> Option<TypeId> {
        let same = |known: &Group| known.hash == hash && self.is_same(*known, group);
        self.groups
            .find(hash, same)
            .map(|group| TypeId(group.start))
    }

    fn is_same(&self, known: Group, group: &[SubType]) -> bool {
        let Group { start, len, .. } = known;
        let same_id = |known: TypeId, new: TypeId| match new.group_index() {
            Some(index) => known.index() == start as usize + index,
            // A reference from outside to this group is another than one from inside.
            None => known == new && !(start..start + len).contains(&new.0),
        };
        let entries = &self.entries[start as usize..(start + len) as usize];
        entries.len() == group.len()
            && entries.iter().zip(group).all(|(known, new)| {
                known.is_final == new.is_final
                    && match (known.supertypes.last(), new.supertype) {
                        (None, None) => true,
                        (Some(known), Some(new)) => same_id(*known, new),
                        _ => false,
                    }
                    && known.composite.is_same(&new.composite, &same_id)
            })
    }

    /// Adds a group whose references have been checked, unless it was added by now.
    fn insert(&mut self, mut group: Vec<SubType>) -> Result<TypeId> {
        let hash = self.hasher.hash_one(&*group);
        if let Some(start) = self.find(hash, &group) {
            return Ok(start);
        }
        let start = self.entries.len();
        if group.len() > MAX_TYPES - start {
            let message = format!("the modules of an engine may define {MAX_TYPES} types");
            return Err(Error::new(ErrorKind::Limit(message.into())));
        }
        self.entries
            .try_reserve(group.len())
            .map_err(out_of_memory)?;
        let hash_of = |group: &Group| group.hash;
        self.groups.try_reserve(1, hash_of).map_err(out_of_memory)?;
        let new = Group {
            hash,
            start: start as u32,
            len: group.len() as u32,
        };

        let is_plain = matches!(&*group, [ty] if ty.is_plain());
        for ty in &mut group {
            ty.resolve(new.start);
        }
        let added = self
            .push_all(group, is_plain)
            .and_then(|()| self.check_matches(start))
            .and_then(|()| self.lay_out(start));
        if let Err(error) = added {
            self.entries.truncate(start);
            return Err(error);
        }
        self.groups.insert_unique(hash, new, hash_of);
        Ok(TypeId(new.start))
    }

    fn push_all(&mut self, group: Vec<SubType>, is_plain: bool) -> Result<()> {
        for ty in group {
            let supertypes = match ty.supertype {
                None => Box::default(),
                Some(supertype) => {
                    let above = &self.entries[supertype.index()].supertypes;
                    if above.len() >= MAX_DEPTH {
                        let message = format!("a type may have {MAX_DEPTH} supertypes");
                        return Err(Error::new(ErrorKind::Limit(message.into())));
                    }
                    let mut all = Vec::new();
                    all.try_reserve_exact(above.len() + 1)
                        .map_err(out_of_memory)?;
                    all.extend_from_slice(above);
                    all.push(supertype);
                    all.into_boxed_slice()
                }
            };
            let composite = Arc::new(ty.composite);
            self.entries.push(Entry {
                composite,
                gc: None,
                is_final: ty.is_final,
                is_plain,
                supertypes,
            });
        }
        Ok(())
    }

    /// Finds the layouts of the types from `start` on.
    fn lay_out(&mut self, start: usize) -> Result<()> {
        for index in start..self.entries.len() {
            let (before, rest) = self.entries.split_at(index);
            let entry = &rest[0];
            if entry.composite.as_func().is_some() {
                continue;
            }
            let supertype = entry.supertypes.last();
            let supertype = supertype.and_then(|id| before.get(id.index())?.gc.as_deref());
            let id = TypeId(index as u32);
            let is_func = |id| self.is_func(id);
            let gc = GcType::new(id, &entry.composite, supertype, is_func);
            self.entries[index].gc = Some(gc.ok_or_else(|| Error::new(ErrorKind::OutOfMemory))?);
        }
        Ok(())
    }

    fn is_func(&self, ty: TypeId) -> bool {
        let entry = self.entries.get(ty.index());
        entry.is_some_and(|entry| entry.composite.as_func().is_some())
    }

    /// Fails unless each type from `start` on matches its supertype
    /// ([spec](https://webassembly.github.io/spec/core/valid/types.html#sub-types)).
    fn check_matches(&self, start: usize) -> Result<()> {
        for entry in &self.entries[start..] {
            if let Some(supertype) = entry.supertypes.last() {
                let supertype = &self.entries[supertype.index()];
                if supertype.is_final
                    || !self.is_composite_subtype(&entry.composite, &supertype.composite)
                {
                    return Err(Error::bad_argument("a type does not match its supertype"));
                }
            }
        }
        Ok(())
    }
}

impl SubType {
    /// Whether a type that is alone in its group is what its definition alone says: final,
    /// without a supertype and without references to itself.
    fn is_plain(&self) -> bool {
        let mut is_plain = self.is_final && self.supertype.is_none();
        self.composite.each_val(&mut |ty| {
            is_plain &= ty.concrete().is_none_or(|id| id.group_index().is_none())
        });
        is_plain
    }

    /// Replaces references inside the group by identities, now that it starts at `start`.
    fn resolve(&mut self, start: u32) {
        let resolve = |id: &mut TypeId| {
            if id.group_index().is_some() {
                *id = TypeId(start + (id.0 & !IN_GROUP));
            }
        };
        if let Some(id) = &mut self.supertype {
            resolve(id);
        }
        let resolve_val = |ty: &mut ValType| {
            if let ValType::Ref(RefType {
                heap: HeapType::Concrete(id),
                ..
            }) = ty
            {
                resolve(id);
            }
        };
        let resolve_field = |field: &mut FieldType| {
            if let StorageType::Val(ty) = &mut field.storage {
                resolve_val(ty);
            }
        };
        match &mut self.composite {
            CompositeType::Func(ty) => {
                ty.params
                    .iter_mut()
                    .chain(&mut ty.results)
                    .for_each(resolve_val);
            }
            CompositeType::Struct(fields) => fields.iter_mut().for_each(resolve_field),
            CompositeType::Array(field) => resolve_field(field),
        }
    }
}

impl CompositeType {
    /// The function type, when it is one.
    pub const fn as_func(&self) -> Option<&FuncType> {
        match self {
            Self::Func(ty) => Some(ty),
            _ => None,
        }
    }

    fn each_val(&self, visit: &mut dyn FnMut(ValType)) {
        let mut field = |field: &FieldType| {
            if let StorageType::Val(ty) = field.storage {
                visit(ty);
            }
        };
        match self {
            Self::Func(ty) => ty.params.iter().chain(&ty.results).copied().for_each(visit),
            Self::Struct(fields) => fields.iter().for_each(field),
            Self::Array(element) => field(element),
        }
    }

    /// Whether both are equal, when references are compared by `same_id`.
    fn is_same(&self, other: &Self, same_id: &dyn Fn(TypeId, TypeId) -> bool) -> bool {
        let same_val = |a: &ValType, b: &ValType| match (a.concrete(), b.concrete()) {
            (Some(a_id), Some(b_id)) => {
                a.as_ref().map(|ty| ty.nullable) == b.as_ref().map(|ty| ty.nullable)
                    && same_id(a_id, b_id)
            }
            _ => a == b,
        };
        let same_vals = |a: &[ValType], b: &[ValType]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_val(a, b))
        };
        let same_field = |a: &FieldType, b: &FieldType| {
            a.mutability == b.mutability
                && match (&a.storage, &b.storage) {
                    (StorageType::Val(a), StorageType::Val(b)) => same_val(a, b),
                    (a, b) => a == b,
                }
        };
        match (self, other) {
            (Self::Func(a), Self::Func(b)) => {
                same_vals(&a.params, &b.params) && same_vals(&a.results, &b.results)
            }
            (Self::Struct(a), Self::Struct(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_field(a, b))
            }
            (Self::Array(a), Self::Array(b)) => same_field(a, b),
            _ => false,
        }
    }
}

impl ValType {
    /// The type that a module defined which values of this type refer to.
    const fn concrete(self) -> Option<TypeId> {
        match self {
            Self::Ref(RefType {
                heap: HeapType::Concrete(id),
                ..
            }) => Some(id),
            _ => None,
        }
    }
}
