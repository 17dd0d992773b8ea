//! How far a long compilation or comparison is, on a terminal: one line, which goes when it is
//! done.

use diptych::{CompileProgress, Config};
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time between two changes of the line, and before the first.
const PAUSE: Duration = Duration::from_millis(100);

/// Brings the cursor to the line's begin and clears it.
const ERASE: &str = "\r\u{1b}[K";

static LINE: Mutex<Line> = Mutex::new(Line::new());

/// Shows the progress of compilation, if standard error is a terminal.
pub(crate) fn show(config: &mut Config) {
    if std::io::stderr().is_terminal() {
        config.compile_progress(|progress| print(|line| line.at(progress, Instant::now())));
    }
}

/// Shows how far something else is, if standard error is a terminal.
pub(crate) fn note(text: impl FnOnce() -> String) {
    if std::io::stderr().is_terminal() {
        print(|line| line.note(text, Instant::now()));
    }
}

/// Erases the line of what failed.
pub(crate) fn erase() {
    print(Line::end);
}

fn print(change: impl FnOnce(&mut Line) -> Option<String>) {
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = change(&mut line) {
        let mut terminal = std::io::stderr().lock();
        // Nobody misses a line that cannot be shown.
        let _ = terminal.write_all(text.as_bytes());
        let _ = terminal.flush();
    }
}

/// What is on the terminal.
#[derive(Debug)]
struct Line {
    /// When it was changed, or when the compilation began.
    changed: Option<Instant>,
    done: usize,
    shown: bool,
}

impl Line {
    const fn new() -> Self {
        Self {
            changed: None,
            done: 0,
            shown: false,
        }
    }

    /// What to write, if anything. Reports of several threads can come out of order.
    fn at(&mut self, progress: CompileProgress, now: Instant) -> Option<String> {
        if progress.done >= progress.total {
            return self.end();
        }
        let changed = *self.changed.get_or_insert(now);
        if progress.done <= self.done || now.saturating_duration_since(changed) < PAUSE {
            return None;
        }
        *self = Self {
            changed: Some(now),
            done: progress.done,
            shown: true,
        };
        Some(format!(
            "{ERASE}compiling {}/{} functions",
            progress.done, progress.total
        ))
    }

    fn note(&mut self, text: impl FnOnce() -> String, now: Instant) -> Option<String> {
        let changed = *self.changed.get_or_insert(now);
        if now.saturating_duration_since(changed) < PAUSE {
            return None;
        }
        *self = Self {
            changed: Some(now),
            done: 0,
            shown: true,
        };
        Some(format!("{ERASE}{}", text()))
    }

    fn end(&mut self) -> Option<String> {
        core::mem::replace(self, Self::new())
            .shown
            .then(|| ERASE.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written at these times in milliseconds, of 9 functions in all.
    fn written(reports: &[(u64, usize)]) -> Vec<Option<String>> {
        let begin = Instant::now();
        let mut line = Line::new();
        reports
            .iter()
            .map(|(time, done)| {
                let now = begin + Duration::from_millis(*time);
                line.at(CompileProgress::new(*done, 9), now)
            })
            .collect()
    }

    fn compiling(done: usize) -> Option<String> {
        Some(format!("{ERASE}compiling {done}/9 functions"))
    }

    #[test]
    fn the_line_changes_ten_times_a_second_and_goes() {
        let reports = [
            (0, 1),
            (99, 2),
            (100, 3),
            (150, 4),
            (199, 5),
            (250, 6),
            (260, 9),
        ];
        assert_eq!(
            written(&reports),
            [
                None,
                None,
                compiling(3),
                None,
                None,
                compiling(6),
                Some(ERASE.to_owned())
            ]
        );
    }

    #[test]
    fn a_short_compilation_shows_nothing() {
        assert_eq!(written(&[(0, 1), (50, 5), (99, 9)]), [None, None, None]);
    }

    #[test]
    fn it_never_goes_back() {
        assert_eq!(
            written(&[(0, 1), (100, 5), (300, 4)]),
            [None, compiling(5), None]
        );
    }

    #[test]
    fn the_next_compilation_begins_anew() {
        let reports = [(0, 1), (100, 5), (110, 9), (300, 1), (350, 2), (400, 3)];
        assert_eq!(written(&reports)[3..], [None, None, compiling(3)]);
    }
}
