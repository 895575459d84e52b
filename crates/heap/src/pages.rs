//! Allocation of the pages of the memory.

/// Least size in bytes of a block that is made of whole pages.
pub const LARGE_BYTES: usize = 256 << 10;

/// Bytes of a WebAssembly page.
pub const PAGE_BYTES: usize = 1 << 16;

/// Free ranges that are recorded. A further range would be lost to the memory, which never happens
/// with blocks of a megabyte.
const MOST_RANGES: usize = 256;

/// Least number of pages of a block that is kept out of the front of the memory: 8 MiB.
const HIGH_PAGES: usize = 128;

/// Pages at the front of the memory that are reserved for small blocks: 8 MiB. A small block that
/// stays in the middle of a free range of tens of megabytes would halve that range for the lifetime
/// of the module.
const FRONT_PAGES: usize = 128;

/// Free ranges of pages by address, and the end of the memory.
#[derive(Debug)]
pub struct Pages {
    free: [Range; MOST_RANGES],
    ranges: usize,
    /// End of the front; `None` before the first block.
    front_end: Option<usize>,
    /// Pages of the memory that are known.
    end: usize,
}

/// A range of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    start: usize,
    pages: usize,
}

impl Range {
    fn end(self) -> usize {
        self.start + self.pages
    }
}

/// Choice among several free ranges that a block fits into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Range that leaves the least over.
    Tightest,
    /// Range with the lowest address.
    Lowest,
}

impl Pages {
    /// Creates the record of a memory that has not been used yet.
    pub const fn new() -> Pages {
        Pages {
            free: [Range { start: 0, pages: 0 }; MOST_RANGES],
            ranges: 0,
            front_end: None,
            end: 0,
        }
    }

    /// Takes `pages` pages in a row and returns the first one, or `None` if the memory cannot grow
    /// any more. `grow` adds pages to the memory and returns how many it had before.
    pub fn take(
        &mut self,
        pages: usize,
        place: Place,
        mut grow: impl FnMut(usize) -> Option<usize>,
    ) -> Option<usize> {
        if self.front_end.is_none() {
            self.end = grow(0)?;
            self.front_end = Some(self.end + FRONT_PAGES);
        }
        let lowest = self.lowest(pages, place);
        self.take_from(lowest, pages, place, &mut grow)
            .or_else(|| self.take_from(0, pages, place, &mut grow))
    }

    /// Takes `pages` free pages in a row and returns the first one, without growing the memory.
    pub fn take_free(&mut self, pages: usize, place: Place) -> Option<usize> {
        self.take_free_from(self.lowest(pages, place), pages, place)
            .or_else(|| self.take_free_from(0, pages, place))
    }

    /// Returns the lowest page that a block may have, as long as there is room elsewhere.
    fn lowest(&self, pages: usize, place: Place) -> usize {
        match place {
            Place::Tightest if pages >= HIGH_PAGES => self.front_end.unwrap_or(0),
            _ => 0,
        }
    }

    fn take_from(
        &mut self,
        lowest: usize,
        pages: usize,
        place: Place,
        grow: &mut impl FnMut(usize) -> Option<usize>,
    ) -> Option<usize> {
        if let Some(start) = self.take_free_from(lowest, pages, place) {
            return Some(start);
        }
        let last = self.free().last().filter(|range| range.end() == self.end);
        let start = last.map_or(self.end, |range| range.start).max(lowest);
        let more = start + pages - self.end;
        let had = grow(more)?;
        let is_ours = had == self.end;
        self.end = had + more;
        self.release(had, more);
        if !is_ours {
            // Other code has grown the memory: the new pages are not adjacent to the free ones.
            return self.take_free_from(0, pages, place);
        }
        let at = self.ranges - 1; // from `start` or before it to the end
        self.free[at].pages -= pages;
        if self.free[at].pages == 0 {
            self.ranges -= 1;
        }
        Some(start)
    }

