//! The service as a client sees it, on an in-memory platform.

use http::Method;
use letterbox_world::{Route, World, file, redirect, status};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SOURCE: &str = "https://images.example.com/photo.jpg";
const ASK: &str = "https://img.example.com/?s=https://images.example.com/photo.jpg";

fn with_photo() -> World {
    World::production().route(SOURCE, file("image/jpeg", PHOTO))
}

/// Returns the width and height of a JPEG, and its upper left pixel.
fn jpeg(body: &[u8]) -> (u16, u16, [u8; 3]) {
    let mut decoder = jpeg_decoder::Decoder::new(body);
    let pixels = decoder.decode().expect("a JPEG");
    let info = decoder.info().expect("a decoded header");
    (info.width, info.height, [pixels[0], pixels[1], pixels[2]])
}

#[test]
fn a_photo_is_letterboxed_on_white_and_kept_for_a_year() {
    let got = with_photo().get(ASK);
    assert_eq!(
        (got.status, got.header("content-type")),
        (200, "image/jpeg")
    );
    assert_eq!(got.header("cache-control"), "public, max-age=31536000");
    assert_eq!(jpeg(&got.body), (1200, 627, [255; 3]));
    assert_eq!(
        jpeg(&with_photo().get(&format!("{ASK}&w=100&h=300")).body),
        (100, 300, [255; 3])
    );
}

#[test]
fn a_photo_that_is_damaged_inside_is_served_and_one_that_breaks_off_is_not() {
    let mut file_bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file_bytes, 80);
    encoder.set_restart_interval(2);
    encoder
        .encode(&[90; 64 * 64 * 3], 64, 64, jpeg_encoder::ColorType::Rgb)
        .expect("a valid size");
    let marker = file_bytes
        .windows(2)
        .position(|pair| pair == [0xff, 0xd3])
        .expect("as many intervals");
    let mut damaged = file_bytes.clone();
    damaged.drain(marker - 1..marker + 2);
    let broken = file_bytes[..marker].to_vec();
    let get = |bytes| {
        World::production()
            .route(SOURCE, file("image/jpeg", bytes))
            .get(ASK)
    };
    assert_eq!(get(damaged).status, 200);
    let got = get(broken);
    assert_eq!(got.error(), (422, "corrupt-image".to_owned()));
}

#[test]
fn the_second_request_touches_nothing_however_it_is_spelled() {
    let world = with_photo();
    let first = world.get(ASK);
    let again = "https://IMG.example.com/?utm=x&h=627&width=1200&src=https%3A%2F%2FIMAGES.example.com%2Fphoto.jpg&fit=pad&q=80";
    let second = world.get(again);
    assert_eq!(
        (first.header("x-cache"), second.header("x-cache")),
        ("MISS", "HIT")
    );
    assert_eq!(first.body, second.body);
    assert_eq!(world.fetches(), 1);
    assert_eq!(world.get(&format!("{ASK}&v=2")).header("x-cache"), "MISS");
}

#[test]
fn the_origins_own_file_wins_and_its_answer_passes_through() {
    let mut world = with_photo()
        .route(
            "https://origin.example.com/logo.svg?s=nonsense&w=nonsense",
            file("image/svg+xml", *b"<svg/>"),
        )
        .route("https://origin.example.com/", file("text/html", *b"home"))
        .route("https://origin.example.com/gone?x=1", status(410))
        .route("https://origin.example.com/broken", status(500));
    world.vars.push(("ORIGIN", "https://origin.example.com"));
    let own = world.get("https://img.example.com/logo.svg?s=nonsense&w=nonsense");
    assert_eq!(
        (own.status, own.header("content-type"), own.body.as_slice()),
        (200, "image/svg+xml", &b"<svg/>"[..])
    );
    let gone = world.get("https://img.example.com/gone?x=1");
    assert_eq!(
        (gone.status, gone.body.as_slice()),
        (410, &b"the origin's words"[..])
    );
    assert_eq!(world.get("https://img.example.com/").body, b"home");
    // For a request with a source, only a 200 of the origin counts, and `/` is not looked up.
    assert_eq!(
        world
            .get("https://img.example.com/broken?s=https://images.example.com/photo.jpg")
            .header("x-cache"),
        "MISS"
    );
    world.fetched.borrow_mut().clear();
    assert_eq!(world.get(&format!("{ASK}&v=2")).status, 200);
    assert_eq!(*world.fetched.borrow(), [SOURCE]);
}

