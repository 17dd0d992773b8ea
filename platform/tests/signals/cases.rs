//! The cases, and what runs them.

use crate::guest::{ASKED, Guest, handler};
use diptych_platform::{
    TrapCatcherError, fault_handler_is_installed, install_fault_handler, thread_stack,
};
use libc::{SIGABRT, SIGILL, SIGSEGV, SIGUSR1, c_int, c_void, siginfo_t};
use std::hint::black_box;
use std::mem::{MaybeUninit, transmute, zeroed};
use std::process::exit;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// How a case's process must end.
#[derive(Debug, PartialEq)]
enum End {
    Exit(i32),
    Signal(c_int),
}

use End::{Exit, Signal};

const CASES: &[(&str, fn(), End)] = &[
    ("claimed_faults_go_on", claimed, Exit(0)),
    (
        "threads_without_signal_stack",
        without_signal_stack,
        Exit(0),
    ),
    (
        "an_unclaimed_fault_ends_the_process",
        unclaimed,
        Signal(SIGSEGV),
    ),
    (
        "so_it_does_without_any_handler_before",
        unclaimed_default,
        Signal(SIGSEGV),
    ),
    (
        "so_does_an_illegal_instruction",
        unclaimed_illegal,
        Signal(SIGILL),
    ),
    (
        "so_it_does_when_ignored",
        unclaimed_ignored,
        Signal(SIGSEGV),
    ),
    ("a_sent_signal_is_no_fault", sent_default, Signal(SIGSEGV)),
    ("a_sent_signal_can_be_ignored", sent_ignored, Exit(0)),
    (
        "rust_still_reports_stack_overflows",
        stack_overflow,
        Signal(SIGABRT),
    ),
    ("host_handler_before", host_before, Exit(7)),
    ("plain_host_handler_before", plain_host_before, Exit(7)),
    (
        "host_handler_before_with_a_mask",
        host_before_with_mask,
        Exit(7),
    ),
    (
        "host_handler_before_for_one_signal",
        host_before_once,
        Signal(SIGSEGV),
    ),
    ("host_handler_after", host_after, Exit(7)),
    (
        "host_handler_after_that_passes_nothing_on",
        host_replaces,
        Exit(7),
    ),
    (
        "installed_again_over_a_host_handler",
        installed_again,
        Exit(7),
    ),
    ("installed_in_turns_with_a_host_handler", in_turns, Exit(7)),
    ("the_main_thread_knows_its_stack", main_stack, Exit(0)),
    ("replaced_too_often", replaced_too_often, Exit(0)),
];

pub(crate) fn run() {
    let filters: Vec<_> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let mut failed = 0;
    for (name, case, expected) in CASES {
        if !filters.is_empty() && !filters.iter().any(|filter| name.contains(filter.as_str())) {
            continue;
        }
        let end = in_child(*case);
        println!("{name}: {}", if end == *expected { "ok" } else { "FAILED" });
        if end != *expected {
            println!("    it ended with {end:?}, not with {expected:?}");
            failed += 1;
        }
    }
    exit(i32::from(failed > 0));
}

fn in_child(case: fn()) -> End {
    // SAFETY: there is one thread.
    match unsafe { libc::fork() } {
        -1 => panic!("no process can be made"),
        0 => {
            // SAFETY: plain system calls; a process that hangs must end.
            unsafe {
                libc::alarm(60);
                let no_core = libc::rlimit {
                    rlim_cur: 0,
                    rlim_max: 0,
                };
                libc::setrlimit(libc::RLIMIT_CORE, &raw const no_core);
            }
            case();
            exit(0)
        }
        child => {
            let mut status = 0;
            // SAFETY: the child is not waited for elsewhere.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            if libc::WIFSIGNALED(status) {
                Signal(libc::WTERMSIG(status))
            } else {
                Exit(libc::WEXITSTATUS(status))
            }
        }
    }
}

