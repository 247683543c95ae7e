//! Why an engine computes, in words.

use super::engine_choice::Measured;
use super::{EngineChoice, EngineState, GpuState};
use crate::page::text::pace;
use mtl_core::protocol::Engine;

/// Why this engine computes, in one sentence.
pub(super) fn reason(active: Engine, started: bool, state: &EngineState, measured: Option<&Measured>) -> String {
    let name = active.name();
    if !started {
        return format!("{name}: starting");
    }
    let gpu = match &state.gpu {
        GpuState::Failed(reason) => Some(format!("No WebGPU here: {reason}")),
        _ => None,
    };
    match (state.choice, gpu, measured) {
        (EngineChoice::Cpu, _, _) => format!("{name}: pinned"),
        (EngineChoice::Gpu, Some(gpu), _) => format!("{name}, though the GPU is pinned. {gpu}"),
        (_, Some(gpu), _) => format!("{name}. {gpu}"),
        (EngineChoice::Gpu, None, _) if active == Engine::Gpu => format!("{name}: pinned"),
        (EngineChoice::Gpu, None, _) if state.gpu == GpuState::Pending => {
            format!("{name}, until the pinned GPU engine is built")
        }
        (EngineChoice::Gpu, None, _) => format!("{name}, until the pinned GPU is ready"),
        (EngineChoice::Auto, None, Some(measured)) => {
            let (mine, its, other) = match active {
                Engine::Cpu => (measured.cpu, measured.gpu, "GPU"),
                Engine::Gpu => (measured.gpu, measured.cpu, "CPU"),
            };
            format!("{name}: {} steps/s against {} on the {other}", pace(mine), pace(its))
        }
        (EngineChoice::Auto, None, None) => match state.gpu {
            GpuState::Pending => format!("{name}: the GPU engine is still being built"),
            GpuState::Starting => format!("{name}, while the GPU engine is loaded"),
            GpuState::Ready => format!("{name}, until both engines are timed on this lesson"),
            _ => format!("{name}: looking for WebGPU"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::Config;

    #[test]
    fn the_reason_names_both_speeds() {
        let measured = Measured { shape: Config::default(), cpu: 2410.0, gpu: 310.0 };
        let state = EngineState { gpu: GpuState::Ready, ..EngineState::default() };
        assert_eq!(
            reason(Engine::Cpu, true, &state, Some(&measured)),
            "CPU: 2\u{202f}410 steps/s against 310 on the GPU"
        );
    }

    #[test]
    fn a_missing_gpu_is_explained_under_every_choice_but_the_cpu() {
        for choice in [EngineChoice::Auto, EngineChoice::Gpu] {
            let state = EngineState {
                choice,
                gpu: GpuState::Failed("the browser found no adapter".into()),
                ..EngineState::default()
            };
            assert!(reason(Engine::Cpu, true, &state, None).contains("No WebGPU here: the browser found no adapter"));
        }
    }
}
