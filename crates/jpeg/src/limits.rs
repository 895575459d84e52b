//! Bounds on the resources that a file may ask for.

/// Limits of a decoder. A file that exceeds one is refused before anything is allocated for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Width times height at full size: 268 million (16383 squared) by default.
    pub pixels: u64,
    /// Scans of a progressive or multi-scan file: 100 by default. Each scan costs one pass over the
    /// file, or two where scans are missing and blocks are smoothed.
    pub scans: usize,
    /// Huffman tables that its scans have together: 400 by default, which is four for each scan.
    pub tables: usize,
    /// Bytes of EXIF and ICC together: 4 MiB by default.
    pub metadata_bytes: usize,
    /// Bytes of a file that has to be resident (see [`Header::resident`]): 64 MiB by default.
    pub resident_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            pixels: 0x3fff * 0x3fff,
            scans: 100,
            tables: 400,
            metadata_bytes: 4 << 20,
            resident_bytes: 64 << 20,
        }
    }
}
