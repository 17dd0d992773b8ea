//! Modules of our own making: what wasm-smith reaches rarely.
//!
//! Programs are text whose every part is typed, so that all of it is valid and little of it is in
//! vain: many values live across control flow, branches and tables of branches with values, loops
//! with parameters, accesses of all widths where memories end, growth between them, objects that
//! form graphs, exceptions through calls, calls between modules and from the host.
//!
//! Loops end because each counts its rounds, and calls because all of them count together.

mod accesses;
mod body;
mod legacy;
pub(super) mod operators;
pub(super) mod single;
pub(super) mod types;
mod values;

use super::Proposals;
use crate::case::{AMPLE_FUEL, Call, Case, Settings};
use crate::random::Random;
use body::Body;
use core::fmt::Write as _;
use types::{Features, PRELUDE, Signature, Ty};

/// What is known of a module while its functions are made.
struct Shape {
    features: Features,
    /// The types of all functions, imported ones first, by index.
    funcs: Vec<Signature>,
    /// How many of them are imported.
    imported: usize,
    /// The types of all globals; they are mutable. The first counts steps.
    globals: Vec<Ty>,
    /// The values of exceptions, by tag.
    tags: Vec<Vec<Ty>>,
    /// How many functions the table has.
    table: usize,
    /// How many bytes a page of memory 0 has.
    page: u64,
}

/// What modules export to those after them.
#[derive(Default)]
struct Exports {
    /// The module's number, and the functions.
    funcs: Vec<(usize, String, Signature)>,
}

/// How many steps a call may take, each a call or a round of a loop.
const STEPS: usize = 150;

/// A few modules that call each other, and calls of them.
pub(super) fn case(random: &mut Random, proposals: &Proposals) -> Option<Case> {
    let canonical_nans = !random.once_in(4) && proposals.canonical_nans;
    let settings = Settings {
        metered: random.once_in(3),
        canonical_nans,
        ..Settings::default()
    };
    let features = Features::any(random, canonical_nans).within(proposals);
    let count = [1, 1, 2, 3][random.below(4)];
    let mut exports = Exports::default();
    let mut modules = Vec::new();
    let mut calls = Vec::new();
    for index in 0..count {
        let (text, own) = module(random, index, features, &exports);
        let wasm = wat::parse_str(&text);
        debug_assert!(wasm.is_ok(), "{:?} in\n{text}", wasm.err());
        modules.push(wasm.ok()?);
        exports.funcs.extend(own);
    }
    for _ in 0..random.between(2, 8) {
        let (module, name, _) = random.pick(&exports.funcs);
        let mut call = |name: &str, fuel| Call {
            module: *module,
            export: name.to_owned(),
            args: (0..6).map(|_| random.edge()).collect(),
            fuel,
        };
        // Steps are counted by the first module alone.
        calls.push(Call {
            module: 0,
            ..call("reset", AMPLE_FUEL)
        });
        let mut call = call(name, AMPLE_FUEL);
        if random.once_in(2) {
            call.fuel = random.below(600) as u64;
        }
        calls.push(call);
    }
    Some(Case {
        origin: String::new(),
        settings,
        modules,
        calls,
    })
}

/// The functions of the host's that modules import.
fn host(features: &Features) -> Vec<(&'static str, Signature)> {
    let of = |params: &[Ty], results: &[Ty]| Signature {
        params: params.to_vec(),
        results: results.to_vec(),
    };
    let mut all = vec![
        ("a", of(&[Ty::I32], &[Ty::I32])),
        ("b", of(&[Ty::I64, Ty::I32], &[Ty::I64, Ty::I32])),
        ("c", of(&[Ty::Func, Ty::Extern], &[Ty::Extern])),
    ];
    if features.objects {
        all.push(("d", of(&[Ty::Any, Ty::Node], &[Ty::Node, Ty::Any])));
    }
    if features.vectors {
        all.push(("e", of(&[Ty::V128], &[Ty::V128, Ty::I32])));
    }
    if features.floats {
        all.push(("f", of(&[Ty::F64, Ty::F32], &[Ty::F64])));
    }
    all
}

/// A module, and what it exports.
fn module(
    random: &mut Random,
    index: usize,
    features: Features,
    exports: &Exports,
) -> (String, Vec<(usize, String, Signature)>) {
    let mut text = String::new();
    let mut declared = String::new();
    let mut shape = Shape {
        features,
        funcs: Vec::new(),
        imported: 0,
        globals: vec![Ty::I32],
        tags: Vec::new(),
        table: 0,
        page: if features.small_pages { 1 } else { 65_536 },
    };
    for (name, signature) in host(&features) {
        let _ = writeln!(
            text,
            "(import \"host\" \"{name}\" (func{}))",
            signature.text()
        );
        shape.funcs.push(signature);
    }
    for (module, name, signature) in &exports.funcs {
        if random.once_in(2) {
            let _ = writeln!(
                text,
                "(import \"m{module}\" \"{name}\" (func{}))",
                signature.text()
            );
            shape.funcs.push(signature.clone());
        }
    }
    shape.imported = shape.funcs.len();
    let defined = random.between(1, 5);
    for _ in 0..defined {
        let signature = Signature {
            params: features.types(random, 5),
            results: features.types(random, 4),
        };
        shape.funcs.push(signature);
    }
    shape.table = shape.funcs.len() + random.below(3);
    let others = random.below(6);
    shape
        .globals
        .extend((0..others).map(|_| features.ty(random)));
    if features.exceptions || features.legacy_exceptions {
        shape.tags = vec![vec![], vec![Ty::I32], features.types(random, 4)];
    }
    for (func, signature) in shape.funcs.iter().enumerate() {
        let _ = writeln!(declared, "(type $of{func} (func{}))", signature.text());
    }
    let objects = if features.objects { PRELUDE } else { "" };
    let mut text = format!("(module $m{index}\n{objects}{declared}{text}");
    spaces(random, &mut text, index, &shape);
    let mut own = Vec::new();
    for place in 0..defined {
        let func = shape.imported + place;
        let signature = &shape.funcs[func];
        let name = format!("f{place}");
        let _ = writeln!(
            text,
            "(func ${name} (export \"{name}\"){}",
            signature.text()
        );
        text += &Body::function(random, &shape, func);
        text += ")\n";
        own.push((index, name, signature.clone()));
    }
    if index == 0 {
        let _ = writeln!(
            text,
            "(func (export \"reset\") (global.set 0 (i32.const {STEPS})))"
        );
    }
    text += ")\n";
    (text, own)
}

