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
    match Task::parse(task)?.measure(&*peers::get(peer)?)? {
        // Digits enough that nothing is lost.
        Some(time) => println!("{:e} {:e}", time.cpu, time.wall),
        None => println!("{NOTHING}"),
    }
    Ok(())
}

/// The parent's side: starts a child, and waits for its time.
pub fn measure(peer: &str, task: &Task) -> Result<Option<Time>> {
    let output = Command::new(std::env::current_exe()?)
        .arg(FLAG)
        .arg(peer)
        .args(task.words())
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        let why = why.trim();
        let why = why.strip_prefix("error: ").unwrap_or(why);
        return Err(format!("{}: {why}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    if text.trim() == NOTHING {
        return Ok(None);
    }
    let (cpu, wall) = text
        .trim()
        .split_once(' ')
        .ok_or("a child printed no time")?;
    Ok(Some(Time {
        cpu: cpu.parse()?,
        wall: wall.parse()?,
    }))
}
