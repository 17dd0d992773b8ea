//! From a valid module's sections to [`ModuleIr`].

use super::branch_hints::{self, BranchHints};
use super::const_expr::{ConstExpr, Decoder};
use super::data::certain;
use super::ir::{
    CustomSection, DataSegment, ElementItems, ElementMode, ElementSegment, EntityIdx, Export,
    Global, Import, ModuleIr, ModuleType, Table,
};
use super::names::NameIndex;
use super::sections::{Sections, invalid, range32};
use super::types::{Scope, memory_type, unsupported};
use super::validate::LazyBodies;
use crate::config::{CompilationMode, Config};
use crate::error::{Error, ErrorKind, Result};
use crate::sort::sort;
use crate::store::out_of_memory;
use crate::sync::Mutex;
use crate::types::{
    DefinedFuncIdx, FuncIdx, GlobalIdx, MemoryIdx, MemoryType, RefType, TableIdx, TagIdx, TypeIdx,
    TypeRegistry,
};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use diptych_platform::{SharedBytes, Workers};
use wasmparser::{
    DataKind, ElementKind, ExternalKind, FromReader, SectionLimited, TableInit, TypeRef,
    WasmFeatures,
};

/// What is known of a module before it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Nothing.
    None,
    /// That its function bodies are valid.
    Bodies,
}

/// The bytes of a module that is opened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a> {
    /// Someone else's: the module gets a copy.
    Borrowed(&'a [u8]),
    /// Those that the module keeps.
    Shared(&'a SharedBytes),
}

impl<'a> Source<'a> {
    pub(super) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }

    /// What the module keeps.
    fn keep(self) -> Result<SharedBytes> {
        match self {
            Self::Borrowed(bytes) => Ok(copy(bytes)?.into()),
            Self::Shared(bytes) => Ok(bytes.clone()),
        }
    }
}

impl ModuleIr {
    /// Opens a module in the binary format. One that is invalid leaves no types in `registry`.
    ///
    /// Some of what is built takes a good part of the time that the validation of the bodies takes,
    /// so where several threads validate, one of them builds it.
    pub(super) fn new(
        config: &Config,
        registry: &TypeRegistry,
        source: Source<'_>,
        trust: Trust,
    ) -> Result<Self> {
        let bytes = source.bytes();
        check_size(config, bytes)?;
        let sections = Sections::read(bytes, config.features())?;
        let late = config.compilation_mode() == CompilationMode::FullyLazy;
        let untyped = || Untyped::build(&sections, source);
        let built = Mutex::new(None);
        if trust == Trust::None && !late {
            let beside = || *built.lock() = Some(untyped());
            sections.validate_bodies_beside(workers(config), &beside)?;
        }
        let built = built.lock().take();
        let build = |untyped| build(&sections, registry, config.features(), untyped);
        let ir = built.unwrap_or_else(untyped).and_then(build);
        let mut ir = ir.or_else(|error| {
            // Only a valid module can be one that is not supported.
            if trust == Trust::None && late {
                sections.validate_bodies(workers(config))?;
            }
            Err(error)
        })?;
        if config.branch_hinting_enabled()
            && let Some(section) = section(&sections, branch_hints::SECTION)
        {
            let (bodies, first) = (&sections.bodies, ir.imported_funcs);
            ir.branch_hints = BranchHints::read(bytes, section, bodies, first)?;
        }
        if trust == Trust::None && late {
            ir.bodies_validated = ir.bodies.is_empty();
            ir.lazy = sections.validator.map(LazyBodies::new);
        }
        Ok(ir)
    }

    /// Validates a module in the binary format, all of it.
    pub(super) fn validate(config: &Config, bytes: &[u8]) -> Result<()> {
        check_size(config, bytes)?;
        Sections::read(bytes, config.features())?.validate_bodies(workers(config))
    }
}

fn workers(config: &Config) -> Option<&dyn Workers> {
    config.get_workers().map(|workers| &**workers)
}

fn check_size(config: &Config, bytes: &[u8]) -> Result<()> {
    // Offsets have 32 bits.
    let limit = config.get_max_module_size().min(u32::MAX as usize);
    if bytes.len() > limit {
        let message = format!("the module is larger than {limit} bytes");
        return Err(Error::new(ErrorKind::Limit(message.into())));
    }
    Ok(())
}

/// What has to do with no type of the module's, and leaves nothing behind when it is dropped: it can
/// be made before the module is known to be valid.
struct Untyped {
    bytes: SharedBytes,
    exports: Box<[Export]>,
    data: Box<[DataSegment]>,
    escaping: Box<[DefinedFuncIdx]>,
}

