//! Opening modules, without a backend.

use super::build::{Source, Trust};
use super::*;
use crate::config::{CompilationMode, Config};
use crate::error::{Error, ErrorKind};
use crate::types::*;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn open_with(mode: CompilationMode, bytes: &[u8]) -> Result<ModuleIr, Error> {
    let mut config = Config::new();
    config.compilation(mode);
    ModuleIr::new(
        &config,
        &TypeRegistry::new(),
        Source::Borrowed(bytes),
        Trust::None,
    )
}

fn open(text: &str) -> ModuleIr {
    let module = open_with(CompilationMode::Lazy, &wat(text));
    module.unwrap_or_else(|error| panic!("{error}"))
}

fn refusal(bytes: &[u8]) -> Error {
    open_with(CompilationMode::Lazy, bytes).expect_err("the module is refused")
}

const ALL_MODES: [CompilationMode; 3] = [
    CompilationMode::Lazy,
    CompilationMode::FullyLazy,
    CompilationMode::Eager,
];

#[test]
fn branch_hints_are_found_and_wrong_ones_do_no_harm() {
    let hinted = wat(r#"(module (import "" "" (func)) (func) (func (param i32)
            (local.get 0) (@metadata.code.branch_hint "\01") (if (then))
            (block (local.get 0) (@metadata.code.branch_hint "\00") (br_if 0))))"#);
    let ir = open_with(CompilationMode::Lazy, &hinted).expect("it is valid");
    let hints: Vec<_> = (0..hinted.len() as u32)
        .filter_map(|at| Some((hinted[at as usize], ir.branch_hint(at)?)))
        .collect();
    // The opcodes of `if` and `br_if`.
    assert_eq!(hints, [(0x04, true), (0x0d, false)]);

    let mut config = Config::new();
    config.wasm_branch_hinting(false);
    let ir = ModuleIr::new(
        &config,
        &TypeRegistry::new(),
        Source::Borrowed(&hinted),
        Trust::None,
    );
    let ir = ir.expect("it is valid");
    assert!((0..hinted.len() as u32).all(|at| ir.branch_hint(at).is_none()));

    for at in ir.custom_sections[0].range.clone() {
        for byte in [0, 1, 2, 9, 0x7f, 0x80, 0xff] {
            let mut wrong = hinted.clone();
            wrong[at as usize] = byte;
            let ir = open_with(CompilationMode::Lazy, &wrong);
            let ir = ir.expect("custom sections are never invalid");
            for at in 0..wrong.len() as u32 {
                let _ = ir.branch_hint(at);
            }
        }
    }
}

