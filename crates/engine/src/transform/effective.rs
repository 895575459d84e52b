//! Qualities of a transform that count, for the formats that its answer may have.

use crate::spec::{Format, FormatSet};
use crate::transform::quality::Quality;
use crate::transform::{Negotiated, Target, Transform};

impl Transform {
    /// Returns the quality of an answer in this format, on the scale of the format's encoder.
    pub fn quality_of(&self, format: Format) -> u8 {
        let own = self.own_qualities.of(format);
        own.unwrap_or_else(|| self.quality.on_scale_of(format))
    }

    /// Leaves of the qualities what counts for the formats that the answer may have, so that equal
    /// wishes are equal: a number that the quality stands for anyway goes, and with one format only
    /// a number that no quality stands for stays.
    pub fn settle_qualities(&mut self) {
        let formats = self.target.lossy();
        self.own_qualities.retain(|format, _| formats.has(format));
        if let Target::Image(format) = self.target
            && let Some(own) = self.own_qualities.of(format)
        {
            self.quality = Quality::from_scale_of(format, own);
        }
        let quality = self.quality;
        self.own_qualities
            .retain(|format, own| quality.on_scale_of(format) != own);
    }
}

impl Target {
    /// Formats that the answer, or what is described, may have and that have a quality.
    fn lossy(self) -> FormatSet {
        match self {
            Target::Image(format) => FormatSet::of(&[format]),
            // A PNG has a palette only where a PNG is asked for.
            Target::Keep | Target::Json => {
                FormatSet::of(&[Format::Avif, Format::Jpeg, Format::WebP])
            }
            Target::Auto(Negotiated::Card) => FormatSet::of(&[Format::Jpeg]),
            Target::Auto(Negotiated::Client(named)) => {
                let formats = Format::named().filter(|format| named.has(*format));
                formats.chain([Format::Jpeg]).collect()
            }
            Target::Thumbhash | Target::Blurhash => FormatSet::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::quality::OwnQualities;

    fn settled(target: Target, quality: u8, own: &[(Format, u8)]) -> (u8, Vec<(Format, u8)>) {
        let all = own
            .iter()
            .try_fold(OwnQualities::NONE, |all, (format, own)| {
                all.with(*format, *own)
            });
        let mut transform = Transform {
            target,
            quality: Quality::new(quality).expect("1 to 100"),
            own_qualities: all.expect("1 to 100"),
            ..Transform::DEFAULT
        };
        let before = transform;
        transform.settle_qualities();
        if let Target::Image(format) = target {
            assert_eq!(transform.quality_of(format), before.quality_of(format));
        }
        let once = transform;
        transform.settle_qualities();
        assert_eq!(transform, once);
        let own: Vec<_> = transform.own_qualities.pairs().collect();
        (transform.quality.get(), own)
    }

    #[test]
    fn own_qualities_that_count_for_no_answer_or_change_none_are_gone() {
        use Format::{Avif, Jpeg, Png, WebP};
        let image = Target::Image;
        let both = Target::Auto(Negotiated::Client(FormatSet::of(&[WebP])));
        let card = Target::Auto(Negotiated::Card);
        let all = [(WebP, 50), (Avif, 40), (Jpeg, 30), (Png, 20)];
        for (target, quality, own, wanted) in [
            (image(WebP), 80, &[(WebP, 79)][..], (80, vec![])),
            (image(WebP), 10, &[(WebP, 79)], (80, vec![])),
            (image(Jpeg), 80, &all, (30, vec![])),
            (image(Png), 80, &all, (20, vec![])),
            (image(Format::Gif), 80, &all, (80, vec![])),
            // No quality is AVIF's 61: 80 is 60, and 81 is 62.
            (image(Avif), 7, &[(Avif, 61)], (81, vec![(Avif, 61)])),
            (
                Target::Keep,
                80,
                &all,
                (80, vec![(Avif, 40), (Jpeg, 30), (WebP, 50)]),
            ),
            (Target::Keep, 80, &[(WebP, 79), (Avif, 60)], (80, vec![])),
            (both, 80, &all, (80, vec![(Jpeg, 30), (WebP, 50)])),
            (card, 80, &all, (80, vec![(Jpeg, 30)])),
            (Target::Thumbhash, 80, &all, (80, vec![])),
        ] {
            assert_eq!(settled(target, quality, own), wanted, "{target:?} {own:?}");
        }
    }

    #[test]
    fn a_quality_of_its_own_has_each_number_of_an_encoder() {
        for format in [Format::Avif, Format::Jpeg, Format::Png, Format::WebP] {
            for own in 1..=100 {
                let transform = Transform {
                    own_qualities: OwnQualities::NONE.with(format, own).expect("a number"),
                    ..Transform::DEFAULT
                };
                assert_eq!(transform.quality_of(format), own);
            }
            assert_eq!(OwnQualities::NONE.with(format, 0), None);
            assert_eq!(OwnQualities::NONE.with(format, 101), None);
        }
        assert_eq!(OwnQualities::NONE.with(Format::Gif, 50), None);
    }
}
