//! Exceptions of guests and of the host.

use super::{
    bad_argument, call, call_i32, exported, instantiate, module, on_each_engine_with, same_value,
    trap,
};
use diptych::{
    Caller, Config, Engine, Error, ErrorKind, ExnRef, ExternRef, Func, FuncType, Instance, Module,
    Store, Tag, TagType, Trap, Val, ValType,
};

/// Runs a test on an engine of each kind, with collections when they are needed, and with one at
/// every allocation.
fn on_each_engine(test: impl Fn(&Engine) + Sync) {
    for stress in [false, true] {
        let configure = |config: &mut Config| {
            config.gc_stress(stress).wasm_legacy_exceptions(true);
        };
        on_each_engine_with(configure, &test);
    }
}

fn tag_of(store: &mut Store<()>, params: &[ValType]) -> Tag {
    let ty = TagType::new(FuncType::new(params.iter().copied(), []));
    Tag::new(store, ty).expect("it has no results")
}

#[test]
fn the_host_gets_what_is_not_caught() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (tag $t (export "t") (param i32 i64 externref))
                (func $throw (param i32 i64 externref)
                    (throw $t (local.get 0) (local.get 1) (local.get 2)))
                (func (export "throw") (param i32 i64 externref)
                    (call $throw (local.get 0) (local.get 1) (local.get 2)))
                (func (export "fine") (result i32) (i32.const 1)))"#,
        );
        let host = ExternRef::new(&mut store, 5_u8).expect("there is memory");
        let args = [Val::I32(1), Val::I64(-2), host.into()];
        for _ in 0..3 {
            let error = call(&mut store, instance, "throw", &args).expect_err("it throws");
            assert_eq!(error.trap(), Some(Trap::UnhandledException));
            assert!(matches!(error.kind(), ErrorKind::Exception(_)));
            store.gc().expect("there is memory");
            let exception = error.exception().expect("it is one");
            let exception = exception.get(&mut store).expect("it is kept");
            let values = exception.values(&mut store).expect("it is live");
            assert_eq!(values.len(), args.len());
            for (got, arg) in values.iter().zip(&args) {
                assert!(same_value(&store, got, arg), "{got:?} is not {arg:?}");
            }
            let tag = instance.get_tag(&mut store, "t").expect("it is exported");
            assert_eq!(exception.tag(&store).expect("it is live"), tag);
            assert_eq!(
                call_i32(&mut store, instance, "fine", &[]).expect("it returns"),
                1
            );

            let mut other = Store::new(engine, ());
            bad_argument(error.exception().expect("it is one").get(&mut other));
        }
    });
}

/// A guest that catches what a function of the host's throws, or passes it on.
const CATCHES: &str = r#"(module
    (import "host" "t" (tag $t (param i32)))
    (import "host" "throw" (func $throw (param i32)))
    (type $box (struct (field i32)))
    (func $inner (param i32)
        (call $throw (local.get 0)))
    (func $nested (param $n i32) (param $kept (ref null $box)) (result i32)
        ;; Every frame has an object over the call.
        (if (i32.eqz (local.get $n))
            (then (call $inner (i32.const 7)) (return (i32.const 0))))
        (drop (call $nested
            (i32.sub (local.get $n) (i32.const 1)) (struct.new $box (local.get $n))))
        (struct.get $box 0 (local.get $kept)))
    (func (export "catch") (param i32) (result i32)
        (block $caught (result i32)
            (try_table (catch $t $caught)
                (call $inner (local.get 0)))
            (i32.const -1)))
    (func (export "all") (param i32) (result i32)
        (block $caught
            (try_table (catch_all $caught)
                (call $inner (local.get 0)))
            (return (i32.const -1)))
        (i32.const 1))
    (func (export "deep") (param i32) (result i32)
        (local $kept (ref null $box))
        (local.set $kept (struct.new $box (i32.const 30)))
        (i32.const 100)
        (block $caught (result i32)
            (try_table (catch $t $caught)
                (drop (call $nested (local.get 0) (struct.new $box (i32.const 1)))))
            (i32.const -1))
        (i32.add)
        (i32.add (struct.get $box 0 (local.get $kept))))
    (func (export "again") (param i32) (result i32)
        (local $e exnref)
        (block $outer (result i32)
            (try_table (catch $t $outer)
                (block $caught (result i32 exnref)
                    (try_table (catch_ref $t $caught)
                        (call $inner (local.get 0)))
                    (return (i32.const -1)))
                (local.set $e)
                drop
                (throw_ref (local.get $e)))
            (return (i32.const -2))))
    (func (export "pass") (param i32)
        (call $inner (local.get 0))))"#;

