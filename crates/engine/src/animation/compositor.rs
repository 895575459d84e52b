//! Compositor: the canvas that frames are drawn on, one after another, as browsers show them. The
//! canvas begins transparent. Where it has to be opaque at every frame, the background shows in
//! places that damaged frames leave free.

use crate::animation::disposal::Disposal;
use crate::error::Error;
use crate::pixels::buffer::zeroes;
use crate::pixels::frame::Frame;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::window::Rect;
use crate::transform::Colour;

/// Canvas of an animation: RGB where every frame leaves it opaque, otherwise RGBA.
pub(crate) struct Compositor {
    frame: Frame,
    /// Pixel in places where nothing has been drawn.
    blank: [u8; 4],
    /// Canvas before the last frame, where a disposal may restore it.
    before: Vec<u8>,
    last: Option<(Rect, Disposal)>,
}

impl Compositor {
    /// Returns an empty canvas. With `restores`, there is a second one to restore from. The
    /// buffer's capacity is `capacity` bytes, or the size of the pixels if that is more.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(
        size: Size,
        layout: Layout,
        background: Colour,
        restores: bool,
        capacity: u64,
    ) -> Result<Compositor, Error> {
        let frame = Frame::new(size, layout, capacity)?;
        let bytes = if restores { frame.pixels.len() } else { 0 };
        let Colour { r, g, b, a } = background.over_white();
        let mut screen = Compositor {
            before: zeroes(bytes as u64)?,
            frame,
            blank: if layout.alpha() { [0; 4] } else { [r, g, b, a] },
            last: None,
        };
        if !layout.alpha() {
            screen.empty(Rect {
                left: 0,
                top: 0,
                width: size.width,
                height: size.height,
            });
        }
        Ok(screen)
    }

    /// Clears a rectangle.
    fn empty(&mut self, rect: Rect) {
        let blank = self.blank;
        let blank = &blank[..self.frame.layout.channels()];
        self.each_row(rect, |row, _| {
            row.chunks_exact_mut(blank.len())
                .for_each(|pixel| pixel.copy_from_slice(blank));
        });
    }

    /// Disposes of the previous frame, and prepares for this one.
    pub(crate) fn begin(&mut self, rect: Rect, disposal: Disposal) {
        if let Some((rect, disposal)) = self.last.take() {
            match disposal {
                Disposal::Keep => {}
                Disposal::Clear => self.empty(rect),
                Disposal::Restore if self.before.is_empty() => {}
                Disposal::Restore => self.each_row(rect, |row, before| row.copy_from_slice(before)),
            }
        }
        let Size { width, height } = self.frame.size;
        let rect = rect.clipped(width, height);
        // Nothing is restored after the last frame.
        if disposal == Disposal::Restore && !self.before.is_empty() {
            self.each_row(rect, |row, before| before.copy_from_slice(row));
        }
        self.last = Some((rect, disposal));
    }

    /// Hands out each row of a rectangle, and its copy in the saved canvas.
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

    /// Returns a row's pixels from a place on, at most `pixels` of them.
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

    /// Draws pixels with a palette. Colours with an alpha of 0 show the canvas below. Pixels beyond
    /// the canvas are ignored.
    pub(crate) fn draw_indices(
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

    /// Draws RGBA pixels over the canvas, or in place of its pixels.
    pub(crate) fn draw_rgba(&mut self, at: (u32, u32), rgba: &[u8], blends: bool) {
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

    /// Returns the canvas.
    pub(crate) fn frame(&self) -> &Frame {
        &self.frame
    }

    pub(crate) fn into_frame(self) -> Frame {
        self.frame
    }
}

/// Blends one straight colour over another (RFC 9649, section 2.7.1.1).
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

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(screen: &mut Compositor, rect: [u32; 4], disposal: Disposal) {
        let [left, top, width, height] = rect;
        let rect = Rect {
            left,
            top,
            width,
            height,
        };
        screen.begin(rect, disposal);
    }

    /// Colour `n` is grey `n`, and 0 is transparent.
    fn colours() -> [[u8; 4]; 256] {
        let mut at = 0..=255;
        let mut colours =
            [(); 256].map(|()| at.next().map_or([0; 4], |grey| [grey, grey, grey, 255]));
        colours[0] = [0; 4];
        colours
    }

    const SIZE: Size = Size {
        width: 4,
        height: 2,
    };

    /// Returns the first samples of a canvas on which frames have been drawn one after another,
    /// each filled with its number from 1 on.
    fn drawn(layout: Layout, frames: &[([u32; 4], Disposal)]) -> Vec<u8> {
        let mut screen =
            Compositor::new(SIZE, layout, Colour::rgb(0), true, 0).expect("a few bytes");
        for (index, (rect, disposal)) in (1..).zip(frames) {
            begin(&mut screen, *rect, *disposal);
            for y in rect[1]..rect[1] + rect[3] {
                let row = vec![index; rect[2] as usize];
                screen.draw_indices((rect[0], y), &row, &colours());
            }
        }
        let channels = layout.channels();
        screen
            .frame()
            .pixels
            .iter()
            .step_by(channels)
            .copied()
            .collect()
    }

    #[test]
    fn frames_are_disposed_of_when_the_next_one_is_drawn() {
        use Disposal::*;
        for layout in [Layout::Rgb, Layout::Rgba] {
            let of = |frames: &[_]| drawn(layout, frames);
            let all = [0, 0, 4, 2];
            assert_eq!(of(&[(all, Keep)]), [1; 8]);
            assert_eq!(
                of(&[(all, Clear)]),
                [1; 8],
                "not before there is a next one"
            );
            assert_eq!(
                of(&[(all, Keep), ([1, 0, 2, 1], Keep)]),
                [1, 2, 2, 1, 1, 1, 1, 1]
            );
            let corner = ([3, 1, 1, 1], Keep);
            assert_eq!(
                of(&[(all, Keep), ([1, 0, 2, 1], Clear), corner]),
                [1, 0, 0, 1, 1, 1, 1, 3]
            );
            assert_eq!(
                of(&[(all, Keep), ([1, 0, 2, 1], Restore), corner]),
                [1, 1, 1, 1, 1, 1, 1, 3]
            );
            // What comes back is what was there before, not what was drawn first.
            assert_eq!(
                of(&[
                    (all, Keep),
                    ([0, 0, 2, 2], Clear),
                    ([1, 0, 3, 1], Restore),
                    corner
                ]),
                [0, 0, 1, 1, 0, 0, 1, 4]
            );
            assert_eq!(of(&[(all, Restore), corner]), [0, 0, 0, 0, 0, 0, 0, 2]);
        }
    }

    #[test]
    fn where_there_may_be_no_transparency_what_is_empty_is_background() {
        let shown = |layout| {
            let colour = Colour::rgb(0x01_0203);
            let mut screen = Compositor::new(SIZE, layout, colour, false, 0).expect("a few bytes");
            begin(&mut screen, [0, 0, 4, 2], Disposal::Clear);
            screen.draw_indices((0, 0), &[7, 7], &colours());
            let pixel = |screen: &Compositor, x: usize| {
                screen.frame().pixels[x * layout.channels()..][..layout.channels()].to_vec()
            };
            let before = [pixel(&screen, 1), pixel(&screen, 2)];
            begin(&mut screen, [0, 0, 0, 0], Disposal::Keep);
            [&before[..], &[pixel(&screen, 1)]].concat()
        };
        let blank = vec![1, 2, 3];
        assert_eq!(shown(Layout::Rgb)[1..], [blank.clone(), blank]);
        assert_eq!(shown(Layout::Rgba)[1..], [vec![0; 4], vec![0; 4]]);
    }

    #[test]
    fn what_is_not_on_the_canvas_is_left_out() {
        use Disposal::*;
        let of = |frames: &[_]| drawn(Layout::Rgba, frames);
        assert_eq!(of(&[([3, 1, 70, 5], Keep)]), [0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(
            of(&[
                ([9, 0, 2, 2], Restore),
                ([0, 9, 1, 1], Clear),
                ([0, 0, 0, 2], Keep)
            ]),
            [0; 8]
        );
    }

    #[test]
    fn what_is_transparent_lets_through_what_was_there() {
        for layout in [Layout::Rgb, Layout::Rgba] {
            let mut screen =
                Compositor::new(SIZE, layout, Colour::rgb(0), false, 0).expect("a few bytes");
            screen.draw_indices((0, 0), &[7, 7, 7, 7], &colours());
            screen.draw_indices((0, 0), &[0, 9, 0, 8], &colours());
            let channels = layout.channels();
            let row: Vec<u8> = screen
                .frame()
                .pixels
                .iter()
                .step_by(channels)
                .copied()
                .collect();
            assert_eq!(row[..4], [7, 9, 7, 8]);
        }
    }

    #[test]
    fn a_pixel_is_blended_or_takes_the_place_of_another() {
        let (red, half) = ([200, 0, 0, 255], [0, 100, 0, 128]);
        let over = |under: [u8; 4], over: [u8; 4], layout, blends| {
            let mut screen =
                Compositor::new(SIZE, layout, Colour::rgb(0), false, 0).expect("a few bytes");
            screen.draw_rgba((0, 0), &under, false);
            screen.draw_rgba((0, 0), &over, blends);
            screen.frame().pixels[..layout.channels()].to_vec()
        };
        assert_eq!(over(red, half, Layout::Rgba, false), half);
        assert_eq!(over(red, half, Layout::Rgba, true), [100, 50, 0, 255]);
        assert_eq!(over(red, half, Layout::Rgb, true), [100, 50, 0]);
        assert_eq!(over(red, [9, 9, 9, 0], Layout::Rgba, true), red);
        assert_eq!(over([0; 4], half, Layout::Rgba, true), half);
        // 128 / 255 of one, and 127 / 255 of half of the other.
        assert_eq!(
            over([200, 0, 0, 128], half, Layout::Rgba, true),
            [66, 67, 0, 192]
        );
        assert_eq!(over([0; 4], [5, 5, 5, 0], Layout::Rgba, true), [0; 4]);
    }
}
