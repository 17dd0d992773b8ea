//! Structures and arrays of guests, as the host sees them, and their collection.

use super::{
    bad_argument, call, call_i32, exported, instantiate, module, on_each_engine_with, same_value,
    trap,
};
use diptych::types::{CompositeType, FieldType, StorageType, SubType, TypeId};
use diptych::{
    AnyRef, ArrayRef, AsContext, Caller, Config, Engine, Error, ErrorKind, ExternRef, ExternType,
    Func, Global, GlobalType, HeapType, Instance, Linker, Module, Mutability, OwnedRef,
    ResumableCall, RootScope, Store, StoreContext, StructRef, Trap, V128, Val, ValType,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs a test on an engine of each kind, with collections when they are needed, and with one at
/// every allocation.
fn on_each_engine(test: impl Fn(&Engine) + Sync) {
    for stress in [false, true] {
        let configure = |config: &mut Config| {
            config.gc_stress(stress);
        };
        on_each_engine_with(configure, &test);
    }
}

/// A type that is alone in its group.
fn define(engine: &Engine, composite: CompositeType) -> TypeId {
    let ty = SubType {
        is_final: true,
        supertype: None,
        composite,
    };
    let group = engine.types().rec_group(vec![ty]);
    group.expect("it is valid").next().expect("there is one")
}

fn field(storage: StorageType, mutability: Mutability) -> FieldType {
    FieldType {
        storage,
        mutability,
    }
}

fn structure(engine: &Engine, fields: &[(StorageType, Mutability)]) -> TypeId {
    let fields = fields
        .iter()
        .map(|(storage, mutability)| field(*storage, *mutability));
    define(engine, CompositeType::Struct(fields.collect()))
}

fn array(engine: &Engine, storage: StorageType) -> TypeId {
    define(
        engine,
        CompositeType::Array(field(storage, Mutability::Var)),
    )
}

#[test]
fn structures_hold_values_of_all_types() {
    on_each_engine(|engine| {
        use Mutability::{Const, Var};
        let val = StorageType::Val;
        let ty = structure(
            engine,
            &[
                (StorageType::I8, Var),
                (val(ValType::I64), Var),
                (StorageType::I16, Const),
                (val(ValType::F32), Var),
                (val(ValType::V128), Var),
                (val(ValType::F64), Var),
                (val(ValType::FUNCREF), Var),
                (val(ValType::EXTERNREF), Var),
                (val(ValType::I32), Var),
            ],
        );
        let mut store = Store::new(engine, ());
        let func = Func::wrap(&mut store, || 1);
        let host = ExternRef::new(&mut store, 7_u64).expect("there is memory");
        let values = [
            Val::I32(0x1ff),
            Val::I64(i64::MIN),
            Val::I32(-1),
            Val::F32(0x7fa0_0000),
            Val::V128(V128::from(0x0123_4567_89ab_cdef_u128 << 64 | 5)),
            Val::F64(f64::to_bits(-0.0)),
            Val::FuncRef(Some(func)),
            Val::ExternRef(Some(host)),
            Val::I32(9),
        ];
        let made = StructRef::new(&mut store, ty, &values).expect("it fits");
        assert_eq!(made.len(&store).expect("it is there"), values.len());
        store.gc().expect("there is memory");
        let expected = [Val::I32(0xff), values[1], Val::I32(0xffff)];
        for (i, value) in values.iter().enumerate() {
            let expected = expected.get(i).unwrap_or(value);
            let got = made.field(&mut store, i).expect("it is there");
            assert!(same_value(&store, &got, expected), "field {i}");
        }
        for (i, value) in values.iter().enumerate() {
            let zero = match value {
                Val::FuncRef(_) => Val::FuncRef(None),
                Val::ExternRef(_) => Val::ExternRef(None),
                other => Val::default_for_ty(match other {
                    Val::I32(_) => ValType::I32,
                    Val::I64(_) => ValType::I64,
                    Val::F32(_) => ValType::F32,
                    Val::F64(_) => ValType::F64,
                    _ => ValType::V128,
                })
                .expect("there is one"),
            };
            let set = made.set_field(&mut store, i, zero);
            if i == 2 {
                assert!(bad_argument(set).contains("constant"));
                continue;
            }
            set.expect("it can be set");
            let got = made.field(&mut store, i).expect("it is there");
            assert!(same_value(&store, &got, &zero), "field {i}");
        }
        bad_argument(made.set_field(&mut store, 1, Val::I32(1)));
        bad_argument(made.set_field(&mut store, 9, Val::I32(1)));
        bad_argument(made.field(&mut store, 9));
        bad_argument(StructRef::new(&mut store, ty, &values[1..]));
        bad_argument(ArrayRef::new(&mut store, ty, Val::I32(0), 1));
        let any = made.to_any();
        assert_eq!(any.heap_type(&store).expect("live"), HeapType::Concrete(ty));
        assert!(any.as_struct(&store).expect("live").is_some());
        assert!(any.as_array(&store).expect("live").is_none());
        assert_eq!(any.as_i31(), None);
    });
}

#[test]
fn arrays_hold_values_of_all_types() {
    on_each_engine(|engine| {
        let val = StorageType::Val;
        let mut store = Store::new(engine, ());
        let host = ExternRef::new(&mut store, "host").expect("there is memory");
        for (storage, value, other) in [
            (StorageType::I8, Val::I32(200), Val::I32(1)),
            (StorageType::I16, Val::I32(60_000), Val::I32(2)),
            (val(ValType::I32), Val::I32(-1), Val::I32(3)),
            (val(ValType::I64), Val::I64(-1), Val::I64(4)),
            (val(ValType::F32), Val::F32(5), Val::F32(6)),
            (val(ValType::F64), Val::F64(7), Val::F64(8)),
            (
                val(ValType::V128),
                Val::V128(V128::from(u128::MAX)),
                Val::V128(V128::from(1 << 64)),
            ),
            (
                val(ValType::EXTERNREF),
                Val::ExternRef(Some(host)),
                Val::ExternRef(None),
            ),
        ] {
            let ty = array(engine, storage);
            let made = ArrayRef::new(&mut store, ty, value, 5).expect("it fits");
            assert_eq!(made.len(&store).expect("it is there"), 5);
            made.set(&mut store, 3, other).expect("it can be set");
            store.gc().expect("there is memory");
            for i in 0..5 {
                let got = made.get(&mut store, i).expect("it is there");
                let expected = if i == 3 { other } else { value };
                assert!(same_value(&store, &got, &expected), "element {i}");
            }
            assert_eq!(trap(made.get(&mut store, 5)), Trap::ArrayOutOfBounds);
            assert_eq!(
                trap(made.set(&mut store, u32::MAX, value)),
                Trap::ArrayOutOfBounds
            );
            let fixed = ArrayRef::new_fixed(&mut store, ty, &[other, value]).expect("it fits");
            let got = fixed.get(&mut store, 1).expect("it is there");
            assert!(same_value(&store, &got, &value));
            let huge = ArrayRef::new(&mut store, ty, value, u32::MAX);
            assert_eq!(trap(huge), Trap::AllocationTooLarge);
        }
    });
}

#[test]
fn integers_of_31_bits_are_no_objects() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        for (given, expected) in [
            (0, 0),
            (5, 5),
            (0x3fff_ffff, 0x3fff_ffff),
            (0x7fff_ffff, -1),
        ] {
            let made = AnyRef::from_i31(&store, given);
            assert_eq!(made.as_i31(), Some(expected));
            assert_eq!(made.heap_type(&store).expect("live"), HeapType::I31);
            assert!(AnyRef::same(
                &store,
                &made,
                &AnyRef::from_i31(&store, given)
            ));
        }
        let instance = instantiate(
            &mut store,
            r#"(module (func (export "add") (param (ref i31)) (result (ref i31))
                (ref.i31 (i32.add (i31.get_s (local.get 0)) (i32.const 1)))))"#,
        );
        let minus_one = AnyRef::from_i31(&store, u32::MAX);
        let sum = call(&mut store, instance, "add", &[minus_one.into()]).expect("it returns");
        let sum = sum[0].unwrap_any_ref().expect("it is not null");
        assert_eq!(sum.as_i31(), Some(0));
    });
}

