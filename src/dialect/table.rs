//! The table of dialects.

use std::fmt;

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Next.js.
    Next,
    /// Vercel.
    Vercel,
    /// Netlify Image CDN.
    Netlify,
    /// ipx, the image server of Nuxt.
    Ipx,
    /// Cloudflare Images.
    Cloudflare,
    /// wsrv.nl.
    Wsrv,
    /// imgproxy.
    Imgproxy,
    /// thumbor.
    Thumbor,
    /// imagor.
    Imagor,
    /// AWS Dynamic Image Transformation.
    Aws,
    /// imgix.
    Imgix,
    /// Cloudinary.
    Cloudinary,
    /// Sanity.
    Sanity,
    /// Fastly's Image Optimizer.
    Fastly,
    /// Contentful.
    Contentful,
    /// Shopify.
    Shopify,
    /// Bunny Optimizer.
    Bunny,
    /// Supabase Storage.
    Supabase,
    /// Glide.
    Glide,
    /// Directus.
    Directus,
}

/// Facts about a dialect.
pub(crate) struct Row {
    pub(crate) dialect: Dialect,
    /// Name in `DIALECTS`.
    pub(crate) name: &'static str,
    /// Place of its options in a URL.
    pub(crate) form: Form,
    /// Options of its mounts.
    pub(crate) options: &'static [&'static str],
}

/// Place of a dialect's options in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The query of one exact path, with the source among them.
    Query,
    /// The path, with the source behind them.
    Path,
    /// The query of the image's own path.
    OnImage,
}

/// All dialects.
pub(crate) const DIALECTS: [Row; 20] = [
    Row {
        dialect: Dialect::Next,
        name: "next",
        form: Form::Query,
        options: &["widths", "qualities", "formats", "maxage"],
    },
    Row {
        dialect: Dialect::Vercel,
        name: "vercel",
        form: Form::Query,
        options: &["widths", "qualities", "formats", "maxage"],
    },
    Row {
        dialect: Dialect::Netlify,
        name: "netlify",
        form: Form::Query,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Ipx,
        name: "ipx",
        form: Form::Path,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Cloudflare,
        name: "cloudflare",
        form: Form::Path,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Wsrv,
        name: "wsrv",
        form: Form::Query,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Imgproxy,
        name: "imgproxy",
        form: Form::Path,
        options: &["maxage", "signature", "watermark", "preset.<name>"],
    },
    Row {
        dialect: Dialect::Thumbor,
        name: "thumbor",
        form: Form::Path,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Imagor,
        name: "imagor",
        form: Form::Path,
        options: &["maxage", "signature", "hash"],
    },
    Row {
        dialect: Dialect::Aws,
        name: "aws",
        form: Form::Path,
        options: &["maxage", "formats", "bucket.<name>"],
    },
    Row {
        dialect: Dialect::Imgix,
        name: "imgix",
        form: Form::OnImage,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Cloudinary,
        name: "cloudinary",
        form: Form::Path,
        options: &["maxage", "preset.<name>"],
    },
    Row {
        dialect: Dialect::Sanity,
        name: "sanity",
        form: Form::OnImage,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Fastly,
        name: "fastly",
        form: Form::OnImage,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Contentful,
        name: "contentful",
        form: Form::OnImage,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Shopify,
        name: "shopify",
        form: Form::OnImage,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Bunny,
        name: "bunny",
        form: Form::OnImage,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Supabase,
        name: "supabase",
        form: Form::OnImage,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Glide,
        name: "glide",
        form: Form::OnImage,
        options: &["maxage"],
    },
    Row {
        dialect: Dialect::Directus,
        name: "directus",
        form: Form::OnImage,
        options: &["maxage", "formats"],
    },
];

impl Dialect {
    /// All dialects.
    pub fn all() -> impl Iterator<Item = Dialect> {
        DIALECTS.iter().map(|row| row.dialect)
    }

    pub(crate) fn row(self) -> &'static Row {
        let row = DIALECTS.iter().find(|row| row.dialect == self);
        row.expect("the table has every dialect")
    }

    /// Returns the name in `DIALECTS`.
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
