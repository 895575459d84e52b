//! URLs of other services, answered at the prefixes of `DIALECTS`: pictures, header fields, errors,
//! and the cache entries that they share with native URLs.

use http::Method;
use letterbox::config::Config;
use letterbox::dialect::{Call, Dialect, Keys, Mounts, Options, Refusal, Translation};
use letterbox_engine::Pipeline;
use letterbox_engine::transform::{Format, FormatSet, Target};
use letterbox_testkit::Dice;
use letterbox_world::{World, file, status};

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const LOGO: &[u8] = include_bytes!("../demo/samples/logo.png");
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// All dialects at their usual places, a photo on the origin and one on a listed host.
fn world() -> World {
    let world = World {
        vars: vec![
            ("ALLOWED_SOURCES", "images.example.com"),
            ("ORIGIN", "https://www.example.com"),
            (
                "DIALECTS",
                "/_next/image=next, /_vercel/image=vercel, /.netlify/images=netlify, /_ipx/=ipx, \
                 /img/=cloudflare, /wsrv=wsrv, /th/=thumbor, /im/=imagor, /demo/image/fetch/=cloudinary, \
                 /ix/=imgix, /sanity/=sanity, /gl/=glide, /sb/=supabase, /assets/=directus, \
                 /aws/=aws?bucket.a=https://images.example.com&bucket.b=https://evil.example/x/, \
                 /ip/=imgproxy?watermark=/logo.png&preset.small=w:90/h:60&preset.twice=pr:small:small/g:no&preset.loop=pr:loop",
            ),
        ],
        ..World::default()
    };
    world
        .guests
        .0
        .set(FormatSet::of(&[Format::WebP, Format::Avif]));
    world
        .route(
            "https://www.example.com/photo.jpg",
            file("image/jpeg", PHOTO),
        )
        .route(
            "https://images.example.com/photo.jpg",
            file("image/jpeg", PHOTO),
        )
        .route("https://www.example.com/logo.png", file("image/png", LOGO))
        .route(
            "https://images.example.com/logo.png",
            file("image/png", LOGO),
        )
        .route("https://www.example.com/gone.jpg", status(404))
        .route(
            "https://www.example.com/a%3Fb.jpg",
            file("image/jpeg", PHOTO),
        )
        .route(
            "https://images.example.com/text",
            file("text/plain", "no picture"),
        )
        .route("https://images.example.com/down", status(503))
        .route("https://images.example.com/gone", status(404))
}

fn at(path: &str) -> String {
    format!("https://img.example.com{path}")
}

