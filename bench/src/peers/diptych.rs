//! Diptych: the interpreter in each of its dispatch modes, and the compiler with each way to trap.

use crate::Result;
use crate::peer::{Function, Opening, Runtime};
use diptych::{
    BackendKind, CompilationMode, Config, Dispatch, Engine, Instance, Linker, Module, Store,
};
use std::any::Any;

#[derive(Clone, Copy)]
pub enum Diptych {
    Tail,
    Loop,
    /// Traps by signals, memories with guards.
    Guarded,
    /// Everything is checked by the code itself.
    Explicit,
    /// As `Tail`, with fuel.
    TailFuel,
    /// As `Guarded`, with fuel.
    GuardedFuel,
}

impl Runtime for Diptych {
    fn name(&self) -> &'static str {
        match self {
            Self::Tail => "tail",
            Self::Loop => "loop",
            Self::Guarded => "jit",
            Self::Explicit => "jit-check",
            Self::TailFuel => "tail-fuel",
            Self::GuardedFuel => "jit-fuel",
        }
    }

    fn about(&self) -> String {
        match self {
            Self::Tail => "Diptych's interpreter, dispatch by tail calls",
            Self::Loop => "Diptych's interpreter, dispatch by a loop",
            Self::Guarded => "Diptych's compiler, traps by signals, memories with guards",
            Self::Explicit => "Diptych's compiler, everything checked by code",
            Self::TailFuel => "Diptych's interpreter, dispatch by tail calls, with fuel",
            Self::GuardedFuel => "Diptych's compiler, traps by signals, with fuel",
        }
        .to_owned()
    }

    fn has_fuel(&self) -> bool {
        matches!(self, Self::TailFuel | Self::GuardedFuel)
    }

    fn has_objects(&self) -> bool {
        true
    }

    fn function(&self, wasm: &[u8], name: &str) -> Result<Function> {
        function(&self.config(), wasm, name)
    }

    fn calls(&self, wasm: &[u8], name: &str) -> Result<Function> {
        calls(&self.config(), wasm, name)
    }

    fn coremark(&self, wasm: &[u8], clock: fn() -> i64) -> Result<Option<f32>> {
        coremark(&self.config(), wasm, clock).map(Some)
    }

    fn instances(&self, wasm: &[u8]) -> Result<Box<dyn FnMut() -> Result<()>>> {
        instances(&self.config(), wasm)
    }

    fn open(&self, wasm: &'static [u8], how: Opening) -> Result<Option<Box<dyn Any>>> {
        open(self.config(), wasm, how)
    }

    #[cfg(feature = "programs")]
    fn has_wasi(&self) -> bool {
        true
    }

    #[cfg(feature = "programs")]
    fn guest(&self, guest: &crate::programs::Guest) -> Result<i32> {
        run_guest(self.config(), guest)
    }

    fn code_size(&self, wasm: &[u8]) -> Result<Option<usize>> {
        if let Self::Tail | Self::Loop | Self::TailFuel = self {
            return Ok(None);
        }
        let mut config = self.config();
        config.compilation(CompilationMode::Eager);
        let module = Module::new(&Engine::new(&config)?, wasm)?;
        Ok(Some(module.code_size()))
    }
}

impl Diptych {
    fn config(self) -> Config {
        let mut config = Config::new();
        match self {
            Self::Tail => config
                .backend(BackendKind::Interp)
                .interp_dispatch(Dispatch::Tail),
            Self::Loop => config
                .backend(BackendKind::Interp)
                .interp_dispatch(Dispatch::Loop),
            Self::Guarded => config.backend(BackendKind::Jit),
            Self::Explicit => config
                .backend(BackendKind::Jit)
                .signals_based_traps(false)
                .memory_guard(false),
            Self::TailFuel => {
                config = Self::Tail.config();
                config.consume_fuel(true)
            }
            Self::GuardedFuel => {
                config = Self::Guarded.config();
                config.consume_fuel(true)
            }
        };
        config
    }
}

