//! Whether an import is of the type that a module wants
//! ([spec](https://webassembly.github.io/spec/core/valid/matching.html#external-types)).

use super::func::HostFunc;
use super::{Extern, Global, Memory, Table, Tag};
use crate::error::{Error, ErrorKind, Result};
use crate::module::{EntityIdx, Import, ModuleIr};
use crate::store::StoreOpaque;
use crate::types::{GlobalType, MemoryType, Mutability, TableType, TypeId, TypeRegistry};
use alloc::format;
use core::fmt;

/// Fails unless `item` can be what `import` wants. It belongs to the store.
pub(super) fn check(
    store: &StoreOpaque,
    ir: &ModuleIr,
    import: &Import,
    item: &Extern,
) -> Result<()> {
    item.check(store)?;
    let types = store.engine().types();
    let fits = match (import.entity, item) {
        (EntityIdx::Func(func), Extern::Func(item)) => {
            types.is_subtype(item.type_id(), ir.func_type_id(func))
        }
        (EntityIdx::Table(table), Extern::Table(item)) => {
            table_fits(types, table_type(item), ir.table(table))
        }
        (EntityIdx::Memory(memory), Extern::Memory(item)) => {
            memory_fits(memory_type(item), ir.memory(memory))
        }
        (EntityIdx::Memory(memory), Extern::SharedMemory(item)) => {
            memory_fits(item.current_type(), ir.memory(memory))
        }
        (EntityIdx::Global(global), Extern::Global(item)) => {
            global_fits(types, global_type(item), ir.global(global))
        }
        (EntityIdx::Tag(tag), Extern::Tag(item)) => {
            tag_type(item) == ir.types[ir.tags[tag.index()].index()].id
        }
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(incompatible(import))
    }
}

/// Fails unless a function of the host's can be what `import` wants.
pub(super) fn check_host(
    types: &TypeRegistry,
    ir: &ModuleIr,
    import: &Import,
    host: &HostFunc,
) -> Result<()> {
    match import.entity {
        EntityIdx::Func(func) if types.is_subtype(host.type_id(), ir.func_type_id(func)) => Ok(()),
        _ => Err(incompatible(import)),
    }
}

/// Nothing of this name is there.
pub(super) fn unknown(import: &Import) -> Error {
    let (module, name) = (Shortened(&import.module), Shortened(&import.name));
    Error::new(ErrorKind::Link(
        format!("unknown import: `{module}::{name}` has not been defined").into(),
    ))
}

fn incompatible(import: &Import) -> Error {
    let (module, name) = (Shortened(&import.module), Shortened(&import.name));
    Error::new(ErrorKind::Link(
        format!("incompatible import type: `{module}::{name}` is of another kind or type").into(),
    ))
}

/// The beginning of a name, which can be as long as the module that it comes from.
pub(super) struct Shortened<'a>(pub(super) &'a str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 100;
        match self.0.char_indices().nth(MAX_CHARS) {
            None => f.write_str(self.0),
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
        }
    }
}

// The handles have been found to be of the store at hand, so their objects are alive.

fn table_type(table: &Table) -> TableType {
    // SAFETY: see above.
    unsafe { table.as_ptr().as_ref() }.current_type()
}

fn memory_type(memory: &Memory) -> MemoryType {
    // SAFETY: see above.
    unsafe { memory.as_ptr().as_ref() }.current_type()
}

fn global_type(global: &Global) -> GlobalType {
    // SAFETY: see above.
    unsafe { (*global.as_ptr().as_ptr()).ty }
}

fn tag_type(tag: &Tag) -> TypeId {
    // SAFETY: see above.
    unsafe { (*tag.as_ptr().as_ptr()).type_id }
}

fn limits_fit(actual: (u64, Option<u64>), wanted: (u64, Option<u64>)) -> bool {
    actual.0 >= wanted.0
        && match (actual.1, wanted.1) {
            (_, None) => true,
            (Some(actual), Some(wanted)) => actual <= wanted,
            (None, Some(_)) => false,
        }
}

fn table_fits(types: &TypeRegistry, actual: TableType, wanted: &TableType) -> bool {
    limits_fit(
        (actual.minimum, actual.maximum),
        (wanted.minimum, wanted.maximum),
    ) && actual.table64 == wanted.table64
        && types.is_ref_subtype(actual.element, wanted.element)
        && types.is_ref_subtype(wanted.element, actual.element)
}

fn memory_fits(actual: MemoryType, wanted: &MemoryType) -> bool {
    limits_fit(
        (actual.minimum, actual.maximum),
        (wanted.minimum, wanted.maximum),
    ) && actual.memory64 == wanted.memory64
        && actual.shared == wanted.shared
        && actual.page_size_log2 == wanted.page_size_log2
}

fn global_fits(types: &TypeRegistry, actual: GlobalType, wanted: &GlobalType) -> bool {
    let (given, needed) = (actual.content(), wanted.content());
    actual.mutability() == wanted.mutability()
        && types.is_val_subtype(given, needed)
        && (actual.mutability() == Mutability::Const || types.is_val_subtype(needed, given))
}
