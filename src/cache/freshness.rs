//! Freshness: whether an answer may be stored, for how long, and the header fields that say so (RFC
//! 9111).
//!
//! Time is an argument: seconds since the Unix epoch.

use http::header::{
    AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderName, LAST_MODIFIED, SET_COOKIE, VARY,
};
use http::{HeaderMap, HeaderValue};

/// Source of an answer's lifetime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// `CACHE_TTL`, independent of the source. The default: an image gets a new URL when it
    /// changes.
    #[default]
    Fixed,
    /// Lifetime that the source gives itself, if it is shorter than `CACHE_TTL`.
    Origin,
}

/// Lifetime of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Seconds for which the answer is served without validation.
    pub fresh_secs: u32,
    /// Seconds after the fresh ones for which a stale answer is served if the source fails (RFC
    /// 5861, section 4).
    pub stale_secs: u32,
}

impl Lifetime {
    /// Lifetime of the report that there is no such image.
    pub const ABSENCE: Lifetime = Lifetime {
        fresh_secs: 60,
        stale_secs: 0,
    };

    /// Returns the seconds for which the answer is stored.
    pub fn kept_secs(self) -> u32 {
        self.fresh_secs.saturating_add(self.stale_secs)
    }

    /// Returns the lifetime of what is made of two sources: no longer than that of either.
    pub fn least(self, other: Lifetime) -> Lifetime {
        Lifetime {
            fresh_secs: self.fresh_secs.min(other.fresh_secs),
            stale_secs: self.stale_secs.min(other.stale_secs),
        }
    }

    /// Returns the Cache-Control of an answer with this lifetime.
    pub fn cache_control(self) -> String {
        format!("public, max-age={}", self.fresh_secs)
    }
}

/// Seconds for which a stale answer is served while its source is down.
const STALE_SECS: u32 = 86_400;

/// Cache-Control of an answer for one client only.
pub const PRIVATE: &str = "private, no-store";

/// Effect of a source's Set-Cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cookies {
    /// The answer is for one client. The default.
    #[default]
    Private,
    /// A source that says `public` is for everybody, whatever a load balancer sets beside it. The
    /// cookie itself is in no answer.
    IgnoredWherePublic,
}

/// Whether a source may be stored in a shared cache: it is neither marked private nor dependent on
/// the client.
pub fn is_public(source: &HeaderMap, cookies: Cookies) -> bool {
    let says = |wanted: &[&str]| {
        let mut said = directives(source).into_iter();
        said.any(|(name, _)| wanted.contains(&&*name))
    };
    let has_cookie = source.contains_key(SET_COOKIE)
        && !(cookies == Cookies::IgnoredWherePublic && says(&["public"]));
    !has_cookie
        && !says(&["private", "no-store"])
        && !items(source, VARY).any(|field| {
            matches!(
                &*field.to_ascii_lowercase(),
                "cookie" | "authorization" | "*"
            )
        })
}

/// Returns the lifetime of an answer made at `now_secs` from a source with this header; `ttl_secs`
/// is the deployment's.
pub fn lifetime(
    freshness: Freshness,
    ttl_secs: u32,
    source: &HeaderMap,
    now_secs: u64,
) -> Lifetime {
    let fixed = Lifetime {
        fresh_secs: ttl_secs,
        stale_secs: STALE_SECS,
    };
    if freshness == Freshness::Fixed {
        return fixed;
    }
    let forbids_stale = directives(source).into_iter().any(|(name, _)| {
        matches!(
            &*name,
            "no-cache" | "must-revalidate" | "proxy-revalidate" | "s-maxage"
        )
    });
    let own = source_secs(source, now_secs).unwrap_or(ttl_secs.into());
    Lifetime {
        fresh_secs: own.min(ttl_secs.into()) as u32,
        stale_secs: if forbids_stale { 0 } else { STALE_SECS },
    }
}

