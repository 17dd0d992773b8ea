//! Does what the table says for a target, and counts.

use super::targets::{Action, Pack, Runner, Step, Target, Toolchain};
use super::tools::Tools;
use crate::host::{command, named, own_cargo, own_target_dir, program, root, succeed};
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

/// The profile of what is run: optimised, so that every dispatch mode exists.
const PROFILE: &str = "fasttest";

/// Dependencies are little optimised for other targets: they take longer to build than they run.
const QUICK_BUILD: [&str; 4] = [
    "--config",
    r#"profile.fasttest.package."*".opt-level=1"#,
    "--config",
    "profile.fasttest.package.cranelift-assembler-x64.opt-level=0",
];

/// Set when the packs of [`hosts_dir`] are made, by the first target that takes them.
static PACKS_MADE: OnceLock<()> = OnceLock::new();

/// How a step ended: the number of tests or directives that passed, none if it has no tests; or
/// what went wrong.
pub(crate) type Outcome = Result<Option<usize>, String>;

/// Takes the steps of a target.
///
/// # Errors
/// When its tools cannot be installed.
pub(crate) fn target(target: &Target, full: bool) -> Result<Vec<(&Step, Outcome)>, String> {
    let steps: Vec<&Step> = target
        .steps
        .iter()
        .filter(|step| full || step.always)
        .collect();
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    let build = Build::new(target, full);
    let begin = Instant::now();
    build.tools.install(target)?;
    build.prepare(&steps)?;
    println!(
        "--> {}: tools ready in {} s",
        target.triple,
        begin.elapsed().as_secs()
    );
    let mut results = Vec::new();
    for step in steps {
        let begin = Instant::now();
        println!("--> {}: {}", target.triple, step.name);
        let outcome = build.step(&step.action);
        let seconds = begin.elapsed().as_secs();
        match &outcome {
            Ok(None) => println!("<-- {}: done in {seconds} s", step.name),
            Ok(Some(passed)) => println!("<-- {}: {passed} in {seconds} s", step.name),
            Err(why) => println!("<-- {}: {why}, after {seconds} s", step.name),
        }
        results.push((step, outcome));
    }
    Ok(results)
}

/// How a target's programs are built and run.
struct Build<'a> {
    target: &'a Target,
    /// Whether all of each step is done.
    full: bool,
    /// Where it is built.
    target_dir: PathBuf,
    tools: Tools,
}

impl<'a> Build<'a> {
    fn new(target: &'a Target, full: bool) -> Self {
        let own = own_target_dir();
        // Each toolchain has a folder, so that they leave each other's work alone.
        let matrix = own.join("matrix");
        let target_dir = match target.toolchain {
            Toolchain::Own => own,
            Toolchain::BuildStd(_) => matrix.clone(),
        };
        Self {
            target,
            full,
            target_dir,
            tools: Tools::new(&matrix),
        }
    }

    /// Makes what the steps run, or run it with.
    fn prepare(&self, steps: &[&Step]) -> Result<(), String> {
        let on_hosts = |step: &&Step| matches!(step.action, Action::Host(..) | Action::Traced);
        if steps.iter().any(on_hosts) && PACKS_MADE.set(()).is_ok() {
            let script = root().join("platform/hosts/packs.sh");
            succeed(command("bash").arg(script).arg(hosts_dir()))?;
        }
        if self.target.runner == Runner::Diptych {
            succeed(cargo(Toolchain::Own).args([
                "build",
                "--quiet",
                "--release",
                "--features",
                "cli",
                "--bin",
                "diptych",
            ]))?;
        }
        Ok(())
    }

    fn step(&self, action: &Action) -> Outcome {
        match action {
            Action::Check(args) => succeed(self.cargo("check").args(*args)).map(|()| None),
            Action::Build(args) => succeed(self.cargo("build").args(*args)).map(|()| None),
            Action::Test(args) => {
                let mut test = self.cargo("test");
                test.arg("--no-fail-fast")
                    .args(args.iter().copied().flatten());
                count(&mut test, tests_passed)
            }
            Action::Suite(mode) => self.suite(mode),
            Action::Host(machine, pack) => count(&mut self.host(machine, *pack), directives_passed),
            Action::Traced => succeed(&mut self.host("traced", Pack::Programs)).map(|()| None),
        }
    }

    fn suite(&self, mode: &str) -> Outcome {
        let folder = match self.target.toolchain {
            Toolchain::Own => self.target_dir.clone(),
            Toolchain::BuildStd(_) => self.target_dir.join(self.target.triple),
        };
        let suffix = match self.target.runner {
            Runner::Wine => ".exe",
            Runner::Diptych => ".wasm",
            _ => "",
        };
        let program = folder.join(PROFILE).join(format!("diptych-wast{suffix}"));
        let mut words = self.runner().into_iter().chain([program.into()]);
        let mut suite = command(words.next().unwrap_or_default());
        suite.args(words).args(["--mode", mode]);
        for (name, value) in self.environment() {
            suite.env(name, value);
        }
        count(&mut suite, directives_passed)
    }

