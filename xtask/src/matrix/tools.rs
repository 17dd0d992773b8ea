//! Installs what the targets take, on Debian: packages, and of its backports the emulator and the
//! C library for WASI, which the stable release has only in versions that are too old. Those are
//! unpacked into a folder of the build's; the machine's own configuration stays as it is.

use super::targets::{Runner, Target, Toolchain};
use crate::host::{command, output, succeed, write};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's Rust, in a version that builds what the own one does, with the library's source.
const RUST: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];

/// A place for what is unpacked and built here.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    folder: PathBuf,
}

impl Tools {
    pub(crate) fn new(target_dir: &Path) -> Self {
        Self {
            folder: target_dir.join("tools"),
        }
    }

    /// Installs everything that a target takes.
    ///
    /// # Errors
    /// When something cannot be installed.
    pub(crate) fn install(&self, target: &Target) -> Result<(), String> {
        let mut packages = target.packages.to_vec();
        if let Toolchain::BuildStd(_) = target.toolchain {
            packages.extend(RUST);
        }
        install(&packages)?;
        match target.runner {
            Runner::Qemu(..) => self.unpack("qemu-user"),
            Runner::Wine => self.prepare_wine(),
            Runner::Diptych => self.prepare_wasi(),
            Runner::Machine(package) => self.install_backport(package),
            Runner::Native | Runner::Nothing => Ok(()),
        }
    }

    /// QEMU for Linux programs of a processor.
    pub(crate) fn qemu(&self, processor: &str) -> PathBuf {
        self.unpacked("qemu-user")
            .join(format!("usr/bin/qemu-{processor}"))
    }

    /// The libraries of WASI.
    pub(crate) fn wasi_libc(&self) -> PathBuf {
        self.unpacked("wasi-libc").join("usr/lib/wasm32-wasip1")
    }

    /// What the libraries of WASI lack.
    pub(crate) fn wasi_threads(&self) -> PathBuf {
        self.folder.join("wasi-threads.o")
    }

    /// Where Wine keeps what Windows keeps on a disk.
    pub(crate) fn wine_prefix(&self) -> PathBuf {
        self.folder.join("wine")
    }

    /// Libraries of Windows that Debian's Wine lacks.
    pub(crate) fn wine_libraries(&self) -> PathBuf {
        self.folder.join("wine-libraries")
    }

    fn unpacked(&self, package: &str) -> PathBuf {
        self.folder.join(package)
    }

    /// Unpacks a package of the backports.
    fn unpack(&self, package: &str) -> Result<(), String> {
        let unpacked = self.unpacked(package);
        if unpacked.is_dir() {
            return Ok(());
        }
        self.prepare_backports()?;
        let apt = self.apt();
        let apt_get = || {
            let mut apt_get = self.apt_get();
            apt_get.args(["-o", "Dir::Etc::SourceParts=-"]);
            apt_get
        };
        succeed(apt_get().arg("update"))?;
        succeed(apt_get().args(["download", package]))?;
        let archive = find(&apt, package)?;
        // Renamed when it is complete: a run that is interrupted leaves no half of it.
        let partial = self.folder.join(format!("{package}.partial"));
        succeed(
            command("dpkg-deb")
                .arg("--extract")
                .arg(&archive)
                .arg(&partial),
        )?;
        fs::rename(&partial, &unpacked).map_err(|error| error.to_string())?;
        fs::remove_file(&archive).map_err(|error| error.to_string())
    }

    /// Installs a package of the backports, with what it takes of them and of the release.
    fn install_backport(&self, package: &str) -> Result<(), String> {
        if is_installed(package) {
            return Ok(());
        }
        self.prepare_backports()?;
        succeed(self.apt_get().arg("update"))?;
        let release = format!("{}-backports", codename()?);
        succeed(
            self.apt_get()
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(["install", "-y", "--no-install-recommends"])
                .args(["--target-release", &release, package]),
        )
    }

    /// What this keeps for `apt-get`.
    fn apt(&self) -> PathBuf {
        self.folder.join("apt")
    }

    fn backports_sources(&self) -> PathBuf {
        self.apt().join("backports.sources")
    }

    fn prepare_backports(&self) -> Result<(), String> {
        for folder in ["lists/partial", "cache/archives/partial"] {
            make(&self.apt().join(folder))?;
        }
        write(&self.backports_sources(), &backports()?)
    }

    /// `apt-get` that knows the backports beside the machine's own sources.
    fn apt_get(&self) -> Command {
        let apt = self.apt();
        let mut apt_get = command("apt-get");
        for (option, value) in [
            ("Dir::Etc::SourceList", self.backports_sources().as_path()),
            ("Dir::State::Lists", &apt.join("lists")),
            ("Dir::Cache", &apt.join("cache")),
            ("APT::Sandbox::User", Path::new("root")),
        ] {
            apt_get.args(["-o", &format!("{option}={}", value.display())]);
        }
        apt_get.arg("--quiet").current_dir(&apt);
        apt_get
    }

