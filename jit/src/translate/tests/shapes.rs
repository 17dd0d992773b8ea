//! Every shape of control and of calls compiles in every mode.

use super::{compile, count, first, module, plain};
use crate::settings::Traps;
use cranelift_codegen::ir::{InstructionData, Opcode};
use std::fmt::Write;

/// Compiles a function of two integers to one.
fn body(body: &str) {
    compile(&module(&format!(
        "(module
            (type $pair (func (param i32 i64) (result i32 i64)))
            (type $swap (func (param i32 i64) (result i64 i32)))
            (func (param i32 i32) (result i32) (local i64) {body})
            (func $pair (type $pair) (local.get 0) (local.get 1)))"
    )));
}

#[test]
fn blocks() {
    body("(block) (block (nop)) (local.get 0)");
    body("(block (result i32) (local.get 0))");
    body("(block (result i32) (br 0 (local.get 0)))");
    body("(block (result i32) (drop (br_if 0 (local.get 0) (local.get 1))) (local.get 1))");
    body("(block (block (br 1)) (call $pair (i32.const 1) (i64.const 2)) drop drop) (local.get 0)");
    body("(local.get 0) (i64.const 1) (block (type $pair) (br_if 0 (local.get 1))) drop");
    body(
        "(local.get 0) (i64.const 1) (block (type $swap) drop drop (i64.const 1) (i32.const 2)
            (br 0)) return",
    );
}

#[test]
fn loops() {
    body("(loop) (local.get 0)");
    body(
        "(loop (br_if 0 (i32.eqz (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
          (local.get 0)",
    );
    body("(loop (result i32) (br_if 0 (local.get 0)) (local.get 1))");
    body("(loop (br 0)) (unreachable)");
    body("(loop $a (loop $b (br_if $a (local.get 0)) (br_if $b (local.get 1)))) (local.get 0)");
    body(
        "(local.get 0) (i64.const 3)
          (loop (type $pair) (local.set 2) (i64.const 4) (br_if 0 (local.get 1))) drop",
    );
    body("(loop (unreachable)) (local.get 0)");
    body("(loop (if (local.get 0) (then (br 1)) (else (return (i32.const 3))))) (i32.const 1)");
}

#[test]
fn what_is_unlikely_is_out_of_the_way() {
    let cold = |hint: &str, branch: &str| {
        let hint = match hint {
            "" => String::new(),
            hint => format!(r#"(@metadata.code.branch_hint "{hint}")"#),
        };
        let text = format!(
            "(module (func (param i32) (result i32)
                (block $out (local.get 0) {hint} {branch} (return (i32.const 5)))
                (i32.const 7)))"
        );
        let func = first(&text, &plain(Traps::Signals));
        let blocks: Vec<_> = func.layout.blocks().collect();
        let cold = blocks.iter().filter(|block| func.layout.is_cold(**block));
        // What a cold block returns.
        let constants = cold.flat_map(|block| func.layout.block_insts(*block));
        let constants = constants.filter_map(|inst| match &func.dfg.insts[inst] {
            InstructionData::UnaryImm { imm, .. } => Some(imm.bits()),
            _ => None,
        });
        constants.collect::<Vec<_>>()
    };
    let (if_, br_if) = ("if (return (i32.const 3)) end", "br_if $out");
    assert_eq!(cold("", if_), []);
    assert_eq!(cold("\\00", if_), [3]);
    assert_eq!(cold("\\01", if_), [5]);
    assert_eq!(cold("", br_if), []);
    assert_eq!(cold("\\00", br_if), []);
    assert_eq!(cold("\\01", br_if), [5]);
}

#[test]
fn ifs() {
    body("(if (local.get 0) (then)) (local.get 1)");
    body("(if (local.get 0) (then (br 0))) (local.get 1)");
    body(
        "(if (local.get 0) (then (br_if 0 (local.get 1)) (local.set 0 (i32.const 1))))
          (local.get 0)",
    );
    body("(if (local.get 0) (then unreachable)) (local.get 1)");
    body("(if (local.get 0) (then (br 0)) (else (br 0))) (local.get 1)");
    body("(if (local.get 0) (then unreachable) (else unreachable)) (local.get 1)");
    body("(if (local.get 0) (then unreachable) (else (local.set 0 (i32.const 1)))) (local.get 0)");
    body("(if (local.get 0) (then (local.set 0 (i32.const 1))) (else unreachable)) (local.get 0)");
    body("(if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2)))");
    body("(if (result i32) (local.get 0) (then (br 0 (i32.const 1))) (else (local.get 1)))");
    body(
        "(local.get 0) (i64.const 1)
          (if (type $pair) (local.get 1) (then)) drop",
    );
    body(
        "(local.get 0) (i64.const 1)
          (if (type $pair) (local.get 1) (then (br_if 0 (local.get 0)) (br 0))) drop",
    );
    body(
        "(local.get 0) (i64.const 1)
          (if (type $pair) (local.get 1) (then unreachable)) drop",
    );
    body(
        "(local.get 0) (i64.const 1)
          (if (type $swap) (local.get 1)
            (then drop drop (i64.const 1) (i32.const 1))
            (else (local.set 2) (local.set 0) (i64.const 3) (local.get 0)))
          return",
    );
    body(
        "(i32.const 9) (local.get 0) (i64.const 1)
          (if (type $swap) (local.get 1)
            (then unreachable)
            (else drop drop (i64.const 3) (local.get 0)))
          (local.set 0) drop (local.get 0) i32.add",
    );
    // The parameters are kept for the other way, whatever became of them in the first.
    body(
        "(local.get 0) (i64.const 1)
          (if (type $pair) (local.get 1) (then unreachable) (else)) drop",
    );
}

