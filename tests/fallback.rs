//! Answers in place of an error, as a client sees them, on an in-memory platform.

use letterbox::url::signature::Keys;
use letterbox_world::{Got, Route, World, file, redirect, status};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const GONE: &str = "https://images.example.com/gone.jpg";
const NONE: &str = "https://images.example.com/none.jpg";
const ASK: &str = "https://img.example.com/?s=https://images.example.com/gone.jpg&w=60&h=40&f=png";

fn world() -> World {
    World::production()
        .route(GONE, status(404))
        .route(NONE, file("image/jpeg", PHOTO))
}

fn with(vars: &[(&'static str, &'static str)], world: World) -> World {
    let mut world = world;
    world.vars.extend(vars);
    world
}

/// The picture of the fallback itself.
fn picture() -> Vec<u8> {
    world().get(&ASK.replace("gone", "none")).body
}

fn facts(got: &Got) -> (u16, &str, &str) {
    (
        got.status,
        got.header("content-type"),
        got.header("cache-control"),
    )
}

#[test]
fn a_picture_in_place_of_an_error_has_its_status_a_short_life_and_the_same_parameters() {
    let world = world();
    let got = world.get(&format!("{ASK}&default={NONE}"));
    assert_eq!(facts(&got), (404, "image/png", "public, max-age=60"));
    assert!(got.body == picture());
    assert_eq!(*world.fetched.borrow(), [GONE, NONE]);
    assert_eq!(
        got.header("cache-status"),
        "letterbox; detail=source-not-found"
    );
    assert_eq!(got.header("x-cache"), "");
    let tag = |s: &str| {
        let got = world.get(&format!("https://img.example.com/?s={s}"));
        got.header("cache-tag").to_owned()
    };
    let none = tag(NONE);
    assert!(got.header("cache-tag").ends_with(&format!(",{none}")));
    assert_eq!(got.header("cache-tag").len(), 33);
    // It is stored under its own name, and the failure as what it is.
    let own = world.get(&ASK.replace("gone", "none"));
    assert_eq!((own.status, own.header("x-cache")), (200, "HIT"));
    assert_eq!(own.header("cache-control"), "public, max-age=31536000");
    world.fetched.borrow_mut().clear();
    assert_eq!(world.get(ASK).error(), (404, "source-not-found".to_owned()));
    let again = world.get(&format!("{ASK}&onerror={NONE}"));
    assert_eq!(facts(&again), facts(&got));
    assert_eq!(world.fetches(), 0);
    // The log tells both.
    let lines = world.lines.borrow();
    let line = lines.last().expect("a line");
    for word in [
        "\"code\":\"source-not-found\"",
        "\"way\":\"fallback\"",
        "\"status\":404",
        "\"format\":\"png\"",
    ] {
        assert!(line.contains(word), "{word}: {line}");
    }
    assert!(!line.contains("none.jpg"), "{line}");
}

#[test]
fn the_picture_is_there_as_soon_as_its_source_is_and_the_fallback_is_gone() {
    let mut world = world();
    let ask = format!("{ASK}&default={NONE}");
    assert_eq!(world.get(&ask).status, 404);
    let other = include_bytes!("../demo/samples/logo.png");
    world
        .routes
        .insert(GONE.to_owned(), file("image/png", *other));
    world.now_ms.set(61_000.0);
    let got = world.get(&ask);
    assert_eq!((got.status, got.header("x-cache")), (200, "MISS"));
    assert!(got.body != picture());
    // A picture that is there has no entry of its own for each fallback.
    let hit = world.get(&format!("{ASK}&default=none"));
    assert_eq!(hit.header("x-cache"), "HIT");
    world.routes.insert(GONE.to_owned(), status(500));
    assert_eq!(world.get(&ask).header("x-cache"), "HIT");
}

