//! The one table of commands and flags: parsing, help, completions and manual pages come from it.

use crate::quantity;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs, tests, measures and inspects WebAssembly.
#[derive(Debug, Parser)]
#[command(
    name = "diptych",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Begin with `diptych run FILE.wasm`; `diptych help COMMAND` teaches the rest."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(Run),
    Compile(Compile),
    Wast(Wast),
    Validate(Validate),
    Inspect(Inspect),
    Bench(Bench),
    Diff(Diff),
    Completions(Completions),
    Man(Man),
}

/// Which code runs the guest.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Engine")]
pub(crate) struct EngineFlags {
    /// What executes the guest.
    #[arg(long, value_name = "BACKEND", value_enum, default_value_t = Backend::Auto)]
    pub(crate) backend: Backend,

    /// How the interpreter goes from one operation to the next.
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Dispatch::Auto)]
    pub(crate) dispatch: Dispatch,

    /// When functions are validated and translated.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Compilation::Lazy)]
    pub(crate) compilation: Compilation,

    /// What the compiler does for the speed of its code.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = OptLevel::Speed)]
    pub(crate) opt_level: OptLevel,

    /// Let compiled code check for everything itself, and install no handler of signals.
    #[arg(long)]
    pub(crate) no_signals: bool,

    /// Reserve no address space behind memories: compiled code checks each access to them.
    #[arg(long)]
    pub(crate) no_guard: bool,

    /// Make every NaN that arithmetic gives the canonical one.
    #[arg(long)]
    pub(crate) canonicalize_nans: bool,

    /// Give relaxed vector operators the same results on every machine.
    #[arg(long)]
    pub(crate) relaxed_simd_deterministic: bool,

    /// Keep compiled code in this directory, and take it from there the next time.
    ///
    /// Nobody may write to the directory who may not execute code as you. It takes at most 2 GiB;
    /// what was not used for longest goes first.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) cache: Option<PathBuf>,

    /// Let the `perf` of Linux know the names of compiled functions.
    #[arg(long, value_name = "HOW", value_enum)]
    pub(crate) perf: Option<Perf>,

    /// Refuse modules that use this proposal; may be repeated [example: --disable simd].
    #[arg(long, value_name = "PROPOSAL", value_parser = crate::engine::proposal_names())]
    pub(crate) disable: Vec<String>,

    /// Allow a proposal that is off by default; may be repeated.
    #[arg(long, value_name = "PROPOSAL", value_parser = crate::engine::proposal_names())]
    pub(crate) enable: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    /// The engine's own choice.
    Auto,
    /// The interpreter, which runs everywhere.
    Interp,
    /// The just-in-time compiler.
    Jit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dispatch {
    /// The fastest that this build has.
    Auto,
    /// Threaded code by tail calls: in optimised builds for 64-bit targets.
    Tail,
    /// One loop around one match: everywhere.
    Loop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compilation {
    /// Validate at once, translate at the first call.
    Lazy,
    /// Validate and translate at the first call.
    FullyLazy,
    /// Validate and translate at once.
    Eager,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OptLevel {
    /// As little as possible: code is there sooner, and slower.
    None,
    /// What makes code fast.
    Speed,
    /// What makes code fast and does not make it larger.
    SpeedAndSize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Perf {
    /// A map of names: /tmp/perf-PID.map.
    Map,
    /// The code itself: jit-PID.dump in the working directory, for `perf inject --jit`.
    Jitdump,
}

/// What the guest gets from its host.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "World of the guest")]
pub(crate) struct WorldFlags {
    /// Open a directory of the host to the guest, under another name and read-only if wanted.
    ///
    /// Nothing outside it can be reached, by `..`, an absolute path or a symbolic link. May be
    /// repeated. `--dir .` opens the working directory as `.`, `--dir out::/data` the directory
    /// `out` as `/data`, `--dir /usr/share::/share:ro` one that cannot be written.
    #[arg(long, value_name = "HOST[::GUEST][:ro]", value_parser = dir)]
    pub(crate) dir: Vec<Dir>,

    /// Set an environment variable of the guest, or with a name alone pass the host's on; may be
    /// repeated. The guest sees no other variables.
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = env)]
    pub(crate) env: Vec<(String, String)>,

    /// Give imports that nothing provides a function that traps when it is called.
    #[arg(long)]
    pub(crate) unknown_imports_trap: bool,
}

/// A preopened directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dir {
    pub(crate) host: PathBuf,
    pub(crate) guest: String,
    pub(crate) read_only: bool,
}

