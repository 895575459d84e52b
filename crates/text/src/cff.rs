//! `CFF `: outlines of cubic curves, as programs (Type 2 charstrings, Adobe technical note 5177).

use crate::bytes::Bytes;
use crate::error::Error;
use crate::pen::{Pen, Point};

/// Upper bounds for one glyph: steps of its program, and routines within routines. The steps are
/// counted because ten routines that call each other ten times are 10^10 calls.
const MOST_STEPS: u32 = 16_384;
const MOST_DEPTH: u32 = 10;

/// Arguments of an operator, by the note.
const MOST_ARGUMENTS: usize = 48;

const DAMAGED: Error = Error::Damaged("CFF");

/// The outlines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cff<'f> {
    programs: Index<'f>,
    global: Index<'f>,
    routines: Routines<'f>,
}

/// Where the routines of a font or of its parts are.
#[derive(Clone, Copy, Debug)]
enum Routines<'f> {
    One(Index<'f>),
    /// One dictionary for each glyph: CID fonts.
    Many {
        table: Bytes<'f>,
        dictionaries: Index<'f>,
        select: Bytes<'f>,
    },
}

/// A list of byte strings.
#[derive(Clone, Copy, Debug)]
struct Index<'f> {
    bytes: Bytes<'f>,
    count: usize,
    offset_bytes: usize,
}

impl<'f> Index<'f> {
    const EMPTY: Index<'static> = Index {
        bytes: Bytes(&[]),
        count: 0,
        offset_bytes: 1,
    };

    /// The list at the start of some bytes, and what is behind it.
    fn read(bytes: Bytes<'f>) -> Option<(Index<'f>, Bytes<'f>)> {
        let count = usize::from(bytes.u16(0)?);
        if count == 0 {
            return Some((Index::EMPTY, bytes.from(2)?));
        }
        let offset_bytes = usize::from(bytes.u8(2)?);
        if !(1..=4).contains(&offset_bytes) {
            return None;
        }
        let index = Index {
            bytes,
            count,
            offset_bytes,
        };
        let end = index.data() + index.offset(count)?;
        Some((index, bytes.from(end)?))
    }

    /// Where data begins, less one: offsets count from 1.
    fn data(&self) -> usize {
        2 + (self.count + 1) * self.offset_bytes
    }

    fn offset(&self, index: usize) -> Option<usize> {
        let at = 3 + index * self.offset_bytes;
        let bytes = self.bytes.between(at, at + self.offset_bytes)?;
        Some(
            bytes
                .0
                .iter()
                .fold(0, |sum, &byte| sum << 8 | usize::from(byte)),
        )
    }

    fn get(&self, index: usize) -> Option<Bytes<'f>> {
        if index >= self.count {
            return None;
        }
        let (from, to) = (self.offset(index)?, self.offset(index + 1)?);
        self.bytes.between(self.data() + from, self.data() + to)
    }

    /// The number that is added to that of a routine.
    fn bias(&self) -> i32 {
        match self.count {
            0..=1239 => 107,
            1240..=33_899 => 1131,
            _ => 32_768,
        }
    }

    fn routine(&self, number: f64) -> Option<Bytes<'f>> {
        usize::try_from(number as i32 + self.bias())
            .ok()
            .and_then(|index| self.get(index))
    }
}

