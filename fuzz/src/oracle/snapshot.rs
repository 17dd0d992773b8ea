//! Values and objects as numbers that do not depend on where things lie.

use super::world::World;
use diptych::types::CompositeType;
use diptych::{
    AnyRef, AsContext, AsContextMut, ExnRef, ExternRef, Func, HeapType, Ref, RefType, Tag, Val,
    ValType,
};
use std::collections::HashMap;

/// What is followed of what references lead to.
const MOST_OBJECTS: usize = 300;
/// What is looked at of an array.
const MOST_ELEMENTS: u32 = 40;

/// What functions and tags are called, since references to them are only addresses.
#[derive(Debug, Default)]
pub(crate) struct Names {
    funcs: HashMap<Func, u64>,
    tags: HashMap<Tag, u64>,
    /// The functions in the order in which they were named.
    known: Vec<Func>,
}

impl Names {
    /// Calls a function so, unless it has a name.
    pub(crate) fn func(&mut self, func: Func, name: u64) {
        if let std::collections::hash_map::Entry::Vacant(entry) = self.funcs.entry(func) {
            entry.insert(name);
            self.known.push(func);
        }
    }

    /// Calls a tag so, unless it has a name.
    pub(crate) fn tag(&mut self, tag: Tag, name: u64) {
        self.tags.entry(tag).or_insert(name);
    }

    /// Every function that has a name.
    pub(crate) fn known(&self) -> &[Func] {
        &self.known
    }
}

/// Puts values down as numbers. An object that is met again is only its number, so that a snapshot
/// shows which references are the same.
pub(crate) struct Snapshot {
    objects: Vec<AnyRef>,
    /// Those of `objects` whose contents have been put down.
    done: usize,
    words: Vec<u64>,
}

/// What kinds of values begin with, so that one cannot be taken for another.
mod mark {
    pub(super) const NULL: u64 = 0x1000;
    pub(super) const FUNC: u64 = 0x1001;
    pub(super) const UNKNOWN: u64 = 0x1002;
    pub(super) const I31: u64 = 0x1003;
    pub(super) const HOST: u64 = 0x1004;
    pub(super) const OBJECT: u64 = 0x1005;
    pub(super) const STRUCT: u64 = 0x1006;
    pub(super) const ARRAY: u64 = 0x1007;
    pub(super) const EXCEPTION: u64 = 0x1008;
    pub(super) const TOO_MANY: u64 = 0x1009;
    pub(super) const UNREADABLE: u64 = 0x100a;
}

impl Snapshot {
    pub(crate) const fn new() -> Self {
        Self {
            objects: Vec::new(),
            done: 0,
            words: Vec::new(),
        }
    }

    /// The values as numbers, and after them the objects that they lead to and that no earlier
    /// values led to.
    pub(crate) fn values(
        &mut self,
        mut store: impl AsContextMut<Data = World>,
        values: impl IntoIterator<Item = Val>,
    ) -> Vec<u64> {
        for value in values {
            self.value(&mut store, value);
        }
        while self.done < self.objects.len() {
            let object = self.objects[self.done];
            self.done += 1;
            self.contents(&mut store, object);
        }
        core::mem::take(&mut self.words)
    }

    fn value(&mut self, store: &mut impl AsContextMut<Data = World>, value: Val) {
        match value {
            Val::I32(value) => self.words.push(u64::from(value as u32)),
            Val::I64(value) => self.words.push(value as u64),
            Val::F32(bits) => self.words.push(bits.into()),
            Val::F64(bits) => self.words.push(bits),
            Val::V128(vector) => {
                let bits = vector.as_u128();
                self.words.extend([bits as u64, (bits >> 64) as u64]);
            }
            Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None) => {
                self.words.push(mark::NULL);
            }
            Val::FuncRef(Some(func)) => {
                let name = store.as_context().data().names.funcs.get(&func).copied();
                self.words.push(mark::FUNC);
                self.words.push(name.unwrap_or(mark::UNKNOWN));
            }
            Val::ExternRef(Some(value)) => self.host(store, value),
            Val::AnyRef(Some(value)) => self.object(store, value),
            Val::ExnRef(Some(value)) => self.exception(store, value),
            _ => self.words.push(mark::UNREADABLE),
        }
    }

    fn host(&mut self, store: &mut impl AsContextMut<Data = World>, value: ExternRef) {
        let context = store.as_context();
        match value.data(context).map(|it| it.downcast_ref::<u64>()) {
            Some(label) => {
                self.words.push(mark::HOST);
                self.words.push(label.copied().unwrap_or(mark::UNKNOWN));
            }
            None => self.object(store, value.to_any()),
        }
    }

    /// The number of an object, by which its contents come later.
    fn object(&mut self, store: &mut impl AsContextMut<Data = World>, value: AnyRef) {
        if let Some(number) = value.as_i31() {
            self.words.extend([mark::I31, u64::from(number as u32)]);
            return;
        }
        let same = |known: &AnyRef| AnyRef::same(&*store, known, &value);
        let number = match self.objects.iter().position(same) {
            Some(number) => number as u64,
            None if self.objects.len() < MOST_OBJECTS => {
                self.objects.push(value);
                self.objects.len() as u64 - 1
            }
            None => mark::TOO_MANY,
        };
        self.words.extend([mark::OBJECT, number]);
    }

    fn contents(&mut self, store: &mut impl AsContextMut<Data = World>, object: AnyRef) {
        if let Ok(Some(it)) = object.as_struct(&*store) {
            let len = it.len(&*store).unwrap_or(0);
            self.words.extend([mark::STRUCT, len as u64]);
            for index in 0..len {
                match it.field(&mut *store, index) {
                    Ok(value) => self.value(store, value),
                    Err(_) => self.words.push(mark::UNREADABLE),
                }
            }
        } else if let Ok(Some(it)) = object.as_array(&*store) {
            let len = it.len(&*store).unwrap_or(0);
            self.words.extend([mark::ARRAY, len.into()]);
            for index in 0..len.min(MOST_ELEMENTS) {
                match it.get(&mut *store, index) {
                    Ok(value) => self.value(store, value),
                    Err(_) => self.words.push(mark::UNREADABLE),
                }
            }
        } else {
            // A value of the host's that was converted.
            self.words.push(mark::UNKNOWN);
        }
    }

    fn exception(&mut self, store: &mut impl AsContextMut<Data = World>, value: ExnRef) {
        let tag = value.tag(&*store).ok();
        let tag = tag.and_then(|tag| store.as_context().data().names.tags.get(&tag).copied());
        self.words.push(mark::EXCEPTION);
        self.words.push(tag.unwrap_or(mark::UNKNOWN));
        // An exception cannot hold itself, but a long chain of them is not worth the time.
        let values = value.values(&mut *store);
        if self.words.len() < MOST_OBJECTS * 8
            && let Ok(values) = values
        {
            for value in values {
                self.value(store, value);
            }
        } else {
            self.words.push(mark::TOO_MANY);
        }
    }
}

