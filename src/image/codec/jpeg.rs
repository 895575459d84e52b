//! JPEG by our own crate: a decoder that scales in the DCT domain and hands out rows as bytes arrive, and an encoder that takes rows. A JPEG
//! that becomes a JPEG is never pixels: its components are resized by themselves.

use std::sync::Arc;

use letterbox_jpeg::{Error as Fault, Event, Pixels, Sampling, Scale, Settings};

use super::{Decode, Encode, Rows};
use crate::image::Error;
use crate::image::colour::Source;
use crate::image::conversion::Conversion;
use crate::image::frame::Frame;
use crate::image::header::Coding;
use crate::image::plan::Plan;

/// A file on its way to rows.
pub(super) struct Decoder {
    decoder: letterbox_jpeg::Decoder,
    scale: Scale,
    /// The plan is one for components.
    separate: bool,
    /// The file is kept.
    resident: bool,
    /// What four inks are in light, where the file has them.
    inks: Option<Arc<Conversion>>,
    /// A row of RGB, where it has.
    rgb: Vec<u8>,
    /// All rows have come: damage inside is shown as every decoder shows it, but a half picture is none.
    whole: bool,
}

impl Decoder {
    pub(super) fn new(plan: &Plan, start: &[u8]) -> Result<Decoder, Error> {
        let scale = match plan.shrink {
            1 => Scale::Full,
            2 => Scale::Half,
            4 => Scale::Quarter,
            _ => Scale::Eighth,
        };
        let mut decoder = letterbox_jpeg::Decoder::new();
        decoder.ignore_metadata();
        decoder.push(start).map_err(fault)?;
        Ok(Decoder {
            decoder,
            scale,
            separate: plan.chroma.is_some(),
            resident: matches!(plan.header.coding, Coding::Jpeg { resident: true, .. }),
            inks: match &plan.source {
                Source::Other(conversion) if plan.header.inks => Some(conversion.clone()),
                _ => None,
            },
            rgb: Vec::new(),
            whole: false,
        })
    }

    /// Hands over what can be decoded by now.
    fn drain(&mut self, rows: &mut dyn Rows) -> Result<(), Error> {
        loop {
            match self.decoder.next().map_err(fault)? {
                Event::NeedMore => return Ok(()),
                Event::Header => {
                    self.decoder.set_scale(self.scale);
                    let header = self.decoder.header();
                    if self.inks.is_some()
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
                }
                Event::Row(row) => match &self.inks {
                    Some(inks) => {
                        inks.inks(row, &mut self.rgb);
                        rows.row(0, &self.rgb)?;
                    }
                    None => rows.row(0, row)?,
                },
                Event::Samples { component, row } => rows.row(component, row)?,
                Event::End(status) => {
                    self.whole = !status.truncated;
                    return Ok(());
                }
            }
        }
    }
}

impl Decode for Decoder {
    fn promise(&mut self, bytes: usize) -> Result<(), Error> {
        if !self.resident {
            return Ok(());
        }
        let more = bytes.saturating_sub(self.decoder.resident_bytes());
        self.decoder.reserve(more).map_err(fault)
    }

    fn push(&mut self, bytes: &[u8], rows: &mut dyn Rows) -> Result<(), Error> {
        self.decoder.push(bytes).map_err(fault)?;
        self.drain(rows)
    }

    fn finish(mut self: Box<Self>, _: &Plan, rows: &mut dyn Rows) -> Result<(), Error> {
        self.decoder.finish();
        self.drain(rows)?;
        if self.whole {
            Ok(())
        } else {
            Err(Error::Corrupt("the JPEG breaks off"))
        }
    }
}

/// Pixels or components on their way to a file.
pub(super) struct Encoder(letterbox_jpeg::Encoder);

impl Encoder {
    pub(super) fn new(plan: &Plan) -> Result<Encoder, Error> {
        let (width, height, pixels, settings) = picture(plan);
        letterbox_jpeg::Encoder::new(width, height, pixels, settings)
            .map(Encoder)
            .map_err(fault)
    }
}

impl Encode for Encoder {
    fn row(&mut self, row: &[u8]) -> Result<(), Error> {
        self.0.row(row).map_err(fault)
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Error> {
        self.0.finish().map_err(fault)
    }

    fn planes(mut self: Box<Self>, mut frames: Vec<Frame>) -> Result<Vec<u8>, Error> {
        if let [luma, cb, cr] = &frames[..] {
            self.components(luma, cb, cr)?;
            return self.finish();
        }
        match frames.pop() {
            Some(frame) => self.frame(frame),
            None => self.finish(),
        }
    }
}

impl Encoder {
    /// The rows of all components in step: two of luminance, one each of chrominance.
    fn components(&mut self, luma: &Frame, cb: &Frame, cr: &Frame) -> Result<(), Error> {
        let mut chroma = cb.rows().zip(cr.rows());
        for (y, row) in luma.rows().enumerate() {
            self.0.component_row(0, row).map_err(fault)?;
            if y % 2 == 1 {
                continue;
            }
            if let Some((cb, cr)) = chroma.next() {
                self.0.component_row(1, cb).map_err(fault)?;
                self.0.component_row(2, cr).map_err(fault)?;
            }
        }
        Ok(())
    }
}

/// What encoding allocates at most, the file included.
pub(super) fn encoder_bytes(plan: &Plan) -> u64 {
    let (width, height, pixels, settings) = picture(plan);
    letterbox_jpeg::Encoder::peak_bytes(width, height, pixels, settings) as u64
}

fn picture(plan: &Plan) -> (u16, u16, Pixels, Settings) {
    let pixels = if plan.layout.grey() {
        Pixels::Grey
    } else {
        Pixels::Rgb
    };
    let settings = Settings {
        quality: plan.quality.get(),
        sampling: Sampling::S420,
        progressive: plan.interlace,
    };
    // The limits of an answer are below what the format holds.
    (
        plan.canvas.width as u16,
        plan.canvas.height as u16,
        pixels,
        settings,
    )
}

fn fault(fault: Fault) -> Error {
    match fault {
        Fault::Unsupported(what) | Fault::Limit(what) => Error::Unsupported(what),
        Fault::OutOfMemory => Error::OutOfMemory,
        Fault::Corrupt(_) => Error::Corrupt("the JPEG is damaged"),
        Fault::Usage(what) => Error::Internal(what.to_owned()),
    }
}
