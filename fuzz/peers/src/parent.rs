//! The process that starts the worker, adds up what it tells, and notices when it dies: a crash or
//! a hang of any runtime is a finding too, and ends nothing else.

use crate::judge::Judge;
use crate::options::Options;
use crate::runtimes::peers;
use crate::worker::{case_at, save};
use core::time::Duration;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

/// How long a worker may be silent: a case takes much less.
const SILENCE: Duration = Duration::from_secs(60);

/// Has workers look for differences until the time is over. True when there are none.
///
/// # Errors
/// When a process cannot be started.
pub fn run(options: &Options) -> Result<bool, String> {
    println!("seed {}", options.seed);
    let start = Instant::now();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut first = 0;
    while let Some(died) = work(options, start, &mut first, &mut counts, &mut findings)? {
        // The case is kept as it is.
        let judge = Judge::new(peers(&options.peers)?);
        let (generator, case, number) = case_at(options, &judge, first);
        let name = format!("crash-{}-{}-{first}", generator.name(), options.seed);
        let said = format!("--configuration {}", judge.diptych().name(number));
        let path = case.map(|case| save(&options.findings, &name, &case, &said, &died));
        println!("found {path:?} {died}");
        findings.push(format!("{name} {died}"));
        first += 1;
        if start.elapsed() >= options.time {
            break;
        }
    }
    println!("\nin {:.0} s:", start.elapsed().as_secs_f64());
    for (what, n) in &counts {
        println!("{n:>9} {what}");
    }
    println!("{:>9} findings", findings.len());
    for finding in &findings {
        println!("  {finding}");
    }
    Ok(findings.is_empty())
}

/// One worker, to its end. What it died of, if it did; `first` is then the case that it was at.
fn work(
    options: &Options,
    start: Instant,
    first: &mut u64,
    counts: &mut BTreeMap<String, u64>,
    findings: &mut Vec<String>,
) -> Result<Option<String>, String> {
    let (mut child, lines) = spawn(options, start, *first)?;
    let mut is_done = false;
    let died = loop {
        match lines.recv_timeout(SILENCE) {
            Ok(line) => {
                let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
                match word {
                    "case" => *first = rest.parse().unwrap_or(*first),
                    "count" => {
                        if let Some((n, what)) = rest.split_once(' ') {
                            *counts.entry(what.to_owned()).or_default() += n.parse().unwrap_or(0);
                        }
                    }
                    "found" => {
                        println!("{line}");
                        findings.push(rest.to_owned());
                    }
                    "done" => is_done = true,
                    _ => {}
                }
            }
            Err(RecvTimeoutError::Timeout) => break Some("it hung".to_owned()),
            Err(RecvTimeoutError::Disconnected) => break None,
        }
    };
    if died.is_some() {
        // It may have ended just now.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    Ok(match died {
        None if is_done => None,
        None => Some(format!("a worker ended: {status}")),
        hung => hung,
    })
}

fn spawn(
    options: &Options,
    start: Instant,
    first: u64,
) -> Result<(Child, Receiver<String>), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let left = options.time.saturating_sub(start.elapsed());
    let mut child = Command::new(program)
        .args(&options.said)
        .args(["--work", &first.to_string()])
        .args(["--seed", &options.seed.to_string()])
        .args(["--cases", &options.cases.to_string()])
        .args(["--time", &left.as_secs().to_string()])
        .arg("--findings")
        .arg(&options.findings)
        .stdout(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (sender, receiver) = channel();
    if let Some(out) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
    }
    Ok((child, receiver))
}
