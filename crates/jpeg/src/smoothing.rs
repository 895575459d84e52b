//! Block smoothing. A progressive file whose last scans are missing has blocks that are flat, or
//! nearly so: the lowest AC coefficients are estimated from the DC coefficients of 5 x 5 blocks, so
//! that the edges between blocks do not show.
//!
//! T.81 describes the idea (K.8, for 3 x 3 blocks). The rules and numbers are those of
//! libjpeg-turbo since 2.1 (`smoothing_ok` and `decompress_smooth_data` in its `jdcoefct.c`), even
//! where they are odd, so that both decoders show the same picture.

use alloc::vec::Vec;

use crate::coefficients::Coefficients;
use crate::error::Error;
use crate::frame::{Component, Frame};
use crate::scan::Scan;
use crate::segments::ZIGZAG;

/// Coefficients that take part: DC and the first nine AC coefficients in coding order.
const COUNT: usize = 10;

/// Bit position down to which each of the [`COUNT`] coefficients of a component has been sent, or
/// [`UNSENT`] where no scan has sent any of it.
type Precision = [i8; COUNT];

const UNSENT: i8 = -1;

/// Precision to which the scans of a file have sent the lowest coefficients of each component.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    now: [Precision; 4],
    /// Precision before the last scan that contains the component. Used for the rows that the last
    /// scan of the file does not reach.
    before: [Precision; 4],
    scans: usize,
}

impl Known {
    pub(crate) fn nothing() -> Known {
        Known {
            now: [[UNSENT; COUNT]; 4],
            before: [[UNSENT; COUNT]; 4],
            scans: 0,
        }
    }

    /// Takes note of the next scan.
    pub(crate) fn add(&mut self, scan: &Scan) {
        self.scans += 1;
        for member in &scan.members {
            let index = member.component;
            self.before[index] = match self.scans {
                1 => [0; COUNT], // what comes before the first scan counts as exact, unless it is the only one
                _ => self.now[index],
            };
            for (place, low) in self.now[index].iter_mut().enumerate() {
                if (scan.band.0..=scan.band.1).contains(&place) {
                    *low = scan.low as i8;
                }
            }
        }
    }

    /// Returns the record if smoothing is useful and possible: some AC coefficient is not exact,
    /// the DC of every component has been sent, and no quantisation step of a smoothed coefficient
    /// is zero.
    pub(crate) fn if_smoothed(
        mut self,
        frame: &Frame,
        steps: &[Option<[u16; 64]>; 4],
    ) -> Option<Known> {
        let now = &self.now[..frame.components.len()];
        let useful = now.iter().any(|low| low[1..].iter().any(|&low| low != 0));
        let step = |table: &[u16; 64], place| table[usize::from(ZIGZAG[place])];
        let possible = now.iter().zip(steps).all(|(low, table)| {
            let steps = |table| (0..COUNT).all(|place| step(table, place) != 0);
            low[0] != UNSENT && table.as_ref().is_some_and(steps)
        });
        if self.scans == 1 {
            self.before = [[UNSENT; COUNT]; 4];
        }
        (frame.progressive && useful && possible).then_some(self)
    }
}

/// Data about the whole picture that the estimates of a row need.
pub(crate) struct Smoothing {
    known: Known,
    /// DC coefficients of all blocks, one row of MCUs after the other, each in the order of
    /// [`Coefficients`].
    dc: Vec<i16>,
    /// Rows of MCUs up to the last one for which the last scan of the file has data.
    reached: usize,
}

impl Smoothing {
    /// Bytes that [`Smoothing::new`] allocates.
    pub(crate) fn bytes(frame: &Frame) -> usize {
        Coefficients::count(frame) * frame.mcus_down * size_of::<i16>()
    }

