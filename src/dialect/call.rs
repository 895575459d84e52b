//! Words that all dialects share: a request in a dialect, its translation, and its refusal.

use http::StatusCode;

use crate::dialect::keys::Keys;
use crate::negotiate::negotiate;
pub(crate) use crate::url::Disposition;
use crate::url::hinted::Hinted;
use crate::url::hints::Varies;
use crate::url::origins::Origins;
pub(crate) use crate::url::value::percent_decoded;
use crate::url::{Asked, Source};
use letterbox_engine::transform::{
    Corners, Dpr, Fit, Format, FormatSet, Frames, Length, MOST_OVERLAYS, Negotiated, Quality, Side,
    Target, Transform,
};

/// A request in a dialect, without the prefix that it is mounted at.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The path behind the prefix, percent-encoded as it came, without a slash in front.
    pub path: &'a str,
    /// The whole path, for the signatures that cover it.
    pub whole_path: &'a str,
    /// The query string.
    pub query: &'a str,
    /// The client's Accept.
    pub accept: Option<&'a str>,
    /// The client's name, for `auto`.
    pub user_agent: Option<&'a str>,
    /// The client's hints, as far as they count.
    pub hinted: Hinted<'a>,
    /// Named origins, for buckets.
    pub origins: &'a Origins,
    /// Formats beside those of the engine that this deployment writes.
    pub offer: FormatSet,
    /// Now, in seconds since 1970.
    pub now_secs: u64,
    /// Keys of the services' own signatures.
    pub keys: &'a Keys,
}

impl Call<'_> {
    /// Returns the formats of `f=auto` for this client.
    pub(crate) fn negotiated(&self) -> Negotiated {
        negotiate(self.accept, self.user_agent).among(self.offer)
    }

    /// Returns the first of these formats that occur in Accept, and the later ones that occur and
    /// are tried after it. The client's weights do not count.
    pub(crate) fn literal(&self, formats: &[Format]) -> Negotiated {
        self.occurring(formats.to_vec())
    }

    /// Returns the same where the client's weights do count: the heaviest come first, and a format
    /// of no weight is refused.
    pub(crate) fn weighted(&self, formats: &[Format]) -> Negotiated {
        let weight = |format: &Format| {
            let ranges = self.accept.unwrap_or_default().split(',');
            let own = ranges.filter_map(|range| {
                let (kind, rest) = range.split_once(';').unwrap_or((range, ""));
                (kind.trim() == format.content_type()).then_some(rest)
            });
            let weights = own.map(|rest| {
                let named = rest
                    .split(';')
                    .find_map(|part| part.trim().strip_prefix("q="));
                named.map_or(1.0, |weight| decimal(weight.trim()).unwrap_or(1.0))
            });
            weights.fold(0.0, f64::max)
        };
        let mut formats = formats.to_vec();
        formats.retain(|format| weight(format) > 0.0);
        formats.sort_by(|one, other| weight(other).total_cmp(&weight(one)));
        self.occurring(formats)
    }

    fn occurring(&self, formats: Vec<Format>) -> Negotiated {
        let accept = self.accept.unwrap_or_default();
        let mut taken = Vec::new();
        for format in formats {
            // AVIF is tried before WebP: an AVIF that is listed later must not overtake.
            let overtakes = format == Format::Avif && !taken.is_empty();
            if accept.contains(format.content_type()) && !overtakes {
                taken.push(format);
            }
        }
        Negotiated::Client(FormatSet::of(&taken)).among(self.offer)
    }
}

/// A request in a dialect, translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The native request that means the same.
    pub asked: Asked,
    /// Wishes about the reply, which belong to no picture.
    pub extras: Extras,
    /// Whether the dialect's own signature has been verified.
    pub signed: bool,
}

impl Translation {
    /// Creates the translation to a source and a transform.
    pub(crate) fn new(source: Source, transform: Transform) -> Translation {
        Translation {
            asked: Asked {
                source,
                transform,
                version: None,
                max_age_secs: None,
                expires_secs: None,
                disposition: None,
                overlays: [const { None }; MOST_OVERLAYS],
                words: None,
                font: None,
                fallback: None,
                varies: Varies::default(),
            },
            extras: Extras::default(),
            signed: false,
        }
    }
}