#[test]
fn a_picture_of_a_dialect_is_the_native_one_in_the_same_cache_entry() {
    for (theirs, ours) in [
        (
            "/_next/image?url=%2Fphoto.jpg&w=640&q=75",
            "/?s=/photo.jpg&w=640&h=auto&fit=inside&we&f=auto&maxage=14400&q=75",
        ),
        (
            "/_vercel/image?url=%2Fphoto.jpg&w=640&q=75",
            "/?s=/photo.jpg&w=640&h=auto&fit=inside&we&f=auto&maxage=14400&q=75",
        ),
        (
            "/.netlify/images?url=photo.jpg&w=100",
            "/?s=/photo.jpg&w=100&h=auto&fit=inside&we&f=auto&q=75",
        ),
        (
            "/_ipx/s_100x50,enlarge/photo.jpg",
            "/?s=/photo.jpg&w=100&h=50&fit=cover&n=1&or=0&bg=black",
        ),
        (
            "/_ipx/s_100x50,enlarge,position_attention/photo.jpg",
            "/?s=/photo.jpg&w=100&h=50&fit=cover&a=attention&n=1&or=0&bg=black",
        ),
        (
            "/img/width=100,height=50,fit=pad,gravity=auto,quality=70/photo.jpg",
            "/?s=/photo.jpg&w=100&h=50&a=attention&q=70",
        ),
        (
            "/img/width=100,height=50,fit=pad,quality=70/photo.jpg",
            "/?s=/photo.jpg&w=100&h=50&q=70",
        ),
        (
            "/img/w=100/https://images.example.com/photo.jpg",
            "/?s=https://images.example.com/photo.jpg&w=100&h=auto&fit=inside&we&q=85",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=100&h=50&fit=cover&w=3&q=0",
            "/?s=https://images.example.com/photo.jpg&w=100&h=50&fit=cover&n=1",
        ),
        (
            "/ip/unsafe/rs:fill:100:50/g:nowe/plain/photo.jpg",
            "/?s=/photo.jpg&w=100&h=50&fit=cover&we&a=top-left&n=1",
        ),
        (
            "/ip/_/w:90/f:webp/aHR0cHM6Ly9pbWFnZXMuZXhhbXBs/ZS5jb20vcGhvdG8uanBn.png",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&we&f=png&n=1",
        ),
        (
            "/ip/unsafe/pr:twice/q:70/plain/https%3A%2F%2Fimages.example.com%2Fphoto.jpg",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&fit=inside&we&q=70&n=1",
        ),
        (
            "/ip/unsafe/w:90/fq:jpg:50:webp:60:avif:60/plain/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&q=80,jpg:50,webp:60&n=1",
        ),
        (
            "/ip/unsafe/w:90/fq:jpg:50:webp:60/q:70/plain/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&q=70&n=1",
        ),
        (
            "/ip/unsafe/w:90/f:avif/plain/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&f=avif&q=avif:63&n=1",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&encoding=base64",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&enc=dataurl&n=1",
        ),
        (
            "/ip/unsafe/w:90/sm:0/scp:0/mb:20000/plain/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&meta=keep&cs=keep&bytes=20000&n=1",
        ),
        (
            "/ip/unsafe/w:90/kcr:1/plain/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&meta=copyright&n=1",
        ),
        (
            "/img/width=100,metadata=copyright/photo.jpg",
            "/?s=/photo.jpg&w=100&h=auto&fit=inside&we&q=85&meta=copyright",
        ),
        (
            "/th/unsafe/90x60/filters:focal(0.1x02:0.3x0.4)/photo.jpg",
            "/?s=/photo.jpg&w=90&h=60&fit=cover&a=0,1",
        ),
        (
            "/th/unsafe/fit-in/90x60/filters:max_bytes(20000)/photo.jpg",
            "/?s=/photo.jpg&w=90&h=60&fit=inside&we&bytes=20000",
        ),
        (
            "/th/unsafe/fit-in/90x60/filters:quality(70)/photo.jpg",
            "/?s=/photo.jpg&w=90&h=60&fit=inside&we&q=70",
        ),
        (
            "/th/unsafe/10x20:110x220/-90x0/filters:rotate(90):saturation(0.5)/photo.jpg",
            "/?s=/photo.jpg&cx=10&cy=20&cw=100&ch=200&w=auto&h=90&fit=inside&ro=270&flip&sat=0.5",
        ),
        (
            "/im/unsafe/90x60/smart/filters:saturation(-50):hue(90):blur(2)/images.example.com/photo.jpg",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&fit=cover&a=attention&sat=0.5&hue=90&blur=1",
        ),
        (
            "/im/unsafe/fit-in/90x60/filters:fill(red):padding(blue,4)/b64:aHR0cHM6Ly9pbWFnZXMuZXhhbXBsZS5jb20vcGhvdG8uanBn",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&we&bg=red&border=4,blue",
        ),
        (
            "/aws/fit-in/90x60/filters:quality(70)/photo.jpg",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&fit=inside&q=70&bg=black",
        ),
        (
            "/aws/eyJidWNrZXQiOiJhIiwia2V5IjoicGhvdG8uanBnIiwiZWRpdHMiOnsicmVzaXplIjp7IndpZHRoIjo5MCwiaGVpZ2h0Ijo2MH19fQ==?width=91",
            "/?s=https://images.example.com/photo.jpg&w=91&h=60&fit=cover&bg=black",
        ),
        (
            "/ix/photo.jpg?w=90&h=60&fit=crop&crop=top&auto=compress&ixlib=x",
            "/?s=/photo.jpg&w=90&h=60&fit=cover&a=top&q=75",
        ),
        (
            "/ix/https%3A%2F%2Fimages.example.com%2Fphoto.jpg?w=0.5&fm=webp&q=79",
            "/?s=https://images.example.com/photo.jpg&w=50%25&h=auto&fit=inside&f=webp",
        ),
        (
            "/ix/a%3Fb.jpg?w=90",
            "/?s=/a%253Fb.jpg&w=90&h=auto&fit=inside&q=75",
        ),
        (
            "/sanity/photo.jpg?rect=10,20,100,200&w=90&h=60&fit=fillmax&bg=f00",
            "/?s=/photo.jpg&cx=10&cy=20&cw=100&ch=200&w=90&h=60&we&bg=red&q=75",
        ),
        (
            "/demo/image/fetch/c_fill,w_90,h_60,g_north/q_70/https://images.example.com/photo.jpg",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&fit=cover&a=top&q=70",
        ),
        (
            "/demo/image/fetch/w_90/r_10/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&radius=10",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&h=60&mask=star&mbg=8f00&mtrim",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&fit=inside&mask=star&mbg=f008&mtrim&n=1&alpha=png",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&mod=1.2,0.5,90&sharp=0.5,3,2&blur=0.1",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&mod=1.2,0.5,90&sharp=2,0.5,3&blur&n=1",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&sat=20000&hue=-450&sharp=11&blur=900&gam=9",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&hue=-90&sharp&blur=250&gam=2.2&n=1",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&sat=50&mod=3,0.5&sharp=0.1&sharpf=-1",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&mod=3,10,0&sharp=0.3&n=1",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&mask=star&mbg=8f00&mtrim&output=jpg&loop=2&delay=50",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&mask=star&mbg=ff000088&mtrim&f=jpg&alpha=png&n=1&loop=2&delay=50",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&mask=round&loop=-1&delay=5",
            "/?s=https://images.example.com/photo.jpg&w=90&h=auto&fit=inside&n=1",
        ),
        (
            "/th/unsafe/90x60/filters:round_corner(12%7C12,255,0,0)/photo.jpg",
            "/?s=/photo.jpg&w=90&h=60&fit=cover&radius=12&mbg=f00",
        ),
        (
            "/im/unsafe/90x60/filters:round_corner(12):format(png)/photo.jpg",
            "/?s=/photo.jpg&w=90&h=60&fit=cover&radius=12&f=png",
        ),
        (
            "/img/w=90,brightness=1.5,blur=250/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&mod=1.5&blur=125&q=85",
        ),
        (
            "/aws/eyJrZXkiOiJwaG90by5qcGciLCJlZGl0cyI6eyJyZXNpemUiOnsid2lkdGgiOjkwLCJoZWlnaHQiOjYwfSwicm91bmRDcm9wIjp0cnVlfX0=",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&fit=cover&mask=circle&mtrim&f=png&bg=black",
        ),
        (
            "/ip/unsafe/c:300:200:soea:10:20/w:90/plain/photo.jpg",
            "/?s=/photo.jpg&ca=bottom-right&cx=10&cy=20&cw=300&ch=200&w=90&h=auto&fit=inside&we&n=1",
        ),
        (
            "/ip/unsafe/c:300:200/w:90/bg:255:0:0/bga:0.5/br:51/sa:0.5/plain/photo.jpg",
            "/?s=/photo.jpg&ca=center&cw=300&ch=200&w=90&h=auto&fit=inside&we&n=1&bg=ff000080&bri=20&sat=0.5",
        ),
        (
            "/ip/unsafe/rs:auto:90:60/wm:0.5:soea:10:0.1:0.25/plain/photo.jpg",
            "/?s=/photo.jpg&w=90&h=60&fit=auto&we&n=1&wm=/logo.png&wmopacity=50&wmpos=bottom-right&wmx=10&wmy=10p&wmscale=25p",
        ),
        (
            "/ip/unsafe/w:90/wm:1:re:4:2/plain/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&n=1&wm=/logo.png&wmpos=top-left&wmtile&wmx=4&wmy=2",
        ),
        (
            "/ip/unsafe/w:90/wm:0/plain/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&n=1",
        ),
        (
            "/th/unsafe/adaptive-fit-in/90x60/filters:watermark(/logo.png,-10,20p,60,50,none)/photo.jpg",
            "/?s=/photo.jpg&w=90&h=60&fit=inside&we&adaptive&wm=/logo.png&wmpos=top-right&wmx=10&wmy=20p&wmopacity=40&wmscale=50p,none",
        ),
        (
            "/th/unsafe/90x60/filters:focal(300x200:401x250)/photo.jpg",
            "/?s=/photo.jpg&w=90&h=60&fit=cover&a=350,225",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&h=60&fit=contain",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&bg=transparent&alpha=png&n=1",
        ),
        (
            "/wsrv?url=images.example.com/photo.jpg&w=90&h=60&fit=contain&bg=red",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&bg=red&n=1",
        ),
        (
            "/img/width=90,trim=5;10;15;20/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&q=85&cx=20&cy=5&cright=10&cbottom=15",
        ),
        (
            "/im/unsafe/90x60/filters:watermark():watermark(images.example.com/logo.png,repeat,repeat,0,20,30):watermark(/logo.png,center,bottom):invert()/photo.jpg",
            "/?s=/photo.jpg&w=90&h=60&fit=cover&filt=negate&wm=https://images.example.com/logo.png&wmpos=top-left&wmtile&wmscale=20p,30p&wm2=/logo.png&wmpos2=bottom",
        ),
        (
            "/aws/90x60/filters:watermark(a,logo.png,-10p,5,25,50,40)/photo.jpg",
            "/?s=https://images.example.com/photo.jpg&w=90&h=60&fit=cover&bg=black&wm=https://images.example.com/logo.png&wmpos=top-right&wmx=10p&wmy=5&wmopacity=75&wmscale=50p,40p",
        ),
        (
            "/demo/image/fetch/c_crop,w_300,h_0.5,g_north/w_90/photo.jpg",
            "/?s=/photo.jpg&ca=top&cw=300&ch=50%25&w=90&h=auto&fit=inside",
        ),
        (
            "/_ipx/w_90,median_5,normalize,threshold_100,brightness_1.2/photo.jpg",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&we&n=1&or=0&bg=black&median=5&normalise&threshold=100&mod=1.2",
        ),
    ] {
        let world = world();
        let native = world.get(&at(ours));
        assert_eq!(native.status, 200, "{ours}");
        let fetches = world.fetches();
        let got = world.get(&at(theirs));
        assert_eq!(
            (got.status, got.header("x-cache")),
            (200, "HIT"),
            "{theirs}"
        );
        assert_eq!(got.body, native.body, "{theirs}");
        assert_eq!(world.fetches(), fetches, "{theirs}");
    }
}

#[test]
fn next_answers_have_the_fields_of_next() {
    let world = world();
    *world.accept.borrow_mut() = Some("image/avif,image/webp,*/*".to_owned());
    let asked = at("/_next/image?url=https%3A%2F%2Fimages.example.com%2Fphoto.jpg&w=640&q=75");
    let got = world.get(&asked);
    for (name, value) in [
        ("content-type", "image/webp"),
        ("vary", "Accept"),
        ("cache-control", "public, max-age=14400, must-revalidate"),
        ("content-disposition", "attachment; filename=\"photo.webp\""),
        ("x-nextjs-cache", "MISS"),
    ] {
        assert_eq!(got.header(name), value, "{name}");
    }
    let again = world.get(&asked);
    assert_eq!(again.header("x-nextjs-cache"), "HIT");
    assert_eq!(
        again.header("cache-control"),
        "public, max-age=14400, must-revalidate"
    );
    let head = world.send(Method::HEAD, &asked);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), got.header("content-length"));
}

