//! Search for the file's segments, and the headers of its scans.

use alloc::vec::Vec;

use crate::bits::next_marker;
use crate::error::{Error, Fault};
use crate::frame::Frame;
use crate::scan::{Member, Scan, unroll};
use crate::segments::{DAMAGED, Segments};
use crate::smoothing::Known;

/// Scans of a file that has to be resident, or the first and only scan of any other.
#[derive(Default)]
pub(super) struct Scans {
    pub(super) list: Vec<Scan>,
    /// Quantisation table of each component, as it was when the component's first scan began.
    pub(super) quantisation: [Option<[u16; 64]>; 4],
    /// Set if the file ends before all scans have come.
    pub(super) incomplete: bool,
    /// Precision that the scans have reached, if blocks are to be smoothed because coefficients are
    /// missing.
    pub(super) smoothed: Option<Known>,
}

impl Scans {
    /// Reads the headers of the scans from `at` on, `most` at most. Tables may change between
    /// scans, so each scan keeps the tables that are defined before it; no other tables are needed
    /// afterwards.
    pub(super) fn read(
        data: &[u8],
        mut at: usize,
        segments: &mut Segments,
        frame: &Frame,
        resident: bool,
        most: usize,
    ) -> Result<Scans, Error> {
        segments.ignore_metadata = true;
        if !frame.progressive {
            segments.assume_standard_tables()?;
        }
        let mut scans = Scans::default();
        // By component and place: the bit position down to which the coefficient has been sent.
        let mut sent = [[u32::MAX; 64]; 4];
        let mut known = Known::nothing();
        while let Ok(Some((marker, content, next))) = segment(data, &mut at) {
            let content = &data[content];
            if marker != 0xda {
                segments.take(marker, content)?;
                at = next;
                continue;
            }
            if scans.list.len() == most {
                return Err(Error::Limit("more scans than allowed"));
            }
            let mut scan = match Scan::new(content, segments, frame, next) {
                Ok(scan) => scan,
                Err(error @ Error::Limit(_)) => return Err(error),
                Err(error) if scans.list.is_empty() => return Err(error),
                Err(_) => break, // what came before is a picture already
            };
            // A sequential component is sent once (B.2.3); further scans would only cost tables.
            let again = |m: &Member| !frame.progressive && sent[m.component][0] == 0;
            if scan.members.iter().any(again) {
                break;
            }
            if !frame.progressive {
                unroll(&mut scan.members);
            }
            for member in &scan.members {
                let index = member.component;
                let table = &mut scans.quantisation[index];
                *table = table.or(segments.quantisation[frame.components[index].quantisation]);
                if table.is_none() {
                    return Err(Error::Corrupt(Fault::Scan));
                }
                sent[index][scan.band.0..=scan.band.1].fill(scan.low);
            }
            known.add(&scan);
            scans.list.push(scan);
            if !resident {
                break;
            }
            at = end_of_scan(data, next);
        }
        if scans.list.is_empty() {
            return Err(Error::Corrupt(Fault::Scan));
        }
        if resident {
            let ended = next_marker(data, at).is_some_and(|marker| data[marker + 1] == 0xd9);
            let sent = &sent[..frame.components.len()];
            scans.incomplete = match frame.progressive {
                true => !ended && sent.iter().flatten().any(|&low| low > 0),
                false => sent.iter().flatten().any(|&low| low > 0),
            };
        }
        scans.smoothed = known.if_smoothed(frame, &scans.quantisation);
        (segments.dc, segments.ac) = Default::default();
        Ok(scans)
    }
}

/// A marker segment: code, range of its content, and start of the next segment; `None` if it is not
/// complete.
type Segment = Option<(u8, core::ops::Range<usize>, usize)>;

/// Finds the next segment from `at` on, and moves `at` past bytes that are no segment.
pub(super) fn segment(data: &[u8], at: &mut usize) -> Result<Segment, Error> {
    loop {
        let Some(marker) = next_marker(data, *at) else {
            *at = (*at).max(data.len() - usize::from(data.last() == Some(&0xff)));
            return Ok(None);
        };
        *at = marker;
        let code = data[marker + 1];
        match code {
            0x01 | 0xd0..=0xd8 => *at = marker + 2,
            0xd9 => return Err(Error::Corrupt(Fault::NoPicture)),
            _ => {
                let Some(length) = data.get(marker + 2..).and_then(|rest| rest.first_chunk())
                else {
                    return Ok(None);
                };
                let length = usize::from(u16::from_be_bytes(*length));
                // Some writers count only the text of a comment. Where no decoder reads the
                // content, a segment of length 0 or 1 is taken as empty: it ends after its length
                // field.
                if length < 2 && !matches!(code, 0xdc | 0xe0..=0xef | 0xfe) {
                    return Err(DAMAGED);
                }
                let content = marker + 4..marker + 2 + length.max(2);
                return Ok((content.end <= data.len()).then_some((
                    code,
                    content.clone(),
                    content.end,
                )));
            }
        }
    }
}

/// Returns the height in the DNL segment behind the first scan's data: 0 if there is none, `None`
/// as long as one may still come. Searches from `at` on, and moves `at` past the bytes searched.
pub(super) fn find_height(data: &[u8], at: &mut usize) -> Option<u16> {
    loop {
        let Some(marker) = next_marker(data, *at) else {
            *at = (*at).max(data.len() - usize::from(data.last() == Some(&0xff)));
            return None;
        };
        *at = marker;
        match data[marker + 1] {
            0xd0..=0xd7 => *at = marker + 2,
            0xdc => {
                let &[_, _, high, low] = data.get(marker + 2..)?.first_chunk()?;
                return Some(u16::from_be_bytes([high, low]));
            }
            _ => return Some(0),
        }
    }
}

/// Returns the end of the entropy-coded data that starts at `from`: the first marker that is no
/// restart marker.
fn end_of_scan(data: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(marker) = next_marker(data, at) {
        if !(0xd0..=0xd7).contains(&data[marker + 1]) {
            return marker;
        }
        at = marker + 2;
    }
    data.len()
}