/// Memories, tables, globals, tags and segments. The later modules share memory, table and the
/// counter of steps with the first one.
fn spaces(random: &mut Random, text: &mut String, index: usize, shape: &Shape) {
    let features = &shape.features;
    let import = |name: &str| match index {
        0 => format!("(export \"{name}\")"),
        _ => format!("(export \"{name}\") (import \"m0\" \"{name}\")"),
    };
    let page = if features.small_pages {
        " (pagesize 1)"
    } else {
        ""
    };
    let (least, most) = match shape.page {
        1 => (300, 2_000),
        _ => (1, 5),
    };
    let shared = if features.shared { " shared" } else { "" };
    let mut lines = vec![
        format!("(global {} (mut i32)", import("steps"))
            + if index == 0 { " (i32.const 0))" } else { ")" },
        format!("(memory {} {least} {most}{shared}{page})", import("memory")),
        format!("(table {} {} {} funcref)", import("table"), 6, 40),
    ];
    // What is imported has to come before what is defined.
    if features.second_memory {
        lines.push(format!("(memory {} i64 1 3{shared})", import("memory64")));
    }
    if features.objects {
        lines.push(format!(
            "(table $objects {} 4 20 anyref)",
            import("objects")
        ));
    }
    for (tag, values) in shape.tags.iter().enumerate() {
        let params = Signature {
            params: values.clone(),
            results: vec![],
        };
        // Tags of their own in the later modules, but for the first.
        match tag {
            0 => lines.push(format!("(tag {})", import("t0"))),
            _ => lines.push(format!("(tag (export \"t{tag}\"){})", params.text())),
        }
    }
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    for (place, ty) in shape.globals.iter().enumerate().skip(1) {
        let value = constant(random, *ty);
        let _ = writeln!(
            text,
            "(global (export \"g{place}\") (mut {}) {value})",
            ty.text()
        );
    }
    let funcs: Vec<String> = (0..shape.funcs.len()).map(|it| it.to_string()).collect();
    let _ = writeln!(text, "(elem declare func {})", funcs.join(" "));
    let _ = writeln!(text, "(elem $passive func {})", funcs.join(" "));
    let at = random.below(4);
    let _ = writeln!(
        text,
        "(elem (table 0) (i32.const {at}) func {})",
        funcs.iter().take(3).cloned().collect::<Vec<_>>().join(" ")
    );
    let bytes: String = random
        .bytes(40)
        .iter()
        .map(|byte| format!("\\{byte:02x}"))
        .collect();
    let _ = writeln!(text, "(data $passive \"{bytes}\")");
    let _ = writeln!(text, "(data (i32.const {}) \"{bytes}\")", random.below(200));
}

/// A constant expression.
fn constant(random: &mut Random, ty: Ty) -> String {
    match ty {
        Ty::I32 => format!("(i32.const {})", random.edge() as i32),
        Ty::I64 => format!("(i64.const {})", random.edge() as i64),
        Ty::F32 => format!("(f32.const {})", float(random)),
        Ty::F64 => format!("(f64.const {})", float(random)),
        Ty::V128 => format!(
            "(v128.const i64x2 {} {})",
            random.edge() as i64,
            random.edge() as i64
        ),
        ty => format!("(ref.null {})", ty.heap()),
    }
}

fn float(random: &mut Random) -> &'static str {
    random.pick::<&str>(&[
        "0",
        "-0",
        "1",
        "-1",
        "0.5",
        "1.5",
        "-2.5",
        "1e10",
        "-1e30",
        "inf",
        "-inf",
        "nan",
        "-nan",
        "2147483648",
        "-2147483649",
        "4294967295",
        "9223372036854775807",
        "1e-40",
        "3.7",
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::is_valid;

    #[test]
    fn single_operators_are_valid() {
        for seed in 0..200 {
            let case = single::case(&mut Random::new(seed), &Proposals::ALL).expect("it is text");
            assert!(is_valid(&case.modules[0]), "{seed}");
        }
    }

    #[test]
    fn all_of_it_is_valid() {
        for seed in 0..400 {
            let mut random = Random::new(seed);
            let features = Features::any(&mut random, true);
            let (text, _) = module(&mut random, 0, features, &Exports::default());
            let wasm =
                wat::parse_str(&text).unwrap_or_else(|error| panic!("{seed}: {error}\n{text}"));
            if !is_valid(&wasm) {
                let error = wasmparser::Validator::new_with_features(crate::module::FEATURES)
                    .validate_all(&wasm)
                    .map(|_| ());
                let text = wasmprinter::print_bytes(&wasm).unwrap_or_default();
                panic!("{seed}: {error:?}\n{text}");
            }
        }
    }
}