    /// A pack, on a machine without a system.
    fn host(&self, machine: &str, pack: Pack) -> Command {
        let pack = match pack {
            Pack::Suite if self.full => "suite.pack",
            Pack::Suite => "current.pack",
            Pack::Programs => "programs.pack",
        };
        let mut host = command("bash");
        host.arg(root().join("platform/hosts/run.sh"))
            .arg(machine)
            .arg(hosts_dir().join(pack))
            .env("CARGO_TARGET_DIR", hosts_dir());
        host
    }

    fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = cargo(self.target.toolchain);
        cargo
            .args([subcommand, "--locked", "--profile", PROFILE])
            .env("CARGO_TARGET_DIR", &self.target_dir);
        if let Toolchain::BuildStd(parts) = self.target.toolchain {
            cargo.args(["--target", self.target.triple]);
            cargo.arg(format!("-Zbuild-std={parts}"));
            cargo.args(QUICK_BUILD);
        }
        let triple = self.target.triple.replace('-', "_").to_uppercase();
        for (name, value) in self.target.cargo {
            cargo.env(format!("CARGO_TARGET_{triple}_{name}"), value);
        }
        let runner = self.runner();
        if !runner.is_empty() {
            // Cargo splits it at spaces, of which the paths have none.
            let runner = runner.join(&OsString::from(" "));
            cargo.env(format!("CARGO_TARGET_{triple}_RUNNER"), runner);
        }
        if self.target.runner == Runner::Diptych {
            let libc = self.tools.wasi_libc();
            let libc = libc.display();
            let threads = self.tools.wasi_threads();
            let threads = threads.display();
            let flags = format!(
                "-Clink-self-contained=no -Clink-arg={libc}/crt1-command.o -Clink-arg=-L{libc} \
                 -Clink-arg={threads}"
            );
            cargo.env(format!("CARGO_TARGET_{triple}_RUSTFLAGS"), flags);
        }
        for (name, value) in self.environment() {
            cargo.env(name, value);
        }
        cargo
    }

    /// What runs a program: the words before its own.
    fn runner(&self) -> Vec<OsString> {
        match self.target.runner {
            Runner::Native | Runner::Machine(_) | Runner::Nothing => Vec::new(),
            Runner::Qemu(processor, libraries) => {
                vec![
                    self.tools.qemu(processor).into(),
                    "-L".into(),
                    libraries.into(),
                ]
            }
            Runner::Wine => vec!["/usr/lib/wine/wine64".into()],
            Runner::Diptych => {
                let diptych = own_target_dir().join("release/diptych");
                vec![diptych.into(), "run".into(), "--dir".into(), "/::/".into()]
            }
        }
    }

    /// What running a program takes of the environment.
    fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        match self.target.runner {
            Runner::Wine => vec![
                ("WINEPREFIX", self.tools.wine_prefix()),
                ("WINEPATH", self.tools.wine_libraries()),
                ("WINEDEBUG", "-all".into()),
            ],
            _ => Vec::new(),
        }
    }
}

/// Where the programs in `platform/hosts` are built, and what they run.
fn hosts_dir() -> PathBuf {
    own_target_dir().join("hosts")
}

/// Cargo, of a toolchain.
fn cargo(toolchain: Toolchain) -> Command {
    match toolchain {
        Toolchain::Own => own_cargo(),
        Toolchain::BuildStd(_) => {
            let mut cargo = command("/usr/bin/cargo");
            let path = std::env::var_os("PATH").unwrap_or_default();
            let mut path: Vec<_> = std::env::split_paths(&path).collect();
            path.insert(0, Path::new("/usr/bin").into());
            cargo
                .envs(std::env::join_paths(path).map(|path| ("PATH", path)))
                .env_remove("CARGO")
                .env("RUSTC_BOOTSTRAP", "1");
            cargo
        }
    }
}

/// Runs a program, shows what it writes but for what went well, and adds up what lines of it say.
fn count(command: &mut Command, number: fn(&str) -> Option<usize>) -> Outcome {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| named(command, &error))?;
    let mut passed = 0;
    for line in child
        .stdout
        .take()
        .into_iter()
        .flat_map(|it| BufReader::new(it).split(b'\n'))
    {
        let line = line.map_err(|error| named(command, &error))?;
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        passed += number(line).unwrap_or(0);
        if !line.is_empty() && !line.ends_with("... ok") {
            println!("{line}");
        }
    }
    let status = child.wait().map_err(|error| named(command, &error))?;
    if !status.success() {
        return Err(format!("{} failed: {status}", program(command)));
    }
    if passed == 0 {
        return Err("no test was run".to_owned());
    }
    Ok(Some(passed))
}

/// What the test harness says at the end of a program: `test result: ok. 3 passed; 0 failed; …`.
fn tests_passed(line: &str) -> Option<usize> {
    let counts = line.strip_prefix("test result: ok. ")?;
    counts.split(' ').next()?.parse().ok()
}

/// What `diptych-wast` says at the end: `mode: 3 passed, 0 failed, 1 skipped`.
fn directives_passed(line: &str) -> Option<usize> {
    let (before, _) = line.split_once(" passed, 0 failed, ")?;
    before.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_where_nothing_failed() {
        let line = "test result: ok. 37 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(tests_passed(line), Some(37));
        assert_eq!(
            tests_passed("test result: FAILED. 3 passed; 1 failed"),
            None
        );
        assert_eq!(tests_passed("test a ... ok"), None);
    }
}
