//! The command line.

use core::time::Duration;
use diptych_fuzz::generate::Generator;
use std::path::PathBuf;

pub const USAGE: &str = "\
Executes random modules in Diptych and in other runtimes, and keeps what differs.

Usage: diptych-peers [OPTIONS]
       diptych-peers --replay FILE.wat
       diptych-peers --reduce FILE.wat

  --time TIME           how long: 90, 60s, 5m, 2h [60s]
  --cases N             at most so many cases
  --seed N              where to begin; printed when it is not given
  --peers A,B           the other runtimes [all]: wasmi, wasmtime, node
  --generators A,B      what makes cases [all]
  --configuration NAME  the configuration of Diptych [one after the other]
  --findings FOLDER     where cases are kept on which something differs [findings]
  --replay FILE         execute a case
  --reduce FILE         make a case smaller on which something differs, and print it
  --help                this text

The exit code is 1 when something differs.";

/// What is to be done.
pub enum Task {
    Help,
    Fuzz,
    Replay(PathBuf),
    Reduce(PathBuf),
    /// Be the process that executes cases, from this one on.
    Work(u64),
}

/// What the command line says.
pub struct Options {
    pub task: Task,
    pub time: Duration,
    pub cases: u64,
    pub seed: u64,
    pub peers: Vec<String>,
    pub generators: Vec<Generator>,
    pub configuration: Option<String>,
    pub findings: PathBuf,
    /// What was said that a worker has to know.
    pub said: Vec<String>,
}

impl Options {
    /// What the arguments say.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            task: Task::Fuzz,
            time: Duration::from_secs(60),
            cases: u64::MAX,
            seed: fresh_seed(),
            peers: Vec::new(),
            generators: Generator::ALL.to_vec(),
            configuration: None,
            findings: PathBuf::from("findings"),
            said: Vec::new(),
        };
        while let Some(name) = args.next() {
            if name == "--help" {
                options.task = Task::Help;
                continue;
            }
            let value = args.next().ok_or_else(|| format!("{name} wants a value"))?;
            let number = || {
                let number = value.parse::<u64>();
                number.map_err(|_| format!("{name} wants a number, not `{value}`"))
            };
            let names = || value.split(',').map(str::to_owned);
            match name.as_str() {
                "--time" => options.time = time(&value)?,
                "--cases" => options.cases = number()?,
                "--seed" => options.seed = number()?,
                "--peers" => {
                    options.peers = names().collect();
                    options.said.extend([name, value]);
                }
                "--generators" => {
                    let named = |it: String| {
                        Generator::named(&it).ok_or_else(|| format!("no generator `{it}`"))
                    };
                    options.generators = names().map(named).collect::<Result<_, _>>()?;
                    options.said.extend([name, value]);
                }
                "--configuration" => {
                    options.configuration = Some(value.clone());
                    options.said.extend([name, value]);
                }
                "--findings" => options.findings = value.into(),
                "--replay" => options.task = Task::Replay(value.into()),
                "--reduce" => options.task = Task::Reduce(value.into()),
                "--work" => options.task = Task::Work(number()?),
                _ => return Err(format!("no option `{name}`")),
            }
        }
        Ok(options)
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(['s', 'm', 'h']);
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(format!("`{text}` is no time")),
    };
    let number = digits.parse::<u64>();
    let number = number.map_err(|_| format!("`{text}` is no time; 60s, 5m and 2h are some"))?;
    Ok(Duration::from_secs(number.saturating_mul(unit)))
}

/// One that was hardly ever used before.
fn fresh_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    now.map_or(1, |now| now.as_micros() as u64)
}
