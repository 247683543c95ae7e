//! The table of measures, from which the page and the documentation are made.

use crate::generated::assert_section;
use mtl_core::config::LossKind;
use mtl_core::measure::observation::{Observation, TaskObservation};
use mtl_core::measure::recorded_epochs::is_recorded;
use mtl_core::measure::table::{Better, Given, Group, MEASURES, Need, Per, Unit, each, formula, measure};
use mtl_core::measure::transfer::{SeedLosses, TransferGain};
use mtl_core::measure::{conflict, document};

#[test]
fn every_measure_has_a_key_of_its_own_in_kebab_case() {
    for (k, line) in MEASURES.iter().enumerate() {
        let key = line.choice.key;
        assert!(key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{key}");
        assert!(MEASURES[..k].iter().all(|other| other.choice.key != key && other.choice.label != line.choice.label));
        assert_eq!(measure(key).map(|line| line.choice.label), Some(line.choice.label));
    }
    assert!(measure("no-such-measure").is_none());
}

#[test]
fn every_measure_is_explained_in_one_sentence_and_has_a_formula() {
    for line in MEASURES {
        let help = line.choice.help;
        assert!(help.starts_with(char::is_uppercase) && help.ends_with('.') && !help.contains(". "), "{help}");
        assert!(
            help.len() < 160 && !line.choice.label.is_empty() && formula(line.choice.key).len() > 5,
            "{}",
            line.choice.key
        );
    }
}

#[test]
fn every_measure_says_what_it_is_taken_on() {
    for line in MEASURES {
        let (key, taken) = (line.choice.key, line.taken());
        let rows = ["test rows", "validation rows", "batch"].iter().filter(|rows| taken.contains(*rows)).count();
        assert!(rows >= 1 && taken.contains("seed") && !taken.ends_with('.'), "{key}: {taken}");
        assert_eq!(taken.contains("test rows"), matches!(line.per, Per::Gain | Per::Gains), "{key}: {taken}");
        assert_eq!(taken.contains("batch"), line.group == Group::Gradients, "{key}: {taken}");
        let window = conflict::WINDOW.to_string();
        assert_eq!(taken.contains(&window), key == "conflict-rate", "{key}: {taken}");
        // Whatever a measure compares with is named.
        assert_eq!(taken.contains("fan"), line.group == Group::Front || line.need == Need::Rivals, "{key}: {taken}");
    }
}

#[test]
fn nothing_of_the_gradients_has_an_arrow() {
    for line in MEASURES {
        assert!(line.group != Group::Gradients || line.better == Better::Neither, "{}", line.choice.key);
    }
}

#[test]
fn the_conflict_rate_names_its_window_and_its_neutral_band() {
    let rate = measure("conflict-rate").map(|line| line.choice.help).unwrap_or_default();
    let band = format!("-{}", conflict::NEUTRAL);
    for text in [rate, formula("conflict-rate")] {
        assert!(text.contains(&band) && text.contains(&conflict::WINDOW.to_string()), "{text}");
    }
}

#[test]
fn measures_stand_by_group_and_each_group_has_some() {
    let order: Vec<usize> =
        MEASURES.iter().filter_map(|line| Group::ALL.iter().position(|g| *g == line.group)).collect();
    assert!(order.len() == MEASURES.len() && order.is_sorted());
    for (k, group) in Group::ALL.iter().enumerate() {
        assert!(order.contains(&k) && !group.title().is_empty());
    }
}

#[test]
fn every_measure_of_the_list_is_there() {
    let keys = "accuracy macro-f1 auc balanced-accuracy mse rmse mae r2 delta-m delta-m-drop mean-rank transfer-gain \
        transfer-matrix average cosine magnitude-similarity curvature-bound condition-number conflict-rate hypervolume \
        spacing sparsity stationarity dominance forgetting validation steps-to-single";
    for key in keys.split_whitespace() {
        assert!(measure(key).is_some(), "{key}");
    }
}

#[test]
fn the_two_signs_of_delta_m_have_opposite_arrows() {
    let arrow = |key| measure(key).map(|line| line.better.arrow());
    assert_eq!((arrow("delta-m"), arrow("delta-m-drop")), (Some("\u{2191}"), Some("\u{2193}")));
    assert_eq!((Better::Neither.arrow(), Better::Lower.words()), ("", "lower is better"));
    assert_eq!((Unit::Percent.factor(), Unit::Percent.text(), Unit::Plain.factor()), (100.0, "%", 1.0));
}

#[test]
fn every_measure_has_as_many_numbers_as_it_says_and_none_where_nothing_was_seen() {
    for tasks in 0..7 {
        let none = f64::NAN;
        let unseen = TaskObservation { loss: none, loss_alone: none, guess: none, ..TaskObservation::default() };
        let seen = Observation { tasks: vec![unseen; tasks], ..Observation::default() };
        let numbers = seen.measures();
        assert_eq!(numbers.len(), MEASURES.iter().map(|measure| measure.per.count(tasks)).sum::<usize>());
        for (measure, own) in each(&numbers, tasks) {
            assert_eq!(own.len(), measure.per.count(tasks), "{}", measure.choice.key);
            // The volume of no front is nothing.
            let nothing = own.iter().all(|number| number.is_nan());
            assert!(nothing || measure.choice.key == "hypervolume", "{}: {own:?}", measure.choice.key);
        }
    }
    assert!(each(&[], 3).all(|(_, own)| own.is_empty()));
}

#[test]
fn a_gain_of_one_seed_has_no_interval() {
    let numbers = |seeds: usize| {
        let seed = SeedLosses { alone: 1.0, together: 0.5, guess: 2.0 };
        let transfer = vec![TransferGain::over_seeds(&vec![seed; seeds])];
        let seen = Observation { tasks: vec![TaskObservation::default()], transfer, ..Observation::default() };
        let numbers = seen.measures();
        let own = each(&numbers, 1).find(|(measure, _)| measure.per == Per::Gain).map(|(_, own)| own.to_vec());
        own.unwrap_or_default().iter().map(|number| number.is_finite()).collect::<Vec<_>>()
    };
    assert_eq!((numbers(0), numbers(1), numbers(2)), (vec![false; 3], vec![true, false, false], vec![true; 3]));
}

#[test]
fn what_can_not_be_measured_is_told_in_a_sentence() {
    let nothing = Given { tasks: 2, ..Given::default() };
    let all = Given { tasks: 2, baselines: true, pairs: 1, fan: 3, gradients: true, weights: true };
    for measure in MEASURES {
        let (key, need) = (measure.choice.key, measure.need);
        let losses = [LossKind::Mse, LossKind::Huber, LossKind::Bce, LossKind::Ce];
        let kinds = matches!(need, Need::Classes | Need::Numbers);
        assert_eq!(
            losses.iter().filter(|loss| need.unmet(&all, Some(**loss)).is_none()).count(),
            match need {
                Need::Stages | Need::Reached => 0,
                _ if kinds => 2,
                _ => 4,
            },
            "{key}"
        );
        let unweighted = need.unmet(&Given { weights: false, ..all }, None);
        assert_eq!(
            unweighted.is_some_and(|reason| reason.contains("without a weight")),
            need == Need::Weights,
            "{key}"
        );
        let alone = need.unmet(&Given { tasks: 1, ..all }, None);
        assert_eq!(alone.is_none(), kinds || need == Need::Rows, "{key}");
        for reason in [need.unmet(&nothing, None), alone].into_iter().flatten() {
            assert!(reason.starts_with(char::is_uppercase) && reason.ends_with('.') && reason.len() < 80, "{reason}");
        }
    }
}

#[test]
fn the_documents_list_the_measures_as_they_are() {
    assert_section("MEASURES.md", "measures", &document::markdown());
    assert_section("MEASURES.md", "windows", document::windows().trim_end());
}

#[test]
fn the_documentation_has_every_measure_with_its_formula_in_rows_of_one_width() {
    let text = document::markdown();
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(text.lines().filter(|line| line.starts_with('|')).all(|line| columns(line) == 8));
    for measure in MEASURES {
        let key = measure.choice.key;
        assert_eq!(text.matches(&format!("\n| `{key}` | ")).count(), 1, "{key}");
        assert!(text.contains(&formula(key).replace('|', "\\|")), "{key}");
        assert!(text.contains(&format!(" | {} | ", measure.taken())), "{key}");
    }
}

#[test]
fn from_epoch_two_hundred_on_the_conflict_rate_looks_at_half_of_the_epochs_or_fewer() {
    let recorded: Vec<u32> = (0..=200_000).filter(|epoch| is_recorded(*epoch)).collect();
    for window in recorded.windows(conflict::WINDOW).filter(|window| window[conflict::WINDOW - 1] >= 200) {
        let (first, last) = (window[0], window[conflict::WINDOW - 1]);
        let share = f64::from(last - first) / f64::from(last);
        assert!((0.19..0.56).contains(&share), "{share} of {last} epochs");
    }
}
