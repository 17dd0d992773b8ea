//! The table of targets: how each is built, what runs its programs, and what is run.

/// What is promised for a target; the page says it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// Tested natively at every change.
    One,
    /// Tested by whatever runs it here, for each release; machines without a system at every change.
    Two,
    /// It builds, or passes the type checker; nothing is run.
    Three,
}

impl Tier {
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

/// What runs a target's programs on an x86_64 Debian machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// The machine itself.
    Native,
    /// QEMU's emulation of a processor for Linux programs: the name of the processor, and where
    /// the target's libraries are.
    Qemu(&'static str, &'static str),
    /// Wine, which is not Windows.
    Wine,
    /// QEMU's emulation of a machine without a system: the Debian package that has it.
    Machine(&'static str),
    /// `diptych run`: the engine in itself.
    Diptych,
    /// Nothing.
    Nothing,
}

impl Runner {
    /// How a target's programs are run, for readers.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Native => "natively",
            Self::Qemu(..) => "emulated by QEMU",
            Self::Machine(_) => "on a machine that QEMU emulates",
            Self::Wine => "in Wine",
            Self::Diptych => "in Diptych's interpreter and compiler",
            Self::Nothing => "not run",
        }
    }
}

/// Which Rust builds for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one that builds this program.
    Own,
    /// Debian's, which comes with the source of the standard library: these parts of it are built,
    /// so that a target needs no more than a linker and a C library.
    BuildStd(&'static str),
}

/// Something that is done for a target.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// The features of the library that it has to do with.
    pub(crate) features: &'static [&'static str],
    /// Whether it is done at every change too, not only in a full run.
    pub(crate) always: bool,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    /// `cargo check`.
    Check(&'static [&'static str]),
    /// `cargo build`.
    Build(&'static [&'static str]),
    /// `cargo test`, with all of these; what the tests say is counted.
    Test(&'static [&'static [&'static str]]),
    /// The scripts of a pack, on a machine of `platform/hosts`.
    Host(&'static str, Pack),
    /// What the program without a C library asks of Linux.
    Traced,
    /// The specification's tests in a mode of `diptych-wast`, which a step before has built.
    Suite(&'static str),
}

/// A file of scripts that the programs in `platform/hosts` run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pack {
    /// The specification's tests: in a full run those of all versions and proposals, otherwise those
    /// of the current version.
    Suite,
    /// Programs of others, with what they must do.
    Programs,
}

/// A target.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) triple: &'static str,
    pub(crate) tier: Tier,
    pub(crate) toolchain: Toolchain,
    pub(crate) runner: Runner,
    /// Debian packages: the linker, the C library.
    pub(crate) packages: &'static [&'static str],
    /// What Cargo's environment says of the target: the end of the variable's name, the value.
    pub(crate) cargo: &'static [(&'static str, &'static str)],
    pub(crate) steps: &'static [Step],
    /// What the runs do not show.
    pub(crate) gaps: &'static str,
}

/// What the interpreter's tests are built with.
const INTERP: &[&str] = &["interp", "proposals", "std", "threads", "mmap", "wat"];
/// What machines without a system have.
const ALLOC: &[&str] = &["interp", "proposals"];
/// What a guest of the engine is built with.
const IN_ITSELF: &[&str] = &["interp", "proposals", "std", "wat"];
/// What the compiler's tests are built with, beside.
const JIT: &[&str] = &[
    "interp",
    "jit",
    "proposals",
    "std",
    "threads",
    "mmap",
    "signals",
    "tls",
    "cache",
    "wat",
];

/// Every feature of the library, and what the program has beside: the columns of the page.
pub(crate) const ALL_FEATURES: &[&str] = &[
    "interp",
    "jit",
    "proposals",
    "std",
    "mmap",
    "signals",
    "tls",
    "threads",
    "cache",
    "wat",
    "wasi",
    "cli",
];

/// One selection of packages and features for everything, so that nothing is built twice; the first
/// part of it for the compiler's machines.
///
/// The specification's tests are steps of their own, with one mode each, and not the test program
/// `spec` with all of them. The tests of the program `diptych` start it, which an emulator of one
/// process does not know; documentation's examples are linked one by one: both are left out.
const COMPILED: &[&[&str]] = &[COMMON, COMPILER];

