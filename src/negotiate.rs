//! Which of the formats that we would rather send does the client take? (RFC 9110, section 12.5.1)
//!
//! Only a format that is named counts: whoever sends `*/*` or `image/*` may not know it, as browsers of ten years ago and the crawlers
//! of social networks do not. What cannot be read is left out, and so is what the client likes less than what it would get anyway.

/// The formats that a client takes beside those that everybody does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Accepted {
    /// `image/avif`, and not less than WebP.
    pub avif: bool,
    /// `image/webp`.
    pub webp: bool,
}

impl Accepted {
    /// The word in cache keys and logs.
    pub fn name(self) -> &'static str {
        match (self.avif, self.webp) {
            (true, true) => "avif-webp",
            (true, false) => "avif",
            (false, true) => "webp",
            (false, false) => "own",
        }
    }
}

/// Reads an Accept field.
pub fn accepted(accept: Option<&str>) -> Accepted {
    let ranges: Vec<Range<'_>> = accept
        .unwrap_or_default()
        .split(',')
        .filter_map(Range::read)
        .collect();
    let weight = |name: &str| {
        let named = ranges.iter().filter(|range| range.name.eq_ignore_ascii_case(name));
        named.map(|range| range.weight).next_back()
    };
    // What the client thinks of the formats that it would get otherwise, where it says so.
    let own = ["image/jpeg", "image/png", "image/gif", "image/*", "*/*"]
        .into_iter()
        .find_map(weight)
        .unwrap_or(0);
    let (avif, webp) = (weight("image/avif").unwrap_or(0), weight("image/webp").unwrap_or(0));
    Accepted {
        avif: avif > 0 && avif >= webp.max(own),
        webp: webp > 0 && webp >= own,
    }
}

/// A media range and its weight in thousandths.
struct Range<'a> {
    name: &'a str,
    weight: u16,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Range<'a>> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().filter(|name| name.contains('/'))?;
        let mut weight = 1000;
        for parameter in parts {
            let (key, value) = parameter.split_once('=')?;
            if !key.trim_end().eq_ignore_ascii_case("q") {
                return None; // a narrower range than the format
            }
            weight = thousandths(value.trim_start())?;
        }
        Some(Range { name, weight })
    }
}

/// A weight: 0 to 1 with at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = decimals.bytes().all(|b| b.is_ascii_digit());
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !digits {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    let weight = 1000 * u16::from(whole == "1") + decimals;
    (weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_and_liked_is_taken() {
        let cases = [
            // Browsers of today: Chrome, Safari, Firefox; then older ones.
            ("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "avif-webp"),
            ("image/webp,image/avif,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "avif-webp"),
            ("image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "avif-webp"),
            ("image/webp,*/*", "webp"),
            ("image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", "own"),
            // Crawlers and programs.
            ("*/*", "own"),
            ("image/*", "own"),
            ("", "own"),
            // Weights.
            ("image/avif;q=0.5, image/webp", "webp"),
            ("image/avif; Q=0.9 , image/webp;q=0.90", "avif-webp"),
            ("image/avif;q=0, image/webp;q=0.001", "webp"),
            ("IMAGE/AVIF", "avif"),
            ("image/webp;q=0.3, image/jpeg", "own"),
            ("image/webp;q=0.3, image/jpeg;q=0.2, */*", "webp"),
            ("image/avif, image/webp;q=0", "avif"),
            // Junk.
            ("image/avif;q=2, image/webp;q=x", "own"),
            ("image/avif;q=1.001, image/webp;q=0.1234", "own"),
            ("image/webp;level=1, image/avif;q", "own"),
            (",,;q=1,image/webp,,", "webp"),
            ("image/webpx, ximage/avif, webp", "own"),
            ("image/webp;q=0, image/webp;q=1", "webp"),
        ];
        for (accept, expected) in cases {
            assert_eq!(accepted(Some(accept)).name(), expected, "{accept}");
        }
        assert_eq!(accepted(None).name(), "own");
    }
}
