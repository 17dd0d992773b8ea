//! Random programs with vectors: as locals, parameters, results, globals and in memory, in two
//! modules that call each other.

use crate::machine::{End, Machine, Program, agreed, exact_machines};
use crate::programs::wasm;
use crate::random::config;
use crate::vector_operators::{VectorOperator, vector_operators};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;

/// Enough fuel for any call.
const AMPLE: u64 = 1 << 40;
/// How deep functions call each other.
const DEPTH: i64 = 4;

/// The function type of all functions: two vectors, and how deep calls may become.
const TYPE: &str = "(type $f (func (param v128 i32 v128) (result v128 i32 v128)))";

/// The locals that are no parameters; 10 counts the rounds of loops.
const LOCALS: &str = "(local v128 v128 i32 i32 i64 f32 f64 i32)";

/// The locals of a type that programs read and write.
fn locals(ty: &str) -> &'static [u32] {
    match ty {
        "v128" => &[0, 2, 3, 4],
        "i32" => &[5, 6],
        "i64" => &[7],
        "f32" => &[8],
        _ => &[9],
    }
}

/// Writes functions, each word of which is chosen by a number.
struct Writer<'a> {
    choices: std::slice::Iter<'a, u16>,
    operators: &'a [VectorOperator],
    text: String,
}

impl Writer<'_> {
    /// A choice; 0 when there are no more.
    fn next(&mut self) -> usize {
        self.choices.next().copied().unwrap_or(0).into()
    }

    fn local(&mut self, ty: &str) -> u32 {
        let locals = locals(ty);
        locals[self.next() % locals.len()]
    }

    fn get(&mut self, ty: &str) -> String {
        format!("(local.get {})", self.local(ty))
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// At most `most` statements.
    fn statements(&mut self, most: usize, nesting: u32, in_loop: bool) {
        for _ in 0..=self.next() % most {
            self.statement(nesting, in_loop);
        }
    }

    fn statement(&mut self, nesting: u32, in_loop: bool) {
        match self.next() % 18 {
            10 => {
                let (vector, to) = (self.get("v128"), self.local("v128"));
                self.line(&format!(
                    "(global.get $vector) (global.set $vector {vector}) (local.set {to})"
                ));
            }
            11 if nesting > 0 => {
                let condition = self.get("v128");
                self.line(&format!("(if (v128.any_true {condition}) (then"));
                self.statements(4, nesting - 1, in_loop);
                self.line(") (else");
                self.statements(4, nesting - 1, in_loop);
                self.line("))");
            }
            12 => {
                let (to, a, b) = (self.local("v128"), self.get("v128"), self.get("v128"));
                let condition = self.get("i32");
                self.line(&format!(
                    "(local.set {to} (block (result v128)
                        (drop (br_if 0 {a} (i32.and {condition} (i32.const 1)))) {b}))"
                ));
            }
            13 if nesting > 0 && !in_loop => {
                let rounds = self.next() % 4 + 1;
                self.line(&format!("(local.set 10 (i32.const {rounds})) (loop"));
                self.statements(5, nesting - 1, true);
                self.line("(br_if 0 (local.tee 10 (i32.sub (local.get 10) (i32.const 1)))))");
            }
            14 if !in_loop => {
                let call = self.call("");
                let (a, b, number) = (self.local("v128"), self.local("v128"), self.local("i32"));
                self.line(&format!(
                    "{call} (local.set {a}) (local.set {number}) (local.set {b})"
                ));
            }
            15 => {
                let (to, a, b) = (self.local("v128"), self.get("v128"), self.get("v128"));
                let condition = self.get("i32");
                self.line(&format!("(local.set {to} (select {a} {b} {condition}))"));
            }
            16 => {
                let (vector, number) = (self.get("v128"), self.get("i32"));
                let (to_vector, to_number) = (self.local("v128"), self.local("i32"));
                self.line(&format!(
                    "(call $mix {vector} {number})
                     (local.set {to_number}) (local.set {to_vector})"
                ));
            }
            _ => self.operator(),
        }
    }

    fn operator(&mut self) {
        let operators = self.operators;
        let operator = &operators[self.next() % operators.len()];
        let is_access = operator.text.contains(".load") || operator.text.contains(".store");
        let mut line = String::new();
        for ty in &operator.params {
            let operand = self.get(ty);
            if !is_access || *ty != "i32" {
                line += &operand;
                continue;
            }
            // Most indices are of what is there, some of where it ends.
            match self.next() % 16 {
                1 => line += &operand,
                2 | 3 => {
                    line +=
                        &format!("(i32.sub (i32.const 65536) (i32.and {operand} (i32.const 31)))");
                }
                _ => line += &format!("(i32.and {operand} (i32.const 0xfff))"),
            }
        }
        line += &format!(" {}", operator.text);
        if let Some(result) = operator.result {
            let to = self.local(result);
            line += &format!(" (local.set {to})");
        }
        self.line(&line);
    }

    /// A call of one of the functions, directly or through the table.
    fn call(&mut self, tail: &str) -> String {
        let args = format!(
            "{} (i32.sub (local.get 1) (i32.const 1)) {}",
            self.get("v128"),
            self.get("v128")
        );
        match self.next() % 5 {
            0 => format!("({tail}call $a {args})"),
            1 => format!("({tail}call $b {args})"),
            index => format!(
                "({tail}call_indirect (type $f) {args} (i32.const {}))",
                index - 2
            ),
        }
    }

    fn function(&mut self, head: &str) {
        self.line(&format!(
            "(func {head} (type $f) {LOCALS}
                (if (i32.le_s (local.get 1) (i32.const 0))
                    (then (return (local.get 2) (i32.const 9) (local.get 0))))"
        ));
        self.statements(16, 2, false);
        let end = match self.next() % 3 {
            1 => self.call("return_"),
            _ => format!("{} (local.get 5) {}", self.get("v128"), self.get("v128")),
        };
        self.line(&format!("{end})"));
    }
}

