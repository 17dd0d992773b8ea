//! Branches, blocks and the values they carry.

use crate::support::{Guest, Ty, modes};
use crate::{check, gives};
use core::fmt::Write as _;

#[test]
fn br_table_picks_its_label_or_the_default() {
    check(
        r#"(module
          (func (export "plain") (param i32) (result i32)
            (block (block (block (block
              local.get 0
              br_table 0 1 2 1 3)
              i32.const 100 return)
              i32.const 101 return)
              i32.const 102 return)
            i32.const 103)
          (func (export "only-default") (param i32) (result i32)
            (block local.get 0 br_table 0)
            i32.const 7)
          (func (export "to-function") (param i32) (result i32)
            (block
              i32.const 55
              local.get 0
              br_table 1 1 1)
            i32.const 7)
          (func (export "computed") (param i32 i32) (result i32)
            (block (block (block
              local.get 0 local.get 1 i32.sub
              br_table 0 1 2)
              i32.const 1 return)
              i32.const 2 return)
            i32.const 3)
          (func (export "constant") (result i32)
            (block (block (block
              i32.const 1
              br_table 0 1 2)
              i32.const 1 return)
              i32.const 2 return)
            i32.const 3)
          (func (export "empty-loop") (param i32) (result i32) (local i32)
            (loop
              local.get 1 i32.const 1 i32.add local.set 1
              (block
                local.get 1 local.get 0 i32.ge_u
                br_table 1 0 0))
            local.get 1))"#,
        &[
            gives("plain", &[0], &[100]),
            gives("plain", &[1], &[101]),
            gives("plain", &[2], &[102]),
            gives("plain", &[3], &[101]),
            gives("plain", &[4], &[103]),
            gives("plain", &[5], &[103]),
            gives("plain", &[-1], &[103]),
            gives("plain", &[i32::MIN], &[103]),
            gives("only-default", &[0], &[7]),
            gives("only-default", &[9], &[7]),
            gives("to-function", &[0], &[55]),
            gives("to-function", &[5], &[55]),
            gives("computed", &[9, 9], &[1]),
            gives("computed", &[9, 8], &[2]),
            gives("computed", &[9, 7], &[3]),
            gives("computed", &[7, 9], &[3]),
            gives("constant", &[], &[2]),
            gives("empty-loop", &[5], &[5]),
            gives("empty-loop", &[1], &[1]),
        ],
    );
}

#[test]
fn br_table_carries_values_to_labels_at_several_heights() {
    check(
        r#"(module
          ;; Labels at different heights, all of one value.
          (func (export "one") (param i32 i32) (result i32)
            (block (result i32)
              i32.const 1000
              (block (result i32)
                i32.const 2000
                (block (result i32)
                  i32.const 3000
                  local.get 1
                  local.get 0
                  br_table 0 1 2 3)
                i32.const 1 i32.add i32.add)
              i32.const 2 i32.add i32.add)
            i32.const 4 i32.add)
          ;; Two values, one a local and one a constant, to a loop and to a block.
          (func (export "two") (param i32 i32) (result i32 i32)
            (block (result i32 i32)
              local.get 1
              i32.const 10
              (loop (param i32 i32) (result i32 i32)
                i32.add
                local.tee 1
                i32.const 10
                local.get 0 i32.const 1 i32.sub local.tee 0
                i32.const 0 i32.gt_s
                br_table 1 0)))
          ;; The index is the value carried, too.
          (func (export "same") (param i32) (result i32)
            (block (result i32)
              (block (result i32)
                local.get 0
                local.get 0
                br_table 0 1 0)
              i32.const 100 i32.add)))"#,
        &[
            // The values below the label are dropped by the branch.
            gives("one", &[0, 5], &[2005 + 1 + 1000 + 2 + 4]),
            gives("one", &[1, 5], &[1000 + 5 + 2 + 4]),
            gives("one", &[2, 5], &[5 + 4]),
            gives("one", &[3, 5], &[5]),
            gives("one", &[4, 5], &[5]),
            gives("two", &[3, 7], &[37, 10]),
            gives("two", &[1, 7], &[17, 10]),
            gives("same", &[0], &[100]),
            gives("same", &[1], &[1]),
            gives("same", &[2], &[102]),
        ],
    );
}

