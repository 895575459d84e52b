//! `f=auto`: which client gets which format, and which header fields tell caches.

use std::task::{Context, Poll, Waker};

use http::Method;
use letterbox_engine::transform::{Format, FormatSet};
use letterbox_world::{Got, World, file, status};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SOURCE: &str = "https://images.example.com/photo.jpg";
const ASK: &str =
    "https://img.example.com/?s=https://images.example.com/photo.jpg&w=60&h=40&f=auto";

const CHROME: &str = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
const OLD_SAFARI: &str = "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5";

const ALL: FormatSet = FormatSet::of(&[Format::WebP, Format::Avif]);

fn world() -> World {
    let world = World::production().route(SOURCE, file("image/jpeg", PHOTO));
    world.guests.0.set(ALL);
    world
}

fn get(world: &World, url: &str, accept: &str) -> Got {
    world.accept.replace(Some(accept.to_owned()));
    world.get(url)
}

fn log(world: &World) -> serde_json::Value {
    let lines = world.lines.borrow();
    serde_json::from_str(lines.last().expect("a line")).expect("JSON")
}

#[test]
fn each_kind_of_client_has_an_entry_of_its_own_however_it_words_its_accept() {
    let world = world();
    for (at, (accepts, content_type, said)) in [
        (
            [CHROME, "image/webp, image/avif;q=1.0, text/html"],
            "image/avif",
            "avif-webp",
        ),
        ([OLD_SAFARI, "junk;;=,IMAGE/WEBP"], "image/webp", "webp"),
        (["*/*", "image/*,image/webp;q=0"], "image/jpeg", "common"),
    ]
    .into_iter()
    .enumerate()
    {
        for (accept, cache) in accepts.into_iter().zip(["MISS", "HIT"]) {
            let got = get(&world, ASK, accept);
            assert_eq!(got.status, 200, "{accept}");
            assert_eq!(got.header("content-type"), content_type, "{accept}");
            assert_eq!(got.header("x-cache"), cache, "{accept}");
            assert_eq!(got.header("vary"), "Accept", "{accept}");
            let line = log(&world);
            assert_eq!(line["auto"], said);
            assert_eq!(line["format"], content_type.replace("jpeg", "jpg")[6..]);
        }
        assert_eq!(
            (world.fetches(), world.stored.borrow().len()),
            (at + 1, at + 1)
        );
    }
    for stored in world.stored.borrow().values() {
        assert_eq!(stored.headers()["vary"], "Accept");
    }
}

#[test]
fn a_crawler_gets_the_sources_own_format_whatever_it_accepts_and_no_cache_gives_that_to_others() {
    let mut world = world();
    world.vars.push(("CACHE_TTL", "60"));
    world.user_agent.replace(Some("Twitterbot/1.0".to_owned()));
    for cache in ["MISS", "HIT"] {
        let got = get(&world, ASK, CHROME);
        assert_eq!(got.header("content-type"), "image/jpeg");
        assert_eq!(
            (got.header("vary"), got.header("x-cache")),
            ("Accept", cache)
        );
        assert_eq!(got.header("cache-control"), "private, max-age=60");
        assert_eq!(log(&world)["auto"], "card");
    }
    // Our own cache stores each variant under a key of its own.
    for stored in world.stored.borrow().values() {
        assert_eq!(stored.headers()["cache-control"], "public, max-age=86460");
    }
    let tag = get(&world, ASK, CHROME).header("etag").to_owned();
    world.if_none_match.replace(Some(tag));
    let got = get(&world, ASK, CHROME);
    assert_eq!(
        (got.status, got.header("cache-control")),
        (304, "private, max-age=60")
    );
    world.if_none_match.replace(None);
    world.now_ms.set(100_000.0);
    world.routes.insert(SOURCE.to_owned(), status(500));
    let got = get(&world, ASK, CHROME);
    assert_eq!(
        (got.header("x-cache"), got.header("cache-control")),
        ("STALE", "private, max-age=60")
    );

    world
        .user_agent
        .replace(Some("Mozilla/5.0 NotTwitterbot/1.0".to_owned()));
    world
        .routes
        .insert(SOURCE.to_owned(), file("image/jpeg", PHOTO));
    let got = get(&world, ASK, CHROME);
    assert_eq!(got.header("content-type"), "image/avif");
    assert_eq!(got.header("cache-control"), "public, max-age=60");
    // A request with a fixed format does not depend on User-Agent.
    world.user_agent.replace(Some("Twitterbot/1.0".to_owned()));
    let got = get(&world, &ASK.replace("f=auto", "f=webp"), CHROME);
    assert_eq!(got.header("cache-control"), "public, max-age=60");
}

#[test]
fn without_accept_or_with_one_beyond_all_measure_the_format_is_everyones() {
    let world = world();
    assert_eq!(world.get(ASK).header("content-type"), "image/jpeg");
    let endless = "image/webp,".repeat(100_000);
    let got = get(&world, ASK, &endless);
    assert_eq!(got.header("content-type"), "image/jpeg");
    assert_eq!(got.header("x-cache"), "HIT");
}

