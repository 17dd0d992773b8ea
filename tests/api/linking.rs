//! Imports that are found by name, exports, and how an instance starts.

use super::imports::{link_error, memory, table};
use super::{bad_argument, call, call_i32, exported, instantiate, module, on_each_engine, trap};
use diptych::{
    Caller, Config, Engine, Error, Extern, ExternType, FuncType, Instance, Linker, Ref, RefType,
    Result, Store, Trap, Val,
};

#[test]
fn a_linker_knows_names() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::<()>::new(engine);
        assert!(Engine::same(linker.engine(), engine));
        linker
            .func_wrap("host", "one", || 1)
            .and_then(|linker| linker.func_wrap("host", "two", || 2))
            .expect("the names are free");
        let memory = memory(&mut store, 1, None);
        linker
            .define(&store, "host", "memory", memory.clone())
            .expect("the name is free");

        bad_argument(linker.func_wrap("host", "one", || 3));
        bad_argument(linker.define(&store, "host", "two", memory));
        bad_argument(linker.func_new("host", "memory", FuncType::new([], []), |_, _, _| Ok(())));
        linker.allow_shadowing(true);
        linker
            .func_wrap("host", "one", || 11)
            .expect("names can be given again");
        linker.allow_shadowing(false);
        bad_argument(linker.func_wrap("host", "one", || 3));

        linker
            .alias_module("host", "alias")
            .expect("the names are free");
        bad_argument(linker.alias_module("host", "alias"));
        bad_argument(linker.alias_module("nothing", "new"));

        assert!(linker.get(&mut store, "host", "three").is_none());
        assert!(linker.get(&mut store, "nothing", "one").is_none());
        let module = module(
            engine,
            r#"(module
                (import "host" "one" (func $one (result i32)))
                (import "alias" "two" (func $two (result i32)))
                (import "alias" "memory" (memory 1))
                (func (export "sum") (result i32) (i32.add (call $one) (call $two))))"#,
        );
        let clone = linker.clone();
        for linker in [linker, clone] {
            let instance = linker.instantiate(&mut store, &module).expect("it links");
            let sum = call_i32(&mut store, instance, "sum", &[]);
            assert_eq!(sum.expect("nothing traps"), 13);
        }
    });
}

#[test]
fn a_linkers_function_is_one_function_in_a_store() {
    on_each_engine(|engine| {
        let mut linker = Linker::<u32>::new(engine);
        linker
            .func_wrap("", "f", |mut caller: Caller<'_, u32>| {
                *caller.data_mut() += 1
            })
            .expect("the name is free");
        linker
            .alias_module("", "alias")
            .expect("the names are free");
        let mut one = Store::new(engine, 0);
        let mut two = Store::new(engine, 0);
        let get = |store: &mut Store<u32>, module| {
            let item = linker.get(store, module, "f");
            item.and_then(Extern::into_func).expect("it is defined")
        };
        let f = get(&mut one, "");
        assert_eq!(f, get(&mut one, ""));
        assert_eq!(f, get(&mut one, "alias"));
        let g = get(&mut two, "");
        assert_ne!(f, g);
        f.call(&mut one, &[], &mut []).expect("nothing traps");
        f.call(&mut one, &[], &mut []).expect("nothing traps");
        g.call(&mut two, &[], &mut []).expect("nothing traps");
        assert_eq!((*one.data(), *two.data()), (2, 1));
    });
}

#[test]
fn an_instance_is_named_as_a_whole() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let library = instantiate(
            &mut store,
            r#"(module
                (memory (export "memory") 1)
                (global (export "global") i32 (i32.const 5))
                (table (export "table") 1 funcref)
                (func (export "f") (export "g") (result i32) (i32.const 6)))"#,
        );
        let names: Vec<_> = library
            .exports(&mut store)
            .map(|export| export.name().to_owned())
            .collect();
        assert_eq!(names, ["memory", "global", "table", "f", "g"]);
        let mut linker = Linker::<()>::new(engine);
        linker
            .instance(&mut store, "library", library)
            .expect("the names are free");
        bad_argument(linker.instance(&mut store, "library", library));
        let program = module(
            engine,
            r#"(module
                (import "library" "f" (func $f (result i32)))
                (import "library" "g" (func $g (result i32)))
                (import "library" "global" (global $global i32))
                (import "library" "memory" (memory 1))
                (func (export "go") (result i32)
                    (i32.add (i32.add (call $f) (call $g)) (global.get $global))))"#,
        );
        let pre = linker.instantiate_pre(&program).expect("all is there");
        for _ in 0..3 {
            let instance = pre.instantiate(&mut store).expect("it links");
            let result = call_i32(&mut store, instance, "go", &[]);
            assert_eq!(result.expect("nothing traps"), 17);
        }
        // The same imports cannot be had in another store.
        let mut other = Store::new(engine, ());
        bad_argument(pre.instantiate(&mut other));
        bad_argument(linker.instantiate(&mut other, &program));
    });
}

