//! Samples of one row of MCUs, and the rows of pixels made of them: upsampling, and the context
//! rows that it needs.

use alloc::vec::Vec;

use crate::colour;
use crate::error::Error;
use crate::frame::{Component, Frame};
use crate::segments::Transform;
use crate::upsample::{triangle, triangle_both, triangle_down};

/// Samples of one component: a row of context from the MCU row before, then the rows of this MCU
/// row.
pub(crate) struct Plane {
    samples: Vec<u8>,
    pub(crate) stride: usize,
    /// Rows of the MCU row.
    rows: usize,
    /// Method that enlarges the samples to the size of the result.
    upsampling: Upsampling,
    /// Buffer for an upsampled row, as long as a row of the result; empty where no upsampling is
    /// needed.
    line: Vec<u8>,
}

/// Methods to enlarge a component's samples to the columns and rows of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Upsampling {
    /// No change of size.
    None,
    /// Triangle filter, two columns for one.
    Across,
    /// Triangle filter, two rows for one.
    Down,
    /// Triangle filter, two columns and two rows for one.
    Both,
    /// Nearest sample: `num` samples for `den` pixels along each axis.
    Nearest {
        across: (usize, usize),
        down: (usize, usize),
    },
}

impl Upsampling {
    fn of(component: &Component, frame: &Frame) -> Upsampling {
        if frame.separate {
            return Upsampling::None;
        }
        let points = frame.scale.points();
        let across = (component.h * component.points.across, frame.h_max * points);
        let down = (component.v * component.points.down, frame.v_max * points);
        let twice = |(num, den): (usize, usize)| den == 2 * num;
        let same = |(num, den): (usize, usize)| den == num;
        // The triangle filter needs neighbours, and the reference decoder has none at one point a
        // block.
        let smooth = points > 1;
        match (across, down) {
            (a, d) if same(a) && same(d) => Upsampling::None,
            (a, d) if smooth && twice(a) && same(d) && component.width > 2 => Upsampling::Across,
            (a, d) if smooth && same(a) && twice(d) => Upsampling::Down,
            (a, d) if smooth && twice(a) && twice(d) && component.width > 2 => Upsampling::Both,
            _ => Upsampling::Nearest { across, down },
        }
    }

    fn looks_down(self) -> bool {
        matches!(self, Upsampling::Down | Upsampling::Both)
    }
}

impl Plane {
    /// Bytes that [`Plane::new`] allocates.
    pub(crate) fn bytes(component: &Component, frame: &Frame) -> usize {
        let stride = frame.mcus_across * component.h * component.points.across;
        let line = if Upsampling::of(component, frame) == Upsampling::None {
            0
        } else {
            frame.out_width() + 1
        };
        stride * (component.v * component.points.down + 1) + line
    }

    pub(crate) fn new(component: &Component, frame: &Frame) -> Result<Plane, Error> {
        let stride = frame.mcus_across * component.h * component.points.across;
        let rows = component.v * component.points.down;
        let upsampling = Upsampling::of(component, frame);
        let line = if upsampling == Upsampling::None {
            0
        } else {
            frame.out_width() + 1
        };
        Ok(Plane {
            samples: zeroes(stride * (rows + 1))?,
            stride,
            rows,
            upsampling,
            line: zeroes(line)?,
        })
    }

    /// Returns the place of a block's samples. `x` is the block's column and `y` its row within the
    /// MCU row, in samples.
    #[inline(always)]
    pub(crate) fn block(&mut self, x: usize, y: usize) -> &mut [u8] {
        &mut self.samples[(y + 1) * self.stride + x..]
    }

    /// Keeps the last row as context for the next MCU row.
    pub(crate) fn advance(&mut self) {
        let last = self.rows * self.stride;
        self.samples.copy_within(last..last + self.stride, 0);
    }

    fn row(&self, component: &Component, row: usize, mcu_row: usize) -> &[u8] {
        let start = (row + 1 - mcu_row * self.rows) * self.stride;
        &self.samples[start..start + component.width]
    }

