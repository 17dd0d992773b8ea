//! The process that starts the others, adds up what they tell, and notices when one dies.

use super::options::Options;
use super::worker::{save, seed_of_case};
use super::{SILENCE, WAITING, processor_time};
use core::time::Duration;
use diptych_fuzz::coverage::{COLUMNS, Coverage};
use diptych_fuzz::session::{Counts, Session};
use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;

/// How often the progress is shown.
const SHOWING: Duration = Duration::from_secs(2);

/// How long workers may be silent without anyone looking after them.
const PATIENCE: Duration = Duration::from_secs(2);

/// A line of a worker, or its end.
enum Told {
    Line(usize, String),
    End(usize),
}

/// A worker, as its parent knows it.
struct Worker {
    child: Child,
    /// The case that it is at.
    place: u64,
    heard: Instant,
    /// What processors had done for it soon after that.
    worked: Option<Duration>,
    is_done: bool,
}

impl Worker {
    /// Notes that it lives.
    fn is_heard(&mut self) {
        self.heard = Instant::now();
        self.worked = None;
    }

    /// Whether it is at the same thing for too long.
    fn hangs(&mut self) -> bool {
        let silent = self.heard.elapsed();
        let working = processor_time(self.child.id()).map_or(silent, |now| {
            now.saturating_sub(*self.worked.get_or_insert(now))
        });
        working >= SILENCE || silent >= WAITING
    }
}

/// All that has been told.
struct Progress {
    counts: Counts,
    coverage: Coverage,
    findings: Vec<String>,
    start: Instant,
}

/// Has workers look for differences until the time is over. True when there are none.
///
/// # Errors
/// When a process cannot be started.
pub(crate) fn run(options: &Options) -> Result<bool, String> {
    println!("seed {}", options.seed);
    let (sender, receiver) = channel();
    let mut workers = Vec::new();
    let mut progress = Progress {
        counts: Counts::default(),
        coverage: Coverage::default(),
        findings: Vec::new(),
        start: Instant::now(),
    };
    for worker in 0..options.jobs {
        workers.push(start(
            worker,
            worker as u64,
            options.time,
            options,
            &sender,
        )?);
    }
    let outcome = listen(&mut workers, &receiver, &sender, options, &mut progress);
    for worker in &mut workers {
        // All but those that are done; they have ended.
        let _ = worker.child.kill();
        let _ = worker.child.wait();
    }
    outcome?;
    summary(&progress);
    Ok(progress.findings.is_empty())
}

fn start(
    worker: usize,
    first: u64,
    time: Duration,
    options: &Options,
    sender: &Sender<Told>,
) -> Result<Worker, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = Command::new(program)
        .args(&options.said)
        .args(["--work", &format!("{worker}:{first}")])
        .args(["--seed", &options.seed.to_string()])
        .args(["--jobs", &options.jobs.to_string()])
        .args(["--cases", &options.cases.to_string()])
        .args(["--time", &time.as_secs().to_string()])
        .arg("--findings")
        .arg(&options.findings)
        .stdout(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(out) = child.stdout.take() {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(Told::Line(worker, line)).is_err() {
                    return;
                }
            }
            // No one listens any more when all is over.
            let _ = sender.send(Told::End(worker));
        });
    }
    Ok(Worker {
        child,
        place: first,
        heard: Instant::now(),
        worked: None,
        is_done: false,
    })
}

