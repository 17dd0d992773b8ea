//! One case after the other, each from a seed of its own.

use crate::case::Case;
use crate::clock;
use crate::configurations::{Configuration, configurations};
use crate::coverage::Coverage;
use crate::generate::{Generator, Proposals};
use crate::oracle::{Difference, Limit, Oracle, Verdict};
use crate::random::Random;
use core::time::Duration;
use std::collections::BTreeMap;

/// What a session tries.
#[derive(Clone, Debug)]
pub struct Options {
    /// What makes cases.
    pub generators: Vec<Generator>,
    /// What modules may need.
    pub proposals: Proposals,
    /// What has to agree.
    pub configurations: Vec<Configuration>,
    /// How many of them, beside the first, each case is executed in.
    pub others: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            generators: Generator::ALL.to_vec(),
            proposals: Proposals::ALL,
            configurations: configurations(),
            others: 5,
        }
    }
}

/// A session: cases from seeds, and what became of them.
#[derive(Debug)]
pub struct Session {
    options: Options,
    oracle: Oracle,
    counts: Counts,
    coverage: Coverage,
}

/// A case on which configurations differ.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What made it.
    pub generator: Generator,
    /// From which seed.
    pub seed: u64,
    /// The case.
    pub case: Case,
    /// What differs.
    pub difference: Difference,
}

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// How much was done.
        #[derive(Clone, Debug, Default)]
        pub struct Counts {
            $($(#[$doc])* pub $name: u64,)*
            /// The cases that each configuration executed.
            pub executed: BTreeMap<String, u64>,
        }

        impl Counts {
            /// The counts that are not by configuration, with their names.
            pub fn entries(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name)),*]
            }

            /// Adds to a count by name. Of a name that is none, nothing comes.
            pub fn add(&mut self, name: &str, n: u64) {
                match name {
                    $(stringify!($name) => self.$name += n,)*
                    _ => match name.strip_prefix("in:") {
                        Some(configuration) => {
                            *self.executed.entry(configuration.to_owned()).or_default() += n;
                        }
                        None => {}
                    },
                }
            }
        }
    };
}

counts! {
    /// Cases.
    cases;
    /// Seeds of which nothing was made.
    empty;
    /// Modules.
    modules;
    /// Executions of a case in a configuration.
    executions;
    /// Calls that returned.
    returned;
    /// Calls that trapped, threw, or failed in a host function.
    failed;
    /// Calls that used up their fuel.
    out_of_fuel;
    /// Cases whose modules all refuse.
    refused;
    /// Cases that import what the host does not have.
    unlinked;
    /// Cases given up because the stack ended at different places.
    abandoned_stack;
    /// Cases given up because memory for objects ended at different places.
    abandoned_memory;
    /// Cases given up because something was too much for a backend.
    abandoned_implementation;
    /// Cases on which configurations differ.
    differences;
    /// Microseconds of a processor that cases took to make.
    generation_us;
    /// Microseconds that cases took to execute and compare, all that follows included.
    execution_us;
    /// Microseconds of that for opening modules: validation, and compilation that does not wait.
    opening_us;
    /// Microseconds of that for making instances.
    instantiation_us;
    /// Microseconds of that for calls.
    calling_us;
    /// Microseconds of that for putting down what can be seen.
    looking_us;
    /// Microseconds that counting operators took.
    counting_us;
}

impl Counts {
    /// Seconds of a processor that all of it took.
    pub fn seconds(&self) -> f64 {
        (self.generation_us + self.execution_us + self.counting_us) as f64 / 1e6
    }

    /// The cases that were given up.
    pub const fn abandoned(&self) -> u64 {
        self.abandoned_stack + self.abandoned_memory + self.abandoned_implementation
    }
}

impl Session {
    /// A session that has done nothing yet.
    pub fn new(options: Options) -> Self {
        Self {
            oracle: Oracle::new(options.configurations.clone()),
            counts: Counts::default(),
            coverage: Coverage::default(),
            options,
        }
    }

    /// What was done.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What was done since this was last asked.
    pub fn take_counts(&mut self) -> Counts {
        core::mem::take(&mut self.counts)
    }

