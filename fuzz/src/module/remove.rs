//! Modules without one of their parts.

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasmparser::{Parser, Payload};

/// A part that a module may do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// The function of this index, which the module defines.
    Func(u32),
    /// A global that it defines.
    Global(u32),
    /// A table that it defines.
    Table(u32),
    /// A memory that it defines.
    Memory(u32),
    /// A tag that it defines.
    Tag(u32),
    /// A type that is a recursion group of its own.
    Type(u32),
    /// The import at this place.
    Import(u32),
    /// The export at this place.
    Export(u32),
    /// A data segment.
    Data(u32),
    /// An element segment.
    Element(u32),
    /// The start function's being one.
    Start,
    /// Everything that has no meaning.
    Custom,
}

/// The parts of a module, the ones that others do not need first.
pub(crate) fn items(wasm: &[u8]) -> Vec<Item> {
    let mut items = vec![Item::Custom];
    let mut imported = Counts::default();
    let mut defined = Counts::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload {
            Ok(Payload::TypeSection(reader)) => {
                let groups = reader.into_iter().flatten();
                let types: usize = groups.map(|group| group.types().len()).sum();
                defined.types = types as u32;
            }
            Ok(Payload::ImportSection(reader)) => {
                for import in reader.into_imports().flatten() {
                    imported.all += 1;
                    match import.ty {
                        wasmparser::TypeRef::Func(_) | wasmparser::TypeRef::FuncExact(_) => {
                            imported.funcs += 1;
                        }
                        wasmparser::TypeRef::Table(_) => imported.tables += 1,
                        wasmparser::TypeRef::Memory(_) => imported.memories += 1,
                        wasmparser::TypeRef::Global(_) => imported.globals += 1,
                        wasmparser::TypeRef::Tag(_) => imported.tags += 1,
                    }
                }
            }
            Ok(Payload::FunctionSection(reader)) => defined.funcs = reader.count(),
            Ok(Payload::TableSection(reader)) => defined.tables = reader.count(),
            Ok(Payload::MemorySection(reader)) => defined.memories = reader.count(),
            Ok(Payload::GlobalSection(reader)) => defined.globals = reader.count(),
            Ok(Payload::TagSection(reader)) => defined.tags = reader.count(),
            Ok(Payload::ExportSection(reader)) => {
                items.extend((0..reader.count()).rev().map(Item::Export));
            }
            Ok(Payload::StartSection { .. }) => items.push(Item::Start),
            Ok(Payload::ElementSection(reader)) => {
                items.extend((0..reader.count()).rev().map(Item::Element));
            }
            Ok(Payload::DataSection(reader)) => {
                items.extend((0..reader.count()).rev().map(Item::Data));
            }
            _ => {}
        }
    }
    let from = |imported: u32, defined: u32| (imported..imported + defined).rev();
    items.extend(from(imported.funcs, defined.funcs).map(Item::Func));
    items.extend(from(imported.globals, defined.globals).map(Item::Global));
    items.extend(from(imported.tables, defined.tables).map(Item::Table));
    items.extend(from(imported.memories, defined.memories).map(Item::Memory));
    items.extend(from(imported.tags, defined.tags).map(Item::Tag));
    items.extend((0..imported.all).rev().map(Item::Import));
    items.extend((0..defined.types).rev().map(Item::Type));
    items
}

#[derive(Default)]
struct Counts {
    all: u32,
    types: u32,
    funcs: u32,
    tables: u32,
    memories: u32,
    globals: u32,
    tags: u32,
}

/// The module without it; `None` when something else needs it. The result need not be valid.
pub(crate) fn remove(wasm: &[u8], item: Item) -> Option<Vec<u8>> {
    if item == Item::Start {
        return without_start(wasm);
    }
    let mut without = Without::new(wasm, item)?;
    let mut module = wasm_encoder::Module::new();
    without
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .ok()?;
    let bytes = module.finish();
    (bytes != wasm).then_some(bytes)
}

/// The start section is a whole one.
fn without_start(wasm: &[u8]) -> Option<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.ok()?;
        if let Payload::StartSection { .. } = payload {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let start = usize::try_from(range.start).ok()?;
            let end = usize::try_from(range.end).ok()?;
            module.section(&wasm_encoder::RawSection {
                id,
                data: &wasm[start..end],
            });
        }
    }
    Some(module.finish())
}

/// Copies a module but for an item.
struct Without {
    item: Item,
    /// The first index of what is not imported, in the index space of the item.
    first_defined: u32,
    /// For an import, the index that it has among its kind.
    imported_index: Option<(Space, u32)>,
    /// How many entries of the section in question have been seen.
    seen: u32,
}

