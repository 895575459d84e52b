//! Requests that share the memory of one instance, on the in-memory platform.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use http::Method;
use letterbox::reply::Body;
use letterbox_world::{Got, Room, Route, World, file};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const ASK: &str = "https://img.example.com/?s=https://images.example.com/photo.jpg";

type Running<'w> = Pin<Box<dyn Future<Output = Got> + 'w>>;

/// Builds a world whose memory is `answers` times that of one answer, and which advances only when
/// a request is polled.
fn world_for(answers: f64, route: Route) -> World {
    let mut world = World::production().route("https://images.example.com/photo.jpg", route);
    let planned = world.get(&format!("{ASK}&f=json")).json()["plan"]["peak_bytes"]
        .as_f64()
        .expect("a number");
    // The file's gathered bytes are held beside the plan.
    let bytes = (answers * (planned + 400_000.0)) as u64;
    let budget: &'static str = bytes.to_string().leak();
    world.vars.push(("MEMORY_BUDGET_BYTES", budget));
    world.stored.borrow_mut().clear();
    world.stepping.set(true);
    world
}

fn ask(world: &World, v: usize) -> Running<'_> {
    Box::pin(async move { world.answer(Method::GET, &format!("{ASK}&v={v}")).await })
}

fn step(request: &mut Running<'_>) -> Poll<Got> {
    request
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls until there is an answer; returns `None` for a request that stays in a queue.
fn finish(request: &mut Running<'_>) -> Option<Got> {
    (0..10_000).find_map(|_| match step(request) {
        Poll::Ready(got) => Some(got),
        Poll::Pending => None,
    })
}

/// Starts a request that has its share of the memory.
fn holding(world: &World, v: usize) -> Running<'_> {
    let mut request = ask(world, v);
    while world.instance.memory.reserved() == 0 {
        assert!(step(&mut request).is_pending(), "answered without a share");
    }
    request
}

#[test]
fn the_second_of_two_that_do_not_fit_together_waits_and_is_answered() {
    let world = world_for(1.5, file("image/jpeg", PHOTO));
    let mut first = holding(&world, 1);
    let mut second = ask(&world, 2);
    assert!(finish(&mut second).is_none());
    let left = world.lines.borrow().len();
    assert_eq!(finish(&mut first).expect("an answer").status, 200);
    assert_eq!(finish(&mut second).expect("an answer").status, 200);
    assert_eq!(world.instance.memory.reserved(), 0);
    assert_eq!(world.lines.borrow().len(), left + 2);
}

#[test]
fn two_that_fit_together_do_not_wait() {
    let world = world_for(2.0, file("image/jpeg", PHOTO));
    let _first = holding(&world, 1);
    assert_eq!(finish(&mut ask(&world, 2)).expect("an answer").status, 200);
}

#[test]
fn who_waits_too_long_is_told_to_come_back_and_nothing_is_kept() {
    let world = world_for(1.5, file("image/jpeg", PHOTO));
    let _first = holding(&world, 1);
    let held = world.instance.memory.reserved();
    let mut second = ask(&world, 2);
    assert!(finish(&mut second).is_none());
    world.stepping.set(false); // time passes
    let got = finish(&mut second).expect("a refusal");
    assert_eq!(got.error(), (503, "busy".to_owned()));
    assert_eq!(
        (got.header("retry-after"), got.header("cache-control")),
        ("1", "no-store")
    );
    assert!(world.stored.borrow().is_empty());
    assert_eq!(world.instance.memory.reserved(), held);
}

