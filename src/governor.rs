//! The memory of one instance, shared out among the requests that are in flight in it.
//!
//! A request takes a share before it allocates: what its plan says, and the source file where it is kept. While the shares of the others
//! leave no room, it waits. Turns are first come, first served, whatever their size: a small request waits behind a large one although it
//! would fit, or the large one would wait for as long as small ones come. One exception: who has a share and needs more goes before all who
//! have none, because only who finishes gives back. Two of these can wait for each other, until one of them has waited too long.
//!
//! No platform and no clock: time is an argument, and who waits is woken by the waker that polled it. A share is given back when it is
//! dropped, on whatever path. A request that the platform ends without a word drops nothing: its share lapses at the time that it gave.
//! A panic takes the whole instance along, and the next one begins with a governor that has given nothing away.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Milliseconds that a request waits for memory, each time that it needs some.
pub const WAIT_MS: u32 = 2_000;

/// Nothing was given back for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Who holds how much, and who waits for it.
#[derive(Debug, Default)]
pub struct Governor(Mutex<Ledger>);

#[derive(Debug)]
struct Ledger {
    holders: Vec<Holder>,
    queue: VecDeque<Waiter>,
    ids: u64,
}

#[derive(Debug)]
struct Holder {
    id: u64,
    bytes: u64,
    lapses_ms: f64,
}

#[derive(Debug)]
struct Waiter {
    /// What is asked for, and how much all holders may have together.
    wish: Holder,
    budget: u64,
    /// Whether it has a share already.
    holds: bool,
    /// When it is certainly not waiting any more.
    leaves_ms: f64,
    waker: Waker,
}

impl Default for Ledger {
    fn default() -> Self {
        Ledger::new()
    }
}

impl Governor {
    /// A governor that has given nothing away.
    pub const fn new() -> Governor {
        Governor(Mutex::new(Ledger::new()))
    }

    /// An empty share of `budget` bytes, which counts until it is dropped or the time is `lapses_ms`.
    pub fn share(&self, budget: u64, lapses_ms: f64) -> Share<'_> {
        let mut ledger = self.ledger();
        ledger.ids += 1;
        Share {
            governor: self,
            id: ledger.ids,
            budget,
            lapses_ms,
            bytes: 0,
        }
    }

    /// Bytes that are given away.
    pub fn reserved(&self) -> u64 {
        self.ledger().reserved()
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // Nothing in here panics half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the ledger, then serves whose turn it is. Wakers may do what they like, so the ledger is closed when they are called.
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
    const fn new() -> Ledger {
        Ledger {
            holders: Vec::new(),
            queue: VecDeque::new(),
            ids: 0,
        }
    }

    fn reserved(&self) -> u64 {
        self.holders.iter().map(|holder| holder.bytes).sum()
    }

    fn held_by(&self, id: u64) -> u64 {
        let of_id = self.holders.iter().filter(|holder| holder.id == id);
        of_id.map(|holder| holder.bytes).sum()
    }

    /// Gives to those at the front of the queue what they wait for, as long as it fits.
    fn serve(&mut self) -> Vec<Waker> {
        let mut served = Vec::new();
        while let Some(first) = self.queue.front() {
            let others = self.reserved() - self.held_by(first.wish.id);
            if others.saturating_add(first.wish.bytes) > first.budget {
                break;
            }
            if let Some(Waiter { wish, waker, .. }) = self.queue.pop_front() {
                self.holders.retain(|holder| holder.id != wish.id);
                self.holders.push(wish);
                served.push(waker);
            }
        }
        served
    }

    fn queue(&mut self, waiter: Waiter) {
        let at = if waiter.holds {
            self.queue.partition_point(|other| other.holds)
        } else {
            self.queue.len()
        };
        self.queue.insert(at, waiter);
    }

    fn forget_the_lapsed(&mut self, now_ms: f64) {
        self.holders.retain(|holder| holder.lapses_ms > now_ms);
        self.queue.retain(|waiter| waiter.leaves_ms > now_ms);
    }
}

/// What one request may hold; given back when it is dropped.
#[derive(Debug)]
pub struct Share<'g> {
    governor: &'g Governor,
    id: u64,
    budget: u64,
    lapses_ms: f64,
    bytes: u64,
}

impl<'g> Share<'g> {
    /// Bytes held.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Completes when the share has this many bytes in all. More than the budget is never to be had. Who stops waiting drops the future.
    pub fn grow(&mut self, bytes: u64, now_ms: f64) -> Turn<'_, 'g> {
        Turn {
            share: self,
            bytes,
            now_ms,
            queued: false,
        }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let id = self.id;
        self.governor
            .change(|ledger| ledger.holders.retain(|holder| holder.id != id));
    }
}

/// A share that is about to grow.
#[derive(Debug)]
pub struct Turn<'s, 'g> {
    share: &'s mut Share<'g>,
    bytes: u64,
    now_ms: f64,
    queued: bool,
}