#[test]
fn the_picture_of_yesterday_comes_before_the_fallback() {
    let mut world = world().route(GONE, file("image/jpeg", PHOTO));
    world.vars.push(("CACHE_TTL", "60"));
    let ask = format!("{ASK}&default={NONE}");
    let first = world.get(&ask);
    world.routes.insert(GONE.to_owned(), status(500));
    world.now_ms.set(61_000.0);
    let stale = world.get(&ask);
    assert_eq!((stale.status, stale.header("x-cache")), (200, "STALE"));
    assert!(stale.body == first.body);
    let day = 86_400_000.0;
    world.now_ms.set(61_000.0 + day);
    assert_eq!(world.get(&ask).status, 502);
    assert!(world.fetched.borrow().iter().any(|url| url == NONE));
}

#[test]
fn a_client_that_has_the_fallback_gets_it_again_and_never_an_empty_error() {
    let world = world();
    let ask = format!("{ASK}&default={NONE}");
    let tag = world.get(&ask).header("etag").to_owned();
    for stored in [true, false] {
        if !stored {
            world.stored.borrow_mut().clear();
        }
        world.if_none_match.replace(Some(tag.clone()));
        let got = world.get(&ask);
        assert_eq!((got.status, got.body == picture()), (404, true));
    }
    let world = with(&[("FALLBACK_STATUS", "200")], self::world());
    assert_eq!(world.get(&ask).status, 200);
    world.if_none_match.replace(Some(tag));
    let got = world.get(&ask);
    assert_eq!((got.status, got.body.len()), (304, 0));
}

#[test]
fn every_fault_of_a_source_has_a_fallback_and_what_is_asked_wrongly_has_none() {
    let bad = file("image/jpeg", PHOTO[..PHOTO.len() / 2].to_vec());
    for (route, code) in [
        (status(410), 410),
        (status(403), 502),
        (status(429), 503),
        (status(500), 502),
        (redirect("https://evil.example/"), 502),
        (Route::Broken(PHOTO.to_vec()), 502),
        (Route::Silent, 504),
        (file("text/html", *b"<p>"), 415),
        (bad, 422),
    ] {
        let world = world().route(GONE, route);
        let got = world.get(&format!("{ASK}&default={NONE}"));
        assert_eq!(got.status, code);
        assert!(got.body == picture(), "{code}");
        assert_eq!(got.header("cache-control"), "public, max-age=60");
        assert_eq!(got.header("retry-after").is_empty(), code != 503);
        let keys: Vec<_> = world.stored.borrow().keys().cloned().collect();
        let own = |key: &String| key.contains("none.jpg");
        assert!(keys.iter().filter(|key| own(key)).count() == 1, "{code}");
        let others = keys.len() - 1;
        assert_eq!(others, usize::from(code == 410), "{code}: {keys:?}");
    }
    let world = with(&[("FALLBACK_IMAGE", NONE)], world());
    let json = world.get(&ASK.replace("f=png", "f=json"));
    assert_eq!(json.error(), (404, "source-not-found".to_owned()));
    let wrong = world.get(&format!("{ASK}&fit=nonsense"));
    assert_eq!(wrong.error(), (400, "bad-parameter".to_owned()));
    let overlay = world.get(&format!("{}&wm={GONE}", ASK.replace("gone", "none")));
    assert_eq!(overlay.error(), (404, "source-not-found".to_owned()));
    let without = world.get(&format!("{ASK}&default=none"));
    assert_eq!(without.error(), (404, "source-not-found".to_owned()));
    assert_eq!(world.get(ASK).body, picture());
}