    /// Decodes the DC scans, the last scan, and the scans that a refining last scan depends on,
    /// once before the picture is decoded. All scans are rewound afterwards.
    pub(crate) fn new(
        known: Known,
        data: &[u8],
        frame: &Frame,
        scans: &mut [Scan],
        coefficients: &mut Coefficients,
    ) -> Result<Smoothing, Error> {
        let mut dc = Vec::new();
        dc.try_reserve_exact(Coefficients::count(frame) * frame.mcus_down)
            .map_err(|_| Error::OutOfMemory)?;
        let last = scans.len() - 1;
        // A scan of AC coefficients has one component.
        let refined = (scans[last].refines && scans[last].band.0 > 0)
            .then(|| scans[last].members[0].component);
        let is_of_use =
            |scan: &Scan| scan.band.0 == 0 || refined == Some(scan.members[0].component);
        let mut reached = 0;
        for mcu_row in 0..frame.mcus_down {
            coefficients.clear();
            let mut reaches = !scans[last].is_starved();
            for (at, scan) in scans.iter_mut().enumerate() {
                if at == last || is_of_use(scan) {
                    scan.row(data, frame, mcu_row, &[0; 4], coefficients);
                }
            }
            reaches |= core::mem::take(&mut scans[last].fed); // after a restart
            reached = if reaches { mcu_row + 1 } else { reached };
            dc.extend(coefficients.blocks.iter().map(|block| block[0]));
        }
        scans.iter_mut().for_each(Scan::rewind);
        let component = &frame.components[0]; // a lone one's rows of blocks count by the factor that it has in the file
        Ok(Smoothing {
            known,
            dc,
            reached: reached.next_multiple_of(component.v_in_file / component.v),
        })
    }

    /// Fills in estimates in a row of MCUs.
    pub(crate) fn smooth(
        &self,
        frame: &Frame,
        steps: &[[u16; 64]; 4],
        mcu_row: usize,
        coefficients: &mut Coefficients,
    ) {
        for (index, component) in frame.components.iter().enumerate() {
            let low = match mcu_row < self.reached {
                true => &self.known.now[index],
                false => &self.known.before[index],
            };
            let rule = Rule::new(low, &steps[index]);
            let last = component.blocks_across - 1;
            let left = component.blocks_down.saturating_sub(mcu_row * component.v);
            for y in 0..component.v.min(left) {
                let around = around(component, mcu_row * component.v + y);
                let around = around.map(|row| self.row(frame, index, row, coefficients));
                let range = coefficients.row(frame, index, y);
                let blocks = &mut coefficients.blocks[range.clone()];
                let blocks = blocks.iter_mut().zip(&mut coefficients.history[range]);
                for (x, (block, history)) in blocks.take(component.blocks_across).enumerate() {
                    let columns = [-2, -1, 0, 1, 2].map(|by| x.saturating_add_signed(by).min(last));
                    let dc = |row: &[i16], x: usize| row.get(x).map_or(0, |&dc| dc.into());
                    let window = around.map(|row| columns.map(|column| dc(row, column)));
                    rule.fill_in(&window, block, history);
                }
            }
        }
    }

    /// DC coefficients of a row of a component's blocks; empty for a row that is not in the file.
    fn row(&self, frame: &Frame, index: usize, row: usize, coefficients: &Coefficients) -> &[i16] {
        let v = frame.components[index].v;
        let mut mcu_rows = self.dc.chunks(Coefficients::count(frame));
        let mcu_row = mcu_rows.nth(row / v).unwrap_or_default();
        let range = coefficients.row(frame, index, row % v);
        mcu_row.get(range).unwrap_or_default()
    }
}

