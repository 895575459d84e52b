//! Request coalescing: of simultaneous requests for one new answer, the leader makes the answer and
//! the followers wait for its bytes.
//!
//! Only bytes and errors are shared, never a reply, because a platform's reply belongs to its
//! request. The module knows no platform and no clock: a follower is woken by the waker that polled
//! it, and stops waiting when its future is dropped. A leader that is dropped on any path without
//! an outcome wakes its followers with [`Outcome::Lost`], and they start again. A leader that the
//! platform ends drops nothing: its flight lapses at the time given to [`Coalescer::join`].

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use http::Response;

use crate::answer::Answer;
use crate::error::Error;

/// Answers that are being made; `K` is a platform's type for kept bytes.
#[derive(Debug)]
pub struct Coalescer<K>(Arc<Mutex<Table<K>>>);

type Table<K> = Vec<(String, Arc<InFlight<K>>)>;

#[derive(Debug)]
struct InFlight<K> {
    lapses_ms: f64,
    state: Mutex<State<K>>,
}

#[derive(Debug)]
struct State<K> {
    outcome: Option<Outcome<K>>,
    waiting: Vec<Waker>,
    /// If-None-Match of each follower.
    conditions: Vec<Option<String>>,
    /// Whether the flight can still be joined after its outcome is known.
    lingers: bool,
}

/// Outcome of a flight.
#[derive(Debug)]
pub enum Outcome<K> {
    /// The answer for all followers, or the error that prevented it.
    Shared(Result<Answer<K>, Error>),
    /// The answer is long and stored: each follower takes it from the cache.
    Stored,
    /// All followers have the answer already; this is the header of the 304 (RFC 9110, section
    /// 15.4.5).
    NotModified(Response<()>),
    /// The answer is for the leader's client only: each follower makes its own.
    Private,
    /// There is no outcome: each follower starts again.
    Lost,
}

impl<K> Clone for Outcome<K> {
    fn clone(&self) -> Self {
        match self {
            Outcome::Shared(answer) => Outcome::Shared(answer.clone()),
            Outcome::Stored => Outcome::Stored,
            Outcome::NotModified(head) => Outcome::NotModified(head.clone()),
            Outcome::Private => Outcome::Private,
            Outcome::Lost => Outcome::Lost,
        }
    }
}

/// Role of a request in a flight.
#[derive(Debug)]
pub enum Role<'f, K> {
    /// The request makes the answer.
    Leader(Leader<'f, K>),
    /// The request waits for the answer.
    Follower(Follower<K>),
}

impl<K> Default for Coalescer<K> {
    fn default() -> Self {
        Coalescer::new()
    }
}

impl<K> Coalescer<K> {
    /// Creates a table without flights.
    pub fn new() -> Coalescer<K> {
        Coalescer(Arc::default())
    }

    /// Joins the flight for this key. The first request becomes the leader, and is taken for lost
    /// at `lapses_ms`.
    pub fn join(
        &self,
        key: &str,
        if_none_match: Option<&str>,
        now_ms: f64,
        lapses_ms: f64,
    ) -> Role<'_, K> {
        let mut flights = lock(&self.0);
        flights.retain(|(_, flight)| flight.lapses_ms > now_ms);
        if let Some((_, flight)) = flights.iter().find(|(name, _)| name == key) {
            let mut state = lock(&flight.state);
            state.conditions.push(if_none_match.map(str::to_owned));
            return Role::Follower(Follower(flight.clone()));
        }
        let flight = Arc::new(InFlight {
            lapses_ms,
            state: Mutex::new(State {
                outcome: None,
                waiting: Vec::new(),
                conditions: Vec::new(),
                lingers: false,
            }),
        });
        flights.push((key.to_owned(), flight.clone()));
        Role::Leader(Leader {
            flights: self,
            flight,
        })
    }

    fn remove(&self, flight: &Arc<InFlight<K>>) {
        lock(&self.0).retain(|(_, other)| !Arc::ptr_eq(other, flight));
    }
}

/// Guard that keeps a finished flight joinable until its answer has been stored, so that requests
/// in between get the answer.
#[derive(Debug)]
pub struct Lingering<K> {
    flights: Arc<Mutex<Table<K>>>,
    flight: Arc<InFlight<K>>,
}

impl<K> Drop for Lingering<K> {
    fn drop(&mut self) {
        lock(&self.flights).retain(|(_, other)| !Arc::ptr_eq(other, &self.flight));
    }
}

/// Request that makes the answer.
#[derive(Debug)]
pub struct Leader<'f, K> {
    flights: &'f Coalescer<K>,
    flight: Arc<InFlight<K>>,
}

