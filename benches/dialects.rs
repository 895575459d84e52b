//! Benchmarks the parsers of dialects as native code: `cargo bench --bench dialects`, or
//! `npm run bench:dialects`.
//!
//! Of each dialect the longest address in `tests/vectors/` is read until the canonical form is
//! there. The time of the fastest of many rounds is printed, and one above the bound fails.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use letterbox::config::Config;
use letterbox::dialect::{Call, Dialect, Keys, Options};
use letterbox::url::admit;
use letterbox::url::origins::Origins;
use letterbox_engine::transform::{Format, FormatSet};

/// Addresses of each dialect behind its prefix, a line each.
const URLS: &str = concat!(
    include_str!("../tests/vectors/dialect-urls.txt"),
    include_str!("../tests/vectors/dialect-examples.txt"),
);

/// Upper bound on the time of one address, in microseconds.
const BOUND_US: f64 = 20.0;

const ROUNDS: u32 = 200;
const CALLS: u32 = 200;

fn main() -> ExitCode {
    let config = Config::default();
    let mut slow = false;
    println!("dialect      bytes  microseconds");
    for dialect in Dialect::all() {
        let first = format!("{} ", dialect.name());
        let urls = URLS.lines().filter_map(|line| line.strip_prefix(&*first));
        let readable = urls.filter(|url| read(dialect, url, &config));
        let longest = readable.max_by_key(|url| url.len()).unwrap_or_default();
        let rounds = (0..ROUNDS).map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                black_box(read(dialect, black_box(longest), &config));
            }
            start.elapsed()
        });
        let fastest = rounds.min().unwrap_or(Duration::MAX);
        let micros = fastest.as_secs_f64() * 1e6 / f64::from(CALLS);
        slow |= micros > BOUND_US;
        println!("{:<12} {:>5}  {micros:>6.1}", dialect.name(), longest.len());
    }
    match slow {
        true => {
            eprintln!("an address takes more than {BOUND_US} microseconds");
            ExitCode::FAILURE
        }
        false => ExitCode::SUCCESS,
    }
}

/// Reads an address within the limits of a deployment, and says whether it could be read.
fn read(dialect: Dialect, url: &str, config: &Config) -> bool {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let (keys, origins) = (Keys::default(), Origins::default());
    let call = Call {
        path,
        whole_path: path,
        query,
        accept: Some("image/avif,image/webp,*/*;q=0.8"),
        user_agent: None,
        hinted: Default::default(),
        origins: &origins,
        offer: FormatSet::of(&[Format::WebP, Format::Avif]),
        now_secs: 1_700_000_000,
        keys: &keys,
    };
    let read = dialect.read(&call, &Options::default());
    read.is_ok_and(|translation| {
        black_box(admit(translation.asked, &config.url_defaults())).is_ok()
    })
}
