//! The guest programs, and what they must return.

use crate::Result;

/// A guest program: a module that exports `run: [i32] -> [i64]`.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    pub name: &'static str,
    /// What `run` is called with: enough for a tenth to half of a second in a quick interpreter.
    pub n: i32,
    /// What `run` then returns, by a native build of the same source.
    pub checksum: i64,
    pub wat: &'static str,
    /// Whether it makes objects. `run(1)` is one step of it, and goes on where the last one was.
    pub objects: bool,
}

impl Workload {
    /// Fails unless this is what `run` has to return.
    pub fn check(&self, returned: i64) -> Result<()> {
        let expected = self.checksum;
        if returned == expected {
            return Ok(());
        }
        Err(format!("returned {returned}, and {expected} is right").into())
    }

    /// Whether it needs vectors.
    pub fn vectors(&self) -> bool {
        self.wat.contains("v128")
    }
}

macro_rules! workloads {
    ($(#[$doc:meta])* $all:ident, $objects:literal:
        $($(#[$when:meta])* ($name:literal, $n:literal, $checksum:literal),)*) => {
        $(#[$doc])*
        pub const $all: &[Workload] = &[$($(#[$when])* Workload {
            name: $name,
            n: $n,
            checksum: $checksum,
            wat: include_str!(concat!("../workloads/", $name, ".wat")),
            objects: $objects,
        }),*];
    };
}

// Made by `build-workloads.sh` from the C files of the same names.
workloads! {
    /// Those that every runtime takes.
    ALL, false:
    ("aes", 300_000, 4_045_928_873_096_875_538),
    ("bulk", 4_000_000, -8_050_666_967_764_716_972),
    ("bytes", 80, -1_132_041_066_622_963_412),
    ("corelike", 400, -7_786_920_941_934_007_562),
    ("coremix", 1_000, -5_562_910_246_881_326_730),
    ("fannkuch", 9, 8_629_030),
    ("fib", 34, 5_702_887),
    ("filters", 2_000, 6_947_870_929_147_343_532),
    ("hash", 1_500_000, 151_030_834_143_147),
    ("huffman", 200, -6_703_253_547_588_975_922),
    ("indirect", 4_000, 24_985_824_676),
    ("life", 250, -1_291_623_516_809_570_404),
    ("mandelbrot", 900, -7_639_677_572_800_097_736),
    ("matmul", 20, 632_830_091),
    ("minver", 5_000, -6_052_947_120_952_917_881),
    ("mix64", 5_000_000, -508_997_077_698_715_935),
    ("nbody", 250_000, 83_098_574_855_220),
    ("reed", 300, 8_440_425_873_978_791_602),
    ("regex", 300, 8_053_520_376_201_157_816),
    ("sha256", 40_000, -3_261_871_095_406_664_681),
    ("sieve", 10, 375_503_625_158),
    ("sort", 12, 9_042_190_495_931_146_606),
    ("tak", 9, 18),
    ("tree", 100_000, -4_442_952_334_597_229_264),
    ("ud", 2_000, -4_506_304_611_793_135_161),
    #[cfg(feature = "simd")]
    ("vbase64", 1_000, 390_791_540_010_364_252),
    #[cfg(feature = "simd")]
    ("vblur", 200, 2_047_178_800_579_132_861),
    #[cfg(feature = "simd")]
    ("vdot", 20_000, -349_999_022_373_177_430),
    #[cfg(feature = "simd")]
    ("vhash", 1_000, -7_714_613_696_198_275_299),
    ("vm", 400_000, 1_464_286_595_521_173_784),
    ("windows", 1_500_000, 5_438_255_308_460_841_130),
}

// Written as they are. What they return is what all runtimes have returned.
#[cfg(feature = "objects")]
workloads! {
    /// Those that make objects.
    OBJECTS, true:
    ("map", 500_000, 238_700_092_332),
    ("rings", 200_000, 3_061_327),
    ("strings", 5_000, 10_771_626_794_434),
    ("trees", 500, 1_919_500),
}

/// There are none in this build.
#[cfg(not(feature = "objects"))]
pub const OBJECTS: &[Workload] = &[];

/// The workload of this name.
pub fn get(name: &str) -> Option<&'static Workload> {
    every().find(|workload| workload.name == name)
}

/// The names of all workloads.
pub fn names() -> impl Iterator<Item = &'static str> {
    every().map(|workload| workload.name)
}

fn every() -> impl Iterator<Item = &'static Workload> {
    ALL.iter().chain(OBJECTS)
}
