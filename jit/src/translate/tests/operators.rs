//! Every operator compiles in every mode, and becomes what it should.

use super::{binary, compile, count, first, module, plain};
use crate::settings::{Settings, Traps};
use cranelift_codegen::ir::Opcode;

/// A module with one function for each operator that takes operands of one type and leaves one
/// result.
fn numeric(operators: &[(&str, usize, &str, &str)]) {
    let mut text = String::from("(module ");
    for (names, arity, operand, result) in operators {
        for name in names.split_whitespace() {
            let params = format!(" {operand}").repeat(*arity);
            let gets: String = (0..*arity).map(|i| format!("(local.get {i})")).collect();
            text += &format!("(func (param{params}) (result {result}) {gets} ({name}))\n");
        }
    }
    text.push(')');
    compile(&module(&text));
}

const INT_BINARY: &str = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";
const INT_COMPARE: &str = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const FLOAT_BINARY: &str = "add sub mul div min max copysign";
const FLOAT_COMPARE: &str = "eq ne lt gt le ge";
const FLOAT_UNARY: &str = "abs neg ceil floor trunc nearest sqrt";

fn named(ty: &str, names: &str) -> String {
    names
        .split_whitespace()
        .map(|name| format!("{ty}.{name} "))
        .collect()
}

#[test]
fn integers() {
    for ty in ["i32", "i64"] {
        numeric(&[
            (&named(ty, INT_BINARY), 2, ty, ty),
            (&named(ty, INT_COMPARE), 2, ty, "i32"),
            (&named(ty, "eqz"), 1, ty, "i32"),
            (&named(ty, "clz ctz popcnt extend8_s extend16_s"), 1, ty, ty),
        ]);
    }
    numeric(&[("i64.extend32_s", 1, "i64", "i64")]);
}

#[test]
fn floats() {
    for ty in ["f32", "f64"] {
        numeric(&[
            (&named(ty, FLOAT_BINARY), 2, ty, ty),
            (&named(ty, FLOAT_COMPARE), 2, ty, "i32"),
            (&named(ty, FLOAT_UNARY), 1, ty, ty),
        ]);
    }
}

#[test]
fn conversions() {
    for int in ["i32", "i64"] {
        for float in ["f32", "f64"] {
            let truncations = format!(
                "{int}.trunc_{float}_s {int}.trunc_{float}_u \
                 {int}.trunc_sat_{float}_s {int}.trunc_sat_{float}_u"
            );
            let conversions = format!("{float}.convert_{int}_s {float}.convert_{int}_u");
            numeric(&[(&truncations, 1, float, int), (&conversions, 1, int, float)]);
        }
    }
    numeric(&[
        ("i32.wrap_i64", 1, "i64", "i32"),
        ("i64.extend_i32_s i64.extend_i32_u", 1, "i32", "i64"),
        ("f32.demote_f64", 1, "f64", "f32"),
        ("f64.promote_f32", 1, "f32", "f64"),
        ("i32.reinterpret_f32", 1, "f32", "i32"),
        ("i64.reinterpret_f64", 1, "f64", "i64"),
        ("f32.reinterpret_i32", 1, "i32", "f32"),
        ("f64.reinterpret_i64", 1, "i64", "f64"),
    ]);
}

#[test]
fn divisions_by_constants() {
    compile(&module(
        "(module
            (func (param i32) (result i32) (i32.div_s (local.get 0) (i32.const 0)))
            (func (param i32) (result i32) (i32.div_s (local.get 0) (i32.const -1)))
            (func (param i32) (result i32) (i32.div_s (local.get 0) (i32.const 7)))
            (func (param i64) (result i64) (i64.rem_s (local.get 0) (i64.const -1)))
            (func (param i64) (result i64) (i64.rem_u (local.get 0) (i64.const 10)))
            (func (result i32) (i32.div_s (i32.const -2147483648) (i32.const -1)))
            (func (result i32) (i32.div_u (i32.const 1) (i32.const 0)))
            (func (result i32) (i32.trunc_f64_s (f64.const nan)))
            (func (result i64) (i64.trunc_f32_u (f32.const 1e30))))",
    ));
}

