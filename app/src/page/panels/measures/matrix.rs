//! Which task gains from which: a table with cells coloured by what they say, and the intervals in a
//! table of their own.

use super::super::mark::{TaskMark, signed_ground};
use super::super::panel::{Table, TableTwin};
use super::row::Row;
use crate::page::gain::brief;
use leptos::prelude::*;
use mtl_core::config::task_name;

/// The gain at which a cell has its full colour.
const FULL: f64 = 0.5;

/// The heat map: a row per task that gives, a column per task that gains. Cells are called `NAME-i-j` by
/// scripts.
pub fn view(row: Row, name: &'static str) -> AnyView {
    let cell = move |i: usize, j: usize| {
        let place = 3 * (i * row.tasks + j);
        if i == j {
            return view! { <td></td> }.into_any();
        }
        view! {
            <td
                class="number"
                style=move || signed_ground(row.number(place).unwrap_or(0.0) / FULL)
                title=move || format!("{}, {}", row.text(place), row.interval(place))
                data-testid=format!("{name}-{i}-{j}")
            >
                {move || brief(&row.text(place))}
            </td>
        }
        .into_any()
    };
    let line = move |i: usize| {
        view! { <tr><th scope="row"><TaskMark task=i/></th>{(0..row.tasks).map(|j| cell(i, j)).collect_view()}</tr> }
            .into_any()
    };
    let heads = (0..row.tasks).map(|task| view! { <th scope="col"><TaskMark task/></th> }.into_any()).collect_view();
    view! {
        <table class="matrix">
            <thead><tr><th scope="col">"from \u{2193} to \u{2192}"</th>{heads}</tr></thead>
            <tbody>{(0..row.tasks).map(line).collect_view()}</tbody>
        </table>
        <TableTwin caption="Pairwise transfer with its 95 % intervals" table=Callback::new(move |()| table(row))/>
    }
    .into_any()
}

fn table(row: Row) -> Table {
    let cells = (0..row.tasks).flat_map(|i| (0..row.tasks).map(move |j| (i, j))).filter(|(i, j)| i != j);
    let line = |(i, j): (usize, usize)| {
        let place = 3 * (i * row.tasks + j);
        vec![format!("{} from {}", task_name(j), task_name(i)), row.text(place), row.interval(place)]
    };
    Table { head: ["task", "gain", "95 % interval"].map(String::from).to_vec(), rows: cells.map(line).collect() }
}
