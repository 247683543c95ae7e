//! The top bar: lesson, transport, engine, sharing, theme, help.

use super::badge::EngineBadge;
use super::commands::{run, tooltip};
use super::icons::Icon;
use super::pace::{PaceMenu, Readouts};
use super::prefs::Theme;
use super::state::{Page, Sheet};
use super::transport::{Seed, Transport};
use super::{address, edit, share};
use leptos::html;
use leptos::prelude::*;
use mtl_core::lesson::lessons::LESSONS;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The first Tab stop: a way past everything, to Play.
#[component]
pub fn SkipLink() -> impl IntoView {
    let skip = move |event: leptos::ev::MouseEvent| {
        // The fragment belongs to the lesson.
        event.prevent_default();
        let play = document().get_element_by_id("play").and_then(|play| play.dyn_into::<HtmlElement>().ok());
        if let Some(play) = play {
            let _ = play.focus();
        }
    };
    view! { <a class="skip" href="#play" on:click=skip>"Skip to Play"</a> }
}

/// The top bar.
#[component]
pub fn TopBar() -> impl IntoView {
    let page = Page::get();
    view! {
        <header class="top">
            <h1 class="brand"><span class="brand-long">"MTL Playground"</span><span class="brand-short" aria-hidden="true">"MTL"</span></h1>
            <LessonPicker/>
            <div class="deck">
                <Transport/>
                <Readouts/>
                <PaceMenu/>
            </div>
            <Tools/>
            <EngineBadge/>
            <button type="button" class="button copy" data-testid="copy-link" title=tooltip("copy-link") aria-label="Copy link" on:click=move |_| run(page, "copy-link")>
                {Icon::Link.view()} <span class="word">"Copy link"</span>
            </button>
            <Meter/>
            <button
                type="button"
                class="icon-button more"
                title="More"
                aria-label="More"
                aria-controls="tools"
                aria-expanded=move || if page.menu.get() { "true" } else { "false" }
                on:click=move |_| page.menu.update(|open| *open = !*open)
            >
                {Icon::More.view()}
            </button>
        </header>
    }
    .into_any()
}

#[component]
fn LessonPicker() -> impl IntoView {
    let page = Page::get();
    let preset = Memo::new(move |_| page.lesson.with(|lesson| lesson.preset.clone()));
    let differs = Memo::new(move |_| page.lesson.with(edit::differs_from_preset));
    let options = LESSONS.iter().map(|lesson| view! { <option value=lesson.key>{lesson.name}</option> }).collect_view();
    view! {
        <div class="lesson">
            <div class="lesson-row">
                <label for="lesson">"lesson"</label>
                <select id="lesson" data-testid="lesson" aria-label="lesson" prop:value=preset on:change=move |event| edit::open_lesson(page, &event_target_value(&event))>
                    {options}
                </select>
                <Show when=move || differs.get()>
                    <button type="button" class="link-button" title="Back to the lesson's own settings" on:click=move |_| edit::open_lesson(page, &preset.get_untracked())>
                        "restore"
                    </button>
                </Show>
            </div>
        </div>
    }
    .into_any()
}

/// How long the link is, where that could become a problem.
#[component]
fn Meter() -> impl IntoView {
    let page = Page::get();
    let length = Memo::new(move |_| address::of(page).len());
    let warns = move || length.get() > address::LONG;
    let advice =
        move || if length.get() > address::TOO_LONG { ", better save a file" } else { ", too long for some programs" };
    view! {
        <Show when=warns>
            <span class="meter" role="note">
                {move || format!("link: {} characters", length.get())}
                {advice}
            </span>
        </Show>
    }
    .into_any()
}

/// Seed, file, theme and help: in the bar where there is room, else in a menu.
#[component]
fn Tools() -> impl IntoView {
    let page = Page::get();
    let input = NodeRef::<html::Input>::new();
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            share::open_chosen(page, &input);
        }
    };
    let theme = page.prefs.theme;
    let theme_icon = move || match theme.get() {
        Theme::System => Icon::System.view().into_any(),
        Theme::Light => Icon::Light.view().into_any(),
        Theme::Dark => Icon::Dark.view().into_any(),
    };
    let theme_label = move || format!("Theme: {}", theme.get().name());
    view! {
        <div class="tools" id="tools" data-open=move || page.menu.get().then_some("yes")>
            <Seed/>
            <button type="button" class="icon-button" title="Save the lesson as a file" aria-label="Save file" on:click=move |_| share::save_file(page)>
                {Icon::Save.view()} <span class="word">"Save file"</span>
            </button>
            <button type="button" class="icon-button" title="Open a lesson from a file; it can also be dropped onto the page" aria-label="Open file\u{2026}" on:click=choose>
                {Icon::Open.view()} <span class="word">"Open file\u{2026}"</span>
            </button>
            <input class="file" type="file" accept=".json,application/json" aria-label="Lesson file" tabindex="-1" node_ref=input on:change=chosen/>
            <button type="button" class="icon-button" title=theme_label aria-label=theme_label on:click=move |_| theme.update(|theme| *theme = theme.next())>
                {theme_icon} <span class="word">{theme_label}</span>
            </button>
            <button type="button" class="icon-button help-button" title=tooltip("shortcuts") aria-label="Help and shortcuts" on:click=move |_| page.sheet.set(Some(Sheet::Shortcuts))>
                <span class="question" aria-hidden="true">"?"</span> <span class="word">"Help and shortcuts"</span>
            </button>
        </div>
    }
    .into_any()
}
