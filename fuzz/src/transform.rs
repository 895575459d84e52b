//! Any transform of any file, cut at any place: no panic, the same answer as from the file in one piece, and at no time is more allocated
//! than the pipeline has said it may take.

use std::num::NonZeroU16;

use letterbox::config::Config;
use letterbox::url::{Defaults, parse};
use letterbox_engine::header::Header;
use letterbox_engine::transform::{Format, Negotiated, Side, Target, Transform};
use letterbox_engine::{Error, Limits, Pipeline};

use crate::checksums;
use crate::pieces::Pieces;
use letterbox_testkit::counting::{held, most};

/// Pixels of a source above which it is left alone: the bugs are in small ones too, and those take microseconds.
const MOST_PIXELS: u64 = 1 << 15;

/// What may be held beside what was said: the pipeline itself, and what it knows of an image.
const SLACK: usize = 8 << 10;

/// A description of the plan, in JSON.
const DESCRIPTION: usize = 32 << 10;

/// The tables of an inflater.
const INFLATER: usize = 48 << 10;

/// Bytes at the start of an input that say how it is done; then comes the query string of what is done, a line feed, and the file.
pub const HEAD: usize = 5;

/// The longest query string; what is longer has none.
const LONGEST_QUERY: usize = 256;

/// The most of its parameters that are looked at.
const MOST_PARAMETERS: usize = 20;

/// The target, with files of one format, or of any.
pub fn run(bytes: &[u8], format: Option<Format>) {
    let Some((head, rest)) = bytes.split_first_chunk::<HEAD>() else {
        return;
    };
    let end = rest.iter().take(LONGEST_QUERY).position(|&b| b == b'\n');
    let (query, file) = end.map_or((&[][..], rest), |end| (&rest[..end], &rest[end + 1..]));
    let asked = Asked::read(head, &String::from_utf8_lossy(query));
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
            (Err(one), Err(other)) if is_damage(one) && is_damage(other) => true,
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

/// What is found in the file itself: a page that is not there is seen by whoever has the whole of it.
fn is_damage(error: &Error) -> bool {
    matches!(error, Error::Corrupt(_) | Error::NoSuchPage { .. })
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

/// The transform of a query string, by the vocabulary's own parser. What is no value of a parameter, or too much beside those before,
/// is left out, so that a query still means something when it was changed anywhere.
fn transform(query: &str, negotiated: Negotiated, limits: &Limits) -> Transform {
    let config = Config::default();
    let side = |pixels| NonZeroU16::new(pixels).map_or(Side::Auto, Side::Px);
    let defaults = Defaults {
        transform: Transform {
            width: side(48),
            height: side(25),
            ..Transform::DEFAULT
        },
        negotiated,
        max_side: limits.output_side,
        max_pixels: limits.output_pixels,
        ..config.url_defaults()
    };
    let (mut kept, mut transform) = ("s=/".to_owned(), defaults.transform);
    for parameter in query.split('&').take(MOST_PARAMETERS) {
        let more = format!("{kept}&{parameter}");
        if let Ok(Some(asked)) = parse(&more, &defaults) {
            (kept, transform) = (more, asked.transform);
        }
    }
    transform
}

impl Asked {
    fn read(&[flags, limit, a, b, c]: &[u8; HEAD], query: &str) -> Asked {
        let is = |bit: u8| flags >> bit & 1 == 1;
        let limits = Limits {
            source_bytes: 1 << 20,
            output_side: 512,
            output_pixels: 1 << 16,
            frame_pixels: 1 << 19,
            memory_bytes: [640 << 10, 1 << 20, 3 << 20, 64 << 20][usize::from(limit) % 4],
        };
        let negotiated = match is(2) {
            true => Negotiated::Card,
            false => Negotiated::Client(
                [(is(3), Format::WebP), (is(4), Format::Avif)]
                    .into_iter()
                    .filter_map(|(is, format)| is.then_some(format))
                    .collect(),
            ),
        };
        Asked {
            transform: transform(query, negotiated, &limits),
            limits,
            pieces: Pieces::of([a, b, c]),
            promised: match limit / 4 % 3 {
                0 => None,
                1 => Some(3),
                _ => Some(1),
            },
            mended: is(0),
            twice: is(1),
        }
    }

    /// A file that is too large to be transformed is planned all the same.
    fn plan(&self, file: &[u8]) {
        let mut pipeline = Pipeline::new(&self.transform, &self.limits);
        let mut said = 0;
        let (_, held) = most(|| {
            pipeline.push(file)?;
            said = pipeline.memory_bytes();
            pipeline.end()
        });
        let most = self.most(said.max(pipeline.memory_bytes()), file.len());
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
        let said = pipeline.memory_bytes();
        let (end, more) = most(|| pipeline.end());
        // What will only be described has let go of its pixels.
        let most = self.most(said.max(pipeline.memory_bytes()), come);
        let said = pipeline.memory_bytes();
        let held = already + more;
        assert!(
            held <= most,
            "{held} bytes at the end, where {most} are the most"
        );
        end?;
        // The answer of an animation grows.
        let mut said = said;
        loop {
            let already = letterbox_testkit::counting::held() - before;
            let (played, more) = letterbox_testkit::counting::most(|| pipeline.play(&|| 0.0));
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
        let already = letterbox_testkit::counting::held() - before;
        let (output, more) = letterbox_testkit::counting::most(|| pipeline.finish(&|| 0.0));
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
