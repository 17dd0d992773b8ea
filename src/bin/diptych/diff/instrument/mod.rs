//! A module that writes down what it does.
//!
//! The module gets a memory of its own for records, a *site* for every place that makes one, and
//! the import of a function which takes the records when there are enough of them. Records are
//! written by the guest's own code, so a record costs a few stores and not a call of the host, and
//! whatever executes the guest needs to know nothing of it.
//!
//! | record | where |
//! |---|---|
//! | a *point* | at a function's entry with its parameters, at a loop's header with all locals, after a call with its results, and where an exception is caught |
//! | a *step* | after every other instruction of one function, with what it pushed |
//! | a *view* | before one instruction, with all locals and the operands of its block |
//!
//! Between two points only code of one function is executed, none of it twice: that of the first.

mod body;

use body::Rewriter;
use std::collections::HashMap;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    MemorySection, MemoryType, Module, StartSection, TableSection, TagSection, TypeSection,
    ValType,
};
use wasmparser::types::CoreTypeId;
use wasmparser::{
    FuncValidatorAllocations, Parser, Payload, TypeRef, UnpackedIndex, ValidPayload, Validator,
    WasmFeatures,
};

/// Why a module cannot be rewritten.
pub(crate) type Error = reencode::Error;

/// Which records a module writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// None: its code is as it was, and only its state can be seen.
    State,
    /// Points.
    Points,
    /// Points, and the steps of a function.
    Steps(u32),
    /// The same of the function of an instruction, and a view before that.
    View(Place),
}

/// An instruction of a function, by the numbers that the module gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) func: u32,
    pub(crate) instruction: u32,
}

/// A place that makes records.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) func: u32,
    /// The next instruction: all before it are done.
    pub(crate) next: u32,
    pub(crate) kind: Kind,
    /// The size of its records in bytes.
    pub(crate) len: u32,
    /// Whether the instruction before can have changed memories, tables or globals.
    pub(crate) has_effect: bool,
    /// What its records hold; empty but for views and the steps after them.
    pub(crate) fields: Box<[Field]>,
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Point,
    Step,
    View,
}

/// A value in a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) what: What,
    pub(crate) ty: wasmparser::ValType,
    /// Where it is in the record.
    pub(crate) at: u32,
}

/// What a value is in its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Local(u32),
    /// An operand, counted from the bottom of the innermost block.
    Operand(u32),
    Result(u32),
}

/// A module that writes records.
#[derive(Debug)]
pub(crate) struct Instrumented {
    pub(crate) wasm: Vec<u8>,
    /// By the number with which a record begins.
    pub(crate) sites: Vec<Site>,
    pub(crate) names: Names,
}

/// The names of what was added.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    prefix: String,
    /// How many memories and tables there are.
    pub(crate) memories: u32,
    pub(crate) tables: u32,
    /// The indices of the globals that can be changed.
    pub(crate) globals: Vec<u32>,
}

impl Names {
    /// The module of the imported function.
    pub(crate) fn module(&self) -> &str {
        &self.prefix
    }

    /// The name of the imported function: it takes how many bytes of records there are, and gives
    /// at how many it wants to be called again.
    pub(crate) const FLUSH: &str = "flush";

    /// The memory of the records.
    pub(crate) fn records(&self) -> String {
        self.of("records", 0)
    }

    /// The global that says how many bytes of records there are.
    pub(crate) fn len(&self) -> String {
        self.of("len", 0)
    }

    /// A memory of the module's own.
    pub(crate) fn memory(&self, index: u32) -> String {
        self.of("memory", index)
    }

    pub(crate) fn table(&self, index: u32) -> String {
        self.of("table", index)
    }

    /// A global, counted among those that can be changed.
    pub(crate) fn global(&self, number: u32) -> String {
        self.of("global", number)
    }

    fn of(&self, kind: &str, index: u32) -> String {
        format!("{}{kind}{index}", self.prefix)
    }
}

/// How many bytes of records there can be before the host takes them, at most.
pub(crate) const BUFFER: u32 = 128 << 10;

/// What a record takes at least, in bytes: the number of its site.
pub(crate) const LEAST: u32 = 4;

/// What stands for references in records: those that are null, others, and in the high half of the
/// word those whose value is in the low half.
pub(crate) const NULL: i64 = 0;
const OBJECT: i64 = 1;
pub(crate) const I31: i64 = 1 << 32;

/// What instrumented modules may use: all that engines do.
fn features() -> WasmFeatures {
    WasmFeatures::WASM3
        | WasmFeatures::CUSTOM_PAGE_SIZES
        | WasmFeatures::WIDE_ARITHMETIC
        | WasmFeatures::LEGACY_EXCEPTIONS
}

