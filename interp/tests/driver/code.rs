//! Code as text, what is refused, and how large code can become.

use crate::{call, engines, module};
use core::fmt::Write as _;
use diptych_core::types::FuncIdx;
use diptych_core::{CompilationMode, ErrorKind, Instance, Module, Store};

#[test]
#[cfg(feature = "disasm")]
fn code_is_shown_beside_its_instructions() {
    let wat = r#"(module
        (memory 1)
        (global $g (mut i64) (i64.const 0))
        (func $callee (param i32) (result i32) (local.get 0))
        (func (param $i i32) (param $n i32) (result i32) (local f64)
            (block $out
                (loop $again
                    (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
                    (i32.store offset=16 (local.get $i) (call $callee (local.get $i)))
                    (local.set $i (i32.add (local.get $i) (i32.const 4)))
                    (br $again)))
            (global.set $g (i64.const 0x123456789))
            (drop (f64.neg (local.get 2)))
            (block (block (br_table 0 1 0 (local.get $i))) (nop))
            (i32.const -1)))"#;
    for (mode, engine) in engines(|config| {
        config.consume_fuel(true).interruption(true);
    }) {
        let module = module(&engine, wat);
        let text = module.disassemble(FuncIdx(1)).unwrap();
        // Every instruction is there, in order.
        let body = &module.ir().bodies[1];
        let bytes = &module.ir().bytes[body.start as usize..body.end as usize];
        let reader = wasmparser::BinaryReader::new(bytes, body.start.into());
        let operators = wasmparser::FunctionBody::new(reader)
            .get_operators_reader()
            .unwrap();
        let offsets: Vec<String> = operators
            .into_iter_with_offsets()
            .map(|operator| format!("{:#08x}", operator.unwrap().1))
            .collect();
        let first_words = || {
            text.lines()
                .filter_map(|line| line.split_whitespace().next())
        };
        let shown: Vec<&str> = first_words()
            .filter(|word| word.starts_with("0x"))
            .collect();
        assert_eq!(shown, offsets, "{mode}: {text}");
        // Branches lead to operations.
        let operations: Vec<&str> = first_words()
            .filter(|word| !word.starts_with("0x"))
            .collect();
        let targets = text
            .split(['[', ']', ' ', '\n'])
            .filter_map(|word| word.strip_prefix("target="));
        let table = text
            .split("targets=[")
            .nth(1)
            .and_then(|rest| rest.split(']').next());
        let table: Vec<&str> = table.expect("a branch table").split(' ').collect();
        assert_eq!(table.len(), 3, "{mode}: {text}");
        for target in targets.chain(table) {
            assert!(operations.contains(&target), "{mode}: {target} in {text}");
        }
        for expected in [
            "i32.store offset=16",
            "br_table 0 1 0",
            "i64.const 4886718345",
            "CallDirect",
            "ZeroLocals",
            "CheckInterrupt",
            "GlobalSetImm",
        ] {
            assert!(
                text.contains(expected),
                "{mode}: {expected} is missing in {text}"
            );
        }
    }
}

