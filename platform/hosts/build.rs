//! How each machine's program is linked.

use std::env;
use std::path::Path;

fn main() {
    let target = env::var("TARGET").expect("Cargo sets it");
    let dir = env::var("CARGO_MANIFEST_DIR").expect("Cargo sets it");
    let script = match target.as_str() {
        "thumbv7em-none-eabi" => "thumbv7em.ld",
        "riscv32imac-unknown-none-elf" => "riscv32imac.ld",
        "aarch64-unknown-none-softfloat" => "aarch64.ld",
        "x86_64-unknown-none" => {
            // Linux loads it where it is linked to.
            println!("cargo:rustc-link-arg-bins=-no-pie");
            return;
        }
        _ => {
            for arg in ["-nostartfiles", "-nostdlib", "-static", "-no-pie"] {
                println!("cargo:rustc-link-arg-bins={arg}");
            }
            return;
        }
    };
    let script = Path::new(&dir).join("link").join(script);
    println!("cargo:rustc-link-arg-bins=-T{}", script.display());
    println!("cargo:rerun-if-changed=link");
}
