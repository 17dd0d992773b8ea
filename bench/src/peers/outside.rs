//! Runtimes that are programs of their own. Such a program runs a workload twice, and prints for
//! each time the result, the processor time and the time that went by.

use crate::Result;
use crate::peer::Peer;
use crate::programs;
use crate::task::{Task, Time};
use crate::workloads::{self, Workload};
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[derive(Clone, Copy)]
pub enum Outside {
    /// V8 as it is: a quick compiler first, a good one for what is executed often.
    V8,
    /// V8 with its quick compiler alone.
    Liftoff,
    /// The interpreter wasm3, around which `wasm3.c` is.
    Wasm3,
}

impl Peer for Outside {
    fn name(&self) -> &'static str {
        match self {
            Self::V8 => "v8",
            Self::Liftoff => "liftoff",
            Self::Wasm3 => "wasm3",
        }
    }

    fn about(&self) -> String {
        let versions = || said(&[&node(), "-p", "`V8 ${process.versions.v8}`"]);
        match self {
            Self::V8 => format!("{} in node", versions().unwrap_or_default()),
            Self::Liftoff => format!("{} in node, Liftoff alone", versions().unwrap_or_default()),
            Self::Wasm3 => "wasm3 0.5.0, by the C compiler of the machine".to_owned(),
        }
    }

    fn missing(&self) -> Option<String> {
        match self {
            Self::V8 | Self::Liftoff => said(&[&node(), "--version"])
                .is_none()
                .then(|| format!("there is no program `{}`", node())),
            Self::Wasm3 => (!wasm3().is_file())
                .then(|| "it is not built: bench/build-wasm3.sh builds it".to_owned()),
        }
    }

    fn measure(&self, task: &Task) -> Result<Option<Time>> {
        match task {
            Task::Run(name) => {
                let workload = workloads::get(name).ok_or("no such workload")?;
                if workload.objects || matches!(self, Self::Wasm3) && workload.vectors() {
                    return Ok(None);
                }
                self.run(workload).map(Some)
            }
            Task::Program(name) => match self.runner() {
                Some(words) => programs::measure(name, &words).map(Some),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }
}

impl Outside {
    /// The command line that goes on with a module's file and a number.
    fn words(self) -> Vec<String> {
        match self {
            Self::V8 | Self::Liftoff => self.node(programs::here().join("src/peers/workload.mjs")),
            Self::Wasm3 => vec![wasm3().to_string_lossy().into_owned()],
        }
    }

    /// The command line that goes on with a program's world, file and arguments.
    fn runner(self) -> Option<Vec<String>> {
        match self {
            Self::V8 | Self::Liftoff => {
                let script = programs::here().join("../conformance/real-world/oracle.mjs");
                Some(self.node(script))
            }
            Self::Wasm3 => None,
        }
    }

    fn node(self, script: PathBuf) -> Vec<String> {
        let mut words = vec![node(), "--no-warnings".to_owned()];
        if let Self::Liftoff = self {
            words.push("--liftoff-only".to_owned());
        }
        words.push(script.to_string_lossy().into_owned());
        words
    }

    fn run(self, workload: &Workload) -> Result<Time> {
        let file = std::env::temp_dir().join(format!("diptych-bench-{}.wasm", std::process::id()));
        std::fs::write(&file, wat::parse_str(workload.wat)?)?;
        let words = self.words();
        let output = Command::new(&words[0])
            .args(&words[1..])
            .arg(&file)
            .arg(workload.n.to_string())
            .stdin(Stdio::null())
            .output();
        std::fs::remove_file(&file)?;
        let output = output?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}: {}", output.status, why.trim()).into());
        }
        let said = String::from_utf8(output.stdout)?;
        let times: Vec<Time> = said
            .lines()
            .map(|line| time(line, workload))
            .collect::<Result<_>>()?;
        match times[..] {
            [first, second] => Ok(first.min(second)),
            _ => Err(format!("not two runs: {said:?}").into()),
        }
    }
}

/// One line of what such a program prints.
fn time(line: &str, workload: &Workload) -> Result<Time> {
    let words: Vec<&str> = line.split(' ').collect();
    let [sum, cpu, wall] = words[..] else {
        return Err(format!("no result and times: {line:?}").into());
    };
    workload.check(sum.parse()?)?;
    Ok(Time::new(cpu.parse()?, wall.parse()?))
}

/// What a command prints, if it is there and succeeds.
fn said(words: &[&str]) -> Option<String> {
    let output = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn node() -> String {
    std::env::var("NODE").unwrap_or_else(|_| "node".to_owned())
}

fn wasm3() -> PathBuf {
    programs::here().join("target/tools/bin/wasm3-workload")
}
