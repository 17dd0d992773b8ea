//! What is built: programs, that is selections of the features of `bench/size`, and settings.

/// How Cargo builds.
#[derive(Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) name: &'static str,
    /// The end of a variable that sets the profile, and its value.
    profile: &'static [(&'static str, &'static str)],
}

/// What all settings have but for what they are about.
const SMALL: &[(&str, &str)] = &[
    ("OPT_LEVEL", "s"),
    ("LTO", "fat"),
    ("CODEGEN_UNITS", "1"),
    ("PANIC", "abort"),
    ("STRIP", "symbols"),
];

impl Settings {
    /// The profile's settings; later ones override earlier ones.
    pub(crate) fn profile(&self) -> impl Iterator<Item = &(&'static str, &'static str)> {
        SMALL.iter().chain(self.profile)
    }
}

const fn settings(
    name: &'static str,
    profile: &'static [(&'static str, &'static str)],
) -> Settings {
    Settings { name, profile }
}

/// The levels of optimisation for small programs: the columns of the first table.
pub(crate) const LEVELS: &[Settings] = &[S, settings("z", &[("OPT_LEVEL", "z")])];

/// What the other tables compare with.
pub(crate) const S: Settings = settings("s", &[]);

/// Each setting changed by itself.
pub(crate) const CHANGES: &[Settings] = &[
    settings("`opt-level = 3`", &[("OPT_LEVEL", "3")]),
    settings("`panic = \"unwind\"`", &[("PANIC", "unwind")]),
    settings("`lto = false`", &[("LTO", "false")]),
    settings("`codegen-units = 16`", &[("CODEGEN_UNITS", "16")]),
    settings("`strip = false`", &[("STRIP", "none")]),
];

/// A program.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// The features of `bench/size`.
    pub(crate) features: &'static str,
    /// Whether it is built at both levels of optimisation; compilers take minutes each.
    pub(crate) levels: bool,
}

const fn program(name: &'static str, features: &'static str) -> Program {
    Program {
        name,
        features,
        levels: true,
    }
}

const fn compiler(name: &'static str, features: &'static str) -> Program {
    Program {
        name,
        features,
        levels: false,
    }
}

/// The smallest embeddings: the rows of the first table.
pub(crate) const SMALLEST: &[Program] = &[
    program("none, without `std`", ""),
    program(
        "wasmparser, which only validates, without `std`",
        "validator",
    ),
    program("Diptych's interpreter, loop, without `std`", "interp-loop"),
    program("wasmi, loop, without `std`", "wasmi-loop"),
    program("Diptych's interpreter, without `std`", "interp"),
    program("wasmi, without `std`", "wasmi"),
    program(
        "Diptych's interpreter with SIMD, without `std`",
        "interp,simd",
    ),
    program(
        "Diptych's interpreter with all proposals, without `std`",
        "interp,proposals",
    ),
    program("wasmi with SIMD, without `std`", "wasmi,wasmi-simd"),
    program("none", "std"),
    program("Diptych's interpreter, loop", "std,interp-loop"),
    program("wasmi, loop", "std,wasmi-loop"),
    program("Diptych's interpreter", "std,interp"),
    program("wasmi", "std,wasmi"),
    compiler("Diptych's compiler", "std,jit,mmap"),
    compiler("Wasmtime, Winch", "winch"),
    compiler("Wasmtime, Cranelift", "cranelift"),
];

/// What a feature is added to, and the features with it.
#[derive(Debug)]
pub(crate) struct Addition {
    pub(crate) what: &'static str,
    pub(crate) base: &'static str,
    pub(crate) features: &'static str,
}

const fn addition(what: &'static str, base: &'static str, features: &'static str) -> Addition {
    Addition {
        what,
        base,
        features,
    }
}

/// What Diptych's options cost: the rows of the second table.
pub(crate) const ADDITIONS: &[Addition] = &[
    addition(
        "tail dispatch: `interp` for `interp-loop`",
        "interp-loop",
        "interp",
    ),
    addition("`simd`, loop", "interp-loop", "interp-loop,simd"),
    addition("`gc`, loop", "interp-loop", "interp-loop,gc"),
    addition(
        "`exceptions`, loop",
        "interp-loop",
        "interp-loop,exceptions",
    ),
    addition("`atomics`, loop", "interp-loop", "interp-loop,atomics"),
    addition(
        "`proposals`, all four, loop",
        "interp-loop",
        "interp-loop,proposals",
    ),
    addition("`simd`", "interp", "interp,simd"),
    addition("`gc`", "interp", "interp,gc"),
    addition("`exceptions`", "interp", "interp,exceptions"),
    addition("`atomics`", "interp", "interp,atomics"),
    addition("`proposals`, all four", "interp", "interp,proposals"),
    addition("`disasm`", "interp", "interp,disasm"),
    addition("`std`", "interp", "std,interp"),
    addition("`mmap`", "std,interp", "std,interp,mmap"),
    addition("`threads`", "std,interp", "std,interp,threads"),
    addition("`wat`", "std,interp", "std,interp,wat"),
    addition(
        "the default features together",
        "std,interp",
        "std,interp,proposals,disasm,wat,threads,mmap,signals,tls",
    ),
    addition(
        "`jit` (with `proposals`) and `mmap`",
        "std,interp",
        "std,interp,jit,mmap",
    ),
    addition("`interp`", "std,jit,mmap", "std,interp,jit,mmap"),
    addition(
        "`signals` and `tls`",
        "std,jit,mmap",
        "std,jit,mmap,signals,tls",
    ),
    addition("`cache`", "std,jit,mmap", "std,jit,mmap,cache"),
    addition(
        "code for other processors (`diptych-jit/all-arch`)",
        "std,jit,mmap",
        "std,jit,mmap,all-arch",
    ),
];

/// Of what the settings are changed.
pub(crate) const CHANGED: &[&str] = &["std,interp", "std,wasmi"];

/// Whose parts are listed.
pub(crate) const PARTS_OF: &[&str] = &["interp-loop", "interp", "validator", "wasmi"];