/// Many labels, each at its own depth, through one table and back through a loop: an interpreter
/// of a small program of its own.
#[test]
fn br_table_web() {
    const STATES: u32 = 300;
    // State s goes to 7 s + 3 (mod STATES + 1), and adds s to the sum; STATES itself ends.
    let mut wat = String::from(
        "(module (func (export \"run\") (param $state i32) (param $left i32) (result i32)\n\
         (local $sum i32)\n(block $end (loop $again\n\
         local.get $left i32.eqz br_if $end\n\
         local.get $left i32.const 1 i32.sub local.set $left\n",
    );
    wat.push_str(&"(block\n".repeat(STATES as usize));
    wat.push_str("local.get $state br_table");
    for state in 0..STATES {
        let _ = write!(wat, " {state}");
    }
    let _ = writeln!(wat, " {}", STATES + 1);
    for state in 0..STATES {
        let next = (7 * state + 3) % (STATES + 1);
        let _ = writeln!(
            wat,
            ") i32.const {next} local.set $state\n\
             local.get $sum i32.const {state} i32.add local.set $sum br $again"
        );
    }
    wat.push_str(")) local.get $sum))");
    let model = |mut state: u32, mut left: u32| {
        let mut sum = 0;
        while left > 0 && state < STATES {
            left -= 1;
            sum += state;
            state = (7 * state + 3) % (STATES + 1);
        }
        sum
    };
    let wasm = wat::parse_str(&wat).unwrap_or_else(|e| panic!("{e}"));
    for mode in &modes() {
        let mut guest = Guest::new(mode, &wasm);
        for start in [0, 1, 2, 50, STATES - 1, STATES, u32::MAX] {
            let args = [(Ty::I32, u64::from(start)), (Ty::I32, 1000)];
            let got = guest.invoke("run", &args, &[Ty::I32]);
            assert_eq!(
                got,
                Ok(vec![u64::from(model(start, 1000))]),
                "{start} in {}",
                mode.name
            );
        }
    }
}

#[test]
fn a_table_of_very_many_labels() {
    const LABELS: u32 = 60_000;
    let mut wat = String::from(
        "(module (func (export \"run\") (param i32) (result i32)\n\
         (block (block (block local.get 0 br_table",
    );
    for label in 0..LABELS {
        let _ = write!(wat, " {}", label % 3);
    }
    wat.push_str(" 2) i32.const 10 return) i32.const 11 return) i32.const 12))");
    let wasm = wat::parse_str(&wat).unwrap_or_else(|e| panic!("{e}"));
    for mode in &modes() {
        let mut guest = Guest::new(mode, &wasm);
        for index in [
            0,
            1,
            2,
            3,
            LABELS - 2,
            LABELS - 1,
            LABELS,
            LABELS + 1,
            u32::MAX,
        ] {
            let expected = if index < LABELS { 10 + index % 3 } else { 12 };
            let got = guest.invoke("run", &[(Ty::I32, index.into())], &[Ty::I32]);
            assert_eq!(
                got,
                Ok(vec![u64::from(expected)]),
                "{index} in {}",
                mode.name
            );
        }
    }
}

#[test]
fn blocks_of_several_values() {
    check(
        r#"(module
          (func (export "swap") (param i32 i32) (result i32 i32)
            local.get 0
            local.get 1
            (block (param i32 i32) (result i32 i32)
              local.set 0
              local.get 0
              br 0)
            (block (param i32 i32) (result i32 i32)
              local.set 1
              local.set 0
              local.get 1
              local.get 0))
          (func (export "rotate") (param i32 i32 i32) (result i32 i32 i32)
            (block (result i32 i32 i32)
              local.get 1
              local.get 2
              local.get 0
              br 0))
          (func (export "rotate-if") (param i32 i32 i32 i32) (result i32 i32 i32)
            (block (result i32 i32 i32)
              local.get 0
              local.get 1
              local.get 2
              local.get 3
              br_if 0
              local.set 2
              local.set 1
              local.set 0
              local.get 1
              local.get 2
              local.get 0))
          (func (export "if-params") (param i32 i32 i32) (result i32 i32)
            local.get 0
            local.get 1
            local.get 2
            (if (param i32 i32) (result i32 i32)
              (then i32.add i32.const 1)
              (else i32.sub i32.const 2)))
          (func (export "if-without-else") (param i32 i32) (result i32)
            local.get 0
            local.get 1
            (if (param i32) (result i32) (then i32.const 3 i32.mul))
            i32.const 1 i32.add)
          ;; Values dropped by a branch from above the label's height.
          (func (export "drop-below") (param i32) (result i32)
            (block (result i32)
              i32.const 1 i32.const 2 i32.const 3
              local.get 0
              br 0))
          ;; A local that is on the stack is written on one of two paths.
          (func (export "stale") (param i32 i32) (result i32 i32)
            local.get 0
            local.get 1
            (if (then i32.const 99 local.set 0))
            local.get 0)
          (func (export "stale-loop") (param i32) (result i32 i32) (local i32)
            local.get 0
            local.get 1
            (loop
              local.get 0 i32.const 1 i32.sub local.tee 0
              local.get 1 i32.const 1 i32.add local.set 1
              br_if 0)
            i32.add
            local.get 1)
          (func (export "stale-block") (param i32) (result i32 i32 i32)
            local.get 0
            i32.const 5
            (block
              local.get 0 i32.eqz br_if 0
              i32.const 77 local.set 0)
            local.get 0)
          (func (export "nested-results") (param i32) (result i32)
            (block (result i32 i32)
              (block (result i32 i32)
                (block (result i32 i32)
                  i32.const 1 local.get 0)
                local.get 0 i32.const 5 i32.gt_s br_if 0
                i32.add i32.const 10)
              local.get 0 i32.const 3 i32.gt_s br_if 0
              i32.mul i32.const 20)
            i32.sub))"#,
        &[
            gives("swap", &[1, 2], &[2, 1]),
            gives("rotate", &[1, 2, 3], &[2, 3, 1]),
            gives("rotate-if", &[1, 2, 3, 1], &[1, 2, 3]),
            gives("rotate-if", &[1, 2, 3, 0], &[2, 3, 1]),
            gives("if-params", &[7, 5, 1], &[12, 1]),
            gives("if-params", &[7, 5, 0], &[2, 2]),
            gives("if-without-else", &[7, 1], &[22]),
            gives("if-without-else", &[7, 0], &[8]),
            gives("drop-below", &[42], &[42]),
            gives("stale", &[1, 1], &[1, 99]),
            gives("stale", &[1, 0], &[1, 1]),
            gives("stale-loop", &[5], &[5, 5]),
            gives("stale-block", &[4], &[4, 5, 77]),
            gives("stale-block", &[0], &[0, 5, 0]),
            // 1 - 6; (1 + 4) - 10; ((1 + 2) * 10) - 20.
            gives("nested-results", &[6], &[-5]),
            gives("nested-results", &[4], &[-5]),
            gives("nested-results", &[2], &[10]),
        ],
    );
}

