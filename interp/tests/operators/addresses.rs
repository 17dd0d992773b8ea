//! Loads and stores whose addresses are computed just before, in the ways that can be folded into
//! the access: sums wrap at 32 bits, offsets do not.

use crate::support::machine::Func;
use crate::support::{Guest, Trap, Ty, modes};

/// The least memory, filled with a pattern.
const PAGE: usize = 0x1_0000;

/// How many pairs of values an access is tried on.
const PAIRS: usize = 40;

#[test]
fn computed_addresses() {
    let accesses = accesses();
    let wasm = module(&accesses);
    for mode in &modes() {
        let mut guest = Guest::new(mode, &wasm);
        let funcs: Vec<Func> = (0..accesses.len())
            .map(|i| guest.func(&i.to_string()))
            .collect();
        let mut memories = [pattern(0), pattern(1)];
        for (index, access) in accesses.iter().enumerate() {
            for (a, b) in pairs(index) {
                let value = 0x0123_4567_89ab_cdefu64.rotate_left(a ^ (index as u32 * 5));
                let context = || {
                    let text = access.function("");
                    format!("mode {}: {a:#x}, {b:#x}, {value:#x} in\n{text}", mode.name)
                };
                let expected = access.meaning(&mut memories[access.memory], a, b, value);
                let args = access.args(a, b, value);
                let got = guest.call(funcs[index], &args, &access.results());
                assert_eq!(got, expected, "{}", context());
                if access.kind.is_store() {
                    let name = ["memory0", "memory1"][access.memory];
                    // In 64 bits, which a sum always fits in.
                    let written = u64::from(access.address.of(a, b)) + u64::from(access.offset);
                    let within = |at: u64| at.min(PAGE as u64) as usize;
                    let window = within(written.saturating_sub(16))..within(written + 16);
                    let (memory, model) = (guest.memory(name), &memories[access.memory]);
                    assert_eq!(memory[window.clone()], model[window], "{}", context());
                }
            }
        }
        assert!(
            guest.memory("memory0") == memories[0],
            "mode {}: a stray write",
            mode.name
        );
        assert!(
            guest.memory("memory1") == memories[1],
            "mode {}: a stray write",
            mode.name
        );
    }
}

/// How an address comes from the parameters 0 and 1.
#[derive(Clone, Copy, Debug)]
enum Address {
    Local,
    Const(u32),
    Computed,
    Sum,
    SumSwapped,
    SumSame,
    SumComputed,
    ComputedSum,
    Scaled(u32),
    ScaledFirst(u32),
    ScaledComputed(u32),
    ComputedScaled(u32),
    /// The scaled index is needed afterwards.
    ScaledLive(u32),
    Shifted(u32),
    SumConst(u32),
    ConstSum(u32),
    SumConstSum(u32),
    Difference,
    /// The sum is needed afterwards.
    SumLive,
    /// The locals of the sum change before the access.
    SumOverwritten,
    /// The local that is the address changes before the access.
    LocalOverwritten,
}

use Address::*;

const ADDRESSES: [Address; 37] = [
    Local,
    Const(0),
    Const(100),
    Const(0xfffc),
    Const(0xffff),
    Const(u32::MAX),
    Computed,
    Sum,
    SumSwapped,
    SumSame,
    SumComputed,
    ComputedSum,
    Scaled(0),
    Scaled(1),
    Scaled(2),
    Scaled(3),
    Scaled(4),
    Scaled(31),
    Scaled(33),
    ScaledFirst(2),
    ScaledFirst(3),
    ScaledComputed(2),
    ComputedScaled(2),
    ScaledLive(2),
    ScaledLive(3),
    Shifted(1),
    Shifted(3),
    SumConst(1),
    SumConst(0xfff0),
    SumConst(u32::MAX),
    ConstSum(8),
    ConstSum(0x8000_0000),
    SumConstSum(12),
    Difference,
    SumLive,
    SumOverwritten,
    LocalOverwritten,
];

