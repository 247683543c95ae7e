//! The engine badge: which engine computes, why, and how to pin one.

use super::conductor::Intent;
use super::state::{EngineChoice, GpuState, Page};
use leptos::prelude::*;

/// The badge with its fold.
#[component]
pub fn EngineBadge() -> impl IntoView {
    let page = Page::get();
    let state = page.engine;
    let shown = move || state.with(|state| if state.started { state.shown.name() } else { "\u{2026}" });
    let reason = move || state.with(|state| state.reason.clone());
    let background = page.prefs.background;
    view! {
        <details class="pop badge">
            <summary title="Who computes, and why" aria-label=move || format!("Engine {}", shown())>
                <span class="chip" data-testid="engine">{shown}</span>
            </summary>
            <div class="pop-body">
                <p class="reason" data-testid="engine-reason">{reason}</p>
                <fieldset>
                    <legend>"Engine"</legend>
                    <Pin choice=EngineChoice::Auto testid="pin-auto" label="Auto: whichever is faster on this lesson"/>
                    <Pin choice=EngineChoice::Cpu testid="pin-cpu" label="CPU"/>
                    <Pin choice=EngineChoice::Gpu testid="pin-gpu" label="GPU, by WebGPU"/>
                    <p class="hint">{move || gpu_hint(&state.with(|state| state.gpu.clone()))}</p>
                </fieldset>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || background.get()
                        on:change=move |event| background.set(event_target_checked(&event))
                    />
                    <span>"Keep training while this tab is hidden"</span>
                </label>
            </div>
        </details>
    }
    .into_any()
}

fn gpu_hint(gpu: &GpuState) -> String {
    match gpu {
        GpuState::Unknown => String::new(),
        GpuState::Pending => "The GPU engine is still being built".into(),
        GpuState::Starting => "The GPU engine is being loaded".into(),
        GpuState::Ready => "The GPU engine is ready".into(),
        GpuState::Failed(reason) => format!("No WebGPU here: {reason}"),
    }
}

#[component]
fn Pin(choice: EngineChoice, testid: &'static str, label: &'static str) -> impl IntoView {
    let page = Page::get();
    view! {
        <label class="check">
            <input
                type="radio"
                name="engine-choice"
                data-testid=testid
                prop:checked=move || page.engine.with(|state| state.choice == choice)
                on:change=move |_| page.tell(Intent::ChooseEngine(choice))
                // Chosen again: the user wants it tried once more.
                on:click=move |_| {
                    if page.engine.with_untracked(|state| state.choice == choice) {
                        page.tell(Intent::ChooseEngine(choice));
                    }
                }
            />
            <span>{label}</span>
        </label>
    }
}
