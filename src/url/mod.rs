//! Parses a request's query string, and writes its canonical form.
//!
//! This module owns the vocabulary (`param`), the values (`value`), the source's spelling
//! (`source`), presets, lists of widths, and signatures (`signature`). Whether the source may be
//! fetched is decided elsewhere (`origin::rules`). Invariant: `parse(canonical(asked)) == asked`,
//! and requests with the same meaning have the same canonical form, independent of order, aliases,
//! case of the host, spelled-out defaults, preset or signature.

mod asked;
mod defaults;
mod disposition;
mod effect;
mod error;
pub mod examples;
pub mod fallback;
mod given;
pub mod hinted;
pub mod hints;
mod ignored;
mod names;
pub mod origins;
mod overlay;
pub mod param;
pub mod pictures;
pub mod preset;
pub mod queries;
pub(crate) mod settle;
pub(crate) mod shape;
pub mod signature;
mod source;
mod text;
pub(crate) mod value;
pub mod widths;

pub use crate::url::asked::Asked;
pub use crate::url::defaults::Defaults;
pub use crate::url::disposition::Disposition;
pub use crate::url::error::Error;
use crate::url::error::MAX_URL_BYTES;
pub(crate) use crate::url::error::quote;
pub use crate::url::fallback::Fallback;
pub use crate::url::given::Given;
pub use crate::url::ignored::ignored;
use crate::url::param::PARAMS;
use crate::url::settle::{fallback, hold, settle};
pub use crate::url::source::{Source, below};

/// Checks that a request's URL is short enough to be parsed.
///
/// # Errors
/// [`Error::TooLong`] beyond 8 KiB.
pub fn check_length(url: &::url::Url) -> Result<(), Error> {
    if url.as_str().len() > MAX_URL_BYTES {
        Err(Error::TooLong)
    } else {
        Ok(())
    }
}

/// Parses a query string.
///
/// Returns `Ok(None)` if the query names no source, and so does not concern the resizer. Whether
/// the request is authorised is decided by [`signature::verify`].
///
/// # Errors
/// [`Error`] names the first invalid parameter; unknown parameters are ignored.
pub fn parse(query: &str, defaults: &Defaults<'_>) -> Result<Option<Asked>, Error> {
    if !names_source(query) {
        return Ok(None);
    }
    let given = Given::read(query)?;
    let preset = defaults.presets.of(&given, defaults.presets_only)?;
    let draft = settle(&given, preset, defaults)?;
    let fallback = fallback(draft.fallback.as_ref(), defaults)?;
    let varies = draft.varies;
    Ok(draft.source.map(|source| Asked {
        fallback,
        varies,
        disposition: draft
            .file_name
            .map(|name| Disposition::saved_as(&name, &source)),
        source,
        transform: draft.transform,
        version: draft.version,
        max_age_secs: draft.max_age_secs,
        expires_secs: draft.expires_secs,
        overlays: draft.sources,
        words: draft.words,
        font: draft.font,
    }))
}

/// Holds a request that was not parsed from a query string to the deployment's limits: what goes
/// beyond them is cut down to them.
///
/// # Errors
/// A request that no size of the box brings within the limits, and shares of the source's side
/// where there is a list of widths.
pub fn admit(mut asked: Asked, defaults: &Defaults<'_>) -> Result<Asked, Error> {
    hold(&mut asked, defaults)?;
    Ok(asked)
}

/// Whether a query string with a source could be that of a signed URL: it has a signature, or no
/// parameter that only an origin would know.
pub fn is_ours(query: &str) -> bool {
    Given::read(query).is_ok_and(|given| given.has("sig") || given.unknown().is_none())
}

/// Whether a query string that names no source has a parameter that says how an image is to be.
/// Those of versions, times, file names and signatures do not.
pub fn transforms(query: &str) -> bool {
    const BESIDE: [&str; 7] = ["v", "maxage", "exp", "sig", "dl", "widths", "default"];
    !names_source(query)
        && ::url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| {
            param::find(&name).is_some_and(|(_, param)| !BESIDE.contains(&param.name))
        })
}

/// Returns the query string of the same request with the image at a path as its source.
pub fn about(path: &str, query: &str) -> String {
    let source: String = ::url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("s={source}&{query}")
}

/// Whether a query string has a source that can be read, and so is one of ours.
pub fn has_source(query: &str) -> bool {
    ::url::form_urlencoded::parse(query.as_bytes()).any(|(name, text)| {
        param::find(&name).is_some_and(|(_, param)| param.name == "s")
            && (Source::parse(&text).is_some() || origins::split(&text).is_some())
    })
}

