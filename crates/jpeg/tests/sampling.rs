//! Sampling factors that no encoder writes, compared with their components decoded alone and
//! enlarged by definition; and the same picture in one scan, in several, and progressive.

mod support;

use letterbox_jpeg::{Decoder, Event, Pixels, Scale};
use letterbox_testkit::Noise;
use support::{Bits, END, decode, scan, segment, start};

/// A block: DC, and the first few coefficients behind it.
type Block = [i32; 6];

/// Blocks of a component, row by row.
struct Plane {
    across: usize,
    down: usize,
    blocks: Vec<Block>,
}

struct File {
    width: u16,
    height: u16,
    sampling: Vec<(u8, u8)>,
    planes: Vec<Plane>,
}

impl File {
    /// Builds noise, in as many blocks as the MCUs have, dark and flat enough that no sample is
    /// clamped.
    fn noise(width: u16, height: u16, sampling: &[(u8, u8)]) -> File {
        let mut noise = Noise(5);
        let mut random =
            move |amplitude: i32| noise.bits(16) as i32 % (2 * amplitude + 1) - amplitude;
        let (mcus_across, mcus_down) = mcus(width, height, sampling);
        let planes = sampling.iter().map(|&(h, v)| {
            let (across, down) = (mcus_across * usize::from(h), mcus_down * usize::from(v));
            let block = |_| [60, 12, 12, 8, 8, 4].map(&mut random);
            Plane {
                across,
                down,
                blocks: (0..across * down).map(block).collect(),
            }
        });
        File {
            width,
            height,
            sampling: sampling.to_vec(),
            planes: planes.collect(),
        }
    }

    fn start(&self, marker: u8) -> Vec<u8> {
        let mut file = start(marker, self.width, self.height, &self.sampling);
        if self.sampling.len() == 3 {
            // Red, green and blue: no conversion.
            let adobe = segment(0xee, b"Adobe\0\x64\0\0\0\0\0");
            file.splice(2..2, adobe);
        }
        file
    }

    /// Returns the blocks of a component that hold picture, by MCU row; a scan of the component
    /// alone has no others.
    fn own(&self, component: usize) -> impl Iterator<Item = &Block> {
        let plane = &self.planes[component];
        let (h, v) = self.sampling[component];
        let (h_max, v_max) = most(&self.sampling);
        let blocks = |length: u16, factor: u8, max: usize| {
            (usize::from(length) * usize::from(factor)).div_ceil(8 * max)
        };
        let (across, down) = (blocks(self.width, h, h_max), blocks(self.height, v, v_max));
        let rows = plane.blocks.chunks(plane.across).take(down);
        rows.flat_map(move |row| &row[..across])
    }

    /// Returns all blocks of all components, MCU by MCU.
    fn interleaved(&self) -> impl Iterator<Item = (usize, &Block)> {
        let (mcus_across, mcus_down) = mcus(self.width, self.height, &self.sampling);
        (0..mcus_across * mcus_down).flat_map(move |mcu| {
            self.planes
                .iter()
                .enumerate()
                .flat_map(move |(index, plane)| {
                    let (h, v) = self.sampling[index];
                    let (h, v) = (usize::from(h), usize::from(v));
                    (0..h * v).map(move |at| {
                        let x = mcu % mcus_across * h + at % h;
                        let y = mcu / mcus_across * v + at / h;
                        (index, &plane.blocks[y * plane.across + x])
                    })
                })
        })
    }

    fn names(&self) -> Vec<u8> {
        (1..=self.sampling.len() as u8).collect()
    }

    fn baseline(&self) -> Vec<u8> {
        let (mut data, mut last) = (Bits::default(), [0; 4]);
        for (index, block) in self.interleaved() {
            sequential(&mut data, block, &mut last[index]);
        }
        [
            self.start(0xc0),
            scan(&self.names(), (0, 63), 0),
            data.bytes(),
            END.to_vec(),
        ]
        .concat()
    }

    fn several_scans(&self) -> Vec<u8> {
        let mut file = self.start(0xc1);
        for name in self.names() {
            let (mut data, mut last) = (Bits::default(), 0);
            for block in self.own(usize::from(name) - 1) {
                sequential(&mut data, block, &mut last);
            }
            file.extend(scan(&[name], (0, 63), 0));
            file.extend(data.bytes());
        }
        [&file, END].concat()
    }

