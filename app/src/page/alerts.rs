//! What the page has to say: notices, a run that exploded, an engine that broke, a confirmation.

use super::icons::Icon;
use super::state::{Broken, Page};
use super::{share, trouble};
use leptos::prelude::*;
use mtl_core::config::{Notice, task_name};
use mtl_core::protocol::Divergence;
use std::time::Duration;

/// How long a confirmation stays.
const TOAST: Duration = Duration::from_secs(4);

/// Notices and offers, in one polite live region. Empty where there is nothing to say.
#[component]
pub fn Alerts() -> impl IntoView {
    let page = Page::get();
    let keyed = move || page.notices.get();
    view! {
        <div class="alerts" data-testid="notice" role="status" aria-live="polite">
            {move || page.broken.get().map(broken)}
            {move || page.diverged.get().map(diverged)}
            <For each=keyed key=|notice| (notice.key.clone(), notice.sentence.clone()) let:notice>
                {one(page, notice)}
            </For>
        </div>
    }
    .into_any()
}

fn one(page: Page, notice: Notice) -> impl IntoView {
    let (key, sentence) = (notice.key.clone(), notice.sentence.clone());
    let label = format!("Dismiss the notice about {key}");
    let dismiss = move |_| page.notices.update(|notices| notices.retain(|other| *other != notice));
    view! {
        <p class="alert">
            <span class="alert-text"><code class="key">{key}</code> " " {sentence} " "</span>
            <button type="button" class="icon-button" aria-label=label title="Dismiss" on:click=dismiss>{Icon::Close.view()}</button>
        </p>
    }
}

fn diverged(divergence: Divergence) -> impl IntoView {
    let page = Page::get();
    let sentence = format!(
        "Training exploded at step {}: look at task {} and at {}. The last finite values are back, and training is paused.",
        divergence.step,
        task_name(divergence.task),
        divergence.layer,
    );
    view! {
        <div class="alert alert-bad">
            <p class="alert-text">{sentence}</p>
            <div class="alert-actions">
                <button type="button" class="button" on:click=move |_| trouble::rewind(page)>"Rewind"</button>
                <button type="button" class="button" on:click=move |_| trouble::lower_the_rate(page)>"Lower the rate"</button>
            </div>
        </div>
    }
}

fn broken(broken: Broken) -> impl IntoView {
    let page = Page::get();
    let fault = broken.sentence.clone();
    view! {
        <div class="alert alert-bad">
            <p class="alert-text">{broken.sentence} " " {broken.remedy}</p>
            <div class="alert-actions">
                <button type="button" class="button" on:click=move |_| trouble::restart_engine(page)>"Restart engine"</button>
                <button type="button" class="button" on:click=move |_| share::copy_report(page, &fault)>"Copy report"</button>
            </div>
        </div>
    }
}

/// A confirmation that goes away by itself.
#[component]
pub fn Toast() -> impl IntoView {
    let page = Page::get();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        if page.toast.with(Option::is_none) {
            return;
        }
        if let Some(timer) = timer.get_value() {
            timer.clear();
        }
        timer.set_value(set_timeout_with_handle(move || drop(page.toast.try_set(None)), TOAST).ok());
    });
    view! { <div class="toast" role="status" data-shown=move || page.toast.with(Option::is_some).then_some("yes")>{move || page.toast.get()}</div> }
}
