//! Arithmetic on numbers of 128 bits, which are two slots each, the low half first.

use super::state::State;

/// The number in the slots from the place on that the field at 8 names.
#[inline(always)]
unsafe fn wide(st: &State, place: usize) -> u128 {
    // SAFETY: by contract of the caller.
    unsafe {
        let at = st.slot_at(8).add(place);
        u128::from(at.read()) | u128::from(at.add(1).read()) << 64
    }
}

#[inline(always)]
unsafe fn put(st: &State, value: u128) -> bool {
    // SAFETY: by contract of the caller.
    unsafe {
        let at = st.slot_at(8);
        at.write(value as u64);
        at.add(1).write((value >> 64) as u64);
    }
    true
}

macro_rules! wide {
    ($($name:ident |$st:ident| $value:expr;)*) => {$(
        #[inline(always)]
        pub(crate) unsafe fn $name($st: &mut State) -> bool {
            // SAFETY: the operation has its operands in as many slots.
            unsafe { put($st, $value) }
        }
    )*};
}

wide! {
    i64_add128 |st| wide(st, 0).wrapping_add(wide(st, 2));
    i64_sub128 |st| wide(st, 0).wrapping_sub(wide(st, 2));
    i64_mul_wide_s |st| {
        let a = st.slot_at(8).read() as i64;
        let b = st.slot_at(8).add(1).read() as i64;
        (i128::from(a) * i128::from(b)) as u128
    };
    i64_mul_wide_u |st| {
        u128::from(st.slot_at(8).read()) * u128::from(st.slot_at(8).add(1).read())
    };
}
