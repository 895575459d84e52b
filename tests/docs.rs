//! Checks that documents and scripts agree with the code on parameters, settings and errors:
//! the tables of docs/, the defaults in wrangler.toml, the names that signers and scripts know.
//! `npm run docs` rewrites the generated parts.

#[path = "support/playground.rs"]
mod playground;
#[path = "support/typescript.rs"]
mod typescript;

use std::path::{Path, PathBuf};

use letterbox::config::{self, Config};
use letterbox::dialect::{Call, Dialect, Keys, Options};
use letterbox::url::origins::Origins;
use letterbox::url::param::{self, PARAMS};
use letterbox::url::{Asked, parse};
use letterbox_engine::transform::{Format, FormatSet, Negotiated, Side, Target};
use serde_json::json;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).expect("the file is there")
}

/// Returns the text with the part between two lines replaced.
fn with_part(text: &str, open: &str, close: &str, part: &str) -> String {
    let (open, close) = (format!("{open}\n"), format!("{close}\n"));
    let (before, rest) = text.split_once(&open).expect("the part has its place");
    let (_, after) = rest.split_once(&close).expect("the part's place ends");
    format!("{before}{open}{part}{close}{after}")
}

fn is_up_to_date(name: &str, fresh: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path(name), fresh).expect("the file is writable");
    } else {
        assert!(read(name) == fresh, "{name} is stale: run npm run docs");
    }
}

/// Joins words into lines of at most `longest` characters.
fn in_lines(words: &[String], indent: &str, longest: usize) -> String {
    let mut lines = vec![indent.to_owned()];
    for word in words {
        let line = lines.last_mut().expect("there is one");
        if line.len() + word.len() > longest && line != indent {
            lines.push(format!("{indent}{word}"));
        } else {
            let space = if line == indent { "" } else { " " };
            *line += &format!("{space}{word}");
        }
    }
    lines.join("\n") + "\n"
}

/// Returns every alias with its canonical name, formatted by `alias`.
fn aliases(alias: fn(&str, &str) -> String) -> Vec<String> {
    let of = |p: &'static param::Param| p.aliases.iter().map(move |other| alias(other, p.name));
    PARAMS.iter().flat_map(of).collect()
}

/// Compares the tables of parameters and of settings, and the names in the lines that sign.
#[test]
fn the_tables_and_the_lines_that_sign_are_up_to_date() {
    for (name, table) in [
        ("parameters", param::tables()),
        ("settings", config::table()),
    ] {
        let file = format!("docs/{name}.md");
        let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
        is_up_to_date(&file, &with_part(&read(&file), &open, &close, &table));
    }
    let js = in_lines(
        &aliases(|alias, name| match alias.contains('-') {
            true => format!("'{alias}': '{name}',"),
            false => format!("{alias}: '{name}',"),
        }),
        "  ",
        120,
    );
    let python = aliases(|alias, name| format!("\"{alias}\": \"{name}\","));
    let python = in_lines(&python, "    ", 120);
    let signing = read("docs/signing.md");
    let fresh = with_part(&signing, "const names = {", "};", &js);
    is_up_to_date(
        "docs/signing.md",
        &with_part(&fresh, "NAMES = {", "}", &python),
    );
}

