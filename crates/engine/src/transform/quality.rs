//! Quality of lossy encoders: one number for all of them, and numbers of their own.

use std::num::NonZeroU8;

use crate::spec::Format;

/// Aim of the encoder, 1 (small) to 100 (faithful), on libjpeg's scale whatever the format. Below
/// 100 a PNG that is asked for as such has a palette; other lossless ones ignore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality(u8);

impl Quality {
    /// Default of requests that ask for none.
    pub(crate) const USUAL: Quality = Quality(80);

    /// As faithful as the format can be.
    pub const MOST: Quality = Quality(100);

    /// `None` outside 1 to 100.
    pub fn new(quality: u8) -> Option<Quality> {
        (1..=100).contains(&quality).then_some(Quality(quality))
    }

    /// 1 to 100.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Converts the quality to the scale of this format's encoder. A quality of 80 becomes 79 for
    /// WebP and 60 for AVIF; the ends of the scales are the same.
    pub fn on_scale_of(self, format: Format) -> u8 {
        let middle = u32::from(format.spec().middle_quality);
        let asked = u32::from(self.0);
        let own = if asked <= 80 {
            1 + ((asked - 1) * (middle - 1) * 2 + 79) / (2 * 79)
        } else {
            middle + ((asked - 80) * (100 - middle) + 10) / 20
        };
        own as u8
    }

    /// Returns the least quality whose number on the scale of this format's encoder is `own`, or
    /// the next one.
    pub fn from_scale_of(format: Format, own: u8) -> Quality {
        let qualities = (1..=100).map(Quality);
        let mut near = qualities.filter(|quality| quality.on_scale_of(format) >= own);
        near.next().unwrap_or(Quality::MOST)
    }
}

/// Samples of chrominance that a JPEG has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subsampling {
    /// 4:2:0: one for four pixels. The default.
    #[default]
    S420,
    /// 4:4:4: one for each pixel.
    S444,
}

impl Subsampling {
    /// Returns the word of a URL.
    pub fn name(self) -> &'static str {
        match self {
            Subsampling::S420 => "420",
            Subsampling::S444 => "444",
        }
    }
}

/// Formats that have a quality of their own, in the order of their names.
const FORMATS: [Format; 4] = [Format::Avif, Format::Jpeg, Format::Png, Format::WebP];

/// Numbers from 1 to 100 on the scales of encoders, each for the answers in one format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnQualities([Option<NonZeroU8>; 4]);

impl OwnQualities {
    /// No numbers.
    pub const NONE: OwnQualities = OwnQualities([None; 4]);

    /// Returns the number of a format.
    pub fn of(self, format: Format) -> Option<u8> {
        let at = FORMATS.iter().position(|other| *other == format)?;
        self.0[at].map(NonZeroU8::get)
    }

    /// Returns the same with a number from 1 to 100 for a format. `None` where the number is
    /// another, or the format has no quality.
    pub fn with(mut self, format: Format, own: u8) -> Option<OwnQualities> {
        let at = FORMATS.iter().position(|other| *other == format)?;
        self.0[at] = Some(NonZeroU8::new(own).filter(|own| own.get() <= 100)?);
        Some(self)
    }

    /// Returns the formats and their numbers, in the order of the formats' names.
    pub fn pairs(self) -> impl Iterator<Item = (Format, u8)> {
        let pairs = FORMATS.into_iter().zip(self.0);
        pairs.filter_map(|(format, own)| Some((format, own?.get())))
    }

    /// Keeps the numbers that a predicate holds for.
    pub(crate) fn retain(&mut self, holds: impl Fn(Format, u8) -> bool) {
        for (format, own) in FORMATS.into_iter().zip(&mut self.0) {
            *own = own.filter(|own| holds(format, own.get()));
        }
    }
}
