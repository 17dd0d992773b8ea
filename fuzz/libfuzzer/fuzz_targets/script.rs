//! Bytes as a packed script of the specification's tests, which devices read.

#![no_main]

use diptych_script::pack::{Reader, Writer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(reader) = Reader::new(bytes) else {
        return;
    };
    let mut writer = Writer::new(reader.key(), reader.group());
    let read: Vec<_> = reader.map_while(Result::ok).collect();
    // Each directive takes at least a byte.
    assert!(read.len() <= bytes.len());
    for (line, directive) in &read {
        writer.directive(*line, directive);
    }
    let mut written = Vec::new();
    writer.append_to(&mut written);
    let reader = Reader::new(&written[size_of::<u32>()..]).expect("what was written is a script");
    let again: Vec<_> = reader.map(|it| it.expect("all of it is read")).collect();
    assert_eq!(format!("{read:?}"), format!("{again:?}"));
});