/// A module with two functions, which calls them and, by the table, the functions of another one;
/// and that one, whose `run` is to be called.
fn modules(choices: &[u16], operators: &[VectorOperator]) -> [String; 2] {
    let mut writer = Writer {
        choices: choices.iter(),
        operators,
        text: String::new(),
    };
    writer.line(&format!(
        r#"(module $first {TYPE}
            (import "host" "mix" (func $mix (param v128 i32) (result v128 i32)))
            (memory (export "memory") 1)
            (table (export "table") 3 funcref)
            (global $vector (export "vector") (mut v128) (v128.const i32x4 1 -2 3 -4))
            (data (i32.const 0) "\00\01\02\7f\80\81\fe\ff\00\00\c0\7f\00\00\c0\ff\00\00\80\3f")
            (elem (i32.const 0) $a $b)"#
    ));
    writer.function(r#"$a (export "a")"#);
    writer.function(r#"$b (export "b")"#);
    writer.line(")");
    let first = std::mem::take(&mut writer.text);
    writer.line(&format!(
        r#"(module $second {TYPE}
            (import "host" "mix" (func $mix (param v128 i32) (result v128 i32)))
            (import "m0" "a" (func $a (type $f)))
            (import "m0" "b" (func $b (type $f)))
            (import "m0" "memory" (memory 1))
            (import "m0" "table" (table 3 funcref))
            (import "m0" "vector" (global $vector (mut v128)))
            (export "memory" (memory 0))
            (export "vector" (global $vector))
            (elem (i32.const 2) $run)"#
    ));
    writer.function(r#"$run (export "run")"#);
    writer.line(")");
    [first, writer.text]
}

fn compare(cases: u32, machines: &[Machine], metered: bool) {
    let operators = vector_operators();
    let choices = prop::collection::vec(any::<u16>(), 20..700);
    let arguments = prop::collection::vec((any::<i64>(), any::<i64>(), 0_u64..400), 3);
    let (calls, returned) = (Cell::new(0), Cell::new(0));
    TestRunner::new(config(cases))
        .run(&(choices, arguments), |(choices, arguments)| {
            let texts = modules(&choices, &operators);
            let binaries = texts.each_ref().map(|text| wasm(text));
            let mut guests = Program::new(machines, &binaries).start(machines);
            for (a, b, fuel) in arguments {
                for fuel in [fuel, AMPLE] {
                    let fuel = metered.then_some(fuel);
                    let seen = agreed(&mut guests, "run", &[a, DEPTH, b], fuel)
                        .map_err(|what| TestCaseError::fail(format!("{what}\nof\n{texts:#?}")))?;
                    calls.set(calls.get() + 1);
                    if let End::Returned(_) = seen.end {
                        returned.set(returned.get() + 1);
                    }
                }
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    // Programs that all trap at once, or never, would show little.
    let (calls, returned) = (calls.get(), returned.get());
    assert!(
        (calls / 4..calls).contains(&returned),
        "{returned} of {calls} return"
    );
}

#[test]
fn random_programs_with_vectors_agree() {
    compare(150, &exact_machines(false), false);
}

#[test]
fn random_programs_with_vectors_agree_on_fuel() {
    compare(150, &exact_machines(true), true);
}
