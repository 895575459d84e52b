//! Benchmarks the kernels of the pipeline as native code (`cargo bench`), without a runtime, a
//! network or a just-in-time compiler around them.
//!
//! The pipeline's own clock times decoding, the stages and encoding separately.
//! `cargo bench -- jpeg` runs the cases with `jpeg` in their names. The figures that count are
//! those of `npm run bench`, in the real runtime; these figures show which kernel to look at.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use letterbox::config::Config;
use letterbox::url;
use letterbox_engine::{Output, Pipeline, Spent};

/// Time that one case is measured for, and its least number of runs.
const PATIENCE: Duration = Duration::from_secs(1);
const FEWEST: usize = 10;

/// Cases: a name, the query that makes the source from the photo (none for the photo itself), and
/// the query that is measured.
const CASES: [(&str, Option<&str>, &str); 12] = [
    ("jpeg full size", None, "w=1200&h=1800"),
    ("jpeg to 1200x627", None, "w=1200&h=627"),
    ("jpeg to 320x320", None, "w=320&h=320"),
    ("jpeg to 100x100", None, "w=100&h=100"),
    (
        "progressive jpeg to 320x320",
        Some("w=1200&h=1800&il=1"),
        "w=320&h=320",
    ),
    ("jpeg cover", None, "w=320&h=320&fit=cover"),
    ("png to 320x320", Some("w=1200&h=1800&f=png"), "w=320&h=320"),
    (
        "png with alpha to 320x320",
        Some("w=1600&h=1200&f=png&bg=transparent"),
        "w=320&h=320",
    ),
    (
        "webp to 320x320",
        Some("w=1200&h=1800&f=webp"),
        "w=320&h=320",
    ),
    ("gif to 320x320", Some("w=1200&h=1800&f=gif"), "w=320&h=320"),
    ("jpeg to png", None, "w=1200&h=627&f=png"),
    ("jpeg to webp", None, "w=1200&h=627&f=webp"),
];

fn main() {
    // Cargo adds `--bench`; every argument that is no option is part of a name.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let photo = sample("waterfall.jpg");
    println!("median of a run in ms    decode   stages   encode      all   runs      bytes");
    for (name, source, query) in CASES {
        if !wanted.is_empty() && !wanted.iter().any(|part| name.contains(part.as_str())) {
            continue;
        }
        let made = source.map(|query| run(&photo, query).body);
        measure(name, made.as_ref().unwrap_or(&photo), query);
    }
}

fn sample(name: &str) -> Vec<u8> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/samples");
    fs::read(samples.join(name)).expect("the samples are in the repository")
}

/// Runs one image through the pipeline, in chunks of the size that a network delivers.
fn run(file: &[u8], query: &str) -> Output {
    let config = Config::default();
    let query = format!("s=https://images.example.com/photo&{query}");
    let asked = url::parse(&query, &config.url_defaults())
        .expect("the cases are spelled right")
        .expect("a source is named");
    let start = Instant::now();
    let now_ms = || start.elapsed().as_secs_f64() * 1000.0;
    let mut pipeline = Pipeline::new(&asked.transform, &config.limits);
    for chunk in file.chunks(16 << 10) {
        pipeline.push(chunk).expect("the sources are images");
    }
    let pushed = now_ms();
    let mut output = pipeline
        .finish(&now_ms)
        .expect("the sources are sound and fit the budget");
    // A decoder may work while bytes arrive, so pushing counts as decoding.
    output.spent.decode_ms += pushed;
    output
}

fn measure(name: &str, file: &[u8], query: &str) {
    let start = Instant::now();
    let mut runs: Vec<Spent> = Vec::new();
    let mut bytes = 0;
    while runs.len() < FEWEST || start.elapsed() < PATIENCE {
        let output = run(file, query);
        bytes = output.body.len();
        runs.push(output.spent);
    }
    let median = |time: &dyn Fn(&Spent) -> f64| {
        let mut times: Vec<f64> = runs.iter().map(time).collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    println!(
        "{name:<27} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>6} {bytes:>10}",
        median(&|spent| spent.decode_ms),
        median(&|spent| spent.resize_ms),
        median(&|spent| spent.encode_ms),
        median(&|spent| spent.decode_ms + spent.resize_ms + spent.encode_ms),
        runs.len(),
    );
}
