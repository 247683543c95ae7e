//! The few operations that a training step consists of, each behind one function that chooses the path.
//!
//! | kernel | what it computes |
//! |---|---|
//! | [`dense`] | a layer: matmul, bias, activation |
//! | [`loss`] | a batch's task losses, and what gradients are taken of |
//! | [`optimiser`] | an optimiser's step with its clip, decay, rates and guard |
//! | [`gather`] | a minibatch out of a table of rows |
//! | [`evaluate`] | the losses on all rows of several splits |
//!
//! Each has up to three paths: on the *host*, loops over plain memory; on a *device*, one GPU dispatch; and
//! burn's own *operations*, which run everywhere and are what the others are tested against. The caller calls
//! the module and doesn't choose. One contract test (`contract`) runs every path over the same cases.
//!
//! [`tape`] is a whole network out of the same loops, for the host, member by member.

mod activations;
#[cfg(test)]
mod contract;
pub mod dense;
#[cfg(feature = "gpu")]
pub(crate) mod device;
pub mod evaluate;
#[cfg(feature = "gpu")]
pub(crate) mod flat;
pub mod gather;
pub(crate) mod host;
mod loops;
pub mod loss;
pub mod optimiser;
mod polynomial;
#[cfg(feature = "gpu")]
mod shader;
pub mod tape;
pub mod tensors;
