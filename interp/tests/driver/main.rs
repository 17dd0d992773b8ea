//! What leaves the handlers for the driver: calls between instances and the host, segments of the
//! value stack, fuel and interruption, suspension, backtraces; and code as text and its limits.

mod code;
mod instances;
mod metering;
mod stack;

use diptych_core::{Config, Dispatch, Engine, Error, Instance, Module, Store, Val};
use diptych_interp::Interp;

/// An engine per dispatch mode of this build.
fn engines(configure: impl Fn(&mut Config)) -> Vec<(&'static str, Engine)> {
    let mut modes = vec![("loop", Dispatch::Loop)];
    if Interp::new().has_tail_dispatch() {
        modes.push(("tail", Dispatch::Tail));
    }
    let engine = |(name, dispatch)| {
        let mut config = Config::new();
        configure(config.interp_dispatch(dispatch));
        let backends = [diptych_interp::backend()];
        let engine = Engine::with_backends(&config, &backends)
            .unwrap_or_else(|e| panic!("{name}: no engine: {e}"));
        (name, engine)
    };
    modes.into_iter().map(engine).collect()
}

fn module(engine: &Engine, wat: &str) -> Module {
    let wasm = wat::parse_str(wat).unwrap_or_else(|e| panic!("{e}"));
    Module::new(engine, wasm).unwrap_or_else(|e| panic!("the module is refused: {e}"))
}

/// Calls a function whose parameters and one result are `i32`.
fn call<T: 'static>(
    store: &mut Store<T>,
    instance: Instance,
    name: &str,
    args: &[i32],
) -> Result<i32, Error> {
    let func = instance
        .get_func(&mut *store, name)
        .unwrap_or_else(|| panic!("no function {name}"));
    let args: Vec<Val> = args.iter().map(|&arg| Val::I32(arg)).collect();
    let mut results = [Val::I32(0)];
    func.call(store, &args, &mut results)?;
    Ok(results[0].unwrap_i32())
}

/// The names of the functions in an error's backtrace, innermost first.
fn backtrace(error: &Error) -> Vec<String> {
    let backtrace = error.backtrace().expect("there is a backtrace");
    let name = |frame: &diptych_core::BacktraceFrame| frame.func_name().expect("a name");
    backtrace.frames().iter().map(name).collect()
}
