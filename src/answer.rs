//! A finished answer: one allocation in the platform's keeping, which the reply, the cache and all who waited share.

use std::sync::Arc;

use http::Response;

use crate::governor::Permit;

/// Bytes of a piece in which a long answer is sent.
pub const PIECE_BYTES: usize = 1 << 20;

/// Whether an answer of this length goes to its clients by the cache, where the cache has it: there it is nobody's memory, however slow they are.
pub fn is_long(bytes: u64) -> bool {
    bytes > PIECE_BYTES as u64
}

/// Milliseconds that a client may take for a piece. Who is slower is cut off: what is still to be sent takes room from others.
pub const PIECE_MS: u32 = 30_000;

/// Milliseconds after which an answer of this length has been sent, or cut off.
pub fn sending_ms(bytes: u64) -> f64 {
    bytes.div_ceil(PIECE_BYTES as u64) as f64 * f64::from(PIECE_MS)
}

/// A finished answer: its header as it is stored, and its bytes.
pub type Answer<K> = Response<Kept<K>>;

/// A finished answer's bytes where the platform keeps them. A clone is the same bytes; with the last one, what was reserved for them is given
/// back.
#[derive(Debug)]
pub struct Kept<K>(Arc<Inner<K>>);

#[derive(Debug)]
struct Inner<K> {
    bytes: K,
    _share: Option<Permit>,
}

impl<K> Kept<K> {
    /// Bytes in a platform's keeping, and the share of this instance's memory that they take.
    pub fn new(bytes: K, share: Option<Permit>) -> Kept<K> {
        Kept(Arc::new(Inner {
            bytes,
            _share: share,
        }))
    }

    /// The bytes.
    pub fn bytes(&self) -> &K {
        &self.0.bytes
    }
}

impl<K> Clone for Kept<K> {
    fn clone(&self) -> Self {
        Kept(self.0.clone())
    }
}
