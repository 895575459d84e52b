//! All settings: the name of each, its sentence in the docs, and how its text is read and written.

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::cache::freshness::{Cookies, Freshness};
use crate::config::model::Config;
use crate::dialect::{self, Mounts, OriginQuery};
use crate::origin::credentials::S3Keys;
use crate::origin::rules::AllowList;
use crate::url::fallback;
use crate::url::origins::Origins;
use crate::url::pictures::Pictures;
use crate::url::preset::Presets;
use crate::url::shape::write_side;
use crate::url::signature::Keys;
use crate::url::value::{decimal, whole, write_decimal};
use crate::url::widths::Widths;
use letterbox_engine::transform::{Quality, Side};

/// Settings that belong in no file: `wrangler secret put NAME`.
pub const SECRETS: &[&str] = &["SIGNING_KEYS", "DIALECT_KEYS", "SOURCE_HEADERS", "S3_KEYS"];

/// A setting: one variable of the deployment.
pub struct Setting {
    /// Name of the variable.
    pub name: &'static str,
    /// Effect of the setting, one sentence.
    pub doc: &'static str,
    pub(super) read: fn(&mut Config, &str) -> Result<(), String>,
    /// Writes the text that `read` accepts for this configuration; `None` for a setting without a
    /// default.
    pub(super) write: Option<fn(&Config) -> String>,
}

impl Setting {
    /// Returns the setting's text in [`Config::default`], if there is one.
    pub fn default(&self) -> Option<String> {
        self.write.map(|write| write(&Config::default()))
    }
}

