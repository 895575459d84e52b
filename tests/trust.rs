//! Attacks by strangers, row by row of `docs/trust.md`, unless another test has them; and a check
//! that every test which that page names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use letterbox_world::{Got, World, file};
use url::form_urlencoded::byte_serialize;

const PHOTO: &[u8] = include_bytes!("../demo/samples/waterfall.jpg");
const SOURCE: &str = "https://images.example.com/photo.jpg";

/// Builds a deployment with a host, the subdomains of another, and a path on a third.
fn world() -> World {
    World {
        vars: vec![(
            "ALLOWED_SOURCES",
            "images.example.com, *.cdn.example.com, shared.example.com/public/",
        )],
        ..World::default()
    }
}

/// Asks for a source, encoded as a form does.
fn ask(world: &World, source: &str, more: &str) -> Got {
    let encoded: String = byte_serialize(source.as_bytes()).collect();
    world.get(&format!("https://img.example.com/?s={encoded}{more}"))
}

/// Asserts that the sources are refused with this status, without a fetch, an entry in the cache,
/// or the source in the message.
fn refused(sources: &[&str], status: u16, code: &str) {
    let world = world();
    for source in sources {
        let got = ask(&world, source, "");
        assert_eq!(got.error(), (status, code.to_owned()), "{source:?}");
        assert_eq!(got.header("cache-control"), "no-store", "{source:?}");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        let message = got.json()["message"].to_string();
        assert!(
            source.is_empty() || !message.contains(source),
            "{source:?} in {message}"
        );
    }
    assert_eq!(world.fetches(), 0);
    assert!(world.stored.borrow().is_empty());
}

#[test]
fn no_spelling_of_an_address_is_a_source() {
    let hosts = [
        // spellings of one address that people and parsers accept
        "127.0.0.1",
        "127.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0x7F.0x0.0x0.0x1",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.０.０.１",
        "１２７。０。０。１",
        "127｡0｡0｡1",
        "①②⑦.⓪.⓪.①",
        // other private addresses, and special ones
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "2852039166",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "8.8.8.8",
        // IPv6, and IPv4 inside of IPv6
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::169.254.169.254]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd00::1]",
        "[2001:db8::1]",
    ];
    let sources: Vec<_> = hosts.map(|host| format!("https://{host}/a.jpg")).into();
    refused(&as_strs(&sources), 403, "source-not-allowed");
}

#[test]
fn no_name_of_the_inside_is_a_source() {
    let hosts = [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "host.localdomain",
        "printer.local",
        "printer.LOCAL",
        "printer.local.",
        "vault.internal",
        "metadata.google.internal",
        "intranet",
        "com",
        "images",
    ];
    let sources: Vec<_> = hosts.map(|host| format!("https://{host}/a.jpg")).into();
    refused(&as_strs(&sources), 403, "source-not-allowed");
}

#[test]
fn nothing_that_looks_like_an_allowed_host_or_path_is_one() {
    refused(
        &[
            "https://evil-images.example.com/a.jpg",
            "https://evilimages.example.com/a.jpg",
            "https://images.example.com.evil.com/a.jpg",
            "https://images.example.comevil.com/a.jpg",
            "https://images.example.com./a.jpg",
            "https://images-example.com/a.jpg",
            "https://imagesXexample.com/a.jpg",
            "https://example.com/a.jpg",
            "https://cdn.example.com/a.jpg",
            "https://evilcdn.example.com/a.jpg",
            "https://a.cdn.example.com.evil.com/a.jpg",
            "https://evil.com/images.example.com/a.jpg",
            "https://evil.com\\@images.example.com/a.jpg",
            "https://evil.com#@images.example.com/a.jpg",
            "https://evil.com?@images.example.com/a.jpg",
            "https:///evil.com/a.jpg",
            "https:\\\\evil.com/a.jpg",
            // look-alike letters of other alphabets
            "https://іmages.example.com/a.jpg",
            "https://images.exаmple.com/a.jpg",
            "https://images.example.com%2eevil.com/a.jpg",
            "https://images.example.com\u{ff0e}evil.com/a.jpg",
            // paths outside of the prefix
            "https://shared.example.com/",
            "https://shared.example.com/public-not/a.jpg",
            "https://shared.example.com/PUBLIC/a.jpg",
            "https://shared.example.com/public/../private/a.jpg",
            "https://shared.example.com/public/%2e%2e/private/a.jpg",
            "https://shared.example.com/public/.%2E/private/a.jpg",
            "https://shared.example.com/public/..%2fprivate/a.jpg",
            "https://shared.example.com/public/..%5cprivate/a.jpg",
            "https://shared.example.com/public\\..\\private\\a.jpg",
            "https://shared.example.com/public/..;/private/a.jpg",
            "https://shared.example.com/public/%2e%2e;/private/a.jpg",
            "https://shared.example.com/public/.%2e;x=1/private/a.jpg",
            "https://shared.example.com/public/%2e%2e%3bx/private/a.jpg",
            "https://shared.example.com/public/%252e%252e/private/a.jpg",
            "https://shared.example.com/public/%252e%252e%253b/private/a.jpg",
            "https://shared.example.com/public/..%20/private/a.jpg",
            "https://shared.example.com/public/..%09;/private/a.jpg",
            "https://shared.example.com/public/%20../private/a.jpg",
            "https://shared.example.com/public/..%252fprivate/a.jpg",
            "https://shared.example.com/public/..%00/private/a.jpg",
            "https://shared.example.com/public/%c0%ae%c0%ae/private/a.jpg",
            "https://shared.example.com/public/．．/private/a.jpg",
            "https://shared.example.com//public/a.jpg",
        ],
        403,
        "source-not-allowed",
    );
}

