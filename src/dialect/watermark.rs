//! Watermarks of other services, as overlays.

use std::num::{NonZeroU8, NonZeroU16};

use crate::dialect::call::{Translation, decimal};
use crate::url::Source;
use letterbox_engine::transform::{MOST_OVERLAYS, Offset, Overlay, Third};

/// Overlays of a request, with their sources, the lowest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Watermarks(Vec<(Overlay, Source)>);

impl Watermarks {
    /// Adds an overlay above the others; `None` where there are as many as an answer has.
    pub(super) fn push(&mut self, overlay: Overlay, source: Source) -> Option<()> {
        (self.0.len() < MOST_OVERLAYS).then(|| self.0.push((overlay, source)))
    }

    /// Puts the overlays into a translation.
    pub(super) fn lay(self, translation: &mut Translation) {
        let asked = &mut translation.asked;
        for (at, (overlay, source)) in self.0.into_iter().enumerate() {
            asked.transform.overlays[at] = overlay;
            asked.overlays[at] = Some(source);
        }
    }
}

/// Place along one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Along {
    pub(super) third: Third,
    pub(super) offset: Offset,
    /// Whether the picture is repeated along the side.
    pub(super) repeats: bool,
}

/// Reads a place along one side as thumbor, imagor and AWS write it: pixels or, with `p` behind
/// them, percent from the left or upper edge, or with a minus from the other one; or a word.
pub(super) fn along(text: &str) -> Option<Along> {
    let at = |third, offset| {
        Some(Along {
            third,
            offset,
            repeats: false,
        })
    };
    let none = Offset::Px(0);
    match text {
        "center" => return at(Third::Middle, none),
        "left" | "top" => return at(Third::Start, none),
        "right" | "bottom" => return at(Third::End, none),
        "repeat" => {
            return Some(Along {
                third: Third::Start,
                offset: none,
                repeats: true,
            });
        }
        _ => {}
    }
    let (third, digits) = match text.strip_prefix('-') {
        Some(digits) => (Third::End, digits),
        None => (Third::Start, text),
    };
    match digits.strip_suffix('p') {
        Some(percent) => {
            let percent = decimal(percent).filter(|percent| (0.0..=100.0).contains(percent))?;
            at(third, Offset::Share((percent * 100.0).round() as i16))
        }
        None => {
            let pixels = decimal(digits).filter(|pixels| (0.0..=65_535.0).contains(pixels))?;
            at(third, Offset::Px(pixels.round() as i32))
        }
    }
}

/// Returns the overlay at two places; `None` where it is repeated along one side alone.
pub(super) fn at(across: Along, down: Along) -> Option<Overlay> {
    (across.repeats == down.repeats).then_some(Overlay {
        position: (across.third, down.third),
        offset: (across.offset, down.offset),
        tiled: across.repeats,
        ..Overlay::PLAIN
    })
}

/// Returns percent of opacity from a share; `None` for a watermark that is not seen.
pub(super) fn opacity(share: f64) -> Option<NonZeroU8> {
    NonZeroU8::new((share * 100.0).round().clamp(0.0, 100.0) as u8)
}

/// Returns a share of the answer's side from percent of it; `None` for 0.
pub(super) fn share(percent: f64) -> Option<NonZeroU16> {
    NonZeroU16::new((percent * 100.0).round().clamp(0.0, 10_000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_from_the_edge_that_its_sign_says() {
        let read = |text| along(text).map(|Along { third, offset, .. }| (third, offset));
        for (text, wanted) in [
            ("0", Some((Third::Start, Offset::Px(0)))),
            ("-0", Some((Third::End, Offset::Px(0)))),
            ("12", Some((Third::Start, Offset::Px(12)))),
            ("-12", Some((Third::End, Offset::Px(12)))),
            ("20p", Some((Third::Start, Offset::Share(2_000)))),
            ("-2.5p", Some((Third::End, Offset::Share(250)))),
            ("center", Some((Third::Middle, Offset::Px(0)))),
            ("bottom", Some((Third::End, Offset::Px(0)))),
            ("101p", None),
            ("--1", None),
            ("", None),
            ("p", None),
            ("1e3", None),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
        let place = |text| along(text).expect(text);
        assert!(at(place("repeat"), place("repeat")).is_some_and(|overlay| overlay.tiled));
        assert_eq!(at(place("repeat"), place("4")), None);
    }
}
