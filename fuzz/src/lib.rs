//! What the JPEG targets share: how an input is read, and one walk over a file that checks what every walk must keep.
//!
//! An input is four bytes and a file. The first byte chooses the scale, the other three how the file is cut; all targets read
//! them alike, so an input of one can be given to another.

use letterbox_jpeg::{Decoder, Error, Event, Scale, Status};

/// Pixels at full size above which a picture is left alone: the bugs are in small ones too, and those take microseconds.
const MOST_PIXELS: u32 = 1 << 14;

/// An input, read.
pub struct Input<'a> {
    /// The resolution to decode at.
    pub scale: Scale,
    /// Lengths of the pieces the file is cut into, over and over.
    pub pieces: [usize; 3],
    /// The file.
    pub file: &'a [u8],
}

impl<'a> Input<'a> {
    /// `None` when there is no room for a file.
    pub fn read(bytes: &'a [u8]) -> Option<Input<'a>> {
        let (&[scale, pieces @ ..], file) = bytes.split_first_chunk::<4>()?;
        let scales = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];
        Some(Input {
            scale: scales[usize::from(scale) % 4],
            pieces: pieces.map(length),
            file,
        })
    }
}

/// Squares: single bytes and whole files are both likely.
fn length(byte: u8) -> usize {
    usize::from(byte).pow(2) / 16 + 1
}

/// How a walk ends.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// All rows came.
    Rows(Status),
    /// The file was refused.
    Refused(Error),
    /// The picture is larger than a fuzzer has time for.
    Large,
}

/// Decodes the pieces, handing each row on; `header` is called when the header is known.
///
/// # Panics
/// When an event is out of place, or a row is not as long or not as often there as the decoder has said.
pub fn walk<'a>(
    decoder: &mut Decoder,
    scale: Scale,
    mut pieces: impl Iterator<Item = &'a [u8]>,
    mut header: impl FnMut(&Decoder),
    mut row: impl FnMut(&[u8]),
) -> End {
    let (mut finished, mut row_bytes, mut rows, mut came) = (false, None, 0, 0);
    loop {
        match decoder.next() {
            Err(error) => {
                assert_eq!(decoder.next().err(), Some(error), "an error stays");
                return End::Refused(error);
            }
            Ok(Event::NeedMore) => match pieces.next() {
                Some(piece) => decoder.push(piece).expect("a small file fits"),
                None => {
                    assert!(!finished, "a complete file needs no more");
                    decoder.finish();
                    finished = true;
                }
            },
            Ok(Event::Header) => {
                assert!(row_bytes.is_none(), "one header");
                let (width, height) = decoder.size(Scale::Full).expect("the header is known");
                if width * height > MOST_PIXELS {
                    return End::Large;
                }
                decoder.set_scale(scale);
                let (width, height) = decoder.size(scale).expect("the header is known");
                let pixels = decoder.header().expect("the event says so").pixels;
                row_bytes = Some(width as usize * pixels.bytes());
                rows = height as usize;
                header(decoder);
            }
            Ok(Event::Samples { .. }) => {}
            Ok(Event::Row(samples)) => {
                assert_eq!(Some(samples.len()), row_bytes, "a row is as long as said");
                came += 1;
                row(samples);
            }
            Ok(Event::End(status)) => {
                assert!(row_bytes.is_some(), "a header comes before the end");
                assert_eq!(
                    (came, status.rows),
                    (rows, rows),
                    "rows are as many as said"
                );
                assert!(
                    status.intact_rows <= rows,
                    "no more are intact than there are"
                );
                return End::Rows(status);
            }
        }
    }
}

/// The pieces of a file.
pub fn cut<'a>(mut file: &'a [u8], lengths: &[usize; 3]) -> impl Iterator<Item = &'a [u8]> {
    lengths.iter().cycle().map_while(move |&length| {
        let (piece, rest) = file.split_at(length.min(file.len()));
        file = rest;
        (!piece.is_empty()).then_some(piece)
    })
}
