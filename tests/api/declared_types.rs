//! Functions and tags of the host's whose types are not what their parameters and results alone
//! say: types of recursion groups, with supertypes, and open to subtypes.

use super::imports::link_error;
use super::{bad_argument, call_i32, exported, instantiate, module, on_each_engine, trap};
use diptych::types::{CompositeType, SubType};
use diptych::{
    Caller, Engine, Error, ExnRef, ExternType, Func, FuncType, Instance, Linker, Module, Store,
    Tag, TagType, Trap, Val, ValType,
};

/// Types of the same parameters and results, all different.
const TYPES: &str = r#"
    (type $plain (func (param i32) (result i32)))
    (type $open (sub (func (param i32) (result i32))))
    (type $sub (sub $open (func (param i32) (result i32))))
    (type $last (sub final $sub (func (param i32) (result i32))))
    (rec (type $first (func (param i32) (result i32)))
         (type $second (func (param i32) (result i32))))"#;
const NAMES: [&str; 6] = ["plain", "open", "sub", "last", "first", "second"];

/// Whether a function of one of the [`TYPES`] is also of another.
fn matches(sub: &str, sup: &str) -> bool {
    sub == sup || matches!((sub, sup), ("sub" | "last", "open") | ("last", "sub"))
}

fn importing(engine: &Engine, name: &str) -> Module {
    let import = format!(r#"(import "host" "f" (func (type ${name})))"#);
    module(engine, &format!("(module {TYPES} {import})"))
}

/// The type of the first import, which is a function.
fn imported(module: &Module) -> FuncType {
    match module.imports().next().map(|import| import.ty()) {
        Some(ExternType::Func(ty)) => ty,
        other => panic!("{other:?} is no function"),
    }
}

fn increment(args: &[Val], results: &mut [Val]) {
    results[0] = Val::I32(args[0].unwrap_i32() + 1);
}

/// A function that adds 1.
fn incrementing(store: &mut Store<()>, ty: FuncType) -> Func {
    let func = Func::new(store, ty, |_, args, results| {
        increment(args, results);
        Ok(())
    });
    func.expect("the type is of this engine")
}

#[test]
fn functions_are_of_the_types_that_modules_ask_for() {
    on_each_engine(|engine| {
        let modules = NAMES.map(|name| importing(engine, name));
        let mut store = Store::new(engine, ());
        for (given, from) in NAMES.iter().zip(&modules) {
            let ty = imported(from);
            assert_eq!(ty.type_id().is_none(), *given == "plain");
            let func = incrementing(&mut store, ty.clone());
            assert_eq!(func.ty(&store), ty);
            let typed = func.typed::<i32, i32>(&store).expect("the values fit");
            assert_eq!(typed.call(&mut store, 4).expect("nothing traps"), 5);

            let mut linker = Linker::new(engine);
            linker
                .func_new("host", "f", ty.clone(), |_, args, results| {
                    increment(args, results);
                    Ok(())
                })
                .expect("the name is free");
            for (wanted, module) in NAMES.iter().zip(&modules) {
                assert_eq!(imported(module) == ty, given == wanted);
                let by_hand = Instance::new(&mut store, module, &[func.into()]);
                let by_name = linker.instantiate(&mut store, module);
                let before = linker.instantiate_pre(module);
                if matches(given, wanted) {
                    by_hand.expect("it fits");
                    by_name.expect("it fits");
                    before.expect("it fits");
                } else {
                    link_error(by_hand);
                    link_error(by_name);
                    link_error(before);
                }
            }
        }
    });
}

#[test]
fn what_traps_in_the_place_of_an_import_is_of_its_type() {
    on_each_engine(|engine| {
        for name in NAMES {
            let text = format!(
                r#"(module {TYPES} (import "host" "f" (func $f (type ${name})))
                    (func (export "go") (result i32) (call $f (i32.const 1))))"#
            );
            let module = module(engine, &text);
            let mut linker = Linker::<()>::new(engine);
            linker
                .define_unknown_imports_as_traps(&module)
                .expect("all are functions");
            let mut store = Store::new(engine, ());
            let instance = linker.instantiate(&mut store, &module).expect("it links");
            let outcome = call_i32(&mut store, instance, "go", &[]);
            assert_eq!(trap(outcome), Trap::Unreachable);
        }
    });
}

