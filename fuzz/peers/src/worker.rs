//! The process that executes cases. It tells its parent on standard output, line by line, what it
//! begins, what it counts, and what it finds.

use crate::judge::{Judge, Outcome};
use crate::options::Options;
use crate::plan::bounded;
use crate::runtimes::peers;
use crate::seen::Verdict;
use core::time::Duration;
use diptych_fuzz::case::Case;
use diptych_fuzz::generate::Generator;
use diptych_fuzz::random::Random;
use diptych_fuzz::reduce::{Effort, reduce};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How often counts are told.
const TELLING: Duration = Duration::from_millis(500);
/// How many findings of a kind are kept.
const MOST_ALIKE: u32 = 6;
/// How long a case is made smaller.
const EFFORT: Effort = Effort {
    attempts: 20_000,
    time: Duration::from_secs(40),
};

/// The case at a place of a session, and the number of Diptych's configuration.
pub fn case_at(options: &Options, judge: &Judge, place: u64) -> (Generator, Option<Case>, usize) {
    let mut random = Random::of(options.seed, place);
    let generator = *random.pick(&options.generators);
    // For one of the peers: others that have less are left out, or not.
    let proposals = random.pick(judge.peers()).proposals();
    let number = random.bits() as usize;
    let case = generator.case_within(random.bits(), &proposals);
    let mut case = case.map(|case| bounded(&case));
    if let Some(case) = &mut case
        && random.once_in(MUTATED)
    {
        mutate(case, &mut random);
    }
    (generator, case, number)
}

/// Of so many cases, one has its last module damaged: whether that one is still valid is a question
/// that not all answer by the same code.
const MUTATED: usize = 4;

fn mutate(case: &mut Case, random: &mut Random) {
    // Who accepts it calls nothing.
    case.calls.clear();
    // Its start function may not end.
    case.settings.metered = true;
    case.origin.insert_str(0, "damaged ");
    let Some(wasm) = case.modules.last_mut() else {
        return;
    };
    for _ in 0..random.between(1, 3) {
        // The first eight bytes are the same in all.
        let at = random.between(8, wasm.len().max(9) - 1);
        if at >= wasm.len() {
            return;
        }
        match random.below(6) {
            0 => wasm.insert(at, random.bits() as u8),
            1 => drop(wasm.remove(at)),
            2 => wasm[at] = wasm[at].wrapping_add(1),
            3 => wasm[at] ^= 1 << random.below(8),
            _ => wasm[at] = random.bits() as u8,
        }
    }
}

/// Executes cases from this one on.
///
/// # Errors
/// When a peer is not there.
pub fn run(first: u64, options: &Options) -> Result<bool, String> {
    let start = Instant::now();
    let mut judge = Judge::new(peers(&options.peers)?);
    let fixed = configuration(&judge, options)?;
    let mut worker = Worker {
        options,
        counts: BTreeMap::new(),
        alike: BTreeMap::new(),
        told: Instant::now(),
    };
    let mut place = first;
    while start.elapsed() < options.time && place < options.cases {
        tell(&format!("case {place}"));
        let (generator, case, number) = case_at(options, &judge, place);
        if let Some(case) = case {
            let number = fixed.unwrap_or(number);
            worker.count("cases");
            for (peer, outcome) in judge.judge(&case, number).into_iter().enumerate() {
                let name = judge.peers()[peer].name();
                match outcome {
                    Outcome::Skipped => worker.count(&format!("{name}: not offered")),
                    Outcome::Compared(Verdict::Agreed) => {
                        worker.count(&format!("{name}: agreed"));
                    }
                    Outcome::Compared(Verdict::Abandoned(limit)) => {
                        let limit: String = limit.chars().take(60).collect();
                        worker.count(&format!("{name}: given up: {limit}"));
                    }
                    Outcome::Compared(Verdict::Differs(kind, what)) => {
                        worker.count(&format!("{name}: differs"));
                        let name = format!("{name}-{}-{}-{place}", generator.name(), options.seed);
                        let found = (kind, what.as_str());
                        worker.keep(&mut judge, &case, number, peer, found, &name);
                    }
                }
            }
        }
        place += 1;
        worker.tell_counts(false);
    }
    worker.tell_counts(true);
    tell("done");
    Ok(true)
}

