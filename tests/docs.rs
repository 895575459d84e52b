//! The README's tables are the tables that the parsers use. `UPDATE_README=1 cargo test --test docs` rewrites them.

use letterbox::{config, url::param};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// The README with what stands between `<!-- name -->` and `<!-- /name -->` replaced.
fn with_table(readme: &str, name: &str, table: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = readme
        .split_once(&open)
        .expect("the README has the table's place");
    let (_, after) = rest.split_once(&close).expect("the table's place ends");
    format!("{before}{open}{table}{close}{after}")
}

#[test]
fn the_readme_is_up_to_date() {
    let readme = std::fs::read_to_string(README).expect("the README is there");
    let fresh = with_table(&readme, "parameters", &param::table());
    let fresh = with_table(&fresh, "settings", &config::table());
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(README, &fresh).expect("the README is writable");
    } else {
        assert!(
            readme == fresh,
            "README.md is stale: run UPDATE_README=1 cargo test --test docs"
        );
    }
}
