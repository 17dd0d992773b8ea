//! Runs one script: parses it, executes each directive, counts.

use crate::Options;
use crate::report::{FileReport, Kind, Outcome};
use crate::suite::TestFile;
use crate::{lower, panics};
use diptych::{CompilationMode, Engine};
use diptych_script::{Features, Problem, Shared, World};
use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};
use wast::lexer::Lexer;
use wast::parser::{ParseBuffer, parse};
use wast::{Wast, WastDirective};

/// Runs a script and counts its directives.
pub(crate) fn run(file: &TestFile, options: &Options) -> FileReport {
    let started = Instant::now();
    let mut report = FileReport::new(file);
    let parsed = panics::catch(|| parse_and_run(file, options, &mut report));
    match parsed {
        Ok(Ok(())) => {}
        Ok(Err(text)) | Err(text) => report.add(Kind::Script, 0, Outcome::Failed(text)),
    }
    report.seconds = started.elapsed().as_secs_f64();
    report
}

fn parse_and_run(
    file: &TestFile,
    options: &Options,
    report: &mut FileReport,
) -> Result<(), String> {
    let features = Features::of_group(&file.group);
    let engine = options
        .mode
        .engine(&features, options.timeout.is_some())
        .map_err(|error| format!("the engine cannot be set up: {error}"))?;
    let mut world = world(file, options, &engine)?;
    let _watchdog = Watchdog::start(&world, options.timeout);

    thread::scope(|scope| {
        let mut threads = BTreeMap::new();
        let parsed = each_directive(&file.text, |line, directive| {
            let kind = Kind::of(&directive);
            let outcome = match directive {
                WastDirective::Thread(begun) => {
                    let name = begun.shared_module.map(|module| module.name().to_owned());
                    let lent = name.map(|name| (world.shared_memories(&name), name));
                    let engine = engine.clone();
                    let run = move || run_thread(file, options, &engine, lent, line);
                    threads.insert(begun.name.name().to_owned(), scope.spawn(run));
                    Outcome::Passed
                }
                WastDirective::Wait { thread, .. } => match threads.remove(thread.name()) {
                    Some(thread) => {
                        end_thread(thread, report);
                        Outcome::Passed
                    }
                    None => Outcome::Failed(format!("there is no thread ${}", thread.name())),
                },
                directive => judge(file, &mut world, line, directive),
            };
            report.add(kind, line, outcome);
        });
        for thread in threads.into_values() {
            end_thread(thread, report);
        }
        parsed
    })
}

fn world(file: &TestFile, options: &Options, engine: &Engine) -> Result<World, String> {
    let features = Features::of_group(&file.group);
    let late = options.mode.compilation == CompilationMode::FullyLazy;
    World::new(engine, &features, options.mode.metered, late)
        .map_err(|error| format!("there is no `spectest`: {error}"))
}

