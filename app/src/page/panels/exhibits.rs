//! What the architecture has learned apart from its layers, such as gates: small heat maps, which are
//! tables.

use super::draw::Job;
use super::mark::signed_ground;
use super::panel::Panel;
use super::text::{DASH, short};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use leptos::{ev, html, prelude::*};
use mtl_core::protocol::LearnedMatrixPicture;
use web_sys::Element;

/// More columns than these leave no room for a number in a cell.
const ROOMY: usize = 8;
/// Least milliseconds between two changes of the numbers: faster ones can't be read.
const READABLE: f64 = 200.0;
/// More rows than these leave no room for their names.
const NAMED: usize = 16;

/// A learned matrix without its numbers: what a table is kept for.
#[derive(Clone, PartialEq)]
struct Frame {
    place: usize,
    title: String,
    rows: Vec<String>,
    columns: Vec<String>,
}

impl Frame {
    fn of((place, matrix): (usize, &LearnedMatrixPicture)) -> Self {
        let LearnedMatrixPicture { title, rows, columns, .. } = matrix.clone();
        Self { place, title, rows, columns }
    }

    /// What the numbers leave room for, as classes.
    fn class(&self) -> &'static str {
        match (self.columns.len() > ROOMY, self.rows.len() > NAMED) {
            (_, true) => "exhibit dense tall",
            (true, false) => "exhibit dense",
            (false, false) => "exhibit",
        }
    }

    /// A cell by its number, in words.
    fn read(&self, cell: usize, value: f32) -> String {
        let columns = self.columns.len().max(1);
        let name = |names: &[String], at: usize| names.get(at).cloned().unwrap_or_default();
        let (row, column) = (name(&self.rows, cell / columns), name(&self.columns, cell % columns));
        let value = if value == 0.0 { "exactly 0".into() } else { short(f64::from(value)) };
        format!("{}, {row}, {column}: {value}", self.title)
    }
}

/// The cell under the pointer: of which matrix, and which.
type Pointed = RwSignal<Option<(usize, usize)>>;

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "exhibits",
    title: "What it learned",
    term: "exhibit",
    panel: None,
    place: Place::Network,
    view: || view! { <ExhibitsPanel/> }.into_any(),
};

/// Everything that the architecture shows of itself; nothing where it shows nothing.
#[component]
pub fn ExhibitsPanel() -> impl IntoView {
    let page = Page::get();
    let frames = Memo::new(move |_| {
        page.picture.with(|picture| {
            let matrices = picture.as_ref().map_or(&[][..], |picture| &picture.learned_matrices);
            matrices.iter().enumerate().map(Frame::of).collect::<Vec<_>>()
        })
    });
    let pointed = Pointed::new(None);
    let reading = move || {
        let (place, cell) = pointed.get()?;
        let value =
            page.picture.with(|picture| picture.as_ref()?.learned_matrices.get(place)?.values.get(cell).copied())?;
        frames.with(|frames| frames.get(place).map(|frame| frame.read(cell, value)))
    };
    let all = move |frames: &Vec<Frame>| {
        let maps = frames.iter().map(|frame| view(page, frame, pointed)).collect_view();
        view! {
            <Panel of=PANEL>
                <div class="exhibits">{maps}</div>
                <p class="probe small">{move || reading().unwrap_or_else(|| "Point at a cell to read it".into())}</p>
            </Panel>
        }
        .into_any()
    };
    (move || frames.with(|frames| (!frames.is_empty()).then(|| all(frames)))).into_any()
}

fn view(page: Page, frame: &Frame, pointed: Pointed) -> AnyView {
    let place = frame.place;
    let node = NodeRef::<html::Div>::new();
    let show = move || {
        let Some(node) = node.get_untracked() else { return };
        page.picture.with_untracked(|picture| {
            let matrix = picture.as_ref().and_then(|picture| picture.learned_matrices.get(place));
            paint(&node, matrix.map_or(&[], |matrix| &matrix.values));
        });
    };
    let job = Job::new(|| READABLE, show);
    Effect::new(move |_| {
        page.picture.track();
        if node.get().is_some() {
            job.mark();
        }
    });
    let point = move |event: ev::PointerEvent| {
        let cell = event_target::<Element>(&event).get_attribute("data-cell").and_then(|cell| cell.parse().ok());
        pointed.set(cell.map(|cell| (place, cell)));
    };
    let columns = frame.columns.len();
    let head = frame.columns.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }.into_any());
    let cell = |cell: usize| view! { <td data-cell=cell.to_string()></td> }.into_any();
    let row = |(row, name): (usize, &String)| {
        let cells = (row * columns..(row + 1) * columns).map(cell).collect_view();
        view! { <tr><th scope="row">{name.clone()}</th>{cells}</tr> }.into_any()
    };
    view! {
        <div node_ref=node class=frame.class() data-testid=format!("exhibit-{place}")>
            <table on:pointerover=point on:pointerleave=move |_| pointed.set(None)>
                <caption>{frame.title.clone()}</caption>
                <thead><tr><td></td>{head.collect_view()}</tr></thead>
                <tbody>{frame.rows.iter().enumerate().map(row).collect_view()}</tbody>
            </table>
            <p class="ramp"></p>
        </div>
    }
    .into_any()
}