#[test]
fn loads_and_stores() {
    let loads = [
        ("i32", "load load8_s load8_u load16_s load16_u"),
        (
            "i64",
            "load load8_s load8_u load16_s load16_u load32_s load32_u",
        ),
        ("f32", "load"),
        ("f64", "load"),
    ];
    let stores = [
        ("i32", "store store8 store16"),
        ("i64", "store store8 store16 store32"),
        ("f32", "store"),
        ("f64", "store"),
    ];
    let memories = [
        ("(memory 1)", "i32", "4294967295"),
        ("(memory 0)", "i32", "8"),
        ("(memory 1 (pagesize 1))", "i32", "65536"),
        ("(memory i64 1)", "i64", "0xffffffffffffffff"),
        ("(memory i64 1)", "i64", "0xfffffffffff"),
        ("(memory i64 0)", "i64", "100"),
    ];
    for (memory, index, offset) in memories {
        let mut text = String::from("(module (memory 1)");
        text += memory;
        for at in ["0", "1"] {
            let index = if at == "0" { "i32" } else { index };
            let offset = if at == "0" { "16" } else { offset };
            for (ty, names) in loads {
                for name in names.split_whitespace() {
                    text += &format!(
                        "(func (param {index}) (result {ty})
                            ({ty}.{name} {at} offset={offset} (local.get 0)))
                         (func (result {ty})
                            ({ty}.{name} {at} offset={offset} ({index}.const 65530)))"
                    );
                }
            }
            for (ty, names) in stores {
                for name in names.split_whitespace() {
                    text += &format!(
                        "(func (param {index} {ty})
                            ({ty}.{name} {at} offset={offset} (local.get 0) (local.get 1))
                            ({ty}.{name} {at} (local.get 0) (local.get 1)))"
                    );
                }
            }
        }
        text.push(')');
        compile(&module(&text));
    }
}

#[test]
fn bulk_operations_and_growth() {
    for (index, second) in [("i32", ""), ("i64", "i64")] {
        compile(&module(&format!(
            "(module
                (memory $m 1) (memory $n {second} 1)
                (table $t 1 funcref) (table $u {second} 1 funcref)
                (data $d \"abc\") (elem $e func $f)
                (func $f (param $a i32) (param $x {index}) (param $r funcref) (result i32)
                    (memory.fill $m (local.get $a) (local.get $a) (local.get $a))
                    (memory.fill $n (local.get $x) (local.get $a) (local.get $x))
                    (memory.copy $m $n (local.get $a) (local.get $x) (local.get $a))
                    (memory.copy $n $m (local.get $x) (local.get $a) (local.get $a))
                    (memory.copy $n $n (local.get $x) (local.get $x) (local.get $x))
                    (memory.init $n $d (local.get $x) (local.get $a) (local.get $a))
                    (data.drop $d)
                    (table.fill $u (local.get $x) (local.get $r) (local.get $x))
                    (table.copy $t $u (local.get $a) (local.get $x) (local.get $a))
                    (table.copy $u $u (local.get $x) (local.get $x) (local.get $x))
                    (table.init $u $e (local.get $x) (local.get $a) (local.get $a))
                    (elem.drop $e)
                    (table.set $u (local.get $x) (table.get $t (local.get $a)))
                    (table.set $t (local.get $a) (table.get $u (local.get $x)))
                    (drop (memory.grow $n (memory.size $n)))
                    (drop (table.grow $u (ref.func $f) (table.size $u)))
                    (drop (table.grow $t (ref.null func) (table.size $t)))
                    (memory.grow $m (memory.size $m))))"
        )));
    }
}

#[test]
fn globals() {
    let mut text = String::from(
        "(module
            (import \"a\" \"g\" (global $imported (mut i64)))
            (import \"a\" \"h\" (global $fixed i32))",
    );
    for (ty, value) in [
        ("i32", "(i32.const 1)"),
        ("i64", "(i64.const 1)"),
        ("f32", "(f32.const 1)"),
        ("f64", "(f64.const 1)"),
        ("funcref", "(ref.null func)"),
        ("externref", "(ref.null extern)"),
    ] {
        text += &format!(
            "(global ${ty} (mut {ty}) {value})
             (func (param {ty}) (result {ty})
                (global.set ${ty} (local.get 0)) (global.get ${ty}))"
        );
    }
    text += "(func (result i64)
                (global.set $imported (i64.extend_i32_u (global.get $fixed)))
                (global.get $imported)))";
    compile(&module(&text));
}

#[test]
fn locals_have_every_type_and_begin_as_zero() {
    compile(&module(
        "(module (func (param i32 f64)
            (result i32 i64 f32 f64 funcref externref i32 f64)
            (local i32 i32 i64 f32 f64 funcref externref i32)
            (local.set 2 (local.tee 3 (local.get 0)))
            (local.get 3) (local.get 4) (local.get 5) (local.get 6)
            (local.get 7) (local.get 8) (local.get 9) (local.get 1)))",
    ));
}

#[test]
fn a_comparison_is_branched_on_itself() {
    let func = first(
        "(module (func (param i32 i32) (result i32)
            (if (i32.lt_s (local.get 0) (local.get 1)) (then (return (i32.const 1))))
            (block (br_if 0 (i32.eqz (i32.ge_u (local.get 0) (local.get 1)))))
            (select (i32.const 1) (i32.const 2) (i32.eq (local.get 0) (local.get 1)))))",
        &plain(Traps::Signals),
    );
    assert_eq!(count(&func, Opcode::Icmp), 4, "{func}");
    for inst in super::instructions(&func) {
        let condition = match inst.opcode() {
            Opcode::Brif | Opcode::Select => inst.arguments(&func.dfg.value_lists)[0],
            _ => continue,
        };
        let ty = func.dfg.value_type(condition);
        assert_eq!(ty, cranelift_codegen::ir::types::I8, "{func}");
    }
}

