//! Examples that several parameters share.

use std::num::NonZeroU16;

use crate::url::examples::{Examples, Roll};
use crate::url::shape;
use letterbox_engine::transform::Side;

/// Returns a random side of a size that most deployments allow.
fn any_side(roll: &mut Roll<'_>) -> String {
    let pixels = NonZeroU16::new(1 + roll(1500) as u16);
    shape::write_side(pixels.map_or(Side::Auto, Side::Px))
}

/// Examples of `w` and `h`.
pub(super) const SIDE: Examples = Examples::some(
    &[
        &["auto"],
        &["1"],
        &["2"],
        &["100"],
        &["4096"],
        &["50p", "50%"],
        &["0.01p"],
        &["100p"],
    ],
    &[
        "", "0", "65536", "1e3", "-1", "01", "1.5", " 1", "Auto", "0p", "101p",
    ],
    any_side,
);

/// Examples of a place on the answer: the middle, a side or a corner.
pub(super) const POSITION: Examples = Examples::all(
    &[
        &["center"],
        &["top"],
        &["bottom"],
        &["left"],
        &["right"],
        &["top-left"],
        &["top-right"],
        &["bottom-left"],
        &["bottom-right"],
    ],
    &["", "middle", "left-top", "0.5x0.5", "attention", "Top"],
);

/// Examples of a switch.
pub(super) const SWITCH: Examples = Examples::all(
    &[&["0", "false"], &["1", "", "true"]],
    &["2", "on", "True", "-1", "00"],
);

/// Examples of a colour that may have alpha.
pub(super) const COLOUR: Examples = Examples::some(
    &[
        &["white", "White", "fff", "ffff", "FFFFFF", "ffffffff"],
        &["black", "000", "000F", "000000ff"],
        &["transparent", "0000", "00000000"],
        &["fff0", "ffffff00"],
        &["ffffff01"],
        &["red", "f00", "ff0000ff"],
        &["rebeccapurple", "663399", "663399ff"],
    ],
    &NO_COLOUR,
    any_colour,
);

/// Examples of a canvas: a colour, or the picture's own cover.
pub(super) const GROUND: Examples = Examples::some(
    &[
        &["white", "White", "fff", "ffff", "FFFFFF", "ffffffff"],
        &["blur", "BLUR"],
        &["black", "000", "000F", "000000ff"],
        &["transparent", "0000", "00000000"],
        &["fff0", "ffffff00"],
        &["ffffff01"],
        &["red", "f00", "ff0000ff"],
        &["rebeccapurple", "663399", "663399ff"],
    ],
    &[
        "",
        "whit",
        "#fff",
        "ff",
        "fffff",
        "fffffff",
        "fffffffff",
        "ggg",
        "０００",
        "blurred",
        "blur:20",
    ],
    any_colour,
);

const NO_COLOUR: [&str; 9] = [
    "",
    "whit",
    "#fff",
    "ff",
    "fffff",
    "fffffff",
    "fffffffff",
    "ggg",
    "０００",
];

fn any_colour(roll: &mut Roll<'_>) -> String {
    format!("{:04x}{:04x}", roll(1 << 16), roll(1 << 16))
}

/// Examples of a colour without alpha.
pub(super) const OPAQUE: Examples = Examples::some(
    &[
        &["black", "000", "000000"],
        &["d8e74f", "D8E74F"],
        &["red", "f00", "ff0000"],
        &["rebeccapurple", "663399"],
    ],
    &[
        "",
        "whit",
        "#fff",
        "ff",
        "fffff",
        "ggg",
        "fff0",
        "12345678",
        "transparent",
    ],
    |roll| format!("{:02x}{:04x}", roll(256), roll(1 << 16)),
);

/// Examples of a first column or row: pixels, and shares of the side.
pub(super) const STARTS: &[&[&str]] = &[
    &["0", "0p", "0%"],
    &["1"],
    &["120"],
    &["65535"],
    &["25p", "25%", "25.00p"],
    &["0.01p"],
    &["100p", "100%"],
    &["33.33p"],
];

/// Examples of so many columns or rows.
pub(super) const PARTS: &[&[&str]] = &[
    &["1"],
    &["120"],
    &["65535"],
    &["25p", "25%", "25.00p"],
    &["0.01p"],
    &["100p", "100%"],
    &["33.33p"],
];

pub(super) const NO_STARTS: &[&str] = &[
    "", "-1", "01", "1.5", "65536", "101p", "0.001p", "p", "%", "25px",
];

pub(super) const NO_PARTS: &[&str] = &[
    "0", "0p", "", "-1", "01", "1.5", "65536", "101p", "0.001p", "p", "%", "25px",
];

/// Examples of a shift.
pub(super) const SHIFTS: &[&[&str]] = &[
    &["0", "0p", "0%"],
    &["1"],
    &["-1"],
    &["65535"],
    &["-65535"],
    &["25p", "25%", "25.00p"],
    &["-12.5p", "-12.5%"],
    &["-100p"],
];

pub(super) const NO_SHIFTS: &[&str] = &[
    "", "+1", "-0", "--1", "01", "1.5", "65536", "101p", "-101p", "p", "25px",
];

/// Returns a random number of pixels.
pub(super) fn any_part(roll: &mut Roll<'_>) -> String {
    (1 + roll(65_535)).to_string()
}

/// Returns a random shift by pixels.
pub(super) fn any_shift(roll: &mut Roll<'_>) -> String {
    (i64::from(roll(400)) - 200).to_string()
}