#[test]
fn a_share_comes_back_from_a_request_that_fails_and_from_one_that_is_dropped() {
    let world = world_for(1.5, file("image/jpeg", PHOTO)).route(
        "https://images.example.com/cut.jpg",
        Route::Broken(PHOTO.to_vec()),
    );
    let cut = "https://img.example.com/?s=https://images.example.com/cut.jpg";
    let mut failing: Running<'_> = Box::pin(world.answer(Method::GET, cut));
    while world.instance.memory.reserved() == 0 {
        assert!(step(&mut failing).is_pending());
    }
    let mut second = ask(&world, 2);
    assert!(finish(&mut second).is_none());
    assert_eq!(finish(&mut failing).expect("an answer").status, 502);
    while world.instance.memory.reserved() == 0 {
        assert!(step(&mut second).is_pending());
    }
    let mut third = ask(&world, 3);
    assert!(finish(&mut third).is_none());
    drop(second);
    assert_eq!(finish(&mut third).expect("an answer").status, 200);
    assert_eq!(world.instance.memory.reserved(), 0);
}

#[test]
fn a_request_that_is_dropped_while_it_waits_is_in_nobodys_way() {
    let world = world_for(1.5, file("image/jpeg", PHOTO));
    let mut first = holding(&world, 1);
    let mut second = ask(&world, 2);
    let mut third = ask(&world, 3);
    assert!(finish(&mut second).is_none() && finish(&mut third).is_none());
    drop(second);
    assert_eq!(finish(&mut first).expect("an answer").status, 200);
    assert_eq!(finish(&mut third).expect("an answer").status, 200);
}

#[test]
fn turns_are_taken_in_order_and_the_budget_is_kept() {
    let world = world_for(2.5, file("image/jpeg", PHOTO));
    let budget: u64 = world.vars[1].1.parse().expect("a number");
    let mut waiting: Vec<(usize, Running<'_>)> = (0..9).map(|v| (v, ask(&world, v))).collect();
    let mut answered = Vec::new();
    while !waiting.is_empty() {
        waiting.retain_mut(|(v, request)| {
            let outcome = step(request);
            assert!(world.instance.memory.reserved() <= budget);
            if let Poll::Ready(got) = &outcome {
                assert_eq!(got.status, 200);
                answered.push(*v);
            }
            outcome.is_pending()
        });
    }
    assert_eq!(answered, (0..9).collect::<Vec<_>>());
}

#[test]
fn a_description_takes_the_share_of_a_small_picture() {
    let world = world_for(1.0, file("image/jpeg", PHOTO));
    let planned = world.vars[1].1.parse::<u64>().expect("a number");
    let mut description: Running<'_> =
        Box::pin(async { world.answer(Method::GET, &format!("{ASK}&f=json")).await });
    let mut most = 0;
    let got = loop {
        if let Poll::Ready(got) = step(&mut description) {
            break got;
        }
        most = most.max(world.instance.memory.reserved());
    };
    assert_eq!(got.status, 200);
    assert!(got.json()["placeholder"]["thumbhash"].is_string());
    assert!((1..planned / 2).contains(&most), "{most} of {planned}");
    assert_eq!(world.instance.memory.reserved(), 0);
}

#[test]
fn a_finished_answer_counts_until_it_has_been_sent() {
    let world = world_for(1.0, file("image/jpeg", PHOTO));
    world.room.set(Room::Here);
    world.stepping.set(false);
    let got = pollster::block_on(world.reply(Method::GET, ASK));
    let Body::Kept(kept) = got.into_body() else {
        unreachable!("an answer");
    };
    let bytes = kept.bytes().len() as u64;
    assert_eq!(world.instance.memory.reserved(), bytes);
    let other = kept.clone();
    drop(kept);
    assert_eq!(
        world.instance.memory.reserved(),
        bytes,
        "one allocation, two readers"
    );
    drop(other);
    assert_eq!(world.instance.memory.reserved(), 0);
}

#[test]
fn an_answer_that_the_runtime_has_no_room_for_is_refused_alone() {
    let world = world_for(2.0, file("image/jpeg", PHOTO));
    world.stepping.set(false);
    world.room.set(Room::None);
    let refused = world.get(&format!("{ASK}&v=1"));
    assert_eq!(refused.error(), (503, "busy".to_owned()));
    assert!(world.stored.borrow().is_empty());
    assert_eq!(world.instance.memory.reserved(), 0);
    world.room.set(Room::Elsewhere);
    assert_eq!(world.get(&format!("{ASK}&v=1")).status, 200);
}
