//! The sheets over the page: shortcuts, glossary, about and privacy.

use super::commands::ACTIONS;
use super::icons::Icon;
use super::panels::{HelpCard, glossary};
use super::state::{Page, Sheet};
use leptos::html;
use leptos::prelude::*;

/// A modal dialog that follows a signal.
#[component]
fn Modal(
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Its heading.
    title: &'static str,
    /// Called when it was closed.
    closed: Callback<()>,
    /// What it shows while it is open.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let (open, Some(dialog)) = (open.get(), node.get()) else { return };
        match (open, dialog.open()) {
            // It fails where the dialog is not in the document: then there is nothing to show.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let backdrop = move |event: leptos::ev::MouseEvent| {
        let dialog = node.get_untracked().map(|dialog| wasm_bindgen::JsValue::from(&*dialog));
        // The dialog itself is hit only outside of its content.
        if event.target().map(wasm_bindgen::JsValue::from) == dialog {
            closed.run(());
        }
    };
    view! {
        <dialog node_ref=node aria-label=title on:close=move |_| closed.run(()) on:click=backdrop>
            <div class="sheet">
                <header class="sheet-head">
                    <h2>{title}</h2>
                    <button type="button" class="icon-button" aria-label="Close" title="Close (Esc)" on:click=move |_| closed.run(())>
                        {Icon::Close.view()}
                    </button>
                </header>
                <div class="sheet-body" tabindex="0" role="region" aria-label=title>
                    {move || open.get().then(|| children())}
                </div>
            </div>
        </dialog>
    }
    .into_any()
}

/// Every dialog of the page, and the card of the '?'s.
#[component]
pub fn Dialogs() -> impl IntoView {
    let page = Page::get();
    let is =
        move |sheet: Sheet| Signal::derive(move || page.help.with(Option::is_none) && page.sheet.get() == Some(sheet));
    let glossary_open =
        Signal::derive(move || page.help.with(Option::is_some) || page.sheet.get() == Some(Sheet::Glossary));
    let close = move |sheet: Sheet| {
        Callback::new(move |()| {
            if page.sheet.get_untracked() == Some(sheet) {
                page.sheet.set(None);
            }
            if sheet == Sheet::Glossary && page.help.with_untracked(Option::is_some) {
                page.help.set(None);
            }
        })
    };
    view! {
        <Modal open=is(Sheet::Shortcuts) title="Help and shortcuts" closed=close(Sheet::Shortcuts)>
            <Shortcuts/>
        </Modal>
        <Modal open=glossary_open title="Glossary" closed=close(Sheet::Glossary)>
            <Glossary/>
        </Modal>
        <Modal open=is(Sheet::About) title="About and privacy" closed=close(Sheet::About)>
            <About/>
        </Modal>
        <HelpCard/>
    }
    .into_any()
}

#[component]
fn Shortcuts() -> impl IntoView {
    let page = Page::get();
    let keys = page.prefs.single_keys;
    let rows = ACTIONS
        .iter()
        .filter(|action| !action.keys.is_empty())
        .map(|action| {
            view! {
                <tr>
                    <td><kbd>{action.keys}</kbd></td>
                    <th scope="row">{action.label}</th>
                    <td>{action.help}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <p class="sheet-links">
            <button type="button" class="button" on:click=move |_| page.sheet.set(Some(Sheet::Glossary))>"Glossary"</button>
            <button type="button" class="button" on:click=move |_| page.sheet.set(Some(Sheet::About))>"About and privacy"</button>
        </p>
        <table class="shortcuts">
            <thead><tr><th scope="col">"key"</th><th scope="col">"command"</th><th scope="col">"what it does"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
        <label class="check">
            <input type="checkbox" prop:checked=move || keys.get() on:change=move |event| keys.set(event_target_checked(&event))/>
            <span>"Keys without Ctrl are commands"</span>
        </label>
        <p class="hint">"Space plays and pauses whatever was clicked last; a button, box, list or link takes it only where Tab led to it. A field or dialog keeps every key while it has the focus, a list all but Space, and digits stay with the setting that has it. Arrow keys move the probe of a map and the cursor of a chart."</p>
    }
    .into_any()
}

#[component]
fn Glossary() -> impl IntoView {
    let page = Page::get();
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            glossary::fill(&place, page.help.get_untracked());
        }
    });
    view! { <div node_ref=place></div> }.into_any()
}

#[component]
fn About() -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some((place, words)) = place.get().zip(glossary::template("about")) {
            drop(place.append_child(&words));
        }
    });
    view! {
        <div node_ref=place></div>
        <p class="hint">{concat!("Version ", env!("CARGO_PKG_VERSION"))}</p>
    }
    .into_any()
}
