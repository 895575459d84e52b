//! Client hints: the width and the density that a browser says it shows an image with, and whether
//! it saves data.

/// Names of the hints of `w=auto`, for Vary.
pub const OF_WIDTH: &str = "Sec-CH-Width, Sec-CH-DPR, Sec-CH-Viewport-Width";

/// Name of the hint that asks for less data, for Vary.
pub const OF_DATA: &str = "Save-Data";

/// Client hints of a request, as they came.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Sec-CH-Width: device pixels that the image is shown with.
    pub width: Option<String>,
    /// Sec-CH-DPR: device pixels per CSS pixel.
    pub dpr: Option<String>,
    /// Sec-CH-Viewport-Width: CSS pixels of the window.
    pub viewport_width: Option<String>,
    /// Save-Data: `on` for a client that wants fewer bytes.
    pub save_data: Option<String>,
}

/// Client hints that an answer depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Varies {
    /// Those of `w=auto`.
    pub width: bool,
    /// Save-Data.
    pub data: bool,
}

/// Most pixels that are believed.
const MOST_PIXELS: f64 = 65_535.0;

/// Device pixels per CSS pixel that are believed.
const DENSITIES: std::ops::RangeInclusive<f64> = 0.1..=8.0;

impl Hints {
    /// Returns the device pixels that the image may be shown with: its own width, or else that of
    /// the window.
    pub fn pixels(&self) -> Option<u32> {
        let pixels = |text: &Option<String>| {
            let pixels = number(text.as_deref()?)?;
            (1.0..=MOST_PIXELS).contains(&pixels).then_some(pixels)
        };
        let density = self.dpr.as_deref().and_then(number);
        let density = density.filter(|dpr| DENSITIES.contains(dpr)).unwrap_or(1.0);
        let window = || pixels(&self.viewport_width).map(|pixels| pixels * density);
        let shown = pixels(&self.width).or_else(window)?;
        Some(shown.ceil().min(MOST_PIXELS) as u32)
    }

    /// Whether the client asks for less data.
    pub fn saves_data(&self) -> bool {
        let token = self.save_data.as_deref().map(str::trim);
        token.is_some_and(|token| token.eq_ignore_ascii_case("on"))
    }
}

/// Parses an integer or a decimal of RFC 9651 without a sign.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_short = |digits: &str, most: usize| {
        (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_good = is_short(whole, 12) && is_short(decimals, 6);
    text.parse().ok().filter(|_| is_good)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pixels(width: &str, dpr: &str, viewport_width: &str) -> Option<u32> {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let hints = Hints {
            width: text(width),
            dpr: text(dpr),
            viewport_width: text(viewport_width),
            save_data: None,
        };
        hints.pixels()
    }

    #[test]
    fn the_width_of_the_image_comes_before_that_of_the_window() {
        for (width, dpr, window, wanted) in [
            ("640", "2", "1280", Some(640)),
            ("640", "", "", Some(640)),
            ("", "2", "390", Some(780)),
            ("", "2.625", "411", Some(1079)),
            ("", "", "390", Some(390)),
            ("", "99", "390", Some(390)),
            ("x", "3", "100", Some(300)),
            ("0", "", "", None),
            ("-5", "", "", None),
            ("1e3", "", "", None),
            ("65536", "", "", None),
            ("", "8", "65535", Some(65_535)),
            ("640, 320", "", "", None),
            ("+640", "", "", None),
            ("", "2", "", None),
            ("", "", "", None),
        ] {
            assert_eq!(pixels(width, dpr, window), wanted, "{width} {dpr} {window}");
        }
    }

    #[test]
    fn only_on_saves_data() {
        for (text, saves) in [("on", true), (" ON ", true), ("off", false), ("1", false)] {
            let hints = Hints {
                save_data: Some(text.to_owned()),
                ..Hints::default()
            };
            assert_eq!(hints.saves_data(), saves, "{text}");
        }
        assert!(!Hints::default().saves_data());
    }

    proptest! {
        #[test]
        fn no_text_panics(width in "\\PC{0,20}", dpr in "[0-9.e+-]{0,20}", window in "[0-9.]{0,20}") {
            let pixels = pixels(&width, &dpr, &window);
            prop_assert!(pixels.is_none_or(|pixels| (1..=65_535).contains(&pixels)));
        }
    }
}
