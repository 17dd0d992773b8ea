//! The command line.

use crate::{Result, child, peers, programs, workloads};
use std::path::PathBuf;

const HELP: &str = "\
Measures Diptych beside other WebAssembly runtimes.

usage: cargo run --release --manifest-path bench/Cargo.toml -- [OPTIONS]

  --peers A,B      only these, in this order
  --base NAME      the peer whose times others are divided by [default: wasmi, or else the first]
  --only A,B       only these workloads or other measurements: `run` is all workloads, `programs`
                   all real programs, which are measured only if they are named
  --repeat N       rounds, of which the best counts [default: 5]
  --quick          one round
  --module FILE    also measure the opening of this module
  --coremark FILE  also measure CoreMark, of which this is a module
  --json FILE      write all numbers as JSON
  --svg FILE       draw the run times and all geometric means
  --instructions   count the instructions of each workload by valgrind, and nothing else
  --list           print the names of peers and measurements
  --help           print this";

/// What the command line asks for.
pub struct Options {
    pub peers: Vec<String>,
    pub base: Option<String>,
    pub only: Option<Vec<String>>,
    pub rounds: u32,
    pub module: Option<PathBuf>,
    pub coremark: Option<PathBuf>,
    pub json: Option<PathBuf>,
    pub svg: Option<PathBuf>,
    pub instructions: bool,
}

impl Options {
    /// Reads the command line; nothing when it was only a question, which is answered.
    pub fn parse(words: Vec<String>) -> Result<Option<Self>> {
        let mut options = Self {
            peers: peers::present(),
            base: None,
            only: None,
            rounds: 5,
            module: None,
            coremark: None,
            json: None,
            svg: None,
            instructions: false,
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match &*word {
                "--peers" => options.peers = list(&value()?),
                "--base" => options.base = Some(value()?),
                "--only" => options.only = Some(list(&value()?)),
                "--repeat" => {
                    let text = value()?;
                    options.rounds = text
                        .parse()
                        .ok()
                        .filter(|&n| n > 0)
                        .ok_or(format!("--repeat {text}?"))?;
                }
                "--quick" => options.rounds = 1,
                "--module" => options.module = Some(value()?.into()),
                "--coremark" => options.coremark = Some(value()?.into()),
                "--svg" => options.svg = Some(value()?.into()),
                "--instructions" => options.instructions = true,
                "--json" => options.json = Some(value()?.into()),
                "--list" => {
                    println!("peers: {}", peers::names().join(", "));
                    for why in peers::missing() {
                        println!("left out: {why}");
                    }
                    println!(
                        "workloads: {}",
                        workloads::names().collect::<Vec<_>>().join(", ")
                    );
                    println!("programs: {}", programs::ALL.join(", "));
                    println!("other: {}", crate::task::OTHERS.join(", "));
                    return Ok(None);
                }
                "--help" | "-h" => {
                    println!("{HELP}");
                    return Ok(None);
                }
                other => return Err(format!("unknown option {other}; see --help").into()),
            }
        }
        options.check()?;
        Ok(Some(options))
    }

    /// Whether the measurement of this name is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.iter().any(|wanted| wanted == name))
    }

    /// Whether the run time of this workload is wanted.
    pub fn wants_run(&self, name: &str) -> bool {
        self.wants(name) || self.wants("run")
    }

    /// Whether this program is wanted, which takes being named.
    pub fn wants_program(&self, name: &str) -> bool {
        self.only.is_some() && (self.wants(name) || self.wants("programs"))
    }

    fn check(&self) -> Result<()> {
        for name in &self.peers {
            if let Some(why) = peers::get(name)?.missing() {
                return Err(format!("{name} cannot be measured: {why}").into());
            }
        }
        if self.instructions && !child::has_valgrind() {
            return Err("instructions are counted by valgrind, which is not installed".into());
        }
        if let Some(base) = self.base.as_ref().filter(|base| !self.peers.contains(base)) {
            return Err(format!("the base {base} is not among the peers").into());
        }
        for name in self.only.iter().flatten() {
            let known = workloads::get(name).is_some()
                || programs::get(name).is_some()
                || crate::task::OTHERS.contains(&&**name);
            if !known {
                return Err(format!("no measurement is called {name}; see --list").into());
            }
        }
        Ok(())
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
