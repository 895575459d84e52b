//! Request coalescing: of the requests for one new answer at a time, one makes the answer and the others wait for its bytes.
//!
//! Only bytes and errors are shared, never a reply: a platform's reply belongs to its request. No platform and no clock: who waits is woken by
//! the waker that polled it, and stops waiting by dropping the future. Who makes the answer and goes away without a word, on whatever path,
//! wakes the others with [`Outcome::Lost`], and they begin again. One that the platform ends drops nothing: its flight lapses at the time
//! that it gave.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use http::Response;

use crate::answer::Answer;
use crate::error::Error;

/// The answers that are being made; `K` is a platform's keeping of bytes.
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
    /// The If-None-Match of each that has boarded behind the first.
    conditions: Vec<Option<String>>,
    /// Whether it is found after it has landed.
    lingers: bool,
}

/// How a flight ended.
#[derive(Debug)]
pub enum Outcome<K> {
    /// The answer is everybody's, or there is none and this is why.
    Shared(Result<Answer<K>, Error>),
    /// The answer is long, everybody's, and stored: take it from there.
    Stored,
    /// All who wait have the answer already, and this is its header (RFC 9110, section 15.4.5).
    NotModified(Response<()>),
    /// The answer is for the one that made it: make your own.
    Private,
    /// There is no answer: begin again.
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

/// A request's part in a flight.
#[derive(Debug)]
pub enum Role<'f, K> {
    /// Make the answer.
    Leader(Leader<'f, K>),
    /// Wait for it.
    Follower(Follower<K>),
}

impl<K> Default for Coalescer<K> {
    fn default() -> Self {
        Coalescer::new()
    }
}

impl<K> Coalescer<K> {
    /// Nothing is being made.
    pub fn new() -> Coalescer<K> {
        Coalescer(Arc::default())
    }

    /// A seat in the flight to this key: the first to come leads, and is taken for lost at `lapses_ms`.
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

/// Keeps a flight where it is found, although it has landed, until its answer has been stored: who boards in between gets the answer.
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

/// The one that makes the answer.
#[derive(Debug)]
pub struct Leader<'f, K> {
    flights: &'f Coalescer<K>,
    flight: Arc<InFlight<K>>,
}

impl<K> Leader<'_, K> {
    /// Whether this holds of the If-None-Match of everybody who has boarded behind the first.
    pub fn all(&self, holds: impl Fn(Option<&str>) -> bool) -> bool {
        let state = lock(&self.flight.state);
        state
            .conditions
            .iter()
            .all(|condition| holds(condition.as_deref()))
    }

    /// Has the flight found until what is returned is dropped, and not only until it lands.
    pub fn linger(&self) -> Lingering<K> {
        lock(&self.flight.state).lingers = true;
        Lingering {
            flights: self.flights.0.clone(),
            flight: self.flight.clone(),
        }
    }

    /// Ends the flight. The outcome is made only if somebody may get it.
    pub fn finish(self, outcome: impl FnOnce() -> Outcome<K>) {
        self.leave();
        if Arc::strong_count(&self.flight) > 1 {
            self.flight.end(outcome());
        }
    }

    /// Hides the flight from who comes from now on, unless it lingers.
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

/// One that waits; completes with the outcome.
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
    // Nothing in here panics half-way.
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
