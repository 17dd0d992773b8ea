//! A case in Diptych and in the peers.

use crate::plan::{FEATURES, Plan, accepts, is_valid};
use crate::runtimes::diptych::Diptych;
use crate::runtimes::{Peer, canonicalizes};
use crate::seen::{End, Seen, Verdict, compare};
use crate::value::Nans;
use diptych_fuzz::case::Case;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Arc;

/// Diptych and the peers.
pub struct Judge {
    diptych: Diptych,
    peers: Vec<Box<dyn Peer>>,
}

/// What became of a case in a peer.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was executed.
    Compared(Verdict),
    /// The peer lacks something that it needs.
    Skipped,
}

impl Judge {
    pub fn new(peers: Vec<Box<dyn Peer>>) -> Self {
        Self {
            diptych: Diptych::default(),
            peers,
        }
    }

    pub fn peers(&self) -> &[Box<dyn Peer>] {
        &self.peers
    }

    pub const fn diptych(&self) -> &Diptych {
        &self.diptych
    }

    /// Executes a case in Diptych, in the configuration of this number, and in all peers.
    pub fn judge(&mut self, case: &Case, configuration: usize) -> Vec<Outcome> {
        (0..self.peers.len())
            .scan(None, |ours, peer| {
                Some(self.judge_in(case, configuration, peer, ours))
            })
            .collect()
    }

    /// The same in one peer.
    pub fn judge_pair(&mut self, case: &Case, configuration: usize, peer: usize) -> Outcome {
        self.judge_in(case, configuration, peer, &mut None)
    }

    fn judge_in(
        &mut self,
        case: &Case,
        configuration: usize,
        peer: usize,
        ours: &mut Option<(Arc<Plan>, Vec<Seen>)>,
    ) -> Outcome {
        let peer = &mut self.peers[peer];
        let features = peer.features();
        // What it has that Diptych was not told to have.
        let more = features | peer.more_features();
        let lacks = |wasm: &Vec<u8>| match is_valid(wasm) {
            true => !accepts(features, wasm),
            false => accepts(more, wasm),
        };
        let nans = if case.settings.canonical_nans && !canonicalizes(&**peer) {
            Nans::Any
        } else {
            peer.nans()
        };
        // Longer programs do something else with another NaN.
        if case.modules.iter().any(lacks)
            || (nans == Nans::Any && !case.calls.is_empty() && !case.origin.starts_with("single"))
        {
            return Outcome::Skipped;
        }
        let (plan, ours) =
            ours.get_or_insert_with(|| observe(&mut self.diptych, case, configuration));
        let valid = case.modules.iter().all(|wasm| is_valid(wasm));
        let is_refused = |seen: &Seen| matches!(seen.end, End::Refused(_));
        if ours.iter().any(is_refused) == valid {
            let what = format!("valid: {valid}, but {:?}", ours.last());
            return Outcome::Compared(Verdict::Differs("validity", what));
        }
        Outcome::Compared(match without_panic(|| peer.run(plan)) {
            Ok(theirs) => compare(ours, &theirs, nans),
            Err(panic) => Verdict::Differs("panic", panic),
        })
    }
}

thread_local! {
    /// What a peer panicked with, while there is one at work.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a peer does, or the panic that ends it.
fn without_panic<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    PANIC.set(Some(String::new()));
    let done = catch_unwind(AssertUnwindSafe(work));
    let panic = PANIC.take();
    done.map_err(|_| panic.unwrap_or_default())
}

/// Keeps the panic of a peer, which is a finding, and prints those of others.
pub fn note_panic(panic: &PanicHookInfo<'_>) {
    PANIC.with_borrow_mut(|it| match it {
        Some(it) => *it = panic.to_string(),
        None => eprintln!("{panic}"),
    });
}

/// What Diptych does, as far as no limit is reached.
fn observe(diptych: &mut Diptych, case: &Case, configuration: usize) -> (Arc<Plan>, Vec<Seen>) {
    let mut plan = Plan::new(case, FEATURES);
    let mut seen = diptych.run(configuration, &Arc::new(plan.clone()));
    if let Some(limited) = seen.iter().position(|it| matches!(it.end, End::Limited(_))) {
        plan.steps = limited;
        seen.truncate(limited);
    }
    (Arc::new(plan), seen)
}
