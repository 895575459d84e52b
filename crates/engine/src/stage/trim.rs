//! The box of a picture whose margins are of one colour, found while its rows pass.
//!
//! The rule is libvips' `find_trim` as sharp calls it. The margin has the colour of the first
//! pixel. A pixel counts where a sample of the 3 x 3 median differs from that by more than the
//! threshold. Translucent pixels are laid on the margin's colour first, and alpha is looked at like
//! a colour. The edge's pixels are repeated outside.
//!
//! The median of nine is above a level where five of them are, so that samples are counted and
//! never sorted.

use std::ops::Range;

use crate::error::Error;
use crate::pixels::buffer::zeroes_of;
use crate::pixels::frame::Frame;
use crate::pixels::layout::Layout;
use crate::pixels::rows::RowSink;
use crate::pixels::window::Rect;
use crate::plan::Plan;

/// Rows of decoded pixels on their way to a box.
pub(crate) struct Trim {
    threshold: u8,
    layout: Layout,
    /// The first pixel, once there is one.
    margin: Option<[u8; 4]>,
    /// The last three rows as [`Marks`], the newest at `rows % 3`.
    marks: [Vec<Marks>; 3],
    /// Rows that have come.
    rows: u32,
    /// Rows of the picture.
    height: u32,
    found: Option<Bounds>,
    /// Whether no row may be passed over.
    thorough: bool,
    /// Rows that are passed over, if any are.
    passed: Option<Range<u32>>,
}

/// Share of the rows, the last ones, that are looked at in any case: one in so many.
const LAST: u32 = 16;

/// Fewest of these; nothing is passed over where there are fewer.
const FEWEST_LAST: u32 = 8;

/// One byte for each sample that is above the margin's by more than the threshold, and one for each
/// that is below: 1 where it is.
type Marks = u64;

/// Columns and rows of the outermost pixels, these included.
#[derive(Clone, Copy)]
struct Bounds {
    left: usize,
    right: usize,
    top: u32,
    bottom: u32,
}

/// Sums of bytes up to nine that reach five have their highest bit set behind this.
const FIVE: u64 = 0x7b7b_7b7b_7b7b_7b7b;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

impl Trim {
    /// Begins with a plan for all pixels of a source.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(plan: &Plan, threshold: u8, thorough: bool) -> Result<Trim, Error> {
        let width = plan.decoded.width as usize;
        Ok(Trim {
            threshold,
            layout: plan.header.layout,
            margin: None,
            marks: [zeroes_of(width)?, zeroes_of(width)?, zeroes_of(width)?],
            rows: 0,
            height: plan.decoded.height,
            found: None,
            thorough,
            passed: None,
        })
    }

    /// Upper bound on its memory.
    pub(crate) fn bytes(plan: &Plan) -> u64 {
        3 * u64::from(plan.decoded.width) * size_of::<Marks>() as u64
    }

    /// The box, in stored pixels; `None` inside where there is nothing but margin, and outside
    /// where the picture ends in a row that was passed over.
    pub(crate) fn into_box(mut self) -> Option<Option<Rect>> {
        if self.rows > 0 {
            let last = self.rows - 1;
            self.look_at(last, last);
        }
        let Some(Bounds {
            left,
            right,
            top,
            bottom,
        }) = self.found
        else {
            return Some(None);
        };
        if self.passed.is_some_and(|passed| bottom <= passed.end) {
            return None;
        }
        Some(Some(Rect {
            left: left as u32,
            top,
            width: (right - left) as u32 + 1,
            height: bottom - top + 1,
        }))
    }

    /// Whether a row cannot be told by its neighbours, because it is passed over or next to such a
    /// row.
    fn is_passed(&self, y: u32) -> bool {
        let passed = self.passed.as_ref();
        passed.is_some_and(|passed| (passed.start.saturating_sub(1)..=passed.end).contains(&y))
    }

    /// Looks for pixels that count in a row, now that the row below it has come.
    fn look_at(&mut self, y: u32, below: u32) {
        let [above, here, below] =
            [y.saturating_sub(1), y, below].map(|row| self.marks[row as usize % 3].as_slice());
        let last = here.len().saturating_sub(1);
        let column = |x: usize| above[x] + here[x] + below[x];
        let counts = |x: usize| {
            let nine = column(x.saturating_sub(1)) + column(x) + column((x + 1).min(last));
            (nine + FIVE) & HIGHEST != 0
        };
        let Some(first) = (0..here.len()).find(|&x| counts(x)) else {
            return;
        };
        let end = (first..here.len()).rev().find(|&x| counts(x));
        let (left, right) = (first, end.unwrap_or(first));
        let found = self.found.get_or_insert(Bounds {
            left,
            right,
            top: y,
            bottom: y,
        });
        found.left = found.left.min(left);
        found.right = found.right.max(right);
        found.bottom = y;
    }
}

