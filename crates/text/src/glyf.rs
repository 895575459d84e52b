//! `glyf` and `loca`: outlines of parabolas.

use crate::bytes::Bytes;
use crate::error::Error;
use crate::pen::{Pen, Point};

/// Upper bounds for one glyph: points, parts, and parts within parts. The parts are counted because
/// ten glyphs of ten parts each, one within the other, are 10^10 parts.
const MOST_POINTS: usize = 8192;
const MOST_PARTS: u32 = 64;
const MOST_DEPTH: u32 = 6;

const DAMAGED: Error = Error::Damaged("glyf");

/// The outlines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glyf<'f> {
    pub(crate) glyf: Bytes<'f>,
    pub(crate) loca: Bytes<'f>,
    /// Whether offsets have 32 bits.
    pub(crate) long: bool,
}

/// x = xx x + yx y + dx, y = xy x + yy y + dy.
#[derive(Clone, Copy)]
struct Affine {
    xx: f64,
    xy: f64,
    yx: f64,
    yy: f64,
    dx: f64,
    dy: f64,
}

impl Affine {
    const NONE: Affine = Affine {
        xx: 1.0,
        xy: 0.0,
        yx: 0.0,
        yy: 1.0,
        dx: 0.0,
        dy: 0.0,
    };

    fn of(&self, (x, y): Point) -> Point {
        (
            self.xx * x + self.yx * y + self.dx,
            self.xy * x + self.yy * y + self.dy,
        )
    }

    /// First `inner`, then this one.
    fn after(&self, inner: &Affine) -> Affine {
        let (dx, dy) = self.of((inner.dx, inner.dy));
        Affine {
            xx: self.xx * inner.xx + self.yx * inner.xy,
            xy: self.xy * inner.xx + self.yy * inner.xy,
            yx: self.xx * inner.yx + self.yx * inner.yy,
            yy: self.xy * inner.yx + self.yy * inner.yy,
            dx,
            dy,
        }
    }
}

/// The rest of the bounds of a glyph.
struct Left {
    points: usize,
    parts: u32,
}

impl<'f> Glyf<'f> {
    /// Draws a glyph.
    pub(crate) fn draw(&self, glyph: u16, pen: &mut dyn Pen) -> Result<(), Error> {
        let mut left = Left {
            points: MOST_POINTS,
            parts: MOST_PARTS,
        };
        self.part(glyph, &Affine::NONE, 0, &mut left, pen)
    }

    /// The bytes of a glyph; none for a space.
    fn of(&self, glyph: u16) -> Option<Bytes<'f>> {
        let glyph = usize::from(glyph);
        let (from, to) = if self.long {
            let at = |index: usize| self.loca.u32(4 * index).map(|offset| offset as usize);
            (at(glyph)?, at(glyph + 1)?)
        } else {
            let at = |index: usize| self.loca.u16(2 * index).map(|half| 2 * usize::from(half));
            (at(glyph)?, at(glyph + 1)?)
        };
        self.glyf.between(from, to)
    }

    fn part(
        &self,
        glyph: u16,
        place: &Affine,
        depth: u32,
        left: &mut Left,
        pen: &mut dyn Pen,
    ) -> Result<(), Error> {
        left.parts = left.parts.checked_sub(1).ok_or(Error::TooComplex)?;
        let bytes = self.of(glyph).ok_or(DAMAGED)?;
        if bytes.len() == 0 {
            return Ok(());
        }
        match bytes.i16(0).ok_or(DAMAGED)? {
            contours @ 0.. => {
                let simple = Simple::new(bytes, contours as usize, left).ok_or(DAMAGED)?;
                simple
                    .ok_or(Error::TooComplex)?
                    .draw(place, pen)
                    .ok_or(DAMAGED)
            }
            _ if depth == MOST_DEPTH => Err(Error::TooComplex),
            _ => {
                let mut at = 10;
                loop {
                    let (part, next) = Part::read(bytes, at).ok_or(DAMAGED)?;
                    let inner = place.after(&part.place);
                    self.part(part.glyph, &inner, depth + 1, left, pen)?;
                    match next {
                        Some(next) => at = next,
                        None => return Ok(()),
                    }
                }
            }
        }
    }
}

/// A part of a glyph that is made of others.
struct Part {
    glyph: u16,
    place: Affine,
}

impl Part {
    /// Reads a part; the second number is where the next one stands, if there is one.
    fn read(bytes: Bytes<'_>, at: usize) -> Option<(Part, Option<usize>)> {
        let (flags, glyph) = (bytes.u16(at)?, bytes.u16(at + 2)?);
        let mut at = at + 4;
        let (mut dx, mut dy) = if flags & 1 != 0 {
            at += 4;
            (bytes.i16(at - 4)?, bytes.i16(at - 2)?)
        } else {
            at += 2;
            let byte = |at: usize| bytes.u8(at).map(|byte| i16::from(byte as i8));
            (byte(at - 2)?, byte(at - 1)?)
        };
        if flags & 2 == 0 {
            // Numbers of points that lie on each other: old fonts alone have them.
            (dx, dy) = (0, 0);
        }
        let mut next = || {
            at += 2;
            bytes.i16(at - 2).map(|value| f64::from(value) / 16384.0)
        };
        let mut place = Affine {
            dx: dx.into(),
            dy: dy.into(),
            ..Affine::NONE
        };
        if flags & 8 != 0 {
            place.xx = next()?;
            place.yy = place.xx;
        } else if flags & 0x40 != 0 {
            (place.xx, place.yy) = (next()?, next()?);
        } else if flags & 0x80 != 0 {
            (place.xx, place.xy, place.yx, place.yy) = (next()?, next()?, next()?, next()?);
        }
        if flags & 0x800 != 0 {
            place.dx *= place.xx.hypot(place.xy);
            place.dy *= place.yx.hypot(place.yy);
        }
        let more = flags & 0x20 != 0;
        Some((Part { glyph, place }, more.then_some(at)))
    }
}

