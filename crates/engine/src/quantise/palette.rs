//! A palette, and the distance of pixels from its entries.

/// A pixel or an entry of a palette: straight RGBA. All fully transparent pixels are one colour.
pub(crate) type Colour = [u8; 4];

/// Minimum number of entries that a palette may be limited to: one each for transparent,
/// translucent and opaque pixels.
pub(crate) const FEWEST: usize = 3;

/// Maximum number of entries.
pub(crate) const MOST: usize = 256;

/// Entries in a deterministic order: those with alpha first, then by brightness.
pub(crate) struct Palette {
    pub(crate) colours: Vec<Colour>,
    /// Number of entries with alpha.
    pub(crate) translucent: usize,
    /// Whether the palette has each pixel's own colour.
    pub(crate) exact: bool,
}

/// Distance of pixels from a palette: the sum of the squared errors, and the largest of them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Distance {
    pub(crate) squares: u64,
    pub(crate) most: u32,
}

/// Returns the key that colours are sorted by in a palette.
pub(crate) fn place(colour: &Colour) -> (bool, u16, Colour) {
    let brightness = premultiplied(*colour).map(u16::from).iter().sum();
    (colour[3] == 255, brightness, *colour)
}

impl Palette {
    pub(crate) fn new(mut colours: Vec<Colour>, exact: bool) -> Palette {
        colours.sort_unstable_by_key(place);
        colours.dedup();
        Palette {
            translucent: colours.partition_point(|colour| colour[3] < 255),
            colours,
            exact,
        }
    }

    /// Whether the palette has each pixel's own colour.
    pub(crate) fn is_exact(&self) -> bool {
        self.exact
    }

    /// Replaces indices by that of the pixel above or to the left, where that entry does nearly as
    /// well: repetitions take few bytes. A replacement adds at most `apart` to a pixel's squared
    /// error. A pixel whose own colour is in the palette keeps that.
    pub(crate) fn calm(&self, row: &[u8], above: &[u8], indices: &mut [u8], apart: u32) {
        let mut left = None;
        for ((pixel, index), &above) in pixels(row).zip(indices.iter_mut()).zip(above) {
            if let Ok(own) = self.colours.binary_search_by_key(&place(&pixel), place) {
                *index = own as u8;
                left = Some(*index);
                continue;
            }
            let best = self.away(pixel, *index);
            let does = |other: u8| {
                let away = self.away(pixel, other);
                away <= best + apart && away <= 2 * apart
            };
            if *index != above && does(above) {
                *index = above;
            } else if let Some(left) = left
                && *index != left
                && does(left)
            {
                *index = left;
            }
            left = Some(*index);
        }
    }

    /// Returns the squared distance of a pixel from an entry. Opaque and transparent pixels are far
    /// from all entries with another alpha.
    fn away(&self, pixel: Colour, index: u8) -> u32 {
        let Some(&entry) = self.colours.get(usize::from(index)) else {
            return u32::MAX / 2;
        };
        let ends = |alpha: u8| alpha == 0 || alpha == 255;
        if pixel[3] != entry[3] && (ends(pixel[3]) || ends(entry[3])) {
            return u32::MAX / 2;
        }
        let (pixel, entry) = (premultiplied(pixel), premultiplied(entry));
        let of = |at: usize| u32::from(pixel[at].abs_diff(entry[at])).pow(2);
        of(0) + of(1) + of(2) + of(3)
    }

    /// Adds the squared errors of RGBA pixels in their entries.
    pub(crate) fn measure(&self, row: &[u8], indices: &[u8], distance: &mut Distance) {
        let mut of_row = 0;
        for (pixel, &index) in pixels(row).zip(indices) {
            let away = self.away(pixel, index);
            distance.most = distance.most.max(away);
            of_row += u64::from(away);
        }
        distance.squares += of_row;
    }

    /// Returns the entries, at most [`MOST`]: those with alpha first.
    pub(crate) fn colours(&self) -> &[Colour] {
        &self.colours
    }

    /// Returns the entry for transparent pixels, if there are any.
    pub(crate) fn transparent(&self) -> Option<u8> {
        // The transparent entry has the least brightness, so it is the first.
        let first = self.colours.first().filter(|colour| colour[3] == 0);
        first.map(|_| 0)
    }
}

pub(crate) fn pixels(row: &[u8]) -> impl Iterator<Item = Colour> {
    let (pixels, _) = row.as_chunks::<4>();
    pixels.iter().map(|pixel| match pixel[3] {
        0 => [0; 4],
        _ => *pixel,
    })
}

pub(crate) fn hash(colour: Colour) -> u32 {
    u32::from_le_bytes(colour).wrapping_mul(0x9e37_79b1) >> 15
}

pub(crate) fn premultiplied(colour: Colour) -> [u8; 4] {
    let [r, g, b, a] = colour;
    if a == 255 {
        return colour;
    }
    let times = |sample: u8| ((u16::from(sample) * u16::from(a) + 127) / 255) as u8;
    [times(r), times(g), times(b), a]
}
