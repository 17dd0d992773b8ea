//! The steps of a script.

use crate::problem::Problem;
use crate::value::{Argument, Expected};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// A module of a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Binary<'a> {
    /// In the binary format.
    Encoded(Cow<'a, [u8]>),
    /// Its text could not be encoded, and why.
    Malformed(String),
}

/// The call of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<'a> {
    /// Of which instance; of the latest without a name.
    pub module: Option<&'a str>,
    /// The function's name.
    pub name: &'a str,
    /// Its arguments.
    pub args: Vec<Argument>,
}

/// What an assertion looks at the outcome of.
#[derive(Clone, Debug, PartialEq)]
pub enum Action<'a> {
    /// A call.
    Invoke(Call<'a>),
    /// The value of an exported global.
    Get {
        /// Of which instance; of the latest without a name.
        module: Option<&'a str>,
        /// The global's name.
        global: &'a str,
    },
    /// An instantiation.
    Instantiate(Binary<'a>),
}

/// A step of a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Directive<'a> {
    /// Instantiates a module, under a name if it has one, as the latest instance.
    Module {
        /// Its name.
        name: Option<&'a str>,
        /// The module.
        module: Binary<'a>,
    },
    /// Compiles a module, under a name if it has one, as the latest definition.
    Definition {
        /// Its name.
        name: Option<&'a str>,
        /// The module.
        module: Binary<'a>,
    },
    /// Instantiates what was defined.
    Instance {
        /// The instance's name.
        name: Option<&'a str>,
        /// The definition's name; the latest without.
        definition: Option<&'a str>,
    },
    /// Lets further modules import from an instance.
    Register {
        /// The module name that they import from.
        name: &'a str,
        /// The instance; the latest without a name.
        module: Option<&'a str>,
    },
    /// A call for its effects.
    Invoke(Call<'a>),
    /// The action gives these values.
    AssertReturn {
        /// The action.
        action: Action<'a>,
        /// The values.
        results: Vec<Expected>,
    },
    /// The action traps. A stack that is exhausted is a trap.
    AssertTrap {
        /// The action.
        action: Action<'a>,
        /// The text that names the trap.
        message: &'a str,
    },
    /// The action ends in an exception that nothing catches.
    AssertException(Action<'a>),
    /// The module is malformed or invalid.
    AssertRefused(Binary<'a>),
    /// The module cannot be instantiated.
    AssertUnlinkable {
        /// The module.
        module: Binary<'a>,
        /// The text that says why.
        message: &'a str,
    },
    /// A step that could not be expressed, and why.
    Other(Problem),
}
