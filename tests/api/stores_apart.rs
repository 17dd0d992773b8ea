//! What belongs to one store is of no use to another: errors, or panics where a result is certain.

use super::{bad_argument, exported, instantiate, module, on_each_engine, same_extern};
use diptych::{
    Caller, Engine, Extern, ExternRef, Func, FuncType, Global, GlobalType, Instance, Linker,
    Memory, MemoryType, Mutability, Ref, RefType, Result, Store, Table, TableType, Tag, TagType,
    Val, ValType,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One of everything in a store.
struct Things {
    func: Func,
    guest: Func,
    memory: Memory,
    table: Table,
    externs: Table,
    global: Global,
    reference: Global,
    tag: Tag,
    value: ExternRef,
    instance: Instance,
}

impl Things {
    fn new(store: &mut Store<()>) -> Self {
        let var = |ty| GlobalType::new(ty, Mutability::Var);
        let funcs = TableType::new(RefType::FUNCREF, 2, None);
        let externs = TableType::new(RefType::EXTERNREF, 2, None);
        let text = r#"(module
            (func (export "f") (param funcref externref) (result funcref externref)
                (local.get 0) (local.get 1))
            (global (export "g") i32 (i32.const 1)))"#;
        let instance = instantiate(&mut *store, text);
        let room = "there is room";
        Self {
            func: Func::wrap(&mut *store, || ()),
            guest: exported(&mut *store, instance, "f"),
            memory: Memory::new(&mut *store, MemoryType::new(1, None)).expect(room),
            table: Table::new(&mut *store, funcs, Ref::Func(None)).expect(room),
            externs: Table::new(&mut *store, externs, Ref::Extern(None)).expect(room),
            global: Global::new(&mut *store, var(ValType::I32), Val::I32(0)).expect(room),
            reference: Global::new(&mut *store, var(ValType::FUNCREF), Val::FuncRef(None))
                .expect(room),
            tag: Tag::new(&mut *store, TagType::new(FuncType::new([], []))).expect(room),
            value: ExternRef::new(&mut *store, 1).expect(room),
            instance,
        }
    }
}

fn on_two_stores(test: impl Fn(&Engine, &mut Store<()>, Things, Things) + Sync) {
    on_each_engine(|engine| {
        let mut other = Store::new(engine, ());
        let theirs = Things::new(&mut other);
        let mut store = Store::new(engine, ());
        let mine = Things::new(&mut store);
        test(engine, &mut store, mine, theirs);
        drop(other);
    });
}

#[test]
fn calls_are_refused() {
    on_two_stores(|_, store, mine, theirs| {
        let args = [Val::FuncRef(None), Val::ExternRef(None)];
        let mut results = [Val::I32(0), Val::I32(0)];
        bad_argument(theirs.guest.call(&mut *store, &args, &mut results));
        bad_argument(
            theirs
                .guest
                .call_resumable(&mut *store, &args, &mut results),
        );
        bad_argument(theirs.func.call(&mut *store, &[], &mut []));
        bad_argument(theirs.func.typed::<(), ()>(&*store));
        bad_argument(theirs.instance.get_typed_func::<(), ()>(&mut *store, "f"));
        // A function of one's own, with arguments of the other's.
        for args in [
            [theirs.func.into(), Val::ExternRef(None)],
            [Val::FuncRef(None), theirs.value.into()],
            [mine.func.into(), theirs.value.into()],
        ] {
            bad_argument(mine.guest.call(&mut *store, &args, &mut results));
            bad_argument(mine.guest.call_resumable(&mut *store, &args, &mut results));
        }
        type Refs = (Option<Func>, Option<ExternRef>);
        let typed = mine
            .guest
            .typed::<Refs, Refs>(&*store)
            .expect("the type fits");
        bad_argument(typed.call(&mut *store, (Some(theirs.func), None)));
        bad_argument(typed.call(&mut *store, (None, Some(theirs.value))));
        let mut another = Store::new(store.engine(), ());
        bad_argument(typed.call(&mut another, (None, None)));
        let good = (Some(mine.func), Some(mine.value));
        let back = typed.call(&mut *store, good).expect("it is mine");
        assert_eq!(back.0, good.0);
        assert!(same_extern(&*store, back.1, good.1));
    });
}

#[test]
fn values_are_refused() {
    on_two_stores(|_, store, mine, theirs| {
        bad_argument(mine.table.set(&mut *store, 0, theirs.func.into()));
        bad_argument(mine.table.fill(&mut *store, 0, theirs.func.into(), 1));
        bad_argument(mine.table.grow(&mut *store, 1, theirs.func.into()));
        bad_argument(mine.externs.set(&mut *store, 0, theirs.value.into()));
        bad_argument(mine.reference.set(&mut *store, theirs.func.into()));
        let table = TableType::new(RefType::FUNCREF, 1, None);
        bad_argument(Table::new(&mut *store, table, theirs.func.into()));
        for (ty, value) in [
            (ValType::FUNCREF, Val::from(theirs.func)),
            (ValType::EXTERNREF, theirs.value.into()),
        ] {
            let ty = GlobalType::new(ty, Mutability::Const);
            bad_argument(Global::new(&mut *store, ty, value));
        }
        assert!(theirs.value.data(&*store).is_none());
        assert!(theirs.value.data_mut(&mut *store).is_none());
        assert_eq!(mine.table.size(&*store), 2);
    });
}