/// A glyph of contours: where its three lists stand.
struct Simple<'f> {
    bytes: Bytes<'f>,
    contours: usize,
    points: usize,
    flags: usize,
    xs: usize,
    ys: usize,
}

impl<'f> Simple<'f> {
    /// Finds the lists. The inner `None` is for too many points.
    fn new(bytes: Bytes<'f>, contours: usize, left: &mut Left) -> Option<Option<Simple<'f>>> {
        let ends = 10;
        let points = match contours {
            0 => 0,
            _ => usize::from(bytes.u16(ends + 2 * (contours - 1))?) + 1,
        };
        match left.points.checked_sub(points) {
            Some(rest) => left.points = rest,
            None => return Some(None),
        }
        let code = ends + 2 * contours;
        // A glyph without contours may end behind its box.
        let flags = match contours {
            0 => code,
            _ => code + 2 + usize::from(bytes.u16(code)?),
        };
        let (mut at, mut seen, mut x_bytes) = (flags, 0, 0);
        while seen < points {
            let flag = bytes.u8(at)?;
            let mut count = 1;
            at += 1;
            if flag & 8 != 0 {
                count += usize::from(bytes.u8(at)?);
                at += 1;
            }
            x_bytes += count * width(flag, 2, 16);
            seen += count;
        }
        Some(Some(Simple {
            bytes,
            contours,
            points,
            flags,
            xs: at,
            ys: at + x_bytes,
        }))
    }

    fn draw(&self, place: &Affine, pen: &mut dyn Pen) -> Option<()> {
        let bytes = self.bytes;
        let (mut flags_at, mut repeats, mut flag) = (self.flags, 0, 0);
        let (mut x_at, mut y_at, mut x, mut y) = (self.xs, self.ys, 0_i32, 0_i32);
        let mut index = 0;
        for contour in 0..self.contours {
            let end = usize::from(bytes.u16(10 + 2 * contour)?) + 1;
            let mut path = Path::default();
            while index < end.min(self.points) {
                if repeats == 0 {
                    flag = bytes.u8(flags_at)?;
                    flags_at += 1;
                    if flag & 8 != 0 {
                        repeats = bytes.u8(flags_at)?;
                        flags_at += 1;
                    }
                } else {
                    repeats -= 1;
                }
                x += step(bytes, &mut x_at, flag, 2, 16)?;
                y += step(bytes, &mut y_at, flag, 4, 32)?;
                path.point(place.of((x.into(), y.into())), flag & 1 != 0, pen);
                index += 1;
            }
            path.close(pen);
        }
        Some(())
    }
}

/// Bytes of a coordinate.
fn width(flag: u8, short: u8, same: u8) -> usize {
    match (flag & short != 0, flag & same != 0) {
        (true, _) => 1,
        (false, true) => 0,
        (false, false) => 2,
    }
}

fn step(bytes: Bytes<'_>, at: &mut usize, flag: u8, short: u8, same: u8) -> Option<i32> {
    let from = *at;
    *at += width(flag, short, same);
    match (flag & short != 0, flag & same != 0) {
        (true, true) => bytes.u8(from).map(i32::from),
        (true, false) => bytes.u8(from).map(|step| -i32::from(step)),
        (false, true) => Some(0),
        (false, false) => bytes.i16(from).map(i32::from),
    }
}

/// A contour on its way. Between two points of control there is a point in their middle.
#[derive(Default)]
struct Path {
    /// The point that it began with, and whether that one lies on it.
    first: Option<(Point, bool)>,
    /// Where the pen began.
    start: Option<Point>,
    /// A point of control that waits for its end.
    control: Option<Point>,
}

impl Path {
    fn point(&mut self, at: Point, on: bool, pen: &mut dyn Pen) {
        if self.start.is_none() {
            match (self.first, on) {
                (_, true) => self.begin(at, pen),
                // The contour begins between this point and the next one, or with that.
                (None, false) => {}
                (Some((first, _)), false) => {
                    self.begin(middle(first, at), pen);
                    self.control = Some(at);
                }
            }
            self.first = self.first.or(Some((at, on)));
            return;
        }
        match (self.control, on) {
            (None, true) => pen.line(at),
            (None, false) => self.control = Some(at),
            (Some(control), true) => {
                pen.quad(control, at);
                self.control = None;
            }
            (Some(control), false) => {
                pen.quad(control, middle(control, at));
                self.control = Some(at);
            }
        }
    }

    fn begin(&mut self, at: Point, pen: &mut dyn Pen) {
        self.start = Some(at);
        pen.start(at);
    }

    /// Goes back to the start, by way of a first point of control.
    fn close(mut self, pen: &mut dyn Pen) {
        let Some(start) = self.start else {
            return;
        };
        if let Some((first, false)) = self.first {
            self.point(first, false, pen);
        }
        match self.control {
            Some(control) => pen.quad(control, start),
            None => pen.line(start),
        }
    }
}

fn middle(one: Point, other: Point) -> Point {
    ((one.0 + other.0) / 2.0, (one.1 + other.1) / 2.0)
}
