//! What a module *is*: immutable, validated, shared, and the same for every backend.

use super::branch_hints::BranchHints;
use super::const_expr::ConstExpr;
use super::names::NameIndex;
use crate::gc::GcTypeRef;
use crate::types::{
    CompositeType, DataIdx, DefinedFuncIdx, ElemIdx, ExternType, FuncIdx, FuncType, GlobalIdx,
    GlobalType, MemoryIdx, MemoryType, RefType, TableIdx, TableType, TagIdx, TagType, TypeId,
    TypeIdx, TypeRegistry, ValType,
};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ops::Range;
use diptych_platform::SharedBytes;

/// A validated module.
#[derive(Debug)]
pub struct ModuleIr {
    /// The module's bytes, kept for function bodies, data segments and names.
    pub bytes: SharedBytes,
    /// The types, by type index.
    pub types: Box<[ModuleType]>,
    /// The identities of the structures and arrays among them, in ascending order.
    pub(crate) gc_types: Box<[u32]>,
    /// The imports, in order.
    pub imports: Box<[Import]>,
    /// The number of imported functions.
    pub imported_funcs: u32,
    /// The number of imported tables.
    pub imported_tables: u32,
    /// The number of imported memories.
    pub imported_memories: u32,
    /// The number of imported globals.
    pub imported_globals: u32,
    /// The number of imported tags.
    pub imported_tags: u32,
    /// The type of every function, imported ones first.
    pub funcs: Box<[TypeIdx]>,
    /// The body of every defined function: from its local declarations to its last `end`, as a
    /// range of `bytes`.
    pub bodies: Box<[Range<u32>]>,
    /// Every table, imported ones first.
    pub tables: Box<[Table]>,
    /// Every memory, imported ones first.
    pub memories: Box<[MemoryType]>,
    /// Every global, imported ones first.
    pub globals: Box<[Global]>,
    /// The type of every tag, imported ones first.
    pub tags: Box<[TypeIdx]>,
    /// The exports, in order.
    pub exports: Box<[Export]>,
    /// The places of the exports in the order of their names.
    pub(crate) exports_by_name: Box<[u32]>,
    /// The start function.
    pub start: Option<FuncIdx>,
    /// The element segments.
    pub elements: Box<[ElementSegment]>,
    /// The data segments.
    pub data: Box<[DataSegment]>,
    /// How many data segments, from the first on, can only succeed.
    pub(crate) certain_data: usize,
    /// The defined functions whose reference can be taken (exported, in an element segment, a
    /// global or `ref.func`), in ascending order: each has a
    /// [`FuncRef`](crate::vm::FuncRef) in every instance.
    pub escaping: Box<[DefinedFuncIdx]>,
    /// The range of the `name` custom section's contents, read when a name is asked for.
    pub name_section: Option<Range<u32>>,
    /// Where the names of functions are, once one was asked for.
    pub(crate) names: NameIndex,
    /// Which branches are likely.
    pub(super) branch_hints: BranchHints,
    /// Every custom section, in order.
    pub custom_sections: Box<[CustomSection]>,
    /// Whether function bodies have been validated; when not, a function is validated before it
    /// is first translated.
    pub bodies_validated: bool,
    /// The features that the module was validated with.
    pub features: wasmparser::WasmFeatures,
    /// What a lazy validation of bodies needs: the validated module-level types.
    pub(crate) lazy: Option<super::validate::LazyBodies>,
}

/// A type of a module, resolved. Guest code reads its identity.
#[repr(C)]
#[derive(Clone, Debug)]
pub struct ModuleType {
    /// The canonical identity in the engine.
    pub id: TypeId,
    /// Its definition.
    pub composite: Arc<CompositeType>,
    /// How its objects are laid out; none for a function.
    pub gc: GcTypeRef,
}

/// A table of a module.
#[derive(Debug)]
pub struct Table {
    /// Its type.
    pub ty: TableType,
    /// The initial value of its elements; null when absent.
    pub init: Option<ConstExpr>,
}