/// Also when the instruction shares a handler with the one before it, and when the function
/// begins with nothing but its own instructions.
#[test]
fn a_trap_is_reported_at_its_instruction() {
    for (body, trapping) in [
        (
            "(local i32) (local.set 1 (local.get 0)) (i32.div_u (local.get 1) (i32.const 0))",
            "I32DivU",
        ),
        (
            "(local i64) (drop (i64.eqz (local.get 1))) (i32.rem_s (i32.const 7) (local.get 0))",
            "I32RemS",
        ),
        (
            "(i32.load (i32.add (local.get 0) (i32.const -4)))",
            "I32Load",
        ),
        (
            "(i32.load offset=65533 (i32.shl (local.get 0) (i32.const 2)))",
            "I32Load",
        ),
        (
            "(i32.add (local.get 0) (i32.load8_u (i32.sub (local.get 0) (i32.const 1))))",
            "I32Load8U",
        ),
        (
            "(local i32) (local.tee 1 (i32.add (local.get 0) (i32.const 1))) unreachable",
            "Unreachable",
        ),
        ("(call_indirect (result i32) (local.get 0))", "CallIndirect"),
        (
            "(memory.fill (i32.const 65530) (local.get 0) (i32.const 9)) (i32.const 0)",
            "MemoryFill",
        ),
    ] {
        let wat = format!(
            "(module (table 0 funcref) (memory 1)
                (func $f (export \"run\") (param i32) (result i32) {body}))"
        );
        for (mode, engine) in engines(|_| {}) {
            let module = module(&engine, &wat);
            let range = &module.ir().bodies[0];
            let bytes = &module.ir().bytes[range.start as usize..range.end as usize];
            let reader = wasmparser::BinaryReader::new(bytes, range.start.into());
            let expected = wasmparser::FunctionBody::new(reader)
                .get_operators_reader()
                .unwrap()
                .into_iter_with_offsets()
                .map(Result::unwrap)
                .find(|(operator, _)| format!("{operator:?}").split(' ').next() == Some(trapping));
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let error = call(&mut store, instance, "run", &[0]).expect_err(body);
            let frames = error.backtrace().expect("a backtrace").frames();
            assert_eq!(frames.len(), 1, "{body} in {mode}");
            let offset = frames[0].module_offset() as u64;
            assert_eq!(
                Some(offset),
                expected.map(|found| found.1),
                "{body} in {mode}"
            );
        }
    }
}

#[test]
fn what_is_not_reached_need_not_be_executable() {
    for (mode, engine) in engines(|_| {}) {
        let module = module(
            &engine,
            r#"(module
                (type $s (struct))
                (memory 1)
                (func (export "run") (param i32) (result i32)
                    (block $out (result i32)
                        (br $out (local.get 0))
                        (block (loop (if (local.get 0)
                            (then (drop (i31.get_s (ref.i31 (i32.const 1)))))
                            (else (drop (struct.new $s))))))
                        (drop (i8x16.splat (i32.const 1)))
                        (drop (i32.atomic.load (i32.const 0)))
                        (drop (ref.i31 (i32.const 1))))))"#,
        );
        module.compile_all().unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        assert_eq!(
            call(&mut store, instance, "run", &[6]).unwrap(),
            6,
            "{mode}"
        );
    }
}

#[test]
fn frames_that_cannot_be_encoded_are_refused() {
    // As many slots as a 16-bit operand names, and one more.
    for (pushes, fits) in [(65_500 - 50_000, true), (65_600 - 50_000, false)] {
        let mut wat = format!("(module (func (local {})\n", "i32 ".repeat(50_000));
        wat.push_str(&"i32.const 1\n".repeat(pushes));
        wat.push_str(&"drop\n".repeat(pushes));
        wat.push_str("))");
        for (mode, engine) in engines(|_| {}) {
            let outcome = module(&engine, &wat).compile_all();
            match outcome {
                Ok(()) => assert!(fits, "{pushes} operands in {mode}"),
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::Limit(_)), "{error:?}");
                    assert!(!fits, "{pushes} operands in {mode}");
                }
            }
        }
    }
}

/// A branch that carries many values is short in WebAssembly; it must not be long in code, or a
/// small module could ask for any amount of memory.
#[test]
fn branches_with_many_values_take_little_code() {
    const VALUES: usize = 1000;
    const BRANCHES: usize = 1000;
    let results = "i32 ".repeat(VALUES);
    // With a value below those that are carried, they have to be moved.
    for below in ["", "i32.const 5\n"] {
        for label in [0, 1] {
            let mut wat = format!("(module (func (param i32) (result {results})\n");
            let _ = writeln!(wat, "(block (result {results})\n{below}");
            wat.push_str(&"i32.const 7\n".repeat(VALUES / 2));
            wat.push_str(&"local.get 0\n".repeat(VALUES / 2));
            for _ in 0..BRANCHES {
                let _ = writeln!(wat, "local.get 0 br_if {label}");
            }
            let _ = writeln!(wat, "br {label})))");
            for (mode, engine) in engines(|_| {}) {
                let module = module(&engine, &wat);
                module.compile_all().unwrap();
                let wasm = module.ir().bytes.len();
                let code = module.code_size();
                assert!(
                    code < 40 * wasm,
                    "{code} bytes of code for {wasm} in {mode}"
                );
            }
        }
    }
}

#[test]
#[cfg(feature = "disasm")]
fn a_function_that_was_not_validated_is_before_it_is_shown() {
    for (mode, engine) in engines(|config| {
        config.compilation(CompilationMode::FullyLazy);
    }) {
        // `i32.add` of nothing.
        let wasm = [
            &b"\0asm\x01\0\0\0"[..],
            &[1, 4, 1, 0x60, 0, 0],
            &[3, 2, 1, 0],
            &[10, 6, 1, 4, 0, 0x6a, 0x1a, 0x0b],
        ]
        .concat();
        let module = Module::new(&engine, wasm).expect("functions are not looked at yet");
        for outcome in [
            module.disassemble(FuncIdx(0)).map(drop),
            module.compile_all(),
        ] {
            let error = outcome.expect_err("the function is invalid");
            assert!(
                matches!(error.kind(), ErrorKind::InvalidModule { .. }),
                "{mode}: {error:?}"
            );
        }
    }
}
