//! Choice of the colours that represent counted cells with the least squared error.

use crate::quantise::cell::Cell;
use crate::quantise::nearest::Nearest;
use crate::quantise::palette::{Colour, MOST, Palette};

/// Number of k-means iterations after the boxes have been cut. The first gains 0.13 dB; a second
/// would gain 0.05 dB.
const MOVES: usize = 1;

/// Fractions of a level in which the mean of a cell is stored.
const PARTS: f64 = 256.0;

/// Bytes that are allocated beside the cells.
pub(crate) const BYTES: u64 =
    (MOST * (size_of::<Group>() + size_of::<(f64, Sums)>() + size_of::<Colour>())) as u64
        + Nearest::BYTES;

/// A box of cells that are consecutive in the list, and their sums.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
    sums: Sums,
    /// Squared error that a cut may reduce; 0 if the box cannot be cut.
    error: f64,
}

/// Number of pixels, sums of their samples, and sums of the squared samples.
#[derive(Clone, Copy, Default)]
struct Sums {
    pixels: f64,
    samples: [f64; 4],
    squares: [f64; 4],
}

impl Sums {
    fn of(cells: &[Cell]) -> Sums {
        let mut sums = Sums::default();
        cells.iter().for_each(|cell| sums.add(cell));
        sums
    }

    fn add(&mut self, cell: &Cell) {
        let pixels = f64::from(cell.pixels);
        self.pixels += pixels;
        for (at, sample) in cell.mean().into_iter().enumerate() {
            self.samples[at] += pixels * sample;
            self.squares[at] += pixels * sample * sample;
        }
    }

    /// Adds other sums, or subtracts them.
    fn join(&mut self, others: &Sums, sign: f64) {
        self.pixels += sign * others.pixels;
        for at in 0..4 {
            self.samples[at] += sign * others.samples[at];
            self.squares[at] += sign * others.squares[at];
        }
    }

    /// Returns the squared distances from the mean, of each sample.
    fn errors(&self) -> [f64; 4] {
        [0, 1, 2, 3].map(|at| self.squares[at] - self.samples[at].powi(2) / self.pixels)
    }

    /// Returns the part of the squares that the mean explains. Two parts of a box explain more than
    /// the whole.
    fn explained(&self) -> f64 {
        let explained = self.samples.iter().map(|sum| sum * sum).sum::<f64>();
        explained / self.pixels.max(1.0)
    }

    /// Returns the mean, not premultiplied.
    fn colour(&self) -> Colour {
        let [r, g, b, a] = self.samples.map(|sum| sum / self.pixels);
        let straight = |sample: f64| (sample * 255.0 / a).round() as u8;
        let alpha = match a {
            0.0 | 255.0 => a as u8,
            _ => a.round().clamp(1.0, 254.0) as u8,
        };
        [straight(r), straight(g), straight(b), alpha]
    }
}

impl Cell {
    /// Replaces the cell's sums by its mean, in [`PARTS`] of a level.
    fn settle(&mut self) {
        for (at, sum) in self.beyond.iter_mut().enumerate() {
            let mean = f64::from(self.corner[at]) + f64::from(*sum) / f64::from(self.pixels);
            *sum = (mean * PARTS) as u32;
        }
    }

    /// Returns the mean of the cell's pixels, after [`Cell::settle`].
    fn mean(&self) -> [f64; 4] {
        self.beyond.map(|sample| f64::from(sample) / PARTS)
    }
}

/// Returns the palette for cells of premultiplied colours: `most` entries, or as many as a mean
/// squared error of `enough` needs.
pub(crate) fn palette(mut cells: Vec<Cell>, most: usize, enough: f64) -> Palette {
    cells.iter_mut().for_each(Cell::settle);
    let opaque = partition(&mut cells, |cell| cell.corner[3] < 255);
    let translucent = partition(&mut cells[..opaque], |cell| cell.corner[3] == 0);
    let mut groups = Vec::with_capacity(MOST);
    for range in [0..translucent, translucent..opaque, opaque..cells.len()] {
        if !range.is_empty() {
            groups.push(Group::new(&cells, range.start, range.end));
        }
    }
    let pixels: f64 = groups.iter().map(|group| group.sums.pixels).sum();
    let error = |groups: &[Group]| groups.iter().map(|group| group.error).sum::<f64>();
    while groups.len() < most && (enough == 0.0 || error(&groups) > enough * pixels) {
        let worst = groups
            .iter_mut()
            .max_by(|a, b| a.error.total_cmp(&b.error))
            .filter(|worst| worst.error > 0.0);
        let Some(worst) = worst else { break };
        if let Some(rest) = worst.cut(&mut cells) {
            groups.push(rest);
        }
    }
    let mut colours = Vec::with_capacity(MOST);
    colours.extend(groups.iter().map(|group| group.sums.colour()));
    let mut palette = Palette::new(colours, false);
    for _ in 0..MOVES {
        palette = moved(palette, &cells);
    }
    if enough > 0.0 {
        palette = ruled(palette, &cells);
    }
    palette
}

