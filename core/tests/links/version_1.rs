//! Links and files of version 1 keep their meaning: the baselines of then, one draw of the data for all seeds, and
//! the seeds, the fan and the rows that the lessons had.

use super::runs;
use mtl_core::config::{Baseline, Varies};
use mtl_core::landscape::is_landscape;
use mtl_core::lesson::codec::Decoded;
use mtl_core::lesson::lessons::{self, LESSONS};
use mtl_core::lesson::{entry, file, link};

/// Lessons of version 1: key, paired seeds, fan, and training, validation and test rows.
const THEN: &[(&str, usize, usize, [usize; 3])] = &[
    ("twins", 5, 11, [240, 240, 240]),
    ("rivals", 5, 11, [240, 240, 240]),
    ("bully", 5, 11, [240, 240, 240]),
    ("stranger", 5, 11, [240, 240, 240]),
    ("two-valleys", 5, 11, [240, 240, 240]),
    ("fronts", 5, 11, [240, 240, 240]),
    ("loud", 3, 0, [5000, 500, 500]),
    ("pairs", 5, 0, [400, 500, 500]),
    ("groups", 5, 0, [640, 500, 500]),
    ("digits", 5, 0, [5000, 1000, 1000]),
    ("new-task", 5, 11, [240, 240, 240]),
];