impl Untyped {
    fn build(sections: &Sections<'_>, source: Source<'_>) -> Result<Self> {
        Ok(Self {
            bytes: source.keep()?,
            exports: exports(sections)?,
            data: data(sections)?,
            escaping: escaping(sections)?,
        })
    }
}

fn build(
    sections: &Sections<'_>,
    registry: &TypeRegistry,
    features: WasmFeatures,
    untyped: Untyped,
) -> Result<ModuleIr> {
    let types = types(sections, registry)?;
    let scope = Scope::module(&types);
    let mut consts = Decoder::default();

    let mut spaces = Spaces::default();
    let imports = spaces.import(sections, scope)?;
    let [
        imported_funcs,
        imported_tables,
        imported_memories,
        imported_globals,
        imported_tags,
    ] = spaces.lens();
    spaces.define(sections, scope, &mut consts)?;
    let elements = elements(sections, scope, &mut consts)?;
    let mut gc_types = Vec::new();
    let is_gc = |ty: &&ModuleType| ty.gc.get().is_some();
    let count = types.iter().filter(is_gc).count();
    gc_types.try_reserve_exact(count).map_err(out_of_memory)?;
    gc_types.extend(types.iter().filter(is_gc).map(|ty| ty.id.0));
    sort(&mut gc_types, &mut |a, b| a.cmp(&b));
    Ok(ModuleIr {
        gc_types: gc_types.into_boxed_slice(),
        certain_data: certain(&untyped.data, &spaces.memories),
        bytes: untyped.bytes,
        imports,
        imported_funcs,
        imported_tables,
        imported_memories,
        imported_globals,
        imported_tags,
        funcs: spaces.funcs.into_boxed_slice(),
        bodies: copy(&sections.bodies)?,
        tables: spaces.tables.into_boxed_slice(),
        memories: spaces.memories.into_boxed_slice(),
        globals: spaces.globals.into_boxed_slice(),
        tags: spaces.tags.into_boxed_slice(),
        exports_by_name: by_name(&untyped.exports)?,
        exports: untyped.exports,
        start: sections.start.map(FuncIdx),
        elements,
        data: untyped.data,
        escaping: untyped.escaping,
        name_section: section(sections, "name"),
        branch_hints: BranchHints::default(),
        names: NameIndex::default(),
        custom_sections: custom_sections(sections)?,
        bodies_validated: true,
        features,
        lazy: None,
        types: types.into_boxed_slice(),
    })
}

fn types(sections: &Sections<'_>, registry: &TypeRegistry) -> Result<Vec<ModuleType>> {
    let mut types: Vec<ModuleType> = Vec::new();
    for group in items(sections.types.as_ref()) {
        let group = group?;
        let len = group.types().len();
        let scope = Scope::group(&types, len as u32);
        let mut definitions = list(len)?;
        for ty in group.types() {
            definitions.push(scope.sub_type(ty)?);
        }
        types.try_reserve(len).map_err(out_of_memory)?;
        for id in registry.rec_group(definitions)? {
            // It was interned just now.
            types.extend(registry.get(id).map(|composite| ModuleType {
                id,
                composite,
                gc: registry.gc_type(id),
            }));
        }
    }
    Ok(types)
}

/// The index spaces of what can be imported.
#[derive(Default)]
struct Spaces {
    funcs: Vec<TypeIdx>,
    tables: Vec<Table>,
    memories: Vec<MemoryType>,
    globals: Vec<Global>,
    tags: Vec<TypeIdx>,
}

impl Spaces {
    fn lens(&self) -> [u32; 5] {
        [
            self.funcs.len(),
            self.tables.len(),
            self.memories.len(),
            self.globals.len(),
            self.tags.len(),
        ]
        .map(|len| len as u32)
    }

