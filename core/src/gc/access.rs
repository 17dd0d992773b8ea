//! Reading and writing fields.

use super::layout::Storage;

/// The value of a field as slots, of which all but vectors use the first; `signed` says how 8 and
/// 16 bits become 32.
///
/// # Safety
/// There is such a field.
#[inline]
pub unsafe fn read_field(field: *const u8, storage: Storage, signed: bool) -> [u64; 2] {
    // SAFETY: by contract; vectors are aligned to 8 bytes.
    unsafe {
        let low = match storage {
            Storage::I8 if signed => u64::from(field.cast::<i8>().read() as i32 as u32),
            Storage::I8 => field.read().into(),
            Storage::I16 if signed => u64::from(field.cast::<i16>().read() as i32 as u32),
            Storage::I16 => field.cast::<u16>().read().into(),
            Storage::Bits32 | Storage::Reference => field.cast::<u32>().read().into(),
            Storage::Bits64 => field.cast::<u64>().read(),
            Storage::Bits128 => {
                let field = field.cast::<u64>();
                return [field.read(), field.add(1).read()];
            }
        };
        [low, 0]
    }
}

/// Sets a field to the value in a slot, or in two.
///
/// # Safety
/// There are such a field and such a value.
#[inline(always)]
pub unsafe fn write_field(field: *mut u8, storage: Storage, value: *const u64) {
    // SAFETY: by contract; vectors are aligned to 8 bytes.
    unsafe {
        let low = value.read();
        match storage {
            Storage::I8 => field.write(low as u8),
            Storage::I16 => field.cast::<u16>().write(low as u16),
            Storage::Bits32 | Storage::Reference => field.cast::<u32>().write(low as u32),
            Storage::Bits64 => field.cast::<u64>().write(low),
            Storage::Bits128 => {
                let field = field.cast::<u64>();
                field.write(low);
                field.add(1).write(value.add(1).read());
            }
        }
    }
}
