//! Limits on the cost of one image. The deployment sets the values; no parameter of a URL raises
//! them.

/// Upper bounds for one image.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the source file.
    pub source_bytes: u64,
    /// Longest side of the answer, in pixels.
    pub output_side: u32,
    /// Pixels of the answer.
    pub output_pixels: u64,
    /// Pixels of all frames of an animation together, for the source and for the answer separately.
    /// Frames cost time rather than memory.
    pub frame_pixels: u64,
    /// Bytes that the source file and the plan together may hold at the plan's peak.
    pub memory_bytes: u64,
}

impl Limits {
    /// Limits for an isolate of 128 MB: files of 40 MiB, answers of 16 megapixels, 72 MiB of
    /// memory.
    pub const DEFAULT: Limits = Limits {
        source_bytes: 40 << 20,
        output_side: 4096,
        output_pixels: 1 << 24,
        frame_pixels: 1 << 27,
        memory_bytes: 72 << 20,
    };
}
