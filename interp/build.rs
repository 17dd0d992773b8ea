//! Generates the operations of the bytecode from the table in `ops/`, and decides whether the
//! build may use tail dispatch.

use std::{env, fs, path::PathBuf};

#[path = "ops/atomics.rs"]
mod atomics;
#[path = "ops/generate.rs"]
mod generate;
#[path = "ops/handlers.rs"]
mod handlers;
#[path = "ops/objects.rs"]
mod objects;
#[path = "ops/shapes.rs"]
mod shapes;
#[path = "ops/superinstructions.rs"]
mod superinstructions;
#[path = "ops/table.rs"]
mod table;
#[path = "ops/vectors.rs"]
mod vectors;

fn main() {
    println!("cargo::rerun-if-changed=ops");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(tail_dispatch)");
    let var = |name: &str| env::var(name).unwrap_or_default();

    // Handlers end in jumps only when the optimiser turns sibling calls into them and all their
    // arguments travel in registers.
    let optimised = matches!(var("OPT_LEVEL").as_str(), "2" | "3" | "s" | "z");
    let registers = match var("CARGO_CFG_TARGET_ARCH").as_str() {
        // Without SSE floats take integer registers, of which there are too few for them.
        "x86_64" => var("CARGO_CFG_TARGET_FEATURE")
            .split(',')
            .any(|it| it == "sse2"),
        "aarch64" => true,
        _ => false,
    };
    let instrumented = env::var_os("CARGO_CFG_SANITIZE").is_some()
        || var("CARGO_ENCODED_RUSTFLAGS").contains("instrument-coverage")
        || var("CARGO_CFG_MIRI") == "1";
    let assertions = env::var_os("CARGO_CFG_DEBUG_ASSERTIONS").is_some();
    let wanted = env::var_os("CARGO_FEATURE_TAIL_DISPATCH").is_some();
    let tail = wanted && optimised && registers && !instrumented && !assertions;
    if tail {
        println!("cargo::rustc-cfg=tail_dispatch");
    }

    // Builds that are to be small do without handlers of several operations.
    println!("cargo::rustc-check-cfg=cfg(superinstructions)");
    let superinstructions = !matches!(var("OPT_LEVEL").as_str(), "s" | "z");
    if superinstructions && tail {
        println!("cargo::rustc-cfg=superinstructions");
    }

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("ops.rs"), generate::ops()).expect("OUT_DIR is writable");
    fs::write(out.join("bodies.rs"), generate::bodies()).expect("OUT_DIR is writable");
    fs::write(out.join("tail.rs"), handlers::tail(superinstructions)).expect("OUT_DIR is writable");
    for (name, text) in [
        ("vector_ops.rs", generate::vector_ops()),
        ("match.rs", generate::match_numbers()),
        ("match_vectors.rs", generate::match_vectors()),
    ] {
        fs::write(out.join(name), text).expect("OUT_DIR is writable");
    }
}