#[test]
fn an_allowed_host_is_one_in_every_honest_spelling() {
    for source in [
        "https://images.example.com/photo.jpg",
        "HTTPS://IMAGES.EXAMPLE.COM/photo.jpg",
        "https://images.example.com:443/photo.jpg",
        "https://images.example.com/x/../photo.jpg",
        "https://images.example.com/photo.jpg#fragment",
        "https://ｉｍａｇｅｓ.example.com/photo.jpg",
        "https:images.example.com/photo.jpg",
    ] {
        let world = world().route(SOURCE, file("image/jpeg", PHOTO));
        assert_eq!(ask(&world, source, "&w=30&h=20").status, 200, "{source}");
        assert_eq!(*world.fetched.borrow(), [SOURCE], "{source}");
    }
}

#[test]
fn user_names_ports_and_other_schemes_are_bad_parameters() {
    refused(
        &[
            "https://user@images.example.com/a.jpg",
            "https://user:secret@images.example.com/a.jpg",
            "https://:secret@images.example.com/a.jpg",
            "https://images.example.com@evil.com/a.jpg",
            "https://images.example.com%40evil.com@evil.com/a.jpg",
            "https://images.example.com:80/a.jpg",
            "https://images.example.com:8443/a.jpg",
            "https://images.example.com:0/a.jpg",
            "https://images.example.com:65536/a.jpg",
            "http://images.example.com/a.jpg",
            "http:///evil.com",
            "ftp://images.example.com/a.jpg",
            "ws://images.example.com/a.jpg",
            "blob:https://images.example.com/a.jpg",
            "view-source:https://images.example.com/a.jpg",
            "file:///etc/passwd",
            "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
            "javascript:alert(1)",
            "//images.example.com/a.jpg",
            "images.example.com/a.jpg",
            "https://",
            "",
        ],
        400,
        "bad-parameter",
    );
}

#[test]
fn control_characters_in_a_parameter_are_refused_and_not_repeated_raw() {
    let world = world();
    for value in ["%00", "a%00b", "a%0d%0aset-cookie:%20x=y", "%1b[31m", "%7f"] {
        let got = world.get(&format!("https://img.example.com/?s={SOURCE}&fit={value}"));
        assert_eq!(got.error(), (400, "bad-parameter".to_owned()), "{value}");
        let raw = |byte: &u8| byte.is_ascii_control();
        assert!(!got.body.iter().any(raw), "{value}");
        assert!(got.headers.get("set-cookie").is_none());
    }
    let lines = world.lines.borrow();
    assert!(
        lines.iter().all(|line| !line.contains("set-cookie")
            && line.bytes().all(|byte| !byte.is_ascii_control()))
    );
}

#[test]
fn a_secret_in_the_query_is_in_no_line_of_the_log_whatever_becomes_of_the_request() {
    let world = world().route(
        "https://images.example.com/photo.jpg?token=hush",
        file("image/jpeg", PHOTO),
    );
    let source = "https://images.example.com/photo.jpg?token=hush";
    for _ in 0..2 {
        assert_eq!(ask(&world, source, "&w=30&h=20").status, 200); // made, and from the cache
    }
    ask(&world, source, "&w=hush");
    ask(&world, source, "&hush=hush");
    ask(&world, "https://images.example.com/hush.jpg", "");
    ask(&world, "https://evil.com/hush", "");
    ask(&world, "https://hush:hush@images.example.com/", "");
    let lines = world.lines.borrow();
    assert_eq!(lines.len(), 7);
    assert!(lines.iter().all(|line| !line.contains("hush")), "{lines:?}");
}

