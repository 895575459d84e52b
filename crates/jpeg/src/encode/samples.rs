//! Conversion of rows of pixels to the samples of one row of MCUs, with the padding at the
//! picture's edges.
//!
//! The last column is repeated to the right, up to the MCU's end, before chrominance is
//! downsampled. Downwards, an odd last row is repeated once, and then each component's own last
//! row. The reference implementation pads in the same way.

use alloc::vec::Vec;

use crate::buffer::filled;
use crate::encode::colour;
use crate::error::Error;
use crate::frame::{Component, Frame};

/// Samples of one row of MCUs. All rows of MCUs are made one after the other in the same memory.
pub(super) struct Samples {
    planes: [Plane; 3],
    /// Two rows each of both chrominance components at full size, where they are to be downsampled.
    lines: Vec<u8>,
    width: usize,
}

#[derive(Default)]
struct Plane {
    samples: Vec<u8>,
    stride: usize,
}

impl Plane {
    fn row(&mut self, y: usize) -> &mut [u8] {
        &mut self.samples[y * self.stride..][..self.stride]
    }

    /// Repeats row `last` in the rows below it.
    fn repeat_down(&mut self, last: usize) {
        let rows = self.samples.len() / self.stride;
        for y in last + 1..rows {
            self.samples.copy_within(
                last * self.stride..(last + 1) * self.stride,
                y * self.stride,
            );
        }
    }
}

fn stride(component: &Component, frame: &Frame) -> usize {
    8 * component.h * frame.mcus_across
}

fn line_bytes(frame: &Frame) -> usize {
    if frame.h_max > 1 {
        4 * 8 * frame.h_max * frame.mcus_across
    } else {
        0
    }
}

impl Samples {
    /// Bytes that [`Samples::new`] allocates.
    pub(super) fn bytes(frame: &Frame) -> usize {
        let plane = |c: &Component| stride(c, frame) * 8 * c.v;
        frame.components.iter().map(plane).sum::<usize>() + line_bytes(frame)
    }

    pub(super) fn new(frame: &Frame) -> Result<Samples, Error> {
        let mut planes = <[Plane; 3]>::default();
        for (plane, c) in planes.iter_mut().zip(&frame.components) {
            plane.stride = stride(c, frame);
            plane.samples = filled(0, plane.stride * 8 * c.v)?;
        }
        Ok(Samples {
            planes,
            lines: filled(0, line_bytes(frame))?,
            width: frame.width.into(),
        })
    }

    /// Takes row `y` of the row of MCUs; `last` marks the last row of the picture.
    pub(super) fn take(&mut self, pixels: &[u8], y: usize, last: bool) {
        let width = self.width;
        let [luma, cb, cr] = &mut self.planes;
        if cb.stride == 0 {
            let row = luma.row(y);
            row[..width].copy_from_slice(pixels);
            repeat_right(row, width);
        } else if self.lines.is_empty() {
            let rows = [luma.row(y), cb.row(y), cr.row(y)];
            let [luma, cb, cr] = rows;
            colour::convert(pixels, luma, cb, cr);
            repeat_right(luma, width);
            repeat_right(cb, width);
            repeat_right(cr, width);
        } else {
            let length = self.lines.len() / 4;
            let (cb_lines, cr_lines) = self.lines.split_at_mut(2 * length);
            let (cb_above, cb_below) = cb_lines.split_at_mut(length);
            let (cr_above, cr_below) = cr_lines.split_at_mut(length);
            let even = y.is_multiple_of(2);
            let (cb_line, cr_line) = if even {
                (&mut *cb_above, &mut *cr_above)
            } else {
                (&mut *cb_below, &mut *cr_below)
            };
            let row = luma.row(y);
            colour::convert(pixels, row, cb_line, cr_line);
            repeat_right(row, width);
            repeat_right(cb_line, width);
            repeat_right(cr_line, width);
            if even && last {
                cb_below.copy_from_slice(cb_above);
                cr_below.copy_from_slice(cr_above);
            }
            if !even || last {
                colour::downsample(cb_above, cb_below, cb.row(y / 2));
                colour::downsample(cr_above, cr_below, cr.row(y / 2));
            }
        }
        if last {
            let down = if self.lines.is_empty() { 1 } else { 2 };
            luma.repeat_down(y);
            if cb.stride > 0 {
                cb.repeat_down(y / down);
                cr.repeat_down(y / down);
            }
        }
    }

    /// Takes row `y` of one component in the row of MCUs; `last` marks the last row of the
    /// component.
    pub(super) fn take_component(&mut self, index: usize, row: &[u8], y: usize, last: bool) {
        let plane = &mut self.planes[index];
        let to = plane.row(y);
        to[..row.len()].copy_from_slice(row);
        repeat_right(to, row.len());
        if last {
            plane.repeat_down(y);
        }
    }

    /// Returns the rows of a component's block; `across` and `down` count blocks within the row of
    /// MCUs.
    #[inline(always)]
    pub(super) fn block(&self, component: usize, across: usize, down: usize) -> [&[u8; 8]; 8] {
        let plane = &self.planes[component];
        let from = &plane.samples[8 * (down * plane.stride + across)..];
        core::array::from_fn(|y| {
            let row = from
                .get(y * plane.stride..)
                .and_then(|row| row.first_chunk());
            row.unwrap_or(&[0; 8])
        })
    }
}

/// Repeats the last of `width` samples in the samples behind it.
fn repeat_right(row: &mut [u8], width: usize) {
    let (picture, edge) = row.split_at_mut(width);
    if let Some(&last) = picture.last() {
        edge.fill(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn edges_are_repeated_before_and_after_downsampling() {
        let components = vec![
            Component::new(1, 2, 2, 0),
            Component::new(2, 1, 1, 1),
            Component::new(3, 1, 1, 1),
        ];
        let frame = Frame::new(1, 3, false, components);
        let mut samples = Samples::new(&frame).expect("memory");
        for (y, red) in [0, 100, 200].into_iter().enumerate() {
            samples.take(&[red, 0, 0], y, y == 2);
        }
        let [luma, _, cr] = [0, 1, 2].map(|component| samples.block(component, 0, 0));
        assert_eq!(
            [luma[0], luma[1], luma[2], luma[7]],
            [&[0; 8], &[30; 8], &[60; 8], &[60; 8]]
        );
        assert_eq!(samples.block(0, 1, 1), [&[60; 8]; 8]);
        assert_eq!(cr[0], &[153; 8]); // between 128 and 178
        assert_eq!([cr[1], cr[7]], [&[228; 8]; 2]); // the last row twice, not the last two rows
    }
}
