//! What all panels look like: a heading with its '?', tools beside it, a table twin.

use super::draw::Job;
use super::strip::hidden_ends;
use super::table::PanelLine;
use super::{glossary, help};
use crate::page::state::Page;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// A table with less room between a picture's controls stands below them.
const LEAST: f64 = 72.0;

/// What a table leaves free below it, in CSS pixels: the panel's border, and what is lost by rounding.
const EDGES: f64 = 3.0;

/// Opens a card that explains a term.
#[component]
pub fn HelpButton(
    /// The term's key.
    term: &'static str,
    /// Whether a picture goes by the term, which is then explained first.
    #[prop(optional)]
    picture: bool,
) -> impl IntoView {
    let page = Page::get();
    let name = glossary::name(term);
    let label = ["What is this? ", name.as_deref().unwrap_or(term)].concat();
    view! {
        <button
            type="button"
            class="help"
            title=label.clone()
            aria-label=label
            aria-haspopup="dialog"
            aria-expanded="false"
            on:click=move |event| help::toggle(page, term, picture, event_target(&event))
        >
            "?"
        </button>
    }
}

/// Does something whenever another lesson is opened.
pub fn when_lesson_changes(page: Page, run: impl Fn() + 'static) {
    let preset = Memo::new(move |_| page.lesson.with(|lesson| lesson.preset.clone()));
    Effect::new(move |before: Option<String>| {
        let now = preset.get();
        if before.is_some_and(|before| before != now) {
            untrack(&run);
        }
        now
    });
}

/// A panel.
#[component]
pub fn Panel(
    /// Its line of the table.
    of: PanelLine,
    /// Controls beside the heading.
    #[prop(optional)]
    tools: Option<AnyView>,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let (page, row) = (Page::get(), NodeRef::<html::Div>::new());
    let (ends, look) = hidden_ends(move || row.get().map(|row| row.unchecked_into()), move || page.lesson.track());
    view! {
        <section class=["panel panel-", of.key].concat() aria-label=of.title>
            <header class="panel-head">
                <h2>{of.title}</h2>
                <div class="panel-tools strip" node_ref=row data-hides=move || ends.get() on:scroll=move |_| look()>{tools}</div>
                <HelpButton term=of.term picture=true/>
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

/// The numbers of a picture as a table, for those who don't see it. Filled while it is open, which one
/// table is at a time.
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
        let fold = event_target::<Element>(&event);
        let now = fold.has_attribute("open");
        if now {
            leave_controls(&fold);
        }
        open.set(now);
    };
    let fold = NodeRef::<leptos::html::Details>::new();
    when_lesson_changes(page, move || {
        if let Some(fold) = fold.get_untracked() {
            fold.set_open(false);
        }
    });
    view! {
        <details node_ref=fold class="twin" name="twin" on:toggle=toggle>
            <summary>"view table"</summary>
            <div class="twin-scroll" tabindex="0" role="region" aria-label=caption>
                {move || table_view(caption, &shown.get())}
            </div>
        </details>
    }
    .into_any()
}

/// Tells an open table where its panel has room for it.
fn leave_controls(fold: &Element) -> Option<()> {
    let panel = fold.closest(".panel").ok()??;
    let bounds = panel.get_bounding_client_rect();
    let part = |css: &str| {
        let part = panel.query_selector(css).ok()??.get_bounding_client_rect();
        Some((part.top() - bounds.top(), part.bottom() - bounds.top()))
    };
    let (top, room) = between(part(".panel-head")?.1, part(".chart-foot, .network-controls"), bounds.height());
    let room = room - EDGES;
    fold.set_attribute("style", &format!("--table-top: {top:.0}px; --table-room: {room:.0}px")).ok()
}

/// Where a table begins and how high it may be, so that it covers neither the head of its panel nor the
/// foot below the picture, which is told by its two edges.
fn between(head: f64, foot: Option<(f64, f64)>, height: f64) -> (f64, f64) {
    let (foot, below) = foot.unwrap_or((height, height));
    if foot - head < LEAST { (below, LEAST.max(height - below)) } else { (head, foot - head) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lies_between_the_controls_of_its_picture_or_below_them() {
        assert_eq!(between(32.0, Some((300.0, 326.0)), 400.0), (32.0, 268.0));
        assert_eq!(between(32.0, Some((90.0, 116.0)), 380.0), (116.0, 264.0));
        assert_eq!(between(32.0, Some((90.0, 116.0)), 130.0), (116.0, LEAST));
        assert_eq!(between(60.0, None, 300.0), (60.0, 240.0));
    }
}
