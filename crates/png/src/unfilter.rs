//! Filtered rows back to samples (PNG, clause 9): every byte was written as its difference to a prediction.

use crate::Error;
use crate::lanes::Lanes;

/// Bytes behind every row that are read and not used, so that the last pixel is read like all others.
pub(crate) const SLACK: usize = 8;

/// Undoes the filter of one row.
///
/// `pixel_bytes` is the distance to the byte on the left, at least 1. All three rows have [`SLACK`] bytes behind their end.
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

/// Whether two rows with these filters are better undone by [`unfilter_two`].
pub(crate) fn is_pair(filters: [u8; 2], pixel_bytes: usize) -> bool {
    matches!(pixel_bytes, 3 | 4) && filters.iter().all(|filter| matches!(filter, 3 | 4))
}

/// Undoes the filters of two rows for which [`is_pair`] says so; the slack is as for one.
pub(crate) fn unfilter_two(
    filters: [u8; 2],
    pixel_bytes: usize,
    coded: [&[u8]; 2],
    above: &[u8],
    rows: [&mut [u8]; 2],
) {
    match pixel_bytes {
        3 => by_two::<3>(filters, coded, above, rows),
        _ => by_two::<4>(filters, coded, above, rows),
    }
}

fn by_two<const BYTES: usize>(
    filters: [u8; 2],
    coded: [&[u8]; 2],
    above: &[u8],
    rows: [&mut [u8]; 2],
) {
    match filters {
        [3, 3] => walk_two::<BYTES>(coded, above, rows, average),
        [3, _] => walk_two::<BYTES>(coded, above, rows, |left, above, corner| {
            average(left, above, corner).below(paeth(left, above, corner))
        }),
        [_, 3] => walk_two::<BYTES>(coded, above, rows, |left, above, corner| {
            paeth(left, above, corner).below(average(left, above, corner))
        }),
        _ => walk_two::<BYTES>(coded, above, rows, paeth),
    }
}

/// Two rows at once, the lower one a pixel behind: what it needs from the row above it has just been made. A pixel waits for the one on
/// its left, and the processor has time for another one meanwhile, in the upper half of the vector.
#[inline(always)]
fn walk_two<const BYTES: usize>(
    [mut first, mut second]: [&[u8]; 2],
    mut above: &[u8],
    [upper, lower]: [&mut [u8]; 2],
    predict: impl Fn(Lanes, Lanes, Lanes) -> Lanes,
) {
    let (mut left, mut corner) = (Lanes::ZERO, Lanes::ZERO);
    // The lower row begins with a pixel before its first, which is zero.
    let mut behind = [0; 4];
    let mut at = 0;
    while let (Some(&difference), Some(&over)) = (first.first_chunk(), above.first_chunk()) {
        let over = Lanes::halves(Lanes::of_two(over, [0; 4]), left);
        let made = predict(left, over, corner).plus(Lanes::of_two(difference, behind));
        left = made.low_byte();
        corner = over;
        if at == 0 {
            (left, corner) = (left.below(Lanes::ZERO), corner.below(Lanes::ZERO));
        }
        let [a, b, c, d, e, f, g, h] = left.to_bytes();
        if let Some(pixel) = upper.get_mut(at..at + 4) {
            pixel.copy_from_slice(&[a, b, c, d]);
        }
        if at > 0
            && let Some(pixel) = lower.get_mut(at - BYTES..at - BYTES + 4)
        {
            pixel.copy_from_slice(&[e, f, g, h]);
        }
        let Some(&next) = second.first_chunk() else {
            break;
        };
        behind = next;
        (first, above, second) = (&first[BYTES..], &above[BYTES..], &second[BYTES..]);
        at += BYTES;
    }
}

#[inline(always)]
fn average(left: Lanes, above: Lanes, _: Lanes) -> Lanes {
    left.plus(above).half()
}

/// The filters that look to the left.
fn by_pixel<const BYTES: usize>(filter: u8, coded: &[u8], above: &[u8], row: &mut [u8]) {
    match filter {
        1 => walk::<BYTES>(coded, above, row, |left, _, _| left),
        3 => walk::<BYTES>(coded, above, row, average),
        _ => walk::<BYTES>(coded, above, row, paeth),
    }
}

