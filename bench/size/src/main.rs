//! The smallest useful embedding of a runtime: it reads a module from the standard input, validates
//! it, calls its function `run` with 10 and prints the result, or says what is wrong.
//!
//! The same program for each runtime, and for none at all, so that what a runtime adds can be told
//! from what every program has. It has no WASI and no text format.

#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[cfg(not(feature = "std"))]
extern crate alloc;

#[cfg(not(feature = "std"))]
mod bare;
mod engine;

#[cfg(feature = "std")]
fn main() -> std::process::ExitCode {
    use std::io::Read as _;
    let mut wasm = Vec::new();
    let outcome = match std::io::stdin().read_to_end(&mut wasm) {
        Ok(_) => engine::run(&wasm).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(result) => {
            println!("{result}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
