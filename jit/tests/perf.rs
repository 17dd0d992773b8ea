//! What Linux' `perf` is told of compiled code.

#![cfg(target_os = "linux")]

use diptych_core::{CompilationMode, Config, Engine, Func, Instance, Module, ProfilerKind, Store};
use std::path::PathBuf;

/// A function of a map or a dump.
#[derive(Debug)]
struct Symbol {
    start: u64,
    size: u64,
    name: String,
}

fn run(kind: ProfilerKind, mode: CompilationMode) {
    let text = r#"(module
        (import "host" "f" (func $host))
        (func $first (export "run") (call $"second\nline") (call $host))
        (func $"second\nline")
        (func (export "other") (result i32) (i32.const 1)))"#;
    let bytes = wat::parse_str(text).expect("the text is right");
    let mut config = Config::new();
    config.profiler(kind).compilation(mode);
    let engine =
        Engine::with_backends(&config, &[diptych_jit::backend()]).expect("there is a compiler");
    let module = Module::new(&engine, bytes).expect("it is valid");
    let mut store = Store::new(&engine, ());
    let host = Func::wrap(&mut store, || ());
    let instance = Instance::new(&mut store, &module, &[host.into()]).expect("it fits");
    for _ in 0..2 {
        instance
            .get_typed_func::<(), ()>(&mut store, "run")
            .expect("it is exported")
            .call(&mut store, ())
            .expect("it ends");
    }
}

/// Both kinds in one test: they are the process's.
#[test]
fn functions_have_names() {
    let directory = std::env::temp_dir().join(format!("diptych-perf-{}", std::process::id()));
    std::fs::create_dir(&directory).expect("there is room");
    std::env::set_current_dir(&directory).expect("it is there");
    let process = std::process::id();

    run(ProfilerKind::None, CompilationMode::Eager);
    let map = PathBuf::from(format!("/tmp/perf-{process}.map"));
    let dump = directory.join(format!("jit-{process}.dump"));
    assert!(!map.exists() && !dump.exists());

    run(ProfilerKind::PerfMap, CompilationMode::Eager);
    check(
        &read_map(&std::fs::read_to_string(&map).expect("it is there")),
        true,
    );
    run(ProfilerKind::PerfMap, CompilationMode::Lazy);
    let both = read_map(&std::fs::read_to_string(&map).expect("it is there"));
    assert_eq!(
        both.iter().filter(|it| it.name == "wasm[1]::first").count(),
        2
    );
    std::fs::remove_file(&map).expect("it is ours");

    assert!(!dump.exists());
    run(ProfilerKind::JitDump, CompilationMode::Lazy);
    check(
        &read_dump(&std::fs::read(&dump).expect("it is there")),
        false,
    );

    std::env::set_current_dir("/").expect("it is there");
    std::fs::remove_dir_all(&directory).expect("it is ours");
}

fn read_map(text: &str) -> Vec<Symbol> {
    let lines = text.lines().map(|line| {
        let mut fields = line.splitn(3, ' ');
        let mut field = || fields.next().expect("a line has three fields");
        let number = |text| u64::from_str_radix(text, 16).expect("a number");
        Symbol {
            start: number(field()),
            size: number(field()),
            name: field().into(),
        }
    });
    lines.collect()
}

fn read_dump(bytes: &[u8]) -> Vec<Symbol> {
    let word = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().expect("4 bytes"));
    let long = |at: usize| u64::from_ne_bytes(bytes[at..at + 8].try_into().expect("8 bytes"));
    assert_eq!(&bytes[..4], b"DTiJ", "on a little-endian machine");
    assert_eq!([word(4), word(8)], [1, 40]);
    assert_eq!(word(20), std::process::id());
    let (mut at, mut time, mut symbols) = (40, long(24), Vec::new());
    while at < bytes.len() {
        assert_eq!(word(at), 0);
        let end = at + word(at + 4) as usize;
        assert!(long(at + 8) >= time, "time passes");
        time = long(at + 8);
        assert_eq!(word(at + 16), std::process::id());
        assert_eq!(long(at + 24), long(at + 32));
        assert_eq!(long(at + 48), symbols.len() as u64);
        let size = long(at + 40);
        let name = &bytes[at + 56..end - size as usize];
        let name = name.strip_suffix(b"\0").expect("names end with a zero");
        assert!(
            bytes[end - size as usize..end]
                .iter()
                .any(|byte| *byte != 0)
        );
        symbols.push(Symbol {
            start: long(at + 24),
            size,
            name: String::from_utf8(name.to_vec()).expect("it is text"),
        });
        at = end;
    }
    assert_eq!(at, bytes.len());
    symbols
}

fn check(symbols: &[Symbol], whole: bool) {
    let find = |name: &str| symbols.iter().find(|symbol| symbol.name == name);
    let mut names = vec![
        "wasm[1]::first",
        "wasm[2]::second_line",
        "wasm trampoline (entry)",
        "wasm trampoline (exit)",
    ];
    // What is compiled when it is called is told of then.
    if whole {
        names.push("wasm[3]");
    } else {
        names.push("wasm stubs");
        assert!(find("wasm[3]").is_none());
    }
    for name in names {
        let symbol = find(name);
        assert!(symbol.is_some_and(|it| it.size > 0), "{name}: {symbols:#?}");
    }
    // No two overlap.
    let mut ranges: Vec<_> = symbols.iter().map(|it| (it.start, it.size)).collect();
    ranges.sort_unstable();
    for pair in ranges.windows(2) {
        assert!(pair[0].0 + pair[0].1 <= pair[1].0, "{symbols:#?}");
    }
}
