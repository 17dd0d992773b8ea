//! Measures Diptych beside other WebAssembly runtimes and prints one table of ratios.
//!
//! The parent process starts a child of itself for each measurement, the peers by turns, and keeps
//! the best of the rounds; `README.md` says why.

mod child;
mod clock;
mod modules;
mod options;
mod parent;
mod peer;
mod peers;
mod programs;
mod report;
mod svg;
mod task;
mod workloads;

use std::error::Error;
use std::process::ExitCode;

/// The first word of the command line of a process that runs a program in a peer.
const GUEST: &str = "--guest";

/// What can go wrong is only printed.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.split_first() {
        Some((first, rest)) if first == child::FLAG => child::run(rest),
        Some((first, rest)) if first == GUEST => programs::run(rest),
        _ => parent::run(words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