#[test]
fn where_there_is_no_avif_there_is_one_entry_for_who_takes_it_and_who_does_not() {
    let world = world();
    world.guests.0.set(FormatSet::of(&[Format::WebP]));
    assert_eq!(
        get(&world, ASK, CHROME).header("content-type"),
        "image/webp"
    );
    let got = get(&world, ASK, OLD_SAFARI);
    assert_eq!(
        (got.header("content-type"), got.header("x-cache")),
        ("image/webp", "HIT")
    );
}

#[test]
fn only_a_negotiated_answer_varies() {
    let world = world();
    for other in ["keep", "webp", "json"] {
        let url = ASK.replace("auto", other);
        for _ in 0..2 {
            let got = get(&world, &url, CHROME);
            assert_eq!((got.status, got.header("vary")), (200, ""), "{other}");
        }
    }
    assert_eq!(get(&world, &ASK.replace("w=60", "w=x"), CHROME).status, 400);
    assert_eq!(
        get(&world, "https://img.example.com/", CHROME).header("vary"),
        ""
    );
}

#[test]
fn what_the_client_has_already_varies_too() {
    let world = world();
    let tag = get(&world, ASK, CHROME).header("etag").to_owned();
    world.if_none_match.replace(Some(tag));
    for _ in 0..2 {
        let got = get(&world, ASK, CHROME);
        assert_eq!((got.status, got.header("vary")), (304, "Accept"));
        world.stored.borrow_mut().clear();
    }
    // The tag is that of the AVIF answer.
    let got = get(&world, ASK, OLD_SAFARI);
    assert_eq!(
        (got.status, got.header("content-type")),
        (200, "image/webp")
    );
    let got = world.send(Method::HEAD, ASK);
    assert_eq!((got.status, got.header("vary")), (200, "Accept"));
}

#[test]
fn what_the_sources_tag_tells_before_its_pixels_varies_too() {
    let mut world = world();
    let route =
        letterbox_world::Route::Answer(200, vec![("etag", "\"1\"".to_owned())], PHOTO.to_vec());
    world.routes.insert(SOURCE.to_owned(), route);
    let tag = get(&world, ASK, CHROME).header("etag").to_owned();
    assert!(tag.starts_with("\"s"), "{tag}");
    world.stored.borrow_mut().clear();
    world.if_none_match.replace(Some(tag));
    let got = get(&world, ASK, CHROME);
    assert_eq!((got.status, got.header("vary")), (304, "Accept"));
}

#[test]
fn an_error_of_a_negotiated_answer_varies_and_so_does_a_stored_absence() {
    let world = World::production().route(SOURCE, status(404)).route(
        "https://images.example.com/page",
        file("text/html", "<html></html>"),
    );
    world.guests.0.set(ALL);
    for cache in ["", "HIT"] {
        let got = get(&world, ASK, CHROME);
        assert_eq!((got.status, got.header("vary")), (404, "Accept"));
        assert_eq!(got.header("x-cache"), cache);
    }
    let got = get(&world, &ASK.replace("photo.jpg", "page"), CHROME);
    assert_eq!((got.status, got.header("vary")), (415, "Accept"));
}

#[test]
fn an_answer_of_yesterday_varies_as_it_did() {
    let mut world = world();
    world.vars.push(("CACHE_TTL", "60"));
    get(&world, ASK, CHROME);
    world.now_ms.set(100_000.0);
    world.routes.insert(SOURCE.to_owned(), status(500));
    let got = get(&world, ASK, CHROME);
    assert_eq!((got.status, got.header("x-cache")), (200, "STALE"));
    assert_eq!(
        (got.header("content-type"), got.header("vary")),
        ("image/avif", "Accept")
    );
}

#[test]
fn a_file_of_the_origins_own_is_passed_on_as_it_is() {
    let mut world = world();
    let own = file("image/png", "the origin's own");
    world.bound = Some([("/own.png".to_owned(), own)].into());
    let url = ASK.replace(".com/?", ".com/own.png?");
    let got = get(&world, &url, CHROME);
    assert_eq!((got.status, got.header("vary")), (200, ""));
}

#[test]
fn a_preset_may_say_auto() {
    let mut world = world();
    world.vars.push(("PRESETS", "card: w=60&h=40&f=auto"));
    world.vars.push(("PRESETS_ONLY", "true"));
    let url = "https://img.example.com/?s=https://images.example.com/photo.jpg&p=card";
    for (accept, content_type) in [(CHROME, "image/avif"), (OLD_SAFARI, "image/webp")] {
        let got = get(&world, url, accept);
        assert_eq!(got.header("content-type"), content_type);
        assert_eq!(got.header("vary"), "Accept");
    }
}