/// A list of numbers, with all that a guest can do to it.
const LIST: &str = r#"(module
    (type $node (struct (field $value (mut i32)) (field $next (mut (ref null $node)))))
    (global $kept (export "kept") (mut (ref null $node)) (ref.null $node))
    (table $table (export "table") 10 (ref null $node))
    (func $cons (export "cons") (param i32 (ref null $node)) (result (ref $node))
        (struct.new $node (local.get 0) (local.get 1)))
    (func $list (export "list") (param $n i32) (result (ref null $node))
        (local $list (ref null $node))
        (loop $more
            (if (local.get $n)
                (then
                    (local.set $list (call $cons (local.get $n) (local.get $list)))
                    (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                    (br $more))))
        (local.get $list))
    (func $sum (export "sum") (param $list (ref null $node)) (result i32)
        (local $sum i32)
        (block $end
            (loop $more
                (local.set $sum (i32.add (local.get $sum)
                    (struct.get $node $value (br_on_null $end (local.get $list)))))
                (local.set $list (struct.get $node $next (local.get $list)))
                (br $more))
            unreachable)
        (local.get $sum))
    ;; Every frame has a list of its own while those inside make theirs.
    (func $deep (export "deep") (param $depth i32) (result i32)
        (local $own (ref null $node))
        (if (i32.eqz (local.get $depth)) (then (return (i32.const 0))))
        (local.set $own (call $list (i32.const 3)))
        (i32.add
            (call $deep (i32.sub (local.get $depth) (i32.const 1)))
            (call $sum (local.get $own))))
    ;; References on the operand stack, over calls and through blocks.
    (func (export "stack") (result i32)
        (call $list (i32.const 4))
        (call $list (i32.const 5))
        (block (param (ref null $node) (ref null $node)) (result (ref null $node) i32)
            (call $sum))
        (call $list (i32.const 6))
        (call $sum)
        (i32.add)
        (local.set 0)
        (call $sum)
        (i32.add (local.get 0)))
    (func (export "rings") (param $n i32)
        (local $a (ref null $node))
        (loop $more
            (local.set $a (struct.new $node (local.get $n) (ref.null $node)))
            (struct.set $node $next (local.get $a)
                (struct.new $node (local.get $n) (local.get $a)))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "keep") (param i32)
        (global.set $kept (call $list (local.get 0)))
        (table.set $table (i32.const 7) (call $list (local.get 0))))
    (func (export "kept_sum") (result i32)
        (i32.add (call $sum (global.get $kept))
            (call $sum (table.get $table (i32.const 7)))))
    (func (export "hold") (param i32)
        (local $list (ref null $node))
        (loop $more
            (local.set $list (struct.new $node (i32.const 1) (local.get $list)))
            (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
)"#;

fn list() -> String {
    LIST.replacen(
        "(func (export \"stack\") (result i32)",
        "(func (export \"stack\") (result i32) (local i32)",
        1,
    )
}

#[test]
fn what_guests_hold_stays() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(&mut store, &list());
        for depth in [1, 100, 2000] {
            let sum = call_i32(&mut store, instance, "deep", &[Val::I32(depth)]);
            assert_eq!(sum.expect("it returns"), depth * 6);
        }
        let sum = call_i32(&mut store, instance, "stack", &[]);
        assert_eq!(sum.expect("it returns"), 10 + 15 + 21);
        call(&mut store, instance, "keep", &[Val::I32(9)]).expect("it returns");
        for _ in 0..3 {
            store.gc().expect("there is memory");
            call(&mut store, instance, "rings", &[Val::I32(100)]).expect("it returns");
            let sum = call_i32(&mut store, instance, "kept_sum", &[]);
            assert_eq!(sum.expect("it returns"), 90);
        }
    });
}

