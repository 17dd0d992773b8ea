//! Vectors for those who have none: JavaScript cannot call functions that take or return them.

use crate::plan::{Export, Item, ModulePlan};
use crate::value::Ty;
use diptych_fuzz::binary::{Section, code_with, extend, spaces};
use wasm_encoder::{Encode as _, ExportKind, Function, ValType};

/// The module with another function beside each exported one that deals in vectors, which has
/// pairs of 64-bit integers in their places; and the names of those, by export.
pub fn adapted(module: &ModulePlan) -> Option<(Vec<u8>, Vec<Option<String>>)> {
    let mut names = vec![None; module.exports.len()];
    let (first_type, first_func) = spaces(&module.wasm)?;
    let funcs = exported_funcs(&module.wasm)?;
    let (mut types, mut indices, mut exports, mut bodies) = (vec![], vec![], vec![], vec![]);
    for (at, export) in module.exports.iter().enumerate() {
        let Some((params, results)) = vectors(export) else {
            continue;
        };
        let number = bodies.len();
        let name = format!("pairs of {at}");
        types.push(signature(params, results)?);
        indices.push(encoded(|out| ((first_type + number) as u32).encode(out)));
        exports.push(encoded(|out| {
            name.encode(out);
            ExportKind::Func.encode(out);
            ((first_func + number) as u32).encode(out);
        }));
        bodies.push(body(params, results, *funcs.get(at)?.as_ref()?)?);
        names[at] = Some(name);
    }
    if bodies.is_empty() {
        return Some((module.wasm.clone(), names));
    }
    let code = code_with(&module.wasm, bodies)?;
    let sections = vec![
        (Section::Type, types),
        (Section::Function, indices),
        (Section::Export, exports),
    ];
    Some((extend(&module.wasm, sections, &code)?, names))
}

/// The type of a function that deals in vectors.
fn vectors(export: &Export) -> Option<(&[Ty], &[Ty])> {
    match &export.item {
        Item::Func { params, results }
            if params.contains(&Ty::V128) || results.contains(&Ty::V128) =>
        {
            Some((params, results))
        }
        _ => None,
    }
}

/// By export, which function it is.
fn exported_funcs(wasm: &[u8]) -> Option<Vec<Option<u32>>> {
    let mut funcs = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::ExportSection(exports) = payload.ok()? {
            for export in exports {
                let export = export.ok()?;
                let is_func = export.kind == wasmparser::ExternalKind::Func;
                funcs.push(is_func.then_some(export.index));
            }
        }
    }
    Some(funcs)
}

fn encoded(encode: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out);
    out
}

fn signature(params: &[Ty], results: &[Ty]) -> Option<Vec<u8>> {
    let mut out = vec![0x60];
    for types in [params, results] {
        let mut all = Vec::new();
        for ty in types {
            all.extend(match ty {
                Ty::V128 => vec![ValType::I64; 2],
                ty => vec![of(*ty)?],
            });
        }
        all.as_slice().encode(&mut out);
    }
    Some(out)
}

/// The type, where references are to functions or the host's.
const fn of(ty: Ty) -> Option<ValType> {
    Some(match ty {
        Ty::I32 => ValType::I32,
        Ty::I64 => ValType::I64,
        Ty::F32 => ValType::F32,
        Ty::F64 => ValType::F64,
        Ty::V128 => ValType::V128,
        Ty::Extern => ValType::EXTERNREF,
        Ty::Nullable => ValType::FUNCREF,
        Ty::Other => return None,
    })
}

fn body(params: &[Ty], results: &[Ty], func: u32) -> Option<Vec<u8>> {
    let wide = |ty: &Ty| if *ty == Ty::V128 { 2 } else { 1 };
    let first: u32 = params.iter().map(wide).sum();
    let locals = results.iter().map(|ty| Some((1, of(*ty)?)));
    let mut body = Function::new(locals.collect::<Option<Vec<_>>>()?);
    let mut code = body.instructions();
    let mut local = 0;
    for ty in params {
        code.local_get(local);
        if *ty == Ty::V128 {
            code.i64x2_splat()
                .local_get(local + 1)
                .i64x2_replace_lane(1);
        }
        local += wide(ty);
    }
    code.call(func);
    for at in (0..results.len() as u32).rev() {
        code.local_set(first + at);
    }
    for (at, ty) in (0..).zip(results) {
        code.local_get(first + at);
        if *ty == Ty::V128 {
            code.i64x2_extract_lane(0)
                .local_get(first + at)
                .i64x2_extract_lane(1);
        }
    }
    code.end();
    Some(body.into_raw_body())
}
