//! `diptych diff`: one world for all runs, and what is told.

use super::{Folder, bad, run};
use std::fs;

/// Reads clocks, random bytes and a file, adds a byte to another file, and prints and exits with
/// what depends on all of them.
const WORLD: &str = r#"(module
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get"
        (func $clock (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "input") (data (i32.const 32) "log") (data (i32.const 48) "printed\n")
    (func $iovec (param i32 i32)
        (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 1)))
    (func $spin (param $n i32) (result i32) (local $sum i32)
        (loop $next
            (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (local.get $n)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
        (local.get $sum))
    (func (export "_start")
        (if (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 5)
                (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8))
            (then (call $exit (i32.const 70))))
        (call $iovec (i32.const 1024) (i32.const 4096))
        (drop (call $read (i32.load (i32.const 8)) (i32.const 0) (i32.const 1) (i32.const 12)))
        (if (call $open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 3)
                (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 1) (i32.const 8))
            (then (call $exit (i32.const 71))))
        (call $iovec (i32.const 16) (i32.const 1))
        (drop (call $write (i32.load (i32.const 8)) (i32.const 0) (i32.const 1) (i32.const 12)))
        (drop (call $random (i32.const 8192) (i32.const 64)))
        (drop (call $clock (i32.const 0) (i64.const 1) (i32.const 8256)))
        (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 8264)))
        (i32.store (i32.const 8272)
            (call $spin (i32.and (i32.load (i32.const 8192)) (i32.const 0xffff))))
        (i32.store (i32.const 8276)
            (call $spin (i32.and (i32.load (i32.const 8256)) (i32.const 0xffff))))
        (call $iovec (i32.const 48) (i32.const 8))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
        (call $exit (i32.const 9))))"#;

#[test]
fn all_runs_have_the_same_world_and_it_is_changed_once() {
    let folder = Folder::new("diff-world");
    let program = folder.file("world.wat", WORLD);
    folder.file("input", "what is read");
    let dir = format!("{}::.", folder.path(""));
    let sides: [&[&str]; 3] = [
        &[],
        &["--left", "interp,dispatch=loop", "--right", "interp"],
        &[
            "--left",
            "jit,opt-level=none",
            "--right",
            "jit,no-guard,no-signals",
        ],
    ];
    for (times, side) in (1..).zip(sides) {
        let words = [&["diff", "--dir", &dir], side, &[&program]].concat();
        let (out, told, code) = run(&words);
        assert_eq!((&*out, code), ("printed\n", Some(0)), "{told}");
        assert!(
            told.contains(" agree at ") && told.contains("with 9 calls of WASI"),
            "{told}"
        );
        let log = fs::read(folder.path("log")).expect("it was written");
        assert_eq!(log, b"i".repeat(times));
    }
}

#[test]
fn functions_are_compared_with_their_arguments() {
    let folder = Folder::new("diff-invoke");
    let math = folder.file("math.wat", super::MATH);
    for call in [
        &["gcd", "48", "36"][..],
        &["divide", "1", "0"],
        &["both", "7", "nan"],
    ] {
        let words = [&["diff", "--invoke", call[0], &math], &call[1..]].concat();
        let (_, told, code) = run(&words);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains("interp and jit agree at"), "{told}");
    }
    let told = bad(1, &["diff", "--invoke", "recurse", &math]);
    assert!(told.contains("--max-stack"), "{told}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = Folder::new("diff-refused");
    let program = folder.file("world.wat", WORLD);
    folder.file("input", "what is read");
    let dir = format!("{}::.", folder.path(""));
    let told = bad(
        1,
        &["diff", "--dir", &dir, "--max-recording", "100", &program],
    );
    assert!(told.contains("--max-recording"), "{told}");
    let told = bad(2, &["diff", "--left", "jot", &program]);
    assert!(told.contains("--jot"), "{told}");
    let threads = folder.file(
        "threads.wat",
        r#"(module (import "env" "memory" (memory 1 1 shared))
            (import "wasi" "thread-spawn" (func (param i32) (result i32)))
            (func (export "_start")))"#,
    );
    let told = bad(1, &["diff", &threads]);
    assert!(told.contains("threads"), "{told}");
    let none = folder.file("none.wat", "(module)");
    let told = bad(1, &["diff", &none]);
    assert!(told.contains("_start"), "{told}");
    let missing = folder.file(
        "missing.wat",
        r#"(module (import "a" "b" (func)) (func (export "_start")))"#,
    );
    let told = bad(1, &["diff", &missing]);
    assert!(told.contains("`a` `b`") || told.contains("a::b"), "{told}");
}
