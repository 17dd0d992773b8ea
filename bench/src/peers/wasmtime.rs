//! Wasmtime with each of its ways to execute, which always opens modules eagerly.

use crate::Result;
use crate::peer::{Function, Opening, Runtime};
use crate::task::Task;
use std::any::Any;
use wasmtime::{
    Config, Engine, Instance, Linker, Module, PoolingAllocationConfig, Store, Strategy,
};

#[derive(Clone, Copy)]
pub enum Wasmtime {
    Cranelift,
    /// As `Cranelift`, but for instances, which come from a pool.
    Pooling,
    Winch,
    Pulley,
}

impl Runtime for Wasmtime {
    fn name(&self) -> &'static str {
        match self {
            Self::Cranelift => "cranelift",
            Self::Pooling => "pooling",
            Self::Winch => "winch",
            Self::Pulley => "pulley",
        }
    }

    fn about(&self) -> String {
        match self {
            Self::Cranelift => "Wasmtime 48.0.8, the optimising compiler Cranelift",
            Self::Pooling => "Wasmtime 48.0.8, Cranelift, instances from a pool",
            Self::Winch => "Wasmtime 48.0.8, the single-pass compiler Winch",
            Self::Pulley => "Wasmtime 48.0.8, the interpreter Pulley",
        }
        .to_owned()
    }

    fn takes_part(&self, task: &Task) -> bool {
        match self {
            Self::Pooling => matches!(task, Task::Instantiate(_)),
            _ => true,
        }
    }

    fn has_objects(&self) -> bool {
        // Winch has none, and of the pool only instances are measured.
        matches!(self, Self::Cranelift | Self::Pulley)
    }

    fn function(&self, wasm: &[u8], name: &str) -> Result<Function> {
        let (mut store, instance) = self.instance(wasm, define_step)?;
        let func = instance.get_typed_func::<i32, i64>(&mut store, name)?;
        Ok(Box::new(move |n| Ok(func.call(&mut store, n)?)))
    }

    fn calls(&self, wasm: &[u8], name: &str) -> Result<Function> {
        let (mut store, instance) = self.instance(wasm, define_step)?;
        let func = instance.get_typed_func::<i32, i32>(&mut store, name)?;
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
        let run = instance.get_typed_func::<(), f32>(&mut store, "run")?;
        Ok(Some(run.call(&mut store, ())?))
    }

    fn instances(&self, wasm: &[u8]) -> Result<Box<dyn FnMut() -> Result<()>>> {
        let engine = self.engine()?;
        let module = Module::new(&engine, wasm)?;
        let pre = Linker::<()>::new(&engine).instantiate_pre(&module)?;
        Ok(Box::new(move || {
            let mut store = Store::new(&engine, ());
            pre.instantiate(&mut store)?;
            Ok(())
        }))
    }

    fn open(&self, wasm: &'static [u8], how: Opening) -> Result<Option<Box<dyn Any>>> {
        Ok(match how {
            Opening::Eager => Some(Box::new(Module::new(&self.engine()?, wasm)?)),
            Opening::Validated | Opening::Lazy => None,
        })
    }

    fn code_size(&self, wasm: &[u8]) -> Result<Option<usize>> {
        Ok(Some(Module::new(&self.engine()?, wasm)?.text().len()))
    }
}

impl Wasmtime {
    fn engine(self) -> Result<Engine> {
        let mut config = Config::new();
        #[cfg(feature = "objects")]
        if self.has_objects() {
            // Of its collectors the one with the highest throughput; only this and that which never
            // collects free or need no cycles.
            config.collector(wasmtime::Collector::Copying);
            config.wasm_gc(true).wasm_function_references(true);
            config.wasm_exceptions(true);
        }
        match self {
            Self::Cranelift => config.strategy(Strategy::Cranelift),
            Self::Pooling => config
                .strategy(Strategy::Cranelift)
                .allocation_strategy(PoolingAllocationConfig::new()),
            Self::Winch => config.strategy(Strategy::Winch),
            Self::Pulley => config.target("pulley64")?,
        };
        Ok(Engine::new(&config)?)
    }

    /// An instance with what `define` gives it to import.
    fn instance(
        self,
        wasm: &[u8],
        define: impl FnOnce(&mut Linker<()>) -> Result<()>,
    ) -> Result<(Store<()>, Instance)> {
        let engine = self.engine()?;
        let module = Module::new(&engine, wasm)?;
        let mut linker = Linker::<()>::new(&engine);
        define(&mut linker)?;
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &module)?;
        Ok((store, instance))
    }
}

fn define_step(linker: &mut Linker<()>) -> Result<()> {
    linker.func_wrap("host", "step", |n: i32| n.wrapping_add(1))?;
    Ok(())
}
