//! Embeds Diptych without the standard library: `alloc` is all that it takes.
//!
//! On a device this would be linked into the firmware; here a test calls it. Build it alone
//! (`cargo build -p diptych-example-no-std`): Cargo then leaves the feature `std` off everywhere.

#![no_std]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::alloc_instead_of_core,
    reason = "nothing may need more of the host than it must"
)]

use diptych::{Config, Engine, Linker, Module, Result, Store};

/// A module as a device would have it in its flash. As text:
///
/// ```wat
/// (module
///   (import "device" "led" (func $led (param i32)))
///   (func (export "blink") (param $times i32) (result i32)
///     (local $done i32)
///     (loop $again
///       (call $led (i32.and (local.get $done) (i32.const 1)))
///       (local.set $done (i32.add (local.get $done) (i32.const 1)))
///       (br_if $again (i32.lt_u (local.get $done) (local.get $times))))
///     (local.get $done)))
/// ```
pub const BLINK: &[u8] = b"\0asm\x01\0\0\0\
    \x01\x0a\x02\x60\x01\x7f\0\x60\x01\x7f\x01\x7f\
    \x02\x0e\x01\x06device\x03led\0\0\
    \x03\x02\x01\x01\
    \x07\x09\x01\x05blink\0\x01\
    \x0a\x20\x01\x1e\x01\x01\x7f\x03\x40\x20\x01\x41\x01\x71\x10\0\x20\x01\x41\x01\x6a\x21\x01\
    \x20\x01\x20\0\x49\x0d\0\x0b\x20\x01\x0b";

/// What the guest drives: a lamp that counts how often it was lit.
#[derive(Debug, Default)]
pub struct Device {
    /// How often the lamp was switched on.
    pub lit: u32,
}

/// Runs the guest's `blink`, and gives what it returned and the device as it left it.
///
/// # Errors
/// When the guest traps or its fuel is used up.
pub fn blink(times: i32) -> Result<(i32, Device)> {
    let mut config = Config::new();
    config.consume_fuel(true);
    config.max_wasm_stack(16 << 10);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, BLINK)?;

    let mut linker = Linker::<Device>::new(&engine);
    linker.func_wrap(
        "device",
        "led",
        |mut caller: diptych::Caller<'_, Device>, on: i32| {
            if on != 0 {
                caller.data_mut().lit += 1;
            }
        },
    )?;

    let mut store = Store::new(&engine, Device::default());
    store.set_fuel(100_000)?;
    let instance = linker.instantiate(&mut store, &module)?;
    let blink = instance.get_typed_func::<i32, i32>(&mut store, "blink")?;
    let result = blink.call(&mut store, times)?;
    Ok((result, store.into_data()))
}

#[cfg(test)]
mod tests {
    use super::blink;

    #[test]
    fn every_second_turn_lights_the_lamp() {
        let (turns, device) = blink(10).expect("the guest runs");
        assert_eq!((turns, device.lit), (10, 5));
    }

    #[test]
    fn a_guest_that_takes_too_long_is_stopped() {
        let error = blink(i32::MAX).expect_err("there is too little fuel");
        assert_eq!(error.trap(), Some(diptych::Trap::OutOfFuel));
    }
}
