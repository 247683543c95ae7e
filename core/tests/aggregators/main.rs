//! The aggregators: golden values, and properties over thousands of Jacobians.

#![allow(clippy::unwrap_used)]

mod ask;
mod every;
mod fair;
mod golden;
mod hull;
mod lasting;
mod spectrum;
