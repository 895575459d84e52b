//! A picture of fewer pixels, and back: what a wide blur is made on. A square of pixels becomes
//! its mean, and on the way back pixels lie on straight lines between these. Translucent pixels
//! are multiplied by their alpha both ways.
//!
//! The edge's pixels are repeated outside, up to whole squares and by one square more on every
//! side. That one is what has to be repeated for a blur, as the mean of the first square would be
//! another colour.

use crate::error::Error;
use crate::pixels::buffer::zeroes_of;
use crate::pixels::layout::{Layout, Size};
use crate::pixels::rows::RowSource;
use crate::stage::band::Band;
use crate::stage::mean::{add, mean};

/// Rows of means.
pub(crate) struct Fewer<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    side: usize,
    /// Sums of the last row that has come, square by square.
    line: Vec<u32>,
    sums: Vec<u64>,
    row: Vec<u8>,
    next: Next,
    is_over: bool,
}

/// The row of means that comes next.
#[derive(Clone, Copy)]
enum Next {
    /// Above the picture.
    Above,
    /// The first one inside, of which a row has come.
    First,
    Inside,
    /// Below the picture.
    Below,
    None,
}

/// Squares of a row, with those outside.
pub(crate) fn squares(width: u32, side: usize) -> usize {
    (width as usize).div_ceil(side) + 2
}

impl<'r> Fewer<'r> {
    /// Squares of so many pixels a side, which is a power of two.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(
        from: Box<dyn RowSource + 'r>,
        layout: Layout,
        width: u32,
        side: usize,
    ) -> Result<Fewer<'r>, Error> {
        let samples = squares(width, side) * layout.channels();
        Ok(Fewer {
            from,
            layout,
            side,
            line: zeroes_of(samples)?,
            sums: zeroes_of(samples)?,
            row: zeroes_of(samples)?,
            next: Next::Above,
            is_over: false,
        })
    }

    /// Memory of it.
    pub(crate) fn bytes(layout: Layout, width: u32, side: usize) -> u64 {
        squares(width, side) as u64 * layout.channels() as u64 * (4 + 8 + 1)
    }

    /// Adds up the squares of the next row; false where there is none.
    fn take(&mut self) -> Result<bool, Error> {
        let channels = self.layout.channels();
        if self.is_over {
            return Ok(false);
        }
        let Some(row) = self.from.next_row()? else {
            self.is_over = true;
            return Ok(false);
        };
        self.line.fill(0);
        let mut lines = self.line.chunks_exact_mut(channels);
        let mut square = |pixels: &[u8]| {
            let Some(sums) = lines.next() else { return };
            let pixels = pixels.chunks_exact(channels);
            let missing = self.side - pixels.len();
            let last = pixels.clone().last().unwrap_or_default();
            pixels.for_each(|pixel| add(sums, pixel, self.layout));
            (0..missing).for_each(|_| add(sums, last, self.layout));
        };
        square(&row[..channels]);
        row.chunks(self.side * channels).for_each(&mut square);
        square(&row[row.len() - channels..]);
        Ok(true)
    }

    fn add_line(&mut self, times: usize) {
        for (sum, &line) in self.sums.iter_mut().zip(&self.line) {
            *sum += u64::from(line) * times as u64;
        }
    }
}

impl RowSource for Fewer<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        let channels = self.layout.channels();
        let mut rows = 0;
        self.sums.fill(0);
        match self.next {
            Next::Above => {
                if !self.take()? {
                    return Ok(None);
                }
                self.next = Next::First;
            }
            Next::First => {
                self.add_line(1);
                rows = 1;
                self.next = Next::Inside;
            }
            Next::Inside => {}
            Next::Below => self.next = Next::None,
            Next::None => return Ok(None),
        }
        if matches!(self.next, Next::Inside) {
            while rows < self.side && self.take()? {
                self.add_line(1);
                rows += 1;
            }
            if rows < self.side {
                // Without a row it is the one below, and else that comes next.
                self.next = if rows == 0 { Next::None } else { Next::Below };
            }
        }
        self.add_line(self.side - rows);
        let pixels = (self.side * self.side) as u64;
        let sums = self.sums.chunks_exact(channels);
        for (to, sums) in self.row.chunks_exact_mut(channels).zip(sums) {
            to.copy_from_slice(&mean(sums, pixels, self.layout)[..channels]);
        }
        Ok(Some(&mut self.row))
    }
}

/// Rows between means.
pub(crate) struct More<'r> {
    from: Box<dyn RowSource + 'r>,
    layout: Layout,
    side: usize,
    /// The number of the row that comes next, and how many there are.
    y: usize,
    height: usize,
    /// Two rows of means, times alpha.
    band: Band<u16>,
    /// A row between them, in steps of half a pixel.
    line: Vec<u32>,
    row: Vec<u8>,
}