#[test]
fn no_fallback_comes_from_a_place_that_no_source_may_come_from() {
    let world = world();
    for (from, code) in [
        ("https://evil.example.com/x", 403),
        ("https://127.0.0.1/x", 403),
        ("http://images.example.com/x", 400),
    ] {
        let got = world.get(&format!("{ASK}&default={from}"));
        assert_eq!(got.status, code, "{from}");
        let message = got.json()["message"].to_string();
        assert!(message.starts_with("\"default") && !message.contains("example"));
    }
    assert_eq!(world.fetches(), 0);
    // A fallback that is redirected elsewhere, fails, or is on this very host is none.
    let faults = [redirect("https://evil.example.com/x"), status(500)];
    for route in faults {
        let world = self::world().route(NONE, route);
        let got = world.get(&format!("{ASK}&default={NONE}"));
        assert_eq!(got.error(), (404, "source-not-found".to_owned()));
        assert_eq!(got.header("cache-control"), "public, max-age=60");
    }
    // A source that is not allowed is not fetched, and has the fallback of one that is.
    let ask = ASK.replace("images.example.com", "evil.example.com");
    let got = world.get(&format!("{ask}&default={NONE}"));
    assert_eq!((got.status, got.body == picture()), (403, true));
    assert_eq!(*world.fetched.borrow(), [NONE]);
    let got = world.get(&format!("{ask}&onerror=redirect"));
    assert_eq!(got.error(), (403, "source-not-allowed".to_owned()));
}

#[test]
fn a_refused_signature_gets_no_picture_and_a_good_one_covers_the_fallback() {
    let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let vars = [("SIGNING_KEYS", hex), ("FALLBACK_IMAGE", NONE)];
    let world = with(&vars, world());
    assert_eq!(world.get(ASK).error(), (403, "bad-signature".to_owned()));
    let sign = |query: &str| {
        let keys = Keys::parse(hex).expect("a key");
        let sig = keys.sign(query).expect("good").expect("a key");
        format!("https://img.example.com/?{query}&sig={sig}")
    };
    let query = ASK.split('?').nth(1).expect("a query");
    let good = sign(&format!("{query}&default=redirect"));
    assert_eq!(world.get(&good).header("location"), GONE);
    let forged = good.replace("default=redirect", "default=none");
    assert_eq!(
        world.get(&forged).error(),
        (403, "bad-signature".to_owned())
    );
    assert_eq!(world.get(&sign(query)).body, picture());
}

#[test]
fn a_redirect_leads_to_the_source_and_to_a_path_on_the_own_host() {
    let world = world();
    let got = world.get(&format!("{ASK}&onerror=redirect"));
    assert_eq!((got.status, got.header("location")), (302, GONE));
    assert_eq!(got.header("cache-control"), "public, max-age=60");
    let mut world = world;
    world.bound = Some([("/x.svg".to_owned(), file("image/svg+xml", *b"<svg/>"))].into());
    let got = world.get("https://img.example.com/?s=/x.svg&onerror=redirect");
    assert_eq!((got.status, got.header("location")), (302, "/x.svg"));
    let got = world.get("https://img.example.com/x.svg");
    assert_eq!((got.status, got.body), (200, b"<svg/>".to_vec()));
    world.vars.push(("FALLBACK_IMAGE", "redirect"));
    assert_eq!(world.get(ASK).status, 302);
}

#[test]
fn a_client_without_a_share_of_new_pictures_gets_a_stored_fallback_that_nobody_keeps() {
    let world = world();
    world.get(&ASK.replace("gone", "none"));
    world.refuses.set(true);
    let got = world.get(&format!("{ASK}&default={NONE}&v=2"));
    assert_eq!(facts(&got), (429, "image/png", "no-store"));
    assert_eq!(got.header("retry-after"), "60");
    let got = world.get(&format!("{ASK}&default={NONE}&w=61&v=2").replace("w=60&", ""));
    assert_eq!(got.error(), (429, "rate-limited".to_owned()));
}

