//! Executes random modules in every configuration for a while, and keeps what differs.

fn main() {
    let mut args = std::env::args().skip(1);
    let seed: u64 = args.next().unwrap().parse().unwrap();
    let n: u64 = args.next().unwrap().parse().unwrap();
    let mut options = diptych_fuzz::session::Options::default();
    if let Some(others) = args.next() {
        options.others = others.parse().unwrap();
    }
    if let Some(g) = args.next() {
        options.generators = g
            .split(',')
            .map(|g| diptych_fuzz::generate::Generator::named(g).unwrap())
            .collect();
    }
    let mut session = diptych_fuzz::session::Session::new(options);
    let t = std::time::Instant::now();
    for i in seed..seed + n {
        if std::env::var_os("V").is_some() {
            eprintln!("{i}");
        }
        if let Some(f) = session.run(i) {
            println!(
                "FOUND {} {}\n{:.4000}",
                f.case.origin,
                f.case.size(),
                f.difference.describe()
            );
            let mut oracle =
                diptych_fuzz::oracle::Oracle::of_pair(&f.difference.reference, &f.difference.other)
                    .unwrap();
            let kind = f.difference.kind();
            let small = diptych_fuzz::reduce::reduce(
                &f.case,
                Default::default(),
                &mut |case| matches!(oracle.judge(case), diptych_fuzz::oracle::Verdict::Differs(d) if d.kind() == kind),
            );
            println!("{}", small.to_text().unwrap_or_default());
            if let diptych_fuzz::oracle::Verdict::Differs(d) = oracle.judge(&small) {
                println!("{}", d.describe());
            }
            let _ = std::fs::write(
                format!("/tmp/find/{i}.wat"),
                f.case.to_text().unwrap_or_default(),
            );
        }
    }
    println!("{:?} {:#?}", t.elapsed(), session.counts());
}
