//! Parameters of crops, turns and the canvas.

use crate::url::examples::Examples;
use crate::url::param::kinds::{
    GROUND, NO_PARTS, NO_SHIFTS, NO_STARTS, PARTS, SHIFTS, STARTS, SWITCH, any_part, any_shift,
};
use crate::url::param::row::Param;
use crate::url::shape;
use crate::url::value;
use letterbox_engine::transform::{Colour, Crop, Gravity, Pad};

pub(super) const ROWS: &[Param] = &[
    Param {
        name: "a",
        aliases: &["g", "gravity", "position"],
        expected: "center, top, bottom, left, right, top-left, top-right, bottom-left, bottom-right, \
                   attention, entropy, a focal point such as 0.5x0.33 or a pixel of the source such as 640,480",
        default: "{}",
        doc: "Where the image sits on its canvas (`contain`), or which part is kept (`cover`); `attention` looks for edges, skin and colour, \
              `entropy` cuts off what has little detail",
        examples: Examples::some(
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
                &["0.5x0.5", "0.50x0.5"],
                &["0.25x0", "0.25x0.0"],
                &["0x1", "0.0x1.000"],
                &["1x0.0001"],
                &["640,480"],
                &["0,65535"],
                &["attention"],
                &["entropy"],
            ],
            &[
                "",
                "middle",
                "1.1x0",
                "0x1.0001",
                "0.00001x0",
                "0.5",
                "0.5x",
                "0.5x0.5x0.5",
                "-0.1x0",
                "640",
                "640,",
                "640,65536",
                "6.4,4.8",
                "1,2,3",
            ],
            |roll| {
                let mut share = || roll(10_001) as u16;
                value::write_gravity(Gravity::Focus(share(), share()))
            },
        ),
        quotable: true,
        read: |draft, text| value::gravity(text).map(|v| draft.transform.gravity = v),
        write: Some(|asked| Some(value::write_gravity(asked.transform.gravity))),
    },
    Param {
        name: "ax",
        aliases: &[],
        expected: "a whole number of pixels from -65535 to 65535, or a share such as 25p or -12.5%",
        default: "0",
        doc: "Shift of what `a` has chosen, in columns: away from its edge, or else to the right. Pixels are multiplied by `dpr`",
        examples: Examples::some(SHIFTS, NO_SHIFTS, any_shift),
        quotable: true,
        read: |draft, text| shape::shift(text).map(|v| draft.transform.shape.offset.0 = v),
        write: Some(|asked| asked.transform.shape.offset.0.and_then(shape::write_offset)),
    },
    Param {
        name: "ay",
        aliases: &[],
        expected: "a whole number of pixels from -65535 to 65535, or a share such as 25p or -12.5%",
        default: "0",
        doc: "Shift in rows: away from its edge, or else down",
        examples: Examples::some(SHIFTS, NO_SHIFTS, any_shift),
        quotable: true,
        read: |draft, text| shape::shift(text).map(|v| draft.transform.shape.offset.1 = v),
        write: Some(|asked| asked.transform.shape.offset.1.and_then(shape::write_offset)),
    },
    Param {
        name: "bg",
        aliases: &["background", "cbg"],
        expected: "a CSS colour name, transparent, RGB, RGBA, RRGGBB or RRGGBBAA in hexadecimal digits, or blur",
        default: "{}",
        doc: "Colour of the padding, and of what lies under transparency where the format has none; `blur` lays the picture on its own blurred cover, \
              which is seen beside the picture and through it",
        examples: GROUND,
        quotable: true,
        read: |draft, text| {
            let transform = &mut draft.transform;
            transform.backdrop = text.eq_ignore_ascii_case("blur");
            transform.background = match transform.backdrop {
                true => Colour::WHITE,
                false => value::colour(text)?,
            };
            Some(())
        },
        write: Some(|asked| {
            Some(match asked.transform.backdrop {
                true => "blur".to_owned(),
                false => value::write_colour(asked.transform.background),
            })
        }),
    },
    Param {
        name: "border",
        aliases: &[],
        expected: "a whole number of pixels from 1 to 1000, and after a comma a colour as that of bg, or else black",
        default: "none",
        doc: "Line around everything, `pad` too: its width, which `dpr` multiplies, and its colour; the answer grows by it",
        examples: Examples::some(
            &[
                &["1,000000ff", "1", "1,black", "1,000"],
                &["4,ff0000ff", "4,red"],
                &["1000,00000000", "1000,transparent"],
            ],
            &[
                "", "0", "1,", "1,whit", "-1", "1.5", "red", "red,1", "1001", "1,red,2",
            ],
            |roll| {
                format!(
                    "{},{:04x}{:04x}",
                    1 + roll(40),
                    roll(1 << 16),
                    roll(1 << 16)
                )
            },
        ),
        quotable: true,
        read: |draft, text| shape::border(text).map(|v| draft.transform.shape.border = Some(v)),
        write: Some(|asked| asked.transform.shape.border.map(shape::write_border)),
    },
    Param {
        name: "ca",
        aliases: &[],
        expected: "center, top, bottom, left, right, top-left, top-right, bottom-left, bottom-right \
                   or a point such as 0.5x0.33",
        default: "top-left",
        doc: "Where `cw` and `ch` are cut out, and what `cx` and `cy` count from: an edge, the middle, or a point that is to be in the middle of what is kept",
        examples: Examples::some(
            &[
                &["center"],
                &["top"],
                &["left"],
                &["right"],
                &["top-right"],
                &["bottom-right"],
                &["0.25x0", "0.25x0.0"],
                &["1x0.0001"],
            ],
            &[
                "",
                "middle",
                "attention",
                "1.1x0",
                "0.5",
                "-0.1x0",
                "640,480",
            ],
            |roll| {
                let mut share = || roll(10_001) as u16;
                value::write_gravity(Gravity::Focus(share(), share()))
            },
        ),
        quotable: true,
        read: |draft, text| {
            let is_fixed = |from: &Gravity| !matches!(from, Gravity::Smart(_) | Gravity::Pixel(..));
            let from = value::gravity(text).filter(is_fixed);
            from.map(|from| draft.transform.crop.from = from)
        },
        write: Some(|asked| {
            let from = asked.transform.crop.from;
            (from != Crop::NONE.from).then(|| value::write_gravity(from))
        }),
    },
    Param {
        name: "cbottom",
        aliases: &[],
        expected: "a whole number of pixels up to 65535, or a share of the side such as 25p or 12.5%",
        default: "0",
        doc: "Rows at the bottom that are cut off before `cy` and `ch` count",
        examples: Examples::some(STARTS, NO_STARTS, any_part),
        quotable: true,
        read: |draft, text| {
            value::length(text, 0).map(|v| draft.transform.crop.without.1 = v.unless(0))
        },
        write: Some(|asked| asked.transform.crop.without.1.map(value::write_length)),
    },
    Param {
        name: "ch",
        aliases: &[],
        expected: "a whole number of pixels from 1 up to 65535, or a share of the side such as 25p or 12.5%",
        default: "100p",
        doc: "Rows that are kept of the upright source before the resize; what reaches beyond the edge ends there",
        examples: Examples::some(PARTS, NO_PARTS, any_part),
        quotable: true,
        read: |draft, text| {
            value::length(text, 1).map(|v| draft.transform.crop.height = v.unless(10_000))
        },
        write: Some(|asked| asked.transform.crop.height.map(value::write_length)),
    },
    Param {
        name: "cright",
        aliases: &[],
        expected: "a whole number of pixels up to 65535, or a share of the side such as 25p or 12.5%",
        default: "0",
        doc: "Columns at the right that are cut off before `cx` and `cw` count",
        examples: Examples::some(STARTS, NO_STARTS, any_part),
        quotable: true,
        read: |draft, text| {
            value::length(text, 0).map(|v| draft.transform.crop.without.0 = v.unless(0))
        },
        write: Some(|asked| asked.transform.crop.without.0.map(value::write_length)),
    },
    Param {
        name: "cw",
        aliases: &[],
        expected: "a whole number of pixels from 1 up to 65535, or a share of the side such as 25p or 12.5%",
        default: "100p",
        doc: "Columns that are kept of it",
        examples: Examples::some(PARTS, NO_PARTS, any_part),
        quotable: true,
        read: |draft, text| {
            value::length(text, 1).map(|v| draft.transform.crop.width = v.unless(10_000))
        },
        write: Some(|asked| asked.transform.crop.width.map(value::write_length)),
    },
    Param {
        name: "cx",
        aliases: &[],
        expected: "a whole number of pixels up to 65535, or a share of the side such as 25p or 12.5%",
        default: "0",
        doc: "The first column that is kept",
        examples: Examples::some(STARTS, NO_STARTS, any_part),
        quotable: true,
        read: |draft, text| value::length(text, 0).map(|v| draft.transform.crop.x = v.unless(0)),
        write: Some(|asked| asked.transform.crop.x.map(value::write_length)),
    },
    Param {
        name: "cy",
        aliases: &[],
        expected: "a whole number of pixels up to 65535, or a share of the side such as 25p or 12.5%",
        default: "0",
        doc: "The first row that is kept",
        examples: Examples::some(STARTS, NO_STARTS, any_part),
        quotable: true,
        read: |draft, text| value::length(text, 0).map(|v| draft.transform.crop.y = v.unless(0)),
        write: Some(|asked| asked.transform.crop.y.map(value::write_length)),
    },
    Param {
        name: "flip",
        aliases: &[],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "0",
        doc: "Mirror: top and bottom change places, behind EXIF and `ro`",
        examples: SWITCH,
        quotable: true,
        read: |draft, text| value::switch(text).map(|v| draft.transform.turn.flip = v),
        write: Some(|asked| {
            let on = asked.transform.turn.flip;
            on.then(|| value::write_switch(on))
        }),
    },
    Param {
        name: "flop",
        aliases: &[],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "0",
        doc: "Mirror: left and right change places",
        examples: SWITCH,
        quotable: true,
        read: |draft, text| value::switch(text).map(|v| draft.transform.turn.flop = v),
        write: Some(|asked| {
            let on = asked.transform.turn.flop;
            on.then(|| value::write_switch(on))
        }),
    },
    Param {
        name: "oh",
        aliases: &[],
        expected: "a whole number of pixels from 1 up to 65535, or a share of the side such as 25p or 12.5%",
        default: "100p",
        doc: "Rows that are kept behind the resize, before a canvas is made: a second crop, in pixels of the answer",
        examples: Examples::some(PARTS, NO_PARTS, any_part),
        quotable: true,
        read: |draft, text| {
            value::length(text, 1).map(|v| draft.transform.shape.kept.height = v.unless(10000))
        },
        write: Some(|asked| asked.transform.shape.kept.height.map(value::write_length)),
    },
    Param {
        name: "or",
        aliases: &[],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "1",
        doc: "EXIF's orientation is applied; `or=0` leaves the pixels as they are stored",
        examples: SWITCH,
        quotable: true,
        read: |draft, text| value::switch(text).map(|v| draft.transform.turn.exif = v),
        write: Some(|asked| {
            let on = asked.transform.turn.exif;
            (!on).then(|| value::write_switch(on))
        }),
    },
    Param {
        name: "ow",
        aliases: &[],
        expected: "a whole number of pixels from 1 up to 65535, or a share of the side such as 25p or 12.5%",
        default: "100p",
        doc: "Columns that are kept of them",
        examples: Examples::some(PARTS, NO_PARTS, any_part),
        quotable: true,
        read: |draft, text| {
            value::length(text, 1).map(|v| draft.transform.shape.kept.width = v.unless(10000))
        },
        write: Some(|asked| asked.transform.shape.kept.width.map(value::write_length)),
    },
    Param {
        name: "ox",
        aliases: &[],
        expected: "a whole number of pixels up to 65535, or a share of the side such as 25p or 12.5%",
        default: "0",
        doc: "The first of these columns",
        examples: Examples::some(STARTS, NO_STARTS, any_part),
        quotable: true,
        read: |draft, text| {
            value::length(text, 0).map(|v| draft.transform.shape.kept.x = v.unless(0))
        },
        write: Some(|asked| asked.transform.shape.kept.x.map(value::write_length)),
    },
    Param {
        name: "oy",
        aliases: &[],
        expected: "a whole number of pixels up to 65535, or a share of the side such as 25p or 12.5%",
        default: "0",
        doc: "The first of these rows",
        examples: Examples::some(STARTS, NO_STARTS, any_part),
        quotable: true,
        read: |draft, text| {
            value::length(text, 0).map(|v| draft.transform.shape.kept.y = v.unless(0))
        },
        write: Some(|asked| asked.transform.shape.kept.y.map(value::write_length)),
    },
    Param {
        name: "pad",
        aliases: &["padding"],
        expected: "one to four whole numbers up to 1000 with commas between them: top, right, bottom, left, as in CSS",
        default: "0",
        doc: "Room of the colour `bg` around the canvas, in pixels that `dpr` multiplies; the answer grows by it",
        examples: Examples::some(
            &[
                &["0", "0,0", "0,0,0", "0,0,0,0"],
                &["10", "10,10", "10,10,10", "10,10,10,10"],
                &["10,20", "10,20,10", "10,20,10,20"],
                &["1,2,3", "1,2,3,2"],
                &["1,2,3,4"],
                &["0,0,0,1000"],
            ],
            &[
                "",
                ",",
                "1,",
                ",1",
                "-1",
                "1.5",
                "01",
                "1001",
                "1,2,3,4,5",
                "1 2",
                "auto",
            ],
            |roll| format!("{},{},{},{}", roll(50), roll(50), roll(50), 50 + roll(50)),
        ),
        quotable: true,
        read: |draft, text| shape::pad(text).map(|v| draft.transform.shape.pad = v),
        write: Some(|asked| {
            let pad = asked.transform.shape.pad;
            (pad != Pad::NONE).then(|| shape::write_pad(pad))
        }),
    },
    Param {
        name: "ro",
        aliases: &["rotate"],
        expected: "0, 90, 180 or 270",
        default: "0",
        doc: "Degrees to turn the picture clockwise, behind EXIF; `w` and `h` are those of the answer",
        examples: Examples::all(
            &[&["0"], &["90"], &["180"], &["270"]],
            &["", "45", "360", "-90", "090", "90deg"],
        ),
        quotable: true,
        read: |draft, text| value::quarters(text).map(|v| draft.transform.turn.quarters = v),
        write: Some(|asked| {
            let quarters = u32::from(asked.transform.turn.quarters);
            (quarters > 0).then(|| (90 * quarters).to_string())
        }),
    },
    Param {
        name: "trim",
        aliases: &[],
        expected: "a whole number from 1 to 254, or nothing for 10",
        default: "no trim",
        doc: "Cuts off a margin of one colour before anything else is done: pixels whose samples are no further than this from the \
              first pixel's. Sizes are those of what is left; animations are not trimmed",
        examples: Examples::some(
            &[&["1"], &["10", ""], &["253"], &["254"]],
            &["0", "255", "-1", "01", "10.5", "yes"],
            |roll| (1 + roll(254)).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::trim(text).map(|v| draft.transform.trim = Some(v)),
        write: Some(|asked| asked.transform.trim.map(|threshold| threshold.to_string())),
    },
];
