//! HTTP semantics of answers: lifetimes, conditional requests, the cache status, and how often the
//! source is fetched.

use http::Method;
use letterbox_world::{Got, Route, World, file, redirect, status};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SOURCE: &str = "https://images.example.com/photo.jpg";
const ASK: &str = "https://img.example.com/?s=https://images.example.com/photo.jpg&w=60&h=40";
const YEAR: f64 = 31_536_000.0;
const DAY: f64 = 86_400.0;

fn photo(headers: &[(&'static str, &str)]) -> Route {
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    Route::Answer(200, headers.collect(), PHOTO.to_vec())
}

fn world(headers: &[(&'static str, &str)]) -> World {
    World::production().route(SOURCE, photo(headers))
}

fn pass(world: &World, seconds: f64) {
    world.now_ms.set(world.now_ms.get() + seconds * 1000.0);
}

fn cache_status(got: &Got) -> &str {
    got.header("cache-status")
}

#[test]
fn an_answer_is_fresh_for_its_lifetime_and_says_how_old_it_is() {
    let world = world(&[("cache-control", "max-age=5")]);
    assert_eq!(
        cache_status(&world.get(ASK)),
        "letterbox; fwd=uri-miss; stored"
    );
    pass(&world, 100.0);
    let hit = world.get(ASK);
    assert_eq!(cache_status(&hit), "letterbox; hit; ttl=31535900");
    assert_eq!(
        (hit.header("age"), hit.header("cache-control")),
        ("100", "public, max-age=31536000")
    );
    assert_eq!(hit.header("x-letterbox-stored"), "", "ours alone");
    pass(&world, YEAR - 100.0);
    assert_eq!(
        cache_status(&world.get(ASK)),
        "letterbox; fwd=stale; stored"
    );
    assert_eq!(world.fetches(), 2);
}

/// RFC 6266.
#[test]
fn an_answer_has_the_name_that_is_asked_for_and_no_entry_of_its_own() {
    let world = world(&[]);
    assert_eq!(world.get(ASK).header("content-disposition"), "");
    for (dl, wanted) in [
        ("", "attachment; filename=\"photo.jpg\""),
        ("card.png", "attachment; filename=\"card.jpg\""),
        ("a%22%0d%0ab", "attachment; filename=\"a___b.jpg\""),
        (
            "%C3%A4",
            "attachment; filename=\"_.jpg\"; filename*=UTF-8''%C3%A4.jpg",
        ),
    ] {
        let hit = world.get(&format!("{ASK}&dl={dl}"));
        assert_eq!(hit.header("content-disposition"), wanted);
        assert!(cache_status(&hit).contains("; hit;"));
    }
    let json = world.get(&format!("{ASK}&f=json&dl"));
    let named = json.header("content-disposition");
    assert_eq!(named, "attachment; filename=\"photo.json\"");
    let failed = world.get(&format!("{ASK}&page=7&dl"));
    assert_eq!(
        (failed.status, failed.header("content-disposition")),
        (422, "")
    );
}

#[test]
fn the_source_may_shorten_the_lifetime_where_the_deployment_lets_it() {
    let mut world = world(&[("cache-control", "max-age=50"), ("age", "20")]);
    world.vars.push(("FRESHNESS", "origin"));
    assert_eq!(world.get(ASK).header("cache-control"), "public, max-age=30");
    pass(&world, 29.0);
    assert_eq!(cache_status(&world.get(ASK)), "letterbox; hit; ttl=1");
    pass(&world, 1.0);
    assert_eq!(
        cache_status(&world.get(ASK)),
        "letterbox; fwd=stale; stored"
    );
}

#[test]
fn a_source_that_forbids_all_reuse_is_answered_and_not_kept() {
    let mut world = world(&[("cache-control", "no-cache")]);
    world.vars.push(("FRESHNESS", "origin"));
    let got = world.get(ASK);
    assert_eq!(got.header("cache-control"), "public, max-age=0");
    assert_eq!(cache_status(&got), "letterbox; fwd=uri-miss");
    assert!(world.stored.borrow().is_empty());
}

#[test]
fn an_absence_is_kept_for_a_minute() {
    for absent in [404, 410] {
        let mut world = World::production().route(SOURCE, status(absent));
        let first = world.get(ASK);
        assert_eq!(first.error(), (absent, "source-not-found".to_owned()));
        assert_eq!(first.header("cache-control"), "public, max-age=60");
        pass(&world, 59.0);
        let second = world.get(ASK);
        assert_eq!(second.error(), first.error());
        assert_eq!(cache_status(&second), "letterbox; hit; ttl=1");
        assert_eq!(world.fetches(), 1);
        pass(&world, 1.0);
        world.routes.insert(SOURCE.to_owned(), photo(&[]));
        assert_eq!(world.get(ASK).status, 200);
    }
}

#[test]
fn a_stale_answer_is_better_than_a_source_that_is_down_for_a_day() {
    let down = [
        Route::Silent,
        Route::Broken(PHOTO.to_vec()),
        status(500),
        status(503),
        status(429),
    ];
    for route in down {
        let mut world = world(&[]);
        world.get(ASK);
        world.routes.insert(SOURCE.to_owned(), route);
        pass(&world, YEAR + 1.0);
        let stale = world.get(ASK);
        assert_eq!((stale.status, stale.header("x-cache")), (200, "STALE"));
        assert_eq!(
            cache_status(&stale),
            "letterbox; hit; ttl=-1; detail=stale-if-error"
        );
        assert_eq!(stale.header("cache-control"), "public, max-age=60");
        assert!(!stale.body.is_empty());
        pass(&world, DAY);
        assert!(world.get(ASK).status >= 502);
    }
}

#[test]
fn a_source_that_is_gone_or_broken_is_not_covered_up() {
    for (route, expected) in [
        (status(404), 404),
        (status(403), 502),
        (file("image/jpeg", *b"no image"), 415),
        (redirect("https://evil.example/"), 502),
    ] {
        let mut world = world(&[]);
        world.get(ASK);
        world.routes.insert(SOURCE.to_owned(), route);
        pass(&world, YEAR + 1.0);
        assert_eq!(world.get(ASK).status, expected);
    }
}

#[test]
fn no_absence_is_shown_when_the_source_is_down() {
    let mut world = World::production().route(SOURCE, status(404));
    world.get(ASK);
    world.routes.insert(SOURCE.to_owned(), status(500));
    pass(&world, 61.0);
    assert_eq!(world.get(ASK).status, 502);
}

#[test]
fn a_client_that_has_the_answer_gets_304_from_the_cache() {
    let world = world(&[]);
    let first = world.get(ASK);
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() == 35, "{tag}");
    for list in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        world.if_none_match.replace(Some(list));
        for method in [Method::GET, Method::HEAD] {
            let known = world.send(method, ASK);
            assert_eq!((known.status, known.body.len()), (304, 0));
            assert_eq!(known.header("etag"), tag);
            assert_eq!(known.header("cache-control"), "public, max-age=31536000");
            assert_eq!(known.header("content-type"), "");
            assert_eq!(known.header("content-length"), "");
            assert!(cache_status(&known).contains("hit"));
        }
    }
    world.if_none_match.replace(Some("\"other\"".to_owned()));
    assert_eq!(world.get(ASK).status, 200);
    assert_eq!(world.fetches(), 1);
}

#[test]
fn a_validator_of_the_source_answers_before_its_pixels_are_read() {
    // The body is broken: reading it fails.
    let broken = |tag: &str| {
        let mut world = world(&[("etag", tag)]);
        let first = world.get(ASK);
        world.stored.borrow_mut().clear();
        world
            .if_none_match
            .replace(Some(first.header("etag").to_owned()));
        let half = PHOTO[..PHOTO.len() / 2].to_vec();
        let again = Route::Answer(200, vec![("etag", tag.to_owned())], half);
        world.routes.insert(SOURCE.to_owned(), again);
        world.get(ASK).status
    };
    assert_eq!(broken("\"v1\""), 304);
    assert_eq!(broken("W/\"v1\""), 422, "a weak one proves nothing");
}

#[test]
fn the_entity_tag_follows_the_source_and_the_parameters() {
    let tag = |etag: &str, ask: &str| world(&[("etag", etag)]).get(ask).header("etag").to_owned();
    let one = tag("\"1\"", ASK);
    assert_eq!(one, tag("\"1\"", &format!("{ASK}&fit=contain")));
    assert_ne!(one, tag("\"2\"", ASK));
    assert_ne!(one, tag("\"1\"", &format!("{ASK}&q=79")));
}

#[test]
fn every_answer_of_a_source_has_its_tag() {
    let world = world(&[]);
    let tag = world.get(ASK).header("cache-tag").to_owned();
    assert_eq!(tag.len(), 16);
    assert_eq!(world.get(&format!("{ASK}&q=7")).header("cache-tag"), tag);
    assert_eq!(world.get(ASK).header("cache-tag"), tag, "stored with it");
}

#[test]
fn every_reply_says_what_the_cache_did() {
    let mut world = world(&[]).route(
        "https://origin.example.com/a.txt",
        file("text/plain", *b"a"),
    );
    world.vars.push(("ORIGIN", "https://origin.example.com"));
    let status = |method, url| cache_status(&world.send(method, url)).to_owned();
    assert_eq!(
        status(Method::GET, "https://img.example.com/a.txt"),
        "letterbox; fwd=bypass"
    );
    assert_eq!(status(Method::OPTIONS, ASK), "letterbox; detail=options");
    assert_eq!(
        status(Method::POST, ASK),
        "letterbox; detail=method-not-allowed"
    );
    let bad = format!("{ASK}&q=0");
    assert_eq!(status(Method::GET, &bad), "letterbox; detail=bad-parameter");
}

/// Returns the CDN-Loop that a request on this host sends on after the given ones.
fn onward(host: &str, cdn_loop: &str) -> String {
    let request = letterbox::request::Request {
        method: Method::GET,
        url: url::Url::parse(&format!("https://{host}/")).expect("a URL"),
        id: String::new(),
        if_none_match: None,
        accept: None,
        user_agent: None,
        cdn_loop: Some(cdn_loop.to_owned()),
        sec_fetch_site: None,
        sec_fetch_dest: None,
        if_modified_since: None,
        range: None,
        if_range: None,
        hints: letterbox::url::hints::Hints::default(),
    };
    request.cdn_loop_onward()
}

#[test]
fn a_request_that_comes_from_ourselves_is_refused_before_any_work() {
    let world = world(&[]);
    let own = onward("img.example.com", "");
    for through in [
        own.clone(),
        format!("cloudflare, {};v=1", own.to_uppercase()),
        format!("a;b, {own}"),
        onward("other.example.com", &own),
        onward("img.example.com", &onward("other.example.com", "")),
    ] {
        world.cdn_loop.replace(Some(through));
        assert_eq!(world.get(ASK).error(), (508, "loop-detected".to_owned()));
        assert_eq!(world.get("https://img.example.com/a").status, 508);
    }
    assert_eq!(world.fetches(), 0);
    // Deployments of other owners are not ours.
    let other = onward(
        "other.example.com",
        &onward("third.example.com", "cloudflare"),
    );
    for through in [other, format!("cloudflare; {own}, {own}0")] {
        world.cdn_loop.replace(Some(through));
        assert_eq!(world.get(ASK).status, 200);
    }
}

#[test]
fn scripts_of_any_page_may_read_what_every_image_says_of_itself() {
    let mut world = world(&[]);
    world.vars.push(("MODE", "development"));
    let ask = ASK.replace("https://img.example.com", "http://localhost:8787");
    let made = world.get(&ask);
    let tag = made.header("etag").to_owned();
    let stored = world.get(&ask);
    // An answer that was stored before these fields existed.
    for entry in world.stored.borrow_mut().values_mut() {
        entry.headers_mut().remove("timing-allow-origin");
        entry.headers_mut().remove("access-control-expose-headers");
    }
    let old = world.get(&ask);
    world.if_none_match.replace(Some(tag));
    let known = world.get(&ask);
    let statuses = [&made, &stored, &old, &known].map(|got| got.status);
    assert_eq!(statuses, [200, 200, 200, 304]);
    for got in [&made, &stored, &old, &known] {
        assert_eq!(got.header("timing-allow-origin"), "*");
        let exposed = got.header("access-control-expose-headers").to_lowercase();
        let exposed: Vec<_> = exposed.split(", ").collect();
        for name in [
            "etag",
            "age",
            "cache-status",
            "x-cache",
            "server-timing",
            "x-letterbox-ignored",
        ] {
            assert!(exposed.contains(&name), "{name}");
        }
        // Every `X-Image-*` field has to be exposed too.
        for name in made.headers.keys().map(http::HeaderName::as_str) {
            assert!(
                !name.starts_with("x-image") || exposed.contains(&name),
                "{name}"
            );
        }
    }
    let preflight = world.send(Method::OPTIONS, &ask);
    assert_eq!(preflight.header("access-control-max-age"), "86400");
    let sendable = preflight.header("access-control-allow-headers");
    assert!(
        sendable.starts_with("*, ") && sendable.contains("Authorization"),
        "{sendable}"
    );
}

#[test]
fn who_may_read_a_file_of_the_origins_own_is_the_origins_to_say() {
    let own = Route::Answer(
        200,
        vec![("timing-allow-origin", "https://a.example".to_owned())],
        vec![],
    );
    let mut world = World::production().route("https://origin.example.com/a.jpg", own);
    world.vars.push(("ORIGIN", "https://origin.example.com"));
    let got = world.get("https://img.example.com/a.jpg");
    assert_eq!(got.header("timing-allow-origin"), "https://a.example");
    assert_eq!(got.header("access-control-allow-origin"), "");
    assert_eq!(got.header("access-control-expose-headers"), "");
}

#[test]
fn our_own_host_and_the_platforms_paths_are_no_sources() {
    let mut world = world(&[]);
    world.vars = vec![("ALLOWED_SOURCES", "images.example.com, img.example.com")];
    for own in [
        "https://img.example.com/a.jpg",
        "https://IMG.example.com:443/?s=x",
    ] {
        for us in [
            "https://img.example.com",
            "http://img.example.com",
            "https://img.example.com:8443",
            "https://img.example.com.",
        ] {
            let got = world.get(&format!("{us}/?s={own}"));
            assert_eq!(got.error(), (400, "bad-parameter".to_owned()), "{own}");
        }
    }
    for path in [
        "cdn-cgi/image/a.jpg",
        "cdn-cgi",
        "CDN-CGI/x",
        "%63dn-cg%69/x",
        "a/../cdn-cgi/x",
    ] {
        let got = world.get(
            &format!("https://img.example.com/?s=https://images.example.com/{path}")
                .replace('%', "%25"),
        );
        assert_eq!(got.error(), (400, "bad-parameter".to_owned()), "{path}");
    }
    assert_eq!(world.fetches(), 0);
    world
        .routes
        .insert(SOURCE.to_owned(), redirect("https://img.example.com/x.jpg"));
    assert_eq!(world.get(ASK).error(), (502, "redirect-refused".to_owned()));
    let ask = ASK.replace("https://img.example.com", "http://img.example.com:8080");
    assert_eq!(
        world.get(&ask).error(),
        (502, "redirect-refused".to_owned())
    );
    assert_eq!(world.fetches(), 2);
}

#[test]
fn a_client_that_asks_for_too_much_still_gets_what_exists() {
    let world = world(&[]);
    world.get(ASK);
    world.refuses.set(true);
    assert_eq!(world.get(ASK).status, 200);
    let refused = world.get(&format!("{ASK}&q=5"));
    assert_eq!(refused.error(), (429, "rate-limited".to_owned()));
    assert_eq!(
        (
            refused.header("retry-after"),
            refused.header("cache-control")
        ),
        ("60", "no-store")
    );
    pass(&world, YEAR);
    assert_eq!(world.get(ASK).header("x-cache"), "STALE");
    assert_eq!(world.fetches(), 1);
}

/// Fields that every script may read (Fetch, section 3.3.3), and those that are for browsers alone.
const READABLE: [&str; 15] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
    "vary",
    "location",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "content-security-policy",
    "cross-origin-resource-policy",
    "timing-allow-origin",
    "x-content-type-options",
];

#[test]
fn every_field_of_every_reply_is_readable_by_scripts_of_any_page_and_so_is_its_time() {
    let mut world = world(&[]);
    let dialects = "/n=next, /v=vercel, /c=cloudflare, /d=cloudinary, /w=wsrv, /i=imgproxy, /t=thumbor, /a=aws, /x=imgix";
    world.vars.push(("DIALECTS", dialects));
    world.vars.push(("ORIGIN", "https://www.example.com"));
    let mut development = self::world(&[]);
    development.vars.push(("MODE", "development"));
    let paths = [
        format!("?s={SOURCE}&w=60&f=auto&dl=x"),
        format!("?s={SOURCE}&w=60&f=auto&dl=x"),
        format!("?s={SOURCE}&w=x"),
        format!("?s={SOURCE}x&default={SOURCE}"),
        format!("?s={SOURCE}x&default=redirect"),
        format!("n?url={SOURCE}&w=64&q=75"),
        "n?url=x".to_owned(),
        format!("v?url={SOURCE}&w=64&q=75"),
        "v?url=x".to_owned(),
        format!("c/w=60/{SOURCE}"),
        "c/w=x/y".to_owned(),
        format!("d/image/fetch/w_60/{SOURCE}"),
        "d/image/fetch/w_x/y".to_owned(),
        format!("w?url={SOURCE}&w=60"),
        "w?url=".to_owned(),
        "i/x/y".to_owned(),
        "t/x/y".to_owned(),
        "a/x".to_owned(),
        "x/y?w=z".to_owned(),
    ];
    let mut names = 0;
    let mut check = |got: &Got, what: &str| {
        let exposed = got.header("access-control-expose-headers").to_lowercase();
        let exposed: Vec<_> = exposed.split(", ").collect();
        for name in got.headers.keys().map(|name| name.as_str()) {
            let is_readable = READABLE.contains(&name) || exposed.contains(&name);
            assert!(is_readable, "{name} of {what}");
            names += 1;
        }
        assert_eq!(got.header("access-control-allow-origin"), "*", "{what}");
        assert_eq!(got.header("timing-allow-origin"), "*", "{what}");
    };
    for path in &paths {
        check(&world.get(&format!("https://img.example.com/{path}")), path);
        check(
            &development.get(&format!("http://localhost:8787/{path}&junk=1")),
            path,
        );
    }
    check(&world.send(Method::POST, ASK), "POST");
    assert!(names > 300, "{names}");
}

#[test]
fn a_preflight_allows_every_field_for_a_day_and_touches_nothing() {
    let world = world(&[]);
    let got = world.send(Method::OPTIONS, ASK);
    assert_eq!((got.status, world.fetches()), (204, 0));
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, HEAD, OPTIONS"),
        ("access-control-max-age", "86400"),
        ("timing-allow-origin", "*"),
    ] {
        assert_eq!(got.header(name), value);
    }
    let allowed = got.header("access-control-allow-headers");
    for name in ["*", "Authorization", "If-None-Match", "Range"] {
        assert!(allowed.split(", ").any(|own| own == name), "{name}");
    }
}
