//! Stage: the median of a square window around each sample, as in sharp: each channel by itself,
//! alpha too. Samples of the edge are repeated outside.

use crate::error::Error;
use crate::pixels::buffer::zeroes;
use crate::pixels::rows::RowSource;
use crate::plan::Plan;
use crate::plan::plane::Plane;
use crate::stage::band::Band;
use crate::stage::link::{Pull, Reach, Samples, Stage};
use crate::stage::widen::widened;

/// The stage.
pub(crate) struct Median;

impl Stage for Median {
    fn name(&self) -> &'static str {
        "median"
    }

    fn reach(&self) -> Reach {
        Reach::Rows
    }

    fn samples(&self, _: &Plan) -> Samples {
        Samples::Pixels
    }

    fn has_work(&self, plan: &Plan, _: &Plane) -> bool {
        plan.transform.median.is_some()
    }

    /// The rows of the window with their edges repeated, and a row that is handed out.
    fn bytes(&self, plan: &Plan, plane: &Plane) -> u64 {
        let radius = radius(plan);
        let channels = widened(plane).channels() as u64;
        let width = u64::from(plane.upright(plan.header.orientation).width);
        let padded = (width + 2 * radius as u64) * channels;
        Band::<u8>::bytes(radius, radius, padded) + width * channels
    }
}

fn radius(plan: &Plan) -> usize {
    plan.transform.median.map_or(0, |median| median.radius())
}

impl Pull for Median {
    fn rows<'r>(
        &self,
        plan: &Plan,
        plane: &Plane,
        from: Box<dyn RowSource + 'r>,
    ) -> Result<Box<dyn RowSource + 'r>, Error> {
        let radius = radius(plan);
        let channels = widened(plane).channels();
        let width = plane.upright(plan.header.orientation).width as usize;
        Ok(Box::new(Rows {
            from,
            channels,
            radius,
            band: Band::new(radius, radius, (width + 2 * radius) * channels)?,
            row: zeroes((width * channels) as u64)?,
        }))
    }
}

struct Rows<'r> {
    from: Box<dyn RowSource + 'r>,
    channels: usize,
    radius: usize,
    /// Rows before the stage, their edges repeated.
    band: Band<u8>,
    row: Vec<u8>,
}

impl RowSource for Rows<'_> {
    fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
        while self.band.wants_row() {
            match self.from.next_row()? {
                Some(row) => pad(row, self.channels, self.radius, self.band.row_that_comes()),
                None => self.band.end(),
            }
        }
        if !self.band.step() {
            return Ok(None);
        }
        if self.radius == 1 {
            let [above, middle, below] = [-1, 0, 1].map(|from| self.band.row(from));
            nine(above, middle, below, self.channels, &mut self.row);
        } else {
            many(&self.band, self.radius, self.channels, &mut self.row);
        }
        Ok(Some(&mut self.row))
    }
}

/// Copies a row, with its first and its last pixel repeated so many times on both sides.
fn pad(row: &[u8], channels: usize, radius: usize, to: &mut [u8]) {
    let edge = radius * channels;
    to[edge..edge + row.len()].copy_from_slice(row);
    for at in (0..edge).rev() {
        to[at] = to[at + channels];
    }
    for at in edge + row.len()..to.len() {
        to[at] = to[at - channels];
    }
}

/// The median of 3 x 3, of three sorted columns: that of the largest first, the middle second and
/// the smallest third of them. Minima and maxima are all there is, so that a compiler makes
/// vectors of it.
fn nine(above: &[u8], middle: &[u8], below: &[u8], channels: usize, row: &mut [u8]) {
    let count = row.len();
    let columns = |from: usize| {
        let columns = above[from..].iter().zip(&middle[from..]);
        columns.zip(&below[from..]).take(count)
    };
    let left = columns(0);
    let centre = columns(channels);
    let right = columns(2 * channels);
    for (((to, left), centre), right) in row.iter_mut().zip(left).zip(centre).zip(right) {
        let [one, two, three] =
            [left, centre, right].map(|((&above, &middle), &below)| sort([above, middle, below]));
        let low = one[0].max(two[0]).max(three[0]);
        let high = one[2].min(two[2]).min(three[2]);
        let [_, mid, _] = sort([one[1], two[1], three[1]]);
        *to = sort([low, mid, high])[1];
    }
}