#[test]
fn errors_have_the_shape_of_the_dialect_and_the_code_of_the_service() {
    let world = world();
    world.now_ms.set(10_000.0);
    for (path, status, body, code) in [
        (
            "/_next/image?url=%2Fphoto.jpg&w=641&q=75",
            400,
            "\"w\" parameter (width) of 641 is not allowed",
            "bad-parameter",
        ),
        (
            "/_next/image?url=https://evil.example/x.jpg&w=640&q=75",
            400,
            "\"url\" parameter is not allowed",
            "source-not-allowed",
        ),
        (
            "/_next/image?url=https://images.example.com/text&w=640&q=75",
            400,
            "The requested resource isn't a valid image.",
            "unsupported-format",
        ),
        (
            "/_next/image?url=https://images.example.com/down&w=640&q=75",
            503,
            "\"url\" parameter is valid but upstream response is invalid",
            "origin-error",
        ),
        (
            "/_next/image?url=https://images.example.com/gone&w=640&q=75",
            404,
            "\"url\" parameter is valid but upstream response is invalid",
            "source-not-found",
        ),
        (
            "/_vercel/image?url=https://images.example.com/gone&w=640&q=75",
            502,
            "OPTIMIZED_EXTERNAL_IMAGE_REQUEST_INVALID",
            "source-not-found",
        ),
        (
            "/_vercel/image?url=%2Fphoto.jpg&w=640&q=0",
            400,
            "INVALID_IMAGE_OPTIMIZE_REQUEST",
            "bad-parameter",
        ),
        (
            "/.netlify/images?w=5",
            400,
            "url is missing",
            "bad-parameter",
        ),
        (
            "/.netlify/images?url=https://evil.example/x&w=5",
            403,
            "ALLOWED_SOURCES",
            "source-not-allowed",
        ),
        (
            "/aws/eyJrZXkiOiJwaG90by5qcGciLCJlZGl0cyI6eyJzbWFydENyb3AiOnRydWV9fQ==",
            400,
            "{\"code\":\"ImageEdits::CannotParseEdits\",\"message\":\"smartCrop is not supported here",
            "bad-parameter",
        ),
        (
            "/aws/9x9/s3:b/nosuch.jpg",
            403,
            "\"status\":403",
            "source-not-allowed",
        ),
        (
            "/aws/9x9/gone",
            404,
            "\"code\":\"NoSuchKey\"",
            "source-not-found",
        ),
        (
            "/ix/photo.jpg?mark=x",
            400,
            "mark is not supported here",
            "bad-parameter",
        ),
        (
            "/ix/https%3A%2F%2Fimages.example.com%2Ftext?w=9",
            422,
            "",
            "unsupported-format",
        ),
        ("/ix/photo.jpg?w=9&expires=5", 404, "expired", "expired"),
        (
            "/gl/photo.jpg?p=card",
            400,
            "p is not supported here",
            "bad-parameter",
        ),
        (
            "/sb/photo.jpg?quality=5",
            400,
            "{\"error\":\"InvalidRequest\",\"message\":\"quality=5 is not a whole number from 20",
            "bad-parameter",
        ),
        (
            "/sb/gone.jpg",
            404,
            "\"statusCode\":\"404\"",
            "source-not-found",
        ),
        (
            "/assets/photo.jpg?key=x",
            400,
            "\"code\":\"INVALID_QUERY\"",
            "bad-parameter",
        ),
        (
            "/assets/gone.jpg?width=9",
            403,
            "\"code\":\"FORBIDDEN\"",
            "source-not-found",
        ),
        (
            "/demo/image/fetch/l_logo/photo.jpg",
            400,
            "l_logo is not supported here",
            "bad-parameter",
        ),
        (
            "/demo/image/fetch/w_9/https://evil.example/x.jpg",
            403,
            "ALLOWED_SOURCES",
            "source-not-allowed",
        ),
        (
            "/ip/unsafe/nosuch:1/plain/photo.jpg",
            404,
            "nosuch is not supported here",
            "bad-parameter",
        ),
        (
            "/ip/unsafe/w:x/plain/photo.jpg",
            404,
            "Invalid URL: w:x is not a whole number",
            "bad-parameter",
        ),
        (
            "/ip/unsafe/pr:nosuch/plain/photo.jpg",
            404,
            "unknown preset nosuch",
            "bad-parameter",
        ),
        (
            "/ip/unsafe/pr:loop/plain/photo.jpg",
            404,
            "preset loop leads back to itself",
            "bad-parameter",
        ),
        (
            "/ip/unsafe/w:9/enc/AAAA",
            404,
            "without the key of signatures (imgproxy)",
            "bad-parameter",
        ),
        (
            "/ip/unsafe/w:9/plain/https://evil.example/x.jpg",
            404,
            "Invalid source URL",
            "source-not-allowed",
        ),
        (
            "/ip/unsafe/w:9/plain/https://images.example.com/text",
            422,
            "",
            "unsupported-format",
        ),
        (
            "/ip/unsafe/w:9/plain/https://images.example.com/down",
            502,
            "",
            "origin-error",
        ),
        (
            "/ip/unsafe/w:9/exp:5/plain/photo.jpg",
            404,
            "expired",
            "expired",
        ),
        (
            "/th/unsafe/9x9/filters:round_corner(4%7C5,1,2,3)/photo.jpg",
            400,
            "400: round_corner of two radii is not supported here",
            "bad-parameter",
        ),
        (
            "/im/unsafe/9x9/filters:round_corner(4,,red):padding(blue,1)/photo.jpg",
            400,
            "round_corner beside padding is not supported here",
            "bad-parameter",
        ),
        (
            "/th/unsafe/9x9/filters:nosuch()/photo.jpg",
            400,
            "400: nosuch is not supported here",
            "bad-parameter",
        ),
        (
            "/th/unsafe/9x9/evil.example/x.jpg",
            403,
            "ALLOWED_SOURCES",
            "source-not-allowed",
        ),
        (
            "/im/unsafe/9x9/filters:fill(red):padding(blue,1,2)/photo.jpg",
            400,
            "padding of another colour than fill",
            "bad-parameter",
        ),
        (
            "/im/unsafe/9x9/https://images.example.com/text",
            406,
            "{\"message\":\"imagor: 406 ",
            "unsupported-format",
        ),
        (
            "/im/unsafe/9x9/filters:expire(5)/photo.jpg",
            410,
            "\"status\":410",
            "expired",
        ),
    ] {
        for _ in 0..2 {
            let got = world.get(&at(path));
            let text = String::from_utf8(got.body.clone()).expect("text");
            assert_eq!(got.status, status, "{path}: {text}");
            assert!(text.contains(body), "{path}: {text}");
            let ours = got.header("cache-status");
            assert!(
                ours.contains(&format!("detail={code}")) || ours.contains("; hit"),
                "{path}: {ours}"
            );
            assert_eq!(got.header("content-length"), got.body.len().to_string());
        }
    }
    let posted = world.send(Method::POST, &at("/.netlify/images?url=photo.jpg"));
    assert_eq!(
        (posted.status, posted.header("allow")),
        (405, "GET, HEAD, OPTIONS")
    );
    assert_eq!(posted.header("content-type"), "text/plain; charset=utf-8");
}

