//! A font: its tables, found once, and the facts of glyphs.

use crate::bytes::Bytes;
use crate::cff::Cff;
use crate::cmap::Cmap;
use crate::error::Error;
use crate::glyf::Glyf;
use crate::kerning::Kerning;
use crate::pen::Pen;

/// Upper bound on the tables that are looked through; fonts have up to 30.
const MOST_TABLES: u16 = 128;

/// A font of outlines, borrowed from its bytes.
///
/// No byte of it is trusted: what is read is checked, no count of a font sizes an allocation, and
/// work for a glyph has bounds.
#[derive(Debug)]
pub struct Font<'f> {
    units_per_em: u16,
    ascent: i16,
    descent: i16,
    glyphs: u16,
    /// Glyphs whose advances differ; those behind have the last one's.
    advances: u16,
    hmtx: Bytes<'f>,
    cmap: Cmap<'f>,
    kerning: Kerning<'f>,
    outlines: Outlines<'f>,
}

#[derive(Debug)]
enum Outlines<'f> {
    Glyf(Glyf<'f>),
    Cff(Cff<'f>),
}

impl<'f> Font<'f> {
    /// Finds the tables of a font, of the first one of a collection.
    ///
    /// # Errors
    /// [`Error::Foreign`] for other files, [`Error::Damaged`] where a table is missing or breaks
    /// off, [`Error::OutOfMemory`].
    pub fn new(file: &'f [u8]) -> Result<Font<'f>, Error> {
        let file = Bytes(file);
        let start = match file.0.get(..4) {
            Some(b"ttcf") => file.u32(12).ok_or(Error::Damaged("ttcf"))? as usize,
            _ => 0,
        };
        match file.0.get(start..start.saturating_add(4)) {
            Some([0, 1, 0, 0] | b"true" | b"OTTO") => {}
            Some(b"wOFF" | b"wOF2") => return Err(Error::Foreign("WOFF, which is compressed")),
            _ => return Err(Error::Foreign("this file")),
        }
        let tables = Tables { file, start };
        let needed = |name: &'static str| tables.get(name).ok_or(Error::Damaged(name));
        let head = needed("head")?;
        let damaged = || Error::Damaged("head");
        let units_per_em = head.u16(18).ok_or_else(damaged)?;
        if !(16..=16_384).contains(&units_per_em) {
            return Err(damaged());
        }
        let glyphs = needed("maxp")?.u16(4).ok_or(Error::Damaged("maxp"))?;
        let hhea = needed("hhea")?;
        let damaged = || Error::Damaged("hhea");
        let (ascent, descent) = (hhea.i16(4), hhea.i16(6));
        let advances = hhea.u16(34).ok_or_else(damaged)?.min(glyphs);
        let hmtx = needed("hmtx")?;
        if advances == 0 || hmtx.len() < 4 * usize::from(advances) {
            return Err(Error::Damaged("hmtx"));
        }
        let outlines = if let Some(glyf) = tables.get("glyf") {
            Outlines::Glyf(Glyf {
                glyf,
                loca: needed("loca")?,
                long: head.i16(50).ok_or(Error::Damaged("head"))? != 0,
            })
        } else if let Some(cff) = tables.get("CFF ") {
            Outlines::Cff(Cff::new(cff).ok_or(Error::Damaged("CFF"))?)
        } else if tables.get("CFF2").is_some() {
            return Err(Error::Foreign("a variable one with CFF2"));
        } else {
            return Err(Error::Foreign("one without outlines"));
        };
        Ok(Font {
            units_per_em,
            ascent: ascent.ok_or_else(damaged)?,
            descent: descent.ok_or_else(damaged)?,
            glyphs,
            advances,
            hmtx,
            cmap: Cmap::new(needed("cmap")?).ok_or(Error::Damaged("cmap"))?,
            kerning: Kerning::new(tables.get("GPOS"), tables.get("kern"))?,
            outlines,
        })
    }

    /// Returns the units of an em, which is what the size of a text is the length of.
    pub fn units_per_em(&self) -> u16 {
        self.units_per_em
    }

    /// Returns the units above the baseline and below that a line is centred by.
    pub fn extent(&self) -> (i16, i16) {
        (self.ascent, self.descent.saturating_neg())
    }

    /// Returns the glyph of a character; `None` where the font has none.
    pub fn glyph(&self, char: char) -> Option<u16> {
        self.cmap.glyph(char).filter(|glyph| *glyph < self.glyphs)
    }

    /// Returns the units from a glyph's origin to that of the next one.
    pub fn advance(&self, glyph: u16) -> u16 {
        let index = glyph.min(self.advances - 1);
        self.hmtx.u16(4 * usize::from(index)).unwrap_or(0)
    }

    /// Returns the units that are added to an advance before another glyph: kerning by `GPOS`, or
    /// by `kern` where there is none of it.
    pub fn kerning(&self, left: u16, right: u16) -> i32 {
        self.kerning.between(left, right)
    }

    /// Draws the outline of a glyph.
    pub(crate) fn draw(&self, glyph: u16, pen: &mut dyn Pen) -> Result<(), Error> {
        match &self.outlines {
            Outlines::Glyf(outlines) => outlines.draw(glyph, pen),
            Outlines::Cff(outlines) => outlines.draw(glyph, pen),
        }
    }
}

/// The directory of tables.
struct Tables<'f> {
    file: Bytes<'f>,
    start: usize,
}

impl<'f> Tables<'f> {
    fn get(&self, name: &str) -> Option<Bytes<'f>> {
        let tag = u32::from_be_bytes(name.as_bytes().try_into().ok()?);
        let count = self.file.u16(self.start + 4)?.min(MOST_TABLES);
        let mut records = (0..usize::from(count)).map(|index| self.start + 12 + 16 * index);
        let record = records.find(|record| self.file.u32(*record) == Some(tag))?;
        let from = self.file.u32(record + 8)? as usize;
        let to = from.checked_add(self.file.u32(record + 12)? as usize)?;
        self.file.between(from, to)
    }
}
