//! What code was made for: the machine, the version, the settings.

use super::read::Reader;
use crate::abi::offsets;
use crate::builtins::Builtin;
use crate::settings::{Calls, Settings, Traps};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use diptych_core::{Error, ErrorKind, OptLevel, Result};
use wasmparser::WasmFeatures;

/// What code was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    /// The versions of this crate and of Cranelift.
    versions: String,
    /// A digest of how code and runtime find each other.
    abi: u64,
    /// The target triple, for people.
    triple: String,
    /// The architecture and how functions of the host are called.
    machine: String,
    /// Cranelift's settings of the architecture that are on, separated by commas.
    flags: String,
    level: OptLevel,
    settings: Settings,
    /// The proposals that the module was validated with.
    features: u64,
}

impl Description {
    pub(crate) fn new(
        isa: &dyn TargetIsa,
        level: OptLevel,
        settings: &Settings,
        features: WasmFeatures,
    ) -> Self {
        let mut flags: Vec<String> = isa
            .isa_flags()
            .iter()
            .filter(|flag| flag.as_bool() != Some(false))
            .map(|flag| match flag.as_bool() {
                Some(_) => flag.name.into(),
                None => flag.to_string(),
            })
            .collect();
        flags.sort_unstable();
        Self {
            versions: format!(
                "{} (Cranelift {})",
                env!("CARGO_PKG_VERSION"),
                cranelift_codegen::VERSION
            ),
            abi: abi(),
            triple: isa.triple().to_string(),
            machine: format!("{}, {}", isa.name(), CallConv::triple_default(isa.triple())),
            flags: flags.join(","),
            level,
            settings: *settings,
            features: features.bits(),
        }
    }

    /// As bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for text in [&self.versions, &self.triple, &self.machine, &self.flags] {
            super::word(&mut out, text.len() as u32);
            out.extend_from_slice(text.as_bytes());
        }
        out.extend_from_slice(&self.abi.to_le_bytes());
        out.extend_from_slice(&self.features.to_le_bytes());
        let Settings {
            fuel,
            interruption,
            gc_stress,
            traps,
            guarded,
            canonical_nans,
            deterministic,
            calls,
        } = self.settings;
        out.extend([
            level_code(self.level),
            fuel.into(),
            interruption.into(),
            gc_stress.into(),
            (traps == Traps::Signals).into(),
            guarded.into(),
            canonical_nans.into(),
            deterministic.into(),
            (calls == Calls::Direct).into(),
        ]);
        out
    }

    /// The reverse of [`encode`](Self::encode); `None` when the bytes are something else.
    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let mut text = || {
            let len = reader.word()?;
            let bytes = reader.take(len as usize)?;
            Some(str::from_utf8(bytes).ok()?.to_owned())
        };
        let (versions, triple, machine, flags) = (text()?, text()?, text()?, text()?);
        let (abi, features) = (reader.long()?, reader.long()?);
        let level = match reader.byte()? {
            0 => OptLevel::None,
            1 => OptLevel::Speed,
            2 => OptLevel::SpeedAndSize,
            _ => return None,
        };
        let mut flag = || match reader.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
        let settings = Settings {
            fuel: flag()?,
            interruption: flag()?,
            gc_stress: flag()?,
            traps: if flag()? {
                Traps::Signals
            } else {
                Traps::Explicit
            },
            guarded: flag()?,
            canonical_nans: flag()?,
            deterministic: flag()?,
            calls: if flag()? { Calls::Direct } else { Calls::Table },
        };
        Some(Self {
            versions,
            abi,
            triple,
            machine,
            flags,
            level,
            settings,
            features,
        })
    }

    pub(super) const fn settings(&self) -> Settings {
        self.settings
    }

    /// Whether code that was made for `self` can be executed where `host` is what code is made
    /// for.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when not, and why.
    pub(super) fn check(&self, host: &Self) -> Result<()> {
        if self.versions != host.versions || self.abi != host.abi {
            return Err(refused(format!(
                "was made by version {}, this is {}{}",
                self.versions,
                host.versions,
                if self.versions == host.versions {
                    " of another build"
                } else {
                    ""
                }
            )));
        }
        if self.machine != host.machine {
            return Err(refused(format!(
                "is for {}, this is {}",
                self.triple, host.triple
            )));
        }
        self.check_flags(host)?;
        if self.level != host.level {
            return Err(refused(format!(
                "was made with the optimisation level {:?}, the engine has {:?}",
                self.level, host.level
            )));
        }
        let (own, wanted) = (&self.settings, &host.settings);
        for (what, own, wanted) in [
            ("fuel", own.fuel, wanted.fuel),
            ("interruption", own.interruption, wanted.interruption),
            ("collections at calls", own.gc_stress, wanted.gc_stress),
            (
                "traps by signals",
                own.traps == Traps::Signals,
                wanted.traps == Traps::Signals,
            ),
            ("guarded memories", own.guarded, wanted.guarded),
            ("canonical NaNs", own.canonical_nans, wanted.canonical_nans),
            (
                "deterministic relaxed SIMD",
                own.deterministic,
                wanted.deterministic,
            ),
        ] {
            if own != wanted {
                let with = if own { "with" } else { "without" };
                return Err(refused(format!(
                    "was made {with} {what}, contrary to the engine's configuration"
                )));
            }
        }
        if self.features != host.features {
            return Err(refused(format!(
                "was made with other proposals than the engine's: {}",
                names(self.features ^ host.features)
            )));
        }
        Ok(())
    }

    /// More features of the processor than the code needs do no harm.
    fn check_flags<'a>(&'a self, host: &'a Self) -> Result<()> {
        let is_feature = |flag: &&str| flag.starts_with("has_");
        let flags = |of: &'a Self| of.flags.split(',').filter(|flag| !flag.is_empty());
        let missing: Vec<&str> = flags(self)
            .filter(is_feature)
            .filter(|flag| !flags(host).any(|other| other == *flag))
            .map(|flag| &flag["has_".len()..])
            .collect();
        if !missing.is_empty() {
            return Err(refused(format!(
                "needs a processor with {}, which this one has not",
                missing.join(", ")
            )));
        }
        let others = |of| flags(of).filter(|flag| !is_feature(flag));
        if !others(self).eq(others(host)) {
            return Err(refused(format!(
                "is for {} with other conventions than this one",
                self.triple
            )));
        }
        Ok(())
    }
}

