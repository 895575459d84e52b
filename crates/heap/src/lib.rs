//! A global allocator for WebAssembly that keeps large blocks apart from small ones.
//!
//! The memory of a WebAssembly module grows and never shrinks, so a module that shares 128 MB has
//! to reuse addresses well. The allocator of the standard library does not do so for blocks of tens
//! of megabytes. If the free bytes at the end of the memory are one too few, it grows the memory by
//! the whole block. One small block in the middle of a free range halves the range for good. So a
//! large block is refused although enough memory is free, for the lifetime of the module.
//!
//! Here blocks of [`LARGE_BYTES`] and more are whole pages from [`Pages`], and grow the memory only
//! by the missing pages. Smaller blocks come from `dlmalloc`, which takes its segments from the
//! lowest free pages and returns empty segments.
//!
//! On other targets only [`Pages`] exists, for the tests.
#![doc = include_str!("../README.md")]

pub mod pages;

#[cfg(target_arch = "wasm32")]
mod wasm;

pub use pages::{LARGE_BYTES, PAGE_BYTES, Pages};
#[cfg(target_arch = "wasm32")]
pub use wasm::Heap;
