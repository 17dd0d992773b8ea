use super::*;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};

/// A function that returns `number`, for the architecture that the tests run on.
fn returns(number: u16) -> Vec<u8> {
    if cfg!(target_arch = "x86_64") {
        // mov eax, number; ret
        let mut code = vec![0xb8];
        code.extend(u32::from(number).to_le_bytes());
        code.push(0xc3);
        code
    } else {
        // mov w0, #number; ret
        let mov = 0x5280_0000 | u32::from(number) << 5;
        [mov.to_le_bytes(), 0xd65f_03c0_u32.to_le_bytes()].concat()
    }
}

/// A function that waits until the word whose address it gets is not 0, and returns it.
fn waits() -> Vec<u8> {
    if cfg!(target_arch = "x86_64") {
        // again: mov eax, [rdi]; test eax, eax; je again; ret
        vec![0x8b, 0x07, 0x85, 0xc0, 0x74, 0xfa, 0xc3]
    } else {
        // mov x1, x0; again: ldar w0, [x1]; cbz w0, again; ret
        let code: [u32; 4] = [0xaa00_03e1, 0x88df_fc20, 0x34ff_ffe0, 0xd65f_03c0];
        code.iter().flat_map(|word| word.to_le_bytes()).collect()
    }
}

#[cfg(target_arch = "x86_64")]
type Waits = extern "sysv64" fn(&AtomicU32) -> u32;
#[cfg(not(target_arch = "x86_64"))]
type Waits = extern "C" fn(&AtomicU32) -> u32;

/// # Safety
/// A function of this type is published at the offset.
unsafe fn call(region: &dyn CodeRegion, offset: usize) -> u32 {
    // SAFETY: by contract.
    unsafe {
        let function = region.base().add(offset);
        let function: extern "C" fn() -> u32 = core::mem::transmute(function);
        function()
    }
}

#[test]
fn published_code_runs() {
    let region = MmapCodeMemory.reserve(1).expect("a page fits");
    assert_eq!(region.len(), region.page_size());
    assert!(!region.is_empty());
    let code = returns(42);
    // SAFETY: the region is this test's alone; the code is a function.
    unsafe {
        region.write(0, &code).expect("it can be written");
        region.publish(0, code.len()).expect("it can be published");
        assert_eq!(call(&*region, 0), 42);
        let bytes = core::slice::from_raw_parts(region.base(), code.len());
        assert_eq!(bytes, code);
    }
}

#[test]
fn a_page_is_published_while_code_runs_in_another() {
    let page = page_size();
    let region = MmapCodeMemory.reserve(64 * page).expect("pages fit");
    let word = AtomicU32::new(0);
    let running = AtomicU32::new(0);
    // SAFETY: the region is this test's alone.
    unsafe {
        region.write(0, &waits()).expect("it can be written");
        region.publish(0, page).expect("it can be published");
        let function: Waits = core::mem::transmute(region.base());
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                running.store(1, Ordering::Release);
                function(&word)
            });
            while running.load(Ordering::Acquire) == 0 {
                std::thread::yield_now();
            }
            for number in 1..64 {
                let offset = usize::from(number) * page;
                let code = returns(number);
                region.write(offset, &code).expect("it can be written");
                region.publish(offset, page).expect("it can be published");
                assert_eq!(call(&*region, offset), u32::from(number));
            }
            assert!(!waiter.is_finished());
            word.store(7, Ordering::Release);
            assert_eq!(waiter.join().expect("it returns"), 7);
        });
    }
}

#[test]
fn stored_code_runs() {
    let page = page_size();
    let (first, second) = (returns(1), returns(2));
    let mut bytes = vec![0; 2 * page];
    bytes[page..page + first.len()].copy_from_slice(&first);
    bytes.extend_from_slice(&second);
    let path = std::env::temp_dir().join(alloc::format!("diptych-code-{}", std::process::id()));
    std::fs::write(&path, &bytes).expect("there is room");
    // SAFETY: the file is this test's, which only deletes it.
    let file = unsafe { StoredBytes::open(&path) }.expect("it is there");
    std::fs::remove_file(&path).expect("it is there");
    for stored in [file, bytes.clone().into()] {
        let region = MmapCodeMemory.reserve(4 * page).expect("four pages fit");
        // SAFETY: the region is this test's alone; the code is functions.
        unsafe {
            region.write(0, &returns(3)).expect("it can be written");
            region.publish(0, 1).expect("it can be published");
            let publish = |at, range| region.publish_stored(at, &stored, range);
            publish(page, page..bytes.len()).expect("it can be published");
            // What lies elsewhere in its page is copied.
            publish(3 * page, bytes.len() - second.len()..bytes.len()).expect("it can be copied");
            for (at, range) in [
                (page, page..bytes.len() + 1),
                (1, 0..page),
                (3 * page, 0..2 * page),
                (usize::MAX & !(page - 1), 0..page),
            ] {
                assert_eq!(publish(at, range), Err(MemoryError));
            }
            let numbers = [0, 1, 2, 3].map(|at| call(&*region, at * page));
            assert_eq!(numbers, [3, 1, 2, 2]);
        }
    }
}
