//! Faults of guest code that are claimed, in every thread.
#![cfg(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod guest;

use diptych_platform::{
    FaultKind, MemoryCreator, MemoryRequest, MmapMemoryCreator, SignalTrapCatcher, TrapCatcher,
    TrapCatcherError, fault_handler_is_installed,
};
use guest::{CLAIMED, Guest, handler};

const WASM_PAGE: usize = 64 << 10;

/// One test, because a process has one handler.
#[test]
fn faults_are_claimed() {
    assert!(!fault_handler_is_installed());
    for _ in 0..3 {
        SignalTrapCatcher.install(handler).expect("it installs");
        assert!(fault_handler_is_installed());
    }
    let other = SignalTrapCatcher.install(|_| None);
    assert_eq!(other, Err(TrapCatcherError::OtherHandler));

    let guest = Guest::new();
    memory_faults(&guest);
    other_faults(&guest);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    assert_eq!(guest.read(16), 42);
                    assert_eq!(guest.execute_illegal(), 42);
                }
            });
        }
    });
}

fn memory_faults(guest: &Guest) {
    let creator = MmapMemoryCreator::new();
    let request = MemoryRequest::new(WASM_PAGE, None).guarded(true);
    let mut memory = creator.create(request).expect("it fits");
    let base = memory.base() as usize;
    assert_eq!(guest.read(base), 0);
    assert_eq!(guest.read(base + WASM_PAGE - 4), 0);
    let last = memory.reserved() - 4;
    for offset in [WASM_PAGE, WASM_PAGE + 1, 4 << 30, 8 << 30, last] {
        assert_eq!(guest.read(base + offset), 42, "{offset:#x}");
        let fault = CLAIMED.lock().expect("no panic").take().expect("claimed");
        assert_eq!(fault.kind, FaultKind::Memory);
        let address = fault.address.expect("it is known");
        if offset % size_of::<usize>() == 0 || cfg!(target_arch = "x86_64") {
            assert_eq!(address, base + offset);
        } else {
            // QEMU gives the address of the word that the access begins in.
            assert!((base + offset - (size_of::<usize>() - 1)..=base + offset).contains(&address));
        }
        // The function has only saved the frame pointer.
        assert_eq!(fault.sp, fault.fp);
    }
    // Half inside.
    assert_eq!(guest.read(base + WASM_PAGE - 2), 42);
    memory.grow_to(2 * WASM_PAGE).expect("it fits");
    assert_eq!(guest.read(base + WASM_PAGE), 0);
    assert_eq!(guest.read(base + 2 * WASM_PAGE), 42);
}

fn other_faults(guest: &Guest) {
    let claimed = || CLAIMED.lock().expect("no panic").take().expect("claimed");
    assert_eq!(guest.execute_illegal(), 42);
    assert_eq!(claimed().kind, FaultKind::IllegalInstruction);
    assert_eq!(claimed_address(guest, 0), Some(0));
    if cfg!(target_arch = "x86_64") {
        assert_eq!(guest.divide_by_zero(), 42);
        let fault = claimed();
        assert_eq!(fault.kind, FaultKind::Arithmetic);
        assert_eq!(fault.address, None);
        // No canonical address: the processor does not say which.
        assert_eq!(claimed_address(guest, 1 << 62), None);
    } else {
        assert_eq!(guest.divide_by_zero(), 0);
    }
}

fn claimed_address(guest: &Guest, address: usize) -> Option<usize> {
    assert_eq!(guest.read(address), 42);
    let fault = CLAIMED.lock().expect("no panic").take().expect("claimed");
    assert_eq!(fault.kind, FaultKind::Memory);
    fault.address
}