#[test]
fn branch_tables() {
    body("(block (block (br_table 0 1 (local.get 0))) (return (i32.const 1))) (i32.const 2)");
    body("(block (br_table 0 (local.get 0))) (local.get 1)");
    body("(block (result i32) (br_table 0 1 0 1 (local.get 1) (local.get 0)))");
    body("(loop (block (br_table 0 1 1 0 (local.get 0)))) (local.get 1)");
    body(
        "(block (block (result i32)
            (br_table 0 0 0 (local.get 1) (local.get 0))) (return)) (i32.const 1)",
    );
    // Loops that take values, and the same loop more than once.
    body(
        "(local.get 0) (i64.const 1)
          (loop (type $pair)
            (block (type $pair) (br_table 0 1 0 1 1 (local.get 1))))
          drop",
    );
    // Tables in a row with the same targets.
    body(
        "(block (result i32)
            (block (result i32) (br_table 0 1 0 (local.get 1) (local.get 0)))
            (br_table 0 1 0 (local.get 0)))",
    );
}

#[test]
fn branches_on_references() {
    compile(&module(
        "(module
            (type $f (func (param i32) (result i32)))
            (func (param (ref null $f) i32) (result i32)
                (block (result i32)
                    (local.get 1)
                    (br_on_null 0 (local.get 0))
                    (call_ref $f)))
            (func (param funcref) (result i32)
                (block (result (ref func))
                    (br_on_non_null 0 (local.get 0))
                    (return (i32.const 0)))
                (ref.is_null))
            (func (param funcref) (loop (drop (br_on_null 0 (local.get 0)))))
            (func (param funcref) (result (ref func)) (ref.as_non_null (local.get 0)))
            (func (param (ref null $f)) (result (ref null $f))
                (block (result (ref $f)) (br_on_non_null 1 (local.get 0)) (ref.null $f) (return))))",
    ));
}

#[test]
fn code_that_is_not_reached() {
    body("unreachable");
    body("(return (local.get 0)) (i32.add)");
    body("(block (br 0) (loop (if (i32.const 1) (then (br 2)) (else (br 0))))) (local.get 0)");
    body("(block (unreachable) (block (block (br 2)))) (local.get 0)");
    body(
        "(if (local.get 0) (then (return (i32.const 1)) (if (i32.const 1) (then) (else)))
          (else (nop))) (local.get 0)",
    );
}

#[test]
fn functions_that_are_branched_out_of() {
    body("(br 0 (local.get 0))");
    body("(br_if 0 (local.get 0) (local.get 1))");
    body("(drop (br_if 0 (local.get 0) (local.get 1))) unreachable");
    body("(block (br_table 1 1 (local.get 0) (local.get 1))) unreachable");
    body("(block (result i32) (br_table 0 1 (i32.const 1) (local.get 1)))");
}

