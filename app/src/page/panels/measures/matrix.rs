//! Who gains from whom: a table whose cells are coloured by what they say, with the intervals in a
//! table of their own.

use super::super::mark::TaskMark;
use super::super::panel::{Table, TableTwin};
use super::row::Row;
use leptos::prelude::*;
use mtl_core::config::task_name;

/// The gain at which a cell has its full colour.
const FULL: f64 = 0.5;

/// Blue for a gain and orange for a loss, as for signs everywhere on the page; the text has the sign,
/// too. Never so strong that the text would be hard to read on it.
fn colour(gain: Option<f64>) -> String {
    let gain = gain.unwrap_or(0.0);
    let hue = if gain < 0.0 { "#d96a00" } else { "#086cb0" };
    let strength = (gain.abs() / FULL).min(1.0) * 45.0;
    format!("background: color-mix(in srgb, {hue} {strength:.0}%, transparent)")
}

/// The heat map: a row per task that gives, a column per task that gains.
pub fn view(row: Row) -> AnyView {
    let key = row.measure.choice.key;
    let cell = move |i: usize, j: usize| {
        let place = 3 * (i * row.tasks + j);
        if i == j {
            return view! { <td></td> }.into_any();
        }
        view! {
            <td
                class="number"
                style=move || colour(row.number(place))
                title=move || row.interval(place)
                data-testid=format!("measure-{key}-{i}-{j}")
            >
                {move || row.text(place)}
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