/// A value of this type that depends on `seed` alone; `None` when none can be made.
pub(crate) fn make(
    mut store: impl AsContextMut<Data = World>,
    ty: ValType,
    seed: u64,
) -> Option<Val> {
    make_within(&mut store, ty, seed, 3)
}

fn make_within(
    store: &mut impl AsContextMut<Data = World>,
    ty: ValType,
    seed: u64,
    depth: u32,
) -> Option<Val> {
    Some(match ty {
        ValType::I32 => Val::I32(seed as i32),
        ValType::I64 => Val::I64(seed as i64),
        ValType::F32 => Val::F32(float32(seed)),
        ValType::F64 => Val::F64(float64(seed)),
        ValType::V128 => Val::V128(
            u128::from(seed)
                .wrapping_mul(0x0101_0001_0000_0101_0003_0005_0000_0001)
                .into(),
        ),
        ValType::Ref(ty) => make_ref(store, ty, seed, depth)?.into(),
    })
}

/// Small integers as such, others as bits, of which no NaN is another than the canonical one.
fn float32(seed: u64) -> u32 {
    let small = seed as i64;
    let value = if (-1000..1000).contains(&small) {
        small as f32 / 4.0
    } else {
        f32::from_bits(seed as u32)
    };
    if value.is_nan() {
        0x7fc0_0000
    } else {
        value.to_bits()
    }
}

fn float64(seed: u64) -> u64 {
    let small = seed as i64;
    let value = if (-1000..1000).contains(&small) {
        small as f64 / 4.0
    } else {
        f64::from_bits(seed)
    };
    if value.is_nan() {
        0x7ff8_0000_0000_0000
    } else {
        value.to_bits()
    }
}

fn make_ref(
    store: &mut impl AsContextMut<Data = World>,
    ty: RefType,
    seed: u64,
    depth: u32,
) -> Option<Ref> {
    if ty.nullable && (depth == 0 || seed.is_multiple_of(4)) {
        return null(store, ty);
    }
    let depth = depth.checked_sub(1)?;
    let made = match ty.heap {
        HeapType::Func => {
            let context = store.as_context();
            let known = context.data().names.known();
            let at = (seed as usize).checked_rem(known.len());
            at.map(|at| Ref::Func(Some(known[at])))
        }
        HeapType::Extern => ExternRef::new(&mut *store, seed)
            .ok()
            .map(|value| Ref::Extern(Some(value))),
        HeapType::Any | HeapType::Eq | HeapType::I31 => {
            Some(Ref::Any(Some(AnyRef::from_i31(&*store, seed as u32))))
        }
        HeapType::Concrete(id) => {
            let definition = store.as_context().engine().types().get(id)?;
            match &*definition {
                CompositeType::Func(ty) => {
                    let known = store.as_context().data().names.known().to_vec();
                    let fits = |func: &&Func| func.ty(&*store) == *ty;
                    known.iter().find(fits).map(|&func| Ref::Func(Some(func)))
                }
                CompositeType::Struct(fields) => {
                    let mut values = Vec::with_capacity(fields.len());
                    for (index, field) in fields.iter().enumerate() {
                        let seed = seed.rotate_left(index as u32 + 1);
                        let ty = field.storage.unpacked();
                        values.push(make_within(store, ty, seed, depth)?);
                    }
                    let made = diptych::StructRef::new(&mut *store, id, &values);
                    made.ok().map(|it| Ref::Any(Some(it.to_any())))
                }
                CompositeType::Array(field) => {
                    let ty = field.storage.unpacked();
                    let value = make_within(store, ty, seed.rotate_left(1), depth)?;
                    let made = diptych::ArrayRef::new(&mut *store, id, value, (seed % 9) as u32);
                    made.ok().map(|it| Ref::Any(Some(it.to_any())))
                }
            }
        }
        _ => None,
    };
    made.or_else(|| null(store, ty))
}

fn null(store: &impl AsContext<Data = World>, ty: RefType) -> Option<Ref> {
    let null = Ref::null(ty)?;
    let HeapType::Concrete(id) = ty.heap else {
        return Some(null);
    };
    let definition = store.as_context().engine().types().get(id)?;
    Some(match *definition {
        CompositeType::Func(_) => Ref::Func(None),
        _ => Ref::Any(None),
    })
}