#[test]
fn cycles_are_collected() {
    for limit in [1 << 20, 20_000] {
        let configure = |config: &mut Config| {
            config.max_gc_heap(limit);
        };
        on_each_engine_with(configure, |engine| {
            let mut store = Store::new(engine, ());
            let instance = instantiate(&mut store, &list());
            // Many times as much as there is room for.
            call(&mut store, instance, "rings", &[Val::I32(500_000)]).expect("it returns");
            assert!(store.gc_heap_size() <= 2 * limit);
        });
    }
}

#[test]
fn a_full_heap_is_a_trap() {
    let configure = |config: &mut Config| {
        config.max_gc_heap(1 << 20);
    };
    on_each_engine_with(configure, |engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(&mut store, &list());
        for _ in 0..3 {
            let held = call(&mut store, instance, "hold", &[Val::I32(10_000_000)]);
            assert_eq!(trap(held), Trap::AllocationTooLarge);
            let sum = call_i32(&mut store, instance, "deep", &[Val::I32(10)]);
            assert_eq!(sum.expect("there is room again"), 60);
        }
    });
}

#[test]
fn handles_end_with_their_scope() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(&mut store, &list());
        let list = exported(&mut store, instance, "list");
        let sum = exported(&mut store, instance, "sum");
        let sum_of = |store: &mut Store<()>, list: AnyRef| {
            let mut results = [Val::I32(0)];
            sum.call(&mut *store, &[list.into()], &mut results)?;
            Ok::<_, Error>(results[0].unwrap_i32())
        };
        let make = |store: &mut dyn FnMut(&mut [Val])| {
            let mut results = [Val::AnyRef(None)];
            store(&mut results);
            results[0].unwrap_any_ref().expect("it is not null")
        };
        let outer = make(&mut |results| {
            list.call(&mut store, &[Val::I32(3)], results)
                .expect("it returns");
        });
        let (inner, owned) = {
            let mut scope = RootScope::new(&mut store);
            let inner = make(&mut |results| {
                list.call(&mut scope, &[Val::I32(4)], results)
                    .expect("it returns");
            });
            let owned = OwnedRef::new(&mut scope, inner).expect("it is live");
            (inner, owned)
        };
        store.gc().expect("there is memory");
        assert_eq!(sum_of(&mut store, outer).expect("it is live"), 6);
        assert!(bad_argument(sum_of(&mut store, inner)).contains("scope"));
        bad_argument(inner.as_struct(&store));
        bad_argument(OwnedRef::new(&mut store, inner));
        assert!(!AnyRef::same(&store, &inner, &inner));
        // Others take the places of those that have ended.
        for n in 0..10 {
            make(&mut |results| {
                list.call(&mut store, &[Val::I32(n + 1)], results)
                    .expect("it returns");
            });
        }
        bad_argument(sum_of(&mut store, inner));
        let again = owned.get(&mut store).expect("it is kept");
        assert_eq!(sum_of(&mut store, again).expect("it is live"), 10);

        let mut other = Store::new(engine, ());
        bad_argument(owned.get(&mut other));
        bad_argument(outer.heap_type(&other));
        let sum = exported(&mut store, instance, "sum");
        bad_argument(sum.call(
            &mut store,
            &[AnyRef::from_i31(&other, 1).into()],
            &mut [Val::I32(0)],
        ));
    });
}

