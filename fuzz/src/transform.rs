//! Any transform of any file, cut at any place: no panic, the same answer as from the file in one piece, and at no time is more allocated
//! than the pipeline has said it may take.

use std::num::NonZeroU16;

use letterbox_engine::header::Header;
use letterbox_engine::transform::{
    Colour, Dpr, Fit, Format, FormatSet, Frames, Gravity, Negotiated, Quality, Side, Target, Third,
    Transform,
};
use letterbox_engine::{Error, Limits, Pipeline};

use crate::checksums;
use crate::counting::{held, most};
use crate::pieces::Pieces;

/// Pixels of a source above which it is left alone: the bugs are in small ones too, and those take microseconds.
const MOST_PIXELS: u64 = 1 << 15;

/// What may be held beside what was said: the pipeline itself, and what it knows of an image.
const SLACK: usize = 8 << 10;

/// A description of the plan, in JSON.
const DESCRIPTION: usize = 32 << 10;

/// The tables of an inflater.
const INFLATER: usize = 48 << 10;

/// Bytes in front of the file.
pub const HEAD: usize = 12;

/// The target, with files of one format, or of any.
pub fn run(bytes: &[u8], format: Option<Format>) {
    let Some((head, file)) = bytes.split_first_chunk::<HEAD>() else {
        return;
    };
    let asked = Asked::read(head);
    let file = if asked.mended {
        &checksums::mended(file)
    } else {
        file
    };
    let header = Header::parse(file, true).ok().flatten();
    if let (Some(format), Some(header)) = (format, header)
        && header.format != format
    {
        return;
    }
    if header.is_some_and(|header| header.stored.pixels() > MOST_PIXELS) {
        return asked.plan(file);
    }
    let pieces = asked.answer(asked.pieces.cut(file), file.len());
    if asked.twice {
        let whole = asked.answer([file].into_iter(), file.len());
        let same = match (&pieces, &whole) {
            // What fits beside what has come depends on how much of it has come.
            (Err(Error::OverBudget { .. }), _) | (_, Err(Error::OverBudget { .. })) => true,
            // Of two things that are wrong, either may be seen first.
            (Err(Error::Corrupt(_)), Err(Error::Corrupt(_))) => true,
            (pieces, whole) => pieces == whole,
        };
        assert!(
            same,
            "the pieces give {:?}, the whole {:?}",
            pieces.err(),
            whole.err()
        );
    }
}

/// What the head of an input asks for.
struct Asked {
    transform: Transform,
    limits: Limits,
    pieces: Pieces,
    /// Of the file's length, what is said beforehand: nothing, a third, or all of it.
    promised: Option<usize>,
    /// Checksums of the file are put right.
    mended: bool,
    /// It is done again with the file in one piece.
    twice: bool,
}

impl Asked {
    fn read(head: &[u8; HEAD]) -> Asked {
        let &[
            width,
            height,
            place,
            at,
            format,
            colour,
            flags,
            quality,
            limit,
            a,
            b,
            c,
        ] = head;
        let side = |byte: u8| NonZeroU16::new(u16::from(byte) / 2).map_or(Side::Auto, Side::Px);
        let third = |byte: u8| match byte % 3 {
            0 => Third::Start,
            1 => Third::Middle,
            _ => Third::End,
        };
        let is = |bit: u8| flags >> bit & 1 == 1;
        let transform = Transform {
            width: side(width),
            height: side(height),
            fit: match place % 5 {
                0 => Fit::Contain,
                1 => Fit::Inside,
                2 => Fit::Cover,
                3 => Fit::Fill,
                _ => Fit::Outside,
            },
            gravity: if place < 128 {
                Gravity::Position(third(at), third(at / 3))
            } else {
                Gravity::Focus(u16::from(at) * 39, u16::from(at % 16) * 600)
            },
            background: Colour {
                r: colour,
                g: colour & 0xf0,
                b: if is(4) { colour } else { 7 },
                a: if is(5) { 255 } else { colour },
            },
            enlarge: is(0),
            dpr: Dpr::from_hundredths([100, 150, 233, 100][usize::from(flags >> 6)])
                .expect("1 to 8"),
            target: match format % 6 {
                0 | 1 => Target::Keep,
                2 => Target::Image(Format::Jpeg),
                3 => Target::Image(Format::Png),
                4 => Target::Image(Format::WebP),
                _ => Target::Image(Format::Gif),
            },
            quality: Quality::new(quality % 100 + 1).expect("1 to 100"),
            interlace: is(1),
            lossless: is(2),
            frames: Frames {
                first: u16::from(c % 8 / 6 * (c / 64)),
                count: NonZeroU16::new(u16::from(c / 8 % 4)),
            },
        };
        Asked {
            transform: match format {
                255 => Transform {
                    target: Target::Json,
                    ..transform
                },
                254 => Transform {
                    target: Target::Auto(Negotiated::Card),
                    ..transform
                },
                253 => Transform {
                    target: Target::Auto(Negotiated::Client(FormatSet::of(&[
                        Format::WebP,
                        Format::Avif,
                    ]))),
                    ..transform
                },
                251 => Transform {
                    target: Target::Thumbhash,
                    ..transform
                },
                250 => Transform {
                    target: Target::Blurhash,
                    ..transform
                },
                252 => Transform {
                    width: Side::Auto,
                    height: Side::Auto,
                    target: Target::Keep,
                    ..transform
                },
                _ => transform,
            },
            limits: Limits {
                source_bytes: 1 << 20,
                output_side: 512,
                output_pixels: 1 << 16,
                frame_pixels: 1 << 19,
                memory_bytes: [640 << 10, 1 << 20, 3 << 20, 64 << 20][usize::from(limit) % 4],
            },
            pieces: Pieces::of([a, b, c]),
            promised: match limit / 4 % 3 {
                0 => None,
                1 => Some(3),
                _ => Some(1),
            },
            mended: is(2),
            twice: is(3),
        }
    }