/// Wishes about the reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// Where a client is sent instead of getting an error.
    pub fallback: Option<String>,
    /// Whether the answer names its source (`Link`).
    pub canonical: bool,
}

/// A request that its dialect refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Status of the reply.
    pub status: StatusCode,
    /// Code for programs, in the service's own vocabulary.
    pub code: &'static str,
    /// Code in the dialect's vocabulary, where it has one for this.
    pub own: &'static str,
    /// A sentence, in the dialect's words where it has some for this.
    pub message: String,
}

impl Refusal {
    /// Creates the refusal of a wrong request.
    pub(crate) fn bad(own: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            status: StatusCode::BAD_REQUEST,
            code: "bad-parameter",
            own,
            message: message.into(),
        }
    }

    /// Creates the refusal of an option that has no equal here.
    pub(crate) fn unsupported(own: &'static str, option: &str) -> Refusal {
        Refusal::bad(
            own,
            format!(
                "{} is not supported here: leave it out",
                crate::url::quote(option)
            ),
        )
    }

    /// Creates the refusal of what has no equal here, in words of ours.
    pub(crate) fn unequalled(own: &'static str, what: &'static str) -> Refusal {
        Refusal::bad(own, format!("{what} is not supported here: leave it out"))
    }

    /// Creates the refusal of an option's value.
    pub(crate) fn value(own: &'static str, option: &str, value: &str, expected: &str) -> Refusal {
        let (option, value) = (crate::url::quote(option), crate::url::quote(value));
        Refusal::bad(own, format!("{option}={value} is not {expected}"))
    }

    /// Creates the refusal of a signature.
    pub(crate) fn signature(own: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            status: StatusCode::FORBIDDEN,
            code: "bad-signature",
            own,
            message: message.into(),
        }
    }

    /// Returns the refusal with another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Refusal {
        Refusal { status, ..self }
    }
}

/// A failure of the service, to be told in a dialect.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Status that the service itself would send.
    pub status: StatusCode,
    /// Code for programs.
    pub code: &'a str,
    /// Code in the dialect's vocabulary; empty where the dialect has not refused the request.
    pub own: &'a str,
    /// A sentence.
    pub message: &'a str,
    /// Status of the source, where that is the failure.
    pub of_source: Option<StatusCode>,
    /// Identifier of the request.
    pub request_id: &'a str,
}

/// An error in the shape of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Status of the reply.
    pub status: StatusCode,
    /// Media type of the body.
    pub content_type: &'static str,
    /// Body.
    pub body: String,
    /// A header field of the dialect's own, if it has one.
    pub field: Option<(&'static str, String)>,
}

impl Told {
    /// Creates an error of plain text.
    pub(crate) fn text(status: StatusCode, body: impl Into<String>) -> Told {
        Told {
            status,
            content_type: "text/plain; charset=utf-8",
            body: body.into(),
            field: None,
        }
    }

    /// Creates an error of JSON.
    pub(crate) fn json(status: StatusCode, body: &serde_json::Value) -> Told {
        Told {
            status,
            content_type: "application/json; charset=utf-8",
            body: body.to_string(),
            field: None,
        }
    }
}

/// Transform of a dialect's request without options: the source's own size and format.
pub(crate) const UNASKED: Transform = Transform {
    width: Side::Auto,
    height: Side::Auto,
    fit: Fit::Inside,
    ..Transform::DEFAULT
};

/// The first frame of an animation alone.
pub(crate) const STILL: Frames = Frames {
    first: 0,
    count: Frames::STILL,
};

/// Returns a side of so many pixels; none where there are none. Larger ones than any canvas are the
/// largest.
pub(crate) fn side(pixels: u64) -> Side {
    Side::px(u16::try_from(pixels).unwrap_or(u16::MAX))
}

