//! Holds that what the README and wrangler.toml say of parameters, settings and errors is what the code has.
//! `UPDATE_README=1 cargo test --test docs` rewrites the generated parts.

use std::path::{Path, PathBuf};

use letterbox::{config, url::param};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).expect("the file is there")
}

/// The text with what stands between two lines replaced.
fn with_part(text: &str, open: &str, close: &str, part: &str) -> String {
    let (open, close) = (format!("{open}\n"), format!("{close}\n"));
    let (before, rest) = text.split_once(&open).expect("the part has its place");
    let (_, after) = rest.split_once(&close).expect("the part's place ends");
    format!("{before}{open}{part}{close}{after}")
}

fn is_up_to_date(name: &str, fresh: &str) {
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path(name), fresh).expect("the file is writable");
    } else {
        assert!(
            read(name) == fresh,
            "{name} is stale: run UPDATE_README=1 cargo test --test docs"
        );
    }
}

#[test]
fn the_readme_is_up_to_date() {
    let mut fresh = read("README.md");
    for (name, table) in [
        ("parameters", param::table()),
        ("settings", config::table()),
    ] {
        let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
        fresh = with_part(&fresh, &open, &close, &table);
    }
    is_up_to_date("README.md", &fresh);
}

#[test]
fn the_defaults_in_wrangler_toml_are_the_defaults() {
    let lines: String = config::SETTINGS
        .iter()
        .filter(|setting| !setting.default.is_empty())
        .map(|setting| format!("# {} = \"{}\"\n", setting.name, setting.default))
        .collect();
    let fresh = with_part(
        &read("wrangler.toml"),
        "# <defaults>",
        "# </defaults>",
        &lines,
    );
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

/// The codes in the source of errors, which are in a table of the README, and no others.
#[test]
fn the_readme_has_every_code_of_an_error() {
    let source = read("src/error.rs");
    let (_, codes) = source.split_once("pub fn code(").expect("the codes");
    let (codes, _) = codes.split_once("/// ").expect("the next function");
    let mut codes: Vec<&str> = codes.split('"').skip(1).step_by(2).collect();
    codes.push("crashed"); // src/worker.mjs
    let readme = read("README.md");
    let (_, table) = readme
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