/// An index space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Space {
    Func,
    Global,
    Table,
    Memory,
    Tag,
    Type,
    Data,
    Element,
}

/// What is missing was referred to.
#[derive(Debug)]
struct Needed;

impl core::fmt::Display for Needed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("what is to go is needed")
    }
}

impl core::error::Error for Needed {}

type Outcome<T> = Result<T, Error<Needed>>;

impl Without {
    fn new(wasm: &[u8], item: Item) -> Option<Self> {
        let mut without = Self {
            item,
            first_defined: 0,
            imported_index: None,
            seen: 0,
        };
        let mut counts = [0_u32; 5];
        for payload in Parser::new(0).parse_all(wasm) {
            if let Payload::ImportSection(reader) = payload.ok()? {
                for (at, import) in reader.into_imports().enumerate() {
                    let space = match import.ok()?.ty {
                        wasmparser::TypeRef::Func(_) | wasmparser::TypeRef::FuncExact(_) => {
                            Space::Func
                        }
                        wasmparser::TypeRef::Global(_) => Space::Global,
                        wasmparser::TypeRef::Table(_) => Space::Table,
                        wasmparser::TypeRef::Memory(_) => Space::Memory,
                        wasmparser::TypeRef::Tag(_) => Space::Tag,
                    };
                    if item == Item::Import(at as u32) {
                        without.imported_index = Some((space, counts[space as usize]));
                    }
                    counts[space as usize] += 1;
                }
            }
        }
        if let Some((space, _)) = without.removed()
            && let Some(count) = counts.get(space as usize)
        {
            without.first_defined = *count;
        }
        Some(without)
    }

    /// The index that is to go.
    const fn removed(&self) -> Option<(Space, u32)> {
        Some(match self.item {
            Item::Func(index) => (Space::Func, index),
            Item::Global(index) => (Space::Global, index),
            Item::Table(index) => (Space::Table, index),
            Item::Memory(index) => (Space::Memory, index),
            Item::Tag(index) => (Space::Tag, index),
            Item::Type(index) => (Space::Type, index),
            Item::Data(index) => (Space::Data, index),
            Item::Element(index) => (Space::Element, index),
            Item::Import(_) => return self.imported_index,
            Item::Export(_) | Item::Start | Item::Custom => return None,
        })
    }

    fn index(&self, space: Space, index: u32) -> Outcome<u32> {
        match self.removed() {
            Some((of, removed)) if of == space => match index.cmp(&removed) {
                core::cmp::Ordering::Less => Ok(index),
                core::cmp::Ordering::Equal => Err(Error::UserError(Needed)),
                core::cmp::Ordering::Greater => Ok(index - 1),
            },
            _ => Ok(index),
        }
    }

    /// Whether the next entry of the section that defines things of this kind is the one to go.
    fn is_removed(&mut self, space: Space) -> bool {
        let Some((of, removed)) = self.removed() else {
            return false;
        };
        if of != space || self.imported_index.is_some() {
            return false;
        }
        let at = self.seen;
        self.seen += 1;
        removed == self.first_defined + at
    }

    fn is_removed_place(&mut self, item: impl Fn(u32) -> Item) -> bool {
        if core::mem::discriminant(&self.item) != core::mem::discriminant(&item(0)) {
            return false;
        }
        let at = self.seen;
        self.seen += 1;
        self.item == item(at)
    }
}

impl Reencode for Without {
    type Error = Needed;

    fn function_index(&mut self, func: u32) -> Outcome<u32> {
        self.index(Space::Func, func)
    }

    fn global_index(&mut self, global: u32) -> Outcome<u32> {
        self.index(Space::Global, global)
    }

    fn table_index(&mut self, table: u32) -> Outcome<u32> {
        self.index(Space::Table, table)
    }

    fn memory_index(&mut self, memory: u32) -> Outcome<u32> {
        self.index(Space::Memory, memory)
    }

    fn tag_index(&mut self, tag: u32) -> Outcome<u32> {
        self.index(Space::Tag, tag)
    }

    fn type_index(&mut self, ty: u32) -> Outcome<u32> {
        self.index(Space::Type, ty)
    }

    fn data_index(&mut self, data: u32) -> Outcome<u32> {
        self.index(Space::Data, data)
    }

    fn element_index(&mut self, element: u32) -> Outcome<u32> {
        self.index(Space::Element, element)
    }

    fn parse_custom_section(
        &mut self,
        module: &mut wasm_encoder::Module,
        section: wasmparser::CustomSectionReader<'_>,
    ) -> Outcome<()> {
        // Names would have to be moved along; those of what is left say little.
        let _ = (module, section);
        Ok(())
    }