/// Interrupts guests that take too long, until it is dropped.
struct Watchdog(#[allow(dead_code, reason = "its end is the message")] mpsc::Sender<()>);

impl Watchdog {
    fn start(world: &World, timeout: Option<Duration>) -> Self {
        let (alive, dropped) = mpsc::channel();
        if let Some(timeout) = timeout {
            let handle = world.interrupt_handle();
            thread::spawn(move || {
                if dropped.recv_timeout(timeout) == Err(mpsc::RecvTimeoutError::Timeout) {
                    handle.interrupt();
                }
            });
        }
        Self(alive)
    }
}

/// Directives with their lines and what became of them.
type Judged = Vec<(Kind, usize, Outcome)>;

/// Runs the thread that begins on this line, in a world of its own, in which there are the memories
/// of an instance that it shares.
fn run_thread(
    file: &TestFile,
    options: &Options,
    engine: &Engine,
    lent: Option<(Result<Shared, Problem>, String)>,
    line: usize,
) -> Judged {
    let mut judged = Judged::new();
    let failed = |text| (Kind::Thread, line, Outcome::Failed(text));
    let mut world = match world(file, options, engine) {
        Ok(world) => world,
        Err(text) => return vec![failed(text)],
    };
    match lent {
        Some((Ok(memories), name)) => world.lend(&name, memories),
        Some((Err(problem), name)) => {
            return vec![failed(format!("there is no instance ${name}: {problem:?}"))];
        }
        None => {}
    }
    let _watchdog = Watchdog::start(&world, options.timeout);
    let lines = Lines::of(&file.text);
    let parsed = each_directive(&file.text, |at, directive| {
        if let WastDirective::Thread(thread) = directive
            && at == line
        {
            for directive in thread.directives {
                let line = lines.line(directive.span().offset());
                let kind = Kind::of(&directive);
                let outcome = judge(file, &mut world, line, directive);
                judged.push((kind, line, outcome));
            }
        }
    });
    judged.extend(parsed.err().map(failed));
    judged
}

/// Counts what a thread did, once it is at its end.
fn end_thread(thread: ScopedJoinHandle<'_, Judged>, report: &mut FileReport) {
    let judged = thread.join().unwrap_or_else(|_| {
        let text = "the thread panicked".to_owned();
        vec![(Kind::Thread, 0, Outcome::Failed(text))]
    });
    for (kind, line, outcome) in judged {
        report.add(kind, line, outcome);
    }
}

/// Gives the directives of a script, with their lines, to `visit`.
pub(crate) fn each_directive(
    text: &str,
    mut visit: impl FnMut(usize, WastDirective<'_>),
) -> Result<(), String> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let lines = Lines::of(text);
    let failed = |error: wast::Error| {
        format!(
            "line {}: {}",
            lines.line(error.span().offset()),
            error.message()
        )
    };
    let buffer = ParseBuffer::new_with_lexer(lexer).map_err(failed)?;
    let script = parse::<Wast<'_>>(&buffer).map_err(failed)?;
    for directive in script.directives {
        visit(lines.line(directive.span().offset()), directive);
    }
    Ok(())
}

fn judge(file: &TestFile, world: &mut World, line: usize, directive: WastDirective<'_>) -> Outcome {
    if let Some(why) = file.superseded(line) {
        return Outcome::Superseded(why);
    }
    match panics::catch(|| world.directive(lower::directive(directive))) {
        Ok(Ok(())) => Outcome::Passed,
        Ok(Err(Problem::Wrong(text) | Problem::Exhausted(text))) | Err(text) => {
            Outcome::Failed(text)
        }
    }
}

/// The beginnings of a text's lines.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(
            core::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect(),
        )
    }

    /// The number, from 1, of the line at this offset.
    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|begin| *begin <= offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn run_text(text: &str, options: &Options) -> FileReport {
        panics::install_hook();
        let file = TestFile {
            group: "core".into(),
            key: "test.wast".into(),
            source: "here".into(),
            text: Cow::Owned(text.into()),
        };
        run(&file, options)
    }

    fn counts(text: &str) -> (usize, usize, usize) {
        let report = run_text(text, &Options::default());
        (
            report.counts.passed,
            report.counts.failed,
            report.counts.skipped,
        )
    }

    #[test]
    fn lines_are_counted_from_one() {
        let lines = Lines::of("a\nbc\n\nd");
        assert_eq!(
            [0, 1, 2, 5, 6].map(|offset| lines.line(offset)),
            [1, 1, 2, 3, 4]
        );
    }

    #[test]
    fn right_assertions_pass() {
        let script = r#"
            (module $m
              (global (export "g") i32 (i32.const 7))
              (func (export "add") (param i32 i32) (result i32)
                (i32.add (local.get 0) (local.get 1)))
              (func (export "div") (param i32) (result i32)
                (i32.div_u (i32.const 1) (local.get 0)))
              (func $deep (export "deep") (call $deep)))
            (register "m")
            (module (import "m" "add" (func $a (param i32 i32) (result i32)))
              (func (export "twice") (param i32) (result i32)
                (call $a (local.get 0) (local.get 0))))
            (assert_return (invoke "twice" (i32.const 21)) (i32.const 42))
            (assert_return (invoke $m "add" (i32.const 1) (i32.const 2)) (i32.const 3))
            (assert_return (get $m "g") (i32.const 7))
            (assert_trap (invoke $m "div" (i32.const 0)) "integer divide by zero")
            (assert_exhaustion (invoke $m "deep") "call stack exhausted")
            (assert_invalid (module (func (result i32))) "type mismatch")
            (assert_malformed (module quote "(func (result i33))") "unexpected token")
            (assert_malformed (module binary "\00asm") "unexpected end")
            (assert_unlinkable (module (import "m" "none" (func))) "unknown import")
            (assert_trap (module (func $f unreachable) (start $f)) "unreachable")
            (module definition $d (func (export "f") (result i64) (i64.const 5)))
            (module instance $i $d)
            (assert_return (invoke $i "f") (i64.const 5))
            (invoke $i "f")
        "#;
        let report = run_text(script, &Options::default());
        assert_eq!(report.failures.len(), 0, "{:?}", report.failures);
        assert_eq!(report.counts.passed, 17);
    }

    #[test]
    fn wrong_assertions_fail() {
        let module = r#"(module (func (export "f") (result i32) (i32.const 1))
            (func (export "u") unreachable))"#;
        for directive in [
            r#"(assert_return (invoke "f") (i32.const 2))"#,
            r#"(assert_return (invoke "f") (i64.const 1))"#,
            r#"(assert_return (invoke "f"))"#,
            r#"(assert_return (invoke "g"))"#,
            r#"(assert_return (invoke "u"))"#,
            r#"(assert_trap (invoke "f") "unreachable")"#,
            r#"(assert_trap (invoke "u") "integer overflow")"#,
            r#"(assert_exhaustion (invoke "f") "call stack exhausted")"#,
            r#"(assert_invalid (module) "type mismatch")"#,
            r#"(assert_malformed (module quote "(func)") "unexpected token")"#,
            r#"(assert_unlinkable (module) "unknown import")"#,
            r#"(assert_exception (invoke "f"))"#,
            r#"(module (import "a" "b" (func)))"#,
            r#"(module instance $i $none)"#,
        ] {
            assert_eq!(
                counts(&format!("{module}{directive}")),
                (1, 1, 0),
                "{directive}"
            );
        }
    }

    #[test]
    fn what_depends_on_a_failed_module_fails() {
        let script = r#"
            (module (func unreachable) (start 0))
            (assert_return (invoke "f"))"#;
        assert_eq!(counts(script), (0, 2, 0));
    }

    #[test]
    fn threads_run_beside_each_other() {
        // Each waits for what the other one does.
        let script = r#"
            (module $mem (memory (export "shared") 1 1 shared))
            (thread $one (shared (module $mem))
              (register "mem" $mem)
              (module
                (memory (import "mem" "shared") 1 1 shared)
                (func (export "run") (result i32)
                  (i32.atomic.store (i32.const 0) (i32.const 42))
                  (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
                  (loop (br_if 0 (i32.eqz (i32.atomic.load (i32.const 4)))))
                  (i32.load (i32.const 8))))
              (assert_return (invoke "run") (i32.const 7)))
            (thread $two (shared (module $mem))
              (register "memory of all" $mem)
              (module
                (memory (import "memory of all" "shared") 1 1 shared)
                (func (export "run") (result i32)
                  (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
                  (i32.store (i32.const 8) (i32.const 7))
                  (i32.atomic.store (i32.const 4) (i32.const 1))
                  (i32.load (i32.const 0))))
              (assert_return (invoke "run") (i32.const 42))
              (assert_return (invoke "run") (i32.const 43)))
            (wait $one)
            (wait $two)
            (wait $three)"#;
        let report = run_text(script, &Options::default());
        assert_eq!((report.counts.passed, report.counts.failed), (11, 2));
        let line_of = |text| script[..script.find(text).unwrap()].lines().count();
        let lines = report.failures.iter().map(|failure| failure.line);
        assert!(lines.eq([line_of("const 43"), line_of("wait $three")]));
        assert_eq!(report.failures[1].text, "there is no thread $three");
    }

    #[test]
    fn a_script_that_cannot_be_parsed_fails() {
        assert_eq!(counts("(module"), (0, 1, 0));
    }
}