#[test]
fn every_section_is_represented() {
    let bytes = wat(r#"(module $all
            (type $sig (func (param i32) (result i64)))
            (import "m" "f" (func $f (type $sig)))
            (import "m" "t" (table 1 2 externref))
            (import "m" "m" (memory i64 3))
            (import "m" "g" (global $g i32))
            (import "m" "e" (tag (param f32)))
            (func $h (type $sig) (i64.const 7))
            (func $start)
            (table $t i64 4 funcref)
            (table $init 1 (ref func) (ref.func $h))
            (memory $one 1 5)
            (global $v (mut v128) (v128.const i64x2 1 2))
            (global $sum i32 (i32.add (global.get $g) (i32.const 2)))
            (global (ref null $sig) (ref.null $sig))
            (tag (param i64))
            (export "h" (func $h))
            (export "one" (memory $one))
            (export "v" (global $v))
            (start $start)
            (elem (table $t) (i64.const 1) func $h $f)
            (elem declare func $start)
            (elem funcref (ref.null func) (ref.func $f))
            (data (memory $one) (i32.const 8) "active")
            (data "passive"))"#);
    let types = TypeRegistry::new();
    let module = ModuleIr::new(
        &Config::new(),
        &types,
        Source::Borrowed(&bytes),
        Trust::None,
    )
    .unwrap();
    assert_eq!(*module.bytes, *bytes);
    assert_eq!(module.name(), Some("all"));
    assert_eq!(
        (
            module.imported_funcs,
            module.imported_tables,
            module.imported_memories,
            module.imported_globals,
            module.imported_tags
        ),
        (1, 1, 1, 1, 1)
    );
    let names: Vec<_> = module
        .imports
        .iter()
        .map(|import| (&*import.module, &*import.name))
        .collect();
    assert_eq!(
        names,
        [("m", "f"), ("m", "t"), ("m", "m"), ("m", "g"), ("m", "e")]
    );
    assert_eq!(module.imports[4].entity, EntityIdx::Tag(TagIdx(0)));

    let sig = FuncType::new([ValType::I32], [ValType::I64]);
    assert_eq!(module.func_type(FuncIdx(0)), &sig);
    assert_eq!(module.func_type(FuncIdx(1)), &sig);
    assert_eq!(module.func_type_id(FuncIdx(0)), module.types[0].id);
    assert_eq!(module.body(DefinedFuncIdx(0)), [0, 0x42, 7, 0x0b]);
    assert_eq!(module.start, Some(FuncIdx(2)));

    let table = TableType {
        element: RefType::FUNCREF,
        minimum: 4,
        maximum: None,
        table64: true,
    };
    assert_eq!(
        module.table(TableIdx(0)),
        &TableType::new(RefType::EXTERNREF, 1, Some(2))
    );
    assert_eq!(module.table(TableIdx(1)), &table);
    assert_eq!(
        ops(module.tables[2].init.as_ref()),
        [ConstOp::RefFunc(FuncIdx(1))]
    );
    assert_eq!(module.memory(MemoryIdx(1)), &MemoryType::new(1, Some(5)));
    assert!(module.memory(MemoryIdx(0)).memory64);

    let v128 = GlobalType::new(ValType::V128, Mutability::Var);
    assert_eq!(module.global(GlobalIdx(1)), &v128);
    assert_eq!(
        ops(module.globals[1].init.as_ref()),
        [ConstOp::V128Const(2 << 64 | 1)]
    );
    assert_eq!(
        ops(module.globals[2].init.as_ref()),
        [
            ConstOp::GlobalGet(GlobalIdx(0)),
            ConstOp::I32Const(2),
            ConstOp::I32Add
        ]
    );
    let heap = HeapType::Concrete(module.types[0].id);
    assert_eq!(
        ops(module.globals[3].init.as_ref()),
        [ConstOp::RefNull(heap)]
    );
    assert!(module.globals[0].init.is_none());
    assert_eq!(module.tags.len(), 2);

    assert_eq!(module.export("one"), Some(EntityIdx::Memory(MemoryIdx(1))));
    assert_eq!(module.export("v"), Some(EntityIdx::Global(GlobalIdx(1))));
    assert_eq!(module.export("w"), None);
    assert_eq!(
        module.extern_type(&types, EntityIdx::Global(GlobalIdx(1))),
        ExternType::Global(v128)
    );
    let tag = TagType::new(FuncType::new([ValType::I64], []));
    assert_eq!(
        module.extern_type(&types, EntityIdx::Tag(TagIdx(1))),
        ExternType::Tag(tag)
    );

    let [active, declared, passive] = &*module.elements else {
        panic!("three segments")
    };
    assert!(
        matches!(&active.items, ElementItems::Funcs(funcs) if **funcs == [FuncIdx(1), FuncIdx(0)])
    );
    let ElementMode::Active {
        table: TableIdx(1),
        offset,
    } = &active.mode
    else {
        panic!("{:?}", active.mode)
    };
    assert_eq!(offset.ops(), [ConstOp::I64Const(1)]);
    assert!(matches!(declared.mode, ElementMode::Declared));
    assert!(matches!(passive.mode, ElementMode::Passive));
    assert_eq!(passive.ty, RefType::FUNCREF);
    let ElementItems::Exprs(exprs) = &passive.items else {
        panic!("{:?}", passive.items)
    };
    assert_eq!(exprs[0].ops(), [ConstOp::RefNull(HeapType::Func)]);

    assert_eq!(module.data_bytes(DataIdx(0)), b"active");
    assert_eq!(module.data_bytes(DataIdx(1)), b"passive");
    let (memory, offset) = module.data[0].active.as_ref().unwrap();
    assert_eq!(
        (*memory, offset.ops()),
        (MemoryIdx(1), &[ConstOp::I32Const(8)][..])
    );
    assert!(module.data[1].active.is_none());
    assert!(module.bodies_validated);
}

