//! Aggregators: balancers that combine the task gradients.
//!
//! An aggregator is one file and one line in `balancer_table!` below. All but GradDrop, ConFIG, GradVac by
//! layer and the ones that remember gradients need the Gram matrix of the gradients alone. The solvers
//! that they share work in f64 on the host, on gradients relative to the largest one.

mod aligned_mtl;
pub mod answers;
mod buffer;
mod cagrad;
mod config;
mod db_mtl;
mod dual_proj;
pub mod epo;
mod excess_mtl;
pub mod fair;
mod fairgrad;
pub mod graddrop;
mod gradvac;
mod imtl_g;
mod mgda;
mod moco;
mod nash_mtl;
pub mod pareto_mtl;
mod pcgrad;
mod surgery;
mod upgrad;

super::balancer_table! {
    mgda::Mgda,
    pcgrad::Pcgrad,
    gradvac::Gradvac,
    graddrop::Graddrop,
    cagrad::Cagrad,
    nash_mtl::NashMtl,
    imtl_g::ImtlG,
    aligned_mtl::AlignedMtl,
    fairgrad::Fairgrad,
    upgrad::Upgrad,
    dual_proj::DualProj,
    config::Config,
    moco::Moco,
    db_mtl::DbMtl,
    excess_mtl::ExcessMtl,
    epo::Epo,
    pareto_mtl::ParetoMtl,
}
