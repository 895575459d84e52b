//! Which format an answer is written in.
#![deny(clippy::wildcard_enum_match_arm)] // a format that is new is decided on

use crate::header::Header;
use crate::pixels::layout::Layout;

use crate::spec::{Auto, By, Format, FormatSet};
use crate::transform::{Colour, Negotiated, Target, Transform};

/// The formats that an answer may be written in, the best first: where one does not fit into
/// memory, the next one is tried. There is always a last one.
///
/// AVIF holds one picture and nothing that moves; what moves stays what it is as GIF, which
/// everyone shows.
pub(crate) fn candidates(
    header: &Header,
    transform: &Transform,
    padded: bool,
    moves: bool,
    offer: FormatSet,
) -> Vec<Format> {
    let or_png = |format: Format| {
        let has_alpha = || written_layout(header, transform, Format::Png, padded).alpha();
        match transform.keeps_alpha && !format.has_alpha() && has_alpha() {
            true => Format::Png,
            false => format,
        }
    };
    let negotiated = match transform.target {
        Target::Image(format) => return vec![or_png(format)],
        Target::Keep | Target::Json | Target::Thumbhash | Target::Blurhash => {
            return vec![or_png(header.format.kept())];
        }
        Target::Auto(negotiated) => negotiated,
    };
    let (named, is_card) = match negotiated {
        Negotiated::Card => (FormatSet::default(), true),
        Negotiated::Client(named) => (named, false),
    };
    let suits = |format: &Format| {
        let spec = format.spec();
        let is_written = match spec.written {
            By::Us | By::Guest { or_us: true } => true,
            By::Guest { or_us: false } => offer.has(*format),
            By::Nobody => false,
        };
        let is_wanted = (spec.moves || !moves) && (spec.lossless || !transform.lossless);
        named.has(*format) && is_written && is_wanted
    };
    // What everyone shows: the source's own format, or the one of JPEG and PNG that keeps what there is to see.
    let own = header.format.kept();
    let shown = match own.spec().auto {
        Auto::Card => true,
        Auto::Common => !is_card,
        Auto::Named(_) | Auto::Never => false,
    };
    // A shape that is cut out of a JPEG is to be seen.
    let cut = written_layout(header, transform, Format::Png, padded).alpha()
        && !transform.shape.clip.is_none();
    let common = if shown && (own.has_alpha() || !cut) {
        own
    } else if moves && !is_card {
        Format::Gif
    } else if written_layout(header, transform, Format::Png, padded).alpha() {
        Format::Png
    } else {
        Format::Jpeg
    };
    Format::named()
        .filter(suits)
        .chain([or_png(common)])
        .collect()
}

