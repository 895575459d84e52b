//! Admission control: shares out a quantity of one instance among its requests in flight.
//!
//! The quantity is bytes: of the module's memory, of files whose header is being read, of answers
//! that the runtime still has to send. A request takes a share before it allocates. While the
//! shares of other requests leave no room, the request waits in a first-in, first-out queue.
//!
//! Two rules change that order. Holders that grow are served before new requests, because only
//! finished requests free memory. And a cheap request may overtake an expensive one that does not
//! fit, at most [`MOST_OVERTAKEN`] times for each expensive one: a thumbnail need not wait behind
//! fifty AVIFs, and none of the fifty waits for as long as thumbnails arrive. For the same reason,
//! an eighth of the budget is kept free of expensive requests.
//!
//! The module knows no platform and no clock: time is an argument, and a waiting request is woken
//! by the waker that polled it. A share is released when it is dropped, on any path. A request that
//! the platform ends drops nothing: its share lapses at the time given to [`Governor::share`]. A
//! panic ends the whole instance, and the next instance starts with an empty governor.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Times that an expensive request may be overtaken before cheap requests have to wait for it.
pub const MOST_OVERTAKEN: u32 = 16;

/// Error: no share was released in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Record of all holders and waiting requests. Clones share one record.
#[derive(Clone, Debug, Default)]
pub struct Governor(Arc<Mutex<Ledger>>);

#[derive(Debug, Default)]
struct Ledger {
    holders: Vec<Holder>,
    /// Holders that wait to grow.
    growing: VecDeque<Waiter>,
    /// Requests that wait for their first share, in order of arrival.
    queue: VecDeque<Waiter>,
    /// Times that the first expensive request of the queue has been overtaken.
    overtaken: u32,
    ids: u64,
}

#[derive(Debug)]
struct Holder {
    id: u64,
    bytes: u64,
    dear: bool,
    lapses_ms: f64,
}

#[derive(Debug)]
struct Waiter {
    /// Share that is requested, and the budget of all holders together.
    wish: Holder,
    budget: u64,
    waker: Waker,
}

impl Governor {
    /// Creates a governor without holders.
    pub fn new() -> Governor {
        Governor::default()
    }

    /// Creates an empty share of a budget of `budget` bytes. The share counts until it is dropped,
    /// or until `lapses_ms`.
    pub fn share(&self, budget: u64, lapses_ms: f64) -> Permit {
        let mut ledger = self.ledger();
        ledger.ids += 1;
        Permit {
            governor: self.clone(),
            id: ledger.ids,
            budget,
            dear: false,
            lapses_ms,
            bytes: 0,
        }
    }

    /// Returns the bytes that are held.
    pub fn reserved(&self) -> u64 {
        self.ledger().reserved()
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // No code that holds the lock panics half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the ledger, then serves waiting requests. The lock is released before wakers are
    /// called, because wakers may call the governor.
    fn change<T>(&self, change: impl FnOnce(&mut Ledger) -> T) -> T {
        let mut ledger = self.ledger();
        let value = change(&mut ledger);
        let served = ledger.serve();
        drop(ledger);
        served.into_iter().for_each(Waker::wake);
        value
    }
}

impl Ledger {
    fn reserved(&self) -> u64 {
        self.holders.iter().map(|holder| holder.bytes).sum()
    }

    fn held_by(&self, id: u64) -> u64 {
        let of_id = self.holders.iter().filter(|holder| holder.id == id);
        of_id.map(|holder| holder.bytes).sum()
    }

    /// Grants waiting requests their shares in order, as long as they fit.
    fn serve(&mut self) -> Vec<Waker> {
        let mut served = Vec::new();
        while let Some(Waiter { wish, waker, .. }) = self.next() {
            self.holders.retain(|holder| holder.id != wish.id);
            self.holders.push(wish);
            served.push(waker);
        }
        served
    }

    /// Removes the next waiter that fits from the queues.
    fn next(&mut self) -> Option<Waiter> {
        if let Some(first) = self.growing.front() {
            return if self.fits(first) {
                self.growing.pop_front()
            } else {
                None
            };
        }
        let first = self.queue.front()?;
        if self.fits(first) {
            if first.wish.dear {
                self.overtaken = 0;
            }
            return self.queue.pop_front();
        }
        if !first.wish.dear || self.overtaken >= MOST_OVERTAKEN {
            return None;
        }
        let cheap = self.queue.iter().position(|waiter| !waiter.wish.dear)?;
        if !self.fits(&self.queue[cheap]) {
            return None;
        }
        self.overtaken += 1;
        self.queue.remove(cheap)
    }