#[test]
fn an_index_is_checked_once_and_again_where_control_joins() {
    let checks = |body: &str| {
        let text = format!("(module (memory 1) (func (param i32) {body}))");
        count(&first(&text, &plain(Traps::Signals)), Opcode::Trapnz)
    };
    let load = "(drop (i32.load offset=4 (local.get 0)))";
    let lower = "(drop (i64.load (local.get 0)))";
    let higher = "(drop (i64.load offset=8 (local.get 0)))";
    assert_eq!(checks(&format!("{load}{load}{lower}")), 1);
    assert_eq!(checks(&format!("{load}{higher}")), 2);
    assert_eq!(
        checks(&format!("{load}(if (local.get 0) (then {load}))")),
        1
    );
    assert_eq!(
        checks(&format!(
            "(if (local.get 0) (then {load}) (else {load})){load}"
        )),
        3
    );
    // In a loop, a local is another value until the loop's end is known.
    assert_eq!(
        checks(&format!(
            "{load}(loop {load}{load} (br_if 0 (local.get 0)))"
        )),
        2
    );
    assert_eq!(
        checks(&format!("{load}(local.set 0 (i32.const 100000)){load}")),
        2
    );
    // What the memory always has is not checked.
    assert_eq!(checks("(drop (i32.load (i32.const 65532)))"), 0);
    assert_eq!(checks("(drop (i32.load (i32.const 65533)))"), 1);
}

#[test]
fn guarded_memories_are_not_checked() {
    let settings = Settings {
        guarded: true,
        ..plain(Traps::Signals)
    };
    let text = |memory: &str, index: &str| {
        format!(
            "(module (memory {memory} 1)
                (func (param {index}) (result i32) (i32.load offset=4 (local.get 0))))"
        )
    };
    let checks = |text: &str| count(&first(text, &settings), Opcode::Trapnz);
    assert_eq!(checks(&text("", "i32")), 0);
    assert_eq!(checks(&text("i64", "i64")), 1);
    let small = "(module (memory 1 (pagesize 1))
        (func (param i32) (result i32) (i32.load offset=4 (local.get 0))))";
    assert_eq!(checks(small), 1);
}

#[test]
fn atomic_operators() {
    let mut funcs = String::new();
    for (ty, widths) in [
        ("i32", &["", "8", "16"][..]),
        ("i64", &["", "8", "16", "32"]),
    ] {
        for width in widths {
            let suffix = if width.is_empty() { "" } else { "_u" };
            let value = format!("({ty}.const 3)");
            let mut add = |operator: &str, operands: &str| {
                for memory in ["$plain", "$shared", "$wide offset=0x100000000"] {
                    let index = if memory.starts_with("$wide") { 2 } else { 1 };
                    funcs += &format!("({operator} {memory} (local.get {index}) {operands})\n");
                }
            };
            add(&format!("drop ({ty}.atomic.load{width}{suffix}"), ")");
            add(&format!("{ty}.atomic.store{width}"), &value);
            for kind in ["add", "sub", "and", "or", "xor", "xchg"] {
                let operator = format!("drop ({ty}.atomic.rmw{width}.{kind}{suffix}");
                add(&operator, &format!("{value})"));
            }
            let operator = format!("drop ({ty}.atomic.rmw{width}.cmpxchg{suffix}");
            add(&operator, &format!("{value} {value})"));
        }
        let bits = &ty[1..];
        for memory in ["$plain offset=3", "$shared"] {
            funcs += &format!(
                "(drop (memory.atomic.wait{bits} {memory}
                    (local.get 1) ({ty}.const 0) (i64.const -1)))\n"
            );
        }
    }
    let text = format!(
        "(module
            (memory $plain 1) (memory $shared 1 5 shared) (memory $wide i64 1 5 shared)
            (func (param externref i32 i64) (result externref)
                {funcs}
                (drop (memory.atomic.notify $wide (local.get 2) (i32.const 1)))
                (atomic.fence)
                (local.get 0)))"
    );
    compile(&module(&text));
}

#[test]
fn bytes_are_always_aligned() {
    let traps = |width: &str| {
        let text = format!(
            "(module (memory 1) (func (param i32) (result i32)
                (i32.atomic.load{width} (local.get 0))))"
        );
        let settings = Settings {
            guarded: true,
            ..plain(Traps::Signals)
        };
        count(&first(&text, &settings), Opcode::Trapnz)
    };
    assert_eq!((traps("8_u"), traps("16_u"), traps("")), (0, 1, 1));
}

#[test]
fn what_is_not_reached_is_not_refused() {
    compile(&module(
        "(module (func (result i32)
            (return (i32.const 1))
            (block (loop (if (i32.const 1) (then (nop)) (else (nop)))))
            (i32x4.extract_lane 0 (i32x4.splat (i32.const 1)))
            (atomic.fence)
            (ref.i31 (i32.const 1)) (drop)))",
    ));
}

#[test]
fn the_empty_module_has_nothing_to_compile() {
    compile(&binary(b"\0asm\x01\0\0\0"));
}
