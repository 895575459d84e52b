//! Parses and writes the values of parameters that shape the box and what is around a picture.
//! Parsing is as strict as in `value`.

use std::num::NonZeroU16;

use crate::url::value::{self, decimal, whole, write_decimal};
use letterbox_engine::transform::{
    Border, Colour, Corners, Extend, Length, Mask, Offset, Pad, Ratio, Side,
};

/// Most pixels of padding on each side, and of a border.
const MOST_ROOM: u16 = 1000;

/// Radius of corners that leave nothing straight of the shorter side.
const MOST_RADIUS: Length = Length::Share(5000);

/// Parses `auto`, pixels, or a share of the source's side.
pub(crate) fn side(text: &str) -> Option<Side> {
    if text == "auto" {
        return Some(Side::Auto);
    }
    Some(match value::length(text, 1)? {
        Length::Px(pixels) => Side::px(u16::try_from(pixels).ok()?),
        Length::Share(share) => Side::Share(NonZeroU16::new(share)?),
    })
}

pub(crate) fn write_side(side: Side) -> String {
    match side {
        Side::Auto => "auto".to_owned(),
        Side::Px(pixels) => pixels.to_string(),
        Side::Share(share) => value::write_length(Length::Share(share.get())),
    }
}

/// Parses a number of pixels that is not 0.
pub(super) fn pixels(text: &str) -> Option<NonZeroU16> {
    NonZeroU16::new(u16::try_from(whole(text)?).ok()?)
}

/// Parses `16:9`.
pub(super) fn ratio(text: &str) -> Option<Ratio> {
    let (across, down) = text.split_once(':')?;
    Some(Ratio::new(pixels(across)?, pixels(down)?))
}

pub(super) fn write_ratio(ratio: Ratio) -> String {
    format!("{}:{}", ratio.across(), ratio.down())
}

/// Parses a shift in pixels or in hundredths of a percent, with a sign where it is below 0.
pub(super) fn offset(text: &str) -> Option<Offset> {
    let digits = text.strip_prefix('-');
    let length = value::length(digits.unwrap_or(text), digits.map_or(0, |_| 1))?;
    let sign = digits.map_or(1, |_| -1);
    Some(match length {
        Length::Px(pixels) => Offset::Px(i32::try_from(pixels).ok()? * sign),
        Length::Share(share) => Offset::Share(i16::try_from(share).ok()? * sign as i16),
    })
}

/// Writes a shift; `None` for one that shifts nothing.
pub(super) fn write_offset(offset: Offset) -> Option<String> {
    let (sign, length) = match offset {
        Offset::Px(pixels) => (i64::from(pixels), Length::Px(pixels.unsigned_abs())),
        Offset::Share(share) => (i64::from(share), Length::Share(share.unsigned_abs())),
    };
    let minus = if sign < 0 { "-" } else { "" };
    (sign != 0).then(|| format!("{minus}{}", value::write_length(length)))
}

/// Parses a shift, of which none is `Some(None)`.
pub(super) fn shift(text: &str) -> Option<Option<Offset>> {
    let offset = offset(text)?;
    Some(write_offset(offset).map(|_| offset))
}

/// Parses one to four numbers of pixels in the order of CSS: top, right, bottom, left.
pub(super) fn pad(text: &str) -> Option<Pad> {
    let room = |text: &str| {
        let pixels = whole(text).filter(|&pixels| pixels <= MOST_ROOM.into())?;
        Some(pixels as u16)
    };
    let [top, right, bottom, left] = around(text, room)?;
    Some(Pad {
        top,
        right,
        bottom,
        left,
    })
}

pub(super) fn write_pad(pad: Pad) -> String {
    let rooms = [pad.top, pad.right, pad.bottom, pad.left];
    write_around(rooms.map(|room| room.to_string()))
}

/// Parses one to four radii in the order of CSS: top left, top right, bottom right, bottom left.
pub(super) fn corners(text: &str) -> Option<Corners> {
    let radius = |text: &str| match text {
        "max" => Some(MOST_RADIUS),
        // No share of a side is no pixel.
        _ => Some(value::length(text, 0)?.unless(0).unwrap_or(Length::Px(0))),
    };
    around(text, radius).map(Corners)
}

pub(super) fn write_corners(corners: Corners) -> String {
    write_around(corners.0.map(|radius| match radius {
        MOST_RADIUS => "max".to_owned(),
        _ => value::write_length(radius),
    }))
}

/// Parses one to four values that go around, clockwise: the second is as the first where it is left
/// out, the third as the first, and the fourth as the second.
fn around<T: Copy>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<[T; 4]> {
    let values: Vec<T> = text.split(',').map(read).collect::<Option<_>>()?;
    Some(match values[..] {
        [all] => [all; 4],
        [first, second] => [first, second, first, second],
        [first, second, third] => [first, second, third, second],
        [first, second, third, fourth] => [first, second, third, fourth],
        _ => return None,
    })
}

/// Writes the shortest text that [`around`] reads so.
fn write_around([first, second, third, fourth]: [String; 4]) -> String {
    if fourth != second {
        format!("{first},{second},{third},{fourth}")
    } else if third != first {
        format!("{first},{second},{third}")
    } else if second != first {
        format!("{first},{second}")
    } else {
        first
    }
}

/// Parses a width in pixels and a colour, which is black where it is left out.
pub(super) fn border(text: &str) -> Option<Border> {
    let (width, colour) = match text.split_once(',') {
        Some((width, colour)) => (width, value::colour(colour)?),
        None => (text, Colour::rgb(0)),
    };
    Some(Border {
        width: pixels(width).filter(|width| width.get() <= MOST_ROOM)?,
        colour,
    })
}

pub(super) fn write_border(border: Border) -> String {
    format!("{},{}", border.width, value::write_colour(border.colour))
}

/// Parses the word of a shape.
pub(super) fn mask(text: &str) -> Option<Mask> {
    Mask::ALL.into_iter().find(|mask| mask.name() == text)
}

pub(super) fn extend(text: &str) -> Option<Extend> {
    match text {
        "size" => Some(Extend::Size),
        "ratio" => Some(Extend::Ratio),
        _ => None,
    }
}

pub(super) fn write_extend(extend: Extend) -> String {
    match extend {
        Extend::Size => "size",
        Extend::Ratio => "ratio",
    }
    .to_owned()
}

/// Parses a ratio of pixels in millionths. Digits behind the sixth are rounded away: a pixel of the
/// largest canvas is more.
pub(crate) fn millionths(text: &str) -> Option<u32> {
    let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    if digits > 12 {
        return None;
    }
    let exact = decimal(text, 12)?;
    u32::try_from((exact + 500_000) / 1_000_000).ok()
}

pub(crate) fn write_millionths(millionths: u32) -> String {
    write_decimal(millionths.into(), 6)
}
