//! Parameters of colour and detail.

use crate::url::effect;
use crate::url::examples::Examples;
use crate::url::param::kinds::OPAQUE;
use crate::url::param::row::Param;
use crate::url::value;
use letterbox_engine::transform::{Blur, Gamma, Modulation, Sharpening, Sigma, Transform, Unsharp};

pub(super) const ROWS: &[Param] = &[
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
];
