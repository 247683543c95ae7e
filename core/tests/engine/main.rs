//! The engine: gradients, the population axis, optimisers, determinism, the session.
//!
//! Every test runs the public engine on the CPU (Flex) and compares it with something written
//! independently of it: a scalar network in f64 ([`reference`]), textbook optimisers
//! ([`optimisers`]), or the engine itself on a smaller problem that must give the same numbers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod absent;
mod answers;
mod balancers;
mod baselines;
mod compare;
mod divergence;
mod draws;
mod dropout;
mod fan;
mod front;
mod gradients;
mod lab;
mod layers;
mod live;
mod loud;
mod measures;
mod optimisers;
mod pace;
mod page;
mod pairs;
mod pictures;
mod plans;
mod population;
mod reach;
mod reference;
mod replay;
mod replicas;
mod session;
mod sizes;
mod strategies;
mod sweep;
mod tape;
mod task_affinity;
mod time;

mod uncertainty;
mod window;