#[test]
fn host_functions_get_make_and_give_objects() {
    on_each_engine(|engine| {
        let text = r#"(module
            (type $pair (struct (field anyref) (field i32)))
            (type $bytes (array (mut i8)))
            (import "host" "swap" (func $swap (param anyref (ref any)) (result (ref any) anyref)))
            (import "host" "count" (func $count (param (ref $pair)) (result i32)))
            (func (export "run") (param $n i32) (result i32)
                (local $bytes (ref null $bytes))
                (local $result anyref)
                (local.set $bytes (array.new $bytes (i32.const 5) (local.get $n)))
                (call $swap
                    (struct.new $pair (local.get $bytes) (local.get $n))
                    (array.new_default $bytes (i32.const 3)))
                (local.set $result)
                drop
                (i32.add
                    (call $count (ref.cast (ref $pair) (local.get $result)))
                    (array.get_u $bytes (local.get $bytes) (i32.const 1)))))"#;
        let module = module(engine, text);
        let mut linker = Linker::<u32>::new(engine);
        linker
            .func_wrap(
                "host",
                "swap",
                |mut caller: Caller<'_, u32>, a: Option<AnyRef>, b: AnyRef| {
                    caller.gc()?;
                    *caller.data_mut() += 1;
                    Ok::<_, Error>((b, a))
                },
            )
            .expect("it is new");
        let pair = module.imports().nth(1).expect("there are two").ty();
        let ExternType::Func(pair) = pair else {
            panic!("it is a function");
        };
        linker
            .func_new("host", "count", pair, |mut caller, params, results| {
                let pair = params[0].unwrap_any_ref().expect("it is not null");
                let pair = pair.as_struct(&caller)?.expect("it is a structure");
                let bytes = pair.field(&mut caller, 0)?.unwrap_any_ref();
                let bytes = bytes.expect("it is not null");
                let bytes = bytes.as_array(&caller)?.expect("it is an array");
                caller.gc()?;
                let number = pair.field(&mut caller, 1)?.unwrap_i32();
                results[0] = Val::I32(number + bytes.len(&caller)? as i32);
                Ok(())
            })
            .expect("it is new");
        let mut store = Store::new(engine, 0);
        let instance = linker.instantiate(&mut store, &module).expect("it fits");
        for n in [2, 50, 3000] {
            let sum = call_i32(&mut store, instance, "run", &[Val::I32(n)]);
            assert_eq!(sum.expect("it returns"), 2 * n + 5);
        }
        assert_eq!(*store.data(), 3);
    });
}

