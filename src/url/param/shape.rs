//! Parameters of rounded corners and masks.

use crate::url::examples::Examples;
use crate::url::param::kinds::{COLOUR, SWITCH};
use crate::url::param::row::Param;
use crate::url::shape;
use crate::url::value;
use letterbox_engine::transform::Corners;

pub(super) const ROWS: &[Param] = &[
    Param {
        name: "mask",
        aliases: &[],
        expected: "circle, ellipse, triangle, triangle-180, square, pentagon, pentagon-180, hexagon, star or heart",
        default: "none",
        doc: "Shape that is cut out of the canvas, padding and border included, as large as it gets there. Outside is nothing, \
              or `bg` where the format has no alpha; a square stands on its corner",
        examples: Examples::all(
            &[
                &["circle"],
                &["ellipse"],
                &["triangle"],
                &["triangle-180"],
                &["square"],
                &["pentagon"],
                &["pentagon-180"],
                &["hexagon"],
                &["star"],
                &["heart"],
            ],
            &["", "Circle", "round", "octagon", "circle-180"],
        ),
        quotable: true,
        read: |draft, text| shape::mask(text).map(|v| draft.transform.shape.clip.mask = Some(v)),
        write: Some(|asked| {
            let mask = asked.transform.shape.clip.mask;
            mask.map(|mask| mask.name().to_owned())
        }),
    },
    Param {
        name: "mbg",
        aliases: &["mask-bg"],
        expected: "a CSS colour name, transparent, or RGB, RGBA, RRGGBB or RRGGBBAA in hexadecimal digits",
        default: "none",
        doc: "Colour outside of `mask` and `radius`",
        examples: COLOUR,
        quotable: true,
        read: |draft, text| {
            value::colour(text).map(|v| draft.transform.shape.clip.outside = Some(v))
        },
        write: Some(|asked| {
            let outside = asked.transform.shape.clip.outside;
            outside.map(value::write_colour)
        }),
    },
    Param {
        name: "mtrim",
        aliases: &["mask-trim"],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "0",
        doc: "The canvas ends where its `mask` ends; padding and border go around that",
        examples: SWITCH,
        quotable: true,
        read: |draft, text| value::switch(text).map(|v| draft.transform.shape.clip.trim = v),
        write: Some(|asked| {
            let trim = asked.transform.shape.clip.trim;
            trim.then(|| value::write_switch(true))
        }),
    },
    Param {
        name: "radius",
        aliases: &[],
        expected: "one to four radii with commas between them: top left, top right, bottom right, bottom left, as in CSS; \
                   each in pixels, as a share of the shorter side such as 10p, or max for 50p",
        default: "0",
        doc: "Rounded corners of the canvas, padding and border included; `dpr` multiplies pixels. Outside is nothing, or `bg` where the format has \
              no alpha",
        examples: Examples::some(
            &[
                &["0", "0p", "0,0", "0,0p,0,0"],
                &["20", "20,20", "20,20,20", "20,20,20,20"],
                &["max", "50p", "50%", "max,50p"],
                &["1,max", "1,max,1,50p"],
                &["1,2,3", "1,2,3,2"],
                &["1,2p,3,4.25p"],
                &["100p"],
                &["0,0,0,65535"],
            ],
            &[
                "",
                ",",
                "1,",
                "-1",
                "1.5",
                "01",
                "65536",
                "101p",
                "1,2,3,4,5",
                "auto",
                "Max",
            ],
            |roll| {
                format!(
                    "{},{}p,{},{}",
                    roll(90),
                    1 + roll(49),
                    roll(90),
                    90 + roll(50)
                )
            },
        ),
        quotable: true,
        read: |draft, text| shape::corners(text).map(|v| draft.transform.shape.clip.corners = v),
        write: Some(|asked| {
            let corners = asked.transform.shape.clip.corners;
            (corners != Corners::SHARP).then(|| shape::write_corners(corners))
        }),
    },
];
