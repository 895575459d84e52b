//! An answer of at most so many bytes: where the first file has more, the quality is lowered, in
//! two steps at most.
//!
//! How large a file is at another quality follows from a table of photos. The first step takes the
//! table as it is, and the second one bends it through the two sizes that are known by then.

use crate::error::Error;
use crate::format::codec_of;
use crate::guest::Guests;
use crate::pipeline::original::Original;
use crate::pixels::frame::Picture;
use crate::plan::Plan;
use crate::spec::Format;

/// Qualities on the scale of an encoder, and the bytes of photos at each of them in thousandths of
/// those at one of them.
type Curve = [(u8, u16); 14];

/// Curves of libjpeg-turbo, libwebp and libaom, measured with sharp 0.35 on photos.
const JPEG: Curve = [
    (1, 60),
    (5, 95),
    (10, 171),
    (20, 288),
    (30, 387),
    (40, 470),
    (50, 551),
    (60, 638),
    (70, 775),
    (80, 1000),
    (85, 1194),
    (90, 1524),
    (95, 2180),
    (100, 4053),
];
const WEBP: Curve = [
    (1, 139),
    (5, 191),
    (10, 238),
    (20, 323),
    (30, 403),
    (40, 497),
    (50, 586),
    (60, 667),
    (70, 762),
    (80, 1000),
    (85, 1295),
    (90, 1732),
    (95, 2407),
    (100, 3151),
];
const AVIF: Curve = [
    (1, 110),
    (5, 118),
    (10, 149),
    (20, 218),
    (30, 310),
    (40, 454),
    (50, 692),
    (60, 1000),
    (70, 1379),
    (80, 1807),
    (85, 2048),
    (90, 2715),
    (95, 3893),
    (100, 8445),
];

/// Returns the logarithm of the bytes at a quality, against those at another one.
fn logarithm(curve: &Curve, quality: u8) -> f64 {
    let at = curve.partition_point(|(known, _)| *known < quality);
    let (above, more) = curve[at.min(curve.len() - 1)];
    let (below, less) = curve[at.saturating_sub(1)];
    let [more, less] = [more, less].map(|bytes| f64::from(bytes).ln());
    if above == below {
        return less;
    }
    let share = f64::from(quality - below) / f64::from(above - below);
    less + share * (more - less)
}

/// A file that is near enough to the bound, in percent of it.
const NEAR: usize = 95;

/// Files that have been made, and their qualities.
struct Tries {
    curve: &'static Curve,
    most: usize,
    first: (u8, usize),
    second: Option<(u8, usize)>,
}

impl Tries {
    fn new(format: Format, most: usize, first: (u8, usize)) -> Tries {
        Tries {
            curve: match format {
                Format::WebP => &WEBP,
                Format::Avif => &AVIF,
                _ => &JPEG,
            },
            most,
            first,
            second: None,
        }
    }

    /// Returns the quality to try next; `None` where another one would gain nothing.
    fn next(&self) -> Option<u8> {
        let log = |quality| logarithm(self.curve, quality);
        let size = |bytes: usize| (bytes.max(1) as f64).ln();
        let (first, first_bytes) = self.first;
        let Some((second, second_bytes)) = self.second else {
            // Photos differ by some percent.
            let bound = size(self.most) + 0.96f64.ln();
            let fits = |quality: &u8| size(first_bytes) + log(*quality) - log(first) <= bound;
            return (1..first).rev().find(fits).or((first > 1).then_some(1));
        };
        let fitted = second_bytes <= self.most;
        if fitted && second_bytes >= self.most / 100 * NEAR {
            return None;
        }
        let slope = (size(first_bytes) - size(second_bytes)) / (log(first) - log(second));
        let slope = if slope.is_finite() {
            slope.clamp(0.25, 4.0)
        } else {
            1.0
        };
        // A file that fits is at hand, or this is the last chance.
        let bound = size(self.most) + if fitted { 0.99f64 } else { 0.93 }.ln();
        let fits =
            |quality: &u8| size(second_bytes) + slope * (log(*quality) - log(second)) <= bound;
        match fitted {
            true => (second + 1..first).rev().find(fits),
            false => (1..second).rev().find(fits).or((second > 1).then_some(1)),
        }
    }
}