    /// Prepares the samples of row `y` of the result.
    fn upsample(&mut self, component: &Component, y: usize, mcu_row: usize) {
        let last = component.height - 1;
        match self.upsampling {
            Upsampling::None => {}
            Upsampling::Across => {
                let mut line = core::mem::take(&mut self.line);
                triangle(self.row(component, y, mcu_row), &mut line);
                self.line = line;
            }
            Upsampling::Down | Upsampling::Both => {
                let (near, odd) = (y / 2, y % 2);
                let far = if odd == 1 {
                    (near + 1).min(last)
                } else {
                    near.saturating_sub(1)
                };
                let mut line = core::mem::take(&mut self.line);
                let (near, far) = (
                    self.row(component, near, mcu_row),
                    self.row(component, far, mcu_row),
                );
                if self.upsampling == Upsampling::Both {
                    triangle_both(near, far, &mut line);
                } else {
                    triangle_down(near, far, 1 + odd as u16, &mut line);
                }
                self.line = line;
            }
            Upsampling::Nearest {
                across: (num, den),
                down,
            } => {
                let mut line = core::mem::take(&mut self.line);
                let from = self.row(component, (y * down.0 / down.1).min(last), mcu_row);
                for (x, to) in line.iter_mut().enumerate() {
                    *to = from[(x * num / den).min(from.len() - 1)];
                }
                self.line = line;
            }
        }
    }
}

/// Samples of all components in a row of MCUs.
pub(crate) struct Planes {
    pub(crate) planes: Vec<Plane>,
    transform: Transform,
    /// Rows of the result that wait for samples of the next MCU row.
    lag: usize,
    out: Vec<u8>,
}

impl Planes {
    /// Bytes that [`Planes::new`] allocates.
    pub(crate) fn bytes(frame: &Frame, pixel_bytes: usize) -> usize {
        frame
            .components
            .iter()
            .map(|c| Plane::bytes(c, frame))
            .sum::<usize>()
            + frame.components.len() * size_of::<Plane>()
            + pixel_row_bytes(frame, pixel_bytes)
    }

    pub(crate) fn new(
        frame: &Frame,
        transform: Transform,
        pixel_bytes: usize,
    ) -> Result<Planes, Error> {
        let mut planes = Vec::with_capacity(frame.components.len());
        for component in &frame.components {
            planes.push(Plane::new(component, frame)?);
        }
        let lag = usize::from(planes.iter().any(|plane| plane.upsampling.looks_down()));
        Ok(Planes {
            planes,
            transform,
            lag,
            out: zeroes(pixel_row_bytes(frame, pixel_bytes))?,
        })
    }

    /// Returns row `y` of one component without upsampling, from the MCU row that was decoded last.
    pub(crate) fn samples(&self, frame: &Frame, index: usize, y: usize, mcu_row: usize) -> &[u8] {
        self.planes[index].row(&frame.components[index], y, mcu_row)
    }

    /// Returns how many rows of the result can be made once this MCU row is complete.
    pub(crate) fn rows_after(&self, frame: &Frame, mcu_row: usize) -> usize {
        if mcu_row + 1 >= frame.mcus_down {
            return frame.out_height();
        }
        ((mcu_row + 1) * frame.mcu_rows() - self.lag).min(frame.out_height())
    }

    /// Returns row `y` of the result, from the MCU row that was decoded last.
    pub(crate) fn row(&mut self, frame: &Frame, y: usize, mcu_row: usize) -> &[u8] {
        for (plane, component) in self.planes.iter_mut().zip(&frame.components) {
            plane.upsample(component, y, mcu_row);
        }
        let mut samples: [&[u8]; 4] = [&[]; 4];
        for ((samples, plane), component) in
            samples.iter_mut().zip(&self.planes).zip(&frame.components)
        {
            *samples = match plane.upsampling {
                Upsampling::None => plane.row(component, y, mcu_row),
                _ => &plane.line,
            };
        }
        colour::convert(self.transform, &samples[..self.planes.len()], &mut self.out);
        &self.out
    }

    /// Returns the row that was made last.
    pub(crate) fn stale_row(&self) -> &[u8] {
        &self.out
    }

    pub(crate) fn advance(&mut self) {
        self.planes.iter_mut().for_each(Plane::advance);
    }
}

fn pixel_row_bytes(frame: &Frame, pixel_bytes: usize) -> usize {
    if frame.separate {
        0
    } else {
        frame.out_width() * pixel_bytes
    }
}

fn zeroes(bytes: usize) -> Result<Vec<u8>, Error> {
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(bytes)
        .map_err(|_| Error::OutOfMemory)?;
    buffer.resize(bytes, 0);
    Ok(buffer)
}
