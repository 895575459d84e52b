//! A global allocator for WebAssembly that keeps large blocks apart from small ones.
//!
//! The memory of a WebAssembly module grows and never shrinks, and a module that shares 128 MB has to use the same addresses again and again.
//! The allocator of the standard library does not do that well for blocks of tens of megabytes: where the free bytes at the end of the
//! memory are one too few, it asks for all of the block anew, and one small block in the middle of a free place halves that
//! for good. So a large block is refused although there is room for it, and for as long as the module lives.
//!
//! Here blocks of [`LARGE_BYTES`] and more are whole pages from [`Pages`], and grow the memory by what is missing. Smaller ones are `dlmalloc`'s,
//! which takes its segments from the lowest free pages and gives back those that become empty.
//!
//! On other targets there are only [`Pages`], for the tests.
#![doc = include_str!("../README.md")]

pub mod pages;

#[cfg(target_arch = "wasm32")]
mod wasm;

pub use pages::{LARGE_BYTES, PAGE_BYTES, Pages};
#[cfg(target_arch = "wasm32")]
pub use wasm::Heap;
