//! MTL Playground's page and workers.
//!
//! * [`charts`]: drawing functions over any plotters backend;
//! * [`page`]: the interface, in the browser's main thread;
//! * `worker` (features `cpu` and `gpu`): the engine's thin shell, in workers of their own.
//!
//! Page and worker share nothing but `mtl_core::protocol`.

#[cfg(feature = "page")]
pub mod charts;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "cpu")]
pub mod worker;