/// Whoever opens the project reads one screen, and finds what is linked.
#[test]
fn the_readme_is_short_and_every_link_leads_somewhere() {
    let readme = read("README.md");
    assert!(
        readme.lines().count() <= 120,
        "{} lines",
        readme.lines().count()
    );
    let words = readme
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric));
    let words = words.count();
    assert!(words <= 900, "{words} words");
    let mut missing = Vec::new();
    let mut pages = vec![
        "README.md".to_owned(),
        "CONTRIBUTING.md".to_owned(),
        "SECURITY.md".to_owned(),
    ];
    for folder in ["docs", "docs/migrate"] {
        for entry in std::fs::read_dir(path(folder)).expect("a folder").flatten() {
            let name = entry.file_name().into_string().expect("a name");
            if name.ends_with(".md") {
                pages.push(format!("{folder}/{name}"));
            }
        }
    }
    for page in pages {
        let text = read(&page);
        let folder = path(&page).parent().expect("a folder").to_owned();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            if link.contains("://")
                || link.starts_with("mailto:")
                || link.contains(char::is_whitespace)
            {
                continue;
            }
            let target = if file.is_empty() {
                path(&page)
            } else {
                folder.join(file)
            };
            let has_anchor = || {
                let text = std::fs::read_to_string(&target).unwrap_or_default();
                let titles = text.lines().filter(|line| line.starts_with('#'));
                titles.map(anchor_of).any(|title| title == anchor)
            };
            if !target.exists() || (!anchor.is_empty() && !has_anchor()) {
                missing.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// A file that moves takes its name in the docs along.
#[test]
fn every_path_that_the_docs_name_is_there() {
    let rooms = [
        "crates/", "src/", "tests/", "scripts/", "cli/", "site/", "sign/", "docs/", "npm/", "fuzz/",
    ];
    let pages = [
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "README.md",
    ]
    .map(str::to_owned);
    let docs = std::fs::read_dir(path("docs")).expect("a folder").flatten();
    let docs = docs.map(|entry| format!("docs/{}", entry.file_name().to_string_lossy()));
    let pages = pages
        .into_iter()
        .chain(docs.filter(|name| name.ends_with(".md")));
    let mut missing = Vec::new();
    let mut seen = 0;
    for page in pages {
        let text = read(&page);
        // Every second part stands between backticks.
        for named in text.split('`').skip(1).step_by(2) {
            let is_path = rooms.iter().any(|room| named.starts_with(room))
                && named
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            if is_path {
                seen += 1;
                if !path(named).exists() {
                    missing.push(format!("{page}: {named}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(seen > 100, "{seen} paths");
}

/// Returns the anchor that a heading has where Markdown is shown.
fn anchor_of(heading: &str) -> String {
    let title = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = title
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Compares the table of dialects, which counts the rows of each dialect's own table, and the sizes
/// that `tests/dialects.rs` checks.
#[test]
fn the_table_of_dialects_is_up_to_date() {
    let sizes = read("tests/vectors/dialect-sizes.txt");
    let mut table = String::from(
        "| dialect | of | E | A | ✘ | sizes of its service's tests |\n|---|---|---|---|---|---|\n",
    );
    let pages: Vec<(String, String)> = Dialect::all()
        .map(|dialect| {
            let page = match dialect {
                Dialect::Vercel => "next",
                Dialect::Imagor => "thumbor",
                Dialect::Sanity => "imgix",
                other => other.name(),
            };
            (dialect.name().to_owned(), page.to_owned())
        })
        .collect();
    for (name, page) in pages {
        let text = read(&format!("docs/migrate/{page}.md"));
        let title = text.lines().next().unwrap_or_default();
        let title = title.strip_prefix("# From ").expect("a title");
        let count = |mark: &str| {
            let rows = text.lines().filter(|line| line.starts_with('|'));
            rows.filter(|row| row.ends_with(&format!("| {mark} |")))
                .count()
        };
        let peer = if name == "wsrv" { "weserv" } else { &name };
        let rows = |mark: &str| {
            let first = format!("{mark}{peer} ");
            sizes.lines().filter(|row| row.starts_with(&first)).count()
        };
        let sizes = match (rows(""), rows("!")) {
            (0, _) => "none are public".to_owned(),
            (same, 0) => same.to_string(),
            (same, other) => format!("{same} of {}", same + other),
        };
        let (exact, near, refused) = (count("E"), count("A"), count("✘"));
        table += &format!(
            "| `{name}` | [{title}]({page}.md) | {exact} | {near} | {refused} | {sizes} |\n"
        );
    }
    let fresh = with_part(
        &read("docs/migrate/README.md"),
        "<!-- dialects -->",
        "<!-- /dialects -->",
        &table,
    );
    is_up_to_date("docs/migrate/README.md", &fresh);
}

/// Addresses of each dialect behind its prefix, a line each.
const EXAMPLES: &str = include_str!("vectors/dialect-examples.txt");

/// Compares the page of what addresses of other services become. Each native URL there is read to
/// the same request.
#[test]
fn the_page_of_addresses_has_ten_of_each_dialect_and_their_native_urls() {
    let config = Config::default();
    let mut page = String::from(
        "# What addresses of other services become\n\nTen addresses of each service, behind the prefix of its dialect, and the native URL that means the same. \
         A test writes this page and reads each of them (`cargo test --test docs`).\n",
    );
    for dialect in Dialect::all() {
        let first = format!("{} ", dialect.name());
        let urls: Vec<&str> = EXAMPLES
            .lines()
            .filter_map(|l| l.strip_prefix(&*first))
            .collect();
        assert_eq!(urls.len(), 10, "{dialect}");
        page += &format!("\n## {dialect}\n\n| theirs | ours |\n|---|---|\n");
        for url in urls {
            let (path, query) = url.split_once('?').unwrap_or((url, ""));
            let (keys, origins) = (Keys::default(), Origins::default());
            let call = Call {
                path,
                whole_path: path,
                query,
                accept: Some("image/webp"),
                user_agent: None,
                hinted: Default::default(),
                origins: &origins,
                offer: FormatSet::of(&[Format::WebP, Format::Avif]),
                now_secs: 1_700_000_000,
                keys: &keys,
            };
            let read = dialect.read(&call, &Options::default());
            let asked = read
                .unwrap_or_else(|r| panic!("{dialect} {url}: {}", r.message))
                .asked;
            let negotiated = match asked.transform.target {
                Target::Auto(negotiated) => negotiated,
                _ => Negotiated::default(),
            };
            let defaults = letterbox::url::Defaults {
                negotiated,
                ..config.url_defaults()
            };
            let native = native_url(&asked, &defaults);
            let again = letterbox::url::parse(native.trim_start_matches("/?"), &defaults);
            let asked = Asked {
                disposition: None,
                expires_secs: None,
                ..asked
            };
            assert_eq!(again, Ok(Some(asked)), "{native}");
            let shown = url.replace('|', "\\|");
            page += &format!("| `{shown}` | `{native}` |\n");
        }
    }
    is_up_to_date("docs/migrate/urls.md", &page);
}

/// Returns the native URL of a request, without the parameters that are as they are unasked.
fn native_url(asked: &Asked, defaults: &letterbox::url::Defaults<'_>) -> String {
    let pairs = |asked: &Asked| -> Vec<(String, String)> {
        let canonical = letterbox::url::canonical(asked);
        let pairs = url::form_urlencoded::parse(canonical.as_bytes());
        pairs.into_owned().collect()
    };
    let plain = format!(
        "s={}",
        pairs(asked)
            .iter()
            .find(|(n, _)| n == "s")
            .expect("a source")
            .1
    );
    let encoded: String = url::form_urlencoded::byte_serialize(&plain.as_bytes()[2..]).collect();
    let usual = letterbox::url::parse(&format!("s={encoded}"), defaults);
    let usual = pairs(&usual.expect("good").expect("a source"));
    let own = pairs(asked);
    let is_png = own
        .iter()
        .any(|(name, value)| name == "f" && value == "png");
    let mut text = String::new();
    let order = |name: &str| {
        ["s", "w", "h", "fit"]
            .iter()
            .position(|n| *n == name)
            .unwrap_or(9)
    };
    let mut own: Vec<_> = own
        .into_iter()
        .filter(|pair| pair.0 == "s" || (pair.0 == "q" && is_png) || !usual.contains(pair))
        .collect();
    own.sort_by_key(|(name, _)| order(name));
    for (name, value) in own {
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let value = value
            .replace("%2F", "/")
            .replace("%3A", ":")
            .replace("%2C", ",");
        let between = if text.is_empty() { "/?" } else { "&" };
        text += &format!("{between}{name}={value}");
    }
    text
}

#[test]
fn the_signer_knows_every_parameter() {
    let may_be_signed = PARAMS.iter().filter(|p| p.name != "sig");
    let names: String = may_be_signed
        .map(|p| {
            let others: Vec<_> = p.aliases.iter().map(|other| format!("'{other}'")).collect();
            format!("  {}: [{}],\n", p.name, others.join(", "))
        })
        .collect();
    let (open, close) = ("  // <parameters>, by `npm run docs`", "  // </parameters>");
    let fresh = with_part(&read("sign/index.mjs"), open, close, &names);
    is_up_to_date("sign/index.mjs", &fresh);
}

/// Compares the other names in the signers of other languages; each is a line between two marks.
#[test]
fn the_signers_of_other_languages_know_every_name() {
    let longest = PARAMS
        .iter()
        .flat_map(|p| p.aliases)
        .map(|alias| alias.len());
    let column = longest.max().unwrap_or(0) + 4; // as gofmt has them
    let signers = [
        ("sign/letterbox_sign.php", "\t\t", "//"),
        ("sign/letterbox_sign.rb", "    ", "#"),
        ("sign/letterbox_sign.go", "\t", "//"),
        ("sign/LetterboxSign.java", "        ", "//"),
    ];
    for (file, indent, comment) in signers {
        let of = |p: &'static param::Param| p.aliases.iter().map(move |other| (*other, p.name));
        let lines = PARAMS.iter().flat_map(of).map(|(alias, name)| {
            let line = match file.rsplit_once('.') {
                Some((_, "go")) => format!("{:column$}\"{name}\",", format!("\"{alias}\":")),
                Some((_, "java")) => format!("Map.entry(\"{alias}\", \"{name}\"),"),
                _ => format!("'{alias}' => '{name}',"),
            };
            format!("{indent}{line}\n")
        });
        let mut lines: String = lines.collect();
        if file.ends_with(".java") {
            lines.truncate(lines.len() - 2); // no comma behind the last argument
            lines.push('\n');
        }
        let [open, close] = ["<aliases>, by `npm run docs`", "</aliases>"]
            .map(|mark| format!("{indent}{comment} {mark}"));
        let fresh = with_part(&read(file), &open, &close, &lines);
        is_up_to_date(file, &fresh);
    }
}

/// Compares the table for scripts, which has one spelling of each example that changes the
/// transform.
#[test]
fn the_scripts_know_every_parameter() {
    let transform_of = |pair: &str| {
        let asked = parse(&format!("s=/&{pair}"), &Config::default().url_defaults());
        asked.ok().flatten().map(|asked| asked.transform)
    };
    let rows: Vec<_> = PARAMS
        .iter()
        .map(|p| {
            let examples = p.examples.good.iter().map(|spellings| spellings[0]);
            let examples: Vec<_> = examples
                .filter(|text| p.is_asked() && p.name != "s" && !text.is_empty())
                .filter(|text| transform_of(&format!("{}={text}", p.name)) != transform_of(""))
                .collect();
            let (name, aliases, examples) = (json!(p.name), json!(p.aliases), json!(examples));
            format!(r#"  {{"name":{name},"aliases":{aliases},"examples":{examples}}}"#)
        })
        .collect();
    let fresh = format!("[\n{}\n]\n", rows.join(",\n"));
    is_up_to_date("scripts/parameters.json", &fresh);
}

#[test]
fn the_url_builder_knows_every_parameter() {
    is_up_to_date("url/parameters.d.mts", &typescript::declarations());
    is_up_to_date("url/parameters.mjs", &typescript::table());
}

#[test]
fn the_playground_knows_every_parameter() {
    is_up_to_date("site/parameters.mjs", &playground::table());
}

#[test]
fn the_defaults_in_wrangler_toml_are_the_defaults() {
    let lines: String = config::SETTINGS
        .iter()
        .filter_map(|setting| Some(format!("# {} = \"{}\"\n", setting.name, setting.default()?)))
        .collect();
    let (open, close) = ("# <defaults>", "# </defaults>");
    let fresh = with_part(&read("wrangler.toml"), open, close, &lines);
    is_up_to_date("wrangler.toml", &fresh);
}

#[test]
fn wrangler_toml_names_every_setting_and_no_other() {
    let file = read("wrangler.toml");
    for setting in config::SETTINGS {
        assert!(file.contains(setting.name), "{}", setting.name);
    }
    let assigned = |line: &str| {
        let (name, _) = line.trim_start_matches("# ").split_once(" = ")?;
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        is_name.then(|| name.to_owned())
    };
    for name in file.lines().filter_map(assigned) {
        assert!(config::SETTINGS.iter().any(|s| s.name == name), "{name}");
    }
}

/// Compares facts that prose repeats: the two defaults in docs/deploy.md, and the message in
/// docs/errors.md.
#[test]
fn the_prose_has_the_defaults_and_the_message_of_today() {
    let config = Config::default();
    let (Side::Px(width), Side::Px(height)) = (config.transform.width, config.transform.height)
    else {
        panic!("the defaults are pixels");
    };
    assert!(read("docs/deploy.md").contains(&format!("the defaults {width} and {height}.")));
    let error = parse("s=/a.jpg&w=1e3", &config.url_defaults()).expect_err("no whole number");
    assert!(read("docs/errors.md").contains(&format!("\"message\":\"{error}\"")));
}

/// Compares the error codes in the source with those in the table of docs/errors.md.
#[test]
fn the_docs_have_every_code_of_an_error() {
    let source = read("src/error.rs");
    let (_, codes) = source.split_once("pub fn code(").expect("the codes");
    let (codes, _) = codes.split_once("/// ").expect("the next function");
    let mut codes: Vec<&str> = codes.split('"').skip(1).step_by(2).collect();
    codes.push("crashed"); // src/worker.mjs
    let page = read("docs/errors.md");
    let (_, table) = page
        .split_once("| status | `error` |")
        .expect("the table of errors");
    let (table, _) = table.split_once("\n\n").expect("it ends");
    let column: String = table
        .lines()
        .filter_map(|row| row.split('|').nth(2))
        .collect();
    let mut told: Vec<&str> = column.split('`').skip(1).step_by(2).collect();
    for list in [&mut codes, &mut told] {
        list.sort_unstable();
        list.dedup();
    }
    assert_eq!(codes, told);
}

/// Rust files of the project, each with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let mut folders: Vec<PathBuf> = [
        "crates",
        "src",
        "tests",
        "examples",
        "benches",
        "fuzz/src",
        "fuzz/targets",
    ]
    .map(path)
    .into();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                files.push((path, text));
            }
        }
    }
    files
}

/// The text of a doc comment's line, where the line is one.
fn documented(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("///").or(line.strip_prefix("//!"))
}

/// The rule of CONTRIBUTING.md, as far as a machine can tell.
#[test]
fn doc_comments_begin_with_a_verb_or_a_noun_and_have_100_columns() {
    let mut faults = Vec::new();
    let files = sources();
    assert!(files.len() > 300, "{} files", files.len());
    for (path, text) in &files {
        let (mut begins, mut is_code) = (true, false);
        for (number, line) in text.lines().enumerate() {
            let Some(comment) = documented(line) else {
                begins = true;
                continue;
            };
            let comment = comment.trim();
            is_code ^= comment.starts_with("```");
            let first = comment.split_whitespace().next().unwrap_or_default();
            let is_vague = ["What", "Who"].contains(&first) || comment.starts_with("The same ");
            let is_long = line.chars().count() > 100;
            if !is_code && ((begins && is_vague) || is_long) {
                faults.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
            begins = comment.is_empty() || comment.starts_with('#');
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
