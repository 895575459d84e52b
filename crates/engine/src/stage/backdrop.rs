//! Stages: the picture's own blurred cover as the canvas.
//!
//! The upright picture is reduced to a cover of the canvas whose longer side is at most 128
//! samples. Colours of that cover are changed as those of the picture are; what looks at neighbours
//! is left out. Then the cover is blurred, with a sigma of a fortieth of the longer side, and
//! enlarged while rows are pulled. The picture is laid over the cover, which is seen beside the
//! picture and through it.
//!
//! A blur of that sigma leaves nothing that 128 samples do not hold. So the cover takes a few
//! kilobytes whatever the canvas is, and the cost of a row is that of an enlargement.

use std::sync::Arc;

use letterbox_resize::{Axis, Filter, Resizer, Settings};

use crate::error::Error;
use crate::pixels::buffer::zeroes;
use crate::pixels::frame::{Frame, Picture};
use crate::pixels::layout::{Layout, Size};
use crate::pixels::rows::RowSource;
use crate::pixels::window::{Edges, Rect, Window};
use crate::plan::Plan;
use crate::plan::plane::{Plane, channels};
use crate::stage::blur;
use crate::stage::fault::fault;
use crate::stage::flatten;
use crate::stage::kernel::Kernel;
use crate::stage::letterbox::{is_padded, mix_edges};
use crate::stage::link::{Lay, Reach, Samples, Stage, Turn};
use crate::stage::widen::widened;

/// Stage that makes the small cover, of the complete picture.
pub(crate) struct Backdrop;

/// Stage that lays the picture over the cover.
pub(crate) struct Canvas;

/// Longest side of the small cover.
const MOST_SIDE: u32 = 128;

/// Longer side of the canvas, in sigmas of the blur.
const SIGMAS: f32 = 40.0;

/// Whether the cover is seen: beside the picture, or through it.
fn is_seen(plan: &Plan, plane: &Plane) -> bool {
    let is_beside = is_padded(plan, plane) || plane.mixed != Edges::default();
    plan.transform.backdrop && (is_beside || plane.source.alpha())
}

/// The small cover of a plane.
struct Cover {
    /// Size of the upright picture.
    picture: Size,
    /// Part of the picture that covers the canvas, around its middle.
    window: Window,
    size: Size,
    kernel: Kernel,
}

impl Cover {
    fn of(plan: &Plan, plane: &Plane) -> Cover {
        let (picture, canvas) = (plane.upright(plan.header.orientation), plane.canvas);
        let [across, down] = [picture.width, picture.height].map(f64::from);
        let ratio = f64::from(canvas.width) / f64::from(canvas.height);
        let (width, height) = (across.min(down * ratio), down.min(across / ratio));
        let longer = canvas.width.max(canvas.height);
        let side = longer.min(MOST_SIDE);
        let small = |length: u32| {
            let share = f64::from(length) * f64::from(side) / f64::from(longer);
            (share.round() as u32).max(1)
        };
        Cover {
            picture,
            window: Window {
                x: (across - width) / 2.0,
                y: (down - height) / 2.0,
                width,
                height,
            },
            size: Size {
                width: small(canvas.width),
                height: small(canvas.height),
            },
            kernel: Kernel::coarse(longer as f32 / SIGMAS, 0.2, longer as f32 / side as f32),
        }
    }

    fn bytes(&self, layout: Layout) -> u64 {
        self.size.pixels() * layout.channels() as u64
    }

    /// Settings of the reduction. Before a blur, a cubic does as well as
    /// Lanczos3, whose window is larger.
    fn reduction(&self, plane: &Plane) -> Settings {
        let plane = Plane {
            cut: Rect::all(self.picture),
            window: self.window,
            resized: self.size,
            ..*plane
        };
        Settings {
            filter: Filter::CatmullRom,
            ..plane.resampling()
        }
    }