/// Sets a handler as a host program does, and gives the one before.
fn set(signal: c_int, handler: usize, flags: c_int) -> libc::sigaction {
    // SAFETY: zeros are an action; the handlers are those below, with their flags.
    unsafe {
        let mut action: libc::sigaction = zeroed();
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaddset(&raw mut action.sa_mask, SIGUSR1);
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        let mut before = MaybeUninit::uninit();
        assert_eq!(
            libc::sigaction(signal, &raw const action, before.as_mut_ptr()),
            0
        );
        before.assume_init()
    }
}

fn install() {
    install_fault_handler(handler).expect("it installs");
}

fn fault_unclaimed() {
    // SAFETY: it is not: it ends the process or leads to a handler that does.
    black_box(unsafe { ptr::read_volatile(black_box(8) as *const u8) });
}

extern "C" fn exit_7(_: c_int, info: *mut siginfo_t, _: *mut c_void) {
    // SAFETY: the kernel's information comes along.
    let address = unsafe { (*info).si_addr() } as usize;
    // SAFETY: it is allowed in handlers.
    unsafe { libc::_exit(if address == 8 { 7 } else { 1 }) };
}

extern "C" fn plain_exit_7(signal: c_int) {
    // SAFETY: it is allowed in handlers.
    unsafe { libc::_exit(if signal == SIGSEGV { 7 } else { 1 }) };
}

/// What [`pass_on`] passes on to, and how often it was called.
static BEFORE: AtomicUsize = AtomicUsize::new(0);
static PASSED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn pass_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    if PASSED.fetch_add(1, SeqCst) > 1 {
        // SAFETY: it is allowed in handlers.
        unsafe { libc::_exit(2) };
    }
    // SAFETY: it was a handler with three parameters.
    let before: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) =
        unsafe { transmute(BEFORE.load(SeqCst)) };
    before(signal, info, context);
}

fn set_passing_on() {
    let before = set(SIGSEGV, pass_on as *const () as usize, libc::SA_SIGINFO);
    assert_ne!(before.sa_flags & libc::SA_SIGINFO, 0);
    BEFORE.store(before.sa_sigaction, SeqCst);
}

fn set_exit_7() {
    set(SIGSEGV, exit_7 as *const () as usize, libc::SA_SIGINFO);
}

fn claimed() {
    install();
    let guest = Guest::new();
    for _ in 0..1000 {
        assert_eq!(guest.read(8), 42);
        assert_eq!(guest.execute_illegal(), 42);
        let quotient = guest.divide_by_zero();
        assert_eq!(quotient, if cfg!(target_arch = "x86_64") { 42 } else { 0 });
    }
}

fn without_signal_stack() {
    install();
    let guest = Guest::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // SAFETY: the thread's stack has room for signals.
            unsafe {
                let mut stack: libc::stack_t = zeroed();
                stack.ss_flags = libc::SS_DISABLE;
                assert_eq!(libc::sigaltstack(&raw const stack, ptr::null_mut()), 0);
            }
            assert_eq!(guest.read(8), 42);
        });
    });
}

fn unclaimed() {
    install();
    fault_unclaimed();
}

fn unclaimed_default() {
    set(SIGSEGV, libc::SIG_DFL, 0);
    install();
    fault_unclaimed();
}

fn unclaimed_illegal() {
    install();
    let guest = Guest::new();
    assert_eq!(guest.execute_illegal(), 42);
    // The page of another guest is the one that is known now.
    let _other = Guest::new();
    guest.execute_illegal();
}

fn unclaimed_ignored() {
    set(SIGSEGV, libc::SIG_IGN, 0);
    install();
    fault_unclaimed();
}

fn sent_default() {
    set(SIGSEGV, libc::SIG_DFL, 0);
    install();
    // SAFETY: it ends the process.
    unsafe { libc::raise(SIGSEGV) };
}

