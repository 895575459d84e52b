//! All settings of a deployment: name, default, meaning and parser of each.
//!
//! The input is a deployment's strings; the output is a [`Config`] or the list of their problems.
//! Production fails closed: a configuration with a problem serves nothing.

mod check;
mod model;
mod problem;
mod settings;

pub use crate::config::model::Config;
pub use crate::config::problem::{Error, Problem};
pub use crate::config::settings::{SECRETS, SETTINGS, Setting, table};
use crate::origin::rules::AllowList;

impl Config {
    /// Reads a deployment's variables. Unknown names are ignored, and empty values mean the
    /// default.
    ///
    /// # Errors
    /// Every setting that cannot be read, each with the fix.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Config, Error> {
        Config::of_deployment(pairs, false)
    }

    /// Reads a deployment's variables, where a store may be bound as its origin.
    ///
    /// # Errors
    /// As [`Config::from_pairs`].
    pub fn of_deployment<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        is_bound: bool,
    ) -> Result<Config, Error> {
        let mut config = Config::default();
        let mut problems = Vec::new();
        for (name, text) in pairs {
            let Some(setting) = SETTINGS.iter().find(|s| s.name == name) else {
                continue;
            };
            if text.trim().is_empty() {
                continue;
            }
            if let Err(problem) = (setting.read)(&mut config, text.trim()) {
                problems.push(Problem::with_value(setting.name, &problem));
            }
        }
        // A holder of the key is trusted with the choice of the source, unless there is a list.
        if config.rules.allowed.is_empty() && !config.keys.is_empty() {
            config.rules.allowed = AllowList::Everything;
        }
        if let Err(problem) = config
            .credentials
            .add_buckets(&config.origins, &config.s3_keys)
        {
            problems.push(Problem::with_value("SOURCES", &problem));
        }
        config.check_as_a_whole(is_bound, &mut problems);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(Error(problems))
        }
    }
}

#[cfg(test)]
mod tests;
