//! Arrays. Code allocates and fills little ones itself, as it does structures; the runtime makes
//! the others.

use super::{Result, Translator};
use crate::abi::POINTER;
use crate::builtins::Builtin;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use diptych_core::Trap;
use diptych_core::gc::{ALIGN, ARRAY_BASE, ARRAY_LEN, Storage};

/// The size in bytes of the largest array that code fills with one value.
const LITTLE: u32 = 256;
/// The size in bytes of what it writes at once.
const AT_ONCE: u32 = 16;
/// How many bytes behind an array are written with its last elements.
const BEHIND: u32 = AT_ONCE - ALIGN;

impl Translator<'_> {
    pub(super) fn array_new(&mut self, ty: u32) -> Result<()> {
        let (value, len) = self.pop2();
        let array = self.new_filled(ty, Some(value), len);
        self.push_reference(array)
    }

    pub(super) fn array_new_default(&mut self, ty: u32) -> Result<()> {
        let len = self.pop();
        let array = self.new_filled(ty, None, len);
        self.push_reference(array)
    }

    /// An array whose elements are all the value, or the default one.
    fn new_filled(&mut self, ty: u32, value: Option<Value>, len: Value) -> Value {
        match self.constant(len) {
            Some(known) => {
                let size = self.layout(ty).array_size(known as u32);
                match size.filter(|size| *size <= LITTLE) {
                    Some(size) => self.new_filled_of_size(ty, value, len, size),
                    None => self.new_filled_elsewhere(ty, value, len),
                }
            }
            None => self.new_filled_of_any_size(ty, value, len),
        }
    }

    /// As [`new_filled`](Self::new_filled), by the runtime.
    fn new_filled_elsewhere(&mut self, ty: u32, value: Option<Value>, len: Value) -> Value {
        let index = self.iconst32(ty);
        let array = self.made(Builtin::ArrayNewDefault, &[self.ctx, index, len]);
        if let Some(value) = value {
            self.b.declare_value_needs_stack_map(array);
            let zero = self.iconst32(0);
            let [low, high] = self.halves(self.layout(ty).element(), value);
            let args = [self.ctx, array, zero, low, high, len];
            self.bulk(Builtin::ArrayFill, &args);
        }
        array
    }

    /// As [`new_filled`](Self::new_filled), of a length that is known, and this little size.
    fn new_filled_of_size(
        &mut self,
        ty: u32,
        value: Option<Value>,
        len: Value,
        size: u32,
    ) -> Value {
        let array = self.allocate(size);
        let object = self.begin_array(ty, array, len);
        // Not before: when there was no room, a reference has become another.
        let filling = self.filling(self.layout(ty).element(), value);
        match size - ARRAY_BASE {
            0 => {}
            ALIGN => {
                let flags = self.flags.objects;
                let offset = ARRAY_BASE as i32;
                self.b.ins().store(flags, filling, object, offset);
            }
            _ => {
                let filling = self.widely(filling);
                // The last one begins where the one before it ends, or in the middle of that.
                let last = size - AT_ONCE;
                for offset in (ARRAY_BASE..last).step_by(AT_ONCE as usize).chain([last]) {
                    self.fill_at(filling, object, offset);
                }
            }
        }
        array
    }

    /// As [`new_filled`](Self::new_filled), of a length that is found out when the code runs.
    fn new_filled_of_any_size(&mut self, ty: u32, value: Option<Value>, len: Value) -> Value {
        let storage = self.layout(ty).element();
        let most = i64::from((LITTLE - ARRAY_BASE) >> storage.size_log2());
        let is_little = self
            .b
            .ins()
            .icmp_imm_u(IntCC::UnsignedLessThanOrEqual, len, most);
        let size = self.array_size(storage, len);
        let room = self.room_for(size, BEHIND);
        let fits = self.b.ins().band(is_little, room.fits);
        let b = &mut self.b;
        let (quick, slow, done) = (b.create_block(), b.create_block(), b.create_block());
        let fill = b.create_block();
        b.set_cold_block(slow);
        let array = b.append_block_param(done, POINTER);
        let at = b.append_block_param(fill, POINTER);
        b.ins().brif(fits, quick, &[], slow, &[]);

        self.go_on_in(slow);
        let made = self.new_filled_elsewhere(ty, value, len);
        self.b.ins().jump(done, &[made.into()]);

        self.go_on_in(quick);
        self.take(&room);
        let object = self.begin_array(ty, room.next, len);
        let filling = self.filling(storage, value);
        let filling = self.widely(filling);
        let made = [room.next.into()];
        let first = self.b.ins().iadd_imm_u(object, i64::from(ARRAY_BASE));
        let end = self.b.ins().iadd(object, size);
        self.b.ins().brif(len, fill, &[first.into()], done, &made);

        self.b.switch_to_block(fill);
        self.fill_at(filling, at, 0);
        let next = self.b.ins().iadd_imm_u(at, i64::from(AT_ONCE));
        let is_more = self.b.ins().icmp(IntCC::UnsignedLessThan, next, end);
        self.b
            .ins()
            .brif(is_more, fill, &[next.into()], done, &made);
        self.b.seal_block(fill);

        self.go_on_in(done);
        array
    }

    fn fill_at(&mut self, filling: Value, at: Value, offset: u32) {
        let flags = self.flags.object_vectors;
        self.b.ins().store(flags, filling, at, offset as i32);
    }

    /// The size of an array of so many elements, when it is little.
    fn array_size(&mut self, storage: Storage, len: Value) -> Value {
        let elements = self.b.ins().uextend(types::I64, len);
        let log2 = storage.size_log2();
        let elements = self.b.ins().ishl_imm_u(elements, i64::from(log2));
        if storage.size() >= ALIGN {
            return self.b.ins().iadd_imm_u(elements, i64::from(ARRAY_BASE));
        }
        let most = i64::from(ARRAY_BASE + ALIGN - 1);
        let size = self.b.ins().iadd_imm_u(elements, most);
        self.b.ins().band_imm_s(size, -i64::from(ALIGN))
    }

    /// Writes what comes before the elements of a new array, and gives the object.
    fn begin_array(&mut self, ty: u32, array: Value, len: Value) -> Value {
        let header = self.header_of(ty);
        let object = self.object(array);
        let flags = self.flags.objects;
        self.b.ins().store(flags, header, object, 0);
        self.b.ins().store(flags, len, object, ARRAY_LEN as i32);
        object
    }

    /// What an array is filled with whose elements are this value, or the default one: a word, or
    /// a vector.
    fn filling(&mut self, storage: Storage, value: Option<Value>) -> Value {
        let value = match value {
            None => return self.iconst64(0),
            Some(vector) if storage == Storage::Bits128 => return vector,
            Some(value) => self.halves(storage, value)[0],
        };
        // As many times as it fits a word. What is behind the last element is nobody's.
        let (own, times) = match storage {
            Storage::I8 => (0xff, 0x0101_0101_0101_0101),
            Storage::I16 => (0xffff, 0x0001_0001_0001_0001),
            Storage::Bits32 | Storage::Reference => (0xffff_ffff, 0x0000_0001_0000_0001),
            Storage::Bits64 | Storage::Bits128 => return value,
        };
        let value = self.b.ins().band_imm_u(value, own);
        let times = self.iconst64(times);
        self.b.ins().imul(value, times)
    }

    /// A filling as a vector.
    fn widely(&mut self, filling: Value) -> Value {
        if self.b.func.dfg.value_type(filling).is_vector() {
            return filling;
        }
        self.b.ins().splat(types::I64X2, filling)
    }

    /// A value as two slots, for a builtin.
    fn halves(&mut self, storage: Storage, value: Value) -> [Value; 2] {
        if storage == Storage::Bits128 {
            let lanes = self.lanes(types::I64X2, value);
            let low = self.b.ins().extractlane(lanes, 0);
            return [low, self.b.ins().extractlane(lanes, 1)];
        }
        let zero = self.iconst64(0);
        let low = match self.b.func.dfg.value_type(value) {
            types::I32 => self.b.ins().uextend(types::I64, value),
            types::F32 => {
                let flags = MemFlagsData::new();
                let bits = self.b.ins().bitcast(types::I32, flags, value);
                self.b.ins().uextend(types::I64, bits)
            }
            types::F64 => {
                let flags = MemFlagsData::new();
                self.b.ins().bitcast(types::I64, flags, value)
            }
            _ => value,
        };
        [low, zero]
    }

    pub(super) fn array_new_fixed(&mut self, ty: u32, len: u32) -> Result<()> {
        let storage = self.layout(ty).element();
        let count = self.iconst32(len);
        let (array, object) = match self.layout(ty).array_size(len) {
            Some(size) => {
                let array = self.allocate(size);
                (array, self.begin_array(ty, array, count))
            }
            // The runtime says so.
            None => {
                let array = self.new_filled_elsewhere(ty, None, count);
                (array, self.object(array))
            }
        };
        let from = self.height() - len as usize;
        for i in 0..len {
            let value = self.buffers.stack[from + i as usize];
            let offset = ARRAY_BASE + i * storage.size();
            self.store_field(storage, value, object, offset as i32);
        }
        self.truncate(from);
        self.push_reference(array)
    }

    /// `array.new_data` or `array.new_elem`.
    pub(super) fn array_new_segment(
        &mut self,
        builtin: Builtin,
        ty: u32,
        segment: u32,
    ) -> Result<()> {
        let (src, len) = self.pop2();
        let ty = self.iconst32(ty);
        let segment = self.iconst32(segment);
        let array = self.made(builtin, &[self.ctx, ty, segment, src, len]);
        self.push_reference(array)
    }

    /// The object of an array, which must not be null, and its length.
    fn array_and_len(&mut self, array: Value) -> (Value, Value) {
        self.trap_if_null(array, Trap::NullArrayReference);
        let object = self.object(array);
        let flags = self.flags.objects;
        let len = self
            .b
            .ins()
            .load(types::I32, flags, object, ARRAY_LEN as i32);
        (object, len)
    }

    /// The address of an element, less the offset that is given, too.
    fn element_of(&mut self, ty: u32, array: Value, index: Value) -> (Storage, Value) {
        let (object, len) = self.array_and_len(array);
        let outside = self
            .b
            .ins()
            .icmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
        self.trap_if(outside, Trap::ArrayOutOfBounds);
        let storage = self.layout(ty).element();
        let index = self.b.ins().uextend(types::I64, index);
        let offset = self
            .b
            .ins()
            .ishl_imm_u(index, i64::from(storage.size_log2()));
        (storage, self.b.ins().iadd(object, offset))
    }

    pub(super) fn array_get(&mut self, ty: u32, signed: bool) -> Result<()> {
        let (array, index) = self.pop2();
        let (storage, at) = self.element_of(ty, array, index);
        let ty = self.field_type(ty, 0);
        self.load_field(ty, storage, signed, at, ARRAY_BASE as i32)
    }

    pub(super) fn array_set(&mut self, ty: u32) -> Result<()> {
        let (array, index, value) = self.pop3();
        let (storage, at) = self.element_of(ty, array, index);
        self.store_field(storage, value, at, ARRAY_BASE as i32);
        Ok(())
    }

    pub(super) fn array_len(&mut self) -> Result<()> {
        let array = self.pop();
        let (_, len) = self.array_and_len(array);
        self.push(len)
    }

    pub(super) fn array_fill(&mut self, ty: u32) -> Result<()> {
        let len = self.pop();
        let (array, index, value) = self.pop3();
        let [low, high] = self.halves(self.layout(ty).element(), value);
        let args = [self.ctx, array, index, low, high, len];
        self.bulk(Builtin::ArrayFill, &args);
        Ok(())
    }

    pub(super) fn array_copy(&mut self) -> Result<()> {
        let (from, from_index, len) = self.pop3();
        let (to, to_index) = self.pop2();
        let args = [self.ctx, to, to_index, from, from_index, len];
        self.bulk(Builtin::ArrayCopy, &args);
        Ok(())
    }

    /// `array.init_data` or `array.init_elem`.
    pub(super) fn array_init(&mut self, builtin: Builtin, segment: u32) -> Result<()> {
        let (index, src, len) = self.pop3();
        let array = self.pop();
        let segment = self.iconst32(segment);
        self.bulk(builtin, &[self.ctx, segment, array, index, src, len]);
        Ok(())
    }
}