#[test]
fn the_host_can_allocate_and_call_back_in_between() {
    on_each_engine(|engine| {
        let text = list().replacen(
            "(module",
            r#"(module (import "host" "in_between" (func $between))"#,
            1,
        );
        let text = text.replacen(
            "(local.get $list))\n    (func $sum",
            "(call $between) (local.get $list))\n    (func $sum",
            1,
        );
        let module = module(engine, &text);
        let mut store = Store::new(engine, None::<Instance>);
        let between = Func::wrap(&mut store, |mut caller: Caller<'_, Option<Instance>>| {
            caller.gc()?;
            let Some(instance) = caller.data_mut().take() else {
                return Ok(());
            };
            let sum = call_i32(&mut caller, instance, "deep", &[Val::I32(3)])?;
            assert_eq!(sum, 18);
            *caller.data_mut() = Some(instance);
            Ok::<_, Error>(())
        });
        let instance = Instance::new(&mut store, &module, &[between.into()]).expect("it fits");
        *store.data_mut() = Some(instance);
        let sum = call_i32(&mut store, instance, "deep", &[Val::I32(20)]);
        assert_eq!(sum.expect("it returns"), 120);
        let sum = call_i32(&mut store, instance, "stack", &[]);
        assert_eq!(sum.expect("it returns"), 46);
    });
}

