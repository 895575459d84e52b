//! Services whose options are a query on the image's own path: tables over the parameters of imgix.

use crate::dialect::call::{Refusal, decimal, number, side};
use crate::dialect::effect;
use crate::dialect::imgix::draft::Draft;
use crate::url::value;
use letterbox_engine::transform::{Format, Gravity, Side, Target};

/// A service.
pub(crate) struct Variant {
    /// Its parameters. Others are none of the service's, and change nothing. A table without rows
    /// has all parameters of imgix.
    pub(super) rows: &'static [(&'static str, Meaning)],
    /// Sets the defaults.
    pub(super) start: fn(&mut Draft),
    /// Settles parameters that belong together.
    pub(super) settle: fn(&mut Draft) -> Result<(), Refusal>,
}

/// Meaning of a parameter.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// The parameter of imgix with this name.
    Is(&'static str),
    /// A reading of its own.
    By(fn(&mut Draft, &Given<'_>) -> Result<(), Refusal>),
    /// Nothing: the answer is the same here.
    Nothing,
    /// Something that nothing here is equal to.
    Refused,
}

impl Variant {
    /// Reads a parameter, and says whether it is known and asks for something.
    pub(super) fn parameter(
        &self,
        draft: &mut Draft,
        name: &str,
        text: &str,
    ) -> Result<bool, Refusal> {
        if self.rows.is_empty() {
            return draft.parameter(name, name, text);
        }
        let given = Given { name, text };
        match self.rows.iter().find(|(own, _)| *own == name) {
            Some((_, Meaning::Is(ours))) => draft.parameter(name, ours, text),
            Some((_, Meaning::By(read))) => read(draft, &given).map(|()| true),
            Some((_, Meaning::Refused)) => Err(Refusal::unsupported("", name)),
            Some((_, Meaning::Nothing)) | None => Ok(false),
        }
    }
}

/// A parameter of a request.
pub(super) struct Given<'t> {
    pub(super) name: &'t str,
    pub(super) text: &'t str,
}

impl Given<'_> {
    /// Refuses the value.
    pub(super) fn bad(&self, expected: &str) -> Refusal {
        Refusal::value("", self.name, self.text, expected)
    }

    /// Refuses a value that has no equal here.
    pub(super) fn unequalled(&self) -> Refusal {
        Refusal::unsupported("", &format!("{}={}", self.name, self.text))
    }

    /// Reads a whole number within bounds.
    pub(super) fn whole(&self, least: u64, most: u64) -> Result<u16, Refusal> {
        let number = number(self.text).filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number| u16::try_from(number).ok());
        number.ok_or_else(|| self.bad(&format!("a whole number from {least} to {most}")))
    }

    /// Reads a number within bounds.
    pub(super) fn number(&self, least: f64, most: f64) -> Result<f64, Refusal> {
        let number = decimal(self.text).filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.bad(&format!("a number from {least} to {most}")))
    }

    /// Reads whole numbers with commas between them.
    pub(super) fn numbers(&self) -> Option<Vec<u64>> {
        self.text.split(',').map(number).collect()
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.text, "0" | "false" | "off" | "no")
    }
}

/// Reads pixels of the width; none for 0.
pub(super) fn width(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.transform.width = pixels(given)?;
    Ok(())
}

/// Reads pixels of the height; none for 0.
pub(super) fn height(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.transform.height = pixels(given)?;
    Ok(())
}

fn pixels(given: &Given<'_>) -> Result<Side, Refusal> {
    let pixels = number(given.text).ok_or_else(|| given.bad("a whole number of pixels"))?;
    Ok(side(pixels))
}

/// Reads the number of the encoder.
pub(super) fn quality(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.quality = given.whole(0, 100)?.max(1) as u8;
    Ok(())
}

/// Reads a format by its name.
pub(super) fn format(draft: &mut Draft, given: &Given<'_>) -> Result<(), Refusal> {
    draft.transform.interlace |= given.text == "pjpg";
    let format = match given.text {
        "jpg" | "jpeg" | "pjpg" => Format::Jpeg,
        "png" => Format::Png,
        "webp" => Format::WebP,
        "avif" => Format::Avif,
        "gif" => Format::Gif,
        _ => return Err(given.bad("jpg, pjpg, png, webp, avif or gif")),
    };
    draft.transform.target = Target::Image(format);
    draft.has_format = true;
    Ok(())
}

/// Reads a side, a corner or the middle, with this letter between the words of a corner.
pub(super) fn place(given: &Given<'_>, between: char) -> Option<Gravity> {
    let plain = given
        .text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b == between as u8);
    let name = given.text.replace(between, "-");
    let gravity = plain.then(|| value::gravity(&name)).flatten();
    gravity.filter(|gravity| matches!(gravity, Gravity::Position(..)))
}

/// Settles nothing.
pub(super) fn as_it_is(_: &mut Draft) -> Result<(), Refusal> {
    Ok(())
}

/// Blurs by a sigma, if there is one.
pub(super) fn blurred(draft: &mut Draft, sigma: f64, given: &Given<'_>) -> Result<(), Refusal> {
    if sigma <= 0.0 {
        return Ok(());
    }
    let sigma = format!("{:.2}", sigma.clamp(0.3, 250.0));
    effect::blur(&mut draft.transform, &sigma).map_err(|expected| given.bad(expected))
}

/// Sharpens by a sigma, if there is one.
pub(super) fn sharpened(draft: &mut Draft, sigma: f64, given: &Given<'_>) -> Result<(), Refusal> {
    if sigma <= 0.0 {
        return Ok(());
    }
    let sigma = format!("{:.2}", sigma.clamp(0.3, 10.0));
    effect::sharpen(&mut draft.transform, &sigma).map_err(|expected| given.bad(expected))
}
