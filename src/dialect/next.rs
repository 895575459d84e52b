//! Next.js (`/_next/image`) and Vercel (`/_vercel/image`): `?url=…&w=…&q=…`.
//!
//! The picture is at most `w` wide and never enlarged. Its format is the first of the mount's that
//! occurs in Accept, or else the source's own. Errors are those that the peer sends, as far as its
//! words are known.

use http::StatusCode;
use url::form_urlencoded::parse;

use crate::dialect::call::{
    Call, Disposition, Failure, Refusal, Told, Translation, UNASKED, number, set_quality, side,
};
use crate::dialect::options::Options;
use crate::url::Source;
use letterbox_engine::transform::{Format, Target, Transform};

/// Widths of a Next.js application that configures none: `deviceSizes` and `imageSizes`.
const WIDTHS: [u16; 15] = [
    32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840,
];

/// Qualities of one that configures none.
const QUALITIES: [u8; 1] = [75];

/// Formats of one that configures none.
const FORMATS: [Format; 1] = [Format::WebP];

/// Seconds for which one that configures nothing keeps an answer (`minimumCacheTTL`).
const MAX_AGE_SECS: u32 = 14_400;

/// Longest `url`, in characters.
const MOST_URL: usize = 3072;

/// Code of a Vercel error about the request.
const INVALID: &str = "INVALID_IMAGE_OPTIMIZE_REQUEST";

/// Reads a request; `vercel` has every quality where its mount lists none.
pub(crate) fn read(
    call: &Call<'_>,
    options: &Options,
    vercel: bool,
) -> Result<Translation, Refusal> {
    let url = one(call, "url", "\"url\" parameter")?;
    if url.chars().count() > MOST_URL {
        return Err(bad("\"url\" parameter is too long"));
    }
    if url.starts_with("//") {
        return Err(bad(
            "\"url\" parameter cannot be a protocol-relative URL (//)",
        ));
    }
    let path = url.split(['?', '#']).next().unwrap_or_default();
    if path == call.whole_path {
        return Err(bad("\"url\" parameter cannot be recursive"));
    }
    let source = Source::parse(&url).ok_or_else(|| bad("\"url\" parameter is invalid"))?;

    let (width, quality) = (
        one(call, "w", "\"w\" parameter (width)")?,
        one(call, "q", "\"q\" parameter (quality)")?,
    );
    let width = number(&width)
        .filter(|&width| width > 0)
        .ok_or_else(|| bad("\"w\" parameter (width) must be an integer greater than 0"))?;
    let listed = |width: u64| {
        let widths = options.widths.as_deref().unwrap_or(&WIDTHS);
        widths.iter().any(|listed| u64::from(*listed) == width)
    };
    if !listed(width) {
        return Err(bad(format!(
            "\"w\" parameter (width) of {width} is not allowed"
        )));
    }
    let quality = number(&quality)
        .and_then(|quality| u8::try_from(quality).ok())
        .filter(|quality| (1..=100).contains(quality))
        .ok_or_else(|| bad("\"q\" parameter (quality) must be an integer between 1 and 100"))?;
    let qualities = match &options.qualities {
        Some(qualities) => Some(&qualities[..]),
        None if vercel => None,
        None => Some(&QUALITIES[..]),
    };
    if qualities.is_some_and(|qualities| !qualities.contains(&quality)) {
        return Err(bad(format!(
            "\"q\" parameter (quality) of {quality} is not allowed"
        )));
    }

    let formats = options.formats.as_deref().unwrap_or(&FORMATS);
    let mut transform = Transform {
        width: side(width),
        enlarge: false,
        target: Target::Auto(call.weighted(formats)),
        ..UNASKED
    };
    let avif = matches!(transform.target, Target::Auto(named) if named.name().starts_with("avif"));
    set_quality(
        &mut transform,
        match avif {
            // round(q · 50 / 80)
            true => (((u16::from(quality) * 50 + 40) / 80) as u8).max(1),
            false => quality,
        },
    );
    let mut translation = Translation::new(source, transform);
    translation.asked.max_age_secs = Some(options.max_age_secs.unwrap_or(MAX_AGE_SECS));
    let named = Disposition::of_source(true, &translation.asked.source);
    translation.asked.disposition = Some(named);
    Ok(translation)
}

/// Returns the one value of a parameter.
fn one(call: &Call<'_>, name: &str, title: &str) -> Result<String, Refusal> {
    let mut values = parse(call.query.as_bytes()).filter(|(given, _)| given == name);
    let value = values.next().map(|(_, value)| value.into_owned());
    if values.next().is_some() {
        return Err(bad(format!("{title} cannot be an array")));
    }
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| bad(format!("{title} is required")))
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::bad(INVALID, message)
}

/// Tells an error as Next.js does: a sentence and a status.
pub(crate) fn tell(failure: &Failure<'_>) -> Told {
    let (status, text) = words(failure);
    Told::text(status, text)
}

