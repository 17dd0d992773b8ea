//! Executes random modules in Diptych and in other runtimes for a while, and keeps what differs.
//!
//! `diptych-fuzz` makes the cases, and compares Diptych's configurations among themselves; here one
//! of them is compared with what others think. `README.md` says how, and what was found.

mod adapt;
mod judge;
mod options;
mod parent;
mod plan;
mod runtimes;
mod seen;
mod value;
mod worker;
mod world;

use diptych_fuzz::case::{Case, Settings};
use judge::{Judge, Outcome};
use options::{Options, Task};
use seen::Verdict;
use std::path::Path;
use std::process::ExitCode;

/// The stack of the thread that executes cases, above what guests may take of it.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let done = Options::parse(std::env::args().skip(1)).and_then(|options| match &options.task {
        Task::Help => {
            println!("{}", options::USAGE);
            Ok(true)
        }
        Task::Fuzz => parent::run(&options),
        Task::Work(first) => on_large_stack(|| worker::run(*first, &options)),
        Task::Replay(file) => on_large_stack(|| replay(file, &options)),
        Task::Reduce(file) => on_large_stack(|| reduce(file, &options)),
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn on_large_stack(work: impl FnOnce() -> Result<bool, String> + Send) -> Result<bool, String> {
    // While a case is made smaller on which another runtime panics, there are very many.
    std::panic::set_hook(Box::new(judge::note_panic));
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work)
            .map_err(|error| error.to_string())?;
        thread
            .join()
            .map_err(|_| "the thread panicked".to_owned())?
    })
}

/// Executes a case in all peers, and says what came of it. True when they agree.
fn replay(file: &Path, options: &Options) -> Result<bool, String> {
    let case = read(file)?;
    let mut judge = Judge::new(runtimes::peers(&options.peers)?);
    let number = worker::configuration(&judge, options)?.unwrap_or(0);
    let mut agree = true;
    for (peer, outcome) in judge.judge(&case, number).into_iter().enumerate() {
        let name = judge.peers()[peer].name();
        match outcome {
            Outcome::Compared(Verdict::Differs(kind, what)) => {
                agree = false;
                println!("{name}: {kind} differs: {what}");
            }
            other => println!("{name}: {other:?}"),
        }
    }
    Ok(agree)
}

/// Prints a smaller case on which something differs as it does on this one.
fn reduce(file: &Path, options: &Options) -> Result<bool, String> {
    let case = read(file)?;
    let mut judge = Judge::new(runtimes::peers(&options.peers)?);
    let number = worker::configuration(&judge, options)?.unwrap_or(0);
    let outcomes = judge.judge(&case, number);
    for (peer, outcome) in outcomes.into_iter().enumerate() {
        if let Outcome::Compared(Verdict::Differs(kind, _)) = outcome {
            let small = worker::smaller(&mut judge, &case, number, peer, kind);
            println!("{}", small.to_text()?);
            return Ok(false);
        }
    }
    Err("nothing differs".to_owned())
}

fn read(file: &Path) -> Result<Case, String> {
    if file.extension().is_some_and(|it| it == "wasm") {
        let wasm = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        return Ok(Case {
            origin: String::new(),
            settings: Settings::default(),
            modules: vec![wasm],
            calls: Vec::new(),
        });
    }
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
    Case::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
}
