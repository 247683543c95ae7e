//! What the tests share: aggregators called in one line, and random Jacobians.

use mtl_core::balance::aggregators::BALANCERS;
use mtl_core::balance::balancer::Answer;
use mtl_core::balance::balancer::Balancer;
use mtl_core::balance::balancer::BalancerContext;
use mtl_core::balance::balancer::Vectors;
use mtl_core::config::Pick;
use mtl_core::config::Value;
use mtl_core::math::gram::Gram;
use mtl_core::math::hull::min_norm;
use nalgebra::DMatrix;
use nalgebra::DVector;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// An aggregator with options, as a test calls it.
pub struct Ask {
    pub aggregator: &'static dyn Balancer,
    pub pick: Pick,
    pub vectors: Vectors,
    pub losses: Vec<f64>,
}

pub fn ask(key: &str) -> Ask {
    let aggregator = *BALANCERS.iter().find(|aggregator| aggregator.entry().choice.key == key).unwrap();
    let pick = aggregator.reference().iter().fold(Pick::new(key), |pick, (key, value)| pick.with(key, *value));
    Ask { aggregator, pick, vectors: Vectors::new(), losses: Vec::new() }
}

impl Ask {
    pub fn with(mut self, key: &str, value: f64) -> Self {
        assert!(self.aggregator.entry().options.iter().any(|spec| spec.key == key), "no option {key}");
        self.pick = self.pick.with(key, value);
        self
    }

    pub fn word(self, key: &str, word: &str) -> Self {
        let spec = *self.aggregator.entry().options.iter().find(|spec| spec.key == key).unwrap();
        let number = spec.number(&Value::Choice(word.into())).unwrap();
        self.with(key, number)
    }

    pub fn vector(mut self, key: &'static str, values: &[f64]) -> Self {
        self.vectors.insert(key, values.to_vec());
        self
    }

    pub fn losses(mut self, losses: &[f64]) -> Self {
        self.losses = losses.to_vec();
        self
    }

    pub fn answer(&self, jacobian: &DMatrix<f64>) -> Answer {
        self.answer_with(jacobian, 0)
    }

    pub fn answer_with(&self, jacobian: &DMatrix<f64>, seed: u64) -> Answer {
        let losses = if self.losses.is_empty() { vec![1.0; jacobian.nrows()] } else { self.losses.clone() };
        let gram = jacobian * jacobian.transpose();
        let seen = BalancerContext {
            pick: &self.pick,
            losses: &losses,
            gram: Some(&gram),
            jacobian: Some(jacobian),
            layers: &[],
            vectors: &self.vectors,
        };
        self.aggregator.answer(&seen, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn weights(&self, jacobian: &DMatrix<f64>) -> DVector<f64> {
        DVector::from_vec(self.answer(jacobian).weights.unwrap())
    }

    pub fn direction(&self, jacobian: &DMatrix<f64>) -> DVector<f64> {
        direction(&self.answer(jacobian), jacobian)
    }
}

pub fn direction(answer: &Answer, jacobian: &DMatrix<f64>) -> DVector<f64> {
    match (&answer.direction, &answer.weights) {
        (Some(direction), _) => DVector::from_vec(direction.clone()),
        (None, Some(weights)) => jacobian.transpose() * DVector::from_vec(weights.clone()),
        (None, None) => panic!("no answer"),
    }
}

pub fn rows(rows: &[&[f64]]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

pub fn t1() -> DMatrix<f64> {
    rows(&[&[1.0, 0.0], &[-1.0, 1.0]])
}

pub fn t2() -> DMatrix<f64> {
    rows(&[&[1.0, 0.0, 0.0], &[-1.0, 1.0, 0.0], &[0.0, -2.0, 1.0]])
}

pub fn t3() -> DMatrix<f64> {
    rows(&[&[-4.0, 1.0, 1.0], &[6.0, 1.0, 1.0]])
}

#[track_caller]
pub fn assert_close(got: &DVector<f64>, expected: &[f64], tolerance: f64) {
    let close = got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance);
    assert!(close, "{:?} is not {expected:?}", got.as_slice());
}

/// Random Jacobians: K 2 to 6, P 1 to 8, plain and with zero, duplicate, opposite, dependent rows.
pub fn each(count: usize, mut check: impl FnMut(&DMatrix<f64>, &mut ChaCha8Rng)) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for round in 0..count {
        let (tasks, size) = (random.random_range(2..=6), random.random_range(1..=8));
        let mut jacobian = DMatrix::from_fn(tasks, size, |_, _| random.random_range(-1.0..1.0));
        let (a, b) = (random.random_range(0..tasks), random.random_range(0..tasks));
        let other = jacobian.row(b).into_owned();
        match round % 8 {
            1 => jacobian.row_mut(a).fill(0.0),
            2 => jacobian.row_mut(a).copy_from(&other),
            3 if a != b => jacobian.row_mut(a).copy_from(&(other * -random.random_range(0.1..10.0))),
            4 => {
                let low = DMatrix::from_fn(tasks, 2, |_, _| random.random_range(-1.0..1.0));
                jacobian = low * DMatrix::from_fn(2, size, |_, _| random.random_range(-1.0..1.0));
            }
            5 => jacobian *= 10_f64.powf(random.random_range(-12.0..12.0)),
            6 => (0..tasks).for_each(|k| jacobian.row_mut(k).scale_mut(10_f64.powf(random.random_range(-12.0..12.0)))),
            7 => (0..tasks).for_each(|k| jacobian.row_mut(k).scale_mut(10_f64.powf(random.random_range(-2.0..2.0)))),
            _ => {}
        }
        check(&jacobian, &mut random);
    }
}

/// The unit gradients' products with the direction, and the norms. What cancels in `J^T w` leaves
/// rounding of the size of the largest part.
pub fn along(jacobian: &DMatrix<f64>, weights: &DVector<f64>) -> (DVector<f64>, f64) {
    let norms = DVector::from_fn(jacobian.nrows(), |k, _| jacobian.row(k).norm());
    let products = jacobian * (jacobian.transpose() * weights);
    let relative = products.zip_map(&norms, |product, norm| if norm > 0.0 { product / norm } else { 0.0 });
    (relative, weights.abs().dot(&norms))
}

/// How far zero is from the hull of the unit gradients; 0 where a gradient is zero.
pub fn distance(jacobian: &DMatrix<f64>) -> f64 {
    let unit = Gram::new(&(jacobian * jacobian.transpose())).unwrap().normalised();
    unit.norm(&min_norm(&unit))
}
