//! Values of parameters.

use crate::dialect::call::{decimal, length, number};
use letterbox_engine::transform::{Crop, Gravity, Length, Ratio, Side, Third, Turn};
use std::num::NonZeroU16;

use crate::dialect::call::side;
use crate::url::value;

/// Reads a side: pixels, or a fraction of the source below 1.
pub(super) fn asked(text: &str) -> Option<Side> {
    let number = decimal(text).filter(|number| (0.0..1e9).contains(number))?;
    if number > 0.0 && number < 1.0 {
        let parts = NonZeroU16::new((number * 10_000.0).round() as u16);
        return Some(parts.map_or(Side::Auto, Side::Share));
    }
    Some(side(number.round() as u64))
}

/// Reads `x,y,w,h` in pixels, in fractions of the source, or by words: `center,bottom,300,200`.
pub(super) fn rectangle(text: &str) -> Option<Crop> {
    let of = |text: &str| {
        let number = decimal(text).filter(|number| (0.0..1e9).contains(number))?;
        Some(match number > 0.0 && number < 1.0 {
            true => Length::Share((number * 10_000.0).round() as u16),
            false => length(number.round() as u64),
        })
    };
    let parts: Vec<&str> = text.split(',').collect();
    let [x, y, width, height] = parts[..] else {
        return None;
    };
    let place = |text: &str, words: [&str; 3]| match text {
        _ if text == words[0] => Some((Third::Start, None)),
        _ if text == words[1] => Some((Third::Middle, None)),
        _ if text == words[2] => Some((Third::End, None)),
        _ => Some((Third::Start, of(text)?.unless(0))),
    };
    let (across, x) = place(x, ["left", "center", "right"])?;
    let (down, y) = place(y, ["top", "middle", "bottom"])?;
    let (width, height) = (of(width)?, of(height)?);
    let is_some = |length: Length| !matches!(length, Length::Px(0) | Length::Share(0));
    (is_some(width) && is_some(height)).then_some(Crop {
        x,
        y,
        width: width.unless(10_000),
        height: height.unless(10_000),
        from: Gravity::Position(across, down),
        ..Crop::NONE
    })
}

/// Reads `16:9`.
pub(super) fn ratio(text: &str) -> Option<Ratio> {
    let (across, down) = text.split_once(':')?;
    let hundred = |text: &str| {
        let number = decimal(text).filter(|number| (0.01..=600.0).contains(number))?;
        NonZeroU16::new((number * 100.0).round() as u16)
    };
    Some(Ratio::new(hundred(across)?, hundred(down)?))
}

/// Reads the words of `crop`, or `None` for one that is not known. A point is given beside them.
pub(super) fn gravity(text: &str, point: (u16, u16)) -> Option<Gravity> {
    let (mut across, mut down) = (Third::Middle, Third::Middle);
    for word in text.split(',').filter(|word| !word.is_empty()) {
        match word {
            "top" => down = Third::Start,
            "bottom" => down = Third::End,
            "left" => across = Third::Start,
            "right" => across = Third::End,
            "center" => {}
            "focalpoint" => return Some(Gravity::Focus(point.0, point.1)),
            // The measures of imgix are not published.
            "faces" | "edges" => return value::gravity("attention"),
            "entropy" => return value::gravity("entropy"),
            _ => return None,
        }
    }
    Some(Gravity::Position(across, down))
}

/// Reads an orientation of EXIF, which stands in the place of the file's own.
pub(super) fn turn(text: &str) -> Option<Turn> {
    let (quarters, flip, flop) = match text {
        "1" => (0, false, false),
        "2" => (0, false, true),
        "3" | "180" => (2, false, false),
        "4" => (0, true, false),
        "5" => (1, false, true),
        "6" | "90" => (1, false, false),
        "7" => (1, true, false),
        "8" | "270" => (3, false, false),
        _ => return None,
    };
    Some(Turn {
        exif: false,
        quarters,
        flip,
        flop,
    })
}

/// Reads a whole number within bounds.
pub(super) fn whole(text: &str, least: u64, most: u64) -> Option<u16> {
    let number = number(text).filter(|number| (least..=most).contains(number))?;
    u16::try_from(number).ok()
}
