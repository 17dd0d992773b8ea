//! `diptych run --profile`, on each backend.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Works until 300 ms are over, by turns in two functions; then says so.
const WORK: &str = r#"(module
    (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\05\00\00\00done\n")
    (func $now (result i64)
        (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 64)))
        (i64.load (i32.const 64)))
    (func $hot_add (param i32) (result i32)
        (local i32)
        (loop $again
            (local.set 1 (i32.add (local.get 1) (local.get 0)))
            (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 1))
    (func $hot_rotate (param i32) (result i32)
        (local i32)
        (loop $again
            (local.set 1 (i32.rotl (i32.xor (local.get 1) (local.get 0)) (i32.const 5)))
            (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 1))
    (func $work (export "work")
        (local $end i64)
        (local.set $end (i64.add (call $now) (i64.const 300_000_000)))
        (loop $again
            (drop (call $hot_add (i32.const 20_000)))
            (drop (call $hot_rotate (i32.const 20_000)))
            (br_if $again (i64.lt_u (call $now) (local.get $end)))))
    (func (export "_start")
        (call $work)
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))
    (func (export "leave") (call $work) (call $exit (i32.const 3)))
    (func (export "crash") (call $work) (unreachable))
    (func $spin_for_ever (export "spin") (loop $again (br $again)))
    ;; A nap of as many nanoseconds; its error.
    (func (export "sleep") (param i64) (result i32)
        (i32.store (i32.const 144) (i32.const 1))
        (i64.store (i32.const 152) (local.get 0))
        (i64.store (i32.const 160) (i64.const 1))
        (call $poll (i32.const 128) (i32.const 256) (i32.const 1) (i32.const 64))))"#;

const BACKENDS: [&str; 2] = ["interp", "jit"];

/// A folder of a test's own, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("diptych-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).expect("the folder can be made");
        fs::write(path.join("work.wat"), WORK).expect("the file can be written");
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        let path = self.0.join(name);
        path.to_str().expect("the path is UTF-8").to_owned()
    }

    /// Standard output, standard error and the exit code of a run of the module.
    fn run(&self, backend: &str, flags: &[&str], args: &[&str]) -> (String, String, Option<i32>) {
        let output = Command::new(env!("CARGO_BIN_EXE_diptych"))
            .args(["run", "--backend", backend])
            .args(flags)
            .arg(self.path("work.wat"))
            .args(args)
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
        (
            text(output.stdout),
            text(output.stderr),
            output.status.code(),
        )
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The number of samples, and each function's own and total part of them in percent.
fn table(stderr: &str) -> (u64, Vec<(&str, f64, f64)>) {
    let samples = stderr
        .lines()
        .find_map(|line| line.strip_prefix("profile: ")?.split_once(" samples, "))
        .and_then(|(count, _)| count.parse().ok())
        .unwrap_or_else(|| panic!("no number of samples: {stderr}"));
    let percent = |text: &str| text.strip_suffix('%')?.parse().ok();
    let rows = stderr
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let own = percent(words.nth(1)?)?;
            let total = percent(words.nth(1)?)?;
            Some((words.next()?, own, total))
        })
        .collect();
    (samples, rows)
}

/// The names of elements in their order, after a check that the text is well-formed XML: elements
/// nest, attributes are quoted, and only the entities that XML knows occur.
fn elements(xml: &str) -> Vec<&str> {
    let text = xml
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .expect("it begins with a declaration");
    let plain = |text: &str| {
        assert!(!text.contains('>'), "{text}");
        for (at, _) in text.match_indices('&') {
            let entity = text[at..].split_inclusive(';').next().unwrap_or_default();
            assert!(
                ["&lt;", "&gt;", "&amp;", "&quot;"].contains(&entity),
                "{entity}"
            );
        }
    };
    let (mut open, mut all) = (Vec::new(), Vec::new());
    let mut parts = text.split('<');
    assert_eq!(parts.next(), Some(""));
    for part in parts {
        let (tag, after) = part.split_once('>').expect("a tag ends");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else {
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            let (attributes, empty) = match attributes.strip_suffix('/') {
                Some(attributes) => (attributes, true),
                None => (attributes, false),
            };
            let quoted: Vec<_> = attributes.split('"').collect();
            assert_eq!(quoted.len() % 2, 1, "{tag}");
            for pair in quoted.chunks(2) {
                assert!(pair.len() == 1 || pair[0].ends_with('='), "{tag}");
                pair.iter().for_each(|text| plain(text));
            }
            all.push(name);
            if !empty {
                open.push(name);
            }
        }
        // A style sheet has selectors with `>`.
        if open.last() == Some(&"style") {
            continue;
        }
        plain(after);
        assert!(!open.is_empty() || after.trim().is_empty(), "{after}");
    }
    assert!(open.is_empty(), "{open:?}");
    all
}

