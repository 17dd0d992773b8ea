//! The program `diptych`, driven as its users drive it.

mod diff;
mod threads;

use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const MATH: &str = r#"(module $math
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (table 1 funcref)
    (global (export "counter") (mut i32) (i32.const 7))
    (func $gcd (export "gcd") (param $a i32) (param $b i32) (result i32)
        (if (result i32) (i32.eqz (local.get $b))
            (then (local.get $a))
            (else (return_call $gcd (local.get $b)
                (i32.rem_u (local.get $a) (local.get $b))))))
    (func (export "half") (param f64) (result f64)
        (f64.mul (local.get 0) (f64.const 0.5)))
    (func (export "both") (param i64 f32) (result i64 f32)
        (i64.sub (i64.const 0) (local.get 0)) (local.get 1))
    (func (export "same") (param externref) (result externref) (local.get 0))
    (func $deep (export "divide") (param i32 i32) (result i32)
        (i32.div_s (local.get 0) (local.get 1)))
    (func (export "recurse") (call $again))
    (func $again (call $again) (call $again))
    (func (export "spin") (loop $l (br $l)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "leave") (param i32) (call $exit (local.get 0))))"#;

/// A program that writes its arguments and its environment, a line each.
const ECHO: &str = r#"(module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func $lines (param $from i32) (param $size i32)
        (local $at i32)
        (local.set $at (local.get $from))
        (block $done
            (loop $next
                (br_if $done (i32.ge_u (local.get $at) (i32.add (local.get $from) (local.get $size))))
                (if (i32.eqz (i32.load8_u (local.get $at)))
                    (then (i32.store8 (local.get $at) (i32.const 10))))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br $next)))
        (i32.store (i32.const 8) (local.get $from))
        (i32.store (i32.const 12) (local.get $size))
        (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16))))
    (func (export "_start")
        (drop (call $args_sizes (i32.const 0) (i32.const 4)))
        (drop (call $args (i32.const 64) (i32.const 1024)))
        (call $lines (i32.const 1024) (i32.load (i32.const 4)))
        (drop (call $env_sizes (i32.const 0) (i32.const 4)))
        (drop (call $env (i32.const 64) (i32.const 8192)))
        (call $lines (i32.const 8192) (i32.load (i32.const 4)))))"#;

/// Opens `file` below the first preopened directory for writing, and exits with the errno.
const TOUCH: &str = r#"(module
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "file")
    (func (export "_start")
        (call $exit (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 4)
            (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 8)))))"#;

/// A folder of a test's own, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("diptych-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).expect("the folder can be made");
        Self(path)
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).expect("the file can be written");
        path.to_str().expect("the path is UTF-8").to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0
            .join(name)
            .to_str()
            .expect("the path is UTF-8")
            .to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diptych"));
    command.args(args).stdin(Stdio::null());
    command
}

/// Standard output, standard error and the exit code.
fn run(args: &[&str]) -> (String, String, Option<i32>) {
    told(command(args).output().expect("the program starts"))
}

