//! Losses, gradients, Pareto sets and hypervolumes.

use mtl_core::landscape::{Concave, Convex, Landscape, Losses, TwoValleys, front};
use mtl_core::math::hypervolume::hypervolume;
use mtl_core::math::pareto::non_dominated;

const VALLEYS: TwoValleys = TwoValleys { scale: 1.0 };

fn close(given: Losses, expected: Losses, tolerance: f64) {
    let near = given.iter().zip(expected).all(|(given, expected)| (given - expected).abs() < tolerance);
    assert!(near, "{given:?} is not {expected:?}");
}

#[test]
fn the_two_valleys_have_the_published_losses() {
    let table: [([f64; 2], Losses); 6] = [
        ([-8.5, 7.5], [6.552363, 7.900798]),
        ([0.0, 0.0], [0.0, 0.0]),
        ([9.0, 9.0], [7.943949, 6.691495]),
        ([-7.5, -0.5], [0.388808, -4.754484]),
        ([9.0, -1.0], [-8.831059, 2.814293]),
        ([-8.5, -5.0], [4.059918, -19.421502]),
    ];
    for (x, losses) in table {
        close(VALLEYS.losses(&x), losses, 1e-6);
        close(TwoValleys { scale: 0.1 }.losses(&x), [0.1 * losses[0], losses[1]], 1e-6);
    }
}

#[test]
fn both_fades_pass_their_gradient_at_the_kink() {
    let gradients = VALLEYS.gradients(&[0.0, 0.0]);
    assert_eq!((gradients[(0, 0)], gradients[(1, 0)]), (0.0, 0.0));
    assert!((gradients[(0, 1)] - 10.856).abs() < 1e-3 && (gradients[(1, 1)] - 10.856).abs() < 1e-3, "{gradients}");
}

#[test]
fn gradients_are_the_slopes_of_the_losses() {
    let twenty: Vec<f64> = (0..20).map(|i| 0.3 * f64::from(i * 7 % 11) / 11.0 - 0.1).collect();
    let cases: [(&dyn Landscape, Vec<Vec<f64>>); 3] = [
        (&VALLEYS, vec![vec![-8.5, 7.5], vec![9.0, -1.0], vec![2.0, 0.3], vec![-3.0, -8.4]]),
        (&Concave, vec![twenty.clone()]),
        (&Convex, vec![twenty]),
    ];
    for (landscape, points) in cases {
        for x in points {
            let gradients = landscape.gradients(&x);
            for i in 0..x.len() {
                let moved = |by: f64| {
                    let mut x = x.clone();
                    x[i] += by;
                    landscape.losses(&x)
                };
                let (low, high) = (moved(-1e-5), moved(1e-5));
                for k in 0..2 {
                    let slope = (high[k] - low[k]) / 2e-5;
                    assert!((slope - gradients[(k, i)]).abs() < 1e-6, "{} {x:?} {k} {i}", landscape.title());
                }
            }
        }
    }
}

#[test]
fn the_valley_s_floor_is_the_exact_pareto_set() {
    let set = VALLEYS.set();
    for (x1, x2) in [(7.0, -8.4345), (5.6, -8.4071), (3.5, -8.3760), (0.0, -8.3551)] {
        let nearest = set.iter().min_by(|a, b| (a[0] - x1).abs().total_cmp(&(b[0] - x1).abs())).unwrap();
        assert!((nearest[1] - x2).abs() < 1e-4, "{nearest:?}");
    }
    close(VALLEYS.losses(&set[0]), [-19.98943, -0.39794], 1e-5);
    close(VALLEYS.losses(&set[50]), [-15.09164, -15.09164], 1e-5);
    for x in &set[1..100] {
        // Some mean of the two gradients is zero.
        let g = VALLEYS.gradients(x);
        let share = -g[(1, 0)] / (g[(0, 0)] - g[(1, 0)]);
        let rest = share * g[(0, 1)] + (1.0 - share) * g[(1, 1)];
        assert!((0.0..=1.0).contains(&share) && rest.abs() < 1e-9, "{x:?} {g}");
    }
}

#[test]
fn no_point_of_an_exact_front_dominates_another() {
    for landscape in [&VALLEYS as &dyn Landscape, &Concave, &Convex] {
        assert!(non_dominated(&front(landscape)).iter().all(|on| *on), "{}", landscape.title());
        assert!(landscape.set().iter().all(|x| landscape.distance(x) < 1e-9));
    }
}

#[test]
fn the_concave_front_s_hypervolume_is_its_closed_form() {
    let (reference, whole) = Concave.hypervolume().unwrap();
    assert!((whole - 0.342116).abs() < 1e-6, "{whole}");
    // A sweep over points uniform in t comes near from below.
    let sweep = |count: usize| {
        let t = |k: usize| 1.0 - 2.0 * k as f64 / (count - 1) as f64;
        let points: Vec<Losses> = (0..count).map(|k| Concave.losses(&[t(k) / 20.0_f64.sqrt(); 20])).collect();
        hypervolume(&points, &reference)
    };
    for (count, expected) in [(5, 0.230060), (10, 0.287579), (20, 0.315385), (50, 0.331568), (2000, 0.341854)] {
        assert!((sweep(count) - expected).abs() < 1e-6, "{count}: {}", sweep(count));
    }
    let (reference, whole) = Convex.hypervolume().unwrap();
    let swept = hypervolume(&front(&Convex), &reference);
    assert!(swept < whole && swept > whole - 0.02, "{swept}");
}