fn dir(text: &str) -> Result<Dir, String> {
    let (paths, read_only) = match text.strip_suffix(":ro") {
        Some(paths) => (paths, true),
        None => (text, false),
    };
    let (host, guest) = paths.split_once("::").unwrap_or((paths, paths));
    if host.is_empty() || guest.is_empty() {
        return Err("a directory needs a name".to_owned());
    }
    Ok(Dir {
        host: host.into(),
        guest: guest.to_owned(),
        read_only,
    })
}

fn env(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some(("", _)) => Err("a variable needs a name".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => match std::env::var(text) {
            Ok(value) => Ok((text.to_owned(), value)),
            Err(error) => Err(format!("{error}; write {text}=VALUE to give it a value")),
        },
    }
}

/// What stops the guest.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitFlags {
    /// Stop the guest after this many WebAssembly instructions.
    #[arg(long, value_name = "N")]
    pub(crate) fuel: Option<u64>,

    /// Stop the guest after this time [examples: 250ms, 10s, 2m].
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    pub(crate) timeout: Option<Duration>,

    /// Let each linear memory grow no larger than this [examples: 64KiB, 512MiB].
    #[arg(long, value_name = "SIZE", value_parser = quantity::size)]
    pub(crate) max_memory: Option<usize>,

    /// Let each table grow no larger than this many elements.
    #[arg(long, value_name = "N")]
    pub(crate) max_table: Option<usize>,

    /// Let the guest have this many threads beside its first at a time.
    ///
    /// All threads share its fuel and its time; each has tables of its own. One too many gives the
    /// guest an error code.
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub(crate) max_threads: usize,

    /// Give the guest's calls this much stack [default: 8MiB].
    #[arg(long, value_name = "SIZE", value_parser = quantity::size)]
    pub(crate) max_stack: Option<usize>,
}

/// What is told of the guest's time.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Profile")]
pub(crate) struct ProfileFlags {
    /// Print a table of the functions in which the guest spent its time, when it has ended.
    ///
    /// Of a guest with threads it is the time of the first.
    ///
    /// With a file, also draw a flame graph there, as SVG; or when its name ends in `.folded`,
    /// write collapsed stacks, which other tools draw.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) profile: Option<Option<PathBuf>>,

    /// Look at the guest this often.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "1ms",
        value_parser = interval,
        requires = "profile"
    )]
    pub(crate) profile_interval: Duration,

    /// Let the table have this many rows.
    #[arg(long, value_name = "N", default_value_t = 30, requires = "profile")]
    pub(crate) profile_top: usize,
}

fn interval(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_micros(10);
    quantity::duration(text).and_then(|interval| {
        if interval < SHORTEST {
            Err(format!("the shortest interval is {SHORTEST:?}"))
        } else {
            Ok(interval)
        }
    })
}

/// Run a program, or one function of a module.
#[derive(Args, Debug)]
#[command(
    long_about = "Run a program, or one function of a module.

A WASI command runs from its `_start`, with the arguments after the file's name. With --invoke \
one exported function is called instead (after `_initialize` where the module has it): its \
arguments are read by its type, and its results printed one a line. Options go before the \
file's name; what follows it belongs to the guest.

Exit codes: the guest's own; 134 when it traps; 1 for other errors; 2 for a wrong command line.",
    after_long_help = "Examples:
  diptych run hello.wasm
      runs a program
  diptych run --dir . --env LANG=C tool.wasm input.txt -o out.txt
      lets it see the working directory and a variable; `input.txt -o out.txt` are its arguments
  diptych run --dir assets::/assets:ro --max-memory 64MiB --timeout 10s plugin.wasm
      runs something untrusted: one directory that it cannot write, bounded memory and time
  diptych run --profile=flames.svg slow.wasm
      says at the end where it spent its time, and draws it
  diptych run --invoke gcd math.wat 48 0x24
      calls a function of a module in text, and prints 12
  diptych run --invoke scale shapes.wasm -1.5 nan inf 0x1.8p3
      numbers can be negative, hexadecimal, NaN and infinite; a reference can only be null
  diptych run --invoke mix colors.wasm i32x4:1,2,3,4 f32x4:0.5,1,nan,-inf v128:0x1f
      vectors are lanes of any shape, the lowest first, or one hexadecimal number"
)]
pub(crate) struct Run {
    /// Call this exported function instead of the program's start.
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) invoke: Option<String>,

    /// The file is one that `diptych compile` wrote, and is trusted as an executable is.
    #[arg(long)]
    pub(crate) precompiled: bool,

    #[command(flatten)]
    pub(crate) world: WorldFlags,

    #[command(flatten)]
    pub(crate) limits: LimitFlags,

    #[command(flatten)]
    pub(crate) profile: ProfileFlags,

    #[command(flatten)]
    pub(crate) engine: EngineFlags,

    /// The module, binary or text (`-` is standard input), and the guest's arguments.
    // One list, because options must not be looked for behind the file's name.
    #[arg(
        value_names = ["FILE", "ARGS"],
        num_args = 1..,
        required = true,
        trailing_var_arg = true
    )]
    program: Vec<String>,
}