    /// Settings of the enlargement.
    fn enlargement(&self, plane: &Plane) -> Settings {
        let axis = |from, to| Axis::whole(from, to);
        Settings {
            horizontal: axis(self.size.width, plane.canvas.width),
            vertical: axis(self.size.height, plane.canvas.height),
            channels: channels(plane.layout),
            filter: Filter::CatmullRom,
            linear_light: false,
        }
    }
}

/// A plane of nothing but the small cover.
pub(crate) fn small(plan: &Plan, plane: &Plane) -> Plane {
    let size = Cover::of(plan, plane).size;
    let stored = size.swapped_if(plan.header.orientation.swaps_axes());
    Plane {
        decoded: stored,
        cut: Rect::all(stored),
        window: Window::all(stored),
        resized: stored,
        at: (0, 0),
        canvas: size,
        mixed: Edges::default(),
        ..*plane
    }
}

/// Bytes of a plane's small cover, if there is one.
pub(crate) fn held_bytes(plan: &Plan, plane: &Plane) -> u64 {
    match is_seen(plan, plane) {
        true => Cover::of(plan, plane).bytes(plane.source),
        false => 0,
    }
}

impl Stage for Backdrop {
    fn name(&self) -> &'static str {
        "backdrop"
    }

    fn reach(&self) -> Reach {
        Reach::Picture
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Plane
    }

    fn has_work(&self, plan: &Plan, plane: &Plane) -> bool {
        is_seen(plan, plane)
    }

    /// The resampler, and the small cover.
    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let reduction = Cover::of(plan, plane).reduction(plane);
        // A geometry that cannot be resampled is refused by `Resizer::new`.
        let resizer = Resizer::peak_bytes(&reduction).unwrap_or(0) as u64;
        resizer + held_bytes(plan, plane)
    }
}

impl Turn for Backdrop {
    /// Frames of an animation have the cover of the first one, which they bring with them.
    fn run(&self, plan: &Plan, plane: &Plane, mut picture: Picture) -> Result<Picture, Error> {
        if picture.cover.is_some() {
            return Ok(picture);
        }
        let cover = Cover::of(plan, plane);
        let mut resizer = Resizer::new(&cover.reduction(plane)).map_err(fault)?;
        let mut small = Frame::new(cover.size, picture.layout, 0)?;
        let row_bytes = small.row_bytes();
        let mut rows = small.pixels.chunks_exact_mut(row_bytes);
        for y in 0..picture.size.height as usize {
            resizer.push(picture.row(y)).map_err(fault)?;
            while let Some(row) = resizer.next_row() {
                if let Some(to) = rows.next() {
                    to.copy_from_slice(row);
                }
            }
        }
        picture.cover = Some(Arc::new(small));
        Ok(picture)
    }
}

impl Stage for Canvas {
    fn name(&self) -> &'static str {
        "canvas"
    }

    fn reach(&self) -> Reach {
        Reach::Pixel
    }

    /// Pixels where there is alpha, which says how much of the cover is seen through them.
    fn samples(&self, plan: &Plan) -> Samples {
        match plan.header.layout.alpha() {
            true => Samples::Pixels,
            false => Samples::Plane,
        }
    }

    fn has_work(&self, plan: &Plan, plane: &Plane) -> bool {
        is_seen(plan, plane)
    }

    /// The small cover, its blur, its enlargement, and a row that is handed out.
    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let cover = Cover::of(plan, plane);
        let layout = widened(plane);
        let blur = blur::bytes(&cover.kernel, layout, cover.size.width);
        let enlargement = Resizer::peak_bytes(&cover.enlargement(plane)).unwrap_or(0) as u64;
        let line = u64::from(plane.canvas.width) * plane.layout.channels() as u64;
        let row = u64::from(cover.size.width) * plane.source.channels() as u64;
        held_bytes(plan, plane) + row + blur + enlargement + line
    }
}

