//! The words of a new answer: their font is fetched once the size of the answer is known, and they
//! become its uppermost layers.

use crate::config::Config;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::origin::Download;
use crate::platform::Platform;
use crate::shares::{Need, Permits, Waits, reserve};
use crate::url::Asked;
use letterbox_engine::{self as engine, Lettering, Size};

/// Most bytes of a font. Fonts of Chinese have up to 8 MB for one weight.
pub(crate) const MOST_FONT_BYTES: u64 = 8 << 20;

/// Returns the words on a canvas, measured; `None` where none are asked for.
///
/// # Errors
/// [`engine::Error::Text`] by the parameter that is at fault.
pub(crate) fn letter<'f>(
    asked: &Asked,
    font: &'f [u8],
    canvas: Size,
) -> Result<Option<Lettering<'f>>, Error> {
    let Some(words) = &asked.words else {
        return Ok(None);
    };
    let (text, dpr) = (&asked.transform.text, asked.transform.dpr);
    let lettering = Lettering::new(font, words, text, canvas, dpr);
    Ok(Some(lettering?))
}

/// Reads a font. A font's share of memory grows with it, beside `held` bytes.
pub(crate) async fn read<P: Platform>(
    mut download: Download<'_, P>,
    platform: &P,
    held: u64,
    shares: &mut Permits,
    waits: &mut Waits,
    deadline: &mut Deadline,
) -> Result<Vec<u8>, Error> {
    let mut font: Vec<u8> = Vec::new();
    let promised = download.length().unwrap_or(0);
    if promised > MOST_FONT_BYTES {
        return Err(engine::Error::SourceTooLarge(MOST_FONT_BYTES).into());
    }
    while let Some(chunk) = download.next(deadline).await? {
        let length = (font.len() + chunk.len()) as u64;
        if length > MOST_FONT_BYTES {
            return Err(engine::Error::SourceTooLarge(MOST_FONT_BYTES).into());
        }
        if font.capacity() < length as usize {
            // The old buffer is there until the new one is filled.
            let room = length.max(promised).max(2 * font.len() as u64);
            let bytes = held + room + font.len() as u64 + chunk.len() as u64;
            let need = Need { bytes, own: bytes };
            waits.waiting_ms += reserve(platform, shares, need, deadline).await?;
            font.try_reserve_exact(room as usize - font.len())
                .map_err(|_| engine::Error::OutOfMemory)?;
        }
        font.extend_from_slice(&chunk);
    }
    Ok(font)
}

/// Returns the memory that drawing words takes, beside `held` bytes.
///
/// # Errors
/// [`engine::Error::OverBudget`] where that is more than one image may take.
pub(crate) fn need(
    lettering: &Lettering<'_>,
    canvas: Size,
    config: &Config,
    held: u64,
) -> Result<Need, Error> {
    let layers: u64 = lettering.plans().iter().map(|plan| plan.bytes).sum();
    let bytes = held + layers + lettering.work_bytes();
    let budget = config.limits.memory_bytes;
    if bytes > budget {
        return Err(engine::Error::OverBudget {
            pixels: canvas.pixels(),
            frames: 1,
            need: bytes,
            budget,
            by_avif: false,
        }
        .into());
    }
    Ok(Need { bytes, own: bytes })
}
