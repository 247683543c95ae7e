//! Inputs, targets and relatedness on the plane.

use super::*;

#[test]
fn inputs_of_the_plane_lie_in_the_square() {
    let dataset = data(500, vec![TaskConfig::default()]);
    assert_eq!((dataset.inputs, dataset.extent), (2, 1.0));
    assert!(dataset.train.x.iter().all(|x| x.abs() <= 1.0));
    assert!(dataset.train.x.iter().any(|x| *x > 0.95) && dataset.train.x.iter().any(|x| *x < -0.95));
}

#[test]
fn the_correlation_of_two_slopes_is_the_dial() {
    for related in [-1.0, -0.5, 0.0, 0.3, 0.8, 1.0] {
        let slope = task("slope", LossKind::Mse, 1);
        let dataset = data(5000, vec![slope.clone(), TaskConfig { related, ..slope }]);
        let measured = f64::from(dataset.correlation[0][1]);
        assert!((measured - related).abs() < 0.03, "{related}: {measured}");
        assert_eq!(dataset.correlation[0][0], 1.0);
        assert_eq!(dataset.correlation[0][1], dataset.correlation[1][0]);
        assert!((pearson(&labels(&dataset, 0), &labels(&dataset, 1)) - measured).abs() < 1e-5);
    }
}

#[test]
fn a_mirror_image_has_the_other_class_everywhere() {
    let twin = TaskConfig { related: -1.0, ..task("moons", LossKind::Bce, 1) };
    let dataset = data(1000, vec![task("spiral", LossKind::Bce, 1), twin]);
    let same = dataset.test.y[0].iter().zip(&dataset.test.y[1]).filter(|(a, b)| a == b).count();
    assert!(same <= 2, "{same}");
    assert!(dataset.correlation[0][1] < -0.9999);
}

#[test]
fn at_zero_a_task_has_its_own_target_and_at_one_that_of_task_a() {
    let moons = task("moons", LossKind::Mse, 1);
    let alone = data(100, vec![moons.clone()]);
    let second = data(100, vec![task("ring", LossKind::Mse, 1), moons.clone()]);
    assert_eq!(second.train.y[1], alone.train.y[0]);
    let follows = TaskConfig { related: 1.0, ..task("ring", LossKind::Mse, 1) };
    let twins = data(100, vec![moons, follows]);
    let far = twins.train.y[0].iter().zip(&twins.train.y[1]).any(|(a, b)| (a - b).abs() > 1e-5);
    assert!(!far);
}

#[test]
fn regression_targets_have_mean_zero_and_variance_one() {
    for target in TARGETS {
        let dataset = data(5000, vec![task(target.choice.key, LossKind::Mse, 2)]);
        for output in 0..2 {
            let y: Vec<f64> = labels(&dataset, 0).into_iter().skip(output).step_by(2).collect();
            let (m, v) = (mean(&y), variance(&y));
            assert!(m.abs() < 0.05 && (v - 1.0).abs() < 0.06, "{}: {m} {v}", target.choice.key);
        }
        assert!((dataset.reference[0] - 1.0).abs() < 0.1);
    }
}