fn ops(expr: Option<&ConstExpr>) -> &[ConstOp] {
    expr.expect("there is an expression").ops()
}

#[test]
fn functions_escape_where_references_to_them_can_be_taken() {
    let text = r#"(module
        (import "" "" (func $imported))
        (func $exported (export "f"))
        (func $hidden (call $hidden))
        (func $started)
        (func $in_table) (func $in_elem_expr) (func $in_global) (func $in_declared)
        (func $in_table_init)
        (func $uses (drop (ref.func $in_declared)))
        (table $t 1 funcref)
        (table 1 funcref (ref.func $in_table_init))
        (elem (i32.const 0) $in_table $in_table $imported)
        (elem funcref (ref.func $in_elem_expr) (ref.null func))
        (elem declare func $in_declared)
        (global funcref (ref.func $in_global))
        (start $started))"#;
    for mode in ALL_MODES {
        let module = open_with(mode, &wat(text)).unwrap();
        let expected = [0, 3, 4, 5, 6, 7].map(DefinedFuncIdx);
        assert_eq!(*module.escaping, expected);
        assert_eq!(module.escaping_index(DefinedFuncIdx(4)), Some(2));
        assert_eq!(module.escaping_index(DefinedFuncIdx(1)), None);
    }
}

#[test]
fn types_are_the_same_in_all_modules_of_an_engine() {
    let registry = TypeRegistry::new();
    let open = |text: &str| {
        ModuleIr::new(
            &Config::new(),
            &registry,
            Source::Borrowed(&wat(text)),
            Trust::None,
        )
        .unwrap()
    };
    let a = open(
        "(module
            (type $f (func (param i32)))
            (rec (type $x (func (param (ref null $y)))) (type $y (struct (field (ref $x)))))
            (type $sub (sub (func)))
            (type (sub $sub (func))))",
    );
    let b = open(
        "(module
            (rec (type $x (func (param (ref null $y)))) (type $y (struct (field (ref $x)))))
            (rec)
            (type (array (mut i8)))
            (type (func (param i32))))",
    );
    assert_eq!(a.types[0].id, b.types[3].id);
    assert_eq!(a.types[1].id, b.types[0].id);
    assert_eq!(a.types[2].id, b.types[1].id);
    assert_eq!(
        registry
            .func_type(FuncType::new([ValType::I32], []))
            .unwrap(),
        a.types[0].id
    );
    assert!(registry.is_subtype(a.types[4].id, a.types[3].id));
    let ValType::Ref(param) = a.signature(TypeIdx(1)).params()[0] else {
        panic!("a reference")
    };
    assert_eq!(param.heap, HeapType::Concrete(a.types[2].id));
    let byte = FieldType {
        storage: StorageType::I8,
        mutability: Mutability::Var,
    };
    assert_eq!(*b.types[2].composite, CompositeType::Array(byte));
}

#[test]
fn shared_memories_are_told_apart() {
    let ir = open(
        r#"(module (import "" "" (memory 1 2 shared)) (memory 1 1)
            (func (drop (i32.atomic.load (i32.const 0)))))"#,
    );
    assert_eq!(
        ir.memory(MemoryIdx(0)),
        &MemoryType::new(1, Some(2)).shared(true)
    );
    assert_eq!(ir.memory(MemoryIdx(1)), &MemoryType::new(1, Some(1)));
    let mut config = Config::new();
    config.wasm_threads(false);
    for text in [
        "(module (memory 1 1 shared))",
        "(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))",
    ] {
        let error = ModuleIr::validate(&config, &wat(text)).unwrap_err();
        assert!(error.to_string().contains("threads"), "{error}");
    }
}