#[test]
fn a_dialect_without_a_signature_is_closed_where_urls_are_signed() {
    let mut world = world();
    world.vars.push(("SIGNING_KEYS", KEY));
    let got = world.get(&at("/.netlify/images?url=photo.jpg&w=100"));
    assert_eq!(got.status, 403);
    assert!(got.header("cache-status").contains("bad-signature"));
    assert_eq!(world.fetches(), 0);
}

#[test]
fn a_dialect_with_a_key_answers_what_its_service_has_signed_and_nothing_else() {
    let mut world = world();
    world.now_ms.set(10_000.0);
    world.vars.push(("SIGNING_KEYS", KEY));
    let keys = "imgproxy=736563726574:68656C6C6F, thumbor=mysecret, \
                imgproxy-source=1eb5b0e971ad7f45324c1bb15c947cb207c43152fa5c6c7f35c4f36e0c18e0f1";
    world.vars.push(("DIALECT_KEYS", keys));
    let encrypted =
        "ABEiM0RVZneImaq7zN3u_1TNKjT0L8rLhplxzvQUmZwS0-SpRs8AOUz4l8Yal9YUasqjsHwexNoMKwfA5U38Zw";
    let sealed = format!("V_8hM0ms2s7lCp02mcldYj3uKEOnz38ziKHrzMklx3g/w:90/enc/{encrypted}.png");
    for (path, status) in [
        (format!("/ip/{sealed}"), 200),
        ("/ip/unsafe/w:90/plain/photo.jpg".to_owned(), 403),
        // Signed, and no text of this key.
        (
            "/ip/OG5uFn_o8ypD1zFArOkDw0KzgOxAtMZRbsLfYNU_lUM/w:90/enc/AAAA".to_owned(),
            404,
        ),
        (
            "/ip/1Go3G837xzCmienOfTlSI3QFOgYNkpzqZPYhJOU4DP0/w:90/exp:5/plain/photo.jpg".to_owned(),
            404,
        ),
        (
            "/th/LTvzRLUigDch6g9YuQl4oGYYdfc=/fit-in/90x60/photo.jpg".to_owned(),
            200,
        ),
        ("/th/unsafe/fit-in/90x60/photo.jpg".to_owned(), 403),
        (
            "/im/LTvzRLUigDch6g9YuQl4oGYYdfc=/fit-in/91x60/photo.jpg".to_owned(),
            403,
        ),
        ("/_ipx/w_90/photo.jpg".to_owned(), 403),
    ] {
        assert_eq!(world.get(&at(&path)).status, status, "{path}");
    }
}

#[test]
fn encrypted_sources_have_keys_of_three_lengths() {
    let key = "1eb5b0e971ad7f45324c1bb15c947cb207c43152fa5c6c7f35c4f36e0c18e0f1";
    for (digits, path) in [
        (
            64,
            "V_8hM0ms2s7lCp02mcldYj3uKEOnz38ziKHrzMklx3g/w:90/enc/ABEiM0RVZneImaq7zN3u_1TNKjT0L8rLhplxzvQUmZwS0-SpRs8AOUz4l8Yal9YUasqjsHwexNoMKwfA5U38Zw.png",
        ),
        (
            48,
            "GJqtT6DtbtgbS2KNXZV2b8WzMdHBIgM53mPPr-z8MSM/w:90/enc/ABEiM0RVZneImaq7zN3u_yzCNbSBJrpswW70CNMrJ__yAfjkfgP1S-f74VD7hYl6BnQfcpjQeqde8WBnHiwtzg.png",
        ),
        (
            32,
            "3_4g8CqwIluzBZTaXYHpzRNgl7SD36IR8LvDEaBtNi4/w:90/enc/ABEiM0RVZneImaq7zN3u_-JYVUxNZ5qND8KF33gDrHtiCNm1NM8nG4bldxc8i66ADYzSNEh8_LiDlaTY5RlKiA.png",
        ),
    ] {
        let keys = format!(
            "imgproxy=736563726574:68656C6C6F, imgproxy-source={}",
            &key[..digits]
        );
        let source = signed("imgproxy", &keys, path).expect(path).asked.source;
        assert_eq!(source.to_string(), "https://images.example.com/photo.jpg");
        let other = format!("{keys}00").replace("source=1e", "source=2e");
        let other = other.trim_end_matches("00");
        assert!(signed("imgproxy", other, path).is_err(), "{digits}");
    }
}

#[test]
fn presets_that_name_presets_are_bounded() {
    let fan = (0..8).map(|n| {
        format!(
            "preset.p{n}=pr:{}",
            vec![format!("p{}", n + 1); 9].join(":")
        )
    });
    let mount = format!(
        "imgproxy?{}&preset.p8=w:9",
        fan.collect::<Vec<_>>().join("&")
    );
    let refusal = signed(&mount, "thumbor=x", "_/pr:p0/plain/photo.jpg").expect_err("too many");
    assert!(
        refusal.message.contains("more than 256 options"),
        "{refusal:?}"
    );
    let three = signed(
        "imgproxy?preset.default=w:9/f:webp&preset.a=h:5",
        "thumbor=x",
        "_/pr:a/plain/x",
    );
    let native = letterbox::url::canonical(&three.expect("read").asked);
    assert!(
        native.contains("w=9&") && native.contains("h=5&") && native.contains("f=webp"),
        "{native}"
    );
}

#[test]
fn a_prefix_that_is_not_mounted_is_the_origins() {
    let world = world().route(
        "https://www.example.com/_next/imageX?url=/photo.jpg",
        file("text/html", "page"),
    );
    let got = world.get(&at("/_next/imageX?url=/photo.jpg"));
    assert!(got.passed && got.body == b"page");
}

/// An origin with a photo, a page that has a photo's name, and queries on its images.
fn with_origin_query(query: &'static str) -> World {
    let mut world = world();
    world.vars.push(("ORIGIN_QUERY", query));
    let page = |url| (url, file("text/html", "page"));
    let routes = [
        page("https://www.example.com/page.jpg?w=90&fm=png"),
        page("https://www.example.com/photo?w=90"),
        page("https://www.example.com/photo.jpg?v=3"),
        page("https://www.example.com/page.jpg"),
    ];
    for (url, answer) in routes {
        world = world.route(url, answer);
    }
    world.route("https://www.example.com/gone.jpg", status(404))
}

#[test]
fn a_query_on_an_image_of_the_origin_transforms_that_image() {
    for (query, theirs, ours) in [
        (
            "imgix",
            "/photo.jpg?w=90&h=60&fit=crop&v=3",
            "/?s=/photo.jpg&w=90&h=60&fit=cover&q=75",
        ),
        (
            "sanity",
            "/photo.jpg?w=90",
            "/?s=/photo.jpg&w=90&h=auto&fit=inside&q=75",
        ),
        ("native", "/photo.jpg?w=90", "/?s=/photo.jpg&w=90"),
        (
            "native",
            "/photo.jpg?width=90&v=3&utm=1",
            "/?s=/photo.jpg&w=90&v=3",
        ),
        // The path is a path: nothing in it is read as a query, or as a URL.
        (
            "imgix",
            "/a%3Fb.jpg?w=90",
            "/?s=/a%253Fb.jpg&w=90&h=auto&fit=inside&q=75",
        ),
        ("native", "/a%3Fb.jpg?w=90", "/?s=/a%253Fb.jpg&w=90"),
    ] {
        let world = with_origin_query(query);
        let native = world.get(&at(ours));
        assert_eq!(native.status, 200, "{ours}");
        let fetches = world.fetches();
        let got = world.get(&at(theirs));
        assert_eq!(
            (got.status, got.header("x-cache")),
            (200, "HIT"),
            "{theirs}"
        );
        assert_eq!(got.body, native.body, "{theirs}");
        assert_eq!(world.fetches(), fetches, "{theirs}");
    }
}

