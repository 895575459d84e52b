//! Finished answers: one allocation kept by the platform, shared by the reply, the cache and all
//! coalesced requests.

use std::sync::Arc;

use http::Response;

use crate::governor::Permit;

/// Bytes of a piece in which a long answer is sent.
pub const PIECE_BYTES: usize = 1 << 20;

/// Whether an answer of this length is sent to its clients from the cache, once it is stored.
/// Cached bytes take no memory of the isolate, however slow the clients are.
pub fn is_long(bytes: u64) -> bool {
    bytes > PIECE_BYTES as u64
}

/// Milliseconds that a client may take for a piece. A slower client is cut off, because unsent
/// bytes take memory from other requests.
pub const PIECE_MS: u32 = 30_000;

/// Returns the milliseconds after which an answer of this length has been sent, or cut off.
pub fn sending_ms(bytes: u64) -> f64 {
    bytes.div_ceil(PIECE_BYTES as u64) as f64 * f64::from(PIECE_MS)
}

/// A finished answer: its header as it is stored, and its bytes.
pub type Answer<K> = Response<Kept<K>>;

/// Bytes of a finished answer, kept by the platform. Clones share the bytes; dropping the last
/// clone frees the memory that was reserved for them.
#[derive(Debug)]
pub struct Kept<K>(Arc<Inner<K>>);

#[derive(Debug)]
struct Inner<K> {
    bytes: K,
    _share: Option<Permit>,
}

impl<K> Kept<K> {
    /// Wraps bytes kept by the platform, with their share of this instance's memory.
    pub fn new(bytes: K, share: Option<Permit>) -> Kept<K> {
        Kept(Arc::new(Inner {
            bytes,
            _share: share,
        }))
    }

    /// Returns the bytes.
    pub fn bytes(&self) -> &K {
        &self.0.bytes
    }
}

impl<K> Clone for Kept<K> {
    fn clone(&self) -> Self {
        Kept(self.0.clone())
    }
}