/// The same on an emulator that translates what the compiler makes, and the compiler: without
/// tests that compile or start guests by the ten thousands, and without the one that starts itself.
const COMPILED_EMULATED: &[&[&str]] = &[
    COMMON,
    COMPILER,
    &[
        "--",
        "--skip=processes_share_a_directory",
        "--skip=every_amount_of_fuel",
        "--skip=mutations",
        "--skip=threads_share_a_module",
        "--skip=translate::tests",
    ],
];

/// The compiler and its tests, with the features that these take.
const COMPILER: &[&str] = &[
    "--package=diptych-jit",
    "--features=cli,cache",
    "--test=artifact",
    "--test=cache",
    "--test=fallback",
    "--test=metering",
    "--test=mixed",
    "--test=perf",
    "--test=progress",
    "--test=smoke",
];

/// The same where there is no compiler.
const INTERPRETED: &[&[&str]] = &[
    COMMON,
    &[
        "--no-default-features",
        "--features=std,interp,proposals,disasm,threads,mmap,signals,wat",
    ],
];

/// The packages but the compiler, and their tests.
const COMMON: &[&str] = &[
    "--package=diptych-platform",
    "--package=diptych-core",
    "--package=diptych-interp",
    "--package=diptych-conformance",
    "--package=diptych-wasi",
    "--package=diptych",
    "--lib",
    // Of platform,
    "--test=faults",
    "--test=reservations",
    "--test=signals",
    // the interpreter,
    "--test=control",
    "--test=driver",
    "--test=operators",
    // conformance, which builds `diptych-wast`, too,
    "--test=backends",
    "--test=bad_input",
    "--test=hostile",
    // WASI,
    "--test=programs",
    // and the library.
    "--test=api",
    "--test=embedder",
    "--test=leaks",
];

/// What can be a guest of the engine: it has one thread, and a panic ends it.
const GUEST: &[&[&str]] = &[
    &[
        "--package=diptych-core",
        "--package=diptych-interp",
        "--package=diptych-conformance",
        "--no-default-features",
        "--features=std,proposals,disasm,wat",
        "--lib",
        "--test=operators",
    ],
    &["--", "--skip=threads_run_beside_each_other"],
];

const fn check_all() -> Step {
    Step {
        name: "types of the library and the program",
        features: ALL_FEATURES,
        always: false,
        action: Action::Check(&["--package=diptych", "--features=cli"]),
    }
}

const fn test(
    name: &'static str,
    features: &'static [&'static str],
    args: &'static [&'static [&'static str]],
) -> Step {
    Step {
        name,
        features,
        always: false,
        action: Action::Test(args),
    }
}

