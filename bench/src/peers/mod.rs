//! The runtimes. To add one that is linked in: a module with a `Runtime`, and a line here. What else
//! can be measured is a `Peer`.

mod diptych;
mod outside;
#[cfg(feature = "tinywasm")]
mod tinywasm;
mod wasmi;
#[cfg(feature = "wasmtime")]
mod wasmtime;

use crate::Result;
use crate::peer::{Peer, Runtime};
use outside::Outside;

/// Whose times the others are divided by, where it takes part.
pub const BASE: &str = "wasmi";

/// Those that are linked in, as what the caller wants of them.
macro_rules! linked {
    () => {
        vec![
            Box::new(wasmi::Wasmi { fuel: false }),
            Box::new(wasmi::Wasmi { fuel: true }),
            Box::new(diptych::Diptych::Tail),
            Box::new(diptych::Diptych::Loop),
            Box::new(diptych::Diptych::Guarded),
            Box::new(diptych::Diptych::Explicit),
            Box::new(diptych::Diptych::TailFuel),
            Box::new(diptych::Diptych::GuardedFuel),
            #[cfg(feature = "wasmtime")]
            Box::new(wasmtime::Wasmtime::Cranelift),
            #[cfg(feature = "wasmtime")]
            Box::new(wasmtime::Wasmtime::Pooling),
            #[cfg(feature = "wasmtime")]
            Box::new(wasmtime::Wasmtime::Winch),
            #[cfg(feature = "wasmtime")]
            Box::new(wasmtime::Wasmtime::Pulley),
            #[cfg(feature = "tinywasm")]
            Box::new(tinywasm::Tinywasm),
        ]
    };
}

fn all() -> Vec<Box<dyn Peer>> {
    let mut all: Vec<Box<dyn Peer>> = linked!();
    for peer in [Outside::V8, Outside::Liftoff, Outside::Wasm3] {
        all.push(Box::new(peer));
    }
    all
}

/// The names of all peers of this build.
pub fn names() -> Vec<String> {
    all().iter().map(|peer| peer.name().to_owned()).collect()
}

/// The names of those that are on this machine, but for such as are others with fuel.
pub fn present() -> Vec<String> {
    all()
        .iter()
        .filter(|peer| peer.missing().is_none() && !peer.has_fuel())
        .map(|peer| peer.name().to_owned())
        .collect()
}

/// Those that are not, and why.
pub fn missing() -> Vec<String> {
    all()
        .iter()
        .filter_map(|peer| Some(format!("{}: {}", peer.name(), peer.missing()?)))
        .collect()
}

/// The linked runtime of this name.
pub fn runtime(name: &str) -> Result<Box<dyn Runtime + Send>> {
    let all: Vec<Box<dyn Runtime + Send>> = linked!();
    all.into_iter()
        .find(|runtime| runtime.name() == name)
        .ok_or_else(|| format!("no runtime of this build is called {name}").into())
}

/// The peer of this name.
pub fn get(name: &str) -> Result<Box<dyn Peer>> {
    all()
        .into_iter()
        .find(|peer| peer.name() == name)
        .ok_or_else(|| {
            let names = names().join(", ");
            format!("no peer is called {name}; this build has {names}").into()
        })
}