#[test]
fn a_path_is_found_on_the_configured_or_the_bound_origin() {
    let mut world = World::production().route(
        "https://origin.example.com/site/a.jpg",
        file("image/jpeg", PHOTO),
    );
    world
        .vars
        .push(("ORIGIN", "https://origin.example.com/site/"));
    assert_eq!(
        world
            .get("https://img.example.com/?s=/a.jpg")
            .header("x-cache"),
        "MISS"
    );
    assert_eq!(
        world
            .get("https://img.example.com/?s=https://origin.example.com/site/a.jpg")
            .header("x-cache"),
        "HIT"
    );

    let mut world = World::production();
    assert_eq!(
        world.get("https://img.example.com/?s=/a.jpg").error(),
        (400, "bad-parameter".to_owned())
    );
    assert_eq!(
        world.get("https://img.example.com/").error(),
        (400, "missing-source".to_owned())
    );
    world.bound = Some([("/a.jpg".to_owned(), file("image/jpeg", PHOTO))].into());
    assert_eq!(world.get("https://img.example.com/?s=/a.jpg").status, 200);
    assert_eq!(
        world.get("https://img.example.com/?s=/b.jpg").error(),
        (404, "source-not-found".to_owned())
    );
    assert_eq!(world.get("https://img.example.com/a.jpg").body, PHOTO);
}

#[test]
fn an_unconfigured_deployment_fetches_nothing_and_says_how_to_mend_it() {
    let world = World {
        vars: vec![],
        ..with_photo()
    };
    let got = world.get(ASK);
    assert_eq!(got.error(), (503, "not-configured".to_owned()));
    assert!(
        got.json()["message"]
            .as_str()
            .expect("a sentence")
            .contains("ALLOWED_SOURCES")
    );
    let development = World {
        vars: vec![("MODE", "development")],
        ..with_photo()
    };
    assert_eq!(development.get(ASK).error().0, 503);
    let here = development.get("http://localhost:8787/?s=https://images.example.com/photo.jpg");
    assert_eq!(here.header("x-image-source-size"), "1800x1200");
    assert!(here.header("server-timing").contains("decode;dur="));
    assert_eq!(world.fetches(), 0);
}