#[test]
fn without_a_transform_in_its_query_and_without_the_setting_the_origin_answers() {
    for query in ["imgix", "native"] {
        let world = with_origin_query(query);
        for path in [
            "/photo.jpg",
            "/photo.jpg?v=3",
            "/photo?w=90",
            "/page.jpg?w=90&fm=png",
        ] {
            let got = world.get(&at(path));
            assert!(got.passed, "{query} {path}");
            let is_photo = path == "/photo.jpg";
            assert_eq!(got.body == PHOTO, is_photo, "{query} {path}");
        }
    }
    let world = world().route(
        "https://www.example.com/photo.jpg?w=90",
        file("text/html", "own"),
    );
    let got = world.get(&at("/photo.jpg?w=90"));
    assert!(got.passed && got.body == b"own");
    // What has a source is a native request, which the origin's file comes before.
    let world = with_origin_query("imgix");
    let got = world.get(&at("/none.jpg?s=/photo.jpg&w=90"));
    assert_eq!(got.body, world.get(&at("/?s=/photo.jpg&w=90")).body);
}

#[test]
fn a_query_on_an_image_is_refused_in_its_vocabulary_and_as_signatures_have_it() {
    let world = with_origin_query("imgix");
    let wrong = world.get(&at("/photo.jpg?w=x"));
    assert_eq!(
        (wrong.status, wrong.header("content-type")),
        (400, "text/plain; charset=utf-8")
    );
    let gone = world.get(&at("/gone.jpg?w=9"));
    assert_eq!(gone.status, 404);
    assert!(gone.header("cache-status").contains("source-not-found"));
    let wrong = with_origin_query("native").get(&at("/photo.jpg?w=x"));
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.header("content-type"), "application/problem+json");

    for (query, keys, url, status) in [
        ("imgix", "thumbor=x", "/photo.jpg?w=9", 403),
        ("imgix", "imgix=token", "/photo.jpg?w=9", 403),
        (
            "imgix",
            "imgix=token",
            "/photo.jpg?w=9&s=35b7ecf278970a9b09f1ead58c934ab0",
            200,
        ),
        ("native", "thumbor=x", "/photo.jpg?w=9", 403),
        ("imgix", "imgix=token", "/photo.jpg", 200),
    ] {
        let mut world = with_origin_query(query);
        world.vars.push(("SIGNING_KEYS", KEY));
        world.vars.push(("DIALECT_KEYS", keys));
        assert_eq!(world.get(&at(url)).status, status, "{query} {url}");
    }
}

#[test]
fn the_signature_of_a_native_url_is_good_on_the_image_itself() {
    let mut world = with_origin_query("native");
    world.vars.push(("SIGNING_KEYS", KEY));
    let keys = letterbox::url::signature::Keys::parse(KEY).expect("a key");
    let sig = keys
        .sign("s=/photo.jpg&w=90")
        .expect("good")
        .expect("a key");
    let signed = format!("s=/photo.jpg&w=90&sig={sig}");
    let on_image = format!("w=90&sig={sig}");
    let native = world.get(&at(&format!("/?{signed}")));
    let got = world.get(&at(&format!("/photo.jpg?{on_image}")));
    assert_eq!(
        (native.status, got.status, got.header("x-cache")),
        (200, 200, "HIT")
    );
    let other = world.get(&at(&format!("/gone.jpg?{on_image}")));
    assert_eq!(other.status, 403);
}

#[test]
fn a_failed_request_is_sent_to_its_fallback_and_nowhere_else() {
    let world = world();
    for (path, wanted) in [
        (
            "/wsrv?url=images.example.com/gone&default=images.example.com/photo.jpg",
            "https://images.example.com/photo.jpg",
        ),
        (
            "/wsrv?url=images.example.com/gone&default=1",
            "https://images.example.com/gone",
        ),
        (
            "/wsrv?url=images.example.com/gone&default=evil.example/x",
            "",
        ),
        (
            "/img/w=5,onerror=redirect/https://images.example.com/text",
            "https://images.example.com/text",
        ),
    ] {
        let got = world.get(&at(path));
        assert_eq!(got.header("location"), wanted, "{path}");
        assert_eq!(
            got.status,
            if wanted.is_empty() { 404 } else { 302 },
            "{path}"
        );
    }
}

#[test]
fn a_bucket_of_imgproxy_is_the_named_origin_of_that_name() {
    let mut world = world();
    let sources =
        "photos: https://s3.example.com/photos/ s3=eu-west-1; plain: https://p.example.com/";
    world.vars.push(("SOURCES", sources));
    world.vars.push(("S3_KEYS", "photos=id:secret"));
    let photo = file(
        "image/jpeg",
        include_bytes!("../demo/samples/waterfall.jpg").to_vec(),
    );
    for path in ["a/b%20c.jpg", "a/b%20c.jpg?versionId=7"] {
        let url = format!("https://s3.example.com/photos/{path}");
        world.routes.insert(url, photo.clone());
    }
    let status = |path: &str| world.get(&at(path)).status;
    for path in [
        "/ip/x/rs:fit:9:9/plain/s3:%2f%2fphotos/a/b%2520c.jpg",
        "/ip/x/rs:fit:9:9/plain/gs:%2f%2fphotos/a/b%2520c.jpg%3F7",
        // printf %s 's3://photos/a/b%20c.jpg' | base64
        "/ip/x/rs:fit:9:9/czM6Ly9waG90b3MvYS9iJTIwYy5qcGc",
    ] {
        assert_eq!(status(path), 200, "{path}");
    }
    let sent = world.sent.borrow().len();
    assert_eq!(sent, 2, "the spellings of one object are one entry");
    assert!(
        world
            .sent
            .borrow()
            .iter()
            .all(|fields| fields.contains_key("authorization"))
    );
    for path in [
        "/ip/x/rs:fit:9:9/plain/s3:%2f%2fother/a.jpg",
        "/ip/x/rs:fit:9:9/plain/s3:%2f%2fphotos",
        "/ip/x/rs:fit:9:9/plain/s3:%2f%2fplain/a.jpg",
        "/ip/x/rs:fit:9:9/plain/abs:%2f%2fphotos/a.jpg",
    ] {
        assert_eq!(status(path), 404, "{path}");
    }
    assert_eq!(world.sent.borrow().len(), sent);
}

#[test]
fn errors_of_cloudflare_and_answers_of_wsrv_have_fields_of_their_own() {
    let world = world();
    let failed = world.get(&at("/demo/image/fetch/w_x/photo.jpg"));
    assert!(
        failed
            .header("x-cld-error")
            .starts_with("w_x is not pixels")
    );
    let failed = world.get(&at("/img/width=x/photo.jpg"));
    assert_eq!(failed.header("cf-resized"), "err=9401");
    let got = world.get(&at(
        "/wsrv?url=images.example.com/photo.jpg&w=9&filename=a-b.c&maxage=2w",
    ));
    assert_eq!(
        got.header("link"),
        "<https://images.example.com/photo.jpg>; rel=\"canonical\""
    );
    assert_eq!(
        got.header("content-disposition"),
        "inline; filename=\"a-b.c.jpg\""
    );
    assert_eq!(got.header("cache-control"), "public, max-age=1209600");
}