/// Returns the rows of blocks from two above `row` to two below; at the edges of the picture the
/// outermost row stands for those beyond.
///
/// libjpeg-turbo finds the edges by a count that takes every row of MCUs to be as high as the
/// current one. So where the last row of MCUs is lower, rows of blocks that hold no picture are
/// read from the row above, and the second row above the last one may be skipped.
fn around(component: &Component, row: usize) -> [usize; 5] {
    let (v, rows) = (component.v_in_file, component.blocks_down);
    let (mcu_row, y) = (row / v, row % v);
    let high = v.min(rows - mcu_row * v);
    let (counted, count) = (mcu_row * high + y, rows.div_ceil(v) * high);
    let above = row - usize::from(counted > 0);
    let below = row + usize::from(counted + 1 < count);
    [
        above - usize::from(counted > 1),
        above,
        row,
        below,
        below + usize::from(counted + 2 < count),
    ]
}

/// Rule by which the coefficients of one component's blocks are estimated.
struct Rule<'a> {
    low: &'a Precision,
    steps: &'a [u16; 64],
    kernels: &'static [(usize, Kernel)],
}

impl Rule<'_> {
    fn new<'a>(low: &'a Precision, steps: &'a [u16; 64]) -> Rule<'a> {
        let kernels = match low[1..].iter().all(|&low| low == UNSENT) {
            true => &DC_ALONE[..],
            false => &SOME_AC[..],
        };
        Rule {
            low,
            steps,
            kernels,
        }
    }

    /// Estimates the coefficients of a block that are zero and not known exactly. The DC is
    /// estimated anew where no AC coefficient has been sent.
    fn fill_in(&self, window: &Kernel, block: &mut [i16; 64], history: &mut u64) {
        for (place, kernel) in self.kernels {
            let natural = usize::from(ZIGZAG[*place]);
            let limit = match place {
                0 => UNSENT,
                _ if self.low[*place] == 0 || block[natural] != 0 => continue,
                _ => self.low[*place],
            };
            let sum = i64::from(sum(window, kernel)) * i64::from(self.steps[0]);
            block[natural] = estimate(sum, self.steps[natural], limit);
            *history |= u64::from(block[natural] != 0 && *place > 0) << place;
        }
    }
}

/// Weights of the DC coefficients of a block and those around it, in 256ths.
type Kernel = [[i32; 5]; 5];

fn sum(window: &Kernel, kernel: &Kernel) -> i32 {
    let products = window.as_flattened().iter().zip(kernel.as_flattened());
    products.map(|(dc, weight)| dc * weight).sum()
}

/// Turns a dequantised sum in 256ths into a coefficient, rounding halves away from zero. If the
/// coefficient is known to be zero down to the bit `limit`, the estimate stays below that bit.
fn estimate(sum: i64, step: u16, limit: i8) -> i16 {
    let step = i64::from(step).max(1); // no step is zero, see `if_smoothed`
    let mut size = ((sum.abs() + (step << 7)) / (step << 8)) as i32; // too large only in damaged files
    if limit > 0 {
        size = size.min((1 << limit) - 1);
    }
    if sum < 0 {
        size.wrapping_neg() as i16
    } else {
        size as i16
    }
}

/// Weights for each place where only DC coefficients are known. The DC is estimated anew, too.
const DC_ALONE: [(usize, Kernel); COUNT] = [
    (
        0,
        [
            [-2, -6, -8, -6, -2],
            [-6, 6, 42, 6, -6],
            [-8, 42, 152, 42, -8],
            [-6, 6, 42, 6, -6],
            [-2, -6, -8, -6, -2],
        ],
    ),
    (1, SLOPE),
    (2, transposed(SLOPE)),
    (3, transposed(CURVE)),
    (
        4,
        [
            [-1, 0, 0, 0, 1],
            [0, 9, 0, -9, 0],
            [0, 0, 0, 0, 0],
            [0, -9, 0, 9, 0],
            [1, 0, 0, 0, -1],
        ],
    ),
    (5, CURVE),
    (6, STEEP),
    (7, SADDLE),
    (8, transposed(SADDLE)),
    (9, transposed(STEEP)),
];

