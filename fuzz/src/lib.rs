//! Part of the Diptych WebAssembly runtime.