    fn parse_type_section(
        &mut self,
        types: &mut wasm_encoder::TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Outcome<()> {
        for group in section {
            let group = group?;
            let len = group.types().len() as u32;
            if let Item::Type(removed) = self.item {
                let at = self.seen;
                self.seen += len;
                if (at..at + len).contains(&removed) {
                    if len > 1 {
                        return Err(Error::UserError(Needed));
                    }
                    continue;
                }
            }
            self.parse_recursive_type_group(types.ty(), group)?;
        }
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut wasm_encoder::ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Outcome<()> {
        for import in section.into_imports() {
            let import = import?;
            if !self.is_removed_place(Item::Import) {
                imports.import(import.module, import.name, self.entity_type(import.ty)?);
            }
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut wasm_encoder::FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Outcome<()> {
        for func in section {
            let func = func?;
            if !self.is_removed(Space::Func) {
                functions.function(self.type_index(func)?);
            }
        }
        // The section of their bodies is counted from the start again.
        self.seen = 0;
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut wasm_encoder::CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Outcome<()> {
        for body in section {
            let body = body?;
            if !self.is_removed(Space::Func) {
                self.parse_function_body(code, body)?;
            }
        }
        if matches!(self.item, Item::Func(_)) {
            self.seen = 0;
        }
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut wasm_encoder::GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Outcome<()> {
        for global in section {
            let global = global?;
            if !self.is_removed(Space::Global) {
                self.parse_global(globals, global)?;
            }
        }
        Ok(())
    }

    fn parse_table_section(
        &mut self,
        tables: &mut wasm_encoder::TableSection,
        section: wasmparser::TableSectionReader<'_>,
    ) -> Outcome<()> {
        for table in section {
            let table = table?;
            if !self.is_removed(Space::Table) {
                self.parse_table(tables, table)?;
            }
        }
        Ok(())
    }

    fn parse_memory_section(
        &mut self,
        memories: &mut wasm_encoder::MemorySection,
        section: wasmparser::MemorySectionReader<'_>,
    ) -> Outcome<()> {
        for memory in section {
            let memory = memory?;
            if !self.is_removed(Space::Memory) {
                memories.memory(self.memory_type(memory)?);
            }
        }
        Ok(())
    }

    fn parse_tag_section(
        &mut self,
        tags: &mut wasm_encoder::TagSection,
        section: wasmparser::TagSectionReader<'_>,
    ) -> Outcome<()> {
        for tag in section {
            let tag = tag?;
            if !self.is_removed(Space::Tag) {
                tags.tag(self.tag_type(tag)?);
            }
        }
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut wasm_encoder::ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Outcome<()> {
        if self.is_removed_place(Item::Export) {
            return Ok(());
        }
        utils::parse_export(self, exports, export)
    }

    fn parse_data(
        &mut self,
        data: &mut wasm_encoder::DataSection,
        datum: wasmparser::Data<'_>,
    ) -> Outcome<()> {
        if self.is_removed_place(Item::Data) {
            return Ok(());
        }
        utils::parse_data(self, data, datum)
    }

    fn parse_element(
        &mut self,
        elements: &mut wasm_encoder::ElementSection,
        element: wasmparser::Element<'_>,
    ) -> Outcome<()> {
        if self.is_removed_place(Item::Element) {
            return Ok(());
        }
        utils::parse_element(self, elements, element)
    }

    fn data_count(&mut self, count: u32) -> Outcome<u32> {
        Ok(match self.item {
            Item::Data(_) => count.saturating_sub(1),
            _ => count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::is_valid;

    #[test]
    fn everything_can_go_that_nothing_needs() {
        let mut wasm = wat::parse_str(
            r#"(module
                (import "a" "f" (func $f (param i32)))
                (import "a" "g" (global $g i32))
                (memory $a 1) (memory $b 1) (table $t 2 funcref) (tag $e (param i32))
                (global $x (mut i32) (i32.const 1)) (global $y (mut i64) (i64.const 2))
                (func $one (export "one") (call $f (global.get $x)) (i32.store $b (i32.const 0) (i32.const 9)))
                (func $two (export "two") (call $one) (data.drop 0))
                (start $two) (elem (i32.const 0) $one) (data "x") (data (memory $b) (i32.const 3) "y"))"#,
        )
        .expect("it is text");
        assert!(remove(&wasm, Item::Func(1)).is_none());
        // Whatever the order, in the end there is nothing.
        loop {
            let smaller = items(&wasm)
                .into_iter()
                .filter_map(|item| remove(&wasm, item))
                .find(|smaller| smaller.len() < wasm.len() && is_valid(smaller));
            match smaller {
                Some(smaller) => wasm = smaller,
                None => break,
            }
        }
        let text = wasmprinter::print_bytes(&wasm).unwrap_or_default();
        assert_eq!(text, "(module)\n");
    }
}