/// Links that were canonical in version 1, and what they are now. They are kept: a link that worked once works for
/// good.
const GOLDEN: &[(&str, &str)] = &[
    ("v=1&p=twins", "v=2&p=twins&test=240&seeds=5&fan=11&alone=layers&vary=training"),
    ("v=1&p=rivals&s=7", "v=2&p=rivals&s=7&test=240&seeds=5&fan=11&alone=layers&vary=training"),
    (
        "v=1&p=bully&bal=uncertainty&t1.scale=50",
        "v=2&p=bully&test=240&bal=uncertainty&seeds=5&fan=11&alone=layers&vary=training&t1.scale=50",
    ),
    ("v=1&p=stranger&trunk=32,32", "v=2&p=stranger&test=240&trunk=32,32&seeds=5&fan=11&alone=layers&vary=training"),
    (
        "v=1&p=twins&bal=uncertainty&bal.lr=0.1&bal.form=classification",
        "v=2&p=twins&test=240&bal=uncertainty&bal.lr=0.1&bal.form=classification&seeds=5&fan=11&alone=layers&vary=training",
    ),
    (
        "v=1&p=twins&data=mmoe&data.p=0.9&data.dims=50&data.terms=google&data.std=0.01&t0.loss=mse&t1.loss=mse",
        "v=2&p=twins&data=mmoe&data.p=0.9&data.dims=50&data.terms=google&data.std=0.01&test=240&seeds=5&fan=11&alone=layers&vary=training&t0.loss=mse&t1.loss=mse",
    ),
    (
        "v=1&p=twins&opt=sgd&lr=0.3&mom=0.5&sched=cosine&horizon=500&decay=0.001&drop=0.25&clip=norm&clipat=5&batch=full",
        "v=2&p=twins&test=240&opt=sgd&lr=0.3&mom=0.5&sched=cosine&horizon=500&decay=0.001&drop=0.25&clip=norm&clipat=5&batch=full&seeds=5&fan=11&alone=layers&vary=training",
    ),
    (
        "v=1&p=twins&rows=1000&valid=500&test=2000&seeds=1&fan=none&baselines=off",
        "v=2&p=twins&rows=1000&valid=500&test=2000&seeds=1&baselines=off",
    ),
    (
        "v=1&p=twins&trunk=16-relu-d0.1-n,8-gelu,4-identity-d1e-7,2-n",
        "v=2&p=twins&test=240&trunk=16-relu-d0.1-n,8-gelu,4-identity-d1e-7,2-n&seeds=5&fan=11&alone=layers&vary=training",
    ),
    (
        "v=1&p=twins&trunk=none&t0.head=8,8-leaky&t1.head=4-sigmoid",
        "v=2&p=twins&test=240&trunk=none&seeds=5&fan=11&alone=layers&vary=training&t0.head=8,8-leaky&t1.head=4-sigmoid",
    ),
    ("v=1&p=twins&tasks=1&fan=none", "v=2&p=twins&tasks=1&test=240&seeds=5&vary=training"),
    (
        "v=1&p=twins&tasks=3&t2.loss=ce&t2.target=five&t2.outputs=5&t2.noise=0.05&t2.labelled=40",
        "v=2&p=twins&tasks=3&test=240&seeds=5&fan=11&alone=layers&vary=training&t2.loss=ce&t2.target=five&t2.outputs=5&t2.noise=0.05&t2.labelled=40",
    ),
    (
        "v=1&p=rivals&bal=manual&t0.weight=3&t1.rel=-0.5&t1.weight=0.1",
        "v=2&p=rivals&test=240&bal=manual&seeds=5&fan=11&alone=layers&vary=training&t0.weight=3&t1.rel=-0.5&t1.weight=0.1",
    ),
    (
        "v=1&p=rivals&t0.lr=0.5&t0.decay=0.01&t0.drop=0&t1.loss=huber&t1.outputs=3",
        "v=2&p=rivals&test=240&seeds=5&fan=11&alone=layers&vary=training&t0.lr=0.5&t0.decay=0.01&t0.drop=0&t1.loss=huber&t1.outputs=3",
    ),
    (
        "v=1&p=twins&lr=1e-6&caf%C3%A9=%26%3D%23%25&z.z=%3Cscript%3E",
        "v=2&p=twins&test=240&lr=1e-6&seeds=5&fan=11&alone=layers&vary=training&caf%C3%A9=%26%3D%23%25&z.z=%3Cscript%3E",
    ),
    (
        "v=1&p=twins&s=4294967295&t5.scale=2",
        "v=2&p=twins&s=4294967295&test=240&seeds=5&fan=11&alone=layers&vary=training&t5.scale=2",
    ),
    (
        "v=1&p=rivals&bal=gradvac&bal.order=index&bal.scope=layer&heads=weighed&norm=mean&every=5&smooth=0.9",
        "v=2&p=rivals&test=240&bal=gradvac&bal.order=index&bal.scope=layer&heads=weighed&norm=mean&every=5&smooth=0.9&seeds=5&fan=11&alone=layers&vary=training",
    ),
    ("v=1&p=twins&tasks=3&pairs=on", "v=2&p=twins&tasks=3&test=240&seeds=5&fan=11&alone=layers&vary=training&pairs=on"),
    (
        "v=1&p=two-valleys&data.scale=1&data.starts=cagrad&bal=famo",
        "v=2&p=two-valleys&data.scale=1&data.starts=cagrad&bal=famo",
    ),
    ("v=1&p=fronts&data.points=4&bal=epo", "v=2&p=fronts&data.points=4&bal=epo"),
    ("v=1&p=pairs&data.p=0.3&trunk=12", "v=2&p=pairs&data.p=0.3&trunk=12&seeds=5&alone=layers&vary=training"),
    (
        "v=1&p=groups&data.like=0&data.near=0.5&data.dims=30&pairs=off",
        "v=2&p=groups&data.like=0&data.near=0.5&data.dims=30&alone=layers&vary=training&pairs=off",
    ),
    (
        "v=1&p=digits&data.shift=3&rows=20000&bal=pcgrad",
        "v=2&p=digits&data.shift=3&rows=20000&bal=pcgrad&alone=layers&vary=training",
    ),
    (
        "v=1&p=rivals&bal=mgda&bal.norm=loss%2B&fanby=stch&fanby.mu=0.1&t0.weight=2",
        "v=2&p=rivals&test=240&bal=mgda&bal.norm=loss%2B&seeds=5&fan=11&fanby=stch&fanby.mu=0.1&alone=layers&vary=training&t0.weight=2",
    ),
    (
        "v=1&p=rivals&arch=mmoe&arch.experts=6&matched=on",
        "v=2&p=rivals&test=240&arch=mmoe&arch.experts=6&seeds=5&fan=11&alone=layers&vary=training&matched=on",
    ),
    (
        "v=1&p=twins&tasks=3&arch=grouped&affinity=on&t2.group=2",
        "v=2&p=twins&tasks=3&test=240&arch=grouped&seeds=5&fan=11&alone=layers&vary=training&affinity=on&t2.group=2",
    ),
    (
        "v=1&p=rivals&strategy=curriculum&strategy.ramp=5&t0.until=80&t1.from=20",
        "v=2&p=rivals&test=240&strategy=curriculum&strategy.ramp=5&seeds=5&fan=11&alone=layers&vary=training&t0.until=80&t1.from=20",
    ),
    (
        "v=1&p=new-task&strategy.then=probe&t1.source=on",
        "v=2&p=new-task&test=240&strategy.then=probe&seeds=5&fan=11&alone=layers&vary=training&t1.source=on",
    ),
    (
        "v=1&p=rivals&front=on&front-alpha=0.5&front-lambda=2",
        "v=2&p=rivals&test=240&seeds=5&fan=11&alone=layers&vary=training&front=on&front-alpha=0.5&front-lambda=2",
    ),
    (
        "v=1&p=groups&tasks=6&arch=low-rank&arch.relations=2&t1.to-a=negative&t2.to-a=positive&t2.to-b=neutral&t3.to-c=negative&t4.to-d=negative&t5.to-e=positive",
        "v=2&p=groups&tasks=6&arch=low-rank&arch.relations=2&alone=layers&vary=training&t1.to-a=negative&t2.to-a=positive&t2.to-b=neutral&t3.to-c=negative&t4.to-d=negative&t5.to-e=positive",
    ),
    (
        "v=1&p=rivals&pace=x16&base=4&story=80",
        "v=2&p=rivals&test=240&seeds=5&fan=11&alone=layers&vary=training&pace=x16&base=4&story=80",
    ),
    (
        "v=1&p=loud&data.loud=10&data.dims=50&bal=stch&bal.warmup=395",
        "v=2&p=loud&data.loud=10&data.dims=50&bal=stch&bal.warmup=395&alone=layers&vary=training",
    ),
];