#[test]
fn what_the_source_does_wrong_has_a_status_and_is_stored_as_nothing_else() {
    let refused = |route: Route| {
        let world = World::production().route(SOURCE, route);
        let got = world.get(ASK);
        let absent = matches!(got.status, 404 | 410); // kept for a minute
        assert_eq!(world.stored.borrow().is_empty(), !absent);
        assert!(
            got.header("cache-control") == "no-store"
                || got.header("cache-control") == "public, max-age=60"
        );
        assert_eq!(
            got.header("content-security-policy"),
            "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        );
        got.error()
    };
    let mut huge =
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x06\0\0\0....".to_vec();
    huge.extend(b"\0\0\0\x10IDAT");
    for (route, status, code) in [
        (status(404), 404, "source-not-found"),
        (status(410), 410, "source-not-found"),
        (status(401), 502, "origin-denied"),
        (status(403), 502, "origin-denied"),
        (status(429), 503, "origin-busy"),
        (status(418), 502, "origin-error"),
        (status(500), 502, "origin-error"),
        (status(304), 502, "origin-error"),
        (Route::Silent, 504, "origin-timeout"),
        (Route::Broken(PHOTO.to_vec()), 502, "origin-truncated"),
        (
            file("image/jpeg", *b"<html>not here</html>"),
            415,
            "unsupported-format",
        ),
        (
            file("image/jpeg", &PHOTO[..PHOTO.len() / 2]),
            422,
            "corrupt-image",
        ),
        (file("image/png", huge), 422, "image-too-large"),
        (
            redirect("https://images.example.com/photo.jpg"),
            502,
            "too-many-redirects",
        ),
        (
            redirect("https://evil.com/photo.jpg"),
            502,
            "redirect-refused",
        ),
        (redirect("http://127.0.0.1/"), 502, "redirect-refused"),
        (redirect("file:///etc/passwd"), 502, "redirect-refused"),
        (Route::Answer(302, vec![], vec![]), 502, "redirect-refused"),
    ] {
        assert_eq!(refused(route), (status, code.to_owned()));
    }
    assert_eq!(
        World::production().get(ASK).error(),
        (502, "origin-unreachable".to_owned())
    );
}

#[test]
fn an_answer_that_gets_no_smaller_is_refused_with_its_bytes() {
    let world = with_photo();
    for query in ["w=90&bytes=200", "w=90&f=png&bytes=200"] {
        let got = world.get(&format!("{ASK}&{query}"));
        assert_eq!(got.error(), (422, "answer-too-large".to_owned()));
    }
    let got = world.get(&format!("{ASK}&w=90&bytes=2000"));
    assert_eq!((got.status, got.body.len() <= 2000), (200, true));
}

#[test]
fn sources_that_are_not_allowed_are_never_contacted() {
    let world = World::production();
    for (source, code) in [
        ("https://evil.com/a.jpg", 403),
        ("https://127.1/a.jpg", 403),
        ("http://images.example.com/a.jpg", 400),
        ("https://user@images.example.com/a.jpg", 400),
        ("data:image/png;base64,AAAA", 400),
    ] {
        let got = world.get(&format!("https://img.example.com/?s={source}"));
        assert_eq!(got.status, code, "{source}");
        assert!(
            !got.json()["message"].to_string().contains(source),
            "the URL is not echoed"
        );
    }
    assert_eq!(world.fetches(), 0);
}

#[test]
fn a_source_over_the_limit_is_refused_while_it_is_read() {
    let mut world = with_photo();
    world.vars.push(("MAX_SOURCE_BYTES", "100000"));
    assert_eq!(world.get(ASK).error(), (413, "source-too-large".to_owned()));
}

#[test]
fn a_private_source_is_answered_and_not_kept() {
    let headers = vec![("set-cookie", "a=b".to_owned())];
    let world = World::production().route(SOURCE, Route::Answer(200, headers, PHOTO.to_vec()));
    let got = world.get(ASK);
    assert_eq!(
        (got.status, got.header("cache-control")),
        (200, "private, no-store")
    );
    assert!(world.stored.borrow().is_empty());
}

#[test]
fn methods_are_get_head_and_options() {
    let world = with_photo();
    let head = world.send(Method::HEAD, ASK);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(
        head.header("content-length"),
        world.get(ASK).body.len().to_string()
    );
    assert_eq!(world.send(Method::OPTIONS, ASK).status, 204);
    let post = world.send(Method::POST, ASK);
    assert_eq!(post.error(), (405, "method-not-allowed".to_owned()));
    assert_eq!(post.header("allow"), "GET, HEAD, OPTIONS");
}

#[test]
fn json_shows_what_each_step_holds_and_which_one_is_the_peak() {
    for ask in ["w=600", "w=600&q=100&bg=fff", "w=64&h=64&fit=cover"] {
        let got = with_photo().get(&format!("{ASK}&{ask}&f=json"));
        let memory = &got.json()["memory"];
        let steps = memory["steps"].as_array().expect("a list");
        let bytes = |step: &serde_json::Value| step["bytes"].as_u64().expect("a number");
        for step in steps {
            let held = step["holds"].as_object().expect("names and bytes");
            let sum: u64 = held.values().filter_map(serde_json::Value::as_u64).sum();
            assert_eq!(sum, bytes(step), "{step}");
        }
        let most = steps.iter().max_by_key(|step| bytes(step)).expect("a step");
        assert_eq!(memory["peak"], most["step"]);
        assert_eq!(memory["reserved_bytes"], most["bytes"]);
        assert_eq!(memory["fits"], true);
        assert!(memory["budget_bytes"].as_u64() > memory["reserved_bytes"].as_u64());
        assert_eq!(steps.last().expect("a step")["step"], "encode");
    }
}

#[test]
fn json_describes_the_upright_source_and_the_plan() {
    let got = with_photo().get(&format!("{ASK}&f=json&w=600"));
    assert_eq!(got.header("content-type"), "application/json");
    let said = got.json();
    let source = &said["source"];
    assert_eq!(
        (&source["width"], &source["height"]),
        (&1800.into(), &1200.into())
    );
    assert_eq!(
        (&source["format"], &source["orientation"]),
        (&"jpg".into(), &6.into())
    );
    assert_eq!(
        (&source["bytes"], &source["alpha"]),
        (&PHOTO.len().into(), &false.into())
    );
    assert_eq!(
        (&said["plan"]["width"], &said["plan"]["height"]),
        (&600.into(), &627.into())
    );
}

#[test]
fn the_log_has_one_line_a_request_and_no_source_url() {
    let world = with_photo();
    world.get(&format!("{ASK}&v=secret"));
    world.get("https://img.example.com/?s=https://evil.com/secret.jpg");
    let lines = world.lines.borrow();
    assert_eq!(lines.len(), 2);
    assert!(
        lines
            .iter()
            .all(|line| !line.contains("secret") && !line.contains("photo.jpg")),
        "{lines:?}"
    );
    let line: serde_json::Value = serde_json::from_str(&lines[0]).expect("JSON");
    assert_eq!(
        (&line["status"], &line["code"], &line["host"]),
        (&200.into(), &"ok".into(), &"images.example.com".into())
    );
    assert_eq!(
        (&line["source_width"], &line["width"]),
        (&1200.into(), &1200.into())
    );
}

#[test]
fn a_host_that_is_taken_off_the_list_is_gone_from_the_cache_too() {
    let mut world = with_photo();
    assert_eq!(world.get(ASK).status, 200);
    world.vars = vec![("ALLOWED_SOURCES", "other.example.com")];
    assert_eq!(
        world.get(ASK).error(),
        (403, "source-not-allowed".to_owned())
    );
}

#[test]
fn an_origin_that_cannot_be_asked_leaves_nothing_in_its_files_place_for_more_than_a_minute() {
    let url = "https://img.example.com/card.jpg?s=https://images.example.com/photo.jpg";
    let theirs = "https://origin.example.com/card.jpg?s=https://images.example.com/photo.jpg";
    for down in [Route::Silent, status(500), status(503)] {
        let mut world = with_photo().route(theirs, down);
        world.vars.push(("ORIGIN", "https://origin.example.com"));
        // First as a new answer, then from the cache, where the picture is that of `/`.
        for cache in ["MISS", "HIT"] {
            let got = world.get(url);
            assert_eq!((got.status, got.header("x-cache")), (200, cache));
            assert_eq!(got.header("cache-control"), "public, max-age=60");
        }
        let got = world.get(ASK);
        assert_eq!(got.header("cache-control"), "public, max-age=31536000");
        assert_eq!(world.stored.borrow().len(), 1);
        world
            .routes
            .insert(theirs.to_owned(), file("image/png", *b"own"));
        assert_eq!(world.get(url).body, b"own");
    }
}

#[test]
fn one_picture_on_fifty_paths_is_one_fetch_and_one_entry() {
    let plain: &[(&str, &str)] = &[];
    let origin = &[("ORIGIN", "https://origin.example.com")][..];
    let presets = &[("PRESETS", "card: w=60&h=40"), ("PRESETS_ONLY", "true")][..];
    for (vars, query) in [
        (plain, "&w=60&h=40"),
        (origin, "&w=60&h=40"),
        (presets, "&p=card"),
    ] {
        for bound in [None, Some([].into())] {
            let mut world = World {
                bound,
                ..with_photo()
            };
            world.vars.extend(vars);
            for at in 0..50 {
                let path = if at == 0 {
                    String::new()
                } else {
                    format!("{at}/a.jpg")
                };
                let url = format!("https://img.example.com/{path}?s={SOURCE}{query}");
                // The origin reports that it has no such file.
                let theirs = url.replace("img.", "origin.");
                world.routes.insert(theirs, status(404));
                let got = world.get(&url);
                assert_eq!(got.header("x-cache"), if at == 0 { "MISS" } else { "HIT" });
                assert_eq!(got.header("cache-control"), "public, max-age=31536000");
            }
            let fetched = world.fetched.borrow();
            let of_source = fetched.iter().filter(|url| *url == SOURCE);
            assert_eq!((of_source.count(), world.stored.borrow().len()), (1, 1));
        }
    }
}

#[test]
fn a_hit_asks_the_origin_once_a_minute_whether_it_has_the_path_by_now() {
    let url = "https://img.example.com/card.jpg?s=https://images.example.com/photo.jpg";
    let theirs = url.replace("img.", "origin.");
    let mut world = with_photo().route(&theirs, status(404));
    world.vars.push(("ORIGIN", "https://origin.example.com"));
    for second in [0.0, 0.0, 59.0] {
        world.now_ms.set(second * 1000.0);
        assert_eq!(world.get(url).status, 200);
    }
    assert_eq!(*world.fetched.borrow(), [theirs.as_str(), SOURCE]);
    world.routes.insert(theirs, file("image/png", *b"own"));
    world.now_ms.set(60_000.0);
    assert_eq!(world.get(url).body, b"own");
}

#[test]
fn the_origin_is_asked_for_exactly_what_the_client_asks_for() {
    for query in [
        "url=https%3A%2F%2Fblog.example%2Fpost&text=a+b%20c",
        "text=x&src=/a.jpg&src=/b.jpg",
        "s=cats&w=wide",
        "s=",
        "s=https://images.example.com/photo.jpg&w=60",
        "&&url=x&",
    ] {
        let page = format!("https://origin.example.com/share?{query}");
        let mut world = with_photo().route(&page, file("text/html", *b"share this"));
        world.vars.push(("ORIGIN", "https://origin.example.com"));
        let got = world.get(&format!("https://img.example.com/share?{query}"));
        assert_eq!(
            (got.status, &got.body[..]),
            (200, &b"share this"[..]),
            "{query}"
        );
        assert_eq!(*world.fetched.borrow(), [page]);
        assert!(world.stored.borrow().is_empty());
    }
}

#[test]
fn a_redirect_in_utf_8_is_followed_under_the_same_rules() {
    let moved = "https://images.example.com/moved.jpg";
    for (location, target, status) in [
        ("/café.jpg", "https://images.example.com/caf%C3%A9.jpg", 200),
        (
            "日本.jpg",
            "https://images.example.com/%E6%97%A5%E6%9C%AC.jpg",
            200,
        ),
        ("https://bücher.example/a.jpg", "", 502),
        (
            "http://images.example.com/é",
            "https://images.example.com/%C3%A9",
            200,
        ),
        ("http://images.example.com:8080/é", "", 502),
        ("http://other.example.com/é", "", 502),
        ("//é@images.example.com/a.jpg", "", 502),
        ("https://１２７.0.0.1/é", "", 502),
    ] {
        let world = World::production()
            .route(moved, redirect(location))
            .route(target, file("image/jpeg", PHOTO));
        let got = world.get(&format!("https://img.example.com/?s={moved}&w=30&h=20"));
        assert_eq!(got.status, status, "{location}");
        assert_eq!(world.fetches(), if status == 200 { 2 } else { 1 });
    }
}

#[test]
fn development_names_what_has_no_effect_and_production_does_not() {
    let mut world = with_photo();
    let told = |world: &World, host: &str, query: &str| {
        let got = world.get(&format!("{host}/?s={SOURCE}{query}"));
        (got.status, got.header("x-letterbox-ignored").to_owned())
    };
    let query = "?y=1&w=60&h=40&utm=1&z";
    world
        .routes
        .insert(format!("{SOURCE}?y=1"), file("image/jpeg", PHOTO));
    let nothing = (200, String::new());
    assert_eq!(told(&world, "https://img.example.com", query), nothing);
    world.vars.push(("MODE", "development"));
    let cut = "s;detail=\"its query ends at the first &: write %26 for it\"";
    for _ in 0..2 {
        let told = told(&world, "http://localhost:8787", query);
        assert_eq!(told, (200, format!("utm, z, {cut}")));
    }
    for stored in world.stored.borrow().values() {
        assert!(!stored.headers().contains_key("x-letterbox-ignored"));
    }
    let told = |query| told(&world, "http://localhost:8787", query);
    assert_eq!(told("&w=60&h=40"), nothing);
    assert_eq!(told("&w=wide&W=60"), (400, "W".to_owned()));
}

#[test]
fn in_development_a_page_of_another_site_does_not_look_into_the_network() {
    let inside = "http://192.168.1.1/a.jpg";
    let moved = "https://images.example.com/moved.jpg";
    let mut world = with_photo()
        .route(inside, file("image/jpeg", PHOTO))
        .route(moved, redirect(inside));
    world.vars = vec![("MODE", "development")];
    let ask = |source: &str| world.get(&format!("http://localhost:8787/?s={source}&w=30&h=20"));
    for site in [None, Some("same-origin"), Some("none")] {
        world.sec_fetch_site.replace(site.map(str::to_owned));
        assert_eq!(ask(inside).status, 200, "{site:?}");
        assert_eq!(ask(moved).status, 200, "{site:?}");
    }
    // Stored answers are refused too.
    let fetches = world.fetches();
    for site in ["cross-site", "same-site"] {
        world.sec_fetch_site.replace(Some(site.to_owned()));
        assert_eq!(ask(inside).error(), (403, "source-not-allowed".to_owned()));
        assert_eq!(ask(SOURCE).status, 200);
    }
    assert_eq!(world.fetches(), fetches + 1);
    world.stored.borrow_mut().clear();
    assert_eq!(ask(moved).error(), (502, "redirect-refused".to_owned()));
}

#[test]
fn what_a_setting_holds_is_not_told() {
    let mut world = with_photo();
    world.vars.push(("PRESETS", "hush: w=hush"));
    world.vars.push(("ORIGIN", "https://hush.internal/"));
    let got = world.get(ASK);
    assert_eq!(got.error(), (503, "not-configured".to_owned()));
    let said = got.json()["message"].to_string();
    assert!(
        said.contains("PRESETS is wrong") && said.contains("ORIGIN is wrong"),
        "{said}"
    );
    assert!(!said.contains("hush"), "{said}");
}

#[test]
fn a_redirect_that_sets_a_cookie_makes_the_answer_private() {
    let headers = vec![
        ("location", SOURCE.to_owned()),
        ("set-cookie", "a=b".to_owned()),
    ];
    let world = with_photo().route(
        "https://images.example.com/moved.jpg",
        Route::Answer(302, headers, vec![]),
    );
    let got = world.get("https://img.example.com/?s=https://images.example.com/moved.jpg");
    assert_eq!(
        (got.status, got.header("cache-control")),
        (200, "private, no-store")
    );
    assert!(world.stored.borrow().is_empty());
}

#[test]
fn nobody_climbs_out_of_the_origins_base() {
    let mut world = World::production();
    world
        .vars
        .push(("ORIGIN", "https://origin.example.com/site"));
    for path in [
        "/..%2fsecret.txt",
        "/..%5Csecret.txt",
        "/..;/secret.txt",
        "/?s=/..%252fsecret.txt",
    ] {
        assert_eq!(
            world
                .get(&format!("https://img.example.com{path}"))
                .error()
                .0,
            403,
            "{path}"
        );
    }
    assert_eq!(world.fetches(), 0);
}

#[test]
fn a_source_that_is_not_utf_8_is_a_bad_parameter() {
    let got =
        World::production().get("https://img.example.com/?s=https://images.example.com/a%FF.png");
    assert_eq!(got.error(), (400, "bad-parameter".to_owned()));
}

#[test]
fn a_jpeg_without_its_end_marker_is_whole() {
    let world = World::production().route(SOURCE, file("image/jpeg", &PHOTO[..PHOTO.len() - 2]));
    assert_eq!(world.get(ASK).body, with_photo().get(ASK).body);
}

#[test]
fn an_answer_that_is_there_when_its_time_is_up_is_taken() {
    // In this world, the alarm rings at the first wait.
    let world = World::production().route(SOURCE, Route::Late(PHOTO.to_vec()));
    assert_eq!(world.get(ASK).status, 200);
}

#[test]
fn avif_is_refused_in_plain_words_where_there_is_none() {
    let got = with_photo().get(&format!("{ASK}&f=avif"));
    assert_eq!(got.error(), (400, "bad-parameter".to_owned()));
    let text = String::from_utf8_lossy(&got.body).into_owned();
    assert!(text.contains("this deployment has no AVIF"), "{text}");

    let part = |kind: &[u8], content: &[u8]| {
        let length = (content.len() as u32 + 8).to_be_bytes();
        [&length[..], kind, content].concat()
    };
    let size = part(b"ispe", &[0, 0, 0, 0, 0, 0, 0, 30, 0, 0, 0, 20]);
    let of_item = part(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1]);
    let properties = part(b"iprp", &[part(b"ipco", &size), of_item].concat());
    let primary = part(b"pitm", &[0, 0, 0, 0, 0, 1]);
    let meta = part(b"meta", &[vec![0; 4], primary, properties].concat());
    let avif = [part(b"ftyp", b"avif\0\0\0\0mif1avif"), meta].concat();
    let got = World::production()
        .route(SOURCE, file("image/avif", avif))
        .get(ASK);
    assert_eq!(got.error(), (415, "unsupported-format".to_owned()));
    let text = String::from_utf8_lossy(&got.body).into_owned();
    assert!(text.contains("this deployment reads no AVIF"), "{text}");
}

