//! V8, as Node.js has it: one process that is told cases line by line.

use super::Peer;
use crate::adapt::adapted;
use crate::plan::{Import, Item, Plan};
use crate::seen::{Contents, End, Event, Seen, Step, Trap};
use crate::value::{Nans, Ty, Value};
use core::fmt::Write as _;
use core::time::Duration;
use diptych_fuzz::generate::Proposals;
use serde_json::{Value as Json, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use wasmparser::WasmFeatures;

const SCRIPT: &str = include_str!("node.js");

/// How long a case may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many cases a process gets.
const MOST_CASES: u32 = 2_000;

/// V8.
#[derive(Default)]
pub struct Node {
    process: Option<Process>,
}

struct Process {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    cases: u32,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn start() -> Result<Self, String> {
        let mut child = Command::new("node")
            .args(["--experimental-wasm-extended-const", "-e", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("node: {error}"))?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = child.stdout.take().ok_or("no output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            input,
            lines,
            cases: 0,
        })
    }

    fn ask(&mut self, question: &str) -> Result<Json, End> {
        let broken = |text: String| End::Broken(text);
        writeln!(self.input, "{question}")
            .and_then(|()| self.input.flush())
            .map_err(|error| broken(format!("node: {error}")))?;
        let line = self
            .lines
            .recv_timeout(PATIENCE)
            .map_err(|error| match error {
                std::sync::mpsc::RecvTimeoutError::Timeout => End::Limited("node: time".to_owned()),
                std::sync::mpsc::RecvTimeoutError::Disconnected => {
                    End::Broken("the process ended".to_owned())
                }
            })?;
        serde_json::from_str(&line).map_err(|error| broken(error.to_string()))
    }
}

impl Peer for Node {
    fn name(&self) -> &'static str {
        "node"
    }

    fn features(&self) -> WasmFeatures {
        WasmFeatures::WASM2 | WasmFeatures::TAIL_CALL | WasmFeatures::EXTENDED_CONST
    }

    fn more_features(&self) -> WasmFeatures {
        WasmFeatures::LEGACY_EXCEPTIONS | WasmFeatures::EXCEPTIONS | WasmFeatures::THREADS
    }

    fn proposals(&self) -> Proposals {
        Proposals {
            objects: false,
            exceptions: false,
            relaxed_simd: false,
            multi_memory: false,
            memory64: false,
            extended_const: true,
            wide_arithmetic: false,
            custom_page_sizes: false,
            threads: false,
            legacy_exceptions: false,
            canonical_nans: false,
        }
    }

    fn nans(&self) -> Nans {
        Nans::Scalars
    }

    fn run(&mut self, plan: &Arc<Plan>) -> Vec<Seen> {
        let failed = |end| vec![Seen::of(Step::Open(0), end)];
        if let Some(why) = lacks(plan) {
            return failed(End::Limited(why.to_owned()));
        }
        let mut process = match self.process.take().map_or_else(Process::start, Ok) {
            Ok(process) => process,
            Err(error) => return failed(End::Broken(error)),
        };
        let answer = process.ask(&question(plan).to_string());
        process.cases += 1;
        match answer {
            Ok(answer) => {
                if process.cases < MOST_CASES {
                    self.process = Some(process);
                }
                seen(plan, &answer)
                    .unwrap_or_else(|| failed(End::Broken(format!("no answer: {answer}"))))
            }
            // The next case gets a process of its own.
            Err(end) => failed(end),
        }
    }
}

/// What JavaScript cannot do of a case.
fn lacks(plan: &Plan) -> Option<&'static str> {
    let mut known: Vec<&Import> = Vec::new();
    for module in &plan.modules {
        for import in &module.imports {
            match &import.item {
                Item::Func { params, results }
                    if params.contains(&Ty::V128) || results.contains(&Ty::V128) =>
                {
                    return Some("node: a function of the host's with vectors");
                }
                Item::Global { ty: Ty::V128, .. } => {
                    return Some("node: a global of the host's with a vector");
                }
                _ => {}
            }
            let same = |it: &&&Import| it.module == import.module && it.name == import.name;
            if let Some(first) = known.iter().find(same)
                && format!("{:?}", first.item) != format!("{:?}", import.item)
            {
                return Some("node: imports of one name and several types");
            }
            known.push(import);
        }
    }
    None
}

