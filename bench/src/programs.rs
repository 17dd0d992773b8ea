//! Real programs: those of `conformance/real-world`, each from start to exit.

use crate::task::Time;
use crate::{Result, peers};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Those that need neither exceptions nor objects, and do something worth measuring.
pub const ALL: &[&str] = &[
    "avr-gcc", "bzip2", "esbuild", "flite", "python", "resvg", "sqlite", "yosys",
];

/// The program of this name.
pub fn get(name: &str) -> Option<&'static str> {
    ALL.iter().copied().find(|&known| known == name)
}

/// Has the packages fetched that a program is made of, unless they are there.
pub fn fetch(name: &str) -> Result<()> {
    let output = script("get", name).output()?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} could not be fetched: {}", why.trim()).into())
}

/// Runs a program: `words` is the start of a command line that goes on with `--dir HOST::GUEST`
/// and `--env NAME=VALUE`, the module, and the arguments. The time is that of all processes.
pub fn measure(name: &str, words: &[String]) -> Result<Time> {
    let output = script("run", name).args(words).output()?;
    let said = String::from_utf8(output.stdout)?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}", output.status, why.trim()).into());
    }
    let numbers: Vec<&str> = said.split_whitespace().collect();
    let [user, system, wall, result] = numbers[..] else {
        return Err(format!("no times in {said:?}").into());
    };
    Ok(Time {
        cpu: user.parse::<f64>()? + system.parse::<f64>()?,
        wall: wall.parse()?,
        result: result.parse()?,
    })
}

fn script(verb: &str, name: &str) -> Command {
    let mut command = Command::new("bash");
    command
        .arg(here().join("programs.sh"))
        .args([verb, name])
        .stdin(Stdio::null());
    command
}

/// The directory of this benchmark.
pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A program with its world, as the command line of a guest says it.
#[cfg_attr(
    not(feature = "programs"),
    allow(dead_code, reason = "what has WASI reads it")
)]
pub struct Guest {
    /// Directories: the path on the host, and the one that the guest sees.
    pub dirs: Vec<(PathBuf, String)>,
    pub env: Vec<(String, String)>,
    pub module: PathBuf,
    /// With the program's name at the beginning.
    pub args: Vec<String>,
}

impl Guest {
    fn parse(words: &[String]) -> Result<Self> {
        let mut words = words.iter();
        let (mut dirs, mut env) = (Vec::new(), Vec::new());
        loop {
            let word = words.next().ok_or("no program")?;
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match &**word {
                "--dir" => {
                    let dir = value()?;
                    let (host, guest) = dir.split_once("::").unwrap_or((dir, dir));
                    dirs.push((host.into(), guest.to_owned()));
                }
                "--env" => {
                    let variable = value()?;
                    let (name, value) = variable.split_once('=').ok_or("NAME=VALUE")?;
                    env.push((name.to_owned(), value.to_owned()));
                }
                file => {
                    let name = Path::new(file).file_name().ok_or("no file")?;
                    let mut args = vec![name.to_string_lossy().into_owned()];
                    args.extend(words.cloned());
                    return Ok(Self {
                        dirs,
                        env,
                        module: file.into(),
                        args,
                    });
                }
            }
        }
    }
}

/// Runs a program by the peer that the first word names, and ends this process as it ends.
pub fn run(words: &[String]) -> Result<()> {
    /// For interpreters and compiled code that call by the host's stack.
    const STACK: usize = 64 << 20;
    let (name, rest) = words.split_first().ok_or("a guest needs a peer")?;
    let guest = Guest::parse(rest)?;
    let runtime = peers::runtime(name)?;
    // An error is no `Send`, so it is said over there.
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            runtime.guest(&guest).unwrap_or_else(|error| {
                eprintln!("error: {error}");
                1
            })
        })?;
    let code = thread.join().map_err(|_| "the guest's thread ended")?;
    std::process::exit(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_is_read_from_words() {
        let words = [
            "--dir", "a::/b", "--env", "X=y=z", "--dir", ".", "p/q.wasm", "--dir", "c",
        ];
        let guest = Guest::parse(&words.map(str::to_owned)).unwrap();
        let dirs = [("a".into(), "/b".to_owned()), (".".into(), ".".to_owned())];
        assert_eq!(guest.dirs, dirs);
        assert_eq!(guest.env, [("X".to_owned(), "y=z".to_owned())]);
        assert_eq!(guest.module, Path::new("p/q.wasm"));
        assert_eq!(guest.args, ["q.wasm", "--dir", "c"]);
        assert!(Guest::parse(&["--dir".to_owned()]).is_err());
    }
}
