//! `npm run check`: would a deployment with these settings serve, and not serve strangers?
//!
//! Reads `{"vars": {"NAME": "value"}, "bindings": ["ORIGIN_BUCKET"], "secrets": ["SIGNING_KEYS"]}` from standard input, with the
//! very parser that the worker uses, and prints the settings in force or what is wrong with them. A secret is known by its name
//! only, and is taken to hold what it should.

use std::io::Read;
use std::process::ExitCode;

use letterbox::config::{Config, SECRETS, SETTINGS};
use serde_json::Value;

fn main() -> ExitCode {
    let mut text = String::new();
    if std::io::stdin().read_to_string(&mut text).is_err() {
        return fail(&["standard input is not text".to_owned()]);
    }
    let given: Value = match serde_json::from_str(&text) {
        Ok(given) => given,
        Err(error) => return fail(&[format!("standard input is not JSON: {error}")]),
    };
    let vars: Vec<(String, String)> = given["vars"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            (
                name.clone(),
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
            )
        })
        .collect();
    let secrets: Vec<&str> = texts(&given["secrets"]).collect();
    let stand_ins = secrets
        .iter()
        .filter(|name| SECRETS.contains(name))
        .map(|name| (*name, STAND_IN_KEY));
    let mut problems = Vec::new();
    match Config::from_pairs(
        vars.iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(stand_ins),
    ) {
        Err(error) => problems.extend(error.0.into_iter().map(|problem| problem.detail)),
        Ok(config) if config.rules.development => {
            problems.push(
                "MODE=development is for this machine: a deployment in it answers nobody"
                    .to_owned(),
            );
        }
        Ok(_) => {}
    }
    for (name, value) in &vars {
        if SECRETS.contains(&name.as_str()) && !value.trim().is_empty() {
            problems.push(format!(
                "{name} is a secret, and this file is not: remove it, give it with `npx wrangler secret put {name}`, and \
                 have it checked with `required = [\"{name}\"]` under [secrets]"
            ));
        }
        if !SETTINGS.iter().any(|setting| setting.name == name) {
            problems.push(format!(
                "{name} is no setting of letterbox: a typing error?"
            ));
        }
    }
    if !problems.is_empty() {
        return fail(&problems);
    }
    for setting in SETTINGS {
        let given = vars
            .iter()
            .find(|(name, value)| name == setting.name && !value.trim().is_empty());
        let (value, source) = given.map_or((setting.default, " (default)"), |(_, value)| {
            (value.as_str(), "")
        });
        if !value.is_empty() {
            println!("{:<20} {value}{source}", setting.name);
        }
    }
    for binding in texts(&given["bindings"]) {
        println!("{binding:<20} bound");
    }
    for secret in secrets {
        println!("{secret:<20} (secret: npx wrangler secret put {secret})");
    }
    ExitCode::SUCCESS
}

/// What a signing key looks like, for a deployment whose own is not ours to see.
const STAND_IN_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn fail(problems: &[String]) -> ExitCode {
    for problem in problems {
        eprintln!("- {problem}");
    }
    ExitCode::FAILURE
}
