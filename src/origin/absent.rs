//! Record of the paths that the origin has reported as missing, each for a minute.
//!
//! All paths share the cache entry of a picture, so an entry does not tell whether the origin has
//! the path. The origin's replies are kept in the memory of the isolate, in a list of fixed size:
//! strangers choose paths, and an entry for each would let them fill the cache.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

/// Most paths that are remembered; the oldest is forgotten first.
const MOST: usize = 512;

/// Milliseconds for which the origin's reply is valid.
const GOOD_MS: f64 = 60_000.0;

/// Paths, with their queries, that the origin does not have.
#[derive(Debug, Default)]
pub struct Absent(Mutex<Vec<(Name, f64)>>);

/// Hash of a path and its query; SHA-256 rules out collisions.
type Name = [u8; 32];

impl Absent {
    /// Creates an empty record.
    pub const fn new() -> Absent {
        Absent(Mutex::new(Vec::new()))
    }

    /// Records that the origin does not have this path, as of now.
    pub fn remember(&self, path_and_query: &str, now_ms: f64) {
        let name = name_of(path_and_query);
        let mut known = self.lock();
        known.retain(|(other, since)| *other != name && is_good(*since, now_ms));
        if known.len() >= MOST {
            known.remove(0);
        }
        known.push((name, now_ms));
    }

    /// Whether the origin has reported within the last minute that it does not have this path.
    pub fn has(&self, path_and_query: &str, now_ms: f64) -> bool {
        let name = name_of(path_and_query);
        let known = self.lock();
        known
            .iter()
            .any(|(other, since)| *other == name && is_good(*since, now_ms))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Name, f64)>> {
        // No code that holds the lock panics half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name_of(path_and_query: &str) -> Name {
    Sha256::digest(path_and_query).into()
}

fn is_good(since_ms: f64, now_ms: f64) -> bool {
    (0.0..GOOD_MS).contains(&(now_ms - since_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origins_word_is_good_for_a_minute() {
        let absent = Absent::new();
        assert!(!absent.has("/a?s=x", 0.0));
        absent.remember("/a?s=x", 1000.0);
        assert!(absent.has("/a?s=x", 1000.0) && absent.has("/a?s=x", 60_999.0));
        assert!(!absent.has("/a?s=x", 61_000.0) && !absent.has("/a?s=x", 999.0));
        assert!(!absent.has("/a", 1000.0) && !absent.has("/a?s=y", 1000.0));
        absent.remember("/a?s=x", 50_000.0);
        assert!(absent.has("/a?s=x", 100_000.0));
    }

    #[test]
    fn no_number_of_paths_takes_more_room() {
        let absent = Absent::new();
        for at in 0..5000 {
            absent.remember(&format!("/{at}"), 0.0);
            absent.remember("/again", 0.0);
        }
        assert_eq!(absent.lock().len(), MOST);
        assert!(absent.has("/again", 0.0) && absent.has("/4999", 0.0) && !absent.has("/0", 0.0));
    }
}
