//! Every operator on vectors against its meaning in Rust: on edge values and random ones, with
//! operands from everywhere and results to everywhere, in every mode.

mod memory;
mod nans;
mod operators;
mod reference;
mod shapes;
mod small_stack;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "the tests of other operators use more of it")]
mod support;
mod values;
