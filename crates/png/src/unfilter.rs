//! Reconstruction of filtered rows (PNG, clause 9): every byte was written as its difference to a
//! prediction.

use crate::error::Error;
use crate::lanes::{Lanes, Places};

/// Bytes behind every row that are read and not used, so that the last pixel can be read like all
/// others.
pub(crate) const SLACK: usize = 8;

/// Pixels that each of four rows lags behind the one above it. With a lag of one, a pixel would
/// also wait for the pixel above it, which would just have been made and would still have to be
/// moved to its lane.
const LAG: usize = 2;

/// Undoes the filter of one row.
///
/// `pixel_bytes` is the distance to the byte on the left, at least 1. All three rows have [`SLACK`]
/// bytes behind their end.
pub(crate) fn unfilter(
    filter: u8,
    pixel_bytes: usize,
    coded: &[u8],
    above: &[u8],
    row: &mut [u8],
) -> Result<(), Error> {
    match (filter, pixel_bytes) {
        (0, _) => row.copy_from_slice(coded),
        (2, _) => {
            for ((sample, coded), above) in row.iter_mut().zip(coded).zip(above) {
                *sample = coded.wrapping_add(*above);
            }
        }
        (1 | 3 | 4, 1) => by_pixel::<1>(filter, coded, above, row),
        (1 | 3 | 4, 2) => by_pixel::<2>(filter, coded, above, row),
        (1 | 3 | 4, 3) => by_pixel::<3>(filter, coded, above, row),
        (1 | 3 | 4, 4) => by_pixel::<4>(filter, coded, above, row),
        (1 | 3 | 4, 6) => by_pixel::<6>(filter, coded, above, row),
        (1 | 3 | 4, 8) => by_pixel::<8>(filter, coded, above, row),
        _ => return Err(Error::Corrupt("the PNG has an unknown filter")),
    }
    Ok(())
}

/// Undoes the filters of four rows; all rows have [`SLACK`] bytes behind their end.
///
/// Four rows at once are faster than one after the other only where a pixel has three or four
/// bytes; see [`by_four`].
pub(crate) fn unfilter_four(
    filters: [u8; 4],
    pixel_bytes: usize,
    coded: [&[u8]; 4],
    above: &[u8],
    rows: &mut [Vec<u8>; 4],
) -> Result<(), Error> {
    let quick = filters.iter().any(|filter| matches!(filter, 1 | 3 | 4))
        && filters.iter().all(|&filter| filter <= 4);
    match pixel_bytes {
        3 if quick => by_four::<3>(filters, coded, above, rows),
        4 if quick => by_four::<4>(filters, coded, above, rows),
        _ => {
            for number in 0..4 {
                let (made, below) = rows.split_at_mut(number);
                let above = made.last().map_or(above, |row| &row[..]);
                let (filter, coded) = (filters[number], coded[number]);
                unfilter(filter, pixel_bytes, coded, above, &mut below[0])?;
            }
        }
    }
    Ok(())
}

/// Unfilters four rows of pixels of three or four bytes. Every row is [`LAG`] pixels behind the one
/// above it, so the pixels above have been made. While a pixel waits for the one on its left, three
/// others are made, each in its quarter of the vector.
#[inline(always)]
fn by_four<const BYTES: usize>(
    filters: [u8; 4],
    coded: [&[u8]; 4],
    above: &[u8],
    rows: &mut [Vec<u8>; 4],
) {
    match filters {
        [4, 4, 4, 4] => walk_four::<BYTES, _>(coded, above, rows, Paeth),
        [3, 3, 3, 3] => walk_four::<BYTES, _>(coded, above, rows, Average),
        _ => walk_four::<BYTES, _>(coded, above, rows, Any::of(filters)),
    }
}

/// Prediction of a pixel from those on its left, above it, and above it on the left.
///
/// The difference is added inside of the trait's method, because sums may be made in any order: the
/// terms that do not depend on the pixel on the left are added first, so that the next pixel waits
/// for less. The type is a trait because a closure is not always inlined, and vectors that are
/// passed to a function go through memory.
trait Prediction: Copy {
    fn plus(self, difference: Lanes, left: Lanes, above: Lanes, corner: Lanes) -> Lanes;
}

#[derive(Clone, Copy)]
struct Sub;

impl Prediction for Sub {
    #[inline(always)]
    fn plus(self, difference: Lanes, left: Lanes, _: Lanes, _: Lanes) -> Lanes {
        difference.plus(left)
    }
}

#[derive(Clone, Copy)]
struct Average;

