//! The canvas that frames are drawn on, one after the other, as browsers show them: it begins transparent.

use super::{Disposal, Rect, Shot};
use crate::image::Error;
use crate::image::frame::{Frame, Layout, Size, zeroes};

/// The canvas of an animation: RGB where it is opaque at every frame, and RGBA.
pub(in crate::image) struct Screen {
    frame: Frame,
    /// What was there before the last frame, where that is to come back.
    before: Vec<u8>,
    last: Option<(Rect, Disposal)>,
}

impl Screen {
    /// A transparent canvas; one that `restores` has room for what is to come back. Its pixels have room for so many bytes in all.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(in crate::image) fn new(
        size: Size,
        layout: Layout,
        restores: bool,
        room: u64,
    ) -> Result<Screen, Error> {
        let frame = Frame::new(size, layout, room)?;
        let bytes = if restores { frame.pixels.len() } else { 0 };
        Ok(Screen {
            before: zeroes(bytes as u64)?,
            frame,
            last: None,
        })
    }

    /// Disposes of the frame before, and makes ready for this one.
    pub(in crate::image) fn begin(&mut self, shot: &Shot<'_>) {
        if let Some((rect, disposal)) = self.last.take() {
            match disposal {
                Disposal::Keep => {}
                Disposal::Clear => self.each_row(rect, |row, _| row.fill(0)),
                Disposal::Restore => self.each_row(rect, |row, before| row.copy_from_slice(before)),
            }
        }
        let Size { width, height } = self.frame.size;
        let rect = shot.rect.clipped(width, height);
        if shot.disposal == Disposal::Restore {
            self.each_row(rect, |row, before| before.copy_from_slice(row));
        }
        self.last = Some((rect, shot.disposal));
    }

    /// Each row of a rectangle, and what was kept of it.
    fn each_row(&mut self, rect: Rect, mut work: impl FnMut(&mut [u8], &mut [u8])) {
        if rect.is_empty() {
            return;
        }
        let channels = self.frame.layout.channels();
        let row_bytes = self.frame.row_bytes();
        let bytes = rect.width as usize * channels;
        for y in rect.top..rect.top + rect.height {
            let start = y as usize * row_bytes + rect.left as usize * channels;
            let before = self.before.get_mut(start..start + bytes);
            work(
                &mut self.frame.pixels[start..start + bytes],
                before.unwrap_or_default(),
            );
        }
    }

    /// A row's pixels from some place on, at most so many of them.
    fn row(&mut self, (x, y): (u32, u32), pixels: usize) -> &mut [u8] {
        let Size { width, height } = self.frame.size;
        if x >= width || y >= height {
            return &mut [];
        }
        let channels = self.frame.layout.channels();
        let start = y as usize * self.frame.row_bytes() + x as usize * channels;
        let pixels = pixels.min((width - x) as usize);
        &mut self.frame.pixels[start..start + pixels * channels]
    }

    /// Draws pixels with a palette; colours with an alpha of 0 let through what was there. What is not on the canvas is left out.
    pub(in crate::image) fn draw_indices(
        &mut self,
        at: (u32, u32),
        indices: &[u8],
        colours: &[[u8; 4]; 256],
    ) {
        let layout = self.frame.layout;
        let row = self.row(at, indices.len());
        if layout.alpha() {
            for (pixel, &index) in row.as_chunks_mut::<4>().0.iter_mut().zip(indices) {
                let colour = colours[usize::from(index)];
                if colour[3] != 0 {
                    *pixel = colour;
                }
            }
        } else {
            for (pixel, &index) in row.as_chunks_mut::<3>().0.iter_mut().zip(indices) {
                let [r, g, b, a] = colours[usize::from(index)];
                if a != 0 {
                    *pixel = [r, g, b];
                }
            }
        }
    }

    /// Draws RGBA pixels, over what is there or in its place.
    pub(in crate::image) fn draw_rgba(&mut self, at: (u32, u32), rgba: &[u8], blends: bool) {
        let layout = self.frame.layout;
        let pixels = rgba.as_chunks::<4>().0;
        let row = self.row(at, pixels.len());
        if layout.alpha() {
            for (pixel, &over) in row.as_chunks_mut::<4>().0.iter_mut().zip(pixels) {
                *pixel = match over[3] {
                    alpha if alpha < 255 && blends => blend(over, *pixel),
                    _ => over,
                };
            }
        } else {
            for (pixel, &over) in row.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
                let [r, g, b] = *pixel;
                let [r, g, b, _] = match over[3] {
                    alpha if alpha < 255 && blends => blend(over, [r, g, b, 255]),
                    _ => over,
                };
                *pixel = [r, g, b];
            }
        }
    }

    /// The canvas as it is.
    pub(in crate::image) fn frame(&self) -> &Frame {
        &self.frame
    }

    pub(in crate::image) fn into_frame(self) -> Frame {
        self.frame
    }
}

/// One colour over another, neither of them multiplied by its alpha (RFC 9649, section 2.7.1.1).
fn blend(over: [u8; 4], under: [u8; 4]) -> [u8; 4] {
    let (a, b) = (u32::from(over[3]), u32::from(under[3]));
    // In units of 1/255.
    let (over_weight, under_weight) = (255 * a, b * (255 - a));
    let sum = over_weight + under_weight;
    if sum == 0 {
        return [0; 4];
    }
    let mixed = |at: usize| {
        let mix = u32::from(over[at]) * over_weight + u32::from(under[at]) * under_weight;
        ((mix + sum / 2) / sum) as u8
    };
    [mixed(0), mixed(1), mixed(2), ((sum + 127) / 255) as u8]
}