fn sent_ignored() {
    set(SIGSEGV, libc::SIG_IGN, 0);
    install();
    // SAFETY: nothing happens.
    unsafe { libc::raise(SIGSEGV) };
    assert_eq!(ASKED.load(SeqCst), 0);
    assert!(fault_handler_is_installed());
    assert_eq!(Guest::new().read(8), 42);
}

fn stack_overflow() {
    #[inline(never)]
    fn deeper(depth: usize) -> usize {
        let frame = [depth; 64];
        let below = if black_box(true) {
            deeper(depth + 1)
        } else {
            0
        };
        below + black_box(&frame)[0]
    }
    install();
    // What Rust says about it does not belong into the test's output.
    // SAFETY: plain system calls.
    unsafe { libc::dup2(libc::open(c"/dev/null".as_ptr(), libc::O_WRONLY), 2) };
    black_box(deeper(0));
}

fn host_before() {
    set_exit_7();
    install();
    assert_eq!(Guest::new().read(8), 42);
    fault_unclaimed();
}

fn plain_host_before() {
    set(SIGSEGV, plain_exit_7 as *const () as usize, 0);
    install();
    assert_eq!(Guest::new().read(8), 42);
    fault_unclaimed();
}

fn host_before_with_mask() {
    extern "C" fn exit_by_mask(_: c_int) {
        let mut mask = MaybeUninit::uninit();
        // SAFETY: all of it is allowed in handlers.
        unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), mask.as_mut_ptr());
            let blocked = |signal| libc::sigismember(mask.as_ptr(), signal) == 1;
            libc::_exit(
                if blocked(SIGSEGV) && blocked(SIGUSR1) && !blocked(SIGILL) {
                    7
                } else {
                    1
                },
            );
        }
    }
    set(SIGSEGV, exit_by_mask as *const () as usize, 0);
    install();
    fault_unclaimed();
}

fn host_before_once() {
    extern "C" fn count(_: c_int) {
        if PASSED.fetch_add(1, SeqCst) > 0 {
            // SAFETY: it is allowed in handlers.
            unsafe { libc::_exit(1) };
        }
    }
    set(SIGSEGV, count as *const () as usize, libc::SA_RESETHAND);
    install();
    fault_unclaimed();
}

fn host_after() {
    set_exit_7();
    install();
    set_passing_on();
    assert!(!fault_handler_is_installed());
    assert_eq!(Guest::new().read(8), 42);
    assert_eq!(PASSED.load(SeqCst), 1);
    fault_unclaimed();
}

fn host_replaces() {
    install();
    set_exit_7();
    assert!(!fault_handler_is_installed());
    install();
    assert!(fault_handler_is_installed());
    assert_eq!(Guest::new().read(8), 42);
    fault_unclaimed();
}

fn installed_again() {
    set_exit_7();
    install();
    set_passing_on();
    install();
    assert!(fault_handler_is_installed());
    assert_eq!(Guest::new().read(8), 42);
    // What is claimed comes to no other.
    assert_eq!(PASSED.load(SeqCst), 0);
    fault_unclaimed();
}

fn in_turns() {
    set_exit_7();
    install();
    for _ in 0..20 {
        set_passing_on();
        install();
        assert!(fault_handler_is_installed());
    }
    assert_eq!(Guest::new().read(8), 42);
    fault_unclaimed();
}

fn main_stack() {
    let local = 0_u8;
    let here = black_box(&raw const local) as usize;
    let stack = thread_stack().expect("it is known");
    assert!(stack.contains(&here));
    assert!(here - stack.start >= 64 << 10);
}

fn replaced_too_often() {
    install();
    // Each is another handler, though none is ever called.
    for number in 0..7 {
        set(
            SIGSEGV,
            exit_7 as *const () as usize + 1 + number,
            libc::SA_SIGINFO,
        );
        install();
    }
    set_exit_7();
    let result = install_fault_handler(handler);
    assert_eq!(result, Err(TrapCatcherError::Replaced));
}