    fn import(&mut self, sections: &Sections<'_>, scope: Scope<'_>) -> Result<Box<[Import]>> {
        let mut imports = Vec::new();
        let Some(section) = sections.imports.clone() else {
            return Ok(Box::default());
        };
        for import in section.into_imports() {
            let import = import.map_err(invalid)?;
            let [funcs, tables, memories, globals, tags] = self.lens();
            let entity = match import.ty {
                TypeRef::Func(ty) => {
                    push(&mut self.funcs, TypeIdx(ty))?;
                    EntityIdx::Func(FuncIdx(funcs))
                }
                TypeRef::Table(ty) => {
                    push(
                        &mut self.tables,
                        Table {
                            ty: scope.table_type(ty)?,
                            init: None,
                        },
                    )?;
                    EntityIdx::Table(TableIdx(tables))
                }
                TypeRef::Memory(ty) => {
                    push(&mut self.memories, memory_type(ty)?)?;
                    EntityIdx::Memory(MemoryIdx(memories))
                }
                TypeRef::Global(ty) => {
                    push(
                        &mut self.globals,
                        Global {
                            ty: scope.global_type(ty)?,
                            init: None,
                        },
                    )?;
                    EntityIdx::Global(GlobalIdx(globals))
                }
                TypeRef::Tag(ty) => {
                    push(&mut self.tags, tag_type(ty, scope)?)?;
                    EntityIdx::Tag(TagIdx(tags))
                }
                TypeRef::FuncExact(_) => return Err(unsupported("custom descriptors")),
            };
            let (module, name) = (string(import.module)?, string(import.name)?);
            push(
                &mut imports,
                Import {
                    module,
                    name,
                    entity,
                },
            )?;
        }
        Ok(imports.into_boxed_slice())
    }

    fn define(
        &mut self,
        sections: &Sections<'_>,
        scope: Scope<'_>,
        consts: &mut Decoder,
    ) -> Result<()> {
        reserve(&mut self.funcs, sections.funcs.as_ref())?;
        for ty in items(sections.funcs.as_ref()) {
            push(&mut self.funcs, TypeIdx(ty?))?;
        }
        reserve(&mut self.tables, sections.tables.as_ref())?;
        for table in items(sections.tables.as_ref()) {
            let table = table?;
            let ty = scope.table_type(table.ty)?;
            let init = match &table.init {
                TableInit::RefNull => None,
                TableInit::Expr(expr) => Some(consts.decode(expr, scope)?),
            };
            push(&mut self.tables, Table { ty, init })?;
        }
        reserve(&mut self.memories, sections.memories.as_ref())?;
        for ty in items(sections.memories.as_ref()) {
            push(&mut self.memories, memory_type(ty?)?)?;
        }
        reserve(&mut self.tags, sections.tags.as_ref())?;
        for ty in items(sections.tags.as_ref()) {
            push(&mut self.tags, tag_type(ty?, scope)?)?;
        }
        reserve(&mut self.globals, sections.globals.as_ref())?;
        for global in items(sections.globals.as_ref()) {
            let global = global?;
            let ty = scope.global_type(global.ty)?;
            let init = Some(consts.decode(&global.init_expr, scope)?);
            push(&mut self.globals, Global { ty, init })?;
        }
        Ok(())
    }
}

fn tag_type(ty: wasmparser::TagType, scope: Scope<'_>) -> Result<TypeIdx> {
    let ty = TypeIdx(ty.func_type_idx);
    if scope.has_results(ty) {
        return Err(unsupported("stack switching (a tag with results)"));
    }
    Ok(ty)
}

fn exports(sections: &Sections<'_>) -> Result<Box<[Export]>> {
    let mut exports = Vec::new();
    reserve(&mut exports, sections.exports.as_ref())?;
    for export in items(sections.exports.as_ref()) {
        let export = export?;
        let index = export.index;
        let entity = match export.kind {
            ExternalKind::Func | ExternalKind::FuncExact => EntityIdx::Func(FuncIdx(index)),
            ExternalKind::Table => EntityIdx::Table(TableIdx(index)),
            ExternalKind::Memory => EntityIdx::Memory(MemoryIdx(index)),
            ExternalKind::Global => EntityIdx::Global(GlobalIdx(index)),
            ExternalKind::Tag => EntityIdx::Tag(TagIdx(index)),
        };
        push(
            &mut exports,
            Export {
                name: string(export.name)?,
                entity,
            },
        )?;
    }
    Ok(exports.into_boxed_slice())
}

/// The places of the exports in the order of their names.
fn by_name(exports: &[Export]) -> Result<Box<[u32]>> {
    let mut order = list(exports.len())?;
    order.extend(0..exports.len() as u32);
    let name = |place: u32| &exports[place as usize].name;
    sort(&mut order, &mut |a, b| name(a).cmp(name(b)));
    Ok(order.into_boxed_slice())
}

