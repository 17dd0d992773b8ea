//! What chores do on this machine: run programs, write files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Writes a file.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Where this program's own toolchain builds.
pub(crate) fn own_target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The Cargo that runs this program.
pub(crate) fn own_cargo() -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // It is the toolchain's program, which does not ask what the folder's is.
    cargo.envs(std::env::var_os("RUSTUP_TOOLCHAIN").map(|it| ("RUSTUP_TOOLCHAIN", it)));
    cargo
}

/// A program, without what Cargo tells the ones that it runs, as this one.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in [
        "LD_LIBRARY_PATH",
        "RUSTUP_TOOLCHAIN",
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTFLAGS",
    ] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).current_dir(root());
    command
}

/// Runs a program.
///
/// # Errors
/// When it cannot be run, or fails.
pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| named(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} failed: {status}", program(command)))
    }
}

/// What a program writes.
///
/// # Errors
/// As [`succeed`].
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .stderr(Stdio::null())
        .output()
        .map_err(|error| named(command, &error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{} failed: {}", program(command), output.status))
    }
}

/// A program's name, for messages.
pub(crate) fn program(command: &Command) -> String {
    command.get_program().display().to_string()
}

/// What is wrong with running a program.
pub(crate) fn named(command: &Command, error: &std::io::Error) -> String {
    format!("{}: {error}", program(command))
}
