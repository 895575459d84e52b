//! The deadline of a request: every wait ends at the deadline or within a fixed grace period.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::Method;
use letterbox_world::{Got, Route, World, file};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SOURCE: &str = "https://images.example.com/photo.jpg";
const ASK: &str = "https://img.example.com/?s=https://images.example.com/photo.jpg&w=60&h=40";
/// Defaults of `TOTAL_TIMEOUT_MS` and of `HEAD_TIMEOUT_MS`.
const TOTAL_MS: f64 = 10_000.0;
const HEAD_MS: f64 = 3_000.0;
const GRACE_MS: f64 = 250.0;

/// Returns the answer and the milliseconds it took, while the clock advances by `step_ms` at a
/// time.
fn timed(world: &World, url: &str, step_ms: f64) -> (Got, f64) {
    world.timed.set(true);
    let started = world.now_ms.get();
    let mut request = pin!(world.answer(Method::GET, url));
    loop {
        // A woken task may take several steps before time passes.
        for _ in 0..3 {
            let polled = request
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
            if let Poll::Ready(got) = polled {
                assert_eq!(world.instance.memory.reserved(), 0);
                assert_eq!(world.instance.openings.reserved(), 0);
                return (got, world.now_ms.get() - started);
            }
        }
        world.now_ms.set(world.now_ms.get() + step_ms);
        assert!(world.now_ms.get() < started + 60_000.0, "it never ends");
    }
}

fn is_over_at(url: &str, world: &World, most_ms: f64, error: (u16, &str)) {
    let (got, took_ms) = timed(world, url, 10.0);
    assert_eq!(got.error(), (error.0, error.1.to_owned()));
    let window = most_ms..=most_ms + GRACE_MS;
    assert!(window.contains(&took_ms), "{took_ms} ms");
}

#[test]
fn a_source_that_keeps_sending_is_cut_off_at_the_deadline() {
    let half = PHOTO[..PHOTO.len() / 2].to_vec();
    for (every_ms, more_ms) in [
        (20.0, 0.0),
        (150.0, 0.0),
        (199.0, 0.0),
        (1000.0, 0.0),
        (10.0, 15.0),
        (100.0, 700.0),
    ] {
        let drip = Route::Drip(half.clone(), every_ms, more_ms);
        let world = World::production().route(SOURCE, drip);
        is_over_at(ASK, &world, TOTAL_MS, (504, "origin-timeout"));
    }
}

#[test]
fn a_source_without_a_header_is_cut_off_at_its_own_limit() {
    let world = World::production().route(SOURCE, Route::Silent);
    is_over_at(ASK, &world, HEAD_MS, (504, "origin-timeout"));
}

#[test]
fn every_hop_is_within_the_same_deadline() {
    let hop = |to: &str| Route::After(2_900, Box::new(letterbox_world::redirect(to)));
    let at = |n: u32| format!("https://images.example.com/{n}");
    let mut world = World::production().route(SOURCE, hop(&at(1)));
    for n in 1..3 {
        world = world.route(&at(n), hop(&at(n + 1)));
    }
    let last = Route::After(2_900, Box::new(file("image/jpeg", PHOTO)));
    world = world.route(&at(3), last);
    is_over_at(ASK, &world, TOTAL_MS, (504, "origin-timeout"));
}

#[test]
fn an_origin_that_does_not_answer_is_cut_off() {
    for path in ["", "about.html"] {
        let mut world = World::production();
        world.vars.push(("ORIGIN", "https://www.example.com"));
        let url = format!("https://www.example.com/{path}");
        world = world.route(&url, Route::Silent);
        let asked = format!("https://img.example.com/{path}");
        is_over_at(&asked, &world, HEAD_MS, (504, "origin-timeout"));
    }
}

#[test]
fn the_origin_and_the_source_have_one_deadline_together() {
    let mut world = World::production();
    world.vars.push(("ORIGIN", "https://www.example.com"));
    let half = PHOTO[..PHOTO.len() / 2].to_vec();
    let world = world
        .route("https://www.example.com/a.jpg", Route::Silent)
        .route(SOURCE, Route::Drip(half, 100.0, 0.0));
    let path = ASK.replace("/?", "/a.jpg?");
    let (got, took_ms) = timed(&world, &path, 10.0);
    assert_eq!(got.status, 504);
    assert!(
        (TOTAL_MS..=TOTAL_MS + GRACE_MS).contains(&took_ms),
        "{took_ms} ms"
    );
}

#[test]
fn a_processor_that_is_busy_with_others_is_not_the_sources_fault() {
    // Each look at the clock is seconds after the last: the source has answered at once, but the
    // service had no time to see it.
    let prompt = Route::After(50, Box::new(file("image/jpeg", PHOTO)));
    let world = World::production().route(SOURCE, prompt.clone());
    let (got, took_ms) = timed(&world, ASK, 4_000.0);
    assert_eq!(got.status, 200, "after {took_ms} ms");
    // A connection that the platform cuts at the deadline is not reported as broken.
    let world = World::production().route(SOURCE, Route::Cut(10_250));
    let (got, _) = timed(&world, ASK, 4_000.0);
    assert_eq!(got.error(), (503, "busy".to_owned()));
    // A request that waits for memory until the deadline is the service's fault.
    let mut world = World::production().route(SOURCE, prompt);
    world.vars.push(("MEMORY_BUDGET_BYTES", "4194304"));
    let mut held = world.instance.memory.share(4 << 20, f64::MAX);
    assert!(
        pin!(held.grow(4 << 20, 0.0))
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    );
    world.timed.set(true);
    let mut request = pin!(world.answer(Method::GET, ASK));
    let got = loop {
        if let Poll::Ready(got) = request
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            break got;
        }
        world.now_ms.set(world.now_ms.get() + 10.0);
    };
    assert_eq!(got.error(), (503, "busy".to_owned()));
    let took_ms = world.now_ms.get();
    assert!(
        (TOTAL_MS..=TOTAL_MS + GRACE_MS).contains(&took_ms),
        "{took_ms} ms"
    );
}
