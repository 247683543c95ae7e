//! What sharing costs and saves, in one line.

use super::panel::HelpButton;
use super::text::tasks;
use crate::page::state::Page;
use leptos::prelude::*;

/// A duration with two digits, in the unit that suits it.
fn duration(seconds: f32) -> String {
    let (value, unit) = if seconds < 1e-3 {
        (seconds * 1e6, "\u{b5}s")
    } else if seconds < 1.0 {
        (seconds * 1e3, "ms")
    } else {
        (seconds, "s")
    };
    let decimals = usize::from(value < 10.0);
    format!("{value:.decimals$} {unit}")
}

fn counted(count: usize) -> String {
    if count == 1 { "1 parameter".into() } else { format!("{count} parameters") }
}

fn line(page: Page) -> String {
    let Some(summary) = page.summary.get() else { return String::new() };
    let seconds = page.cost.get().filter(|(shared, separate)| shared.is_finite() && separate.is_finite());
    let shared = seconds.map_or(String::new(), |s| format!(", {} an epoch", duration(s.0)));
    let one = format!("One shared model: {}{shared}", counted(summary.shared_parameters));
    let count = tasks(page);
    // Without baselines the engine has no separate models to count.
    if count < 2 || summary.separate_parameters == 0 {
        return one;
    }
    let separate = seconds.map_or(String::new(), |s| format!(", {}", duration(s.1)));
    format!("{one}; {count} separate ones: {}{separate}", counted(summary.separate_parameters))
}

/// One shared model against separate ones: parameters, and time for an epoch.
#[component]
pub fn CostLine() -> impl IntoView {
    let page = Page::get();
    view! {
        <p class="cost-line" data-testid="cost">
            <span>{move || line(page)}</span>
            {move || page.summary.with(|summary| summary.as_ref().and_then(|s| s.reduced.clone())).map(|reduced| view! { <em>{reduced}</em> })}
            <HelpButton term="baseline"/>
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_their_unit() {
        for (seconds, text) in [(0.000_8, "800 \u{b5}s"), (0.001_5, "1.5 ms"), (0.083, "83 ms"), (2.25, "2.2 s")] {
            assert_eq!(duration(seconds), text);
        }
    }
}