fn elements(
    sections: &Sections<'_>,
    scope: Scope<'_>,
    consts: &mut Decoder,
) -> Result<Box<[ElementSegment]>> {
    let mut segments = Vec::new();
    reserve(&mut segments, sections.elements.as_ref())?;
    for element in items(sections.elements.as_ref()) {
        let element = element?;
        let mode = match &element.kind {
            ElementKind::Passive => ElementMode::Passive,
            ElementKind::Declared => ElementMode::Declared,
            ElementKind::Active {
                table_index,
                offset_expr,
            } => ElementMode::Active {
                table: TableIdx(table_index.unwrap_or(0)),
                offset: consts.decode(offset_expr, scope)?,
            },
        };
        let (ty, items) = match element.items {
            wasmparser::ElementItems::Functions(section) => {
                let mut funcs = Vec::new();
                reserve(&mut funcs, Some(&section))?;
                for func in items(Some(&section)) {
                    push(&mut funcs, FuncIdx(func?))?;
                }
                let ty = RefType {
                    nullable: false,
                    ..RefType::FUNCREF
                };
                (ty, ElementItems::Funcs(funcs.into_boxed_slice()))
            }
            wasmparser::ElementItems::Expressions(ty, section) => {
                let mut exprs: Vec<ConstExpr> = Vec::new();
                reserve(&mut exprs, Some(&section))?;
                for expr in items(Some(&section)) {
                    push(&mut exprs, consts.decode(&expr?, scope)?)?;
                }
                (
                    scope.ref_type(ty)?,
                    ElementItems::Exprs(exprs.into_boxed_slice()),
                )
            }
        };
        push(&mut segments, ElementSegment { ty, items, mode })?;
    }
    Ok(segments.into_boxed_slice())
}

fn data(sections: &Sections<'_>) -> Result<Box<[DataSegment]>> {
    // An offset is a number: nothing that it can be computed from names a type.
    let scope = Scope::module(&[]);
    let mut consts = Decoder::default();
    let mut segments = Vec::new();
    reserve(&mut segments, sections.data.as_ref())?;
    for segment in items(sections.data.as_ref()) {
        let segment = segment?;
        let active = match &segment.kind {
            DataKind::Passive => None,
            DataKind::Active {
                memory_index,
                offset_expr,
            } => Some((MemoryIdx(*memory_index), consts.decode(offset_expr, scope)?)),
        };
        // The range given is that of the whole segment, which its bytes end.
        let end = segment.range.end;
        let range = range32(end - segment.data.len() as u64..end);
        push(&mut segments, DataSegment { range, active })?;
    }
    Ok(segments.into_boxed_slice())
}

fn custom_sections(sections: &Sections<'_>) -> Result<Box<[CustomSection]>> {
    let mut custom = list(sections.custom.len())?;
    for (name, range) in &sections.custom {
        custom.push(CustomSection {
            name: string(name)?,
            range: range.clone(),
        });
    }
    Ok(custom.into_boxed_slice())
}

/// The contents of the first custom section of this name.
fn section(sections: &Sections<'_>, name: &str) -> Option<Range<u32>> {
    let mut custom = sections.custom.iter();
    custom
        .find(|(known, _)| *known == name)
        .map(|(_, range)| range.clone())
}

/// The defined functions that references lead to.
fn escaping(sections: &Sections<'_>) -> Result<Box<[DefinedFuncIdx]>> {
    let Some(validator) = &sections.validator else {
        return Ok(Box::default());
    };
    let all = (0..sections.bodies.len() as u32).map(DefinedFuncIdx);
    let mut escaping = Vec::new();
    // The validator looks each up in a tree.
    for func in all.filter(|func| validator.is_referenced(*func)) {
        push(&mut escaping, func)?;
    }
    Ok(escaping.into_boxed_slice())
}

/// The items of a section that may be absent.
fn items<'a, T: FromReader<'a> + 'a>(
    section: Option<&SectionLimited<'a, T>>,
) -> impl Iterator<Item = Result<T>> {
    section
        .cloned()
        .into_iter()
        .flatten()
        .map(|item| item.map_err(invalid))
}

/// Room for all items of a section, which is known to have as many as it says.
fn reserve<T, U>(list: &mut Vec<U>, section: Option<&SectionLimited<'_, T>>) -> Result<()> {
    let count = section.map_or(0, SectionLimited::count);
    list.try_reserve_exact(count as usize)
        .map_err(out_of_memory)
}

/// A list with room for `len` items.
fn list<T>(len: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(len).map_err(out_of_memory)?;
    Ok(list)
}

fn push<T>(list: &mut Vec<T>, item: T) -> Result<()> {
    list.try_reserve(1).map_err(out_of_memory)?;
    list.push(item);
    Ok(())
}

fn copy<T: Clone>(from: &[T]) -> Result<Box<[T]>> {
    let mut copy = list(from.len())?;
    copy.extend_from_slice(from);
    Ok(copy.into_boxed_slice())
}

fn string(from: &str) -> Result<Box<str>> {
    let mut string = String::new();
    string
        .try_reserve_exact(from.len())
        .map_err(out_of_memory)?;
    string.push_str(from);
    Ok(string.into_boxed_str())
}
