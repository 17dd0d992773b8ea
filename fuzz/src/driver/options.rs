//! The command line.

use core::time::Duration;
use diptych_fuzz::configurations::{Configuration, configurations};
use diptych_fuzz::generate::{Generator, Proposals};
use diptych_fuzz::session;
use std::path::PathBuf;
use std::time::SystemTime;

/// How it is used.
pub(crate) const USAGE: &str = "\
Executes random modules in every configuration and keeps what differs.

Usage: diptych-fuzz [OPTIONS]
       diptych-fuzz --replay FILE.wat
       diptych-fuzz --reduce FILE.wat

  --time TIME           how long: 90, 60s, 5m, 2h [60s]
  --cases N             at most so many cases
  --jobs N              how many processes work [1]
  --seed N              where to begin; printed when it is not given
  --generators A,B      what makes cases [all]
  --features A,B        which proposals modules may need, beside WebAssembly 2.0 with vectors and
                        tail calls [all]
  --configurations A,B  what has to agree, the first of them with each other [all]
  --others N            in how many configurations, beside the first, a case is executed [5]
  --findings FOLDER     where cases are kept on which something differs [findings]
  --case SEED           the case that is made of a seed, as names of findings have it: print it,
                        and execute it in all configurations
  --replay FILE         execute a case in all configurations
  --reduce FILE         make a case smaller on which something differs, and print it
  --list                the generators, the features and the configurations
  --help                this text

The exit code is 1 when something differs.";

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Say how it is used.
    Help,
    /// Look for differences.
    Fuzz,
    /// Make a case of a seed and execute it.
    Case(u64),
    /// Execute a case.
    Replay(PathBuf),
    /// Make a case smaller.
    Reduce(PathBuf),
    /// Look for differences, as one of the processes that do.
    Work {
        /// Which of them.
        worker: usize,
        /// The first case.
        first: u64,
    },
    /// Execute a case for a process that wants to know whether this one survives.
    Check(PathBuf),
}

/// What the command line says.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) task: Task,
    pub(crate) time: Duration,
    pub(crate) cases: u64,
    pub(crate) jobs: usize,
    pub(crate) seed: u64,
    pub(crate) session: session::Options,
    pub(crate) findings: PathBuf,
    /// What was said of the session, for other processes and to say again.
    pub(crate) said: Vec<String>,
}

impl Options {
    /// What the arguments say.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            task: Task::Fuzz,
            time: Duration::from_secs(60),
            cases: u64::MAX,
            jobs: 1,
            seed: fresh_seed(),
            session: session::Options::default(),
            findings: PathBuf::from("findings"),
            said: Vec::new(),
        };
        let mut args = args.peekable();
        while let Some(name) = args.next() {
            if name == "--help" {
                options.task = Task::Help;
                continue;
            }
            if name == "--list" {
                list();
                options.task = Task::Help;
                continue;
            }
            let value = args.next().ok_or_else(|| format!("{name} wants a value"))?;
            let number = || {
                value
                    .parse::<u64>()
                    .map_err(|_| format!("{name} wants a number, not `{value}`"))
            };
            match name.as_str() {
                "--time" => options.time = time(&value)?,
                "--cases" => options.cases = number()?,
                "--jobs" => options.jobs = number()?.clamp(1, 256) as usize,
                "--seed" => options.seed = number()?,
                "--generators" => {
                    options.session.generators = each(&value, Generator::named)?;
                    options.said.extend([name, value]);
                }
                "--features" => {
                    let add = |all: Proposals, name| {
                        let wrong = || format!("there is no `{name}`; see --list");
                        all.with(name).ok_or_else(wrong)
                    };
                    let mut names = value.split(',').filter(|name| !name.is_empty());
                    options.session.proposals = names.try_fold(Proposals::NONE, add)?;
                    options.said.extend([name, value]);
                }
                "--configurations" => {
                    let all = configurations();
                    let named = |name: &str| {
                        all.iter()
                            .find(|it: &&Configuration| it.name() == name)
                            .copied()
                    };
                    options.session.configurations = each(&value, named)?;
                    options.said.extend([name, value]);
                }
                "--others" => {
                    options.session.others = number()? as usize;
                    options.said.extend([name, value]);
                }
                "--findings" => options.findings = PathBuf::from(value),
                "--case" => options.task = Task::Case(number()?),
                "--replay" => options.task = Task::Replay(value.into()),
                "--reduce" => options.task = Task::Reduce(value.into()),
                "--check" => options.task = Task::Check(value.into()),
                "--work" => {
                    let wrong = || format!("no work: `{value}`");
                    let (worker, first) = value.split_once(':').ok_or_else(wrong)?;
                    options.task = Task::Work {
                        worker: worker.parse().map_err(|_| wrong())?,
                        first: first.parse().map_err(|_| wrong())?,
                    };
                }
                _ => return Err(format!("no option `{name}`")),
            }
        }
        Ok(options)
    }
}

fn each<T>(names: &str, named: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    names
        .split(',')
        .map(|name| named(name).ok_or_else(|| format!("there is no `{name}`; see --list")))
        .collect()
}

fn list() {
    println!("generators:");
    for generator in Generator::ALL {
        println!("  {}", generator.name());
    }
    println!("features:");
    for name in Proposals::NAMES {
        println!("  {name}");
    }
    println!("configurations:");
    for configuration in configurations() {
        println!("  {}", configuration.name());
    }
    println!();
}

fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) if text.ends_with('m') => (number, 60),
        Some(number) if text.ends_with('h') => (number, 3600),
        Some(number) => (number, 1),
        None => (text, 1),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| format!("`{text}` is no time; 60s, 5m and 2h are some"))?;
    Ok(Duration::from_secs(number.saturating_mul(unit)))
}

/// One that was hardly ever used before.
fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(1, |now| {
        now.as_micros() as u64 ^ u64::from(std::process::id())
    })
}
