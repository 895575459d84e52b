//! Answers questions about files and prints a line for each, for `npm run digests`: file, question,
//! status, media type or error code, bytes, and the beginning of the answer's SHA-256 or the
//! error's message, separated by tabs.
//!
//! Standard input has an object
//! `{"threads": 2, "files": [["name", "path"]], "questions": […]}` with questions
//! `{"query", "accept", "agent", "label"}`. The whole service answers, on the in-memory platform of
//! the tests; each question meets an empty cache.

use std::error::Error;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use letterbox_world::{Got, World, file};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A question about a file.
struct Question {
    query: String,
    accept: Option<String>,
    agent: Option<String>,
    label: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Value = serde_json::from_reader(std::io::stdin())?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let list = |name: &str| asked[name].as_array().cloned().unwrap_or_default();
    let files: Vec<(String, String)> = list("files")
        .iter()
        .filter_map(|file| Some((text(&file[0])?, text(&file[1])?)))
        .collect();
    let questions: Vec<Question> = list("questions")
        .iter()
        .filter_map(|question| {
            Some(Question {
                query: text(&question["query"])?,
                accept: text(&question["accept"]),
                agent: text(&question["agent"]),
                label: text(&question["label"])?,
            })
        })
        .collect();

    std::panic::set_hook(Box::new(|_| {})); // a panic is an answer here, and has a line like others
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..asked["threads"].as_u64().unwrap_or(1) {
            scope.spawn(|| {
                while let Some((name, path)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    print!("{}", lines(name, path, &questions)); // whole, whoever else prints
                }
            });
        }
    });
    Ok(())
}

/// Returns the answers to all questions about one file, a line each.
fn lines(name: &str, path: &str, questions: &[Question]) -> String {
    let mut lines = String::new();
    let bytes = std::fs::read(path).unwrap_or_default();
    for question in questions {
        let answer = catch_unwind(AssertUnwindSafe(|| ask(name, &bytes, question)));
        let told = answer.map_or_else(
            |panic| {
                let message = panic
                    .downcast_ref::<String>()
                    .map(String::as_str)
                    .or(panic.downcast_ref::<&str>().copied());
                format!("500\tpanic\t0\t{}", message.unwrap_or("without words"))
            },
            |answer| digest(&answer),
        );
        let told = told.replace('\n', " ");
        let _ = writeln!(lines, "{name}\t{}\t{told}", question.label); // a String takes everything
    }
    lines
}

fn ask(name: &str, bytes: &[u8], question: &Question) -> Got {
    let source = format!("https://images.example.com/{name}");
    let world = World::production().route(&source, file("image/*", bytes));
    world.accept.replace(question.accept.clone());
    world.user_agent.replace(question.agent.clone());
    world.get(&format!(
        "https://img.example.com/?s={source}&{}",
        question.query
    ))
}

fn digest(answer: &Got) -> String {
    let (status, length) = (answer.status, answer.body.len());
    if status < 400 {
        let hash = Sha256::digest(&answer.body);
        let hash: String = hash[..10]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        return format!(
            "{status}\t{}\t{length}\t{hash}",
            answer.header("content-type")
        );
    }
    let error: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let word = |name: &str| error[name].as_str().unwrap_or_default();
    format!("{status}\t{}\t{length}\t{}", word("error"), word("message"))
}