/// The same by the instructions that were proposed first.
const CATCHES_AS_FIRST_PROPOSED: &str = r#"(module
    (import "host" "t" (tag $t (param i32)))
    (import "host" "throw" (func $throw (param i32)))
    (type $box (struct (field i32)))
    (func $inner (param i32)
        try
            (call $throw (local.get 0))
        delegate 0)
    (func $nested (param $n i32) (param $kept (ref null $box)) (result i32)
        ;; Every frame has an object over the call, and throws again what it gets.
        try
            (if (i32.eqz (local.get $n))
                (then (call $inner (i32.const 7)) (return (i32.const 0))))
            (drop (call $nested
                (i32.sub (local.get $n) (i32.const 1)) (struct.new $box (local.get $n))))
        catch $t
            (if (i32.ne (i32.const 7)) (then (unreachable)))
            (drop (struct.new $box (struct.get $box 0 (local.get $kept))))
            (rethrow 0)
        end
        (struct.get $box 0 (local.get $kept)))
    (func (export "catch") (param i32) (result i32)
        try (result i32)
            (call $inner (local.get 0))
            (i32.const -1)
        catch $t
        end)
    (func (export "all") (param i32) (result i32)
        try (result i32)
            (call $inner (local.get 0))
            (i32.const -1)
        catch_all
            (i32.const 1)
        end)
    (func (export "deep") (param i32) (result i32)
        (local $kept (ref null $box))
        (local.set $kept (struct.new $box (i32.const 30)))
        (i32.const 100)
        try (result i32)
            (drop (call $nested (local.get 0) (struct.new $box (i32.const 1))))
            (i32.const -1)
        catch $t
        end
        (i32.add)
        (i32.add (struct.get $box 0 (local.get $kept))))
    (func (export "again") (param i32) (result i32)
        try $outer (result i32)
            try
                try
                    (call $inner (local.get 0))
                catch $t
                    (drop)
                    try
                        (rethrow 1)
                    delegate $outer
                end
            catch_all
                (unreachable)
            end
            (i32.const -1)
        catch $t
        end)
    (func (export "pass") (param i32)
        try
            try
                (call $inner (local.get 0))
            delegate 1
        catch_all
            (unreachable)
        end))"#;

fn catching(store: &mut Store<()>, text: &str) -> (Instance, Tag) {
    let tag = tag_of(store, &[ValType::I32]);
    let throw = Func::wrap(
        &mut *store,
        move |mut caller: Caller<'_, ()>, number: i32| match number {
            0 => Ok(()),
            1 => Err(Error::msg("an ordinary error")),
            2 => Err(Error::from(Trap::Unreachable)),
            _ => {
                let exception = ExnRef::new(&mut caller, &tag, &[Val::I32(number)])?;
                caller.gc()?;
                Err(Error::throw(&mut caller, exception))
            }
        },
    );
    let module = module(store.engine(), text);
    let instance = Instance::new(&mut *store, &module, &[tag.into(), throw.into()]);
    (instance.expect("it fits"), tag)
}

#[test]
fn guests_catch_what_the_host_throws() {
    on_each_engine(|engine| check_catching(engine, CATCHES));
}