/// Limits the freshness of an answer to `most_secs` seconds from now, and forbids that it is served
/// stale.
///
/// The Age is subtracted and removed, so that max-age means the same to a client that counts from
/// now.
pub fn shorten(answer: &mut HeaderMap, most_secs: u64) {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let age_secs = answer
        .remove(AGE)
        .and_then(|age| number(age.to_str().ok()?))
        .unwrap_or(0);
    let Some(said) = answer.get(CACHE_CONTROL) else {
        return;
    };
    let said = String::from_utf8_lossy(said.as_bytes()).into_owned();
    let directives = said.split(',').map(str::trim).filter_map(|directive| {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name {
            "max-age" | "s-maxage" => {
                let left = number(value).unwrap_or(0).saturating_sub(age_secs);
                Some(format!("{name}={}", left.min(most_secs)))
            }
            "immutable" | "stale-while-revalidate" | "stale-if-error" => None,
            _ => Some(directive.to_owned()),
        }
    });
    let shortened = directives.collect::<Vec<_>>().join(", ");
    answer.insert(
        CACHE_CONTROL,
        HeaderValue::from_str(&shortened).unwrap_or(HeaderValue::from_static("no-store")),
    );
}

/// Keeps an answer out of shared caches.
pub fn make_private(answer: &mut HeaderMap) {
    let Some(said) = answer
        .get(CACHE_CONTROL)
        .and_then(|said| said.to_str().ok())
    else {
        return;
    };
    let private = said.replace("public", "private");
    if let Ok(private) = HeaderValue::try_from(private) {
        answer.insert(CACHE_CONTROL, private);
    }
}

/// Returns the remaining freshness that a source gives itself (RFC 9111, sections 4.2.1 and 4.2.3);
/// `None` if it gives none.
fn source_secs(source: &HeaderMap, now_secs: u64) -> Option<u64> {
    let directives = directives(source);
    if directives.iter().any(|(name, _)| name == "no-cache") {
        return Some(0);
    }
    let said = |wanted: &str| {
        let value = &directives.iter().find(|(name, _)| name == wanted)?.1;
        // An invalid value means stale (section 4.2.1).
        Some(value.trim_matches('"').parse().unwrap_or(0))
    };
    let date = |name: HeaderName| httpdate(source.get(name)?.to_str().ok()?);
    let lifetime: u64 = said("s-maxage").or_else(|| said("max-age")).or_else(|| {
        // A field for caches like this one replaces Expires too (RFC 9213, section 2.2).
        source.get(EXPIRES).filter(|_| targeted(source).is_none())?;
        Some(date(EXPIRES).map_or(0, |end| end.saturating_sub(date(DATE).unwrap_or(now_secs))))
    })?;
    let told = source
        .get(AGE)
        .and_then(|age| age.to_str().ok()?.trim().parse().ok());
    let apparent = date(DATE).map(|sent| now_secs.saturating_sub(sent));
    Some(lifetime.saturating_sub(told.unwrap_or(0).max(apparent.unwrap_or(0))))
}

/// Whether an answer is no newer than the date of an If-Modified-Since (RFC 9110, section 13.1.3).
pub fn is_unmodified(since: Option<&str>, answer: &HeaderMap) -> bool {
    let modified = answer
        .get(LAST_MODIFIED)
        .and_then(|date| date.to_str().ok());
    let modified = modified.and_then(httpdate);
    modified
        .zip(since.and_then(httpdate))
        .is_some_and(|(modified, since)| modified <= since)
}

