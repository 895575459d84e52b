//! Parameters of the file that is answered.

use crate::url::examples::Examples;
use crate::url::param::kinds::SWITCH;
use crate::url::param::row::Param;
use crate::url::value;
use letterbox_engine::transform::{Format, Metadata, Quality, Subsampling, Transform};

pub(super) const ROWS: &[Param] = &[
    Param {
        name: "alpha",
        aliases: &[],
        expected: "flatten or png",
        default: "flatten",
        doc: "Answer with alpha whose format has none: `flatten` lays it on `bg`, `png` makes a PNG of it",
        examples: Examples::all(&[&["flatten"], &["png"]], &["", "PNG", "1", "keep"]),
        quotable: true,
        read: |draft, text| {
            let keeps = match text {
                "flatten" => false,
                "png" => true,
                _ => return None,
            };
            draft.transform.keeps_alpha = keeps;
            Some(())
        },
        write: Some(|asked| asked.transform.keeps_alpha.then(|| "png".to_owned())),
    },
    Param {
        name: "bytes",
        aliases: &[],
        expected: "a whole number from 1 to 100000000",
        default: "none",
        doc: "Most bytes of the file. Where it has more at quality `q`, a still JPEG, lossy WebP or AVIF is encoded once or twice more, with the highest \
              quality that is expected to fit; 422 where nothing fits. All else is encoded once, and is 422 where that does not fit",
        examples: Examples::some(
            &[&["1"], &["20000"], &["100000000"]],
            &["", "0", "-1", "01", "100000001", "20k", "1e4", "1.5"],
            |roll| (1 + roll(1_000_000)).to_string(),
        ),
        quotable: true,
        read: |draft, text| value::most_bytes(text).map(|v| draft.transform.most_bytes = Some(v)),
        write: Some(|asked| asked.transform.most_bytes.map(|most| most.to_string())),
    },
    Param {
        name: "cs",
        aliases: &[],
        expected: "srgb or keep",
        default: "srgb",
        doc: "Colours of the answer: sRGB, or those of the source's ICC profile, which a JPEG, PNG or WebP then has; a profile of more than 64 KB, of CMYK or of \
              another format becomes sRGB all the same. Colours that the URL names are not converted",
        examples: Examples::all(
            &[&["srgb"], &["keep"]],
            &["", "p3", "sRGB", "display-p3", "none"],
        ),
        quotable: true,
        read: |draft, text| value::keep_colours(text).map(|v| draft.transform.keep_colours = v),
        write: Some(|asked| asked.transform.keep_colours.then(|| "keep".to_owned())),
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
        name: "enc",
        aliases: &["encoding"],
        expected: "file or dataurl",
        default: "file",
        doc: "What the answer is: the file, or a `data:` URL of it as plain text, for a page or a style sheet; wsrv.nl's `base64` is `dataurl`",
        examples: Examples::all(
            &[&["file"], &["dataurl", "base64"]],
            &["", "data", "DataURL", "base64url", "text"],
        ),
        quotable: true,
        read: |draft, text| value::data_url(text).map(|v| draft.transform.data_url = v),
        write: Some(|asked| asked.transform.data_url.then(|| "dataurl".to_owned())),
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
        name: "meta",
        aliases: &["metadata"],
        expected: "none, copyright or keep",
        default: "none",
        doc: "Metadata that a JPEG, PNG or WebP keeps: none; artist and copyright of EXIF and IPTC; or all of EXIF, XMP and IPTC up to 64 KB each, with the place where the photo \
              was taken. Other formats have none",
        examples: Examples::all(
            &[&["none"], &["copyright"], &["keep"]],
            &["", "all", "Keep", "exif", "1"],
        ),
        quotable: true,
        read: |draft, text| value::metadata(text).map(|v| draft.transform.metadata = v),
        write: Some(|asked| {
            let own = asked.transform.metadata;
            (own != Metadata::None).then(|| own.name().to_owned())
        }),
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
        name: "q",
        aliases: &["quality"],
        expected: "a whole number from 1 to 100, or such numbers of formats' own encoders: webp:79,avif:60",
        default: "{}, and 100 with f=png",
        doc: "Quality of a lossy format, on JPEG's scale: 80 is WebP's 79 and AVIF's 60. PNG is lossless, but with `f=png` less than \
              100 is a palette of `q` % of 256 colours. `jpg:85`, `webp:79`, `avif:60` and `png:50` count for answers in that format alone \
              and are what its encoder takes; several have commas between them, and one number without a format may be among them",
        examples: Examples::some(
            &[
                &["1"],
                &["2"],
                &["50"],
                &["99"],
                &["100"],
                &["80,webp:50", "webp:50,80"],
                &["80,avif:63,jpg:100,webp:1", "webp:1,jpeg:100,80,avif:63"],
            ],
            &[
                "",
                "0",
                "101",
                "256",
                "-1",
                "01",
                "79.5",
                "high",
                "webp",
                "webp:",
                "webp:0",
                "webp:101",
                "webp:1.5",
                "gif:50",
                "auto:50",
                "80,",
                "80,90",
                "jpg:50,jpeg:60",
                "webp:50;avif:40",
            ],
            |roll| {
                let mut transform = Transform::DEFAULT;
                for format in [Format::Avif, Format::Jpeg, Format::WebP] {
                    let own = 1 + roll(100) as u8;
                    let with = transform.own_qualities.with(format, own);
                    let with = with.filter(|_| roll(2) == 0);
                    transform.own_qualities = with.unwrap_or(transform.own_qualities);
                }
                transform.quality = Quality::new(1 + roll(100) as u8).unwrap_or(Quality::MOST);
                transform.settle_qualities();
                value::write_qualities(&transform)
            },
        ),
        quotable: true,
        read: |draft, text| {
            let (quality, own) = value::qualities(text)?;
            draft.transform.quality = quality.unwrap_or(draft.transform.quality);
            draft.transform.own_qualities = own;
            Some(())
        },
        write: Some(|asked| Some(value::write_qualities(&asked.transform))),
    },
    Param {
        name: "subsampling",
        aliases: &[],
        expected: "420 or 444",
        default: "420",
        doc: "Chrominance of a JPEG: a sample for four pixels (4:2:0), or for each (4:4:4), which keeps thin red and blue lines sharp and makes the file larger",
        examples: Examples::all(
            &[&["420"], &["444"]],
            &["", "422", "4:2:0", "4:4:4", "440", "0420"],
        ),
        quotable: true,
        read: |draft, text| value::subsampling(text).map(|v| draft.transform.subsampling = v),
        write: Some(|asked| {
            let own = asked.transform.subsampling;
            (own != Subsampling::S420).then(|| own.name().to_owned())
        }),
    },
];
