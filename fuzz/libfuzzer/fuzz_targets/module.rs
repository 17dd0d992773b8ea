//! Bytes as a module: refused as by the validator, or compiled by both backends.

#![no_main]

use diptych::Engine;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static ENGINES: LazyLock<Vec<Engine>> = LazyLock::new(diptych_libfuzzer::engines);

fuzz_target!(|bytes: &[u8]| diptych_libfuzzer::open(&ENGINES, bytes));
