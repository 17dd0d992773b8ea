//! Bytes as a module in the text format, or in the binary one, as `Module::new` takes them.

#![no_main]

use diptych::{Engine, Module};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static ENGINES: LazyLock<Vec<Engine>> = LazyLock::new(diptych_libfuzzer::engines);

fuzz_target!(|bytes: &[u8]| {
    let parsed = wat::parse_bytes(bytes);
    for engine in &*ENGINES {
        let opened = Module::new(engine, bytes);
        assert!(
            opened.is_err() || parsed.is_ok(),
            "accepted: {:?}",
            parsed.err()
        );
    }
    if let Ok(wasm) = parsed {
        diptych_libfuzzer::open(&ENGINES, &wasm);
    }
});
