//! The lesson as a file.

use mtl_core::config::{Config, check, entries, file, link};

#[test]
fn a_file_may_have_numbers_switches_and_lists() {
    let decoded = file::decode(r#"{"p": "rivals", "lr": 0.05, "baselines": false, "trunk": [8, "4-relu"], "s": 7}"#);
    assert_eq!(decoded.notices, []);
    assert_eq!(link::encode(&decoded.lesson, &[]), "v=1&p=rivals&s=7&trunk=8,4-relu&lr=0.05&baselines=off");
}

#[test]
fn what_is_wrong_in_a_file_is_named() {
    let named = |text: &str| file::decode(text).notices.into_iter().map(|notice| notice.key).collect::<Vec<_>>();
    assert_eq!(named(r#"{"lr": null, "trunk": {"a": 1}, "what": [1, 2]}"#), ["lr", "trunk", "what"]);
    assert_eq!(named(r#"{"lr": 0.1, "lr": 0.2}"#), ["lr"]);
    assert_eq!(file::decode(r#"{"lr": 0.1, "lr": 0.2}"#).lesson.training.learning_rate, 0.1);
    for text in [
        "",
        "[]",
        "7",
        "{",
        r#"{"lr": 1e999}"#,
        r#"{"lr": 1} {}"#,
        &"[".repeat(100_000),
        &" ".repeat(file::MAX_BYTES + 1),
    ] {
        assert_eq!(named(text), ["file"]);
        assert_eq!(*file::decode(text).lesson, Config::default());
    }
}

#[test]
fn a_file_has_every_setting_in_the_order_of_the_link() {
    let (lesson, _) = check(Config::default());
    let text = file::encode(&lesson, &[]);
    let places: Vec<_> =
        entries(&lesson).iter().map(|entry| text.find(&format!("\"{}\": ", entry.key)).unwrap()).collect();
    assert!(places.is_sorted());
    assert!(text.starts_with("{\n  \"v\": \"1\",\n  \"p\": \"twins\",\n  \"tasks\": \"2\","));
}