/// Tells an error as Vercel does: with a code in front of the sentence.
pub(crate) fn tell_vercel(failure: &Failure<'_>) -> Told {
    let (status, text) = words(failure);
    let of_source = failure.of_source.is_some() || failure.code.starts_with("origin-");
    let (status, code) = match (failure.own, of_source) {
        ("", true) => (
            StatusCode::BAD_GATEWAY,
            "OPTIMIZED_EXTERNAL_IMAGE_REQUEST_INVALID",
        ),
        _ => (status, INVALID),
    };
    Told {
        field: Some(("x-vercel-error", code.to_owned())),
        ..Told::text(status, format!("{text}\n\n{code}\n"))
    }
}

fn words(failure: &Failure<'_>) -> (StatusCode, String) {
    let upstream = "\"url\" parameter is valid but upstream response is invalid";
    if let Some(status) = failure.of_source {
        return (status, upstream.to_owned());
    }
    let told = |status, text: &str| (status, text.to_owned());
    match failure.code {
        "source-not-allowed" => told(StatusCode::BAD_REQUEST, "\"url\" parameter is not allowed"),
        "origin-timeout" => told(
            StatusCode::GATEWAY_TIMEOUT,
            "\"url\" parameter is valid but upstream response timed out",
        ),
        "too-many-redirects" => told(
            StatusCode::LOOP_DETECTED,
            "\"url\" parameter is valid but upstream response is invalid",
        ),
        "source-too-large" => told(
            StatusCode::PAYLOAD_TOO_LARGE,
            "\"url\" parameter is valid but upstream response is invalid",
        ),
        "unsupported-format" | "corrupt-image" => told(
            StatusCode::BAD_REQUEST,
            "The requested resource isn't a valid image.",
        ),
        _ => (failure.status, failure.message.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::testing::{call, canonical};

    fn read_next(query: &str) -> Result<Translation, Refusal> {
        let call = Call {
            accept: Some("image/avif,image/webp,*/*"),
            ..call("/_next/image", query)
        };
        read(&call, &Options::default(), false)
    }

    #[test]
    fn width_quality_and_format_are_what_next_does_with_them() {
        let asked = read_next("url=/a.jpg&w=640&q=75").expect("good");
        let text = canonical(&asked);
        for part in [
            "&f=auto&",
            "&fit=inside&",
            "&h=auto&",
            "&w=640&we=1",
            "&q=76&",
            "maxage=14400",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let avif = Options {
            formats: Some(vec![Format::Avif, Format::WebP]),
            ..Options::default()
        };
        let accepting = Call {
            accept: Some("image/avif,image/webp,*/*"),
            ..call("/_next/image", "url=/a.jpg&w=640&q=75")
        };
        let asked = read(&accepting, &avif, false).expect("good");
        let own = asked.asked.transform.quality.on_scale_of(Format::Avif);
        assert_eq!(own, 47);
        let named = asked.asked.disposition.expect("a name");
        assert_eq!((named.attachment, &*named.name), (true, "a"));
    }

    #[test]
    fn every_error_has_the_words_of_next() {
        let long = format!("url=/{}&w=640&q=75", "x".repeat(3072));
        for (query, said) in [
            ("", "\"url\" parameter is required"),
            ("w=640&q=75", "\"url\" parameter is required"),
            (
                "url=/a&url=/b&w=640&q=75",
                "\"url\" parameter cannot be an array",
            ),
            (&long, "\"url\" parameter is too long"),
            (
                "url=//a.example/x&w=640&q=75",
                "\"url\" parameter cannot be a protocol-relative URL (//)",
            ),
            (
                "url=/_next/image?url=/a&w=640&q=75",
                "\"url\" parameter cannot be recursive",
            ),
            ("url=a.jpg&w=640&q=75", "\"url\" parameter is invalid"),
            ("url=/a&q=75", "\"w\" parameter (width) is required"),
            (
                "url=/a&w=1&w=2&q=75",
                "\"w\" parameter (width) cannot be an array",
            ),
            ("url=/a&w=640", "\"q\" parameter (quality) is required"),
            (
                "url=/a&w=640px&q=75",
                "\"w\" parameter (width) must be an integer greater than 0",
            ),
            (
                "url=/a&w=0&q=75",
                "\"w\" parameter (width) must be an integer greater than 0",
            ),
            (
                "url=/a&w=641&q=75",
                "\"w\" parameter (width) of 641 is not allowed",
            ),
            (
                "url=/a&w=640&q=101",
                "\"q\" parameter (quality) must be an integer between 1 and 100",
            ),
            (
                "url=/a&w=640&q=80",
                "\"q\" parameter (quality) of 80 is not allowed",
            ),
        ] {
            let refusal = read_next(query).expect_err(query);
            assert_eq!(refusal.message, said, "{query}");
            assert_eq!(refusal.status, StatusCode::BAD_REQUEST);
        }
        assert!(
            read(
                &call("/_vercel/image", "url=/a&w=640&q=100"),
                &Options::default(),
                true
            )
            .is_ok()
        );
    }
}
