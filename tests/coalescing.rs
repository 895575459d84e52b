//! Request coalescing: how often the source is fetched for simultaneous equal requests, and the
//! answer that each of them gets.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use http::Method;
use letterbox_world::{Got, Room, Route, World};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SOURCE: &str = "https://images.example.com/photo.jpg";
const ASK: &str = "https://img.example.com/?s=https://images.example.com/photo.jpg&w=60&h=40";
const YEAR: f64 = 31_536_000.0;

fn photo(headers: &[(&'static str, &str)]) -> Route {
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    Route::Answer(200, headers.collect(), PHOTO.to_vec())
}

fn world(headers: &[(&'static str, &str)]) -> World {
    World::production().route(SOURCE, photo(headers))
}

fn cache_status(got: &Got) -> &str {
    got.header("cache-status")
}

type Running<'w> = Pin<Box<dyn Future<Output = Got> + 'w>>;

fn step(request: &mut Running<'_>) -> Poll<Got> {
    request
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls all requests in turn until they are answered.
fn run(running: &mut Vec<Running<'_>>) -> Vec<Got> {
    let mut answers = Vec::new();
    for _ in 0..10_000 {
        running.retain_mut(|request| match step(request) {
            Poll::Ready(got) => {
                answers.push(got);
                false
            }
            Poll::Pending => true,
        });
    }
    assert!(running.is_empty(), "some hang");
    answers
}

/// Runs equal requests simultaneously.
fn together(world: &World, requests: usize) -> Vec<Got> {
    world.stepping.set(true);
    let ask = |_| -> Running<'_> { Box::pin(world.answer(Method::GET, ASK)) };
    run(&mut (0..requests).map(ask).collect())
}

#[test]
fn many_requests_for_one_new_image_are_one_fetch_and_one_transform() {
    let world = world(&[]);
    let answers = together(&world, 20);
    assert_eq!(world.fetches(), 1);
    let collapsed = answers
        .iter()
        .filter(|got| cache_status(got).ends_with("; collapsed"));
    assert_eq!(collapsed.count(), 19);
    assert!(
        answers
            .iter()
            .all(|got| got.status == 200 && got.body == answers[0].body)
    );
    assert_eq!(world.stored.borrow().len(), 1);
}

#[test]
fn an_error_is_shared_and_a_private_answer_is_not() {
    let broken = World::production().route(SOURCE, Route::Broken(PHOTO.to_vec()));
    let answers = together(&broken, 5);
    assert!(
        answers
            .iter()
            .all(|got| got.error() == (502, "origin-truncated".to_owned()))
    );
    assert_eq!(broken.fetches(), 1);
    let private = world(&[("set-cookie", "a=b")]);
    let answers = together(&private, 5);
    assert!(
        answers
            .iter()
            .all(|got| got.header("cache-control") == "private, no-store")
    );
    assert_eq!(private.fetches(), 5);
}

/// Clears the stored answer and returns its entity-tag, which a client may still have.
fn known(world: &World) -> String {
    let tag = world.get(ASK).header("etag").to_owned();
    world.stored.borrow_mut().clear();
    world.fetched.borrow_mut().clear();
    world.stepping.set(true);
    tag
}

/// Runs requests with these If-None-Match fields simultaneously.
fn herd(world: &World, conditions: &[Option<&str>]) -> Vec<Got> {
    let ask = |condition: &Option<&str>| -> Running<'_> {
        world.if_none_match.replace(condition.map(str::to_owned));
        let mut request: Running<'_> = Box::pin(world.answer(Method::GET, ASK));
        assert!(step(&mut request).is_pending());
        request
    };
    run(&mut conditions.iter().map(ask).collect())
}

fn statuses(answers: &[Got]) -> Vec<u16> {
    answers.iter().map(|got| got.status).collect()
}

#[test]
fn a_herd_that_has_the_answer_asks_the_source_once_and_reads_no_pixel() {
    let mut world = world(&[("etag", "\"1\"")]);
    let tag = known(&world);
    // Reading the body would fail.
    let half = PHOTO[..PHOTO.len() / 2].to_vec();
    let broken = Route::Answer(200, vec![("etag", "\"1\"".to_owned())], half);
    world.routes.insert(SOURCE.to_owned(), broken);
    let answers = herd(&world, &[Some(tag.as_str()); 30]);
    assert_eq!(statuses(&answers), [304; 30]);
    assert!(answers.iter().all(|got| got.header("etag") == tag));
    assert_eq!(world.fetches(), 1);
}

#[test]
fn who_has_the_answer_does_not_make_others_ask_again() {
    for condition in ["*", "the tag"] {
        let world = world(&[("etag", "\"1\"")]);
        let tag = known(&world);
        let condition = condition.replace("the tag", &tag);
        let mut conditions = vec![Some(condition.as_str()); 20];
        conditions.extend([None; 3]);
        let answers = herd(&world, &conditions);
        let expected = [[304; 20].as_slice(), &[200; 3]].concat();
        assert_eq!(statuses(&answers), expected, "{condition}");
        assert_eq!(world.fetches(), 1, "{condition}");
    }
}

#[test]
fn a_condition_counts_only_where_there_is_an_answer() {
    let page = Route::Answer(
        200,
        vec![
            ("etag", "\"1\"".to_owned()),
            ("content-type", "text/html".to_owned()),
        ],
        b"<!doctype html><title>no image</title>".to_vec(),
    );
    let mut world = world(&[("etag", "\"1\"")]);
    let tag = known(&world);
    world.routes.insert(SOURCE.to_owned(), page);
    for condition in ["*", "\"x\", *", &tag] {
        let answers = herd(&world, &[Some(condition)]);
        assert_eq!(answers[0].error(), (415, "unsupported-format".to_owned()));
    }
}

#[test]
fn a_stored_answer_whose_source_has_not_changed_is_fresh_again() {
    let mut world = world(&[("etag", "\"1\"")]);
    let first = world.get(ASK);
    let half = PHOTO[..PHOTO.len() / 2].to_vec();
    let broken = Route::Answer(200, vec![("etag", "\"1\"".to_owned())], half);
    world.routes.insert(SOURCE.to_owned(), broken);
    world.now_ms.set(1000.0 * (YEAR + 1.0));
    world.fetched.borrow_mut().clear();
    let answers = together(&world, 5);
    for got in &answers {
        assert_eq!((got.status, &got.body), (200, &first.body));
        assert_eq!(got.header("cache-control"), "public, max-age=31536000");
        assert_eq!(got.header("etag"), first.header("etag"));
    }
    assert_eq!(cache_status(&answers[0]), "letterbox; fwd=stale; stored");
    assert_eq!(world.fetches(), 1);
    assert_eq!(world.instance.memory.reserved(), 0);
    world.stepping.set(false);
    assert_eq!(world.get(ASK).header("x-cache"), "HIT");
    // Another source makes a new answer.
    world
        .routes
        .insert(SOURCE.to_owned(), photo(&[("etag", "\"2\"")]));
    world.now_ms.set(2000.0 * (YEAR + 1.0));
    assert_ne!(world.get(ASK).header("etag"), first.header("etag"));
}

#[test]
fn with_the_origin_down_an_answer_is_shared_and_good_for_a_minute() {
    let mut world = world(&[]);
    world.vars.push(("ORIGIN", "https://www.example.com"));
    world.stepping.set(true);
    let path = ASK.replace("/?", "/new.jpg?");
    let ask = |_| -> Running<'_> { Box::pin(world.answer(Method::GET, &path)) };
    let answers = run(&mut (0..10).map(ask).collect());
    for got in &answers {
        let cache_control = got.header("cache-control");
        assert_eq!((got.status, cache_control), (200, "public, max-age=60"));
    }
    let of_source = |url: &&String| *url == SOURCE;
    assert_eq!(world.fetched.borrow().iter().filter(of_source).count(), 1);
}

#[test]
fn who_waits_for_a_request_that_is_dropped_makes_the_answer() {
    let world = world(&[]);
    world.stepping.set(true);
    let ask = || -> Running<'_> { Box::pin(world.answer(Method::GET, ASK)) };
    let (mut first, mut second, mut third) = (ask(), ask(), ask());
    for request in [&mut first, &mut second, &mut third] {
        assert!(step(request).is_pending());
    }
    drop(first);
    let mut running = vec![second, third];
    let answers = run(&mut running);
    assert!(answers.iter().all(|got| got.status == 200));
    assert_eq!(answers.len(), 2);
    assert_eq!(world.fetches(), 2);
}

#[test]
fn a_long_answer_goes_to_all_by_the_cache_and_holds_no_memory_while_they_take_it() {
    let world = world(&[]);
    world.room.set(Room::Here); // where no cache has it, its bytes stay in this instance's memory
    world.stepping.set(true);
    let long = ASK.replace("w=60&h=40", "w=1200&h=1000&f=png");
    let ask = |_| -> Running<'_> { Box::pin(world.answer(Method::GET, &long)) };
    let answers = run(&mut (0..4).map(ask).collect());
    assert_eq!(world.fetches(), 1);
    for got in &answers {
        assert_eq!(got.status, 200);
        assert!(got.body.len() > 1 << 20, "{} bytes", got.body.len());
        assert_eq!(got.body, answers[0].body);
        assert!(got.passed, "from the cache");
        assert!(cache_status(got).contains("fwd=uri-miss"));
    }
    assert_eq!(world.instance.memory.reserved(), 0);
}