#[test]
fn what_is_missing_is_named() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::<()>::new(engine);
        linker
            .func_wrap("host", "f", || ())
            .expect("the name is free");
        for (import, text) in [
            (r#""host" "g" (func)"#, "unknown import: `host::g`"),
            (r#""other" "f" (func)"#, "unknown import: `other::f`"),
            (
                r#""host" "f" (func (param i32))"#,
                "incompatible import type: `host::f`",
            ),
            (
                r#""host" "f" (memory 1)"#,
                "incompatible import type: `host::f`",
            ),
        ] {
            let module = module(engine, &format!("(module (import {import}))"));
            let message = link_error(linker.instantiate(&mut store, &module));
            assert!(message.starts_with(text), "{message}");
            assert_eq!(link_error(linker.instantiate_pre(&module)), message);
        }
        // Names are shown in part when they are long.
        let (long, ways) = ("é".repeat(5_000), "w".repeat(5_000));
        let module = module(
            engine,
            &format!(r#"(module (import "{long}" "{ways}" (func)))"#),
        );
        let message = link_error(linker.instantiate(&mut store, &module));
        assert!(
            message.len() < 500 && message.contains("éé…::ww"),
            "{message}"
        );
        linker
            .func_wrap(&long, &ways, || ())
            .expect("the name is free");
        let message = bad_argument(linker.func_wrap(&long, &ways, || ()));
        assert!(message.len() < 500, "{message}");
        linker.instantiate(&mut store, &module).expect("it links");
    });
}

#[test]
fn unknown_functions_can_trap() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::<()>::new(engine);
        linker
            .func_wrap("host", "known", || 5)
            .expect("the name is free");
        let wants = module(
            engine,
            r#"(module
                (import "host" "known" (func $known (result i32)))
                (import "host" "unknown" (func $unknown (param i64) (result externref)))
                (import "host" "unknown" (func $again (param i64) (result externref)))
                (func (export "known") (result i32) (call $known))
                (func (export "unknown") (drop (call $unknown (i64.const 1)))))"#,
        );
        linker
            .define_unknown_imports_as_traps(&wants)
            .expect("only functions are unknown");
        let instance = linker.instantiate(&mut store, &wants).expect("it links");
        let known = call_i32(&mut store, instance, "known", &[]);
        assert_eq!(known.expect("nothing traps"), 5);
        let unknown = call(&mut store, instance, "unknown", &[]);
        assert_eq!(trap(unknown), Trap::Unreachable);
        let wants = module(engine, r#"(module (import "host" "memory" (memory 1)))"#);
        link_error(linker.define_unknown_imports_as_traps(&wants));
    });
}

#[test]
fn engines_do_not_mix() {
    on_each_engine(|engine| {
        let other = Engine::new(&Config::new()).expect("there is an interpreter");
        let empty = module(&other, "(module)");
        let mut store = Store::new(engine, ());
        bad_argument(Instance::new(&mut store, &empty, &[]));
        let mut linker = Linker::<()>::new(engine);
        bad_argument(linker.instantiate(&mut store, &empty));
        bad_argument(linker.instantiate_pre(&empty));
        bad_argument(linker.define_unknown_imports_as_traps(&empty));

        // The types of the one are numbers that mean other types in the other.
        linker
            .func_wrap("", "f", |a: i64, b: i64, c: i64| a + b + c)
            .expect("the name is free");
        let mut foreign = Store::new(&other, ());
        assert!(linker.get(&mut foreign, "", "f").is_none());
        let wants = module(
            engine,
            r#"(module (import "" "f" (func (param i64 i64 i64) (result i64))))"#,
        );
        let pre = linker.instantiate_pre(&wants).expect("all is there");
        bad_argument(pre.instantiate(&mut foreign));
        bad_argument(linker.instantiate(&mut foreign, &wants));
        pre.instantiate(&mut store).expect("it is the same engine");
        // A clone of an engine is the same engine.
        let mut same = Store::new(&engine.clone(), ());
        pre.instantiate(&mut same).expect("it is the same engine");
    });
}

