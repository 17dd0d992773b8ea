//! A process that measures one thing of one peer and prints its time: a process each, so that no
//! peer works in a heap or with caches that another has left.

use crate::task::{Task, Time};
use crate::{Result, peers};
use std::process::{Command, Stdio};

/// The first word of a child's command line.
pub const FLAG: &str = "--child";

const NOTHING: &str = "not offered";

/// The child's side.
pub fn run(words: &[String]) -> Result<()> {
    let (peer, task) = words
        .split_first()
        .ok_or("a child needs a peer and a task")?;
    match peers::get(peer)?.measure(&Task::parse(task)?)? {
        // Digits enough that nothing is lost.
        Some(time) => println!("{:e} {:e} {}", time.cpu, time.wall, time.result),
        None => println!("{NOTHING}"),
    }
    Ok(())
}

/// The parent's side: starts a child, and waits for its time.
pub fn measure(peer: &str, task: &Task) -> Result<Option<Time>> {
    if let Task::Instructions(name) = task {
        return instructions(peer, name);
    }
    let child = Command::new(std::env::current_exe()?);
    Ok(measured(child, peer, task)?.map(|(time, _)| time))
}

/// How many instructions one run takes, and how many indirect jumps: those with it less those
/// without.
fn instructions(peer: &str, name: &'static str) -> Result<Option<Time>> {
    if !peers::get(peer)?.is_linked() {
        return Ok(None);
    }
    let count = |times| {
        let mut child = Command::new(VALGRIND);
        child
            .args([
                "--tool=cachegrind",
                "--cache-sim=no",
                "--branch-sim=yes",
                "--cachegrind-out-file=/dev/null",
            ])
            .arg(std::env::current_exe()?);
        let Some((_, said)) = measured(child, peer, &Task::Repeat(name, times))? else {
            return Ok(None);
        };
        // ==1234== I refs:        1,234,567
        // ==1234== Branches:        234,567  (200,000 cond + 34,567 ind)
        let number = |label: &str, before: &str| {
            let line = said.lines().find(|line| line.contains(label));
            let line = line.map(|line| line.trim_end_matches(before));
            let (_, number) = line
                .and_then(|line| line.rsplit_once(' '))
                .ok_or("valgrind counted nothing")?;
            Result::Ok(number.replace(',', "").parse::<f64>()?)
        };
        let instructions = number("refs:", "")?;
        Result::Ok(Some((instructions, number("Branches:", " ind)")?)))
    };
    let (Some(without), Some(with)) = (count(0)?, count(1)?) else {
        return Ok(None);
    };
    Ok(Some(Time::new(with.0 - without.0, with.1 - without.1)))
}

/// The program that counts.
const VALGRIND: &str = "valgrind";

/// Whether instructions can be counted.
pub fn has_valgrind() -> bool {
    Command::new(VALGRIND)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// What a child measured, and what was printed to its standard error.
fn measured(mut child: Command, peer: &str, task: &Task) -> Result<Option<(Time, String)>> {
    let output = child
        .arg(FLAG)
        .arg(peer)
        .args(task.words())
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        let why = said.trim();
        let why = why.strip_prefix("error: ").unwrap_or(why);
        return Err(format!("{}: {why}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    if text.trim() == NOTHING {
        return Ok(None);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let [cpu, wall, result] = words[..] else {
        return Err("a child printed no time".into());
    };
    let time = Time {
        cpu: cpu.parse()?,
        wall: wall.parse()?,
        result: result.parse()?,
    };
    Ok(Some((time, said)))
}