/// All settings, in the order of docs/settings.md.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "MODE",
        doc: "`development` allows http and loopback sources and adds timings; it is refused on any host but a loopback name",
        read: |config, text| match text {
            "production" => Ok(()),
            "development" => {
                config.rules.development = true;
                Ok(())
            }
            _ => Err("expected production or development".to_owned()),
        },
        write: Some(|config| match config.rules.development {
            false => "production".to_owned(),
            true => "development".to_owned(),
        }),
    },
    Setting {
        name: "ALLOWED_SOURCES",
        doc: "Comma list of hosts that sources may come from: `images.example.com`, `*.example.com`, `example.com/prefix/`; `*`, which goes with `SIGNING_KEYS` only and is then the default, is every public host",
        read: |config, text| {
            AllowList::parse(text)
                .map(|list| config.rules.allowed = list)
                .map_err(|e| e.to_string())
        },
        write: None,
    },
    Setting {
        name: "ORIGIN",
        doc: "Base URL of the origin whose own files win; the bindings `ORIGIN_BUCKET` (R2) and `ASSETS` do the same without a URL",
        read: |config, text| {
            let url = Url::parse(text)
                .ok()
                .filter(|url| url.has_host() && url.query().is_none());
            config.rules.origin = Some(url.ok_or("expected an absolute URL without query")?);
            Ok(())
        },
        write: None,
    },
    Setting {
        name: "SOURCES",
        doc: "Named origins: with `shop: https://images.shop.example/; cdn: https://cdn.example/assets/`, `s=shop:/a.jpg` is `https://images.shop.example/a.jpg`. They are allowed without `ALLOWED_SOURCES`. `photos: https://s3.eu-west-1.amazonaws.com/photos/ s3=eu-west-1` is a private bucket; see [Sources](sources.md)",
        read: |config, text| {
            config.origins = Origins::parse(text)?;
            config.rules.named = config.origins.iter().map(|o| o.base.clone()).collect();
            Ok(())
        },
        write: None,
    },
    Setting {
        name: "SOURCE_HEADERS",
        doc: "A secret: header fields that sources need, by host, as JSON: `{\"images.example.com\": {\"Authorization\": \"Bearer …\"}}`. They are sent to no other host; see [Sources](sources.md)",
        read: |config, text| config.credentials.read_headers(text),
        write: None,
    },
    Setting {
        name: "S3_KEYS",
        doc: "A secret: comma list of keys of the buckets in `SOURCES`, such as `photos=<access key id>:<secret access key>`; `*=…` is that of all of them",
        read: |config, text| S3Keys::parse(text).map(|keys| config.s3_keys = keys),
        write: None,
    },
    Setting {
        name: "KEYED_ANSWERS",
        doc: "`keep` stores answers from sources with a header field of `SOURCE_HEADERS` or a key of `S3_KEYS` like any other: whoever may ask may see them. `private` keeps them out of every cache",
        read: |config, text| match text {
            "keep" | "private" => {
                config.keyed_is_private = text == "private";
                Ok(())
            }
            _ => Err("expected keep or private".to_owned()),
        },
        write: Some(|config| match config.keyed_is_private {
            false => "keep".to_owned(),
            true => "private".to_owned(),
        }),
    },
    Setting {
        name: "FILE_HEADERS",
        doc: "Header fields of the origin's own files where they have none of that name, one a line, such as `Cache-Control: public, max-age=3600` and `Access-Control-Allow-Origin: *`. A bucket keeps no other way to say so",
        read: |config, text| {
            config.file_headers = header_fields(text).ok_or(
                "expected a header field a line, such as Cache-Control: public, max-age=3600",
            )?;
            Ok(())
        },
        write: None,
    },
    Setting {
        name: "SIGNING_KEYS",
        doc: "A secret (`npx wrangler secret put SIGNING_KEYS`): comma list of keys of 64 hexadecimal digits or more. With it, only signed URLs are answered; the first key signs, all verify",
        read: |config, text| Keys::parse(text).map(|keys| config.keys = keys),
        write: None,
    },
    Setting {
        name: "PRESETS",
        doc: "Named sets of parameters for `p`: `card: w=1200&h=627; thumb: w=160&h=160&fit=cover`",
        read: |config, text| Presets::parse(text).map(|presets| config.presets = presets),
        write: None,
    },
    Setting {
        name: "PRESETS_ONLY",
        doc: "`true` refuses every parameter but `s`, `p`, `v`, `sig` and `exp`",
        read: |config, text| match text {
            "true" | "false" => {
                config.presets_only = text == "true";
                Ok(())
            }
            _ => Err("expected true or false".to_owned()),
        },
        write: Some(|config| config.presets_only.to_string()),
    },
    Setting {
        name: "OVERLAYS",
        doc: "Names of pictures for `wm`: `logo: https://images.example.com/logo.png; badge: /badge.png`. Their hosts have to be allowed as those of `s` have",
        read: |config, text| Pictures::parse(text).map(|overlays| config.overlays = overlays),
        write: None,
    },
    Setting {
        name: "FALLBACKS",
        doc: "Names of pictures for `default`: `face: https://images.example.com/face.png; shop: /none.png`. Their hosts have to be allowed as those of `s` have",
        read: |config, text| Pictures::parse_fallbacks(text).map(|named| config.fallbacks = named),
        write: None,
    },
    Setting {
        name: "FALLBACK_IMAGE",
        doc: "What a request without `default` gets in place of an error: a URL, a path on the origin, a name in `FALLBACKS`, or `redirect`; see [Errors](errors.md#never-a-broken-page)",
        read: |config, text| {
            let wanted = fallback::Wanted::parse(text).ok_or(
                "expected an absolute URL, a path on the origin, a name in FALLBACKS, redirect or none",
            )?;
            config.fallback = Some(wanted);
            Ok(())
        },
        write: None,
    },
    Setting {
        name: "FALLBACK_STATUS",
        doc: "Status of a picture in place of an error: `error` is that of the error, which browsers show as well, `200` is for clients that do not",
        read: |config, text| match text {
            "error" | "200" => {
                config.fallback_is_ok = text == "200";
                Ok(())
            }
            _ => Err("expected error or 200".to_owned()),
        },
        write: Some(|config| match config.fallback_is_ok {
            false => "error".to_owned(),
            true => "200".to_owned(),
        }),
    },
    Setting {
        name: "WIDTH_LADDER",
        doc: "Comma list of the only widths that are answered, such as `320,640,960,1280,1920`: a width goes up to the next one, `dpr` counted, and the height with it; a signed list (`widths`) is a ladder of its own",
        read: |config, text| widths(text).map(|list| config.ladder = Some(list)),
        write: None,
    },
    Setting {
        name: "HINT_WIDTHS",
        doc: "Comma list of the widths that `w=auto` becomes by what the client says of itself (`Sec-CH-Width`, or `Sec-CH-Viewport-Width` and `Sec-CH-DPR`), such as `320,640,960,1280,1920`; without it those are not heeded. See [Client hints](caching.md#client-hints)",
        read: |config, text| widths(text).map(|list| config.hint_widths = Some(list)),
        write: None,
    },
    Setting {
        name: "SAVE_DATA_QUALITY",
        doc: "Highest quality of an answer without `q` to a client that asks for less data (`Save-Data: on`); without it that is not heeded",
        read: |config, text| {
            config.save_data_quality = Quality::new(ranged(text, 1, 100)? as u8);
            Ok(())
        },
        write: None,
    },
    Setting {
        name: "DIALECTS",
        doc: "Comma list of prefixes at which URLs of other services are answered, such as `/_next/image=next, /.netlify/images=netlify`; see [docs/migrate](migrate/README.md)",
        read: |config, text| Mounts::parse(text).map(|mounts| config.dialects = mounts),
        write: None,
    },
    Setting {
        name: "ORIGIN_QUERY",
        doc: "Vocabulary in which a query on the path of one of the origin's images transforms that image: `native`, so that `/photo.jpg?w=600` is `/?s=/photo.jpg&w=600`, or a dialect such as `imgix`; see [docs/migrate](migrate/README.md). Without it the origin answers",
        read: |config, text| {
            OriginQuery::parse(text).map(|query| config.origin_query = Some(query))
        },
        write: None,
    },
    Setting {
        name: "DIALECT_KEYS",
        doc: "A secret: comma list of keys of other services' signatures, such as `imgproxy=<key>:<salt>, thumbor=<secret>`. With one, only URLs that it has signed are answered in its dialect",
        read: |config, text| dialect::Keys::parse(text).map(|keys| config.dialect_keys = keys),
        write: None,
    },
    Setting {
        name: "DEFAULT_WIDTH",
        doc: "Width of an answer without `w`: pixels, or `auto` for the source's aspect ratio",
        read: |config, text| default_side(text).map(|side| config.transform.width = side),
        write: Some(|config| write_side(config.transform.width)),
    },
    Setting {
        name: "DEFAULT_HEIGHT",
        doc: "Height of an answer without `h`: pixels, or `auto` for the source's aspect ratio",
        read: |config, text| default_side(text).map(|side| config.transform.height = side),
        write: Some(|config| write_side(config.transform.height)),
    },
    Setting {
        name: "DEFAULT_QUALITY",
        doc: "Quality of an answer without `q`; PNG is lossless then",
        read: |config, text| {
            config.transform.quality =
                Quality::new(ranged(text, 1, 100)? as u8).ok_or("out of range")?;
            Ok(())
        },
        write: Some(|config| config.transform.quality.get().to_string()),
    },
    Setting {
        name: "DEFAULTS",
        doc: "Defaults of further parameters, as a query: `h=auto&fit=scale-down&f=auto`. A preset and a request have the last word",
        read: |config, text| {
            crate::url::preset::defaults(text).map(|given| config.defaults = given)
        },
        write: None,
    },
    Setting {
        name: "MAX_SOURCE_BYTES",
        doc: "Largest source file, counted after content decoding while it is read",
        read: |config, text| ranged(text, 1, 536_870_912).map(|v| config.limits.source_bytes = v),
        write: Some(|config| config.limits.source_bytes.to_string()),
    },
    Setting {
        name: "MAX_OUTPUT_SIDE",
        doc: "Longest side of an answer in pixels, after `dpr`",
        read: |config, text| {
            config.limits.output_side = ranged(text, 1, 16_384)? as u32;
            Ok(())
        },
        write: Some(|config| config.limits.output_side.to_string()),
    },
    Setting {
        name: "MAX_OUTPUT_PIXELS",
        doc: "Most pixels of an answer, after `dpr`",
        read: |config, text| ranged(text, 1, 16_777_216).map(|v| config.limits.output_pixels = v),
        write: Some(|config| config.limits.output_pixels.to_string()),
    },
    Setting {
        name: "MAX_FRAME_PIXELS",
        doc: "Most pixels of all frames of an animation together, in the source and in the answer; as lossy WebP so many take about six seconds of CPU time",
        read: |config, text| ranged(text, 1, 1_073_741_824).map(|v| config.limits.frame_pixels = v),
        write: Some(|config| config.limits.frame_pixels.to_string()),
    },
    Setting {
        name: "MEMORY_BUDGET_BYTES",
        doc: "Memory that the images of one isolate may need together, by their plans; one that needs more by itself is refused before a pixel is decoded, one that only has to wait waits until `TOTAL_TIMEOUT_MS`",
        read: |config, text| {
            ranged(text, 1_048_576, 92_274_688).map(|v| config.limits.memory_bytes = v)
        },
        write: Some(|config| config.limits.memory_bytes.to_string()),
    },
    Setting {
        name: "MAX_REDIRECTS",
        doc: "Redirects that a source may take, each decided like the first URL",
        read: |config, text| ranged(text, 0, 10).map(|v| config.timeouts.redirects = v as u32),
        write: Some(|config| config.timeouts.redirects.to_string()),
    },
    Setting {
        name: "HEAD_TIMEOUT_MS",
        doc: "Milliseconds that a source has to send its response header; time that this isolate spends on other images does not count",
        read: |config, text| ranged(text, 1, 60_000).map(|v| config.timeouts.head_ms = v as u32),
        write: Some(|config| config.timeouts.head_ms.to_string()),
    },
    Setting {
        name: "TOTAL_TIMEOUT_MS",
        doc: "Milliseconds that a request may take in all: the origin, redirects, the source's body, waiting for memory or for another request. A body that is passed on is cut off then, too",
        read: |config, text| ranged(text, 1, 120_000).map(|v| config.timeouts.total_ms = v as u32),
        write: Some(|config| config.timeouts.total_ms.to_string()),
    },
    Setting {
        name: "CACHE_TTL",
        doc: "Seconds that an answer is kept",
        read: |config, text| ranged(text, 1, 31_536_000).map(|v| config.cache_ttl_secs = v as u32),
        write: Some(|config| config.cache_ttl_secs.to_string()),
    },
    Setting {
        name: "FRESHNESS",
        doc: "`fixed` keeps every answer for `CACHE_TTL`; `origin` for what the source's Cache-Control, Expires and Age leave of its own freshness, where that is shorter",
        read: |config, text| match text {
            "fixed" => {
                config.freshness = Freshness::Fixed;
                Ok(())
            }
            "origin" => {
                config.freshness = Freshness::Origin;
                Ok(())
            }
            _ => Err("expected fixed or origin".to_owned()),
        },
        write: Some(|config| match config.freshness {
            Freshness::Fixed => "fixed".to_owned(),
            Freshness::Origin => "origin".to_owned(),
        }),
    },
    Setting {
        name: "COOKIES",
        doc: "A source with Set-Cookie is for one client, and kept nowhere: `private`. `ignore-public` keeps it where its Cache-Control says `public`; the cookie itself is in no answer",
        read: |config, text| match text {
            "private" => {
                config.cookies = Cookies::Private;
                Ok(())
            }
            "ignore-public" => {
                config.cookies = Cookies::IgnoredWherePublic;
                Ok(())
            }
            _ => Err("expected private or ignore-public".to_owned()),
        },
        write: Some(|config| match config.cookies {
            Cookies::Private => "private".to_owned(),
            Cookies::IgnoredWherePublic => "ignore-public".to_owned(),
        }),
    },
    Setting {
        name: "LOG_SAMPLE",
        doc: "Share of the requests whose line is written to the log, such as `0.01`; the lines of errors all are",
        read: |config, text| {
            let share = decimal(text, 4).filter(|share| *share <= 10_000);
            config.log_share = share.ok_or("expected a number from 0 to 1, such as 0.01")? as u16;
            Ok(())
        },
        write: Some(|config| write_decimal(config.log_share.into(), 4)),
    },
];