    /// A file that is too large to be transformed is planned all the same.
    fn plan(&self, file: &[u8]) {
        let mut pipeline = Pipeline::new(&self.transform, &self.limits);
        let (_, held) = most(|| pipeline.push(file).and_then(|()| pipeline.end()));
        let most = self.most(pipeline.memory_bytes(), file.len());
        assert!(held <= most, "{held} bytes where {most} are the most");
    }

    /// The answer's body, if there is one.
    fn answer<'a>(
        &self,
        pieces: impl Iterator<Item = &'a [u8]>,
        length: usize,
    ) -> Result<Vec<u8>, Error> {
        let before = held();
        let mut pipeline = Pipeline::new(&self.transform, &self.limits);
        if let Some(part) = self.promised {
            pipeline.promise((length / part) as u64)?;
        }
        let mut come = 0;
        for piece in pieces {
            let said = pipeline.memory_bytes();
            let already = held() - before;
            let (pushed, more) = most(|| pipeline.push(piece));
            come += piece.len();
            let most = self.most(said.max(pipeline.memory_bytes()), come);
            let held = already + more;
            assert!(
                held <= most,
                "{held} bytes after {come}, where {most} are the most"
            );
            pushed?;
        }
        let already = held() - before;
        let (end, more) = most(|| pipeline.end());
        let said = pipeline.memory_bytes();
        let most = self.most(said, come);
        let held = already + more;
        assert!(
            held <= most,
            "{held} bytes at the end, where {most} are the most"
        );
        end?;
        // The answer of an animation grows.
        let mut said = said;
        loop {
            let already = crate::counting::held() - before;
            let (played, more) = crate::counting::most(|| pipeline.play(&|| 0.0));
            let (held, most) = (already + more, said as usize + SLACK);
            assert!(
                held <= most,
                "{held} bytes to play, where {most} are the most"
            );
            if played? {
                break;
            }
            said = pipeline.memory_bytes();
        }
        let already = crate::counting::held() - before;
        let (output, more) = crate::counting::most(|| pipeline.finish(&|| 0.0));
        let held = already + more;
        let words = match self.transform.target {
            Target::Json => DESCRIPTION,
            _ => 0,
        };
        let most = said as usize + words + SLACK;
        assert!(
            held <= most,
            "{held} bytes to finish, where {most} are the most"
        );
        let output = output?;
        if output.format().is_some() {
            let written = Header::parse(&output.body, true);
            let size = written.ok().flatten().map(|header| header.stored);
            assert_eq!(
                size,
                Some(output.plan.canvas),
                "the answer is what was planned"
            );
        }
        Ok(output.body)
    }

    /// The most that may be held, where so much was said and so much of the file has come: what has come is gathered until its header is
    /// whole, in a buffer that grows by a quarter, and a PNG's colour profile is looked at through an inflater.
    fn most(&self, said: u64, come: usize) -> usize {
        assert!(said <= self.limits.memory_bytes, "a limit is a limit");
        (said as usize).max(come * 9 / 4 + INFLATER) + SLACK
    }
}