#[test]
fn constant_expressions_make_objects() {
    let text = "(module
        (type $s (struct (field i32))) (type $a (array i8))
        (global (ref i31) (ref.i31 (i32.const 1)))
        (global (ref $s) (struct.new $s (i32.const 2)))
        (global (ref $s) (struct.new_default $s))
        (global (ref $a) (array.new $a (i32.const 3) (i32.const 4)))
        (global (ref $a) (array.new_default $a (i32.const 5)))
        (global (ref $a) (array.new_fixed $a 2 (i32.const 6) (i32.const 7)))
        (global anyref (any.convert_extern (ref.null extern)))
        (global externref (extern.convert_any (ref.null any))))";
    let module = open_with(CompilationMode::Lazy, &wat(text)).unwrap();
    let last = |global: &super::ir::Global| *global.init.as_ref().unwrap().ops().last().unwrap();
    let (s, a) = (TypeIdx(0), TypeIdx(1));
    let expected = [
        ConstOp::RefI31,
        ConstOp::StructNew(s),
        ConstOp::StructNewDefault(s),
        ConstOp::ArrayNew(a),
        ConstOp::ArrayNewDefault(a),
        ConstOp::ArrayNewFixed(a, 2),
        ConstOp::AnyConvertExtern,
        ConstOp::ExternConvertAny,
    ];
    assert_eq!(
        module.globals.iter().map(last).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn invalid_modules_leave_no_types_behind() {
    let registry = TypeRegistry::new();
    let bytes = wat("(module (func (param i32) (result i32)))");
    assert!(
        ModuleIr::new(
            &Config::new(),
            &registry,
            Source::Borrowed(&bytes),
            Trust::None
        )
        .is_err()
    );
    assert_eq!(registry.get(TypeId(0)), None);
}

#[test]
fn lazy_bodies_are_validated_on_demand() {
    let bytes = wat(
        "(module (func) (func (result i32) (i64.const 0)) (func (param f32) (drop (local.get 1))))",
    );
    let eager = refusal(&bytes);
    let module = open_with(CompilationMode::FullyLazy, &bytes).unwrap();
    assert!(!module.bodies_validated);
    module.validate_body(DefinedFuncIdx(0)).unwrap();
    let late = module.validate_body(DefinedFuncIdx(1)).unwrap_err();
    assert_eq!(late.to_string(), eager.to_string());
    assert!(module.validate_body(DefinedFuncIdx(2)).is_err());
    module.validate_body(DefinedFuncIdx(0)).unwrap();
    let missing = module.validate_body(DefinedFuncIdx(3)).unwrap_err();
    assert!(matches!(missing.kind(), ErrorKind::BadArgument(_)));
    assert!(ModuleIr::validate(&Config::new(), &bytes).is_err());

    let trusted = ModuleIr::new(
        &Config::new(),
        &TypeRegistry::new(),
        Source::Borrowed(&bytes),
        Trust::Bodies,
    );
    assert!(trusted.unwrap().bodies_validated);
}

#[test]
fn modules_too_large_are_refused() {
    let mut config = Config::new();
    config.max_module_size(8);
    let open = |bytes: &[u8]| {
        ModuleIr::new(
            &config,
            &TypeRegistry::new(),
            Source::Borrowed(bytes),
            Trust::None,
        )
    };
    open(b"\0asm\x01\0\0\0").unwrap();
    let error = open(b"\0asm\x01\0\0\0\x01\x01\0").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit(_)));
}

#[test]
fn switched_off_proposals_are_invalid() {
    let bytes = wat("(module (memory i64 1))");
    let mut config = Config::new();
    config.wasm_memory64(false);
    let error = ModuleIr::new(
        &config,
        &TypeRegistry::new(),
        Source::Borrowed(&bytes),
        Trust::None,
    )
    .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
}

