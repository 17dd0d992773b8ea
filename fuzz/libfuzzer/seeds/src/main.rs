//! Writes the corpora to start with, and the dictionary: `README.md` says when.

use diptych_fuzz::generate::Generator;
use std::fmt::Write as _;
use std::path::Path;

/// How many modules of each generator.
const MODULES: u64 = 40;
/// How large a seed may be.
const LARGEST: usize = 4_096;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let corpus = |target: &str| -> std::io::Result<_> {
        let folder = root.join("corpus").join(target);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    };
    let (module, text) = (corpus("module")?, corpus("text")?);
    let (differential, artifact) = (corpus("differential")?, corpus("artifact")?);
    for generator in Generator::ALL {
        for seed in 0..MODULES {
            let Some(case) = generator.case(seed) else {
                continue;
            };
            let wasm = &case.modules[0];
            if wasm.len() > LARGEST {
                continue;
            }
            let name = format!("{}-{seed}", generator.name());
            std::fs::write(module.join(&name), wasm)?;
            if let Ok(printed) = wasmprinter::print_bytes(wasm)
                && printed.len() <= 4 * LARGEST
            {
                std::fs::write(text.join(&name), printed)?;
            }
        }
    }
    for seed in 0..MODULES as usize {
        let bytes = diptych_fuzz::random::Random::new(seed as u64).bytes(300 + 50 * seed);
        std::fs::write(differential.join(format!("random-{seed}")), &bytes)?;
        std::fs::write(artifact.join(format!("random-{seed}")), &bytes[..40])?;
    }
    scripts(&corpus("script")?)?;
    std::fs::write(root.join("wasm.dict"), dictionary())
}

/// The smaller scripts of the specification's tests, packed.
fn scripts(folder: &Path) -> std::io::Result<()> {
    for file in diptych_conformance::suite::embedded() {
        let name = format!("{}-{}", file.group, file.key).replace('/', "-");
        let packed = diptych_conformance::pack(&[file]).map_err(std::io::Error::other)?;
        // A file of scripts has the length before each.
        let script = &packed[size_of::<u32>()..];
        if script.len() <= LARGEST {
            std::fs::write(folder.join(name), script)?;
        }
    }
    Ok(())
}

/// Tokens of the binary format: what begins modules, sections, and instructions.
fn dictionary() -> String {
    let mut text = "# Written by `diptych-seeds`.\n".to_owned();
    let mut token = |name: String, bytes: &[u8]| {
        let _ = write!(text, "{name}=\"");
        for byte in bytes {
            let _ = write!(text, "\\x{byte:02x}");
        }
        text.push_str("\"\n");
    };
    token("magic".to_owned(), b"\0asm\x01\0\0\0");
    for id in 0..=13 {
        token(format!("section_{id}"), &[id, 4, 1]);
    }
    for opcode in 0..=0xd6 {
        token(format!("op_{opcode:02x}"), &[opcode]);
    }
    // Prefixed instructions have numbers of more than seven bits.
    let leb = |number: u32| match number {
        0..0x80 => vec![number as u8],
        _ => vec![number as u8 | 0x80, (number >> 7) as u8],
    };
    for (prefix, last) in [(0xfb, 30), (0xfc, 22), (0xfd, 0x113), (0xfe, 0x4e)] {
        for number in 0..=last {
            let mut bytes = vec![prefix];
            bytes.extend(leb(number));
            token(format!("op_{prefix:02x}_{number:x}"), &bytes);
        }
    }
    for (name, byte) in [
        ("i32", 0x7f),
        ("i64", 0x7e),
        ("f32", 0x7d),
        ("f64", 0x7c),
        ("v128", 0x7b),
        ("funcref", 0x70),
        ("externref", 0x6f),
        ("anyref", 0x6e),
        ("eqref", 0x6d),
        ("i31ref", 0x6c),
        ("structref", 0x6b),
        ("arrayref", 0x6a),
        ("exnref", 0x69),
        ("ref", 0x64),
        ("ref_null", 0x63),
        ("func", 0x60),
        ("struct", 0x5f),
        ("array", 0x5e),
        ("sub", 0x50),
        ("sub_final", 0x4f),
        ("rec", 0x4e),
    ] {
        token(name.to_owned(), &[byte]);
    }
    text
}
