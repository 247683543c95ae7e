//! Random numbers of networks that sample: drawn on the host, shared by all members of a model seed.

use super::tensors::upload;
use crate::random::{Purpose, stream};
use burn::tensor::{Device, Tensor};
use rand::RngExt;
use rand_distr::Gumbel;

/// Standard Gumbel numbers of a step, `count` for every member: `[M, 1, count]`.
pub fn gumbel(seed: u32, member_seeds: &[u64], step: u32, count: usize, device: &Device) -> Tensor<3> {
    let of_member = |member: &u64| -> Vec<f32> {
        let mut random = stream(seed, Purpose::Architecture, *member, u64::from(step));
        let law = Gumbel::new(0.0_f32, 1.0);
        debug_assert!(law.is_ok(), "the standard Gumbel distribution exists");
        (0..count).map(|_| law.as_ref().map_or(0.0, |law| random.sample(*law))).collect()
    };
    let values = member_seeds.iter().flat_map(of_member).collect();
    upload(values, [member_seeds.len(), 1, count], device)
}