/// Builds a JPEG with everything that a file can carry beside its picture: comments, EXIF with a
/// location, an XMP with a script, and bytes behind its end.
fn laden() -> Vec<u8> {
    let segment = |marker: u8, text: &[u8]| {
        let length = u16::try_from(text.len() + 2).expect("short");
        [&[0xff, marker], length.to_be_bytes().as_slice(), text].concat()
    };
    let mut laden = PHOTO[..2].to_vec();
    laden.extend(segment(0xfe, b"<script>alert('hush')</script>"));
    laden.extend(segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:hush/>"));
    laden.extend(segment(0xed, b"Photoshop 3.0\0hush"));
    laden.extend(&PHOTO[2..]);
    laden.extend(b"<?php hush(); ?><script>hush</script>PK\x03\x04");
    laden
}

#[test]
fn nothing_of_a_source_but_its_pixels_is_in_the_answer() {
    let contains = |body: &[u8], text: &[u8]| body.windows(text.len()).any(|part| part == text);
    let world = world().route(SOURCE, file("text/html", laden()));
    for format in ["jpg", "png", "webp", "gif"] {
        let got = ask(&world, SOURCE, &format!("&w=60&h=40&f={format}"));
        assert_eq!(got.status, 200);
        assert!(got.header("content-type").starts_with("image/"));
        for text in [b"hush".as_slice(), b"<script", b"<?php", b"Exif", b"xap"] {
            assert!(!contains(&got.body, text), "{format}");
        }
    }
    let jpeg = ask(&world, SOURCE, "&w=60&h=40").body;
    assert!(jpeg.ends_with(&[0xff, 0xd9]), "nothing after its end");
    let png = ask(&world, SOURCE, "&w=60&h=40&f=png").body;
    assert!(
        png.ends_with(b"IEND\xae\x42\x60\x82"),
        "nothing after its end"
    );
}

/// The picture is decided by the bytes and the answer's type by the format we made, whatever type
/// the source claims.
#[test]
fn what_a_source_calls_its_bytes_is_not_believed() {
    for called in ["text/html", "image/svg+xml", "application/octet-stream", ""] {
        let world = world().route(SOURCE, file(called, PHOTO));
        let got = ask(&world, SOURCE, "&w=30&h=20");
        assert_eq!(
            (got.status, got.header("content-type")),
            (200, "image/jpeg"),
            "{called}"
        );
    }
    for body in [
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "<!doctype html>",
        "{\"image\":null}",
        "%PDF-1.7",
        "GIF",
        "",
    ] {
        let world = world().route(SOURCE, file("image/jpeg", body));
        assert_eq!(
            ask(&world, SOURCE, "").error(),
            (415, "unsupported-format".to_owned()),
            "{body}"
        );
        assert!(world.stored.borrow().is_empty());
    }
}

fn as_strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// Reports whether a file has a test of this name: a function, or the first words of `test(…)`.
fn has_test(text: &str, path: &str, name: &str) -> bool {
    if path.ends_with(".rs") {
        return text.contains(&format!("fn {name}("));
    }
    ["'", "`", "\""].iter().any(|quote| {
        ["test(", "describe("].iter().any(|call| {
            text.contains(&format!(
                "{call}{quote}{}{quote}",
                name.replace('\'', "\\'")
            ))
        })
    })
}

#[test]
fn every_test_that_the_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/trust.md")).expect("the page is there");
    let mut named = BTreeSet::new();
    let mut rows_without = Vec::new();
    let mut row = None;
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            rows_without.extend(row.replace(title));
        }
        let Some(rest) = line.strip_prefix("- `") else {
            continue;
        };
        let mut quoted = rest.split('`').step_by(2);
        let path = quoted.next().expect("a split has a first part");
        let text =
            fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let names: Vec<_> = quoted.filter(|name| !name.is_empty()).collect();
        assert!(!names.is_empty(), "no test is named: {line}");
        for name in names {
            assert!(has_test(&text, path, name), "{path} has no test {name:?}");
            named.insert((path.to_owned(), name.to_owned()));
        }
        row = None;
    }
    rows_without.extend(row);
    assert!(rows_without.is_empty(), "without a test: {rows_without:?}");
    assert!(named.len() > 60, "{} tests are named", named.len());
}
