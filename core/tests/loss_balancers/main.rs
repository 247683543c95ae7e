//! The balancers that weight the losses, against values worked out from their formulas, and the
//! properties that hold for any losses.

// Helpers of tests are not tests to the linter.
#![allow(clippy::unwrap_used)]

mod preferences;
mod properties;

use mtl_core::balance::balancer::{Answer, Balancer, BalancerContext, Vectors};
use mtl_core::balance::find;
use mtl_core::balance::losses::{BALANCERS, rlw};
use mtl_core::config::Pick;
use mtl_core::random::{Purpose, stream};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

const LOSSES: [f64; 2] = [1.0, 4.0];

/// A balancer with its options and vectors, at work on one member.
struct Lab {
    balancer: &'static dyn Balancer,
    pick: Pick,
    vectors: Vectors,
    gram: Option<DMatrix<f64>>,
}

fn lab(key: &str) -> Lab {
    Lab { balancer: find(key).unwrap(), pick: Pick::new(key), vectors: Vectors::new(), gram: None }
}

impl Lab {
    fn option(mut self, key: &str, value: f64) -> Self {
        assert!(self.balancer.entry().options.iter().any(|spec| spec.key == key), "{key}");
        self.pick = self.pick.with(key, value);
        self
    }

    fn vector(mut self, key: &'static str, values: &[f64]) -> Self {
        assert!(self.balancer.vectors().iter().any(|spec| spec.key == key), "{key}");
        self.vectors.insert(key, values.to_vec());
        self
    }

    fn gram(mut self, gram: DMatrix<f64>) -> Self {
        self.gram = Some(gram);
        self
    }

    fn seen<'a>(&'a self, losses: &'a [f64]) -> BalancerContext<'a> {
        BalancerContext {
            pick: &self.pick,
            losses,
            gram: self.gram.as_ref(),
            jacobian: None,
            layers: &[],
            vectors: &self.vectors,
        }
    }

    fn answer(&self, losses: &[f64], random: &mut ChaCha8Rng) -> Answer {
        self.balancer.answer(&self.seen(losses), random)
    }

    fn weights(&self, losses: &[f64]) -> Vec<f64> {
        self.answer(losses, &mut random(0)).weights.unwrap()
    }

    fn value(&self, losses: &[f64]) -> f64 {
        self.balancer.objective(&self.seen(losses)).unwrap()
    }

    /// Takes a step and remembers it.
    fn step(&mut self, losses: &[f64], after: Option<&[f64]>) -> Vec<f64> {
        let answer = self.answer(losses, &mut random(0));
        let remembered = self.balancer.remember(&self.seen(losses), &answer, after);
        self.vectors.extend(remembered);
        answer.weights.unwrap()
    }
}

fn random(seed: u32) -> ChaCha8Rng {
    stream(seed, Purpose::Balancer, 0, 0)
}

#[track_caller]
fn assert_close(got: &[f64], expected: &[f64]) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6 * b.abs().max(1.0);
    assert!(got.len() == expected.len() && got.iter().zip(expected).all(near), "{got:?} is not {expected:?}");
}

fn squares(norms: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(norms.len(), norms.len(), |i, j| if i == j { norms[i] * norms[i] } else { 0.0 })
}

#[test]
fn mean_and_sum_have_the_published_values() {
    assert_close(&[lab("equal").value(&LOSSES), lab("mean").value(&LOSSES)], &[5.0, 2.5]);
    assert_close(&lab("equal").weights(&LOSSES), &[1.0, 1.0]);
    assert_close(&lab("mean").weights(&LOSSES), &[0.5, 0.5]);
}

#[test]
fn uncertainty_has_the_published_values_in_both_forms() {
    let regression = lab("uncertainty").option("form", 1.0);
    assert_close(&[regression.value(&LOSSES)], &[2.5]);
    assert_close(&regression.weights(&LOSSES), &[0.5, 0.5]);
    let rest = regression.vector("s", &[0.0, 4_f64.ln()]);
    assert_close(&[rest.value(&LOSSES)], &[1.693147]);
    assert_close(&rest.weights(&LOSSES), &[0.5, 0.125]);
    let classes = lab("uncertainty").option("form", 2.0);
    assert_close(&[classes.value(&LOSSES)], &[5.0]);
    assert_close(&classes.weights(&LOSSES), &[1.0, 1.0]);
    assert_close(&lab("uncertainty").vector("regression", &[1.0, 0.0]).weights(&LOSSES), &[0.5, 1.0]);
}

