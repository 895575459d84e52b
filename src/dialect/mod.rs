//! Dialects: URLs of other services, answered at prefixes that the deployment names.
//!
//! A dialect translates a request to the native one that means the same, with the defaults of its
//! service, and tells errors in its service's shape. It decides nothing else: rules for sources,
//! limits, the cache and the engine are those of every request, and so an answer has one cache
//! entry, however it was asked for.

mod aws;
mod bytes;
mod call;
mod cloudflare;
mod cloudinary;
mod colour;
mod directus;
mod effect;
mod imgix;
mod imgproxy;
mod ipx;
mod keys;
mod mount;
mod netlify;
mod next;
mod options;
mod sharp;
mod table;
mod thumbor;
mod watermark;
mod wsrv;

pub use crate::dialect::call::{Call, Extras, Failure, Refusal, Told, Translation};
pub use crate::dialect::keys::Keys;
use crate::dialect::keys::Owner;
pub use crate::dialect::mount::{Mount, Mounts, OriginQuery};
pub use crate::dialect::options::{Hash, Options};
pub use crate::dialect::table::Dialect;
use crate::dialect::table::Form;

impl Dialect {
    /// Translates a request.
    ///
    /// # Errors
    /// The reason why the request is refused, in the dialect's words.
    pub fn read(self, call: &Call<'_>, options: &Options) -> Result<Translation, Refusal> {
        let mut translation = match self {
            Dialect::Next => next::read(call, options, false),
            Dialect::Vercel => next::read(call, options, true),
            Dialect::Netlify => netlify::read(call),
            Dialect::Ipx => ipx::read(call),
            Dialect::Cloudflare => cloudflare::read(call),
            Dialect::Wsrv => wsrv::read(call),
            Dialect::Imgproxy => imgproxy::read(call, options),
            Dialect::Aws => aws::read(call, options),
            Dialect::Cloudinary => cloudinary::read(call, options),
            Dialect::Directus => directus::read(call, options),
            Dialect::Imgix
            | Dialect::Sanity
            | Dialect::Fastly
            | Dialect::Contentful
            | Dialect::Shopify
            | Dialect::Bunny
            | Dialect::Supabase
            | Dialect::Glide => imgix::read(call, self),
            Dialect::Thumbor => thumbor::read(call, options, false),
            Dialect::Imagor => thumbor::read(call, options, true),
        }?;
        let asked = &mut translation.asked;
        asked.max_age_secs = asked.max_age_secs.or(options.max_age_secs);
        Ok(translation)
    }

    /// Whether a query has a parameter that a dialect whose options are on the image's own path
    /// knows.
    pub(crate) fn knows_one_of(self, query: &str) -> bool {
        match self {
            Dialect::Directus => directus::knows_one_of(query),
            _ => self.row().form == Form::OnImage && imgix::knows_one_of(self, query),
        }
    }

    /// Tells an error in the dialect's shape.
    pub fn tell(self, failure: &Failure<'_>) -> Told {
        match self {
            Dialect::Next => next::tell(failure),
            Dialect::Vercel => next::tell_vercel(failure),
            Dialect::Netlify => netlify::tell(failure),
            Dialect::Ipx => ipx::tell(failure),
            Dialect::Cloudflare => cloudflare::tell(failure),
            Dialect::Wsrv => wsrv::tell(failure),
            Dialect::Imgproxy => imgproxy::tell(failure),
            Dialect::Aws => aws::tell(failure),
            Dialect::Cloudinary => cloudinary::tell(failure),
            Dialect::Directus => directus::tell(failure),
            Dialect::Imgix
            | Dialect::Sanity
            | Dialect::Fastly
            | Dialect::Contentful
            | Dialect::Shopify
            | Dialect::Bunny
            | Dialect::Supabase
            | Dialect::Glide => imgix::tell(failure, self),
            Dialect::Thumbor => thumbor::tell(failure),
            Dialect::Imagor => thumbor::tell_imagor(failure),
        }
    }

    /// Whether URLs of the dialect are signed, and a key to their signatures is among these.
    pub fn has_key(self, keys: &Keys) -> bool {
        match self {
            Dialect::Imgproxy => keys.has(Owner::Imgproxy),
            Dialect::Aws => keys.has(Owner::Aws),
            Dialect::Cloudinary => keys.has(Owner::Cloudinary),
            Dialect::Imgix => keys.has(Owner::Imgix),
            Dialect::Glide => keys.has(Owner::Glide),
            Dialect::Thumbor | Dialect::Imagor => keys.has(Owner::Thumbor),
            _ => false,
        }
    }

    /// Returns the header field that says in one word whether the answer came from the cache, where
    /// the dialect has one of its own.
    pub fn cache_field(self) -> Option<&'static str> {
        match self {
            Dialect::Next => Some("x-nextjs-cache"),
            Dialect::Vercel => Some("x-vercel-cache"),
            _ => None,
        }
    }

    /// Whether caches may not use an answer beyond its lifetime.
    pub fn must_revalidate(self) -> bool {
        matches!(self, Dialect::Next | Dialect::Vercel)
    }
}

/// Words that the tests of all dialects share.
#[cfg(test)]
mod testing {
    use super::{Call, Translation};
    use crate::config::Config;
    use crate::url::Asked;
    use letterbox_engine::transform::{Format, FormatSet};

    /// A request in a dialect without anything beside its URL.
    pub(crate) fn call<'a>(path: &'a str, query: &'a str) -> Call<'a> {
        Call {
            path,
            whole_path: path,
            query,
            accept: None,
            user_agent: None,
            hinted: Default::default(),
            origins: Box::leak(Box::default()),
            offer: FormatSet::of(&[Format::WebP, Format::Avif]),
            now_secs: 1_700_000_000,
            keys: Box::leak(Box::default()),
        }
    }

    /// A native request.
    pub(crate) fn native(query: &str) -> Asked {
        let config = Config::default();
        let asked = crate::url::parse(query, &config.url_defaults());
        asked.expect(query).expect("a source")
    }

    /// The canonical form of a translation.
    pub(crate) fn canonical(translation: &Translation) -> String {
        crate::url::canonical(&translation.asked)
    }
}
