//! Every difference that was found stays away: the cases of `regressions/`, in all configurations.

use diptych_fuzz::case::Case;
use diptych_fuzz::configurations::configurations;
use diptych_fuzz::oracle::{Oracle, Verdict};
use std::path::Path;

#[test]
fn earlier_findings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut oracle = Oracle::new(configurations());
    let mut tried = 0;
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let case = Case::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        match oracle.judge(&case) {
            Verdict::Agreed(_) => tried += 1,
            Verdict::Differs(difference) => {
                panic!("{}: {}", path.display(), difference.describe())
            }
            other => panic!("{}: {other:?}", path.display()),
        }
    }
    assert!(tried > 0);
}