/// Requests of services whose options are a query on the image, and the native ones that mean the
/// same; without a source that of the path is meant.
const ON_IMAGES: &[(Dialect, &str, &str)] = &[
    (
        Dialect::Fastly,
        r#"photo.jpg?width=300"#,
        "w=300&h=auto&fit=inside&we&q=85",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?width=300&height=200"#,
        "w=300&h=200&fit=fill&we&q=85",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?width=300&height=200&fit=bounds&enable=upscale"#,
        "w=300&h=200&fit=inside&q=85",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?width=300&height=200&fit=cover&dpr=2"#,
        "w=300&h=200&fit=outside&we&dpr=2&q=85",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?width=0.5&fit=crop&quality=60"#,
        "w=50%25&h=auto&fit=inside&we&q=60",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?width=25p&height=200&fit=crop"#,
        "w=25%25&h=200&fit=cover&we&q=85",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?crop=300,200,x10,y20&width=150"#,
        "cx=10&cy=20&cw=300&ch=200&w=150&h=auto&fit=inside&we&q=85",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?crop=300x200&orient=r"#,
        "ca=center&cw=300&ch=200&w=auto&h=auto&fit=inside&we&ro=90&q=85",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?crop=16:9,offset-x0&width=160"#,
        "w=160&h=auto&ar=16:9&fit=aspect-crop&a=left&q=85",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?width=90&format=png8&pad=1,2&bg-color=f00&frame=1"#,
        "w=90&h=auto&fit=inside&we&f=png&q=80&pad=1,2&bg=red&n=1",
    ),
    (
        Dialect::Fastly,
        r#"photo.jpg?trim=4,7,6,5&format=webp&quality=85,75&sharpen=a5,r2,t0&blur=10&bg-color=1,2,3,0.5"#,
        "cx=5&cy=4&cright=7&cbottom=6&w=auto&h=auto&fit=inside&we&f=webp&q=76&sharp=2&blur=5&bg=01020380",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300"#,
        "w=300&h=auto&fit=inside&we&bg=white",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300&h=200"#,
        "w=300&h=200&fit=inside&we",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300&h=200&fit=pad&bg=rgb:9090ff"#,
        "w=300&h=200&fit=contain&we&bg=9090ff&mbg=9090ff",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300&h=200&fit=pad"#,
        "w=300&h=200&fit=contain&we&bg=transparent",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300&h=200&fit=fill&f=top_right"#,
        "w=300&h=200&fit=cover&a=top-right",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300&h=200&fit=crop&f=left"#,
        "w=300&h=200&fit=cover&we&a=left",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300&h=200&fit=thumb&f=face"#,
        "w=300&h=200&fit=cover&a=attention",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300&h=200&fit=scale"#,
        "w=300&h=200&fit=fill",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?fm=jpg&fl=progressive&q=60"#,
        "w=auto&h=auto&fit=inside&we&f=jpg&il&q=60",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300&fl=png8"#,
        "w=300&h=auto&fit=inside&we&f=png&q=80",
    ),
    (
        Dialect::Contentful,
        r#"a.jpg?w=300&r=max&fm=webp&q=79"#,
        "w=300&h=auto&fit=inside&we&radius=50p&f=webp",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a.jpg?v=168&width=450"#,
        "w=450&h=auto&fit=inside&we&f=auto",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a.jpg?width=450&height=300"#,
        "w=450&h=300&fit=inside&we&f=auto",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a.jpg?width=450&height=300&crop=top"#,
        "w=450&h=300&fit=cover&we&a=top&f=auto",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a.jpg?width=450&crop=center"#,
        "w=450&h=auto&fit=inside&we&f=auto",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a.jpg?width=90&crop=region&crop_left=10&crop_top=20&crop_width=300&crop_height=200"#,
        "w=90&h=auto&cx=10&cy=20&cw=300&ch=200&fit=inside&we&f=auto",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a.jpg?width=90&height=90&pad_color=fff&format=png"#,
        "w=90&h=90&fit=contain&we&bg=white&f=png",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a.jpg?height=90&format=pjpg&quality=60"#,
        "w=auto&h=90&fit=inside&we&f=jpg&il&q=60",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a_300x200_crop_top@2x.progressive.jpg"#,
        "s=/cdn/a.jpg&w=300&h=200&fit=cover&we&a=top&dpr=2&il&f=auto",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a_x200.png"#,
        "s=/cdn/a.png&w=auto&h=200&fit=inside&we&f=auto",
    ),
    (
        Dialect::Shopify,
        r#"cdn/a_small.gif"#,
        "s=/cdn/a.gif&w=100&h=100&fit=inside&we&f=auto",
    ),
    (
        Dialect::Shopify,
        r#"cdn/_x.jpg?crop_left=9"#,
        "s=/cdn/_x.jpg&w=auto&h=auto&fit=inside&we&f=auto",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?width=300"#,
        "w=300&h=auto&fit=inside&we&f=auto&q=85",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?width=300&height=200&format=jpeg"#,
        "w=300&h=200&fit=inside&we&f=jpg&q=85",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?width=300&upscale=resampling"#,
        "w=300&h=auto&fit=inside&f=auto&q=85",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?aspect_ratio=16:9&width=256"#,
        "w=256&h=auto&ar=16:9&fit=aspect-crop&f=auto&q=85",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?aspect_ratio=1:1&width=400&height=300"#,
        "w=auto&h=300&ar=1:1&fit=aspect-crop&f=auto&q=85",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?crop=80,60"#,
        "ca=center&cw=80&ch=60&w=auto&h=auto&fit=inside&we&f=auto&q=85",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?crop=80,60&crop_gravity=north&width=40"#,
        "ca=top&cw=80&ch=60&w=40&h=auto&fit=inside&we&f=auto&q=85",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?crop_gravity=southwest&crop=80,60,5,6"#,
        "cx=5&cy=6&cw=80&ch=60&w=auto&h=auto&fit=inside&we&f=auto&q=85",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?quality=60&sharpen=true&blur=20&flip=true&flop=false"#,
        "w=auto&h=auto&fit=inside&we&f=auto&q=60&sharp&blur=10&flip",
    ),
    (
        Dialect::Bunny,
        r#"a.jpg?brightness=10&contrast=-5&saturation=-100&hue=50&sepia=0"#,
        "w=auto&h=auto&fit=inside&we&f=auto&q=85&bri=10&con=-5&filt=greyscale&hue=90",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a.jpg?width=500&height=600"#,
        "w=500&h=600&fit=cover&we&f=auto",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a.jpg?width=500"#,
        "w=500&h=auto&fit=inside&we&f=auto",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a.jpg?height=500&format=origin"#,
        "w=auto&h=500&fit=inside&we",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a.jpg?width=500&height=600&resize=contain"#,
        "w=500&h=600&fit=inside&we&f=auto",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a.jpg?width=500&height=600&resize=fill"#,
        "w=500&h=600&fit=fill&we&f=auto",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a.jpg?width=500&height=600&resize=cover&quality=50"#,
        "w=500&h=600&fit=cover&we&f=auto&q=50",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a.jpg?width=9000&format=origin&quality=20"#,
        "w=2500&h=auto&fit=inside&we&q=20",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a.jpg?width=90&format=webp&quality=79"#,
        "w=90&h=auto&fit=inside&we&f=webp",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a%20b.jpg?width=90&format=avif&quality=60"#,
        "s=/bucket/a%2520b.jpg&w=90&h=auto&fit=inside&we&f=avif",
    ),
    (
        Dialect::Supabase,
        r#"bucket/a.jpg?download=x"#,
        "w=auto&h=auto&fit=inside&we&f=auto",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?w=300"#,
        "w=300&h=auto&fit=inside&q=90",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?w=300&h=200&fit=max"#,
        "w=300&h=200&fit=inside&we&q=90",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?w=300&h=200&fit=fill&bg=CCC"#,
        "w=300&h=200&fit=contain&we&bg=ccc&q=90",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?w=300&h=200&fit=fill-max&bg=80ff0000"#,
        "w=300&h=200&fit=contain&bg=ff000080&q=90",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?w=300&h=200&fit=stretch"#,
        "w=300&h=200&fit=fill&q=90",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?w=300&h=200&fit=crop-bottom-right"#,
        "w=300&h=200&fit=cover&a=bottom-right&q=90",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?w=300&h=200&fit=crop-25-75&dpr=2"#,
        "w=300&h=200&fit=cover&a=0.25x0.75&dpr=2&q=90",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?crop=30,40,5,6&or=90&flip=both"#,
        "cx=5&cy=6&cw=30&ch=40&w=auto&h=auto&fit=inside&or=0&ro=270&flip&flop&q=90",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?w=9&bri=10&con=-10&gam=1.5&sharp=20&blur=4&pixel=5&filt=sepia"#,
        "w=9&h=auto&fit=inside&bri=10&con=-10&gam=1.5&sharp=2&blur=2&pixelate=5&filt=sepia&q=90",
    ),
    (
        Dialect::Glide,
        r#"a.jpg?w=9&border=4,f00,expand&fm=pjpg&q=60&s=abc"#,
        "w=9&h=auto&fit=inside&border=4,f00&f=jpg&il&q=60",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?width=300"#,
        "w=300&h=auto&fit=inside&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?width=300&height=200"#,
        "w=300&h=200&fit=cover&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?width=300&height=200&fit=contain&withoutEnlargement=true"#,
        "w=300&h=200&fit=contain&we&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?width=300&height=200&fit=inside&quality=60"#,
        "w=300&h=200&fit=inside&q=60&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?width=300&height=200&fit=outside&format=webp&quality=79"#,
        "w=300&h=200&fit=outside&f=webp&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?format=auto&width=9&access_token=x"#,
        "w=9&h=auto&fit=inside&f=auto&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?transforms=[[%22blur%22,5],[%22tint%22,%22rgb(255,0,0)%22]]"#,
        "w=auto&h=auto&fit=inside&blur=5&tint=red&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?transforms=[[%22rotate%22,90],[%22flip%22],[%22resize%22,%7B%22width%22:90%7D]]"#,
        "w=90&h=auto&fit=inside&ro=90&flip&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?transforms=[[%22toFormat%22,%22png%22,%7B%22quality%22:70%7D],[%22greyscale%22]]"#,
        "w=auto&h=auto&fit=inside&f=png&filt=greyscale&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658?transforms=[[%22extract%22,%7B%22left%22:1,%22top%22:2,%22width%22:30,%22height%22:40%7D]]&download"#,
        "cx=1&cy=2&cw=30&ch=40&w=auto&h=auto&fit=inside&bg=black",
    ),
    (
        Dialect::Directus,
        r#"assets/1ac73658/a.jpg?width=90&fit=cover&height=80&transforms=[]"#,
        "w=90&h=80&fit=cover&bg=black",
    ),
];