impl Lay for Canvas {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
        under: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let cover = Cover::of(plan, plane);
        let layout = widened(plane);
        let width = cover.size.width as usize;
        let mut under = blur::rows(under, layout, width, cover.kernel)?;
        if layout != plane.layout {
            under = flatten::rows(under, layout, plan.transform.background);
        }
        let line = u64::from(plane.canvas.width) * plane.layout.channels() as u64;
        Ok(Box::new(Rows {
            from,
            under,
            resizer: Resizer::new(&cover.enlargement(plane)).map_err(fault)?,
            layout,
            rows: cover.picture.height,
            plane: *plane,
            y: 0,
            line: zeroes(line)?,
        }))
    }
}

/// Rows of the small cover.
pub(crate) struct Small {
    cover: Arc<Frame>,
    y: usize,
    row: Vec<u8>,
}

impl Small {
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(cover: Arc<Frame>) -> Result<Small, Error> {
        Ok(Small {
            row: zeroes(cover.row_bytes() as u64)?,
            cover,
            y: 0,
        })
    }
}

impl RowSource for Small {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let bytes = self.row.len();
        let rest = self.cover.pixels.get(self.y * bytes..);
        let Some(row) = rest.and_then(|rest| rest.get(..bytes)) else {
            return Ok(None);
        };
        self.row.copy_from_slice(row);
        self.y += 1;
        Ok(Some(&mut self.row))
    }
}

struct Rows<'r> {
    /// The picture, in `layout`.
    from: Box<dyn RowSource + 'r>,
    /// The small cover, in the layout of the plane.
    under: Box<dyn RowSource + 'r>,
    resizer: Resizer,
    layout: Layout,
    /// Rows of the image, upright.
    rows: u32,
    plane: Plane,
    /// The next row.
    y: u32,
    /// The row that is handed out.
    line: Vec<u8>,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let (plane, y) = (&self.plane, self.y);
        if y == plane.canvas.height {
            return Ok(None);
        }
        self.y += 1;
        loop {
            if let Some(row) = self.resizer.next_row() {
                self.line.copy_from_slice(row);
                break;
            }
            let row = self.under.next_row()?;
            let row = row.ok_or(Error::Internal("the backdrop breaks off".to_owned()))?;
            self.resizer.push(row).map_err(fault)?;
        }
        let above = plane.at.1;
        if !(above..above + self.rows).contains(&y) {
            return Ok(Some(&mut self.line));
        }
        let row = self.from.next_row()?;
        let row = row.ok_or(Error::Corrupt("the image's rows break off"))?;
        let left = plane.at.0 as usize * plane.layout.channels();
        let line = &mut self.line[left..];
        if self.layout.alpha() {
            lay_over(line, plane.layout, row, self.layout);
        } else {
            mix_edges(plane, row, y - above, self.rows, |at| line[at]);
            line[..row.len()].copy_from_slice(row);
        }
        Ok(Some(&mut self.line))
    }
}

