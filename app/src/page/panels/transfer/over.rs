//! What the gains are gains over, and over what their intervals are taken.

use crate::page::state::Page;
use leptos::prelude::With;
use mtl_core::config::{Baseline, Varies};
use mtl_core::measure::transfer::LEAST_SEEDS;
use mtl_core::protocol::Summary;

/// Beyond this difference sizes are not called the same.
const SAME: f64 = 0.03;

/// Both sides with their parameters, the seeds, and what varies with them. Empty before the lesson is built.
pub fn sentence(page: Page) -> String {
    page.summary.with(|summary| summary.as_ref().map_or_else(String::new, |summary| over(summary)))
}

fn over(summary: &Summary) -> String {
    if !summary.baselines {
        return "No baselines, so nothing to compare with (card 4).".into();
    }
    [sizes(summary), seeds(summary.seeds, summary.varies, summary.side > 0)].concat()
}

/// The parameters of the network that learns all tasks and of those that learn one.
fn sizes(summary: &Summary) -> String {
    let (together, alone) = (summary.shared_parameters, &summary.alone_parameters);
    let (Some(least), Some(most)) = (alone.iter().min(), alone.iter().max()) else { return String::new() };
    let alone = if least == most { least.to_string() } else { format!("{least} to {most}") };
    let share = |parameters: &usize| (*parameters as f64 / together.max(1) as f64 - 1.0).abs();
    let apart = share(least).max(share(most));
    let how = match summary.baseline {
        Baseline::SameSize if apart > SAME => format!("same size \u{b1}{:.0} %", (apart * 100.0).ceil()),
        Baseline::SameSize => "same size".into(),
        Baseline::SameArchitecture => "same architecture".into(),
        Baseline::SameLayers | Baseline::Fair => "same layers".into(),
    };
    format!("{together} parameters together, {alone} each alone ({how}). ")
}

fn seeds(seeds: usize, varies: Varies, pictures: bool) -> String {
    let paired: String = if seeds == 1 { "1 paired seed".into() } else { format!("{seeds} paired seeds") };
    if seeds < LEAST_SEEDS {
        return format!("{paired}: too few to say that a task gains or loses.");
    }
    let varied = match varies {
        // There is one pool of them: the spread over other pictures is larger.
        Varies::Data if pictures => "splits of the pictures, initial values, batches",
        Varies::Data => "data, initial values, batches",
        Varies::Training => "initial values and batches, not data",
    };
    format!("{paired} vary {varied}: 95 % t-interval.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(together: usize, alone: &[usize], baseline: Baseline) -> Summary {
        Summary {
            shared_parameters: together,
            alone_parameters: alone.to_vec(),
            baselines: true,
            baseline,
            seeds: 5,
            varies: Varies::Data,
            ..Summary::default()
        }
    }

    #[test]
    fn both_sides_are_named_with_their_parameters_and_a_difference_in_size() {
        let said = |together, alone: &[usize], baseline| sizes(&summary(together, alone, baseline));
        assert_eq!(said(46, &[45, 45], Baseline::SameSize), "46 parameters together, 45 each alone (same size). ");
        assert_eq!(
            said(46, &[41, 45], Baseline::SameSize),
            "46 parameters together, 41 to 45 each alone (same size \u{b1}11 %). "
        );
        assert_eq!(
            said(12, &[9, 10], Baseline::SameLayers),
            "12 parameters together, 9 to 10 each alone (same layers). "
        );
        assert!(said(46, &[46], Baseline::SameArchitecture).ends_with("(same architecture). "));
        assert_eq!(said(46, &[], Baseline::SameSize), "");
    }

    #[test]
    fn the_interval_says_over_what_it_is_taken_and_what_it_does_not_tell() {
        assert_eq!(
            seeds(5, Varies::Data, false),
            "5 paired seeds vary data, initial values, batches: 95 % t-interval."
        );
        assert!(seeds(5, Varies::Data, true).contains("splits of the pictures"));
        assert!(seeds(5, Varies::Training, false).contains("not data"));
        for few in 1..LEAST_SEEDS {
            assert!(seeds(few, Varies::Data, false).ends_with("too few to say that a task gains or loses."), "{few}");
        }
    }

    #[test]
    fn without_baselines_there_is_nothing_to_compare_with() {
        let without = Summary { baselines: false, ..summary(46, &[], Baseline::SameLayers) };
        assert!(over(&without).starts_with("No baselines"));
        let with = over(&summary(46, &[45], Baseline::SameSize));
        assert!(with.contains("(same size). 5 paired seeds"), "{with}");
    }
}
