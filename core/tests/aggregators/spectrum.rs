//! Aggregators that look at eigenvalues.

use crate::ask::{ask, assert_close, each};
use mtl_core::math::gram::Gram;
use mtl_core::math::spectrum::Spectrum;
use nalgebra::DMatrix;
use nalgebra::DVector;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

#[test]
fn imtl_g_takes_the_mean_rather_than_go_uphill() {
    // 1^T G^+ n < 0: two short gradients that nearly agree with a long one's opposite.
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut fallen = 0;
    for _ in 0..2000 {
        let jacobian = DMatrix::from_fn(3, 4, |_, _| random.random_range(-1.0..1.0));
        let gram = &jacobian * jacobian.transpose();
        let norms = gram.diagonal().map(f64::sqrt);
        let sum = gram.clone().lu().solve(&norms).unwrap().sum();
        if sum < -1e-3 {
            fallen += 1;
            assert_close(&ask("imtl-g").weights(&jacobian), &[1.0 / 3.0; 3], 1e-12);
        } else if sum > 1e-3 {
            let products = (&jacobian * ask("imtl-g").direction(&jacobian)).component_div(&norms);
            assert_close(&products, &[1.0 / sum; 3], 1e-6 / sum);
        }
    }
    assert!(fallen > 0);
}

#[test]
fn aligned_gradients_have_the_condition_number_one() {
    each(4000, |jacobian, _| {
        for (mode, word) in ["min", "median", "rmse"].into_iter().enumerate() {
            let gram = Gram::new(&(jacobian * jacobian.transpose())).unwrap();
            let spectrum = Spectrum::of(&gram.matrix, gram.cutoff());
            // The columns of B are the weights under the preferences for single tasks.
            let columns: Vec<_> = (0..gram.tasks())
                .map(|k| {
                    let mut preference = vec![0.0; gram.tasks()];
                    preference[k] = 1.0;
                    ask("aligned-mtl").word("scale_mode", word).vector("preference", &preference).weights(jacobian)
                })
                .collect();
            let aligned = DMatrix::from_columns(&columns);
            let products = aligned.transpose() * &gram.matrix * &aligned;
            let scale = match mode {
                0 => spectrum.values.first().copied(),
                1 => spectrum.values.get(spectrum.rank().saturating_sub(1) / 2).copied(),
                _ => Some(spectrum.values.iter().sum::<f64>() / spectrum.rank().max(1) as f64),
            };
            let expected = &spectrum.vectors * spectrum.vectors.transpose() * scale.unwrap_or(0.0);
            let error = (&products - &expected).amax() / scale.unwrap_or(1.0);
            // The smallest eigenvalue kept is known to a few digits where it is near the cut-off.
            let known = spectrum
                .values
                .first()
                .map_or(1e-9, |least| 1e-13 / least.max(1e-300) * spectrum.values[spectrum.rank() - 1]);
            assert!(error < known.max(1e-9), "{word} {jacobian} {error}");
        }
    });
}

#[test]
fn the_rank_is_judged_by_the_precision_of_the_gram_matrix() {
    let mut random = ChaCha8Rng::seed_from_u64(9);
    for _ in 0..500 {
        let mut jacobian = DMatrix::from_fn(3, 5, |_, _| random.random_range(-1.0..1.0_f64));
        let sum = jacobian.row(0) + jacobian.row(1);
        jacobian.row_mut(2).copy_from(&sum);
        let exact = Gram::new(&(&jacobian * jacobian.transpose())).unwrap();
        let single = (jacobian.map(|x| x as f32) * jacobian.transpose().map(|x| x as f32)).map(f64::from);
        let device = Gram::new(&single).unwrap();
        assert_eq!(Spectrum::of(&exact.matrix, exact.cutoff()).rank(), 2);
        assert_eq!(Spectrum::of(&device.matrix, device.cutoff()).rank(), 2, "{single}");
    }
}

#[test]
fn config_has_equal_cosines_where_it_can() {
    each(3000, |jacobian, _| {
        let direction = ask("config").direction(jacobian);
        let norms = DVector::from_fn(jacobian.nrows(), |k, _| jacobian.row(k).norm());
        let unit = Gram::new(&(jacobian * jacobian.transpose())).unwrap().unit;
        if norms.min() == 0.0 || Spectrum::of(&unit, 1e-4).rank() < jacobian.nrows() {
            return;
        }
        let cosines = (jacobian * &direction).component_div(&norms) / direction.norm();
        assert!(cosines.max() - cosines.min() < 1e-6 && cosines.min() > 0.0, "{jacobian} {cosines}");
        let length = jacobian.row_sum().transpose().dot(&direction) / direction.norm();
        assert!((length / direction.norm() - 1.0).abs() < 1e-6);
    });
}
