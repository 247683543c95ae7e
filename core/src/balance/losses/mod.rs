//! Balancers that weight the task losses: by the losses themselves, by what was learned from earlier
//! ones, by a preference, by chance, or (GradNorm) by the lengths of the task gradients at the last
//! shared layer.
//!
//! A balancer is one file and one line in `balancer_table!` below. The weights are the gradient of
//! [`Balancer::objective`](super::balancer::Balancer::objective) by the losses, unless a balancer says
//! otherwise.

mod adam;
mod cosmos;
mod dtp;
mod dwa;
mod equal;
mod famo;
mod gls;
mod gradnorm;
mod imtl_l;
mod linear;
mod manual;
mod mean;
mod pbi;
pub mod rlw;
mod scale_invariant;
mod stch;
mod tchebycheff;
mod uncertainty;

super::balancer_table! {
    equal::Equal,
    manual::Manual,
    mean::Mean,
    uncertainty::Uncertainty,
    gradnorm::GradNorm,
    dwa::Dwa,
    rlw::Rlw,
    gls::Gls,
    scale_invariant::ScaleInvariant,
    imtl_l::ImtlL,
    famo::Famo,
    dtp::Dtp,
    linear::Linear,
    tchebycheff::Tchebycheff,
    stch::Stch,
    pbi::Pbi,
    cosmos::Cosmos,
}
