//! A request's query string to what it asks for, and back to its one canonical spelling.
//!
//! Owns the vocabulary (`param`), the values (`value`) and the source's spelling (`source`). Leaves to others whether the
//! source may be fetched (`origin::rules`). Invariant: `parse(canonical(asked)) == asked`, and requests that ask for the
//! same thing have the same canonical form, whatever their order, aliases, case of the host or spelled-out defaults.

mod names;
pub mod param;
mod source;
pub(crate) mod value;

use std::fmt;

use param::{Draft, PARAMS};
pub use source::Source;

use crate::transform::{Side, Transform};

/// The longest request URL, in bytes.
const MAX_URL_BYTES: usize = 8192;

/// What a request with a source asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The image to start from.
    pub source: Source,
    /// What to do to it.
    pub transform: Transform,
    /// The cache buster, if any.
    pub version: Option<String>,
}

/// What the deployment decides about requests: the defaults, and the largest canvas.
#[derive(Clone, Copy, Debug)]
pub struct Defaults {
    /// The transform of a request that gives nothing but `s`.
    pub transform: Transform,
    /// Longest side of the answer, in device pixels.
    pub max_side: u32,
    /// Most pixels of the answer.
    pub max_pixels: u64,
}

/// The caller's fault, by parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The request's URL is longer than 8 KiB.
    TooLong,
    /// A value that cannot be read.
    Bad {
        /// The canonical name.
        param: &'static str,
        /// The offending text, where it may be quoted.
        value: Option<String>,
        /// What was expected.
        expected: String,
    },
    /// A parameter given twice, possibly under two names.
    Twice(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::TooLong => write!(f, "the URL is longer than {MAX_URL_BYTES} bytes"),
            Error::Bad {
                param,
                value: Some(value),
                expected,
            } => write!(f, "{param}={value} is not {expected}"),
            Error::Bad {
                param,
                value: None,
                expected,
            } => write!(f, "{param} is not {expected}"),
            Error::Twice(param) => write!(
                f,
                "{param} is given twice: expected one value, under one of its names"
            ),
        }
    }
}

/// Whether a request's URL is of a length that is worth reading.
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

/// Reads a query string.
///
/// `Ok(None)` means that it names no source: nothing is asked of the resizer.
///
/// # Errors
/// [`Error`] names the first parameter that is wrong; unknown parameters are ignored.
pub fn parse(query: &str, defaults: &Defaults) -> Result<Option<Asked>, Error> {
    // The form parser decodes any bytes; what is not UTF-8 becomes U+FFFD, and that is in no value of any parameter.
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    if !pairs
        .iter()
        .any(|(name, _)| param::find(name).is_some_and(|(_, param)| param.name == "s"))
    {
        return Ok(None);
    }
    let mut draft = Draft {
        source: None,
        transform: defaults.transform,
        version: None,
    };
    let mut seen = [false; PARAMS.len()];
    for (name, text) in &pairs {
        let Some((row, param)) = param::find(name) else {
            continue;
        };
        if std::mem::replace(&mut seen[row], true) {
            return Err(Error::Twice(param.name));
        }
        (param.read)(&mut draft, text).ok_or_else(|| Error::Bad {
            param: param.name,
            value: param.quotable.then(|| quote(text)),
            expected: param.expected.to_owned(),
        })?;
    }
    let Some(source) = draft.source else {
        return Ok(None);
    };
    check_canvas(&draft.transform, defaults)?;
    Ok(Some(Asked {
        source,
        transform: draft.transform,
        version: draft.version,
    }))
}

/// The one spelling: every parameter under its canonical name, in order, defaults spelled out.
///
/// ```
/// # use letterbox::{config::Config, url};
/// let defaults = Config::default().url_defaults();
/// let asked = url::parse("height=50&url=https://A.example/x.jpg", &defaults)?.expect("there is a source");
/// assert_eq!(
///     url::canonical(&asked),
///     "a=center&bg=ffffffff&dpr=1&f=keep&fit=contain&h=50&il=0&q=80&s=https%3A%2F%2Fa.example%2Fx.jpg&w=1200&we=0",
/// );
/// # Ok::<(), url::Error>(())
/// ```
pub fn canonical(asked: &Asked) -> String {
    let pairs: Vec<_> = PARAMS
        .iter()
        .filter_map(|p| Some((p.name, (p.write)(asked)?)))
        .collect();
    serde_urlencoded::to_string(pairs).expect("pairs of strings always serialise")
}

