//! State that all requests of one instance of the module share.

use crate::coalesce::Coalescer;
use crate::governor::Governor;
use crate::origin::absent::Absent;

/// Bytes for all files whose header is still to be read. These bytes come on top of
/// `MEMORY_BUDGET_BYTES`, within the module's cap of 88 MiB.
pub const OPENING_BYTES: u64 = 12 << 20;

/// Shared state: memory in two parts, the answers that are being made, and paths that the origin
/// does not have.
#[derive(Debug)]
pub struct Instance<K> {
    /// Memory of the module: planned transforms, and finished answers that are still in it.
    pub memory: Governor,
    /// Memory of files whose header is still to be read.
    pub openings: Governor,
    /// Answers that are being made.
    pub coalescer: Coalescer<K>,
    /// Paths that the origin reported as missing within the last minute.
    pub absent: Absent,
}

impl<K> Instance<K> {
    /// Creates the state of a new instance.
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
