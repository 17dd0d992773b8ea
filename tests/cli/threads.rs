//! Programs with threads.

use super::*;

/// A program with threads: these functions, of which `$thread` is what its threads do.
fn program(functions: &str) -> String {
    format!(
        r#"(module
    (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "env" "memory" (memory 2 4 shared))
    (export "memory" (memory 0))
    (export "wasi_thread_start" (func $thread))
    (func $wait (drop (memory.atomic.wait32 (i32.const 512) (i32.const 0) (i64.const -1))))
    (func $spin (loop $l (br $l)))
    (func $sleep
        (i32.store (i32.const 2064) (i32.const 1))
        (i64.store (i32.const 2072) (i64.const 3_600_000_000_000))
        (drop (call $poll (i32.const 2048) (i32.const 4096) (i32.const 1) (i32.const 8192))))
    (func $input
        (i32.store (i32.const 2048) (i32.const 4096))
        (i32.store (i32.const 2052) (i32.const 1))
        (drop (call $read (i32.const 0) (i32.const 2048) (i32.const 1) (i32.const 2056))))
    {functions})"#
    )
}

/// Four threads, each of which adds 1 a thousand times to a number that a lock guards, and then
/// says its letter.
const COUNT: &str = r#"
    (func $lock
        (loop $again
            (if (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1)) (then
                (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const -1)))
                (br $again)))))
    (func $unlock
        (i32.atomic.store (i32.const 0) (i32.const 0))
        (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
    (func $say (param $letter i32) (param $at i32)
        (i32.store16 (local.get $at)
            (i32.or (i32.add (local.get $letter) (i32.const 65)) (i32.const 0x0a00)))
        (i32.store offset=8 (local.get $at) (local.get $at))
        (i32.store offset=12 (local.get $at) (i32.const 2))
        (drop (call $write (i32.const 1) (i32.add (local.get $at) (i32.const 8))
            (i32.const 1) (i32.add (local.get $at) (i32.const 16)))))
    (func $thread (param $id i32) (param $arg i32) (local $i i32)
        (loop $next
            (call $lock)
            (i32.store (i32.const 4) (i32.add (i32.load (i32.const 4)) (i32.const 1)))
            (call $unlock)
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $i) (i32.const 1000))))
        (call $say (local.get $arg)
            (i32.add (i32.const 1024) (i32.mul (local.get $arg) (i32.const 64))))
        (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
        (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
    (func (export "_start") (local $i i32)
        (loop $next
            (if (i32.le_s (call $spawn (local.get $i)) (i32.const 0)) (then unreachable))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $i) (i32.const 4))))
        (loop $wait
            (local.set $i (i32.atomic.load (i32.const 8)))
            (if (i32.ne (local.get $i) (i32.const 4)) (then
                (drop (memory.atomic.wait32 (i32.const 8) (local.get $i) (i64.const -1)))
                (br $wait))))
        (call $exit (i32.ne (i32.load (i32.const 4)) (i32.const 4000))))"#;

#[test]
fn threads_add_under_a_lock_and_print() {
    let folder = Folder::new("threads");
    let program = folder.file("count.wat", program(COUNT));
    for flags in [&["--backend", "interp"][..], &["--backend", "jit"]] {
        for limits in [&[][..], &["--timeout", "1m", "--fuel", "100000000"]] {
            let out = good(&[&["run"], flags, limits, &[&program]].concat());
            let mut lines: Vec<&str> = out.lines().collect();
            lines.sort_unstable();
            assert_eq!(lines, ["A", "B", "C", "D"]);
        }
    }
    let alone = r#"(module (import "any" "name" (memory 1 1 shared)) (func (export "_start")))"#;
    good(&["run", &folder.file("alone.wat", alone)]);
    let compiled = folder.path("count.cwasm");
    good(&["compile", &program, "-o", &compiled]);
    assert_eq!(good(&["run", "--precompiled", &compiled]).len(), 8);
    let timed = ["run", "--precompiled", "--timeout", "1m", &compiled];
    assert_eq!(good(&timed).len(), 8);
}