fn function(config: &Config, wasm: &[u8], name: &str) -> Result<Function> {
    let (mut store, instance) = instance(config, wasm, define_step)?;
    let func = instance.get_typed_func::<i32, i64>(&mut store, name)?;
    Ok(Box::new(move |n| Ok(func.call(&mut store, n)?)))
}

fn calls(config: &Config, wasm: &[u8], name: &str) -> Result<Function> {
    let (mut store, instance) = instance(config, wasm, define_step)?;
    let func = instance.get_typed_func::<i32, i32>(&mut store, name)?;
    Ok(Box::new(move |n| {
        let mut value = 0;
        for _ in 0..n {
            value = func.call(&mut store, value)?;
        }
        Ok(value.into())
    }))
}

fn coremark(config: &Config, wasm: &[u8], clock: fn() -> i64) -> Result<f32> {
    let define_clock = |linker: &mut Linker<()>| {
        linker.func_wrap("env", "clock_ms", clock)?;
        Ok(())
    };
    let (mut store, instance) = instance(config, wasm, define_clock)?;
    let run = instance.get_typed_func::<(), f32>(&mut store, "run")?;
    Ok(run.call(&mut store, ())?)
}

fn instances(config: &Config, wasm: &[u8]) -> Result<Box<dyn FnMut() -> Result<()>>> {
    let engine = Engine::new(config)?;
    let module = Module::new(&engine, wasm)?;
    let pre = Linker::<()>::new(&engine).instantiate_pre(&module)?;
    Ok(Box::new(move || {
        let mut store = Store::new(&engine, ());
        pre.instantiate(&mut store)?;
        Ok(())
    }))
}

fn open(mut config: Config, wasm: &'static [u8], how: Opening) -> Result<Option<Box<dyn Any>>> {
    config.compilation(match how {
        Opening::Eager => CompilationMode::Eager,
        Opening::Validated => CompilationMode::Lazy,
        Opening::Lazy => CompilationMode::FullyLazy,
    });
    let module = Module::from_bytes(&Engine::new(&config)?, wasm)?;
    Ok(Some(Box::new(module)))
}

fn define_step(linker: &mut Linker<()>) -> Result<()> {
    linker.func_wrap("host", "step", |n: i32| n.wrapping_add(1))?;
    Ok(())
}

/// A store with as much fuel as there can be, where any is consumed.
fn store<T: 'static>(engine: &Engine, data: T) -> Result<Store<T>> {
    let mut store = Store::new(engine, data);
    if engine.config().fuel_enabled() {
        store.set_fuel(u64::MAX)?;
    }
    Ok(store)
}

/// An instance with what `define` gives it to import.
fn instance(
    config: &Config,
    wasm: &[u8],
    define: impl FnOnce(&mut Linker<()>) -> Result<()>,
) -> Result<(Store<()>, Instance)> {
    let engine = Engine::new(config)?;
    let module = Module::new(&engine, wasm)?;
    let mut linker = Linker::<()>::new(&engine);
    define(&mut linker)?;
    let mut store = store(&engine, ())?;
    let instance = linker.instantiate(&mut store, &module)?;
    Ok((store, instance))
}

#[cfg(feature = "programs")]
fn run_guest(mut config: Config, guest: &crate::programs::Guest) -> Result<i32> {
    use diptych_wasi::{DirPerms, FilePerms, WasiCtx, WasiCtxBuilder};
    // As the program `diptych` has it.
    config.max_wasm_stack(8 << 20);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, std::fs::read(&guest.module)?)?;
    let mut linker = Linker::<WasiCtx>::new(&engine);
    diptych_wasi::add_to_linker(&mut linker, |wasi| wasi)?;
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stdio().args(&guest.args);
    for (name, value) in &guest.env {
        wasi.env(name, value);
    }
    for (host, name) in &guest.dirs {
        wasi.preopened_dir(host, name, DirPerms::all(), FilePerms::all())?;
    }
    let mut store = store(&engine, wasi.build())?;
    let instance = linker.instantiate(&mut store, &module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    match start.call(&mut store, ()) {
        Ok(()) => Ok(0),
        Err(error) => Ok(error.exit_code().ok_or(error)?),
    }
}
