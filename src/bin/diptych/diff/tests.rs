//! Faults planted into one side, and where they are found.

use super::guest::Program;
use super::search::{self, Precision, Verdict};
use super::{report, side};
use crate::flags::{Cli, Command, Diff, LimitFlags};
use clap::Parser as _;

/// The flags of a command line without its file.
fn flags(words: &[&str]) -> Diff {
    let words = [&["diptych", "diff"], words, &["test.wasm"]].concat();
    match Cli::try_parse_from(words)
        .expect("it is a command line")
        .command
    {
        Command::Diff(flags) => flags,
        other => panic!("{other:?}"),
    }
}

/// Compares two modules, each by the function `run`, or as programs. Gives what is told.
fn compare(words: &[&str], left: &str, right: &str) -> (Verdict, String) {
    let flags = flags(words);
    let [left, right] = [left, right].map(|text| wat::parse_str(text).expect("it is text"));
    let is_program = left.windows(6).any(|bytes| bytes == b"_start");
    let program = Program {
        name: "test.wasm".to_owned(),
        args: &[],
        invoke: (!is_program).then_some("run"),
        world: &flags.world,
        limits: &LimitFlags::default(),
    };
    let good = "the module is good";
    let left = side(&flags, &flags.left, &left).expect(good);
    let right = side(&flags, &flags.right, &right).expect(good);
    let sides = [&left, &right];
    let mut verdict = search::compare(&program, sides, 1 << 20).expect("it can be compared");
    let text = report::text("test.wasm", sides, &mut verdict).expect("it can be told");
    (verdict, text)
}

const LOOPS: &[&str] = &[
    "--left",
    "interp,dispatch=loop",
    "--right",
    "interp,dispatch=loop,compilation=eager",
];

/// Finds a fault: what stands in the place of `@` in a module's text.
fn finds(module: &str, [good, bad]: [&str; 2], func: &str, told: &[&str]) {
    for words in [LOOPS, &[]] {
        let (verdict, text) = compare(words, &module.replace('@', good), &module.replace('@', bad));
        let Verdict::Parted(parted) = verdict else {
            panic!("{module} with {bad}: {text}")
        };
        let found = matches!(parted.place, Precision::Instruction { .. });
        assert!(found, "{module} with {bad}: {text}");
        let line = text.lines().next().expect("there is a line");
        assert!(line.contains(&format!("`{func}` at 0x")), "{bad}: {text}");
        let name = |text: &str| {
            let word = text.split(' ').next().expect("a name");
            word.replace('.', "_")
        };
        let instruction = line.rsplit_once(": ").expect("an instruction").1;
        assert_eq!(name(instruction), name(good), "{text}");
        for told in told {
            assert!(text.contains(told), "{told} in {text}");
        }
    }
}

/// A loop of many iterations, in which a step is wrong for few of them.
const LOOP: &str = "(module
    (memory 1)
    (global $sum (mut i32) (i32.const 0))
    (global $other (mut i32) (i32.const 0))
    (func $step (param $i i32) (result i32)
        (i32.store (i32.and (local.get $i) (i32.const 0xfff8)) (local.get $i))
        (local.get $i) (i32.const 7777) (i32.sub) (i32.const 1) @)
    (func (export \"run\") (result i32) (local $i i32)
        (loop $next
            (global.set $sum (i32.add (global.get $sum) (call $step (local.get $i))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $i) (i32.const 15000))))
        (global.get $sum)))";

#[test]
fn the_one_iteration_that_is_wrong_is_found() {
    // The first that differ are the negative ones: those from the beginning.
    finds(
        LOOP,
        ["i32.shr_s", "i32.shr_u"],
        "step",
        &["operand 0: i32"],
    );
    // It matters once whether it is larger or the same.
    let (_, text) = compare(
        LOOPS,
        &LOOP.replace('@', "i32.gt_s"),
        &LOOP.replace('@', "i32.eq"),
    );
    assert!(text.contains("local 0: i32    7778 "), "{text}");
    assert!(text.contains("operand 0: i32  1"), "{text}");
    assert!(text.contains("* result 0: i32   0"), "{text}");
}