    fn fits(&self, waiter: &Waiter) -> bool {
        let Waiter { wish, budget, .. } = waiter;
        let others = |dear_only: bool| -> u64 {
            let others = self.holders.iter().filter(|holder| holder.id != wish.id);
            let counted = others.filter(|holder| holder.dear || !dear_only);
            counted.map(|holder| holder.bytes).sum()
        };
        let within = |held: u64, most: u64| held.saturating_add(wish.bytes) <= most;
        let holds = self.held_by(wish.id) > 0;
        let for_dear = budget - budget / 8;
        // A request for more than that waits until it has the whole budget to itself.
        let spares = !wish.dear || holds || wish.bytes > for_dear || within(others(true), for_dear);
        spares && within(others(false), *budget)
    }

    fn queue(&mut self, waiter: Waiter) {
        if self.held_by(waiter.wish.id) > 0 {
            self.growing.push_back(waiter);
        } else {
            self.queue.push_back(waiter);
        }
    }

    fn waiter_of(&mut self, id: u64) -> Option<&mut Waiter> {
        let mut waiters = self.growing.iter_mut().chain(&mut self.queue);
        waiters.find(|waiter| waiter.wish.id == id)
    }

    fn leave(&mut self, id: u64) {
        self.retain_waiters(|wish| wish.id != id);
    }

    fn forget_the_lapsed(&mut self, now_ms: f64) {
        self.holders.retain(|holder| holder.lapses_ms > now_ms);
        self.retain_waiters(|wish| wish.lapses_ms > now_ms);
    }

    fn retain_waiters(&mut self, keep: impl Fn(&Holder) -> bool) {
        let first_dear = |ledger: &Ledger| {
            let dear = ledger.queue.iter().find(|waiter| waiter.wish.dear);
            dear.map(|waiter| waiter.wish.id)
        };
        let before = first_dear(self);
        self.growing.retain(|waiter| keep(&waiter.wish));
        self.queue.retain(|waiter| keep(&waiter.wish));
        if first_dear(self) != before {
            self.overtaken = 0; // who is the first now has not been overtaken
        }
    }
}

/// Share of one request; released when it is dropped.
#[derive(Debug)]
pub struct Permit {
    governor: Governor,
    id: u64,
    budget: u64,
    dear: bool,
    lapses_ms: f64,
    bytes: u64,
}

impl Permit {
    /// Returns the bytes held.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Marks the share as expensive, whatever its size; otherwise a share of more than a sixteenth
    /// of the budget is expensive.
    pub fn dear(mut self, dear: bool) -> Permit {
        self.dear = dear;
        self
    }

    /// Returns a future that completes when the share has `bytes` bytes in all. A share of more
    /// than the budget is never granted. Dropping the future stops waiting.
    pub fn grow(&mut self, bytes: u64, now_ms: f64) -> Turn<'_> {
        Turn {
            share: self,
            bytes,
            now_ms,
            queued: false,
        }
    }

    /// Sets the time at which the share lapses.
    pub fn lapse(&mut self, lapses_ms: f64) {
        self.lapses_ms = lapses_ms;
        let mut ledger = self.governor.ledger();
        for holder in ledger.holders.iter_mut().filter(|h| h.id == self.id) {
            holder.lapses_ms = lapses_ms;
        }
    }

    /// Reduces the share to `bytes` bytes.
    pub fn shrink(&mut self, bytes: u64) {
        if bytes >= self.bytes {
            return;
        }
        self.bytes = bytes;
        self.governor.change(|ledger| {
            for holder in ledger.holders.iter_mut().filter(|h| h.id == self.id) {
                holder.bytes = bytes;
            }
        });
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let id = self.id;
        self.governor
            .change(|ledger| ledger.holders.retain(|holder| holder.id != id));
    }
}

/// Future of a share that is about to grow.
#[derive(Debug)]
pub struct Turn<'s> {
    share: &'s mut Permit,
    bytes: u64,
    now_ms: f64,
    queued: bool,
}

impl Future for Turn<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let turn = self.get_mut();
        let Permit { id, bytes, .. } = *turn.share;
        if turn.bytes <= bytes {
            return Poll::Ready(());
        }
        let waker = context.waker();
        turn.share.governor.change(|ledger| {
            if !turn.queued {
                ledger.forget_the_lapsed(turn.now_ms);
                ledger.queue(turn.waiter(waker.clone()));
            } else if let Some(waiter) = ledger.waiter_of(id) {
                waiter.waker.clone_from(waker);
            }
        });
        turn.queued = true;
        if turn.share.governor.ledger().held_by(id) < turn.bytes {
            return Poll::Pending;
        }
        turn.share.bytes = turn.bytes;
        Poll::Ready(())
    }
}