fn refused(why: String) -> Error {
    Error::new(ErrorKind::Unsupported(format!("the artifact {why}").into()))
}

/// The names of proposals.
fn names(features: u64) -> String {
    let features = WasmFeatures::from_bits_truncate(features);
    let names: Vec<String> = features
        .iter_names()
        .map(|(name, _)| name.to_lowercase())
        .collect();
    names.join(", ")
}

const fn level_code(level: OptLevel) -> u8 {
    match level {
        OptLevel::None => 0,
        OptLevel::SpeedAndSize => 2,
        _ => 1,
    }
}

/// A digest of where code finds what it needs, and which functions of the runtime it calls: other
/// builds of the same version may differ in it.
fn abi() -> u64 {
    let mut text = format!("TYPE_BYTES={};", offsets::TYPE_BYTES);
    for (name, offset) in offsets::ALL {
        text.push_str(&format!("{name}={offset};"));
    }
    for builtin in Builtin::ALL {
        text.push_str(&format!("{builtin:?}{:?};", builtin.types()));
    }
    let digest = super::digest::sha256(&[text.as_bytes()]);
    u64::from_le_bytes(core::array::from_fn(|i| digest[i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Description {
        Description {
            versions: "1".into(),
            abi: 2,
            triple: "x86_64-unknown-linux-gnu".into(),
            machine: "x64, system_v".into(),
            flags: "has_avx,has_sse41,other".into(),
            level: OptLevel::Speed,
            settings: Settings {
                fuel: true,
                interruption: false,
                gc_stress: false,
                traps: Traps::Signals,
                guarded: true,
                canonical_nans: false,
                deterministic: true,
                calls: Calls::Direct,
            },
            features: WasmFeatures::WASM3.bits(),
        }
    }

    #[test]
    fn a_description_survives_encoding() {
        let own = description();
        let bytes = own.encode();
        assert_eq!(Description::decode(&mut Reader::new(&bytes)), Some(own));
        for len in 0..bytes.len() {
            assert_eq!(Description::decode(&mut Reader::new(&bytes[..len])), None);
        }
    }

    #[test]
    fn what_differs_is_named() {
        let host = description();
        assert!(host.check(&host).is_ok());
        let refusal = |change: fn(&mut Description)| {
            let mut other = description();
            change(&mut other);
            match other.check(&host) {
                Ok(()) => String::new(),
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::Unsupported(_)));
                    error.to_string()
                }
            }
        };
        for (change, word) in [
            (
                (|it| it.versions = "0".into()) as fn(&mut Description),
                "version 0",
            ),
            (|it| it.abi = 3, "another build"),
            (
                |it| it.machine = "aarch64".into(),
                "x86_64-unknown-linux-gnu",
            ),
            (|it| it.flags = "has_avx,has_avx2,other".into(), "with avx2"),
            (|it| it.flags = "has_avx,has_sse41".into(), "conventions"),
            (|it| it.level = OptLevel::None, "None"),
            (|it| it.settings.fuel = false, "without fuel"),
            (|it| it.settings.interruption = true, "with interruption"),
            (
                |it| it.settings.gc_stress = true,
                "with collections at calls",
            ),
            (|it| it.settings.traps = Traps::Explicit, "signals"),
            (|it| it.settings.guarded = false, "guarded"),
            (
                |it| it.settings.canonical_nans = true,
                "with canonical NaNs",
            ),
            (
                |it| it.settings.deterministic = false,
                "without deterministic",
            ),
            (|it| it.features ^= WasmFeatures::SIMD.bits(), "simd"),
        ] {
            let message = refusal(change);
            assert!(message.contains(word), "{message}: {word}");
        }
        // A processor may have more than the code needs, and calls be by the table.
        assert_eq!(refusal(|it| it.flags = "has_avx,other".into()), "");
        assert_eq!(refusal(|it| it.flags = "other".into()), "");
        assert_eq!(refusal(|it| it.settings.calls = Calls::Table), "");
        assert_eq!(
            refusal(|it| it.triple = "x86_64-unknown-linux-musl".into()),
            ""
        );
    }
}