#[test]
fn a_query_of_each_service_on_an_image_is_the_native_one() {
    let config = Config::default();
    let defaults = letterbox::url::Defaults {
        negotiated: letterbox_engine::transform::Negotiated::default(),
        ..config.url_defaults()
    };
    for (dialect, theirs, ours) in ON_IMAGES {
        let (path, query) = theirs.split_once('?').unwrap_or((theirs, ""));
        let mut read = read(*dialect, path, query).expect(theirs).asked;
        let ours = match ours.contains("s=/") {
            true => (*ours).to_owned(),
            false => format!("s=/{path}&{ours}"),
        };
        read.disposition = None;
        if let Target::Auto(_) = read.transform.target {
            read.transform.target = Target::Auto(defaults.negotiated);
        }
        let native = letterbox::url::parse(&ours, &defaults).expect(&ours);
        assert_eq!(Some(read), native, "{dialect} {theirs}\n{ours}");
    }
}

#[test]
fn an_option_that_has_no_equal_is_an_error_that_names_it() {
    for (dialect, query, word) in [
        (Dialect::Fastly, "canvas=300x200", "canvas"),
        (Dialect::Fastly, "crop=300,200,smart", "crop=300,200,smart"),
        (
            Dialect::Fastly,
            "crop=300,200&precrop=9,9",
            "crop beside precrop",
        ),
        (
            Dialect::Fastly,
            "width=300&height=200&crop=16:9",
            "crop of a ratio",
        ),
        (Dialect::Fastly, "format=mp4", "format=mp4"),
        (Dialect::Fastly, "auto=jxl", "auto=jxl"),
        (Dialect::Fastly, "width=x", "width=x"),
        (Dialect::Fastly, "sharpen=a5", "sharpen=a5"),
        (Dialect::Contentful, "fit=clip", "fit=clip"),
        (Dialect::Contentful, "bg=ff0000", "bg=ff0000"),
        (Dialect::Contentful, "r=x", "r=x"),
        (Dialect::Contentful, "fm=tiff", "fm=tiff"),
        (Dialect::Shopify, "crop=middle", "crop=middle"),
        (Dialect::Shopify, "crop_left=x", "crop_left=x"),
        (Dialect::Bunny, "focus_crop=9,9,1,1", "focus_crop"),
        (Dialect::Bunny, "class=card", "class"),
        (Dialect::Bunny, "sepia=50", "sepia=50"),
        (Dialect::Bunny, "crop=0,9", "crop=0,9"),
        (
            Dialect::Bunny,
            "aspect_ratio=1:1&crop=9,9",
            "aspect_ratio beside crop",
        ),
        (Dialect::Supabase, "token=x", "token"),
        (Dialect::Supabase, "quality=10", "quality=10"),
        (Dialect::Supabase, "resize=inside", "resize=inside"),
        (Dialect::Glide, "fit=crop-50-50-2", "fit=crop-50-50-2"),
        (Dialect::Glide, "mark=logo.png", "mark"),
        (Dialect::Glide, "border=1,f00,overlay", "border="),
        (Dialect::Glide, "p=card", "p "),
        (Dialect::Directus, "key=card", "key"),
        (Dialect::Directus, "focal_point_x=9", "focal_point_x"),
        (
            Dialect::Directus,
            "transforms=[[%22composite%22,[]]]",
            "composite",
        ),
        (Dialect::Directus, "transforms=x", "transforms=x"),
        (
            Dialect::Directus,
            "transforms=[[%22blur%22,1],[%22blur%22,2]]",
            "each once",
        ),
        (Dialect::Directus, "format=tiff", "format=tiff"),
    ] {
        let refusal = read(dialect, "a.jpg", query).expect_err(query);
        assert!(
            refusal.message.contains(word),
            "{dialect} {query}: {}",
            refusal.message
        );
        assert_eq!(refusal.status, 400, "{query}");
    }
}

#[test]
fn the_signature_of_glide_covers_the_path_and_every_parameter() {
    let query = "w=500&h=300&s=SIG";
    let sig = "9813862e50a66995178f4124204562d7";
    let at = |query: &str| {
        let keys = Keys::parse("glide=my key").expect("keys");
        let call = Call {
            whole_path: "/x/img/a%20b.jpg",
            ..call("img/a%20b.jpg", query, &keys)
        };
        Dialect::Glide.read(&call, &Options::default())
    };
    let good = query.replace("SIG", sig);
    assert!(at(&good).expect("signed").signed);
    assert!(at(&format!("s={sig}&h=300&w=500")).expect("signed").signed);
    for bad in [
        "w=500&h=300",
        "w=501&h=300&s=SIG",
        "w=500&s=SIG",
        "w=500&h=300&q=1&s=SIG",
    ] {
        let refusal = at(&bad.replace("SIG", sig)).expect_err(bad);
        assert_eq!(refusal.code, "bad-signature", "{bad}");
    }
}

