//! Functions of the host that guests call, the state that they share, and errors through a guest.
//!
//! `cargo run --example host_functions`

use core::fmt;
use diptych::{
    Caller, Config, Engine, Error, Extern, FuncType, Linker, Module, Result, Store, Val, ValType,
};

const MODULE: &str = r#"
    (module
      (import "shop" "sell" (func $sell (param i32 i32) (result i64)))
      (import "shop" "log" (func $log (param i32 i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "sold out soon")
      (func (export "work") (param $pieces i32) (result i64)
        (call $log (i32.const 0) (i32.const 13))
        (call $sell (i32.const 7) (local.get $pieces))))
"#;

/// The state that the host's functions work on; the store owns it.
#[derive(Default)]
struct Shop {
    stock: i32,
    earned: i64,
    log: Vec<String>,
}

/// An error of the host's own. It passes through the guest unchanged.
#[derive(Debug, PartialEq)]
struct SoldOut {
    missing: i32,
}

impl fmt::Display for SoldOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pieces are missing", self.missing)
    }
}

impl core::error::Error for SoldOut {}

fn main() -> Result<()> {
    let engine = Engine::new(&Config::new())?;
    let module = Module::new(&engine, MODULE)?;
    let mut linker = Linker::<Shop>::new(&engine);

    // With a type that Rust infers: the fastest call.
    linker.func_wrap(
        "shop",
        "log",
        |mut caller: Caller<'_, Shop>, at: i32, len: i32| -> Result<()> {
            let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
                return Err(Error::msg("the guest exports no memory"));
            };
            let bytes = (at as u32 as usize)
                .checked_add(len as u32 as usize)
                .and_then(|end| memory.data(&caller).get(at as u32 as usize..end))
                .ok_or_else(|| Error::msg("the text is outside the guest's memory"))?;
            let text = String::from_utf8_lossy(bytes).into_owned();
            caller.data_mut().log.push(text);
            Ok(())
        },
    )?;

    // With a type that is known at run time only.
    let ty = FuncType::new([ValType::I32, ValType::I32], [ValType::I64]);
    linker.func_new("shop", "sell", ty, |mut caller, args, results| {
        let (price, pieces) = (args[0].unwrap_i32(), args[1].unwrap_i32());
        let shop: &mut Shop = caller.data_mut();
        if pieces > shop.stock {
            return Err(Error::host(SoldOut {
                missing: pieces - shop.stock,
            }));
        }
        shop.stock -= pieces;
        shop.earned += i64::from(price) * i64::from(pieces);
        results[0] = Val::I64(shop.earned);
        Ok(())
    })?;

    let mut store = Store::new(
        &engine,
        Shop {
            stock: 10,
            ..Shop::default()
        },
    );
    let instance = linker.instantiate(&mut store, &module)?;
    let work = instance.get_typed_func::<i32, i64>(&mut store, "work")?;

    println!("earned {}", work.call(&mut store, 6)?);
    let error = work
        .call(&mut store, 6)
        .expect_err("only four pieces are left");
    println!(
        "then: {}",
        error
            .downcast_ref::<SoldOut>()
            .expect("it is the host's error")
    );

    let shop = store.into_data();
    println!("left: {} pieces, log: {:?}", shop.stock, shop.log);
    assert_eq!((shop.stock, shop.earned, shop.log.len()), (4, 42, 2));
    Ok(())
}
