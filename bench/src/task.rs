//! What is measured of a peer in one child process.

use crate::peer::{Opening, Runtime};
use crate::programs;
use crate::workloads::{self, Workload};
use crate::{Result, clock, modules};
use std::hint::black_box;
use std::path::{Path, PathBuf};

/// What can be measured besides the workloads.
pub const OTHERS: &[&str] = &[
    "run",
    "programs",
    "compile",
    "first",
    "memory",
    "coremark",
    "open",
    "instantiate",
    "calls",
    "size",
    #[cfg(feature = "objects")]
    "pause",
    #[cfg(feature = "objects")]
    "heap",
    #[cfg(feature = "objects")]
    "throw",
];

/// One measurement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// A workload's function.
    Run(&'static str),
    /// The instructions that a run of a workload executes, and the indirect jumps among them in the
    /// place of wall time, which the parent counts by looking at [`Repeat`](Self::Repeat).
    Instructions(&'static str),
    /// A workload's function once with little to do, and then as often as it is told with all of it.
    Repeat(&'static str, u8),
    /// A real program, from start to exit.
    Program(&'static str),
    /// A workload's module, compiled at once.
    Compile(&'static str, Cores),
    /// From a workload's module to the first result: an engine, an instance, and a call with
    /// little to do.
    First(&'static str),
    /// What [`First`](Self::First) takes of the machine's memory.
    Memory(&'static str),
    /// The size of the machine code of a workload.
    CodeSize(&'static str),
    /// An iteration of CoreMark, of which this is the module.
    CoreMark(PathBuf),
    /// The opening of a module, on as many cores as there are.
    Open(Opening, PathBuf),
    /// The eager opening of a module on one core.
    OpenOnOne(PathBuf),
    /// What the opening takes of the machine's memory, beside the file itself.
    OpenMemory(Opening, PathBuf),
    /// An instance of a small module, one with much data, and one with many data segments.
    Instantiate(Size),
    /// A call into the guest, or out of it.
    Call(Way),
    /// The longest slice of a workload that makes objects.
    Pause(&'static str),
    /// What a workload takes of the machine's memory.
    Heap(&'static str),
    /// An exception that is thrown so many calls further in than it is caught.
    Throw(Frames),
}

/// How many calls there are between who throws and who catches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frames {
    None,
    One,
    Ten,
}

impl Frames {
    const fn name(self) -> &'static str {
        match self {
            Self::None => "same",
            Self::One => "one",
            Self::Ten => "ten",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Small,
    Data,
    Segments,
}

/// How many cores there are to work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cores {
    One,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// What a measurement gave, in seconds for one of what was measured. What has another unit is in
/// both of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// Processor time; of all threads where more than one may work.
    pub cpu: f64,
    /// The time that went by.
    pub wall: f64,
    /// A checksum of what was done, on which all peers must agree; 0 where that is checked earlier.
    pub result: u32,
}

impl Time {
    pub const fn new(cpu: f64, wall: f64) -> Self {
        Self {
            cpu,
            wall,
            result: 0,
        }
    }

    /// A size in bytes, or a number of something.
    pub const fn of(number: f64) -> Self {
        Self::new(number, number)
    }

    /// The better of two.
    pub fn min(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            wall: self.wall.min(other.wall),
            result: self.result,
        }
    }
}

impl Task {
    /// The task as words for a child's command line.
    pub fn words(&self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Run(name) => &["run", name],
            Self::Instructions(name) => &["instructions", name],
            Self::Repeat(name, times) => &["repeat", name, &times.to_string()],
            Self::Program(name) => &["program", name],
            Self::Compile(name, Cores::One) => &["compile", "one", name],
            Self::Compile(name, Cores::All) => &["compile", "all", name],
            Self::First(name) => &["first", name],
            Self::Memory(name) => &["memory", name],
            Self::CodeSize(name) => &["size", name],
            Self::CoreMark(file) => &["coremark", &file.to_string_lossy()],
            Self::Open(how, file) => &["open", how.name(), &file.to_string_lossy()],
            Self::OpenOnOne(file) => &["open-on-one", &file.to_string_lossy()],
            Self::OpenMemory(how, file) => &["open-memory", how.name(), &file.to_string_lossy()],
            Self::Instantiate(Size::Small) => &["instantiate", "small"],
            Self::Instantiate(Size::Data) => &["instantiate", "data"],
            Self::Instantiate(Size::Segments) => &["instantiate", "segments"],
            Self::Call(Way::In) => &["call", "in"],
            Self::Call(Way::Out) => &["call", "out"],
            Self::Pause(name) => &["pause", name],
            Self::Heap(name) => &["heap", name],
            Self::Throw(frames) => &["throw", frames.name()],
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }

    /// The task that these words say.
    pub fn parse(words: &[String]) -> Result<Self> {
        let words: Vec<&str> = words.iter().map(|word| &**word).collect();
        let task = match *words {
            ["run", name] => workloads::get(name).map(|workload| Self::Run(workload.name)),
            ["repeat", name, times] => {
                let times = times.parse()?;
                workloads::get(name).map(|it| Self::Repeat(it.name, times))
            }
            ["program", name] => programs::get(name).map(Self::Program),
            ["compile", "one", name] => {
                workloads::get(name).map(|it| Self::Compile(it.name, Cores::One))
            }
            ["compile", "all", name] => {
                workloads::get(name).map(|it| Self::Compile(it.name, Cores::All))
            }
            ["first", name] => workloads::get(name).map(|it| Self::First(it.name)),
            ["memory", name] => workloads::get(name).map(|it| Self::Memory(it.name)),
            ["size", name] => workloads::get(name).map(|it| Self::CodeSize(it.name)),
            ["coremark", file] => Some(Self::CoreMark(file.into())),
            ["open-on-one", file] => Some(Self::OpenOnOne(file.into())),
            ["open", how, file] => Opening::named(how).map(|how| Self::Open(how, file.into())),
            ["open-memory", how, file] => {
                Opening::named(how).map(|how| Self::OpenMemory(how, file.into()))
            }
            ["instantiate", "small"] => Some(Self::Instantiate(Size::Small)),
            ["instantiate", "data"] => Some(Self::Instantiate(Size::Data)),
            ["instantiate", "segments"] => Some(Self::Instantiate(Size::Segments)),
            ["call", "in"] => Some(Self::Call(Way::In)),
            ["call", "out"] => Some(Self::Call(Way::Out)),
            ["pause", name] => workloads::get(name).map(|it| Self::Pause(it.name)),
            ["heap", name] => workloads::get(name).map(|it| Self::Heap(it.name)),
            ["throw", name] => [Frames::None, Frames::One, Frames::Ten]
                .into_iter()
                .find(|frames| frames.name() == name)
                .map(Self::Throw),
            _ => None,
        };
        task.ok_or_else(|| format!("no such task: {}", words.join(" ")).into())
    }

    /// Measures it; nothing when the peer cannot do it.
    pub fn measure(&self, peer: &dyn Runtime) -> Result<Option<Time>> {
        if !peer.takes_part(self) || self.makes_objects() && !peer.has_objects() {
            return Ok(None);
        }
        let workload = |name| workloads::get(name).ok_or("no such workload");
        match self {
            Self::Run(name) => run(peer, workload(name)?).map(Some),
            Self::Repeat(name, times) => repeat(peer, workload(name)?, *times).map(Some),
            // Those are processes of their own.
            Self::Instructions(_) | Self::Program(_) => Ok(None),
            Self::Compile(name, cores) => {
                if *cores == Cores::One {
                    clock::stay_on_one_core()?;
                }
                compile(peer, workload(name)?)
            }
            Self::First(name) => first(peer, workload(name)?).map(Some),
            Self::Memory(name) => peak_memory(peer, workload(name)?, |_| 1),
            Self::CodeSize(name) => {
                let size = peer.code_size(&wat::parse_str(workload(name)?.wat)?)?;
                Ok(size.map(|size| Time::of(size as f64)))
            }
            Self::CoreMark(file) => coremark(peer, file),
            Self::OpenOnOne(file) => {
                clock::stay_on_one_core()?;
                open(peer, Opening::Eager, file)
            }
            Self::Open(how, file) => open(peer, *how, file),
            Self::OpenMemory(how, file) => open_memory(peer, *how, file),
            Self::Instantiate(size) => instantiate(peer, *size).map(Some),
            Self::Call(way) => call(peer, *way).map(Some),
            Self::Pause(name) => pause(peer, workload(name)?).map(Some),
            Self::Heap(name) => peak_memory(peer, workload(name)?, |it| it.n),
            Self::Throw(frames) => throw(peer, *frames).map(Some),
        }
    }

    fn makes_objects(&self) -> bool {
        match self {
            Self::Run(name) | Self::Repeat(name, _) => {
                workloads::get(name).is_some_and(|it| it.objects)
            }
            Self::Pause(_) | Self::Heap(_) | Self::Throw(_) => true,
            _ => false,
        }
    }
}

/// The first run also translates, and warms caches and branch predictors; the second is counted.
fn run(peer: &dyn Runtime, workload: &Workload) -> Result<Time> {
    let wasm = wat::parse_str(workload.wat)?;
    let mut function = peer.function(&wasm, "run")?;
    let mut once = || {
        let (sum, time) = timed(clock::thread, || function(workload.n));
        workload.check(sum?)?;
        Result::Ok(time)
    };
    Ok(once()?.min(once()?))
}

/// Nothing is timed: who looks at this process counts what it executes.
fn repeat(peer: &dyn Runtime, workload: &Workload, times: u8) -> Result<Time> {
    let wasm = wat::parse_str(workload.wat)?;
    let mut function = peer.function(&wasm, "run")?;
    black_box(function(1)?);
    for _ in 0..times {
        let returned = function(workload.n)?;
        if !workload.objects {
            workload.check(returned)?;
        }
    }
    Ok(Time::of(0.0))
}

/// The best of a few: modules are small, and the first one also makes what the process keeps.
fn compile(peer: &dyn Runtime, workload: &Workload) -> Result<Option<Time>> {
    let wasm = wat::parse_str(workload.wat)?.leak();
    let mut least: Option<Time> = None;
    for _ in 0..5 {
        let (opened, time) = timed(clock::process, || peer.open(wasm, Opening::Eager));
        if opened?.is_none() {
            return Ok(None);
        }
        least = Some(least.map_or(time, |least| least.min(time)));
    }
    Ok(least)
}

/// Once in a process, as programs do it.
fn first(peer: &dyn Runtime, workload: &Workload) -> Result<Time> {
    first_of(peer, workload, 1)
}

fn first_of(peer: &dyn Runtime, workload: &Workload, n: i32) -> Result<Time> {
    let wasm = wat::parse_str(workload.wat)?;
    let (result, time) = timed(clock::process, || peer.function(&wasm, "run")?(n));
    black_box(result?);
    Ok(time)
}

/// By how much the process's memory grows at most. What the system does not tell is nothing.
fn peak_memory(
    peer: &dyn Runtime,
    workload: &Workload,
    n: fn(&Workload) -> i32,
) -> Result<Option<Time>> {
    let grown = peak_growth();
    first_of(peer, workload, n(workload))?;
    Ok(grown())
}

/// What tells by how much the process's memory has grown at most from here on.
fn peak_growth() -> impl FnOnce() -> Option<Time> {
    let before = clock::peak_memory();
    move || Some(Time::of(clock::peak_memory()? - before?))
}

/// Processor time is that of the process: a runtime may well open a module by several threads.
fn open(peer: &dyn Runtime, how: Opening, file: &Path) -> Result<Option<Time>> {
    let wasm = std::fs::read(file)?.leak();
    let (opened, time) = timed(clock::process, || peer.open(wasm, how));
    Ok(opened?.map(|_| time))
}

fn open_memory(peer: &dyn Runtime, how: Opening, file: &Path) -> Result<Option<Time>> {
    let wasm = std::fs::read(file)?.leak();
    let grown = peak_growth();
    let opened = peer.open(wasm, how)?;
    Ok(opened.and_then(|_| grown()))
}

/// CoreMark tells how many iterations a second had, and goes on for ten. For it the clock is fast, so
/// that it takes less.
fn coremark(peer: &dyn Runtime, file: &Path) -> Result<Option<Time>> {
    const TIMES_AS_FAST: f64 = 4.0;
    let wasm = std::fs::read(file)?;
    let clock = || (clock::thread() * 1e3 * TIMES_AS_FAST) as i64;
    let score = peer.coremark(&wasm, clock)?;
    Ok(score.map(|score| Time::of(1.0 / (f64::from(score) * TIMES_AS_FAST))))
}

fn instantiate(peer: &dyn Runtime, size: Size) -> Result<Time> {
    let (wat, count) = match size {
        Size::Small => (modules::SMALL.to_owned(), 5_000),
        Size::Data => (modules::data(), 20),
        Size::Segments => (modules::segments(), 10),
    };
    let mut make = peer.instances(&wat::parse_str(wat)?)?;
    best(count, || {
        for _ in 0..count {
            make()?;
        }
        Ok(())
    })
}

fn call(peer: &dyn Runtime, way: Way) -> Result<Time> {
    const COUNT: i32 = 1_000_000;
    let wasm = wat::parse_str(modules::CALLS)?;
    let checked = |sum: i64| {
        if black_box(sum) == i64::from(COUNT) {
            Ok(())
        } else {
            Err(format!("counted {sum} calls of {COUNT}").into())
        }
    };
    match way {
        Way::In => {
            let mut calls = peer.calls(&wasm, "add")?;
            best(COUNT, || checked(calls(COUNT)?))
        }
        // Without what the loop around the call takes.
        Way::Out => {
            let mut out = peer.function(&wasm, "out")?;
            let mut bare = peer.function(&wasm, "loop")?;
            let with = best(COUNT, || checked(out(COUNT)?))?;
            let without = best(COUNT, || checked(bare(COUNT)?))?;
            Ok(Time::new(with.cpu - without.cpu, with.wall - without.wall))
        }
    }
}

/// The longest of many slices of as many steps as take about a millisecond where nothing is
/// collected: reading the clock takes longer than a step.
fn pause(peer: &dyn Runtime, workload: &Workload) -> Result<Time> {
    const SLICE: f64 = 1e-3;
    const FEWEST: i32 = 100;
    let wasm = wat::parse_str(workload.wat)?;
    let mut function = peer.function(&wasm, "run")?;
    black_box(function(workload.n)?);
    let mut slice = |steps: i32| {
        let (done, time) = timed(clock::thread, || {
            for _ in 0..steps {
                black_box(function(1)?);
            }
            Result::Ok(())
        });
        done.map(|()| time)
    };
    let mut steps = 1;
    while slice(steps)?.cpu < SLICE {
        steps *= 2;
    }
    let mut longest = Time::of(0.0);
    for _ in 0..(workload.n / steps).max(FEWEST) {
        let time = slice(steps)?;
        if time.cpu > longest.cpu {
            longest = time;
        }
    }
    Ok(longest)
}

fn throw(peer: &dyn Runtime, frames: Frames) -> Result<Time> {
    const COUNT: i32 = 100_000;
    let wasm = wat::parse_str(modules::EXCEPTIONS)?;
    let mut function = peer.function(&wasm, frames.name())?;
    best(COUNT, || match function(COUNT)? {
        caught if caught == i64::from(COUNT) => Ok(()),
        caught => Err(format!("caught {caught} of {COUNT}").into()),
    })
}

/// The best of a few repetitions of something that does its work `count` times.
fn best(count: i32, mut work: impl FnMut() -> Result<()>) -> Result<Time> {
    let mut least = Time::of(f64::INFINITY);
    for _ in 0..4 {
        let (done, time) = timed(clock::thread, &mut work);
        done?;
        least = least.min(time);
    }
    let count = f64::from(count);
    Ok(Time::new(least.cpu / count, least.wall / count))
}

fn timed<T>(cpu: fn() -> f64, work: impl FnOnce() -> T) -> (T, Time) {
    let (cpu_before, wall_before) = (cpu(), clock::wall());
    let result = work();
    let time = Time::new(cpu() - cpu_before, clock::wall() - wall_before);
    (result, time)
}
