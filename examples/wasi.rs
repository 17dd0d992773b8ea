//! A WASI program whose arguments, input and output are the embedder's.
//!
//! `cargo run --example wasi`

use diptych::{Config, Engine, Linker, Module, Result, Store};
use diptych_wasi::{ReadPipe, WasiCtx, WasiCtxBuilder, WritePipe};

/// Copies its standard input to its standard output, and exits with the number of bytes.
const CAT: &str = r#"
    (module
      (import "wasi_snapshot_preview1" "fd_read"
        (func $read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (local $total i32)
        (block $end
          (loop $next
            ;; An iovec at 0 with the buffer at 64; the number of bytes goes to 8.
            (i32.store (i32.const 0) (i32.const 64))
            (i32.store (i32.const 4) (i32.const 4096))
            (br_if $end (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (br_if $end (i32.eqz (i32.load (i32.const 8))))
            (i32.store (i32.const 4) (i32.load (i32.const 8)))
            (br_if $end (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (local.set $total (i32.add (local.get $total) (i32.load (i32.const 8))))
            (br $next)))
        (call $exit (local.get $total))))
"#;

fn main() -> Result<()> {
    let engine = Engine::new(&Config::new())?;
    let module = Module::new(&engine, CAT)?;
    let mut linker = Linker::<WasiCtx>::new(&engine);
    diptych_wasi::add_to_linker(&mut linker, |wasi| wasi)?;

    let output = WritePipe::new();
    let mut builder = WasiCtxBuilder::new();
    builder
        .arg("cat")
        .stdin(ReadPipe::from("from the host, and back"))
        .stdout(output.clone());
    let mut store = Store::new(&engine, builder.build());

    let instance = linker.instantiate(&mut store, &module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    // A program that exits ends its call with an error that holds the code.
    let exit = start
        .call(&mut store, ())
        .err()
        .and_then(|error| error.exit_code());

    let text = String::from_utf8_lossy(&output.contents()).into_owned();
    println!("exit code {exit:?}, output: {text}");
    assert_eq!((exit, &*text), (Some(23), "from the host, and back"));
    Ok(())
}