#[test]
fn guests_catch_as_first_proposed_what_the_host_throws() {
    on_each_engine(|engine| check_catching(engine, CATCHES_AS_FIRST_PROPOSED));
}

fn check_catching(engine: &Engine, text: &str) {
    let mut store = Store::new(engine, ());
    let (instance, tag) = catching(&mut store, text);
    let mut run = |name: &str, arg| call_i32(&mut store, instance, name, &[Val::I32(arg)]);
    for (name, arg, expected) in [
        ("catch", 0, -1),
        ("catch", 9, 9),
        ("all", 0, -1),
        ("all", 9, 1),
        ("again", 9, 9),
        ("again", 0, -1),
        ("deep", 1, 137),
        ("deep", 1000, 137),
    ] {
        assert_eq!(
            run(name, arg).expect("it returns"),
            expected,
            "{name} {arg}"
        );
    }
    // Errors and traps are no exceptions.
    for name in ["catch", "all", "again"] {
        let error = run(name, 1).expect_err("the host fails");
        assert_eq!(error.to_string(), "an ordinary error");
        assert_eq!(trap(run(name, 2)), Trap::Unreachable);
    }
    let error = call(&mut store, instance, "pass", &[Val::I32(9)]).expect_err("it throws");
    let exception = error.exception().expect("it is one");
    let exception = exception.get(&mut store).expect("it is kept");
    assert_eq!(exception.tag(&store).expect("it is live"), tag);
    let values = exception.values(&mut store).expect("it is live");
    assert_eq!(values[0].unwrap_i32(), 9);
}

#[test]
fn exceptions_pass_through_instances_and_the_host() {
    let catches = r#"
        (func (export "run") (param i32 i32) (result i32)
            (block $caught (result i32)
                (try_table (catch $t $caught)
                    (call_indirect (type $f) (local.get 0) (local.get 1)))
                (i32.const -1)))
        (func (export "other") (param i32) (result i32)
            (block $caught (result i32)
                (try_table (catch $own $caught)
                    (call $pass (local.get 0)))
                (i32.const -1)))"#;
    let as_first_proposed = r#"
        (func (export "run") (param i32 i32) (result i32)
            try (result i32)
                (call_indirect (type $f) (local.get 0) (local.get 1))
                (i32.const -1)
            catch $t
            end)
        (func (export "other") (param i32) (result i32)
            try (result i32)
                (call $pass (local.get 0))
                (i32.const -1)
            catch $own
            end)"#;
    on_each_engine(|engine| {
        check_passing(engine, CATCHES, catches);
        check_passing(engine, CATCHES, as_first_proposed);
        check_passing(engine, CATCHES_AS_FIRST_PROPOSED, catches);
    });
}

fn check_passing(engine: &Engine, inner: &str, outer: &str) {
    let mut store = Store::new(engine, ());
    let (inner, tag) = catching(&mut store, inner);
    let pass = exported(&mut store, inner, "pass");
    // The host calls a guest that throws, and its own caller catches.
    let through = Func::wrap(
        &mut store,
        move |mut caller: Caller<'_, ()>, number: i32| {
            pass.call(&mut caller, &[Val::I32(number)], &mut [])
        },
    );
    let text = format!(
        r#"(module
            (import "host" "t" (tag $t (param i32)))
            (import "host" "through" (func $through (param i32)))
            (import "host" "pass" (func $pass (param i32)))
            (table funcref (elem $through $pass))
            (type $f (func (param i32)))
            {outer}
            (tag $own (param i32)))"#
    );
    let module = module(engine, &text);
    let imports = [tag.into(), through.into(), pass.into()];
    let outer = Instance::new(&mut store, &module, &imports).expect("it fits");
    for which in [0, 1] {
        for (number, expected) in [(0, -1), (50, 50)] {
            let args = [Val::I32(number), Val::I32(which)];
            let caught = call_i32(&mut store, outer, "run", &args);
            assert_eq!(caught.expect("it returns"), expected);
        }
    }
    // Another tag of the same type is another tag.
    let missed = call_i32(&mut store, outer, "other", &[Val::I32(50)]);
    assert_eq!(trap(missed), Trap::UnhandledException);
}

