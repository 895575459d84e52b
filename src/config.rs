//! All settings of a deployment: name, default, meaning and parser of each.
//!
//! The input is a deployment's strings; the output is a [`Config`] or the list of their problems.
//! Production fails closed: a configuration with a problem serves nothing.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::cache::freshness::Freshness;
use crate::dialect::{self, Dialect, Mount, Mounts, OriginQuery};
use crate::origin::Timeouts;
use crate::origin::credentials::{Credentials, S3Keys};
use crate::origin::rules::{AllowList, Refusal, Rules, check, check_form};
use crate::url::fallback;
use crate::url::hinted::Hinted;
use crate::url::hints::Hints;
use crate::url::origins::Origins;
use crate::url::pictures::Pictures;
use crate::url::preset::Presets;
use crate::url::settle::check_defaults;
use crate::url::shape::write_side;
use crate::url::signature::{Keys, Signing};
use crate::url::value::{decimal, whole, write_decimal};
use crate::url::widths::Widths;
use crate::url::{Defaults, Fallback, Given, Source};
use letterbox_engine::Limits;
use letterbox_engine::transform::{Negotiated, Quality, Side, Transform};

/// Settings of a deployment.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sources that may be fetched, and the origin.
    pub rules: Rules,
    /// Header fields of the origin's own files that have none of that name.
    pub file_headers: HeaderMap,
    /// Named origins.
    pub origins: Origins,
    /// Header fields that sources need.
    pub credentials: Credentials,
    /// Keys of buckets, by the name of their origin.
    s3_keys: S3Keys,
    /// Whether answers from sources that need a credential are kept out of every cache.
    pub keyed_is_private: bool,
    /// Limits on the time and redirects of a fetch.
    pub timeouts: Timeouts,
    /// Limits on the memory and size of an image.
    pub limits: Limits,
    /// Seconds for which an answer is kept.
    pub cache_ttl_secs: u32,
    /// Share of the lines that are written to the log, in ten-thousandths.
    pub log_share: u16,
    /// Whether the source may shorten `cache_ttl_secs`.
    pub freshness: Freshness,
    /// Transform of a request that has only `s`.
    pub transform: Transform,
    /// Parameters of a request that does not give them, in the words of URLs.
    pub defaults: Given,
    /// Keys for signed URLs.
    pub keys: Keys,
    /// Presets: named sets of parameters.
    pub presets: Presets,
    /// Pictures by name, for overlays.
    pub overlays: Pictures,
    /// Pictures by name, for fallbacks.
    pub fallbacks: Pictures,
    /// Fallback of a request that names none.
    pub fallback: Option<fallback::Wanted>,
    /// Whether a fallback is answered with 200 and not with the status of the error.
    pub fallback_is_ok: bool,
    /// Whether requests may give only a preset.
    pub presets_only: bool,
    /// Widths that answers are restricted to, if any.
    pub ladder: Option<Widths>,
    /// Widths that `w=auto` may become by client hints, if those are heeded.
    pub hint_widths: Option<Widths>,
    /// Quality for clients that save data, if those get another one.
    pub save_data_quality: Option<Quality>,
    /// Prefixes at which URLs of other services are answered.
    pub dialects: Mounts,
    /// Vocabulary of queries on the origin's own images, if they are transformed.
    pub origin_query: Option<OriginQuery>,
    /// Keys of other services' signatures.
    pub dialect_keys: dialect::Keys,
}

/// Settings that belong in no file: `wrangler secret put NAME`.
pub const SECRETS: &[&str] = &["SIGNING_KEYS", "DIALECT_KEYS", "SOURCE_HEADERS", "S3_KEYS"];

/// A setting: one variable of the deployment.
pub struct Setting {
    /// Name of the variable.
    pub name: &'static str,
    /// Effect of the setting, one sentence.
    pub doc: &'static str,
    read: fn(&mut Config, &str) -> Result<(), String>,
    /// Writes the text that `read` accepts for this configuration; `None` for a setting without a
    /// default.
    write: Option<fn(&Config) -> String>,
}

