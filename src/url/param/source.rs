//! Parameters of the source and the address.

use crate::url::disposition;
use crate::url::examples::Examples;
use crate::url::fallback::Wanted;
use crate::url::param::row::Param;
use crate::url::source::Source;
use crate::url::value;
use crate::url::widths::Widths;

pub(super) const ROWS: &[Param] = &[
    Param {
        name: "default",
        aliases: &["onerror"],
        expected: "an absolute URL, a path on the configured origin, the name of a picture in FALLBACKS, redirect, or none",
        default: "`FALLBACK_IMAGE`",
        doc: "What is answered in place of an error: another picture, transformed in the same way, or a redirect to the source; see [Errors](errors.md#never-a-broken-page). No cache entry of its own",
        examples: Examples::some(
            &[
                &["none"],
                &["redirect"],
                &["/none.png"],
                &["https://images.example.com/none.png"],
            ],
            &[
                "",
                "a b",
                "a/b.png",
                "https://",
                "//evil.example/a",
                "mailto:a@evil.example",
                "é",
                "/a.jpg\n",
            ],
            |roll| format!("/{}.jpg", roll(u32::MAX)),
        ),
        quotable: false,
        read: |draft, text| Wanted::parse(text).map(|v| draft.fallback = Some(v)),
        write: None, // a picture that is there is the same
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
        name: "maxage",
        aliases: &[],
        expected: "a time from 1 second to CACHE_TTL: whole seconds, or days, weeks, months of 30 days or years such as 10d, 2w, 6M or 1y",
        default: "`CACHE_TTL`",
        doc: "How long the answer may be kept",
        examples: Examples::some(
            &[
                &["1"],
                &["2"],
                &["86400", "1d"],
                &["1209600", "2w", "14d"],
                &["15552000", "6M", "180d"],
                &["31536000", "365d", "1y"],
            ],
            &[
                "",
                "0",
                "0d",
                "d",
                "1h",
                "1D",
                "1m",
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
        name: "s",
        aliases: &["url", "src"],
        expected: "an absolute URL of at most 4096 bytes, a path that starts with / on the configured origin, or one behind a name in SOURCES such as shop:/photo.jpg",
        default: "none: without it the origin answers",
        doc: "The source image: an absolute URL, a path on the configured origin, or a path on one that `SOURCES` names",
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
