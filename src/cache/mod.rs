//! Names, lifetimes and validators of stored answers. All decisions are pure: the platform does the
//! storing, and time is an argument.

pub mod conditional;
pub mod entry;
pub mod freshness;
pub mod key;
pub mod status;
