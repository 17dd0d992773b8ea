//! What fits what an instance imports.

use super::{instantiate, module, on_each_engine};
use diptych::{
    ErrorKind, Extern, Func, FuncType, Global, GlobalType, HeapType, Instance, Memory, MemoryType,
    Module, Mutability, Ref, RefType, Result, Store, Table, TableType, Tag, TagType, Val, ValType,
};

/// The message of an error in linking.
#[track_caller]
pub(super) fn link_error<R: std::fmt::Debug>(result: Result<R>) -> String {
    let error = result.expect_err("it does not link");
    assert!(matches!(error.kind(), ErrorKind::Link(_)), "{error:?}");
    error.to_string()
}

fn func(store: &mut Store<()>, params: &[ValType], results: &[ValType]) -> Extern {
    let ty = FuncType::new(params.iter().copied(), results.iter().copied());
    Func::new(store, ty, |_, _, _| Ok(()))
        .expect("there is room")
        .into()
}

pub(super) fn table(
    store: &mut Store<()>,
    element: RefType,
    minimum: u32,
    maximum: Option<u32>,
) -> Extern {
    let ty = TableType::new(element, minimum, maximum);
    let null = Ref::null(element).expect("it has one");
    Table::new(store, ty, null).expect("there is room").into()
}

pub(super) fn memory(store: &mut Store<()>, minimum: u32, maximum: Option<u32>) -> Extern {
    Memory::new(store, MemoryType::new(minimum, maximum))
        .expect("there is room")
        .into()
}

fn global(store: &mut Store<()>, ty: ValType, mutability: Mutability) -> Extern {
    let zero = Val::default_for_ty(ty).expect("it has one");
    Global::new(store, GlobalType::new(ty, mutability), zero)
        .expect("there is room")
        .into()
}

#[test]
fn an_import_is_of_the_type_that_is_wanted() {
    use Mutability::{Const, Var};
    use ValType::{F32, I32, I64};
    let anyref = RefType {
        nullable: true,
        heap: HeapType::Any,
    };
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let s = &mut store;
        let items = [
            ("(func)", func(s, &[], &[])),
            ("(func (param i32))", func(s, &[I32], &[])),
            ("(func (param i64))", func(s, &[I64], &[])),
            ("(func (result i32))", func(s, &[], &[I32])),
            ("(func (param i32) (result i32))", func(s, &[I32], &[I32])),
            ("(func (param i32 i32))", func(s, &[I32, I32], &[])),
            ("(func (result funcref))", func(s, &[], &[ValType::FUNCREF])),
            (
                "(table 2 3 funcref)",
                table(s, RefType::FUNCREF, 2, Some(3)),
            ),
            (
                "(table 2 3 externref)",
                table(s, RefType::EXTERNREF, 2, Some(3)),
            ),
            ("(table 2 3 anyref)", table(s, anyref, 2, Some(3))),
            ("(memory 2 3)", memory(s, 2, Some(3))),
            ("(global i32)", global(s, I32, Const)),
            ("(global (mut i32))", global(s, I32, Var)),
            ("(global i64)", global(s, I64, Const)),
            ("(global (mut i64))", global(s, I64, Var)),
            ("(global f32)", global(s, F32, Const)),
            ("(global funcref)", global(s, ValType::FUNCREF, Const)),
            ("(global externref)", global(s, ValType::EXTERNREF, Const)),
        ];
        for (wanted, _) in &items {
            let module = module(engine, &format!(r#"(module (import "m" "n" {wanted}))"#));
            for (given, item) in &items {
                let result = Instance::new(&mut store, &module, std::slice::from_ref(item));
                if wanted == given {
                    result.expect("it fits");
                } else {
                    let text = link_error(result);
                    assert!(
                        text.starts_with("incompatible import type: `m::n`"),
                        "{text}"
                    );
                }
            }
        }
    });
}

