//! Chores of the project, in Rust so that they need nothing but Cargo: `cargo xtask CHORE`.

mod features;
mod host;
mod matrix;
mod size;
mod superinstructions;

use std::process::ExitCode;

const HELP: &str = "\
Chores of the Diptych project.

Usage: cargo xtask CHORE

Chores:
  features  runs the specification's tests in every configuration and writes docs/features.md
  matrix    builds and tests for other targets; see `cargo xtask matrix --help`
  size      measures how large embeddings are; see `cargo xtask size --help`
  superinstructions
            chooses which there are; see `cargo xtask superinstructions --help`
";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let outcome = match words.next().as_deref() {
        Some("features") => features::main(words),
        Some("matrix") => matrix::main(words),
        Some("size") => size::main(words),
        Some("superinstructions") => superinstructions::main(words),
        Some("--help") | None => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!(
            "there is no chore `{other}`; see `cargo xtask --help`"
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
