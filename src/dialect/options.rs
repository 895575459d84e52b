//! Options of a mount: `next?widths=640+750&qualities=75+90&formats=avif+webp&maxage=1d`.

use crate::url::value;
use letterbox_engine::transform::Format;

/// Options of a mount. `None` is the dialect's own default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The only widths that are answered.
    pub widths: Option<Vec<u16>>,
    /// The only qualities that are answered.
    pub qualities: Option<Vec<u8>>,
    /// Formats that are negotiated, the best first.
    pub formats: Option<Vec<Format>>,
    /// Seconds for which answers are kept.
    pub max_age_secs: Option<u32>,
}

impl Options {
    /// Parses the options of a dialect that takes these.
    ///
    /// # Errors
    /// A sentence about the first option that cannot be read.
    pub(crate) fn parse(text: &str, taken: &[&str]) -> Result<Options, String> {
        let mut options = Options::default();
        for (name, text) in ::url::form_urlencoded::parse(text.as_bytes()) {
            let words = || text.split(' ').filter(|word| !word.is_empty());
            if !taken.contains(&&*name) {
                let taken = taken.join(", ");
                return Err(format!("{name} is no option of it: expected {taken}"));
            }
            let read = match &*name {
                "widths" => {
                    let width = |word| u16::try_from(value::whole(word)?).ok().filter(|&w| w > 0);
                    options.widths = list(words().map(width));
                    options.widths.is_some()
                }
                "qualities" => {
                    let quality = |word| {
                        let quality = u8::try_from(value::whole(word)?).ok()?;
                        (1..=100).contains(&quality).then_some(quality)
                    };
                    options.qualities = list(words().map(quality));
                    options.qualities.is_some()
                }
                "formats" => {
                    let format = |word: &str| Format::named().find(|format| format.name() == word);
                    options.formats = list(words().map(format));
                    options.formats.is_some()
                }
                _ => {
                    options.max_age_secs = value::duration_secs(&text);
                    options.max_age_secs.is_some()
                }
            };
            if !read {
                let expected = match &*name {
                    "widths" => "whole numbers with + between them",
                    "qualities" => "whole numbers from 1 to 100 with + between them",
                    "formats" => "avif, webp or both with + between them",
                    _ => "a time such as 14400 or 1d",
                };
                return Err(format!("{name} is wrong: expected {expected}"));
            }
        }
        Ok(options)
    }
}

/// Returns all values of a list that is not empty, if each could be read.
fn list<T>(values: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let values: Vec<T> = values.collect::<Option<_>>()?;
    (!values.is_empty()).then_some(values)
}