/// The cheapest layout that loses nothing the format can hold.
pub(crate) fn written_layout(
    header: &Header,
    transform: &Transform,
    format: Format,
    padded: bool,
) -> Layout {
    let seen = padded || (header.layout.alpha() && !format.has_alpha());
    let around = transform.around();
    let is_clipped = !transform.shape.clip.is_none();
    let outside = is_clipped.then(|| transform.outside(format.has_alpha()));
    let greys = !seen || around.into_iter().all(Colour::is_grey);
    let greys = greys && outside.is_none_or(Colour::is_grey);
    let grey = header.layout.grey() && !transform.colours() && greys;
    let clear = padded && around.into_iter().any(|colour| colour.a < 255);
    let clear = clear || outside.is_some_and(|colour| colour.a < 255);
    let alpha = format.has_alpha() && (header.layout.alpha() || clear);
    Layout::of(grey, alpha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::Coding;
    use crate::header::colours::Colours;
    use crate::pixels::layout::{Layout, Size};
    use crate::pixels::orientation::Orientation;
    use crate::transform::Mask;
    use Format::{Avif, Bmp, Gif, Jpeg, Png, WebP};

    const ALL: FormatSet = FormatSet::of(&[Format::WebP, Format::Avif]);
    const NAMES_NOTHING: Negotiated = Negotiated::Client(FormatSet::of(&[]));
    const NAMES_BOTH: Negotiated = Negotiated::Client(ALL);

    fn header(format: Format, layout: Layout) -> Header {
        Header {
            format,
            stored: Size {
                width: 10,
                height: 10,
            },
            orientation: Orientation::default(),
            layout,
            coding: Coding::Rows { bits_per_pixel: 24 },
            colours: Colours::Untagged,
            cmyk: false,
            palette: false,
        }
    }

    fn of(format: Format, layout: Layout, negotiated: Negotiated) -> Vec<Format> {
        let transform = Transform {
            target: Target::Auto(negotiated),
            ..Transform::DEFAULT
        };
        candidates(&header(format, layout), &transform, true, false, ALL)
    }

    #[test]
    fn what_keeps_its_alpha_is_a_png_where_its_format_has_none() {
        let format = |source, layout, target, background, keeps_alpha| {
            let transform = Transform {
                target,
                background,
                keeps_alpha,
                ..Transform::DEFAULT
            };
            candidates(&header(source, layout), &transform, true, false, ALL)[0]
        };
        let (keep, jpeg) = (Target::Keep, Target::Image(Jpeg));
        let clear = Colour::TRANSPARENT;
        for (source, layout, target, background, wanted) in [
            (Jpeg, Layout::Rgb, keep, clear, Png),
            (Jpeg, Layout::Rgb, keep, Colour::WHITE, Jpeg),
            (Jpeg, Layout::Rgb, jpeg, clear, Png),
            (Png, Layout::Rgba, jpeg, Colour::WHITE, Png),
            (Png, Layout::Rgb, jpeg, Colour::WHITE, Jpeg),
            (Gif, Layout::Rgba, keep, clear, Gif),
        ] {
            let got = |keeps| format(source, layout, target, background, keeps);
            assert_eq!(got(true), wanted, "{source:?} {target:?} {background:?}");
            let usual = if target == keep { source } else { Jpeg };
            assert_eq!(got(false), usual, "{source:?} {target:?}");
        }
    }

    #[test]
    fn what_is_named_comes_first_and_what_everyone_shows_last() {
        for (source, last) in [
            (Jpeg, Jpeg),
            (Png, Png),
            (Gif, Gif),
            (Bmp, Png),
            (WebP, Jpeg),
            (Avif, Jpeg),
        ] {
            assert_eq!(
                of(source, Layout::Rgb, NAMES_BOTH),
                [Avif, WebP, last],
                "{source:?}"
            );
            assert_eq!(of(source, Layout::Rgb, NAMES_NOTHING), [last], "{source:?}");
        }
    }

    #[test]
    fn what_moves_goes_on_moving() {
        let of = |format, negotiated| {
            let transform = Transform {
                target: Target::Auto(negotiated),
                ..Transform::DEFAULT
            };
            candidates(&header(format, Layout::Rgba), &transform, true, true, ALL)
        };
        assert_eq!(of(Png, NAMES_BOTH), [WebP, Png]);
        assert_eq!(of(Png, NAMES_NOTHING), [Png]);
        for source in [Gif, WebP] {
            assert_eq!(of(source, NAMES_BOTH), [WebP, Gif], "{source:?}");
            assert_eq!(of(source, NAMES_NOTHING), [Gif], "{source:?}");
            assert_eq!(of(source, Negotiated::Card), [Png], "{source:?}");
        }
    }

    #[test]
    fn a_card_is_a_jpeg_or_a_png_and_alpha_stays() {
        for (source, opaque, clear) in [
            (Jpeg, Jpeg, Jpeg),
            (Png, Png, Png),
            (Gif, Jpeg, Png),
            (Bmp, Png, Png),
            (WebP, Jpeg, Png),
            (Avif, Jpeg, Png),
        ] {
            assert_eq!(of(source, Layout::Rgb, Negotiated::Card), [opaque]);
            if source != Jpeg {
                assert_eq!(of(source, Layout::Rgba, Negotiated::Card), [clear]);
            }
        }
    }

    #[test]
    fn padding_that_can_be_seen_through_is_alpha_too() {
        let transform = Transform {
            target: Target::Auto(NAMES_NOTHING),
            background: Colour::TRANSPARENT,
            ..Transform::DEFAULT
        };
        let source = header(WebP, Layout::Rgb);
        assert_eq!(candidates(&source, &transform, true, false, ALL), [Png]);
        assert_eq!(candidates(&source, &transform, false, false, ALL), [Jpeg]);
    }

    #[test]
    fn a_shape_is_cut_out_of_a_jpeg_too() {
        let mut transform = Transform {
            target: Target::Auto(NAMES_NOTHING),
            ..Transform::DEFAULT
        };
        transform.shape.clip.mask = Some(Mask::Circle);
        let source = header(Jpeg, Layout::Rgb);
        assert_eq!(candidates(&source, &transform, false, false, ALL), [Png]);
        transform.shape.clip.outside = Some(Colour::WHITE);
        assert_eq!(candidates(&source, &transform, false, false, ALL), [Jpeg]);
    }

    #[test]
    fn what_is_to_be_lossless_or_has_no_guest_is_no_avif() {
        let transform = Transform {
            target: Target::Auto(NAMES_BOTH),
            lossless: true,
            ..Transform::DEFAULT
        };
        let source = header(Png, Layout::Rgb);
        assert_eq!(
            candidates(&source, &transform, false, false, ALL),
            [WebP, Png]
        );
        let lossy = Transform {
            lossless: false,
            ..transform
        };
        let none = FormatSet::default();
        assert_eq!(candidates(&source, &lossy, false, false, none), [WebP, Png]);
    }
}
