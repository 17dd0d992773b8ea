//! Which proposals beyond WebAssembly 1.0 a module uses.

use diptych::module::{ConstExpr, ConstOp, EntityIdx, ModuleIr};
use diptych::types::{
    CompositeType, HeapType, MemoryType, Mutability, RefType, StorageType, ValType,
};
use std::collections::BTreeSet;
use wasmparser::{BinaryReader, BlockType, FunctionBody, Operator};

/// The names of the proposals, in order.
pub(crate) fn used(module: &ModuleIr) -> wasmparser::Result<Vec<&'static str>> {
    let mut used = BTreeSet::new();
    types(module, &mut used);
    imports_and_exports(module, &mut used);
    constants(module, &mut used);
    for range in &module.bodies {
        let bytes = &module.bytes[range.start as usize..range.end as usize];
        body(
            module,
            &FunctionBody::new(BinaryReader::new(bytes, range.start.into())),
            &mut used,
        )?;
    }
    used.remove("mvp");
    Ok(used.into_iter().collect())
}

type Used = BTreeSet<&'static str>;

fn types(module: &ModuleIr, used: &mut Used) {
    for ty in &module.types {
        match &*ty.composite {
            CompositeType::Func(ty) => {
                if ty.results().len() > 1 {
                    used.insert("multi-value");
                }
                for ty in ty.params().iter().chain(ty.results()) {
                    value_type(*ty, used);
                }
            }
            CompositeType::Struct(fields) => {
                used.insert("gc");
                for field in fields {
                    storage_type(field.storage, used);
                }
            }
            CompositeType::Array(field) => {
                used.insert("gc");
                storage_type(field.storage, used);
            }
        }
    }
    for memory in &module.memories {
        memory_type(memory, used);
    }
    if module.memories.len() > 1 {
        used.insert("multi-memory");
    }
    for table in &module.tables {
        ref_type(table.ty.element, used);
        if table.ty.table64 {
            used.insert("memory64");
        }
        if table.init.is_some() {
            used.insert("function-references");
        }
    }
    if module.tables.len() > 1 {
        used.insert("reference-types");
    }
    for global in &module.globals {
        value_type(global.ty.content(), used);
    }
    if !module.tags.is_empty() {
        used.insert("exceptions");
    }
    if module.has_branch_hints() {
        used.insert("branch-hinting");
    }
}

fn memory_type(ty: &MemoryType, used: &mut Used) {
    for (name, uses) in [
        ("memory64", ty.memory64),
        ("threads", ty.shared),
        ("custom-page-sizes", ty.page_size_log2 != 16),
    ] {
        if uses {
            used.insert(name);
        }
    }
}

fn storage_type(ty: StorageType, used: &mut Used) {
    if let StorageType::Val(ty) = ty {
        value_type(ty, used);
    }
}

fn value_type(ty: ValType, used: &mut Used) {
    match ty {
        ValType::V128 => {
            used.insert("simd");
        }
        ValType::Ref(ty) => {
            // The type of tables in 1.0; as a value's it came with the proposal.
            used.insert("reference-types");
            ref_type(ty, used);
        }
        ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => {}
    }
}

fn ref_type(ty: RefType, used: &mut Used) {
    match ty.heap {
        HeapType::Func => {}
        HeapType::Extern => {
            used.insert("reference-types");
        }
        HeapType::Exn | HeapType::NoExn => {
            used.insert("exceptions");
        }
        HeapType::Concrete(_) => {
            used.insert("function-references");
        }
        _ => {
            used.insert("gc");
        }
    }
    if !ty.nullable {
        used.insert("function-references");
    }
}

fn imports_and_exports(module: &ModuleIr, used: &mut Used) {
    let entities = module.imports.iter().map(|import| import.entity);
    for entity in entities.chain(module.exports.iter().map(|export| export.entity)) {
        if let EntityIdx::Global(global) = entity
            && module.global(global).mutability() == Mutability::Var
        {
            used.insert("mutable-global");
        }
    }
}

fn constants(module: &ModuleIr, used: &mut Used) {
    let globals = module
        .globals
        .iter()
        .filter_map(|global| global.init.as_ref());
    let data = module
        .data
        .iter()
        .filter_map(|data| data.active.as_ref())
        .map(|active| &active.1);
    for expr in globals.chain(data) {
        constant(expr, used);
    }
    if module.data.iter().any(|data| data.active.is_none()) {
        used.insert("bulk-memory");
    }
}

fn constant(expr: &ConstExpr, used: &mut Used) {
    for op in expr.ops() {
        match op {
            ConstOp::RefNull(_) | ConstOp::RefFunc(_) => {
                used.insert("reference-types");
            }
            ConstOp::V128Const(_) => {
                used.insert("simd");
            }
            ConstOp::I32Add
            | ConstOp::I32Sub
            | ConstOp::I32Mul
            | ConstOp::I64Add
            | ConstOp::I64Sub
            | ConstOp::I64Mul => {
                used.insert("extended-const");
            }
            _ => {}
        }
    }
}

fn body(module: &ModuleIr, body: &FunctionBody<'_>, used: &mut Used) -> wasmparser::Result<()> {
    for local in body.get_locals_reader()? {
        match local?.1 {
            wasmparser::ValType::V128 => {
                used.insert("simd");
            }
            wasmparser::ValType::Ref(_) => {
                used.insert("reference-types");
            }
            _ => {}
        }
    }
    for operator in body.get_operators_reader()? {
        let operator = operator?;
        used.insert(proposal(&operator));
        if let Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } =
            operator
            && let BlockType::FuncType(index) = blockty
            && let Some(ty) = module.types.get(index as usize)
            && let CompositeType::Func(ty) = &*ty.composite
            && (!ty.params().is_empty() || ty.results().len() > 1)
        {
            used.insert("multi-value");
        }
    }
    Ok(())
}

/// The proposal that brought an operator, `mvp` for those of 1.0.
fn proposal(operator: &Operator<'_>) -> &'static str {
    macro_rules! proposals {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            match operator {
                $(Operator::$op { .. } => stringify!($proposal),)*
                _ => "unknown",
            }
        };
    }
    match wasmparser::for_each_operator!(proposals) {
        "acquire_release_atomics" => "acquire-release-atomics",
        "bulk_memory" => "bulk-memory",
        "custom_descriptors" => "custom-descriptors",
        "function_references" => "function-references",
        "legacy_exceptions" => "legacy-exceptions",
        "memory_control" => "memory-control",
        "reference_types" => "reference-types",
        "relaxed_simd" => "relaxed-simd",
        "saturating_float_to_int" => "saturating-float-to-int",
        "shared_everything_threads" => "shared-everything-threads",
        "sign_extension" => "sign-extension",
        "stack_switching" => "stack-switching",
        "tail_call" => "tail-call",
        "wide_arithmetic" => "wide-arithmetic",
        other => other,
    }
}