#[test]
fn calls() {
    compile(&module(
        "(module
            (type $t (func (param i32 i64 f32 f64 funcref) (result f64)))
            (type $g (func (result i32)))
            (import \"a\" \"f\" (func $imported (type $t)))
            (table $any 3 funcref) (table $typed 3 (ref null $g))
            (table $far i64 3 funcref)
            (elem declare func $imported $own)
            (func $own (type $t)
                (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
                (call $imported) (local.set 3)
                (local.get 0) (local.get 1) (local.get 2) (local.get 3) (ref.func $own)
                (call $own) (local.set 3)
                (local.get 0) (local.get 1) (local.get 2) (local.get 3) (ref.func $imported)
                (call_indirect $any (type $t) (local.get 0)) (local.set 3)
                (local.get 0) (local.get 1) (local.get 2) (local.get 3) (ref.null func)
                (call_ref $t (ref.func $own)))
            (func (param i32) (result i32)
                (i32.add (call_indirect $typed (type $g) (local.get 0))
                    (call_indirect $far (type $g) (i64.extend_i32_u (local.get 0)))))
            (func (type $t)
                (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
                (return_call $imported))
            (func (type $t)
                (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
                (return_call $own))
            (func (type $t)
                (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
                (return_call_indirect $any (type $t) (local.get 0)))
            (func (param (ref null $g)) (result i32) (return_call_ref $g (local.get 0))))",
    ));
}

#[test]
fn results_in_memory() {
    let many = "i32 i64 f32 f64 funcref i32 i64 i32 i32 i32 i32";
    let floats = "f32 f32 f64 f32 f32 f32 f32 f64 f32 i32";
    for results in [many, floats] {
        let values: String = results
            .split(' ')
            .map(|ty| match ty {
                "funcref" => "(ref.null func)".into(),
                ty => format!("({ty}.const 5)"),
            })
            .collect();
        let drops = "drop ".repeat(results.split(' ').count());
        compile(&module(&format!(
            "(module
                (type $t (func (param i32) (result {results})))
                (import \"a\" \"f\" (func $imported (type $t)))
                (table 1 funcref)
                (func $own (type $t) {values})
                (func (type $t) (return_call $own (local.get 0)))
                (func (type $t) (return_call $imported (local.get 0)))
                (func (type $t) (call $own (local.get 0)))
                (func (type $t) (call_indirect (type $t) (local.get 0) (local.get 0)))
                (func (type $t) {values} (br_if 0 (local.get 0)))
                (func (param i32) (result i32)
                    (call $imported (local.get 0)) {drops} (local.get 0)))"
        )));
    }
}

#[test]
fn selection() {
    for ty in ["i32", "i64", "f32", "f64"] {
        compile(&module(&format!(
            "(module (func (param {ty} {ty} i32) (result {ty})
                (select (local.get 0) (local.get 1) (local.get 2))))"
        )));
    }
    for ty in ["funcref", "externref", "i32", "f64"] {
        compile(&module(&format!(
            "(module (func (param {ty} {ty} i32) (result {ty})
                (select (result {ty}) (local.get 0) (local.get 1) (local.get 2))))"
        )));
    }
}

#[test]
fn interruption_is_looked_for_at_functions_and_loops() {
    let settings = crate::settings::Settings {
        interruption: true,
        ..plain(Traps::Signals)
    };
    let text = "(module (func (param i32) (loop (loop (br_if 1 (local.get 0)))) (block)))";
    assert_eq!(count(&first(text, &settings), Opcode::AtomicLoad), 3);
    assert_eq!(
        count(&first(text, &plain(Traps::Signals)), Opcode::AtomicLoad),
        0
    );
}

#[test]
fn nesting_is_as_deep_as_one_likes() {
    let depth = 20_000;
    let mut text = String::from("(module (func (param i32) (result i32) ");
    text += &"block ".repeat(depth);
    text += "local.get 0 br_if 0 ";
    text += &"end ".repeat(depth);
    text += &"local.get 0 if ".repeat(depth);
    text += &"end ".repeat(depth);
    text += "local.get 0))";
    first(&text, &plain(Traps::Explicit));
}

#[test]
fn many_locals_in_a_long_function_do_not_all_become_variables() {
    let locals = 50_000;
    let mut text = String::from("(module (func (param i32) (local ");
    text += &"i32 i64 f32 f64 ".repeat(locals / 4 - 1);
    text += ")";
    for i in 0..3_000 {
        let last = 4 * (locals / 4 - 2 - i) + 2;
        write!(
            text,
            "(if (local.get 0) (then (local.set {last} (i64.const {i}))))
             (drop (local.get {last}))"
        )
        .unwrap();
    }
    text += "))";
    let func = first(&text, &plain(Traps::Signals));
    assert!(func.sized_stack_slots.len() == 1, "all are variables");
    assert!(count(&func, Opcode::StackAddr) > 3_000);
}

#[test]
fn references_among_many_locals_become_variables() {
    let numbers = 40_000;
    let references = 4;
    let mut text = String::from("(module (func $f (param i32) (local ");
    text += &"i64 ".repeat(numbers);
    text += &"externref ".repeat(references);
    text += ")";
    for i in 0..3_000 {
        let reference = 1 + numbers + i % references;
        write!(
            text,
            "(if (local.get 0) (then (local.set {} (i64.const {i})) (call $f (local.get 0))))
             (drop (local.get {reference}))",
            numbers - i
        )
        .unwrap();
    }
    text += "))";
    let func = first(&text, &plain(Traps::Signals));
    assert!(func.sized_stack_slots.len() == 1, "all are variables");
}
