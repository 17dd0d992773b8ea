//! The module `spectest`, which the suite's scripts import from.

use crate::feature::Features;
use diptych::types::{GlobalType, HeapType, MemoryType, Mutability, RefType, TableType, ValType};
use diptych::{Global, Linker, Memory, Ref, Result, SharedMemory, Store, Table, Val};

/// Defines the module's items.
pub(crate) fn define(
    linker: &mut Linker<()>,
    store: &mut Store<()>,
    features: &Features,
) -> Result<()> {
    linker.func_wrap("spectest", "print", || {})?;
    linker.func_wrap("spectest", "print_i32", |_: i32| {})?;
    linker.func_wrap("spectest", "print_i64", |_: i64| {})?;
    linker.func_wrap("spectest", "print_f32", |_: f32| {})?;
    linker.func_wrap("spectest", "print_f64", |_: f64| {})?;
    linker.func_wrap("spectest", "print_i32_f32", |_: i32, _: f32| {})?;
    linker.func_wrap("spectest", "print_f64_f64", |_: f64, _: f64| {})?;

    for (name, ty, value) in [
        ("global_i32", ValType::I32, Val::I32(666)),
        ("global_i64", ValType::I64, Val::I64(666)),
        ("global_f32", ValType::F32, Val::F32(666.6_f32.to_bits())),
        ("global_f64", ValType::F64, Val::F64(666.6_f64.to_bits())),
    ] {
        let global = Global::new(&mut *store, GlobalType::new(ty, Mutability::Const), value)?;
        linker.define(&*store, "spectest", name, global)?;
    }

    let table = TableType::new(
        RefType {
            nullable: true,
            heap: HeapType::Func,
        },
        10,
        Some(20),
    );
    let memory = MemoryType::new(1, Some(2));
    let item = Table::new(&mut *store, table, Ref::Func(None))?;
    linker.define(&*store, "spectest", "table", item)?;
    let item = Memory::new(&mut *store, memory)?;
    linker.define(&*store, "spectest", "memory", item)?;
    if *features == Features::STANDARD {
        let table = TableType {
            table64: true,
            ..table
        };
        let item = Table::new(&mut *store, table, Ref::Func(None))?;
        linker.define(&*store, "spectest", "table64", item)?;
    }
    let item = SharedMemory::new(store.engine(), memory.shared(true))?;
    linker.define(&*store, "spectest", "shared_memory", item)?;
    Ok(())
}
