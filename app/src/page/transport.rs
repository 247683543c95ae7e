//! Playing, stepping, resetting; the seed. How fast is the [`super::pace`]'s.

use super::commands::{run, tooltip};
use super::icons::Icon;
use super::state::Page;
use leptos::prelude::*;
use mtl_core::config::Value;
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

/// The button that plays and pauses.
#[component]
pub fn PlayButton(
    /// Its name for scripts and in the page.
    id: &'static str,
    /// How it looks.
    class: &'static str,
) -> impl IntoView {
    let page = Page::get();
    let playing = move || page.playing.get();
    view! {
        <button
            type="button"
            id=id
            class=class
            data-testid=id
            title=tooltip("play")
            aria-label="Play"
            aria-pressed=move || if playing() { "true" } else { "false" }
            on:click=move |_| run(page, "play")
        >
            {move || if playing() { Icon::Pause.view().into_any() } else { Icon::Play.view().into_any() }}
        </button>
    }
    .into_any()
}

/// Reset, play, one epoch, one step.
#[component]
pub fn Transport() -> impl IntoView {
    view! {
        <div class="transport" role="group" aria-label="Training">
            <CommandButton id="reset" icon=Icon::Reset label="Reset"/>
            <PlayButton id="play" class="play"/>
            <CommandButton id="step-epoch" icon=Icon::Epoch label="One epoch"/>
            <CommandButton id="step" icon=Icon::Step label="One step"/>
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
            // What is no number goes on as the word that it is, for the notice.
            page.set("s", entry.kind.parse(&typed).unwrap_or(Value::Choice(typed)));
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
                title="Everything random follows from it: the same seed replays the same run. A change restarts the lesson."
                aria-description="a change restarts the lesson"
                prop:value=move || seed.get().to_string()
                on:change=typed
            />
            <CommandButton id="dice" icon=Icon::Dice label="New seed"/>
        </div>
    }
}
