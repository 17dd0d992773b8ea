//! Tables, globals, tags and host references.

use super::{
    bad_argument, call, call_i32, exported, instantiate, is_limit, module, on_each_engine,
    same_value, trap,
};
use diptych::{
    Error, ExternRef, Func, FuncType, Global, GlobalType, HeapType, Instance, Mutability, Ref,
    RefType, Store, Table, TableType, Tag, TagType, Trap, V128, Val, ValType,
};

#[test]
fn elements_are_set_and_got() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let ty = TableType::new(RefType::FUNCREF, 3, Some(5));
        let table = Table::new(&mut store, ty, Ref::Func(None)).expect("there is room");
        assert_eq!(table.ty(&store), ty);
        assert_eq!(table.size(&store), 3);
        let func = Func::wrap(&mut store, || 1);
        table.set(&mut store, 2, func.into()).expect("it is inside");
        let get = |store: &mut Store<()>, index| match table.get(store, index) {
            Some(Ref::Func(func)) => Some(func),
            None => None,
            Some(other) => panic!("{other:?} is no function"),
        };
        assert_eq!(get(&mut store, 0), Some(None));
        assert_eq!(get(&mut store, 2), Some(Some(func)));
        assert_eq!(get(&mut store, 3), None);
        assert_eq!(get(&mut store, u64::MAX), None);
        for index in [3, 1 << 32, u64::MAX] {
            let result = table.set(&mut store, index, Ref::Func(None));
            assert_eq!(trap(result), Trap::TableOutOfBounds);
        }
        assert_eq!(table.grow(&mut store, 2, func.into()).expect("it fits"), 3);
        assert_eq!(get(&mut store, 4), Some(Some(func)));
        for delta in [1, 1 << 32, u64::MAX] {
            let error = table.grow(&mut store, delta, func.into());
            assert!(is_limit(&error.expect_err("it is too much")));
        }
        assert_eq!(
            table
                .grow(&mut store, 0, func.into())
                .expect("it is no growth"),
            5
        );
        table
            .fill(&mut store, 1, Ref::Func(None), 4)
            .expect("it is inside");
        table
            .fill(&mut store, 5, Ref::Func(None), 0)
            .expect("it is nothing");
        assert_eq!(get(&mut store, 4), Some(None));
        for (dst, len) in [(2, 4), (6, 0), (u64::MAX, 2), (1, u64::MAX)] {
            let result = table.fill(&mut store, dst, func.into(), len);
            assert_eq!(trap(result), Trap::TableOutOfBounds);
        }
        assert_eq!(get(&mut store, 2), Some(None), "nothing was filled");
    });
}

#[test]
fn elements_are_of_the_tables_type() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let func = Func::wrap(&mut store, || 1);
        let value = ExternRef::new(&mut store, 1).expect("there is room");
        let not_null = RefType {
            nullable: false,
            heap: HeapType::Func,
        };
        let funcs = TableType::new(RefType::FUNCREF, 1, None);
        let externs = TableType::new(RefType::EXTERNREF, 1, None);
        let strict = TableType::new(not_null, 1, None);
        bad_argument(Table::new(&mut store, funcs, value.into()));
        bad_argument(Table::new(&mut store, externs, func.into()));
        bad_argument(Table::new(&mut store, strict, Ref::Func(None)));
        bad_argument(Table::new(&mut store, strict, value.into()));
        let too_small = TableType::new(RefType::FUNCREF, 2, Some(1));
        bad_argument(Table::new(&mut store, too_small, Ref::Func(None)));
        let too_large = TableType::new(RefType::FUNCREF, u32::MAX, None);
        let error = Table::new(&mut store, too_large, Ref::Func(None));
        assert!(is_limit(&error.expect_err("it is too large")));

        let funcs = Table::new(&mut store, funcs, Ref::Func(None)).expect("it fits");
        let externs = Table::new(&mut store, externs, value.into()).expect("it fits");
        let strict = Table::new(&mut store, strict, func.into()).expect("it fits");
        for (table, bad) in [
            (funcs, Ref::from(value)),
            (externs, func.into()),
            (strict, Ref::Func(None)),
        ] {
            bad_argument(table.set(&mut store, 0, bad));
            bad_argument(table.grow(&mut store, 1, bad));
            bad_argument(table.fill(&mut store, 0, bad, 1));
        }
        // From the narrower type to the wider one only.
        Table::copy(&mut store, &funcs, 0, &strict, 0, 1).expect("it fits");
        assert!(matches!(funcs.get(&mut store, 0), Some(Ref::Func(Some(f))) if f == func));
        bad_argument(Table::copy(&mut store, &strict, 0, &funcs, 0, 1));
        bad_argument(Table::copy(&mut store, &externs, 0, &funcs, 0, 0));
        let result = Table::copy(&mut store, &funcs, 0, &strict, 0, 2);
        assert_eq!(trap(result), Trap::TableOutOfBounds);
        let result = Table::copy(&mut store, &funcs, u64::MAX, &strict, 1, 0);
        assert_eq!(trap(result), Trap::TableOutOfBounds);
    });
}

