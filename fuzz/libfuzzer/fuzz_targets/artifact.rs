//! Artifacts that were tampered with by someone who knows of the checksum: reading them does no
//! harm, whatever they say. Their code is not executed, about which nothing could be promised.
//!
//! The input is changes to an artifact that this program makes first, so that inputs stay small
//! and do not depend on the machine.

#![no_main]

use diptych::{Config, Engine, Module};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use twox_hash::XxHash3_128;

/// Where the checksum is, which covers everything after it.
const CHECKSUM: core::ops::Range<usize> = 12..28;

struct Base {
    engine: Engine,
    artifacts: Vec<Vec<u8>>,
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let mut config = Config::new();
    config.backend(diptych::BackendKind::Jit);
    let engine = Engine::new(&config).expect("the backend is compiled in");
    let modules = [
        "(module)",
        "(module (memory 1) (data (i32.const 3) \"abc\") (func (export \"f\") (param i32 i32) (result i32)
            (i32.div_u (i32.load (local.get 0)) (local.get 1))))",
        "(module (import \"m\" \"f\" (func $f (param i32))) (table 4 funcref) (tag $t (param i32))
            (elem (i32.const 0) $g $h) (func $g (call $f (i32.const 1)) (throw $t (i32.const 2)))
            (func $h (export \"h\") (result i32) (block $b (result i32)
                (try_table (catch $t $b) (call_indirect (i32.const 0))) (i32.const 5))))",
    ];
    let artifact = |text: &str| {
        let wasm = wat::parse_str(text).expect("it is text");
        let artifact = engine.precompile_module(&wasm, None);
        artifact.expect("the module is valid")
    };
    Base {
        artifacts: modules.iter().map(|it| artifact(it)).collect(),
        engine,
    }
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, changes)) = bytes.split_first() else {
        return;
    };
    let Base { engine, artifacts } = &*BASE;
    let mut artifact = artifacts[usize::from(*first) % artifacts.len()].clone();
    let (changes, rest) = changes.as_chunks::<4>();
    for [kind, low, high, value] in changes {
        let at = usize::from(u16::from_le_bytes([*low, *high]));
        match kind % 8 {
            0 => artifact.truncate(at.max(CHECKSUM.end)),
            1 => {
                if at >= CHECKSUM.end && at < artifact.len() {
                    artifact.insert(at, *value);
                }
            }
            2 => {
                if at >= CHECKSUM.end && at < artifact.len() {
                    artifact.remove(at);
                }
            }
            // Most of an artifact is code and zeros before it: what is said of it comes first.
            3 | 4 => change(&mut artifact, at % 512, *value),
            _ => change(&mut artifact, at, *value),
        }
    }
    artifact.extend_from_slice(rest);
    if artifact.len() >= CHECKSUM.end {
        let checksum = XxHash3_128::oneshot(&artifact[CHECKSUM.end..]);
        artifact[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    }
    // SAFETY: nothing of it is executed, and what does not fit is refused.
    let module = unsafe { Module::deserialize(engine, &artifact) };
    if let Ok(module) = module {
        let _ = (module.imports().count(), module.exports().count());
    }
});

fn change(artifact: &mut [u8], at: usize, value: u8) {
    if let Some(byte) = artifact.get_mut(at) {
        *byte = value;
    }
}
