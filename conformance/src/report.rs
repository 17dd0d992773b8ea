//! What a run found.

use crate::suite::TestFile;
use core::fmt;
use core::ops::AddAssign;
use std::collections::BTreeMap;
use wast::WastDirective;

macro_rules! kinds {
    ($($variant:ident = $name:literal, $pattern:pat,)*) => {
        /// The kinds of directives.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
            /// Not a directive, but the script as a whole.
            Script,
        }

        impl Kind {
            /// The kind of a directive.
            pub fn of(directive: &WastDirective<'_>) -> Self {
                match directive {
                    $($pattern => Self::$variant,)*
                }
            }

            /// How scripts write it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Script => "script",
                }
            }
        }
    };
}

kinds! {
    Module = "module", WastDirective::Module(_),
    ModuleDefinition = "module definition", WastDirective::ModuleDefinition(_),
    ModuleInstance = "module instance", WastDirective::ModuleInstance { .. },
    Register = "register", WastDirective::Register { .. },
    Invoke = "invoke", WastDirective::Invoke(_),
    AssertReturn = "assert_return", WastDirective::AssertReturn { .. },
    AssertTrap = "assert_trap", WastDirective::AssertTrap { .. },
    AssertExhaustion = "assert_exhaustion", WastDirective::AssertExhaustion { .. },
    AssertException = "assert_exception", WastDirective::AssertException { .. },
    AssertSuspension = "assert_suspension", WastDirective::AssertSuspension { .. },
    AssertInvalid = "assert_invalid", WastDirective::AssertInvalid { .. },
    AssertInvalidCustom = "assert_invalid_custom", WastDirective::AssertInvalidCustom { .. },
    AssertMalformed = "assert_malformed", WastDirective::AssertMalformed { .. },
    AssertMalformedCustom = "assert_malformed_custom", WastDirective::AssertMalformedCustom { .. },
    AssertUnlinkable = "assert_unlinkable", WastDirective::AssertUnlinkable { .. },
    Thread = "thread", WastDirective::Thread(_),
    Wait = "wait", WastDirective::Wait { .. },
}

/// How a directive ended.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Passed,
    Failed(String),
    Superseded(&'static str),
}

/// Numbers of directives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As the script says.
    pub passed: usize,
    /// Not as the script says.
    pub failed: usize,
    /// Not executed: a later version of the standard made them wrong.
    pub skipped: usize,
}

impl Counts {
    /// All of them.
    pub const fn total(&self) -> usize {
        self.passed + self.failed + self.skipped
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

/// A directive that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its line, from 1; 0 for the script as a whole.
    pub line: usize,
    /// Its kind.
    pub kind: Kind,
    /// What was wrong.
    pub text: String,
}

/// What a run of one script found.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// The set that the script belongs to.
    pub group: String,
    /// Its name with the folder.
    pub key: String,
    /// Where it came from.
    pub source: String,
    /// Its directives by outcome.
    pub counts: Counts,
    /// Its directives by kind.
    pub kinds: BTreeMap<Kind, Counts>,
    /// The lines of directives skipped because a later version of the standard made them wrong,
    /// with the reason.
    pub superseded: Vec<(usize, &'static str)>,
    /// The failures, in order.
    pub failures: Vec<Failure>,
    /// How long it took.
    pub seconds: f64,
}

impl FileReport {
    pub(crate) fn new(file: &TestFile) -> Self {
        Self {
            group: file.group.clone(),
            key: file.key.clone(),
            source: file.source.clone(),
            counts: Counts::default(),
            kinds: BTreeMap::new(),
            superseded: Vec::new(),
            failures: Vec::new(),
            seconds: 0.0,
        }
    }

    pub(crate) fn add(&mut self, kind: Kind, line: usize, outcome: Outcome) {
        let mut one = Counts::default();
        match outcome {
            Outcome::Passed => one.passed = 1,
            Outcome::Failed(text) => {
                one.failed = 1;
                self.failures.push(Failure { line, kind, text });
            }
            Outcome::Superseded(why) => {
                one.skipped = 1;
                self.superseded.push((line, why));
            }
        }
        self.counts += one;
        *self.kinds.entry(kind).or_default() += one;
    }
}

/// What a run found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The mode's name.
    pub mode: &'static str,
    /// Each script.
    pub files: Vec<FileReport>,
}

impl Report {
    pub(crate) fn new(mode: &'static str, files: Vec<FileReport>) -> Self {
        Self { mode, files }
    }

    /// All directives.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for file in &self.files {
            counts += file.counts;
        }
        counts
    }

    /// Directives by kind.
    pub fn kinds(&self) -> BTreeMap<Kind, Counts> {
        let mut kinds = BTreeMap::<_, Counts>::new();
        for (kind, counts) in self.files.iter().flat_map(|file| &file.kinds) {
            *kinds.entry(*kind).or_default() += *counts;
        }
        kinds
    }

    /// Whether nothing failed.
    pub fn is_success(&self) -> bool {
        self.counts().failed == 0
    }
}