#[test]
fn uncertainty_learns_at_its_own_rate_and_rests_where_it_should() {
    let mut regression = lab("uncertainty").option("form", 1.0);
    regression.step(&LOSSES, None);
    // The gradients are 0 and -1.5: a first step of Adam is as long as the rate.
    assert_close(&regression.vectors["s"], &[0.0, 0.025]);
    for form in [1.0, 2.0] {
        let mut uncertainty = lab("uncertainty").option("form", form);
        (0..2000).for_each(|_| drop(uncertainty.step(&LOSSES, None)));
        let weights = uncertainty.weights(&LOSSES);
        assert!((weights[0] - 0.5).abs() < 1e-3 && (weights[1] - 0.125).abs() < 1e-3, "{weights:?}");
    }
}

#[test]
fn gradnorm_has_the_published_values() {
    let given = lab("gradnorm").gram(squares(&[2.0, 8.0])).option("alpha", 1.0).vector("initial_losses", &[1.0, 1.0]);
    let plain = given.option("optimiser", 1.0);
    assert_close(&plain.weights(&[0.5, 1.0]), &[1.135135, 0.864865]);
    // Adam goes as far as its rate, in the same directions: 1.025 and 0.975 already sum to two.
    let mut adam = plain.option("optimiser", 0.0);
    assert_close(&adam.step(&[0.5, 1.0], None), &[1.025, 0.975]);
    assert_close(&adam.vectors["weights"], &[1.025, 0.975]);
}

#[test]
fn gradnorm_takes_the_first_losses_itself_and_makes_gradients_equally_long() {
    let mut lab = lab("gradnorm").gram(squares(&[2.0, 8.0])).option("alpha", 0.0);
    lab.step(&LOSSES, None);
    assert_close(&lab.vectors["initial_losses"], &LOSSES);
    (0..400).for_each(|_| drop(lab.step(&[0.5, 2.0], None)));
    assert_close(&lab.vectors["initial_losses"], &LOSSES);
    let weights = lab.weights(&LOSSES);
    assert!((weights[0] - 1.6).abs() < 0.1 && (weights[1] - 0.4).abs() < 0.1, "{weights:?}");
}

#[test]
fn gradnorm_leaves_the_weights_where_no_gradient_says_anything() {
    let zero = lab("gradnorm").gram(squares(&[0.0, 0.0])).vector("weights", &[1.5, 0.5]);
    assert_close(&zero.weights(&[0.0, 0.0]), &[1.5, 0.5]);
    let wild = lab("gradnorm").gram(squares(&[0.0, 1e9])).option("optimiser", 1.0);
    assert!(wild.weights(&LOSSES).iter().all(|weight| *weight > 0.0));
}

#[test]
fn dwa_has_the_published_values() {
    let dwa = lab("dwa").vector("last", &[0.5, 1.8]).vector("before", &[1.0, 2.0]);
    assert_close(&dwa.weights(&LOSSES), &[0.900332, 1.099668]);
    let unusable = lab("dwa").vector("last", &[0.5, 1.8]).vector("before", &[0.0, -2.0]);
    assert_close(&unusable.weights(&LOSSES), &[1.0, 1.0]);
}

#[test]
fn dwa_compares_the_means_of_two_windows() {
    let mut dwa = lab("dwa").option("window", 2.0);
    for losses in [[2.0, 1.0], [0.0, 3.0], [0.5, 1.0], [0.5, 2.6]] {
        assert_close(&dwa.step(&losses, None), &[1.0, 1.0]);
    }
    assert_close(&dwa.vectors["before"], &[1.0, 2.0]);
    assert_close(&dwa.vectors["last"], &[0.5, 1.8]);
    assert_close(&dwa.step(&LOSSES, None), &[0.900332, 1.099668]);
}

#[test]
fn rlw_has_the_published_values_and_is_fair_on_average() {
    assert_close(&rlw::weights(&[0.0, 3_f64.ln()]), &[0.25, 0.75]);
    let (rlw, mut random) = (lab("rlw"), random(7));
    let draws: Vec<_> = (0..4000).map(|_| rlw.answer(&[1.0; 3], &mut random).weights.unwrap()).collect();
    for task in 0..3 {
        let mean = draws.iter().map(|weights| weights[task]).sum::<f64>() / 4000.0;
        assert!((mean - 1.0 / 3.0).abs() < 0.01, "{mean}");
    }
    assert_ne!(draws[0], draws[1]);
    assert_eq!(rlw.weights(&LOSSES), rlw.weights(&LOSSES));
}

