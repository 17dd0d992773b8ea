//! Every operator on numbers, vectors and memories on its own, by every backend and dispatch,
//! against its meaning in Rust: on grids of values at edges and on random values, with operands
//! from parameters and from constants.
//!
//! The meanings of numeric operators and of those on vectors are those of the interpreter's own
//! tests, which try each of its instructions; here the compiler is tried the same way.

mod bulk;
mod guests;
mod memory;
mod numbers;
mod vectors;
mod waits;
mod wide;

#[path = "../../../interp/tests/vectors/reference/mod.rs"]
mod reference;
mod support;
#[path = "../../../interp/tests/operators/values.rs"]
mod values;
#[path = "../../../interp/tests/vectors/values.rs"]
mod vector_values;