impl Address {
    fn text(self) -> String {
        match self {
            Local => "local.get 0".into(),
            Const(c) => format!("i32.const {c}"),
            Computed => "local.get 0 local.get 0 i32.or".into(),
            Sum => "local.get 0 local.get 1 i32.add".into(),
            SumSwapped => "local.get 1 local.get 0 i32.add".into(),
            SumSame => "local.get 0 local.get 0 i32.add".into(),
            SumComputed => "local.get 0 local.get 1 local.get 1 i32.or i32.add".into(),
            ComputedSum => "local.get 0 local.get 0 i32.or local.get 1 i32.add".into(),
            Scaled(k) => format!("local.get 0 local.get 1 i32.const {k} i32.shl i32.add"),
            ScaledFirst(k) => format!("local.get 1 i32.const {k} i32.shl local.get 0 i32.add"),
            ScaledComputed(k) => {
                format!("local.get 0 local.get 1 local.get 1 i32.or i32.const {k} i32.shl i32.add")
            }
            ComputedScaled(k) => {
                format!("local.get 0 local.get 0 i32.or local.get 1 i32.const {k} i32.shl i32.add")
            }
            ScaledLive(k) => {
                format!("local.get 0 local.get 1 i32.const {k} i32.shl local.tee $t i32.add")
            }
            Shifted(k) => format!("local.get 1 i32.const {k} i32.shl"),
            SumConst(c) => format!("local.get 0 i32.const {c} i32.add"),
            ConstSum(c) => format!("i32.const {c} local.get 0 i32.add"),
            SumConstSum(c) => format!("local.get 0 i32.const {c} i32.add local.get 1 i32.add"),
            Difference => "local.get 0 local.get 1 i32.sub".into(),
            SumLive => "local.get 0 local.get 1 i32.add local.tee $t".into(),
            SumOverwritten => "local.get 0 local.get 1 i32.add \
                 i32.const 5 local.set 0 local.get 0 local.set 1"
                .into(),
            LocalOverwritten => "local.get 0 i32.const 5 local.set 0".into(),
        }
    }

    fn of(self, a: u32, b: u32) -> u32 {
        match self {
            Local | Computed | LocalOverwritten => a,
            Const(c) => c,
            Sum | SumSwapped | SumComputed | ComputedSum | SumLive | SumOverwritten => {
                a.wrapping_add(b)
            }
            SumSame => a.wrapping_add(a),
            Scaled(k) | ScaledFirst(k) | ScaledComputed(k) | ComputedScaled(k) | ScaledLive(k) => {
                a.wrapping_add(b << (k % 32))
            }
            Shifted(k) => b << (k % 32),
            SumConst(c) | ConstSum(c) => a.wrapping_add(c),
            SumConstSum(c) => a.wrapping_add(c).wrapping_add(b),
            Difference => a.wrapping_sub(b),
        }
    }