/// Whichever of the three is closest to `left + above - corner`.
///
/// The standard compares three distances. They say which third of the way between `left` and `above` the corner lies in: next to
/// the larger of them, and the smaller is the prediction; next to the smaller, and it is the larger; in the middle, and it is the
/// corner itself. That is two comparisons, and short is what it has to be, as every pixel waits for the one before.
#[inline(always)]
fn paeth(left: Lanes, above: Lanes, corner: Lanes) -> Lanes {
    let thirds = corner.plus(corner).plus(corner).minus(above).minus(left);
    let (low, high) = (left.min(above), left.max(above));
    let not_small = high.at_most(thirds, low, corner);
    thirds.at_most(low, high, not_small)
}

/// From left to right, adding what `predict` makes of the pixels on the left, above, and above on the left.
#[inline(always)]
fn walk<const BYTES: usize>(
    mut coded: &[u8],
    mut above: &[u8],
    row: &mut [u8],
    predict: impl Fn(Lanes, Lanes, Lanes) -> Lanes,
) {
    let (mut left, mut corner) = (Lanes::ZERO, Lanes::ZERO);
    for pixel in row.chunks_exact_mut(BYTES) {
        let (Some(&difference), Some(&over)) = (coded.first_chunk(), above.first_chunk()) else {
            break; // only the slack is left
        };
        let over = Lanes::of(over);
        left = predict(left, over, corner)
            .plus(Lanes::of(difference))
            .low_byte();
        corner = over;
        pixel.copy_from_slice(&left.to_bytes()[..BYTES]);
        (coded, above) = (&coded[BYTES..], &above[BYTES..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The standard's own words.
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
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for distance in [1, 2, 3, 4, 6, 8] {
            for filter in 0..5 {
                for pixels in [1, 2, 3, 100] {
                    let length = pixels * distance;
                    let mut line = || (0..length + SLACK).map(|_| random()).collect::<Vec<u8>>();
                    let (coded, above, mut row) = (line(), line(), line());
                    unfilter(filter, distance, &coded, &above, &mut row).expect("a known filter");
                    let expected = plain(filter, distance, &coded[..length], &above[..length]);
                    assert_eq!(row[..length], expected, "filter {filter} at {distance}");
                }
            }
        }
    }

    #[test]
    fn two_rows_at_once_are_two_rows() {
        let mut state = 7u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for distance in [3, 4] {
            for filters in [[3, 3], [3, 4], [4, 3], [4, 4]] {
                assert!(is_pair(filters, distance));
                for pixels in [1, 2, 3, 100] {
                    let length = pixels * distance;
                    let mut line = || (0..length + SLACK).map(|_| random()).collect::<Vec<u8>>();
                    let (one, two, above) = (line(), line(), line());
                    let (mut upper, mut lower) = (line(), line());
                    let rows = [&mut upper[..], &mut lower];
                    unfilter_two(filters, distance, [&one, &two], &above, rows);
                    let expected = plain(filters[0], distance, &one[..length], &above[..length]);
                    assert_eq!(upper[..length], expected, "{filters:?} at {distance}");
                    let expected = plain(filters[1], distance, &two[..length], &expected);
                    assert_eq!(lower[..length], expected, "{filters:?} at {distance}");
                }
            }
        }
    }

    #[test]
    fn paeth_is_the_standards_for_all_neighbours() {
        for a in 0..=255u8 {
            for b in (0..=255).step_by(3) {
                for c in 0..=255 {
                    let of = |sample| Lanes::of([sample; 8]);
                    let found = paeth(of(a), of(b), of(c)).to_bytes()[0];
                    let (coded, above) = ([a, 0], [c, b]);
                    // The first pixel has nothing on its left, so that its prediction is `c`.
                    let expected = plain(4, 1, &[coded[0].wrapping_sub(c), 0], &above)[1];
                    assert_eq!(found, expected, "{a} {b} {c}");
                }
            }
        }
    }
}