fn sort([a, b, c]: [u8; 3]) -> [u8; 3] {
    let (a, b) = (a.min(b), a.max(b));
    let (b, c) = (b.min(c), b.max(c));
    [a.min(b), a.max(b), c]
}

/// The median of a larger window, of counts of its samples. They are kept while the window goes to
/// the right: a column goes, and one comes.
fn many(band: &Band<u8>, radius: usize, channels: usize, row: &mut [u8]) {
    let side = 2 * radius + 1;
    let reach = radius as isize;
    let rank = (side * side / 2) as u16;
    for channel in 0..channels {
        let mut counts = Counts::new();
        for from in -reach..=reach {
            let samples = band.row(from)[channel..].iter().step_by(channels);
            samples.take(side).for_each(|&sample| counts.add(sample));
        }
        let last = row.len() / channels - 1;
        for x in 0..=last {
            row[x * channels + channel] = counts.at(rank);
            if x < last {
                for from in -reach..=reach {
                    let samples = band.row(from);
                    counts.remove(samples[x * channels + channel]);
                    counts.add(samples[(x + side) * channels + channel]);
                }
            }
        }
    }
}

/// Samples of a window, counted by their value, and by its upper four bits.
struct Counts {
    each: [u8; 256],
    sixteens: [u8; 16],
}

impl Counts {
    fn new() -> Counts {
        Counts {
            each: [0; 256],
            sixteens: [0; 16],
        }
    }

    fn add(&mut self, sample: u8) {
        self.each[usize::from(sample)] += 1;
        self.sixteens[usize::from(sample >> 4)] += 1;
    }

    fn remove(&mut self, sample: u8) {
        self.each[usize::from(sample)] -= 1;
        self.sixteens[usize::from(sample >> 4)] -= 1;
    }

    /// Returns the sample that so many others stand before, in the order of their values.
    fn at(&self, rank: u16) -> u8 {
        let mut before = 0;
        let mut high = 0;
        while high < 15 && before + u16::from(self.sixteens[high]) <= rank {
            before += u16::from(self.sixteens[high]);
            high += 1;
        }
        let mut sample = high * 16;
        while sample < 255 && before + u16::from(self.each[sample]) <= rank {
            before += u16::from(self.each[sample]);
            sample += 1;
        }
        sample as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition: samples in order, and the middle one.
    fn sorted(rows: &[Vec<u8>], channels: usize, radius: usize, x: usize, y: usize) -> Vec<u8> {
        let (width, height) = (rows[0].len() / channels, rows.len());
        let clamp = |at: usize, by: usize, most: usize| (at + by).saturating_sub(radius).min(most);
        let side = 2 * radius + 1;
        let median = |channel: usize| {
            let mut window: Vec<u8> = (0..side * side)
                .map(|at| {
                    let (x, y) = (
                        clamp(x, at % side, width - 1),
                        clamp(y, at / side, height - 1),
                    );
                    rows[y][x * channels + channel]
                })
                .collect();
            window.sort_unstable();
            window[side * side / 2]
        };
        (0..channels).map(median).collect()
    }

    struct Given(Vec<Vec<u8>>, usize);

    impl RowSource for Given {
        fn next_row(&mut self) -> Result<Option<&mut [u8]>, Error> {
            self.1 += 1;
            Ok(self.0.get_mut(self.1 - 1).map(Vec::as_mut_slice))
        }
    }

    #[test]
    fn every_window_gives_the_middle_of_its_samples() {
        let mut noise = letterbox_testkit::Noise(7);
        for (width, height) in [(1, 1), (2, 3), (7, 1), (13, 9)] {
            for channels in 1..=4 {
                let rows: Vec<_> = (0..height).map(|_| noise.bytes(width * channels)).collect();
                for radius in 1..=4 {
                    let mut made = Rows {
                        from: Box::new(Given(rows.clone(), 0)),
                        channels,
                        radius,
                        band: Band::new(radius, radius, (width + 2 * radius) * channels)
                            .expect("small"),
                        row: vec![0; width * channels],
                    };
                    for y in 0..height {
                        let row = made.next_row().expect("rows").expect("another one");
                        for (x, pixel) in row.chunks_exact(channels).enumerate() {
                            assert_eq!(pixel, sorted(&rows, channels, radius, x, y));
                        }
                    }
                    assert!(made.next_row().expect("rows").is_none());
                }
            }
        }
    }
}