#[test]
fn what_is_no_module_is_invalid() {
    let component = b"\0asm\x0d\0\x01\0";
    for bytes in [
        &b""[..],
        b"\0",
        b"\0asm",
        b"\0asm\x01\0\0",
        b"\0asm\x02\0\0\0",
        component,
    ] {
        let error = refusal(bytes);
        assert!(
            matches!(error.kind(), ErrorKind::InvalidModule { .. }),
            "{bytes:?} {error}"
        );
    }
    assert!(refusal(component).to_string().contains("component"));
}

/// Counts that promise more than there is must not make room for it.
#[test]
fn promised_items_take_no_room() {
    for section in 1..=13 {
        // 4,000,000,000 items in 5 bytes.
        let bytes = [
            b"\0asm\x01\0\0\0",
            &[section, 5, 0x80, 0xd0, 0xac, 0xf3, 0x0e][..],
        ]
        .concat();
        let error = refusal(&bytes);
        assert!(
            matches!(error.kind(), ErrorKind::InvalidModule { .. }),
            "{section} {error}"
        );
    }
    // A recursion group of 1,000,000 types, and one more than there are.
    for group in [
        &b"\x01\x4e\xc0\x84\x3d\x60\0\0"[..],
        b"\x01\x4e\x02\x60\0\0",
    ] {
        let bytes = [b"\0asm\x01\0\0\0\x01", &[group.len() as u8][..], group].concat();
        let error = refusal(&bytes);
        assert!(
            matches!(error.kind(), ErrorKind::InvalidModule { .. }),
            "{error}"
        );
    }
}

/// What is quadratic in these counts takes minutes.
#[test]
fn large_modules_take_time_in_proportion() {
    const COUNT: usize = 100_000;
    let funcs = format!(
        "(module {} )",
        "(func (param i32) (result i32) local.get 0)".repeat(COUNT)
    );
    assert_eq!(open(&funcs).bodies.len(), COUNT);
    let data = format!(
        "(module (memory 1) {})",
        r#"(data (i32.const 1) "x")"#.repeat(COUNT)
    );
    assert_eq!(open(&data).data.len(), COUNT);
    let elems = format!(
        "(module (table 1 funcref) (func $f) {})",
        "(elem (i32.const 0) $f)".repeat(COUNT)
    );
    assert_eq!(open(&elems).elements.len(), COUNT);

    let list = |each: &dyn Fn(usize) -> String| (0..COUNT).map(each).collect::<String>();
    let exports = open(&format!(
        "(module (func $f) {})",
        list(&|i| format!("(export \"{i}\" (func $f))"))
    ));
    for i in 0..COUNT {
        assert_eq!(
            exports.export(&i.to_string()),
            Some(EntityIdx::Func(FuncIdx(0)))
        );
    }
    let imports = open(&format!(
        "(module {})",
        list(&|i| format!("(import \"m\" \"{i}\" (func))"))
    ));
    assert_eq!(imports.imports.len(), COUNT);
    let globals = open(&format!(
        "(module {})",
        "(global i32 (i32.const 1))".repeat(COUNT)
    ));
    assert_eq!(globals.globals.len(), COUNT);
    let names = open(&format!("(module {})", list(&|i| format!("(func $f{i})"))));
    for i in 0..COUNT {
        assert_eq!(names.func_name(FuncIdx(i as u32)), Some(&*format!("f{i}")));
    }
}

#[test]
fn custom_sections_are_kept_in_order() {
    let module = open(
        r#"(module (@custom "a" (before first) "1") (memory 1) (@custom "b" "2") (@custom "a" "3"))"#,
    );
    let sections: Vec<_> = module
        .custom_sections
        .iter()
        .map(|section| {
            let range = section.range.start as usize..section.range.end as usize;
            (&*section.name, &module.bytes[range])
        })
        .collect();
    assert_eq!(sections, [("a", &b"1"[..]), ("b", b"2"), ("a", b"3")]);

    let many = [&b"\0asm\x01\0\0\0"[..], &b"\0\x01\0".repeat(100_001)].concat();
    assert!(matches!(refusal(&many).kind(), ErrorKind::Limit(_)));
}