#[test]
fn sizes_are_what_is_wanted_or_narrower() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let bounds = [
            (0, None),
            (0, Some(0)),
            (0, Some(5)),
            (2, None),
            (2, Some(4)),
            (4, Some(4)),
        ];
        for wanted in bounds {
            let maximum = wanted.1.map_or(String::new(), |n: u32| n.to_string());
            let text = |kind: &str, end: &str| {
                let minimum = wanted.0;
                format!(r#"(module (import "" "" ({kind} {minimum} {maximum} {end})))"#)
            };
            let wants_memory = module(engine, &text("memory", ""));
            let wants_table = module(engine, &text("table", "funcref"));
            for given in bounds {
                let fits = given.0 >= wanted.0
                    && wanted
                        .1
                        .is_none_or(|wanted| given.1.is_some_and(|given| given <= wanted));
                let memory = memory(&mut store, given.0, given.1);
                let table = table(&mut store, RefType::FUNCREF, given.0, given.1);
                let result = Instance::new(&mut store, &wants_memory, &[memory]);
                assert_eq!(result.is_ok(), fits, "{given:?} for {wanted:?}");
                let result = Instance::new(&mut store, &wants_table, &[table]);
                assert_eq!(result.is_ok(), fits, "{given:?} for {wanted:?}");
            }
        }
        // It is the present size that counts.
        let module = module(engine, r#"(module (import "" "" (memory 3)))"#);
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).expect("there is room");
        link_error(Instance::new(&mut store, &module, &[memory.into()]));
        memory.grow(&mut store, 2).expect("there is room");
        Instance::new(&mut store, &module, &[memory.into()]).expect("it fits now");
    });
}

#[test]
fn functions_and_constants_of_subtypes_fit() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let types = r#"
            (type $super (sub (func (result funcref))))
            (type $sub (sub $super (func (result (ref func)))))
            (type $final (func (result funcref)))"#;
        let exporter = instantiate(
            &mut store,
            &format!(
                r#"(module {types}
                    (elem declare func $sub)
                    (func $super (export "super") (type $super) (ref.null func))
                    (func $sub (export "sub") (type $sub) (ref.func $sub))
                    (global (export "const") (ref func) (ref.func $sub))
                    (global (export "var") (mut (ref func)) (ref.func $sub)))"#
            ),
        );
        let mut wants = |import: &str, name: &str| {
            let text = format!(r#"(module {types} (import "" "" {import}))"#);
            let item = exporter
                .get_export(&mut store, name)
                .expect("it is exported");
            Instance::new(&mut store, &module(engine, &text), &[item])
        };
        wants("(func (type $super))", "super").expect("it is the type");
        wants("(func (type $super))", "sub").expect("it is a subtype");
        wants("(func (type $sub))", "sub").expect("it is the type");
        link_error(wants("(func (type $sub))", "super"));
        link_error(wants("(func (type $final))", "sub"));
        link_error(wants("(func (type $final))", "super"));
        wants("(global funcref)", "const").expect("it is a subtype");
        wants("(global (ref func))", "const").expect("it is the type");
        wants("(global (mut (ref func)))", "var").expect("it is the type");
        link_error(wants("(global (mut funcref))", "var"));
        link_error(wants("(global (ref $super))", "const"));
    });
}

#[test]
fn tags_fit_by_type() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let tag = TagType::new(FuncType::new([ValType::I32], []));
        let tag = Tag::new(&mut store, tag).expect("there is room");
        for (wanted, fits) in [
            ("(tag (param i32))", true),
            ("(tag)", false),
            ("(tag (param i64))", false),
            ("(func (param i32))", false),
        ] {
            let text = format!(r#"(module (import "" "" {wanted}))"#);
            match Module::new(engine, &text) {
                Ok(module) => {
                    let result = Instance::new(&mut store, &module, &[tag.into()]);
                    assert_eq!(result.is_ok(), fits, "{wanted}");
                }
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
                }
            }
        }
    });
}

#[test]
fn as_many_imports_as_are_wanted() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let wants = module(
            engine,
            r#"(module (import "" "a" (func)) (import "" "b" (func)))"#,
        );
        let f = func(&mut store, &[], &[]);
        for count in [0, 1, 3] {
            link_error(Instance::new(&mut store, &wants, &vec![f.clone(); count]));
        }
        Instance::new(&mut store, &wants, &[f.clone(), f]).expect("they are as many");
    });
}
