//! **letterbox** resizes images on the fly at the edge: `GET /?s=<image URL>&w=1200&h=627`.
//!
//! One request meets the modules in this order, and no module calls back up: [`negotiate`] reads
//! which formats the client accepts, [`url`] parses the request, [`cache`] computes its key,
//! [`origin`] fetches the source, [`letterbox_engine`] makes the answer, [`reply`] adds the header.
//! [`serve`] is that sequence on one screen. [`config`] holds the deployment's settings,
//! [`platform`] the interface to the outside world, [`governor`] shares memory between requests and
//! [`coalesce`] answers, and [`error`] maps failures to HTTP. [`deployment`] is the check behind
//! `npm run check`. The platform's own crate is used in one folder only, and only for its own
//! target.

#![forbid(unsafe_code)]

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod cloudflare;
pub mod part;
pub mod platform;

pub mod answer;
pub mod coalesce;
pub mod config;
pub mod deadline;
pub mod deployment;
pub mod governor;
pub mod instance;
mod lettering;
mod make;
pub mod metrics;
mod obtain;
mod overlays;
mod own;
mod pictured;
pub mod request;
pub mod serve;
mod shares;

pub mod negotiate;
pub mod url;

pub mod dialect;

pub mod cache;

pub mod origin;

pub mod error;
mod log;
pub mod reply;