#[test]
fn effects_that_no_value_shows_are_found() {
    let memory = "(module (memory 2) (memory 1)
        (func $quiet (param i32)
            (if (i32.eq (local.get 0) (i32.const 700))
                (then (local.get 0) (i32.const -1) @)))
        (func (export \"run\") (local $i i32)
            (loop $next
                (call $quiet (local.get $i))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get $i) (i32.const 1000))))))";
    finds(
        memory,
        ["i32.store", "i32.store16"],
        "quiet",
        &["* memory 0 at 0x2bc", "0xffffffff", "0x0000ffff"],
    );
    finds(
        memory,
        ["i32.store8", "i32.store8 1"],
        "quiet",
        &["* memory 0 at 0x2bc", "* memory 1 at 0x2bc"],
    );
    let globals = "(module
        (global (mut i32) (i32.const 0)) (global $k i64 (i64.const 0)) (global (mut i32) (i32.const 0))
        (table $t 3 funcref) (elem declare func $set)
        (func $set (i32.const 1) @)
        (func (export \"run\") (call $set)))";
    finds(
        globals,
        ["global.set 0", "global.set 2"],
        "set",
        &["* global 0", "* global 2"],
    );
    finds(
        &globals.replace(
            "(i32.const 1) @",
            "(i32.const 1) (ref.func $set) @ (table.set 0 (i32.const 2) (ref.null func))",
        ),
        ["table.set 0", "drop drop"],
        "set",
        &[],
    );
}

#[test]
fn control_is_found() {
    let branches = "(module
        (func $choose (param i32) (result i32)
            (block $a (block $b
                (local.get 0) @ (nop)
                (return (i32.const 1)))
              (return (i32.const 2)))
            (i32.const 3))
        (func (export \"run\") (result i32)
            (drop (call $choose (i32.const 0)))
            (call $choose (i32.const 1))))";
    finds(branches, ["br_if 0", "br_if 1"], "choose", &["* then it"]);
    finds(
        branches,
        ["br_table 0 1", "br_table 1 1"],
        "choose",
        &["* then it"],
    );
    let calls = "(module
        (func $f (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
        (func $g (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
        (func $caller (param i32) (result i32) (local.get 0) @)
        (func (export \"run\") (result i32) (call $caller (i32.const 4))))";
    finds(
        calls,
        ["call 0", "call 1"],
        "caller",
        &["calls function 0 `f`"],
    );
    finds(
        calls,
        ["return_call 0", "return_call 1"],
        "caller",
        &["calls function 1 `g`"],
    );
}

#[test]
fn traps_of_one_side_are_found() {
    let traps = "(module
        (func $trap (param i32) (result i32) (i32.const 0x80000000) (local.get 0) @)
        (func (export \"run\") (result i32)
            (drop (call $trap (i32.const 1)))
            (call $trap (i32.const -1))))";
    finds(
        traps,
        ["i32.div_u", "i32.div_s"],
        "trap",
        &["integer overflow"],
    );
    let nops = "(module (func $f @) (func (export \"run\") (call $f)))";
    finds(nops, ["nop", "unreachable"], "f", &["unreachable"]);
    // What differs is seen only when the program has ended.
    let result = "(module (func $last (export \"run\") (result i32)
        (i32.const 7) (i32.const 9) @))";
    finds(result, ["i32.add", "i32.mul"], "last", &["16", "63"]);
}

#[test]
fn values_of_all_types_are_seen() {
    let values = |ty: &str, operands: &str, store: &str| {
        format!(
            "(module (type $s (struct (field i32))) (memory 1) (global $g (mut i32) (i32.const 3))
            (tag $a (param i32)) (tag $b (param i32))
            (func $f (result {ty}) {operands} @)
            (func (export \"run\") {store}))"
        )
    };
    let vector = values(
        "v128",
        "(v128.const i32x4 1 2 3 4) (v128.const i32x4 1 1 1 1)",
        "(drop (call $f))",
    );
    finds(
        &vector,
        ["i8x16.add", "i8x16.sub"],
        "f",
        &["* result 0: v128"],
    );
    let float = values("f64", "(f64.const 0)", "(drop (call $f))");
    finds(&float, ["f64.neg", "f64.abs"], "f", &["-0"]);
    let i31 = values("i32", "(ref.i31 (i32.const -5))", "(drop (call $f))");
    finds(
        &i31,
        ["i31.get_s", "i31.get_u"],
        "f",
        &["operand 0: (ref i31)", "i31 -5"],
    );
    let object = values("(ref null $s)", "", "(drop (call $f))");
    finds(
        &object,
        ["struct.new_default $s", "ref.null $s"],
        "f",
        &["not null", "null"],
    );
    let small = values("i31ref", "(i32.const 9)", "(drop (call $f))");
    finds(&small, ["ref.i31", "drop global.get $g ref.i31"], "f", &[]);
    let thrown = "(module (tag $a (param i32)) (tag $b (param i32))
        (func $throw (i32.const 6) @)
        (func $catch (result i32)
            (block $caught (result i32)
                (block $other (result i32)
                    (try_table (catch $a $caught) (catch $b $other) (call $throw))
                    (return (i32.const 1)))
                (drop) (i32.const 2)))
        (func (export \"run\") (result i32) (call $catch)))";
    finds(
        thrown,
        ["throw 0", "throw 1"],
        "throw",
        &["goes on in function 1 `catch` at 0x"],
    );
}

#[test]
fn what_is_done_at_the_start_is_found() {
    let start = "(module (memory 1) (global (mut i32) (i32.const 0))
        (func $init (i32.store8 (i32.const 5) (i32.const 300)) (i32.const 5) @ (global.set 0))
        (start $init)
        (func (export \"run\")))";
    finds(
        start,
        ["i32.load16_u", "i32.load8_u offset=1"],
        "init",
        &["* result 0"],
    );
    let data = "(module (memory 1) (data (i32.const 8) \"@\") (func (export \"run\")))";
    let (verdict, text) = compare(LOOPS, &data.replace('@', "a"), &data.replace('@', "b"));
    let Verdict::Parted(parted) = verdict else {
        panic!("{text}")
    };
    assert!(matches!(
        parted.place,
        Precision::Instantiation | Precision::Instruction { .. }
    ));
    assert!(text.contains("memory 0 at 0x8"), "{text}");
}

/// A program of everything that records are made of.
const ALL: &str = r#"(module
    (type $pair (struct (field i32) (field (mut i64))))
    (type $f (func (param i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get"
        (func $clock (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (memory $other i64 1)
    (table $t 4 funcref) (elem (i32.const 0) $even $odd)
    (table $refs 2 anyref)
    (tag $tag (param i32 f64))
    (global $g (mut externref) (ref.null extern))
    (global $h (mut v128) (v128.const i64x2 1 2))
    (func $even (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
            (else (return_call $odd (i32.sub (local.get 0) (i32.const 1))))))
    (func $odd (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
            (else (return_call_indirect $t (type $f)
                (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))))
    (func $objects (param $x i32) (result i32)
        (local $p (ref null $pair)) (local $q (ref $pair)) (local $v v128) (local $i i31ref)
        (local.set $q (struct.new $pair (local.get $x) (i64.const 3)))
        (loop $again (param) (result)
            (local.set $p (local.get $q))
            (local.set $i (ref.i31 (local.get $x)))
            (table.set $refs (i32.const 1) (local.get $i))
            (local.set $v (i32x4.splat (local.get $x)))
            (global.set $h (i32x4.add (local.get $v) (global.get $h)))
            (local.set $x (i32.sub (local.get $x) (i32.const 1)))
            (br_if $again (i32.gt_s (local.get $x) (i32.const 0))))
        (i32.add (struct.get $pair 0 (local.get $q)) (i31.get_s (local.get $i))))
    (func $throws (param i32) (throw $tag (local.get 0) (f64.const 0.5)))
    (func $catches (param i32) (result i32)
        (block $h (result i32 f64)
            (try_table (catch $tag $h) (call $throws (local.get 0)))
            (unreachable))
        (i32.trunc_f64_s) (i32.add))
    (func (export "_start") (local $i i32)
        (drop (call $random (i32.const 64) (i32.const 32)))
        (drop (call $clock (i32.const 0) (i64.const 1) (i32.const 96)))
        (i64.store $other (i64.const 8) (i64.load (i32.const 64)))
        (i32.store (i32.const 128) (call $even (i32.and (i32.load (i32.const 96)) (i32.const 1023))))
        (i32.store (i32.const 132) (call $objects (i32.const 300)))
        (i32.store (i32.const 136) (call $catches (i32.const 5)))
        (memory.copy (i32.const 256) (i32.const 64) (i32.const 128))
        (call $exit (i32.and (i32.load (i32.const 64)) (i32.const 63)))))"#;

#[test]
fn what_is_the_same_is_said_to_be() {
    for words in [
        LOOPS,
        &[],
        &["--right", "jit,opt-level=none,no-guard,no-signals"],
    ] {
        let (verdict, text) = compare(words, ALL, ALL);
        let Verdict::Same { points, calls } = verdict else {
            panic!("{text}")
        };
        assert!(points > 300, "{text}");
        assert_eq!(calls, 3, "{text}");
    }
    let trap = "(module (memory 1) (func $f (drop (i32.load (i32.const 65536))))
        (func (export \"run\") (call $f)))";
    let (verdict, text) = compare(&[], trap, trap);
    assert!(matches!(verdict, Verdict::Same { .. }), "{text}");
    let thrown = "(module (tag $t) (func (export \"run\") (throw $t)))";
    let (verdict, text) = compare(&[], thrown, thrown);
    assert!(matches!(verdict, Verdict::Same { .. }), "{text}");
}

/// Adds two NaNs, whose bits say which of them the sum is: the machine gives its first operand. That
/// is the program's, but where nothing else needs what was loaded the compiler has the addition load
/// it, and what an instruction loads is its second operand.
#[cfg(target_arch = "x86_64")]
const SUM: &str = r#"(module (memory 1)
    (data (i32.const 0) "\11\00\c0\7f\22\00\c0\7f")
    (func $sum (local $x f32) (local $y f32)
        (local.set $y (f32.load (i32.const 4)))
        (f32.store (i32.const 8)
            (f32.add (local.tee $x (f32.load (i32.const 0))) (local.get $y)))
        @)
    (func (export "run") (call $sum)))"#;

#[cfg(target_arch = "x86_64")]
#[test]
fn what_records_hide_is_found() {
    // At the header of a loop the local is written down, so that it is needed once more.
    let sum = SUM.replace('@', "(loop)");
    let (verdict, text) = compare(&["--as-is"], &sum, &sum);
    assert!(matches!(verdict, Verdict::Apart(_)), "{text}");
    assert!(text.contains("so that the place cannot be found"), "{text}");
    assert!(text.contains("* memory 0 at 0x8"), "{text}");
    assert!(text.contains("0x7fc00011"), "{text}");
    assert!(text.contains("0x7fc00022"), "{text}");
    // All NaNs are the same otherwise.
    let (verdict, text) = compare(&[], &sum, &sum);
    assert!(matches!(verdict, Verdict::Same { .. }), "{text}");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn what_more_records_hide_is_found_as_closely_as_may_be() {
    // What is loaded is written down only where each instruction's result is.
    let sum = SUM.replace('@', "");
    let (verdict, text) = compare(&["--as-is"], &sum, &sum);
    let Verdict::Parted(parted) = verdict else {
        panic!("{text}")
    };
    assert!(matches!(parted.place, Precision::After(_)), "{text}");
    assert!(text.contains("`sum` at 0x"), "{text}");
    assert!(
        text.contains("With more records in this function"),
        "{text}"
    );
}

#[test]
fn stacks_of_another_depth_are_no_difference_of_code() {
    let deep = "(module (func $f (param i32) (result i32)
            (i32.add (call $f (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
        (func (export \"run\") (result i32) (call $f (i32.const 0))))";
    let (verdict, text) = compare(&[], deep, deep);
    let Verdict::Parted(parted) = verdict else {
        panic!("{text}")
    };
    assert!(matches!(parted.place, Precision::Stack), "{text}");
    assert!(text.contains("--max-stack"), "{text}");
}

#[test]
fn wrong_configurations_are_explained() {
    let error = |text: &str| {
        let words = ["diptych", "diff", "--left", text, "a.wasm"];
        Cli::try_parse_from(words)
            .expect_err("it is none")
            .to_string()
    };
    assert!(error("jot").contains("--jot"), "{}", error("jot"));
    assert!(error("jit,opt-level=fast").contains("fast"));
    let flags = flags(&["--left", "jit,opt-level=none,no-guard"]);
    assert!(flags.left.engine.no_guard);
    assert_eq!(flags.right.name, "jit");
}