impl Prediction for Average {
    #[inline(always)]
    fn plus(self, difference: Lanes, left: Lanes, above: Lanes, _: Lanes) -> Lanes {
        difference.plus(left.mean(above))
    }
}

/// Paeth predictor: the one of the three neighbours that is closest to `left + above - corner`.
///
/// The standard compares three distances, which tell in which third of the interval between `left`
/// and `above` the corner lies. If the corner is next to the larger one, the smaller is the
/// prediction; if it is next to the smaller, the larger is; in the middle third, it is the corner
/// itself. In bytes, the prediction is the corner less its way down, if the way down is at least
/// twice the way up, and the corner plus its way up in the opposite case. If the corner is outside
/// the interval, one of the ways is zero. The chain of operations has to be short, because every
/// pixel waits for the one before.
#[derive(Clone, Copy)]
struct Paeth;

impl Paeth {
    /// Returns the ways that count, or zero: from the corner down to the smaller neighbour, and up
    /// to the larger.
    #[inline(always)]
    fn ways(left: Lanes, above: Lanes, corner: Lanes, counted: Lanes) -> (Lanes, Lanes) {
        let down = corner.minus_at_least(left.min(above));
        let up = left.max(above).minus_at_least(corner);
        (
            down.at_least(up.plus_at_most(up)).and(down.and(counted)),
            up.at_least(down.plus_at_most(down)).and(up.and(counted)),
        )
    }
}

impl Prediction for Paeth {
    #[inline(always)]
    fn plus(self, difference: Lanes, left: Lanes, above: Lanes, corner: Lanes) -> Lanes {
        let (to_low, to_high) = Paeth::ways(left, above, corner, Lanes::ALL);
        corner.plus(difference).minus(to_low).plus(to_high)
    }
}

/// A filter for each of four rows: the filter's mask has all bits set in the row's quarter; without
/// a filter, no mask has.
#[derive(Clone, Copy)]
struct Any {
    sub: Lanes,
    up: Lanes,
    average: Lanes,
    paeth: Lanes,
}

impl Any {
    fn of(filters: [u8; 4]) -> Any {
        let [sub, up, average, paeth] = [1, 2, 3, 4].map(|wanted| {
            let filters: [_; 16] = core::array::from_fn(|at| filters[at / 4]);
            Lanes::of_all(&filters.map(|filter| if filter == wanted { 255 } else { 0 }))
        });
        Any {
            sub,
            up,
            average,
            paeth,
        }
    }
}

impl Prediction for Any {
    #[inline(always)]
    fn plus(self, difference: Lanes, left: Lanes, above: Lanes, corner: Lanes) -> Lanes {
        let (to_low, to_high) = Paeth::ways(left, above, corner, self.paeth);
        let before = difference.plus(corner.and(self.paeth).or(above.and(self.up)));
        let simple = left.and(self.sub).or(left.mean(above).and(self.average));
        before.plus(simple).minus(to_low).plus(to_high)
    }
}

