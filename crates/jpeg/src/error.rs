//! Errors of decoder and encoder.

/// Reason why a file is not decoded, or a picture not encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A valid kind of JPEG that is not read, or not written.
    Unsupported(&'static str),
    /// The file violates the standard in a way that leaves no picture to decode.
    Corrupt(Fault),
    /// The file exceeds one of the [`Limits`].
    Limit(&'static str),
    /// The allocator failed.
    OutOfMemory,
    /// The calls of the encoder do not match its picture.
    Usage(&'static str),
}

/// Defect of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The file does not start with SOI.
    NotJpeg,
    /// A marker segment's length or content is out of range.
    Segment,
    /// A Huffman table has more codes than fit.
    HuffmanTable,
    /// A scan names a table or a component that does not exist.
    Scan,
    /// The entropy-coded data ends, or is damaged, before the picture does.
    Data,
    /// The file ends before its picture begins.
    NoPicture,
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Error::Unsupported(what) | Error::Limit(what) | Error::Usage(what) => what,
            Error::OutOfMemory => "not enough memory",
            Error::Corrupt(fault) => match fault {
                Fault::NotJpeg => "not a JPEG file",
                Fault::Segment => "a marker segment is damaged",
                Fault::HuffmanTable => "a Huffman table is damaged",
                Fault::Scan => "a scan names what is not there",
                Fault::Data => "the picture's data is damaged or breaks off",
                Fault::NoPicture => "the file ends before its picture begins",
            },
        })
    }
}

impl core::error::Error for Error {}
