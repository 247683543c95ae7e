//! Every architecture: what its paper says of it in one line, its gradients, and what holds for all.
//!
//! The loops go over the table: a new architecture is in them by its line.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bench;
mod cases;
mod chosen;
mod columns;
mod derivatives;
mod every;
mod gates;
mod hand;
#[allow(dead_code)]
#[path = "../engine/lab.rs"]
mod lab;
mod mixtures;
mod relations;
mod simpler;
mod sparse;
mod trunks;
mod weights;