/// Returns a length of so many pixels. Longer ones than any side are the longest.
pub(crate) fn length(pixels: u64) -> Length {
    Length::Px(pixels.min(u16::MAX.into()) as u32)
}

/// Reads one to four radii of at most 1000 pixels, in the order of CSS.
pub(crate) fn corners(text: &str, separator: char) -> Option<Corners> {
    let radius = |text: &str| number(text).filter(|radius| *radius <= 1000).map(length);
    let radii: Option<Vec<Length>> = text.split(separator).map(radius).collect();
    Some(Corners(match radii?[..] {
        [all] => [all; 4],
        [a, b] => [a, b, a, b],
        [a, b, c] => [a, b, c, b],
        [a, b, c, d] => [a, b, c, d],
        _ => return None,
    }))
}

/// Covers the box without enlarging; where the source is too small, the shape of the box is kept.
pub(crate) fn aspect_crop(transform: &mut Transform) {
    transform.fit = Fit::AspectCrop;
    // It never enlarges, whatever this says.
    transform.enlarge = Transform::DEFAULT.enlarge;
}

/// Reads a device pixel ratio within bounds of its dialect. Those that the engine does not take are
/// none.
pub(crate) fn dpr(text: &str) -> Option<Dpr> {
    let millionths = (decimal(text)? * f64::from(Dpr::UNIT)).round();
    (0.0..=8e6)
        .contains(&millionths)
        .then(|| Dpr::from_millionths(millionths as u32))?
}

/// Sets the quality on the scale of the target's own encoder. `auto` counts as the first format
/// that it may become, and a PNG is lossless whatever its quality.
pub(crate) fn set_quality(transform: &mut Transform, own: u8) {
    let format = match transform.target {
        Target::Image(format) => Some(format),
        Target::Auto(Negotiated::Client(named)) => {
            Format::named().find(|format| named.has(*format))
        }
        // The format of the source, which is known with its first bytes; and answers that are text.
        Target::Keep | Target::Auto(Negotiated::Card) => None,
        Target::Json | Target::Thumbhash | Target::Blurhash => None,
    };
    transform.quality = match format {
        Some(Format::Png) => Quality::MOST,
        Some(format) => Quality::from_scale_of(format, own),
        None => Quality::new(own.clamp(1, 100)).unwrap_or(Quality::MOST),
    };
    // A number that no quality stands for.
    let given = format.filter(|format| *format != Format::Png);
    let with = given.and_then(|format| transform.own_qualities.with(format, own));
    transform.own_qualities = with.unwrap_or(transform.own_qualities);
    transform.settle_qualities();
}

/// Parses a whole number; leading zeroes are digits like others, as peers have it.
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // More than a u64 is more than anything.
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Parses a decimal number, with a sign where it has one; no exponents.
pub(crate) fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let has_digit = digits.bytes().any(|b| b.is_ascii_digit());
    (plain && has_digit && text.len() <= 32).then(|| text.parse().ok())?
}

/// Parses a source of a path: an absolute URL, one that has lost a slash on its way, or a path on
/// the origin with or without a slash in front.
pub(crate) fn source_of_path(text: &str) -> Option<Source> {
    for scheme in ["http", "https"] {
        let start = text.get(..scheme.len()).unwrap_or_default();
        let rest = text.get(scheme.len()..).unwrap_or_default();
        if start.eq_ignore_ascii_case(scheme)
            && let Some(rest) = rest.strip_prefix(":/")
        {
            return Source::parse(&format!("{scheme}://{}", rest.trim_start_matches('/')));
        }
    }
    if text.is_empty() {
        return None;
    }
    Source::parse(&format!("/{}", text.strip_prefix('/').unwrap_or(text)))
}

