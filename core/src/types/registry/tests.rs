//! Identities and matching.

use super::*;
use alloc::string::ToString as _;
use alloc::vec;

fn reference(id: TypeId) -> ValType {
    ValType::Ref(RefType {
        nullable: true,
        heap: HeapType::Concrete(id),
    })
}

fn func(params: &[ValType], results: &[ValType]) -> CompositeType {
    CompositeType::Func(FuncType::new(
        params.iter().copied(),
        results.iter().copied(),
    ))
}

fn field(ty: ValType, mutability: Mutability) -> FieldType {
    FieldType {
        storage: StorageType::Val(ty),
        mutability,
    }
}

fn open(supertype: Option<TypeId>, composite: CompositeType) -> SubType {
    SubType {
        is_final: false,
        supertype,
        composite,
    }
}

fn one(registry: &TypeRegistry, ty: SubType) -> TypeId {
    registry.rec_group(vec![ty]).unwrap().next().unwrap()
}

#[test]
fn function_types_are_equal_when_their_signatures_are() {
    let registry = TypeRegistry::new();
    let ty = || FuncType::new([ValType::I32, ValType::F64], [ValType::I64]);
    let id = registry.func_type(ty()).unwrap();
    assert_eq!(registry.func_type(ty()).unwrap(), id);
    let in_module = SubType {
        is_final: true,
        supertype: None,
        composite: CompositeType::Func(ty()),
    };
    assert_eq!(one(&registry, in_module.clone()), id);
    assert_ne!(
        one(
            &registry,
            SubType {
                is_final: false,
                ..in_module.clone()
            }
        ),
        id
    );
    assert_ne!(registry.func_type(FuncType::new([], [])).unwrap(), id);
    assert_eq!(registry.get(id).unwrap().as_func(), Some(&ty()));
    assert_eq!(registry.is_final(id), Some(true));

    // In a larger group the same type is another one.
    let ids: Vec<_> = registry
        .rec_group(vec![in_module.clone(), in_module])
        .unwrap()
        .collect();
    assert!(!ids.contains(&id));
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn recursive_groups_are_equal_when_they_have_the_same_shape() {
    let registry = TypeRegistry::new();
    let mutual = || {
        vec![
            open(None, func(&[reference(TypeId::in_group(1))], &[])),
            open(None, func(&[], &[reference(TypeId::in_group(0))])),
        ]
    };
    let first: Vec<_> = registry.rec_group(mutual()).unwrap().collect();
    registry
        .func_type(FuncType::new([ValType::F32], []))
        .unwrap();
    let second: Vec<_> = registry.rec_group(mutual()).unwrap().collect();
    assert_eq!(first, second);
    let composite = registry.get(first[0]).unwrap();
    assert_eq!(*composite, func(&[reference(first[1])], &[]));

    // The other way round it is another group.
    let mut reversed = mutual();
    reversed.reverse();
    assert_ne!(registry.rec_group(reversed).unwrap().next(), Some(first[0]));
}

#[test]
fn function_types_say_which_they_are() {
    let registry = TypeRegistry::new();
    let plain = FuncType::new([ValType::I32], []);
    let composite = || CompositeType::Func(plain.clone());
    let is_final = |supertype| SubType {
        is_final: true,
        ..open(supertype, composite())
    };
    let alone = one(&registry, is_final(None));
    let base = one(&registry, open(None, composite()));
    let sub = one(&registry, is_final(Some(base)));
    let group: Vec<_> = registry
        .rec_group(vec![is_final(None), is_final(None)])
        .unwrap()
        .collect();

    assert_eq!(FuncType::of(&registry, alone), Some(plain.clone()));
    assert_eq!(plain.type_id(), None);
    assert_eq!(registry.func_type(plain.clone()).unwrap(), alone);
    let others = [base, sub, group[0], group[1]];
    for (i, id) in others.into_iter().enumerate() {
        let ty = FuncType::of(&registry, id).expect("it is one of functions");
        assert_eq!(ty.type_id(), Some(id));
        assert_eq!((ty.params(), ty.results()), (plain.params(), &[][..]));
        assert_ne!(ty, plain);
        assert_eq!(ty.to_string(), format!("[i32] -> [] ({id})"));
        assert_eq!(registry.func_type(ty.clone()).unwrap(), id);
        for (j, other) in others.into_iter().enumerate() {
            assert_eq!(FuncType::of(&registry, other) == Some(ty.clone()), i == j);
        }
        // What defines a type says what it is, not the type that the signature was taken from.
        let copy = SubType {
            composite: CompositeType::Func(ty),
            ..is_final(None)
        };
        assert_eq!(one(&registry, copy), alone);
        assert_eq!(*registry.get(id).unwrap(), composite());
    }

    // A type that refers to itself is not the one that refers to it.
    let inside = one(
        &registry,
        SubType {
            is_final: true,
            ..open(None, func(&[reference(TypeId::in_group(0))], &[]))
        },
    );
    let outside = FuncType::new([reference(inside)], []);
    let inside_ty = FuncType::of(&registry, inside).expect("it is one of functions");
    assert_eq!(inside_ty.params(), outside.params());
    assert_ne!(inside_ty, outside);
    assert_eq!(registry.func_type(inside_ty).unwrap(), inside);
    assert_ne!(registry.func_type(outside).unwrap(), inside);

    let structure = one(&registry, open(None, CompositeType::Struct(Box::default())));
    assert_eq!(FuncType::of(&registry, structure), None);
    assert_eq!(FuncType::of(&registry, TypeId(1000)), None);
    assert_eq!(FuncType::of(&registry, TypeId::in_group(0)), None);
}

#[test]
fn function_types_of_another_registry_are_refused() {
    let (mine, other) = (TypeRegistry::new(), TypeRegistry::new());
    let types = [
        func(&[ValType::I32], &[]),
        func(&[ValType::I64], &[]),
        func(&[], &[ValType::I32]),
        func(&[], &[ValType::I64]),
    ];
    let foreign = types.map(|composite| {
        let id = one(&other, open(None, composite));
        FuncType::of(&other, id).expect("it is one of functions")
    });
    // Here the same numbers stand for a plain type, one with other results, a structure, and
    // nothing.
    mine.func_type(FuncType::new([ValType::I32], [])).unwrap();
    one(&mine, open(None, func(&[ValType::I64], &[ValType::I64])));
    one(&mine, open(None, CompositeType::Struct(Box::default())));
    for ty in foreign {
        let error = mine.func_type(ty).expect_err("it is another's");
        assert!(matches!(error.kind(), ErrorKind::BadArgument(_)), "{error}");
    }
}

#[test]
fn a_reference_from_outside_is_not_one_from_inside() {
    let registry = TypeRegistry::new();
    let inside = one(
        &registry,
        open(None, func(&[reference(TypeId::in_group(0))], &[])),
    );
    let outside = one(&registry, open(None, func(&[reference(inside)], &[])));
    assert_ne!(inside, outside);
    assert_eq!(
        one(&registry, open(None, func(&[reference(inside)], &[]))),
        outside
    );
}

#[test]
fn empty_groups_have_no_types() {
    let registry = TypeRegistry::new();
    assert_eq!(registry.rec_group(Vec::new()).unwrap().len(), 0);
    assert_eq!(registry.get(TypeId(0)), None);
}

#[test]
fn declared_subtypes_match_through_all_levels() {
    let registry = TypeRegistry::new();
    let mut chain = vec![one(&registry, open(None, func(&[], &[])))];
    for _ in 0..MAX_DEPTH {
        chain.push(one(&registry, open(chain.last().copied(), func(&[], &[]))));
    }
    for (i, &a) in chain.iter().enumerate() {
        for (j, &b) in chain.iter().enumerate() {
            assert_eq!(registry.is_subtype(a, b), i >= j, "{i} {j}");
        }
    }
    assert_eq!(registry.supertype(chain[2]), Some(chain[1]));
    assert_eq!(registry.supertype(chain[0]), None);
    let too_deep = registry.rec_group(vec![open(chain.last().copied(), func(&[], &[]))]);
    assert!(matches!(
        too_deep.err().unwrap().kind(),
        ErrorKind::Limit(_)
    ));

    let root = one(&registry, open(None, func(&[ValType::I32], &[])));
    let sibling = one(&registry, open(Some(root), func(&[ValType::I32], &[])));
    assert!(!registry.is_subtype(sibling, chain[0]));
    assert!(!registry.is_subtype(chain[5], root));
}

#[test]
fn supertypes_must_match() {
    let registry = TypeRegistry::new();
    let wide = open(None, func(&[ValType::FUNCREF], &[]));
    let wide = one(&registry, wide);
    let nullable = reference(wide);
    let refused = |ty: SubType| {
        let error = registry
            .rec_group(vec![ty])
            .err()
            .expect("it does not match");
        assert!(matches!(error.kind(), ErrorKind::BadArgument(_)), "{error}");
    };
    refused(open(Some(wide), func(&[nullable], &[])));
    refused(open(Some(wide), func(&[], &[])));
    refused(open(
        Some(wide),
        CompositeType::Array(field(ValType::I32, Mutability::Var)),
    ));
    // What was refused left nothing behind.
    let narrow = one(&registry, open(None, func(&[nullable], &[])));
    let sub = one(
        &registry,
        open(Some(narrow), func(&[ValType::FUNCREF], &[])),
    );
    assert!(registry.is_subtype(sub, narrow));

    let point = [
        field(ValType::I32, Mutability::Const),
        field(nullable, Mutability::Var),
    ];
    let base = one(
        &registry,
        open(None, CompositeType::Struct([point[0]].into())),
    );
    let sub = one(
        &registry,
        open(Some(base), CompositeType::Struct(point.into())),
    );
    assert!(registry.is_subtype(sub, base));
    refused(open(Some(base), CompositeType::Struct([point[1]].into())));

    let array = |ty, mutability| CompositeType::Array(field(ty, mutability));
    let readable = one(
        &registry,
        open(None, array(ValType::FUNCREF, Mutability::Const)),
    );
    one(
        &registry,
        open(Some(readable), array(nullable, Mutability::Const)),
    );
    let writable = one(
        &registry,
        open(None, array(ValType::FUNCREF, Mutability::Var)),
    );
    refused(open(Some(writable), array(nullable, Mutability::Var)));

    let last = registry.func_type(FuncType::new([], [])).unwrap();
    refused(open(Some(last), func(&[], &[])));
}

#[test]
fn references_must_lead_somewhere() {
    let registry = TypeRegistry::new();
    let refused = |group: Vec<SubType>| {
        let error = registry.rec_group(group).err().expect("it is refused");
        assert!(matches!(error.kind(), ErrorKind::BadArgument(_)), "{error}");
    };
    refused(vec![open(None, func(&[reference(TypeId(7))], &[]))]);
    refused(vec![open(
        None,
        func(&[reference(TypeId::in_group(1))], &[]),
    )]);
    refused(vec![open(Some(TypeId(0)), func(&[], &[]))]);
    refused(vec![open(Some(TypeId::in_group(0)), func(&[], &[]))]);
    refused(vec![
        open(Some(TypeId::in_group(1)), func(&[], &[])),
        open(None, func(&[], &[])),
    ]);
    assert!(!registry.is_subtype(TypeId(3), TypeId(4)));
    assert!(!registry.is_heap_subtype(HeapType::Concrete(TypeId(3)), HeapType::Any));
    assert!(!registry.is_heap_subtype(HeapType::None, HeapType::Concrete(TypeId::in_group(0))));
}

#[test]
fn heap_types_form_four_hierarchies() {
    use HeapType::{
        Any, Array, Concrete, Eq, Exn, Extern, Func, I31, NoExn, NoExtern, NoFunc, None as Bottom,
        Struct,
    };
    let registry = TypeRegistry::new();
    let function = Concrete(registry.func_type(FuncType::new([], [])).unwrap());
    let structure = Concrete(one(
        &registry,
        open(None, CompositeType::Struct(Box::default())),
    ));
    let array = field(ValType::I32, Mutability::Var);
    let array = Concrete(one(&registry, open(None, CompositeType::Array(array))));
    let all = [
        Func, NoFunc, function, Extern, NoExtern, Exn, NoExn, Any, Eq, I31, Struct, Array, Bottom,
        structure, array,
    ];
    let above = |ty: HeapType| -> Vec<HeapType> {
        match ty {
            NoFunc => vec![Func, function],
            NoExtern => vec![Extern],
            NoExn => vec![Exn],
            Bottom => vec![Any, Eq, I31, Struct, Array, structure, array],
            Eq => vec![Any],
            I31 | Struct | Array => vec![Any, Eq],
            ty if ty == function => vec![Func],
            ty if ty == structure => vec![Any, Eq, Struct],
            ty if ty == array => vec![Any, Eq, Array],
            _ => vec![],
        }
    };
    for sub in all {
        for sup in all {
            let expected = sub == sup || above(sub).contains(&sup);
            assert_eq!(registry.is_heap_subtype(sub, sup), expected, "{sub} {sup}");
        }
    }
}

#[test]
fn null_only_where_it_is_allowed() {
    let registry = TypeRegistry::new();
    let ty = |nullable, heap| RefType { nullable, heap };
    assert!(registry.is_ref_subtype(ty(false, HeapType::NoFunc), RefType::FUNCREF));
    assert!(!registry.is_ref_subtype(RefType::FUNCREF, ty(false, HeapType::Func)));
    assert!(registry.is_val_subtype(ValType::I32, ValType::I32));
    assert!(!registry.is_val_subtype(ValType::I32, ValType::I64));
    assert!(!registry.is_val_subtype(ValType::V128, ValType::FUNCREF));
    assert!(registry.is_val_subtype(
        ValType::Ref(ty(true, HeapType::NoExtern)),
        ValType::EXTERNREF
    ));
}

#[test]
fn many_types_take_time_in_proportion() {
    let registry = TypeRegistry::new();
    let ty = |n: u32| {
        let bits = (0..20).map(move |bit| {
            if n >> bit & 1 == 0 {
                ValType::I32
            } else {
                ValType::I64
            }
        });
        FuncType::new(bits, [])
    };
    for round in 0..2 {
        for n in 0..50_000 {
            assert_eq!(registry.func_type(ty(n)).unwrap(), TypeId(n), "{round}");
        }
    }
}

#[test]
fn the_number_of_types_is_limited() {
    let registry = TypeRegistry::new();
    let ty = open(None, func(&[], &[]));
    let error = registry
        .rec_group(vec![ty; MAX_TYPES + 1])
        .err()
        .expect("too many types");
    assert!(matches!(error.kind(), ErrorKind::Limit(_)), "{error}");
    assert_eq!(registry.get(TypeId(0)), None);
    registry.func_type(FuncType::new([], [])).unwrap();
}