#[test]
fn guests_find_functions_of_the_host_to_be_of_their_types() {
    let checks: String = NAMES
        .iter()
        .map(|name| {
            format!(
                r#"(func (export "test {name}") (param funcref) (result i32)
                    (ref.test (ref ${name}) (local.get 0)))
                (func (export "cast {name}") (param funcref) (result i32)
                    (call_ref ${name} (i32.const 6) (ref.cast (ref ${name}) (local.get 0))))
                (func (export "indirect {name}") (param funcref) (result i32)
                    (table.set (i32.const 0) (local.get 0))
                    (call_indirect (type ${name}) (i32.const 6) (i32.const 0)))
                (func (export "tail {name}") (param funcref) (result i32)
                    (table.set (i32.const 0) (local.get 0))
                    (return_call_indirect (type ${name}) (i32.const 6) (i32.const 0)))"#
            )
        })
        .collect();
    let text = format!("(module {TYPES} (table 1 funcref) {checks})");
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let guest = instantiate(&mut store, &text);
        for given in NAMES {
            let ty = imported(&importing(engine, given));
            let arg = [Val::FuncRef(Some(incrementing(&mut store, ty)))];
            for wanted in NAMES {
                let mut ask =
                    |what: &str| call_i32(&mut store, guest, &format!("{what} {wanted}"), &arg);
                let fits = matches(given, wanted);
                let is = ask("test").expect("nothing traps");
                assert_eq!(is, i32::from(fits), "{given} as {wanted}");
                for (what, otherwise) in [
                    ("cast", Trap::CastFailure),
                    ("indirect", Trap::IndirectCallTypeMismatch),
                    ("tail", Trap::IndirectCallTypeMismatch),
                ] {
                    if fits {
                        assert_eq!(ask(what).expect("nothing traps"), 7, "{given} as {wanted}");
                    } else {
                        assert_eq!(trap(ask(what)), otherwise, "{given} as {wanted}");
                    }
                }
            }
        }
    });
}

#[test]
fn functions_take_and_give_functions_of_their_own_type() {
    let text = r#"(module
        (type $self (func (param (ref null $self)) (result (ref null $self))))
        (import "host" "f" (func $f (type $self)))
        (elem declare func $f)
        (func (export "go") (result i32)
            (ref.is_null (call $f (call $f (ref.func $f))))))"#;
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let module = module(engine, text);
        let ty = imported(&module);
        let same = |ty| {
            move |store: &mut Store<()>| {
                Func::new(store, ty, |_, args: &[Val], results: &mut [Val]| {
                    results[0] = args[0];
                    Ok(())
                })
                .expect("the type is of this engine")
            }
        };
        // A type of what refers to the type is not the type.
        let plain = FuncType::new(ty.params().to_vec(), ty.results().to_vec());
        let func = same(plain)(&mut store);
        link_error(Instance::new(&mut store, &module, &[func.into()]));
        let refused = func.call(&mut store, &[func.into()], &mut [Val::I32(0)]);
        bad_argument(refused);

        let func = same(ty)(&mut store);
        let instance = Instance::new(&mut store, &module, &[func.into()]).expect("it links");
        let is_null = call_i32(&mut store, instance, "go", &[]);
        assert_eq!(is_null.expect("nothing traps"), 0);
        let mut result = [Val::I32(0)];
        func.call(&mut store, &[func.into()], &mut result)
            .expect("it is of the type");
        assert!(matches!(result, [Val::FuncRef(Some(same))] if same == func));
    });
}

#[test]
fn tags_are_of_the_types_that_modules_ask_for() {
    let types = r#"
        (type $plain (func (param i32)))
        (type $open (sub (func (param i32))))
        (type $sub (sub $open (func (param i32))))
        (rec (type $first (func (param i32))) (type $second (func (param i32))))"#;
    let names = ["plain", "open", "sub", "first", "second"];
    on_each_engine(|engine| {
        let modules = names.map(|name| {
            let text = format!(
                r#"(module {types}
                    (import "host" "t" (tag $t (type ${name})))
                    (import "host" "f" (func $f))
                    (func (export "throw") (throw $t (i32.const 3)))
                    (func (export "catch") (result i32)
                        (block (result i32)
                            (try_table (catch $t 0) (call $f))
                            (i32.const 0))))"#
            );
            module(engine, &text)
        });
        let mut store = Store::new(engine, ());
        for (given, from) in names.iter().zip(&modules) {
            let Some(ExternType::Tag(ty)) = from.imports().next().map(|import| import.ty()) else {
                panic!("a tag is imported");
            };
            assert_eq!(ty.ty().type_id().is_none(), *given == "plain");
            let tag = Tag::new(&mut store, ty.clone()).expect("it has no results");
            assert_eq!(tag.ty(&store), ty);
            let throw = Func::wrap(
                &mut store,
                move |mut caller: Caller<'_, ()>| -> Result<(), Error> {
                    let exception = ExnRef::new(&mut caller, &tag, &[Val::I32(8)])?;
                    Err(Error::throw(&mut caller, exception))
                },
            );
            for (wanted, module) in names.iter().zip(&modules) {
                let imports = [tag.into(), throw.into()];
                let instance = Instance::new(&mut store, module, &imports);
                if given != wanted {
                    link_error(instance);
                    continue;
                }
                let instance = instance.expect("it fits");
                let caught = call_i32(&mut store, instance, "catch", &[]);
                assert_eq!(caught.expect("it is caught"), 8);
                let throw = exported(&mut store, instance, "throw");
                let error = throw
                    .call(&mut store, &[], &mut [])
                    .expect_err("it is thrown");
                let exception = error.exception().expect("it is one");
                let exception = exception.get(&mut store).expect("it is kept");
                assert_eq!(exception.tag(&store).expect("it is live"), tag);
            }
        }
    });
}

