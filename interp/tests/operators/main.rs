//! Every operator of scalar WebAssembly against its meaning in Rust: on edge values and random
//! ones, with operands from everywhere and results to everywhere, in every mode.

mod addresses;
mod bulk;
mod numeric;
mod shapes;
mod small_stack;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "the tests of vectors use more of it")]
mod support;
mod values;
