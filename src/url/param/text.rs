//! Parameters of a text that is set on the answer.

use crate::url::examples::Examples;
use crate::url::param::kinds::{COLOUR, POSITION};
use crate::url::param::row::Param;
use crate::url::text;
use crate::url::value;
use letterbox_engine::transform::Text;

const LENGTH: &str = "a whole number of pixels, or a share such as 50p";

/// Examples of a distance from an edge.
const MARGIN: Examples = Examples::some(
    &[
        &["5p", "5%", "5.00p"],
        &["0", "0p"],
        &["1"],
        &["40"],
        &["65535"],
        &["50p"],
        &["12.25p"],
    ],
    &["", "-1", "01", "1.5", "65536", "50.01p", "auto"],
    |roll| format!("{}", 1 + roll(200)),
);

/// Examples of a side of the box.
const SIDE: Examples = Examples::some(
    &[
        &["100p", "100%"],
        &["1"],
        &["600"],
        &["65535"],
        &["0.01p"],
        &["50p", "50%"],
    ],
    &["", "0", "0p", "-1", "01", "65536", "100.01p", "auto"],
    |roll| format!("{}", 1 + roll(900)),
);

pub(super) const ROWS: &[Param] = &[
    Param {
        name: "txt",
        aliases: &[],
        expected: "at most 1000 characters, one of them seen, of scripts that are set character by character from left to right: \
                   no controls but line feeds, no combining marks (send é as one character, NFC)",
        default: "none",
        doc: "Words that are set on the answer, above everything else, in the colour and place of the parameters below. A line feed (`%0A`) \
              ends a line; other lines end between words. A character that the font has not is an error. Nothing is no text",
        examples: Examples::some(
            &[
                &[""],
                &["Hello"],
                &["hello"],
                &["Été – Ωραία – Заголовок"],
                &[" a  b"],
            ],
            &[" ", "a\tb", "e\u{301}", "\u{5e9}", "\u{7f}", "\u{200d}"],
            |roll| format!("Title {}", roll(1000)),
        ),
        quotable: true,
        read: |draft, given| {
            text::words(given).map(|words| {
                draft.transform.text.shown = words.is_some();
                draft.words = words;
            })
        },
        write: Some(|asked| asked.words.clone()),
    },
    Param {
        name: "txtalign",
        aliases: &["txt-align"],
        expected: "left, center or right",
        default: "as `txtpos`",
        doc: "Side of the box that the lines of `txt` stand at",
        examples: Examples::all(
            &[&["left"], &["center"], &["right"]],
            &["", "Left", "centre", "middle", "justify"],
        ),
        quotable: true,
        read: |draft, given| text::align(given).map(|v| draft.transform.text.align = Some(v)),
        write: Some(|asked| asked.transform.text.align.map(text::write_align)),
    },
    Param {
        name: "txtcolor",
        aliases: &["txt-color", "txtcolour"],
        expected: "a CSS colour name, transparent, or RGB, RGBA, RRGGBB or RRGGBBAA in hexadecimal digits",
        default: "white",
        doc: "Colour of `txt`",
        examples: COLOUR,
        quotable: true,
        read: |draft, given| value::colour(given).map(|v| draft.transform.text.colour = v),
        write: Some(|asked| {
            let colour = asked.transform.text.colour;
            (colour != Text::NONE.colour).then(|| value::write_colour(colour))
        }),
    },
    Param {
        name: "txtfit",
        aliases: &["txt-fit"],
        expected: "shrink or ellipsis",
        default: "shrink",
        doc: "What becomes of a `txt` that is too long for its box: it gets smaller, down to half of `txtsize`, and what then is too long ends with \
              an ellipsis; or it keeps its size, and ends with an ellipsis",
        examples: Examples::all(
            &[&["shrink"], &["ellipsis"]],
            &["", "Shrink", "clip", "none", "1"],
        ),
        quotable: true,
        read: |draft, given| text::shrink(given).map(|v| draft.transform.text.shrink = v),
        write: Some(|asked| {
            let shrink = asked.transform.text.shrink;
            (!shrink).then(|| "ellipsis".to_owned())
        }),
    },
    Param {
        name: "txtfont",
        aliases: &["txt-font"],
        expected: "none, or the path of a font on the origin, which ends with .ttf, .otf or .ttc",
        default: "none",
        doc: "Font of `txt`, from the bucket, the assets or the site that a path as `s` is from: TrueType or OpenType, at most 8 MiB. None is the font of the package, \
              Noto Sans SemiBold for Latin, Greek and Cyrillic",
        examples: Examples::some(
            &[
                &["none"],
                &["/fonts/Brand.ttf", "/./fonts/Brand.ttf"],
                &["/Brand.OTF"],
                &["/all.ttc"],
            ],
            &[
                "",
                "Brand.ttf",
                "//evil.com/a.ttf",
                "https://a.example.com/a.ttf",
                "/a.woff2",
                "/a.ttf?x",
            ],
            |roll| format!("/fonts/{}.ttf", roll(1000)),
        ),
        quotable: true,
        read: |draft, given| text::font(given).map(|v| draft.font = v),
        write: Some(|asked| asked.font.as_ref().map(ToString::to_string)),
    },
    Param {
        name: "txth",
        aliases: &["txt-height"],
        expected: LENGTH,
        default: "100p",
        doc: "Most rows of the box of `txt`; a share is of the answer's height. It ends at the margins",
        examples: SIDE,
        quotable: true,
        read: |draft, given| value::length(given, 1).map(|v| draft.transform.text.height = v),
        write: Some(|asked| text::write_length(asked.transform.text.height, Text::NONE.height)),
    },
    Param {
        name: "txtlead",
        aliases: &["txt-lead"],
        expected: "a number from 0.5 to 3 with at most two decimals",
        default: "1.2",
        doc: "Distance from one line of `txt` to the next, as a multiple of its size",
        examples: Examples::some(
            &[&["1.2", "1.20"], &["0.5"], &["1", "1.0"], &["3", "3.00"]],
            &["", "0", "0.49", "3.01", "1.234", "-1", "01", "1."],
            |roll| format!("1.0{}", 1 + roll(9)),
        ),
        quotable: true,
        read: |draft, given| text::leading(given).map(|v| draft.transform.text.leading = v),
        write: Some(|asked| text::write_leading(asked.transform.text.leading)),
    },
    Param {
        name: "txtlines",
        aliases: &["txt-lines"],
        expected: "all, or a whole number from 1 to 100",
        default: "all",
        doc: "Most lines of `txt`",
        examples: Examples::all(
            &[&["all"], &["1"], &["3"], &["100"]],
            &["", "0", "101", "-1", "01", "none"],
        ),
        quotable: true,
        read: |draft, given| text::lines(given).map(|v| draft.transform.text.lines = v),
        write: Some(|asked| asked.transform.text.lines.map(|lines| lines.to_string())),
    },
    Param {
        name: "txtpos",
        aliases: &["txt-pos"],
        expected: "center, a side or a corner such as bottom-left",
        default: "center",
        doc: "Where on the answer the box of `txt` lies, and where in it the lines are",
        examples: POSITION,
        quotable: true,
        read: |draft, given| value::position(given).map(|v| draft.transform.text.position = v),
        write: Some(|asked| value::write_position(asked.transform.text.position)),
    },
    Param {
        name: "txtshadow",
        aliases: &["txt-shad"],
        expected: "none, mild, or columns and rows from -100 to 100 with a comma between them, and behind that the blur from 0 to 100 and a colour, \
                   such as 0,2,8,0009",
        default: "none",
        doc: "Shadow of `txt`, in the order of CSS's `text-shadow`: to the right, down, blur, colour. Without a value it is mild",
        examples: Examples::some(
            &[
                &["none"],
                &["0,2,8,00000099", "", "mild", "0,2,8", "0,2,8,0009"],
                &["1,1,0,00000099", "1,1", "1,1,0"],
                &["-100,100,100,ff0000ff", "-100,100,100,red"],
            ],
            &[
                "1",
                "1,",
                "-0,1",
                "101,0",
                "0,-101",
                "0,0,101",
                "0,0,-1",
                "0,0,0,rad",
                "0,0,0,red,1",
                "None",
            ],
            |roll| {
                format!(
                    "{},{},{},0000{:02x}80",
                    roll(9),
                    1 + roll(9),
                    roll(99),
                    roll(256)
                )
            },
        ),
        quotable: true,
        read: |draft, given| text::shadow(given).map(|v| draft.transform.text.shadow = v),
        write: Some(|asked| asked.transform.text.shadow.map(text::write_shadow)),
    },
    Param {
        name: "txtsize",
        aliases: &["txt-size"],
        expected: "a whole number of pixels from 1 to 2000, or a share such as 8p",
        default: "8p",
        doc: "Size of `txt`: the length of an em. `dpr` multiplies pixels, here and in all lengths of the text; a share is of the answer's shorter side",
        examples: Examples::some(
            &[
                &["8p", "8%", "8.00p"],
                &["1"],
                &["48"],
                &["2000"],
                &["0.01p"],
                &["100p"],
            ],
            &["", "0", "0p", "2001", "-1", "01", "1.5", "100.01p", "12pt"],
            |roll| format!("{}", 2 + roll(40)),
        ),
        quotable: true,
        read: |draft, given| text::size(given).map(|v| draft.transform.text.size = v),
        write: Some(|asked| text::write_length(asked.transform.text.size, Text::NONE.size)),
    },
    Param {
        name: "txtw",
        aliases: &["txt-width"],
        expected: LENGTH,
        default: "100p",
        doc: "Most columns of the box of `txt`, in which its lines are wrapped; a share is of the answer's width. It ends at the margins",
        examples: SIDE,
        quotable: true,
        read: |draft, given| value::length(given, 1).map(|v| draft.transform.text.width = v),
        write: Some(|asked| text::write_length(asked.transform.text.width, Text::NONE.width)),
    },
    Param {
        name: "txtx",
        aliases: &["txt-x"],
        expected: "a whole number of pixels, or a share from 0 to 50p",
        default: "5p",
        doc: "Margin between the box of `txt` and the left and right edges; a share is of the answer's shorter side",
        examples: MARGIN,
        quotable: true,
        read: |draft, given| text::margin(given).map(|v| draft.transform.text.margins.0 = v),
        write: Some(|asked| {
            text::write_length(asked.transform.text.margins.0, Text::NONE.margins.0)
        }),
    },
    Param {
        name: "txty",
        aliases: &["txt-y"],
        expected: "a whole number of pixels, or a share from 0 to 50p",
        default: "5p",
        doc: "Margin between the box of `txt` and the upper and lower edges; a share is of the answer's shorter side",
        examples: MARGIN,
        quotable: true,
        read: |draft, given| text::margin(given).map(|v| draft.transform.text.margins.1 = v),
        write: Some(|asked| {
            text::write_length(asked.transform.text.margins.1, Text::NONE.margins.1)
        }),
    },
];
