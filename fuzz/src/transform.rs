//! Checks any transform of any file, cut at any place: no panic, the same answer as from the file
//! in one piece, and never more memory than the pipeline has promised.

use std::num::NonZeroU16;

use letterbox::config::Config;
use letterbox::url::{Defaults, parse};
use letterbox_engine::header::Header;
use letterbox_engine::transform::{Format, Negotiated, Side, Target, Transform};
use letterbox_engine::{Error, Limits, Pipeline};

use crate::checksums;
use crate::pieces::Pieces;
use letterbox_testkit::counting::{held, most};

/// Most pixels of a source that is transformed; larger ones find no other bugs, and smaller ones
/// take microseconds.
const MOST_PIXELS: u64 = 1 << 15;

/// Bytes that may be held beyond the promised ones: the pipeline itself, and what it knows of an
/// image.
const SLACK: usize = 8 << 10;

/// Bytes of a description of the plan in JSON.
const DESCRIPTION: usize = 32 << 10;

/// Bytes of an inflater's tables.
const INFLATER: usize = 48 << 10;

/// Bytes of the head of an input. Behind the head there are the query string of the transform, a
/// line feed, and the file.
pub const HEAD: usize = 5;

/// Longest query string; a longer one is not read.
const LONGEST_QUERY: usize = 256;

/// Most parameters of a query that are read.
const MOST_PARAMETERS: usize = 20;

/// Runs the target with files of one format, or of any.
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
            // Whether a plan fits beside the gathered bytes depends on how many of them have come.
            (Err(Error::OverBudget { .. }), _) | (_, Err(Error::OverBudget { .. })) => true,
            // Of two defects, either may be found first.
            (Err(one), Err(other)) if is_damage(one) && is_damage(other) => true,
            // A description has such an error in its text, in the place of its placeholders.
            (Ok(one), Ok(other)) if asked.transform.target == Target::Json => {
                let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
                one == other
                    || (is_over_budget(&one) || is_over_budget(&other))
                        && the_others(&one) == the_others(&other)
            }
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

/// Whether a description has no placeholders because a plan was over the budget.
fn is_over_budget(description: &str) -> bool {
    description.contains("\"thumbhash\":null")
        && description.contains("bytes of memory, of ")
        && description.contains("that one image may use")
}

/// Returns a description without its placeholders.
fn the_others(description: &str) -> (&str, &str) {
    let (before, rest) = description
        .split_once("\"placeholder\":")
        .unwrap_or_default();
    let (_, behind) = rest.split_once(",\"plan\":").unwrap_or_default();
    (before, behind)
}

/// Whether the error is a defect of the file itself. A missing page counts, because only a reader
/// of the whole file can find it.
fn is_damage(error: &Error) -> bool {
    matches!(error, Error::Corrupt(_) | Error::NoSuchPage { .. })
}

/// Options in the head of an input.
struct Asked {
    transform: Transform,
    limits: Limits,
    pieces: Pieces,
    /// Length that the pipeline is told beforehand: none, a third of the file's, or all of it.
    promised: Option<usize>,
    /// Whether the checksums of the file are mended.
    mended: bool,
    /// Whether the transform is repeated with the file in one piece.
    twice: bool,
}

/// Parses a query string to a transform by the service's own parser. A pair that is not a valid
/// value, or that does not go with those before, is left out, so that a mutated query still has a
/// meaning.
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

    /// Plans the transform of a file that is too large to be transformed.
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

    /// Runs the transform and returns the answer's body, if there is one.
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
        // A pipeline that only describes has freed its pixels.
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

    /// Returns an upper bound on the bytes held, from the promised bytes and the bytes of the file
    /// that have come. Bytes are gathered until the header is complete, in a buffer that grows by a
    /// quarter, and a PNG's colour profile is read through an inflater.
    fn most(&self, said: u64, come: usize) -> usize {
        assert!(said <= self.limits.memory_bytes, "a limit is a limit");
        (said as usize).max(come * 9 / 4 + INFLATER) + SLACK
    }
}