#[test]
fn instances_share_objects() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let first = instantiate(&mut store, &list());
        let text = r#"(module
            (type $node (struct (field $value (mut i32)) (field $next (mut (ref null $node)))))
            (import "a" "list" (func $list (param i32) (result (ref null $node))))
            (import "a" "sum" (func $sum (param (ref null $node)) (result i32)))
            (import "a" "table" (table $table 10 (ref null $node)))
            (func (export "run") (param $n i32) (result i32)
                (local $a (ref null $node)) (local $b (ref null $node))
                (local.set $a (call $list (local.get $n)))
                (table.set $table (i32.const 0) (local.get $a))
                (local.set $b (struct.new $node (i32.const 100) (local.get $a)))
                (i32.add
                    (call $sum (local.get $b))
                    (call $sum (table.get $table (i32.const 0))))))"#;
        let module = module(engine, text);
        let imports: Vec<_> = ["list", "sum", "table"]
            .iter()
            .map(|name| first.get_export(&mut store, name).expect("it is exported"))
            .collect();
        let second = Instance::new(&mut store, &module, &imports).expect("it fits");
        for n in [1, 10, 500] {
            let sum = call_i32(&mut store, second, "run", &[Val::I32(n)]);
            assert_eq!(sum.expect("it returns"), 100 + n * (n + 1));
        }
    });
}

#[test]
fn a_suspended_guest_keeps_its_objects() {
    on_each_engine(|engine| {
        let text = list().replacen(
            "(module",
            r#"(module (import "host" "wait" (func $wait (result i32)))"#,
            1,
        );
        let text = text.replacen(
            "(func (export \"stack\")",
            r#"(func (export "waits") (result i32)
                (local $own (ref null $node))
                (local.set $own (call $list (i32.const 5)))
                (i32.add (call $wait) (call $sum (local.get $own))))
               (func (export "stack")"#,
            1,
        );
        let module = module(engine, &text);
        let mut store = Store::new(engine, ());
        let wait = Func::wrap(&mut store, || Err::<i32, _>(Error::msg("later")));
        let instance = Instance::new(&mut store, &module, &[wait.into()]).expect("it fits");
        let func = exported(&mut store, instance, "waits");
        let mut results = [Val::I32(0)];
        let started = func.call_resumable(&mut store, &[], &mut results);
        let suspended = match started.expect("it is suspended") {
            ResumableCall::Suspended(suspended) => suspended,
            ResumableCall::Finished => panic!("it waits"),
        };
        store.gc().expect("nothing is wrong");
        call(&mut store, instance, "rings", &[Val::I32(1000)]).expect("it returns");
        let resumed = suspended.resume(&mut store, &[Val::I32(1)], &mut results);
        assert!(matches!(resumed, Ok(ResumableCall::Finished)));
        assert_eq!(results[0].unwrap_i32(), 16);
    });
}

/// A value of the host's that is counted when it is dropped.
struct Counted {
    number: usize,
    dropped: Arc<AtomicUsize>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// The number of such a value.
fn number_of<'a>(store: impl Into<StoreContext<'a, ()>>, value: &Val) -> usize {
    let Val::ExternRef(Some(reference)) = value else {
        panic!("{value:?} is no value of the host's");
    };
    let value = reference.data(store).expect("it is there");
    value.downcast_ref::<Counted>().expect("it is one").number
}