fn told(output: Output) -> (String, String, Option<i32>) {
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

/// The output of a command that succeeds.
fn good(args: &[&str]) -> String {
    let (out, err, code) = run(args);
    assert_eq!((&*err, code), ("", Some(0)), "{args:?}: {out}");
    out
}

/// What a command says that fails with this code.
fn bad(code: i32, args: &[&str]) -> String {
    let (out, err, got) = run(args);
    assert_eq!(got, Some(code), "{args:?}: {out}{err}");
    err
}

#[test]
fn invoke_reads_arguments_by_type_and_prints_results() {
    let folder = Folder::new("invoke");
    let math = folder.file("math.wat", MATH);
    let invoke = |args: &[&str]| good(&[&["run", "--invoke", args[0], &math], &args[1..]].concat());
    assert_eq!(invoke(&["gcd", "48", "0x24"]), "12\n");
    assert_eq!(invoke(&["half", "-3"]), "-1.5\n");
    assert_eq!(invoke(&["half", "0x1.8p3"]), "6\n");
    assert_eq!(invoke(&["half", "-inf"]), "-inf\n");
    assert_eq!(invoke(&["half", "nan"]), "nan\n");
    assert_eq!(
        invoke(&["both", "-9223372036854775808", "nan:0x200001"]),
        "-9223372036854775808\nnan:0x200001\n"
    );
    assert_eq!(invoke(&["same", "null"]), "null\n");
}

#[test]
fn every_dispatch_and_compilation_gives_the_same() {
    let folder = Folder::new("modes");
    let math = folder.file("math.wat", MATH);
    for dispatch in ["auto", "loop"] {
        for compilation in ["lazy", "fully-lazy", "eager"] {
            let words = [
                "run",
                "--dispatch",
                dispatch,
                "--compilation",
                compilation,
                "--invoke",
                "gcd",
                &math,
                "1071",
                "462",
            ];
            assert_eq!(good(&words), "21\n");
        }
    }
}

#[test]
fn wrong_arguments_are_explained() {
    let folder = Folder::new("arguments");
    let math = folder.file("math.wat", MATH);
    let said = bad(1, &["run", "--invoke", "gcd", &math, "48"]);
    assert!(
        said.contains("gcd: takes 2 arguments (i32 i32), got 1"),
        "{said}"
    );
    let said = bad(1, &["run", "--invoke", "gcd", &math, "48", "x"]);
    assert!(said.contains("`x` is not an i32"), "{said}");
    let said = bad(1, &["run", "--invoke", "lcm", &math]);
    assert!(
        said.contains("no function `lcm`") && said.contains("gcd, half"),
        "{said}"
    );
    let said = bad(1, &["run", &math]);
    assert!(
        said.contains("no `_start`") && said.contains("--invoke"),
        "{said}"
    );
}

#[test]
fn a_trap_ends_with_134_and_a_backtrace() {
    let folder = Folder::new("trap");
    let math = folder.file("math.wat", MATH);
    let said = bad(134, &["run", "--invoke", "divide", &math, "1", "0"]);
    let mut lines = said.lines();
    let first = lines.next().expect("there is a message");
    assert!(
        first.starts_with("error: ") && first.ends_with("wasm trap: integer divide by zero"),
        "{said}"
    );
    assert!(
        said.contains("wasm backtrace:") && said.contains("math!deep"),
        "{said}"
    );
    let said = bad(134, &["run", "--invoke", "recurse", &math]);
    assert!(said.contains("call stack exhausted"), "{said}");
    assert!(
        said.lines().count() < 200,
        "the backtrace has no bound: {said}"
    );
}

#[test]
fn the_guests_exit_code_is_passed_on() {
    let folder = Folder::new("exit");
    let math = folder.file("math.wat", MATH);
    for code in [0, 1, 42] {
        let (out, err, got) = run(&["run", "--invoke", "leave", &math, &code.to_string()]);
        assert_eq!((&*out, &*err, got), ("", "", Some(code)));
    }
}

#[test]
fn limits_stop_the_guest() {
    let folder = Folder::new("limits");
    let math = folder.file("math.wat", MATH);
    let said = bad(134, &["run", "--fuel", "10000", "--invoke", "spin", &math]);
    assert!(said.contains("stopped after --fuel 10000"), "{said}");

    let begin = Instant::now();
    let said = bad(
        134,
        &["run", "--timeout", "200ms", "--invoke", "spin", &math],
    );
    assert!(said.contains("stopped after --timeout 200ms"), "{said}");
    assert!(begin.elapsed() < Duration::from_secs(20));

    let grow = |pages| {
        good(&[
            "run",
            "--max-memory",
            "1MiB",
            "--invoke",
            "grow",
            &math,
            pages,
        ])
    };
    assert_eq!(grow("15"), "1\n");
    assert_eq!(grow("16"), "-1\n");

    // Ample limits change nothing.
    let out = good(&[
        "run",
        "--fuel",
        "1000000",
        "--timeout",
        "1m",
        "--max-stack",
        "1MiB",
        "--invoke",
        "gcd",
        &math,
        "9",
        "6",
    ]);
    assert_eq!(out, "3\n");
}

#[test]
fn a_program_gets_its_arguments_and_only_the_environment_given() {
    let folder = Folder::new("echo");
    let echo = folder.file("echo.wat", ECHO);
    let out = good(&["run", "--env", "A=1", &echo, "x", "--env", "-y"]);
    assert_eq!(out, "echo.wat\nx\n--env\n-y\nA=1\n");
    let output = command(&["run", "--env", "PASSED", "--env", "B=2=3", &echo])
        .env("PASSED", "on")
        .env("HIDDEN", "yes")
        .output()
        .expect("the program starts");
    assert_eq!(told(output).0, "echo.wat\nPASSED=on\nB=2=3\n");
}

#[test]
fn a_module_comes_from_standard_input_too() {
    let mut child = command(&["run", "--invoke", "gcd", "-", "8", "12"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it has an input");
    stdin
        .write_all(MATH.as_bytes())
        .expect("the program reads it");
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(told(output).0, "4\n");
}

#[test]
fn directories_are_given_read_only_or_not_at_all() {
    let folder = Folder::new("dir");
    let touch = folder.file("touch.wat", TOUCH);
    fs::create_dir(folder.path("open")).expect("the folder can be made");
    let open = folder.path("open");

    let (_, _, code) = run(&["run", &touch]);
    assert_eq!(
        code,
        Some(8),
        "without a directory the descriptor is bad: EBADF"
    );
    let (_, err, code) = run(&["run", "--dir", &format!("{open}::/data:ro"), &touch]);
    assert!(code != Some(0) && err.is_empty(), "{code:?} {err}");
    assert!(!folder.0.join("open/file").exists());
    assert_eq!(
        good(&["run", "--dir", &format!("{open}::/data"), &touch]),
        ""
    );
    assert!(folder.0.join("open/file").exists());

    let said = bad(1, &["run", "--dir", &folder.path("missing"), &touch]);
    assert!(said.contains("--dir") && said.contains("missing"), "{said}");
}

#[test]
fn a_reactor_is_initialised_before_a_call() {
    let folder = Folder::new("reactor");
    let module = folder.file(
        "reactor.wat",
        r#"(module
            (global $ready (mut i32) (i32.const 0))
            (func (export "_initialize") (global.set $ready (i32.const 5)))
            (func (export "ready") (result i32) (global.get $ready)))"#,
    );
    assert_eq!(good(&["run", "--invoke", "ready", &module]), "5\n");
    assert_eq!(good(&["run", &module]), "");
}

#[test]
fn an_import_that_nobody_provides_is_named() {
    let folder = Folder::new("imports");
    let module = folder.file(
        "needy.wat",
        r#"(module
            (import "env" "gone" (func $gone))
            (func (export "call") (call $gone))
            (func (export "quiet")))"#,
    );
    let said = bad(1, &["run", "--invoke", "quiet", &module]);
    assert!(said.contains("unknown import"), "{said}");
    assert!(said.contains("env") && said.contains("gone"), "{said}");
    let quiet = [
        "run",
        "--unknown-imports-trap",
        "--invoke",
        "quiet",
        &module,
    ];
    assert_eq!(good(&quiet), "");
    bad(
        134,
        &["run", "--unknown-imports-trap", "--invoke", "call", &module],
    );
}

#[test]
fn bad_files_are_errors_in_words() {
    let folder = Folder::new("files");
    let said = bad(1, &["run", &folder.path("none.wasm")]);
    assert!(said.contains("none.wasm"), "{said}");
    let text = folder.file("wrong.wat", "(module (func (i32.bogus)))");
    let said = bad(1, &["run", &text]);
    assert!(
        said.contains("wrong.wat") && said.contains("i32.bogus"),
        "{said}"
    );
    let noise = folder.file("noise.wasm", b"\0asm\x01\0\0\0\x01\xff");
    let said = bad(1, &["run", &noise]);
    assert!(said.contains("noise.wasm"), "{said}");
    let bytes = folder.file("bytes", b"\xff\xfe\xfd");
    let said = bad(1, &["run", &bytes]);
    assert!(said.contains("not a WebAssembly module"), "{said}");
}

const BACKENDS: [&str; 2] = ["jit", "interp"];

/// The switches of the compiler, each alone and all together.
const COMPILER: &[&[&str]] = &[
    &[],
    &["--no-signals"],
    &["--no-guard"],
    &["--opt-level", "none"],
    &["--opt-level", "speed-and-size", "--compilation", "eager"],
    &["--no-signals", "--no-guard", "--compilation", "fully-lazy"],
    &["--canonicalize-nans", "--relaxed-simd-deterministic"],
];

#[test]
fn the_compiler_gives_the_same_as_the_interpreter() {
    let folder = Folder::new("compiler");
    let math = folder.file("math.wat", MATH);
    for switches in COMPILER {
        let words = |invoke: &[&'static str]| {
            let mut words = vec!["run", "--backend", "jit"];
            words.extend(*switches);
            words.extend(["--invoke", invoke[0]]);
            let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            words.push(math.clone());
            words.extend(invoke[1..].iter().map(|&word| word.to_owned()));
            words
        };
        let told = |invoke: &[&'static str]| {
            let words = words(invoke);
            run(&words.iter().map(|word| &**word).collect::<Vec<_>>())
        };
        let good = |invoke: &[&'static str]| {
            let (out, err, code) = told(invoke);
            assert_eq!((&*err, code), ("", Some(0)), "{switches:?} {invoke:?}");
            out
        };
        assert_eq!(good(&["gcd", "1071", "462"]), "21\n");
        assert_eq!(good(&["half", "-3"]), "-1.5\n");
        assert_eq!(good(&["both", "7", "-0.25"]), "-7\n-0.25\n");
        assert_eq!(good(&["grow", "3"]), "1\n");
        assert_eq!(
            told(&["leave", "42"]),
            (String::new(), String::new(), Some(42))
        );
        for (invoke, message) in [
            (&["divide", "1", "0"][..], "integer divide by zero"),
            (&["recurse"][..], "call stack exhausted"),
        ] {
            let (_, err, code) = told(invoke);
            assert_eq!(code, Some(134), "{switches:?} {invoke:?}: {err}");
            assert!(err.contains(message), "{switches:?} {invoke:?}: {err}");
            // The whole text, backtrace included, but for how many frames fit.
            let mut words = words(invoke);
            words[2] = "interp".to_owned();
            let (_, other, _) = run(&words.iter().map(|word| &**word).collect::<Vec<_>>());
            let begin = |text: &str| text.lines().take(4).collect::<Vec<_>>().join("\n");
            assert_eq!(begin(&err), begin(&other), "{switches:?} {invoke:?}");
        }
    }
}

#[test]
fn vectors_are_written_in_words() {
    let folder = Folder::new("vectors");
    let text = r#"(module
        (func (export "add") (param v128 v128) (result v128)
            (i32x4.add (local.get 0) (local.get 1)))
        (func (export "nan") (param v128 f32) (result v128 f32)
            (f32x4.add (local.get 0) (local.get 0)) (f32.sqrt (local.get 1))))"#;
    let file = folder.file("vectors.wat", text);
    for backend in BACKENDS {
        let run = |switches: &[&str], words: &[&str]| {
            let start = ["run", "--backend", backend];
            let name = ["--invoke", words[0], &file];
            good(&[&start, switches, &name, &words[1..]].concat())
        };
        assert_eq!(
            run(&[], &["add", "i32x4:1,-2,0x30,4", "v128:0x1_00000000"]),
            "v128:0x0000000400000030ffffffff00000001\n"
        );
        assert_eq!(
            run(
                &["--canonicalize-nans"],
                &["nan", "f32x4:1,-nan:0x1,inf,-nan", "-nan:0x7"]
            ),
            "v128:0x7fc000007f8000007fc0000040000000\nnan\n"
        );
        let said = bad(
            1,
            &[
                "run",
                "--backend",
                backend,
                "--invoke",
                "add",
                &file,
                "1",
                "2",
            ],
        );
        assert!(said.contains("`1` is no v128"), "{said}");
    }
}