/// Parses a source of a path that came percent-encoded: an absolute URL, which is decoded, or a
/// path on the origin, which stays as it is, so that `%3F` begins no query.
pub(crate) fn source_of_encoded(path: &str) -> Option<Source> {
    let decoded = percent_decoded(path);
    let start = decoded.get(..6).unwrap_or_default().to_ascii_lowercase();
    let is_url = start.starts_with("http:/") || start == "https:";
    source_of_path(if is_url { &decoded } else { path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_decoding_takes_any_text() {
        for (text, wanted) in [
            ("a%20b", "a b"),
            ("%", "%"),
            ("%2", "%2"),
            ("%zz%41", "%zzA"),
            ("%25%32%35", "%25"),
            ("%ff", "\u{fffd}"),
            ("%c3%a9", "é"),
        ] {
            assert_eq!(percent_decoded(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_source_in_a_path_is_a_url_or_a_path_on_the_origin() {
        for (text, wanted) in [
            ("https://a.example/x.jpg", "https://a.example/x.jpg"),
            ("https:/a.example/x.jpg", "https://a.example/x.jpg"),
            ("HTTP:///a.example/x.jpg", "http://a.example/x.jpg"),
            ("x/y.jpg?z=1", "/x/y.jpg?z=1"),
            ("/x.jpg", "/x.jpg"),
            ("https.jpg", "/https.jpg"),
        ] {
            let source = source_of_path(text).map(|source| source.to_string());
            assert_eq!(source.as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(source_of_path(""), None);
        assert_eq!(source_of_path("//evil.example/x"), None);
    }

    #[test]
    fn an_encoded_path_keeps_its_escapes_and_an_encoded_url_is_decoded() {
        for (text, wanted) in [
            ("a%3Fb%23c%2fd.jpg", "/a%3Fb%23c%2fd.jpg"),
            ("a%20b.jpg", "/a%20b.jpg"),
            (
                "https%3A%2F%2Fa.example%2Fx.jpg%3Fy%3D1",
                "https://a.example/x.jpg?y=1",
            ),
            ("HTTPS:%2F%2Fa.example/x", "https://a.example/x"),
            ("https.jpg", "/https.jpg"),
            ("x/%2e%2e/y.jpg", "/y.jpg"),
        ] {
            let source = source_of_encoded(text).map(|source| source.to_string());
            assert_eq!(source.as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(source_of_encoded("//evil.example/x"), None);
    }

    #[test]
    fn a_file_name_never_ends_its_field() {
        let source = Source::parse("https://a.example/x/y%22%0d%0a.z.png?q=1").expect("a URL");
        let named = Disposition::of_source(true, &source);
        assert_eq!(named.name, "y___.z");
        let bare = Source::parse("https://a.example").expect("a URL");
        assert_eq!(Disposition::of_source(false, &bare).name, "image");
    }

    #[test]
    fn accept_is_searched_for_the_names_of_formats_in_the_order_of_the_list() {
        let (keys, origins) = (Keys::default(), Origins::default());
        let call = |accept| Call {
            path: "",
            whole_path: "",
            query: "",
            accept: Some(accept),
            user_agent: Some("Twitterbot/1.0"),
            hinted: Hinted::default(),
            origins: &origins,
            offer: [Format::WebP, Format::Avif].into_iter().collect(),
            now_secs: 0,
            keys: &keys,
        };
        let both = [Format::Avif, Format::WebP];
        let other = [Format::WebP, Format::Avif];
        let name = |accept, formats: &[Format]| call(accept).literal(formats).name();
        assert_eq!(name("image/avif,image/webp", &both), "avif-webp");
        assert_eq!(name("image/avif,image/webp", &other), "webp");
        assert_eq!(name("image/webp;q=0", &both), "webp");
        assert_eq!(name("image/avif", &other), "avif");
        assert_eq!(name("*/*", &both), "common");
        let weighted = |accept| call(accept).weighted(&both).name();
        for (accept, wanted) in [
            ("image/avif,image/webp", "avif-webp"),
            ("image/webp;q=0", "common"),
            ("image/webp;q=0.000,*/*", "common"),
            ("image/avif;q=0.5,image/webp", "webp"),
            ("image/avif; v=1; q=0.5, image/webp;q=0.4", "avif-webp"),
            ("image/*,*/*;q=0.8", "common"),
            ("image/webp;q=x", "webp"),
        ] {
            assert_eq!(weighted(accept), wanted, "{accept}");
        }
    }
}