#[test]
fn values_of_the_host_go_when_nothing_leads_to_them() {
    const KEPT: usize = 4;
    const MADE: usize = 10_000;
    on_each_engine(|engine| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let made = Arc::new(AtomicUsize::new(0));
        let mut store = Store::new(engine, ());
        let wat = "(module
            (import \"\" \"make\" (func $make (result externref)))
            (type $box (struct (field externref)))
            (table $table 1 externref)
            (global $global (mut externref) (ref.null extern))
            (global $box (mut (ref null $box)) (ref.null $box))
            (func (export \"keep\")
                (table.set $table (i32.const 0) (call $make))
                (global.set $global (call $make))
                (global.set $box (struct.new $box (call $make))))
            (func (export \"make\") (param $count i32) (result externref)
                (local $kept externref)
                (local.set $kept (call $make))
                (loop $again
                    (drop (call $make))
                    (br_if $again
                        (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
                (local.get $kept))
            (func (export \"get\") (result externref externref externref)
                (table.get $table (i32.const 0))
                (global.get $global)
                (struct.get $box 0 (global.get $box)))
            (func (export \"forget\")
                (table.set $table (i32.const 0) (ref.null extern))
                (global.set $global (ref.null extern))
                (global.set $box (ref.null $box))))";
        let make = {
            let (made, dropped) = (Arc::clone(&made), Arc::clone(&dropped));
            Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
                let number = made.fetch_add(1, Ordering::Relaxed);
                let dropped = Arc::clone(&dropped);
                ExternRef::new(&mut caller, Counted { number, dropped }).map(Some)
            })
        };
        let module = module(engine, wat);
        let instance = Instance::new(&mut store, &module, &[make.into()]).expect("it fits");
        call(&mut store, instance, "keep", &[]).expect("it returns");
        let args = [Val::I32(MADE as i32)];
        let first = call(&mut store, instance, "make", &args).expect("it returns");
        assert_eq!(number_of(&store, &first[0]), KEPT - 1);
        // Guests that make many get rid of them while they run.
        let gone = dropped.load(Ordering::Relaxed);
        assert!(gone > MADE / 2, "{gone} are dropped");

        // What is left is in use: by the table, the global, the structure and the handle.
        store.gc().expect("there is memory");
        let alive =
            |dropped: &AtomicUsize| made.load(Ordering::Relaxed) - dropped.load(Ordering::Relaxed);
        assert_eq!(alive(&dropped), KEPT);
        {
            let mut scope = RootScope::new(&mut store);
            let kept = call(&mut scope, instance, "get", &[]).expect("it returns");
            for (i, value) in kept.iter().enumerate() {
                assert_eq!(number_of(scope.as_context(), value), i);
            }
        }
        call(&mut store, instance, "forget", &[]).expect("it returns");
        store.gc().expect("there is memory");
        assert_eq!(alive(&dropped), 1);
        assert_eq!(number_of(&store, &first[0]), KEPT - 1);
        drop(store);
        assert_eq!(alive(&dropped), 0);
    });
}

#[test]
fn a_handle_of_a_value_of_the_host_ends_with_its_scope() {
    on_each_engine(|engine| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let counted = |number| Counted {
            number,
            dropped: Arc::clone(&dropped),
        };
        let mut store = Store::new(engine, ());
        let (ended, kept) = {
            let mut scope = RootScope::new(&mut store);
            let ended = ExternRef::new(&mut scope, counted(0)).expect("there is memory");
            let kept = ExternRef::new(&mut scope, counted(1)).expect("there is memory");
            let kept = OwnedRef::new(&mut scope, kept.to_any()).expect("there is memory");
            (ended, kept)
        };
        assert!(ended.data(&store).is_none());
        store.gc().expect("there is memory");
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
        // Another value in its place is not what the handle was for.
        let other = ExternRef::new(&mut store, counted(2)).expect("there is memory");
        assert!(ended.data(&store).is_none());
        assert!(!ExternRef::same(&store, &ended, &other));
        bad_argument(Global::new(
            &mut store,
            GlobalType::new(ValType::EXTERNREF, Mutability::Var),
            Val::ExternRef(Some(ended)),
        ));
        let kept = kept.get(&mut store).expect("there is memory").to_extern();
        assert_eq!(number_of(&store, &Val::ExternRef(Some(kept))), 1);
    });
}

#[test]
fn references_change_hierarchies() {
    on_each_engine(|engine| {
        let text = r#"(module
            (type $box (struct (field i32)))
            (func (export "out") (param i32) (result externref)
                (extern.convert_any (struct.new $box (local.get 0))))
            (func (export "in") (param externref) (result anyref)
                (any.convert_extern (local.get 0)))
            (func (export "get") (param externref) (result i32)
                (struct.get $box 0 (ref.cast (ref $box) (any.convert_extern (local.get 0))))))"#;
        let mut store = Store::new(engine, ());
        let instance = instantiate(&mut store, text);
        let boxed = call(&mut store, instance, "out", &[Val::I32(5)]).expect("it returns");
        let boxed = boxed[0].unwrap_extern_ref().expect("it is not null");
        assert!(boxed.data(&store).is_none());
        store.gc().expect("there is memory");
        let got = call_i32(&mut store, instance, "get", &[boxed.into()]);
        assert_eq!(got.expect("it returns"), 5);

        let host = ExternRef::new(&mut store, 42_u8).expect("there is memory");
        let inside = call(&mut store, instance, "in", &[host.into()]).expect("it returns");
        let inside = inside[0].unwrap_any_ref().expect("it is not null");
        assert_eq!(inside.heap_type(&store).expect("live"), HeapType::Any);
        assert!(ExternRef::same(&store, &inside.to_extern(), &host));
        let data = inside.to_extern();
        let data = data.data(&store).and_then(|data| data.downcast_ref::<u8>());
        assert_eq!(data, Some(&42));
        let got = call_i32(&mut store, instance, "get", &[host.into()]);
        assert_eq!(trap(got), Trap::CastFailure);
        let null = call(&mut store, instance, "in", &[Val::ExternRef(None)]).expect("it returns");
        assert!(null[0].unwrap_any_ref().is_none());
    });
}

#[test]
fn objects_of_the_host_have_the_types_of_guests() {
    on_each_engine(|engine| {
        let text = r#"(module
            (type $point (struct (field (mut i32)) (field (mut i64))))
            (func (export "x") (param (ref $point)) (result i32)
                (struct.get $point 0 (local.get 0)))
            (func (export "test") (param anyref) (result i32)
                (ref.test (ref $point) (local.get 0))))"#;
        let mut store = Store::new(engine, ());
        let instance = instantiate(&mut store, text);
        let val = StorageType::Val;
        let fields = [
            (val(ValType::I32), Mutability::Var),
            (val(ValType::I64), Mutability::Var),
        ];
        let point = structure(engine, &fields);
        let other = structure(engine, &fields[..1]);
        let made = StructRef::new(&mut store, point, &[Val::I32(3), Val::I64(4)]);
        let made = made.expect("it fits").to_any();
        let x = call_i32(&mut store, instance, "x", &[made.into()]);
        assert_eq!(x.expect("it returns"), 3);
        let no_point = StructRef::new(&mut store, other, &[Val::I32(3)]).expect("it fits");
        bad_argument(call(&mut store, instance, "x", &[no_point.into()]));
        for (value, expected) in [(made, 1), (no_point.to_any(), 0)] {
            let is = call_i32(&mut store, instance, "test", &[value.into()]);
            assert_eq!(is.expect("it returns"), expected);
        }
        // The same module twice has the same types.
        let again = Module::new(engine, text).expect("it is valid");
        let again = Instance::new(&mut store, &again, &[]).expect("it fits");
        let x = call_i32(&mut store, again, "x", &[made.into()]);
        assert_eq!(x.expect("it returns"), 3);
    });
}

#[test]
fn a_function_has_more_references_than_the_compiler_takes() {
    const LOCALS: usize = 6_000;
    on_each_engine_with(
        |_| (),
        |engine| {
            let mut wat = String::from("(module (func (export \"last\") (param externref)");
            wat += " (result externref) (local";
            wat += &" externref".repeat(LOCALS);
            wat += ")";
            for i in 0..2 * LOCALS {
                let local = i % LOCALS + 1;
                wat += &format!("(local.set {local} (local.get {}))", local - 1);
            }
            wat += &format!("(local.get {LOCALS})))");
            let mut store = Store::new(engine, ());
            let host = ExternRef::new(&mut store, 5_u8).expect("there is memory");
            let results = Module::new(engine, wat).and_then(|module| {
                let instance = Instance::new(&mut store, &module, &[])?;
                let args = [Val::ExternRef(Some(host))];
                call(&mut store, instance, "last", &args)
            });
            match results {
                Ok(results) => {
                    let Val::ExternRef(Some(last)) = &results[0] else {
                        panic!("{results:?} is no value of the host's");
                    };
                    assert!(ExternRef::same(&store, last, &host));
                }
                // There is no interpreter that could do it.
                Err(error) => assert!(matches!(error.kind(), ErrorKind::Limit(_)), "{error}"),
            }
        },
    );
}
