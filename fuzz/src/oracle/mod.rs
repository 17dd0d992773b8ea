//! Executes cases in several configurations and compares all that can be seen.
//!
//! Compared after each step: how it ended, with the bits of results or with the kind of the error,
//! its text, the values of an exception, and the place of every frame in the module; what is left
//! of the fuel; the calls of the host, in their order, with their arguments, the fuel at that
//! time, and what the caller's memories held; and all exports: globals, memories, tables, and the
//! objects that references lead to, with which of them are the same.
//!
//! The stack and the memory of objects end at different places in different configurations.
//! Where one reached such a limit and the other did not, the case is given up and counted.

mod memory;
mod observe;
mod snapshot;
mod world;

pub(crate) use observe::execute_and;
pub use observe::{
    Contents, Cost, End, Export, Failure, Frame, Limit, Observer, Seen, Step, execute,
};
pub use world::Events;

use crate::case::{Case, Settings};
use crate::configurations::{Configuration, configuration};
use diptych::Engine;
use std::collections::HashMap;

/// What became of a case.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Everything is the same in all configurations.
    Agreed(Summary),
    /// A module is refused by all of them, for this reason.
    Refused(String),
    /// The host cannot offer what the modules import.
    Unlinked(String),
    /// Nothing can be said, because a limit was reached in one configuration only.
    Abandoned(Limit),
    /// Something differs.
    Differs(Box<Difference>),
}

/// What happened in a case in which all agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The calls that returned.
    pub returned: u64,
    /// Those that did not, but for want of fuel.
    pub failed: u64,
    /// Those that had too little fuel.
    pub out_of_fuel: u64,
}

/// A difference between two configurations.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The configuration that is compared with.
    pub reference: String,
    /// The other one.
    pub other: String,
    /// What the first saw; nothing when it had ended.
    pub expected: Option<Seen>,
    /// What the other saw.
    pub got: Option<Seen>,
}

impl Difference {
    /// What it is that differs.
    pub fn kind(&self) -> &'static str {
        match (&self.expected, &self.got) {
            (Some(expected), Some(got)) if expected.step == got.step => {
                if expected.end != got.end {
                    match (&expected.end, &got.end) {
                        (End::Failed(a), End::Failed(b)) if a.text == b.text => "place",
                        _ => "end",
                    }
                } else if expected.events != got.events {
                    "calls of the host"
                } else if expected.state != got.state {
                    "state"
                } else {
                    "fuel"
                }
            }
            _ => "steps",
        }
    }

    /// What differs, on a few lines.
    pub fn describe(&self) -> String {
        let mut text = String::new();
        let mut line = |what: &str, expected: String, got: String| {
            if expected != got {
                text += &format!(
                    "{what}:\n  {}: {expected}\n  {}: {got}\n",
                    self.reference, self.other
                );
            }
        };
        let (Some(expected), Some(got)) = (&self.expected, &self.got) else {
            line("step", brief(&self.expected), brief(&self.got));
            return text;
        };
        line(
            "step",
            format!("{:?}", expected.step),
            format!("{:?}", got.step),
        );
        line(
            "end",
            format!("{:x?}", expected.end),
            format!("{:x?}", got.end),
        );
        line(
            "fuel",
            format!("{:?}", expected.fuel),
            format!("{:?}", got.fuel),
        );
        line(
            "calls of the host",
            format!("{:x?}", expected.events),
            format!("{:x?}", got.events),
        );
        for (expected, got) in expected.state.iter().zip(&got.state) {
            line(
                &format!("export {:?}", expected.name),
                format!("{:x?}", expected.contents),
                format!("{:x?}", got.contents),
            );
        }
        format!("{:?}\n{text}", expected.step)
    }
}

fn brief(seen: &Option<Seen>) -> String {
    match seen {
        Some(seen) => format!("{:?} {:x?}", seen.step, seen.end),
        None => "nothing".to_owned(),
    }
}

/// How many cases the engines serve before new ones take their place: they keep all types.
const CASES_OF_ENGINES: usize = 2_000;