/// A bound origin with a file of ten bytes, as a bucket has it.
fn with_ten_bytes() -> World {
    let fields = vec![
        ("content-type", "video/mp4".to_owned()),
        ("etag", "\"1\"".to_owned()),
        ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT".to_owned()),
    ];
    let route = Route::Answer(200, fields, b"0123456789".to_vec());
    World {
        bound: Some([("/film.mp4".to_owned(), route)].into()),
        ..World::production()
    }
}

#[test]
fn a_part_of_the_origins_own_file_is_answered_and_of_a_picture_that_is_made_none() {
    let world = with_ten_bytes().route(SOURCE, file("image/jpeg", PHOTO));
    let film = "https://img.example.com/film.mp4";
    let with = |range: &str, if_range: Option<&str>| {
        world.range.replace(Some(range.to_owned()));
        world.if_range.replace(if_range.map(str::to_owned));
        let got = world.get(film);
        let range = got.header("content-range").to_owned();
        (got.status, got.body, range)
    };
    let part = |first: usize, last: usize| {
        let body = b"0123456789"[first..=last].to_vec();
        (206, body, format!("bytes {first}-{last}/10"))
    };
    let whole = (200, b"0123456789".to_vec(), String::new());
    assert_eq!(with("bytes=2-4", None), part(2, 4));
    assert_eq!(with("bytes=8-", None), part(8, 9));
    assert_eq!(with("bytes=-3", None), part(7, 9));
    assert_eq!(with("bytes=0-999", None), part(0, 9));
    let beyond = (416, vec![], "bytes */10".to_owned());
    assert_eq!(with("bytes=10-", None), beyond);
    for several in ["bytes=0-1,3-4", "lines=1-2", "bytes=x"] {
        assert_eq!(with(several, None), whole);
    }
    assert_eq!(with("bytes=2-4", Some("\"1\"")), whole);
    world.if_range.replace(None);
    world.range.replace(Some("bytes=2-4".to_owned()));
    assert_eq!(world.send(Method::HEAD, film).status, 200);
    assert_eq!(world.get(ASK).status, 200);
    let beside = world.get(&format!("{film}?s={SOURCE}"));
    assert_eq!((beside.status, beside.body.len()), (206, 3));
    let none = world.get(&ASK.replace("/?", "/none.mp4?"));
    assert_eq!(
        (none.status, none.header("content-type")),
        (200, "image/jpeg")
    );
}