/// A global of a module.
#[derive(Debug)]
pub struct Global {
    /// Its type.
    pub ty: GlobalType,
    /// Its initial value; absent when it is imported.
    pub init: Option<ConstExpr>,
}

/// Something that a module imports.
#[derive(Debug)]
pub struct Import {
    /// The name of the module to import from.
    pub module: Box<str>,
    /// The name of the item.
    pub name: Box<str>,
    /// What is imported; the index is its place in the module's own index space.
    pub entity: EntityIdx,
}

/// Something that a module exports.
#[derive(Debug)]
pub struct Export {
    /// The name.
    pub name: Box<str>,
    /// What is exported.
    pub entity: EntityIdx,
}

/// An index into one of the spaces of things that can be imported and exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityIdx {
    /// A function.
    Func(FuncIdx),
    /// A table.
    Table(TableIdx),
    /// A memory.
    Memory(MemoryIdx),
    /// A global.
    Global(GlobalIdx),
    /// A tag.
    Tag(TagIdx),
}

/// An element segment.
#[derive(Debug)]
pub struct ElementSegment {
    /// The type of its elements.
    pub ty: RefType,
    /// Its elements.
    pub items: ElementItems,
    /// What is done with it at instantiation.
    pub mode: ElementMode,
}

/// The elements of a segment.
#[derive(Debug)]
pub enum ElementItems {
    /// Functions.
    Funcs(Box<[FuncIdx]>),
    /// Constant expressions.
    Exprs(Box<[ConstExpr]>),
}

/// What is done with an element segment at instantiation.
#[derive(Debug)]
pub enum ElementMode {
    /// Nothing: `table.init` uses it.
    Passive,
    /// Copied into a table.
    Active {
        /// The table.
        table: TableIdx,
        /// The offset in it.
        offset: ConstExpr,
    },
    /// Nothing: it only declares functions for `ref.func`.
    Declared,
}

/// A data segment.
#[derive(Debug)]
pub struct DataSegment {
    /// Its bytes, as a range of the module's.
    pub range: Range<u32>,
    /// Where it is copied to at instantiation; absent for a passive one.
    pub active: Option<(MemoryIdx, ConstExpr)>,
}

/// A custom section.
#[derive(Debug)]
pub struct CustomSection {
    /// Its name.
    pub name: Box<str>,
    /// Its contents, as a range of the module's bytes.
    pub range: Range<u32>,
}

impl ModuleIr {
    /// The defined function with this function index; `None` for an imported one.
    pub fn defined(&self, func: FuncIdx) -> Option<DefinedFuncIdx> {
        func.0.checked_sub(self.imported_funcs).map(DefinedFuncIdx)
    }

    /// The function index of a defined function.
    pub fn func_idx(&self, func: DefinedFuncIdx) -> FuncIdx {
        FuncIdx(func.0 + self.imported_funcs)
    }

    /// The canonical type of a function.
    ///
    /// # Panics
    /// When the module has no such function.
    pub fn func_type_id(&self, func: FuncIdx) -> TypeId {
        self.types[self.funcs[func.index()].index()].id
    }

    /// The types of the values of exceptions with a tag.
    ///
    /// # Panics
    /// When the module has no such tag.
    pub fn tag_params(&self, tag: TagIdx) -> &[ValType] {
        self.signature(self.tags[tag.index()]).params()
    }

    /// Whether the collector follows references of this type.
    pub fn is_traced(&self, ty: wasmparser::RefType) -> bool {
        use wasmparser::{AbstractHeapType, HeapType, UnpackedIndex};
        match ty.heap_type() {
            HeapType::Abstract { ty, .. } => {
                !matches!(ty, AbstractHeapType::Func | AbstractHeapType::NoFunc)
            }
            HeapType::Concrete(UnpackedIndex::Module(index))
            | HeapType::Exact(UnpackedIndex::Module(index)) => {
                self.types[index as usize].gc.get().is_some()
            }
            _ => true,
        }
    }

    /// Whether a canonical type that the module refers to is one of functions.
    pub fn is_func_type(&self, id: TypeId) -> bool {
        self.gc_types.binary_search(&id.0).is_err()
    }