    /// Builds the progressive file: DC, then its last bit, then the rest. The DC scans have restart
    /// markers.
    fn progressive(&self) -> Vec<u8> {
        let mut file = self.start(0xc2);
        file.extend(segment(0xdd, &[0, 2]));
        let a_mcu: usize = self
            .sampling
            .iter()
            .map(|&(h, v)| usize::from(h) * usize::from(v))
            .sum();
        let blocks: Vec<_> = self.interleaved().collect();
        for (high_low, refines) in [(0x01, false), (0x10, true)] {
            file.extend(scan(&self.names(), (0, 0), high_low));
            for (number, interval) in blocks.chunks(2 * a_mcu).enumerate() {
                if number > 0 {
                    file.extend([0xff, 0xd0 + (number as u8 - 1) % 8]);
                }
                let (mut data, mut last) = (Bits::default(), [0; 4]);
                for &(index, block) in interval {
                    if refines {
                        data.put(block[0] as u32 & 1, 1);
                    } else {
                        data.dc((block[0] >> 1) - last[index]);
                        last[index] = block[0] >> 1;
                    }
                }
                file.extend(data.bytes());
            }
        }
        file.extend(segment(0xdd, &[0, 0]));
        for name in self.names() {
            let mut data = Bits::default();
            for block in self.own(usize::from(name) - 1) {
                rest(&mut data, block);
            }
            file.extend(scan(&[name], (1, 63), 0));
            file.extend(data.bytes());
        }
        [&file, END].concat()
    }

    /// Decodes a component as a picture of its own and returns its samples.
    fn alone(&self, component: usize) -> Vec<Vec<u8>> {
        let (h, v) = self.sampling[component];
        let (h_max, v_max) = most(&self.sampling);
        let side = |length: u16, factor: u8, max: usize| {
            (usize::from(length) * usize::from(factor)).div_ceil(max) as u16
        };
        let (width, height) = (side(self.width, h, h_max), side(self.height, v, v_max));
        let plane = &self.planes[component];
        let (mut data, mut last) = (Bits::default(), 0);
        for row in plane
            .blocks
            .chunks(plane.across)
            .take(usize::from(height).div_ceil(8))
        {
            for block in &row[..usize::from(width).div_ceil(8)] {
                sequential(&mut data, block, &mut last);
            }
        }
        assert!(usize::from(height) <= 8 * plane.down);
        let file = [
            start(0xc0, width, height, &[(1, 1)]),
            scan(&[1], (0, 63), 0),
            data.bytes(),
            END.to_vec(),
        ]
        .concat();
        decode(&file, Scale::Full, 1000).expect("a good file").rows
    }
}

fn most(sampling: &[(u8, u8)]) -> (usize, usize) {
    let h = sampling.iter().map(|&(h, _)| h).max();
    let v = sampling.iter().map(|&(_, v)| v).max();
    (h.map_or(1, usize::from), v.map_or(1, usize::from))
}

fn mcus(width: u16, height: u16, sampling: &[(u8, u8)]) -> (usize, usize) {
    let (h, v) = most(sampling);
    (
        usize::from(width).div_ceil(8 * h),
        usize::from(height).div_ceil(8 * v),
    )
}

fn sequential(data: &mut Bits, block: &Block, last: &mut i32) {
    data.dc(block[0] - *last);
    *last = block[0];
    rest(data, block);
}

/// Writes the coefficients behind DC, three zeroes before each, and the end of the block.
fn rest(data: &mut Bits, block: &Block) {
    let mut run = 0;
    for &value in &block[1..] {
        run += 3;
        if value != 0 {
            data.ac(run, value);
            run = 0;
        } else {
            run += 1;
        }
    }
    data.symbol(0);
}

/// Returns a sample of a component enlarged to the picture's size: libjpeg's triangle filter for
/// two to one, else the nearest sample.
fn enlarged(rows: &[Vec<u8>], x: usize, y: usize, h: (usize, usize), v: (usize, usize)) -> u8 {
    let (columns, lines) = (rows[0].len(), rows.len());
    let at = |x: usize, y: usize| i32::from(rows[y.min(lines - 1)][x.min(columns - 1)]);
    let twice = |(num, den): (usize, usize)| den == 2 * num;
    let same = |(num, den): (usize, usize)| den == num;
    // The nearer and the farther sample; for the first of two pixels, the farther one is the sample
    // before.
    let pair = |at: usize, last: usize| {
        let near = at / 2;
        match at % 2 {
            0 => (near, near.saturating_sub(1)),
            _ => (near, (near + 1).min(last)),
        }
    };
    let ((near, far), (up, down)) = (pair(x, columns - 1), pair(y, lines - 1));
    let value = if twice(h) && same(v) && columns > 2 {
        if near == far {
            at(near, y)
        } else {
            (3 * at(near, y) + at(far, y) + 1 + (x % 2) as i32) >> 2
        }
    } else if same(h) && twice(v) {
        (3 * at(x, up) + at(x, down) + 1 + (y % 2) as i32) >> 2
    } else if twice(h) && twice(v) && columns > 2 {
        let sum = |x| 3 * at(x, up) + at(x, down);
        (3 * sum(near) + sum(far) + 8 - (x % 2) as i32) >> 4
    } else {
        at(x * h.0 / h.1, y * v.0 / v.1)
    };
    value as u8
}

