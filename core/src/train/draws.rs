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
        match Gumbel::new(0.0_f32, 1.0) {
            Ok(law) => (0..count).map(|_| random.sample(law)).collect(),
            Err(_) => vec![0.0; count],
        }
    };
    let values = member_seeds.iter().flat_map(of_member).collect();
    upload(values, [member_seeds.len(), 1, count], device)
}
