//! wasmi, with its fastest dispatch.

use crate::Result;
use crate::peer::{Function, Opening, Runtime};
use std::any::Any;
use wasmi::{CompilationMode, Config, Engine, Instance, Linker, Module, Store};

pub struct Wasmi {
    pub fuel: bool,
}

impl Runtime for Wasmi {
    fn name(&self) -> &'static str {
        if self.fuel { "wasmi-fuel" } else { "wasmi" }
    }

    fn about(&self) -> String {
        let fuel = if self.fuel { ", with fuel" } else { "" };
        format!("wasmi 2.0.0, dispatch by tail calls{fuel}")
    }

    fn has_fuel(&self) -> bool {
        self.fuel
    }

    fn function(&self, wasm: &[u8], name: &str) -> Result<Function> {
        let (mut store, instance) = self.instance(wasm, define_step)?;
        let func = instance.get_typed_func::<i32, i64>(&store, name)?;
        Ok(Box::new(move |n| Ok(func.call(&mut store, n)?)))
    }

    fn calls(&self, wasm: &[u8], name: &str) -> Result<Function> {
        let (mut store, instance) = self.instance(wasm, define_step)?;
        let func = instance.get_typed_func::<i32, i32>(&store, name)?;
        Ok(Box::new(move |n| {
            let mut value = 0;
            for _ in 0..n {
                value = func.call(&mut store, value)?;
            }
            Ok(value.into())
        }))
    }

    fn coremark(&self, wasm: &[u8], clock: fn() -> i64) -> Result<Option<f32>> {
        let define_clock = |linker: &mut Linker<()>| {
            linker.func_wrap("env", "clock_ms", clock)?;
            Ok(())
        };
        let (mut store, instance) = self.instance(wasm, define_clock)?;
        let run = instance.get_typed_func::<(), f32>(&store, "run")?;
        Ok(Some(run.call(&mut store, ())?))
    }

    fn instances(&self, wasm: &[u8]) -> Result<Box<dyn FnMut() -> Result<()>>> {
        let engine = Engine::new(&self.config());
        let module = Module::new(&engine, wasm)?;
        let linker = Linker::<()>::new(&engine);
        Ok(Box::new(move || {
            let mut store = Store::new(&engine, ());
            linker.instantiate_and_start(&mut store, &module)?;
            Ok(())
        }))
    }

    fn open(&self, wasm: &'static [u8], how: Opening) -> Result<Option<Box<dyn Any>>> {
        let mut config = self.config();
        config.compilation_mode(match how {
            Opening::Eager => CompilationMode::Eager,
            Opening::Validated => CompilationMode::LazyTranslation,
            Opening::Lazy => CompilationMode::Lazy,
        });
        Ok(Some(Box::new(Module::new(&Engine::new(&config), wasm)?)))
    }

    #[cfg(feature = "programs")]
    fn has_wasi(&self) -> bool {
        true
    }

    #[cfg(feature = "programs")]
    fn guest(&self, guest: &crate::programs::Guest) -> Result<i32> {
        use wasmi_wasi::{Dir, WasiCtx, WasiCtxBuilder, ambient_authority};
        let mut config = self.config();
        // As the program `wasmi` has it.
        config.compilation_mode(CompilationMode::LazyTranslation);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, std::fs::read(&guest.module)?)?;
        let mut linker = Linker::<WasiCtx>::new(&engine);
        wasmi_wasi::add_to_linker(&mut linker, |wasi| wasi)?;
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stdio().args(&guest.args)?;
        for (name, value) in &guest.env {
            wasi.env(name, value)?;
        }
        for (host, name) in &guest.dirs {
            let dir = Dir::open_ambient_dir(host, ambient_authority())?;
            wasi.preopened_dir(dir, name)?;
        }
        let mut store = self.store(&engine, wasi.build())?;
        let instance = linker.instantiate_and_start(&mut store, &module)?;
        let start = instance.get_typed_func::<(), ()>(&store, "_start")?;
        match start.call(&mut store, ()) {
            Ok(()) => Ok(0),
            Err(error) => Ok(error.i32_exit_status().ok_or(error)?),
        }
    }
}

fn define_step(linker: &mut Linker<()>) -> Result<()> {
    linker.func_wrap("host", "step", |n: i32| n.wrapping_add(1))?;
    Ok(())
}

impl Wasmi {
    fn config(&self) -> Config {
        let mut config = Config::default();
        config.consume_fuel(self.fuel);
        config
    }

    /// A store with as much fuel as there can be, where any is consumed.
    fn store<T>(&self, engine: &Engine, data: T) -> Result<Store<T>> {
        let mut store = Store::new(engine, data);
        if self.fuel {
            store.set_fuel(u64::MAX)?;
        }
        Ok(store)
    }

    /// An instance with what `define` gives it to import.
    fn instance(
        &self,
        wasm: &[u8],
        define: impl FnOnce(&mut Linker<()>) -> Result<()>,
    ) -> Result<(Store<()>, Instance)> {
        let engine = Engine::new(&self.config());
        let module = Module::new(&engine, wasm)?;
        let mut linker = Linker::<()>::new(&engine);
        define(&mut linker)?;
        let mut store = self.store(&engine, ())?;
        let instance = linker.instantiate_and_start(&mut store, &module)?;
        Ok((store, instance))
    }
}