    fn take_free_from(&mut self, lowest: usize, pages: usize, place: Place) -> Option<usize> {
        let usable = |range: &Range| range.end().saturating_sub(range.start.max(lowest));
        let fitting = self.free().iter().enumerate();
        let fitting = fitting.filter(|(_, range)| usable(range) >= pages);
        let (at, range) = match place {
            Place::Tightest => fitting.min_by_key(|(_, range)| range.pages),
            Place::Lowest => fitting.min_by_key(|(_, range)| range.start),
        }?;
        let range = *range;
        if place == Place::Tightest && pages >= HIGH_PAGES && range.pages > pages {
            self.free[at].pages -= pages;
            return Some(range.end() - pages);
        }
        self.cut(at, pages);
        Some(range.start)
    }

    /// Frees pages.
    pub fn release(&mut self, start: usize, pages: usize) {
        if pages == 0 {
            return;
        }
        let mut range = Range { start, pages };
        let at = self.free().partition_point(|other| other.start < start);
        let mut joined = at..at;
        if at > 0 && self.free[at - 1].end() == start {
            range = Range {
                start: self.free[at - 1].start,
                pages: self.free[at - 1].pages + range.pages,
            };
            joined.start -= 1;
        }
        if at < self.ranges && self.free[at].start == range.end() {
            range.pages += self.free[at].pages;
            joined.end += 1;
        }
        match joined.len() {
            0 if self.ranges == MOST_RANGES => {}
            0 => {
                self.free.copy_within(at..self.ranges, at + 1);
                self.free[at] = range;
                self.ranges += 1;
            }
            gone => {
                self.free[joined.start] = range;
                self.free
                    .copy_within(joined.end..self.ranges, joined.start + 1);
                self.ranges -= gone - 1;
            }
        }
    }

    /// Extends a block in place, if the pages behind it are free or the memory grows; returns
    /// whether this succeeded.
    pub fn extend(
        &mut self,
        start: usize,
        pages: usize,
        more: usize,
        grow: impl FnOnce(usize) -> Option<usize>,
    ) -> bool {
        let end = start + pages;
        let next = self.free().iter().position(|range| range.start == end);
        let here = next.map_or(0, |at| self.free[at].pages);
        if let Some(at) = next.filter(|_| here >= more) {
            self.cut(at, more);
            return true;
        }
        if end + here != self.end {
            return false;
        }
        match grow(more - here) {
            Some(had) if had == self.end => {
                if here > 0 {
                    self.ranges -= 1; // it was the last one
                }
                self.end += more - here;
                true
            }
            Some(had) => {
                self.end = had + more - here;
                self.release(had, more - here);
                false
            }
            None => false,
        }
    }

    /// Returns the pages of the memory.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Returns the number of free pages.
    pub fn free_pages(&self) -> usize {
        self.free().iter().map(|range| range.pages).sum()
    }

    fn free(&self) -> &[Range] {
        &self.free[..self.ranges]
    }

    /// Removes pages from the front of a range.
    fn cut(&mut self, at: usize, pages: usize) {
        let range = &mut self.free[at];
        range.start += pages;
        range.pages -= pages;
        if range.pages == 0 {
            self.free.copy_within(at + 1..self.ranges, at);
            self.ranges -= 1;
        }
    }
}

impl Default for Pages {
    fn default() -> Self {
        Pages::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOST: usize = 1536; // pages of 96 MiB

    /// Returns a function that grows a memory of `memory` pages.
    fn grow(memory: &mut usize) -> impl FnMut(usize) -> Option<usize> + '_ {
        |pages| {
            let had = *memory;
            *memory = Some(had + pages).filter(|&now| now <= MOST)?;
            Some(had)
        }
    }

    #[test]
    fn a_block_that_is_a_little_larger_grows_the_memory_by_a_little() {
        let (mut pages, mut memory) = (Pages::new(), 20);
        assert_eq!(pages.take(4, Place::Lowest, grow(&mut memory)), Some(20));
        let front_end = 20 + FRONT_PAGES;
        let first = pages.take(1000, Place::Tightest, grow(&mut memory));
        assert_eq!(first, Some(front_end));
        let small = pages.take(2, Place::Lowest, grow(&mut memory));
        assert_eq!(small, Some(24), "in front and not behind the large block");
        pages.release(front_end, 1000);
        let second = pages.take(1100, Place::Tightest, grow(&mut memory));
        assert_eq!((second, memory), (Some(front_end), front_end + 1100));
        assert_eq!(pages.take(500, Place::Tightest, grow(&mut memory)), None);
        assert_eq!(pages.end(), memory, "a refusal changes nothing");
    }