#[test]
fn changes_are_refused() {
    on_two_stores(|_, store, mine, theirs| {
        bad_argument(theirs.table.set(&mut *store, 0, mine.func.into()));
        bad_argument(theirs.table.fill(&mut *store, 0, mine.func.into(), 1));
        bad_argument(theirs.table.grow(&mut *store, 1, mine.func.into()));
        bad_argument(Table::copy(
            &mut *store,
            &theirs.table,
            0,
            &mine.table,
            0,
            1,
        ));
        bad_argument(Table::copy(
            &mut *store,
            &mine.table,
            0,
            &theirs.table,
            0,
            1,
        ));
        bad_argument(theirs.global.set(&mut *store, Val::I32(1)));
        bad_argument(theirs.memory.grow(&mut *store, 1));
    });
}

#[test]
fn imports_are_refused() {
    on_two_stores(|engine, store, mine, theirs| {
        let mut linker = Linker::<()>::new(engine);
        for (i, item) in [
            Extern::from(theirs.func),
            theirs.guest.into(),
            theirs.memory.into(),
            theirs.table.into(),
            theirs.global.into(),
            theirs.tag.into(),
        ]
        .into_iter()
        .enumerate()
        {
            let wanted = [
                "(func)",
                "(func (param funcref externref) (result funcref externref))",
                "(memory 1)",
                "(table 1 funcref)",
                "(global (mut i32))",
                "(global i32)",
            ][i];
            let wants = module(engine, &format!(r#"(module (import "" "" {wanted}))"#));
            bad_argument(Instance::new(
                &mut *store,
                &wants,
                std::slice::from_ref(&item),
            ));
            bad_argument(linker.define(&*store, "", "", item));
        }
        bad_argument(linker.instance(&mut *store, "", theirs.instance));
        linker
            .define(&*store, "", "mine", mine.func)
            .expect("it is mine");
        let mut another = Store::new(engine, ());
        assert!(linker.get(&mut another, "", "mine").is_none());
        assert!(linker.get(&mut *store, "", "mine").is_some());
    });
}

#[test]
fn questions_that_have_no_answer_panic() {
    on_two_stores(|_, store, _, theirs| {
        macro_rules! panics {
            ($($question:expr;)*) => {$(
                let question = AssertUnwindSafe(|| { let _ = $question; });
                let panic = catch_unwind(question).expect_err(stringify!($question));
                let text = panic.downcast_ref::<&str>().expect("it has a message");
                assert!(text.contains("another store"), "{text}");
            )*};
        }
        panics! {
            theirs.func.ty(&*store);
            theirs.memory.ty(&*store);
            theirs.memory.size(&*store);
            theirs.memory.data_size(&*store);
            theirs.memory.data(&*store);
            theirs.memory.data_mut(&mut *store);
            theirs.memory.data_and_store_mut(&mut *store);
            theirs.memory.data_ptr(&*store);
            theirs.memory.read(&*store, 0, &mut []);
            theirs.memory.write(&mut *store, 0, &[]);
            theirs.table.ty(&*store);
            theirs.table.size(&*store);
            theirs.table.get(&mut *store, 0);
            theirs.global.ty(&*store);
            theirs.global.get(&mut *store);
            theirs.tag.ty(&*store);
            theirs.instance.module(&*store);
            theirs.instance.get_export(&mut *store, "f");
            theirs.instance.get_func(&mut *store, "f");
            theirs.instance.exports(&mut *store).count();
            Extern::from(theirs.func).ty(&*store);
        }
        // The store is as it was.
        let mine = Things::new(store);
        assert_eq!(mine.memory.size(&*store), 1);
    });
}

#[test]
fn handles_of_a_store_that_is_gone_are_refused() {
    on_each_engine(|engine| {
        let mut handles = Vec::new();
        for _ in 0..10 {
            let mut store = Store::new(engine, ());
            handles.push(Things::new(&mut store));
        }
        let mut store = Store::new(engine, ());
        Things::new(&mut store);
        for gone in &handles {
            bad_argument(gone.func.call(&mut store, &[], &mut []));
            bad_argument(gone.global.set(&mut store, Val::I32(0)));
            assert!(gone.value.data(&store).is_none());
        }
        assert_ne!(handles[0].func, handles[1].func);
    });
}

#[test]
fn a_host_function_cannot_smuggle() {
    on_two_stores(|_, store, mine, theirs| {
        let smuggle = Func::wrap(
            &mut *store,
            move |mut caller: Caller<'_, ()>| -> Result<()> {
                bad_argument(theirs.func.call(&mut caller, &[], &mut []));
                bad_argument(mine.table.set(&mut caller, 0, theirs.func.into()));
                bad_argument(mine.reference.set(&mut caller, theirs.func.into()));
                theirs.func.call(&mut caller, &[], &mut [])
            },
        );
        bad_argument(smuggle.call(&mut *store, &[], &mut []));
    });
}

#[test]
fn dropping_a_store_drops_what_it_holds_before_its_data() {
    use std::sync::{Arc, Mutex};
    struct Noted(Arc<Mutex<Vec<&'static str>>>, &'static str);
    impl Drop for Noted {
        fn drop(&mut self) {
            self.0.lock().expect("no one panics").push(self.1);
        }
    }
    on_each_engine(|engine| {
        for keep in [false, true] {
            let notes = Arc::new(Mutex::new(Vec::new()));
            let noted = |name| Noted(Arc::clone(&notes), name);
            let mut store = Store::new(engine, noted("data"));
            let closure = noted("closure");
            Func::wrap(&mut store, move || {
                let _ = &closure;
            });
            ExternRef::new(&mut store, noted("reference")).expect("there is room");
            let data = if keep {
                Some(store.into_data())
            } else {
                drop(store);
                None
            };
            let mut dropped = notes.lock().expect("no one panics").clone();
            if !keep {
                assert_eq!(dropped.pop(), Some("data"));
            }
            dropped.sort_unstable();
            assert_eq!(dropped, ["closure", "reference"]);
            drop(data);
        }
    });
}
