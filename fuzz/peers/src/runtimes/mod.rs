//! The runtimes, each told the same.

pub mod diptych;
mod embedding;
pub mod node;
pub mod wasmi;
#[cfg(feature = "wasmtime")]
pub mod wasmtime;

use crate::plan::Plan;
use crate::seen::{End, Seen};
use crate::value::Nans;
use core::fmt;
use diptych_fuzz::generate::Proposals;
use std::sync::Arc;
use wasmparser::WasmFeatures;

/// Fuel that ends what would not end.
const FUEL: u64 = 3_000_000;
/// The same for others, whose fuel is of another kind: none of them ends what Diptych's does not.
const AMPLE_FUEL: u64 = 100 * FUEL;
/// The stack that guests may have, which threads have more of.
const STACK: usize = 16 << 20;

/// Another runtime.
pub trait Peer {
    fn name(&self) -> &'static str;
    /// What modules may use.
    fn features(&self) -> WasmFeatures;
    /// What modules may use besides, which Diptych is not told to accept.
    fn more_features(&self) -> WasmFeatures {
        WasmFeatures::empty()
    }
    /// The proposals that are worth generating for it.
    fn proposals(&self) -> Proposals;
    /// Which NaNs it takes for the same even where all are canonical.
    fn nans(&self) -> Nans {
        Nans::Same
    }
    /// Executes a case.
    fn run(&mut self, plan: &Arc<Plan>) -> Vec<Seen>;
}

/// Whether a peer makes NaNs canonical where it is told to.
pub fn canonicalizes(peer: &dyn Peer) -> bool {
    peer.proposals().canonical_nans
}

/// The peers of these names; all that there are when there is none.
///
/// # Errors
/// When there is no such peer.
pub fn peers(names: &[String]) -> Result<Vec<Box<dyn Peer>>, String> {
    let all = || -> Vec<Box<dyn Peer>> {
        vec![
            Box::new(wasmi::Wasmi),
            #[cfg(feature = "wasmtime")]
            Box::new(wasmtime::Wasmtime::default()),
            Box::new(node::Node::default()),
        ]
    };
    if names.is_empty() {
        return Ok(all());
    }
    let named = |name: &String| {
        let found = all().into_iter().find(|it| it.name() == name);
        found.ok_or_else(|| format!("this build has no peer `{name}`"))
    };
    names.iter().map(named).collect()
}

/// How a host function ended, as an error of a runtime's.
#[derive(Debug)]
pub struct Passed(pub End);

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl core::error::Error for Passed {}
