//! Colour space of a source's samples: sRGB, or a conversion to sRGB.

use std::sync::Arc;

use crate::colour::conversion::Conversion;
use crate::colour::icc::Samples;
use crate::header::Header;
use crate::header::colours::{Colours, MOST_PROFILE_BYTES};

/// Colour space of a source's samples.
#[derive(Clone, Debug)]
pub enum Source {
    /// sRGB, a colour space so close to sRGB that nobody sees a difference, or samples of which the
    /// file says nothing.
    Srgb,
    /// Another colour space, with its conversion to sRGB.
    Other(Arc<Conversion>),
    /// Another colour space that stays what it is: the answer has its profile.
    Kept(Arc<Conversion>),
    /// A large ICC profile that is parsed only once its memory has been reserved.
    Unseen,
}

/// Upper bound on the profiles that are parsed together with the header, so that the plan knows
/// whether the samples are sRGB. Profiles of cameras and screens have up to 10 KB.
const SMALL_PROFILE_BYTES: usize = 64 << 10;

impl Source {
    /// Returns the colour space that a file's header names. A small ICC profile is parsed at once.
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

    /// Returns the colour space of a file with its ICC profile at hand, whatever the profile's
    /// size. A damaged profile, or one for other samples than the file's, is ignored, as in
    /// browsers.
    pub(crate) fn seen(header: &Header, profile: Option<Vec<u8>>) -> Source {
        let conversion =
            profile.and_then(|profile| Conversion::of_profile(&profile, samples(header)));
        match conversion {
            Some(conversion) => Source::from(conversion),
            None => Source::without_profile(header),
        }
    }

    fn without_profile(header: &Header) -> Source {
        let conversion = if header.cmyk {
            Conversion::of_plain_cmyk()
        } else {
            Conversion::of_numbers(header.colours, samples(header))
        };
        conversion.map_or(Source::Srgb, Source::from)
    }

    /// Returns the colour space for an answer that holds profiles, and wants the source's, or not.
    /// Numbers in place of a profile, and inks, are no profile that an answer could have.
    pub(crate) fn kept_if(self, holds: bool, header: &Header) -> Source {
        let has_profile = matches!(header.colours, Colours::Profile(_)) && !header.cmyk;
        match self {
            Source::Other(own) | Source::Kept(own) => match holds && has_profile {
                true => Source::Kept(own),
                false => Source::Other(own),
            },
            other => other,
        }
    }

    /// Returns the bytes that the conversion holds, or will allocate at most. The profile counts
    /// while it is read.
    pub(crate) fn bytes(&self, header: &Header) -> u64 {
        match (self, header.colours) {
            (Source::Srgb, _) => 0,
            (Source::Other(conversion) | Source::Kept(conversion), _) => conversion.bytes(),
            (Source::Unseen, Colours::Profile(bytes)) => {
                let profile = u64::from(bytes);
                profile + Conversion::most_bytes(profile)
            }
            (Source::Unseen, _) => 0,
        }
    }

    /// Returns the name of the colour space in `f=json`.
    pub(crate) fn name(&self, header: &Header) -> &'static str {
        match self {
            _ if header.cmyk => "cmyk",
            _ if header.layout.grey() => "grey",
            Source::Srgb => "srgb",
            Source::Other(conversion) | Source::Kept(conversion) => conversion.name(),
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
        _ if header.cmyk => Samples::Cmyk,
        layout if layout.grey() => Samples::Grey,
        _ => Samples::Rgb,
    }
}
