//! What the processor has to be told, and its counter.

use core::arch::asm;

/// The translation of addresses: a gigabyte each, of which only the second, where the memory is, has
/// any.
#[repr(C, align(4096))]
struct Table([u64; 512]);

/// A block of ordinary memory that has been accessed, can be written and is shared by processors.
const MEMORY: u64 = 1 | 3 << 8 | 1 << 10;

static TABLE: Table = {
    let mut table = [0; 512];
    table[1] = 1 << 30 | MEMORY;
    Table(table)
};

/// Turns on the MMU, without which no access may be unaligned.
pub(crate) fn start() {
    // SAFETY: every address that the program uses stays what it is: the memory of the machine is the
    // gigabyte that the table maps to itself, and devices are not touched.
    unsafe {
        asm!(
            // One kind of memory: write-back.
            "msr mair_el1, {write_back}",
            // Addresses of 39 bits, pages of 4 KiB, tables in cached memory; no upper half.
            "msr tcr_el1, {control}",
            "msr ttbr0_el1, {table}",
            "isb",
            "tlbi vmalle1",
            "dsb sy",
            "isb",
            "mrs {system}, sctlr_el1",
            // The MMU and both caches; no check of alignment.
            "orr {system}, {system}, {on}",
            "bic {system}, {system}, #2",
            "msr sctlr_el1, {system}",
            "isb",
            write_back = in(reg) 0xffu64,
            control = in(reg) 25u64 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 1u64 << 32,
            table = in(reg) &raw const TABLE,
            on = in(reg) 1u64 | 1 << 2 | 1 << 12,
            system = out(reg) _,
            options(nostack),
        );
    }
}

/// The instructions since the machine started, if each takes a nanosecond; a multiple of what passes
/// between two ticks of the processor's counter.
pub(crate) fn instructions() -> u64 {
    let (ticks, frequency): (u64, u64);
    // SAFETY: the registers can be read everywhere.
    unsafe {
        asm!("isb", "mrs {ticks}, cntvct_el0", "mrs {frequency}, cntfrq_el0",
            ticks = out(reg) ticks, frequency = out(reg) frequency, options(nostack, nomem));
    }
    ticks * (1_000_000_000 / frequency)
}
