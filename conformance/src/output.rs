//! Reports as text, JSON and JUnit XML.

use crate::report::{Counts, FileReport, Report};
use core::fmt::{self, Write};
use std::collections::BTreeMap;

/// Failures of one script that the text shows.
const SHOWN: usize = 20;

impl Report {
    /// A table of the files (only those with failures or skips unless `all`), one of the groups,
    /// the failures, the skipped directives by feature, and the closing line
    /// `N passed, N failed, N skipped`.
    pub fn to_text(&self, all: bool) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_text(all, &mut out);
        out
    }

    fn write_text(&self, all: bool, out: &mut String) -> fmt::Result {
        for file in &self.files {
            for failure in file.failures.iter().take(SHOWN) {
                writeln!(
                    out,
                    "FAIL {}:{} {}: {}",
                    file.key,
                    failure.line,
                    failure.kind.name(),
                    failure.text
                )?;
            }
            if file.failures.len() > SHOWN {
                writeln!(
                    out,
                    "FAIL {}: {} more",
                    file.key,
                    file.failures.len() - SHOWN
                )?;
            }
        }
        heading(out, "file")?;
        for file in &self.files {
            if all || file.counts.failed + file.counts.skipped > 0 {
                row(out, &file.key, file.counts)?;
            }
        }
        heading(out, "group")?;
        for (group, (files, counts)) in self.groups() {
            row(out, &format!("{group} ({files})"), counts)?;
        }
        for file in &self.files {
            for (line, why) in &file.superseded {
                writeln!(out, "skipped {}:{line}: {why}", file.key)?;
            }
        }
        writeln!(out, "\nmode {}", self.mode)?;
        writeln!(out, "{}", self.counts())
    }

    fn groups(&self) -> BTreeMap<&str, (usize, Counts)> {
        let mut groups = BTreeMap::<&str, (usize, Counts)>::new();
        for file in &self.files {
            let (files, counts) = groups.entry(&file.group).or_default();
            *files += 1;
            *counts += file.counts;
        }
        groups
    }

    /// One JSON object.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) -> fmt::Result {
        write!(out, "{{\"mode\":{}", Json(self.mode))?;
        write_counts(out, self.counts())?;
        write!(out, ",\"groups\":{{")?;
        for (index, (group, (files, counts))) in self.groups().into_iter().enumerate() {
            write!(out, "{}{}:{{\"files\":{files}", comma(index), Json(group))?;
            write_counts(out, counts)?;
            out.push('}');
        }
        write!(out, "}},\"kinds\":{{")?;
        for (index, (kind, counts)) in self.kinds().into_iter().enumerate() {
            write!(
                out,
                "{}{}:{{\"total\":{}",
                comma(index),
                Json(kind.name()),
                counts.total()
            )?;
            write_counts(out, counts)?;
            out.push('}');
        }
        write!(out, "}},\"files\":[")?;
        for (index, file) in self.files.iter().enumerate() {
            out.push_str(comma(index));
            write_json_file(out, file)?;
        }
        writeln!(out, "]}}")
    }

    /// JUnit XML: a test suite for each group, a test case for each script.
    pub fn to_junit(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_junit(&mut out);
        out
    }

    fn write_junit(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(out, "<testsuites name=\"{}\">", Xml(self.mode))?;
        for group in self.groups().into_keys() {
            let files: Vec<_> = self
                .files
                .iter()
                .filter(|file| file.group == group)
                .collect();
            let failed = files.iter().filter(|file| file.counts.failed > 0).count();
            let skipped = files.iter().filter(|file| is_skipped(file)).count();
            writeln!(
                out,
                "<testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" skipped=\"{skipped}\">",
                Xml(group),
                files.len()
            )?;
            for file in files {
                write_junit_file(out, file)?;
            }
            writeln!(out, "</testsuite>")?;
        }
        writeln!(out, "</testsuites>")
    }
}

fn heading(out: &mut String, what: &str) -> fmt::Result {
    writeln!(
        out,
        "\n{what:<48} {:>8} {:>8} {:>8}",
        "passed", "failed", "skipped"
    )
}