#[test]
fn dialects_have_the_fallback_of_the_deployment_and_words_of_their_own() {
    let vars = [
        ("DIALECTS", "/img/=cloudflare, /wsrv=wsrv, /p/=imgproxy"),
        ("FALLBACK_IMAGE", NONE),
    ];
    let world = with(&vars, world());
    let got = world.get(&format!(
        "https://img.example.com/img/w=60,h=40,fit=pad,f=png/{GONE}"
    ));
    assert_eq!((got.status, got.header("content-type")), (404, "image/png"));
    let got = world.get(&format!(
        "https://img.example.com/img/onerror=redirect/{GONE}"
    ));
    assert_eq!(got.header("location"), GONE);
    let got = world.get(&format!(
        "https://img.example.com/wsrv?url={GONE}&w=9&default=1"
    ));
    assert_eq!(got.header("location"), GONE);
    // printf %s https://images.example.com/face.jpg | base64
    let face = "aHR0cHM6Ly9pbWFnZXMuZXhhbXBsZS5jb20vZmFjZS5qcGc";
    let world = world.route(
        "https://images.example.com/face.jpg",
        file("image/jpeg", PHOTO),
    );
    for name in ["fallback_image_url", "fiu"] {
        let ask = format!("https://img.example.com/p/x/{name}:{face}/rs:fit:9:9/plain/{GONE}");
        let got = world.get(&ask);
        assert_eq!(
            (got.status, got.header("content-type")),
            (404, "image/jpeg")
        );
    }
    let face = |url: &String| url.ends_with("face.jpg");
    assert!(world.fetched.borrow().iter().any(face));
    let got = world.get(&format!("https://img.example.com/p/x/fiu:a_b/plain/{GONE}"));
    assert_eq!(
        (got.status, got.header("content-type")),
        (404, "text/plain; charset=utf-8")
    );
    let got = world.get(&format!("https://img.example.com/wsrv?url={GONE}&w=9"));
    assert_eq!(
        (got.status, got.header("content-type")),
        (404, "image/jpeg")
    );
}

#[test]
fn in_development_a_broken_image_shows_its_message_and_nothing_else_changes() {
    let development = || with(&[("MODE", "development")], world());
    let ask = ASK.replace("https://img.example.com", "http://localhost:8787");
    let world = development();
    assert_eq!(
        world.get(&ask).error(),
        (404, "source-not-found".to_owned())
    );
    world.sec_fetch_dest.replace(Some("image".to_owned()));
    let shown = |query: &str, status: u16| {
        let got = world.get(&format!("http://localhost:8787/?{query}"));
        assert_eq!(
            (got.status, got.header("content-type")),
            (status, "image/png"),
            "{query}"
        );
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        let decoder = png::Decoder::new(std::io::Cursor::new(got.body.clone()));
        let info = decoder.read_info().expect("a PNG");
        ((info.info().width, info.info().height), got.body)
    };
    let (size, first) = shown("s=https://images.example.com/gone.jpg&w=300&h=200", 404);
    assert_eq!(size, (300, 200));
    let (size, other) = shown("s=https://images.example.com/gone.jpg&w=x", 400);
    assert_eq!(size, (600, 315));
    assert!(first != other);
    shown("w=9999999999&s=%00%E3%81%82", 400);
    let long = "x".repeat(3000);
    shown(&format!("s=https://images.example.com/{long}&w=1&h=1"), 502);
    world.sec_fetch_dest.replace(Some("document".to_owned()));
    assert_eq!(world.get(&ask).status, 404);
    assert_eq!(
        world.get(&ask).header("content-type"),
        "application/problem+json"
    );
    for (accept, kind) in [
        ("image/avif,image/webp,*/*;q=0.8", "image/png"),
        ("text/html,image/webp", "application/problem+json"),
        ("*/*", "application/problem+json"),
    ] {
        let world = development();
        world.accept.replace(Some(accept.to_owned()));
        assert_eq!(world.get(&ask).header("content-type"), kind, "{accept}");
    }
    let production = self::world();
    production.sec_fetch_dest.replace(Some("image".to_owned()));
    assert_eq!(
        production.get(ASK).error(),
        (404, "source-not-found".to_owned())
    );
}
