//! Numbers: a box with steppers, and a slider before it.

use super::slide::Slide;
use leptos::{ev, prelude::*};
use mtl_core::config::{Kind, Value};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// The keyboard that a phone shows for a number. That for decimals lacks a minus and letters, and in
/// many languages the point.
fn keyboard(kind: &Kind) -> &'static str {
    match *kind {
        Kind::Integer { word: None, min: 0.., .. } => "numeric",
        Kind::Number { min, log, inherits: false, .. } if min >= 1e-3 || (min >= 0.0 && !log) => "decimal",
        _ => "text",
    }
}

/// A box for a number, with a button for less and one for more.
///
/// What is typed stays as it is while the box has the focus, and is accepted on Enter and when the
/// focus leaves; then the box shows the value that is used. What is no number goes on as the word that
/// it is, for the notice, and an empty box changes nothing.
#[component]
pub fn NumberBox(
    /// The `id` of the input.
    id: String,
    /// Its name for scripts.
    testid: String,
    /// Its name where no visible label stands before it.
    #[prop(optional, into)]
    label: Option<String>,
    /// Its limits.
    #[prop(into)]
    kind: Signal<Kind>,
    /// Its value.
    #[prop(into)]
    value: Signal<Value>,
    /// Takes a new value.
    set: Callback<Value>,
) -> impl IntoView {
    let draft = RwSignal::new(None::<String>);
    let wrong = RwSignal::new(false);
    let text = move || value.with(|value| kind.with(|kind| kind.text(value)));
    let shown = move || draft.get().unwrap_or_else(text);
    // Another value, from wherever: what was typed before is history.
    Effect::new(move |before: Option<Value>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) {
            draft.set(None);
            wrong.set(false);
        }
        now
    });
    let accept = move || {
        let Some(typed) = draft.try_update(Option::take).flatten() else { return };
        if typed.trim().is_empty() {
            return;
        }
        match kind.with_untracked(|kind| kind.parse(&typed)) {
            // Also the value that it has: a notice about what was typed before goes away.
            Ok(new) => set.run(new),
            // The callback that takes values says what is used instead.
            Err(_) => {
                wrong.set(true);
                set.run(Value::Choice(typed));
            }
        }
    };
    let step = move |up: bool| {
        accept();
        let (slide, now) = (kind.with_untracked(Slide::new), value.get_untracked().number());
        if let (Some(slide), Some(now)) = (slide, now) {
            set.run(slide.stepped(now, up));
        }
    };
    let keys = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => accept(),
        "ArrowUp" | "ArrowDown" => {
            event.prevent_default();
            step(event.key() == "ArrowUp");
        }
        "Escape" => {
            draft.set(None);
            wrong.set(false);
        }
        _ => {}
    };
    let focused = move |event: ev::FocusEvent| {
        wrong.set(false);
        event_target::<HtmlInputElement>(&event).select();
    };
    let name = label.clone().unwrap_or_default();
    let less = format!("less {name}");
    let more = format!("more {name}");
    let error = format!("{id}-error");
    let described = error.clone();
    let needs = move || kind.with(|kind| format!("needs {}", kind.expected()));
    view! {
        <span class="number-box">
            <button type="button" tabindex="-1" aria-label=less on:click=move |_| step(false)>"\u{2212}"</button>
            <input
                type="text"
                inputmode=move || kind.with(keyboard)
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                size="6"
                id=id
                data-testid=testid
                aria-label=label
                aria-describedby=move || wrong.get().then(|| described.clone())
                placeholder=text
                prop:value=shown
                on:input=move |event| {
                    wrong.set(false);
                    draft.set(Some(event_target_value(&event)));
                }
                on:focus=focused
                on:change=move |_| accept()
                on:blur=move |_| accept()
                on:keydown=keys
            />
            <button type="button" tabindex="-1" aria-label=more on:click=move |_| step(true)>"+"</button>
            {move || wrong.get().then(|| view! { <span class="wrong" id=error.clone()>{needs}</span> })}
        </span>
    }
    .into_any()
}

/// Hands what belongs to a number and is typed on its slider to the box of this `id`; the page's own
/// keys don't hear it.
fn type_into(id: &str, event: &ev::KeyboardEvent) {
    let key = event.key();
    let [b'0'..=b'9' | b'.' | b',' | b'-'] = key.as_bytes() else { return };
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    event.prevent_default();
    event.stop_propagation();
    let input = document().get_element_by_id(id).and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    // One that isn't shown takes no focus.
    let takes_focus = |input: &HtmlInputElement| {
        let _ = input.focus();
        document().active_element().as_ref() == Some(input.as_ref())
    };
    let Some(input) = input.filter(takes_focus) else { return };
    input.set_value(&key);
    if let Ok(event) = web_sys::Event::new("input") {
        let _ = input.dispatch_event(&event);
    }
}

/// A slider and a box for the same number. Where a change starts the lesson again the slider only
/// shows what it would set, until it is let go.
#[component]
pub fn NumberControl(
    /// The `id` of the box.
    id: String,
    /// The name of the box for scripts.
    testid: String,
    /// What both are called.
    label: &'static str,
    /// The limits.
    #[prop(into)]
    kind: Signal<Kind>,
    /// Whether a change starts the lesson again.
    resets: bool,
    /// The value.
    #[prop(into)]
    value: Signal<Value>,
    /// Takes a new value.
    set: Callback<Value>,
) -> impl IntoView {
    let preview = RwSignal::new(None::<Value>);
    let shown = Signal::derive(move || preview.get().unwrap_or_else(|| value.get()));
    let useful = move || kind.with(Slide::new).filter(Slide::is_useful);
    let slider = untrack(useful).map(|first| {
        let slide = move || useful().unwrap_or(first);
        let position = move || shown.get().number().map_or(0.0, |number| slide().position(number));
        let at = move |event: &ev::Event| {
            event_target_value(event).parse().ok().map(|position: f64| untrack(slide).value(position))
        };
        let moved = move |event: ev::Event| match at(&event) {
            Some(new) if resets => preview.set(Some(new)),
            Some(new) if new != value.get_untracked() => set.run(new),
            _ => {}
        };
        let let_go = move |event: ev::Event| {
            preview.set(None);
            if let Some(new) = at(&event).filter(|new| *new != value.get_untracked()) {
                set.run(new);
            }
        };
        let id = id.clone();
        view! {
            <input
                type="range"
                min="0"
                max=move || slide().last().to_string()
                step="1"
                aria-label=format!("{label}, slider")
                aria-valuetext=move || shown.with(|value| kind.with(|kind| kind.text(value)))
                prop:value=move || position().to_string()
                on:input=moved
                on:change=let_go
                on:keydown=move |event| type_into(&id, &event)
            />
        }
    });
    view! {
        <span class="number-control">
            {slider}
            <NumberBox id testid kind value=shown set label/>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_has_the_keys_that_a_number_may_need() {
        let number = |min, log, inherits| Kind::Number { min, max: 10.0, log, inherits };
        let whole = |min, word| Kind::Integer { min, max: 10, word };
        for (kind, keys) in [
            (number(1e-6, true, false), "text"),
            (number(-1.0, false, false), "text"),
            (number(0.0, false, true), "text"),
            (whole(1, Some("full")), "text"),
            (number(0.01, true, false), "decimal"),
            (number(0.0, false, false), "decimal"),
            (whole(0, None), "numeric"),
        ] {
            assert_eq!(keyboard(&kind), keys, "{kind:?}");
        }
    }
}
