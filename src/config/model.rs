//! A deployment's settings, and the views that the modules have of them.

use http::HeaderMap;
use url::Url;

use crate::cache::freshness::{Cookies, Freshness};
use crate::config::problem::{Error, Problem};
use crate::dialect::{self, Mount, Mounts, OriginQuery};
use crate::origin::Timeouts;
use crate::origin::credentials::{Credentials, S3Keys};
use crate::origin::rules::Rules;
use crate::url::hinted::Hinted;
use crate::url::hints::Hints;
use crate::url::origins::Origins;
use crate::url::pictures::Pictures;
use crate::url::preset::Presets;
use crate::url::signature::{Keys, Signing};
use crate::url::widths::Widths;
use crate::url::{Defaults, Given, fallback};
use letterbox_engine::Limits;
use letterbox_engine::transform::{Negotiated, Quality, Transform};

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
    pub(super) s3_keys: S3Keys,
    /// Whether answers from sources that need a credential are kept out of every cache.
    pub keyed_is_private: bool,
    /// Limits on the time and redirects of a fetch.
    pub timeouts: Timeouts,
    /// Limits on the memory and size of an image.
    pub limits: Limits,
    /// Seconds for which an answer is kept.
    pub cache_ttl_secs: u32,
    /// Effect of a source's Set-Cookie.
    pub cookies: Cookies,
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

impl Config {
    /// Share of the log in ten-thousandths with which all lines are written.
    pub(crate) const EVERY_LINE: u16 = 10_000;
}

impl Config {
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
            cookies: Cookies::Private,
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