const SAMPLINGS: [[(u8, u8); 3]; 16] = [
    [(1, 1), (1, 1), (1, 1)],
    [(2, 2), (1, 1), (1, 1)],
    [(2, 1), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (1, 1)],
    [(3, 1), (1, 1), (1, 1)],
    [(1, 3), (1, 1), (1, 1)],
    [(3, 2), (1, 1), (1, 1)],
    [(2, 3), (1, 1), (1, 1)],
    [(4, 1), (2, 1), (1, 1)],
    [(1, 4), (1, 2), (1, 1)],
    [(4, 2), (1, 1), (1, 1)],
    [(2, 1), (1, 2), (1, 1)],
    [(1, 1), (2, 2), (1, 1)],
    [(2, 2), (2, 1), (1, 2)],
    [(3, 1), (2, 1), (1, 1)],
    [(2, 3), (1, 2), (1, 1)],
];

const SIZES: [(u16, u16); 5] = [(61, 45), (24, 24), (49, 7), (3, 50), (1, 1)];

#[test]
fn every_sampling_is_its_components_enlarged() {
    for sampling in SAMPLINGS {
        for (width, height) in SIZES {
            let file = File::noise(width, height, &sampling);
            let (h_max, v_max) = most(&sampling);
            let planes: Vec<_> = (0..3).map(|component| file.alone(component)).collect();
            let got = decode(&file.baseline(), Scale::Full, 777).expect("a good file");
            assert!(got.status.is_intact());
            for (y, row) in got.rows.iter().enumerate() {
                for (at, &sample) in row.iter().enumerate() {
                    let (x, c) = (at / 3, at % 3);
                    let (h, v) = (sampling[c].0.into(), sampling[c].1.into());
                    let want = enlarged(&planes[c], x, y, (h, h_max), (v, v_max));
                    assert_eq!(
                        sample, want,
                        "{sampling:?} {width} x {height}: component {c} at {x}, {y}"
                    );
                }
            }
        }
    }
}

#[test]
fn one_scan_several_scans_and_progressive_ones_are_the_same_picture() {
    for sampling in SAMPLINGS {
        for (width, height) in SIZES {
            let file = File::noise(width, height, &sampling);
            let (baseline, several, progressive) =
                (file.baseline(), file.several_scans(), file.progressive());
            for scale in [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth] {
                let want = decode(&baseline, scale, 1 << 20).expect("a good file");
                for (name, twin) in [("several", &several), ("progressive", &progressive)] {
                    let got = decode(twin, scale, 1 << 20).expect("a good file");
                    assert!(
                        got.status.is_intact() && got.rows == want.rows,
                        "{name} {sampling:?} {width} x {height} {scale:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn of_two_components_the_first_is_a_grey_picture() {
    for sampling in [[(1, 1), (1, 1)], [(2, 2), (1, 1)], [(1, 1), (2, 1)]] {
        let file = File::noise(29, 21, &sampling);
        let bytes = file.baseline();
        let mut decoder = Decoder::new();
        decoder.push(&bytes).expect("memory");
        assert!(matches!(decoder.next(), Ok(Event::Header)));
        assert_eq!(
            decoder.header().map(|header| header.pixels),
            Some(Pixels::Grey)
        );
        let got = decode(&bytes, Scale::Full, 100).expect("a good file");
        assert!(got.status.is_intact());
        let first = file.alone(0);
        let (h_max, v_max) = most(&sampling);
        let (h, v) = (sampling[0].0.into(), sampling[0].1.into());
        for (y, row) in got.rows.iter().enumerate() {
            for (x, &sample) in row.iter().enumerate() {
                assert_eq!(sample, enlarged(&first, x, y, (h, h_max), (v, v_max)));
            }
        }
    }
}

#[test]
fn wide_quantisation_tables_and_tables_between_scans_are_taken() {
    let block = |level| Bits::default().dc(level).symbol(0).bytes();
    let table = |wide: bool, first: u16| {
        let mut content = vec![u8::from(wide) << 4];
        for value in [first; 64] {
            content.extend(&value.to_be_bytes()[usize::from(!wide)..]);
        }
        segment(0xdb, &content)
    };
    let mut file = start(0xc1, 8, 8, &[(1, 1); 3]);
    file.splice(2..2, segment(0xee, b"Adobe\0\x64\0\0\0\0\0"));
    for (name, wide, step, level) in [(1, true, 800, -1), (2, false, 16, 2), (3, true, 8, 5)] {
        file.extend(table(wide, step));
        file.extend(scan(&[name], (0, 63), 0));
        file.extend(block(level));
    }
    // What comes behind its scan changes a component no more.
    file.extend(table(false, 99));
    file.extend(END);
    let got = decode(&file, Scale::Full, 100).expect("a good file");
    assert!(got.status.is_intact());
    assert_eq!(got.rows[7][21..], [28, 132, 133]);
}