#[test]
fn copies_inside_a_table_may_overlap() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let ty = TableType::new(RefType::EXTERNREF, 10, None);
        let table = Table::new(&mut store, ty, Ref::Extern(None)).expect("there is room");
        for i in 0..10u64 {
            let value = ExternRef::new(&mut store, i).expect("there is room");
            table
                .set(&mut store, i, value.into())
                .expect("it is inside");
        }
        let contents = |store: &mut Store<()>| -> Vec<u64> {
            (0..10)
                .map(|i| match table.get(&mut *store, i) {
                    Some(Ref::Extern(Some(value))) => {
                        let data = value.data(&*store).expect("it is of this store");
                        *data.downcast_ref().expect("it is a number")
                    }
                    other => panic!("{other:?}"),
                })
                .collect()
        };
        Table::copy(&mut store, &table, 3, &table, 0, 6).expect("it is inside");
        assert_eq!(contents(&mut store), [0, 1, 2, 0, 1, 2, 3, 4, 5, 9]);
        Table::copy(&mut store, &table, 0, &table, 4, 6).expect("it is inside");
        assert_eq!(contents(&mut store), [1, 2, 3, 4, 5, 9, 3, 4, 5, 9]);
    });
}

#[test]
fn guests_call_what_the_host_puts_into_their_table() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let text = r#"(module
            (type $unary (func (param i32) (result i32)))
            (table (export "table") 4 funcref)
            (elem (i32.const 0) $double)
            (func $double (export "double") (param i32) (result i32)
                (i32.shl (local.get 0) (i32.const 1)))
            (func (export "call") (param i32 i32) (result i32)
                (call_indirect (type $unary) (local.get 1) (local.get 0)))
            (func (export "tail") (param i32 i32) (result i32)
                (return_call_indirect (type $unary) (local.get 1) (local.get 0))))"#;
        let one = instantiate(&mut store, text);
        let two = instantiate(&mut store, text);
        let table = one.get_table(&mut store, "table").expect("it is exported");
        let host = Func::wrap(&mut store, |n: i32| n + 100);
        let wrong = Func::wrap(&mut store, |n: i64| n);
        let other = exported(&mut store, two, "double");
        for (index, func) in [(1, host), (2, wrong), (3, other)] {
            table
                .set(&mut store, index, func.into())
                .expect("it is inside");
        }
        for name in ["call", "tail"] {
            let call = |store: &mut Store<()>, index| {
                call_i32(store, one, name, &[Val::I32(index), Val::I32(21)])
            };
            assert_eq!(call(&mut store, 0).expect("it fits"), 42);
            assert_eq!(call(&mut store, 1).expect("it fits"), 121);
            assert_eq!(trap(call(&mut store, 2)), Trap::IndirectCallTypeMismatch);
            assert_eq!(call(&mut store, 3).expect("it fits"), 42);
            assert_eq!(trap(call(&mut store, 4)), Trap::UndefinedElement);
            assert_eq!(trap(call(&mut store, -1)), Trap::UndefinedElement);
        }
        table
            .set(&mut store, 0, Ref::Func(None))
            .expect("it is inside");
        let result = call_i32(&mut store, one, "call", &[Val::I32(0), Val::I32(1)]);
        assert_eq!(trap(result), Trap::UninitializedElement);
    });
}