/// Sizes of other services' public tests: `peer source options size`, a line each.
const SIZES: &str = include_str!("vectors/dialect-sizes.txt");

/// Returns a PNG of one colour and of this size.
fn plain(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let rows = vec![0; width.div_ceil(8) as usize * height as usize];
    let mut writer = encoder.write_header().expect("a size");
    writer.write_image_data(&rows).expect("all rows");
    writer.finish().expect("an end");
    bytes
}

/// Plans a URL of a dialect for a source of a size, and returns the size of the answer.
fn planned(dialect: Dialect, path: &str, query: &str, source: &[u8]) -> (u32, u32) {
    let config = Config::default();
    let asked = read(dialect, path, query).expect(path).asked;
    let mut asked = letterbox::url::admit(asked, &config.url_defaults()).expect("within limits");
    asked.transform.target = Target::Json;
    let mut pipeline = Pipeline::new(&asked.transform, &config.limits);
    pipeline.push(source).expect("a PNG");
    let canvas = pipeline.finish(&|| 0.0).expect("a plan").plan.canvas;
    (canvas.width, canvas.height)
}

/// A request in a dialect with nothing beside its URL.
fn call<'a>(path: &'a str, query: &'a str, keys: &'a Keys) -> Call<'a> {
    Call {
        path,
        whole_path: path,
        query,
        accept: None,
        user_agent: None,
        hinted: Default::default(),
        origins: Box::leak(Box::default()),
        offer: FormatSet::of(&[Format::WebP, Format::Avif]),
        now_secs: 1_700_000_000,
        keys,
    }
}

fn read(dialect: Dialect, path: &str, query: &str) -> Result<Translation, Refusal> {
    dialect.read(&call(path, query, &Keys::default()), &Options::default())
}

/// Reads the path of a dialect whose URLs are signed.
fn signed(mount: &str, keys: &str, path: &str) -> Result<Translation, Refusal> {
    let mounts = Mounts::parse(&format!("/x/={mount}")).expect("a mount");
    let mount = mounts.at("/x/").expect("mounted");
    let keys = Keys::parse(keys).expect("keys");
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    mount
        .dialect
        .read(&call(path, query, &keys), &mount.options)
}

/// Signatures of other services' public tests and pages: `mount keys signature path`, a line each.
/// A mark in front says that the signature is wrong.
const SIGNATURES: &str = include_str!("vectors/dialect-signatures.txt");

/// Returns the signed requests of the vectors, each with its mount, its keys and whether it is
/// good.
fn signatures() -> Vec<(bool, &'static str, &'static str, String, &'static str)> {
    let rows = SIGNATURES.lines().map(|line| {
        let (good, line) = match line.strip_prefix('!') {
            Some(rest) => (false, rest),
            None => (true, line),
        };
        let words: Vec<&str> = line.split(' ').collect();
        let words: [&str; 4] = words.try_into().expect(line);
        let [mount, keys, signature, path] = words;
        (good, mount, keys, signature.to_owned(), path)
    });
    rows.collect()
}

/// Puts a signature in front of a path, or in the place that its query has for it.
fn with_signature(signature: &str, path: &str) -> String {
    match path.contains('*') {
        true => path.replace('*', signature),
        false => format!("{signature}/{path}"),
    }
}

#[test]
fn signatures_are_those_of_the_other_services_own_tests() {
    for (good, mount, keys, signature, path) in signatures() {
        let read = signed(mount, keys, &with_signature(&signature, path));
        // Some of the vectors sign texts that name no picture: those are refused behind it.
        let refused = read.as_ref().is_err_and(|r| r.code == "bad-signature");
        assert_eq!(refused, !good, "{mount} {path}: {read:?}");
        if let Ok(translation) = read {
            assert!(translation.signed, "{mount} {path}");
        }
    }
}

#[test]
fn a_query_that_no_signature_covers_is_no_part_of_a_source() {
    for (keys, path, source) in [
        (
            "cloudinary=mysecret",
            "s--hJlJ7G05--/photo.jpg?x=1",
            "/photo.jpg",
        ),
        (
            "cloudinary=mysecret",
            "s--hJlJ7G05--/photo%2Ejpg",
            "/photo.jpg",
        ),
        ("thumbor=mysecret", "photo.jpg?x=1", "/photo.jpg?x=1"),
    ] {
        let read = signed("cloudinary", keys, path).expect(path);
        assert_eq!(read.asked.source.to_string(), source, "{path}");
    }
}

#[test]
fn ten_thousand_signed_urls_with_one_letter_changed_are_refused_each() {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=/.:";
    for name in [
        "imgproxy",
        "imagor",
        "thumbor",
        "aws",
        "imgix",
        "cloudinary",
    ] {
        let mut rows = signatures();
        // A version is not signed by Cloudinary.
        rows.retain(|(good, mount, .., path)| {
            *good && mount.starts_with(name) && !path.contains("/v1234/")
        });
        assert!(!rows.is_empty(), "{name}");
        let mut dice = Dice(7);
        for _ in 0..10_000 {
            let (_, mount, keys, signature, path) = &rows[dice.roll(rows.len())];
            let whole = with_signature(signature, path);
            let mut url = whole.clone().into_bytes();
            let at = dice.roll(url.len());
            let letter = LETTERS[dice.roll(LETTERS.len())];
            match dice.roll(3) {
                0 => url[at] = letter,
                1 => url.insert(at, letter),
                _ => drop(url.remove(at)),
            }
            let url = String::from_utf8(url).expect("ASCII");
            if url == whole {
                continue;
            }
            let read = signed(mount, keys, &url);
            let refused = read.as_ref().is_err_and(|refusal| {
                refusal.code == "bad-signature" || (!url.contains('/') && read.is_err())
            });
            assert!(refused, "{mount} {url}: {read:?}");
        }
    }
}

fn size(text: &str) -> (u32, u32) {
    let (width, height) = text.split_once('x').expect("a size");
    (
        width.parse().expect("columns"),
        height.parse().expect("rows"),
    )
}

#[test]
fn sizes_are_those_of_the_other_services_own_tests() {
    let (mut wrong, mut passed) = (Vec::new(), 0);
    for line in SIZES.lines() {
        // A mark in front says that the answer is known to be another one, or an error.
        let (line, is_other) = match line.strip_prefix('!') {
            Some(line) => (line, true),
            None => (line, false),
        };
        let [peer, source, options, wanted] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let (width, height) = size(source);
        let (dialect, path, query) = match peer {
            "weserv" => (
                Dialect::Wsrv,
                String::new(),
                format!("url=a.example/x&{options}"),
            ),
            "cloudflare" => (
                Dialect::Cloudflare,
                format!("{options}/x.png"),
                String::new(),
            ),
            "imgproxy" => (
                Dialect::Imgproxy,
                format!("unsafe/{options}/plain/x.png"),
                String::new(),
            ),
            "thumbor" => (
                Dialect::Thumbor,
                format!("unsafe/{options}/x.png"),
                String::new(),
            ),
            "imagor" => (Dialect::Imagor, format!("unsafe/{options}"), String::new()),
            other => panic!("no dialect is {other}"),
        };
        if let Err(refusal) = read(dialect, &path, &query) {
            if is_other {
                continue;
            }
            wrong.push(format!("{line}: {}", refusal.message));
            continue;
        }
        let got = planned(dialect, &path, &query, &plain(width, height));
        match (got == size(wanted)) != is_other {
            true if is_other => {}
            true => passed += 1,
            false => wrong.push(format!("{line}: {}x{}", got.0, got.1)),
        }
    }
    assert!(
        wrong.is_empty(),
        "{passed} passed, not these:\n{}",
        wrong.join("\n")
    );
    eprintln!("{passed} of {}", SIZES.lines().count());
}