    /// The signature of a function.
    ///
    /// # Panics
    /// When the module has no such function.
    pub fn func_type(&self, func: FuncIdx) -> &FuncType {
        self.signature(self.funcs[func.index()])
    }

    /// The function type with this type index.
    ///
    /// # Panics
    /// When the module has no such type, or it is not a function type; validation has made sure
    /// of both for every index that a module uses as one.
    pub fn signature(&self, ty: TypeIdx) -> &FuncType {
        match &*self.types[ty.index()].composite {
            CompositeType::Func(ty) => ty,
            other => panic!("type {ty} is {other:?}, not a function type"),
        }
    }

    /// The bytes of a defined function's body.
    ///
    /// # Panics
    /// When the module has no such function.
    pub fn body(&self, func: DefinedFuncIdx) -> &[u8] {
        let range = &self.bodies[func.index()];
        &self.bytes[range.start as usize..range.end as usize]
    }

    /// The place of a defined function among [`escaping`](Self::escaping) ones.
    pub fn escaping_index(&self, func: DefinedFuncIdx) -> Option<usize> {
        self.escaping.binary_search(&func).ok()
    }

    /// The bytes of a data segment.
    ///
    /// # Panics
    /// When the module has no such segment.
    pub fn data_bytes(&self, data: DataIdx) -> &[u8] {
        let range = &self.data[data.index()].range;
        &self.bytes[range.start as usize..range.end as usize]
    }

    /// An element segment.
    ///
    /// # Panics
    /// When the module has no such segment.
    pub fn element(&self, elem: ElemIdx) -> &ElementSegment {
        &self.elements[elem.index()]
    }

    /// Whether the module says of any branch whether it is likely to be taken.
    pub fn has_branch_hints(&self) -> bool {
        !self.branch_hints.is_empty()
    }

    /// Whether the module says that the conditional branch at this offset in it is likely to be
    /// taken; `None` when it says nothing.
    pub fn branch_hint(&self, offset: u32) -> Option<bool> {
        self.branch_hints.at(offset)
    }

    /// The type of a memory.
    ///
    /// # Panics
    /// When the module has no such memory.
    pub fn memory(&self, memory: MemoryIdx) -> &MemoryType {
        &self.memories[memory.index()]
    }

    /// The type of a table.
    ///
    /// # Panics
    /// When the module has no such table.
    pub fn table(&self, table: TableIdx) -> &TableType {
        &self.tables[table.index()].ty
    }

    /// The type of a global.
    ///
    /// # Panics
    /// When the module has no such global.
    pub fn global(&self, global: GlobalIdx) -> &GlobalType {
        &self.globals[global.index()].ty
    }
    /// What is exported under a name.
    pub fn export(&self, name: &str) -> Option<EntityIdx> {
        let order = &self.exports_by_name;
        let at = order
            .binary_search_by(|at| (*self.exports[*at as usize].name).cmp(name))
            .ok()?;
        Some(self.exports[order[at] as usize].entity)
    }

    /// The type of something that is imported or exported; `types` are those of the engine.
    ///
    /// # Panics
    /// When the module has no such thing, or belongs to another engine.
    pub(crate) fn extern_type(&self, types: &TypeRegistry, entity: EntityIdx) -> ExternType {
        // The registry alone knows which of the types with the same signature it is.
        let func_type = |index: TypeIdx| {
            let ty = FuncType::of(types, self.types[index.index()].id);
            ty.expect("an engine has the types of its modules")
        };
        match entity {
            EntityIdx::Func(func) => ExternType::Func(func_type(self.funcs[func.index()])),
            EntityIdx::Table(table) => ExternType::Table(*self.table(table)),
            EntityIdx::Memory(memory) => ExternType::Memory(*self.memory(memory)),
            EntityIdx::Global(global) => ExternType::Global(*self.global(global)),
            EntityIdx::Tag(tag) => ExternType::Tag(TagType::new(func_type(self.tags[tag.index()]))),
        }
    }
}