/// Lays pixels with alpha over others of the same colours, with alpha or without.
fn lay_over(under: &mut [u8], below: Layout, over: &[u8], above: Layout) {
    let (wide, narrow) = (above.channels(), below.channels());
    let colours = wide - 1;
    for (under, over) in under.chunks_exact_mut(narrow).zip(over.chunks_exact(wide)) {
        let alpha = u32::from(over[colours]);
        let upper = alpha * 255;
        let seen = if below.alpha() { under[colours] } else { 255 };
        let lower = u32::from(seen) * (255 - alpha);
        let sum = upper + lower;
        if sum == 0 {
            continue;
        }
        for (under, over) in under[..colours].iter_mut().zip(over) {
            let mixed = u32::from(*over) * upper + u32::from(*under) * lower;
            *under = ((mixed + sum / 2) / sum) as u8;
        }
        if below.alpha() {
            under[colours] = ((sum + 127) / 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::spec::Format;
    use crate::transform::{Filter as Of, Side, Target, Transform};
    use crate::{Pipeline, testing};

    const PICTURE: Size = Size {
        width: 60,
        height: 90,
    };

    const CANVAS: Size = Size {
        width: 150,
        height: 90,
    };

    /// A picture at its own size in the middle of a wider canvas.
    const WIDE: Transform = Transform {
        width: Side::px(150),
        height: Side::px(90),
        backdrop: true,
        target: Target::Image(Format::Png),
        quality: crate::transform::Quality::MOST,
        ..Transform::DEFAULT
    };

    /// Shades with an edge across, and a transparent corner where there is alpha.
    fn picture(layout: Layout) -> Vec<u8> {
        let pixel = |at: u32| {
            let (x, y) = (at % PICTURE.width, at / PICTURE.width);
            let steps = if y > 50 { 90 } else { 0 };
            let colours = [2 * x + steps, 2 * y, 255 - 3 * x];
            let alpha = if x + y < 50 { 0 } else { 255 };
            let samples = match layout {
                Layout::Grey => vec![colours[0]],
                Layout::GreyAlpha => vec![colours[0], alpha],
                Layout::Rgb => colours.to_vec(),
                Layout::Rgba => [&colours[..], &[alpha]].concat(),
            };
            samples.into_iter().map(|sample| sample as u8)
        };
        (0..PICTURE.width * PICTURE.height)
            .flat_map(pixel)
            .collect()
    }

    fn answer(pixels: &[u8], layout: Layout, transform: Transform) -> Vec<u8> {
        let file = testing::png_of(PICTURE, layout, pixels);
        let mut pipeline = Pipeline::new(&transform, &Limits::DEFAULT);
        pipeline.push(&file).expect("a good file");
        testing::pixels(&pipeline.finish(&|| 0.0).expect("a good file").body)
    }

    /// The cover by its definition, one sample of each pixel: the picture enlarged to cover the
    /// canvas, between whose pixels a line is drawn, and blurred there with the whole sigma.
    fn defined(pixels: &[u8], channels: usize, at: usize) -> Vec<f64> {
        let (width, height) = (CANVAS.width as usize, CANVAS.height as usize);
        let scale = width as f64 / f64::from(PICTURE.width);
        let cut = (f64::from(PICTURE.height) - height as f64 / scale) / 2.0;
        let sample = |x: u32, y: u32| {
            let place = (y * PICTURE.width + x) as usize * channels + at;
            f64::from(pixels[place])
        };
        let between = |place: f64, most: u32| {
            let place = place.clamp(0.0, f64::from(most - 1));
            let first = place as u32;
            (first, (first + 1).min(most - 1), place.fract())
        };
        let mut rows = vec![0.0; width * height];
        for (place, value) in rows.iter_mut().enumerate() {
            let (x, y) = ((place % width) as f64, (place / width) as f64);
            let (left, right, across) = between((x + 0.5) / scale - 0.5, PICTURE.width);
            let (top, bottom, down) = between((y + 0.5) / scale - 0.5 + cut, PICTURE.height);
            let of = |y| sample(left, y) * (1.0 - across) + sample(right, y) * across;
            *value = of(top) * (1.0 - down) + of(bottom) * down;
        }
        let sigma = width as f64 / 40.0;
        let taps = |d: isize| (-((d * d) as f64) / (2.0 * sigma * sigma)).exp();
        let radius = (1..).find(|&d| taps(d) < 0.2).unwrap_or(1) - 1;
        let mean = |of: &dyn Fn(isize) -> f64| {
            let sum: f64 = (-radius..=radius).map(|d| taps(d) * of(d)).sum();
            sum / (-radius..=radius).map(taps).sum::<f64>()
        };
        let near = |at: usize, d: isize, most: usize| at.saturating_add_signed(d).min(most - 1);
        let across: Vec<f64> = (0..width * height)
            .map(|at| mean(&|d| rows[at / width * width + near(at % width, d, width)]))
            .collect();
        (0..width * height)
            .map(|at| mean(&|d| across[near(at / width, d, height) * width + at % width]))
            .collect()
    }

    #[test]
    fn the_canvas_is_the_blurred_cover_and_the_picture_is_what_it_was() {
        for layout in [Layout::Rgb, Layout::Grey] {
            let (pixels, channels) = (picture(layout), layout.channels());
            let made = answer(&pixels, layout, WIDE);
            assert_eq!(made.len() as u64, CANVAS.pixels() * channels as u64);
            let defined: Vec<_> = (0..channels)
                .map(|at| defined(&pixels, channels, at))
                .collect();
            let mut most = 0.0_f64;
            for (at, pixel) in made.chunks_exact(channels).enumerate() {
                let (x, y) = (at % 150, at / 150);
                if (45..105).contains(&x) {
                    let place = (60 * y + x - 45) * channels;
                    assert_eq!(pixel, &pixels[place..place + channels], "{x}, {y}");
                    continue;
                }
                for (&sample, defined) in pixel.iter().zip(&defined) {
                    most = most.max((f64::from(sample) - defined[at]).abs());
                }
            }
            assert!(most <= 3.0, "{layout:?}: {most} levels");
        }
    }

    #[test]
    fn a_picture_of_one_colour_is_an_answer_of_one_colour() {
        for layout in [Layout::Grey, Layout::GreyAlpha, Layout::Rgb, Layout::Rgba] {
            let mut pixel = [200, 30, 90, 255];
            pixel[layout.channels() - 1] = 255;
            let pixels = pixel[..layout.channels()].repeat(PICTURE.pixels() as usize);
            // A file of one colour has a palette, and its bytes are indices.
            let made = answer(&pixels, layout, WIDE);
            assert!(made.iter().all(|&index| index == made[0]), "{layout:?}");
        }
    }

    #[test]
    fn the_cover_has_the_colours_of_the_picture_above_it_and_is_seen_through_it() {
        let grey = Transform {
            filter: Some(Of::Greyscale),
            ..WIDE
        };
        let made = answer(&picture(Layout::Rgb), Layout::Rgb, grey);
        let is_grey = |pixel: &[u8]| pixel.iter().all(|sample| *sample == pixel[0]);
        assert!(made.chunks_exact(3).all(is_grey));

        let made = answer(&picture(Layout::Rgba), Layout::Rgba, WIDE);
        let pixel = |x: usize, y: usize| &made[4 * (y * 150 + x)..][..4];
        // Here the picture is transparent, and the cover under it is not.
        let through = pixel(75, 10);
        assert!(through[3] > 200, "{through:?}");
    }

    fn over(under: &[u8], below: Layout, over: &[u8], above: Layout) -> Vec<u8> {
        let mut under = under.to_vec();
        lay_over(&mut under, below, over, above);
        under
    }

    #[test]
    fn the_cover_is_seen_through_a_pixel_as_far_as_alpha_lets_it() {
        use Layout::{Grey, GreyAlpha, Rgb, Rgba};
        assert_eq!(over(&[1, 2, 3], Rgb, &[9, 9, 9, 0], Rgba), [1, 2, 3]);
        assert_eq!(over(&[1, 2, 3], Rgb, &[9, 8, 7, 255], Rgba), [9, 8, 7]);
        assert_eq!(
            over(&[0, 0, 255], Rgb, &[255, 0, 255, 51], Rgba),
            [51, 0, 255]
        );
        assert_eq!(over(&[100], Grey, &[200, 51], GreyAlpha), [120]);
        let (clear, half) = ([7, 0], [200, 128]);
        assert_eq!(over(&clear, GreyAlpha, &half, GreyAlpha), half);
        assert_eq!(over(&clear, GreyAlpha, &clear, GreyAlpha), clear);
        // Half over half: three quarters, two thirds of them the upper colour's.
        let (under, upper) = ([0, 0, 0, 128], [255, 0, 0, 128]);
        assert_eq!(over(&under, Rgba, &upper, Rgba), [170, 0, 0, 192]);
    }
}
