//! Machine code that faults, as compiled guests do, and a handler that claims its faults.

use diptych_platform::{CodeMemory, CodeRegion, Fault, MmapCodeMemory, Resume};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where the functions are in their page.
const LANDING: usize = 64;
const ILLEGAL: usize = 128;
const DIVISION: usize = 192;

/// The page of the functions.
static PAGE: AtomicUsize = AtomicUsize::new(0);
/// How often [`handler`] was asked.
pub(crate) static ASKED: AtomicUsize = AtomicUsize::new(0);
/// The last fault that it claimed.
pub(crate) static CLAIMED: Mutex<Option<Fault>> = Mutex::new(None);

/// Claims faults in the page, and goes on where the landing function adds two numbers.
pub(crate) fn handler(fault: &Fault) -> Option<Resume> {
    ASKED.fetch_add(1, Ordering::Relaxed);
    let page = PAGE.load(Ordering::Relaxed);
    if page == 0
        || !(page..page + LANDING).contains(&fault.pc)
            && !(page + ILLEGAL..page + 256).contains(&fault.pc)
    {
        return None;
    }
    // What faulted is the test's own code, which holds no lock.
    if let Ok(mut claimed) = CLAIMED.try_lock() {
        *claimed = Some(*fault);
    }
    Some(Resume {
        pc: page + LANDING,
        sp: fault.sp,
        fp: fault.fp,
        args: [40, 2],
    })
}

#[cfg(target_arch = "x86_64")]
type Function = extern "sysv64" fn(usize) -> usize;
#[cfg(not(target_arch = "x86_64"))]
type Function = extern "C" fn(usize) -> usize;

/// The functions, published.
pub(crate) struct Guest {
    region: Box<dyn CodeRegion>,
}

impl Guest {
    pub(crate) fn new() -> Self {
        let region = MmapCodeMemory.reserve(1).expect("a page fits");
        let mut code = vec![0; 256];
        for (offset, function) in functions() {
            code[offset..][..function.len()].copy_from_slice(&function);
        }
        // SAFETY: the region is new.
        unsafe {
            region.write(0, &code).expect("it can be written");
            region.publish(0, code.len()).expect("it can be published");
        }
        PAGE.store(region.base() as usize, Ordering::Relaxed);
        Self { region }
    }

    /// Reads a word at an address.
    pub(crate) fn read(&self, address: usize) -> usize {
        self.call(0, address)
    }

    /// Executes an instruction that does not exist.
    pub(crate) fn execute_illegal(&self) -> usize {
        self.call(ILLEGAL, 0)
    }

    /// Divides by 0, where the processor takes that for a fault.
    pub(crate) fn divide_by_zero(&self) -> usize {
        self.call(DIVISION, 0)
    }

    fn call(&self, offset: usize, argument: usize) -> usize {
        // SAFETY: there is a function of this type; what it does wrong is claimed or ends the
        // process.
        unsafe {
            let function = self.region.base().add(offset);
            let function: Function = std::mem::transmute(function);
            function(argument)
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn functions() -> [(usize, Vec<u8>); 4] {
    // push rbp; mov rbp, rsp … pop rbp; ret
    let framed = |body: &[u8]| [&[0x55, 0x48, 0x89, 0xe5], body, &[0x5d, 0xc3]].concat();
    [
        // mov eax, [rdi]
        (0, framed(&[0x8b, 0x07])),
        // add rax, rdx; pop rbp; ret
        (LANDING, vec![0x48, 0x01, 0xd0, 0x5d, 0xc3]),
        // ud2
        (ILLEGAL, framed(&[0x0f, 0x0b])),
        // xor edx, edx; xor ecx, ecx; div ecx
        (DIVISION, framed(&[0x31, 0xd2, 0x31, 0xc9, 0xf7, 0xf1])),
    ]
}

#[cfg(target_arch = "aarch64")]
fn functions() -> [(usize, Vec<u8>); 4] {
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect();
    // stp x29, x30, [sp, #-16]!; mov x29, sp … ldp x29, x30, [sp], #16; ret
    let framed = |body: u32| words(&[0xa9bf_7bfd, 0x9100_03fd, body, 0xa8c1_7bfd, 0xd65f_03c0]);
    [
        // ldr w0, [x0]
        (0, framed(0xb940_0000)),
        // add x0, x0, x1; ldp x29, x30, [sp], #16; ret
        (LANDING, words(&[0x8b01_0000, 0xa8c1_7bfd, 0xd65f_03c0])),
        // udf #0xc11f
        (ILLEGAL, framed(0x0000_c11f)),
        // udiv x0, x0, x0, which gives 0
        (DIVISION, framed(0x9ac0_0800)),
    ]
}