#[test]
fn exports_tell_their_types() {
    on_each_engine(|engine| {
        for name in NAMES {
            let text =
                format!(r#"(module {TYPES} (func (export "f") (type ${name}) (local.get 0)))"#);
            let exporter = module(engine, &text);
            let wanted = ExternType::Func(imported(&importing(engine, name)));
            assert_eq!(exporter.get_export("f"), Some(wanted.clone()));
            let listed: Vec<_> = exporter.exports().map(|export| export.ty()).collect();
            assert_eq!(listed, std::slice::from_ref(&wanted));
            let mut store = Store::new(engine, ());
            let instance = Instance::new(&mut store, &exporter, &[]).expect("nothing is imported");
            let item = instance.get_export(&mut store, "f").expect("it is there");
            assert_eq!(item.ty(&store), wanted);
        }
    });
}

#[test]
fn the_host_defines_types_by_itself() {
    on_each_engine(|engine| {
        let plain = FuncType::new([ValType::I32], [ValType::I32]);
        let group = [true, true].map(|is_final| SubType {
            is_final,
            supertype: None,
            composite: CompositeType::Func(plain.clone()),
        });
        let group = engine.types().rec_group(group.into());
        let second = group.expect("it is valid").nth(1).expect("there are two");
        let ty = FuncType::of(engine.types(), second).expect("it is one of functions");
        let wants = importing(engine, "second");
        assert_eq!(imported(&wants), ty);
        let mut store = Store::new(engine, ());
        let func = incrementing(&mut store, ty);
        Instance::new(&mut store, &wants, &[func.into()]).expect("it links");
    });
}

#[test]
fn types_of_another_engine_are_refused() {
    on_each_engine(|engine| {
        // Numbers stand for something else there; some of them have the same parameters and
        // results here, others not, and others stand for nothing.
        let elsewhere = Engine::new(engine.config()).expect("there are backends");
        module(&elsewhere, "(module (type (struct)) (type (array i8)))");
        let wants = NAMES.map(|name| importing(engine, name));
        module(engine, "(module (type $open (sub (func (param i64)))))");
        let mut store = Store::new(engine, ());
        let mut refused = 0;
        for name in NAMES {
            let theirs = imported(&importing(&elsewhere, name));
            let same = match theirs.type_id() {
                Some(id) => FuncType::of(engine.types(), id).filter(|ty| *ty == theirs),
                None => Some(theirs.clone()),
            };
            if let Some(same) = same {
                let func = incrementing(&mut store, theirs);
                assert_eq!(func.ty(&store), same);
                for module in &wants {
                    let fits = imported(module) == same;
                    let result = Instance::new(&mut store, module, &[func.into()]);
                    assert!(result.is_ok() || !fits);
                }
                continue;
            }
            refused += 1;
            let nothing = |_: Caller<'_, ()>, _: &[Val], _: &mut [Val]| Ok(());
            bad_argument(Func::new(&mut store, theirs.clone(), nothing));
            let mut linker = Linker::<()>::new(engine);
            bad_argument(linker.func_new("host", "f", theirs, nothing));
            link_error(linker.instantiate(&mut store, &wants[0]));
        }
        assert_eq!(refused, 2);
        let text = r#"(module (type $open (sub (func (param i32))))
            (tag (export "t") (type $open)))"#;
        let Some(ExternType::Tag(theirs)) = module(&elsewhere, text).get_export("t") else {
            panic!("a tag is exported");
        };
        bad_argument(Tag::new(&mut store, theirs));
    });
}

#[test]
fn a_tag_has_no_results_whatever_its_type() {
    on_each_engine(|engine| {
        let ty = imported(&importing(engine, "open"));
        bad_argument(Tag::new(Store::new(engine, ()), TagType::new(ty)));
    });
}

/// Artifacts hold modules, and types are found again when they are opened.
#[cfg(feature = "jit")]
#[test]
fn artifacts_keep_types() {
    use diptych::{ErrorKind, Extern};

    on_each_engine(|engine| {
        for name in NAMES {
            let artifact = match importing(engine, name).serialize() {
                Ok(artifact) => artifact,
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
                    return;
                }
            };
            let elsewhere = Engine::new(engine.config()).expect("there are backends");
            module(&elsewhere, "(module (type (struct)) (type (array i8)))");
            // SAFETY: the bytes are what was serialized.
            let opened = unsafe { Module::deserialize(&elsewhere, &artifact) };
            let opened = opened.expect("the engines are alike");
            let ty = imported(&opened);
            assert_eq!(ty, imported(&importing(&elsewhere, name)));
            assert_eq!(ty.type_id().is_none(), name == "plain");
            let mut store = Store::new(&elsewhere, ());
            let func: Extern = incrementing(&mut store, ty).into();
            Instance::new(&mut store, &opened, &[func]).expect("it links");
        }
    });
}
