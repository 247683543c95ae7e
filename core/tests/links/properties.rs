//! A hundred thousand random lessons, links and files.

use super::any::{self, Dice};
use super::runs;
use mtl_core::config::Notice;
use mtl_core::lesson::codec::Decoded;
use mtl_core::lesson::{Lesson, check, file, link};
use proptest::prelude::*;

/// A lesson that may differ from its preset in anything.
fn lesson(seed: u32) -> Lesson {
    check(any::unchecked(seed)).0
}

fn same(lesson: &Lesson, decoded: &Decoded) -> Result<(), TestCaseError> {
    prop_assert_eq!(&decoded.lesson, lesson);
    prop_assert_eq!(&decoded.notices, &Vec::<Notice>::new());
    Ok(())
}

/// Words that mean something in a link, to make hostile ones of.
const WORDS: &[&str] = &[
    "v",
    "p",
    "s",
    "tasks",
    "data",
    "data.p",
    "data.dims",
    "data.terms",
    "bal",
    "bal.lr",
    "bal.form",
    "arch",
    "trunk",
    "lr",
    "batch",
    "fan",
    "seeds",
    "baselines",
    "alone",
    "vary",
    "t0.loss",
    "t1.outputs",
    "t0.target",
    "t5.head",
    "t1.rel",
    "t9.lr",
    "t0.decay",
    "rows",
    "t0.labelled",
    "horizon",
    "clip",
    "1",
    "2",
    "0",
    "-0",
    "1e999",
    "-1e999",
    "inf",
    "nan",
    "99999999999999999999",
    "1e-320",
    "3.7",
    "full",
    "none",
    "all",
    "on",
    "off",
    "inherit",
    "twins",
    "rivals",
    "mmoe",
    "uncertainty",
    "manual",
    "google",
    "ce",
    "mse",
    "bce",
    "cosine",
    "norm",
    "layers",
    "training",
    "16,8-relu-d0.1-n",
    "8-d1e-7-n,4",
    "1e3-d2",
    "-",
    ",",
    "<script>alert(1)</script>",
    "%25%32%35",
    "%",
    "%ff",
    "é",
    "\u{202e}",
    "",
];

fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![8 => prop::sample::select(WORDS).prop_map(String::from), 1 => "\\PC{0,8}"];
    let pair = (word.clone(), prop::sample::select(&["=", "=", "=", "&", "%3D", ""][..]), word);
    prop::collection::vec(pair.prop_map(|(key, is, text)| format!("{key}{is}{text}")), 0..8)
        .prop_map(|pairs| pairs.join("&"))
}

/// A link of ours with something done to it.
fn damaged() -> impl Strategy<Value = String> {
    let blow = (any::<prop::sample::Index>(), 0..5_u8, any::<char>());
    (any::<u32>(), prop::collection::vec(blow, 1..4)).prop_map(|(seed, blows)| {
        let mut letters: Vec<char> = link::encode(&lesson(seed), &[]).chars().collect();
        for (place, kind, letter) in blows {
            let at = place.index(letters.len().max(1)).min(letters.len().saturating_sub(1));
            match kind {
                0 => letters.insert(at, letter),
                1 => letters.insert(at, '9'),
                2 => letters.truncate(at + 1),
                3 => letters.extend_from_within(at..),
                _ => drop((!letters.is_empty()).then(|| letters.remove(at))),
            }
        }
        letters.into_iter().collect()
    })
}

/// Texts that are or nearly are JSON objects.
fn json() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        prop::sample::select(WORDS).prop_map(|word| serde_json::to_string(word).unwrap()),
        any::<f64>().prop_map(|x| x.to_string()),
        any::<i64>().prop_map(|x| x.to_string()),
        prop::sample::select(&["null", "true", "[8, \"4-relu\"]", "[[[1]]]", "{\"a\": 1}", "1e999", "\"", ""][..])
            .prop_map(String::from),
    ];
    let key = prop::sample::select(WORDS).prop_map(|word| serde_json::to_string(word).unwrap());
    let member = (key, value).prop_map(|(key, value)| format!("{key}: {value}"));
    prop::collection::vec(member, 0..8).prop_map(|members| format!("{{{}}}", members.join(", ")))
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(30_000))]

    #[test]
    fn any_text_is_read_as_a_lesson_that_runs(text in prop_oneof!["\\PC{0,60}", "[#&=%0-9a-z.,<-]{0,60}"]) {
        runs(&link::decode(&text))?;
    }

    #[test]
    fn any_words_are_read_as_a_lesson_that_runs(text in words()) {
        runs(&link::decode(&text))?;
    }

    #[test]
    fn a_lesson_reads_back_from_its_link_and_its_file(seed: u32) {
        let lesson = lesson(seed);
        let text = link::encode(&lesson, &[]);
        same(&lesson, &link::decode(&text))?;
        same(&lesson, &link::decode(&format!("#{text}")))?;
        same(&lesson, &file::decode(&file::encode(&lesson, &[])))?;
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn a_damaged_link_is_read_as_a_lesson_that_runs(text in damaged()) {
        runs(&link::decode(&text))?;
    }

    #[test]
    fn any_file_is_read_as_a_lesson_that_runs(text in prop_oneof![4 => json(), 1 => "\\PC{0,60}"]) {
        let decoded = file::decode(&text);
        runs(&decoded)?;
        let back = file::decode(&file::encode(&decoded.lesson, &decoded.unknown));
        prop_assert_eq!((back.lesson, back.unknown), (decoded.lesson, decoded.unknown));
    }

    #[test]
    fn equal_lessons_have_equal_links(seed: u32) {
        let lesson = lesson(seed);
        // The same settings, written down in another order and with signed zeros.
        let mut pairs: Vec<_> = link::encode(&lesson, &[]).split('&').map(String::from).collect();
        let dice = &mut Dice::new(seed);
        for k in (1..pairs.len()).rev() {
            pairs.swap(k, dice.below(k + 1));
        }
        let text = pairs.join("&").replace("=0&", "=-0&");
        let decoded = link::decode(&text);
        prop_assert_eq!(&decoded.lesson, &lesson);
        prop_assert_eq!(link::encode(&decoded.lesson, &[]), link::encode(&lesson, &[]));
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_lesson_has_data_to_train_on(seed: u32) {
        let lesson = lesson(seed);
        let dataset = mtl_core::data::build(&lesson);
        prop_assert_eq!(dataset.train.x.len(), lesson.data.train_rows * dataset.inputs);
        prop_assert!(dataset.train.x.iter().all(|x| x.is_finite()));
        for labels in &dataset.train.y {
            prop_assert!(labels.iter().all(|y| y.is_finite()));
        }
    }
}