/// How many bytes objects may take where each allocation collects: each collection copies them.
const STRESSED_HEAP: usize = 256 << 10;

/// The configurations and their engines.
#[derive(Debug)]
pub struct Oracle {
    configurations: Vec<Configuration>,
    engines: HashMap<(usize, Settings), Engine>,
    cases: usize,
    cost: Cost,
}

impl Oracle {
    /// One that compares these, with the first of them.
    pub fn new(configurations: Vec<Configuration>) -> Self {
        Self {
            configurations,
            engines: HashMap::new(),
            cases: 0,
            cost: Cost::default(),
        }
    }

    /// One that compares two of them, by their names; `None` when there are no such.
    pub fn of_pair(reference: &str, other: &str) -> Option<Self> {
        Some(Self::new(vec![
            configuration(reference)?,
            configuration(other)?,
        ]))
    }

    /// What it compares.
    pub fn configurations(&self) -> &[Configuration] {
        &self.configurations
    }

    /// What executions took since this was last asked.
    pub fn take_cost(&mut self) -> Cost {
        core::mem::take(&mut self.cost)
    }

    /// Executes a case everywhere.
    pub fn judge(&mut self, case: &Case) -> Verdict {
        let all: Vec<usize> = (1..self.configurations.len()).collect();
        self.judge_with(case, &all)
    }

    /// Executes a case in the first configuration and in those at these places.
    pub fn judge_with(&mut self, case: &Case, others: &[usize]) -> Verdict {
        self.begin_case();
        let (expected, heap) = match self.reference(case) {
            Ok(seen) => seen,
            Err(verdict) => return verdict,
        };
        let mut summary = Summary::default();
        for &other in others {
            if heap > STRESSED_HEAP && self.configurations[other].is_gc_stress() {
                continue;
            }
            match self.compare(case, other, case, &expected) {
                Ok(None) => {}
                Ok(Some(limit)) => return Verdict::Abandoned(limit),
                Err(verdict) => return verdict,
            }
        }
        for seen in &expected {
            if let Step::Call(_) = seen.step {
                match &seen.end {
                    End::Returned(_) => summary.returned += 1,
                    End::Failed(_) if seen.is_out_of_fuel() => summary.out_of_fuel += 1,
                    End::Failed(_) => summary.failed += 1,
                }
            }
        }
        match expected.last() {
            Some(Seen {
                step: Step::Open(_),
                end: End::Failed(failure),
                ..
            }) => Verdict::Refused(failure.text.clone()),
            _ => Verdict::Agreed(summary),
        }
    }

    /// Executes a case as the reference does and `twin` in another configuration: the twin is to
    /// be told from the case.
    pub fn judge_twin(&mut self, case: &Case, other: usize, twin: &Twin<'_>) -> Verdict {
        self.begin_case();
        let (expected, _) = match self.reference(case) {
            Ok(seen) => seen,
            Err(verdict) => return verdict,
        };
        match self.compare_with(case, other, twin.case, &expected, twin.translate) {
            Ok(None) => Verdict::Agreed(Summary::default()),
            Ok(Some(limit)) => Verdict::Abandoned(limit),
            Err(verdict) => verdict,
        }
    }

    /// Executes a case in the configuration at this place. Gives how many bytes objects took in the
    /// end.
    ///
    /// # Errors
    /// When the host cannot offer what the modules import.
    pub fn observe(
        &mut self,
        case: &Case,
        place: usize,
        observer: &mut Observer<'_>,
    ) -> Result<usize, diptych::Error> {
        let engine = self.engine(place, case.settings)?;
        let cost = execute(case, &self.configurations[place], &engine, observer)?;
        self.cost.add(&cost);
        Ok(cost.heap)
    }

    fn begin_case(&mut self) {
        self.cases += 1;
        if self.cases.is_multiple_of(CASES_OF_ENGINES) {
            self.engines.clear();
        }
    }

    fn engine(&mut self, place: usize, settings: Settings) -> Result<Engine, diptych::Error> {
        let configuration = self.configurations[place];
        if configuration.alternates() {
            return configuration.engine(&settings);
        }
        if let Some(engine) = self.engines.get(&(place, settings)) {
            return Ok(engine.clone());
        }
        let engine = configuration.engine(&settings)?;
        self.engines.insert((place, settings), engine.clone());
        Ok(engine)
    }

