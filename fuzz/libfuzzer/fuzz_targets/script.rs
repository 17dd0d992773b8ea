//! Bytes as a packed script of the specification's tests, which devices read.

#![no_main]

use diptych_script::pack::Reader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(reader) = Reader::new(bytes) else {
        return;
    };
    // Each directive takes at least a byte.
    assert!(reader.count() <= bytes.len() + 1);
});
