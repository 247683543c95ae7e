//! What the page has to say: notices, a run that exploded or is far off, an engine that broke, a confirmation.

use super::conductor::Intent;
use super::far_off::FarOff;
use super::icons::Icon;
use super::state::{EngineFault, Page};
use super::{edit, share};
use leptos::prelude::*;
use mtl_core::config::{Notice, task_name};
use mtl_core::lesson::called;
use mtl_core::protocol::Divergence;
use std::time::Duration;

/// How long a confirmation stays.
const TOAST: Duration = Duration::from_secs(4);

/// As many notices as are shown at once; the style sheet hides the others.
const SHOWN: usize = 5;

/// Notices and offers, in one polite live region that lies over the page. Empty where there is nothing
/// to say.
#[component]
pub fn Alerts() -> impl IntoView {
    let page = Page::get();
    let all = RwSignal::new(false);
    let count = Memo::new(move |_| page.notices.with(Vec::len));
    let several = Memo::new(move |_| count.get() > 1);
    Effect::new(move |_| {
        if count.get() <= SHOWN {
            all.set(false);
        }
    });
    let keyed = move || page.notices.get();
    view! {
        <div class="alerts">
            <div class="alert-list">
                <div class="alert-said" data-testid="notice" role="status" aria-live="polite" data-all=move || all.get().then_some("yes")>
                    {move || page.fault.get().map(broken)}
                    {move || page.diverged.get().map(diverged)}
                    <FarOff/>
                    <For each=keyed key=|notice| (notice.key.clone(), notice.sentence.clone()) let:notice>
                        {one(page, notice)}
                    </For>
                </div>
                {move || several.get().then(|| foot(page, count, all))}
            </div>
        </div>
    }
    .into_any()
}

/// What closes all notices at once, and shows those that there was no room for.
fn foot(page: Page, count: Memo<usize>, all: RwSignal<bool>) -> impl IntoView {
    let hidden = move || count.get().saturating_sub(SHOWN);
    let more = move || {
        (hidden() > 0 && !all.get()).then(|| {
            view! {
                <button type="button" class="link-button" data-testid="notices-more" on:click=move |_| all.set(true)>
                    {move || format!("and {} more", hidden())}
                </button>
            }
        })
    };
    let close = move |_| page.notices.set(Vec::new());
    view! {
        <div class="alert-foot">
            {more}
            <button type="button" class="button" data-testid="notices-close" on:click=close>"Close all"</button>
        </div>
    }
}

/// What a notice is about, in words where there are any, and as the key of links.
fn subject(page: Page, key: &str) -> (Option<String>, Option<String>) {
    let called = page.lesson.with_untracked(|lesson| called(lesson, key));
    let own = matches!(key, "link" | "file" | "engine" | "tab" | "storage" | "speed" | "play-to" | "loss-smoothing");
    match called {
        None if own => (Some(key.replace('-', " ")), None),
        called => (called, Some(key.into())),
    }
}

fn one(page: Page, notice: Notice) -> impl IntoView {
    let (name, key) = subject(page, &notice.key);
    let label = format!("Dismiss the notice about {}", name.as_ref().or(key.as_ref()).unwrap_or(&notice.key));
    let sentence = notice.sentence.clone();
    let dismiss = move |_| page.notices.update(|notices| notices.retain(|other| *other != notice));
    let name = name.map(|name| view! { <strong class="alert-name">{name}</strong> " " });
    let key = key.map(|key| view! { <code class="key" title="its key in links and files">{key}</code> " " });
    view! {
        <p class="alert notice">
            <span class="alert-text">{name} {key} {sentence} " "</span>
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
                <button type="button" class="button" on:click=move |_| page.tell(Intent::Rewind)>"Rewind"</button>
                <button type="button" class="button" on:click=move |_| edit::lower_the_rate(page)>"Lower the rate"</button>
            </div>
        </div>
    }
}

fn broken(fault: EngineFault) -> impl IntoView {
    let page = Page::get();
    let told = fault.sentence.clone();
    view! {
        <div class="alert alert-bad">
            <p class="alert-text">{fault.sentence} " " {fault.remedy}</p>
            <div class="alert-actions">
                <button type="button" class="button" on:click=move |_| page.tell(Intent::RestartEngine)>"Restart engine"</button>
                <button type="button" class="button" on:click=move |_| share::copy_report(page, &told)>"Copy report"</button>
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
