//! What memory operations do beyond loads and stores.

use super::control::bodies;
use super::state::{Flow, State};

bodies! {
    memory_size |st| {
        let memory = *(*st.vm).memories.add(st.u32(12) as usize);
        let pages = (*memory).len as u64 >> st.u16(10);
        st.acc = pages;
        st.put_i64(8, pages);
        st.next(16)
    }
}