/// The module with records of this detail.
///
/// Custom sections are left out: names are looked up in the module as it was, and hints for
/// branches would be of other ones.
pub(crate) fn instrument(wasm: &[u8], detail: Detail) -> Result<Instrumented, Error> {
    let mut sections = Sections::read(wasm, detail)?;
    sections.export_state();
    if detail != Detail::State {
        sections.add_records();
    }
    Ok(sections.finish())
}

/// What is counted in a module before it is rewritten.
#[derive(Default)]
struct Facts {
    types: u32,
    imported_funcs: u32,
    /// All functions, imported ones too; and so on.
    funcs: u32,
    tables: u32,
    memories: u32,
    globals: u32,
    mutable_globals: Vec<u32>,
    /// What no name of an export begins with.
    prefix: String,
}

impl Facts {
    fn read(wasm: &[u8]) -> Result<Self, Error> {
        let mut facts = Self {
            prefix: "diptych-diff:".to_owned(),
            ..Self::default()
        };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(groups) => {
                    for group in groups {
                        facts.types += group?.types().len() as u32;
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        facts.entity(&import?.ty);
                    }
                    facts.imported_funcs = facts.funcs;
                }
                Payload::FunctionSection(functions) => facts.funcs += functions.count(),
                Payload::TableSection(tables) => facts.tables += tables.count(),
                Payload::MemorySection(memories) => facts.memories += memories.count(),
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        facts.entity(&TypeRef::Global(global?.ty));
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        while export.name.starts_with(&facts.prefix) {
                            facts.prefix.push(':');
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(facts)
    }

    fn entity(&mut self, ty: &TypeRef) {
        match ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => self.funcs += 1,
            TypeRef::Table(_) => self.tables += 1,
            TypeRef::Memory(_) => self.memories += 1,
            TypeRef::Global(ty) => {
                if ty.mutable {
                    self.mutable_globals.push(self.globals);
                }
                self.globals += 1;
            }
            TypeRef::Tag(_) => {}
        }
    }
}

/// A module's sections while they are rewritten.
#[derive(Default)]
struct Sections {
    facts: Facts,
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    tags: TagSection,
    globals: GlobalSection,
    exports: ExportSection,
    start: Option<u32>,
    elements: ElementSection,
    data_count: Option<u32>,
    code: CodeSection,
    data: DataSection,
    sites: Vec<Site>,
}

