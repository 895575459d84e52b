//! Reads the settings of a deployment natively, for users who have Rust and no Node;
//! `npm run check` uses the worker's module.
//!
//! Standard input has
//! `{"vars": {"NAME": "value"}, "bindings": ["ORIGIN_BUCKET"], "secrets": ["SIGNING_KEYS"]}`. The
//! settings in force go to standard output, or their errors to standard error.

use std::io::Read;
use std::process::ExitCode;

use letterbox::deployment::Deployment;
use serde_json::Value;

fn main() -> ExitCode {
    match read().and_then(|deployment| deployment.review()) {
        Ok(lines) => {
            println!("{}", lines.join("\n"));
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in problems {
                eprintln!("- {problem}");
            }
            ExitCode::FAILURE
        }
    }
}

fn read() -> Result<Deployment, Vec<String>> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|_| vec!["standard input is not text".to_owned()])?;
    let given: Value = serde_json::from_str(&text)
        .map_err(|error| vec![format!("standard input is not JSON: {error}")])?;
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let texts = |list: &Value| list.as_array().into_iter().flatten().map(text).collect();
    Ok(Deployment {
        vars: given["vars"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        bindings: texts(&given["bindings"]),
        secrets: texts(&given["secrets"]),
    })
}