impl RowSink for Trim {
    fn row(&mut self, _: usize, row: &[u8]) -> Result<(), Error> {
        if self
            .passed
            .as_ref()
            .is_some_and(|passed| passed.contains(&self.rows))
        {
            self.rows += 1;
            return Ok(());
        }
        let channels = self.layout.channels();
        let colours = channels - usize::from(self.layout.alpha());
        let margin = *self.margin.get_or_insert_with(|| {
            let mut margin = [0; 4];
            for (to, from) in margin.iter_mut().zip(row.iter().take(channels)) {
                *to = *from;
            }
            margin
        });
        let (low, high) = (
            margin.map(|sample| sample.saturating_sub(self.threshold)),
            margin.map(|sample| sample.saturating_add(self.threshold)),
        );
        let mark = |at: usize, sample: u8| {
            let (above, below) = (sample > high[at], sample < low[at]);
            u64::from(above) << (16 * at) | u64::from(below) << (16 * at + 8)
        };
        let alpha = self.layout.alpha();
        let to = &mut self.marks[self.rows as usize % 3];
        for (marks, pixel) in to.iter_mut().zip(row.chunks_exact(channels)) {
            *marks = 0;
            for at in 0..colours {
                let sample = match alpha {
                    false => pixel[at],
                    true => laid_on(pixel[at], pixel[colours], margin[at]),
                };
                *marks |= mark(at, sample);
            }
            if alpha {
                *marks |= mark(colours, pixel[colours]);
            }
        }
        self.rows += 1;
        if self.rows > 1 && !self.is_passed(self.rows - 2) {
            self.look_at(self.rows - 2, self.rows - 1);
        }
        Ok(())
    }

    /// Returns the row at which looking goes on, where the picture reaches both sides: the rest of
    /// the box is its last row, most likely one of the last rows of all.
    fn pass_over(&mut self) -> Option<u32> {
        let found = self.found.filter(|_| !self.thorough)?;
        if found.left > 0 || found.right + 1 < self.marks[0].len() {
            return None;
        }
        let (first, last_rows) = (self.rows, self.height / LAST);
        let end = self.height - last_rows;
        if last_rows < FEWEST_LAST || first >= end {
            return None;
        }
        self.passed = Some(first..end);
        Some(end)
    }

    fn frame(&mut self, frame: Frame) -> Result<(), Error> {
        frame.rows().try_for_each(|row| self.row(0, row))
    }
}

/// A sample on the margin's colour, cut off as libvips' `flatten` does.
fn laid_on(sample: u8, alpha: u8, margin: u8) -> u8 {
    let [sample, alpha, margin] = [sample, alpha, margin].map(u32::from);
    ((sample * alpha + margin * (255 - alpha)) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::pixels::layout::Size;
    use crate::spec::Format;
    use crate::transform::{Fit, Quality, Side, Target, Transform};
    use crate::{Output, Pipeline, testing};
    use std::num::NonZeroU8;

    const SIZE: Size = Size {
        width: 120,
        height: 320,
    };

    fn answer(file: &[u8], trim: Option<NonZeroU8>, format: Format) -> Output {
        let transform = Transform {
            width: Side::Auto,
            height: Side::Auto,
            fit: Fit::Inside,
            quality: Quality::MOST,
            target: Target::Image(format),
            trim,
            ..Transform::DEFAULT
        };
        let mut pipeline = Pipeline::new(&transform, &Limits::DEFAULT);
        file.chunks(1000)
            .for_each(|piece| pipeline.push(piece).expect("a good file"));
        pipeline.finish(&|| 0.0).expect("a good file")
    }

    /// Rows of a JPEG are passed over, and those of a PNG are not.
    #[test]
    fn the_box_of_a_jpeg_is_that_of_a_png_of_its_pixels_wherever_the_picture_ends() {
        let trim = NonZeroU8::new(40);
        let (width, height) = (SIZE.width, SIZE.height);
        for top in [0, 1, 40, 200] {
            for below in [0, 1, 2, 10, 18, 19, 20, 21, 22, 40, 90] {
                for (left, right) in [(0, 0), (0, 30), (25, 0), (16, 17)] {
                    let pixels: Vec<u8> = (0..width * height)
                        .map(|at| {
                            let (x, y) = (at % width, at / width);
                            let inside = (left..width - right).contains(&x)
                                && (top..height - below).contains(&y);
                            if inside && at > 0 { 30 } else { 220 }
                        })
                        .collect();
                    let png = testing::png_of(SIZE, Layout::Grey, &pixels);
                    let jpeg = answer(&png, None, Format::Jpeg).body;
                    let png = answer(&jpeg, None, Format::Png).body;
                    let [found, wanted] =
                        [&jpeg, &png].map(|file| answer(file, trim, Format::Png).plan.area);
                    assert_eq!(found, wanted, "{top} {below} {left} {right}");
                }
            }
        }
    }
}
