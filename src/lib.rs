//! **letterbox** resizes images on the fly at the edge: `GET /?s=<image URL>&w=1200&h=627`.
//!
//! One request meets the modules in this order, and nothing calls back up: [`negotiate`] reads what the client takes, [`url`] what is asked for, [`cache`]
//! names it, [`origin`] fetches the source, [`letterbox_engine`] makes the answer, [`reply`] dresses it. [`serve`] is that sequence
//! on one screen; [`config`] is what the deployment decides, [`platform`] what the outside world provides, [`governor`]
//! how requests share the memory and [`coalesce`] how they share an answer, [`error`] what can go wrong and how HTTP says so. [`deployment`] is what
//! `npm run check` asks. The platform's own crate is named in one folder, and only for its own target.

#![forbid(unsafe_code)]

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod cloudflare;
pub mod platform;

pub mod answer;
pub mod coalesce;
pub mod config;
pub mod deadline;
pub mod deployment;
pub mod governor;
pub mod instance;
mod make;
pub mod request;
pub mod serve;

pub mod negotiate;
pub mod url;

pub mod cache;

pub mod origin;

pub mod error;
mod log;
pub mod reply;
