//! Parameters of pictures that are laid over the answer: seven for each of them. The names of the
//! second and the third end with a letter, or, as an alias, with their number. A canonical name has
//! letters only, see `signature`.

use crate::url::examples::Examples;
use crate::url::overlay;
use crate::url::param::kinds::{NO_SHIFTS, POSITION, SHIFTS, SWITCH, any_shift};
use crate::url::param::row::Param;
use crate::url::shape;
use crate::url::value;
use letterbox_engine::transform::{MOST_OVERLAYS, Offset};

pub(super) const ROWS: &[Param] = &ALL;

/// Parameters of one overlay.
const EACH: usize = 7;

const ALL: [Param; EACH * MOST_OVERLAYS] = {
    let groups = [
        rows::<0>(
            [
                "wm",
                "wmopacity",
                "wmpos",
                "wmscale",
                "wmtile",
                "wmx",
                "wmy",
            ],
            [&[]; EACH],
            [
                "Picture that is laid over the answer, above everything else; of an animation, its first frame. Its host has to be allowed as that of `s` has",
                "Percent of its own opacity",
                "Where on the answer it lies",
                "Largest width and height, as a share of the answer's: it fits into that box. Of two shares the first is of the width; with `none` for one \
                 the other side decides. Without, it has its own pixels, whatever `dpr` is",
                "Repeats it all over the answer",
                "Shift away from the edge that `wmpos` names, or else to the right; between tiles, the columns that are free. Pixels are multiplied by `dpr`",
                "Shift in rows; between tiles, the rows that are free",
            ],
        ),
        rows::<1>(
            [
                "wmb",
                "wmopacityb",
                "wmposb",
                "wmscaleb",
                "wmtileb",
                "wmxb",
                "wmyb",
            ],
            [
                &["wm2"],
                &["wmopacity2"],
                &["wmpos2"],
                &["wmscale2"],
                &["wmtile2"],
                &["wmx2"],
                &["wmy2"],
            ],
            SECOND,
        ),
        rows::<2>(
            [
                "wmc",
                "wmopacityc",
                "wmposc",
                "wmscalec",
                "wmtilec",
                "wmxc",
                "wmyc",
            ],
            [
                &["wm3"],
                &["wmopacity3"],
                &["wmpos3"],
                &["wmscale3"],
                &["wmtile3"],
                &["wmx3"],
                &["wmy3"],
            ],
            THIRD,
        ),
    ];
    let mut all = [groups[0][0]; EACH * MOST_OVERLAYS];
    let mut at = 0;
    while at < all.len() {
        all[at] = groups[at % MOST_OVERLAYS][at / MOST_OVERLAYS];
        at += 1;
    }
    all
};

const SECOND: [&str; EACH] = [
    "As `wm`: a second picture, above the first",
    "As `wmopacity`, of the second",
    "As `wmpos`, of the second",
    "As `wmscale`, of the second",
    "As `wmtile`, of the second",
    "As `wmx`, of the second",
    "As `wmy`, of the second",
];

const THIRD: [&str; EACH] = [
    "As `wm`: a third picture, above the second",
    "As `wmopacity`, of the third",
    "As `wmpos`, of the third",
    "As `wmscale`, of the third",
    "As `wmtile`, of the third",
    "As `wmx`, of the third",
    "As `wmy`, of the third",
];

const SOURCES: Examples = Examples::some(
    &[
        &["none"],
        &["/logo.png", "/./logo.png#x"],
        &[
            "https://a.example.com/logo.png?v=2",
            "HTTPS://A.example.com:443/b/../logo.png?v=2",
        ],
    ],
    &[
        "",
        "//evil.com/a",
        "a b",
        "a/b",
        "/\\evil.com/a",
        "https://",
    ],
    |roll| format!("/logo-{}.png", roll(1000)),
);

const SHIFT: &str =
    "a whole number of pixels from -65535 to 65535, or a share of the answer such as 25p or -12.5%";

