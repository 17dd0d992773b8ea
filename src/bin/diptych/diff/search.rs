//! The search for the first difference: runs of both sides, each of which looks closer at what the
//! one before has found.

use super::guest::{self, End, Follow, Program, Ran, Ready, Step, Window};
use super::instrument::{self, Detail, Place};
use super::lockstep::{Lockstep, Parting, Which};
use super::tape::Tape;
use crate::engine;
use crate::report::{Failure, Outcome};
use diptych::{Engine, Module};
use std::sync::Arc;
use std::thread;

/// A configuration, and the module that it gets.
pub(crate) struct Side<'a> {
    pub(crate) name: &'a str,
    pub(crate) engine: Engine,
    pub(crate) wasm: &'a [u8],
}

/// What came of a comparison.
pub(crate) enum Verdict {
    /// All is the same.
    Same {
        /// How many points were passed, and how often WASI was called.
        points: u64,
        calls: usize,
    },
    /// Something differs while records are written.
    Parted(Box<Parted>),
    /// The code as it is differs, and with records in it it does not.
    Apart(Box<[Ran; 2]>),
}

/// Where two runs with records part.
pub(crate) struct Parted {
    /// How many points are the same.
    pub(crate) points: u64,
    pub(crate) place: Precision,
    /// What both did when they were looked at last.
    pub(crate) ran: [Ran; 2],
}

/// How closely the place of a difference is known.
pub(crate) enum Precision {
    /// Before the first point: in what instantiation does without code.
    Instantiation,
    /// At an instruction, of which there are views.
    Instruction { place: Place, views: [Ready; 2] },
    /// Between an instruction and the next point: with more records in the code there was no
    /// difference.
    After(Place),
    /// One side has no more stack, and the other does.
    Stack,
    /// Not again when it was looked at closer.
    Lost,
}

/// How many bytes of memory one run looks at, at most, about: so it is decided how much closer each
/// run looks.
const BYTES_A_RUN: u64 = 4 << 30;

/// The fewest parts that a stretch is divided into.
const FEWEST_PARTS: u64 = 16;

/// Compares two sides.
pub(crate) fn compare(
    program: &Program<'_>,
    sides: [&Side<'_>; 2],
    most: usize,
) -> Outcome<Verdict> {
    let [left, right] = sides;
    let plain = ready(left, Detail::State)?;
    let (plain_left, tape) =
        engine::with_stack(&left.engine, || guest::record(program, &plain, most))?;
    let search = Search {
        program,
        sides,
        tape: Arc::new(tape),
    };
    let points = match search.narrow()? {
        Narrowed::Parted(parted) => return Ok(Verdict::Parted(parted)),
        Narrowed::Same(points) => points,
    };
    let plain = ready(right, Detail::State)?;
    let plain_right = engine::with_stack(&right.engine, || {
        guest::replay(program, &plain, &search.tape, None)
    })?;
    let mut ran = [plain_left, plain_right];
    if ran[0].end != ran[1].end || states_differ(&mut ran) {
        return Ok(Verdict::Apart(Box::new(ran)));
    }
    Ok(Verdict::Same {
        points,
        calls: search.tape.len(),
    })
}

/// Whether two runs have left something else behind.
fn states_differ(ran: &mut [Ran; 2]) -> bool {
    let [left, right] = ran.each_mut().map(Ran::state_digest);
    left != right
}

struct Search<'a> {
    program: &'a Program<'a>,
    sides: [&'a Side<'a>; 2],
    tape: Arc<Tape>,
}

/// What the runs with records give.
enum Narrowed {
    /// That they are the same, with so many points.
    Same(u64),
    Parted(Box<Parted>),
}

