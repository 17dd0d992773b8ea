//! The backends are equal: programs give the same results, traps, backtraces, memory and remaining
//! fuel in every configuration, and go through the same calls of the host.

// The interpreter's tests know the library by its own name.
extern crate diptych as diptych_core;

mod fuel;
#[path = "../../../interp/tests/control/generate.rs"]
mod generate;
mod linked;
mod machine;
#[path = "../../../interp/tests/control/program.rs"]
#[expect(dead_code, reason = "the interpreter's own tests use more of it")]
mod program;
mod programs;
mod random;
#[path = "../../../interp/tests/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the interpreter's own tests use more of it"
)]
mod support;
#[path = "../../../jit/tests/support/vectors.rs"]
mod vector_operators;
mod vectors;
