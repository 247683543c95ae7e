//! The table of measures, from which the page and the documentation are made.

use mtl_core::measure::table::{Better, Group, MEASURES, Unit, formula, measure};

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
fn measures_stand_by_group_and_each_group_has_some() {
    let order: Vec<usize> =
        MEASURES.iter().filter_map(|line| Group::ALL.iter().position(|g| *g == line.group)).collect();
    assert!(order.len() == MEASURES.len() && order.is_sorted());
    for (k, group) in Group::ALL.iter().enumerate() {
        assert!(order.contains(&k) && !group.title().is_empty());
    }
}

#[test]
fn every_measure_of_the_reference_is_there() {
    let keys = "accuracy macro-f1 auc balanced-accuracy mse rmse mae r2 delta-m delta-m-drop mean-rank transfer-gain \
        transfer-matrix average cosine magnitude-similarity curvature-bound condition-number conflict-rate hypervolume \
        spacing sparsity stationarity dominance forgetting validation";
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