/// Encodes the pictures of a plan's planes, or takes the source's own file, so that the answer has
/// as few bytes as it may. Returns the file, whether it is the source's own, and the plan with the
/// quality that was taken.
///
/// # Errors
/// [`Error::Larger`], and what encoding fails with.
pub(crate) fn written(
    mut plan: Plan,
    mut pictures: Vec<Picture>,
    original: Option<Original>,
    guests: &dyn Guests,
) -> Result<(Vec<u8>, bool, Plan), Error> {
    let tries_again = plan.tries_again();
    let copies = |pictures: &[Picture]| -> Result<Vec<Picture>, Error> {
        pictures.iter().map(Picture::copied).collect()
    };
    let first = match tries_again {
        true => write(&plan, copies(&pictures)?, guests)?,
        false => write(&plan, std::mem::take(&mut pictures), guests)?,
    };
    let own = original.and_then(|original| original.instead_of(first.len(), &plan));
    let (first_bytes, is_own) = (first.len(), own.is_some());
    let file = own.unwrap_or(first);
    let least = file.len();
    let Err(larger) = within(&plan, least) else {
        return Ok((file, is_own, plan));
    };
    drop(file);
    if !tries_again {
        return Err(larger);
    }
    let most = plan.most_bytes();
    let quality = plan.transform.quality_of(plan.format);
    let mut tries = Tries::new(plan.format, most, (quality, first_bytes));
    let (mut best, mut least) = (None, least);
    for is_last in [false, true] {
        let Some(quality) = tries.next() else { break };
        let with = plan.transform.own_qualities.with(plan.format, quality);
        plan.transform.own_qualities = with.unwrap_or(plan.transform.own_qualities);
        let again = match is_last {
            true => std::mem::take(&mut pictures),
            false => copies(&pictures)?,
        };
        let file = write(&plan, again, guests)?;
        tries.second = Some((quality, file.len()));
        least = least.min(file.len());
        if file.len() <= most {
            best = Some((file, plan.transform));
        }
    }
    let Some((file, transform)) = best else {
        return Err(larger_than(&plan, least));
    };
    plan.transform = transform;
    Ok((file, false, plan))
}

/// Checks the bytes of a finished file.
///
/// # Errors
/// [`Error::Larger`].
pub(crate) fn within(plan: &Plan, bytes: usize) -> Result<(), Error> {
    match bytes <= plan.most_bytes() {
        true => Ok(()),
        false => Err(larger_than(plan, bytes)),
    }
}

fn larger_than(plan: &Plan, bytes: usize) -> Error {
    Error::Larger {
        bytes: bytes as u64,
        most: plan.most_bytes() as u64,
        format: plan.format,
        lessened: plan.tries_again(),
    }
}

/// Encodes the pictures of a plan's planes.
fn write(plan: &Plan, pictures: Vec<Picture>, guests: &dyn Guests) -> Result<Vec<u8>, Error> {
    let writer = codec_of(plan.format).writer();
    let writer = writer.ok_or(Error::Internal("nobody writes this format".to_owned()))?;
    writer.encode(plan, pictures, guests)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays the tries of a picture whose files have `bytes(quality)` bytes: the best quality that
    /// was found, and how many files were made.
    fn played(format: Format, most: usize, first: u8, bytes: &dyn Fn(u8) -> usize) -> (u8, u32) {
        let mut tries = Tries::new(format, most, (first, bytes(first)));
        let (mut best, mut made) = (0, 1);
        if bytes(first) <= most {
            return (first, made);
        }
        for _ in 0..2 {
            let Some(quality) = tries.next() else { break };
            made += 1;
            assert!(quality < first);
            tries.second = Some((quality, bytes(quality)));
            if bytes(quality) <= most {
                assert!(quality > best);
                best = quality;
            }
        }
        (best, made)
    }

    #[test]
    fn what_fits_is_found_with_three_files_and_is_near_the_best() {
        for (format, curve) in [
            (Format::Jpeg, &JPEG),
            (Format::WebP, &WEBP),
            (Format::Avif, &AVIF),
        ] {
            // Pictures whose sizes change less with the quality, or more.
            for slope in [0.7, 0.85, 1.0, 1.2, 1.4] {
                let bytes = |quality: u8| {
                    (100_000.0 * (slope * logarithm(curve, quality)).exp()
                        / (slope * logarithm(curve, 80)).exp()) as usize
                };
                for first in [60, 80, 95] {
                    for most in [15_000, 25_000, 40_000, 60_000, 80_000, 99_000] {
                        let best = (1..=first).rev().find(|quality| bytes(*quality) <= most);
                        let (found, made) = played(format, most, first, &bytes);
                        let Some(best) = best else {
                            assert_eq!(found, 0, "{format:?} {slope} {first} {most}");
                            continue;
                        };
                        assert!(made <= 3);
                        assert!(
                            found > 0 && bytes(found) * 100 >= bytes(best) * 85,
                            "{format:?} {slope} {first} {most}: {found} of {best}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_least_quality_is_tried_before_nothing_fits() {
        assert_eq!(played(Format::Jpeg, 10, 80, &|_| 1000), (0, 2));
        assert_eq!(played(Format::Jpeg, 10, 1, &|_| 1000), (0, 1));
    }
}
