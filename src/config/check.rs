//! Settings that do not go together, or leave a deployment open to strangers.

use crate::config::model::Config;
use crate::config::problem::Problem;
use crate::dialect::{Dialect, OriginQuery};
use crate::origin::rules::{AllowList, Refusal, check, check_form};
use crate::url::settle::check_defaults;
use crate::url::{Fallback, Source};
use letterbox_engine::transform::Side;

impl Config {
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

    /// Finds what is wrong with settings beside each other.
    pub(super) fn check_as_a_whole(&self, is_bound: bool, problems: &mut Vec<Problem>) {
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
