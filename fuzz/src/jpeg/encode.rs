//! Checks any picture with any settings, as rows of pixels or of components, with wrong calls in
//! between: wrong calls are errors without effect, the file decodes intact, progressive and
//! baseline files have the same picture, and memory stays within `peak_bytes`.

use letterbox_jpeg::{Encoder, Error, Pixels, Sampling, Settings};

use super::{End, Input, walk};
use letterbox_testkit::counting::most;

/// A picture to encode.
struct Picture<'a> {
    width: u16,
    height: u16,
    pixels: Pixels,
    settings: Settings,
    /// Whether the picture comes as rows of components.
    separate: bool,
    /// Whether wrong calls are made.
    wrong: bool,
    /// Samples of the rows, repeated as often as needed.
    samples: &'a [u8],
}

/// Runs the target. An input is the quality, the other settings, the width, the height, and
/// samples.
pub fn run(bytes: &[u8]) {
    let Some((&[quality, kind, width, height], samples)) = bytes.split_first_chunk::<4>() else {
        return;
    };
    if samples.is_empty() {
        return;
    }
    let is = |bit: u32| kind >> bit & 1 == 1;
    let mut picture = Picture {
        width: side(width),
        height: side(height),
        pixels: if is(0) { Pixels::Grey } else { Pixels::Rgb },
        settings: Settings {
            quality,
            sampling: if is(1) {
                Sampling::S444
            } else {
                Sampling::S420
            },
            progressive: false,
        },
        separate: is(2),
        wrong: is(3),
        samples,
    };
    let scale = kind >> 4 & 7; // as an input of the decoder's has it: the scale, and whether components are wanted
    let file = picture.encode();
    if std::mem::take(&mut picture.wrong) {
        assert!(picture.encode() == file, "wrong calls change nothing");
    }
    let sequential = decode(&file, scale);
    picture.settings.progressive = true;
    picture.wrong = is(3);
    let progressive = decode(&picture.encode(), scale);
    assert!(sequential == progressive, "scans change nothing");
}

/// Returns a side that grows with the square of the byte: a few pixels and several MCUs are both
/// likely.
fn side(byte: u8) -> u16 {
    u16::from(byte).pow(2) / 512 + 1
}

impl Picture<'_> {
    fn encode(&self) -> Vec<u8> {
        let &Picture {
            width,
            height,
            pixels,
            settings,
            ..
        } = self;
        let widest = usize::from(width) * pixels.bytes();
        let source: Vec<u8> = self
            .samples
            .iter()
            .copied()
            .cycle()
            .take(widest + self.samples.len())
            .collect();
        let (file, held) = most(|| {
            let mut encoder = Encoder::new(width, height, pixels, settings).expect("a picture");
            if self.separate {
                self.component_rows(&mut encoder, &source);
            } else {
                self.rows(&mut encoder, &source);
            }
            encoder.finish().expect("all rows are there")
        });
        let said = Encoder::peak_bytes(width, height, pixels, settings);
        assert!(held <= said, "{held} bytes where {said} are the most");
        if self.wrong {
            let unfinished = Encoder::new(width, height, pixels, settings).expect("a picture");
            refused(unfinished.finish().map(|_| ()));
        }
        file
    }

    /// Returns the row at a place in the samples, and advances the place.
    fn row<'a>(&self, source: &'a [u8], at: &mut usize, length: usize) -> &'a [u8] {
        let row = &source[*at..][..length];
        *at = (*at + length) % self.samples.len();
        row
    }

    fn rows(&self, encoder: &mut Encoder, source: &[u8]) {
        let bytes = usize::from(self.width) * self.pixels.bytes();
        let mut at = 0;
        for y in 0..self.height {
            if self.wrong {
                refused(encoder.row(&source[..bytes - 1]));
                refused(encoder.row(&source[..bytes + 1]));
                if y > 0 {
                    refused(encoder.component_row(0, &source[..self.width.into()]));
                }
            }
            let row = self.row(source, &mut at, bytes);
            encoder.row(row).expect("as many and as long as said");
        }
        if self.wrong {
            refused(encoder.row(&source[..bytes]));
        }
    }

    /// Passes rows of components. The samples choose the next component; if the encoder refuses its
    /// row, another component's row is accepted.
    fn component_rows(&self, encoder: &mut Encoder, source: &[u8]) {
        let half = |side: u16| usize::from(side.div_ceil(2));
        let (whole, count) = ((self.width.into(), self.height.into()), self.pixels.bytes());
        let chrominance = match self.settings.sampling {
            Sampling::S420 => (half(self.width), half(self.height)),
            Sampling::S444 => whole,
        };
        let sizes = [whole, chrominance, chrominance];
        let mut left = sizes.map(|(_, rows)| rows);
        left[count..].fill(0);
        // A progressive file gets its rows in another order than a baseline one.
        let mut at = usize::from(self.settings.progressive);
        while left != [0; 3] {
            if self.wrong {
                refused(encoder.component_row(count, &source[..sizes[0].0]));
                refused(encoder.component_row(0, &source[..sizes[0].0 + 1]));
                if (0..count).any(|index| left[index] < sizes[index].1) {
                    let row = usize::from(self.width) * count;
                    refused(encoder.row(&source[..row]));
                }
            }
            let first = usize::from(source[at % source.len()]);
            at += 1;
            let taken = (first..first + count)
                .map(|index| index % count)
                .find(|&index| {
                    // Each row has its own samples, independent of the order.
                    let mut place = (left[index] * 31 + index * 7) % self.samples.len();
                    let row = self.row(source, &mut place, sizes[index].0);
                    let result = encoder.component_row(index, row);
                    assert!(
                        matches!(result, Ok(()) | Err(Error::Usage(_))),
                        "{result:?}"
                    );
                    result.is_ok()
                });
            let taken = taken.expect("some component's row is next");
            left[taken] = left[taken].checked_sub(1).expect("no more than said");
        }
        if self.wrong {
            (0..count)
                .for_each(|index| refused(encoder.component_row(index, &source[..sizes[index].0])));
        }
    }
}

fn refused(result: Result<(), Error>) {
    assert!(matches!(result, Err(Error::Usage(_))), "{result:?}");
}

fn decode(file: &[u8], asked: u8) -> Vec<u8> {
    let input = [&[asked, 0, 0, 0], file].concat();
    let input = Input::read(&input).expect("a file");
    let mut rows = Vec::new();
    let end = walk(
        &input,
        [input.file].into_iter(),
        |_| (),
        |_, row| rows.extend_from_slice(row),
    );
    assert!(
        matches!(end, End::Rows(status) if status.is_intact()),
        "{end:?}"
    );
    rows
}