/// The keys of the notices but for those of settings that are not known.
fn told(decoded: &Decoded) -> Vec<&str> {
    let keys = decoded.notices.iter().map(|notice| notice.key.as_str());
    keys.filter(|key| decoded.unknown.iter().all(|(unknown, _)| unknown != key)).collect()
}

#[test]
fn a_lesson_of_then_has_the_seeds_fan_and_rows_of_then() {
    for (key, seeds, fan, rows) in THEN {
        let mut then = lessons::find(key).unwrap().config();
        then.population.seeds = *seeds;
        then.population.fan = *fan;
        [then.data.train_rows, then.data.valid_rows, then.data.test_rows] = *rows;
        // A landscape has neither baselines nor rows.
        if !is_landscape(&then.data.source) {
            (then.population.baseline, then.population.varies) = (Baseline::SameLayers, Varies::Training);
        }
        assert_eq!(*link::decode(&format!("v=1&p={key}")).lesson, then, "{key}");
    }
    assert_eq!(*link::decode("v=1").lesson, *link::decode("v=1&p=twins").lesson);
}

#[test]
fn golden_links_of_version_1_open_and_are_written_as_version_2() {
    for (then, now) in GOLDEN {
        let decoded = link::decode(then);
        assert_eq!(link::encode(&decoded.lesson, &decoded.unknown), *now);
        runs(&decoded).unwrap();
        // Nothing is told where it makes no difference.
        let expected: &[&str] = if now.contains("vary=training") { &["v"] } else { &[] };
        assert_eq!(told(&decoded), expected, "{then}: {:?}", decoded.notices);
        assert!(told(&link::decode(now)).is_empty(), "{now}");
    }
}

#[test]
fn what_a_lesson_had_is_what_its_settings_admit() {
    for lesson in LESSONS {
        let config = lesson.config();
        for (key, text) in lesson.in_version_1 {
            let found = entry(&config, key).unwrap_or_else(|| panic!("{} has no {key}", lesson.key));
            let value = found.kind.parse(text).unwrap();
            assert_eq!((found.kind.clamp(value.clone()), found.kind.text(&value)), (value, (*text).to_string()));
            assert_ne!(found.kind.text(&found.value), *text, "{}: {key} has not changed", lesson.key);
        }
    }
}

#[test]
fn one_notice_says_what_is_kept() {
    let sentence = |text: &str| {
        let [notice] = link::decode(text).notices.try_into().unwrap();
        assert_eq!(notice.key, "v");
        notice.sentence
    };
    assert_eq!(
        sentence("v=1&p=rivals"),
        "This was made before version 2 and keeps its meaning: paired seeds 5, Pareto fan 11, test rows 240, \
         tasks alone 'same network, one task', what varies with the seed 'initial values and batches'."
    );
    // What a link says itself is no news, and what means nothing in the lesson isn't kept.
    assert_eq!(
        sentence("v=1&p=rivals&seeds=1&fan=none&test=500"),
        "This was made before version 2 and keeps its meaning: tasks alone 'same network, one task'."
    );
    assert_eq!(
        sentence("v=1&p=rivals&seeds=2&fan=none&test=500&baselines=off"),
        "This was made before version 2 and keeps its meaning: what varies with the seed 'initial values and batches'."
    );
    for quiet in ["v=1&p=fronts&s=7", "v=1&p=rivals&data=two-valleys", "v=1&p=loud&seeds=1&baselines=off"] {
        assert_eq!(link::decode(quiet).notices, [], "{quiet}");
    }
}

