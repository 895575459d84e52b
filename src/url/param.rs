//! The vocabulary: one table that drives the parser, the error messages, the canonical form and the README.

use std::num::NonZeroU16;

use super::source::Source;
use super::widths::Widths;
use super::{Asked, value};
use letterbox_engine::transform::{Negotiated, Transform};

/// One parameter of the query string.
pub struct Param {
    /// The canonical name.
    pub name: &'static str,
    /// Other spellings of the name.
    pub aliases: &'static [&'static str],
    /// What a good value looks like; stands in the error message and in the README.
    pub expected: &'static str,
    /// The default as a person would write it.
    pub default: &'static str,
    /// What it does, one sentence.
    pub doc: &'static str,
    /// Whether an error may quote the value; a source URL is nobody else's business.
    pub(super) quotable: bool,
    pub(super) read: fn(&mut Draft, &str) -> Option<()>,
    pub(super) write: fn(&Asked) -> Option<String>,
}

/// What has been read so far.
pub(super) struct Draft {
    pub(super) source: Option<Source>,
    pub(super) transform: Transform,
    pub(super) negotiated: Negotiated,
    pub(super) version: Option<String>,
    pub(super) max_age_secs: Option<u32>,
    pub(super) expires_secs: Option<u64>,
    pub(super) widths: Option<Widths>,
    /// `n` and `page`, each as it was given.
    pub(super) count: Option<Option<NonZeroU16>>,
    pub(super) page: Option<u16>,
}