    #[test]
    fn small_blocks_that_come_beside_a_large_one_and_stay_halve_no_place() {
        let (mut pages, mut memory) = (Pages::new(), 0);
        let mut large =
            |pages: &mut Pages, count| pages.take(count, Place::Tightest, grow(&mut memory));
        for count in [1000, 700, 1100] {
            let first = large(&mut pages, count).expect("room");
            let small = pages.take(20, Place::Lowest, |_| None).expect("in front");
            pages.release(first, count);
            assert!(small < FRONT_PAGES);
        }
        assert!(large(&mut pages, 1100).is_some());
        assert_eq!(memory, 1100 + FRONT_PAGES, "and the memory has not grown");
    }

    #[test]
    fn a_block_that_fits_nowhere_else_has_the_front_too() {
        let (mut pages, mut memory) = (Pages::new(), 0);
        let most = pages.take(MOST - 10, Place::Tightest, grow(&mut memory));
        assert_eq!((most, memory), (Some(0), MOST - 10));
    }

    #[test]
    fn a_block_grows_where_it_is() {
        let (mut pages, mut memory) = (Pages::new(), 0);
        let start = pages
            .take(10, Place::Tightest, grow(&mut memory))
            .expect("room");
        assert!(pages.extend(start, 10, 5, grow(&mut memory)));
        pages.take(1, Place::Tightest, grow(&mut memory));
        assert!(
            !pages.extend(start, 15, 1, grow(&mut memory)),
            "something is behind"
        );
        pages.release(15, 1);
        assert!(pages.extend(start, 15, 3, grow(&mut memory)));
        assert_eq!((memory, pages.free_pages()), (18, 0));
        pages.release(start + 10, 8);
        assert!(pages.extend(start, 10, 2, grow(&mut memory)));
        assert_eq!(pages.free_pages(), 6);
    }

    #[test]
    fn what_somebody_else_has_grown_is_left_alone() {
        let (mut pages, mut memory) = (Pages::new(), 0);
        pages.take(4, Place::Tightest, grow(&mut memory));
        memory += 3;
        let next = pages.take(4, Place::Tightest, grow(&mut memory));
        assert_eq!(next, Some(7));
        assert!(!pages.extend(0, 4, 1, grow(&mut memory)));
    }

    proptest! {
        /// Blocks are allocated, extended, shrunk and freed: no two overlap, free and taken blocks
        /// cover the memory, and adjacent free ranges are merged.
        #[test]
        fn no_page_has_two_owners(steps in prop::collection::vec((0usize..4, 1usize..200, any::<bool>(), 0usize..64), 1..300)) {
            let (mut pages, mut memory) = (Pages::new(), 17);
            let mut taken: Vec<Range> = Vec::new();
            for (what, count, low, which) in steps {
                let which = which % taken.len().max(1);
                match what {
                    0 | 1 => {
                        let place = if low { Place::Lowest } else { Place::Tightest };
                        if let Some(start) = pages.take(count, place, grow(&mut memory)) {
                            taken.push(Range { start, pages: count });
                        }
                    }
                    2 if !taken.is_empty() => {
                        let range = taken.swap_remove(which);
                        pages.release(range.start, range.pages);
                    }
                    _ if !taken.is_empty() => {
                        let range = &mut taken[which];
                        if pages.extend(range.start, range.pages, count, grow(&mut memory)) {
                            range.pages += count;
                        }
                    }
                    _ => {}
                }
                let mut all: Vec<(Range, bool)> = taken.iter().map(|r| (*r, false)).collect();
                all.extend(pages.free().iter().map(|r| (*r, true)));
                all.sort_by_key(|(range, _)| range.start);
                let mut end = 17;
                for (at, (range, free)) in all.iter().enumerate() {
                    prop_assert_eq!(range.start, end);
                    prop_assert!(!(*free && at > 0 && all[at - 1].1), "two free neighbours");
                    end = range.end();
                }
                prop_assert_eq!(end, if all.is_empty() { 17 } else { memory });
            }
        }
    }
}
