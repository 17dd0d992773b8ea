//! Makes modules of the workloads' text, and says how the program is linked.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let workloads = directory.join("../workloads");
    println!("cargo:rerun-if-changed={}", workloads.display());
    let mut table = String::from("&[\n");
    for entry in fs::read_dir(workloads)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "wat") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().display().to_string();
        let wasm = out.join(format!("{name}.wasm"));
        fs::write(&wasm, wat::parse_file(&path)?)?;
        writeln!(table, "({name:?}, include_bytes!({wasm:?})),")?;
    }
    table.push_str("]\n");
    fs::write(out.join("modules.rs"), table)?;

    let script = directory.join("../../platform/hosts/link/aarch64.ld");
    println!("cargo:rustc-link-arg-bins=-T{}", script.display());
    println!("cargo:rerun-if-changed={}", script.display());
    Ok(())
}
