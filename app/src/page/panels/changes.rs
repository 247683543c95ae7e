//! What was changed in the middle of the run, in words: what the numbered marks on the curves stand for.

use super::series::steps_per_epoch;
use crate::page::state::{LiveChange, Page};
use leptos::prelude::*;

/// A change in words: where, and every setting with its values before and since.
fn words(change: &LiveChange, steps_per_epoch: u32) -> String {
    let settings =
        change.settings.iter().map(|setting| format!("{} {} \u{2192} {}", setting.name, setting.from, setting.to));
    let epoch = change.step / steps_per_epoch.max(1);
    format!("epoch {epoch}, step {}: {}", change.step, settings.collect::<Vec<_>>().join("; "))
}

/// What the marks mean, for saved pictures; nothing where there are none.
pub fn marks(page: Page) -> String {
    let per_epoch = steps_per_epoch(page);
    page.changes.with(|changes| {
        let all = changes.iter().zip(1..).map(|(change, number)| format!("{number}: {}", words(change, per_epoch)));
        all.collect::<Vec<_>>().join(". ")
    })
}

/// The list of all changes, in a fold that is there while there are any.
#[component]
pub fn Changes() -> impl IntoView {
    let page = Page::get();
    let count = Memo::new(move |_| page.changes.with(Vec::len));
    let list = move || {
        // An epoch has as many steps as the lesson that stands.
        page.summary.track();
        let per_epoch = steps_per_epoch(page);
        let line = |change: &LiveChange| view! { <li>{words(change, per_epoch)}</li> };
        page.changes.with(|changes| changes.iter().map(line).collect_view())
    };
    let head = move || match count.get() {
        1 => "1 change of settings in this run".to_string(),
        count => format!("{count} changes of settings in this run"),
    };
    view! {
        <details class="changes" hidden=move || count.get() == 0>
            <summary>{head}</summary>
            <ol data-testid="changes">{list}</ol>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::conductor::ChangedSetting;

    #[test]
    fn a_change_says_where_it_was_and_every_setting_before_and_since() {
        let setting = |name: &str, from: &str, to: &str| ChangedSetting {
            key: String::new(),
            name: name.into(),
            from: from.into(),
            to: to.into(),
        };
        let settings = vec![setting("balancer", "equal weights", "PCGrad"), setting("learning rate", "0.02", "0.1")];
        assert_eq!(
            words(&LiveChange { step: 42, settings }, 4),
            "epoch 10, step 42: balancer equal weights \u{2192} PCGrad; learning rate 0.02 \u{2192} 0.1"
        );
    }
}