/// Squared distance by which an entry may move to an area's colour: three levels of each sample.
const RULERS_OFF: u32 = 27;

/// Moves each entry to the colour that a fifth of its pixels have, if there is such a colour
/// nearby. Areas so keep their colour, whatever the pixels at their edges.
fn ruled(palette: Palette, cells: &[Cell]) -> Palette {
    let nearest = Nearest::new(&palette);
    let mut rulers = Vec::with_capacity(MOST);
    rulers.resize(palette.colours.len(), (0.0, Sums::default()));
    for cell in cells {
        let mean = cell.mean().map(|sample| sample.round() as u8);
        let [index, _] = nearest.find(mean, cell.corner[3] == 255);
        let (all, ruler): &mut (f64, Sums) = &mut rulers[usize::from(index)];
        *all += f64::from(cell.pixels);
        if f64::from(cell.pixels) > ruler.pixels {
            *ruler = Sums::of(std::slice::from_ref(cell));
        }
    }
    let Palette { mut colours, .. } = palette;
    for (colour, (all, ruler)) in colours.iter_mut().zip(&rulers) {
        if 5.0 * ruler.pixels > *all && colour[3] > 0 {
            let ruler = ruler.colour();
            let off = |at: usize| u32::from(colour[at].abs_diff(ruler[at])).pow(2);
            if off(0) + off(1) + off(2) + off(3) <= RULERS_OFF {
                *colour = ruler;
            }
        }
    }
    Palette::new(colours, false)
}

impl Group {
    fn new(cells: &[Cell], start: usize, end: usize) -> Group {
        let sums = Sums::of(&cells[start..end]);
        Group {
            start,
            end,
            error: if end - start > 1 {
                sums.errors().iter().sum()
            } else {
                0.0
            },
            sums,
        }
    }

    /// Cuts the box along the axis with the largest error, where the squared error becomes least.
    /// Returns the upper box.
    fn cut(&mut self, cells: &mut [Cell]) -> Option<Group> {
        let errors = self.sums.errors();
        let axis = (0..4).max_by(|&a, &b| errors[a].total_cmp(&errors[b]))?;
        let level = |cell: &Cell| cell.beyond[axis] as usize / PARTS as usize;
        let own = &mut cells[self.start..self.end];
        let mut levels = [Sums::default(); 256];
        own.iter().for_each(|cell| levels[level(cell)].add(cell));
        let (mut below, mut best) = (Sums::default(), (0.0, 0));
        for (at, sums) in levels.iter().enumerate() {
            below.join(sums, 1.0);
            let mut above = self.sums;
            above.join(&below, -1.0);
            let explained = below.explained() + above.explained();
            if below.pixels > 0.0 && above.pixels > 0.0 && explained > best.0 {
                best = (explained, at + 1);
            }
        }
        let middle = partition(own, |cell| level(cell) < best.1);
        if middle == 0 || middle == own.len() {
            self.error = 0.0;
            return None;
        }
        let (start, middle, end) = (self.start, self.start + middle, self.end);
        *self = Group::new(cells, start, middle);
        Some(Group::new(cells, middle, end))
    }
}

/// Moves the cells that are below to the front. Returns their number.
fn partition(cells: &mut [Cell], is_below: impl Fn(&Cell) -> bool) -> usize {
    let mut below = 0;
    for at in 0..cells.len() {
        if is_below(&cells[at]) {
            cells.swap(at, below);
            below += 1;
        }
    }
    below
}

/// Moves each entry to the mean of the cells that are nearest to it (one iteration of k-means).
fn moved(palette: Palette, cells: &[Cell]) -> Palette {
    let nearest = Nearest::new(&palette);
    let mut sums = Vec::with_capacity(MOST);
    sums.resize(palette.colours.len(), Sums::default());
    for cell in cells {
        let mean = cell.mean().map(|sample| sample.round() as u8);
        let [index, _] = nearest.find(mean, cell.corner[3] == 255);
        sums[usize::from(index)].add(cell);
    }
    let Palette { mut colours, .. } = palette;
    for (colour, sums) in colours.iter_mut().zip(&sums) {
        if sums.pixels > 0.0 && colour[3] > 0 {
            *colour = sums.colour();
        }
    }
    Palette::new(colours, false)
}
