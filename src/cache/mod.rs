//! Naming, keeping and comparing answers. Pure decisions: the platform does the storing, and time is an argument.

pub mod conditional;
pub mod entry;
pub mod freshness;
pub mod key;
pub mod status;
