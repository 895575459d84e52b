//! Helpers that the tests of several crates share. Nothing of this ships.

mod corpus;
pub mod counting;
mod dice;
mod each;
mod files;

pub use corpus::{Corpus, Entry, corpus};
pub use dice::{Dice, Noise};
pub use each::each;
pub use files::{files, inputs, root};