/// An address that was computed and folded into a store is gone: what comes to its height next
/// is not it.
#[test]
fn a_folded_address_leaves_nothing_behind() {
    check(
        r#"(module (memory 1)
          (func (export "store") (param i32 i32 i32) (result i32)
            local.get 0 local.get 0 i32.and
            local.get 1 i32.const 2 i32.shl
            i32.add
            local.get 2
            i32.store
            (block (result i32)
              i32.const 5
              local.get 2
              br_if 0
              i32.const 1 i32.add))
          (func (export "load") (param i32 i32 i32) (result i32)
            local.get 0 local.get 0 i32.and
            local.get 1 i32.const 2 i32.shl
            i32.add
            f32.load
            drop
            (block (result i32)
              i32.const 5
              local.get 2
              br_if 0
              i32.const 1 i32.add)))"#,
        &[
            gives("store", &[100, 3, 0], &[6]),
            gives("store", &[100, 3, 1], &[5]),
            gives("load", &[100, 3, 0], &[6]),
            gives("load", &[100, 3, 1], &[5]),
        ],
    );
}

/// What was computed and dropped is gone: the local or the constant that comes to its height next
/// is not what the last operation computed.
#[test]
fn a_dropped_result_leaves_nothing_behind() {
    check(
        r#"(module (memory 1)
          (func (export "eqz") (param i32) (result i32)
            local.get 0 local.get 0 i32.eq drop
            local.get 0 i32.eqz)
          (func (export "if") (param i32) (result i32)
            local.get 0 local.get 0 i32.eq drop
            local.get 0
            if (result i32) i32.const 7 else i32.const 8 end)
          (func (export "add") (param i32 i32) (result i32)
            local.get 0 local.get 0 i32.add drop
            local.get 1 i32.load8_u)
          (data (i32.const 0) "\05\06\07"))"#,
        &[
            gives("eqz", &[0], &[1]),
            gives("eqz", &[3], &[0]),
            gives("if", &[0], &[8]),
            gives("if", &[1], &[7]),
            gives("add", &[8, 1], &[6]),
            gives("add", &[1, 0], &[5]),
        ],
    );
}

