//! Vocabulary of the query string: one table that drives the parser, the error messages, the
//! canonical form, the tests, the fuzzer, the signers and the docs. `npm run docs` writes the
//! generated parts.

use std::num::NonZeroU16;

use crate::url::asked::Asked;
use crate::url::disposition;
use crate::url::effect;
use crate::url::examples::{Examples, Roll};
use crate::url::shape;
use crate::url::source::Source;
use crate::url::value;
use crate::url::widths::Widths;
use letterbox_engine::transform::{
    Blur, Corners, Dpr, Format, Gamma, Gravity, Modulation, Negotiated, Pad, Sharpening, Side,
    Sigma, Transform, Unsharp,
};

/// A parameter of the query string.
pub struct Param {
    /// Canonical name.
    pub name: &'static str,
    /// Other spellings of the name.
    pub aliases: &'static [&'static str],
    /// Description of valid values, for the error message and the docs.
    /// `{formats}` stands for the formats that are written.
    expected: &'static str,
    /// Default as a person would write it; `{}` stands for that of [`Transform::DEFAULT`].
    pub default: &'static str,
    /// Effect of the parameter, one sentence.
    pub doc: &'static str,
    /// Example values.
    pub examples: Examples,
    /// Whether an error may quote the value; a source URL must not be disclosed to others.
    pub(super) quotable: bool,
    pub(super) read: fn(&mut Draft, &str) -> Option<()>,
    /// Writes the canonical value, if it is not the deployment's own; `None` for a parameter that
    /// does not belong to the request's meaning.
    pub(super) write: Option<fn(&Asked) -> Option<String>>,
}

impl Param {
    /// Returns the words for a good value.
    pub fn expected(&self) -> String {
        let formats: Vec<_> = Format::written().map(Format::name).collect();
        self.expected.replace("{formats}", &formats.join(", "))
    }

    /// Whether the parameter belongs to the request's meaning, and so to the canonical form.
    pub fn is_asked(&self) -> bool {
        self.write.is_some()
    }

    /// Returns the canonical text of the default, if [`Transform::DEFAULT`] has one.
    pub fn default_text(&self) -> Option<String> {
        let unasked = Asked {
            source: Source::OnOrigin(String::new()),
            transform: Transform::DEFAULT,
            version: None,
            max_age_secs: None,
            expires_secs: None,
            disposition: None,
        };
        let write = self.write.filter(|_| self.default.contains("{}"))?;
        write(&unasked)
    }
}

/// Values that have been read so far.
pub(super) struct Draft {
    pub(super) source: Option<Source>,
    pub(super) transform: Transform,
    pub(super) negotiated: Negotiated,
    pub(super) version: Option<String>,
    pub(super) max_age_secs: Option<u32>,
    pub(super) expires_secs: Option<u64>,
    pub(super) file_name: Option<String>,
    pub(super) widths: Option<Widths>,
    /// Values of `n` and `page`, each as it was given.
    pub(super) count: Option<Option<NonZeroU16>>,
    pub(super) page: Option<u16>,
}

