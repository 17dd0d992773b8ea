//! Builds a program of `bench/size`, sees that it works, and tells how large it is.

use super::table::Settings;
use crate::host::{command, output, own_cargo, own_target_dir, root, succeed};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

/// `run` of this module is the factorial:
///
/// ```wat
/// (module (func (export "run") (param i32) (result i32) (local i32)
///   (local.set 1 (i32.const 1))
///   (loop
///     (local.set 1 (i32.mul (local.get 1) (local.get 0)))
///     (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
///   (local.get 1)))
/// ```
const MODULE: &[u8] = b"\0asm\x01\0\0\0\
    \x01\x06\x01\x60\x01\x7f\x01\x7f\
    \x03\x02\x01\0\
    \x07\x07\x01\x03run\0\0\
    \x0a\x1f\x01\x1d\x01\x01\x7f\x41\x01\x21\x01\
    \x03\x40\x20\x01\x20\0\x6c\x21\x01\x20\0\x41\x01\x6b\x22\0\x0d\0\x0b\x20\x01\x0b";

/// The size of the program with these features.
///
/// # Errors
/// When it cannot be built, or does not work.
pub(crate) fn size(features: &str, settings: &Settings) -> Result<u64, String> {
    let program = build(features, settings, None)?;
    let result = run(&program)?;
    let executes = !matches!(features, "" | "std" | "validator");
    let expected = if executes { "3628800" } else { "62" };
    if result.trim() != expected {
        return Err(format!("`{features}` printed {result:?}, not {expected}"));
    }
    let file = std::fs::metadata(&program).map_err(|error| error.to_string())?;
    Ok(file.len())
}

fn build(features: &str, settings: &Settings, symbols: Option<&str>) -> Result<PathBuf, String> {
    let target_dir = own_target_dir().join("size");
    let mut cargo = own_cargo();
    cargo
        .args(["build", "--quiet", "--locked", "--release"])
        .arg("--manifest-path")
        .arg(root().join("bench/Cargo.toml"))
        .args(["--package", "diptych-size", "--features", features])
        .env("CARGO_TARGET_DIR", &target_dir);
    for (name, value) in settings.profile() {
        cargo.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
    }
    if let Some(symbols) = symbols {
        cargo.env("CARGO_PROFILE_RELEASE_STRIP", "none");
        cargo.env("RUSTFLAGS", symbols);
    }
    succeed(&mut cargo)?;
    Ok(target_dir.join("release/diptych-size"))
}

/// What the program prints, given the module.
fn run(program: &PathBuf) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", program.display());
    let mut child = command(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(MODULE).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The bytes of a program's symbols, code and constants, by the crates that they are from. What
/// belongs to no symbol is missing: relocations and unwinding tables.
///
/// # Errors
/// As [`size`].
pub(crate) fn parts(
    features: &str,
    settings: &Settings,
) -> Result<BTreeMap<&'static str, u64>, String> {
    let program = build(features, settings, Some("-Csymbol-mangling-version=v0"))?;
    let symbols = output(
        command("nm")
            .args(["--print-size", "--size-sort", "--demangle"])
            .arg(program),
    )?;
    let mut parts = BTreeMap::new();
    for line in symbols.lines() {
        if let Some((size, name)) = symbol(line) {
            *parts.entry(part(name)).or_default() += size;
        }
    }
    Ok(parts)
}

/// A symbol's size and name, of a line of `nm`: address, size, kind, name.
fn symbol(line: &str) -> Option<(u64, &str)> {
    let mut words = line.splitn(4, ' ');
    let size = u64::from_str_radix(words.nth(1)?, 16).ok()?;
    Some((size, words.nth(1)?))
}

/// What a symbol is a part of: the first crate in its name but for Rust's own.
fn part(name: &str) -> &'static str {
    /// The beginnings of paths, the longer before the shorter.
    const PARTS: &[(&str, &str)] = &[
        ("wasmparser::", "wasmparser: reading and validating"),
        ("diptych_interp::exec", "executing"),
        ("diptych_interp::translate", "translating"),
        ("diptych_interp::", "the rest of the interpreter"),
        ("wasmi::engine::executor", "executing"),
        ("wasmi::engine::translator", "translating"),
        ("wasmi_core::", "the rest of the interpreter"),
        ("wasmi_ir::", "the rest of the interpreter"),
        ("wasmi_collections::", "the rest of the interpreter"),
        ("wasmi::", "the rest of the interpreter"),
        ("diptych_core::", "modules, stores, linking"),
        ("diptych_platform::", "modules, stores, linking"),
    ];
    let places = PARTS.iter().filter_map(|(path, part)| {
        let place = name.find(path)?;
        Some((place, *part))
    });
    places
        .min_by_key(|(place, _)| *place)
        .map_or("Rust's libraries, and others", |(_, part)| part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_belong_to_the_first_crate_in_their_names() {
        let line = "00000000000c3364 0000000000008d81 t diptych_interp::exec::looped::run";
        let (size, name) = symbol(line).expect("it is a symbol");
        assert_eq!((size, part(name)), (0x8d81, "executing"));
        assert_eq!(
            part(
                "<wasmparser::BinaryReader>::visit_operator::<diptych_interp::translate::Translator>"
            ),
            "wasmparser: reading and validating"
        );
        assert_eq!(
            part("core::slice::sort::<diptych_core::module::build>"),
            "modules, stores, linking"
        );
        assert_eq!(part("main"), "Rust's libraries, and others");
    }
}