impl Future for Turn<'_, '_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let turn = self.get_mut();
        let Share { id, bytes, .. } = *turn.share;
        if turn.bytes <= bytes {
            return Poll::Ready(());
        }
        let waker = context.waker();
        turn.share.governor.change(|ledger| {
            if !turn.queued {
                ledger.forget_the_lapsed(turn.now_ms);
                ledger.queue(turn.waiter(waker.clone()));
            } else if let Some(waiter) = ledger.queue.iter_mut().find(|w| w.wish.id == id) {
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

impl Turn<'_, '_> {
    fn waiter(&self, waker: Waker) -> Waiter {
        let Share {
            id,
            budget,
            lapses_ms,
            bytes,
            ..
        } = *self.share;
        Waiter {
            wish: Holder {
                id,
                bytes: self.bytes,
                lapses_ms,
            },
            budget,
            holds: bytes > 0,
            leaves_ms: self.now_ms + 2.0 * f64::from(WAIT_MS),
            waker,
        }
    }
}

impl Drop for Turn<'_, '_> {
    fn drop(&mut self) {
        if self.queued {
            let id = self.share.id;
            self.share
                .governor
                .change(|ledger| ledger.queue.retain(|waiter| waiter.wish.id != id));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use proptest::prelude::*;

    use super::*;

    const BUDGET: u64 = 100;

    fn poll(turn: &mut Turn<'_, '_>) -> bool {
        Pin::new(turn)
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    }

    /// Whether a share gets what it wants at once; it does not wait.
    fn get(share: &mut Share<'_>, bytes: u64) -> bool {
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
    fn a_small_request_waits_behind_a_large_one_that_came_first() {
        let governor = Governor::new();
        let [mut a, mut b, mut c] = [0; 3].map(|_| governor.share(BUDGET, f64::MAX));
        assert!(get(&mut a, 60));
        let mut large = b.grow(50, 0.0);
        let mut small = c.grow(1, 0.0);
        assert!(!poll(&mut large) && !poll(&mut small));
        drop(a);
        assert!(poll(&mut large) && poll(&mut small));
        assert_eq!(governor.reserved(), 51);
    }

    #[test]
    fn who_holds_something_goes_first() {
        let governor = Governor::new();
        let [mut a, mut b, mut c] = [0; 3].map(|_| governor.share(BUDGET, f64::MAX));
        assert!(get(&mut a, 60) && get(&mut b, 30));
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
        drop(next);
        assert!(
            !poll(&mut last),
            "what was given counts until the share goes"
        );
        drop(b);
        assert!(poll(&mut last));
    }

    #[test]
    fn what_is_never_given_back_lapses() {
        let governor = Governor::new();
        let mut lost = governor.share(BUDGET, 10_000.0);
        assert!(get(&mut lost, 90));
        std::mem::forget(lost);
        let mut turn_of_the_lost = governor.share(BUDGET, 20_000.0);
        let mut lost = turn_of_the_lost.grow(95, 5_000.0);
        assert!(!poll(&mut lost));
        std::mem::forget(lost);
        let mut share = governor.share(BUDGET, f64::MAX);
        assert!(!poll(&mut share.grow(50, 8_999.0)));
        assert!(!poll(&mut share.grow(50, 9_999.0)), "90 are still held");
        assert!(poll(&mut share.grow(50, 10_000.0)));
    }

    #[test]
    fn more_than_the_budget_is_never_to_be_had() {
        let governor = Governor::new();
        let mut share = governor.share(BUDGET, f64::MAX);
        assert!(!get(&mut share, BUDGET + 1) && !get(&mut share, u64::MAX));
        assert!(get(&mut share, BUDGET));
    }

    proptest! {
        /// Requests come, grow, go on and go away in any order: the budget is kept, who came first is first, and nothing is lost.
        #[test]
        fn the_sum_never_exceeds_the_budget(steps in prop::collection::vec((0usize..8, 0u64..120, any::<bool>()), 1..200)) {
            let governor = Governor::new();
            let mut shares: Vec<Option<Share<'_>>> = (0..8).map(|_| None).collect();
            for (at, bytes, leaves) in steps {
                let share = shares[at].get_or_insert_with(|| governor.share(BUDGET, f64::MAX));
                let (held, others) = (share.bytes(), governor.reserved() - share.bytes());
                let got = get(share, bytes);
                // Nobody waits for longer than a step here, so what fits is given.
                prop_assert_eq!(got, bytes <= held || others + bytes <= BUDGET);
                prop_assert_eq!(share.bytes(), if got { held.max(bytes) } else { held });
                if leaves {
                    shares[at] = None;
                }
                let sum: u64 = shares.iter().flatten().map(Share::bytes).sum();
                prop_assert_eq!(sum, governor.reserved());
                prop_assert!(sum <= BUDGET);
            }
            shares.clear();
            prop_assert_eq!(governor.reserved(), 0);
        }

        #[test]
        fn the_first_to_come_is_the_first_to_be_served(wishes in prop::collection::vec(1u64..=BUDGET, 2..20)) {
            let governor = Governor::new();
            let mut shares: Vec<Share<'_>> = wishes.iter().map(|_| governor.share(BUDGET, f64::MAX)).collect();
            let mut turns: VecDeque<Turn<'_, '_>> =
                shares.iter_mut().zip(&wishes).map(|(share, &bytes)| share.grow(bytes, 0.0)).collect();
            turns.iter_mut().for_each(|turn| {
                poll(turn);
            });
            // Who is served gives back at once, so that in the end everybody is.
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