#[test]
fn loops_with_parameters() {
    check(
        r#"(module
          (func (export "factorial") (param i32) (result i32)
            i32.const 1
            local.get 0
            (loop (param i32 i32) (result i32)
              local.set 0
              local.get 0
              i32.mul
              local.get 0 i32.const 1 i32.sub local.tee 0
              local.get 0 i32.const 1 i32.gt_s
              br_if 0
              drop))
          (func (export "fibonacci") (param i32) (result i32) (local i32 i32)
            i32.const 0
            i32.const 1
            (loop (param i32 i32) (result i32)
              local.set 2
              local.set 1
              local.get 2
              local.get 1 local.get 2 i32.add
              local.get 0 i32.const 1 i32.sub local.tee 0
              br_if 0
              drop))
          ;; The two parameters change places each time round.
          (func (export "swapping") (param i32 i32 i32) (result i32 i32)
            local.get 0
            local.get 1
            (loop (param i32 i32) (result i32 i32)
              local.set 0
              local.set 1
              local.get 0
              local.get 1
              local.get 2 i32.const 1 i32.sub local.tee 2
              i32.const 0 i32.ge_s
              br_if 0))
          (func (export "nested") (param i32) (result i32) (local i32 i32 i32)
            (loop
              i32.const 0 local.set 2
              (loop
                local.get 3 i32.const 1 i32.add local.set 3
                local.get 2 i32.const 1 i32.add local.tee 2
                local.get 0 i32.lt_u
                br_if 0)
              local.get 1 i32.const 1 i32.add local.tee 1
              local.get 0 i32.lt_u
              br_if 0)
            local.get 3)
          ;; Values wait below a loop that uses the same registers.
          (func (export "below") (param i32) (result i32) (local i32)
            local.get 0 i32.const 3 i32.mul
            (loop
              local.get 1 i32.const 1 i32.add local.tee 1
              local.get 0 i32.ne br_if 0)
            local.get 1
            i32.add))"#,
        &[
            gives("factorial", &[10], &[3_628_800]),
            gives("fibonacci", &[20], &[6765]),
            gives("swapping", &[1, 2, 0], &[2, 1]),
            gives("swapping", &[1, 2, 1], &[1, 2]),
            gives("nested", &[7], &[49]),
            gives("below", &[5], &[20]),
        ],
    );
}

#[test]
fn code_after_a_branch_is_skipped() {
    check(
        r#"(module
          (func (export "dead") (param i32) (result i32)
            (block (result i32)
              local.get 0
              br 0
              (block (loop i32.const 0 (if (then br 2) (else unreachable)) br 1) br 0)
              drop
              i32.add
              i32.const 1
              (if (param i32) (result i32) (then i32.const 1 i32.add) (else br 1))
              select
              i32.const 3
              br_table 0 0)
            i32.const 1
            i32.add)
          (func (export "dead-then") (param i32) (result i32)
            local.get 0
            (if (result i32) (then i32.const 1 return unreachable) (else i32.const 2))
            i32.const 10 i32.add)
          (func (export "dead-else") (param i32) (result i32)
            local.get 0
            (if (result i32) (then i32.const 1) (else i32.const 2 return))
            i32.const 10 i32.add)
          (func (export "dead-both") (param i32) (result i32)
            local.get 0
            (if (then i32.const 1 return) (else i32.const 2 return))
            unreachable))"#,
        &[
            gives("dead", &[4], &[5]),
            gives("dead-then", &[1], &[1]),
            gives("dead-then", &[0], &[12]),
            gives("dead-else", &[1], &[11]),
            gives("dead-else", &[0], &[2]),
            gives("dead-both", &[1], &[1]),
            gives("dead-both", &[0], &[2]),
        ],
    );
}

/// Deep nesting, without recursion in the engine.
#[test]
fn deep_nesting() {
    const DEPTH: usize = 20_000;
    let blocks = |open: &str| {
        // The text format's parser recurses: write the body as bytes.
        let mut body = vec![0];
        for _ in 0..DEPTH {
            body.extend_from_slice(match open {
                "block" => &[0x02, 0x40],
                "loop" => &[0x03, 0x40],
                _ => &[0x20, 0x00, 0x04, 0x40],
            });
        }
        // local.get 0, br_if to the outermost label; then the ends.
        body.extend_from_slice(&[0x20, 0x00, 0x0d]);
        leb(&mut body, DEPTH as u32);
        body.resize(body.len() + DEPTH, 0x0b);
        body.push(0x0b);
        let mut wasm = b"\0asm\x01\0\0\0\x01\x05\x01\x60\x01\x7f\x00\x03\x02\x01\x00".to_vec();
        wasm.extend_from_slice(b"\x07\x07\x01\x03run\x00\x00\x0a");
        let mut section = vec![1];
        leb(&mut section, body.len() as u32);
        section.extend(body);
        leb(&mut wasm, section.len() as u32);
        wasm.extend(section);
        wasm
    };
    for mode in &modes() {
        for open in ["block", "loop", "if"] {
            let mut guest = Guest::new(mode, &blocks(open));
            for arg in [0, 1] {
                assert_eq!(guest.invoke("run", &[(Ty::I32, arg)], &[]), Ok(vec![]));
            }
        }
    }
}

fn leb(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
