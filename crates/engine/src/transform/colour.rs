//! Colours of a transform.

/// An sRGB colour with straight alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// 0 = transparent, 255 = opaque.
    pub a: u8,
}

impl Colour {
    /// The background unless `bg` says otherwise.
    pub const WHITE: Colour = Colour::rgb(0xff_ffff);
    /// No colour at all.
    pub const TRANSPARENT: Colour = Colour {
        r: 0,
        g: 0,
        b: 0,
        a: 0,
    };

    /// An opaque colour from `0xRRGGBB`.
    pub const fn rgb(hex: u32) -> Colour {
        let [_, r, g, b] = hex.to_be_bytes();
        Colour { r, g, b, a: 255 }
    }

    /// Whether the colour is a shade of grey.
    pub fn is_grey(self) -> bool {
        self.r == self.g && self.g == self.b
    }

    /// The colour as it looks on white paper: opaque.
    pub fn over_white(self) -> Colour {
        let mix = |c: u8| {
            let (c, a) = (u32::from(c), u32::from(self.a));
            ((c * a + 255 * (255 - a) + 127) / 255) as u8
        };
        Colour {
            r: mix(self.r),
            g: mix(self.g),
            b: mix(self.b),
            a: 255,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_translucent_background_is_seen_on_white_where_there_is_no_alpha() {
        assert_eq!(
            Colour {
                r: 0,
                g: 0,
                b: 0,
                a: 128
            }
            .over_white(),
            Colour::rgb(0x7f_7f7f)
        );
        assert_eq!(Colour::TRANSPARENT.over_white(), Colour::WHITE);
    }
}
