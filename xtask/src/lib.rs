//! Set-up, build, serve, test and bench of the playground, as a library.
//!
//! The command line (`cargo xtask …`) is a thin layer over these modules; the browser tests and
//! the benchmark use [`static_site`] and [`site::sizes`] from here as well.

pub mod again;
pub mod bench;
pub mod cache;
pub mod checks;
pub mod process;
pub mod site;
pub mod slowest;
pub mod stages;
pub mod static_site;
pub mod test;
pub mod tools;
pub mod workspace;
