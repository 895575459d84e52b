//! Requests for the same new answer at the same time: one makes it, the others wait for its bytes.
//!
//! Only bytes and errors are shared, never a reply: a platform's reply belongs to its request. No platform and no clock: who waits is woken by
//! the waker that polled it, and stops waiting by dropping the future. Who makes the answer and goes away without a word, on whatever path,
//! wakes the others with [`Outcome::Lost`], and they begin again. One that the platform ends drops nothing: who waited too long for it tells
//! [`Flights::forget`].

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use http::Response;

use crate::error::Error;

/// An answer's header and bytes, or why there are none: what is shared.
pub type Answer = Result<Arc<Response<Vec<u8>>>, Error>;

/// The answers that are being made.
#[derive(Debug, Default)]
pub struct Flights(Mutex<Vec<(String, Arc<Flight>)>>);

#[derive(Debug, Default)]
struct Flight(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    outcome: Option<Outcome>,
    waiting: Vec<Waker>,
}

/// How a flight ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The answer is everybody's.
    Shared(Answer),
    /// The answer is for the one that made it: make your own.
    Private,
    /// There is no answer: begin again.
    Lost,
}

/// A request's part in a flight.
#[derive(Debug)]
pub enum Seat<'f> {
    /// Make the answer.
    Lead(Lead<'f>),
    /// Wait for it.
    Follow(Follow),
}

impl Flights {
    /// Nothing is being made.
    pub const fn new() -> Flights {
        Flights(Mutex::new(Vec::new()))
    }

    /// A seat in the flight to this key: the first to come leads.
    pub fn board(&self, key: &str) -> Seat<'_> {
        let mut flights = lock(&self.0);
        if let Some((_, flight)) = flights.iter().find(|(name, _)| name == key) {
            return Seat::Follow(Follow(flight.clone()));
        }
        let flight = Arc::new(Flight::default());
        flights.push((key.to_owned(), flight.clone()));
        Seat::Lead(Lead {
            flights: self,
            flight,
        })
    }

    /// Gives a flight up that seems to have no leader any more, for those who still board.
    pub fn forget(&self, follow: &Follow) {
        self.remove(&follow.0);
    }

    fn remove(&self, flight: &Arc<Flight>) {
        lock(&self.0).retain(|(_, other)| !Arc::ptr_eq(other, flight));
    }
}

/// The one that makes the answer.
#[derive(Debug)]
pub struct Lead<'f> {
    flights: &'f Flights,
    flight: Arc<Flight>,
}

impl Lead<'_> {
    /// Ends the flight. The outcome is made only if somebody waits for it.
    pub fn land(self, outcome: impl FnOnce() -> Outcome) {
        self.flights.remove(&self.flight); // who comes from now on does not find it
        if Arc::strong_count(&self.flight) > 1 {
            self.flight.end(outcome());
        }
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.flights.remove(&self.flight);
        self.flight.end(Outcome::Lost); // unless it has ended
    }
}

impl Flight {
    fn end(&self, outcome: Outcome) {
        let mut state = lock(&self.0);
        state.outcome.get_or_insert(outcome);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state); // wakers do what they like
        waiting.into_iter().for_each(Waker::wake);
    }
}

/// One that waits; completes with the outcome.
#[derive(Debug)]
pub struct Follow(Arc<Flight>);

impl Future for &Follow {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let mut state = lock(&self.0.0);
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

    fn lead<'f>(flights: &'f Flights, key: &str) -> Lead<'f> {
        match flights.board(key) {
            Seat::Lead(lead) => lead,
            Seat::Follow(_) => unreachable!("nobody leads"),
        }
    }

    fn follow(flights: &Flights, key: &str) -> Follow {
        match flights.board(key) {
            Seat::Follow(follow) => follow,
            Seat::Lead(_) => unreachable!("somebody leads"),
        }
    }

    fn poll(mut follow: &Follow) -> Poll<Outcome> {
        Pin::new(&mut follow).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn the_first_makes_the_answer_and_all_others_get_it() {
        let flights = Flights::new();
        let first = lead(&flights, "a");
        let others = [follow(&flights, "a"), follow(&flights, "a")];
        let _unrelated = lead(&flights, "b");
        assert!(others.iter().all(|other| poll(other).is_pending()));
        first.land(|| Outcome::Shared(Ok(Arc::new(Response::new(b"x".to_vec())))));
        for other in &others {
            let Poll::Ready(Outcome::Shared(Ok(answer))) = poll(other) else {
                unreachable!("no answer");
            };
            assert_eq!(answer.body(), b"x");
        }
        lead(&flights, "a");
    }

    #[test]
    fn an_answer_that_nobody_waits_for_is_not_copied() {
        let flights = Flights::new();
        drop(lead(&flights, "a"));
        lead(&flights, "a").land(|| unreachable!("nobody waits"));
    }

    #[test]
    fn a_leader_that_goes_away_or_is_given_up_makes_room_for_the_next() {
        let flights = Flights::new();
        let first = lead(&flights, "a");
        let other = follow(&flights, "a");
        drop(first);
        assert!(matches!(poll(&other), Poll::Ready(Outcome::Lost)));

        std::mem::forget(lead(&flights, "a"));
        let other = follow(&flights, "a");
        assert!(poll(&other).is_pending());
        flights.forget(&other);
        lead(&flights, "a");
    }
}
