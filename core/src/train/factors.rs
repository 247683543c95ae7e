//! What each parameter has of its own in an optimiser's step: its rate and its weight decay.

use crate::config::Config;
use crate::kernel::optimiser::{OptimiserSettings, ParameterFactors};
use crate::model::{Layout, SlotKind};
use burn::tensor::Device;

/// The optimiser of a lesson for a layout.
pub fn optimiser_settings(config: &Config, layout: &Layout, device: &Device) -> OptimiserSettings {
    OptimiserSettings::new(&config.training, factors(config, layout), device)
}

/// A task's private layers have its rate and decay, what an architecture learns apart from its layers a factor
/// of its own; biases, norms and gates don't decay.
fn factors(config: &Config, layout: &Layout) -> ParameterFactors {
    let mut rates = vec![1.0_f32; layout.len];
    let mut decay = vec![config.training.weight_decay as f32; layout.len];
    for (k, task) in config.tasks.iter().enumerate() {
        for slot in layout.slots.iter().filter(|slot| slot.tasks().contains(&k)) {
            for position in slot.positions(Some(k)) {
                rates[position] = task.rate as f32;
                decay[position] = task.weight_decay.unwrap_or(config.training.weight_decay) as f32;
            }
        }
    }
    for slot in &layout.slots {
        if let SlotKind::Free(_, factor) = slot.kind {
            rates[slot.offset..slot.offset + slot.len()].iter_mut().for_each(|rate| *rate *= factor);
        }
    }
    decay.iter_mut().zip(layout.decays()).for_each(|(d, mask)| *d *= mask);
    ParameterFactors { rates, decay }
}