#[inline(always)]
fn walk_four<const BYTES: usize, P: Prediction>(
    coded: [&[u8]; 4],
    above: &[u8],
    rows: &mut [Vec<u8>; 4],
    prediction: P,
) {
    let width = (above.len() - SLACK) / BYTES;
    let mut made = Made {
        left: Lanes::ZERO,
        earlier: Lanes::ZERO,
        corner: Lanes::ZERO,
    };
    let mut x = 0;
    while x < width.min(3 * LAG) {
        column::<BYTES, _>(x, coded, above, rows, prediction, &mut made);
        x += 1;
    }
    // From here on four columns are made at a time, while the first row has as many. The rows start
    // where they are when the first row is at `x`.
    if x + 4 <= width {
        let length = (width - 3 * LAG) * BYTES + SLACK;
        let skip = |number: usize| (3 - number) * LAG * BYTES;
        // The slices are separate variables and not arrays, so that the compiler sees that all have
        // one length.
        let [coded_a, coded_b, coded_c, coded_d] = coded;
        let coded_a = &coded_a[skip(0)..][..length];
        let coded_b = &coded_b[skip(1)..][..length];
        let coded_c = &coded_c[skip(2)..][..length];
        let coded_d = &coded_d[skip(3)..][..length];
        let above = &above[skip(0)..][..length];
        let [first, second, third, fourth] = &mut *rows;
        let first = &mut first[skip(0)..][..length];
        let second = &mut second[skip(1)..][..length];
        let third = &mut third[skip(2)..][..length];
        let fourth = &mut fourth[skip(3)..][..length];
        // The state is held in local variables, because what is borrowed by a function is in
        // memory.
        let Made {
            mut left,
            mut earlier,
            mut corner,
        } = made;
        let (places, mut at) = (Places::new(), 0);
        // Sixteen bytes may be four more than those pixels; the next turn overwrites the extra
        // bytes, or nothing reads them.
        while at + 16 <= length && x + 4 <= width {
            let differences = Lanes::transpose([
                load::<BYTES>(coded_a, at, places),
                load::<BYTES>(coded_b, at, places),
                load::<BYTES>(coded_c, at, places),
                load::<BYTES>(coded_d, at, places),
            ]);
            let over = load::<BYTES>(above, at, places);
            let above_a = over.before::<0>(earlier);
            let a = prediction.plus(differences[0], left, above_a, corner);
            let above_b = over.before::<1>(left);
            let b = prediction.plus(differences[1], a, above_b, above_a);
            let above_c = over.before::<2>(a);
            let c = prediction.plus(differences[2], b, above_c, above_b);
            let above_d = over.before::<3>(b);
            let d = prediction.plus(differences[3], c, above_d, above_c);
            (left, earlier, corner) = (d, c, above_d);
            let [a, b, c, d] = Lanes::transpose([a, b, c, d]);
            store::<BYTES>(first, at, a, places);
            store::<BYTES>(second, at, b, places);
            store::<BYTES>(third, at, c, places);
            store::<BYTES>(fourth, at, d, places);
            at += 4 * BYTES;
            x += 4;
        }
        made = Made {
            left,
            earlier,
            corner,
        };
    }
    while x < width + 3 * LAG {
        column::<BYTES, _>(x, coded, above, rows, prediction, &mut made);
        x += 1;
    }
}

/// Pixels that the next column of four rows needs: the column before it; the column before that,
/// which is above all rows but the first; and the pixels above the column before it.
#[derive(Clone, Copy)]
struct Made {
    left: Lanes,
    earlier: Lanes,
    corner: Lanes,
}

/// Makes one column at the edges, where not all rows have a pixel. On the left of a row all pixels
/// are zero, so a pixel made there is zero too.
#[inline(never)]
fn column<const BYTES: usize, P: Prediction>(
    x: usize,
    coded: [&[u8]; 4],
    above: &[u8],
    rows: &mut [Vec<u8>; 4],
    prediction: P,
    made: &mut Made,
) {
    let width = (above.len() - SLACK) / BYTES;
    // Range of the pixel of a row, if it is inside the row.
    let place = |number: usize| {
        let x = x.checked_sub(number * LAG).filter(|&x| x < width)?;
        Some(x * BYTES..(x + 1) * BYTES)
    };
    let (mut differences, mut over) = ([0; 16], [0; 16]);
    for (number, to) in differences.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        if let Some(place) = place(number) {
            to[..BYTES].copy_from_slice(&coded[number][place]);
        }
    }
    if let Some(place) = place(0) {
        over[..BYTES].copy_from_slice(&above[place]);
    }
    let Made {
        left,
        earlier,
        corner,
    } = *made;
    let over = Lanes::of_all(&over).before::<0>(earlier);
    *made = Made {
        left: prediction.plus(Lanes::of_all(&differences), left, over, corner),
        earlier: left,
        corner: over,
    };
    for (number, from) in made.left.to_all().as_chunks::<4>().0.iter().enumerate() {
        if let Some(place) = place(number) {
            rows[number][place].copy_from_slice(&from[..BYTES]);
        }
    }
}

/// Loads four pixels, four bytes each.
#[inline(always)]
fn load<const BYTES: usize>(row: &[u8], at: usize, places: Places) -> Lanes {
    let bytes = row.get(at..at + 16).and_then(|row| row.first_chunk());
    let lanes = bytes.map_or(Lanes::ZERO, Lanes::of_all);
    if BYTES == 3 {
        lanes.spread(places)
    } else {
        lanes
    }
}

/// Stores four pixels of four bytes each.
#[inline(always)]
fn store<const BYTES: usize>(row: &mut [u8], at: usize, pixels: Lanes, places: Places) {
    let pixels = if BYTES == 3 {
        pixels.gather(places)
    } else {
        pixels
    };
    if let Some(bytes) = row.get_mut(at..at + 16) {
        bytes.copy_from_slice(&pixels.to_all());
    }
}