/// Parses an HTTP date (RFC 9110, section 5.6.7) in the current form, to seconds since the epoch.
fn httpdate(text: &str) -> Option<u64> {
    let text = text.trim().strip_suffix(" GMT")?;
    let mut parts = text.split_once(", ")?.1.split(' ');
    let mut number = |length: usize| {
        let part = parts.next()?;
        (part.len() == length).then_some(part)
    };
    let (day, month, year, time) = (number(2)?, number(3)?, number(4)?, number(8)?);
    let digits = |text: &str| {
        let plain = text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u64>().ok().filter(|_| plain)
    };
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = MONTHS.iter().position(|name| *name == month)? as u64;
    let (day, year) = (digits(day)?, digits(year)?);
    let mut clock = time.split(':').map(digits);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if !(1..=31).contains(&day) || year < 1970 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since the epoch, computed with years that begin in March.
    let shifted = year - u64::from(month < 2);
    let of_year = (153 * ((month + 10) % 12) + 2) / 5 + day - 1;
    let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + of_year;
    Some((days.checked_sub(719_468)?) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Returns the comma-separated items of a field, over all its lines.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = String> {
    headers.get_all(name).iter().flat_map(|line| {
        let line = String::from_utf8_lossy(line.as_bytes()).into_owned();
        line.split(',')
            .map(|item| item.trim().to_owned())
            .collect::<Vec<_>>()
    })
}

/// Directives of a field, with names in lower case.
type Directives = Vec<(String, String)>;

/// Fields that are meant for caches like this one, the first that counts first: that of RFC 9213,
/// and its older sister of the Edge Architecture Specification.
const TARGETED: [HeaderName; 2] = [
    HeaderName::from_static("cdn-cache-control"),
    HeaderName::from_static("surrogate-control"),
];

/// Returns the directives that a source has for this cache: those of a field that is meant for it,
/// or else those of Cache-Control.
fn directives(headers: &HeaderMap) -> Directives {
    targeted(headers).unwrap_or_else(|| directives_of(headers, &CACHE_CONTROL))
}

/// Returns the directives of the first field that is meant for caches like this one, and can be
/// read (RFC 9213, section 2.1).
fn targeted(headers: &HeaderMap) -> Option<Directives> {
    let fields = TARGETED;
    let mut read = fields.iter().map(|field| directives_of(headers, field));
    let is_name = |name: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.*".contains(&b);
        !name.is_empty() && name.bytes().all(plain)
    };
    let is_good =
        |said: &Directives| !said.is_empty() && said.iter().all(|(name, _)| is_name(name));
    read.find(is_good)
}

fn directives_of(headers: &HeaderMap, field: &HeaderName) -> Directives {
    let directive = |item: String| {
        let (name, value) = item.split_once('=').unwrap_or((&item, ""));
        (name.trim().to_ascii_lowercase(), value.trim().to_owned())
    };
    items(headers, field.clone()).map(directive).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        pairs
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn private_sources_are_recognised() {
        let public =
            |name: HeaderName, value| is_public(&headers(&[(name, value)]), Cookies::Private);
        assert!(is_public(&HeaderMap::new(), Cookies::Private));
        assert!(public(CACHE_CONTROL, "public, max-age=60, no-cache"));
        assert!(public(VARY, "Accept, Origin"));
        assert!(!public(CACHE_CONTROL, "max-age=60, Private"));
        assert!(!public(CACHE_CONTROL, "no-store"));
        assert!(!public(CACHE_CONTROL, "private=\"x\""));
        assert!(!public(VARY, "accept, COOKIE"));
        assert!(!public(VARY, "*"));
        assert!(!public(SET_COOKIE, "a=b"));
        let beside = |said| {
            let source = headers(&[(SET_COOKIE, "lb=7"), (CACHE_CONTROL, said)]);
            [Cookies::Private, Cookies::IgnoredWherePublic].map(|c| is_public(&source, c))
        };
        assert_eq!(beside("public, max-age=60"), [false, true]);
        assert_eq!(beside("max-age=60"), [false, false]);
        assert_eq!(beside("public, no-store"), [false, false]);
    }

    #[test]
    fn a_field_for_caches_like_this_one_counts_instead_of_cache_control() {
        let [cdn, surrogate] = TARGETED;
        let both = |field: &HeaderName, value| {
            headers(&[
                (CACHE_CONTROL, "private, max-age=7"),
                (EXPIRES, "Sun, 06 Nov 1994 08:50:37 GMT"),
                (field.clone(), value),
            ])
        };
        let told = |field: &HeaderName, value| {
            let source = both(field, value);
            let lifetime = lifetime(Freshness::Origin, 1000, &source, NOW);
            (is_public(&source, Cookies::Private), lifetime.fresh_secs)
        };
        assert_eq!(told(&cdn, "max-age=600"), (true, 600));
        assert_eq!(told(&surrogate, "max-age=600"), (true, 600));
        assert_eq!(told(&cdn, "no-store"), (false, 1000));
        // Neither Cache-Control nor Expires is asked for what such a field leaves out.
        assert_eq!(told(&cdn, "must-revalidate"), (true, 1000));
        // One that cannot be read is none.
        for bad in ["", "max age=600", "=600", ", max-age=600"] {
            assert_eq!(told(&cdn, bad), (false, 7), "{bad}");
        }
        let mut all = both(&surrogate, "max-age=9");
        all.insert(cdn, HeaderValue::from_static("max-age=600"));
        assert_eq!(lifetime(Freshness::Origin, 1000, &all, NOW).fresh_secs, 600);
    }

    #[test]
    fn a_fixed_lifetime_hears_nothing_and_the_origins_counts_where_it_is_shorter() {
        let fresh =
            |freshness, pairs: &[_]| lifetime(freshness, 1000, &headers(pairs), NOW).fresh_secs;
        let cases: &[(&[(HeaderName, &'static str)], u32)] = &[
            (&[], 1000),
            (&[(CACHE_CONTROL, "max-age=60")], 60),
            (&[(CACHE_CONTROL, "max-age=6000")], 1000),
            (&[(CACHE_CONTROL, "max-age=60, S-MaxAge=\"90\"")], 90),
            (&[(CACHE_CONTROL, "max-age=60"), (AGE, "45")], 15),
            (&[(CACHE_CONTROL, "max-age=60"), (AGE, "99")], 0),
            (&[(CACHE_CONTROL, "max-age=many")], 0),
            (&[(CACHE_CONTROL, "no-cache")], 0),
            (
                &[
                    (CACHE_CONTROL, "max-age=60"),
                    (DATE, "Sun, 06 Nov 1994 08:49:27 GMT"),
                ],
                50,
            ),
            (&[(EXPIRES, "Sun, 06 Nov 1994 08:50:37 GMT")], 60),
            (
                &[
                    (EXPIRES, "Sun, 06 Nov 1994 08:50:37 GMT"),
                    (DATE, "Sun, 06 Nov 1994 08:49:27 GMT"),
                ],
                60,
            ),
            (&[(EXPIRES, "0")], 0),
            (
                &[
                    (EXPIRES, "Sun, 06 Nov 1994 08:50:37 GMT"),
                    (CACHE_CONTROL, "max-age=7"),
                ],
                7,
            ),
        ];
        for (pairs, expected) in cases {
            assert_eq!(fresh(Freshness::Origin, pairs), *expected, "{pairs:?}");
            assert_eq!(fresh(Freshness::Fixed, pairs), 1000, "{pairs:?}");
        }
    }

    #[test]
    fn a_source_may_forbid_that_its_stale_image_is_shown() {
        let stale = |value| {
            lifetime(
                Freshness::Origin,
                1000,
                &headers(&[(CACHE_CONTROL, value)]),
                NOW,
            )
            .stale_secs
        };
        assert_eq!(stale("max-age=5"), 86_400);
        for forbidding in [
            "no-cache",
            "max-age=5, must-revalidate",
            "proxy-revalidate",
            "s-maxage=5",
        ] {
            assert_eq!(stale(forbidding), 0, "{forbidding}");
        }
    }

    #[test]
    fn dates_are_those_of_rfc_9110() {
        let cases = [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(NOW)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199)),
            ("Fri, 01 Mar 2024 00:00:00 GMT", Some(1_709_251_200)),
            ("Sun, 06 Nov 1994 08:49:37", None),
            ("Sun, 6 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 24:49:37 GMT", None),
            ("Sun, +6 Nov 1994 08:49:37 GMT", None),
            ("0", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(httpdate(text), expected, "{text}");
        }
    }

    #[test]
    fn an_answer_is_shortened_and_never_lengthened() {
        let shortened = |said: &'static str, age: Option<&'static str>, most| {
            let mut headers =
                HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(said))]);
            headers.extend(age.map(|age| (AGE, HeaderValue::from_static(age))));
            shorten(&mut headers, most);
            assert!(!headers.contains_key(AGE));
            headers[CACHE_CONTROL].to_str().expect("ASCII").to_owned()
        };
        let year = "public, max-age=31536000";
        assert_eq!(shortened(year, None, 60), "public, max-age=60");
        assert_eq!(
            shortened("public, max-age=60", None, 600),
            "public, max-age=60"
        );
        assert_eq!(
            shortened("max-age=60, public", Some("50"), 600),
            "max-age=10, public"
        );
        assert_eq!(shortened("max-age=60", Some("61"), 600), "max-age=0");
        assert_eq!(
            shortened(
                "public, s-maxage=90, max-age=90, stale-while-revalidate=9, immutable",
                Some("?"),
                60
            ),
            "public, s-maxage=60, max-age=60"
        );
        assert_eq!(
            shortened("private, no-store", None, 60),
            "private, no-store"
        );
    }
}