    /// What local `$t` holds afterwards, when the function gives it too.
    fn live(self, a: u32, b: u32) -> Option<u32> {
        match self {
            ScaledLive(k) => Some(b << (k % 32)),
            SumLive => Some(a.wrapping_add(b)),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Load,
    /// The value is a parameter.
    Store,
    StoreConst(u64),
    /// The value is just computed.
    StoreComputed,
}

impl Kind {
    fn is_store(self) -> bool {
        !matches!(self, Self::Load)
    }
}

#[derive(Debug)]
struct Access {
    kind: Kind,
    ty: Ty,
    /// What follows `load` or `store`, and the bytes of an access.
    suffix: &'static str,
    width: usize,
    signed: bool,
    address: Address,
    offset: u32,
    memory: usize,
}

impl Access {
    fn function(&self, name: &str) -> String {
        let (ty, suffix, memory, offset) = (self.ty, self.suffix, self.memory, self.offset);
        let address = self.address.text();
        let results: String = self.results().iter().map(|ty| format!("{ty} ")).collect();
        let value = match self.kind {
            Kind::Load => String::new(),
            Kind::Store => "local.get 2".into(),
            Kind::StoreConst(bits) => ty.constant(bits),
            Kind::StoreComputed => {
                let same = if matches!(ty, Ty::I32 | Ty::I64) {
                    "and"
                } else {
                    "copysign"
                };
                format!("local.get 2 local.get 2 {ty}.{same}")
            }
        };
        let verb = if self.kind.is_store() {
            "store"
        } else {
            "load"
        };
        let live = if self.address.live(0, 0).is_some() {
            "local.get $t"
        } else {
            ""
        };
        format!(
            "(func (export \"{name}\") (param i32 i32 {ty}) (result {results}) (local $t i32)\n  \
             {address} {value} {ty}.{verb}{suffix} {memory} offset={offset} {live})\n"
        )
    }

    fn results(&self) -> Vec<Ty> {
        let mut results = Vec::new();
        if !self.kind.is_store() {
            results.push(self.ty);
        }
        if self.address.live(0, 0).is_some() {
            results.push(Ty::I32);
        }
        results
    }

    fn args(&self, a: u32, b: u32, value: u64) -> [(Ty, u64); 3] {
        [
            (Ty::I32, a.into()),
            (Ty::I32, b.into()),
            (self.ty, self.ty.truncate(value)),
        ]
    }

    fn meaning(&self, memory: &mut [u8], a: u32, b: u32, value: u64) -> Result<Vec<u64>, Trap> {
        let start = u64::from(self.address.of(a, b)) + u64::from(self.offset);
        let bytes = usize::try_from(start)
            .ok()
            .and_then(|start| memory.get_mut(start..start.checked_add(self.width)?))
            .ok_or(Trap::MemoryOutOfBounds)?;
        let mut results = Vec::new();
        let mut whole = [0; 8];
        match self.kind {
            Kind::Load => {
                whole[..self.width].copy_from_slice(bytes);
                let shift = 64 - 8 * self.width as u32;
                let value = u64::from_le_bytes(whole);
                let signed = ((value << shift) as i64 >> shift) as u64;
                results.push(self.ty.truncate(if self.signed { signed } else { value }));
            }
            Kind::Store | Kind::StoreComputed => {
                bytes.copy_from_slice(&value.to_le_bytes()[..self.width]);
            }
            Kind::StoreConst(value) => {
                bytes.copy_from_slice(&value.to_le_bytes()[..self.width]);
            }
        }
        results.extend(self.address.live(a, b).map(u64::from));
        Ok(results)
    }
}

fn accesses() -> Vec<Access> {
    const LOADS: [(Ty, &str, usize, bool); 14] = [
        (Ty::I32, "", 4, false),
        (Ty::I64, "", 8, false),
        (Ty::F32, "", 4, false),
        (Ty::F64, "", 8, false),
        (Ty::I32, "8_s", 1, true),
        (Ty::I32, "8_u", 1, false),
        (Ty::I32, "16_s", 2, true),
        (Ty::I32, "16_u", 2, false),
        (Ty::I64, "8_s", 1, true),
        (Ty::I64, "8_u", 1, false),
        (Ty::I64, "16_s", 2, true),
        (Ty::I64, "16_u", 2, false),
        (Ty::I64, "32_s", 4, true),
        (Ty::I64, "32_u", 4, false),
    ];
    const STORES: [(Ty, &str, usize); 9] = [
        (Ty::I32, "", 4),
        (Ty::I64, "", 8),
        (Ty::F32, "", 4),
        (Ty::F64, "", 8),
        (Ty::I32, "8", 1),
        (Ty::I32, "16", 2),
        (Ty::I64, "8", 1),
        (Ty::I64, "16", 2),
        (Ty::I64, "32", 4),
    ];
    const STORE_KINDS: [Kind; 5] = [
        Kind::Store,
        Kind::StoreComputed,
        Kind::StoreConst(0),
        Kind::StoreConst(0xffff_ffff_8000_0001),
        Kind::StoreConst(0x8123_4567_89ab_cdef),
    ];
    const OFFSETS: [u32; 7] = [0, 1, 8, 0xfff8, 0x1_0000, 0x8000_0000, u32::MAX];
    let mut all = Vec::new();
    for address in ADDRESSES {
        for offset in OFFSETS {
            for memory in [0, 1] {
                // One memory beside the first is not worth every combination.
                if memory == 1 && offset > 8 {
                    continue;
                }
                for (ty, suffix, width, signed) in LOADS {
                    let kind = Kind::Load;
                    all.push(Access {
                        kind,
                        ty,
                        suffix,
                        width,
                        signed,
                        address,
                        offset,
                        memory,
                    });
                }
                for (ty, suffix, width) in STORES {
                    // The value's kind is independent of the offset: take them in turn.
                    let kinds = (0..STORE_KINDS.len()).filter(|k| offset <= 8 || *k < 2);
                    for kind in kinds.map(|k| STORE_KINDS[k]) {
                        let kind = match kind {
                            Kind::StoreConst(bits) => Kind::StoreConst(ty.truncate(bits)),
                            other => other,
                        };
                        let signed = false;
                        all.push(Access {
                            kind,
                            ty,
                            suffix,
                            width,
                            signed,
                            address,
                            offset,
                            memory,
                        });
                    }
                }
            }
        }
    }
    all
}

/// Pairs of parameters, other ones for each access.
fn pairs(index: usize) -> impl Iterator<Item = (u32, u32)> {
    const VALUES: [u32; 14] = [
        0,
        1,
        2,
        100,
        0x1ff8,
        0x3fff,
        0xfff8,
        0xfffc,
        0xffff,
        0x1_0000,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_0000,
        0xffff_ffff,
    ];
    let stride = VALUES.len() * VALUES.len() / PAIRS;
    (index % stride..VALUES.len() * VALUES.len())
        .step_by(stride)
        .map(|i| (VALUES[i / VALUES.len()], VALUES[i % VALUES.len()]))
}

fn pattern(memory: u32) -> Vec<u8> {
    let byte = |address: u32| (address.wrapping_add(memory).wrapping_mul(0x9e37_79b1) >> 11) as u8;
    (0..PAGE as u32).map(byte).collect()
}

fn module(accesses: &[Access]) -> Vec<u8> {
    let mut wat = String::from("(module\n");
    for memory in 0..2 {
        let bytes: String = pattern(memory)
            .iter()
            .map(|byte| format!("\\{byte:02x}"))
            .collect();
        wat.push_str(&format!(
            "(memory (export \"memory{memory}\") 1)\n\
             (data (memory {memory}) (i32.const 0) \"{bytes}\")\n"
        ));
    }
    for (i, access) in accesses.iter().enumerate() {
        wat.push_str(&access.function(&i.to_string()));
    }
    wat.push(')');
    wat::parse_str(&wat).unwrap_or_else(|e| panic!("{e}"))
}