#[test]
fn hot_functions_are_found_and_drawn() {
    let folder = Folder::new("profile-hot");
    for backend in BACKENDS {
        let svg = folder.path("flames.svg");
        let (out, err, code) = folder.run(backend, &[&format!("--profile={svg}")], &[]);
        assert_eq!(
            (out.as_str(), code),
            ("done\n", Some(0)),
            "{backend}: {err}"
        );

        let (samples, rows) = table(&err);
        assert!(samples > 5, "{backend}: {err}");
        for hot in ["hot_add", "hot_rotate"] {
            let row = rows.iter().find(|(name, ..)| *name == hot);
            assert!(row.is_some_and(|(_, own, total)| own == total), "{err}");
        }
        let (_, own, total) = rows
            .iter()
            .find(|(name, ..)| *name == "work")
            .unwrap_or_else(|| panic!("{backend}: {err}"));
        assert!(own < total && *total > 50.0, "{backend}: {err}");

        let svg = fs::read_to_string(svg).expect("there is a picture");
        assert_eq!(elements(&svg)[0], "svg");
        for name in ["all", "work", "hot_add", "hot_rotate"] {
            assert!(
                svg.contains(&format!("<title>{name} (")),
                "{backend}: {svg}"
            );
        }
    }
}

#[test]
fn stacks_can_be_had_as_text() {
    let folder = Folder::new("profile-folded");
    for backend in BACKENDS {
        let file = folder.path("stacks.folded");
        let flags = [&format!("--profile={file}"), "--profile-interval", "2ms"];
        let (_, err, code) = folder.run(backend, &flags, &[]);
        assert_eq!(code, Some(0), "{backend}: {err}");
        let (samples, _) = table(&err);
        let text = fs::read_to_string(file).expect("there are stacks");
        let lines: Vec<_> = text
            .lines()
            .map(|line| line.rsplit_once(' ').expect("a stack and a number"))
            .collect();
        for hot in ["hot_add", "hot_rotate"] {
            let found = lines
                .iter()
                .any(|(stack, _)| stack.ends_with(&format!(";work;{hot}")));
            assert!(found, "{backend}: {text}");
        }
        let sum: u64 = lines
            .iter()
            .map(|(_, count)| count.parse::<u64>().expect("it is a number"))
            .sum();
        assert_eq!(sum, samples, "{backend}: {text}");
    }
}

#[test]
fn a_guest_that_ends_early_is_told_of_too() {
    let folder = Folder::new("profile-ends");
    for backend in BACKENDS {
        for (function, expected) in [("leave", 3), ("crash", 134)] {
            let flags = ["--profile", "--profile-top", "1", "--invoke", function];
            let (_, err, code) = folder.run(backend, &flags, &[]);
            assert_eq!(code, Some(expected), "{backend}: {err}");
            let (samples, rows) = table(&err);
            assert!(samples > 5 && rows.len() == 1, "{backend}: {err}");
            assert!(rows[0].0.starts_with("hot_"), "{backend}: {err}");
        }
    }
}

#[test]
fn a_timeout_ends_a_guest_that_is_profiled() {
    let folder = Folder::new("profile-timeout");
    for backend in BACKENDS {
        let flags = ["--profile", "--timeout", "300ms", "--invoke"];
        let (_, err, code) = folder.run(backend, &[&flags[..], &["spin"]].concat(), &[]);
        assert_eq!(code, Some(134), "{backend}: {err}");
        assert!(err.contains("stopped after --timeout 300ms"), "{err}");
        let (samples, rows) = table(&err);
        assert!(samples > 5, "{backend}: {err}");
        assert_eq!(rows, [("spin_for_ever", 100.0, 100.0)], "{backend}: {err}");

        let day = (24 * 3600 * 1_000_000_000_u64).to_string();
        let (_, err, code) = folder.run(backend, &[&flags[..], &["sleep"]].concat(), &[&day]);
        assert_eq!(code, Some(134), "{backend}: {err}");
        assert!(err.contains("stopped after --timeout 300ms"), "{err}");
    }
}

#[test]
fn a_guest_that_sleeps_is_not_woken() {
    let folder = Folder::new("profile-sleep");
    for backend in BACKENDS {
        let flags = ["--profile", "--timeout", "1h", "--invoke", "sleep"];
        let (out, err, code) = folder.run(backend, &flags, &["100_000_000"]);
        assert_eq!((out.as_str(), code), ("0\n", Some(0)), "{backend}: {err}");
        assert!(err.contains("profile: "), "{backend}: {err}");
    }
}

#[test]
fn a_picture_that_cannot_be_written_is_told_at_once() {
    let folder = Folder::new("profile-unwritable");
    let flag = format!("--profile={}", folder.path("missing/flames.svg"));
    let (out, err, code) = folder.run("interp", &[&flag], &[]);
    assert_eq!((out.as_str(), code), ("", Some(1)), "{err}");
    assert!(err.starts_with("error: cannot write "), "{err}");
}
