//! What the rows of a comparison say: numbers over all paired seeds, and which architecture stands out.

use crate::page::gain::{gain_text, named, stated_interval};
use crate::page::panels::text::{DASH, short};
use mtl_core::config::{Varies, task_name};
use mtl_core::measure::distinct::{geometric, lowest, t_interval};
use mtl_core::measure::tasks::mean_ranks;
use mtl_core::measure::transfer::{LEAST_SEEDS, TransferGain, Verdict};
use mtl_core::protocol::ComparedRow;

/// A cell of a row.
#[derive(Debug, Default, PartialEq)]
pub struct Cell {
    /// Its number.
    pub text: String,
    /// What stands below it: a 95 % interval, or the other side's number; may be empty.
    pub below: String,
    /// What may be said of a gain.
    pub word: Option<Verdict>,
    /// Whether it is the lowest of its column beyond chance.
    pub best: bool,
}

impl Cell {
    fn plain(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// The architecture's, and below it the mean of those of the models that learn one task alone.
    fn parameters(row: &ComparedRow) -> Self {
        let alone = row.alone_parameters;
        let below = if alone > 0 { format!("alone {alone}") } else { String::new() };
        Self { below, ..Self::plain(row.parameters.to_string()) }
    }

    /// The geometric mean over the seeds with its interval; a dash where a model has none.
    fn loss(seeds: Option<&[f32]>, best: bool) -> Self {
        let Some((mean, low, high)) = seeds.and_then(|seeds| geometric(&wide(seeds))) else {
            return Self::plain(DASH.into());
        };
        let below = if high.is_finite() { format!("{} to {}", short(low), short(high)) } else { String::new() };
        Self { below, best, ..Self::plain(short(mean)) }
    }

    /// The gain with its interval and its word; a dash where none can be stated.
    fn gain(gain: Option<&TransferGain>) -> Self {
        let Some(gain) = gain.filter(|gain| gain.verdict != Verdict::Undefined) else {
            return Self::plain(DASH.into());
        };
        let named = named(gain);
        Self {
            below: named.map_or_else(String::new, stated_interval),
            word: Some(gain.verdict),
            ..Self::plain(named.map_or(DASH.into(), |gain| gain_text(gain.mean)))
        }
    }
}

fn wide(losses: &[f32]) -> Vec<f64> {
    losses.iter().map(|loss| f64::from(*loss)).collect()
}

/// The number of tasks that the rows tell of: one that exploded at once tells of none.
pub fn tasks(rows: &[ComparedRow]) -> usize {
    rows.iter().map(|row| row.test.len()).max().unwrap_or(0)
}

/// The paired seeds that every row with losses has: where memory is short, larger architectures have fewer.
fn common_seeds(rows: &[ComparedRow]) -> usize {
    rows.iter().filter_map(seeds).min().unwrap_or(0)
}

/// A row's paired seeds; `None` for one that exploded at once, which has no losses.
fn seeds(row: &ComparedRow) -> Option<usize> {
    row.test.first().map(Vec::len).filter(|seeds| *seeds > 0)
}

/// The row that stands out at each task as the one with the lowest loss, where there is one. Nothing before every
/// row is done: the tests are corrected for how many there are.
pub fn best(rows: &[ComparedRow]) -> Option<Vec<Option<usize>>> {
    let of = rows.first()?.of;
    let done = rows.len() >= of && rows.iter().all(|row| row.done);
    let seeds = common_seeds(rows);
    let at = |task: usize| {
        let losses = |row: &ComparedRow| row.test.get(task).and_then(|losses| losses.get(..seeds)).map_or(vec![], wide);
        let losses: Vec<_> = rows.iter().map(losses).collect();
        lowest(&losses)
    };
    done.then(|| (0..tasks(rows)).map(at).collect())
}

/// The mean rank of every row among all of them by its test losses, averaged over the tasks on each paired seed, with
/// half its 95 % t-interval over the seeds; `None` for a row without a loss on some seed. Seeds that not every row has
/// don't count.
pub fn ranks(rows: &[ComparedRow]) -> Vec<Option<(f64, f64)>> {
    let (tasks, seeds) = (tasks(rows), common_seeds(rows));
    let loss = |row: &ComparedRow, task: usize, seed: usize| {
        row.test.get(task).and_then(|seeds| seeds.get(seed)).map_or(f64::NAN, |loss| f64::from(*loss))
    };
    let on_seed = |seed: usize| {
        let losses: Vec<Vec<f64>> =
            rows.iter().map(|row| (0..tasks).map(|task| loss(row, task, seed)).collect()).collect();
        mean_ranks(&losses, &vec![false; tasks])
    };
    let by_seed: Vec<_> = (0..seeds).map(on_seed).collect();
    let of_row = |place: usize| {
        let ranks: Option<Vec<f64>> = by_seed.iter().map(|ranks| ranks.get(place).copied().flatten()).collect();
        ranks.filter(|ranks| !ranks.is_empty()).map(|ranks| t_interval(&ranks))
    };
    (0..rows.len()).map(of_row).collect()
}

/// A row's mean rank as a cell.
pub fn rank_cell(rank: Option<(f64, f64)>, rows: usize) -> Cell {
    let Some((mean, half)) = rank else { return Cell::plain(DASH.into()) };
    // A rank is nowhere beyond the first and the last.
    let end = |end: f64| format!("{:.1}", end.clamp(1.0, rows.max(1) as f64));
    let below = if half.is_finite() { format!("{} to {}", end(mean - half), end(mean + half)) } else { String::new() };
    Cell { below, ..Cell::plain(format!("{mean:.1}")) }
}

/// A row's cells, in the order of the columns: parameters, steps per second, every task's loss, every task's gain.
/// Of the losses those are marked for which `is_best` says so.
pub fn cells(row: &ComparedRow, tasks: usize, is_best: impl Fn(usize) -> bool) -> Vec<Cell> {
    let mut cells = vec![Cell::parameters(row), Cell::plain(format!("{:.0}", row.steps_per_second))];
    cells.extend((0..tasks).map(|task| Cell::loss(row.test.get(task).map(Vec::as_slice), is_best(task))));
    cells.extend((0..tasks).map(|task| Cell::gain(row.transfer.get(task))));
    cells
}

/// Which tasks have no row that stands out, in a sentence; empty where all have one.
pub fn undecided(best: Option<&[Option<usize>]>) -> String {
    let Some(best) = best else { return "No architecture is marked as best before all are done.".into() };
    let open = best.iter().enumerate().filter(|(_, row)| row.is_none());
    let open: Vec<&str> = open.map(|(task, _)| task_name(task)).collect();
    let of = match open.split_last() {
        None => return String::new(),
        Some((last, [])) => format!("task {last}"),
        Some((last, others)) => format!("tasks {} and {last}", others.join(", ")),
    };
    format!("No architecture is clearly the lowest for {of}.")
}

/// What 'best' and its absence go by.
pub const HOW_BEST: &str = "Best is a loss that is lower than every other row's beyond chance: paired t-tests on logarithms over the same seeds, corrected by Holm at 5 %.";

/// Over what means and intervals of a lesson with so many paired seeds are taken.
pub fn over(rows: &[ComparedRow], lesson: usize, varies: Varies) -> String {
    let most = rows.iter().filter_map(seeds).max().unwrap_or(lesson);
    [over_seeds(most, varies), fewer(rows, most)].concat()
}

/// Which rows have fewer seeds than others, and what follows; empty where none has.
fn fewer(rows: &[ComparedRow], most: usize) -> String {
    let few = rows.iter().filter_map(|row| Some((row, seeds(row)?))).filter(|(_, seeds)| *seeds < most);
    let few: Vec<String> = few.map(|(row, seeds)| format!("{} ({seeds})", row.label)).collect();
    if few.is_empty() {
        return String::new();
    }
    let common = common_seeds(rows);
    format!(
        " Memory left fewer seeds to some: {}. Ranks and 'best' are therefore of the first {common}, which all have.",
        few.join(", ")
    )
}

fn over_seeds(seeds: usize, varies: Varies) -> String {
    if seeds < 2 {
        return "One seed, so there are no intervals.".into();
    }
    let differ = match varies {
        Varies::Data => "each with rows, initial values and batches of its own",
        Varies::Training => {
            "each with initial values and batches of its own, all on the same rows: other data may say otherwise"
        }
    };
    let few = if seeds < LEAST_SEEDS { " That is too few to say that a task gains or loses." } else { "" };
    format!("Means (geometric) and 95 % intervals are over {seeds} paired seeds, {differ}.{few}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(of: usize, test: &[&[f32]]) -> ComparedRow {
        let test = test.iter().map(|seeds| seeds.to_vec()).collect();
        ComparedRow { of, done: true, parameters: 46, alone_parameters: 9, test, ..ComparedRow::default() }
    }

    #[test]
    fn a_loss_is_the_geometric_mean_over_all_seeds_with_its_interval() {
        let cells = cells(&row(1, &[&[0.1, 0.2, 0.4], &[0.3], &[0.3, f32::NAN]]), 4, |_| false);
        assert_eq!(cells[2].text, "0.200");
        let (low, high) = cells[2].below.split_once(" to ").unwrap();
        // 4.3 standard errors of the logarithms to each side.
        assert!(low.starts_with("0.035") && high.starts_with("1.12"), "{low} to {high}");
        assert_eq!((cells[3].text.as_str(), cells[3].below.as_str()), ("0.300", ""), "one seed has no interval");
        assert_eq!([&cells[4].text, &cells[5].text], [DASH, DASH], "one that exploded, one that is missing");
    }

    #[test]
    fn a_rank_is_the_mean_over_tasks_and_seeds_with_its_interval() {
        let rows = [
            row(3, &[&[0.1, 0.3], &[0.1, 0.1]]),
            row(3, &[&[0.2, 0.2], &[0.2, 0.2]]),
            row(3, &[&[0.3, 0.1], &[f32::NAN, 0.3]]),
        ];
        // On the first seed the third row exploded: ranks 1 and 2 of two; on the second (3, 1), (2, 2), (1, 3).
        let ranks = ranks(&rows);
        assert_eq!(ranks[0].map(|(mean, _)| mean), Some(1.5));
        assert_eq!(ranks[1], Some((2.0, 0.0)));
        assert_eq!(ranks[2], None);
        let cell = rank_cell(ranks[0], 3);
        assert_eq!((cell.text.as_str(), cell.below.as_str()), ("1.5", "1.0 to 3.0"));
        assert_eq!(rank_cell(None, 3).text, DASH);
    }

    #[test]
    fn parameters_are_those_of_both_sides() {
        let two_sides = cells(&row(1, &[]), 0, |_| false);
        assert_eq!((two_sides[0].text.as_str(), two_sides[0].below.as_str()), ("46", "alone 9"));
        let without = ComparedRow { alone_parameters: 0, ..row(1, &[]) };
        assert_eq!(cells(&without, 0, |_| false)[0].below, "", "no baselines train");
    }

    #[test]
    fn a_gain_has_its_interval_and_its_word() {
        let gain = TransferGain {
            mean: -0.2,
            low: -0.3,
            high: -0.1,
            seeds: 5,
            verdict: Verdict::Loses,
            ..TransferGain::default()
        };
        let cell = Cell::gain(Some(&gain));
        assert_eq!((cell.text.as_str(), cell.below.as_str()), ("-20.0 %", "-30.0 to -10.0 %"));
        assert_eq!(cell.word.map(Verdict::word), Some("loses"));
        let one_seed =
            Cell::gain(Some(&TransferGain { low: f64::NEG_INFINITY, high: 1.0, verdict: Verdict::TooEarly, ..gain }));
        assert_eq!((one_seed.below.as_str(), one_seed.word), ("", Some(Verdict::TooEarly)));
        let dash = Cell { text: DASH.into(), ..Cell::default() };
        assert_eq!(Cell::gain(Some(&TransferGain::undefined())), dash);
        assert_eq!(Cell::gain(None), dash);
    }

    #[test]
    fn only_a_row_that_is_lower_than_every_other_beyond_chance_is_best() {
        let apart: [&[f32]; 2] = [&[0.10, 0.11, 0.12], &[0.2, 0.1, 0.4]];
        let rows = [row(2, &[&[0.20, 0.22, 0.25], &[0.1, 0.2, 0.3]]), row(2, &apart)];
        assert_eq!(best(&rows), Some(vec![Some(1), None]));
        assert_eq!(undecided(best(&rows).as_deref()), "No architecture is clearly the lowest for task B.");
        let marked = |cells: Vec<Cell>| cells.iter().map(|cell| cell.best).collect::<Vec<_>>();
        let lines = cells(&rows[1], 2, |task| task == 0);
        assert_eq!(marked(lines), [false, false, true, false, false, false]);
    }

    #[test]
    fn none_is_best_before_all_are_done() {
        let rows = [row(3, &[&[0.20, 0.22, 0.25]]), row(3, &[&[0.10, 0.11, 0.12]])];
        assert_eq!(best(&rows), None);
        assert_eq!(undecided(None), "No architecture is marked as best before all are done.");
        assert_eq!(best(&[]), None);
    }

    #[test]
    fn tasks_without_a_best_row_are_named_and_nothing_is_said_where_all_have_one() {
        assert_eq!(undecided(Some(&[Some(0), Some(3)])), "");
        assert_eq!(
            undecided(Some(&[None, Some(2), None, None])),
            "No architecture is clearly the lowest for tasks A, C and D."
        );
    }

    #[test]
    fn a_row_that_exploded_at_once_takes_no_column_away() {
        let rows = [row(2, &[]), row(2, &[&[0.1, 0.2], &[0.1, 0.2]])];
        assert_eq!(tasks(&rows), 2);
        assert_eq!(cells(&rows[0], tasks(&rows), |_| false).len(), 6);
        // It is no rival either: the other one stands alone, and out against nobody.
        assert_eq!(best(&rows), Some(vec![None, None]));
    }

    #[test]
    fn rows_with_fewer_seeds_are_compared_on_those_that_all_have() {
        let label = |row: ComparedRow| ComparedRow { label: "Large".into(), ..row };
        let rows = [
            row(3, &[&[0.20, 0.22, 0.25, 0.01]]),
            label(row(3, &[&[0.10, 0.11, 0.12]])),
            row(3, &[]), // exploded at once: it takes no seed from the others
        ];
        assert_eq!(best(&rows), Some(vec![Some(1)]));
        assert_eq!(ranks(&rows), [Some((2.0, 0.0)), Some((1.0, 0.0)), None]);
        let note = over(&rows, 4, Varies::Data);
        assert!(note.contains("over 4 paired seeds") && note.contains("to some: Large (3). "), "{note}");
        assert!(note.ends_with("of the first 3, which all have."), "{note}");
    }

    #[test]
    fn a_note_says_over_what_means_and_intervals_are_taken() {
        let over = |seeds: usize, varies: Varies| over(&[], seeds, varies);
        assert!(over(1, Varies::Data).contains("no intervals"));
        let data = over(10, Varies::Data);
        assert!(data.contains("10 paired seeds") && data.contains("rows, initial values") && !data.contains("few"));
        assert!(over(5, Varies::Training).contains("the same rows"));
        assert!(over(2, Varies::Data).contains("too few"));
    }
}
