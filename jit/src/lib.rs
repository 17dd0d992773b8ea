//! The Cranelift just-in-time compiler of Diptych.
//!
//! This crate is the frame for the second implementation of
//! [`diptych_core::backend::Backend`]; it has no compiler yet, and the facade's `jit` feature
//! says so with an error when an engine is asked for it.
