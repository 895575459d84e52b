//! Checks the decoder's memory: from the header on exactly what `peak_bytes` says, and not much
//! more before.

use letterbox_jpeg::{Decoder, Event, Limits, Scale};

use super::Input;
use super::walk::MOST_PIXELS;
use letterbox_testkit::counting::{held, most};

/// Bytes that a decoder may hold before the header is known, beside the file, its metadata and its
/// scans: the definitions of the Huffman tables of eight destinations, a table in the making, the
/// growing list of scans, and the list of the profile's parts.
const BEFORE_HEADER: usize = 32 << 10;

/// Most bytes that one scan holds: four components, each with tables of its own.
const SCAN_BYTES: usize = 272 << 10;

/// Length from which the start of a file may have been dropped while its capacity stays.
const FORGOTTEN: usize = 4096;

/// Runs the target.
pub fn run(bytes: &[u8]) {
    let Some(input) = Input::read(bytes) else {
        return;
    };
    let before = held();
    let mut decoder = input.decoder();
    let mut pieces = input.pieces();
    // Peaks of the bytes held beside the file's own: before the header was known, and after.
    let (mut early, mut late, mut said) = (0, 0, None);
    loop {
        let beside = held() - before - decoder.resident_bytes();
        let (event, more) = most(|| decoder.next().map(kind));
        let peak = if said.is_some() {
            &mut late
        } else {
            &mut early
        };
        *peak = (beside + more).max(*peak);
        match event {
            Ok(Kind::NeedMore) => match pieces.next() {
                Some(piece) => push(&mut decoder, piece, &input),
                None => decoder.finish(),
            },
            Ok(Kind::Header) => {
                let (width, height) = decoder.size(Scale::Full).expect("the header is known");
                if u64::from(width) * u64::from(height) > MOST_PIXELS.into() {
                    return;
                }
                let has_to_be = decoder.header().is_some_and(|header| header.resident);
                if has_to_be && input.file.len() <= FORGOTTEN {
                    let resident = decoder.resident_bytes();
                    assert!(
                        resident / 5 * 4 <= input.limits.resident_bytes,
                        "{resident} bytes"
                    );
                }
                input.ask(&mut decoder);
                said = decoder.peak_bytes(input.scale);
            }
            Ok(Kind::Row) => {}
            Ok(Kind::End) | Err(_) => break,
        }
    }
    let metadata = metadata(&decoder);
    assert!(metadata <= input.limits.metadata_bytes, "{metadata} bytes");
    let copied = 2 * input.file.len().min(input.limits.metadata_bytes);
    if let Some(said) = said {
        assert_eq!(late - metadata, said, "what was held, and what was said");
        let most = said + BEFORE_HEADER + copied;
        assert!(early <= most, "{early} bytes where {most} are the most");
    } else {
        let most = scans(&input) * SCAN_BYTES + BEFORE_HEADER + copied;
        assert!(early <= most, "{early} bytes where {most} are the most");
    }
}

/// Kind of an event, without the data it borrows.
enum Kind {
    NeedMore,
    Header,
    Row,
    End,
}

fn kind(event: Event) -> Kind {
    match event {
        Event::NeedMore => Kind::NeedMore,
        Event::Header => Kind::Header,
        Event::Row(_) | Event::Samples { .. } => Kind::Row,
        Event::End(_) => Kind::End,
    }
}

/// Pushes a piece. When the buffer grows by a quarter, the old and the new one exist for a moment.
fn push(decoder: &mut Decoder, piece: &[u8], input: &Input) {
    let file = decoder.resident_bytes();
    let (_, more) = most(|| decoder.push(piece)); // the next event says what is wrong
    let bound = input.file.len() * 5 / 4;
    assert!(
        more <= bound && file <= bound,
        "{file} and {more} bytes where {bound} are the most"
    );
}

fn metadata(decoder: &Decoder) -> usize {
    let header = decoder.header();
    let bytes = |part: &Option<Vec<u8>>| part.as_ref().map_or(0, Vec::capacity);
    header.map_or(0, |header| bytes(&header.exif) + bytes(&header.icc))
}

/// Returns the most scans that the file may have.
fn scans(input: &Input) -> usize {
    let Limits { scans, .. } = input.limits;
    let is_scan = |pair: &&[u8]| pair == &[0xff, 0xda];
    input.file.windows(2).filter(is_scan).count().min(scans) + 1
}
