//! Stage: the source's samples become sRGB, where they are something else, and its layout is widened to the planned one: grey to RGB,
//! opaque to alpha. Dropping alpha is `flatten`'s.
//!
//! Pixels are converted when they are few, behind the resize. Only four inks are light before it, as nothing else knows them.

use std::sync::Arc;

use crate::conversion::Conversion;
use crate::frame::Layout;
use crate::header::colours::{Colours, MOST_PROFILE_BYTES};
use crate::header::{Header, colours};
use crate::icc::Samples;
use crate::plan::{Plan, Plane};

/// What a source's samples are.
#[derive(Clone, Debug)]
pub enum Source {
    /// sRGB, or so close to it that nobody sees a difference, or nothing is said of them.
    Srgb,
    /// Something that is to become sRGB.
    Other(Arc<Conversion>),
    /// The profile is large, and looked at when there is memory for it.
    Unseen,
}

/// Profiles up to this size are read with the header, so that it is known whether they are sRGB: those of cameras and screens have up
/// to 10 KB.
const SMALL_PROFILE_BYTES: usize = 64 << 10;

impl Source {
    /// What a file's header says, and what it says in a profile if that is a small one.
    pub(crate) fn of(header: &Header, file: &[u8]) -> Source {
        match header.colours {
            Colours::Profile(bytes) if bytes as usize > MOST_PROFILE_BYTES => {
                Source::without_profile(header)
            }
            Colours::Profile(bytes) if bytes as usize > SMALL_PROFILE_BYTES => Source::Unseen,
            Colours::Profile(_) => Source::seen(header, file),
            _ => Source::without_profile(header),
        }
    }

    /// The same, whatever the size of the profile. One that is damaged, or for other samples than there are, is as good as none: that is
    /// what browsers make of it.
    pub(crate) fn seen(header: &Header, file: &[u8]) -> Source {
        let conversion = colours::profile(header, file)
            .and_then(|profile| Conversion::of_profile(&profile, samples(header)));
        match conversion {
            Some(conversion) => Source::from(conversion),
            None => Source::without_profile(header),
        }
    }

    fn without_profile(header: &Header) -> Source {
        let conversion = if header.inks {
            Conversion::of_plain_inks()
        } else {
            Conversion::of_numbers(header.colours, samples(header))
        };
        conversion.map_or(Source::Srgb, Source::from)
    }

    /// What it holds, or will allocate at most, the profile included while it is read.
    pub(crate) fn bytes(&self, header: &Header) -> u64 {
        match (self, header.colours) {
            (Source::Srgb, _) => 0,
            (Source::Other(conversion), _) => conversion.bytes(),
            (Source::Unseen, Colours::Profile(bytes)) => {
                let profile = u64::from(bytes);
                profile + Conversion::most_bytes(profile)
            }
            (Source::Unseen, _) => 0,
        }
    }

    /// What its colours are called.
    pub(crate) fn name(&self, header: &Header) -> &'static str {
        match self {
            _ if header.inks => "cmyk",
            _ if header.layout.grey() => "grey",
            Source::Srgb => "srgb",
            Source::Other(conversion) => conversion.name(),
            Source::Unseen => "icc",
        }
    }
}

impl From<Conversion> for Source {
    fn from(conversion: Conversion) -> Source {
        if conversion.changes_nothing() {
            Source::Srgb
        } else {
            Source::Other(Arc::new(conversion))
        }
    }
}

fn samples(header: &Header) -> Samples {
    match header.layout {
        _ if header.inks => Samples::Inks,
        layout if layout.grey() => Samples::Grey,
        _ => Samples::Rgb,
    }
}

/// What the rows of a picture are to go through: nothing, if they are sRGB or become it elsewhere.
pub(crate) fn conversion(plan: &Plan) -> Option<Arc<Conversion>> {
    match &plan.source {
        Source::Other(conversion) if !plan.header.inks => Some(conversion.clone()),
        _ => None,
    }
}

/// What a decoder's rows of four inks are to go through.
pub(crate) fn inks(plan: &Plan) -> Option<Arc<Conversion>> {
    match &plan.source {
        Source::Other(conversion) if plan.header.inks => Some(conversion.clone()),
        _ => None,
    }
}

/// The layout with every sample that the planned one has.
pub(crate) fn widened(plane: &Plane) -> Layout {
    let alpha = plane.source.alpha() || plane.layout.alpha();
    Layout::of(plane.layout.grey(), alpha)
}

/// A row in a wider layout: grey becomes RGB by repetition, a missing alpha is opaque.
pub(crate) fn widen(row: &[u8], from: Layout, wider: &mut [u8], to: Layout) {
    let (channels, wide) = (from.channels(), to.channels());
    for (source, target) in row.chunks_exact(channels).zip(wider.chunks_exact_mut(wide)) {
        match (from.grey(), to.grey()) {
            (false, false) => target[..3].copy_from_slice(&source[..3]),
            (_, true) => target[0] = source[0],
            (true, false) => target[..3].fill(source[0]),
        }
        if to.alpha() {
            target[wide - 1] = if from.alpha() {
                source[channels - 1]
            } else {
                255
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_widens_to_every_layout() {
        let to = |layout: Layout| {
            let mut row = vec![0; 2 * layout.channels()];
            widen(&[7, 9], Layout::Grey, &mut row, layout);
            row
        };
        assert_eq!(to(Layout::GreyAlpha), [7, 255, 9, 255]);
        assert_eq!(to(Layout::Rgb), [7, 7, 7, 9, 9, 9]);
        assert_eq!(to(Layout::Rgba), [7, 7, 7, 255, 9, 9, 9, 255]);
    }
}