/// Returns the table of docs/settings.md, in Markdown.
pub fn table() -> String {
    let mut text = String::from("| setting | default | what it does |\n|---|---|---|\n");
    for s in SETTINGS {
        let default = s
            .default()
            .map_or_else(|| "none".to_owned(), |text| format!("`{text}`"));
        text += &format!("| `{}` | {default} | {} |\n", s.name, s.doc);
    }
    text
}

/// Parses header fields, one a line.
fn header_fields(text: &str) -> Option<HeaderMap> {
    const OURS: [&str; 5] = [
        "content-length",
        "content-encoding",
        "content-range",
        "transfer-encoding",
        "connection",
    ];
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let fields = lines.map(|line| {
        let (name, value) = line.split_once(':')?;
        let name: HeaderName = name.trim().parse().ok()?;
        let value = HeaderValue::from_str(value.trim()).ok()?;
        // A dot is allowed in a name, and rather means a host.
        let is_free = !OURS.contains(&name.as_str()) && !name.as_str().contains('.');
        is_free.then_some((name, value))
    });
    fields.collect()
}

fn widths(text: &str) -> Result<Widths, String> {
    let tight: String = text.split(',').map(str::trim).collect::<Vec<_>>().join(",");
    let list = Widths::parse(&tight);
    list.ok_or_else(|| {
        "expected 1 to 32 ascending whole numbers with commas between them".to_owned()
    })
}

fn ranged(text: &str, least: u64, most: u64) -> Result<u64, String> {
    whole(text)
        .filter(|v| (least..=most).contains(v))
        .ok_or_else(|| format!("expected a whole number from {least} to {most}"))
}

fn default_side(text: &str) -> Result<Side, String> {
    if text == "auto" {
        return Ok(Side::Auto);
    }
    let pixels = ranged(text, 1, 16_384).map_err(|why| format!("{why}, or auto"))?;
    Ok(Side::px(pixels as u16))
}
