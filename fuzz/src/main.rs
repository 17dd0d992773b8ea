//! Executes random modules in every configuration for a while, and keeps what differs.
//!
//! The work is done by processes that the first one starts, so that a crash or a hang of theirs is
//! a finding too, and ends nothing else.

mod driver;

use driver::options::{Options, Task};
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n\n{}", driver::options::USAGE);
            return ExitCode::from(2);
        }
    };
    let outcome = match &options.task {
        Task::Help => {
            println!("{}", driver::options::USAGE);
            Ok(true)
        }
        Task::Fuzz => driver::parent::run(&options),
        Task::Case(seed) => driver::replay::of_seed(*seed, &options),
        Task::Replay(file) => driver::replay::run(file, &options),
        Task::Reduce(file) => driver::replay::reduce(file, &options),
        Task::Work { worker, first } => driver::worker::run(*worker, *first, &options),
        Task::Check(file) => driver::replay::check(file, &options),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