impl Turn<'_> {
    fn waiter(&self, waker: Waker) -> Waiter {
        let share = &self.share;
        Waiter {
            wish: Holder {
                id: share.id,
                bytes: self.bytes,
                dear: share.dear || self.bytes > share.budget / 16,
                lapses_ms: share.lapses_ms,
            },
            budget: share.budget,
            waker,
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.queued {
            let id = self.share.id;
            let held = self.share.bytes;
            self.share.governor.change(|ledger| {
                ledger.leave(id);
                // A grant that was not taken is released.
                for holder in ledger.holders.iter_mut().filter(|holder| holder.id == id) {
                    holder.bytes = holder.bytes.min(held);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use proptest::prelude::*;

    use super::*;

    const BUDGET: u64 = 100;

    fn poll(turn: &mut Turn<'_>) -> bool {
        Pin::new(turn)
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    }

    /// Reports whether a share gets its bytes at once, without waiting.
    fn get(share: &mut Permit, bytes: u64) -> bool {
        poll(&mut share.grow(bytes, 0.0))
    }

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_came_first_goes_first() {
        let governor = Governor::new();
        let [mut a, mut b, mut c] = [0; 3].map(|_| governor.share(BUDGET, f64::MAX));
        assert!(get(&mut a, 96));
        let mut first = b.grow(5, 0.0);
        let mut second = c.grow(1, 0.0);
        assert!(!poll(&mut first) && !poll(&mut second), "both are cheap");
        drop(a);
        assert!(poll(&mut first) && poll(&mut second));
        assert_eq!(governor.reserved(), 6);
    }

    #[test]
    fn a_dear_one_is_overtaken_by_cheap_ones_and_not_for_ever() {
        let governor = Governor::new();
        let mut first = governor.share(BUDGET, f64::MAX);
        assert!(get(&mut first, 60));
        let mut large = governor.share(BUDGET, f64::MAX);
        let mut dear = large.grow(50, 0.0);
        assert!(!poll(&mut dear));
        for _ in 0..MOST_OVERTAKEN {
            assert!(get(&mut governor.share(BUDGET, f64::MAX), 5));
        }
        let mut late = governor.share(BUDGET, f64::MAX);
        let mut cheap = late.grow(5, 0.0);
        assert!(!poll(&mut cheap), "it waits for the dear one now");
        drop(first);
        assert!(poll(&mut dear) && poll(&mut cheap));
    }

    #[test]
    fn an_eighth_is_kept_free_of_dear_ones() {
        let governor = Governor::new();
        let [mut a, mut b, mut c, mut d] = [0; 4].map(|_| governor.share(BUDGET, f64::MAX));
        assert!(get(&mut a, 80));
        let mut dear = b.grow(10, 0.0);
        assert!(!poll(&mut dear), "87 is what dear ones may have");
        assert!(get(&mut c, 6));
        let mut said_to_be = governor.share(BUDGET, f64::MAX).dear(true);
        assert!(!poll(&mut said_to_be.grow(1, 0.0)));
        drop((a, dear));
        assert!(get(&mut b, 88), "more than that, and nobody dear beside it");
        assert!(get(&mut d, 6));
    }

    #[test]
    fn what_is_not_needed_any_more_is_given_to_who_waits() {
        let governor = Governor::new();
        let [mut a, mut b] = [0; 2].map(|_| governor.share(BUDGET, f64::MAX));
        assert!(get(&mut a, 90));
        let mut turn = b.grow(40, 0.0);
        assert!(!poll(&mut turn));
        a.shrink(47);
        assert!(poll(&mut turn));
        a.shrink(60);
        assert_eq!(
            governor.reserved(),
            87,
            "a share does not grow by shrinking"
        );
    }

    #[test]
    fn who_holds_something_goes_first() {
        let governor = Governor::new();
        let [mut a, mut b, mut c] = [0; 3].map(|_| governor.share(BUDGET, f64::MAX));
        assert!(get(&mut a, 60) && get(&mut b, 20));
        let mut stranger = c.grow(20, 0.0);
        assert!(!poll(&mut stranger));
        let mut holder = b.grow(45, 0.0);
        assert!(!poll(&mut holder));
        drop(a);
        assert!(poll(&mut holder) && poll(&mut stranger));
    }

    #[test]
    fn the_next_one_is_woken_once_and_nobody_else() {
        let governor = Governor::new();
        let [mut a, mut b, mut c] = [0; 3].map(|_| governor.share(BUDGET, f64::MAX));
        assert!(get(&mut a, 100));
        let counts = [(); 2].map(|()| Arc::new(Count::default()));
        let [next_waker, last_waker] = counts.each_ref().map(|count| Waker::from(count.clone()));
        let (mut next, mut last) = (b.grow(100, 0.0), c.grow(1, 0.0));
        for _ in 0..2 {
            let pending = Pin::new(&mut next).poll(&mut Context::from_waker(&next_waker));
            assert!(pending.is_pending());
            let pending = Pin::new(&mut last).poll(&mut Context::from_waker(&last_waker));
            assert!(pending.is_pending());
        }
        drop(a);
        let woken = counts.map(|count| count.0.load(Ordering::Relaxed));
        assert_eq!(woken, [1, 0]);
        assert!(!poll(&mut last));
        drop(next); // it was given its turn, and did not take it
        assert!(poll(&mut last));
    }

    #[test]
    fn what_is_never_given_back_lapses() {
        let governor = Governor::new();
        let mut lost = governor.share(BUDGET, 10_000.0);
        assert!(get(&mut lost, 80));
        std::mem::forget(lost);
        let mut turn_of_the_lost = governor.share(BUDGET, 9_000.0);
        let mut lost = turn_of_the_lost.grow(85, 5_000.0);
        assert!(!poll(&mut lost));
        std::mem::forget(lost);
        let mut share = governor.share(BUDGET, f64::MAX);
        assert!(!poll(&mut share.grow(50, 8_999.0)));
        assert!(!poll(&mut share.grow(50, 9_999.0)), "80 are still held");
        assert!(poll(&mut share.grow(50, 10_000.0)));
        share.lapse(11_000.0);
        assert!(get(&mut share, 50), "held already");
        assert!(poll(
            &mut governor.share(BUDGET, f64::MAX).grow(60, 11_000.0)
        ));
    }

    #[test]
    fn more_than_the_budget_is_never_to_be_had() {
        let governor = Governor::new();
        let mut share = governor.share(BUDGET, f64::MAX);
        assert!(!get(&mut share, BUDGET + 1) && !get(&mut share, u64::MAX));
        assert!(get(&mut share, BUDGET));
    }

    proptest! {
        /// Requests come, grow, proceed and leave in any order: the budget is kept, order of
        /// arrival is kept, and nothing is lost.
        #[test]
        fn the_sum_never_exceeds_the_budget(steps in prop::collection::vec((0usize..8, 0u64..120, any::<bool>()), 1..200)) {
            let governor = Governor::new();
            let mut shares: Vec<Option<Permit>> = (0..8).map(|_| None).collect();
            for (at, bytes, leaves) in steps {
                let share = shares[at].get_or_insert_with(|| governor.share(BUDGET, f64::MAX));
                let (held, others) = (share.bytes(), governor.reserved() - share.bytes());
                let got = get(share, bytes);
                // Requests wait at most for one step here, so every share that fits is granted.
                prop_assert!(!got || bytes <= held || others + bytes <= BUDGET);
                prop_assert!(got || others + bytes > BUDGET || bytes > BUDGET / 16, "{bytes} beside {others}");
                prop_assert_eq!(share.bytes(), if got { held.max(bytes) } else { held });
                if leaves {
                    shares[at] = None;
                }
                let sum: u64 = shares.iter().flatten().map(Permit::bytes).sum();
                prop_assert_eq!(sum, governor.reserved());
                prop_assert!(sum <= BUDGET);
            }
            shares.clear();
            prop_assert_eq!(governor.reserved(), 0);
        }

        #[test]
        fn the_first_to_come_is_the_first_to_be_served(wishes in prop::collection::vec(BUDGET / 16 + 1..=BUDGET, 2..20)) {
            let governor = Governor::new();
            let mut shares: Vec<Permit> = wishes.iter().map(|_| governor.share(BUDGET, f64::MAX)).collect();
            let mut turns: VecDeque<Turn<'_>> =
                shares.iter_mut().zip(&wishes).map(|(share, &bytes)| share.grow(bytes, 0.0)).collect();
            turns.iter_mut().for_each(|turn| {
                poll(turn);
            });
            // A served request releases its share at once, so that in the end all are served.
            while !turns.is_empty() {
                let served = turns.iter_mut().map(poll).collect::<Vec<_>>();
                prop_assert!(served.is_sorted_by(|a, b| a >= b), "{:?}", served);
                prop_assert!(served[0]);
                prop_assert!(governor.reserved() <= BUDGET);
                let Some(first) = turns.pop_front() else { break };
                governor.change(|ledger| ledger.holders.retain(|holder| holder.id != first.share.id));
            }
        }
    }
}