#[test]
fn the_compiler_keeps_limits() {
    let folder = Folder::new("compiler-limits");
    let math = folder.file("math.wat", MATH);
    for switches in COMPILER {
        let limited = |limit: [&str; 2]| {
            let words = [
                &["run", "--backend", "jit", limit[0], limit[1]],
                *switches,
                &["--invoke", "spin", &math],
            ];
            bad(134, &words.concat())
        };
        let said = limited(["--fuel", "10000"]);
        assert!(said.contains("stopped after --fuel 10000"), "{said}");
        let said = limited(["--timeout", "200ms"]);
        assert!(said.contains("stopped after --timeout 200ms"), "{said}");
    }
    // More than the stack that threads have.
    let deep = folder.file(
        "deep.wat",
        r#"(module (func $down (export "down") (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (i32.add (i32.const 1)
                    (call $down (i32.sub (local.get 0) (i32.const 1)))))
                (else (i32.const 0)))))"#,
    );
    let down = |backend, stack| {
        let words = [
            "run",
            "--backend",
            backend,
            "--max-stack",
            stack,
            "--invoke",
            "down",
            &deep,
            "500000",
        ];
        run(&words).2
    };
    for backend in ["interp", "jit"] {
        assert_eq!(down(backend, "128MiB"), Some(0), "{backend}");
        assert_eq!(down(backend, "64KiB"), Some(134), "{backend}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    bad(2, &["run"]);
    bad(2, &["run", "--fuel", "much", "a.wasm"]);
    bad(2, &["run", "--timeout", "soon", "a.wasm"]);
    bad(2, &["run", "--backend", "magic", "a.wasm"]);
    bad(2, &["run", "--opt-level", "9", "a.wasm"]);
    bad(2, &["dance"]);
    bad(2, &["validate", "--disable", "everything", "a.wasm"]);
}

#[test]
fn validate_says_which_module_is_invalid() {
    let folder = Folder::new("validate");
    let math = folder.file("math.wat", MATH);
    let wrong = folder.file("wrong.wat", "(module (func (result i32)))");
    assert_eq!(good(&["validate", &math]), format!("{math}: valid\n"));
    assert_eq!(good(&["validate", "--quiet", &math]), "");
    let (out, err, code) = run(&["validate", &math, &wrong]);
    assert_eq!((out, code), (format!("{math}: valid\n"), Some(1)));
    assert!(
        err.contains("wrong.wat") && err.contains("type mismatch"),
        "{err}"
    );
    let said = bad(1, &["validate", "--disable", "tail-call", &math]);
    assert!(said.contains("tail calls"), "{said}");
}

#[test]
fn inspect_shows_the_parts_of_a_module() {
    let folder = Folder::new("inspect");
    let math = folder.file("math.wat", MATH);
    let text = good(&["inspect", &math]);
    for part in [
        "wasi_snapshot_preview1.proc_exit: func [i32] -> []",
        "gcd: func [i32 i32] -> [i32]",
        "memory: memory 1.. pages",
        "counter: global mut i32",
        "multi-value, mutable-global, reference-types, tail-call",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }

    let first = folder.file("first.wat", "(module (func try catch_all end))");
    let text = good(&["inspect", "--enable", "legacy-exceptions", &first]);
    assert!(text.contains("legacy-exceptions"), "{text}");

    let json: Value = serde_json::from_str(&good(&["inspect", "--json", &math])).expect("JSON");
    assert_eq!(json["name"], "math");
    assert_eq!(json["imports"][0]["name"], "proc_exit");
    assert_eq!(json["exports"][0]["kind"], "memory");
    let sections = json["sections"].as_array().expect("a list");
    assert!(
        sections
            .iter()
            .any(|section| section["name"] == "code" && section["count"] == 10)
    );

    let mut codes = Vec::new();
    for backend in ["interp", "jit"] {
        let inspect = ["inspect", "--backend", backend, "--disassemble"];
        let of = |function| good(&[&inspect[..], &[function, &math]].concat());
        let code = of("gcd");
        assert!(code.lines().count() > 2, "{code}");
        assert_eq!(code, of("1"));
        assert!(!of("deep").is_empty());
        let refused = |function| bad(1, &[&inspect[..], &[function, &math]].concat());
        let said = refused("nothing");
        assert!(said.contains("no function is called `nothing`"), "{said}");
        let said = refused("0");
        assert!(said.contains("imported"), "{said}");
        codes.push(code);
    }
    assert_ne!(codes[0], codes[1], "the backends' codes differ");
}

#[test]
fn bench_reports_times_and_the_result() {
    let folder = Folder::new("bench");
    let math = folder.file("math.wat", MATH);
    let quick = ["--time", "20ms", "--warm-up", "5ms"];
    let words = [
        &["bench", &math, "--json", "--invoke", "gcd"][..],
        &quick,
        &["48", "36"],
    ]
    .concat();
    let json: Value = serde_json::from_str(&good(&words)).expect("JSON");
    for field in ["min_us", "median_us", "compile_us", "instantiate_us"] {
        assert!(
            json[field].as_f64().is_some_and(|time| time >= 0.0),
            "{field}: {json}"
        );
    }
    assert_eq!(json["result"], 12);
    let words = [&["bench", &math, "--invoke", "half"][..], &quick, &["-5"]].concat();
    let text = good(&words);
    assert!(text.contains("median") && text.contains("-2.5"), "{text}");
    bad(134, &["bench", &math, "--invoke", "divide", "1", "0"]);
    let words = [
        &[
            "bench",
            &math,
            "--backend",
            "jit",
            "--json",
            "--invoke",
            "gcd",
        ][..],
        &quick,
        &["48", "36"],
    ]
    .concat();
    let json: Value = serde_json::from_str(&good(&words)).expect("JSON");
    assert_eq!(json["result"], 12);
}

#[test]
fn wast_counts_directives() {
    let folder = Folder::new("wast");
    let right = folder.file(
        "right.wast",
        r#"(module (func (export "one") (result i32) (i32.const 1)))
           (assert_return (invoke "one") (i32.const 1))"#,
    );
    let out = good(&["wast", &right]);
    assert_eq!(out.lines().last(), Some("2 passed, 0 failed, 0 skipped"));
    let wrong = folder.file(
        "wrong.wast",
        r#"(module (func (export "one") (result i32) (i32.const 1)))
           (assert_return (invoke "one") (i32.const 2))"#,
    );
    let report = folder.path("report.json");
    let (out, err, code) = run(&["wast", "--json", &report, &right, &wrong]);
    assert_eq!((&*err, code), ("", Some(1)));
    assert_eq!(out.lines().last(), Some("3 passed, 1 failed, 0 skipped"));
    let json = fs::read_to_string(&report).expect("the report was written");
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["failed"], 1);
    for (backend, mode) in [
        ("auto", "loop"),
        ("auto", "alternating"),
        ("interp", "loop"),
        ("jit", "jit"),
        ("jit", "jit-check-explicit-none"),
    ] {
        let modes = good(&["wast", "--backend", backend, "--modes"]);
        assert!(modes.lines().any(|known| known == mode), "{mode}: {modes}");
        let words = [
            "wast",
            "--backend",
            backend,
            "--mode",
            mode,
            "--all",
            &right,
        ];
        let out = good(&words);
        assert!(out.contains(&format!("mode {mode}\n")), "{out}");
    }
    for (words, mode) in [
        (&["--backend", "jit"][..], "jit"),
        (&["--backend", "jit", "--mode", "eager"][..], "jit-eager"),
    ] {
        let out = good(&[&["wast"][..], words, &[&right]].concat());
        assert!(out.contains(&format!("mode {mode}\n")), "{out}");
    }
    let said = bad(1, &["wast", "--backend", "jit", "--mode", "loop", &right]);
    assert!(said.contains("no mode `loop`"), "{said}");
}