/// Every parameter, in alphabetical order of the canonical names: the order of the canonical form.
pub const PARAMS: &[Param] = &[
    Param {
        name: "a",
        aliases: &["g", "gravity", "position"],
        expected: "center, top, bottom, left, right, top-left, top-right, bottom-left, bottom-right \
                   or a focal point such as 0.5x0.33",
        default: "center",
        doc: "Where the image sits on its canvas (`contain`), or which part is kept (`cover`)",
        quotable: true,
        read: |draft, text| value::gravity(text).map(|v| draft.transform.gravity = v),
        write: |asked| Some(value::write_gravity(asked.transform.gravity)),
    },
    Param {
        name: "bg",
        aliases: &["background", "cbg"],
        expected: "a CSS colour name, transparent, or RGB, RGBA, RRGGBB or RRGGBBAA in hexadecimal digits",
        default: "white",
        doc: "Colour of the padding, and of what lies under transparency where the format has none",
        quotable: true,
        read: |draft, text| value::colour(text).map(|v| draft.transform.background = v),
        write: |asked| Some(value::write_colour(asked.transform.background)),
    },
    Param {
        name: "dpr",
        aliases: &[],
        expected: "a number from 1 to 8 with at most two decimals",
        default: "1",
        doc: "Device pixel ratio: multiplies `w` and `h`",
        quotable: true,
        read: |draft, text| value::dpr(text).map(|v| draft.transform.dpr = v),
        write: |asked| Some(value::write_dpr(asked.transform.dpr)),
    },
    Param {
        name: "exp",
        aliases: &[],
        expected: "a moment in seconds since 1970, as a whole number",
        default: "none: for ever",
        doc: "From when on the URL is refused; no copy is kept beyond it",
        quotable: true,
        read: |draft, text| value::whole(text).map(|v| draft.expires_secs = Some(v)),
        write: |_| None, // when one may ask is no part of what is asked for
    },
    Param {
        name: "f",
        aliases: &["output", "format", "fm"],
        expected: "keep, auto, jpg, png, webp, avif, gif, json, thumbhash or blurhash",
        default: "keep",
        doc: "Format of the answer; `keep` is the source's own (PNG for BMP, ICO and TIFF), `auto` the first of AVIF and WebP \
              that the client's Accept names, or else the source's own, `json` describes the source and the plan, `thumbhash` and \
              `blurhash` are the source's placeholder as text",
        quotable: true,
        read: |draft, text| {
            value::target(text, draft.negotiated).map(|v| draft.transform.target = v)
        },
        write: |asked| Some(value::write_target(asked.transform.target)),
    },
    Param {
        name: "fit",
        aliases: &[],
        expected: "contain (or pad), inside, cover (or crop), fill (or stretch, squeeze), outside or scale-down",
        default: "contain",
        doc: "`contain` pads the whole image to w x h, `inside` does not pad, `cover` crops, `fill` distorts, \
              `outside` covers without cropping, `scale-down` is `inside` with `we`",
        quotable: true,
        read: |draft, text| {
            let (fit, shrink_only) = value::fit(text)?;
            draft.transform.fit = fit;
            draft.transform.enlarge &= !shrink_only;
            Some(())
        },
        write: |asked| Some(value::write_fit(asked.transform.fit)),
    },
    Param {
        name: "h",
        aliases: &["height"],
        expected: "auto, or a whole number from 1 to MAX_OUTPUT_SIDE",
        default: "627",
        doc: "Height in pixels, or `auto` for the source's aspect ratio",
        quotable: true,
        read: |draft, text| value::side(text).map(|v| draft.transform.height = v),
        write: |asked| Some(value::write_side(asked.transform.height)),
    },
    Param {
        name: "il",
        aliases: &["interlace"],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "off",
        doc: "Progressive JPEG",
        quotable: true,
        read: |draft, text| value::switch(text).map(|v| draft.transform.interlace = v),
        write: |asked| Some(value::write_switch(asked.transform.interlace)),
    },
    Param {
        name: "ll",
        aliases: &["lossless"],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "off",
        doc: "Lossless WebP",
        quotable: true,
        read: |draft, text| value::switch(text).map(|v| draft.transform.lossless = v),
        write: |asked| Some(value::write_switch(asked.transform.lossless)),
    },
    Param {
        name: "maxage",
        aliases: &[],
        expected: "a time from 1 second to CACHE_TTL: whole seconds, or days, weeks or years such as 30d, 2w or 1y",
        default: "`CACHE_TTL`",
        doc: "How long the answer may be kept",
        quotable: true,
        read: |draft, text| value::duration_secs(text).map(|v| draft.max_age_secs = Some(v)),
        write: |asked| asked.max_age_secs.map(|secs| secs.to_string()),
    },
    Param {
        name: "n",
        aliases: &[],
        expected: "all or -1, or a whole number from 1 to 65535",
        default: "all; 1 with `page`",
        doc: "How many frames of an animation are kept, where the format of the answer can hold them (GIF, WebP, PNG of a PNG); 1 is a still",
        quotable: true,
        read: |draft, text| value::count(text).map(|v| draft.count = Some(v)),
        write: |asked| Some(value::write_count(asked.transform.frames.count)),
    },
    Param {
        name: "p",
        aliases: &["preset"],
        expected: "one of the names in PRESETS",
        default: "none",
        doc: "A named set of parameters from `PRESETS`; what the URL gives itself wins",
        quotable: true,
        read: |_, text| value::token(text).map(drop), // its parameters are read in its place
        write: |_| None,
    },
    Param {
        name: "page",
        aliases: &[],
        expected: "a whole number from 0 to 65535",
        default: "0",
        doc: "The frame of an animation to begin with, counted from 0; a still, unless `n` says otherwise",
        quotable: true,
        read: |draft, text| value::page(text).map(|v| draft.page = Some(v)),
        write: |asked| Some(asked.transform.frames.first.to_string()),
    },
    Param {
        name: "q",
        aliases: &["quality"],
        expected: "a whole number from 1 to 100",
        default: "80, and 100 with f=png",
        doc: "Quality of a lossy format, on JPEG's scale: 80 is WebP's 79 and AVIF's 60. PNG is lossless, but with `f=png` less than \
              100 is a palette of `q` % of 256 colours",
        quotable: true,
        read: |draft, text| value::quality(text).map(|v| draft.transform.quality = v),
        write: |asked| Some(asked.transform.quality.get().to_string()),
    },
    Param {
        name: "s",
        aliases: &["url", "src"],
        expected: "an absolute URL of at most 4096 bytes, or a path that starts with / on the configured origin",
        default: "none: without it the origin answers",
        doc: "The source image: an absolute URL, or a path on the configured origin",
        quotable: false,
        read: |draft, text| Source::parse(text).map(|v| draft.source = Some(v)),
        write: |asked| Some(asked.source.to_string()),
    },
    Param {
        name: "sig",
        aliases: &[],
        expected: "a signature: 43 characters of base64url without padding",
        default: "none",
        doc: "Who may ask: see [Signed URLs](#signed-urls)",
        quotable: false,
        read: |_, _| Some(()), // `signature::verify` decides
        write: |_| None,
    },
    Param {
        name: "v",
        aliases: &["cb"],
        expected: "1 to 64 letters, digits, dots, hyphens or underscores",
        default: "none",
        doc: "Cache buster: another value is another cache entry",
        quotable: true,
        read: |draft, text| value::token(text).map(|v| draft.version = Some(v)),
        write: |asked| asked.version.clone(),
    },
    Param {
        name: "w",
        aliases: &["width"],
        expected: "auto, or a whole number from 1 to MAX_OUTPUT_SIDE",
        default: "1200",
        doc: "Width in pixels, or `auto` for the source's aspect ratio",
        quotable: true,
        read: |draft, text| value::side(text).map(|v| draft.transform.width = v),
        write: |asked| Some(value::write_side(asked.transform.width)),
    },
    Param {
        name: "we",
        aliases: &[],
        expected: "nothing, 1 or true for on, 0 or false for off",
        default: "off",
        doc: "Without enlargement: a source smaller than w x h is not blown up",
        quotable: true,
        read: |draft, text| value::switch(text).map(|on| draft.transform.enlarge &= !on),
        write: |asked| Some(value::write_switch(!asked.transform.enlarge)),
    },
    Param {
        name: "widths",
        aliases: &[],
        expected: "1 to 32 ascending whole numbers with commas between them, such as 320,640,1280",
        default: "none",
        doc: "The widths that one signature is good for: `w` and `dpr` are free among them, `h` is the height of the widest \
              (`auto` without `h`) and scales along",
        quotable: true,
        read: |draft, text| Widths::parse(text).map(|v| draft.widths = Some(v)),
        write: |_| None, // `w` says which one
    },
];

/// The row of a canonical name, for those that the grammar itself speaks of.
pub(super) fn row(name: &str) -> usize {
    PARAMS
        .iter()
        .position(|p| p.name == name)
        .unwrap_or(usize::MAX)
}

/// The row of a name or alias.
pub(super) fn find(name: &str) -> Option<(usize, &'static Param)> {
    PARAMS
        .iter()
        .enumerate()
        .find(|(_, p)| p.name == name || p.aliases.contains(&name))
}

/// The README's parameter table, in Markdown.
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
            p.default,
            p.doc
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