#[test]
fn gls_and_scale_invariant_have_the_published_values() {
    assert_close(&[lab("gls").value(&LOSSES), lab("scale-invariant").value(&LOSSES)], &[2.0, 1.386294]);
    assert_close(&lab("gls").weights(&LOSSES), &[1.0, 0.25]);
    assert_close(&lab("scale-invariant").weights(&LOSSES), &[1.0, 0.25]);
}

#[test]
fn imtl_l_has_the_published_values_and_rests_at_weighted_losses_of_one() {
    let mut imtl = lab("imtl-l");
    assert_close(&[imtl.value(&LOSSES)], &[5.0]);
    assert_close(&imtl.step(&LOSSES, None), &[1.0, 1.0]);
    // The gradients are 0 and 3.
    assert_close(&imtl.vectors["s"], &[0.0, -0.025]);
    (0..3000).for_each(|_| drop(imtl.step(&LOSSES, None)));
    let weights = imtl.weights(&LOSSES);
    assert!((weights[0] - 1.0).abs() < 1e-3 && (weights[1] - 0.25).abs() < 1e-3, "{weights:?}");
}

#[test]
fn famo_has_the_published_values() {
    let mut famo = lab("famo");
    assert_close(&[famo.value(&LOSSES)], &[1.109035]);
    assert_close(&famo.step(&LOSSES, Some(&[0.5, 4.0])), &[0.8, 0.2]);
    assert_close(&famo.vectors["xi"], &[-0.025, 0.025]);
    // A tenth of the gradient, which is 0.173287 and its opposite.
    assert_close(&famo.vectors["adam_first"], &[0.0173287, -0.0173287]);
    let before = famo.vectors.clone();
    famo.step(&LOSSES, None);
    assert_eq!(famo.vectors, before);
    assert_close(&lab("famo").vector("min_losses", &[-1.0, 0.0]).weights(&LOSSES), &[2.0 / 3.0, 1.0 / 3.0]);
}

#[test]
fn famo_decays_its_logits_by_gamma() {
    let mut famo = lab("famo").option("gamma", 1.0).vector("xi", &[3.0, -3.0]);
    famo.step(&LOSSES, Some(&LOSSES));
    assert_close(&famo.vectors["xi"], &[2.975, -2.975]);
}

#[test]
fn prioritisation_follows_its_formula() {
    let half = lab("dtp").vector("kappa", &[0.5, 1.0]);
    assert_close(&half.weights(&LOSSES), &[0.5 * 2_f64.ln(), 0.0]);
    assert_close(&lab("dtp").option("gamma", 2.0).vector("kappa", &[0.5, 0.1]).weights(&LOSSES), &[0.173287, 1.865094]);
    // Before anything was learned all tasks are at 1/e; what is learned first counts less.
    let mut dtp = lab("dtp").option("pace", 1.0);
    let first = dtp.step(&LOSSES, None);
    assert_close(&[first[0] - first[1]], &[0.0]);
    dtp.step(&[0.1, 4.0], None);
    assert_close(&dtp.vectors["kappa"], &[(-0.1_f64).exp(), (-1_f64).exp()]);
    let then = dtp.weights(&[0.1, 4.0]);
    assert!(then[0] < then[1]);
}

#[test]
fn weights_are_the_gradient_of_the_objective() {
    let mut random = random(4);
    // FAMO holds its factors fixed.
    let smooth = BALANCERS.iter().filter(|balancer| balancer.entry().choice.key != "famo");
    for balancer in smooth {
        for tasks in 2..=6 {
            let mut lab = lab(balancer.entry().choice.key);
            let losses: Vec<f64> = (0..tasks).map(|_| random.random_range(0.5..3.0)).collect();
            for spec in balancer.vectors() {
                lab.vectors.insert(spec.key, (0..tasks).map(|_| random.random_range(0.1..0.9)).collect());
            }
            if balancer.objective(&lab.seen(&losses)).is_none() {
                continue;
            }
            let slope = |task: usize| {
                let at = |step: f64| {
                    let mut moved = losses.clone();
                    moved[task] += step;
                    lab.value(&moved)
                };
                (at(1e-6) - at(-1e-6)) / 2e-6
            };
            let slopes: Vec<f64> = (0..tasks).map(slope).collect();
            let weights = lab.weights(&losses);
            let near = weights.iter().zip(&slopes).all(|(a, b)| (a - b).abs() < 1e-5 * b.abs().max(1.0));
            assert!(near, "{}: {weights:?} is not {slopes:?}", balancer.entry().choice.key);
        }
    }
}
