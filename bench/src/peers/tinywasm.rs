//! tinywasm, which always opens modules eagerly.

use crate::Result;
use crate::peer::{Function, Opening, Runtime};
use std::any::Any;
use tinywasm::{HostFunction, Imports, ModuleInstance, Store};

pub struct Tinywasm;

impl Runtime for Tinywasm {
    fn name(&self) -> &'static str {
        "tinywasm"
    }

    fn about(&self) -> String {
        "tinywasm 0.10.0".to_owned()
    }

    fn function(&self, wasm: &[u8], name: &str) -> Result<Function> {
        let (mut store, instance) = instance(wasm)?;
        let func = instance.func::<i32, i64>(&store, name)?;
        Ok(Box::new(move |n| Ok(func.call(&mut store, n)?)))
    }

    fn calls(&self, wasm: &[u8], name: &str) -> Result<Function> {
        let (mut store, instance) = instance(wasm)?;
        let func = instance.func::<i32, i32>(&store, name)?;
        Ok(Box::new(move |n| {
            let mut value = 0;
            for _ in 0..n {
                value = func.call(&mut store, value)?;
            }
            Ok(value.into())
        }))
    }

    fn instances(&self, wasm: &[u8]) -> Result<Box<dyn FnMut() -> Result<()>>> {
        let module = tinywasm::parse_bytes(wasm)?;
        Ok(Box::new(move || {
            let mut store = Store::default();
            ModuleInstance::instantiate(&mut store, &module, None)?;
            Ok(())
        }))
    }

    fn open(&self, wasm: &'static [u8], how: Opening) -> Result<Option<Box<dyn Any>>> {
        Ok(match how {
            Opening::Eager => Some(Box::new(tinywasm::parse_bytes(wasm)?)),
            Opening::Validated | Opening::Lazy => None,
        })
    }
}

fn instance(wasm: &[u8]) -> Result<(Store, ModuleInstance)> {
    let module = tinywasm::parse_bytes(wasm)?;
    let mut store = Store::default();
    let step = HostFunction::from(&mut store, |_, n: i32| Ok(n.wrapping_add(1)));
    let mut imports = Imports::new();
    imports.define("host", "step", step);
    let instance = ModuleInstance::instantiate(&mut store, &module, Some(imports))?;
    Ok((store, instance))
}
