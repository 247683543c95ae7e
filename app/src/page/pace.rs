//! How fast training is shown: the read-outs, and the pace's menu.

use super::conductor::Intent;
use super::panels::NumberControl;
use super::state::Page;
use super::text;
use leptos::prelude::*;
use mtl_core::config::{Choice, Kind, Value};
use mtl_core::lesson::Entry;

/// The setting's key.
const KEY: &str = "pace";

/// Optimiser steps per second, at most; `max` is no limit.
const LIMIT: Kind = Kind::Integer { min: 1, max: 10_000, word: Some("max") };

/// An epoch to play to.
const EPOCH: Kind = Kind::Integer { min: 1, max: 1_000_000, word: None };

/// Epoch, and epochs per second.
#[component]
pub fn Readouts() -> impl IntoView {
    let page = Page::get();
    let epoch = Memo::new(move |_| page.frame.with(|frame| frame.epoch));
    let behind = Memo::new(move |_| page.frame.with(|frame| frame.behind));
    let pace = Memo::new(move |_| steps(page) / per_epoch(page));
    view! {
        <dl class="readouts">
            <div>
                <dt>"epoch"</dt>
                <dd data-testid="epoch"><span class="steady">{move || epoch.get()}</span></dd>
            </div>
            <div class="rate" data-behind=move || behind.get().then_some("") title=move || behind.get().then_some(BEHIND)>
                <dt data-testid="pace-kept">{move || if behind.get() { "epochs/s, behind" } else { "epochs/s" }}</dt>
                <dd data-testid="epochs-per-second"><span class="steady">{move || text::pace(pace.get())}</span></dd>
            </div>
        </dl>
    }
}

const BEHIND: &str =
    "This machine trains as fast as it can, and that is slower than the chosen pace. The curves are the same.";

/// Optimiser steps per second, lately.
fn steps(page: Page) -> f32 {
    page.frame.with(|frame| frame.steps_per_second)
}

fn per_epoch(page: Page) -> f32 {
    page.summary.with(|summary| summary.as_ref().map_or(1, |summary| summary.steps_per_epoch)).max(1) as f32
}

fn chosen(page: Page) -> Option<(Entry, String)> {
    let entry = page.entry(KEY)?;
    let key = entry.value.text();
    Some((entry, key))
}

fn choices(entry: &Entry) -> Vec<Choice> {
    match entry.kind {
        Kind::Choice(choices) => choices(),
        _ => Vec::new(),
    }
}

/// The pace, with what else there is to say about it in a fold.
#[component]
pub fn PaceMenu() -> impl IntoView {
    let page = Page::get();
    let now = Memo::new(move |_| chosen(page).map_or_else(String::new, |(_, key)| key));
    let all = untrack(|| page.entry(KEY)).as_ref().map(choices).unwrap_or_default();
    let labels = all.clone();
    let label = move || now.with(|now| labels.iter().find(|choice| choice.key == now).map(|choice| choice.label));
    let option = |choice: Choice| {
        let key = choice.key;
        view! {
            <label class="check" title=choice.help>
                <input
                    type="radio"
                    name="pace"
                    data-testid=format!("pace-{key}")
                    prop:checked=move || now.with(|now| now == key)
                    on:change=move |_| page.set(KEY, Value::Choice(key.into()))
                />
                <span>{choice.label}</span>
            </label>
        }
    };
    view! {
        <details class="pop pace">
            <summary data-testid="pace" title="How fast training is shown" aria-label=move || format!("Pace: {}", label().unwrap_or_default())>
                <span class="pace-now">{label.clone()}</span>
            </summary>
            <div class="pop-body">
                <fieldset>
                    <legend>"Pace"</legend>
                    {all.into_iter().map(option).collect_view()}
                </fieldset>
                <PlayTo/>
                <Limit/>
                <p class="hint">
                    "Now " <span data-testid="steps-per-second" data-value=move || steps(page).to_string()>{move || text::pace(steps(page))}</span> " optimiser steps a second"
                </p>
            </div>
        </details>
    }
    .into_any()
}

/// The limit in steps per second: a slider with a right end that is no limit, and a box.
#[component]
fn Limit() -> impl IntoView {
    let page = Page::get();
    let value = Signal::derive(move || Value::Integer(page.speed.get() as i64));
    let set = Callback::new(move |given: Value| {
        let used = page.admit("speed", LIMIT, &given, value.get_untracked());
        page.tell(Intent::Speed(used.number().unwrap_or(0.0) as f32));
    });
    view! {
        <div class="speed" title="Optimiser steps per second, at most; the right end is no limit">
            <label for="speed">"at most, in steps a second"</label>
            <NumberControl id="speed".into() testid="speed".into() label="speed in steps per second, or max" kind=LIMIT resets=false value set/>
        </div>
    }
}

/// An epoch, and a button that plays to it and pauses there, exactly.
#[component]
fn PlayTo() -> impl IntoView {
    let page = Page::get();
    let wanted = RwSignal::new(None::<i64>);
    // Until another one is chosen: where the story ends.
    let epoch = move || {
        let story = page.lesson.with(|lesson| lesson.pacing.story as i64);
        wanted.get().unwrap_or(if story > 0 { story } else { 200 })
    };
    let value = Signal::derive(move || Value::Integer(epoch()));
    let set = Callback::new(move |given: Value| {
        let used = page.admit("play-to", EPOCH, &given, value.get_untracked());
        wanted.set(used.number().map(|epoch| epoch as i64));
    });
    let past = move || page.frame.with(|frame| i64::from(frame.epoch)) >= epoch();
    view! {
        <div class="play-to">
            <label for="play-to">"play to epoch"</label>
            <NumberControl id="play-to".into() testid="play-to".into() label="epoch to play to" kind=EPOCH resets=true value set/>
            <button
                type="button"
                class="button"
                data-testid="play-to-go"
                title=move || if past() { "Training is past this epoch: reset first" } else { "Trains to the start of this epoch and pauses there, or at the end of the story where that comes first" }
                aria-disabled=move || past().then_some("true")
                on:click=move |_| {
                    if !untrack(past) {
                        page.tell(Intent::PlayTo(untrack(epoch).clamp(1, 1_000_000) as u32));
                    }
                }
            >
                "Play to it"
            </button>
        </div>
    }
}
