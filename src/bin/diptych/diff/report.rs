//! What is told of a comparison.

use super::guest::{End, Ran, Ready};
use super::instrument::{Field, I31, Kind, NULL, Place, Site, What};
use super::search::{Parted, Precision, Side, Verdict};
use crate::report::{Failure, Outcome};
use crate::value;
use core::fmt::Write as _;
use diptych::types::FuncIdx;
use diptych::{BackendKind, Config, Engine, Module, Val};
use wasmparser::{Parser, Payload, ValType};

/// How many words of memories are told.
const MOST_WORDS: usize = 8;

/// What is told of a verdict.
pub(crate) fn text(file: &str, sides: [&Side<'_>; 2], verdict: &mut Verdict) -> Outcome<String> {
    let names = sides.map(|side| side.name);
    let [left, right] = names;
    let mut table = Table::new(names);
    let head = match verdict {
        Verdict::Same { points, calls } => format!(
            "{file}: {left} and {right} agree at {points} points, with {calls} calls of WASI\n"
        ),
        Verdict::Apart(ran) => {
            table.end(ran);
            table.state("in the end", ran);
            format!(
                "{file}: {left} and {right} differ, but not when the code is made to write down \
                 what it does, so that the place cannot be found\n"
            )
        }
        Verdict::Parted(parted) => {
            let code = Code::new(sides[0].wasm)?;
            let place = table.parted(&code, parted);
            let points = parted.points;
            format!("{file}: {left} and {right} part after {points} points: {place}\n")
        }
    };
    Ok(head + &table.text())
}

/// Rows of values of both sides.
struct Table {
    names: [String; 2],
    rows: Vec<Row>,
}

/// A row, or with an empty pair a heading.
struct Row {
    what: String,
    values: Option<[String; 2]>,
}

impl Table {
    fn new(names: [&str; 2]) -> Self {
        Self {
            names: names.map(str::to_owned),
            rows: Vec::new(),
        }
    }

    fn heading(&mut self, what: impl Into<String>) {
        self.rows.push(Row {
            what: what.into(),
            values: None,
        });
    }

    fn row(&mut self, what: impl Into<String>, values: [String; 2]) {
        self.rows.push(Row {
            what: what.into(),
            values: Some(values),
        });
    }

    /// Says what is known of where two runs part, and gives the place in words.
    fn parted(&mut self, code: &Code<'_>, parted: &mut Parted) -> String {
        match &parted.place {
            Precision::Instantiation => {
                self.end(&parted.ran);
                self.state("after instantiation", &mut parted.ran);
                "in what is done before any code of the module".to_owned()
            }
            Precision::Stack => {
                self.end(&parted.ran);
                "one of them has come to the end of its stack. How much a call takes is another \
                 in each configuration; --max-stack gives more"
                    .to_owned()
            }
            Precision::Lost => {
                self.end(&parted.ran);
                "they did not part there again when they were looked at closer".to_owned()
            }
            Precision::After(place) => {
                self.end(&parted.ran);
                self.state("then", &mut parted.ran);
                format!(
                    "{}, or behind it before the next call or loop. With more records in this \
                     function there is no difference, so that it cannot be said more closely",
                    code.place(*place)
                )
            }
            Precision::Instruction { place, views } => {
                let place = *place;
                self.views(code, place, views, &parted.ran);
                self.state("", &mut parted.ran);
                code.place(place)
            }
        }
    }

    /// What both had before an instruction, and what they have made of it.
    fn views(&mut self, code: &Code<'_>, place: Place, views: &[Ready; 2], ran: &[Ran; 2]) {
        let record = |side: usize, number: usize| {
            let record = ran[side].view.get(number)?;
            let site = u32::from_le_bytes(record.get(..4)?.try_into().ok()?);
            let site = views[side].instrumented.sites.get(site as usize)?;
            Some((site, record.as_slice()))
        };
        self.heading("before");
        self.fields([record(0, 0), record(1, 0)]);
        self.heading("after");
        let after = [record(0, 1), record(1, 1)];
        self.fields(after);
        let then = |side: usize| match after[side] {
            _ if !matches!(ran[side].end, End::Stopped) => ran[side].end.to_string(),
            Some((site, _)) if site.next == 0 && site.kind == Kind::Point => {
                format!("calls {}", code.function(site.func))
            }
            Some((site, _)) if site.func == place.func => {
                format!("goes on at {:#x}", code.offset(site.func, site.next))
            }
            Some((site, _)) => {
                let offset = code.offset(site.func, site.next);
                format!("goes on in {} at {offset:#x}", code.function(site.func))
            }
            None => "goes on".to_owned(),
        };
        let then = [then(0), then(1)];
        if then[0] != then[1] {
            self.row("then it", then);
        }
    }

    /// The values of a record of each side.
    fn fields(&mut self, records: [Option<(&Site, &[u8])>; 2]) {
        let fields = records.map(|record| record.map_or(&[][..], |(site, _)| &*site.fields));
        for number in 0..fields[0].len().max(fields[1].len()) {
            let pair = fields.map(|fields| fields.get(number));
            let Some(field) = pair[0].or(pair[1]) else {
                continue;
            };
            let what = match field.what {
                What::Local(local) => format!("local {local}"),
                What::Operand(operand) => format!("operand {operand}"),
                What::Result(result) => format!("result {result}"),
            };
            let value = |side: usize| match (pair[side], records[side]) {
                (Some(field), Some((_, record))) => print(field, record),
                _ => "-".to_owned(),
            };
            self.row(format!("{what}: {}", field.ty), [value(0), value(1)]);
        }
    }

    /// How both ended.
    fn end(&mut self, ran: &[Ran; 2]) {
        let ends = [&ran[0].end, &ran[1].end];
        self.row("end", ends.map(ToString::to_string));
        let frames = ends.map(|end| match end {
            End::Failed { frames, .. } => frames
                .first()
                .map(|(func, offset)| format!("function {func}, at {offset:#x} in its body")),
            _ => None,
        });
        if frames[0] != frames[1] {
            self.row(
                "failed in",
                frames.map(|frame| frame.unwrap_or_else(|| "-".to_owned())),
            );
        }
    }

    /// What differs in what can change.
    fn state(&mut self, when: &str, ran: &mut [Ran; 2]) {
        let at = self.rows.len();
        let [left, right] = ran;
        let (Some(ours), Some(theirs)) = (left.state.clone(), right.state.clone()) else {
            return;
        };
        for (number, (ours, theirs)) in ours.globals.iter().zip(&theirs.globals).enumerate() {
            let values = [ours.get(&mut left.store), theirs.get(&mut right.store)];
            let values = values.map(|value| value::print(&value));
            let index = left.globals[number];
            if values[0] != values[1] {
                self.row(format!("global {index}"), values);
            }
        }
        for (index, (ours, theirs)) in ours.memories.iter().zip(&theirs.memories).enumerate() {
            let bytes = [ours.data(&left.store), theirs.data(&right.store)];
            self.memory(index, bytes);
        }
        if !when.is_empty() && self.rows.len() > at {
            self.rows.insert(
                at,
                Row {
                    what: when.to_owned(),
                    values: None,
                },
            );
        }
    }

    /// The first words of a memory that differ.
    fn memory(&mut self, index: usize, bytes: [&[u8]; 2]) {
        if bytes[0].len() != bytes[1].len() {
            let sizes = bytes.map(|bytes| format!("{} bytes", bytes.len()));
            self.row(format!("memory {index}"), sizes);
        }
        let word = |bytes: &[u8]| {
            let mut word = [0; 4];
            word[..bytes.len()].copy_from_slice(bytes);
            u32::from_le_bytes(word)
        };
        let words = bytes[0].chunks(4).zip(bytes[1].chunks(4)).enumerate();
        let mut differing = words.filter(|(_, (left, right))| left != right);
        for (at, (left, right)) in differing.by_ref().take(MOST_WORDS) {
            let words = [left, right].map(|bytes| format!("{:#010x}", word(bytes)));
            self.row(format!("memory {index} at {:#x}", at * 4), words);
        }
        let more = differing.count();
        if more > 0 {
            self.heading(format!("  and {more} more words of memory {index}"));
        }
    }

    fn text(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let wide = |text: &str| text.chars().count();
        let rows = self.rows.iter().filter(|row| row.values.is_some());
        let first = rows.clone().map(|row| wide(&row.what)).max().unwrap_or(0);
        let second = rows
            .filter_map(|row| row.values.as_ref())
            .map(|values| wide(&values[0]))
            .max()
            .unwrap_or(0)
            .max(wide(&self.names[0]));
        let mut text = format!(
            "    {:first$}  {:second$}  {}\n",
            "", self.names[0], self.names[1]
        );
        for row in &self.rows {
            // Writing to a string cannot fail.
            let _ = match &row.values {
                None => writeln!(text, "  {}", row.what),
                Some([left, right]) => {
                    let mark = if left == right { ' ' } else { '*' };
                    writeln!(
                        text,
                        "  {mark} {:first$}  {left:second$}  {right}",
                        row.what
                    )
                }
            };
        }
        text
    }
}

/// A value of a record.
fn print(field: &Field, record: &[u8]) -> String {
    let bytes = record.get(field.at as usize..).unwrap_or_default();
    print_value(field.ty, bytes).unwrap_or_else(|| "-".to_owned())
}

fn print_value(ty: ValType, bytes: &[u8]) -> Option<String> {
    let value = match ty {
        ValType::I32 => Val::I32(i32::from_le_bytes(*bytes.first_chunk()?)),
        ValType::I64 => Val::I64(i64::from_le_bytes(*bytes.first_chunk()?)),
        ValType::F32 => Val::F32(u32::from_le_bytes(*bytes.first_chunk()?)),
        ValType::F64 => Val::F64(u64::from_le_bytes(*bytes.first_chunk()?)),
        ValType::V128 => Val::V128(u128::from_le_bytes(*bytes.first_chunk()?).into()),
        ValType::Ref(_) => {
            let word = i64::from_le_bytes(*bytes.first_chunk()?);
            return Some(match word {
                NULL => "null".to_owned(),
                _ if word & I31 != 0 => format!("i31 {}", (word as i32) << 1 >> 1),
                _ => "not null".to_owned(),
            });
        }
    };
    Some(value::print(&value))
}

/// The module as it was, to name places in it.
struct Code<'a> {
    wasm: &'a [u8],
    module: Module,
}