/// The ends of the scale: a round number that no value goes beyond, and minus the same or zero.
fn reach(values: &[f32]) -> (f32, f32) {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let most = finite().fold(0.0_f32, |most, value| most.max(value.abs()));
    let unit = 10_f32.powf(most.max(1e-6).log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * unit).into_iter().find(|round| *round >= most * 0.999);
    let round = round.unwrap_or(most);
    (if finite().any(|value| value < 0.0) { -round } else { 0.0 }, round)
}

/// A number as a cell has room for it, in three digits or, below 1, two decimals. What is exactly whole has
/// no decimals: only a true zero is '0'.
fn cell_text(value: f32) -> String {
    let decimals = match value.abs() {
        size if !size.is_finite() => return DASH.into(),
        size if size >= 9999.5 => return short(f64::from(value)),
        size if size.fract() == 0.0 => 0,
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    // Turns -0 into 0.
    format!("{:.decimals$}", value + 0.0).replace('-', "\u{2212}")
}

/// A number at an end of the scale, where there is more room.
fn end_text(value: f32) -> String {
    if value.abs() < 0.01 && value != 0.0 { short(f64::from(value)) } else { cell_text(value) }
}

/// Writes the numbers into the cells of a matrix's table, row after row, with their colours, and how far
/// these reach.
fn paint(shown: &Element, values: &[f32]) {
    let (low, high) = reach(values);
    if let Ok(Some(ramp)) = shown.query_selector(".ramp") {
        ramp.set_text_content(Some(&format!("{} to {}", end_text(low), end_text(high))));
        ramp.set_class_name(if low < 0.0 { "ramp signed" } else { "ramp" });
    }
    let mut values = values.iter();
    let mut row = shown.query_selector("tbody").ok().flatten().and_then(|body| body.first_element_child());
    while let Some(line) = row {
        let mut cell = line.first_element_child().and_then(|name| name.next_element_sibling());
        while let Some(at) = cell {
            let value = values.next().copied().unwrap_or(f32::NAN);
            let part = if value.is_finite() { f64::from(value / high.max(f32::MIN_POSITIVE)) } else { 0.0 };
            at.set_text_content(Some(&cell_text(value)));
            at.set_class_name(if value == 0.0 { "zero" } else { "" });
            let _ = at.set_attribute("style", &signed_ground(part));
            cell = at.next_element_sibling();
        }
        row = line.next_element_sibling();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number_and_goes_below_zero_where_values_do() {
        assert_eq!(reach(&[0.2, 0.63, f32::NAN]), (0.0, 1.0));
        assert_eq!(reach(&[0.2, 0.5]), (0.0, 0.5));
        assert_eq!(reach(&[-0.013, 0.01]), (-0.02, 0.02));
        assert_eq!(reach(&[37.0, 0.0]), (0.0, 50.0));
        let (low, high) = reach(&[0.0, 0.0]);
        assert!(low == 0.0 && high > 0.0);
    }

    #[test]
    fn only_what_is_exactly_zero_reads_so() {
        let pairs = [
            (0.0, "0"),
            (-0.0, "0"),
            (3.0, "3"),
            (0.001, "0.00"),
            (-0.126, "\u{2212}0.13"),
            (12.34, "12.3"),
            (123.4, "123"),
            (-123_456.0, "\u{2212}1.23e5"),
        ];
        for (value, text) in pairs {
            assert_eq!(cell_text(value), text);
        }
        assert_eq!(cell_text(f32::NAN), DASH);
    }

    #[test]
    fn a_cell_is_read_with_the_names_of_its_row_and_column() {
        let names = |all: &[&str]| all.iter().map(ToString::to_string).collect();
        let frame =
            Frame { place: 0, title: "gates".into(), rows: names(&["task A", "task B"]), columns: names(&["1", "2"]) };
        assert_eq!(frame.read(2, 0.25), "gates, task B, 1: 0.250");
        assert_eq!(frame.read(1, 0.0), "gates, task A, 2: exactly 0");
    }
}