    /// Which operators were executed.
    pub const fn coverage(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    /// The generator for a seed.
    pub fn generator(&self, seed: u64) -> Generator {
        *Random::of(seed, CHOICE).pick(&self.options.generators)
    }

    /// Makes and tries the case of a seed.
    pub fn run(&mut self, seed: u64) -> Option<Finding> {
        let generator = self.generator(seed);
        self.run_case_of(generator, seed)
    }

    /// Makes and tries the case that a generator makes of a seed.
    pub fn run_case_of(&mut self, generator: Generator, seed: u64) -> Option<Finding> {
        let start = clock::now();
        let case = generator.case_within(seed, &self.options.proposals);
        let made = clock::now();
        self.counts.generation_us += micros(made - start);
        let Some(case) = case else {
            self.counts.empty += 1;
            return None;
        };
        let others = self.others(&case, seed);
        let verdict = self.oracle.judge_with(&case, &others);
        self.counts.execution_us += micros(clock::now() - made);
        let cost = self.oracle.take_cost();
        self.counts.opening_us += micros(cost.opening);
        self.counts.instantiation_us += micros(cost.instantiating);
        self.counts.calling_us += micros(cost.calling);
        self.counts.looking_us += micros(cost.looking);
        self.count(&case, &others, &verdict);
        if matches!(verdict, Verdict::Agreed(_)) && Random::of(seed, COVERAGE).once_in(COUNTED) {
            let start = clock::now();
            self.coverage.run(&case);
            self.counts.counting_us += micros(clock::now() - start);
        }
        match verdict {
            Verdict::Differs(difference) => Some(Finding {
                generator,
                seed,
                case,
                difference: *difference,
            }),
            _ => None,
        }
    }

    /// The configurations for a case.
    fn others(&self, case: &Case, seed: u64) -> Vec<usize> {
        let mut random = Random::of(seed, CONFIGURATIONS);
        let has_objects = case.modules.iter().any(|wasm| has_objects(wasm));
        let all = self.oracle.configurations();
        let mut others: Vec<usize> = (1..all.len())
            .filter(|&at| has_objects || !all[at].is_gc_stress())
            .collect();
        while others.len() > self.options.others {
            others.swap_remove(random.below(others.len()));
        }
        others.sort_unstable();
        others
    }

    fn count(&mut self, case: &Case, others: &[usize], verdict: &Verdict) {
        let counts = &mut self.counts;
        counts.cases += 1;
        counts.modules += case.modules.len() as u64;
        counts.executions += others.len() as u64 + 1;
        for &at in [0].iter().chain(others) {
            let name = self.oracle.configurations()[at].name();
            *counts.executed.entry(name).or_default() += 1;
        }
        match verdict {
            Verdict::Agreed(summary) => {
                counts.returned += summary.returned;
                counts.failed += summary.failed;
                counts.out_of_fuel += summary.out_of_fuel;
            }
            Verdict::Refused(_) => counts.refused += 1,
            Verdict::Unlinked(_) => counts.unlinked += 1,
            Verdict::Abandoned(Limit::Stack) => counts.abandoned_stack += 1,
            Verdict::Abandoned(Limit::Memory) => counts.abandoned_memory += 1,
            Verdict::Abandoned(Limit::Implementation) => counts.abandoned_implementation += 1,
            Verdict::Differs(_) => counts.differences += 1,
        }
    }
}

/// What choices from a seed are for.
const CHOICE: u64 = 1_000;
const CONFIGURATIONS: u64 = 1_001;
const COVERAGE: u64 = 1_002;

/// Of so many cases, one has its operators counted.
const COUNTED: usize = 24;

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Whether a module defines types of objects, or tags, whose exceptions are objects.
fn has_objects(wasm: &[u8]) -> bool {
    use wasmparser::{CompositeInnerType, Parser, Payload};
    for payload in Parser::new(0).parse_all(wasm) {
        match payload {
            Ok(Payload::TypeSection(types)) => {
                let is_object = |ty: &wasmparser::SubType| {
                    !matches!(ty.composite_type.inner, CompositeInnerType::Func(_))
                };
                let mut groups = types.into_iter().flatten();
                if groups.any(|group| group.types().any(is_object)) {
                    return true;
                }
            }
            Ok(Payload::TagSection(tags)) => return tags.count() > 0,
            Ok(Payload::CodeSectionStart { .. }) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    false
}
