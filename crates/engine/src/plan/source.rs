//! What a source's samples are: sRGB, or what makes sRGB of them.

use std::sync::Arc;

use crate::colour::conversion::Conversion;
use crate::colour::icc::Samples;
use crate::header::Header;
use crate::header::colours::{Colours, MOST_PROFILE_BYTES};

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
    pub(crate) fn of(header: &Header, profile: impl FnOnce() -> Option<Vec<u8>>) -> Source {
        match header.colours {
            Colours::Profile(bytes) if bytes as usize > MOST_PROFILE_BYTES => {
                Source::without_profile(header)
            }
            Colours::Profile(bytes) if bytes as usize > SMALL_PROFILE_BYTES => Source::Unseen,
            Colours::Profile(_) => Source::seen(header, profile()),
            _ => Source::without_profile(header),
        }
    }

    /// The same, whatever the size of the profile. One that is damaged, or for other samples than there are, is as good as none: that is
    /// what browsers make of it.
    pub(crate) fn seen(header: &Header, profile: Option<Vec<u8>>) -> Source {
        let conversion =
            profile.and_then(|profile| Conversion::of_profile(&profile, samples(header)));
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
