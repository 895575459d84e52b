//! Decodes a file and checks the properties that every decoding must have.

use letterbox_jpeg::{Decoder, Error, Event, Scale, Status};

use super::Input;

/// Most pixels at full size of a picture that is decoded; larger ones find no other bugs, and
/// smaller ones take microseconds.
pub(crate) const MOST_PIXELS: u32 = 1 << 14;

/// Outcome of a walk.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// All rows came.
    Rows(Status),
    /// The file was refused.
    Refused(Error),
    /// The picture is larger than a fuzzer has time for.
    Large,
}

/// Decodes the pieces with the input's options. `header` is called when the header is known, and
/// `row` with each row and its component, which is 0 for rows of pixels.
///
/// # Panics
/// If an event is out of place, or the rows differ from the decoder's promise in length or number.
pub fn walk<'a>(
    input: &Input,
    mut pieces: impl Iterator<Item = &'a [u8]>,
    mut header: impl FnMut(&Decoder),
    mut row: impl FnMut(usize, &[u8]),
) -> End {
    let mut decoder = input.decoder();
    // For each component, or for the pixels: bytes of a row, and rows still to come.
    let mut left: Vec<(usize, usize)> = Vec::new();
    let mut finished = false;
    let mut take = |left: &mut [(usize, usize)], component: usize, samples: &[u8]| {
        let (bytes, rows) = &mut left[component];
        assert_eq!(samples.len(), *bytes, "a row is as long as said");
        *rows = rows.checked_sub(1).expect("no more rows than said");
        row(component, samples);
    };
    loop {
        match decoder.next() {
            Err(error) => {
                assert_eq!(decoder.next().err(), Some(error), "an error stays");
                return End::Refused(error);
            }
            Ok(Event::NeedMore) => match pieces.next() {
                Some(piece) => {
                    let pushed = decoder.push(piece);
                    if let Err(error) = pushed {
                        assert_eq!(decoder.next().err(), Some(error), "an error stays");
                    }
                }
                None => {
                    assert!(!finished, "a complete file needs no more");
                    decoder.finish();
                    finished = true;
                }
            },
            Ok(Event::Header) => {
                assert!(left.is_empty(), "one header");
                let (width, height) = decoder.size(Scale::Full).expect("the header is known");
                let pixels = u64::from(width) * u64::from(height);
                assert!(pixels <= input.limits.pixels, "no more pixels than allowed");
                if pixels > MOST_PIXELS.into() {
                    return End::Large;
                }
                input.ask(&mut decoder);
                let sides = |(width, height)| (width as usize, height as usize);
                if input.separate {
                    let size = |component| decoder.component_size(component, input.scale);
                    left = (0..).map_while(size).map(sides).collect();
                } else {
                    let size = decoder.size(input.scale).expect("the header is known");
                    let pixels = decoder.header().expect("the event says so").pixels;
                    let (width, height) = sides(size);
                    left.push((width * pixels.bytes(), height));
                }
                header(&decoder);
            }
            Ok(Event::Row(samples)) => {
                assert!(!input.separate, "pixels are not asked for");
                take(&mut left, 0, samples);
            }
            Ok(Event::Samples { component, row }) => {
                assert!(input.separate, "components are not asked for");
                take(&mut left, component, row);
            }
            Ok(Event::End(status)) => {
                assert!(!left.is_empty(), "a header comes before the end");
                assert!(
                    left.iter().all(|&(_, rows)| rows == 0),
                    "rows are as many as said"
                );
                let (_, rows) = decoder.size(input.scale).expect("the header is known");
                assert_eq!(status.rows, rows as usize);
                assert!(
                    status.intact_rows <= status.rows,
                    "no more are intact than there are"
                );
                return End::Rows(status);
            }
        }
    }
}
