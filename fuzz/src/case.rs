//! What is executed: modules, and calls of what they export; and how it is kept in a file.

use core::fmt::Write as _;

/// Modules and what is called of them.
///
/// Each module may import from the host and, as `m0`, `m1` and so on, from those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Where it comes from, in words.
    pub origin: String,
    /// What the engine is told beside what a configuration is.
    pub settings: Settings,
    /// The modules in the order of their instantiation.
    pub modules: Vec<Vec<u8>>,
    /// The calls in their order.
    pub calls: Vec<Call>,
}

/// What the engine is told beside what a configuration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Whether fuel is charged.
    pub metered: bool,
    /// Whether fuel only ends what would not end, and what is left of it is not looked at.
    pub hides_fuel: bool,
    /// Whether arithmetic gives canonical NaNs. Otherwise the modules have to hide them.
    pub canonical_nans: bool,
    /// How many bytes of stack guests have.
    pub stack: usize,
}

impl Settings {
    /// Enough for what takes as much fuel as cases do.
    pub const AMPLE_STACK: usize = 64 << 20;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            metered: false,
            hides_fuel: false,
            canonical_nans: true,
            stack: Self::AMPLE_STACK,
        }
    }
}

/// A call of an exported function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which of the modules exports it.
    pub module: usize,
    /// Its name there.
    pub export: String,
    /// What arguments are made of, each from the number at its place.
    pub args: Vec<u64>,
    /// The fuel that there is for it; of no effect where fuel is not charged.
    pub fuel: u64,
}

/// Fuel that ends what does not end by itself before anyone tires of it.
pub const AMPLE_FUEL: u64 = 10_000;

/// Begins a line that says something of a case, in what is a comment to the text format.
const MARK: &str = ";;! ";

impl Case {
    /// The case as text: directives in comments, and its modules in the text format.
    ///
    /// # Errors
    /// When a module has no text because it is malformed.
    pub fn to_text(&self) -> Result<String, String> {
        let mut text = format!(
            "{MARK}origin {}\n{MARK}settings metered={} hides_fuel={} canonical_nans={} stack={}\n",
            self.origin.replace('\n', " "),
            self.settings.metered,
            self.settings.hides_fuel,
            self.settings.canonical_nans,
            self.settings.stack
        );
        for call in &self.calls {
            let _ = write!(text, "{MARK}call {} {}", call.module, escape(&call.export));
            for arg in &call.args {
                let _ = write!(text, " {:#x}", arg);
            }
            let _ = writeln!(text, " fuel={}", call.fuel);
        }
        for module in &self.modules {
            let printed = wasmprinter::print_bytes(module).map_err(|error| error.to_string())?;
            let _ = write!(text, "{MARK}module\n{printed}");
        }
        Ok(text)
    }

    /// The case in this text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut case = Self {
            origin: String::new(),
            settings: Settings::default(),
            modules: Vec::new(),
            calls: Vec::new(),
        };
        let mut modules: Vec<String> = Vec::new();
        for line in text.lines() {
            let Some(directive) = line.strip_prefix(MARK) else {
                if let Some(module) = modules.last_mut() {
                    module.push_str(line);
                    module.push('\n');
                }
                continue;
            };
            let (word, rest) = directive.split_once(' ').unwrap_or((directive, ""));
            match word {
                "origin" => case.origin = rest.to_owned(),
                "settings" => case.settings = parse_settings(rest)?,
                "call" => case.calls.push(parse_call(rest)?),
                "module" => modules.push(String::new()),
                other => return Err(format!("`{other}` says nothing of a case")),
            }
        }
        for text in modules {
            case.modules
                .push(wat::parse_str(&text).map_err(|error| error.to_string())?);
        }
        Ok(case)
    }

    /// How many bytes its modules have.
    pub fn size(&self) -> usize {
        self.modules.iter().map(Vec::len).sum()
    }
}

fn parse_settings(text: &str) -> Result<Settings, String> {
    let mut settings = Settings::default();
    for setting in text.split_whitespace() {
        let unknown = || format!("no setting `{setting}`");
        let (name, value) = setting.split_once('=').ok_or_else(unknown)?;
        let flag = || value.parse::<bool>().map_err(|_| unknown());
        match name {
            "metered" => settings.metered = flag()?,
            "hides_fuel" => settings.hides_fuel = flag()?,
            "canonical_nans" => settings.canonical_nans = flag()?,
            "stack" => settings.stack = value.parse().map_err(|_| unknown())?,
            _ => return Err(unknown()),
        }
    }
    Ok(settings)
}

fn parse_call(text: &str) -> Result<Call, String> {
    let wrong = || format!("no call: `{text}`");
    let mut words = text.split_whitespace();
    let module = words.next().and_then(|word| word.parse().ok());
    let export = words.next().and_then(unescape);
    let mut call = Call {
        module: module.ok_or_else(wrong)?,
        export: export.ok_or_else(wrong)?,
        args: Vec::new(),
        fuel: AMPLE_FUEL,
    };
    for word in words {
        if let Some(fuel) = word.strip_prefix("fuel=") {
            call.fuel = fuel.parse().map_err(|_| wrong())?;
        } else {
            let digits = word.strip_prefix("0x").ok_or_else(wrong)?;
            let arg = u64::from_str_radix(digits, 16).map_err(|_| wrong())?;
            call.args.push(arg);
        }
    }
    Ok(call)
}

/// A name without spaces: what is not a plain letter is `%` and two digits for each byte. The
/// quotation marks keep empty names apart.
fn escape(name: &str) -> String {
    let mut text = String::from("\"");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-.#$".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02x}");
        }
    }
    text.push('"');
    text
}

fn unescape(text: &str) -> Option<String> {
    let text = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let digits = core::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_survive_their_text() {
        let case = Case {
            origin: "a test".to_owned(),
            settings: Settings {
                metered: true,
                hides_fuel: false,
                canonical_nans: false,
                stack: 1 << 20,
            },
            modules: vec![
                wat::parse_str("(module (func (export \"\")))").expect("it is text"),
                wat::parse_str("(module (memory (export \"é \\\"\") 1))").expect("it is text"),
            ],
            calls: vec![
                Call {
                    module: 0,
                    export: String::new(),
                    args: vec![1, u64::MAX],
                    fuel: 7,
                },
                Call {
                    module: 1,
                    export: "é \"%".to_owned(),
                    args: vec![],
                    fuel: AMPLE_FUEL,
                },
            ],
        };
        let text = case.to_text().expect("the modules are well-formed");
        assert_eq!(Case::parse(&text).as_ref(), Ok(&case));
        assert!(Case::parse(";;! nonsense").is_err());
    }
}
