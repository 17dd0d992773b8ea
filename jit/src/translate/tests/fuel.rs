//! What is charged where.

use super::{first, plain};
use crate::settings::{Settings, Traps};
use cranelift_codegen::ir::{Function, InstructionData, Opcode};

/// The charges of a function, in the order of the instructions that they are made at.
fn charges(body: &str) -> Vec<i64> {
    let text = format!(
        "(module
            (type $ii (func (param i32) (result i32)))
            (table 1 funcref)
            (func (export \"f\") (param i32) (result i32) {body})
            (func $g))"
    );
    let both = [Traps::Signals, Traps::Explicit].map(|traps| {
        let settings = Settings {
            fuel: true,
            interruption: true,
            ..plain(traps)
        };
        charges_of(&first(&text, &settings))
    });
    assert_eq!(both[0], both[1], "{body}");
    let [charges, _] = both;
    charges
}

fn charges_of(func: &Function) -> Vec<i64> {
    let dfg = &func.dfg;
    let mut charges = Vec::new();
    for block in func.layout.blocks() {
        for inst in func.layout.block_insts(block) {
            // Nothing else that these functions do subtracts a constant from 64 bits.
            let InstructionData::Binary {
                opcode: Opcode::Isub,
                args: [_, cost],
            } = dfg.insts[inst]
            else {
                continue;
            };
            let Some(cost) = dfg.value_def(cost).inst() else {
                continue;
            };
            if let InstructionData::UnaryImm { imm, .. } = dfg.insts[cost] {
                charges.push((func.srcloc(inst).bits(), imm.bits()));
            }
        }
    }
    charges.sort_unstable();
    charges.into_iter().map(|(_, cost)| cost).collect()
}

#[test]
fn straight_code_is_one_block() {
    assert_eq!(charges("(local.get 0)"), [1]);
    assert_eq!(charges("(i32.add (local.get 0) (i32.const 1)) nop"), [3]);
    assert_eq!(charges("(call $g) (local.get 0)"), [2]);
    assert_eq!(charges("(drop (local.get 0)) unreachable"), [1]);
    assert_eq!(charges("unreachable (i32.const 1)"), [] as [i64; 0]);
}

#[test]
fn a_block_that_nothing_branches_out_of_does_not_end_one() {
    assert_eq!(charges("(block (result i32) (local.get 0))"), [1]);
    assert_eq!(
        charges("(block (nop)) (block (drop (i32.const 1))) (local.get 0)"),
        [2]
    );
    assert_eq!(charges("(block (call $g)) (local.get 0)"), [2]);
}

#[test]
fn a_branch_to_an_end_ends_one() {
    // `br` belongs to the block it ends; what follows it is not reached until `end`.
    assert_eq!(charges("(block (br 0) (call $g)) (local.get 0)"), [1, 1]);
    assert_eq!(
        charges("(block (br_if 0 (local.get 0)) (call $g)) (local.get 0)"),
        [2, 1, 1]
    );
    assert_eq!(
        charges("(block (result i32) (br_if 0 (i32.const 7) (local.get 0)) (i32.eqz))"),
        [3, 1]
    );
    // A branch that is not reached joins nothing.
    assert_eq!(
        charges("(block (block (br 1) (br 0))) (local.get 0)"),
        [1, 1]
    );
}

#[test]
fn branches_to_the_function_join_nothing() {
    assert_eq!(
        charges("(br_if 0 (i32.const 3) (local.get 0)) (i32.const 1) (i32.add)"),
        [3, 2]
    );
    assert_eq!(charges("(return (local.get 0))"), [1]);
    assert_eq!(
        charges("(block (br_table 1 1 (i32.const 5) (local.get 0))) (i32.const 0)"),
        [3]
    );
}

#[test]
fn a_loop_begins_one() {
    assert_eq!(charges("(call $g) (loop (call $g)) (local.get 0)"), [1, 2]);
    assert_eq!(
        charges("(loop (br_if 0 (local.get 0))) (local.get 0)"),
        [2, 1]
    );
    assert_eq!(charges("(loop (br 0)) (i32.const 0)"), [1]);
    assert_eq!(
        charges("(block (loop (br_if 1 (local.get 0)) (br 0))) (local.get 0)"),
        [2, 1, 1]
    );
}

#[test]
fn both_ways_of_an_if_are_one_each() {
    assert_eq!(
        charges("(if (local.get 0) (then (call $g))) (local.get 0)"),
        [2, 1, 1]
    );
    assert_eq!(
        charges("(if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2)))"),
        [2, 1, 1]
    );
    assert_eq!(charges("(if (local.get 0) (then)) (local.get 0)"), [2, 1]);
    // The first way ends in nothing, so the other way simply goes on.
    assert_eq!(
        charges("(if (local.get 0) (then unreachable) (else (call $g))) (local.get 0)"),
        [2, 2]
    );
    // The other way ends in nothing.
    assert_eq!(
        charges("(if (local.get 0) (then (call $g)) (else unreachable)) (local.get 0)"),
        [2, 1, 1]
    );
    assert_eq!(
        charges("(if (local.get 0) (then unreachable) (else unreachable)) (local.get 0)"),
        [2]
    );
    assert_eq!(
        charges("(if (local.get 0) (then unreachable)) (local.get 0)"),
        [2, 1]
    );
    assert_eq!(
        charges("(i32.const 4) (if (param i32) (result i32) (local.get 0) (then (call $g)))"),
        [3, 1]
    );
}

#[test]
fn branch_tables_join_what_they_lead_to() {
    assert_eq!(
        charges(
            "(block (block (block (br_table 0 1 0 (local.get 0))) (call $g)) (call $g))
             (local.get 0)"
        ),
        // The outermost block is not branched to: its end changes nothing.
        [2, 1, 2]
    );
}

#[test]
fn branches_on_references_end_one() {
    assert_eq!(
        charges("(block (drop (br_on_null 0 (table.get 0 (local.get 0))))) (local.get 0)"),
        [3, 1]
    );
    assert_eq!(
        charges(
            "(block (result (ref func))
                (br_on_non_null 0 (table.get 0 (local.get 0))) (unreachable))
             (drop) (local.get 0)"
        ),
        [3, 1]
    );
}

#[test]
fn nothing_is_charged_when_fuel_is_off() {
    let func = first(
        "(module (func (param i32) (loop (br_if 0 (local.get 0)))))",
        &plain(Traps::Signals),
    );
    assert_eq!(charges_of(&func), [] as [i64; 0]);
}