/// All parameters, in alphabetical order of the canonical names: the order of the canonical form.
pub const PARAMS: &[Param] = &[
    Param {
        name: "a",
        aliases: &["g", "gravity", "position"],
        expected: "center, top, bottom, left, right, top-left, top-right, bottom-left, bottom-right, \
                   attention, entropy or a focal point such as 0.5x0.33",
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
        expected: "a CSS colour name, transparent, or RGB, RGBA, RRGGBB or RRGGBBAA in hexadecimal digits",
        default: "{}",
        doc: "Colour of the padding, and of what lies under transparency where the format has none",
        examples: COLOUR,
        quotable: true,
        read: |draft, text| value::colour(text).map(|v| draft.transform.background = v),
        write: Some(|asked| Some(value::write_colour(asked.transform.background))),
    },
    Param {
        name: "blur",
        aliases: &[],
        expected: "a number from 0.3 to 250 with up to two decimals, or nothing or mild for the mean of 3 x 3 pixels",
        default: "none",
        doc: "Gaussian blur: its sigma in pixels of the answer",
        examples: Examples::some(
            &[
                &["mild", ""],
                &["0.3", "0.30"],
                &["1", "1.0"],
                &["2.55"],
                &["20"],
                &["20.01"],
                &["250"],
            ],
            &["0", "0.29", "250.01", "-1", "1.555", "01", "strong"],
            |roll| {
                value::write_blur(
                    Sigma::from_hundredths(30 + roll(24_971) as u16)
                        .map_or(Blur::Mild, Blur::Gaussian),
                )
            },
        ),
        quotable: true,
        read: |draft, text| value::blur(text).map(|v| draft.transform.blur = Some(v)),
        write: Some(|asked| asked.transform.blur.map(value::write_blur)),
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
        name: "bri",
        aliases: &["brightness"],
        expected: "a whole number from -100 to 100",
        default: "0",
        doc: "Brightness: so many percent of the whole range are added to each colour",
        examples: Examples::some(
            &[&["0"], &["1"], &["-1"], &["100"], &["-100"]],
            &["", "101", "-101", "+5", "1.5", "-0", "05", "50%"],
            |roll| (i64::from(roll(201)) - 100).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::percent(text).map(|v| draft.transform.brightness = v),
        write: Some(|asked| {
            let percent = asked.transform.brightness;
            (percent != 0).then(|| percent.to_string())
        }),
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
        name: "con",
        aliases: &["contrast"],
        expected: "a whole number from -100 to 100",
        default: "0",
        doc: "Contrast: the steepness of a sigmoid around the middle, or of its inverse",
        examples: Examples::some(
            &[&["0"], &["1"], &["-1"], &["100"], &["-100"]],
            &["", "101", "-101", "+5", "1.5", "-0", "05", "50%"],
            |roll| (i64::from(roll(201)) - 100).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::percent(text).map(|v| draft.transform.contrast = v),
        write: Some(|asked| {
            let percent = asked.transform.contrast;
            (percent != 0).then(|| percent.to_string())
        }),
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
        name: "delay",
        aliases: &[],
        expected: "a whole number from 10 to 65535",
        default: "the source's",
        doc: "Milliseconds that each frame of an animation is shown",
        examples: Examples::some(
            &[&["10"], &["100"], &["65535"]],
            &["", "0", "9", "65536", "-1", "010", "0.1", "100,200"],
            |roll| (10 + roll(1000)).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::delay(text).map(|v| draft.transform.delay_ms = Some(v)),
        write: Some(|asked| asked.transform.delay_ms.map(|delay| delay.to_string())),
    },
    Param {
        name: "dl",
        aliases: &["filename"],
        expected: "a file name of at most 128 characters, or nothing for the source's own",
        default: "none",
        doc: "Browsers save the answer under this name (`Content-Disposition`), with the ending of its format; no cache entry of its own",
        examples: Examples::some(
            &[&[""], &["photo"], &["photo.png"], &["a\"b/../c"], &["ä"]],
            &[
                "0123456789012345678901234567890123456789012345678901234567890123456789\
               0123456789012345678901234567890123456789012345678901234567890123456789",
            ],
            |roll| format!("photo-{}", roll(1000)),
        ),
        quotable: true,
        read: |draft, text| disposition::file_name(text).map(|v| draft.file_name = Some(v)),
        write: None,
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
        name: "exp",
        aliases: &[],
        expected: "a moment in seconds since 1970, as a whole number",
        default: "none: for ever",
        doc: "From when on the URL is refused; no copy is kept beyond it",
        examples: Examples::some(
            &[&["0"], &["4102444800"], &["999999999999999999"]],
            &[
                "",
                "-1",
                "+1",
                "1e9",
                "01",
                "1.5",
                " 1",
                "now",
                "1000000000000000000",
            ],
            |roll| roll(u32::MAX).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::whole(text).map(|v| draft.expires_secs = Some(v)),
        write: None, // when one may ask is no part of what is asked for
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
        name: "f",
        aliases: &["output", "format", "fm"],
        expected: "keep, auto, jpg, png, webp, avif, gif, json, thumbhash or blurhash",
        default: "{}",
        doc: "Format of the answer; `keep` is the source's own (PNG for BMP, ICO and TIFF), `auto` the first of AVIF and WebP \
              that the client's Accept names, or else the source's own, `json` describes the source and the plan, `thumbhash` and \
              `blurhash` are the source's placeholder as text",
        examples: Examples::all(
            &[
                &["keep"],
                &["auto"],
                &["jpg", "jpeg"],
                &["png"],
                &["webp"],
                &["avif"],
                &["gif"],
                &["json"],
                &["thumbhash"],
                &["blurhash"],
            ],
            &["", "JPG", "bmp", "ico", "tiff", "svg", "image/png"],
        ),
        quotable: true,
        read: |draft, text| {
            value::target(text, draft.negotiated).map(|v| draft.transform.target = v)
        },
        write: Some(|asked| Some(value::write_target(asked.transform.target))),
    },
    Param {
        name: "filt",
        aliases: &["filter"],
        expected: "duotone, greyscale, negate or sepia",
        default: "none",
        doc: "Filter of the colours; a duotone is of `start` and `stop`",
        examples: Examples::all(
            &[&["duotone"], &["greyscale"], &["negate"], &["sepia"]],
            &["", "grey", "Sepia", "greyscale,sepia"],
        ),
        quotable: true,
        read: |draft, text| value::filter(text).map(|v| draft.transform.filter = Some(v)),
        write: Some(|asked| {
            asked
                .transform
                .filter
                .map(|filter| filter.name().to_owned())
        }),
    },
    Param {
        name: "fit",
        aliases: &[],
        expected: "contain (or pad), inside, cover (or crop), fill (or stretch, squeeze), outside, aspect-crop, scale-up or scale-down",
        default: "{}",
        doc: "`contain` pads the whole image to w x h, `inside` does not pad, `cover` crops, `fill` distorts, \
              `outside` covers without cropping, `aspect-crop` is `cover` that never enlarges and keeps the shape of w x h, `scale-up` \
              is `inside` that never shrinks, `scale-down` is `inside` with `we`",
        examples: Examples::all(
            &[
                &["contain", "pad"],
                &["inside"],
                &["cover", "crop"],
                &["fill", "stretch", "squeeze"],
                &["outside"],
                &["aspect-crop"],
                &["scale-up"],
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
        name: "gam",
        aliases: &["gamma"],
        expected: "a number from 1 to 3 with up to two decimals, or nothing for 2.2",
        default: "none",
        doc: "Gamma: each colour to the power of one through it, which makes the picture lighter",
        examples: Examples::some(
            &[
                &["1", "1.0", "1.00"],
                &["2.2", "", "2.20"],
                &["2.99"],
                &["3"],
            ],
            &["0", "0.99", "3.01", "-1", "2.222", "01", "bright"],
            |roll| {
                value::write_gamma(
                    Gamma::from_hundredths(100 + roll(201) as u16).unwrap_or(Gamma::SCREEN),
                )
            },
        ),
        quotable: true,
        read: |draft, text| value::gamma(text).map(|v| draft.transform.gamma = Some(v)),
        write: Some(|asked| asked.transform.gamma.map(value::write_gamma)),
    },
    Param {
        name: "h",
        aliases: &["height"],
        expected: "auto, a whole number from 1 to MAX_OUTPUT_SIDE, or a share such as 50p",
        default: "{}",
        doc: "Height in pixels or as a share of the source's, such as `50p` or `50%`; `auto` for the source's aspect ratio",
        examples: Examples::some(
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
        ),
        quotable: true,
        read: |draft, text| shape::side(text).map(|v| draft.transform.height = v),
        write: Some(|asked| Some(shape::write_side(asked.transform.height))),
    },
    Param {
        name: "hue",
        aliases: &[],
        expected: "a whole number of degrees from -360 to 360",
        default: "0",
        doc: "Hue: degrees that each colour is turned, in the LCh of Lab",
        examples: Examples::some(
            &[
                &["0"],
                &["1"],
                &["-1"],
                &["180"],
                &["359"],
                &["360"],
                &["-360"],
            ],
            &["", "361", "-361", "+5", "1.5", "-0", "05", "90deg"],
            |roll| (i64::from(roll(721)) - 360).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::degrees(text).map(|v| draft.transform.hue = v),
        write: Some(|asked| {
            let degrees = asked.transform.hue;
            (degrees != 0).then(|| degrees.to_string())
        }),
    },
    Param {
        name: "il",
        aliases: &["interlace"],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "{}",
        doc: "Progressive JPEG",
        examples: SWITCH,
        quotable: true,
        read: |draft, text| value::switch(text).map(|v| draft.transform.interlace = v),
        write: Some(|asked| Some(value::write_switch(asked.transform.interlace))),
    },
    Param {
        name: "ll",
        aliases: &["lossless"],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "{}",
        doc: "Lossless WebP",
        examples: SWITCH,
        quotable: true,
        read: |draft, text| value::switch(text).map(|v| draft.transform.lossless = v),
        write: Some(|asked| Some(value::write_switch(asked.transform.lossless))),
    },
    Param {
        name: "loop",
        aliases: &[],
        expected: "a whole number from 1 to 65535, or 0 for ever",
        default: "the source's",
        doc: "How often an animation plays",
        examples: Examples::some(
            &[&["0"], &["1"], &["2"], &["65535"]],
            &["", "-1", "65536", "01", "1.5", "forever"],
            |roll| roll(100).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::plays(text).map(|v| draft.transform.plays = Some(v)),
        write: Some(|asked| asked.transform.plays.map(|plays| plays.to_string())),
    },
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
        name: "maxage",
        aliases: &[],
        expected: "a time from 1 second to CACHE_TTL: whole seconds, or days, weeks or years such as 30d, 2w or 1y",
        default: "`CACHE_TTL`",
        doc: "How long the answer may be kept",
        examples: Examples::some(
            &[
                &["1"],
                &["2"],
                &["86400", "1d"],
                &["1209600", "2w", "14d"],
                &["31536000", "365d", "1y"],
            ],
            &[
                "",
                "0",
                "0d",
                "d",
                "1h",
                "1D",
                "1.5d",
                "-1d",
                "01d",
                "1dd",
                "1 d",
                "4294967296",
                "999y",
            ],
            |roll| (1 + roll(31_536_000)).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::duration_secs(text).map(|v| draft.max_age_secs = Some(v)),
        write: Some(|asked| asked.max_age_secs.map(|secs| secs.to_string())),
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
        name: "median",
        aliases: &[],
        expected: "1, 3, 5, 7 or 9, or nothing for 3",
        default: "1",
        doc: "Median of a square of so many pixels a side of the answer, each channel by itself, which takes away specks",
        examples: Examples::all(
            &[&["1"], &["3", ""], &["5"], &["7"], &["9"]],
            &["0", "2", "4", "11", "-3", "03", "3.0", "3x3"],
        ),
        quotable: true,
        read: |draft, text| effect::median(text).map(|v| draft.transform.median = v),
        write: Some(|asked| {
            let median = asked.transform.median;
            median.map(|median| median.get().to_string())
        }),
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
        name: "mod",
        aliases: &["modulate"],
        expected: "factors of brightness and saturation from 0 to 10 with up to two decimals and whole degrees of hue from -360 to 360, \
                   with commas between them, such as 1.2,0.8,90; what is left out at the end is 1 and 0",
        default: "1,1,0",
        doc: "Factors of the lightness and of the chroma of each colour, and degrees that its hue is turned, in the LCh of Lab; \
              joined with `sat` and `hue`",
        examples: Examples::some(
            &[
                &["1,1,0", "1", "1,1", "1.0,1.00,0"],
                &["1.2,0.8,90", "1.20,0.80,90"],
                &["1.5,1,0", "1.5", "1.5,1"],
                &["0,0,0", "0,0"],
                &["10,10,-359"],
                &["1,1,-1"],
                &["0.01,1,0", "0.01"],
            ],
            &[
                "", ",", "1,", "1,1,", "1,1,0,0", "10.01", "1,10.01", "1,1,361", "-1", "1.555",
                "1;1", "1,1,0.5", "1, 1",
            ],
            |roll| {
                effect::write_modulation(Modulation {
                    lightness: roll(1001) as u16,
                    saturation: roll(1001) as u16,
                    hue: roll(720) as i16 - 359,
                })
            },
        ),
        quotable: true,
        read: |draft, text| effect::modulation(text).map(|v| draft.transform.modulation = v),
        write: Some(|asked| {
            let modulation = asked.transform.modulation;
            (modulation != Modulation::NONE).then(|| effect::write_modulation(modulation))
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
        name: "n",
        aliases: &[],
        expected: "all or -1, or a whole number from 1 to 65535",
        default: "{}; 1 with `page`",
        doc: "How many frames of an animation are kept, where the format of the answer can hold them (GIF, WebP, PNG of a PNG); 1 is a still",
        examples: Examples::some(
            &[&["all", "-1"], &["1"], &["2"], &["65535"]],
            &["", "0", "-2", "65536", "1.5", "01", "every"],
            |roll| (1 + roll(65_535)).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::count(text).map(|v| draft.count = Some(v)),
        write: Some(|asked| Some(value::write_count(asked.transform.frames.count))),
    },
    Param {
        name: "normalise",
        aliases: &["normalize"],
        expected: "two percentiles from 0 to 100 such as 1,99, the lower one first, or nothing for 1,99",
        default: "none",
        doc: "Stretches the contrast: these percentiles of lightness become black and white",
        examples: Examples::some(
            &[&["1,99", ""], &["0,100"], &["0,1"], &["99,100"], &["5,95"]],
            &[
                "1", "99,1", "50,50", "1,101", "-1,99", "1,99,100", "1.5,99", "01,99", "1, 99", ",",
            ],
            |roll| {
                let lower = roll(100);
                format!("{lower},{}", lower + 1 + roll(100 - lower))
            },
        ),
        quotable: true,
        read: |draft, text| effect::percentiles(text).map(|v| draft.transform.normalise = Some(v)),
        write: Some(|asked| asked.transform.normalise.map(effect::write_percentiles)),
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
        name: "p",
        aliases: &["preset"],
        expected: "one of the names in PRESETS",
        default: "none",
        doc: "A named set of parameters from `PRESETS`; what the URL gives itself wins",
        examples: Examples::all(
            &[&["card"], &["thumb"], &["day.2_a-b"]],
            &["", "a b", "a/b", "é"],
        ),
        quotable: true,
        read: |_, text| value::token(text).map(drop), // its parameters are read in its place
        write: None,
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
        name: "page",
        aliases: &[],
        expected: "a whole number from 0 to 65535",
        default: "{}",
        doc: "The frame of an animation to begin with, counted from 0; a still, unless `n` says otherwise",
        examples: Examples::some(
            &[&["0"], &["1"], &["2"], &["65535"]],
            &["", "-1", "1.5", "65536", "00", "last"],
            |roll| roll(65_536).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::page(text).map(|v| draft.page = Some(v)),
        write: Some(|asked| Some(asked.transform.frames.first.to_string())),
    },
    Param {
        name: "pixelate",
        aliases: &["pix"],
        expected: "a whole number of pixels from 1 to 1000",
        default: "1",
        doc: "Squares of so many pixels a side of the answer become their mean",
        examples: Examples::some(
            &[&["1"], &["2"], &["7"], &["16"], &["1000"]],
            &["", "0", "1001", "-1", "01", "2.5", "8px"],
            |roll| (1 + roll(1000)).to_string(),
        ),
        quotable: true,
        read: |draft, text| effect::block(text).map(|v| draft.transform.pixelate = v),
        write: Some(|asked| {
            let side = asked.transform.pixelate.get();
            (side != 1).then(|| side.to_string())
        }),
    },
    Param {
        name: "q",
        aliases: &["quality"],
        expected: "a whole number from 1 to 100",
        default: "{}, and 100 with f=png",
        doc: "Quality of a lossy format, on JPEG's scale: 80 is WebP's 79 and AVIF's 60. PNG is lossless, but with `f=png` less than \
              100 is a palette of `q` % of 256 colours",
        examples: Examples::some(
            &[&["1"], &["2"], &["50"], &["99"], &["100"]],
            &["", "0", "101", "256", "-1", "01", "79.5", "high"],
            |roll| (1 + roll(100)).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::quality(text).map(|v| draft.transform.quality = v),
        write: Some(|asked| Some(asked.transform.quality.get().to_string())),
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
        name: "s",
        aliases: &["url", "src"],
        expected: "an absolute URL of at most 4096 bytes, or a path that starts with / on the configured origin",
        default: "none: without it the origin answers",
        doc: "The source image: an absolute URL, or a path on the configured origin",
        examples: Examples::some(
            &[
                &[
                    "https://images.example.com/photo.jpg",
                    "https://IMAGES.Example.com/photo.jpg",
                    "HTTPS://images.example.com:443/x/../photo.jpg",
                    "https://images.example.com/photo.jpg#top",
                ],
                &["https://images.example.com/Photo.jpg"],
                &[
                    "https://images.example.com/photo.jpg?",
                    "https://images.example.com/photo.jpg?#",
                ],
                &["https://images.example.com/photo.jpg?x=1&y=2"],
                &["https://images.example.com/photo.jpg?y=2&x=1"],
                &["https://other.example.com/photo.jpg"],
                &[
                    "https://images.example.com/a%20b.jpg",
                    "https://images.example.com/a b.jpg",
                ],
                &["https://images.example.com/a+b.jpg"],
                &["https://images.example.com/a%2Bb.jpg"],
                &[
                    "https://images.example.com/bl%C3%A5.jpg",
                    "https://images.example.com/blå.jpg",
                ],
                &[
                    "https://xn--bl-zia.example.com/",
                    "https://blå.example.com",
                    "https://BLÅ.example.com/",
                ],
                &[
                    "/a.jpg",
                    "/./a.jpg",
                    "/x/../a.jpg",
                    "/%2e/a.jpg",
                    "/a.jpg#x",
                ],
                &["/a.jpg?w=1"],
                &["/a.jpg&w=1"],
            ],
            &[
                "",
                "a.jpg",
                "ftp",
                "https://",
                "mailto:a@evil.example",
                "//evil.example/a",
                "/\\evil.example/a",
                "/.//evil.example/a",
                "\\\\evil.example",
                " /a.jpg",
                "/a.jpg\n",
                "https://a.example/\0",
            ],
            |roll| format!("/{}.jpg", roll(u32::MAX)),
        ),
        quotable: false,
        read: |draft, text| Source::parse(text).map(|v| draft.source = Some(v)),
        write: Some(|asked| Some(asked.source.to_string())),
    },
    Param {
        name: "sat",
        aliases: &["saturation"],
        expected: "a number from 0 to 10 with up to two decimals",
        default: "1",
        doc: "Saturation: the factor of the chroma of each colour, in the LCh of Lab; 0 is grey",
        examples: Examples::some(
            &[
                &["0", "0.00"],
                &["0.01"],
                &["1", "1.0"],
                &["1.5", "1.50"],
                &["10"],
            ],
            &["", "10.01", "-1", "1.555", "01", "150%"],
            |roll| value::write_hundredths(roll(1001) as u16),
        ),
        quotable: true,
        read: |draft, text| value::hundredths(text, 1000).map(|v| draft.transform.saturation = v),
        write: Some(|asked| {
            let factor = asked.transform.saturation;
            (factor != 100).then(|| value::write_hundredths(factor))
        }),
    },
    Param {
        name: "sharp",
        aliases: &["sharpen"],
        expected: "a number from 0.3 to 10 with up to two decimals, or three of them with commas between them, the last two from 0 on; \
                   auto, or nothing or mild for a kernel of 3 x 3 pixels",
        default: "none",
        doc: "Sharpening of lightness: the sigma in pixels of the answer, and the factors of small differences and of large ones, which are 1 and 2. \
              `auto` is `0.5,0.5,1` where two pixels of the source or more become one each way, and `0.5` where four do",
        examples: Examples::some(
            &[
                &["mild", ""],
                &["auto"],
                &["0.3", "0.30", "0.3,1,2"],
                &["1", "1.0", "1,1.0,2.00"],
                &["1,0,3", "1.0,0,3.0"],
                &["2.55"],
                &["9.99"],
                &["10,10,0"],
                &["10"],
            ],
            &[
                "0",
                "0.29",
                "10.01",
                "-1",
                "1.555",
                "01",
                "strong",
                "1,",
                "1,1",
                "1,1,",
                "1,1,1,1",
                "1,10.01,1",
                "1,1,-1",
                "0.2,1,1",
                ",1,2",
                "Auto",
            ],
            |roll| {
                let sigma = Sigma::from_hundredths(30 + roll(971) as u16);
                effect::write_sharpening(sigma.map_or(Sharpening::Auto, |sigma| {
                    Sharpening::Unsharp(Unsharp {
                        sigma,
                        flat: roll(1001) as u16,
                        jagged: roll(1001) as u16,
                    })
                }))
            },
        ),
        quotable: true,
        read: |draft, text| effect::sharpen(text).map(|v| draft.transform.sharpen = Some(v)),
        write: Some(|asked| asked.transform.sharpen.map(effect::write_sharpening)),
    },
    Param {
        name: "sig",
        aliases: &[],
        expected: "a signature: 43 characters of base64url without padding",
        default: "none",
        doc: "Who may ask: the URL is signed, see docs/signing.md",
        examples: Examples::all(
            &[&["sXb-BDr4s3pqCacLFcc6ajZrT9GOYsw8jM6BBBR-p6E"], &["x"]],
            &[],
        ),
        quotable: false,
        read: |_, _| Some(()), // `signature::verify` decides
        write: None,
    },
    Param {
        name: "start",
        aliases: &[],
        expected: "a CSS colour name, or RGB or RRGGBB in hexadecimal digits",
        default: "c83658",
        doc: "The colour of black with `filt=duotone`",
        examples: OPAQUE,
        quotable: true,
        read: |draft, text| value::opaque(text).map(|v| draft.transform.duotone.0 = v),
        write: Some(|asked| {
            let start = asked.transform.duotone.0;
            (start != Transform::DEFAULT.duotone.0).then(|| value::write_opaque(start))
        }),
    },
    Param {
        name: "stop",
        aliases: &[],
        expected: "a CSS colour name, or RGB or RRGGBB in hexadecimal digits",
        default: "d8e74f",
        doc: "The colour of white with `filt=duotone`",
        examples: OPAQUE,
        quotable: true,
        read: |draft, text| value::opaque(text).map(|v| draft.transform.duotone.1 = v),
        write: Some(|asked| {
            let stop = asked.transform.duotone.1;
            (stop != Transform::DEFAULT.duotone.1).then(|| value::write_opaque(stop))
        }),
    },
    Param {
        name: "threshold",
        aliases: &[],
        expected: "a whole number from 1 to 255, or nothing for 128",
        default: "none",
        doc: "Black and white: pixels whose grey is at least this become white, and all others black",
        examples: Examples::some(
            &[&["1"], &["2"], &["128", ""], &["255"]],
            &["0", "256", "-1", "01", "127.5", "50%"],
            |roll| (1 + roll(255)).to_string(),
        ),
        quotable: true,
        read: |draft, text| effect::threshold(text).map(|v| draft.transform.threshold = Some(v)),
        write: Some(|asked| asked.transform.threshold.map(|grey| grey.to_string())),
    },
    Param {
        name: "tint",
        aliases: &[],
        expected: "a CSS colour name, or RGB or RRGGBB in hexadecimal digits",
        default: "none",
        doc: "Tint: greys get this colour, black and white stay",
        examples: OPAQUE,
        quotable: true,
        read: |draft, text| value::opaque(text).map(|v| draft.transform.tint = Some(v)),
        write: Some(|asked| asked.transform.tint.map(value::write_opaque)),
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
    Param {
        name: "v",
        aliases: &["cb"],
        expected: "1 to 64 letters, digits, dots, hyphens or underscores",
        default: "none",
        doc: "Cache buster: another value is another cache entry",
        examples: Examples::some(
            &[
                &["1"],
                &["2024-11.a_b"],
                &["-"],
                &["0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._"],
            ],
            &[
                "",
                "a b",
                "a/b",
                "é",
                "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-",
            ],
            |roll| {
                let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
                let length = 1 + roll(64).min(roll(64)); // short ones often
                (0..length)
                    .map(|_| char::from(letters[roll(letters.len() as u32) as usize]))
                    .collect()
            },
        ),
        quotable: true,
        read: |draft, text| value::token(text).map(|v| draft.version = Some(v)),
        write: Some(|asked| asked.version.clone()),
    },
    Param {
        name: "w",
        aliases: &["width"],
        expected: "auto, a whole number from 1 to MAX_OUTPUT_SIDE, or a share such as 50p",
        default: "{}",
        doc: "Width in pixels or as a share of the source's, such as `50p` or `50%`; `auto` for the source's aspect ratio",
        examples: Examples::some(
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
        ),
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
    Param {
        name: "widths",
        aliases: &[],
        expected: "1 to 32 ascending whole numbers with commas between them, such as 320,640,1280",
        default: "none",
        doc: "The widths that one signature is good for: `w` and `dpr` are free among them, `h` is the height of the widest \
              (`auto` without `h`) and scales along",
        examples: Examples::some(
            &[
                &["320,640,1280"],
                &["1"],
                &["65535"],
                &[
                    "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32",
                ],
            ],
            &[
                "",
                ",",
                "1,",
                ",1",
                "0",
                "2,1",
                "1,1",
                "1, 2",
                "1.5",
                "65536",
                "auto",
                "1;2",
                "+1",
                "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33",
            ],
            |roll| {
                let narrow = 1 + roll(1000);
                format!("{narrow},{}", narrow + 1 + roll(3000))
            },
        ),
        quotable: true,
        read: |draft, text| Widths::parse(text).map(|v| draft.widths = Some(v)),
        write: None, // `w` says which one
    },
];

/// Returns the row of a canonical name, for the names that the grammar itself uses.
pub(super) fn row(name: &str) -> usize {
    PARAMS
        .iter()
        .position(|p| p.name == name)
        .unwrap_or(usize::MAX)
}

/// Returns the row of a name or alias.
pub(super) fn find(name: &str) -> Option<(usize, &'static Param)> {
    PARAMS
        .iter()
        .enumerate()
        .find(|(_, p)| p.name == name || p.aliases.contains(&name))
}

/// Returns a random side of a size that most deployments allow.
fn any_side(roll: &mut Roll<'_>) -> String {
    let pixels = NonZeroU16::new(1 + roll(1500) as u16);
    shape::write_side(pixels.map_or(Side::Auto, Side::Px))
}

/// Examples of a switch.
const SWITCH: Examples = Examples::all(
    &[&["0", "false"], &["1", "", "true"]],
    &["2", "on", "True", "-1", "00"],
);

/// Examples of a colour that may have alpha.
const COLOUR: Examples = Examples::some(
    &[
        &["white", "White", "fff", "ffff", "FFFFFF", "ffffffff"],
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
    ],
    |roll| format!("{:04x}{:04x}", roll(1 << 16), roll(1 << 16)),
);

/// Examples of a colour without alpha.
const OPAQUE: Examples = Examples::some(
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
const STARTS: &[&[&str]] = &[
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
const PARTS: &[&[&str]] = &[
    &["1"],
    &["120"],
    &["65535"],
    &["25p", "25%", "25.00p"],
    &["0.01p"],
    &["100p", "100%"],
    &["33.33p"],
];

const NO_STARTS: &[&str] = &[
    "", "-1", "01", "1.5", "65536", "101p", "0.001p", "p", "%", "25px",
];

const NO_PARTS: &[&str] = &[
    "0", "0p", "", "-1", "01", "1.5", "65536", "101p", "0.001p", "p", "%", "25px",
];

/// Examples of a shift.
const SHIFTS: &[&[&str]] = &[
    &["0", "0p", "0%"],
    &["1"],
    &["-1"],
    &["65535"],
    &["-65535"],
    &["25p", "25%", "25.00p"],
    &["-12.5p", "-12.5%"],
    &["-100p"],
];

const NO_SHIFTS: &[&str] = &[
    "", "+1", "-0", "--1", "01", "1.5", "65536", "101p", "-101p", "p", "25px",
];

/// Returns a random number of pixels.
fn any_part(roll: &mut Roll<'_>) -> String {
    (1 + roll(65_535)).to_string()
}

/// Returns a random shift by pixels.
fn any_shift(roll: &mut Roll<'_>) -> String {
    (i64::from(roll(400)) - 200).to_string()
}

/// Returns the table of docs/parameters.md, in Markdown.
#[cfg(not(target_arch = "wasm32"))]
pub fn table() -> String {
    let mut text = String::from(
        "| parameter | aliases | value | default | what it does |\n|---|---|---|---|---|\n",
    );
    for p in PARAMS {
        let aliases: Vec<_> = p.aliases.iter().map(|a| format!("`{a}`")).collect();
        text += &format!(
            "| `{}` | {} | {} | {} | {} |\n",
            p.name,
            aliases.join(" "),
            p.expected,
            p.default.replace("{}", &p.default_word()),
            p.doc
        );
    }
    text
}

#[cfg(not(target_arch = "wasm32"))]
impl Param {
    /// Returns the spelling of the default that stands first among the examples, or else the
    /// canonical one.
    fn default_word(&self) -> String {
        let text = self.default_text().unwrap_or_default();
        let mut examples = self.examples.good.iter();
        let spellings = examples.find(|spellings| spellings.contains(&text.as_str()));
        spellings.map_or(text, |spellings| spellings[0].to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::url::error::Error;
    use crate::url::given::Given;
    use crate::url::settle::settle;
    use proptest::prelude::*;

    /// Returns the canonical form of a value: `None` if the value is invalid, or `Some(None)` if it
    /// is the deployment's own.
    fn canonical(param: &Param, text: &str) -> Option<Option<String>> {
        let config = Config::default();
        let mut draft =
            settle(&Given::default(), None, &config.url_defaults()).expect("nothing is asked");
        (param.read)(&mut draft, text)?;
        draft.transform.frames = crate::url::settle::frames(&draft);
        let asked = Asked {
            source: draft.source.unwrap_or(Source::OnOrigin(String::new())),
            transform: draft.transform,
            version: draft.version,
            max_age_secs: draft.max_age_secs,
            expires_secs: draft.expires_secs,
            disposition: None,
        };
        Some(param.write.and_then(|write| write(&asked)))
    }

    #[test]
    fn rows_are_in_canonical_order_and_no_name_stands_twice() {
        assert!(PARAMS.windows(2).all(|pair| pair[0].name < pair[1].name));
        let mut names: Vec<_> = PARAMS
            .iter()
            .flat_map(|p| p.aliases.iter().chain([&p.name]))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn the_spellings_of_an_example_are_one_value_and_each_example_is_another() {
        for param in PARAMS {
            let name = param.name;
            let mut values = Vec::new();
            for spellings in param.examples.good {
                let mut read = spellings.iter().map(|text| {
                    canonical(param, text).unwrap_or_else(|| panic!("{name}={text} is refused"))
                });
                let value = read.next().expect("a spelling");
                assert!(read.all(|other| other == value), "{name}: {spellings:?}");
                if let (Some(text), true) = (&value, param.is_asked()) {
                    assert!(spellings.contains(&text.as_str()), "{name}: {text}");
                    assert!(!values.contains(&value), "{name}: {text} twice");
                }
                values.push(value);
            }
            assert!(values.len() > 1, "{name} has one value");
        }
    }

    #[test]
    fn a_bad_example_is_refused_by_the_parameters_name() {
        for param in PARAMS.iter().filter(|p| p.name != "sig") {
            assert!(!param.examples.bad.is_empty(), "{}", param.name);
            for text in param.examples.bad {
                assert_eq!(canonical(param, text), None, "{}={text}", param.name);
                let mut query = ::url::form_urlencoded::Serializer::new(String::new());
                if param.name != "s" {
                    query.append_pair("s", "/x");
                }
                let query = query.append_pair(param.name, text).finish();
                let error = crate::url::parse(&query, &Config::default().url_defaults());
                let Err(Error::Bad { param: named, .. }) = error else {
                    panic!("{query}: {error:?}");
                };
                assert_eq!(named, param.name);
            }
        }
    }

    #[test]
    fn a_default_is_a_value_and_spelled_out_it_changes_nothing() {
        for param in PARAMS {
            let Some(text) = param.default_text() else {
                assert!(!param.default.contains("{}"), "{}", param.name);
                continue;
            };
            for text in [&text, &param.default_word()] {
                assert_eq!(canonical(param, text), Some(param.default_text()));
            }
        }
    }

    proptest! {
        #[test]
        fn a_value_made_by_chance_is_good_and_in_its_canonical_spelling(
            chances in proptest::collection::vec(any::<u32>(), 64),
        ) {
            let mut chances = chances.into_iter().cycle();
            let mut roll = |sides| chances.next().map_or(0, |chance| chance % sides);
            for param in PARAMS {
                for spellings in param.examples.values(4, &mut roll) {
                    let read = canonical(param, &spellings[0]);
                    prop_assert!(read.is_some(), "{}={}", param.name, spellings[0]);
                    if let Some(text) = read.flatten() {
                        prop_assert!(spellings.contains(&text), "{}: {spellings:?}", param.name);
                    }
                }
            }
        }
    }
}
