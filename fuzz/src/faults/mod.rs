//! Faults as backends have them, planted into the code that one configuration sees.
//!
//! The rest of the harness sees the module as it was: places in backtraces are translated back, and
//! functions that were added are left out. So a fault is found by what it does, not by its trace.

mod table;

pub use table::FAULTS;

use crate::case::Case;
use crate::clock;
use crate::generate::Generator;
use crate::module::{Body, Change, Planted, plant};
use crate::oracle::{End, Oracle, Seen, Twin, Verdict};
use crate::random::Random;
use core::time::Duration;
use wasmparser::Operator;

/// A fault.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// What is wrong.
    pub name: &'static str,
    /// Whether it is one of fuel; others are looked for without, since what stands for them costs
    /// something itself.
    pub is_of_fuel: bool,
    plant: fn(&Body<'_>, usize, &Operator<'_>) -> Option<Change>,
}

/// How a fault was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many cases with the fault in them were executed.
    pub executed: u64,
    /// How long a processor took, cases being made included.
    pub time: Duration,
    /// What differed.
    pub kind: &'static str,
    /// The seed of the case.
    pub seed: u64,
}

/// How long a fault is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// How many cases with the fault in them are executed.
    pub cases: u64,
    /// For how long a processor works on it.
    pub time: Duration,
}

impl Fault {
    /// Looks for it, with cases from seeds from this one on.
    ///
    /// `oracle` compares the case, in its first configuration, with the faulty one in its second.
    pub fn hunt(&self, oracle: &mut Oracle, first: u64, budget: Budget) -> Option<Found> {
        let start = clock::now();
        let mut executed = 0;
        for seed in first.. {
            if executed >= budget.cases || clock::now() - start >= budget.time {
                return None;
            }
            let mut random = Random::of(seed, HUNT);
            let generator = *random.pick(&[Generator::Structured, Generator::Single]);
            let Some(mut case) = generator.case(seed) else {
                continue;
            };
            case.settings.metered = self.is_of_fuel;
            let Some((mut twin, planted)) = self.planted(&case) else {
                continue;
            };
            executed += 1;
            if !self.is_of_fuel {
                // Faults can make programs endless.
                twin.settings.metered = true;
                twin.settings.hides_fuel = true;
                for call in &mut twin.calls {
                    call.fuel = ENDLESS;
                }
            }
            let translate = |seen: &mut Seen| translate(seen, &planted);
            let twin = Twin {
                case: &twin,
                translate: &translate,
            };
            if let Verdict::Differs(difference) = oracle.judge_twin(&case, 1, &twin) {
                return Some(Found {
                    executed,
                    time: clock::now() - start,
                    kind: difference.kind(),
                    seed,
                });
            }
        }
        None
    }

    /// The case with the fault; `None` when it has nothing of the kind.
    fn planted(&self, case: &Case) -> Option<(Case, Vec<Option<Planted>>)> {
        let mut twin = case.clone();
        let mut all = Vec::new();
        for wasm in &mut twin.modules {
            let planted = plant(wasm, &mut |body, at, operator| {
                (self.plant)(body, at, operator)
            });
            if let Some(planted) = &planted {
                wasm.clone_from(&planted.wasm);
            }
            all.push(planted);
        }
        all.iter().any(Option::is_some).then_some((twin, all))
    }
}

const HUNT: u64 = 2_000;

/// Fuel that no case takes which ends.
const ENDLESS: u64 = 5_000_000;

/// What would be seen without what stands for the fault.
fn translate(seen: &mut Seen, planted: &[Option<Planted>]) {
    let End::Failed(failure) = &mut seen.end else {
        return;
    };
    failure.frames.retain_mut(|frame| {
        let module = frame.module.and_then(|module| planted[module].as_ref());
        let Some(module) = module else {
            return true;
        };
        frame.offset = module.was_at(frame.offset);
        frame.func < module.funcs
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configurations::{REFERENCE, configuration};

    fn oracle() -> Oracle {
        // No compilation is waited for: whose code has the fault does not matter.
        let reference = configuration(REFERENCE).expect("it is always there");
        Oracle::new(vec![reference, reference])
    }

    /// What stands for faults is not seen by itself.
    #[test]
    fn changes_without_a_fault_are_not_found() {
        let harmless: &[Fault] = &[
            Fault {
                name: "an addition by a function",
                is_of_fuel: false,
                plant: |_, _, operator| {
                    matches!(operator, Operator::I32Add).then(|| {
                        Change::Function(
                            "(func (param i32 i32) (result i32)
                                (i32.add (local.get 0) (local.get 1)))"
                                .to_owned(),
                        )
                    })
                },
            },
            Fault {
                name: "nothing, many times",
                is_of_fuel: true,
                plant: |body, at, _| {
                    let mut bytes = vec![1, 1];
                    bytes.extend_from_slice(body.bytes(at..at + 1));
                    Some(Change::Instructions(bytes))
                },
            },
        ];
        let budget = Budget {
            cases: 150,
            time: Duration::from_secs(20),
        };
        for fault in harmless {
            let found = fault.hunt(&mut oracle(), 1, budget);
            assert!(found.is_none(), "{}: {found:?}", fault.name);
        }
    }
}
