//! Collections at every call, for tests of whoever embeds guests.

use super::{call, module, on_each_engine_with};
use diptych::{AnyRef, Caller, Config, ExternType, Instance, Linker, Result, Store, Val};

/// Whether the heap has become small again, which only a collection can do to it.
fn has_collected(store: &Store<()>, before: usize) -> bool {
    store.gc_heap_size() < before / 4
}

const MODULE: &str = r#"(module
    (type $bytes (array (mut i8)))
    (type $pair (struct (field $first i32) (field $second (ref null $pair))))
    (type $linked (func (param (ref $pair)) (result i32)))
    (import "host" "typed" (func $typed (param anyref) (result i32)))
    (import "host" "untyped" (func $untyped (param anyref) (result i32)))
    (global $large (mut (ref null $bytes)) (ref.null $bytes))
    (table 2 2 funcref)
    (elem (i32.const 0) $identity $sum)
    (elem declare func $sum)

    (func (export "fill") (global.set $large (array.new_default $bytes (i32.const 10000000))))
    (func (export "clear") (global.set $large (ref.null $bytes)))
    (func $identity (export "identity") (param i32) (result i32) (local.get 0))
    (func $sum (param $list (ref $pair)) (result i32)
        (local $sum i32)
        (local $rest (ref null $pair))
        (local.set $rest (local.get $list))
        (loop $more
            (local.set $sum (i32.add
                (local.get $sum)
                (struct.get $pair $first (local.get $rest))))
            (br_if $more (i32.eqz (ref.is_null (local.tee $rest
                (struct.get $pair $second (local.get $rest)))))))
        (local.get $sum))
    (func $list (param i32) (result (ref $pair))
        (struct.new $pair (local.get 0)
            (struct.new $pair (i32.const 20) (ref.null $pair))))

    (func $and (param (ref $pair) i32) (result i32)
        (i32.add (call $sum (local.get 0)) (local.get 1)))

    ;; Each keeps a reference on the stack over a call, which gets another one.
    (func (export "direct") (result i32)
        (call $and (call $list (i32.const 1)) (call $sum (call $list (i32.const 2)))))
    (func (export "in_table") (result i32)
        (call $and
            (call $list (i32.const 1))
            (call_indirect (type $linked) (call $list (i32.const 2)) (i32.const 1))))
    (func (export "by_reference") (result i32)
        (call $and
            (call $list (i32.const 1))
            (call_ref $linked (call $list (i32.const 2)) (ref.func $sum))))
    (func $in_place (param (ref $pair)) (result i32) (return_call $sum (local.get 0)))
    (func (export "tail") (result i32)
        (call $and (call $list (i32.const 1)) (call $in_place (call $list (i32.const 2)))))
    (func (export "typed") (result i32)
        (call $and (call $list (i32.const 1)) (call $typed (call $list (i32.const 2)))))
    (func (export "untyped") (result i32)
        (call $and (call $list (i32.const 1)) (call $untyped (call $list (i32.const 2))))))"#;

/// What a list begins with, and what the rest of it is known to be.
fn sum(store: &mut Caller<'_, ()>, list: Option<AnyRef>) -> Result<i32> {
    let list = list.expect("guests give one").as_struct(&*store)?;
    let list = list.expect("guests give one");
    Ok(list.field(store, 0)?.unwrap_i32() + 20)
}

fn prepare(store: &mut Store<()>) -> Instance {
    let module = module(store.engine(), MODULE);
    let mut linker = Linker::new(store.engine());
    linker
        .func_wrap("host", "typed", |mut caller: Caller<'_, ()>, list| {
            sum(&mut caller, list)
        })
        .expect("it is the first");
    let ExternType::Func(ty) = module.imports().nth(1).expect("there are two").ty() else {
        panic!("it is a function");
    };
    linker
        .func_new("host", "untyped", ty, |mut caller, args, results| {
            results[0] = Val::I32(sum(&mut caller, args[0].unwrap_any_ref())?);
            Ok(())
        })
        .expect("it is the first");
    linker.instantiate(store, &module).expect("all is there")
}

#[test]
fn every_call_collects() {
    for stress in [false, true] {
        let configure = |config: &mut Config| {
            config.gc_stress(stress);
        };
        on_each_engine_with(configure, |engine| {
            let mut store = Store::new(engine, ());
            let instance = prepare(&mut store);
            call(&mut store, instance, "fill", &[]).expect("it fits");
            let full = store.gc_heap_size();
            call(&mut store, instance, "clear", &[]).expect("it returns");
            assert!(!has_collected(&store, full), "nothing was free before");
            let result = call(&mut store, instance, "identity", &[Val::I32(7)]);
            assert_eq!(result.expect("it returns")[0].unwrap_i32(), 7);
            assert_eq!(has_collected(&store, full), stress);
        });
    }
}

#[test]
fn what_calls_need_stays() {
    let configure = |config: &mut Config| {
        config.gc_stress(true);
    };
    on_each_engine_with(configure, |engine| {
        let mut store = Store::new(engine, ());
        let instance = prepare(&mut store);
        for name in [
            "direct",
            "in_table",
            "by_reference",
            "tail",
            "typed",
            "untyped",
        ] {
            let result = call(&mut store, instance, name, &[]).expect("it returns");
            assert_eq!(result[0].unwrap_i32(), 43, "{name}");
        }
    });
}
