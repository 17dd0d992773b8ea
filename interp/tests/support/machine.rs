//! The engine under test.

use super::Ty;
use diptych_core::{Config, Dispatch, Engine, Instance, Memory, Module, Store, Val};
pub(crate) use diptych_core::{Func, Trap};
use diptych_interp::Interp;

/// A way to run guests.
pub(crate) struct Mode {
    pub(crate) name: &'static str,
    engine: Engine,
    metered: bool,
}

/// Every dispatch mode of this build, and one with the code that metering adds.
pub(crate) fn modes() -> Vec<Mode> {
    modes_with(|_| {})
}

/// The same with canonical NaNs.
pub(crate) fn canonical_modes() -> Vec<Mode> {
    modes_with(|config| {
        config.canonicalize_nans(true);
    })
}

fn modes_with(configure: fn(&mut Config)) -> Vec<Mode> {
    let mode = |name, dispatch, metered| mode(name, dispatch, metered, configure);
    let mut modes = vec![
        mode("loop", Dispatch::Loop, false),
        mode("metered", Dispatch::Auto, true),
    ];
    if Interp::new().has_tail_dispatch() {
        modes.push(mode("tail", Dispatch::Tail, false));
    }
    modes
}

fn mode(name: &'static str, dispatch: Dispatch, metered: bool, configure: fn(&mut Config)) -> Mode {
    let mut config = Config::new();
    config
        .interp_dispatch(dispatch)
        .consume_fuel(metered)
        .interruption(metered);
    configure(&mut config);
    let engine = Engine::with_backends(&config, &[diptych_interp::backend()])
        .unwrap_or_else(|e| panic!("{name}: no engine: {e}"));
    Mode {
        name,
        engine,
        metered,
    }
}

/// An instance of a module without imports, in a store of its own.
pub(crate) struct Guest {
    store: Store<()>,
    instance: Instance,
}

impl Guest {
    pub(crate) fn new(mode: &Mode, wasm: &[u8]) -> Self {
        let module = Module::new(&mode.engine, wasm)
            .unwrap_or_else(|e| panic!("{}: the module is refused: {e}", mode.name));
        let mut store = Store::new(&mode.engine, ());
        if mode.metered {
            store.set_fuel(u64::MAX >> 1).expect("fuel is on");
        }
        let instance = Instance::new(&mut store, &module, &[])
            .unwrap_or_else(|e| panic!("{}: no instance: {e}", mode.name));
        Self { store, instance }
    }

    pub(crate) fn func(&mut self, name: &str) -> Func {
        self.instance
            .get_func(&mut self.store, name)
            .unwrap_or_else(|| panic!("no function {name}"))
    }

    /// Calls a function; the results are raw bits, those of 32-bit types zero-extended.
    pub(crate) fn call(
        &mut self,
        func: Func,
        args: &[(Ty, u64)],
        results: &[Ty],
    ) -> Result<Vec<u64>, Trap> {
        let args: Vec<Val> = args.iter().map(|&(ty, bits)| val(ty, bits)).collect();
        let mut out: Vec<Val> = results.iter().map(|&ty| val(ty, 0)).collect();
        self.call_values(func, &args, &mut out)?;
        Ok(out.iter().map(bits).collect())
    }

    /// Calls a function with any values.
    pub(crate) fn call_values(
        &mut self,
        func: Func,
        args: &[Val],
        results: &mut [Val],
    ) -> Result<(), Trap> {
        func.call(&mut self.store, args, results).map_err(|error| {
            error
                .trap()
                .unwrap_or_else(|| panic!("not a trap: {error}"))
        })
    }

    /// Calls a function by its name.
    pub(crate) fn invoke(
        &mut self,
        name: &str,
        args: &[(Ty, u64)],
        results: &[Ty],
    ) -> Result<Vec<u64>, Trap> {
        let func = self.func(name);
        self.call(func, args, results)
    }

    pub(crate) fn memory(&mut self, name: &str) -> &[u8] {
        let memory: Memory = self
            .instance
            .get_memory(&mut self.store, name)
            .unwrap_or_else(|| panic!("no memory {name}"));
        memory.data(&self.store)
    }

    pub(crate) fn memory_mut(&mut self, name: &str) -> &mut [u8] {
        let memory: Memory = self
            .instance
            .get_memory(&mut self.store, name)
            .unwrap_or_else(|| panic!("no memory {name}"));
        memory.data_mut(&mut self.store)
    }
}

fn val(ty: Ty, bits: u64) -> Val {
    match ty {
        Ty::I32 => Val::I32(bits as i32),
        Ty::I64 => Val::I64(bits as i64),
        Ty::F32 => Val::F32(bits as u32),
        Ty::F64 => Val::F64(bits),
    }
}

fn bits(val: &Val) -> u64 {
    match *val {
        Val::I32(value) => u64::from(value as u32),
        Val::I64(value) => value as u64,
        Val::F32(bits) => u64::from(bits),
        Val::F64(bits) => bits,
        ref other => panic!("not a number: {other:?}"),
    }
}