#[test]
fn a_setting_of_the_link_counts_before_what_was_then() {
    let decoded = link::decode("v=1&p=rivals&seeds=7&fan=none&test=500&alone=size&vary=data");
    assert_eq!(decoded.notices, []);
    assert_eq!(link::encode(&decoded.lesson, &[]), "v=2&p=rivals&test=500&seeds=7&alone=size");
}

#[test]
fn a_link_of_version_1_that_was_damaged_is_mended_and_keeps_its_meaning() {
    const RIVALS: &str = "v=2&p=rivals&test=240&trunk=8,8&lr=0.02&seeds=5&fan=11&alone=layers&vary=training";
    for text in [
        "#v=1&p=rivals&trunk=8%2C8&lr=0.02",
        "#v%3D1%26p%3Drivals%26trunk%3D8%2C8%26lr%3D0.02",
        "#v%253D1%2526p%253Drivals%2526trunk%253D8%252C8%2526lr%253D0.02",
        "#%23v%3D1%26p%3Drivals%26trunk%3D8%252C8%26lr%3D0.02",
        "#v=1&amp;p=rivals&amp;trunk=8,8&amp;lr=0.02",
        "#v=3D1&p=3Drivals&trunk=3D8,8&lr=3D0.02",
        "##v=1&p=rivals&trunk=8,8&lr=0,02",
        "v=1&p=rivals&trunk=8,8&lr=0.02).",
        "v=1&p=rivals&lr=0.02&trunk=8,8%3E",
        "p=rivals&trunk=8,8&lr=0.02&v=1.",
    ] {
        let decoded = link::decode(text);
        assert_eq!(link::encode(&decoded.lesson, &decoded.unknown), RIVALS, "{text}");
        assert_eq!(told(&decoded), ["v"], "{text}: {:?}", decoded.notices);
    }
}

#[test]
fn a_link_or_file_without_a_version_is_of_the_newest() {
    for (text, file, now) in [
        ("p=rivals", r#"{"p": "rivals"}"#, "v=2&p=rivals"),
        ("p=rivals&vary=training", r#"{"p": "rivals", "vary": "training"}"#, "v=2&p=rivals&vary=training"),
    ] {
        for decoded in [link::decode(text), file::decode(file), link::decode(now)] {
            assert_eq!(decoded.notices, []);
            assert_eq!(link::encode(&decoded.lesson, &[]), now);
        }
    }
}

/// The file of a lesson as version 1 wrote it: every setting but those that were none.
fn file_of_then(text: &str) -> String {
    let lesson = link::decode(text).lesson;
    let text = file::encode(&lesson, &[]).replace("\"v\": \"2\"", "\"v\": \"1\"");
    let known = |line: &&str| !line.contains("\"alone\"") && !line.contains("\"vary\"");
    text.lines().filter(known).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_file_of_version_1_keeps_its_meaning() {
    const KEPT: &str = "This was made before version 2 and keeps its meaning: tasks alone 'same network, one task', \
                        what varies with the seed 'initial values and batches'.";
    for (key, ..) in THEN {
        let text = format!("v=1&p={key}&s=7");
        let lesson = link::decode(&text).lesson;
        let saved = file_of_then(&text);
        assert!(saved.contains("\"v\": \"1\"") && !saved.contains("alone"), "{saved}");
        let decoded = file::open(saved.as_bytes()).unwrap();
        assert_eq!(decoded.lesson, lesson, "{key}");
        let sentences: Vec<_> = decoded.notices.iter().map(|notice| notice.sentence.as_str()).collect();
        let expected: &[&str] = if is_landscape(&lesson.data.source) { &[] } else { &[KEPT] };
        assert_eq!(sentences, expected, "{key}");
        // Saved again it is one of the newest version, and nothing is left to be told.
        let again = file::decode(&file::encode(&decoded.lesson, &decoded.unknown));
        assert_eq!((again.lesson, again.notices), (lesson, vec![]), "{key}");
    }
}