/// A canvas beyond the deployment's ceiling is the caller's mistake, told before anything is fetched.
fn check_canvas(transform: &Transform, defaults: &Defaults) -> Result<(), Error> {
    let pixels = |side| match side {
        Side::Px(pixels) => transform.dpr.times(pixels),
        Side::Auto => 0, // known only when the source is; the plan checks it
    };
    let (width, height) = (pixels(transform.width), pixels(transform.height));
    let bad = |param, value: u32, most: String| {
        Err(Error::Bad {
            param,
            value: Some(value.to_string()),
            expected: format!("at most {most} after dpr"),
        })
    };
    if width > defaults.max_side {
        return bad("w", width, format!("{} pixels", defaults.max_side));
    }
    if height > defaults.max_side {
        return bad("h", height, format!("{} pixels", defaults.max_side));
    }
    if u64::from(width) * u64::from(height) > defaults.max_pixels {
        return bad(
            "w",
            width,
            format!("{} pixels in all, with h={height},", defaults.max_pixels),
        );
    }
    Ok(())
}

/// A caller's text, short and printable.
fn quote(text: &str) -> String {
    let short: String = text
        .chars()
        .take(40)
        .flat_map(char::escape_default)
        .collect();
    if text.chars().count() > 40 {
        format!("{short:.120}...")
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::transform::{Colour, Dpr, Fit, Format, Gravity, Quality, Target, Third};
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
    fn a_bad_value_names_the_parameter_the_value_and_what_was_expected() {
        let error = read("s=/x&width=1e3").expect_err("1e3 is no whole number");
        assert_eq!(
            error.to_string(),
            "w=1e3 is not auto, or a whole number from 1"
        );
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

    fn transforms() -> impl Strategy<Value = Transform> {
        let side = prop_oneof![
            Just(Side::Auto),
            (1u16..=512).prop_map(|v| Side::Px(NonZeroU16::new(v).expect("1.."))),
        ];
        let third = prop_oneof![Just(Third::Start), Just(Third::Middle), Just(Third::End)];
        let gravity = prop_oneof![
            (third.clone(), third).prop_map(|(x, y)| Gravity::Position(x, y)),
            (0u16..=10_000, 0u16..=10_000).prop_map(|(x, y)| Gravity::Focus(x, y)),
        ];
        let fit = prop_oneof![
            Just(Fit::Contain),
            Just(Fit::Inside),
            Just(Fit::Cover),
            Just(Fit::Fill),
            Just(Fit::Outside)
        ];
        let target = prop_oneof![
            Just(Target::Keep),
            Just(Target::Json),
            Just(Target::Image(Format::Jpeg)),
            Just(Target::Image(Format::Gif))
        ];
        let colour = any::<[u8; 4]>().prop_map(|[r, g, b, a]| Colour { r, g, b, a });
        let rest = (100u16..=800, 1u8..=100, any::<bool>(), any::<bool>());
        (side.clone(), side, fit, gravity, colour, target, rest).prop_map(
            |(
                width,
                height,
                fit,
                gravity,
                background,
                target,
                (dpr, quality, enlarge, interlace),
            )| Transform {
                width,
                height,
                fit,
                gravity,
                background,
                target,
                enlarge,
                interlace,
                dpr: Dpr::from_hundredths(dpr).expect("in range"),
                quality: Quality::new(quality).expect("in range"),
            },
        )
    }

    proptest! {
        #[test]
        fn parsing_the_canonical_form_gives_the_same_back(
            transform in transforms(),
            path in "/[ -~]{0,40}",
            version in proptest::option::of("[a-zA-Z0-9._-]{1,64}"),
        ) {
            let Some(source) = Source::parse(&path) else { return Ok(()) };
            let asked = Asked { source, transform, version };
            prop_assert_eq!(read(&canonical(&asked)), Ok(Some(asked)));
        }

        #[test]
        fn no_query_string_panics(query in "(([a-z]{1,3}|width|url)=[ -~\u{0}-\u{ff}]{0,12}&?){0,6}") {
            let _ = read(&query);
        }
    }
}