#[test]
fn a_start_function_runs_or_fails() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, 0);
        let mut linker = Linker::<i32>::new(engine);
        linker
            .func_wrap(
                "host",
                "start",
                |mut caller: Caller<'_, i32>| -> Result<()> {
                    *caller.data_mut() += 1;
                    if *caller.data() == 2 {
                        return Err(Error::msg("not twice"));
                    }
                    Ok(())
                },
            )
            .expect("the name is free");
        // One of the module, one that is exported, and one of the host's.
        for start in [
            "(func $start (call $host)) (start $start)",
            "(func $start (export \"start\") (call $host)) (start $start)",
            "(start $host)",
        ] {
            *store.data_mut() = 0;
            let text = format!(r#"(module (import "host" "start" (func $host)) {start})"#);
            let module = module(engine, &text);
            linker.instantiate(&mut store, &module).expect("it starts");
            assert_eq!(*store.data(), 1);
            let error = linker
                .instantiate(&mut store, &module)
                .expect_err("not twice");
            assert_eq!(error.to_string(), "not twice");
            linker.instantiate(&mut store, &module).expect("it starts");
        }
    });
}

#[test]
fn what_failed_to_start_has_left_traces() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let (Some(memory), Some(table)) = (
            memory(&mut store, 1, None).into_memory(),
            table(&mut store, RefType::FUNCREF, 3, None).into_table(),
        ) else {
            panic!("they are what they were made as");
        };
        let fails = module(
            engine,
            r#"(module
                (import "" "memory" (memory 1))
                (import "" "table" (table 3 funcref))
                (global $calls (mut i32) (i32.const 0))
                (elem (i32.const 1) $count)
                (data (i32.const 0) "left")
                (func $count (result i32)
                    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
                    (drop (memory.grow (i32.const 1)))
                    (global.get $calls))
                (func $start (drop (call $count)) unreachable)
                (start $start))"#,
        );
        let result = Instance::new(&mut store, &fails, &[memory.into(), table.into()]);
        assert_eq!(trap(result), Trap::Unreachable);
        assert_eq!(&memory.data(&store)[..5], b"left\0");
        assert_eq!(memory.size(&store), 2);
        let Some(Ref::Func(Some(count))) = table.get(&mut store, 1) else {
            panic!("the table has the function");
        };
        let mut result = [Val::I32(0)];
        for calls in 2..5 {
            count
                .call(&mut store, &[], &mut result)
                .expect("the instance lives on");
            assert_eq!(result[0].unwrap_i32(), calls);
            assert_eq!(memory.size(&store), calls as u64 + 1);
        }
        // Segments before the one that does not fit have been copied.
        for (text, expected) in [
            (
                r#"(data (i32.const 0) "good") (data (i32.const 1000000) "bad")"#,
                b"good",
            ),
            (
                r#"(data (i32.const 1) "not") (data (i32.const -1) "") "#,
                b"gnot",
            ),
        ] {
            let text = format!(r#"(module (import "" "memory" (memory 1)) {text})"#);
            let result = Instance::new(&mut store, &module(engine, &text), &[memory.into()]);
            assert_eq!(trap(result), Trap::MemoryOutOfBounds);
            assert_eq!(&memory.data(&store)[..4], expected);
        }
        let text = r#"(module (import "" "table" (table 3 funcref))
            (elem (i32.const 0) $f) (elem (i32.const 3) $f) (func $f))"#;
        let result = Instance::new(&mut store, &module(engine, text), &[table.into()]);
        assert_eq!(trap(result), Trap::TableOutOfBounds);
        assert!(matches!(table.get(&mut store, 0), Some(Ref::Func(Some(_)))));
    });
}

#[test]
fn exports_are_found_by_name_and_kind() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (memory (export "m") 1) (table (export "t") 1 funcref)
                (global (export "g") i32 (i32.const 1))
                (func (export "f")) (func (export "") (export "ä\00ö")))"#,
        );
        let s = &mut store;
        assert!(instance.get_memory(&mut *s, "m").is_some());
        assert!(instance.get_table(&mut *s, "t").is_some());
        assert!(instance.get_global(&mut *s, "g").is_some());
        assert!(instance.get_func(&mut *s, "f").is_some());
        assert!(instance.get_tag(&mut *s, "f").is_none());
        for name in ["m", "t", "g", "M", " f"] {
            assert!(instance.get_func(&mut *s, name).is_none(), "{name}");
        }
        assert!(instance.get_memory(&mut *s, "f").is_none());
        assert_eq!(
            exported(&mut *s, instance, ""),
            exported(&mut *s, instance, "ä\0ö")
        );
        assert_ne!(
            exported(&mut *s, instance, ""),
            exported(&mut *s, instance, "f")
        );
        let types: Vec<_> = ["m", "t", "g", "f"]
            .map(|name| {
                instance
                    .get_export(&mut *s, name)
                    .expect("it is exported")
                    .ty(&*s)
            })
            .into();
        assert!(matches!(
            types[..],
            [
                ExternType::Memory(_),
                ExternType::Table(_),
                ExternType::Global(_),
                ExternType::Func(_)
            ]
        ));
        assert_eq!(instance.module(&*s).exports().len(), 6);
    });
}
