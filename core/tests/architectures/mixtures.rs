//! Mixtures of experts.

use crate::hand::{Hand, linear};
use crate::lab::{close, distance};
use mtl_core::config::Pick;

fn ln(x: f32) -> f32 {
    x.ln()
}

/// Two experts that hand out (1, 0) and (0, 1) where the first input is 1.
fn unit_experts(method: &str) -> Hand {
    let mut hand = Hand::new(&Pick::new(method).with("experts", 2.0), 2, 2, linear(&[2]));
    hand.set("experts, layer 1, weights", None, &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    hand
}

/// A gate's weights, inputs by experts: logits (0, ln 3) of the first input, (ln 9, 0) of the second.
fn turning() -> [f32; 4] {
    [0.0, ln(3.0), ln(9.0), 0.0]
}

/// The first input alone, and both.
const ROWS: [f32; 4] = [1.0, 0.0, 1.0, 1.0];

#[test]
fn every_task_mixes_the_experts_by_a_gate_of_its_own_for_each_row_anew() {
    let mut hand = unit_experts("mmoe");
    hand.set("gates, weights", Some(0), &turning());
    hand.set("gates, weights", Some(1), &[ln(4.0), 0.0, 0.0, 0.0]);
    let outputs = hand.outputs(&ROWS);
    close("task A", &outputs[0], &[0.25, 0.75, 0.75, 0.25], 1e-6);
    close("task B", &outputs[1], &[0.8, 0.2, 0.8, 0.2], 1e-6);
    close("shown", &hand.matrix("gate mixture", &ROWS[..2]), &[0.25, 0.75, 0.8, 0.2], 1e-6);
}

#[test]
fn one_gate_mixes_the_experts_alike_for_all_tasks() {
    let mut hand = unit_experts("omoe");
    hand.set("gates, weights", None, &turning());
    for outputs in hand.outputs(&ROWS) {
        close("outputs", &outputs, &[0.25, 0.75, 0.75, 0.25], 1e-6);
    }
    close("shown", &hand.matrix("gate mixture", &ROWS[..2]), &[0.25, 0.75], 1e-6);
    assert_eq!(unit_experts("mmoe").parameters() - hand.parameters(), 2 * 2, "the second task's gate");
}

/// CGC, and PLE of a single level: how they number their experts, and their gates.
const LEVELS: [(&str, &str, &str); 2] =
    [("cgc", "layer", "gates, weights"), ("ple", "level", "gates, level 1, weights")];

/// One level of linear experts of one unit: the shared ones, and by task its own and its gate.
fn level((method, part, gates): (&str, &str, &str), common: &[f32], tasks: [(&[f32], &[f32]); 2]) -> Hand {
    let own = tasks[0].0.len();
    let pick = Pick::new(method).with("common", common.len() as f64).with("own", own as f64);
    let mut hand = Hand::new(&pick, 1, 2, linear(&[1]));
    hand.set(&format!("shared experts, {part} 1, weights"), None, common);
    for (task, (experts, gate)) in tasks.into_iter().enumerate() {
        hand.set(&format!("tasks' experts, {part} 1, weights"), Some(task), experts);
        hand.set(gates, Some(task), gate);
    }
    hand
}

#[test]
fn a_gate_mixes_shared_experts_and_its_tasks_own_and_reads_no_other_tasks() {
    for form in LEVELS {
        // B takes half of the first shared expert, a quarter of the second and of its own.
        for (others, expected) in [(100.0, 26.0), (-7.0, -0.75)] {
            let tasks: [(&[f32], &[f32]); 2] = [(&[3.0], &[0.0, 0.0, ln(2.0)]), (&[others], &[ln(2.0), 0.0, 0.0])];
            let hand = level(form, &[1.0, 2.0], tasks);
            let outputs = hand.outputs(&[1.0]).concat();
            close(form.0, &outputs[..1], &[2.25], 1e-6);
            close(form.0, &outputs[1..], &[expected], 1e-6);
        }
    }
}

#[test]
fn a_gates_logits_are_of_the_shared_experts_first_and_of_its_tasks_own_in_their_order() {
    for form in LEVELS {
        let tasks: [(&[f32], &[f32]); 2] =
            [(&[3.0, 5.0], &[0.0, ln(2.0), ln(5.0)]), (&[7.0, 11.0], &[ln(2.0), 0.0, ln(5.0)])];
        let hand = level(form, &[1.0], tasks);
        // (1 + 2 * 3 + 5 * 5) / 8, (2 * 1 + 7 + 5 * 11) / 8.
        close(form.0, &hand.outputs(&[1.0]).concat(), &[4.0, 8.0], 1e-6);
    }
}

/// A shared expert and one of each task's own, up to three levels of which the first two are set.
///
/// At 1 the first level's experts give 2, 4 and 6. The shared gate makes (2 + 2 * 4 + 5 * 6) / 8 = 5 of them,
/// A's gate 3.5 and B's 3. The second level's experts make 15, 7 and -3 of these.
fn levels(count: usize) -> Hand {
    let mut hand = Hand::new(&Pick::new("ple").with("common", 1.0).with("own", 1.0), 1, 2, linear(&vec![1; count]));
    hand.set("shared experts, level 1, weights", None, &[2.0]);
    hand.set("shared experts, level 2, weights", None, &[3.0]);
    hand.set("shared gate, level 1, weights", None, &[0.0, ln(2.0), ln(5.0)]);
    for (task, experts) in [[4.0, 2.0], [6.0, -1.0]].into_iter().enumerate() {
        hand.set("tasks' experts, level 1, weights", Some(task), &experts[..1]);
        hand.set("tasks' experts, level 2, weights", Some(task), &experts[1..]);
    }
    hand.set("gates, level 1, weights", Some(0), &[0.0, ln(3.0)]);
    hand.set("gates, level 1, weights", Some(1), &[ln(3.0), 0.0]);
    // A second gate reads what its task's first one gave.
    hand.set("gates, level 2, weights", Some(0), &[0.0, ln(3.0) / 3.5]);
    hand.set("gates, level 2, weights", Some(1), &[ln(4.0) / 3.0, 0.0]);
    hand
}

#[test]
fn the_next_levels_shared_experts_read_a_shared_gates_mixture_of_all_experts() {
    let hand = levels(2);
    // With the shared expert alone, B's 11.4 would be 0.8 * 6 - 0.2 * 3 = 4.2.
    close("outputs", &hand.outputs(&[1.0]).concat(), &[0.25 * 15.0 + 0.75 * 7.0, 0.8 * 15.0 - 0.2 * 3.0], 1e-5);
    close("shared", &hand.matrix("shared gate, level 1", &[1.0]), &[0.125, 0.25, 0.625], 1e-6);
    close("first", &hand.matrix("gates, level 1", &[1.0]), &[0.25, 0.75, 0.75, 0.25], 1e-6);
    close("second", &hand.matrix("gates, level 2", &[1.0]), &[0.25, 0.75, 0.8, 0.2], 1e-6);
    let slots = &hand.network.layout().slots;
    assert!(slots.iter().all(|slot| slot.name != "shared gate, level 2, weights"), "nothing would read it");
}

#[test]
fn a_shared_gate_reads_what_the_one_before_it_gave() {
    let mut hand = levels(3);
    hand.set("shared gate, level 2, weights", None, &[0.0, 0.0, ln(2.0) / 5.0]);
    hand.set("shared experts, level 3, weights", None, &[2.0]);
    // Twice (15 + 7 - 2 * 3) / 4, and even gates over that and what the tasks' own experts hand on of 9 and 11.4.
    for (task, weight) in [1.0, -1.0].into_iter().enumerate() {
        hand.set("tasks' experts, level 3, weights", Some(task), &[weight]);
    }
    close("outputs", &hand.outputs(&[1.0]).concat(), &[(8.0 + 9.0) / 2.0, (8.0 - 11.4) / 2.0], 1e-5);
}

#[test]
fn gates_begin_by_using_all_experts_about_alike() {
    let shown = [
        ("mmoe", "gate mixture", 0.25),
        ("omoe", "gate mixture", 0.25),
        ("cgc", "gate mixture", 1.0 / 3.0),
        ("ple", "gates, level 2", 1.0 / 3.0),
        ("ple", "shared gate, level 1", 0.25),
    ];
    for (method, title, even) in shown {
        let apart = |pick: Pick| {
            let mut hand = Hand::new(&pick, 3, 2, linear(&[4, 4]));
            hand.theta = hand.network.layout().init(7, 0);
            let shares = hand.matrix(title, &[1.0, -1.0, 0.5]);
            distance(&shares, &vec![even; shares.len()])
        };
        let begun = apart(Pick::new(method));
        assert!(begun > 0.0 && begun < 0.1, "{method}, {title}: {begun}");
        let wide = apart(Pick::new(method).with("gate", 1.0));
        assert!(wide > 5.0 * begun, "{method}, {title}: {wide} after {begun}");
    }
}