impl Run {
    /// The module.
    pub(crate) fn file(&self) -> &Path {
        self.program.first().map_or(Path::new("-"), Path::new)
    }

    /// The guest's arguments.
    pub(crate) fn args(&self) -> &[String] {
        self.program.get(1..).unwrap_or_default()
    }
}

/// Compile a module to machine code, for `run --precompiled`.
#[derive(Args, Debug)]
#[command(
    long_about = "Compile a module to machine code, for `run --precompiled`.

The code is run by the same version of diptych, with the same flags for the engine: it says so if \
these differ. For another machine name its target; the code then needs no more than every such \
machine has.",
    after_long_help = "Examples:
  diptych compile app.wasm
      writes app.cwasm
  diptych compile app.wasm -o app.arm.cwasm --target aarch64-unknown-linux-gnu
      compiles for another machine
  diptych run --precompiled app.cwasm
      runs it"
)]
pub(crate) struct Compile {
    /// Where the code goes [default: beside the module, as .cwasm].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// The machine that the code is for, as a target triple [default: this one].
    #[arg(long, value_name = "TRIPLE")]
    pub(crate) target: Option<String>,

    /// Let the code count instructions, for `run --fuel`.
    #[arg(long)]
    pub(crate) fuel: bool,

    /// Let the code be interrupted, for `run --timeout` and `run --profile`. That of a program
    /// with threads always can be.
    #[arg(long)]
    pub(crate) interruption: bool,

    #[command(flatten)]
    pub(crate) engine: EngineFlags,

    /// The module, binary or text (`-` is standard input).
    pub(crate) file: PathBuf,
}

/// Run specification tests (.wast).
#[derive(Args, Debug)]
#[command(
    long_about = "Run specification tests (.wast).

Prints failures, a table of files and groups, and as its last line `N passed, N failed, N \
skipped`, counted in directives. Ends with exit code 1 when something failed.",
    after_long_help = "Examples:
  diptych wast i32.wast
  diptych wast --mode loop --junit report.xml spec/test/core
  diptych wast --backend jit --mode eager i32.wast
  diptych wast --modes"
)]
pub(crate) struct Wast {
    /// What executes the tests.
    #[arg(long, value_name = "BACKEND", value_enum, default_value_t = Backend::Auto)]
    pub(crate) backend: Backend,

    /// The engine's configuration, one of `--modes`; a backend's own without its name before.
    #[arg(long, value_name = "MODE")]
    pub(crate) mode: Option<String>,

    /// List the configurations that this build has.
    #[arg(long)]
    pub(crate) modes: bool,

    /// Show files without failures too.
    #[arg(long)]
    pub(crate) all: bool,

    /// Write the report as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write the report as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,

    /// Interrupt a script that takes longer.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    pub(crate) timeout: Option<Duration>,

    /// Run this many scripts at once.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,

    /// Scripts, or directories of them.
    #[arg(value_name = "PATH", required_unless_present = "modes")]
    pub(crate) paths: Vec<PathBuf>,
}

/// Check that modules are valid.
#[derive(Args, Debug)]
#[command(after_long_help = "Examples:
  diptych validate a.wasm b.wat
  diptych validate --disable simd --disable threads a.wasm
      also makes sure that it uses neither")]
pub(crate) struct Validate {
    /// Print nothing of valid modules.
    #[arg(long, short)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) engine: EngineFlags,

    /// Modules, binary or text.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// Show what a module imports, exports and contains.
#[derive(Args, Debug)]
#[command(
    long_about = "Show what a module imports, exports and contains.

Lists the sections with their sizes, the proposals beyond WebAssembly 1.0 that the module uses, \
its imports and its exports. With --disassemble it prints the code that the backend makes of one \
function: the interpreter's beside the WebAssembly that it came from, or the machine's.",
    after_long_help = "Examples:
  diptych inspect app.wasm
  diptych inspect --json app.wasm
  diptych inspect --disassemble main app.wasm
  diptych inspect --backend jit --disassemble 17 app.wasm"
)]
pub(crate) struct Inspect {
    /// Print the backend's code of this function: an export, a name or an index.
    #[arg(
        long,
        alias = "bytecode",
        value_name = "FUNCTION",
        conflicts_with = "json"
    )]
    pub(crate) disassemble: Option<String>,

    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) engine: EngineFlags,

    /// The module, binary or text; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