fn names_source(query: &str) -> bool {
    ::url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| param::find(&name).is_some_and(|(_, param)| param.name == "s"))
}

/// Returns the canonical form: every parameter under its canonical name, in order, defaults spelled
/// out.
///
/// ```
/// # use letterbox::{config::Config, url};
/// let config = Config::default();
/// let asked = url::parse("height=50&url=https://A.example/x.jpg", &config.url_defaults())?.expect("there is a source");
/// let canonical = url::canonical(&asked);
/// assert!(canonical.starts_with("a=center&bg=ffffffff&dpr=1&"), "{canonical}");
/// assert!(canonical.contains("&h=50&") && canonical.contains("&s=https%3A%2F%2Fa.example%2Fx.jpg&"));
/// # Ok::<(), url::Error>(())
/// ```
pub fn canonical(asked: &Asked) -> String {
    let pairs: Vec<_> = PARAMS
        .iter()
        .filter_map(|p| Some((p.name, (p.write?)(asked)?)))
        .collect();
    serde_urlencoded::to_string(pairs).expect("pairs of strings always serialise")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::url::error::without;
    use letterbox_engine::transform::{Format, Frames, Negotiated};
    use proptest::prelude::*;
    use std::num::NonZeroU16;

    fn read(query: &str) -> Result<Option<Asked>, Error> {
        parse(query, &Config::default().url_defaults())
    }

    fn key(query: &str) -> String {
        canonical(&read(query).expect("good query").expect("has a source"))
    }

    #[test]
    fn order_aliases_case_and_spelled_out_defaults_do_not_matter() {
        let plain = key("s=https://a.example/x.jpg");
        for same in [
            "url=https://A.Example/x.jpg",
            "h=627&w=1200&s=https://a.example/x.jpg&fit=contain&q=80&bg=white&dpr=1&a=center&f=keep&il=0&we=0",
            "src=https://a.example:443/x.jpg&width=1200&fit=pad&background=FFF&quality=80&dpr=1.00",
            "utm_source=x&s=https://a.example/x.jpg%23part&foo=1&foo=2",
        ] {
            assert_eq!(key(same), plain, "{same}");
        }
        assert_ne!(key("s=https://a.example/x.jpg&v=2"), plain);
        assert_eq!(key("s=/x&fit=scale-down"), key("we&fit=inside&s=/x"));
        assert_eq!(
            key("s=/x&fit=scale-down&we=0"),
            key("we=0&s=/x&fit=scale-down")
        );
    }

    #[test]
    fn a_png_is_lossless_until_a_quality_is_asked_for() {
        assert_eq!(key("s=/x&f=png"), key("q=100&s=/x&f=png"));
        assert_ne!(key("s=/x&f=png"), key("s=/x&f=png&q=80"));
        assert_eq!(key("s=/x"), key("s=/x&q=80"));
        assert_eq!(key("s=/x&f=jpg"), key("s=/x&f=jpg&q=80"));
        let quality = |config: &Config, query: &str| {
            let asked = parse(query, &config.url_defaults()).expect("good query");
            let asked = asked.expect("has a source");
            let again = parse(&canonical(&asked), &config.url_defaults());
            assert_eq!(again, Ok(Some(asked.clone())), "{query}");
            asked.transform.quality.get()
        };
        let settings = [
            ("ALLOWED_SOURCES", "a.example"),
            ("DEFAULT_QUALITY", "70"),
            ("PRESETS", "small: q=40; png: f=png; both: f=png&q=30"),
        ];
        let config = Config::from_pairs(settings).expect("good settings");
        for (query, wanted) in [
            ("s=/x", 70),
            ("s=/x&f=png", 100),
            ("s=/x&f=png&q=70", 70),
            ("s=/x&p=small", 40),
            ("s=/x&p=small&f=png", 40),
            ("s=/x&p=png", 100),
            ("s=/x&p=png&f=jpg", 70),
            ("s=/x&p=both", 30),
            ("s=/x&p=both&f=webp", 30),
        ] {
            assert_eq!(quality(&config, query), wanted, "{query}");
        }
    }

    #[test]
    fn a_quality_of_a_format_counts_where_the_answer_may_have_it() {
        for (one, other) in [
            ("f=webp&q=webp:79", "f=webp&q=80"),
            ("f=webp&q=50,webp:79", "f=webp"),
            ("f=webp&q=avif:79,webp:79,50", "f=webp"),
            ("f=jpg&q=jpeg:85", "f=jpg&q=85"),
            ("f=jpg&q=85,avif:40", "f=jpg&q=85"),
            ("f=avif&q=avif:61,9", "f=avif&q=avif:61"),
            ("f=png&q=webp:50", "f=png"),
            ("f=png&q=png:50", "f=png&q=50"),
            ("f=gif&q=webp:50", "f=gif"),
            ("q=webp:79,avif:60,jpg:80,png:3", ""),
            ("q=webp:50", "q=webp:50,80"),
            ("f=auto&q=webp:50", "f=auto"), // this client names no format
        ] {
            let (one, other) = (format!("s=/x&{one}"), format!("s=/x&{other}"));
            assert_eq!(key(&one), key(&other));
        }
        assert!(key("s=/x&q=webp:50,jpg:70").contains("&q=80%2Cjpg%3A70%2Cwebp%3A50&"));
        assert!(key("s=/x&f=avif&q=avif:61").contains("&q=avif%3A61&"));
        assert_ne!(key("s=/x&q=webp:50"), key("s=/x"));
    }

    #[test]
    fn a_bad_value_names_the_parameter_the_value_and_what_was_expected() {
        let error = read("s=/x&width=1e3").expect_err("1e3 is no whole number");
        assert_eq!(
            error.to_string(),
            "w=1e3 is not auto, a whole number from 1 to 4096, or a share such as 50p"
        );
        for (query, said) in [
            (
                "w=99999",
                "w=99999 is not auto, a whole number from 1 to 2000, or a share such as 50p",
            ),
            (
                "h=0",
                "h=0 is not auto, a whole number from 1 to 2000, or a share such as 50p",
            ),
            (
                "w=1990&pad=6",
                "pad is not so narrow that the answer has at most 2000 pixels a side after dpr",
            ),
            (
                "w=0.001p",
                "w=0.001p is not auto, a whole number from 1 to 2000, or a share such as 50p",
            ),
            ("w=2001", "w=2001 is not at most 2000 pixels after dpr"),
            (
                "maxage=1h",
                "maxage=1h is not a time from 1 second to 600 seconds: whole seconds, or days, weeks, months of 30 days or years such as 10d, 2w, 6M or 1y",
            ),
        ] {
            let vars = &[("MAX_OUTPUT_SIDE", "2000"), ("CACHE_TTL", "600")];
            assert_eq!(told(vars, &format!("s=/x&{query}")), said);
        }
        let error = read("s=/x&w=5&width=5").expect_err("twice");
        assert_eq!(error, Error::Twice("w"));
        let error = read("s=ftp&w=1").expect_err("no URL");
        assert!(!error.to_string().contains("ftp"), "{error}");
        let error = read("s=/x&w=3000&dpr=2").expect_err("6000 pixels");
        assert_eq!(
            error.to_string(),
            "w=6000 is not at most 4096 pixels after dpr"
        );
    }

    #[test]
    fn the_formats_without_avif_are_the_others_in_words_that_are_read() {
        let said = Error::without(Format::Avif).to_string();
        let list = said.strip_prefix("f=avif is not ").expect("the parameter");
        let list = list.strip_suffix(": this deployment has no AVIF");
        let list = list.expect("the reason").replace(" or ", ", ");
        let words: Vec<_> = list.split(", ").collect();
        let good = PARAMS[param::row("f")].examples.good;
        let others = good.iter().map(|spellings| spellings[0]);
        let others: Vec<_> = others.filter(|word| *word != "avif").collect();
        assert_eq!(words, others);
        for (list, rest) in [("a, b or c", "a or b"), ("c or d", "d"), ("c", "")] {
            assert_eq!(without(list, "c"), rest);
        }
    }

    #[test]
    fn a_deployment_has_defaults_of_its_own_that_a_preset_and_a_request_replace() {
        let vars = [
            ("ALLOWED_SOURCES", "a.example"),
            ("DEFAULTS", "h=auto&fit=scale-down&f=auto&q=60"),
            ("PRESETS", "box: w=10&h=10"),
        ];
        let config = Config::from_pairs(vars).expect("good settings");
        let canonical = |query: &str| {
            let asked = parse(query, &config.url_defaults()).expect("good query");
            let asked = asked.expect("has a source");
            let text = canonical(&asked);
            let again = parse(&text, &config.url_defaults());
            assert_eq!(again, Ok(Some(asked)), "{query}");
            text
        };
        for (query, wanted) in [
            (
                "s=/x&w=300",
                "&f=auto&fit=inside&h=auto&il=0&ll=0&n=all&page=0&q=60&s=%2Fx&w=300&we=1",
            ),
            (
                "s=/x&fit=cover&p=box",
                "&f=auto&fit=cover&h=10&il=0&ll=0&n=all&page=0&q=60&s=%2Fx&w=10&we=0",
            ),
            (
                "s=/x&f=png&h=50p",
                "&f=png&fit=inside&h=50p&il=0&ll=0&n=all&page=0&q=100&s=%2Fx&w=1200&we=1",
            ),
        ] {
            let text = canonical(query);
            assert!(text.ends_with(wanted), "{query}: {text}");
        }
    }

    #[test]
    fn a_signed_list_has_one_picture_a_width_whatever_dpr_multiplies() {
        let around = "s=/x&widths=100,200,400&h=200&pad=40&border=8,red&ax=20&mw=80&radius=24,10p";
        let of = |query: &str| key(&format!("{around}&{query}"));
        assert_eq!(of("w=200"), of("w=100&dpr=2"));
        assert_eq!(of("w=200"), of("w=400&dpr=0.5"));
        let half = of("w=200");
        for part in [
            "&pad=20&",
            "border=4%2C",
            "&ax=10&",
            "&mw=40&",
            "&h=100&",
            "&radius=12%2C10p&",
        ] {
            assert!(half.contains(part), "{part}: {half}");
        }
        let ladder = [
            ("ALLOWED_SOURCES", "a.example"),
            ("WIDTH_LADDER", "320,640"),
        ];
        for (query, wanted) in [
            ("w=160&h=80&dpr=2&pad=10", "&pad=20&"),
            ("w=320&h=160&dpr=1&pad=10", "&pad=10&"),
            ("w=300&h=160&dpr=2&pad=30", "&pad=64&"),
            ("w=auto&h=160&dpr=2&pad=10", "&pad=20&"),
        ] {
            let text = told(&ladder, &format!("s=/x&{query}"));
            assert!(text.contains(wanted), "{query}: {text}");
        }
    }

    #[test]
    fn a_share_of_the_source_is_no_rung_of_a_ladder() {
        let listed = [
            ("ALLOWED_SOURCES", "a.example"),
            ("WIDTH_LADDER", "320,640"),
        ];
        assert_eq!(
            told(&listed, "s=/x&w=50p"),
            "w=50p is not auto, or a whole number of pixels, where there is a list of widths"
        );
    }

    #[test]
    fn without_a_source_nothing_is_asked() {
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("w=100&fit=nonsense"), Ok(None));
        assert!(read("url=%00").is_err());
    }

    #[test]
    fn a_long_hostile_value_is_quoted_short() {
        let error = read(&format!("s=/x&fit={}", "%0a".repeat(2000))).expect_err("no fit");
        assert!(error.to_string().len() < 300, "{error}");
        assert!(!error.to_string().contains('\n'));
        let long = format!("https://a.example/?s=/{}", "x".repeat(9000));
        assert_eq!(
            check_length(&::url::Url::parse(&long).expect("a URL")),
            Err(Error::TooLong)
        );
    }

    /// Returns the canonical form, or the error message, under settings of the deployment.
    fn told(vars: &[(&str, &str)], query: &str) -> String {
        let vars = [vars, &[("ALLOWED_SOURCES", "a.example.com")]].concat();
        let config = Config::from_pairs(vars).expect("good settings");
        match parse(query, &config.url_defaults()) {
            Ok(asked) => canonical(&asked.expect("has a source")),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_preset_and_its_spelled_out_twin_are_one() {
        let vars = &[(
            "PRESETS",
            "card: w=600&h=315&fit=cover; thumb: w=160&h=160&fit=scale-down&bg=fff; small: we=1",
        )];
        for (preset, spelled) in [
            ("s=/x&p=card", "s=/x&w=600&h=315&fit=cover"),
            ("preset=card&s=/x&v=2", "s=/x&w=600&h=315&fit=cover&v=2"),
            // A parameter in the URL replaces the preset's, wherever it stands, and replaces
            // everything that the preset's value meant.
            ("s=/x&p=card&w=300", "s=/x&w=300&h=315&fit=cover"),
            ("height=9&s=/x&p=card", "s=/x&w=600&h=9&fit=cover"),
            ("s=/x&p=thumb&fit=inside", "s=/x&w=160&h=160&fit=inside"),
            ("s=/x&p=small&we=0", "s=/x"),
            ("s=/x&p=card&utm=1", "s=/x&w=600&h=315&fit=cover"),
        ] {
            assert_eq!(told(vars, preset), told(vars, spelled), "{preset}");
            assert!(told(vars, preset).starts_with("a="), "{preset}");
        }
        assert_eq!(
            told(vars, "s=/x&p=Card"),
            "p=Card is not one of card, thumb, small"
        );
        assert_eq!(
            told(&[], "s=/x&p=card"),
            "p=card is not a preset: this deployment has none"
        );
        assert_eq!(
            told(vars, "s=/x&p=card&preset=card"),
            Error::Twice("p").to_string()
        );
    }

    #[test]
    fn presets_only_means_nothing_beside_them() {
        let vars = &[
            ("PRESETS", "card: w=600; thumb: w=160"),
            ("PRESETS_ONLY", "true"),
        ];
        for good in [
            "s=/x&p=card",
            "url=/x&preset=card&cb=1&exp=99&sig=x&utm=1",
            "s=/x",
        ] {
            assert!(told(vars, good).starts_with("a="), "{good}");
        }
        for (bad, name) in [
            ("w=600", "w"),
            ("height=1", "h"),
            ("widths=1,2", "widths"),
            ("maxage=1", "maxage"),
        ] {
            assert_eq!(
                told(vars, &format!("s=/x&p=card&{bad}")),
                format!(
                    "{name} is not for this deployment, which takes presets only: p is one of card, thumb"
                )
            );
        }
    }

    #[test]
    fn a_ladder_makes_one_entry_of_near_widths() {
        let vars = &[("WIDTH_LADDER", "320, 640, 1280")];
        for (asked, snapped) in [
            ("s=/x&w=301&h=150", "s=/x&w=320&h=159"),
            ("s=/x&w=300&h=150", "s=/x&w=320&h=160"),
            ("s=/x&w=320&h=160&dpr=2", "s=/x&w=640&h=320"),
            ("s=/x&w=9000&h=4500", "s=/x&w=1280&h=640"),
            ("s=/x&w=500&h=auto", "s=/x&w=640&h=auto"),
            ("s=/x&w=auto&h=500", "s=/x&w=auto&h=640"),
            ("s=/x", "s=/x&w=1280&h=669"),
        ] {
            assert_eq!(told(vars, asked), told(&[], snapped), "{asked}");
        }
        assert_eq!(
            told(vars, "s=/x&w=1&h=60000"),
            "h=65535 is not at most 4096 pixels after dpr"
        );
        // A signed list replaces the deployment's ladder.
        assert_eq!(
            told(vars, "s=/x&widths=100,200&w=100"),
            told(&[], "s=/x&w=100&h=auto")
        );
    }

    #[test]
    fn one_of_the_signed_widths_is_chosen_and_the_height_goes_with_it() {
        let vars = &[("PRESETS", "card: w=1200&h=600&fit=cover; bare: q=50")];
        for (asked, chosen) in [
            ("s=/x&widths=400,800&h=300&w=400", "s=/x&w=400&h=150"),
            ("s=/x&widths=400,800&h=300&w=400&dpr=2", "s=/x&w=800&h=300"),
            ("s=/x&widths=400,800&h=300", "s=/x&w=800&h=300"),
            ("s=/x&widths=400,800&h=300&dpr=2", "s=/x&w=800&h=300"),
            ("s=/x&widths=400,800&w=400", "s=/x&w=400&h=auto"),
            ("s=/x&widths=400,800&w=400&h=auto", "s=/x&w=400&h=auto"),
            ("s=/x&widths=213,320&w=213&dpr=1.5", "s=/x&w=320&h=auto"),
            ("s=/x&widths=1,3000&h=2&w=1", "s=/x&w=1&h=1"),
            (
                "s=/x&p=card&widths=400,800&w=400",
                "s=/x&w=400&h=200&fit=cover",
            ),
            (
                "s=/x&p=card&widths=400,800&h=300&w=400",
                "s=/x&w=400&h=100&fit=cover",
            ),
            ("s=/x&p=bare&widths=400,800&w=400", "s=/x&w=400&h=auto&q=50"),
        ] {
            assert_eq!(told(vars, asked), told(&[], chosen), "{asked}");
        }
        for (asked, complaint) in [
            (
                "widths=400,800&w=500",
                "w=500 is not one of the signed widths 400, 800, after dpr",
            ),
            (
                "widths=400,800&w=800&dpr=2",
                "w=1600 is not one of the signed widths 400, 800, after dpr",
            ),
            (
                "widths=400,800&w=auto",
                "w=auto is not one of the signed widths 400, 800",
            ),
            (
                "widths=400,9000&w=9000",
                "w=9000 is not at most 4096 pixels after dpr",
            ),
            ("widths=800,400", "widths=800,400 is not 1 to 32 ascending"),
        ] {
            let said = told(&[], &format!("s=/x&{asked}"));
            assert!(said.starts_with(complaint), "{asked}: {said}");
        }
    }

    #[test]
    fn a_lifetime_is_part_of_the_key_where_it_differs_from_the_deployments_own() {
        let vars = &[("CACHE_TTL", "2592000")];
        assert_eq!(told(vars, "s=/x&maxage=30d"), told(vars, "s=/x"));
        assert_eq!(
            told(vars, "s=/x&maxage=1d"),
            told(vars, "s=/x&maxage=86400")
        );
        assert!(told(vars, "s=/x&maxage=1d").contains("&maxage=86400&"));
        assert_eq!(
            told(vars, "s=/x&maxage=31d"),
            "maxage=2678400 is not at most 2592000 seconds"
        );
        assert!(told(vars, "s=/x&maxage=0").starts_with("maxage=0 is not a time from 1 second"));
    }

    #[test]
    fn a_page_is_a_still_and_frames_have_one_spelling() {
        let of = |query: &str| {
            let asked = read(&format!("s=/x{query}")).expect("good");
            let Frames { first, count } = asked.expect("a source").transform.frames;
            (first, count.map_or(0, NonZeroU16::get))
        };
        assert_eq!(of(""), (0, 0));
        assert_eq!(of("&n=-1"), (0, 0));
        assert_eq!(of("&n=7"), (0, 7));
        assert_eq!(of("&page=2"), (2, 1));
        assert_eq!(of("&n=3&page=2"), (2, 3));
        assert_eq!(of("&page=2&n=all"), (2, 0));
        assert_eq!(key("s=/x&page=0"), key("s=/x&n=1"));
        assert_eq!(key("s=/x&n=all"), key("s=/x"));
        for bad in ["n=0", "n=-2", "n=65536", "n=", "page=-1", "page=1.5"] {
            assert!(read(&format!("s=/x&{bad}")).is_err(), "{bad}");
        }
    }

    #[test]
    fn who_may_ask_and_until_when_is_no_part_of_the_key() {
        let plain = key("s=/x");
        assert_eq!(key("s=/x&exp=4102444800&sig=whatever"), plain);
        let asked = read("s=/x&exp=4102444800")
            .expect("good")
            .expect("a source");
        assert_eq!(asked.expires_secs, Some(4_102_444_800));
        assert!(read("s=/x&exp=soon").is_err());
    }

    /// Clients that ask for `f=auto`.
    fn clients() -> impl Strategy<Value = Negotiated> {
        prop_oneof![
            Just(Negotiated::Card),
            any::<[bool; 2]>().prop_map(|[webp, avif]| {
                let named = [(webp, Format::WebP), (avif, Format::Avif)];
                let named = named
                    .into_iter()
                    .filter_map(|(is, format)| is.then_some(format));
                Negotiated::Client(named.collect())
            }),
        ]
    }

    proptest! {
        #[test]
        fn parsing_the_canonical_form_gives_the_same_back(
            chances in proptest::collection::vec(any::<u32>(), 64),
            path in "/[ -~]{0,40}",
            negotiated in clients(),
        ) {
            let Some(source) = Source::parse(&path) else { return Ok(()) };
            let mut chances = chances.into_iter().cycle();
            let query = queries::query(&mut |sides| chances.next().map_or(0, |chance| chance % sides));
            let source = serde_urlencoded::to_string([("s", source.to_string())]).expect("a string");
            let config = Config::default();
            let client = Defaults { negotiated, ..config.url_defaults() };
            let asked = match parse(&format!("{source}&{query}"), &client) {
                Ok(asked) => asked.expect("a source"),
                Err(error) => {
                    prop_assert!(error.to_string().contains("after dpr"), "{query}: {error}");
                    return Ok(());
                }
            };
            prop_assert_eq!(parse(&canonical(&asked), &client), Ok(Some(asked)));
        }

        #[test]
        fn no_query_string_panics(query in "(([a-z]{1,3}|width|url)=[ -~\u{0}-\u{ff}]{0,12}&?){0,6}") {
            let _ = read(&query);
        }
    }
}