fn question(plan: &Plan) -> Json {
    let names = |types: &[Ty]| types.iter().map(|ty| ty.name()).collect::<Vec<_>>();
    let item = |item: &Item| match item {
        Item::Func { params, results } => {
            json!({"kind": "func", "params": names(params), "results": names(results)})
        }
        Item::Global { ty, is_mutable } => {
            json!({"kind": "global", "ty": ty.name(), "mutable": is_mutable})
        }
        Item::Memory { min, max, .. } => json!({"kind": "memory", "min": min, "max": max}),
        Item::Table { ty, min, max, .. } => {
            json!({"kind": "table", "ty": ty.name(), "min": min, "max": max})
        }
        Item::Tag => json!({"kind": "tag"}),
    };
    let modules: Vec<_> = plan
        .modules
        .iter()
        .map(|module| {
            let imports: Vec<_> = module
                .imports
                .iter()
                .map(|import| {
                    let mut it = item(&import.item);
                    it["module"] = json!(import.module);
                    it["name"] = json!(import.name);
                    it["value"] = json!(import.value().map(|value| value.to_string()));
                    it
                })
                .collect();
            let plain = || (module.wasm.clone(), vec![None; module.exports.len()]);
            let (wasm, pairs) = adapted(module).unwrap_or_else(plain);
            let exports: Vec<_> = module
                .exports
                .iter()
                .zip(pairs)
                .map(|(export, pairs)| {
                    let mut it = item(&export.item);
                    it["name"] = json!(export.name);
                    it["pairs"] = json!(pairs);
                    it
                })
                .collect();
            let mut hex = String::new();
            for byte in &wasm {
                let _ = write!(hex, "{byte:02x}");
            }
            json!({"wasm": hex, "imports": imports, "exports": exports})
        })
        .collect();
    let calls: Vec<_> = plan
        .calls
        .iter()
        .map(|call| {
            let args: Vec<_> = call.args.iter().map(Value::to_string).collect();
            json!({"module": call.module, "export": call.export, "args": args})
        })
        .collect();
    json!({"modules": modules, "calls": calls, "steps": plan.steps})
}

fn seen(plan: &Plan, answer: &Json) -> Option<Vec<Seen>> {
    let count = plan.modules.len();
    let step = |at: usize| match at {
        at if at < count => Step::Open(at),
        at if at < 2 * count => Step::Instantiate(at - count),
        at => Step::Call(at - 2 * count),
    };
    let one = |(at, it): (usize, &Json)| {
        let events = it["events"].as_array()?.iter().map(|it| {
            Some(Event {
                import: it["import"].as_str()?.to_owned(),
                args: values(&it["args"])?,
            })
        });
        Some(Seen {
            step: step(at),
            end: end(&it["end"])?,
            events: events.collect::<Option<_>>()?,
            state: it["state"]
                .as_array()?
                .iter()
                .map(contents)
                .collect::<Option<_>>()?,
        })
    };
    answer.as_array()?.iter().enumerate().map(one).collect()
}

fn values(list: &Json) -> Option<Vec<Value>> {
    let value = |it: &Json| it.as_str()?.parse().ok();
    list.as_array()?.iter().map(value).collect()
}

fn end(it: &Json) -> Option<End> {
    let text = || it["text"].as_str().unwrap_or_default().to_owned();
    Some(match it["kind"].as_str()? {
        "returned" => End::Returned(values(&it["values"])?),
        "refused" => End::Refused(text()),
        "unlinked" => End::Unlinked(text()),
        "failed" => End::Failed,
        "limited" => End::Limited(text()),
        "broken" => End::Broken(text()),
        "trapped" => End::Trapped(match it["text"].as_str()? {
            "Unreachable" => Trap::Unreachable,
            "Memory" => Trap::Memory,
            "Table" => Trap::Table,
            "NullCallOrType" => Trap::NullCallOrType,
            "DivideByZero" => Trap::DivideByZero,
            "Overflow" => Trap::Overflow,
            "Float" => Trap::ConversionOrOverflow,
            _ => return None,
        }),
        _ => return None,
    })
}

fn contents(it: &Json) -> Option<Contents> {
    if let Some(value) = it["global"].as_str() {
        return Some(Contents::Global(value.parse().ok()?));
    }
    if let Some(memory) = it["memory"].as_array() {
        let size = usize::try_from(memory.first()?.as_u64()?).ok()?;
        let digest = u32::try_from(memory.get(1)?.as_u64()?).ok()?;
        return Some(Contents::Memory(size, digest));
    }
    if let Some(table) = it["table"].as_array() {
        let nulls = u64::from_str_radix(table.get(1)?.as_str()?, 16).ok()?;
        return Some(Contents::Table(table.first()?.as_u64()?, nulls));
    }
    Some(Contents::Nothing)
}
