//! What happens to a frame when the next one comes.

/// What happens to a frame's rectangle before the next one is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// It stays.
    Keep,
    /// It becomes transparent, as browsers have it, whatever the file calls its background.
    Clear,
    /// It becomes what it was before.
    Restore,
}