/// Measure calls of an exported function.
#[derive(Args, Debug)]
#[command(
    long_about = "Measure calls of an exported function.

Calls it repeatedly in one instance after a warm-up, and reports the processor time that the \
thread took for a call, in microseconds. Compilation and instantiation are measured apart; all \
functions are translated before the first call.",
    after_long_help = "Examples:
  diptych bench fib.wasm --invoke fib 30
  diptych bench fib.wasm --dispatch loop --json --invoke fib 30
  diptych bench fib.wasm --backend jit --invoke fib 30"
)]
pub(crate) struct Bench {
    /// The module, binary or text; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The exported function.
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) invoke: String,

    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,

    /// Call it for at least this long.
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = quantity::duration)]
    pub(crate) time: Duration,

    /// Call it for at least this long before that.
    #[arg(long, value_name = "DURATION", default_value = "200ms", value_parser = quantity::duration)]
    pub(crate) warm_up: Duration,

    #[command(flatten)]
    pub(crate) world: WorldFlags,

    #[command(flatten)]
    pub(crate) engine: EngineFlags,

    /// The function's arguments.
    #[arg(value_name = "ARGS", allow_hyphen_values = true)]
    pub(crate) args: Vec<String>,
}

/// Find the first instruction that two configurations of the engine execute differently.
#[derive(Args, Debug)]
#[command(
    long_about = "Find the first instruction that two configurations of the engine execute \
differently.

Runs the program once in the world it is given, and records what WASI gives it. Then it runs with \
that recording in both configurations, which are compared at every call and every iteration of a \
loop; where they part, further runs look closer. The program's output is that of the first run; \
what was found goes to standard error.

A configuration is written as a backend and other options of the engine without their dashes, \
with commas between them.

Exit codes: 0 when all is the same; 1 when something differs, and for other errors; 2 for a wrong \
command line.",
    after_long_help = "Examples:
  diptych diff app.wasm input.txt
      compares the interpreter with the compiler
  diptych diff --dir . --left jit,opt-level=none --right jit app.wasm
      compares code with and without optimisation
  diptych diff --left interp,dispatch=loop --right interp,dispatch=tail app.wasm
      compares the interpreter's kinds of dispatch
  diptych diff --right jit,no-guard,no-signals --invoke gcd math.wat 48 36
      compares one call of a function"
)]
pub(crate) struct Diff {
    /// One configuration [example: jit,opt-level=none].
    #[arg(long, value_name = "CONFIGURATION", default_value = "interp", value_parser = configuration)]
    pub(crate) left: Configuration,

    /// The other.
    #[arg(long, value_name = "CONFIGURATION", default_value = "jit", value_parser = configuration)]
    pub(crate) right: Configuration,

    /// Call this exported function instead of the program's start.
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) invoke: Option<String>,

    /// Compare also what the specification leaves open: the bits of NaNs that arithmetic gives, and
    /// relaxed vector operators. Without this both are made the same everywhere.
    #[arg(long)]
    pub(crate) as_is: bool,

    /// Let the recording of what WASI gives take this much memory.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = quantity::size)]
    pub(crate) max_recording: usize,

    #[command(flatten)]
    pub(crate) world: WorldFlags,

    /// Let each linear memory grow no larger than this [examples: 64KiB, 512MiB].
    #[arg(long, value_name = "SIZE", value_parser = quantity::size, help_heading = "Limits")]
    pub(crate) max_memory: Option<usize>,

    /// Let each table grow no larger than this many elements.
    #[arg(long, value_name = "N", help_heading = "Limits")]
    pub(crate) max_table: Option<usize>,

    /// Give the guest's calls this much stack [default: 8MiB].
    #[arg(long, value_name = "SIZE", value_parser = quantity::size, help_heading = "Limits")]
    pub(crate) max_stack: Option<usize>,

    /// The module, binary or text (`-` is standard input), and the guest's arguments.
    // One list, because options must not be looked for behind the file's name.
    #[arg(
        value_names = ["FILE", "ARGS"],
        num_args = 1..,
        required = true,
        trailing_var_arg = true
    )]
    program: Vec<String>,
}

