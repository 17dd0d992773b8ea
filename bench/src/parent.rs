//! Plans the measurements, has children do them by turns, and reports.

use crate::options::Options;
use crate::peer::Opening;
use crate::report::{self, Row, Section, Unit};
use crate::svg;
use crate::task::{Cores, Frames, Size, Task, Way};
use crate::{Result, child, peers, programs, workloads};
use std::io::{IsTerminal as _, Write as _, stderr};
use std::path::{Path, PathBuf};

pub fn run(words: Vec<String>) -> Result<()> {
    let Some(options) = Options::parse(words)? else {
        return Ok(());
    };
    if options.peers == peers::present() {
        for why in peers::missing() {
            eprintln!("left out: {why}");
        }
    }
    let mut sections = if options.instructions {
        counts(&options).into()
    } else {
        plan(&options)?
    };
    let failures = measure(&options, &mut sections);
    report::print(&options, &sections)?;
    if let Some(file) = &options.json {
        std::fs::write(file, report::json(&options, &sections))?;
    }
    if let Some(file) = &options.svg {
        std::fs::write(file, svg::draw(&options, &sections))?;
    }
    match failures {
        0 => Ok(()),
        failures => Err(format!("{failures} measurements failed").into()),
    }
}

/// The only sections where instructions are counted.
fn counts(options: &Options) -> [Section; 2] {
    let every = workloads::ALL.iter().chain(workloads::OBJECTS);
    let rows: Vec<_> = every
        .map(|workload| workload.name)
        .filter(|name| options.wants_run(name))
        .map(|name| Row::new(name, Task::Instructions(name), options.peers.len()))
        .collect();
    let section = |title: &str, unit| Section {
        title: title.to_owned(),
        unit,
        mean: true,
        rows: rows.clone(),
    };
    [
        section("Instructions", Unit::MillionInstructions),
        section(
            "Indirect jumps: an interpreter's dispatches",
            Unit::MillionJumps,
        ),
    ]
}

/// The sections of the table, yet without times.
fn plan(options: &Options) -> Result<Vec<Section>> {
    let row = |name: &str, task| Row::new(name, task, options.peers.len());
    let each = |what: &str, title: &str, unit, task: fn(&'static str) -> Task| Section {
        title: title.to_owned(),
        unit,
        mean: true,
        rows: workloads::ALL
            .iter()
            .filter(|_| options.wants(what))
            .map(|workload| row(workload.name, task(workload.name)))
            .collect(),
    };
    let mut sections = vec![Section {
        title: "Run time".to_owned(),
        unit: Unit::Milliseconds,
        mean: true,
        rows: workloads::ALL
            .iter()
            .filter(|workload| options.wants_run(workload.name))
            .map(|workload| row(workload.name, Task::Run(workload.name)))
            .collect(),
    }];
    let objects = |title: &str, unit, mean, wants: &dyn Fn(&str) -> bool, task: fn(_) -> Task| {
        let rows = workloads::OBJECTS
            .iter()
            .filter(|workload| wants(workload.name))
            .map(|workload| row(workload.name, task(workload.name)));
        Section {
            title: title.to_owned(),
            unit,
            mean,
            rows: rows.collect(),
        }
    };
    sections.push(objects(
        "Run time, with objects",
        Unit::Milliseconds,
        true,
        &|name| options.wants_run(name),
        Task::Run,
    ));
    sections.push(objects(
        "The longest step, a collection with it",
        Unit::Microseconds,
        true,
        &|_| options.wants("pause"),
        Task::Pause,
    ));
    sections.push(objects(
        "Memory, at most",
        Unit::Bytes,
        true,
        &|_| options.wants("heap"),
        Task::Heap,
    ));
    if cfg!(feature = "objects") && options.wants("throw") {
        sections.push(Section {
            title: "An exception, from the throw to the clause".to_owned(),
            unit: Unit::Nanoseconds,
            mean: true,
            rows: vec![
                row("same function", Task::Throw(Frames::None)),
                row("one call out", Task::Throw(Frames::One)),
                row("ten calls out", Task::Throw(Frames::Ten)),
            ],
        });
    }
    sections.push(each(
        "compile",
        "Compiling at once, on one core",
        Unit::WallMicroseconds,
        |name| Task::Compile(name, Cores::One),
    ));
    sections.push(each(
        "compile",
        "Compiling at once, on all cores",
        Unit::WallMicroseconds,
        |name| Task::Compile(name, Cores::All),
    ));
    sections.push(each(
        "first",
        "From the module to the first result, with a new engine",
        Unit::WallMicroseconds,
        Task::First,
    ));
    sections.push(each(
        "memory",
        "Memory up to the first result, at most",
        Unit::Bytes,
        Task::Memory,
    ));
    sections.push(each("size", "Machine code", Unit::Bytes, Task::CodeSize));
    if let Some(file) = options
        .coremark
        .as_ref()
        .filter(|_| options.wants("coremark"))
    {
        sections.push(Section {
            title: "An iteration of CoreMark".to_owned(),
            unit: Unit::Microseconds,
            mean: false,
            rows: vec![row("coremark", Task::CoreMark(found(file)?))],
        });
    }
    if let Some(file) = options.module.as_ref().filter(|_| options.wants("open")) {
        let file = found(file)?;
        let megabytes = std::fs::metadata(&file)?.len() as f64 / 1e6;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let mut rows = Opening::ALL
            .map(|how| row(how.name(), Task::Open(how, file.clone())))
            .to_vec();
        rows.push(row("eager, one core", Task::OpenOnOne(file.clone())));
        sections.push(Section {
            title: format!("Opening {name}, {megabytes:.1} MB, by wall time"),
            unit: Unit::WallMegabytesPerSecond(megabytes),
            mean: false,
            rows: rows.clone(),
        });
        sections.push(Section {
            title: format!("Opening {name}, {megabytes:.1} MB, by processor time"),
            unit: Unit::MegabytesPerSecond(megabytes),
            mean: false,
            rows,
        });
        sections.push(Section {
            title: format!("Memory to open {name}, beside the file, at most"),
            unit: Unit::BytesPerByte(megabytes),
            mean: false,
            rows: Opening::ALL
                .map(|how| row(how.name(), Task::OpenMemory(how, file.clone())))
                .to_vec(),
        });
    }
    if options.wants("instantiate") {
        sections.push(Section {
            title: "A store and an instance".to_owned(),
            unit: Unit::Microseconds,
            mean: false,
            rows: vec![
                row("small", Task::Instantiate(Size::Small)),
                row("10 MiB of data", Task::Instantiate(Size::Data)),
                row("100000 segments", Task::Instantiate(Size::Segments)),
            ],
        });
    }
    if options.wants("calls") {
        sections.push(Section {
            title: "A call".to_owned(),
            unit: Unit::Nanoseconds,
            mean: false,
            rows: vec![
                row("host to wasm", Task::Call(Way::In)),
                row("wasm to host", Task::Call(Way::Out)),
            ],
        });
    }
    let mut real = Vec::new();
    for &name in programs::ALL {
        if options.wants_program(name) {
            programs::fetch(name)?;
            real.push(row(name, Task::Program(name)));
        }
    }
    sections.push(Section {
        title: "Real programs, from start to exit".to_owned(),
        unit: Unit::Milliseconds,
        mean: true,
        rows: real,
    });
    sections.retain(|section| !section.rows.is_empty());
    Ok(sections)
}

