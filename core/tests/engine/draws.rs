//! Every paired seed on rows of its own.

use crate::lab::{Rig, bits, close, config, double, layer, task};
use crate::reference::Reference;
use mtl_core::config::{Activation, Config, LossKind, PopulationConfig, TaskConfig, Varies};
use mtl_core::data::Draws;
use mtl_core::train::Ensemble;
use mtl_core::train::tensors::Device;
use pollster::block_on;

fn over(varies: Varies) -> Config {
    let tasks = vec![
        TaskConfig { labelled: 15, noise: 0.1, ..task(LossKind::Mse, "waves") },
        TaskConfig { outputs: 3, noise: 0.1, ..task(LossKind::Ce, "five") },
    ];
    let mut config = config(tasks, vec![layer(6, Activation::Tanh)]);
    config.training.batch = 8;
    config.training.learning_rate = 0.1;
    config.population = PopulationConfig { seeds: 3, fan: 3, spread: 0.1, varies, ..PopulationConfig::default() };
    config
}

#[test]
fn each_paired_seed_has_a_draw_of_its_own_and_the_first_that_of_the_lesson() {
    let rig = Rig::new(over(Varies::Data));
    let draws = rig.ensemble.draws();
    assert_eq!(draws.count(), 3);
    assert_eq!(draws.first(), Rig::new(over(Varies::Training)).ensemble.data());
    let seeds = [0, 1, 2].map(|seed| draws.of_seed(seed));
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert_ne!(seeds[a].train.x, seeds[b].train.x);
        assert_ne!(seeds[a].test.y, seeds[b].test.y);
        assert_ne!(seeds[a].train.mask, seeds[b].train.mask);
    }
    // As many labels on each: a seed is not easier than another by its settings.
    assert!(seeds.iter().all(|data| data.train.labelled(0) == 15 && data.train.labelled(1) == 24));
    let next = Draws::of(&Config { seed: over(Varies::Data).seed + 1, ..over(Varies::Data) });
    assert!(draws.all().all(|own| next.all().all(|other| own.train.x != other.train.x)), "lessons share a draw");
}

#[test]
fn the_first_seed_learns_the_same_whether_the_others_have_its_rows_or_not() {
    let [same, own] = [Varies::Training, Varies::Data].map(|varies| {
        let mut rig = Rig::new(over(varies));
        let point = rig.steps(30).pop().unwrap();
        (rig, point)
    });
    assert_eq!(same.1.train, own.1.train);
    assert_eq!((&same.1.valid, &same.1.single, &same.1.fan), (&own.1.valid, &own.1.single, &own.1.fan));
    assert_eq!(same.0.theta(0), own.0.theta(0));
    assert_ne!(same.0.theta(1), own.0.theta(1));
}

#[test]
fn a_seed_learns_as_if_its_rows_were_all_there_are() {
    for batch in [8, 0] {
        let mut config = over(Varies::Data);
        config.training.batch = batch;
        let mut rig = Rig::new(config.clone());
        rig.steps(30);
        let draws = rig.ensemble.draws().clone();
        for seed in [1_usize, 2] {
            let lesson = rig.ensemble.lesson().clone();
            let own = draws.of_seed(seed as u64).clone();
            let mut alone = Rig { ensemble: Ensemble::new(lesson, own, &Device::flex()) };
            alone.steps(30);
            let plan = rig.ensemble.plan();
            for member in [seed, plan.baseline(seed, 0).unwrap(), plan.baseline(seed, 1).unwrap()] {
                close(&format!("batch {batch}, member {member}"), &rig.theta(member), &alone.theta(member), 1e-6);
            }
        }
    }
}

#[test]
fn losses_are_taken_on_the_rows_of_each_seed() {
    let mut rig = Rig::new(over(Varies::Data));
    let mut lowest = [[(f64::INFINITY, 0.0); 2]; 3];
    for _ in 0..6 {
        rig.steps(3);
        for (seed, best) in lowest.iter_mut().enumerate() {
            let data = rig.ensemble.draws().of_seed(seed as u64);
            let reference = Reference::new(rig.ensemble.lesson(), rig.layout(), data);
            let theta = double(&rig.theta(seed));
            let [valid, test] = [&data.valid, &data.test].map(|split| {
                let rows: Vec<usize> = (0..split.rows).collect();
                reference.losses(&theta, split, &rows)
            });
            for k in 0..2 {
                if valid[k] < best[k].0 {
                    best[k] = (valid[k], test[k]);
                }
            }
        }
    }
    for (task, losses) in rig.ensemble.test_losses().iter().enumerate() {
        for (seed, loss) in losses.iter().enumerate() {
            let wanted = lowest[seed][task].1;
            assert!((f64::from(*loss) - wanted).abs() < 1e-4 * (1.0 + wanted), "{seed}, {task}: {loss}, {wanted}");
        }
    }
}

#[test]
fn a_saved_run_on_several_draws_goes_on_as_if_it_had_not_stopped() {
    let mut through = Rig::new(over(Varies::Data));
    let wanted = through.steps(40);
    let mut first = Rig::new(over(Varies::Data));
    first.steps(19);
    let mut second = Rig::new(over(Varies::Data));
    second.load(&first.snapshot());
    let points = second.steps(21);
    assert_eq!(points.last().unwrap().transfer, wanted.last().unwrap().transfer);
    assert_eq!(bits(&second.snapshot()), bits(&through.snapshot()));
    assert_eq!(block_on(second.ensemble.save()).unwrap().best, through.snapshot().best);
}

#[test]
fn seeds_for_whose_rows_there_is_no_room_are_left_out_and_that_is_said() {
    let mut config = over(Varies::Data);
    (config.data.train_rows, config.data.valid_rows, config.data.test_rows) = (20_000, 5000, 5000);
    config.training.batch = 100;
    config.population = PopulationConfig { seeds: 64, fan: 0, baselines: false, ..config.population };
    let draws = Draws::of(&config);
    assert!((2..64).contains(&draws.count()), "{} draws", draws.count());
    let rig = Rig::new(config);
    assert_eq!(rig.ensemble.plan().seeds, draws.count());
    let said = rig.ensemble.summary().reduced.unwrap();
    assert!(said.contains(&format!("{} of 64 seeds", draws.count())), "{said}");
}
