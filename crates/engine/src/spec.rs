//! Properties of each file format, in one table. The code that reads and writes a format is found
//! by `format::codec_of`.
#![deny(clippy::wildcard_enum_match_arm)] // a format that is new is decided on

/// An image file format that letterbox reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// ITU T.81.
    Jpeg,
    /// W3C PNG.
    Png,
    /// RFC 9649.
    WebP,
    /// GIF 87a and 89a.
    Gif,
    /// Windows bitmap; read only.
    Bmp,
    /// Windows icon; read only.
    Ico,
    /// TIFF 6.0; read only.
    Tiff,
    /// AV1 Image File Format 1.1, where there is a guest for it.
    Avif,
}

/// The codec of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Ours, in every deployment.
    Us,
    /// A guest's, where the deployment has one.
    Guest {
        /// Whether our own codec takes the place of a missing guest.
        or_us: bool,
    },
    /// Nobody's.
    Nobody,
}

/// The place of a format in `f=auto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auto {
    /// Every client shows the format, and so do crawlers that make the preview of a link.
    Card,
    /// Every client shows the format.
    Common,
    /// The format is only for a client that names it. Lower ranks are tried first.
    Named(u8),
    /// No answer is in the format.
    Never,
}

/// Properties of a format. There are no defaults: a new format states all of them.
#[derive(Debug)]
pub struct Spec {
    /// The word in URLs, logs and `f=json`.
    pub name: &'static str,
    /// The media type (RFC 9110, section 8.3.1).
    pub media_type: &'static str,
    /// Whether a pixel can be transparent.
    pub alpha: bool,
    /// Whether files are written with several frames, whatever their source.
    pub moves: bool,
    /// Whether the format can be written without loss.
    pub lossless: bool,
    /// Place of the format in `f=auto`.
    pub auto: Auto,
    /// Longest side that a file can have, where the format's limit is below all others.
    pub most_side: Option<u32>,
    /// Codec that reads the format.
    pub read: By,
    /// Codec that writes the format.
    pub written: By,
    /// Format that `f=keep` answers in: the format itself, or PNG where the web has no use for the
    /// format.
    pub kept: Format,
    /// Whether a source's own file can be stripped of everything but its picture.
    pub strips: bool,
    /// Whether files are written with metadata and a colour profile, where they are wanted.
    pub metadata: bool,
    /// Number on the encoder's own scale that a quality of 80 stands for.
    pub middle_quality: u8,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 8] = [
        Format::Jpeg,
        Format::Png,
        Format::WebP,
        Format::Gif,
        Format::Bmp,
        Format::Ico,
        Format::Tiff,
        Format::Avif,
    ];

    /// Returns the formats that are written, by us or by a guest.
    pub fn written() -> impl Iterator<Item = Format> {
        let is_written = |format: &Format| format.spec().written != By::Nobody;
        Format::ALL.into_iter().filter(is_written)
    }

    /// Whether only a guest writes the format, which takes many times what other formats take.
    pub fn needs_guest(self) -> bool {
        self.spec().written == By::Guest { or_us: false }
    }

    /// Returns the formats that are answered only to clients that name them, the best first.
    pub fn named() -> impl Iterator<Item = Format> {
        let mut named: Vec<(u8, Format)> = Format::ALL
            .into_iter()
            .filter_map(|format| match format.spec().auto {
                Auto::Named(rank) => Some((rank, format)),
                Auto::Card | Auto::Common | Auto::Never => None,
            })
            .collect();
        named.sort_unstable_by_key(|(rank, _)| *rank);
        named.into_iter().map(|(_, format)| format)
    }

    /// Returns the properties.
    pub const fn spec(self) -> &'static Spec {
        match self {
            Format::Jpeg => &Spec {
                name: "jpg",
                media_type: "image/jpeg",
                alpha: false,
                moves: false,
                lossless: false,
                auto: Auto::Card,
                most_side: None,
                read: By::Us,
                written: By::Us,
                kept: Format::Jpeg,
                strips: true,
                metadata: true,
                middle_quality: 80,
            },
            Format::Png => &Spec {
                name: "png",
                media_type: "image/png",
                alpha: true,
                moves: false,
                lossless: true,
                auto: Auto::Card,
                most_side: None,
                read: By::Us,
                written: By::Us,
                kept: Format::Png,
                strips: true,
                metadata: true,
                middle_quality: 80,
            },
            Format::WebP => &Spec {
                name: "webp",
                media_type: "image/webp",
                alpha: true,
                moves: true,
                lossless: true,
                auto: Auto::Named(1),
                most_side: Some(0x3fff), // RFC 9649, section 3.4
                read: By::Us,
                written: By::Guest { or_us: true },
                kept: Format::WebP,
                strips: true,
                metadata: true,
                middle_quality: 79,
            },
            Format::Gif => &Spec {
                name: "gif",
                media_type: "image/gif",
                alpha: true,
                moves: true,
                lossless: true,
                auto: Auto::Common,
                most_side: None,
                read: By::Us,
                written: By::Us,
                kept: Format::Gif,
                strips: true,
                metadata: false,
                middle_quality: 80,
            },
            Format::Bmp => &Spec {
                name: "bmp",
                media_type: "image/bmp",
                alpha: true,
                moves: false,
                lossless: true,
                auto: Auto::Never,
                most_side: None,
                read: By::Us,
                written: By::Nobody,
                kept: Format::Png,
                strips: false,
                metadata: false,
                middle_quality: 80,
            },
            Format::Ico => &Spec {
                name: "ico",
                media_type: "image/vnd.microsoft.icon",
                alpha: true,
                moves: false,
                lossless: true,
                auto: Auto::Never,
                most_side: None,
                read: By::Us,
                written: By::Nobody,
                kept: Format::Png,
                strips: false,
                metadata: false,
                middle_quality: 80,
            },
            Format::Tiff => &Spec {
                name: "tiff",
                media_type: "image/tiff",
                alpha: true,
                moves: false,
                lossless: true,
                auto: Auto::Never,
                most_side: None,
                read: By::Us,
                written: By::Nobody,
                kept: Format::Png,
                strips: false,
                metadata: false,
                middle_quality: 80,
            },
            Format::Avif => &Spec {
                name: "avif",
                media_type: "image/avif",
                alpha: true,
                moves: false,
                lossless: false,
                auto: Auto::Named(0),
                most_side: None,
                read: By::Guest { or_us: false },
                written: By::Guest { or_us: false },
                kept: Format::Avif,
                strips: true,
                metadata: false,
                middle_quality: 60,
            },
        }
    }

    /// Returns the word in URLs, logs and `f=json`.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// Returns the media type (RFC 9110, section 8.3.1).
    pub fn content_type(self) -> &'static str {
        self.spec().media_type
    }

    /// Returns the format with this media type, among those that are written.
    pub fn of_content_type(content_type: &[u8]) -> Option<Format> {
        let is = |format: &Format| format.content_type().as_bytes() == content_type;
        Format::written().find(is)
    }

    /// Whether a pixel of this format can be transparent.
    pub fn has_alpha(self) -> bool {
        self.spec().alpha
    }

    /// Whether files of this format are written with several frames.
    pub fn moves(self) -> bool {
        self.spec().moves
    }

    /// Returns the format that `f=keep` answers in.
    pub fn kept(self) -> Format {
        self.spec().kept
    }
}

