//! Links that worked once work for good.

use mtl_core::config::{Config, Kind};
use mtl_core::lesson::{entries, link};
use std::collections::BTreeSet;

/// Canonical links, one a line, that cover every kind of key. They are kept: a link that worked
/// once works for good.
const GOLDEN: &[&str] = &[
    "v=2&p=twins",
    "v=2&p=rivals&s=7",
    "v=2&p=bully&bal=uncertainty&t1.scale=50",
    "v=2&p=stranger&trunk=32,32",
    "v=2&p=twins&bal=uncertainty&bal.lr=0.1&bal.form=classification",
    "v=2&p=twins&data=mmoe&data.p=0.9&data.dims=50&data.terms=google&data.std=0.01&t0.loss=mse&t1.loss=mse",
    "v=2&p=twins&opt=sgd&lr=0.3&mom=0.5&sched=cosine&horizon=500&decay=0.001&drop=0.25&clip=norm&clipat=5&batch=full",
    "v=2&p=twins&rows=1000&valid=500&test=2000&seeds=1&fan=11&baselines=off",
    "v=2&p=twins&trunk=16-relu-d0.1-n,8-gelu,4-identity-d1e-7,2-n",
    "v=2&p=twins&trunk=none&t0.head=8,8-leaky&t1.head=4-sigmoid",
    "v=2&p=twins&tasks=1",
    "v=2&p=twins&tasks=3&t2.loss=ce&t2.target=five&t2.outputs=5&t2.noise=0.05&t2.labelled=40",
    "v=2&p=rivals&bal=manual&t0.weight=3&t1.rel=-0.5&t1.weight=0.1",
    "v=2&p=rivals&t0.lr=0.5&t0.decay=0.01&t0.drop=0&t1.loss=huber&t1.outputs=3",
    "v=2&p=twins&lr=1e-6&caf%C3%A9=%26%3D%23%25&z.z=%3Cscript%3E",
    "v=2&p=twins&s=4294967295&t5.scale=2",
    "v=2&p=rivals&bal=gradvac&bal.order=index&bal.scope=layer&heads=weighed&norm=mean&every=5&smooth=0.9",
    "v=2&p=twins&tasks=3&pairs=on",
    "v=2&p=two-valleys&data.scale=1&data.starts=cagrad&bal=famo",
    "v=2&p=fronts&data.points=4&bal=epo",
    "v=2&p=pairs&data.p=0.3&trunk=12",
    "v=2&p=groups&data.like=0&data.near=0.5&data.dims=30&pairs=off",
    "v=2&p=digits&data.shift=3&rows=20000&bal=pcgrad",
    "v=2&p=rivals&bal=mgda&bal.norm=loss%2B&fanby=stch&fanby.mu=0.1&t0.weight=2",
    "v=2&p=rivals&arch=mmoe&arch.experts=6&matched=on",
    "v=2&p=rivals&arch=mmoe&alone=size&vary=training",
    "v=2&p=loud&alone=arch",
    "v=2&p=twins&tasks=3&arch=grouped&affinity=on&t2.group=2",
    "v=2&p=rivals&strategy=curriculum&strategy.ramp=5&t0.until=80&t1.from=20",
    "v=2&p=new-task&strategy.then=probe&t1.source=on",
    "v=2&p=rivals&front=on&front-alpha=0.5&front-lambda=2",
    "v=2&p=groups&tasks=6&arch=low-rank&arch.relations=2&t1.to-a=negative&t2.to-a=positive&t2.to-b=neutral&t3.to-c=negative&t4.to-d=negative&t5.to-e=positive",
    "v=2&p=rivals&pace=x16&base=4&story=80",
    "v=2&p=loud&data.loud=10&data.dims=50&bal=stch&bal.warmup=395",
];

#[test]
fn golden_links_are_canonical_and_still_open() {
    for text in GOLDEN {
        let decoded = link::decode(text);
        assert_eq!(link::encode(&decoded.lesson, &decoded.unknown), *text);
        for notice in &decoded.notices {
            assert!(decoded.unknown.iter().any(|(key, _)| *key == notice.key), "{text}: {notice:?}");
        }
    }
}

/// A key without its task.
fn own(key: &str) -> &str {
    match key.split_once('.') {
        Some((owner, own)) if owner.len() == 2 && owner.starts_with('t') => own,
        _ => key,
    }
}

#[test]
fn golden_links_cover_every_setting() {
    let written: String = GOLDEN.join("&");
    let keys: BTreeSet<&str> = written.split('&').filter_map(|pair| pair.split('=').next()).map(own).collect();
    for entry in entries(&Config::default()) {
        let single = matches!(entry.kind, Kind::Choice(choices) if choices().len() < 2);
        let key = own(&entry.key);
        assert!(single || keys.contains(key), "no golden link has {key}");
    }
}

#[test]
fn an_empty_link_is_the_first_lesson() {
    for text in ["", "#", "&&&", "#&"] {
        let decoded = link::decode(text);
        assert_eq!(*decoded.lesson, Config::default());
        assert_eq!(decoded.notices, []);
    }
}