/// The last two operands of an operator in a dictionary, the last one first.
fn operands(dictionary: Bytes<'_>, wanted: u16) -> Option<[usize; 2]> {
    let (mut at, mut last) = (0, [0_i32; 2]);
    while let Some(byte) = dictionary.u8(at) {
        at += 1;
        let number = match byte {
            0..=21 => {
                let mut operator = u16::from(byte);
                if byte == 12 {
                    operator = 0xc00 | u16::from(dictionary.u8(at)?);
                    at += 1;
                }
                if operator == wanted {
                    let [one, other] = last;
                    return Some([usize::try_from(one).ok()?, usize::try_from(other).ok()?]);
                }
                last = [0; 2];
                continue;
            }
            28 => {
                at += 2;
                i32::from(dictionary.i16(at - 2)?)
            }
            29 => {
                at += 4;
                dictionary.u32(at - 4)? as i32
            }
            30 => {
                // A real number: no offset is one.
                while dictionary.u8(at)? & 15 != 15 && dictionary.u8(at)? >> 4 != 15 {
                    at += 1;
                }
                at += 1;
                0
            }
            32..=246 => i32::from(byte) - 139,
            247..=254 => {
                at += 1;
                pair(byte, dictionary.u8(at - 1)?)
            }
            _ => return None,
        };
        last = [number, last[0]];
    }
    None
}

/// A number of two bytes.
fn pair(first: u8, second: u8) -> i32 {
    match first {
        247..=250 => (i32::from(first) - 247) * 256 + i32::from(second) + 108,
        _ => -(i32::from(first) - 251) * 256 - i32::from(second) - 108,
    }
}

/// The routines that a dictionary's private part has.
fn private<'f>(table: Bytes<'f>, dictionary: Bytes<'f>) -> Option<Index<'f>> {
    let [offset, size] = operands(dictionary, 18)?;
    let private = table.between(offset, offset.checked_add(size)?)?;
    let [routines, _] = operands(private, 19)?;
    Index::read(table.from(offset.checked_add(routines)?)?).map(|(index, _)| index)
}

impl<'f> Cff<'f> {
    /// Finds the programs.
    pub(crate) fn new(table: Bytes<'f>) -> Option<Cff<'f>> {
        let names = table.from(table.u8(2)?.into())?;
        let (_, dictionaries) = Index::read(names)?;
        let (dictionaries, strings) = Index::read(dictionaries)?;
        let (_, global) = Index::read(strings)?;
        let (global, _) = Index::read(global)?;
        let top = dictionaries.get(0)?;
        let [programs, _] = operands(top, 17)?;
        let (programs, _) = Index::read(table.from(programs)?)?;
        let routines = match operands(top, 0xc24) {
            Some([many, _]) => {
                let [select, _] = operands(top, 0xc25)?;
                Routines::Many {
                    table,
                    dictionaries: Index::read(table.from(many)?)?.0,
                    select: table.from(select)?,
                }
            }
            None => Routines::One(private(table, top).unwrap_or(Index::EMPTY)),
        };
        Some(Cff {
            programs,
            global,
            routines,
        })
    }

    fn routines(&self, glyph: u16) -> Option<Index<'f>> {
        match self.routines {
            Routines::One(index) => Some(index),
            Routines::Many {
                table,
                dictionaries,
                select,
            } => {
                let number = match select.u8(0)? {
                    0 => select.u8(1 + usize::from(glyph))?,
                    3 => {
                        let ranges = usize::from(select.u16(1)?);
                        let next = |index: usize| select.u16(3 + 3 * (index + 1));
                        let range = crate::cmap::first(ranges, |index| Some(next(index)? > glyph));
                        select.u8(3 + 3 * range? + 2)?
                    }
                    _ => return None,
                };
                let dictionary = dictionaries.get(number.into())?;
                Some(private(table, dictionary).unwrap_or(Index::EMPTY))
            }
        }
    }

    /// Draws a glyph.
    pub(crate) fn draw(&self, glyph: u16, pen: &mut dyn Pen) -> Result<(), Error> {
        let program = self.programs.get(glyph.into()).ok_or(DAMAGED)?;
        let mut run = Run {
            global: self.global,
            local: self.routines(glyph).ok_or(DAMAGED)?,
            pen,
            at: (0.0, 0.0),
            stack: [0.0; MOST_ARGUMENTS],
            count: 0,
            hints: 0,
            has_width: false,
            steps: MOST_STEPS,
        };
        run.program(program, 0).map(|_| ())
    }
}

