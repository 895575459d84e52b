//! Naming and keeping answers. Pure decisions: the platform does the storing.

pub mod freshness;
pub mod key;