#[test]
fn a_range_is_asked_of_an_origin_with_a_url_and_no_other_field_of_the_client() {
    let mut world = World::production().route(
        "https://www.example.com/film.mp4",
        Route::Answer(
            206,
            vec![("content-range", "bytes 0-0/10".to_owned())],
            b"0".to_vec(),
        ),
    );
    world.vars.push(("ORIGIN", "https://www.example.com"));
    world.range.replace(Some("Bytes=0-0".to_owned()));
    let got = world.get("https://img.example.com/film.mp4");
    assert_eq!((got.status, got.body.as_slice()), (206, &b"0"[..]));
    let sent = world.sent.borrow();
    let names: Vec<_> = sent[0].keys().map(|name| name.as_str()).collect();
    assert_eq!(
        (sent[0]["range"].as_bytes(), names.len()),
        (&b"bytes=0-0"[..], 3)
    );
}

#[test]
fn a_client_with_an_own_file_of_that_date_gets_304_and_a_tag_comes_first() {
    let world = with_ten_bytes();
    for (since, tag, status) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", None, 304),
        ("Mon, 07 Nov 1994 08:49:37 GMT", None, 304),
        ("Sun, 06 Nov 1994 08:49:36 GMT", None, 200),
        ("yesterday", None, 200),
        ("Mon, 07 Nov 1994 08:49:37 GMT", Some("\"2\""), 200),
        ("Sun, 06 Nov 1994 08:49:36 GMT", Some("\"1\""), 304),
    ] {
        world.if_modified_since.replace(Some(since.to_owned()));
        world.if_none_match.replace(tag.map(str::to_owned));
        let got = world.get("https://img.example.com/film.mp4");
        assert_eq!(got.status, status, "{since} {tag:?}");
        assert_eq!(got.body.is_empty(), status == 304);
    }
}

#[test]
fn own_files_say_what_the_setting_says_where_they_say_nothing() {
    let mut world = with_ten_bytes().route(SOURCE, file("image/jpeg", PHOTO));
    let fields = "Cache-Control: public, max-age=3600\nAccess-Control-Allow-Origin: *\nETag: \"x\"";
    world.vars.push(("FILE_HEADERS", fields));
    let got = world.get("https://img.example.com/film.mp4");
    for (name, value) in [
        ("cache-control", "public, max-age=3600"),
        ("access-control-allow-origin", "*"),
        ("etag", "\"1\""),
    ] {
        assert_eq!(got.header(name), value);
    }
    let missing = world.get("https://img.example.com/none.mp4");
    assert_eq!((missing.status, missing.header("cache-control")), (404, ""));
    let made = world.get(ASK);
    assert_eq!(made.header("cache-control"), "public, max-age=31536000");
    for bad in ["x", "a b: c", "Content-Length: 5", "a: b\u{7f}"] {
        let mut world = World::production();
        world.vars.push(("FILE_HEADERS", bad));
        assert_eq!(world.get(ASK).status, 503, "{bad}");
    }
}
