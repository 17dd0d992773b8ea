//! Each runtime's part: `run` validates a module and calls its function `run` with 10. Without a
//! runtime it gives how many bytes the module has.

#[cfg(feature = "diptych")]
mod diptych;
#[cfg(feature = "validator")]
mod validator;
#[cfg(any(feature = "wasmi", feature = "wasmi-loop"))]
mod wasmi;
#[cfg(any(feature = "cranelift", feature = "winch"))]
mod wasmtime;

#[cfg(feature = "diptych")]
pub use diptych::run;
#[cfg(feature = "validator")]
pub use validator::run;
#[cfg(any(feature = "wasmi", feature = "wasmi-loop"))]
pub use wasmi::run;
#[cfg(any(feature = "cranelift", feature = "winch"))]
pub use wasmtime::run;

/// No runtime: what every program has.
#[cfg(not(any(
    feature = "diptych",
    feature = "validator",
    feature = "wasmi",
    feature = "wasmi-loop",
    feature = "cranelift",
    feature = "winch"
)))]
pub fn run(wasm: &[u8]) -> Result<usize, &'static str> {
    Ok(wasm.len())
}
