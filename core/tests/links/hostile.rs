//! Links by hand, by accident and by malice: each mistake is named.

use super::runs;
use mtl_core::lesson::link;

/// The notices of a link, as (key, sentence).
fn notices(text: &str) -> Vec<(String, String)> {
    let decoded = link::decode(text);
    runs(&decoded).unwrap();
    decoded.notices.into_iter().map(|notice| (notice.key, notice.sentence)).collect()
}

#[test]
fn what_is_wrong_in_a_link_is_named_with_what_is_used_instead() {
    let cases = [
        ("lr=1e999", "lr", "'1e999' is not a number from 1e-6 to 10; 10 is used."),
        ("lr=-inf", "lr", "'-inf' is not a number from 1e-6 to 10; 1e-6 is used."),
        ("lr=NaN", "lr", "'NaN' is not a number from 1e-6 to 10; 0.02 is used."),
        ("lr=", "lr", "'' is not a number from 1e-6 to 10; 0.02 is used."),
        ("lr=0x10", "lr", "'0x10' is not a number from 1e-6 to 10; 0.02 is used."),
        ("s=-1", "s", "'-1' is not a whole number from 0 to 4294967295; 0 is used."),
        (
            "s=99999999999999999999",
            "s",
            "'99999999999999999999' is not a whole number from 0 to 4294967295; 4294967295 is used.",
        ),
        ("batch=3.7", "batch", "'3.7' is not a whole number from 1 to 5000, or full; 4 is used."),
        ("batch=4999", "batch", "There are only 240 training rows; full batches are used."),
        ("fan=1", "fan", "'1' is not a whole number from 2 to 45, or none; 2 is used."),
        ("tasks=4&fan=3", "fan", "A fan for 4 tasks has at least 4 points, and 3 are too few; none is used."),
        ("baselines=maybe", "baselines", "'maybe' is not on or off; on is used."),
        (
            "opt=<script>alert(1)</script>",
            "opt",
            "'<script>alert(1)</script>' is not one of adam, adamw, sgd, rmsprop; adamw is used.",
        ),
        (
            "trunk=8,99999999999999999999",
            "trunk",
            "Width of layer 2: '65535' is not a whole number from 1 to 256; 256 is used.",
        ),
        (
            "trunk=8,8-foo",
            "trunk",
            "'8,8-foo' is not a stack of layers: '8-foo' is no layer such as 16 or 8-relu-d0.1-n; 12,8 is used.",
        ),
        (
            "trunk=16-d0.95,8-relu-d2",
            "trunk",
            "Dropout of layer 1: '0.95' is not a number from 0 to 0.9; 0.9 is used. \
             Dropout of layer 2: '2' is not a number from 0 to 0.9; 0.9 is used.",
        ),
        (
            "trunk=8-d0.1.2",
            "trunk",
            "'8-d0.1.2' is not a stack of layers: 'd0.1.2' is no dropout such as d0.1; 12,8 is used.",
        ),
        ("t0.head=4,4,4,4,4", "t0.head", "The first 4 layers are used."),
        ("rows=1,000", "rows", "'1,000' is not a whole number from 8 to 20000; 240 is used."),
        ("tasks=7", "tasks", "'7' is not a number of tasks from 1 to 6; 6 is used."),
        ("tasks=-1e999", "tasks", "'-1e999' is not a number of tasks from 1 to 6; 1 is used."),
        ("tasks=two", "tasks", "'two' is not a number of tasks from 1 to 6; 2 is used."),
        ("p=nowhere", "p", "There is no lesson 'nowhere'; 'twins' is used."),
        ("v=3", "v", "This was made by a newer version of the page; what this one knows is used."),
        ("v=x", "v", "This is no version; it is read as version 2."),
        ("v=0&p=twins", "v", "This is no version; it is read as version 2."),
        ("lr=0.1&lr=0.2&lr=0.3", "lr", "This is given more than once; the first one is used."),
        ("bal=uncertainty&bal.lr=0", "bal.lr", "'0' is not a number from 0.001 to 1; 0.001 is used."),
        ("t1.labelled=4000", "t1.labelled", "There are only 240 training rows; all of them are labelled."),
        ("t1.to-b=positive", "t1.to-b", "A relation stands with the later of two tasks; this one is dropped."),
        ("t0.loss=ce", "t0.outputs", "1 outputs don't fit this loss; 2 are used."),
        ("p=twins&%252525=1", "%2525", "This setting is not known here; it is kept in the link and has no effect."),
        ("t2.scale=1", "t2.scale", "This setting is not known here; it is kept in the link and has no effect."),
    ];
    for (text, key, sentence) in cases {
        assert_eq!(notices(text), [(key.to_string(), sentence.to_string())], "{text}");
    }
}

#[test]
fn minus_zero_and_other_spellings_are_no_mistakes() {
    let canonical = |text: &str| {
        assert_eq!(notices(text), []);
        link::encode(&link::decode(text).lesson, &[])
    };
    assert_eq!(canonical("decay=-0&t1.rel=-0.0"), "v=2&p=twins&decay=0&t1.rel=0");
    assert_eq!(canonical("%6Cr= 3e-2 &batch=2e1&trunk=16, 16"), "v=2&p=twins&trunk=16,16&lr=0.03&batch=20");
    assert_eq!(canonical("batch=0&baselines=false&t0.head="), "v=2&p=twins&batch=full&baselines=off");
}

#[test]
fn no_text_of_a_link_is_repeated_at_length() {
    let long = "<b>long</b>".repeat(6000);
    for key in ["s", "lr", "p", "v", "tasks", "opt", "data", "bal", "arch", "trunk", "t0.target", "t0.head", "x"] {
        for (name, sentence) in notices(&format!("{key}={long}")) {
            assert!(name.len() < 50 && !sentence.contains(&long[..60]), "{name}: {sentence}");
            assert!(name == key || name == "link");
        }
    }
    let [(name, sentence)] = notices(&format!("{long}=1")).try_into().unwrap();
    assert!(name.chars().count() <= 41 && sentence.len() < 100, "{name}: {sentence}");
}

#[test]
fn invisible_letters_are_not_repeated() {
    let [(key, sentence)] =
        notices("op\u{202e}t\n=x&opt=\u{202e}a\u{200b}\u{7}d").try_into().map(|[a, _]: [_; 2]| [a]).unwrap();
    assert_eq!((key.as_str(), sentence.contains("'ad'")), ("opt", true), "{sentence}");
}

#[test]
fn a_link_that_is_too_long_is_read_up_to_a_whole_setting() {
    let text = format!("lr=0.03&x={}&s=1&mom=0.55555", "x".repeat(link::MAX_LENGTH - 20));
    let decoded = link::decode(&text);
    assert_eq!(decoded.notices[0].key, "link");
    assert_eq!(link::encode(&decoded.lesson, &[]), "v=2&p=twins&s=1&lr=0.03");
    for hostile in [
        "&".repeat(100_000),
        "=".repeat(100_000),
        "%".repeat(100_000),
        "a&".repeat(50_000),
        "é".repeat(50_000),
        "lr=1&".repeat(20_000),
    ] {
        let decoded = link::decode(&hostile);
        runs(&decoded).unwrap();
        assert_eq!(decoded.notices[0].key, "link");
    }
}
