//! The runtimes. To add one: a module with a `Peer`, and a line here.

mod diptych;
#[cfg(feature = "tinywasm")]
mod tinywasm;
mod wasmi;
#[cfg(feature = "wasmtime")]
mod wasmtime;

use crate::Result;
use crate::peer::Peer;

/// Whose times the others are divided by, where it takes part.
pub const BASE: &str = "wasmi";

fn all() -> Vec<Box<dyn Peer>> {
    vec![
        Box::new(wasmi::Wasmi),
        Box::new(diptych::Interp::Tail),
        Box::new(diptych::Interp::Loop),
        Box::new(diptych::Jit::Guarded),
        Box::new(diptych::Jit::Explicit),
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
}

/// The names of all peers of this build.
pub fn names() -> Vec<String> {
    all().iter().map(|peer| peer.name().to_owned()).collect()
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
