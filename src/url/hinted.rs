//! Client hints in the meaning of a request: `w=auto`, and the quality for those who save data.
//!
//! A hint becomes one of few values before it is a part of anything, so that an address has few
//! pictures.

use std::num::NonZeroU16;

use crate::url::given::Given;
use crate::url::hints::Varies;
use crate::url::param::Draft;
use crate::url::widths::Widths;
use letterbox_engine::transform::{Dpr, Quality, Side};

/// Client hints that count, where the deployment heeds them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hinted<'a> {
    /// Widths that `w=auto` may become.
    pub widths: Option<&'a Widths>,
    /// Device pixels that the client shows the image with.
    pub pixels: Option<u32>,
    /// Quality of a request without `q` from a client that saves data.
    pub quality: Option<Quality>,
    /// Whether the client saves data.
    pub saves_data: bool,
}

impl Hinted<'_> {
    /// Returns the width that the hints say, before `dpr` multiplies it.
    pub fn width(self, dpr: Dpr) -> Option<NonZeroU16> {
        Some(before(self.widths?.rung(self.pixels?), dpr))
    }

    /// Applies the hints to a draft, and returns those that another client may send otherwise.
    pub(in crate::url) fn apply(
        self,
        draft: &mut Draft,
        given: &Given,
        preset: Option<&Given>,
    ) -> Varies {
        let text = |name| given.text(name).or_else(|| preset?.text(name));
        let mut varies = Varies::default();
        if let (Some(own), Some("auto")) = (self.widths, text("w")) {
            varies.width = true;
            if let Some(pixels) = self.pixels {
                let rung = draft.widths.as_ref().unwrap_or(own).rung(pixels);
                let transform = &mut draft.transform;
                if draft.widths.is_some() {
                    transform.dpr = Dpr::ONE; // the list counts device pixels
                }
                transform.width = Side::Px(before(rung, transform.dpr));
                if text("h").is_none() {
                    transform.height = Side::Auto;
                }
            }
        }
        if let (Some(quality), None) = (self.quality, text("q")) {
            varies.data = true;
            if self.saves_data {
                let own = draft.transform.quality;
                draft.transform.quality = if own.get() < quality.get() {
                    own
                } else {
                    quality
                };
            }
        }
        varies
    }
}

/// Returns the width that `dpr` makes so many device pixels of.
fn before(rung: NonZeroU16, dpr: Dpr) -> NonZeroU16 {
    let (unit, dpr) = (u64::from(Dpr::UNIT), u64::from(dpr.millionths()));
    crate::url::widths::scaled(rung.get().into(), unit, dpr)
}