#[test]
fn what_ends_one_thread_ends_all() {
    let folder = Folder::new("threads-end");
    let begin = Instant::now();
    for (i, waits) in ["$wait", "$spin", "$sleep", "$input"].iter().enumerate() {
        let run = |name: &str, thread: &str, start: &str| {
            let text = program(&format!(
                r#"(func $thread (param i32 i32) {thread})
                (func (export "_start") (drop (call $spawn (i32.const 7))) {start})"#
            ));
            let program = folder.file(&format!("{name}{i}.wat"), text);
            ["interp", "jit"].map(|backend| {
                let mut command = command(&["run", "--backend", backend, &program]);
                // An input that never comes.
                let mut child = command
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .expect("the program starts");
                let _input = child.stdin.take();
                told(child.wait_with_output().expect("it ends"))
            })
        };
        let waits = format!("(call {waits})");
        for (_, err, code) in run("exit", "(call $exit (local.get 1))", &waits) {
            assert_eq!((&*err, code), ("", Some(7)), "{waits}");
        }
        for (_, err, code) in run("trap", "unreachable", &waits) {
            assert_eq!(code, Some(134), "{waits}");
            assert!(err.contains("unreachable"), "{err}");
        }
        let overflows = "(call $thread (i32.const 0) (i32.const 0))";
        for (_, err, code) in run("overflow", overflows, &waits) {
            assert_eq!(code, Some(134), "{waits}");
            assert!(err.contains("call stack exhausted"), "{err}");
        }
        for (_, err, code) in run("return", &waits, "") {
            assert_eq!((&*err, code), ("", Some(0)), "{waits}");
        }
        for (_, err, code) in run("main", &waits, "(call $exit (i32.const 3))") {
            assert_eq!((&*err, code), ("", Some(3)), "{waits}");
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn limits_hold_for_all_threads() {
    let folder = Folder::new("threads-limits");
    let program = |name: &str, thread: &str, start: &str| {
        let text = program(&format!(
            r#"(func $thread (param i32 i32) {thread}) (func (export "_start") {start})"#
        ));
        folder.file(name, text)
    };
    let spawn = "(drop (call $spawn (i32.const 0)))";
    // As the exit code the number of the third thread, or why there is none.
    let third =
        format!("{spawn}{spawn}(call $exit (i32.sub (i32.const 9) (call $spawn (i32.const 0))))");
    let third = program("third.wat", "(call $wait)", &third);
    let spins = program("spins.wat", "(call $spin)", &format!("{spawn}(call $wait)"));
    let grows = program(
        "grows.wat",
        "(call $exit (memory.grow (i32.const 1)))",
        &format!("{spawn}(call $wait)"),
    );
    for backend in ["interp", "jit"] {
        let run =
            |code, flags: &[&str]| bad(code, &[&["run", "--backend", backend], flags].concat());
        run(6, &[&third]);
        run(15, &["--max-threads", "2", &third]);
        let err = run(134, &["--timeout", "100ms", &spins]);
        assert!(err.contains("stopped after --timeout 100ms"), "{err}");
        let err = run(134, &["--fuel", "1000000", &spins]);
        assert!(err.contains("stopped after --fuel 1000000"), "{err}");
        run(2, &["--max-memory", "192KiB", &grows]);
        let (_, _, code) = super::run(&[
            "run",
            "--backend",
            backend,
            "--max-memory",
            "128KiB",
            &grows,
        ]);
        assert!(
            code.is_some_and(|code| code == -1 || code == 255),
            "{code:?}"
        );
        let err = run(1, &["--max-memory", "64KiB", &grows]);
        assert!(err.contains("too large"), "{err}");
        let err = run(1, &["--unknown-imports-trap", "--invoke", "none", &third]);
        assert!(err.contains("no function `none`"), "{err}");
    }
    // The profile is that of the first thread, and ends with the others.
    let profiled = program(
        "profiled.wat",
        "(call $exit (i32.const 4))",
        &format!("{spawn}(call $spin)"),
    );
    bad(4, &["run", "--profile", &profiled]);
}