/// The number of the configuration that was asked for.
///
/// # Errors
/// When there is no such.
pub fn configuration(judge: &Judge, options: &Options) -> Result<Option<usize>, String> {
    let number = |name: &String| {
        let number = judge.diptych().number(name);
        number.ok_or_else(|| format!("no configuration `{name}`"))
    };
    options.configuration.as_ref().map(number).transpose()
}

struct Worker<'a> {
    options: &'a Options,
    counts: BTreeMap<String, u64>,
    alike: BTreeMap<String, u32>,
    told: Instant,
}

impl Worker<'_> {
    fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    fn tell_counts(&mut self, is_end: bool) {
        if is_end || self.told.elapsed() >= TELLING {
            self.told = Instant::now();
            for (what, n) in core::mem::take(&mut self.counts) {
                tell(&format!("count {n} {what}"));
            }
        }
    }

    /// Keeps a finding, made smaller, if there are not many like it.
    fn keep(
        &mut self,
        judge: &mut Judge,
        case: &Case,
        number: usize,
        peer: usize,
        (kind, what): (&'static str, &str),
        name: &str,
    ) {
        let letters = what.chars().filter(|it| !it.is_ascii_hexdigit()).take(150);
        let key = format!("{peer} {kind} {}", letters.collect::<String>());
        let alike = self.alike.entry(key).or_default();
        *alike += 1;
        if *alike > MOST_ALIKE {
            return;
        }
        let small = smaller(judge, case, number, peer, kind);
        let what = match judge.judge_pair(&small, number, peer) {
            Outcome::Compared(Verdict::Differs(_, what)) => what,
            _ => what.to_owned(),
        };
        let said = format!(
            "--peers {} --configuration {}",
            judge.peers()[peer].name(),
            judge.diptych().name(number)
        );
        match save(&self.options.findings, name, &small, &said, &what) {
            Ok(path) => tell(&format!("found {} {kind}", path.display())),
            Err(error) => tell(&format!("found {name} {kind}: {error}")),
        }
    }
}

/// A smaller case on which the same kind of thing differs.
pub fn smaller(
    judge: &mut Judge,
    case: &Case,
    number: usize,
    peer: usize,
    kind: &'static str,
) -> Case {
    let mut last = Instant::now();
    reduce(case, EFFORT, &mut |case| {
        // The parent knows by this that there is life.
        if last.elapsed() >= TELLING {
            last = Instant::now();
            tell("reducing");
        }
        let outcome = judge.judge_pair(case, number, peer);
        matches!(outcome, Outcome::Compared(Verdict::Differs(it, _)) if it == kind)
    })
}

/// Writes a case and what is wrong with it, and gives the file.
///
/// # Errors
/// When it cannot be written.
pub fn save(
    folder: &Path,
    name: &str,
    case: &Case,
    said: &str,
    what: &str,
) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let path = folder.join(format!("{name}.wat"));
    let mut text = format!(
        ";; cargo run --release --manifest-path fuzz/peers/Cargo.toml -- {said} --replay {}\n",
        path.display()
    );
    for line in what.lines() {
        text += &format!(";; {line:.2000}\n");
    }
    match case.to_text() {
        Ok(case) => text += &case,
        // Malformed modules have no text.
        Err(error) => {
            text += &format!(";; no text: {error}\n");
            for (index, wasm) in case.modules.iter().enumerate() {
                std::fs::write(folder.join(format!("{name}.{index}.wasm")), wasm)
                    .map_err(|error| error.to_string())?;
            }
        }
    }
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    Ok(path)
}

fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    // Without a parent there is no one to tell.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