/// Returns the parameters of one overlay, in the order of their names.
const fn rows<const AT: usize>(
    names: [&'static str; EACH],
    aliases: [&'static [&'static str]; EACH],
    docs: [&'static str; EACH],
) -> [Param; EACH] {
    let [wm, opacity, position, scale, tile, x, y] = names;
    let [
        of_wm,
        of_opacity,
        of_position,
        of_scale,
        of_tile,
        of_x,
        of_y,
    ] = docs;
    [
        Param {
            name: wm,
            aliases: aliases[0],
            expected: "an absolute URL, a path on the origin, the name of a picture in OVERLAYS, or none",
            default: "none",
            doc: of_wm,
            examples: SOURCES,
            quotable: false,
            read: |draft, text| {
                let wanted = overlay::wanted(text)?;
                draft.transform.overlays[AT].shown = wanted.is_some();
                draft.overlays[AT] = wanted;
                Some(())
            },
            write: Some(|asked| Some(asked.overlays[AT].as_ref()?.to_string())),
        },
        Param {
            name: opacity,
            aliases: aliases[1],
            expected: "a whole number from 1 to 100",
            default: "100",
            doc: of_opacity,
            examples: Examples::some(
                &[&["100"], &["1"], &["50"]],
                &["", "0", "101", "-1", "0.5", "050", "50p"],
                |roll| (1 + roll(100)).to_string(),
            ),
            quotable: true,
            read: |draft, text| {
                overlay::opacity(text).map(|v| draft.transform.overlays[AT].opacity = v)
            },
            write: Some(|asked| {
                let percent = asked.transform.overlays[AT].opacity.get();
                (percent < 100).then(|| percent.to_string())
            }),
        },
        Param {
            name: position,
            aliases: aliases[2],
            expected: "center, top, bottom, left, right, top-left, top-right, bottom-left or bottom-right",
            default: "center",
            doc: of_position,
            examples: POSITION,
            quotable: true,
            read: |draft, text| {
                value::position(text).map(|v| draft.transform.overlays[AT].position = v)
            },
            write: Some(|asked| value::write_position(asked.transform.overlays[AT].position)),
        },
        Param {
            name: scale,
            aliases: aliases[3],
            expected: "a share of the answer such as 25p or 12.5%, two of them with a comma between, of which one may be none, or none",
            default: "none",
            doc: of_scale,
            examples: Examples::some(
                &[
                    &["none", "none,none"],
                    &["25p", "25%", "25.00p", "25p,25%"],
                    &["25p,50p"],
                    &["none,12.5p"],
                    &["0.01p"],
                    &["100p", "100%"],
                    &["33.33p"],
                ],
                &[
                    "", "0p", "25", "0.25", "101p", "-1p", "0.001p", "p", "25p,", ",", "25p,0p",
                    "1p,1p,1p",
                ],
                |roll| format!("{}.5p", 1 + roll(99)),
            ),
            quotable: true,
            read: |draft, text| {
                overlay::scale(text).map(|v| draft.transform.overlays[AT].scale = v)
            },
            write: Some(|asked| overlay::write_scale(asked.transform.overlays[AT].scale)),
        },
        Param {
            name: tile,
            aliases: aliases[4],
            expected: "nothing, 1 or true for on, 0 or false for off",
            default: "0",
            doc: of_tile,
            examples: SWITCH,
            quotable: true,
            read: |draft, text| value::switch(text).map(|v| draft.transform.overlays[AT].tiled = v),
            write: Some(|asked| {
                let tiled = asked.transform.overlays[AT].tiled;
                tiled.then(|| value::write_switch(true))
            }),
        },
        Param {
            name: x,
            aliases: aliases[5],
            expected: SHIFT,
            default: "0",
            doc: of_x,
            examples: Examples::some(SHIFTS, NO_SHIFTS, any_shift),
            quotable: true,
            read: |draft, text| {
                let shift = shape::shift(text)?.unwrap_or(Offset::Px(0));
                draft.transform.overlays[AT].offset.0 = shift;
                Some(())
            },
            write: Some(|asked| shape::write_offset(asked.transform.overlays[AT].offset.0)),
        },
        Param {
            name: y,
            aliases: aliases[6],
            expected: SHIFT,
            default: "0",
            doc: of_y,
            examples: Examples::some(SHIFTS, NO_SHIFTS, any_shift),
            quotable: true,
            read: |draft, text| {
                let shift = shape::shift(text)?.unwrap_or(Offset::Px(0));
                draft.transform.overlays[AT].offset.1 = shift;
                Some(())
            },
            write: Some(|asked| shape::write_offset(asked.transform.overlays[AT].offset.1)),
        },
    ]
}