/// Where a file is, wherever a child looks from.
fn found(file: &Path) -> Result<PathBuf> {
    let found = file.canonicalize();
    Ok(found.map_err(|e| format!("{}: {e}", file.display()))?)
}

/// Fills in the times, and says how many could not be had.
fn measure(options: &Options, sections: &mut [Section]) -> u32 {
    let mut failures = 0;
    let total: usize = sections.iter().map(|section| section.rows.len()).sum();
    let mut done = 0;
    for round in 0..options.rounds as usize {
        for at in 0..sections.len() {
            for row in 0..sections[at].rows.len() {
                progress(round, done, total * options.rounds as usize);
                done += 1;
                // Two sections show the same measurements.
                let task = sections[at].rows[row].task.clone();
                if let Some(twin) = twin(sections, at, &task) {
                    sections[at].rows[row].times = twin;
                    continue;
                }
                // Another peer begins each round, so that none is always first.
                for turn in 0..options.peers.len() {
                    let peer = (round + turn) % options.peers.len();
                    let name = &options.peers[peer];
                    let row = &mut sections[at].rows[row];
                    let done = child::measure(name, &task).and_then(|time| row.add(peer, time));
                    if let Err(error) = done {
                        clear();
                        eprintln!("{name} {}: {error}", row.name);
                        failures += 1;
                    }
                }
            }
        }
    }
    clear();
    failures
}

/// What an earlier section has measured of the same task.
fn twin(
    sections: &[Section],
    before: usize,
    task: &Task,
) -> Option<Vec<Option<crate::task::Time>>> {
    sections[..before]
        .iter()
        .flat_map(|section| &section.rows)
        .find(|row| row.task == *task)
        .map(|row| row.times.clone())
}

fn progress(round: usize, done: usize, total: usize) {
    if stderr().is_terminal() {
        eprint!("\r\x1b[Kround {}, {done} of {total}", round + 1);
        // Only decoration.
        let _ = stderr().flush();
    }
}

/// Takes the progress away.
fn clear() {
    if stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
}
