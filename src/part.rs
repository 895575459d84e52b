//! Part of a file that a client asks for (RFC 9110, section 14).

/// Part of a file. Of several parts none is sent: the whole file is the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From a byte to another one, or to the end.
    From(u64, Option<u64>),
    /// So many bytes at the end.
    Last(u64),
}

/// Largest number of a Range: beyond that, numbers of JavaScript are no longer exact.
const MOST: u64 = 1 << 53;

impl Part {
    /// Parses a Range; `None` for what is no range of bytes, or more than one.
    pub fn parse(text: &str) -> Option<Part> {
        let (unit, range) = text.trim().split_once('=')?;
        let (first, last) = range.trim().split_once('-')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let number = |text: &str| {
            let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|number| *number <= MOST);
            number.filter(|_| is_plain)
        };
        if first.is_empty() {
            return number(last).map(Part::Last);
        }
        let first = number(first)?;
        match last {
            "" => Some(Part::From(first, None)),
            last => {
                let last = number(last).filter(|last| *last >= first)?;
                Some(Part::From(first, Some(last)))
            }
        }
    }

    /// Returns the first byte and the number of bytes in a file of so many; `None` if the file has
    /// none of them.
    pub fn within(self, length: u64) -> Option<(u64, u64)> {
        let (first, end) = match self {
            Part::From(first, None) => (first, length),
            Part::From(first, Some(last)) => (first, length.min(last.saturating_add(1))),
            Part::Last(bytes) => (length.saturating_sub(bytes), length),
        };
        (first < end).then(|| (first, end - first))
    }

    /// Returns the value of a Range.
    pub fn range(self) -> String {
        match self {
            Part::From(first, None) => format!("bytes={first}-"),
            Part::From(first, Some(last)) => format!("bytes={first}-{last}"),
            Part::Last(bytes) => format!("bytes=-{bytes}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_read_and_cut_to_the_file() {
        for (text, within) in [
            ("bytes=0-", Some((0, 10))),
            ("bytes=0-0", Some((0, 1))),
            ("bytes=3-5", Some((3, 3))),
            ("bytes=9-99", Some((9, 1))),
            ("bytes=-3", Some((7, 3))),
            ("bytes=-99", Some((0, 10))),
            ("BYTES=3-5", Some((3, 3))),
            ("Bytes=3-9007199254740992", Some((3, 7))),
            ("bytes=10-", None),
            ("bytes=-0", None),
        ] {
            let part = Part::parse(text);
            assert_eq!(part.and_then(|part| part.within(10)), within, "{text}");
            if let Some(part) = part {
                assert_eq!(Part::parse(&part.range()), Some(part));
            }
        }
        assert_eq!(Part::Last(5).within(0), None);
        for bad in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-3",
            "bytes=1-2,4-5",
            "bytes=+1-2",
            "bytes=1-2-3",
            "bytes=x-",
            "items=0-1",
            "bytes=9007199254740993-",
            "bytes=0-18446744073709551616",
        ] {
            assert_eq!(Part::parse(bad), None, "{bad}");
        }
    }
}