const fn suite(mode: &'static str, features: &'static [&'static str]) -> Step {
    Step {
        name: mode,
        features,
        always: false,
        action: Action::Suite(mode),
    }
}

/// What is run of a Linux for which there is no compiler.
const INTERPRETED_STEPS: &[Step] = &[
    test("platform, interpreter, library, WASI", INTERP, INTERPRETED),
    suite("interp", INTERP),
    suite("loop-eager", INTERP),
    suite("loop-fully-lazy", INTERP),
    suite("loop-metered", INTERP),
];

/// What a pack has run on a machine of `platform/hosts`.
const fn host(machine: &'static str, pack: Pack) -> Step {
    Step {
        name: match pack {
            Pack::Suite => "without a system: the specification's tests, interp",
            Pack::Programs => "without a system: programs",
        },
        features: ALLOC,
        always: true,
        action: Action::Host(machine, pack),
    }
}

/// A machine of `platform/hosts`.
const fn bare(
    triple: &'static str,
    runner: Runner,
    steps: &'static [Step],
    gaps: &'static str,
) -> Target {
    Target {
        triple,
        tier: Tier::Two,
        toolchain: Toolchain::BuildStd("core,alloc"),
        runner,
        packages: &[],
        cargo: &[],
        steps,
        gaps,
    }
}

/// Every target, in the order of the page. Machines without an operating system, whose programs
/// are whole images, stand behind the others.
pub(crate) const TARGETS: &[Target] = &[
    Target {
        triple: "x86_64-unknown-linux-gnu",
        tier: Tier::One,
        toolchain: Toolchain::Own,
        runner: Runner::Native,
        packages: &["binutils", "strace"],
        cargo: &[],
        steps: &[
            // `.ci/run` runs these on its own.
            test(
                "tests of all packages, all features",
                ALL_FEATURES,
                &[&["--workspace", "--all-features"]],
            ),
            Step {
                name: "system calls without a C library",
                features: ALLOC,
                always: true,
                action: Action::Traced,
            },
            host("linux", Pack::Suite),
            host("linux", Pack::Programs),
        ],
        gaps: "",
    },
    Target {
        triple: "aarch64-unknown-linux-gnu",
        tier: Tier::Two,
        toolchain: Toolchain::BuildStd("std,panic_unwind,test"),
        runner: Runner::Qemu("aarch64", "/usr/aarch64-linux-gnu"),
        packages: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
        cargo: &[("LINKER", "aarch64-linux-gnu-gcc")],
        steps: &[
            test(
                "platform, interpreter, compiler, library, WASI",
                JIT,
                COMPILED_EMULATED,
            ),
            suite("tail", INTERP),
            suite("loop", INTERP),
            suite("jit-eager", JIT),
            suite("jit", JIT),
            suite("jit-check-explicit-speed", JIT),
            suite("jit-metered", JIT),
            suite("alternating", JIT),
        ],
        gaps: "QEMU translates instructions, and the host's processor executes what comes of it. So \
               this does not show whether new code is made visible to instruction caches, whether \
               threads get along with the weak memory ordering of real processors, nor pages larger \
               than 4 KiB. The tests of the program `diptych`, and one of the cache's, start programs, \
               which needs the machine's own kernel to know the emulator: they are not run. Nor are \
               those that try every amount of fuel, mutated modules, many threads, and compiled \
               operators one by one, which take too long.",
    },
    Target {
        triple: "x86_64-pc-windows-gnu",
        tier: Tier::Two,
        toolchain: Toolchain::BuildStd("std,panic_unwind,test"),
        runner: Runner::Wine,
        packages: &["gcc-mingw-w64-x86-64-win32", "mingw-w64-common", "wine64"],
        cargo: &[("LINKER", "x86_64-w64-mingw32-gcc")],
        steps: &[
            test(
                "platform, interpreter, compiler, library, WASI",
                JIT,
                COMPILED,
            ),
            suite("tail", INTERP),
            suite("loop", INTERP),
            suite("jit-eager", JIT),
            suite("jit", JIT),
            suite("jit-check-explicit-speed", JIT),
            suite("jit-metered", JIT),
            suite("alternating", JIT),
        ],
        gaps: "Wine is not Windows: it implements the same functions on Linux, whose scheduler, file \
               system and memory are below. The program `diptych` is built, but its tests are not \
               run.",
    },
    Target {
        triple: "i686-unknown-linux-gnu",
        tier: Tier::Two,
        toolchain: Toolchain::BuildStd("std,panic_unwind,test"),
        runner: Runner::Native,
        packages: &[
            "gcc-i686-linux-gnu",
            "libc6-dev-i386-cross",
            "libc6-i386",
            "lib32gcc-s1",
        ],
        cargo: &[("LINKER", "i686-linux-gnu-gcc")],
        steps: INTERPRETED_STEPS,
        gaps: "A 64-bit kernel runs it. There is no compiler for this machine.",
    },
    Target {
        triple: "s390x-unknown-linux-gnu",
        tier: Tier::Two,
        toolchain: Toolchain::BuildStd("std,panic_unwind,test"),
        runner: Runner::Qemu("s390x", "/usr/s390x-linux-gnu"),
        packages: &["gcc-s390x-linux-gnu", "libc6-dev-s390x-cross"],
        cargo: &[("LINKER", "s390x-linux-gnu-gcc")],
        steps: INTERPRETED_STEPS,
        gaps: "It stands for all machines that store the most significant byte first. As with every \
               emulated target, memory ordering and speed are not those of real machines. There is \
               no compiler for this machine.",
    },
    Target {
        triple: "wasm32-wasip1",
        tier: Tier::Two,
        toolchain: Toolchain::BuildStd("std,panic_abort,test"),
        runner: Runner::Diptych,
        packages: &["clang", "lld-22"],
        cargo: &[("LINKER", "wasm-ld-22")],
        steps: &[
            test("core, interpreter", IN_ITSELF, GUEST),
            Step {
                name: "what runs the specification's tests",
                features: IN_ITSELF,
                always: false,
                action: Action::Build(&[
                    "--package=diptych-conformance",
                    "--no-default-features",
                    "--bin=diptych-wast",
                ]),
            },
            suite("interp", IN_ITSELF),
        ],
        gaps: "The engine as a guest of itself: the guest interprets, the host compiles. It has one \
               thread, so the test of scripts with several is left out; and a panic ends it: tests \
               that expect one are not built.",
    },
    Target {
        triple: "x86_64-apple-darwin",
        tier: Tier::Three,
        toolchain: Toolchain::BuildStd("std,panic_unwind"),
        runner: Runner::Nothing,
        packages: &[],
        cargo: &[],
        steps: &[check_all()],
        gaps: "There is no such machine, linker or emulator here.",
    },
    Target {
        triple: "aarch64-apple-darwin",
        tier: Tier::Three,
        toolchain: Toolchain::BuildStd("std,panic_unwind"),
        runner: Runner::Nothing,
        packages: &[],
        cargo: &[],
        steps: &[check_all()],
        gaps: "There is no such machine, linker or emulator here. Memory for code is written and \
               executed as Apple's manual for programs that make code says: `MAP_JIT`, \
               `pthread_jit_write_protect_np`, `sys_icache_invalidate`. A program with the hardened \
               runtime needs the entitlement `com.apple.security.cs.allow-jit`.",
    },
    Target {
        triple: "aarch64-pc-windows-msvc",
        tier: Tier::Three,
        toolchain: Toolchain::BuildStd("std,panic_unwind"),
        runner: Runner::Nothing,
        packages: &[],
        cargo: &[],
        steps: &[check_all()],
        gaps: "There is no such machine, linker or emulator here.",
    },
    Target {
        triple: "wasm32-unknown-unknown",
        tier: Tier::Three,
        toolchain: Toolchain::BuildStd("core,alloc"),
        runner: Runner::Nothing,
        packages: &[],
        cargo: &[],
        steps: &[Step {
            name: "the library without the standard library",
            features: &["interp", "proposals"],
            always: false,
            action: Action::Build(&[
                "--package=diptych",
                "--lib",
                "--no-default-features",
                "--features=interp,proposals",
            ]),
        }],
        gaps: "A host in JavaScript would run it; none is here yet.",
    },
    bare(
        "x86_64-unknown-none",
        Runner::Native,
        &[host("x86_64", Pack::Suite), host("x86_64", Pack::Programs)],
        "Linux loads and runs the program, which is built without it and has software floats. \
         Dispatch by the loop, since floats leave too few registers for tail calls.",
    ),
    bare(
        "aarch64-unknown-none-softfloat",
        Runner::Machine("qemu-system-arm"),
        &[
            host("aarch64", Pack::Suite),
            host("aarch64", Pack::Programs),
        ],
        "A Cortex-A72 whose MMU and caches are off.",
    ),
    bare(
        "riscv32imac-unknown-none-elf",
        Runner::Machine("qemu-system-riscv"),
        &[
            host("riscv32imac", Pack::Suite),
            host("riscv32imac", Pack::Programs),
        ],
        "Dispatch by the loop.",
    ),
    bare(
        "thumbv7em-none-eabi",
        Runner::Machine("qemu-system-arm"),
        &[
            host("thumbv7em", Pack::Suite),
            host("thumbv7em", Pack::Programs),
        ],
        "A Cortex-M4 with 16 MiB for the heap: directives that take more are counted as too large, \
         and not as passed. Dispatch by the loop.",
    ),
];
