//! Diptych's interpreter, in each of its dispatch modes.

use crate::Result;
use crate::peer::{Function, Opening, Peer};
use diptych::{CompilationMode, Config, Dispatch, Engine, Instance, Linker, Module, Store};
use std::any::Any;

#[derive(Clone, Copy)]
pub enum Interp {
    Tail,
    Loop,
}

impl Peer for Interp {
    fn name(&self) -> &'static str {
        match self {
            Self::Tail => "tail",
            Self::Loop => "loop",
        }
    }

    fn about(&self) -> String {
        match self {
            Self::Tail => "Diptych's interpreter, dispatch by tail calls".to_owned(),
            Self::Loop => "Diptych's interpreter, dispatch by a loop".to_owned(),
        }
    }

    fn function(&self, wasm: &[u8], name: &str) -> Result<Function> {
        let (mut store, instance) = self.instance(wasm)?;
        let func = instance.get_typed_func::<i32, i64>(&mut store, name)?;
        Ok(Box::new(move |n| Ok(func.call(&mut store, n)?)))
    }

    fn calls(&self, wasm: &[u8], name: &str) -> Result<Function> {
        let (mut store, instance) = self.instance(wasm)?;
        let func = instance.get_typed_func::<i32, i32>(&mut store, name)?;
        Ok(Box::new(move |n| {
            let mut value = 0;
            for _ in 0..n {
                value = func.call(&mut store, value)?;
            }
            Ok(value.into())
        }))
    }

    fn instances(&self, wasm: &[u8]) -> Result<Box<dyn FnMut() -> Result<()>>> {
        let engine = self.engine(CompilationMode::Lazy)?;
        let module = Module::new(&engine, wasm)?;
        let pre = Linker::<()>::new(&engine).instantiate_pre(&module)?;
        Ok(Box::new(move || {
            let mut store = Store::new(&engine, ());
            pre.instantiate(&mut store)?;
            Ok(())
        }))
    }

    fn open(&self, wasm: &[u8], how: Opening) -> Result<Option<Box<dyn Any>>> {
        let engine = self.engine(match how {
            Opening::Eager => CompilationMode::Eager,
            Opening::Validated => CompilationMode::Lazy,
            Opening::Lazy => CompilationMode::FullyLazy,
        })?;
        Ok(Some(Box::new(Module::new(&engine, wasm)?)))
    }
}

impl Interp {
    fn engine(self, mode: CompilationMode) -> Result<Engine> {
        let mut config = Config::new();
        config.compilation(mode).interp_dispatch(match self {
            Self::Tail => Dispatch::Tail,
            Self::Loop => Dispatch::Loop,
        });
        Ok(Engine::new(&config)?)
    }

    fn instance(self, wasm: &[u8]) -> Result<(Store<()>, Instance)> {
        let engine = self.engine(CompilationMode::Lazy)?;
        let module = Module::new(&engine, wasm)?;
        let mut linker = Linker::<()>::new(&engine);
        linker.func_wrap("host", "step", |n: i32| n.wrapping_add(1))?;
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &module)?;
        Ok((store, instance))
    }
}