impl<'a> Code<'a> {
    fn new(wasm: &'a [u8]) -> Outcome<Self> {
        let mut config = Config::new();
        config
            .backend(BackendKind::Interp)
            .wasm_custom_page_sizes(true)
            .wasm_wide_arithmetic(true)
            .wasm_legacy_exceptions(true);
        let module = Engine::new(&config).and_then(|engine| Module::new(&engine, wasm));
        let module = module.map_err(|error| Failure::guest("cannot read the module", &error))?;
        Ok(Self { wasm, module })
    }

    fn function(&self, func: u32) -> String {
        match self.module.func_name(FuncIdx(func)) {
            Some(name) => format!("function {func} `{name}`"),
            None => format!("function {func}"),
        }
    }

    /// An instruction in words.
    fn place(&self, place: Place) -> String {
        let offset = self.offset(place.func, place.instruction);
        let text = self.module.disassemble(FuncIdx(place.func));
        let start = format!("{offset:#08x}  ");
        let text = text.as_deref().unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(&start));
        format!(
            "in {} at {offset:#x}, instruction {}: {}",
            self.function(place.func),
            place.instruction,
            line.unwrap_or_default()
        )
    }

    /// Where an instruction is in the module.
    fn offset(&self, func: u32, instruction: u32) -> u64 {
        self.find(func, instruction).unwrap_or_default()
    }

    fn find(&self, func: u32, instruction: u32) -> Option<u64> {
        let ir = self.module.ir();
        let mut number = ir.funcs.len().checked_sub(ir.bodies.len())? as u32;
        for payload in Parser::new(0).parse_all(self.wasm) {
            let Payload::CodeSectionEntry(body) = payload.ok()? else {
                continue;
            };
            if number == func {
                let operators = body.get_operators_reader().ok()?.into_iter_with_offsets();
                let (_, offset) = operators.flatten().nth(instruction as usize)?;
                return Some(offset);
            }
            number += 1;
        }
        None
    }
}