    /// Debian's C library for WASI has nothing of threads, which the standard library names: these
    /// say that there are none, as newer versions of the C library do.
    fn prepare_wasi(&self) -> Result<(), String> {
        const SOURCE: &str = "
            #include <errno.h>
            int pthread_attr_init(void *attr) { return 0; }
            int pthread_attr_destroy(void *attr) { return 0; }
            int pthread_attr_setstacksize(void *attr, __SIZE_TYPE__ size) { return 0; }
            int pthread_create(void *thread, void *attr, void *start, void *arg) { return ENOTSUP; }
            int pthread_join(void *thread, void **result) { return ENOTSUP; }
            int pthread_detach(void *thread) { return ENOTSUP; }";
        self.unpack("wasi-libc")?;
        let object = self.wasi_threads();
        if object.is_file() {
            return Ok(());
        }
        let source = object.with_extension("c");
        write(&source, SOURCE)?;
        let headers = self.unpacked("wasi-libc").join("usr/include/wasm32-wasi");
        succeed(
            command("clang")
                .args(["--target=wasm32-wasi", "-O1", "-c", "-isystem"])
                .arg(headers)
                .arg("-o")
                .args([&object, &source]),
        )
    }

    /// Debian's Wine has no `bcryptprimitives.dll`, of whose functions the standard library wants
    /// one; without it a program ends before it begins.
    fn prepare_wine(&self) -> Result<(), String> {
        const SOURCE: &str = "
            #include <windows.h>
            BOOLEAN WINAPI SystemFunction036(PVOID, ULONG);
            __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) {
                return SystemFunction036(bytes, (ULONG)length);
            }";
        let libraries = self.wine_libraries();
        let library = libraries.join("bcryptprimitives.dll");
        if library.is_file() {
            return Ok(());
        }
        make(&libraries)?;
        let source = libraries.join("bcryptprimitives.c");
        write(&source, SOURCE)?;
        succeed(
            command("x86_64-w64-mingw32-gcc")
                .args(["-shared", "-O1", "-o"])
                .args([&library, &source])
                .arg("-ladvapi32"),
        )
    }
}

/// Installs packages that are not there yet.
fn install(packages: &[&str]) -> Result<(), String> {
    if packages.iter().all(|package| is_installed(package)) {
        return Ok(());
    }
    succeed(command("apt-get").args(["--quiet", "update"]))?;
    succeed(
        command("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["--quiet", "install", "-y", "--no-install-recommends"])
            .args(packages),
    )
}

fn is_installed(package: &str) -> bool {
    output(command("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

/// The machine's own sources of packages, for the backports of its release.
fn backports() -> Result<String, String> {
    let folder = Path::new("/etc/apt/sources.list.d");
    let mut sources = String::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        if entry.path().extension().is_some_and(|it| it == "sources") {
            sources += &fs::read_to_string(entry.path()).map_err(|error| error.to_string())?;
            sources.push_str("\n\n");
        }
    }
    let codename = codename()?;
    let backports = backports_of(&sources, &codename);
    if backports.is_empty() {
        return Err(format!("{} has no source of {codename}", folder.display()));
    }
    Ok(backports)
}

/// The name of the machine's release of Debian.
fn codename() -> Result<String, String> {
    let release = fs::read_to_string("/etc/os-release").map_err(|error| error.to_string())?;
    release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .map(str::to_owned)
        .ok_or_else(|| "/etc/os-release says no VERSION_CODENAME".to_owned())
}

/// The paragraphs that offer a release, with its backports in its place.
fn backports_of(sources: &str, codename: &str) -> String {
    let offers = |line: &str| {
        line.strip_prefix("Suites:")
            .is_some_and(|suites| suites.split_whitespace().any(|suite| suite == codename))
    };
    let mut backports = String::new();
    for paragraph in sources.split("\n\n") {
        if !paragraph.lines().any(offers) {
            continue;
        }
        for line in paragraph.lines() {
            if line.starts_with("Suites:") {
                backports += &format!("Suites: {codename}-backports");
            } else {
                backports += line;
            }
            backports.push('\n');
        }
        backports.push('\n');
    }
    backports
}

fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// The archive of a package in a folder.
fn find(folder: &Path, package: &str) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let begins = format!("{package}_");
    entries
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with(&begins))
        .map(|entry| entry.path())
        .ok_or_else(|| format!("no archive of {package} in {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backports_come_from_where_the_release_does() {
        let sources = "\
Types: deb
URIs: an-archive
Suites: oak oak-updates
Components: main

Types: deb
URIs: another
Suites: oak-security
";
        let expected = "\
Types: deb
URIs: an-archive
Suites: oak-backports
Components: main

";
        assert_eq!(backports_of(sources, "oak"), expected);
    }
}
