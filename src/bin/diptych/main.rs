//! The program `diptych`: runs, tests, measures and inspects WebAssembly.

#![deny(unsafe_code)]

mod bench;
mod compile;
mod completions;
mod diff;
mod engine;
mod flags;
mod host;
mod input;
mod inspect;
mod profile;
mod progress;
mod proposals;
mod quantity;
mod report;
mod run;
mod sections;
mod validate;
mod value;
mod wast;

use clap::Parser as _;
use flags::{Cli, Command};
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run(flags) => run::run(&flags),
        Command::Compile(flags) => compile::run(&flags),
        Command::Wast(flags) => wast::run(&flags),
        Command::Validate(flags) => validate::run(&flags),
        Command::Inspect(flags) => inspect::run(&flags),
        Command::Bench(flags) => bench::run(&flags),
        Command::Diff(flags) => diff::run(&flags),
        Command::Completions(flags) => completions::completions(&flags),
        Command::Man(flags) => completions::man(&flags),
    };
    let Err(failure) = outcome else {
        return ExitCode::SUCCESS;
    };
    progress::erase();
    failure.print();
    // A guest's code may be more than the byte that `ExitCode` takes.
    let _ = std::io::stdout().flush();
    std::process::exit(failure.code())
}