impl<'r> More<'r> {
    /// A picture of this size between means of squares of so many pixels a side.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(
        from: Box<dyn RowSource + 'r>,
        layout: Layout,
        size: Size,
        side: usize,
    ) -> Result<More<'r>, Error> {
        let (width, channels) = (size.width as usize, layout.channels());
        let samples = squares(size.width, side) * channels;
        Ok(More {
            from,
            layout,
            side,
            y: 0,
            height: size.height as usize,
            band: Band::new(0, 1, samples)?,
            line: zeroes_of(samples)?,
            row: zeroes_of(width * channels)?,
        })
    }

    /// Memory of it.
    pub(crate) fn bytes(layout: Layout, width: u32, side: usize) -> u64 {
        let channels = layout.channels() as u64;
        let samples = squares(width, side) as u64 * channels;
        Band::<u16>::bytes(0, 1, samples) + samples * 4 + u64::from(width) * channels
    }

    /// Steps down to the next row of means.
    fn step(&mut self) -> Result<(), Error> {
        while self.band.wants_row() {
            match self.from.next_row()? {
                Some(row) => weigh(row, self.layout, self.band.row_that_comes()),
                None => self.band.end(),
            }
        }
        self.band.step();
        Ok(())
    }
}

impl RowSource for More<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        if self.y == self.height {
            return Ok(None);
        }
        let (_, share) = between(self.y, self.side);
        if self.y == 0 || share == 1 {
            self.step()?;
        }
        let whole = 2 * self.side as u32;
        let (above, below) = (self.band.row(0), self.band.row(1));
        for ((to, &above), &below) in self.line.iter_mut().zip(above).zip(below) {
            *to = u32::from(above) * (whole - share) + u32::from(below) * share;
        }
        widen(&self.line, self.layout, self.side, &mut self.row);
        self.y += 1;
        Ok(Some(&mut self.row))
    }
}

/// Where a pixel lies between two means: the number of the first one, counted from the one
/// outside, and the share of the second one in halves of pixels. It is odd, as the middle of a
/// pixel is never that of a square, and 1 at the first pixel behind a mean.
fn between(at: usize, side: usize) -> (usize, u32) {
    let halves = 2 * at + 1 + side;
    (halves / (2 * side), (halves % (2 * side)) as u32)
}

/// Copies a row, times alpha.
fn weigh(row: &[u8], layout: Layout, to: &mut [u16]) {
    let channels = layout.channels();
    if !layout.alpha() {
        let samples = to.iter_mut().zip(row);
        return samples.for_each(|(to, &sample)| *to = u16::from(sample));
    }
    let pixels = to
        .chunks_exact_mut(channels)
        .zip(row.chunks_exact(channels));
    for (to, pixel) in pixels {
        let alpha = u16::from(pixel[channels - 1]);
        for (to, &sample) in to.iter_mut().zip(pixel) {
            *to = u16::from(sample) * alpha;
        }
        to[channels - 1] = 255 * alpha;
    }
}

/// Makes a row of pixels between means that have been multiplied by twice the side.
fn widen(line: &[u32], layout: Layout, side: usize, row: &mut [u8]) {
    let channels = layout.channels();
    let whole = 2 * side as u32;
    let divisor = whole * whole;
    for (x, to) in row.chunks_exact_mut(channels).enumerate() {
        let (first, share) = between(x, side);
        let [left, right] = [first, first + 1].map(|at| &line[at * channels..][..channels]);
        let sum = |channel: usize| left[channel] * (whole - share) + right[channel] * share;
        if !layout.alpha() {
            for (channel, to) in to.iter_mut().enumerate() {
                *to = ((sum(channel) + divisor / 2) / divisor) as u8;
            }
            continue;
        }
        // 255 times the alpha.
        let alpha = (sum(channels - 1) + divisor / 2) / divisor;
        for (channel, to) in to[..channels - 1].iter_mut().enumerate() {
            let colour = (sum(channel) + divisor / 2) / divisor;
            let straight = (colour * 255 + alpha / 2).checked_div(alpha);
            *to = straight.unwrap_or(0).min(255) as u8;
        }
        to[channels - 1] = ((alpha + 127) / 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ramp(usize, Vec<u8>);

    impl RowSource for Ramp {
        fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
            if self.0 == 0 {
                return Ok(None);
            }
            self.0 -= 1;
            Ok(Some(&mut self.1))
        }
    }

    #[test]
    fn a_straight_line_is_the_same_on_fewer_pixels() {
        for side in [2, 4, 8, 16] {
            for (width, height) in [(97_usize, 33_usize), (16, 1), (1, 5)] {
                let line: Vec<u8> = (0..width).map(|x| 20 + 2 * x as u8).collect();
                let (columns, rows) = (width as u32, height as u32);
                let from = Box::new(Ramp(height, line.clone()));
                let fewer = Fewer::new(from, Layout::Grey, columns, side).expect("small");
                let size = Size {
                    width: columns,
                    height: rows,
                };
                let mut more = More::new(Box::new(fewer), Layout::Grey, size, side).expect("small");
                for _ in 0..height {
                    let row = more.next_row().expect("sound").expect("a row");
                    let inside = side..width.saturating_sub(side);
                    for x in inside {
                        assert!(row[x].abs_diff(line[x]) <= 1, "{side}, {width}, {x}");
                    }
                }
                assert!(more.next_row().expect("sound").is_none());
            }
        }
    }
}