/// Weights for each place where part of at least one AC coefficient is known.
const SOME_AC: [(usize, Kernel); 5] = [
    (1, middle([-7, 50, 0, -50, 7])),
    (2, transposed(middle([-7, 50, 0, -50, 7]))),
    (3, transposed(middle([-1, 13, -24, 13, -1]))),
    (
        4,
        [
            [0, -1, 0, 1, 0],
            [-1, 10, 0, -10, 1],
            [0, 0, 0, 0, 0],
            [1, -10, 0, 10, -1],
            [0, 1, 0, -1, 0],
        ],
    ),
    (5, middle([-1, 13, -24, 13, -1])),
];

const SLOPE: Kernel = [
    [-1, -1, 0, 1, 1],
    [-3, 13, 0, -13, 3],
    [-3, 38, 0, -38, 3],
    [-3, 13, 0, -13, 3],
    [-1, -1, 0, 1, 1],
];

const CURVE: Kernel = [
    [0, 0, 0, 0, 0],
    [0, 2, -5, 2, 0],
    [1, 7, -14, 7, 1],
    [0, 2, -5, 2, 0],
    [0, 0, 0, 0, 0],
];

const STEEP: Kernel = [
    [0, 0, 0, 0, 0],
    [0, 1, 0, -1, 0],
    [0, 2, 0, -2, 0],
    [0, 1, 0, -1, 0],
    [0, 0, 0, 0, 0],
];

const SADDLE: Kernel = [
    [0, 0, 0, 0, 0],
    [0, 1, -3, 1, 0],
    [0, 0, 0, 0, 0],
    [0, -1, 3, -1, 0],
    [0, 0, 0, 0, 0],
];

const fn middle(row: [i32; 5]) -> Kernel {
    [[0; 5], [0; 5], row, [0; 5], [0; 5]]
}

const fn transposed(kernel: Kernel) -> Kernel {
    let mut result = kernel;
    let mut at = 0;
    while at < 25 {
        result[at % 5][at / 5] = kernel[at / 5][at % 5];
        at += 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_keep_a_flat_area_flat() {
        let flat = [[100; 5]; 5];
        for (place, kernel) in DC_ALONE.iter().chain(&SOME_AC) {
            let expected = if *place == 0 { 100 * 256 } else { 0 };
            assert_eq!(sum(&flat, kernel), expected, "{place}");
        }
    }

    #[test]
    fn estimates_are_rounded_away_from_zero_and_stay_below_what_is_known() {
        let step = 2; // a coefficient of 1 is a sum of 512
        assert_eq!(
            [0, 255, 256, 767, 768].map(|sum| estimate(sum, step, UNSENT)),
            [0, 0, 1, 1, 2]
        );
        assert_eq!([-255, -256].map(|sum| estimate(sum, step, UNSENT)), [0, -1]);
        assert_eq!(
            [100_000, -100_000].map(|sum| estimate(sum, step, 2)),
            [3, -3]
        );
        estimate(i64::from(i32::MAX) * 0xffff, 1, UNSENT); // too large, and no panic
    }

    #[test]
    fn rows_at_the_edges_stand_for_those_beyond() {
        let mut component = Component::new(1, 1, 1, 0);
        component.blocks_down = 3;
        assert_eq!(around(&component, 0), [0, 0, 0, 1, 2]);
        assert_eq!(around(&component, 1), [0, 0, 1, 2, 2]);
        assert_eq!(around(&component, 2), [0, 1, 2, 2, 2]);
        component.blocks_down = 1;
        assert_eq!(around(&component, 0), [0; 5]);
    }

    /// Row 3 holds no picture: there are three rows of blocks, and a row of MCUs has two.
    #[test]
    fn rows_around_the_last_row_of_mcus_are_those_of_the_reference() {
        let mut component = Component::new(1, 1, 2, 0);
        component.blocks_down = 3;
        assert_eq!(around(&component, 1), [0, 0, 1, 2, 3]);
        assert_eq!(around(&component, 2), [1, 1, 2, 2, 2]);
    }
}