/// The exception of a clause, its values and what is below them are found by collections at every
/// allocation, however deep they are.
#[test]
fn clauses_keep_objects() {
    let text = r#"(module
        (type $list (struct (field i32) (field (ref null $list))))
        (tag $list (param i32 (ref $list) externref))
        (func $cons (param i32 (ref null $list)) (result (ref $list))
            (struct.new $list (local.get 0) (local.get 1)))
        (func $sum (param $list (ref null $list)) (result i32) (local $sum i32)
            (loop $again
                (if (ref.is_null (local.get $list)) (then (return (local.get $sum))))
                (local.set $sum
                    (i32.add (local.get $sum) (struct.get $list 0 (local.get $list))))
                (local.set $list (struct.get $list 1 (local.get $list)))
                (br $again))
            (unreachable))
        (func $throw (param $n i32) (param $list (ref null $list)) (param $host externref)
            (if (local.get $n)
                (then
                    (call $throw
                        (i32.sub (local.get $n) (i32.const 1))
                        (call $cons (local.get $n) (local.get $list))
                        (local.get $host))
                    (return)))
            (throw $list (i32.const 1000)
                (call $cons (i32.const 0) (local.get $list)) (local.get $host)))
        (func (export "run") (param $n i32) (param $host externref) (result i32 externref)
            (local $local (ref null $list))
            (call $cons (i32.const 1) (ref.null $list))
            try $outer (param (ref $list)) (result i32 externref)
                (local.set $local)
                try
                    (call $throw (local.get $n) (ref.null $list) (local.get $host))
                catch $list
                    (drop)
                    (local.set $local)
                    (drop)
                    (call $cons (i32.const 100) (local.get $local))
                    try
                        (throw $list (i32.const 0)
                            (call $cons (i32.const 5) (ref.null $list)) (ref.null extern))
                    catch_all
                        (local.set $local (call $cons (i32.const 10000) (local.get $local)))
                        (local.get $local)
                        try
                            (drop (call $cons (i32.const 0) (ref.null $list)))
                            (rethrow 2)
                        delegate $outer
                        (drop)
                    end
                    (drop)
                end
                (unreachable)
            catch $list
                (local.set $host)
                (call $sum)
                (i32.add)
                (i32.add (call $sum (local.get $local)))
                (local.get $host)
            end))"#;
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(&mut store, text);
        let host = ExternRef::new(&mut store, 5_u8).expect("there is memory");
        for n in [0, 3, 40] {
            let args = [Val::I32(n), host.into()];
            let results = call(&mut store, instance, "run", &args).expect("it catches");
            let list = n * (n + 1) / 2;
            assert_eq!(results[0].unwrap_i32(), 1000 + list + 10_000 + list);
            assert!(same_value(&store, &results[1], &args[1]));
        }
    });
}

#[test]
fn what_was_proposed_first_is_off_by_default() {
    let text = "(module (func try catch_all end))";
    let engine = Engine::new(&Config::new()).expect("there are backends");
    let error = Module::new(&engine, text).expect_err("it is off");
    assert!(error.to_string().contains("legacy_exceptions"), "{error}");
}

#[test]
fn exceptions_fit_their_tags() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let tag = tag_of(&mut store, &[ValType::I32, ValType::F64]);
        let values = [Val::I32(1), Val::F64(2)];
        bad_argument(ExnRef::new(&mut store, &tag, &values[..1]));
        bad_argument(ExnRef::new(&mut store, &tag, &[values[1], values[0]]));
        let mut other = Store::new(engine, ());
        bad_argument(ExnRef::new(&mut other, &tag, &values));
        ExnRef::new(&mut store, &tag, &values).expect("it fits");
    });
}
