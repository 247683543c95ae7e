//! The settings that a lesson is about, for the guide.

use super::control::Control;
use super::row::{Row, Settings};
use crate::page::state::Page;
use leptos::prelude::*;

/// The controls of the settings that the lesson is about, with their help in sight.
#[component]
pub fn LessonControls() -> impl IntoView {
    let settings = Settings::of_lesson(Page::get());
    let control = move |row: Row| view! { <Control row settings/> };
    view! {
        <div class="guide-controls">
            <For each=move || settings.with(Settings::guided) key=Row::identity children=control/>
        </div>
    }
    .into_any()
}