#[test]
fn all_that_share_a_table_see_it_change() {
    on_each_engine(|engine| {
        let module = module(
            engine,
            r#"(module
                (type $get (func (result i32)))
                (import "" "table" (table 1 funcref))
                (import "" "id" (global $id i32))
                (elem $mine func $get)
                (func $get (result i32) (global.get $id))
                (func (export "grow") (param i32) (result i32)
                    (table.grow (ref.null func) (local.get 0)))
                (func (export "put") (param i32)
                    (table.init $mine (local.get 0) (i32.const 0) (i32.const 1)))
                (func (export "size") (result i32) (table.size))
                (func (export "drop") (elem.drop $mine))
                (func (export "call") (param i32) (result i32)
                    (call_indirect (type $get) (local.get 0))))"#,
        );
        let mut store = Store::new(engine, ());
        let ty = TableType::new(RefType::FUNCREF, 1, None);
        let table = Table::new(&mut store, ty, Ref::Func(None)).expect("there is room");
        let instances: Vec<_> = (0..20)
            .map(|i| {
                let ty = GlobalType::new(ValType::I32, Mutability::Const);
                let id = Global::new(&mut store, ty, Val::I32(i)).expect("there is room");
                Instance::new(&mut store, &module, &[table.into(), id.into()]).expect("it links")
            })
            .collect();
        for (i, instance) in instances.iter().enumerate() {
            let i = i as i32;
            call(&mut store, *instance, "put", &[Val::I32(i)]).expect("it is inside");
            let other = instances[(7 * i as usize + 3) % 20];
            let id = call_i32(&mut store, other, "call", &[Val::I32(i)]);
            assert_eq!(id.expect("it is there"), i);
            let size = call_i32(&mut store, other, "grow", &[Val::I32(1)]);
            assert_eq!(size.expect("nothing traps"), i + 1);
            let size = call_i32(&mut store, *instance, "size", &[]);
            assert_eq!(size.expect("nothing traps"), i + 2);
        }
        assert_eq!(table.size(&store), 21);
        // A dropped segment is empty; what was copied from it stays.
        let first = instances[0];
        call(&mut store, first, "drop", &[]).expect("nothing traps");
        let result = call(&mut store, first, "put", &[Val::I32(0)]);
        assert_eq!(trap(result), Trap::TableOutOfBounds);
        let id = call_i32(&mut store, first, "call", &[Val::I32(0)]);
        assert_eq!(id.expect("it is there"), 0);
    });
}

#[test]
fn a_table_grows_up_to_a_limit_of_its_own() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (table 0 externref)
                (func (export "grow") (param i32) (result i32)
                    (table.grow (ref.null extern) (local.get 0)))
                (func (export "get") (param i32) (drop (table.get (local.get 0)))))"#,
        );
        let grow = instance
            .get_typed_func::<u32, i32>(&mut store, "grow")
            .expect("the type fits");
        assert_eq!(grow.call(&mut store, u32::MAX).expect("nothing traps"), -1);
        assert_eq!(
            grow.call(&mut store, 10_000_001).expect("nothing traps"),
            -1
        );
        assert_eq!(grow.call(&mut store, 1_000).expect("nothing traps"), 0);
        assert_eq!(grow.call(&mut store, 9_999_001).expect("nothing traps"), -1);
        call(&mut store, instance, "get", &[Val::I32(999)]).expect("it is inside");
        let result = call(&mut store, instance, "get", &[Val::I32(1_000)]);
        assert_eq!(trap(result), Trap::TableOutOfBounds);
    });
}

#[test]
fn globals_hold_values_of_every_type() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let func = Func::wrap(&mut store, || 1);
        let value = ExternRef::new(&mut store, 1).expect("there is room");
        let values = [
            (ValType::I32, Val::I32(-1)),
            (ValType::I64, Val::I64(i64::MIN)),
            (ValType::F32, Val::F32(0x7fa0_0001)),
            (ValType::F64, Val::F64(0xfff4_0000_0000_0001)),
            (ValType::V128, Val::V128(V128::from(u128::MAX - 5))),
            (ValType::FUNCREF, Val::FuncRef(Some(func))),
            (ValType::EXTERNREF, Val::ExternRef(Some(value))),
        ];
        for (i, (ty, value)) in values.into_iter().enumerate() {
            let default = Val::default_for_ty(ty).expect("it has one");
            let variable = GlobalType::new(ty, Mutability::Var);
            let global = Global::new(&mut store, variable, default).expect("it fits");
            assert_eq!(global.ty(&store), variable);
            global.set(&mut store, value).expect("it fits");
            let got = global.get(&mut store);
            assert!(same_value(&store, &got, &value), "{got:?} is not {value:?}");
            let (other_ty, other) = values[(i + 1) % values.len()];
            bad_argument(global.set(&mut store, other));
            bad_argument(Global::new(
                &mut store,
                GlobalType::new(other_ty, Mutability::Var),
                value,
            ));
            let constant = GlobalType::new(ty, Mutability::Const);
            let constant = Global::new(&mut store, constant, value).expect("it fits");
            bad_argument(constant.set(&mut store, value));
            let got = constant.get(&mut store);
            assert!(same_value(&store, &got, &value), "{got:?} is not {value:?}");
        }
        let not_null = ValType::Ref(RefType {
            nullable: false,
            heap: HeapType::Extern,
        });
        assert!(Val::default_for_ty(not_null).is_none());
        let not_null = GlobalType::new(not_null, Mutability::Var);
        bad_argument(Global::new(&mut store, not_null, Val::ExternRef(None)));
        let global = Global::new(&mut store, not_null, value.into()).expect("it fits");
        bad_argument(global.set(&mut store, Val::ExternRef(None)));
    });
}