/// A program at work.
struct Run<'f, 'p> {
    global: Index<'f>,
    local: Index<'f>,
    pen: &'p mut dyn Pen,
    at: Point,
    stack: [f64; MOST_ARGUMENTS],
    count: usize,
    hints: usize,
    /// Whether the width, which may be the first argument of all, has been passed.
    has_width: bool,
    steps: u32,
}

impl<'f> Run<'f, '_> {
    /// Runs a program; true when the glyph has ended.
    fn program(&mut self, program: Bytes<'f>, depth: u32) -> Result<bool, Error> {
        let mut at = 0;
        while let Some(byte) = program.u8(at) {
            self.steps = self.steps.checked_sub(1).ok_or(Error::TooComplex)?;
            at += 1;
            match byte {
                28 => {
                    self.push(program.i16(at).ok_or(DAMAGED)?.into())?;
                    at += 2;
                }
                32..=246 => self.push(f64::from(byte) - 139.0)?,
                247..=254 => {
                    let second = program.u8(at).ok_or(DAMAGED)?;
                    self.push(pair(byte, second).into())?;
                    at += 1;
                }
                255 => {
                    let fixed = program.u32(at).ok_or(DAMAGED)? as i32;
                    self.push(f64::from(fixed) / 65536.0)?;
                    at += 4;
                }
                10 | 29 => {
                    let of = if byte == 10 { self.local } else { self.global };
                    self.count = self.count.checked_sub(1).ok_or(DAMAGED)?;
                    let routine = of.routine(self.stack[self.count]).ok_or(DAMAGED)?;
                    if depth == MOST_DEPTH {
                        return Err(Error::TooComplex);
                    }
                    if self.program(routine, depth + 1)? {
                        return Ok(true);
                    }
                }
                11 => return Ok(false),
                14 => {
                    let accented = matches!(self.count, 4 | 5);
                    return if accented { Err(DAMAGED) } else { Ok(true) };
                }
                1 | 3 | 18 | 23 => self.hint(),
                19 | 20 => {
                    self.hint();
                    at += self.hints.div_ceil(8);
                }
                12 => {
                    let second = program.u8(at).ok_or(DAMAGED)?;
                    at += 1;
                    self.flex(second).ok_or(DAMAGED)?;
                    self.count = 0;
                }
                _ => {
                    self.path(byte).ok_or(DAMAGED)?;
                    self.count = 0;
                }
            }
        }
        Ok(false)
    }

    fn push(&mut self, number: f64) -> Result<(), Error> {
        *self.stack.get_mut(self.count).ok_or(DAMAGED)? = number;
        self.count += 1;
        Ok(())
    }

    fn hint(&mut self) {
        self.hints += self.count / 2;
        self.has_width = true;
        self.count = 0;
    }

    /// The arguments of a move, without the width in front of them.
    fn moved(&mut self, wanted: usize) -> Option<[f64; 2]> {
        let from = self.count.checked_sub(wanted)?;
        if !self.has_width && from > 1 {
            return None;
        }
        self.has_width = true;
        Some([self.stack[from], self.stack[self.count - 1]])
    }

    fn step(&mut self, dx: f64, dy: f64) -> Point {
        self.at = (self.at.0 + dx, self.at.1 + dy);
        self.at
    }

    fn line(&mut self, dx: f64, dy: f64) {
        let to = self.step(dx, dy);
        self.pen.line(to);
    }

    fn curve(&mut self, [ax, ay, bx, by, cx, cy]: [f64; 6]) {
        let first = self.step(ax, ay);
        let second = self.step(bx, by);
        let to = self.step(cx, cy);
        self.pen.cubic(first, second, to);
    }

    fn path(&mut self, operator: u8) -> Option<()> {
        let stack = self.stack;
        let count = self.count;
        let arguments = &stack[..count];
        match operator {
            4 | 21 | 22 => {
                let wanted = if operator == 21 { 2 } else { 1 };
                let [first, last] = self.moved(wanted)?;
                let to = match operator {
                    4 => self.step(0.0, last),
                    22 => self.step(last, 0.0),
                    _ => self.step(first, last),
                };
                self.pen.start(to);
            }
            5 => self.lines(arguments)?,
            6 | 7 => {
                let mut across = operator == 6;
                for &length in arguments {
                    if across {
                        self.line(length, 0.0);
                    } else {
                        self.line(0.0, length);
                    }
                    across = !across;
                }
            }
            8 => self.curves(arguments)?,
            24 => {
                let (curves, line) = arguments.split_at(count.checked_sub(2)?);
                self.curves(curves)?;
                self.lines(line)?;
            }
            25 => {
                let (lines, curve) = arguments.split_at(count.checked_sub(6)?);
                self.lines(lines)?;
                self.curves(curve)?;
            }
            26 | 27 => {
                let (mut odd, rest) = match count % 4 {
                    1 => (arguments[0], &arguments[1..]),
                    _ => (0.0, arguments),
                };
                for curve in rest.chunks_exact(4) {
                    let &[a, bx, by, c] = curve else { return None };
                    if operator == 26 {
                        self.curve([odd, a, bx, by, 0.0, c]);
                    } else {
                        self.curve([a, odd, bx, by, c, 0.0]);
                    }
                    odd = 0.0;
                }
            }
            30 | 31 => self.turning(arguments, operator == 31)?,
            _ => return None,
        }
        Some(())
    }

    fn lines(&mut self, arguments: &[f64]) -> Option<()> {
        for line in arguments.chunks_exact(2) {
            let &[dx, dy] = line else { return None };
            self.line(dx, dy);
        }
        Some(())
    }

    fn curves(&mut self, arguments: &[f64]) -> Option<()> {
        for curve in arguments.chunks_exact(6) {
            self.curve(curve.try_into().ok()?);
        }
        Some(())
    }

    /// Curves that begin across and end up or down, and the next one the other way round.
    fn turning(&mut self, mut arguments: &[f64], mut across: bool) -> Option<()> {
        while let Some((curve, rest)) = arguments.split_at_checked(4) {
            let &[a, bx, by, c] = curve else { return None };
            let (last, rest) = match rest {
                &[last] => (last, &[][..]),
                _ => (0.0, rest),
            };
            if across {
                self.curve([a, 0.0, bx, by, last, c]);
            } else {
                self.curve([0.0, a, bx, by, c, last]);
            }
            across = !across;
            arguments = rest;
        }
        Some(())
    }

    fn flex(&mut self, operator: u8) -> Option<()> {
        let stack = self.stack;
        let arguments = &stack[..self.count];
        let start = self.at;
        match (operator, arguments) {
            (34, &[a, bx, by, c, d, e, f]) => {
                self.curve([a, 0.0, bx, by, c, 0.0]);
                self.curve([d, 0.0, e, -by, f, 0.0]);
            }
            (35, &[.., _]) if self.count == 13 => self.curves(&arguments[..12])?,
            (36, &[ax, ay, bx, by, c, d, ex, ey, f]) => {
                self.curve([ax, ay, bx, by, c, 0.0]);
                self.curve([d, 0.0, ex, ey, f, start.1 - (self.at.1 + ey)]);
            }
            (37, &[ax, ay, bx, by, cx, cy, dx, dy, ex, ey, last]) => {
                self.curve([ax, ay, bx, by, cx, cy]);
                let end = (self.at.0 + dx + ex, self.at.1 + dy + ey);
                let (x, y) = (end.0 - start.0, end.1 - start.1);
                if x.abs() > y.abs() {
                    self.curve([dx, dy, ex, ey, last, -y]);
                } else {
                    self.curve([dx, dy, ex, ey, -x, last]);
                }
            }
            _ => return None,
        }
        Some(())
    }
}