impl Config {
    /// Share of the log in ten-thousandths with which all lines are written.
    pub(crate) const EVERY_LINE: u16 = 10_000;
}

impl Setting {
    /// Returns the setting's text in [`Config::default`], if there is one.
    pub fn default(&self) -> Option<String> {
        self.write.map(|write| write(&Config::default()))
    }
}

/// All problems of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub Vec<Problem>);

/// One problem of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Sentence for the operator (`npm run check`), which may quote the setting's value.
    pub detail: String,
    /// Sentence for everybody, which names the setting and quotes nothing of its value.
    pub public: String,
}

impl Problem {
    /// Creates a problem whose sentence quotes nothing.
    fn plain(text: &'static str) -> Problem {
        Problem {
            detail: text.to_owned(),
            public: text.to_owned(),
        }
    }

    /// Creates a problem with a setting's value.
    fn with_value(setting: &'static str, why: &str) -> Problem {
        Problem {
            detail: format!("{setting} is wrong: {why}"),
            public: format!("{setting} is wrong: npm run check says what was expected"),
        }
    }
}

impl Error {
    /// Returns the sentence that everybody may read.
    pub fn public_message(&self) -> String {
        let sentences: Vec<_> = self
            .0
            .iter()
            .map(|problem| problem.public.as_str())
            .collect();
        sentences.join("; ")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self
            .0
            .iter()
            .map(|problem| problem.detail.as_str())
            .collect();
        f.write_str(&sentences.join("; "))
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

impl Config {
    /// Reads a deployment's variables. Unknown names are ignored, and empty values mean the
    /// default.
    ///
    /// # Errors
    /// Every setting that cannot be read, each with the fix.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Config, Error> {
        Config::of_deployment(pairs, false)
    }

    /// Reads a deployment's variables, where a store may be bound as its origin.
    ///
    /// # Errors
    /// As [`Config::from_pairs`].
    pub fn of_deployment<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        is_bound: bool,
    ) -> Result<Config, Error> {
        let mut config = Config::default();
        let mut problems = Vec::new();
        for (name, text) in pairs {
            let Some(setting) = SETTINGS.iter().find(|s| s.name == name) else {
                continue;
            };
            if text.trim().is_empty() {
                continue;
            }
            if let Err(problem) = (setting.read)(&mut config, text.trim()) {
                problems.push(Problem::with_value(setting.name, &problem));
            }
        }
        // A holder of the key is trusted with the choice of the source, unless there is a list.
        if config.rules.allowed.is_empty() && !config.keys.is_empty() {
            config.rules.allowed = AllowList::Everything;
        }
        if let Err(problem) = config
            .credentials
            .add_buckets(&config.origins, &config.s3_keys)
        {
            problems.push(Problem::with_value("SOURCES", &problem));
        }
        config.check_as_a_whole(is_bound, &mut problems);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(Error(problems))
        }
    }

    /// Returns the configuration, if it may serve requests to this host.
    ///
    /// # Errors
    /// Development mode serves loopback hosts only: on a public host it would be an open proxy.
    pub fn for_host(&self, request_url: &Url) -> Result<&Config, Error> {
        if self.rules.development && !crate::origin::rules::is_loopback(request_url) {
            return Err(Error(vec![Problem::plain(
                "MODE=development serves loopback hosts only: remove MODE and list hosts in ALLOWED_SOURCES",
            )]));
        }
        Ok(self)
    }

    /// Returns the deployment's settings for the URL parser. The client is assumed to name no
    /// format.
    pub fn url_defaults(&self) -> Defaults<'_> {
        Defaults {
            transform: self.transform,
            given: &self.defaults,
            negotiated: Negotiated::default(),
            max_side: self.limits.output_side,
            max_pixels: self.limits.output_pixels,
            max_age_secs: self.cache_ttl_secs,
            presets: &self.presets,
            presets_only: self.presets_only,
            hinted: Hinted::default(),
            origins: &self.origins,
            overlays: &self.overlays,
            fallbacks: &self.fallbacks,
            fallback: self.fallback.as_ref(),
            ladder: self.ladder.as_ref(),
        }
    }

    /// Returns the client hints that count.
    pub fn hinted(&self, hints: &Hints) -> Hinted<'_> {
        Hinted {
            widths: self.hint_widths.as_ref(),
            pixels: hints.pixels(),
            quality: self.save_data_quality,
            saves_data: hints.saves_data(),
        }
    }

    /// Returns the vocabulary in which a request asks for a transform of the origin's image at its
    /// path, if it does. A dialect that is mounted there comes first.
    pub fn origin_query(&self, url: &Url) -> Option<&OriginQuery> {
        let query = self.origin_query.as_ref()?;
        let is_free = self.dialects.at(url.path()).is_none();
        (is_free && query.claims(url.path(), url.query().unwrap_or_default())).then_some(query)
    }

    /// Returns the mount of the dialect that a request is in.
    pub fn mount(&self, url: &Url) -> Option<&Mount> {
        match self.origin_query(url) {
            Some(OriginQuery::Dialect(mount)) => Some(mount),
            _ => self.dialects.at(url.path()),
        }
    }

    /// Returns the deployment's rules for signatures.
    pub fn signing(&self) -> Signing<'_> {
        Signing {
            keys: &self.keys,
            optional: self.rules.development,
        }
    }

    /// Returns the dialects whose URLs are refused because only signed URLs are answered, and no
    /// signature of theirs is known here.
    pub fn closed_dialects(&self) -> Vec<Dialect> {
        let mut closed: Vec<Dialect> = Vec::new();
        if self.keys.is_empty() || self.rules.development {
            return closed;
        }
        let query = match &self.origin_query {
            Some(OriginQuery::Dialect(mount)) => Some(mount),
            _ => None,
        };
        for mount in self.dialects.iter().chain(query) {
            if !closed.contains(&mount.dialect) && !mount.dialect.has_key(&self.dialect_keys) {
                closed.push(mount.dialect);
            }
        }
        closed
    }

    fn check_as_a_whole(&self, is_bound: bool, problems: &mut Vec<Problem>) {
        let fits = |side| !matches!(side, Side::Px(pixels) if u32::from(pixels.get()) > self.limits.output_side);
        if !fits(self.transform.width) || !fits(self.transform.height) {
            problems.push(Problem::plain(
                "DEFAULT_WIDTH or DEFAULT_HEIGHT is wrong: expected at most MAX_OUTPUT_SIDE",
            ));
        }
        if self
            .ladder
            .as_ref()
            .is_some_and(|ladder| !fits(Side::Px(ladder.widest())))
        {
            problems.push(Problem::plain(
                "WIDTH_LADDER is wrong: expected at most MAX_OUTPUT_SIDE",
            ));
        } else if self
            .hint_widths
            .as_ref()
            .is_some_and(|widths| !fits(Side::Px(widths.widest())))
        {
            problems.push(Problem::plain(
                "HINT_WIDTHS is wrong: expected at most MAX_OUTPUT_SIDE",
            ));
        } else if let (false, Err(problem)) = (
            self.defaults.pairs.is_empty(),
            check_defaults(&self.url_defaults()),
        ) {
            problems.push(Problem::with_value("DEFAULTS", &problem));
        } else if let Err(problem) = self.presets.check(&self.url_defaults()) {
            problems.push(Problem::with_value("PRESETS", &problem));
        }
        if self.presets_only && self.presets.is_empty() {
            problems.push(Problem::plain("PRESETS_ONLY is wrong: PRESETS has none"));
        }
        if self.presets_only && matches!(self.origin_query, Some(OriginQuery::Dialect(_))) {
            problems.push(Problem::plain(
                "ORIGIN_QUERY is wrong: PRESETS_ONLY refuses every parameter but those of native URLs that it names: expected native",
            ));
        }
        if self.presets_only && !self.dialects.is_empty() {
            problems.push(Problem::plain(
                "DIALECTS is wrong: PRESETS_ONLY refuses every parameter, and a dialect's URL is made of parameters",
            ));
        }
        let fallback = self.fallback.as_ref();
        let fallback = fallback.map(|wanted| self.fallbacks.fallback(wanted));
        if let Some(Err(problem)) = &fallback {
            problems.push(Problem::with_value("FALLBACK_IMAGE", &problem.to_string()));
        }
        if self.rules.development {
            return;
        }
        let overlays = self.overlays.iter().map(|named| ("OVERLAYS", named));
        let fallbacks = self.fallbacks.iter().map(|named| ("FALLBACKS", named));
        let watermarks = self.dialects.watermarks();
        let watermarks = watermarks.map(|source| ("DIALECTS", ("watermark", source)));
        let for_all = match &fallback {
            Some(Ok(Some(Fallback::Picture(source)))) => Some(("FALLBACK_IMAGE", ("it", source))),
            _ => None,
        };
        let named = overlays.chain(fallbacks).chain(watermarks).chain(for_all);
        for (setting, (name, source)) in named {
            let Source::Absolute(url) = source else {
                continue;
            };
            let problem = match check(url, &self.rules) {
                Err(Refusal::Malformed(expected)) => format!("{name} is not {expected}"),
                Err(Refusal::NotAllowed | Refusal::Private) if !self.rules.allowed.is_empty() => {
                    format!("the host of {name} is not among ALLOWED_SOURCES")
                }
                _ => continue,
            };
            problems.push(Problem::with_value(setting, &problem));
        }
        for origin in self.origins.iter() {
            if check_form(&origin.base).is_err() {
                let name = &origin.name;
                let problem = format!(
                    "the base of {name} is no https URL of a public host on the default port"
                );
                problems.push(Problem::with_value("SOURCES", &problem));
            }
        }
        let has_origin = is_bound || self.rules.origin.is_some() || !self.rules.named.is_empty();
        if self.rules.allowed.is_empty() && !has_origin && problems.is_empty() {
            problems.push(Problem::plain(
                "ALLOWED_SOURCES is empty: list the hosts whose images may be resized, for example \
                 ALLOWED_SOURCES = \"images.example.com\" under [vars] in wrangler.toml, or give out signed URLs \
                 only: npx wrangler secret put SIGNING_KEYS",
            ));
        }
        if self.rules.allowed == AllowList::Everything && self.keys.is_empty() {
            problems.push(Problem::plain(
                "ALLOWED_SOURCES is wrong: `*` would let strangers fetch anything through this deployment: name the \
                 hosts, or have URLs signed: npx wrangler secret put SIGNING_KEYS",
            ));
        }
        if self
            .rules
            .origin
            .as_ref()
            .is_some_and(|origin| check_form(origin).is_err())
        {
            problems.push(Problem::plain(
                "ORIGIN is wrong: expected an https URL of a public host on the default port",
            ));
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            rules: Rules::default(),
            file_headers: HeaderMap::new(),
            origins: Origins::default(),
            credentials: Credentials::default(),
            s3_keys: S3Keys::default(),
            keyed_is_private: false,
            timeouts: Timeouts {
                redirects: 3,
                head_ms: 3_000,
                total_ms: 10_000,
            },
            limits: Limits::DEFAULT,
            cache_ttl_secs: 31_536_000,
            log_share: Config::EVERY_LINE,
            freshness: Freshness::Fixed,
            transform: Transform::DEFAULT,
            defaults: Given::default(),
            keys: Keys::default(),
            presets: Presets::default(),
            presets_only: false,
            overlays: Pictures::default(),
            fallbacks: Pictures::default(),
            fallback: None,
            fallback_is_ok: false,
            ladder: None,
            hint_widths: None,
            save_data_quality: None,
            dialects: Mounts::default(),
            origin_query: None,
            dialect_keys: dialect::Keys::default(),
        }
    }
}

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

#[cfg(test)]
mod tests;