/// A set of formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatSet(u16);

impl FormatSet {
    /// Returns the set of these formats.
    pub const fn of(formats: &[Format]) -> FormatSet {
        let (mut bits, mut at) = (0, 0);
        while at < formats.len() {
            bits |= 1 << formats[at] as u16;
            at += 1;
        }
        FormatSet(bits)
    }

    /// Whether the set has a format.
    pub const fn has(self, format: Format) -> bool {
        self.0 >> format as u16 & 1 == 1
    }

    /// Returns the formats that both sets have.
    pub const fn and(self, other: FormatSet) -> FormatSet {
        FormatSet(self.0 & other.0)
    }
}

impl FromIterator<Format> for FormatSet {
    fn from_iter<I: IntoIterator<Item = Format>>(formats: I) -> FormatSet {
        let add = |set: FormatSet, format| FormatSet(set.0 | FormatSet::of(&[format]).0);
        formats.into_iter().fold(FormatSet::default(), add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_media_types_are_those_of_one_format() {
        for format in Format::ALL {
            let same = |other: &Format| {
                let (one, other) = (format.spec(), other.spec());
                one.name == other.name || one.media_type == other.media_type
            };
            assert_eq!(Format::ALL.iter().filter(|other| same(other)).count(), 1);
            assert_ne!(format.kept().spec().written, By::Nobody);
        }
    }

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let set = FormatSet::of(&[Format::WebP, Format::Avif]);
        let found: Vec<Format> = Format::ALL.into_iter().filter(|f| set.has(*f)).collect();
        assert_eq!(found, [Format::WebP, Format::Avif]);
        assert_eq!(
            set.and(FormatSet::of(&[Format::Avif, Format::Png])),
            FormatSet::of(&[Format::Avif])
        );
        assert_eq!(
            Format::named().collect::<Vec<_>>(),
            [Format::Avif, Format::WebP]
        );
    }
}
