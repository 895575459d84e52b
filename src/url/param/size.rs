//! Parameters of the size.

use crate::url::examples::Examples;
use crate::url::param::kinds::{SIDE, SWITCH};
use crate::url::param::row::Param;
use crate::url::shape;
use crate::url::value;
use letterbox_engine::transform::Dpr;

pub(super) const ROWS: &[Param] = &[
    Param {
        name: "adaptive",
        aliases: &[],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "0",
        doc: "`w` and `h` change places where the picture is upright and they are those of a wide box, or the other way round",
        examples: SWITCH,
        quotable: true,
        read: |draft, text| value::switch(text).map(|on| draft.transform.shape.adaptive = on),
        write: Some(|asked| {
            let on = asked.transform.shape.adaptive;
            on.then(|| value::write_switch(on))
        }),
    },
    Param {
        name: "ar",
        aliases: &[],
        expected: "two whole numbers up to 65535 with a colon between, such as 16:9",
        default: "none",
        doc: "Aspect ratio of the box, where `w` or `h` is `auto`; where both are, the box is the largest of the ratio within \
              the source",
        examples: Examples::some(
            &[
                &["16:9", "32:18"],
                &["1:1", "7:7"],
                &["1:65535"],
                &["65535:1"],
            ],
            &[
                "", "16", "16:", ":9", "0:1", "1:0", "16x9", "1.5:1", "1:65536", "-1:1", "16:9:1",
            ],
            |roll| format!("{}:{}", 1 + roll(9_999), 10_007),
        ),
        quotable: true,
        read: |draft, text| shape::ratio(text).map(|v| draft.transform.shape.ratio = Some(v)),
        write: Some(|asked| asked.transform.shape.ratio.map(shape::write_ratio)),
    },
    Param {
        name: "dpr",
        aliases: &[],
        expected: "a number from 0.1 to 8; behind the sixth decimal it is rounded",
        default: "{}",
        doc: "Device pixel ratio: multiplies `w` and `h`, and pixels of `ax`, `ay`, `mw`, `mh`, `pad`, `border` and `radius`",
        examples: Examples::some(
            &[
                &["1", "1.0", "1.00"],
                &["0.1", "0.10"],
                &["0.75"],
                &["1.01"],
                &["1.5", "1.50"],
                &["1.333333", "1.3333333", "1.333333333333"],
                &["2", "1.9999999999"],
                &["8", "8.00"],
            ],
            &[
                "",
                "0",
                "0.09",
                "8.01",
                "9",
                "1.",
                ".5",
                "1,5",
                "-1",
                "01",
                "x",
                "1.0000000000000",
            ],
            |roll| shape::write_millionths(100_000 + roll(7_900_001)),
        ),
        quotable: true,
        read: |draft, text| {
            Dpr::from_millionths(shape::millionths(text)?).map(|v| draft.transform.dpr = v)
        },
        write: Some(|asked| Some(shape::write_millionths(asked.transform.dpr.millionths()))),
    },
    Param {
        name: "ext",
        aliases: &["extend"],
        expected: "size or ratio",
        default: "none",
        doc: "Canvas behind any `fit`: `size` is w x h at least, as `contain` has it; `ratio` has the shape of w x h, and one side grows",
        examples: Examples::all(&[&["size"], &["ratio"]], &["", "Size", "1", "both"]),
        quotable: true,
        read: |draft, text| shape::extend(text).map(|v| draft.transform.shape.extend = Some(v)),
        write: Some(|asked| asked.transform.shape.extend.map(shape::write_extend)),
    },
    Param {
        name: "fit",
        aliases: &[],
        expected: "contain (or pad), inside, cover (or crop), fill (or stretch, squeeze), outside, aspect-crop, scale-up, scale-down or auto",
        default: "{}",
        doc: "`contain` pads the whole image to w x h, `inside` does not pad, `cover` crops, `fill` distorts, \
              `outside` covers without cropping, `aspect-crop` is `cover` that never enlarges and keeps the shape of w x h, `scale-up` \
              is `inside` that never shrinks, `scale-down` is `inside` with `we`, `auto` is `cover` where the picture and the box are both \
              upright or both wide, and `inside` elsewhere",
        examples: Examples::all(
            &[
                &["contain", "pad"],
                &["inside"],
                &["cover", "crop"],
                &["fill", "stretch", "squeeze"],
                &["outside"],
                &["aspect-crop"],
                &["scale-up"],
                &["auto"],
                // `scale-down` means two values at once; a test of `url` covers it.
            ],
            &["", "Contain", "max", "scale_down"],
        ),
        quotable: true,
        read: |draft, text| {
            let (fit, shrink_only) = value::fit(text)?;
            draft.transform.fit = fit;
            draft.transform.enlarge &= !shrink_only;
            Some(())
        },
        write: Some(|asked| Some(value::write_fit(asked.transform.fit))),
    },
    Param {
        name: "h",
        aliases: &["height"],
        expected: "auto, a whole number from 1 to MAX_OUTPUT_SIDE, or a share such as 50p",
        default: "{}",
        doc: "Height in pixels or as a share of the source's, such as `50p` or `50%`; `auto` for the source's aspect ratio",
        examples: SIDE,
        quotable: true,
        read: |draft, text| shape::side(text).map(|v| draft.transform.height = v),
        write: Some(|asked| Some(shape::write_side(asked.transform.height))),
    },
    Param {
        name: "mh",
        aliases: &["min-h"],
        expected: "a whole number of pixels from 1 to 65535",
        default: "none",
        doc: "Rows that the picture has at least",
        examples: Examples::some(
            &[&["1"], &["100"], &["65535"]],
            &["", "0", "65536", "auto", "-1", "01", "1.5", "50p"],
            |roll| (1 + roll(1500)).to_string(),
        ),
        quotable: true,
        read: |draft, text| shape::pixels(text).map(|v| draft.transform.shape.least.1 = Some(v)),
        write: Some(|asked| asked.transform.shape.least.1.map(|v| v.to_string())),
    },
    Param {
        name: "mw",
        aliases: &["min-w"],
        expected: "a whole number of pixels from 1 to 65535",
        default: "none",
        doc: "Columns that the picture has at least, whatever `w`, `fit` and `we` say: the picture grows for them, and what then sticks out of the \
              box is cropped",
        examples: Examples::some(
            &[&["1"], &["100"], &["65535"]],
            &["", "0", "65536", "auto", "-1", "01", "1.5", "50p"],
            |roll| (1 + roll(1500)).to_string(),
        ),
        quotable: true,
        read: |draft, text| shape::pixels(text).map(|v| draft.transform.shape.least.0 = Some(v)),
        write: Some(|asked| asked.transform.shape.least.0.map(|v| v.to_string())),
    },
    Param {
        name: "w",
        aliases: &["width"],
        expected: "auto, a whole number from 1 to MAX_OUTPUT_SIDE, or a share such as 50p",
        default: "{}",
        doc: "Width in pixels or as a share of the source's, such as `50p` or `50%`; `auto` for the source's aspect ratio",
        examples: SIDE,
        quotable: true,
        read: |draft, text| shape::side(text).map(|v| draft.transform.width = v),
        write: Some(|asked| Some(shape::write_side(asked.transform.width))),
    },
    Param {
        name: "we",
        aliases: &[],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "{}",
        doc: "Without enlargement: a source smaller than w x h is not blown up",
        examples: SWITCH,
        quotable: true,
        read: |draft, text| value::switch(text).map(|on| draft.transform.enlarge &= !on),
        write: Some(|asked| Some(value::write_switch(!asked.transform.enlarge))),
    },
];
