//! Which of its own files the origin has said not to have, for a minute.
//!
//! Where all paths share the entry of a picture, an entry does not say whether the origin has the path. The origin's word is kept here, in the
//! memory of the isolate and in a room of fixed size: strangers choose paths, and an entry for each would let them fill the cache.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

/// The most paths that are remembered; the oldest is forgotten first.
const MOST: usize = 512;

/// Milliseconds for which the origin's word is good.
const GOOD_MS: f64 = 60_000.0;

/// The paths, with their queries, that the origin does not have.
#[derive(Debug, Default)]
pub struct Absent(Mutex<Vec<(Name, f64)>>);

/// A path and its query; nobody finds two with the same hash.
type Name = [u8; 32];

impl Absent {
    /// Nothing is known.
    pub const fn new() -> Absent {
        Absent(Mutex::new(Vec::new()))
    }

    /// Remembers that the origin does not have this, as of now.
    pub fn remember(&self, path_and_query: &str, now_ms: f64) {
        let name = name_of(path_and_query);
        let mut known = self.lock();
        known.retain(|(other, since)| *other != name && is_good(*since, now_ms));
        if known.len() >= MOST {
            known.remove(0);
        }
        known.push((name, now_ms));
    }

    /// Whether the origin has said within the last minute that it does not have this.
    pub fn has(&self, path_and_query: &str, now_ms: f64) -> bool {
        let name = name_of(path_and_query);
        let known = self.lock();
        known
            .iter()
            .any(|(other, since)| *other == name && is_good(*since, now_ms))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Name, f64)>> {
        // Nothing in here panics half-way.
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