#[test]
fn a_global_is_shared() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let ty = GlobalType::new(ValType::I64, Mutability::Var);
        let global = Global::new(&mut store, ty, Val::I64(0)).expect("there is room");
        let module = module(
            engine,
            r#"(module
                (import "" "" (global $shared (mut i64)))
                (global $copy (export "copy") i32 (i32.const 3))
                (func (export "add") (param i64)
                    (global.set $shared (i64.add (global.get $shared) (local.get 0)))))"#,
        );
        let mut make = || Instance::new(&mut store, &module, &[global.into()]).expect("it links");
        let (one, two) = (make(), make());
        call(&mut store, one, "add", &[Val::I64(1)]).expect("nothing traps");
        call(&mut store, two, "add", &[Val::I64(2)]).expect("nothing traps");
        assert_eq!(global.get(&mut store).unwrap_i64(), 3);
        global.set(&mut store, Val::I64(-5)).expect("it fits");
        call(&mut store, one, "add", &[Val::I64(1)]).expect("nothing traps");
        assert_eq!(global.get(&mut store).unwrap_i64(), -4);
        let copy = one.get_global(&mut store, "copy").expect("it is exported");
        assert_ne!(Some(copy), two.get_global(&mut store, "copy"));
        bad_argument(copy.set(&mut store, Val::I32(4)));
    });
}

#[test]
fn constant_expressions_are_evaluated() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let ty = GlobalType::new(ValType::I32, Mutability::Const);
        let base = Global::new(&mut store, ty, Val::I32(100)).expect("there is room");
        let module = module(
            engine,
            r#"(module
                (import "" "base" (global $base i32))
                (memory (export "memory") 1)
                (table (export "table") 20 funcref)
                (global $sum (export "sum") i32
                    (i32.sub (i32.mul (global.get $base) (i32.const 3))
                        (i32.add (i32.const 7) (i32.const -9))))
                (global (export "long") i64
                    (i64.mul (i64.const 0x7fffffffffffffff)
                        (i64.add (i64.const 1) (i64.const 1))))
                (global (export "again") i32 (global.get $sum))
                (global (export "f") (ref func) (ref.func $f))
                (data (offset (i32.add (global.get $base) (i32.const 5))) "here")
                (elem (offset (i32.sub (global.get $base) (i32.const 90))) func $f)
                (elem (table 0) (i32.const 12) funcref (ref.null func) (ref.func $f)
                    (global.get 4))
                (func $f (export "function")))"#,
        );
        let instance = Instance::new(&mut store, &module, &[base.into()]).expect("it links");
        let get = |store: &mut Store<()>, name| {
            let global = instance.get_global(&mut *store, name);
            global.expect("it is exported").get(store)
        };
        assert_eq!(get(&mut store, "sum").unwrap_i32(), 302);
        assert_eq!(get(&mut store, "again").unwrap_i32(), 302);
        assert_eq!(get(&mut store, "long").unwrap_i64(), -2);
        let memory = instance
            .get_memory(&mut store, "memory")
            .expect("it is exported");
        assert_eq!(&memory.data(&store)[104..110], b"\0here\0");
        let f = exported(&mut store, instance, "function");
        assert_eq!(get(&mut store, "f").unwrap_func_ref(), Some(f));
        let table = instance
            .get_table(&mut store, "table")
            .expect("it is exported");
        let filled: Vec<u64> = (0..20)
            .filter(|i| matches!(table.get(&mut store, *i), Some(Ref::Func(Some(g))) if g == f))
            .collect();
        assert_eq!(filled, [10, 13, 14]);
    });
}

#[test]
fn tags_have_types() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let ty = TagType::new(FuncType::new([ValType::I32, ValType::FUNCREF], []));
        let tag = Tag::new(&mut store, ty.clone()).expect("there is room");
        assert_eq!(tag.ty(&store), ty);
        bad_argument(Tag::new(
            &mut store,
            TagType::new(FuncType::new([], [ValType::I32])),
        ));
    });
}

#[test]
fn host_references_keep_their_values() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let one = ExternRef::new(&mut store, String::from("one")).expect("there is room");
        let two = ExternRef::new(&mut store, 2u64).expect("there is room");
        assert!(ExternRef::same(&store, &one, &one));
        assert!(!ExternRef::same(&store, &one, &two));
        let text = one
            .data_mut(&mut store)
            .and_then(|data| data.downcast_mut::<String>());
        text.expect("it is text").push_str(" more");
        let text = one
            .data(&store)
            .and_then(|data| data.downcast_ref::<String>());
        assert_eq!(text.expect("it is text"), "one more");
        let number = two.data(&store).and_then(|data| data.downcast_ref::<u64>());
        assert_eq!(number, Some(&2));
        assert!(
            two.data(&store)
                .and_then(|data| data.downcast_ref::<u32>())
                .is_none()
        );
        let error = Error::from(Trap::NullReference);
        assert!(
            error.downcast_ref::<Trap>().is_none(),
            "a trap is not the host's"
        );
    });
}