impl Diff {
    /// The module.
    pub(crate) fn file(&self) -> &Path {
        self.program.first().map_or(Path::new("-"), Path::new)
    }

    /// The guest's arguments.
    pub(crate) fn args(&self) -> &[String] {
        self.program.get(1..).unwrap_or_default()
    }
}

/// A configuration of the engine, and how it was written.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    pub(crate) name: String,
    pub(crate) engine: EngineFlags,
}

/// Reads a configuration: what would be `--backend jit --opt-level none` is `jit,opt-level=none`.
fn configuration(text: &str) -> Result<Configuration, String> {
    #[derive(Parser)]
    #[command(no_binary_name = true, disable_help_flag = true)]
    struct Words {
        #[command(flatten)]
        engine: EngineFlags,
    }
    let words = text.split(',').enumerate().map(|(at, word)| {
        let is_backend = at == 0 && Backend::from_str(word, true).is_ok();
        format!("--{}{word}", if is_backend { "backend=" } else { "" })
    });
    match Words::try_parse_from(words) {
        Ok(Words { engine }) => Ok(Configuration {
            name: text.to_owned(),
            engine,
        }),
        Err(error) => {
            let text = error.render().to_string();
            let first = text.lines().next().unwrap_or_default();
            Err(first.trim_start_matches("error: ").to_owned())
        }
    }
}

/// Print a completion script for a shell.
#[derive(Args, Debug)]
#[command(after_long_help = "Examples:
  diptych completions bash > ~/.local/share/bash-completion/completions/diptych
  diptych completions fish > ~/.config/fish/completions/diptych.fish
  diptych completions zsh > ~/.zfunc/_diptych")]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Print the manual page, or write one for each command.
#[derive(Args, Debug)]
#[command(after_long_help = "Examples:
  diptych man > diptych.1
  diptych man --dir ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// Write the pages of all commands to this directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_table_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn directories() {
        let parsed = |text| dir(text).map(|dir| (dir.host, dir.guest, dir.read_only));
        assert_eq!(parsed("."), Ok((".".into(), ".".into(), false)));
        assert_eq!(parsed("a:ro"), Ok(("a".into(), "a".into(), true)));
        assert_eq!(parsed("a::/b"), Ok(("a".into(), "/b".into(), false)));
        assert_eq!(parsed("a::/b:ro"), Ok(("a".into(), "/b".into(), true)));
        assert!(parsed("").is_err() && parsed("::b").is_err() && parsed("a::").is_err());
    }

    #[test]
    fn what_follows_the_file_is_the_guests() {
        let cli = Cli::try_parse_from(["diptych", "run", "--fuel", "9", "a.wasm", "--fuel", "x"]);
        let Ok(Cli {
            command: Command::Run(run),
        }) = cli
        else {
            panic!("{cli:?}")
        };
        assert_eq!(
            (run.limits.fuel, run.file(), run.args()),
            (
                Some(9),
                Path::new("a.wasm"),
                &["--fuel".into(), "x".into()][..]
            )
        );
    }

    #[test]
    fn a_profile_takes_its_file_after_an_equals_sign() {
        let profile = |words: &[&str]| {
            let words = [&["diptych", "run"], words, &["a.wasm"]].concat();
            Cli::try_parse_from(words).map(|cli| match cli.command {
                Command::Run(run) => (run.profile.profile.clone(), run.file().to_owned()),
                command => panic!("{command:?}"),
            })
        };
        let file = PathBuf::from("a.wasm");
        assert_eq!(profile(&[]).unwrap(), (None, file.clone()));
        assert_eq!(profile(&["--profile"]).unwrap(), (Some(None), file.clone()));
        assert_eq!(
            profile(&["--profile=b.svg", "--profile-interval", "2ms"]).unwrap(),
            (Some(Some("b.svg".into())), file)
        );
        assert!(profile(&["--profile-top", "3"]).is_err());
        assert!(profile(&["--profile", "--profile-interval", "1us"]).is_err());
    }

    #[test]
    fn benchmarks_take_options_after_the_file() {
        let words = [
            "diptych", "bench", "a.wasm", "--json", "--invoke", "f", "-5", "-inf",
        ];
        let cli = Cli::try_parse_from(words);
        let Ok(Cli {
            command: Command::Bench(bench),
        }) = cli
        else {
            panic!("{cli:?}")
        };
        assert!(bench.json);
        assert_eq!(bench.args, ["-5", "-inf"]);
    }
}