impl Search<'_> {
    fn narrow(&self) -> Outcome<Narrowed> {
        let modules = self.ready(Detail::Points)?;
        let mut window = Window {
            from: 0,
            to: u64::MAX,
            step: Step::Sparse,
        };
        loop {
            let (lockstep, ran) = self.run(&modules, window)?;
            let parted =
                |points, place, ran| Ok(Narrowed::Parted(Box::new(Parted { points, place, ran })));
            let Some(parting) = lockstep.parting() else {
                return if window.step == Step::Sparse {
                    Ok(Narrowed::Same(ran[0].points))
                } else {
                    parted(window.from, Precision::Lost, ran)
                };
            };
            let agreed = parting.agreed.map_or(0, |stretch| stretch.points);
            if ran.iter().any(|ran| ran.end.is_stack_overflow()) {
                return parted(agreed, Precision::Stack, ran);
            }
            let to = parting.left.points.max(parting.right.points);
            let width = to.saturating_sub(agreed);
            if width > 1 {
                window = Window {
                    from: agreed,
                    to,
                    step: Step::Points(step(width, &ran)),
                };
                continue;
            }
            let (place, ran) = self.locate(&modules, &parting, ran)?;
            return parted(agreed, place, ran);
        }
    }

    /// Finds the instruction that makes the difference, when it is known which points it is
    /// between.
    fn locate(
        &self,
        modules: &[Ready; 2],
        parting: &Parting,
        ran: [Ran; 2],
    ) -> Outcome<(Precision, [Ran; 2])> {
        let Some(agreed) = parting.agreed.filter(|agreed| agreed.points > 0) else {
            return Ok((Precision::Instantiation, ran));
        };
        let before = &modules[0].instrumented.sites[agreed.site as usize];
        let window = |step| Window {
            from: agreed.points,
            to: agreed.points + 1,
            step,
        };
        let steps = self.ready(Detail::Steps(before.func))?;
        let (lockstep, ran) = self.run(&steps, window(Step::Record))?;
        let last = lockstep.parting().and_then(|parting| parting.agreed);
        let Some(last) = last else {
            let place = Place {
                func: before.func,
                instruction: before.next,
            };
            return Ok((Precision::After(place), ran));
        };
        let last = &steps[0].instrumented.sites[last.site as usize];
        let place = Place {
            func: last.func,
            instruction: last.next,
        };
        let views = self.ready(Detail::View(place))?;
        let (_, ran) = self.run(&views, window(Step::View))?;
        Ok((Precision::Instruction { place, views }, ran))
    }

    /// Both sides' modules with such records.
    fn ready(&self, detail: Detail) -> Outcome<[Ready; 2]> {
        let [left, right] = self.sides;
        Ok([ready(left, detail)?, ready(right, detail)?])
    }

    /// Runs both sides in lock-step.
    fn run(&self, modules: &[Ready; 2], window: Window) -> Outcome<(Arc<Lockstep>, [Ran; 2])> {
        let lockstep = Arc::new(Lockstep::default());
        let run = |which: Which| {
            let _entered = lockstep.enter(which);
            let ready = &modules[which as usize];
            let follow = Follow {
                lockstep: Arc::clone(&lockstep),
                which,
                window,
            };
            engine::with_stack(&ready.engine, || {
                guest::replay(self.program, ready, &self.tape, Some(follow))
            })
        };
        let ran = thread::scope(|scope| {
            let left = thread::Builder::new()
                .name("left".to_owned())
                .spawn_scoped(scope, || run(Which::Left))
                .map_err(|error| Failure::host("cannot start a thread", &error))?;
            let right = run(Which::Right);
            let left = left
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Outcome::Ok([left?, right?])
        })?;
        Ok((lockstep, ran))
    }
}

/// How many points a stretch has, when these many are divided.
fn step(points: u64, ran: &[Ran; 2]) -> u64 {
    let size = ran.iter().map(Ran::state_size).max().unwrap_or(0);
    let parts = (BYTES_A_RUN / size.max(1)).clamp(FEWEST_PARTS, MOST_PARTS);
    points.div_ceil(parts)
}

/// The most parts: each is told of for itself.
const MOST_PARTS: u64 = 1 << 16;

impl End {
    /// Whether the stack came to its end, which is another one in each configuration.
    pub(crate) const fn is_stack_overflow(&self) -> bool {
        matches!(
            self,
            Self::Failed {
                is_stack_overflow: true,
                ..
            }
        )
    }
}

/// A side's module with such records, ready to be run.
pub(crate) fn ready(side: &Side<'_>, detail: Detail) -> Outcome<Ready> {
    let instrumented = instrument::instrument(side.wasm, detail)
        .map_err(|error| Failure::host("the module cannot be given records", &error))?;
    let module = Module::new(&side.engine, &instrumented.wasm).map_err(|error| {
        Failure::guest(
            format_args!("{}: the module with records in it", side.name),
            &error,
        )
    })?;
    Ok(Ready {
        engine: side.engine.clone(),
        module,
        instrumented: Arc::new(instrumented),
    })
}
