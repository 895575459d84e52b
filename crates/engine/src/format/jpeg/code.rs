//! JPEG by our own crate: a decoder that scales in the DCT domain and hands out rows as bytes
//! arrive, and an encoder that takes rows. A JPEG that becomes a JPEG never becomes pixels: its
//! components are resized one by one.

use std::sync::Arc;

use letterbox_jpeg::{Error as Fault, Event, Pixels, Room, Sampling, Scale, Settings, Shape};

use crate::colour::conversion::Conversion;
use crate::error::Error;
use crate::format::codec::Decode;
use crate::header::Coding;
use crate::pixels::frame::Picture;
use crate::pixels::rows::{RowSink, RowSource};
use crate::pixels::window::Rect;
use crate::plan::Plan;
use crate::spec::Format;
use crate::stage::convert;
use crate::stage::leaving::Leaving;
use crate::transform::Subsampling;

/// A file that is being decoded.
pub(crate) struct Decoder {
    decoder: letterbox_jpeg::Decoder,
    scale: Scale,
    /// Bytes that decoding may hold.
    planned: u64,
    /// Whether the plan keeps components separate.
    separate: bool,
    /// Whether the file is kept.
    resident: bool,
    /// Conversion from CMYK to RGB, for a file in CMYK.
    cmyk: Option<Arc<Conversion>>,
    /// A row of RGB, for a file in CMYK.
    rgb: Vec<u8>,
    /// Part of the result that is shown.
    cut: Rect,
    /// The first row behind those that the sink passes over, once it does.
    passed: Option<u32>,
    /// Set once no row that is still to come is shown. What follows in the file is not read.
    satisfied: bool,
    /// Set once all rows have been decoded. Corruption inside the data is tolerated, as every
    /// decoder does; truncation is an error.
    whole: bool,
}

impl Decoder {
    pub(crate) fn new(plan: &Plan, start: &[u8]) -> Result<Decoder, Error> {
        let mut limits = letterbox_jpeg::Limits::default();
        if let Coding::Jpeg {
            sampling, resident, ..
        } = plan.header.coding
        {
            // No table is built that is not planned.
            limits.tables = tables_of(components_of(&sampling), resident);
        }
        let mut decoder = letterbox_jpeg::Decoder::with_limits(limits);
        decoder.ignore_metadata();
        decoder.push(start).map_err(fault)?;
        Ok(Decoder {
            decoder,
            scale: scale(plan),
            planned: decoder_bytes(plan) + plan.spare_decode_bytes(),
            separate: plan.chroma.is_some(),
            resident: matches!(plan.header.coding, Coding::Jpeg { resident: true, .. }),
            cmyk: convert::cmyk(plan),
            rgb: Vec::new(),
            cut: plan.cut,
            passed: None,
            satisfied: false,
            whole: false,
        })
    }

    /// Hands out the rows that can be decoded by now.
    fn drain(&mut self, rows: &mut dyn RowSink) -> Result<(), Error> {
        loop {
            // Of a file in several scans, each scan has a part of every row: that one of them is
            // missing is told with the last row.
            if !self.resident && rows.is_satisfied() && !self.decoder.is_starved() {
                (self.satisfied, self.whole) = (true, true);
                return Ok(());
            }
            if self.passed.is_none()
                && let Some(first) = rows.pass_over()
            {
                self.passed = Some(first);
                self.decoder.show(0..u32::MAX, first..u32::MAX);
            }
            match self.decoder.next().map_err(fault)? {
                Event::NeedMore => return Ok(()),
                Event::Header => {
                    self.decoder.set_scale(self.scale);
                    let Rect { left, top, .. } = self.cut;
                    let (right, bottom) = (left + self.cut.width, top + self.cut.height);
                    self.decoder.show(left..right, top..bottom);
                    let header = self.decoder.header();
                    if self.cmyk.is_some()
                        != header.is_some_and(|header| header.pixels == Pixels::Cmyk)
                    {
                        return Err(Error::Corrupt("the JPEG's headers contradict each other"));
                    }
                    if self.separate {
                        if !header.is_some_and(|header| header.ycbcr) {
                            return Err(Error::Corrupt("the JPEG's headers contradict each other"));
                        }
                        self.decoder.separate_components();
                    }
                    let need = self.decoder.peak_bytes(self.scale);
                    if need.is_none_or(|need| need as u64 > self.planned) {
                        return Err(Error::Unsupported(
                            "JPEG with as many tables as this is not read",
                        ));
                    }
                }
                Event::Row(row) => match &self.cmyk {
                    Some(cmyk) => {
                        cmyk.cmyk(row, &mut self.rgb);
                        rows.row(0, &self.rgb)?;
                    }
                    None => rows.row(0, row)?,
                },
                Event::Samples { component, row } => rows.row(component, row)?,
                Event::End(status) => {
                    self.whole = !status.truncated;
                    if !status.is_intact() {
                        rows.damaged();
                    }
                    return Ok(());
                }
            }
        }
    }
}

fn scale(plan: &Plan) -> Scale {
    match plan.shrink {
        1 => Scale::Full,
        2 => Scale::Half,
        4 => Scale::Quarter,
        _ => Scale::Eighth,
    }
}

/// Number of Huffman tables of a file in one scan. The format has no more numbers for them.
const TABLES: usize = 8;

