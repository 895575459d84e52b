//! Search for the entry of a palette that is nearest to a colour.

use crate::quantise::palette::{MOST, Palette, premultiplied};

/// Finder of the nearest of a palette's premultiplied entries, which are sorted by brightness.
pub(crate) struct Nearest {
    /// Samples of each entry, and their sum.
    pub(crate) entries: Vec<[i16; 5]>,
    translucent: usize,
}

impl Nearest {
    pub(crate) const BYTES: u64 = (MOST * size_of::<[i16; 5]>()) as u64;

    pub(crate) fn new(palette: &Palette) -> Nearest {
        let mut entries = Vec::with_capacity(MOST);
        entries.extend(palette.colours.iter().map(|colour| {
            let [r, g, b, a] = premultiplied(*colour).map(i16::from);
            [r, g, b, a, r + g + b + a]
        }));
        Nearest {
            entries,
            translucent: palette.translucent,
        }
    }

    /// Returns the two entries that are nearest to a premultiplied colour, among the opaque ones or
    /// among the others. Where there are none of the kind, all entries are searched.
    pub(crate) fn find(&self, colour: [u8; 4], opaque: bool) -> [u8; 2] {
        let (start, end) = match opaque {
            true if self.translucent < self.entries.len() => (self.translucent, self.entries.len()),
            false if self.translucent > 0 => (0, self.translucent),
            _ => (0, self.entries.len()),
        };
        let entries = &self.entries[start..end];
        let colour = colour.map(i16::from);
        let sum = colour.iter().sum::<i16>();
        let mut below = entries.partition_point(|entry| entry[4] < sum);
        let mut above = below;
        let (mut best, mut second) = ((i32::MAX, 0), (i32::MAX, 0));
        // Reports whether entries beyond this one may be nearer: four samples whose sums differ by
        // d are at a distance of d / 2 at least.
        let mut look = |at: usize| {
            let entry = &entries[at];
            let away = distance(entry, colour);
            if away < best.0 {
                second = best;
                best = (away, at);
            } else if away < second.0 {
                second = (away, at);
            }
            let apart = i32::from(entry[4] - sum);
            apart * apart / 4 < second.0
        };
        let (mut up, mut down) = (true, true);
        while up || down {
            up = up && above < entries.len() && look(above);
            above += 1;
            down = down && below > 0 && look(below - 1);
            below = below.saturating_sub(1);
        }
        [best.1, second.1].map(|at| (start + at) as u8)
    }
}

pub(crate) fn distance(entry: &[i16; 5], colour: [i16; 4]) -> i32 {
    let of = |at: usize| i32::from(entry[at] - colour[at]).pow(2);
    of(0) + of(1) + of(2) + of(3)
}