fn listen(
    workers: &mut [Worker],
    receiver: &Receiver<Told>,
    sender: &Sender<Told>,
    options: &Options,
    progress: &mut Progress,
) -> Result<(), String> {
    let mut shown = Instant::now();
    let mut running = workers.len();
    while running > 0 {
        match receiver.recv_timeout(Duration::from_millis(200)) {
            Ok(Told::Line(worker, line)) => {
                workers[worker].is_heard();
                hear(&mut workers[worker], &line, progress);
            }
            Ok(Told::End(at)) => {
                let worker = &mut workers[at];
                if worker.is_done {
                    running -= 1;
                } else {
                    let status = worker.child.wait().map_err(|error| error.to_string())?;
                    died(
                        worker.place,
                        &format!("a worker ended: {status}"),
                        options,
                        progress,
                    );
                    let left = options.time.saturating_sub(progress.start.elapsed());
                    let next = worker.place + options.jobs as u64;
                    *worker = start(at, next, left, options, sender)?;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        for worker in workers.iter_mut().filter(|worker| !worker.is_done) {
            if worker.heard.elapsed() >= PATIENCE && worker.hangs() {
                worker.is_heard();
                // Its end is heard of like any other.
                let _ = worker.child.kill();
            }
        }
        if shown.elapsed() >= SHOWING {
            shown = Instant::now();
            show(progress);
        }
    }
    Ok(())
}

fn hear(worker: &mut Worker, line: &str, progress: &mut Progress) {
    let mut words = line.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some("case"), Some(place), _) => {
            worker.place = place.parse().unwrap_or(worker.place);
        }
        (Some("count"), Some(name), Some(n)) => {
            progress.counts.add(name, n.parse().unwrap_or(0));
        }
        (Some("operator"), Some(operator), Some(n)) => {
            progress.coverage.add(operator, n.parse().unwrap_or(0));
        }
        (Some("found"), ..) => found(line, progress),
        (Some("done"), ..) => worker.is_done = true,
        _ => {}
    }
}

fn found(what: &str, progress: &mut Progress) {
    println!("\r{what}");
    progress.findings.push(what.to_owned());
}

/// A worker crashed or hung. The case is kept as it is.
fn died(place: u64, what: &str, options: &Options, progress: &mut Progress) {
    let seed = seed_of_case(options.seed, place);
    let generator = Session::new(options.session.clone()).generator(seed);
    let name = format!("crash-{}-{seed}", generator.name());
    let saved = match generator.case_within(seed, &options.session.proposals) {
        Some(case) => save(&options.findings, &name, &case, what),
        None => Err("the generator".to_owned()),
    };
    match saved {
        Ok(path) => found(&format!("found {} {what}", path.display()), progress),
        Err(error) => found(&format!("found {name} {what} ({error})"), progress),
    }
}

fn show(progress: &Progress) {
    let seconds = progress.start.elapsed().as_secs_f64();
    let counts = &progress.counts;
    let line = format!(
        "{seconds:.0} s: {} cases, {} executions, {:.0}/s, {} calls returned, {} failed, {} given up, {} differ",
        counts.cases,
        counts.executions,
        counts.executions as f64 / seconds,
        counts.returned,
        counts.failed + counts.out_of_fuel,
        counts.abandoned(),
        progress.findings.len(),
    );
    // On a terminal the line takes the place of the last one.
    if std::io::stdout().is_terminal() {
        print!("\r{line}");
        let _ = std::io::stdout().flush();
    } else {
        println!("{line}");
    }
}

fn summary(progress: &Progress) {
    let seconds = progress.start.elapsed().as_secs_f64();
    let counts = &progress.counts;
    println!();
    for (name, n) in counts.entries() {
        println!("{name:<26} {n}");
    }
    println!(
        "{:<26} {:.1}",
        "executions_per_second",
        counts.executions as f64 / seconds
    );
    println!(
        "{:<26} {:.1}",
        "executions_per_processor_s",
        counts.executions as f64 / counts.seconds().max(1e-6)
    );
    println!(
        "{:<26} {:.3}",
        "given_up_percent",
        100.0 * counts.abandoned() as f64 / counts.cases.max(1) as f64
    );
    println!("\nexecutions by configuration:");
    for (name, n) in &counts.executed {
        println!("  {name:<36} {n}");
    }
    operators(progress);
    if progress.findings.is_empty() {
        println!("\nno differences in {seconds:.0} s");
    } else {
        println!("\n{} differences:", progress.findings.len());
        for finding in &progress.findings {
            println!("  {finding}");
        }
    }
}

/// How often each operator was executed, as far as it was counted.
fn operators(progress: &Progress) {
    let table = progress.coverage.table();
    println!("\noperators executed, where they were counted:");
    println!("  {:<36} {}", "", COLUMNS.join("  "));
    for (name, counts) in &table {
        let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
        println!("  {name:<36} {}", counts.join("  "));
    }
    let never = table.iter().filter(|(_, counts)| counts.contains(&0));
    let never: Vec<&str> = never.map(|(name, _)| *name).collect();
    println!(
        "{} of {} operators executed in every column; not: {}",
        table.len() - never.len(),
        table.len(),
        never.join(" ")
    );
}