impl Sections {
    fn read(wasm: &[u8], detail: Detail) -> Result<Self, Error> {
        let mut it = Self {
            facts: Facts::read(wasm)?,
            ..Self::default()
        };
        let r = &mut Shifted {
            imports: it.facts.imported_funcs,
            by: u32::from(detail != Detail::State),
            types: HashMap::new(),
        };
        let mut rewriter = Rewriter::new(detail, Added::of(&it.facts));
        let mut validator = Validator::new_with_features(features());
        let mut allocations = FuncValidatorAllocations::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let ValidPayload::Func(func, body) = validator.payload(&payload)? {
                let mut func = func.into_validator(allocations);
                it.code.function(&rewriter.rewrite(r, &mut func, &body)?);
                allocations = func.into_allocations();
                continue;
            }
            match payload {
                Payload::TypeSection(section) => {
                    r.parse_type_section(&mut it.types, section)?;
                    let types = validator.types(0);
                    r.types = (0..it.facts.types)
                        .filter_map(|index| Some((types?.core_type_at_in_module(index), index)))
                        .collect();
                }
                Payload::ImportSection(section) => {
                    r.parse_import_section(&mut it.imports, section)?
                }
                Payload::FunctionSection(section) => {
                    r.parse_function_section(&mut it.functions, section)?;
                }
                Payload::TableSection(section) => r.parse_table_section(&mut it.tables, section)?,
                Payload::MemorySection(section) => {
                    r.parse_memory_section(&mut it.memories, section)?
                }
                Payload::TagSection(section) => r.parse_tag_section(&mut it.tags, section)?,
                Payload::GlobalSection(section) => {
                    r.parse_global_section(&mut it.globals, section)?
                }
                Payload::ExportSection(section) => {
                    r.parse_export_section(&mut it.exports, section)?
                }
                Payload::StartSection { func, .. } => it.start = Some(r.start_section(func)?),
                Payload::ElementSection(section) => {
                    r.parse_element_section(&mut it.elements, section)?;
                }
                Payload::DataCountSection { count, .. } => it.data_count = Some(count),
                Payload::DataSection(section) => r.parse_data_section(&mut it.data, section)?,
                _ => {}
            }
        }
        it.sites = rewriter.sites;
        Ok(it)
    }

    fn names(&self) -> Names {
        Names {
            prefix: self.facts.prefix.clone(),
            memories: self.facts.memories,
            tables: self.facts.tables,
            globals: self.facts.mutable_globals.clone(),
        }
    }

    /// Exports all that can change.
    fn export_state(&mut self) {
        let names = self.names();
        for index in 0..self.facts.memories {
            self.exports
                .export(&names.memory(index), ExportKind::Memory, index);
        }
        for index in 0..self.facts.tables {
            self.exports
                .export(&names.table(index), ExportKind::Table, index);
        }
        for (number, index) in self.facts.mutable_globals.iter().enumerate() {
            self.exports
                .export(&names.global(number as u32), ExportKind::Global, *index);
        }
    }

    /// Adds what takes the records.
    fn add_records(&mut self) {
        let names = self.names();
        let added = Added::of(&self.facts);
        self.types.ty().function([ValType::I32], [ValType::I32]);
        self.types.ty().function([], []);
        self.imports.import(
            names.module(),
            Names::FLUSH,
            EntityType::Function(self.facts.types),
        );
        self.functions.function(self.facts.types + 1);
        self.code.function(&added.spill_function());
        // The largest record comes when there is just not enough to take the others.
        let largest = self.sites.iter().map(|site| site.len).max().unwrap_or(0);
        let pages = (u64::from(BUFFER) + u64::from(largest)).div_ceil(64 << 10);
        self.memories.memory(MemoryType {
            minimum: pages,
            maximum: Some(pages),
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        for _ in [added.len, added.limit] {
            self.globals.global(
                GlobalType {
                    val_type: ValType::I32,
                    mutable: true,
                    shared: false,
                },
                &ConstExpr::i32_const(0),
            );
        }
        self.exports
            .export(&names.records(), ExportKind::Memory, added.memory);
        self.exports
            .export(&names.len(), ExportKind::Global, added.len);
    }

    fn finish(self) -> Instrumented {
        let names = self.names();
        let mut module = Module::new();
        module
            .section(&self.types)
            .section(&self.imports)
            .section(&self.functions)
            .section(&self.tables)
            .section(&self.memories);
        // Engines without the proposal know neither the section nor an empty one.
        if !self.tags.is_empty() {
            module.section(&self.tags);
        }
        module.section(&self.globals).section(&self.exports);
        if let Some(function_index) = self.start {
            module.section(&StartSection { function_index });
        }
        module.section(&self.elements);
        if let Some(count) = self.data_count {
            module.section(&DataCountSection { count });
        }
        module.section(&self.code).section(&self.data);
        Instrumented {
            wasm: module.finish(),
            sites: self.sites,
            names,
        }
    }
}

/// The indices of what is added, behind all that there is.
#[derive(Clone, Copy, Debug)]
struct Added {
    /// The imported function.
    flush: u32,
    /// The function that calls it.
    spill: u32,
    memory: u32,
    /// The globals: how many bytes of records there are, and at how many they are taken.
    len: u32,
    limit: u32,
}

impl Added {
    fn of(facts: &Facts) -> Self {
        Self {
            flush: facts.imported_funcs,
            spill: facts.funcs + 1,
            memory: facts.memories,
            len: facts.globals,
            limit: facts.globals + 1,
        }
    }

    fn spill_function(self) -> Function {
        let mut function = Function::new([]);
        function
            .instructions()
            .global_get(self.len)
            .call(self.flush)
            .global_set(self.limit)
            .i32_const(0)
            .global_set(self.len)
            .end();
        function
    }
}

/// Indices of functions behind those that are imported, when an import is added.
struct Shifted {
    imports: u32,
    by: u32,
    /// An index for each type, as the validator knows it.
    types: HashMap<CoreTypeId, u32>,
}

impl Reencode for Shifted {
    type Error = core::convert::Infallible;

    fn type_index_unpacked(&mut self, ty: UnpackedIndex) -> Result<u32, Error> {
        match ty {
            UnpackedIndex::Module(index) => Some(index),
            UnpackedIndex::Id(id) => self.types.get(&id).copied(),
            UnpackedIndex::RecGroup(_) => None,
        }
        .ok_or(Error::CanonicalizedHeapTypeReference)
    }

    fn function_index(&mut self, func: u32) -> Result<u32, Error> {
        Ok(if func < self.imports {
            func
        } else {
            func + self.by
        })
    }
}
