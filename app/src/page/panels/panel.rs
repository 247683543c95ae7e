//! What all panels look like: a heading with its '?', tools beside it, a table twin.

use super::draw::Job;
use super::glossary;
use super::strip::hidden_ends;
use crate::page::state::Page;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// Opens the glossary at a term.
#[component]
pub fn HelpButton(
    /// The term's key.
    term: &'static str,
) -> impl IntoView {
    let page = Page::get();
    let name = glossary::name(term);
    let label = ["What is this? Glossary: ", name.as_deref().unwrap_or(term)].concat();
    view! {
        <button type="button" class="help" title=label.clone() aria-label=label on:click=move |_| page.help.set(Some(term))>
            "?"
        </button>
    }
}

/// A panel.
#[component]
pub fn Panel(
    /// Its heading.
    title: &'static str,
    /// The glossary term behind its '?'.
    term: &'static str,
    /// Its CSS class, beside `panel`.
    class: &'static str,
    /// Controls beside the heading.
    #[prop(optional)]
    tools: Option<AnyView>,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let row = NodeRef::<html::Div>::new();
    let (ends, look) = hidden_ends(move || row.get().map(|row| row.unchecked_into()));
    view! {
        <section class=format!("panel {class}") aria-label=title>
            <header class="panel-head">
                <h2>{title}</h2>
                <div class="panel-tools strip" node_ref=row data-hides=move || ends.get() on:scroll=move |_| look()>{tools}</div>
                <HelpButton term/>
            </header>
            {children()}
        </section>
    }
    .into_any()
}

/// A table, first its head.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns.
    pub head: Vec<String>,
    /// Its rows; the first cell of each is its name.
    pub rows: Vec<Vec<String>>,
}

/// The numbers of a picture as a table, for those who don't see it. Filled while it is open.
#[component]
pub fn TableTwin(
    /// What the table holds.
    caption: &'static str,
    /// Makes the table.
    table: Callback<(), Table>,
) -> impl IntoView {
    let page = Page::get();
    let open = RwSignal::new(false);
    let shown = RwSignal::new(Table::default());
    let job = Job::new(|| 1000.0, move || shown.set(untrack(|| table.run(()))));
    Effect::new(move |_| {
        page.curves_version.track();
        page.lesson.track();
        if open.get() {
            job.mark();
        }
    });
    let toggle = move |event: leptos::ev::Event| {
        let details = event_target::<web_sys::Element>(&event);
        open.set(details.has_attribute("open"));
    };
    view! {
        <details class="twin" on:toggle=toggle>
            <summary>"view table"</summary>
            <div class="twin-scroll" tabindex="0" role="region" aria-label=caption>
                {move || table_view(caption, &shown.get())}
            </div>
        </details>
    }
    .into_any()
}

fn table_view(caption: &'static str, table: &Table) -> AnyView {
    let head = table.head.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    let row = |cells: &Vec<String>| {
        let mut cells = cells.iter().cloned();
        let name = cells.next().map(|name| view! { <th scope="row">{name}</th> });
        view! { <tr>{name} {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> }
    };
    let rows = table.rows.iter().map(row).collect_view();
    view! {
        <table>
            <caption>{caption}</caption>
            <thead><tr>{head}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
