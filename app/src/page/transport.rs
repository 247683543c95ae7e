//! Playing, stepping, resetting, and how fast.

use super::commands::{run, tooltip};
use super::icons::Icon;
use super::state::Page;
use super::{engine, text};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// A button that stands for a command.
#[component]
pub fn CommandButton(
    /// The command, which is also the button's name for scripts.
    id: &'static str,
    /// What it shows.
    icon: Icon,
    /// Its name.
    label: &'static str,
) -> impl IntoView {
    let page = Page::get();
    view! {
        <button type="button" class="icon-button" data-testid=id title=tooltip(id) aria-label=label on:click=move |_| run(page, id)>
            {icon.view()}
        </button>
    }
}

/// Reset, play, one epoch, one step.
#[component]
pub fn Transport() -> impl IntoView {
    let page = Page::get();
    let playing = move || page.playing.get();
    view! {
        <div class="transport" role="group" aria-label="Training">
            <CommandButton id="reset" icon=Icon::Reset label="Reset"/>
            <button
                type="button"
                id="play"
                class="play"
                data-testid="play"
                title=tooltip("play")
                aria-label="Play"
                aria-pressed=move || if playing() { "true" } else { "false" }
                on:click=move |_| run(page, "play")
            >
                {move || if playing() { Icon::Pause.view().into_any() } else { Icon::Play.view().into_any() }}
            </button>
            <CommandButton id="step-epoch" icon=Icon::Epoch label="One epoch"/>
            <CommandButton id="step" icon=Icon::Step label="One step"/>
        </div>
    }
}

/// Epoch and steps per second.
#[component]
pub fn Readouts() -> impl IntoView {
    let page = Page::get();
    let epoch = Memo::new(move |_| page.frame.with(|frame| frame.epoch));
    let pace = Memo::new(move |_| page.frame.with(|frame| frame.steps_per_second));
    view! {
        <dl class="readouts">
            <div>
                <dt>"epoch"</dt>
                <dd data-testid="epoch"><span class="steady">{move || epoch.get()}</span></dd>
            </div>
            <div>
                <dt>"steps/s"</dt>
                <dd data-testid="steps-per-second" data-value=move || pace.get().to_string()>
                    <span class="steady">{move || text::pace(pace.get())}</span>
                </dd>
            </div>
        </dl>
    }
}

/// The slider's right end: flat out.
const FLAT_OUT: f64 = 100.0;
/// The factor between the slowest and the fastest limit, from one step per second on.
const RANGE: f64 = 2000.0;

/// The speed limit at a place of the slider.
fn speed_at(position: f64) -> f32 {
    if position >= FLAT_OUT { 0.0 } else { round(RANGE.powf(position / (FLAT_OUT - 1.0))) }
}

/// The place of a speed limit on the slider.
fn position_of(speed: f32) -> f64 {
    if speed <= 0.0 {
        FLAT_OUT
    } else {
        (f64::from(speed).ln() / RANGE.ln() * (FLAT_OUT - 1.0)).clamp(0.0, FLAT_OUT - 1.0)
    }
}

/// Two digits are enough for a speed.
fn round(speed: f64) -> f32 {
    let unit = 10f64.powf(speed.log10().floor() - 1.0).max(1.0);
    ((speed / unit).round() * unit) as f32
}

fn speed_word(speed: f32) -> String {
    if speed <= 0.0 { "max".into() } else { speed.to_string() }
}

/// The speed limit: a slider whose right end is flat out, and a box.
#[component]
pub fn Speed() -> impl IntoView {
    let page = Page::get();
    let word = move || speed_word(page.speed.get());
    let spoken = move || match page.speed.get() {
        0.0 => "flat out".into(),
        speed => format!("{speed} steps per second"),
    };
    let slide = move |event: leptos::ev::Event| {
        if let Ok(position) = event_target_value(&event).parse() {
            engine::set_speed(page, speed_at(position));
        }
    };
    let typed = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event).trim().parse::<f32>().ok().filter(|speed| speed.is_finite());
        engine::set_speed(page, typed.map_or(0.0, |speed| speed.clamp(0.0, 100_000.0)));
        // What was typed may not be what is shown for it.
        if let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
            input.set_value(&speed_word(page.speed.get_untracked()));
        }
    };
    view! {
        <div class="speed" title="Optimiser steps per second, at most; the right end is flat out">
            <label for="speed">"speed"</label>
            <input
                id="speed"
                aria-label="speed"
                type="range"
                min="0"
                max="100"
                step="1"
                prop:value=move || position_of(page.speed.get()).to_string()
                aria-valuetext=spoken
                on:input=slide
            />
            <input
                class="speed-box"
                type="text"
                inputmode="numeric"
                autocomplete="off"
                aria-label="speed limit in steps per second, 0 is flat out"
                prop:value=word
                on:change=typed
            />
        </div>
    }
}

/// The seed and its die.
#[component]
pub fn Seed() -> impl IntoView {
    let page = Page::get();
    let seed = Memo::new(move |_| page.lesson.with(|lesson| lesson.seed));
    let typed = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event);
        if let Some(entry) = untrack(|| page.entry("s")) {
            match entry.kind.parse(&typed) {
                Ok(value) => page.set("s", value),
                Err(expected) => page.notify([mtl_core::config::Notice::new(
                    "s",
                    format!("The seed should be {expected}; it is left as it is."),
                )]),
            }
        }
        if let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
            input.set_value(&seed.get_untracked().to_string());
        }
    };
    view! {
        <div class="seed">
            <label for="seed">"seed"</label>
            <input
                id="seed"
                type="text"
                inputmode="numeric"
                autocomplete="off"
                data-testid="seed"
                title="Everything random follows from it: the same seed replays the same run"
                prop:value=move || seed.get().to_string()
                on:change=typed
            />
            <CommandButton id="dice" icon=Icon::Dice label="New seed"/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_slider_runs_from_one_step_to_flat_out() {
        assert_eq!(speed_at(0.0), 1.0);
        assert_eq!(speed_at(99.0), 2000.0);
        assert_eq!(speed_at(100.0), 0.0);
        assert_eq!(position_of(0.0), FLAT_OUT);
    }

    #[test]
    fn a_speed_stands_where_the_slider_would_give_it() {
        for position in 0..=100 {
            let speed = speed_at(f64::from(position));
            let again = speed_at(position_of(speed).round());
            assert!((speed - again).abs() <= speed * 0.08, "{position}: {speed}, {again}");
        }
    }
}