fn row(out: &mut String, name: &str, counts: Counts) -> fmt::Result {
    writeln!(
        out,
        "{name:<48} {:>8} {:>8} {:>8}",
        counts.passed, counts.failed, counts.skipped
    )
}

fn comma(index: usize) -> &'static str {
    if index == 0 { "" } else { "," }
}

fn write_counts(out: &mut String, counts: Counts) -> fmt::Result {
    write!(
        out,
        ",\"passed\":{},\"failed\":{},\"skipped\":{}",
        counts.passed, counts.failed, counts.skipped
    )
}

fn write_json_file(out: &mut String, file: &FileReport) -> fmt::Result {
    write!(
        out,
        "{{\"file\":{},\"group\":{},\"source\":{},\"seconds\":{:.3}",
        Json(&file.key),
        Json(&file.group),
        Json(&file.source),
        file.seconds
    )?;
    write_counts(out, file.counts)?;
    write!(out, ",\"failures\":[")?;
    for (index, failure) in file.failures.iter().enumerate() {
        write!(
            out,
            "{}{{\"line\":{},\"kind\":{},\"text\":{}}}",
            comma(index),
            failure.line,
            Json(failure.kind.name()),
            Json(&failure.text)
        )?;
    }
    write!(out, "]}}")
}

fn is_skipped(file: &FileReport) -> bool {
    file.counts.failed == 0 && file.counts.passed == 0 && file.counts.skipped > 0
}

fn write_junit_file(out: &mut String, file: &FileReport) -> fmt::Result {
    writeln!(
        out,
        "<testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\" assertions=\"{}\">",
        Xml(&file.group),
        Xml(&file.key),
        file.seconds,
        file.counts.total()
    )?;
    if file.counts.failed > 0 {
        writeln!(
            out,
            "<failure message=\"{}\">",
            Xml(&file.counts.to_string())
        )?;
        for failure in &file.failures {
            let text = format!(
                "line {}: {}: {}",
                failure.line,
                failure.kind.name(),
                failure.text
            );
            writeln!(out, "{}", Xml(&text))?;
        }
        writeln!(out, "</failure>")?;
    } else if is_skipped(file) {
        writeln!(out, "<skipped/>")?;
    }
    writeln!(out, "</testcase>")
}

/// A string as a JSON literal.
struct Json<'a>(&'a str);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// A string in XML text or in a quoted attribute.
struct Xml<'a>(&'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\n' | '\t' => f.write_char(c)?,
                // Other control characters cannot be written in XML 1.0 at all.
                c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TestFile;
    use crate::report::{Kind, Outcome};

    fn report() -> Report {
        let file = TestFile {
            group: "simd".into(),
            key: "simd/a.wast".into(),
            source: "here".into(),
            text: "".into(),
        };
        let mut report = FileReport::new(&file);
        report.add(Kind::Module, 1, Outcome::Passed);
        report.add(Kind::AssertReturn, 2, Outcome::Superseded("since 3.0"));
        report.add(
            Kind::AssertTrap,
            3,
            Outcome::Failed("got \"a\" <b>\n".into()),
        );
        Report::new("loop", vec![report])
    }

    #[test]
    fn text_ends_with_the_counts() {
        let text = report().to_text(false);
        assert_eq!(text.lines().last(), Some("1 passed, 1 failed, 1 skipped"));
        assert!(
            text.contains("FAIL simd/a.wast:3 assert_trap: got"),
            "{text}"
        );
    }

    #[test]
    fn json_and_xml_are_escaped() {
        let json = report().to_json();
        assert!(json.contains(r#""text":"got \"a\" <b>\n""#), "{json}");
        assert!(
            json.starts_with(r#"{"mode":"loop","passed":1,"failed":1,"skipped":1"#),
            "{json}"
        );
        let xml = report().to_junit();
        assert!(xml.contains("got &quot;a&quot; &lt;b&gt;"), "{xml}");
        assert!(
            xml.contains(r#"tests="1" failures="1" skipped="0""#),
            "{xml}"
        );
    }
}