#[test]
fn a_signed_url_is_negotiated_like_any_other() {
    let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let mut world = world();
    world.vars.push(("SIGNING_KEYS", key));
    let query = ASK.split_once('?').expect("a query").1;
    let keys = letterbox::url::signature::Keys::parse(key).expect("a key");
    let sig = keys.sign(query).expect("good parameters").expect("a key");
    let url = format!("{ASK}&sig={sig}");
    for (accept, content_type) in [(CHROME, "image/avif"), ("*/*", "image/jpeg")] {
        assert_eq!(
            get(&world, &url, accept).header("content-type"),
            content_type
        );
    }
    assert_eq!(get(&world, ASK, CHROME).status, 403);
}

#[test]
fn an_avif_that_does_not_fit_is_a_webp_and_that_a_jpeg_but_not_for_who_insists() {
    let world = world();
    // An AVIF of three megapixels takes 12 + 3 x 29 MiB and more; a WebP of six takes 1 + 6 x 12
    // MiB and its pixels.
    for (size, content_type) in [
        ("w=1200&h=800", "image/avif"),
        ("w=2000&h=1500", "image/webp"),
        ("w=4000&h=3000", "image/jpeg"),
    ] {
        let url = ASK.replace("w=60&h=40", size);
        let got = get(&world, &url, CHROME);
        assert_eq!(
            (got.status, got.header("content-type")),
            (200, content_type)
        );
    }
    let url = ASK.replace("w=60&h=40&f=auto", "w=2000&h=1500&f=avif");
    let refused = get(&world, &url, CHROME);
    assert_eq!(refused.error(), (422, "image-too-large".to_owned()));
    let said = refused.json()["message"].to_string();
    assert!(
        said.contains("ask for a smaller w/h, or f=webp, or f=auto"),
        "{said}"
    );
    // Each of these requests succeeds.
    for way_out in [
        url.replace("w=2000&h=1500", "w=1200&h=800"),
        url.replace("f=avif", "f=webp"),
        url.replace("f=avif", "f=auto"),
    ] {
        assert_eq!(get(&world, &way_out, CHROME).status, 200, "{way_out}");
    }
}

#[test]
fn requests_for_the_same_negotiated_answer_share_it() {
    let world = world();
    world.stepping.set(true);
    let ask = |accept: &str| {
        world.accept.replace(Some(accept.to_owned()));
        let mut asking = Box::pin(world.answer(Method::GET, ASK));
        let begun = asking
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(begun.is_pending());
        asking
    };
    let asking = [CHROME, "image/webp,image/avif", "*/*"].map(ask);
    let [one, two, other] = asking.map(|mut asking| {
        loop {
            let mut cx = Context::from_waker(Waker::noop());
            if let Poll::Ready(got) = asking.as_mut().poll(&mut cx) {
                return got;
            }
        }
    });
    assert_eq!(one.header("content-type"), "image/avif");
    assert_eq!(one.body, two.body);
    assert_eq!(two.header("vary"), "Accept");
    assert_eq!(other.header("content-type"), "image/jpeg");
    assert_eq!(world.fetches(), 2);
}

/// GIF of two frames.
const FILM: &[u8] = b"GIF89a\x04\0\x04\0\x80\0\0\xff\0\0\0\0\xff\
    \x21\xf9\x04\0\x07\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\
    \x21\xf9\x04\0\x07\0\0\0\x2c\x01\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";

#[test]
fn what_moves_is_a_webp_or_a_gif_and_stands_still_for_crawlers_and_for_who_wants_a_still() {
    let film = "https://images.example.com/film.gif";
    let world = world().route(film, file("image/gif", FILM));
    let url = ASK.replace("photo.jpg", "film.gif");
    let still = format!("{url}&n=1");
    // The fake guests write no chunks of pictures, but the frames are there.
    let frames = |got: &Got| got.body.windows(4).filter(|four| four == b"ANMF").count();
    for accept in [CHROME, OLD_SAFARI] {
        let got = get(&world, &url, accept);
        assert_eq!((got.status, got.header("vary")), (200, "Accept"));
        assert_eq!(got.header("content-type"), "image/webp");
        assert_eq!(frames(&got), 2);
    }
    for accept in ["*/*", "image/png,image/*;q=0.8"] {
        let got = get(&world, &url, accept);
        assert_eq!(got.header("content-type"), "image/gif");
        let images = got.body.windows(2).filter(|two| two == b"\x21\xf9");
        assert_eq!(images.count(), 2);
    }
    for (accept, content_type) in [
        (CHROME, "image/avif"),
        (OLD_SAFARI, "image/webp"),
        ("*/*", "image/gif"),
    ] {
        let got = get(&world, &still, accept);
        assert_eq!(got.header("content-type"), content_type);
        assert_eq!(frames(&got), 0);
    }
    // The animation is transparent where no frame has drawn.
    world.user_agent.replace(Some("Twitterbot/1.0".to_owned()));
    assert_eq!(
        get(&world, &url, CHROME).header("content-type"),
        "image/png"
    );
}
