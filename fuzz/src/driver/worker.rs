//! A process that executes cases. It tells its parent on standard output, line by line, what it
//! begins, what it counts, and what it finds.

use super::on_large_stack;
use super::options::Options;
use core::time::Duration;
use diptych_fuzz::oracle::{Oracle, Verdict};
use diptych_fuzz::random::Random;
use diptych_fuzz::reduce::{Effort, reduce};
use diptych_fuzz::session::{Finding, Session};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

/// How often counts are told.
const TELLING: Duration = Duration::from_millis(500);
/// How many of the findings of a worker are made smaller.
const MOST_REDUCED: usize = 20;

/// The seed of the case at a place of a session.
pub(super) const fn seed_of_case(session: u64, place: u64) -> u64 {
    Random::of(session, place).bits()
}

/// Executes every `jobs`th case from the first on.
///
/// # Errors
/// When there is no thread.
pub(crate) fn run(worker: usize, first: u64, options: &Options) -> Result<bool, String> {
    on_large_stack(|| work(worker, first, options))
}

fn work(worker: usize, first: u64, options: &Options) -> bool {
    let start = Instant::now();
    let mut session = Session::new(options.session.clone());
    let mut told = Instant::now();
    let mut found = 0;
    let mut place = first;
    while start.elapsed() < options.time && place < options.cases {
        let seed = seed_of_case(options.seed, place);
        tell(&format!("case {place} {seed}"));
        if let Some(finding) = session.run(seed) {
            found += 1;
            keep(worker, &finding, found <= MOST_REDUCED, options);
        }
        place += options.jobs as u64;
        if told.elapsed() >= TELLING {
            told = Instant::now();
            tell_counts(&mut session);
        }
    }
    tell_counts(&mut session);
    tell("done");
    true
}

fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    // Without a parent there is no one to tell.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn tell_counts(session: &mut Session) {
    let counts = session.take_counts();
    for (name, n) in counts.entries() {
        if n > 0 {
            tell(&format!("count {name} {n}"));
        }
    }
    for (operator, n) in session.coverage().take_entries() {
        tell(&format!("operator {operator} {n}"));
    }
    for (configuration, n) in &counts.executed {
        tell(&format!("count in:{configuration} {n}"));
    }
}

/// Keeps a finding, made smaller if there are not too many.
fn keep(worker: usize, finding: &Finding, is_reduced: bool, options: &Options) {
    let difference = &finding.difference;
    let pair = Oracle::of_pair(&difference.reference, &difference.other);
    let kind = difference.kind();
    let mut case = finding.case.clone();
    let mut description = difference.describe();
    if is_reduced && let Some(mut pair) = pair {
        let differs = |oracle: &mut Oracle, case: &_| match oracle.judge(case) {
            Verdict::Differs(it) if it.kind() == kind => Some(it.describe()),
            _ => None,
        };
        let mut last = Instant::now();
        let small = reduce(&case, Effort::default(), &mut |case| {
            // The parent knows by this that there is life.
            if last.elapsed() >= TELLING {
                last = Instant::now();
                tell("reducing");
            }
            differs(&mut pair, case).is_some()
        });
        if let Some(it) = differs(&mut pair, &small) {
            description = it;
            case = small;
        }
    }
    let name = format!("{}-{}", finding.generator.name(), finding.seed);
    match save(&options.findings, &name, &case, &description) {
        Ok(path) => tell(&format!("found {} {kind}", path.display())),
        Err(error) => tell(&format!(
            "found {} worker {worker}: {error}",
            finding.case.origin
        )),
    }
}

/// Writes a case and what is wrong with it, and gives the file.
///
/// # Errors
/// When it cannot be written.
pub(super) fn save(
    folder: &PathBuf,
    name: &str,
    case: &diptych_fuzz::case::Case,
    description: &str,
) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let path = folder.join(format!("{name}.wat"));
    let mut text = format!(
        ";; cargo run --release -p diptych-fuzz -- --replay {}\n",
        path.display()
    );
    for line in description.lines() {
        text += &format!(";; {:.2000}\n", line);
    }
    match case.to_text() {
        Ok(case) => text += &case,
        // Malformed modules have no text: the seed in the name makes the case again.
        Err(error) => text += &format!(";; no text: {error}\n;; {}\n", case.origin),
    }
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    Ok(path)
}
