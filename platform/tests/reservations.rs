//! Reservations when addresses are few. Emulators of other processors ignore such a limit.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use diptych_platform::{GUARDED_RESERVATION, MemoryCreator, MemoryRequest, MmapMemoryCreator};

const WASM_PAGE: usize = 64 << 10;

/// One test, because the limit is the process's.
#[test]
fn addresses_run_out_and_come_back() {
    let limit = libc::rlimit {
        rlim_cur: 5 * GUARDED_RESERVATION as u64,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: the call only reads the limit.
    let done = unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
    assert_eq!(done, 0);

    for kept in [0, 2, 16] {
        let creator = MmapMemoryCreator::with_kept_reservations(kept);
        let create = || creator.create(MemoryRequest::new(WASM_PAGE, None).guarded(true));
        for _ in 0..100 {
            create().expect("what was dropped is free again");
        }
        let mut memories = Vec::new();
        while let Ok(memory) = create() {
            memories.push(memory);
            assert!(memories.len() <= 5);
        }
        assert!(memories.len() >= 3);
        // Memories without a guard still fit, and guarded ones once there is room.
        let request = MemoryRequest::new(WASM_PAGE, None);
        let mut unguarded = creator.create(request).expect("it fits");
        assert!(unguarded.grow_to(6 * GUARDED_RESERVATION).is_err());
        unguarded.grow_to(100 * WASM_PAGE).expect("it fits");
        memories.pop();
        create().expect("there is room");
    }
}
