//! Numbers: a box with steppers, and a slider before it.

use super::slide::Slide;
use leptos::{ev, prelude::*};
use mtl_core::config::{Kind, Value};

/// A box for a number, with a button for less and one for more.
///
/// What is typed stays as it is while the box has the focus, and is accepted on Enter and when the
/// focus leaves. An empty box shows the value in grey and changes nothing. What is no number goes on as
/// the word that it is, for the notice.
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
    kind: Kind,
    /// Its value.
    #[prop(into)]
    value: Signal<Value>,
    /// Takes a new value.
    set: Callback<Value>,
) -> impl IntoView {
    let slide = Slide::new(&kind);
    let draft = RwSignal::new(None::<String>);
    let wrong = RwSignal::new(false);
    let text = move || value.with(|value| kind.text(value));
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
        let Some(typed) = draft.get_untracked() else { return };
        if typed.trim().is_empty() {
            return;
        }
        match kind.parse(&typed) {
            Ok(new) => {
                draft.set(None);
                wrong.set(false);
                if new != value.get_untracked() {
                    set.run(new);
                }
            }
            // What it is not stays in the box, and whoever takes values says what is used instead.
            Err(_) if !wrong.get_untracked() => {
                wrong.set(true);
                set.run(Value::Choice(typed));
            }
            Err(_) => {}
        }
    };
    let step = move |up: bool| {
        accept();
        let now = value.get_untracked().number();
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
    let select = |event: ev::FocusEvent| event_target::<web_sys::HtmlInputElement>(&event).select();
    let name = label.clone().unwrap_or_default();
    let less = format!("less {name}");
    let more = format!("more {name}");
    let error = format!("{id}-error");
    let described = error.clone();
    // A word such as 'full' needs letters on a phone's keyboard.
    let mode = if matches!(kind, Kind::Integer { word: Some(_), .. }) { "text" } else { "decimal" };
    view! {
        <span class="number-box">
            <button type="button" tabindex="-1" aria-label=less on:click=move |_| step(false)>"\u{2212}"</button>
            <input
                type="text"
                inputmode=mode
                autocomplete="off"
                size="6"
                id=id
                data-testid=testid
                aria-label=label
                aria-invalid=move || wrong.get().then_some("true")
                aria-describedby=move || wrong.get().then(|| described.clone())
                placeholder=text
                prop:value=shown
                on:input=move |event| {
                    wrong.set(false);
                    draft.set(Some(event_target_value(&event)));
                }
                on:focus=select
                on:change=move |_| accept()
                on:blur=move |_| accept()
                on:keydown=keys
            />
            <button type="button" tabindex="-1" aria-label=more on:click=move |_| step(true)>"+"</button>
            {move || wrong.get().then(|| view! { <span class="wrong" role="alert" id=error.clone()>"needs " {kind.expected()}</span> })}
        </span>
    }
    .into_any()
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
    kind: Kind,
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
    let slider = Slide::new(&kind).filter(Slide::is_useful).map(|slide| {
        let position = move || shown.get().number().map_or(0.0, |number| slide.position(number));
        let at =
            move |event: &ev::Event| event_target_value(event).parse().ok().map(|position: f64| slide.value(position));
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
        view! {
            <input
                type="range"
                min="0"
                max=slide.last().to_string()
                step="1"
                aria-label=format!("{label}, slider")
                aria-valuetext=move || shown.with(|value| kind.text(value))
                prop:value=move || position().to_string()
                on:input=moved
                on:change=let_go
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
