//! The state that all requests of one instance of the module share.

use crate::coalesce::Coalescer;
use crate::governor::Governor;
use crate::origin::absent::Absent;

/// Bytes of files whose header is still to be read, all of them together. They lie beside `MEMORY_BUDGET_BYTES`, below the module's cap of
/// 88 MiB.
pub const OPENING_BYTES: u64 = 12 << 20;

/// The state that requests share: memory in two parts, the answers that are being made, and what the origin does not have.
#[derive(Debug)]
pub struct Instance<K> {
    /// The module's memory, by plan, and finished answers that are still in it.
    pub memory: Governor,
    /// Files whose header is still to be read.
    pub openings: Governor,
    /// The answers that are being made.
    pub coalescer: Coalescer<K>,
    /// Paths that the origin does not have, by its word of the last minute.
    pub absent: Absent,
}

impl<K> Instance<K> {
    /// An instance that does nothing yet.
    pub fn new() -> Instance<K> {
        Instance {
            memory: Governor::new(),
            openings: Governor::new(),
            coalescer: Coalescer::new(),
            absent: Absent::new(),
        }
    }
}

impl<K> Default for Instance<K> {
    fn default() -> Self {
        Instance::new()
    }
}