    /// What is seen in the first configuration, and how many bytes objects take.
    fn reference(&mut self, case: &Case) -> Result<(Vec<Seen>, usize), Verdict> {
        let mut expected: Vec<Seen> = Vec::new();
        let observed = self.observe(case, 0, &mut |seen| {
            let is_over = seen.limit() == Some(Limit::Stack);
            expected.push(seen);
            !is_over
        });
        match observed {
            Ok(heap) => Ok((expected, heap)),
            Err(error) => Err(Verdict::Unlinked(error.to_string())),
        }
    }

    fn compare(
        &mut self,
        case: &Case,
        other: usize,
        twin: &Case,
        expected: &[Seen],
    ) -> Result<Option<Limit>, Verdict> {
        self.compare_with(case, other, twin, expected, &|_| {})
    }

    /// `Some` when a limit was reached on one side only.
    fn compare_with(
        &mut self,
        case: &Case,
        other: usize,
        twin: &Case,
        expected: &[Seen],
        translate: &dyn Fn(&mut Seen),
    ) -> Result<Option<Limit>, Verdict> {
        let late = self.configurations[other].validates_late();
        let names = |it: &Self, place: usize| it.configurations[place].name();
        let difference = |it: &Self, expected: Option<&Seen>, got: Option<Seen>| {
            Verdict::Differs(Box::new(Difference {
                reference: names(it, 0),
                other: names(it, other),
                expected: expected.cloned(),
                got,
            }))
        };
        debug_assert_eq!(case.modules.len(), twin.modules.len());
        let mut rest = expected.iter();
        let mut outcome = Ok(None);
        let mut is_over = false;
        let mut found = None;
        let observed = self.observe(twin, other, &mut |mut seen| {
            translate(&mut seen);
            let Some(expected) = rest.next() else {
                // Only what is validated late can get further.
                is_over = true;
                found = (!late).then_some((None, Some(seen)));
                return false;
            };
            if *expected == seen {
                is_over = seen.limit() == Some(Limit::Stack);
                return !is_over;
            }
            is_over = true;
            let limits = (expected.limit(), seen.limit());
            match limits {
                _ if late && expected.is_refusal() => {}
                // The rest depends on how far it got before.
                (Some(Limit::Stack), Some(Limit::Stack)) => {}
                // What one cannot do, another can.
                (Some(limit), other) | (other, Some(limit)) if Some(limit) != other => {
                    outcome = Ok(Some(limit));
                }
                _ => found = Some((Some(expected.clone()), Some(seen))),
            }
            false
        });
        if let Err(error) = observed {
            return Err(Verdict::Unlinked(error.to_string()));
        }
        if let Some((expected, got)) = found {
            return Err(difference(self, expected.as_ref(), got));
        }
        if !is_over && let Some(missing) = rest.next() {
            return Err(difference(self, Some(missing), None));
        }
        outcome
    }
}

/// A case that differs from another in its code, and in nothing that can be seen once what was
/// seen has been translated.
pub struct Twin<'a> {
    /// The case.
    pub case: &'a Case,
    /// Makes of what is seen of it what should be seen of the other.
    pub translate: &'a dyn Fn(&mut Seen),
}

impl core::fmt::Debug for Twin<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Twin").finish_non_exhaustive()
    }
}

impl Seen {
    /// The limit that ended the step.
    pub const fn limit(&self) -> Option<Limit> {
        match &self.end {
            End::Returned(_) => None,
            End::Failed(failure) => failure.limit,
        }
    }

    /// Whether fuel was what ended the step.
    pub fn is_out_of_fuel(&self) -> bool {
        match &self.end {
            End::Returned(_) => false,
            End::Failed(failure) => failure.text.contains("all fuel consumed"),
        }
    }

    const fn is_refusal(&self) -> bool {
        matches!((&self.step, &self.end), (Step::Open(_), End::Failed(_)))
    }
}