#[test]
fn help_completions_and_manual_come_from_one_table() {
    let help = good(&["help", "run"]);
    for word in [
        "--max-memory",
        "Examples:",
        "Exit codes",
        "HOST[::GUEST][:ro]",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            good(&["completions", shell]).contains("max-memory"),
            "{shell}"
        );
    }
    assert!(good(&["man"]).contains(".TH"));
    let folder = Folder::new("man");
    let dir = folder.path("man1");
    good(&["man", "--dir", &dir]);
    for page in ["diptych.1", "diptych-run.1", "diptych-inspect.1"] {
        assert!(folder.0.join("man1").join(page).exists(), "{page}");
    }
}

#[test]
fn the_program_of_the_readme_draws_its_picture() {
    let program = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/programs/mandelbrot.wat"
    );
    let picture = good(&["run", program]);
    assert_eq!(picture.lines().count(), 32);
    assert!(picture.lines().all(|line| line.len() == 78));
    assert_eq!(
        picture.lines().nth(16),
        Some(".......-----=--======+*@@*@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@==-------::::")
    );
    let symmetric = picture.lines().rev().collect::<Vec<_>>();
    assert_eq!(picture.lines().collect::<Vec<_>>()[..4], symmetric[..4]);
}

/// Modules are compiled, run, and refused where they do not fit.
#[test]
fn compiled_modules_are_files_too() {
    let folder = Folder::new("compiled");
    let math = folder.file("math.wat", MATH);
    let compiled = folder.path("math.cwasm");
    let gcd = |flags: &[&str], file: &str| {
        let run = ["run", "--precompiled", "--invoke", "gcd"];
        run.iter()
            .chain(flags)
            .chain(&[file, "48", "36"])
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let words = |words: &[String]| {
        words
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let good = |args: Vec<String>| good(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let bad = |args: Vec<String>| bad(1, &args.iter().map(String::as_str).collect::<Vec<_>>());
    let owned = |args: &[&str]| {
        args.iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };

    assert_eq!(good(owned(&["compile", &math])), "");
    assert_eq!(good(gcd(&[], &compiled)), "12\n");
    // With what the code cannot do.
    let refused = bad(gcd(&["--fuel", "100"], &compiled));
    assert!(refused.contains("fuel"), "{refused}");
    // A module is no code.
    bad(gcd(&[], &math));

    let for_fuel = folder.path("fuel.cwasm");
    good(owned(&["compile", "--fuel", "-o", &for_fuel, &math]));
    let run = gcd(&["--fuel", "100"], &for_fuel);
    assert_eq!(good(run.clone()), "12\n", "{}", words(&run));

    // For another machine, and for one that there is not.
    let other = if cfg!(target_arch = "x86_64") {
        "aarch64-unknown-linux-gnu"
    } else {
        "x86_64-unknown-linux-gnu"
    };
    let elsewhere = folder.path("other.cwasm");
    good(owned(&[
        "compile", "--target", other, "-o", &elsewhere, &math,
    ]));
    let refused = bad(gcd(&[], &elsewhere));
    assert!(
        refused.contains("aarch64") || refused.contains("x86_64"),
        "{refused}"
    );
    let refused = bad(owned(&["compile", "--target", "z80-none-none", &math]));
    assert!(refused.contains("z80"), "{refused}");

    // A cache makes no difference but to time.
    let cache = folder.path("cache");
    for _ in 0..2 {
        let run = [
            "run",
            "--backend",
            "jit",
            "--cache",
            &cache,
            "--invoke",
            "gcd",
        ];
        let run = [&run[..], &[&math, "9", "6"]].concat();
        assert_eq!(good(owned(&run)), "3\n");
    }
    assert_eq!(fs::read_dir(&cache).expect("it is there").count(), 1);
}
