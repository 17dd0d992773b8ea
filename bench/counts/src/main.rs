//! Counts the instructions that each workload takes in Diptych's interpreter and in wasmi, on a
//! 64-bit Arm processor without a system.
//!
//! QEMU's clock advances by a nanosecond with each instruction, and the processor's own counter by
//! that clock. The machine is that of the hosts (`platform/hosts`).

#![no_std]
#![no_main]

#[macro_use]
extern crate alloc;

#[path = "../../../platform/hosts/src/heap.rs"]
#[allow(dead_code, reason = "the hosts use more of it")]
mod heap;
#[path = "../../../platform/hosts/src/machine.rs"]
#[allow(dead_code, unused_imports, reason = "the hosts use more of it")]
mod machine;
#[path = "../../../platform/hosts/src/panic.rs"]
mod panic;
mod peers;
mod processor;
#[path = "../../src/workloads.rs"]
#[allow(dead_code, reason = "the benchmark uses more of it")]
mod workloads;

use alloc::string::String;
use machine::println;
use peers::{PEERS, Peer};

/// What fails does so with a message.
type Result<T> = core::result::Result<T, String>;

/// The modules, by the workloads' names.
const MODULES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/modules.rs"));

/// What the machine calls from its reset.
pub(crate) extern "C" fn main() -> ! {
    processor::start();
    heap::init();
    let outcome = table();
    if let Err(error) = &outcome {
        println!("{error}");
    }
    machine::exit(outcome.is_ok())
}

/// Prints the counts, and what they are of the first peer's.
fn table() -> Result<()> {
    let mut header = String::from("| workload |");
    let mut rule = String::from("|---|");
    for peer in PEERS {
        header += &format!(" {} |", peer.name);
        rule += "--:|";
    }
    for peer in &PEERS[1..] {
        header += &format!(" {} ÷ {} |", peer.name, PEERS[0].name);
        rule += "--:|";
    }
    println!("Millions of instructions.\n\n{header}\n{rule}");
    let mut logarithms = [0.0; PEERS.len()];
    let mut rows = 0.0;
    for workload in workloads::ALL {
        let module = MODULES.iter().find(|(name, _)| *name == workload.name);
        let (_, wasm) = module.ok_or_else(|| format!("{} has no module", workload.name))?;
        let mut counts = [0.0; PEERS.len()];
        for (count, peer) in counts.iter_mut().zip(PEERS) {
            *count = counted(peer, wasm, workload)
                .map_err(|error| format!("{} in {}: {error}", workload.name, peer.name))?;
        }
        let mut row = format!("| `{}` |", workload.name);
        for count in counts {
            row += &format!(" {:.1} |", count / 1e6);
        }
        for (sum, count) in logarithms.iter_mut().zip(counts).skip(1) {
            let ratio = count / counts[0];
            *sum += libm::log(ratio);
            row += &format!(" {ratio:.3} |");
        }
        rows += 1.0;
        println!("{row}");
    }
    let mut row = String::from("| geometric mean |");
    for _ in PEERS {
        row += " |";
    }
    for sum in &logarithms[1..] {
        row += &format!(" {:.3} |", libm::exp(sum / rows));
    }
    println!("{row}");
    Ok(())
}

/// The instructions of one run.
fn counted(peer: &Peer, wasm: &[u8], workload: &workloads::Workload) -> Result<f64> {
    let mut function = (peer.function)(wasm)?;
    let before = processor::instructions();
    let returned = function(workload.n);
    let count = processor::instructions().wrapping_sub(before);
    workload.check(returned?)?;
    Ok(count as f64)
}