/// Undoes the filters that refer to the pixel on the left.
fn by_pixel<const BYTES: usize>(filter: u8, coded: &[u8], above: &[u8], row: &mut [u8]) {
    match filter {
        1 => walk::<BYTES>(coded, above, row, Sub),
        3 => walk::<BYTES>(coded, above, row, Average),
        _ => walk::<BYTES>(coded, above, row, Paeth),
    }
}

/// Walks a row from left to right and adds the prediction from the pixels on the left, above, and
/// above on the left.
#[inline(always)]
fn walk<const BYTES: usize>(
    mut coded: &[u8],
    mut above: &[u8],
    row: &mut [u8],
    prediction: impl Prediction,
) {
    let (mut left, mut corner) = (Lanes::ZERO, Lanes::ZERO);
    for pixel in row.chunks_exact_mut(BYTES) {
        let (Some(&difference), Some(&over)) = (coded.first_chunk(), above.first_chunk()) else {
            break; // only the slack is left
        };
        let over = Lanes::of(over);
        left = prediction.plus(Lanes::of(difference), left, over, corner);
        corner = over;
        pixel.copy_from_slice(&left.to_bytes()[..BYTES]);
        (coded, above) = (&coded[BYTES..], &above[BYTES..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use letterbox_testkit::Noise;

    /// Undoes a filter exactly as the standard writes it.
    fn plain(filter: u8, distance: usize, coded: &[u8], above: &[u8]) -> Vec<u8> {
        let mut row: Vec<u8> = Vec::new();
        for at in 0..coded.len() {
            let before = |line: &[u8]| at.checked_sub(distance).map_or(0, |at| i32::from(line[at]));
            let (a, b, c) = (before(&row), i32::from(above[at]), before(above));
            let prediction = match filter {
                0 => 0,
                1 => a,
                2 => b,
                3 => (a + b) / 2,
                _ => {
                    let p = a + b - c;
                    let (pa, pb, pc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
                    if pa <= pb && pa <= pc {
                        a
                    } else if pb <= pc {
                        b
                    } else {
                        c
                    }
                }
            };
            row.push(coded[at].wrapping_add(prediction as u8));
        }
        row
    }

    #[test]
    fn every_filter_at_every_distance_is_the_standards() {
        let mut noise = Noise(1);
        for distance in [1, 2, 3, 4, 6, 8] {
            for filter in 0..5 {
                for pixels in [1, 2, 3, 100] {
                    let length = pixels * distance;
                    let mut line = || noise.bytes(length + SLACK);
                    let (coded, above, mut row) = (line(), line(), line());
                    unfilter(filter, distance, &coded, &above, &mut row).expect("a known filter");
                    let expected = plain(filter, distance, &coded[..length], &above[..length]);
                    assert_eq!(row[..length], expected, "filter {filter} at {distance}");
                }
            }
        }
    }

    #[test]
    fn four_rows_at_once_are_four_rows() {
        let mut noise = Noise(7);
        for distance in [1, 3, 4, 8] {
            for code in 0..5 * 5 * 5 * 5 {
                let filters =
                    [code % 5, code / 5 % 5, code / 25 % 5, code / 125].map(|of| of as u8);
                for pixels in (1..20).chain([100]) {
                    let length = pixels * distance;
                    let mut line = || noise.bytes(length + SLACK);
                    let coded = [line(), line(), line(), line()];
                    let (above, mut rows) = (line(), [line(), line(), line(), line()]);
                    let slices = coded.each_ref().map(|row| &row[..]);
                    unfilter_four(filters, distance, slices, &above, &mut rows)
                        .expect("known filters");
                    let mut expected = above[..length].to_vec();
                    for number in 0..4 {
                        expected = plain(
                            filters[number],
                            distance,
                            &coded[number][..length],
                            &expected,
                        );
                        assert!(
                            rows[number][..length] == expected,
                            "row {number} of {filters:?} at {distance}, {pixels} pixels"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn paeth_is_the_standards_for_all_neighbours() {
        for a in 0..=255u8 {
            for b in 0..=255 {
                for c in 0..=255 {
                    let of = |sample| Lanes::of([sample; 8]);
                    let found = Paeth.plus(Lanes::ZERO, of(a), of(b), of(c)).to_bytes()[0];
                    let (coded, above) = ([a, 0], [c, b]);
                    // The first pixel has nothing on its left, so its prediction is `c`.
                    let expected = plain(4, 1, &[coded[0].wrapping_sub(c), 0], &above)[1];
                    assert_eq!(found, expected, "{a} {b} {c}");
                }
            }
        }
    }
}