impl<K> Leader<'_, K> {
    /// Whether `holds` is true of the If-None-Match of every follower.
    pub fn all(&self, holds: impl Fn(Option<&str>) -> bool) -> bool {
        let state = lock(&self.flight.state);
        state
            .conditions
            .iter()
            .all(|condition| holds(condition.as_deref()))
    }

    /// Keeps the flight joinable until the returned guard is dropped, and not only until it ends.
    pub fn linger(&self) -> Lingering<K> {
        lock(&self.flight.state).lingers = true;
        Lingering {
            flights: self.flights.0.clone(),
            flight: self.flight.clone(),
        }
    }

    /// Ends the flight. The outcome is computed only if somebody may receive it.
    pub fn finish(self, outcome: impl FnOnce() -> Outcome<K>) {
        self.leave();
        if Arc::strong_count(&self.flight) > 1 {
            self.flight.end(outcome());
        }
    }

    /// Removes the flight from the table, so that later requests cannot join it, unless it lingers.
    fn leave(&self) {
        if !lock(&self.flight.state).lingers {
            self.flights.remove(&self.flight);
        }
    }
}

impl<K> Drop for Leader<'_, K> {
    fn drop(&mut self) {
        self.leave();
        self.flight.end(Outcome::Lost); // unless it has ended
    }
}

impl<K> InFlight<K> {
    fn end(&self, outcome: Outcome<K>) {
        let mut state = lock(&self.state);
        state.outcome.get_or_insert(outcome);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state); // wakers do what they like
        waiting.into_iter().for_each(Waker::wake);
    }
}

/// Request that waits for the answer; a future of the outcome.
#[derive(Debug)]
pub struct Follower<K>(Arc<InFlight<K>>);

impl<K> Future for &Follower<K> {
    type Output = Outcome<K>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome<K>> {
        let mut state = lock(&self.0.state);
        if let Some(outcome) = &state.outcome {
            return Poll::Ready(outcome.clone());
        }
        let waker = context.waker();
        if !state.waiting.iter().any(|other| other.will_wake(waker)) {
            state.waiting.push(waker.clone());
        }
        Poll::Pending
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code that holds the lock panics half-way.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Kept;

    type Bytes = &'static [u8];

    fn lead<'f>(flights: &'f Coalescer<Bytes>, key: &str) -> Leader<'f, Bytes> {
        match flights.join(key, None, 0.0, 10.0) {
            Role::Leader(lead) => lead,
            Role::Follower(_) => unreachable!("nobody leads"),
        }
    }

    fn follow(flights: &Coalescer<Bytes>, key: &str, condition: Option<&str>) -> Follower<Bytes> {
        match flights.join(key, condition, 9.0, 19.0) {
            Role::Follower(follow) => follow,
            Role::Leader(_) => unreachable!("somebody leads"),
        }
    }

    fn poll(mut follow: &Follower<Bytes>) -> Poll<Outcome<Bytes>> {
        Pin::new(&mut follow).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn the_first_makes_the_answer_and_all_others_get_it() {
        let flights = Coalescer::new();
        let first = lead(&flights, "a");
        let others = [(); 2].map(|()| follow(&flights, "a", None));
        let _unrelated = lead(&flights, "b");
        assert!(others.iter().all(|other| poll(other).is_pending()));
        let answer = Response::new(Kept::new(b"x".as_slice(), None));
        first.finish(|| Outcome::Shared(Ok(answer)));
        for other in &others {
            let Poll::Ready(Outcome::Shared(Ok(answer))) = poll(other) else {
                unreachable!("no answer");
            };
            assert_eq!(*answer.body().bytes(), b"x");
        }
        lead(&flights, "a");
    }

    #[test]
    fn who_boards_before_the_answer_is_stored_gets_it() {
        let flights = Coalescer::new();
        let first = lead(&flights, "a");
        let stored = first.linger();
        let answer = Response::new(Kept::new(b"x".as_slice(), None));
        first.finish(|| Outcome::Shared(Ok(answer)));
        let late = follow(&flights, "a", None);
        assert!(matches!(poll(&late), Poll::Ready(Outcome::Shared(Ok(_)))));
        drop(stored);
        lead(&flights, "a");
    }

    #[test]
    fn an_answer_that_nobody_waits_for_is_not_copied() {
        let flights = Coalescer::new();
        drop(lead(&flights, "a"));
        lead(&flights, "a").finish(|| unreachable!("nobody waits"));
    }

    #[test]
    fn a_leader_that_goes_away_or_lapses_makes_room_for_the_next() {
        let flights = Coalescer::new();
        let first = lead(&flights, "a");
        let other = follow(&flights, "a", None);
        drop(first);
        assert!(matches!(poll(&other), Poll::Ready(Outcome::Lost)));

        std::mem::forget(lead(&flights, "a"));
        let other = follow(&flights, "a", None);
        assert!(poll(&other).is_pending());
        let next = flights.join("a", None, 10.0, 20.0);
        assert!(matches!(next, Role::Leader(_)));
    }

    #[test]
    fn the_leader_is_told_what_those_behind_it_have() {
        let flights = Coalescer::new();
        let first = lead(&flights, "a");
        let has = |condition: Option<&str>| condition == Some("1");
        assert!(first.all(has), "nobody is behind it");
        let _second = follow(&flights, "a", Some("1"));
        assert!(first.all(has));
        let _third = follow(&flights, "a", None);
        assert!(!first.all(has));
    }
}
