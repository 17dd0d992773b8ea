//! What can be seen of a case in any runtime, and whether two runtimes saw the same.

use crate::value::{Nans, Value};
use core::fmt;

/// All that can be seen after a step of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub step: Step,
    pub end: End,
    /// The calls of the host during the step.
    pub events: Vec<Event>,
    /// What is exported, module by module, after calls.
    pub state: Vec<Contents>,
}

impl Seen {
    /// A step of which there is nothing to see but how it ended.
    pub const fn of(step: Step, end: End) -> Self {
        Self {
            step,
            end,
            events: Vec::new(),
            state: Vec::new(),
        }
    }
}

/// A step of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A module is opened: validated, and perhaps compiled.
    Open(usize),
    /// A module is instantiated.
    Instantiate(usize),
    /// One of the calls.
    Call(usize),
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Returned(Vec<Value>),
    /// A module is not accepted: it is no valid one, or that is what the runtime takes it for.
    Refused(String),
    /// Imports do not fit.
    Unlinked(String),
    Trapped(Trap),
    /// An exception was not caught.
    Threw,
    /// A host function refused.
    Failed,
    /// A limit was reached that each runtime has elsewhere.
    Limited(String),
    /// Something that is not to be.
    Broken(String),
}

/// A trap, as far as all tell which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    Unreachable,
    Memory,
    Table,
    Array,
    DivideByZero,
    Overflow,
    Conversion,
    NullCall,
    CallType,
    /// One of the two before: this is all that V8 says.
    NullCallOrType,
    /// The same of conversions from floats.
    ConversionOrOverflow,
    Null,
    Cast,
}

impl Trap {
    fn agrees(self, other: Self) -> bool {
        let pair = |a: Self, b: Self| match a {
            Self::NullCallOrType => matches!(b, Self::NullCall | Self::CallType),
            Self::ConversionOrOverflow => matches!(b, Self::Conversion | Self::Overflow),
            _ => false,
        };
        self == other || pair(self, other) || pair(other, self)
    }
}

/// A call of the host.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What was called.
    pub import: String,
    pub args: Vec<Value>,
}

/// Something exported, as it is at present.
#[derive(Clone, Debug, PartialEq)]
pub enum Contents {
    Global(Value),
    /// Its size in bytes, and a digest of them.
    Memory(usize, u32),
    /// Its size, and which of its first elements are null.
    Table(u64, u64),
    /// A function or a tag, or what a runtime cannot show.
    Nothing,
}

/// What became of a comparison.
#[derive(Clone, Debug)]
pub enum Verdict {
    Agreed,
    /// A limit was reached, of this kind.
    Abandoned(String),
    /// Something differs: what kind of thing, and what it is.
    Differs(&'static str, String),
}

/// Compares what Diptych saw with what another runtime did.
pub fn compare(ours: &[Seen], theirs: &[Seen], nans: Nans) -> Verdict {
    for (at, ours) in ours.iter().enumerate() {
        let Some(theirs) = theirs.get(at) else {
            return Verdict::Differs("steps", format!("only Diptych got to {ours}"));
        };
        let step = ours.step;
        let differs = |kind, ours: &dyn fmt::Debug, theirs: &dyn fmt::Debug| {
            Verdict::Differs(
                kind,
                format!("{step:?}\n  diptych: {ours:x?}\n  other:   {theirs:x?}"),
            )
        };
        // Neither accepts it: who finds a limit reached first does not look for what is wrong.
        let is_refused = matches!((&ours.end, step), (End::Refused(_), Step::Open(_)));
        if is_refused && matches!(theirs.end, End::Limited(_)) {
            return Verdict::Agreed;
        }
        for end in [&ours.end, &theirs.end] {
            if let End::Limited(limit) = end {
                return Verdict::Abandoned(limit.clone());
            }
        }
        if !same_end(&ours.end, &theirs.end, nans) {
            return differs("end", &ours.end, &theirs.end);
        }
        if !same_events(&ours.events, &theirs.events, nans) {
            return differs("calls of the host", &ours.events, &theirs.events);
        }
        let all = ours.state.iter().zip(&theirs.state);
        for (place, (ours, theirs)) in all.enumerate() {
            if !same_contents(ours, theirs, nans) {
                return differs("state", &(place, ours), &theirs);
            }
        }
    }
    match theirs.get(ours.len()) {
        Some(more) => Verdict::Differs("steps", format!("only the other got to {more}")),
        None => Verdict::Agreed,
    }
}

fn same_end(a: &End, b: &End, nans: Nans) -> bool {
    match (a, b) {
        (End::Returned(a), End::Returned(b)) => same_values(a, b, nans),
        (End::Trapped(a), End::Trapped(b)) => a.agrees(*b),
        // Each has its own words for what is wrong.
        (End::Refused(_), End::Refused(_)) | (End::Unlinked(_), End::Unlinked(_)) => true,
        (End::Broken(_), _) | (_, End::Broken(_)) => false,
        _ => a == b,
    }
}

fn same_values(a: &[Value], b: &[Value], nans: Nans) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.agrees(*b, nans))
}

fn same_events(a: &[Event], b: &[Event], nans: Nans) -> bool {
    let same =
        |(a, b): (&Event, &Event)| a.import == b.import && same_values(&a.args, &b.args, nans);
    a.len() == b.len() && a.iter().zip(b).all(same)
}

fn same_contents(a: &Contents, b: &Contents, nans: Nans) -> bool {
    match (a, b) {
        (Contents::Nothing, _) | (_, Contents::Nothing) => true,
        (Contents::Global(a), Contents::Global(b)) => a.agrees(*b, nans),
        _ => a == b,
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:x?}", self.step, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_compared_and_limits_are_not() {
        let open = |end| vec![Seen::of(Step::Open(0), end)];
        let verdict = |ours, theirs| compare(&open(ours), &open(theirs), Nans::Same);
        let refused = || End::Refused("it is wrong".to_owned());
        let limited = || End::Limited("it is large".to_owned());
        let returned = || End::Returned(Vec::new());
        assert!(matches!(verdict(refused(), refused()), Verdict::Agreed));
        assert!(matches!(verdict(refused(), limited()), Verdict::Agreed));
        for (ours, theirs) in [(returned(), refused()), (refused(), returned())] {
            assert!(matches!(verdict(ours, theirs), Verdict::Differs("end", _)));
        }
        assert!(matches!(
            verdict(returned(), limited()),
            Verdict::Abandoned(_)
        ));
    }
}