/// Returns the number of components.
fn components_of(sampling: &[(u8, u8)]) -> usize {
    sampling.iter().take_while(|(h, _)| *h > 0).count()
}

/// Returns the number of Huffman tables to plan with. In a file of several scans, each scan may
/// have tables of its own: ten are the rule for three components, and some encoders try more.
pub(crate) fn tables_of(components: usize, in_several: bool) -> usize {
    if in_several {
        4 * components + 3
    } else {
        TABLES
    }
}

/// Upper bound on the bytes that decoding holds, excluding the file.
pub(crate) fn decoder_bytes(plan: &Plan) -> u64 {
    let Coding::Jpeg {
        sampling,
        progressive,
        resident,
        ..
    } = plan.header.coding
    else {
        return 0;
    };
    let components = components_of(&sampling);
    let size = plan.header.stored;
    let shape = Shape {
        size: (size.width as u16, size.height as u16), // as in the file
        sampling: &sampling[..components],
        progressive,
        resident,
    };
    let tables = tables_of(components, resident);
    let bytes =
        letterbox_jpeg::Decoder::peak_bytes_of(&shape, scale(plan), plan.chroma.is_some(), tables);
    let rgb = if components == 4 {
        3 * u64::from(plan.decoded.width)
    } else {
        0
    };
    bytes as u64 + rgb
}

impl Decode for Decoder {
    fn promise(&mut self, bytes: usize) -> Result<(), Error> {
        if !self.resident {
            return Ok(());
        }
        let more = bytes.saturating_sub(self.decoder.resident_bytes());
        self.decoder.reserve(more).map_err(fault)
    }

    fn push(&mut self, bytes: &[u8], rows: &mut dyn RowSink) -> Result<(), Error> {
        if self.satisfied {
            return Ok(());
        }
        self.decoder.push(bytes).map_err(fault)?;
        self.drain(rows)
    }

    fn finish(&mut self, _: &Plan, rows: &mut dyn RowSink) -> Result<(), Error> {
        self.decoder.finish();
        self.drain(rows)?;
        if self.whole {
            Ok(())
        } else {
            Err(Error::Corrupt("the JPEG breaks off"))
        }
    }
}

/// Encodes the planes of a picture: pixels, or components. Encoded rows are freed, and tokens may
/// take their place.
pub(crate) fn encode(plan: &Plan, pictures: Vec<Picture>) -> Result<Vec<u8>, Error> {
    let (width, height, pixels, settings, capacity) = picture(plan);
    let mut encoder = letterbox_jpeg::Encoder::within(width, height, pixels, settings, capacity)
        .map_err(fault)?;
    let mut planes = Vec::new();
    for (plane, picture) in plan.planes().iter().zip(pictures) {
        planes.push(Leaving::new(plan, plane, picture)?);
    }
    let held = |planes: &[Leaving]| planes.iter().map(Leaving::held_bytes).sum::<usize>();
    let before = held(&planes);
    let mut y = 0;
    while let Some(first) = planes.first_mut() {
        let Some(row) = first.next_row()? else { break };
        if plan.chroma.is_some() {
            encoder.component_row(0, row).map_err(fault)?;
        } else {
            encoder.row(row).map_err(fault)?;
        }
        // Two rows of luminance, one each of chrominance.
        if y % 2 == 0 {
            for (component, plane) in planes.iter_mut().enumerate().skip(1) {
                if let Some(row) = plane.next_row()? {
                    encoder.component_row(component, row).map_err(fault)?;
                }
            }
        }
        if y % 16 == 0 {
            encoder.hold(capacity.token_bytes + before - held(&planes));
        }
        y += 1;
    }
    drop(planes);
    encoder.hold(capacity.token_bytes + before);
    encoder.finish().map_err(fault)
}

/// Upper bound on the bytes that encoding allocates beside the picture, including the file. While
/// the picture is freed, tokens may take as many bytes more.
pub(crate) fn encoder_bytes(plan: &Plan) -> u64 {
    let (width, height, pixels, settings, capacity) = picture(plan);
    letterbox_jpeg::Encoder::peak_bytes_within(width, height, pixels, settings, capacity) as u64
}

fn picture(plan: &Plan) -> (u16, u16, Pixels, Settings, Room) {
    let pixels = if plan.layout.grey() {
        Pixels::Grey
    } else {
        Pixels::Rgb
    };
    let settings = Settings {
        quality: plan.transform.quality_of(Format::Jpeg),
        sampling: match plan.transform.subsampling {
            Subsampling::S420 => Sampling::S420,
            Subsampling::S444 => Sampling::S444,
        },
        progressive: plan.transform.interlace,
    };
    let image = plan.busy();
    let capacity = Room {
        token_bytes: plan.token_bytes as usize,
        freed_bytes: plan.freed_bytes() as usize,
        picture: (image.width as u16, image.height as u16),
    };
    // The limits of an answer are below what the format holds.
    (
        plan.canvas.width as u16,
        plan.canvas.height as u16,
        pixels,
        settings,
        capacity,
    )
}

fn fault(fault: Fault) -> Error {
    match fault {
        Fault::Unsupported(what) | Fault::Limit(what) => Error::Unsupported(what),
        Fault::OutOfMemory => Error::OutOfMemory,
        Fault::Corrupt(_) => Error::Corrupt("the JPEG is damaged"),
        other => Error::Internal(other.to_string()),
    }
}
