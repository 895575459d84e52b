//! A crop around a point without a second decode: a JPEG that stays one is scaled as a whole, the
//! point is found in what comes of that, and the rows and columns beside the crop are dropped.
//!
//! The scale and the samples are those of a plan that crops while it decodes, but for the rounding
//! of weights. Chrominance has a sample for two columns and rows, so the crop begins at even
//! ones: a column or row beside the point, where the point has it otherwise.

use crate::error::Error;
use crate::format::codec::Decode;
use crate::pipeline::body::Body;
use crate::pipeline::output::Spent;
use crate::pipeline::placeholder::Small;
use crate::pipeline::sink::Sink;
use crate::pipeline::smart;
use crate::pipeline::state::{Pipeline, State};
use crate::pixels::buffer::reserved;
use crate::pixels::frame::Picture;
use crate::pixels::layout::Size;
use crate::pixels::rows::RowSink;
use crate::plan::Plan;
use crate::plan::geometry::Geometry;
use crate::stage::convert;
use crate::transform::{Gravity, Smart, Transform};

impl Pipeline<'_> {
    /// Ends a look whose pictures are cropped: the answer is planned with the point, and has its
    /// pictures.
    ///
    /// # Errors
    /// Every refusal of a plan, [`Error::Corrupt`], [`Error::OutOfMemory`].
    pub(crate) fn crop_kept(&mut self, body: Body<'_>, smart: Smart) -> Result<(), Error> {
        let (header, source) = (body.plan.header, body.plan.source.clone());
        let (plan, pictures, _) = body.decode(&|| 0.0, &mut Spent::default())?;
        let cut = self.known().cut(&header, self.transform);
        let cut = cut.ok_or(Error::Internal("nothing is cropped".to_owned()))?;
        let small = small(&plan, &pictures)?;
        let focus = smart::point(smart, &small, cut)?;
        drop(small);
        let (focus, from) = even(focus, &plan, self.transform);
        (self.focus, self.look) = (Some(focus), None);
        let answer = self.asked(header, source, self.known())?;
        answer.check_budget(answer.file_bytes(self.source_bytes), self.limits)?;
        let mut upright = Vec::new();
        for (plane, picture) in answer.planes().iter().zip(pictures) {
            let half = if plane.is_half { 2 } else { 1 };
            let from = (from.0 / half, from.1 / half);
            upright.push(cropped(picture, from, plane.upright(header.orientation))?);
        }
        self.state = State::Body(Body {
            plan: Box::new(answer),
            decoder: Box::new(Decoded),
            rows: Sink::Upright(upright),
            original: None,
            player: None,
        });
        Ok(())
    }
}

/// Returns the focus, or one beside it, whose crop begins at an even column and row, and these.
fn even(focus: Gravity, plan: &Plan, transform: &Transform) -> (Gravity, (u32, u32)) {
    let Gravity::Focus(x, y) = focus else {
        return (focus, (0, 0));
    };
    let from = |gravity: Gravity| {
        let transform = Transform {
            gravity,
            ..*transform
        };
        Geometry::new(plan.area, &transform).from()
    };
    let beside = |share: u16, length: u32| {
        let step = 10_000_u32.div_ceil(length.max(1)) as u16;
        [share, share + step, share.saturating_sub(step)].map(|share| share.min(10_000))
    };
    let columns = beside(x, plan.canvas.width);
    let rows = beside(y, plan.canvas.height);
    let places = columns
        .into_iter()
        .flat_map(|x| rows.map(|y| Gravity::Focus(x, y)));
    let found = places
        .map(|gravity| (gravity, from(gravity)))
        .find(|(_, from)| from.0 % 2 == 0 && from.1 % 2 == 0);
    found.unwrap_or((focus, from(focus)))
}

/// Returns the part of a picture that begins at a column and a row. Pieces are freed as they are
/// copied.
fn cropped(mut picture: Picture, from: (u32, u32), size: Size) -> Result<Picture, Error> {
    let channels = picture.layout.channels();
    let (left, width) = (from.0 as usize * channels, size.width as usize * channels);
    let mut part = Picture::new(size, picture.layout, None);
    for _ in 0..from.1 {
        picture.next_row();
    }
    for _ in 0..size.height {
        let row = picture
            .next_row()
            .and_then(|row| row.get(left..)?.get(..width));
        part.push(row.ok_or(Error::Internal("a crop beside its picture".to_owned()))?)?;
    }
    Ok(part)
}

/// Returns the pixels of a plan's upright pictures, in sRGB.
fn small(plan: &Plan, pictures: &[Picture]) -> Result<Small, Error> {
    let size = plan.canvas;
    let (width, height) = (size.width as usize, size.height as usize);
    let layout = plan.header.layout;
    let mut pixels = reserved(size.pixels() * layout.channels() as u64)?;
    match pictures {
        [luma, blue, red] => {
            for y in 0..height {
                let (blue, red) = (blue.row(y / 2), red.row(y / 2));
                for (x, &luma) in luma.row(y).iter().enumerate().take(width) {
                    let at = |row: &[u8]| i32::from(row.get(x / 2).copied().unwrap_or(128)) - 128;
                    pixels.extend(rgb(luma.into(), at(blue), at(red)));
                }
            }
        }
        _ => {
            let conversion = convert::of_pixels(plan);
            for (y, picture) in (0..height).zip(pictures.iter().cycle()) {
                let start = pixels.len();
                pixels.extend_from_slice(picture.row(y));
                if let Some(conversion) = &conversion {
                    conversion.run(&mut pixels[start..], layout);
                }
            }
        }
    }
    Ok(Small::of(size, layout, pixels))
}

/// Converts the components of a JPEG to a pixel (JFIF 1.02).
fn rgb(luma: i32, blue: i32, red: i32) -> [u8; 3] {
    let of = |sum: i32| (luma + ((sum + (1 << 15)) >> 16)).clamp(0, 255) as u8;
    [
        of(91_881 * red),
        of(-22_554 * blue - 46_802 * red),
        of(116_130 * blue),
    ]
}

/// Decoder of a picture that is there.
struct Decoded;

impl Decode for Decoded {
    fn push(&mut self, _: &[u8], _: &mut dyn RowSink) -> Result<(), Error> {
        Ok(())
    }

    fn finish(&mut self, _: &Plan, _: &mut dyn RowSink) -> Result<(), Error> {
        Ok(())
    }
}
