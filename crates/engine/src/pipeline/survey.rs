//! Survey of a source's frames before they are decoded.

use crate::animation::survey::Survey;
use crate::error::Error;
use crate::format::codec_of;
use crate::header::Header;

/// Walks through at most `most` frames of a file. Memory of decoding is not computed beyond
/// `most_bytes`; a larger value is only a lower bound.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn survey(
    header: &Header,
    file: &[u8],
    most: u32,
    most_bytes: u64,
) -> Result<Survey, Error> {
    let codec = codec_of(header.format);
    let (shots, plays) = (codec.shots(file), codec.plays(file));
    Survey::take(header.stored, shots, plays, most, most_bytes)
}
